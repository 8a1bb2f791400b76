// The filters of the report, and the colour of a state.

const COLOURS = {
	"In ERPNext only": "blue",
	"In SmartBill only": "blue",
	"Linked and different": "red",
	"Linked and equal": "green",
};

frappe.query_reports["SmartBill Reconciliation"] = {
	filters: [
		{
			fieldname: "account",
			label: __("SmartBill Account"),
			fieldtype: "Link",
			options: "SmartBill Account",
		},
		{
			fieldname: "state",
			label: __("State"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "In ERPNext only", label: __("In ERPNext only") },
				{ value: "In SmartBill only", label: __("In SmartBill only") },
				{ value: "Linked and different", label: __("Linked and different") },
				{ value: "Linked and equal", label: __("Linked and equal") },
			],
		},
		{
			fieldname: "search",
			label: __("Name, fiscal code or e-mail"),
			fieldtype: "Data",
		},
	],
	// a report shows a text as markup, and these are other people's texts
	formatter(value, row, column, data, default_formatter) {
		const is_text = typeof value === "string" && column.fieldtype === "Data";
		const text = is_text ? frappe.utils.escape_html(value) : value;
		const shown = default_formatter(text, row, column, data);
		if (column.fieldname !== "state_label" || !data) return shown;
		return `<span class="indicator-pill no-indicator-dot ${COLOURS[data.state]}">${shown}</span>`;
	},
};
