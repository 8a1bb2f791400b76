// The filters of the report. What may be chosen comes from the server: a Link would ask for rights on users and doctypes,
// which whoever reads events need not have.

frappe.query_reports["Business Events"] = {
	filters: [
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(frappe.datetime.get_today(), -30),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{ fieldname: "event", label: __("Event"), fieldtype: "Autocomplete", ignore_validation: 1 },
		{
			fieldname: "reference_doctype",
			label: __("Reference Document Type"),
			fieldtype: "Autocomplete",
			ignore_validation: 1,
		},
		{ fieldname: "reference_name", label: __("Reference Name"), fieldtype: "Data" },
		{ fieldname: "user", label: __("User"), fieldtype: "Autocomplete", ignore_validation: 1 },
		{
			fieldname: "on_behalf_of",
			label: __("On Behalf Of"),
			fieldtype: "Autocomplete",
			ignore_validation: 1,
		},
		{ fieldname: "origin", label: __("Origin"), fieldtype: "Autocomplete", ignore_validation: 1 },
		{
			fieldname: "seal",
			label: __("Seal"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "sealed", label: __("Sealed") },
				{ value: "unsealed", label: __("Not sealed yet") },
			],
		},
	],
	formatter: (...cell) => erp_b2b_smartbill.as_text(...cell),
	onload(report) {
		frappe
			.xcall("erp_b2b_smartbill.report.business_events.business_events.choices")
			.then((choices) => {
				for (const [fieldname, list] of Object.entries(choices)) {
					report.get_filter(fieldname).set_data(list);
				}
			});
	},
};
