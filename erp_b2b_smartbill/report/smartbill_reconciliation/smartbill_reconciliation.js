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
	formatter(value, row, column, data, default_formatter) {
		const shown = erp_b2b_smartbill.as_text(value, row, column, data, default_formatter);
		if (column.fieldname !== "state_label" || !data) return shown;
		return `<span class="indicator-pill no-indicator-dot ${COLOURS[data.state]}">${shown}</span>`;
	},
};
