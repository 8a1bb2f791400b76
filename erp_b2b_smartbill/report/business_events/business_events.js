// The filters of the report; what an event is called is chosen among those that the app writes.

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
		{
			fieldname: "event",
			label: __("Event"),
			fieldtype: "Autocomplete",
			get_data: () => frappe.query_reports["Business Events"].events || [],
		},
		{
			fieldname: "reference_doctype",
			label: __("Reference Document Type"),
			fieldtype: "Link",
			options: "DocType",
		},
		{ fieldname: "reference_name", label: __("Reference Name"), fieldtype: "Data" },
		{ fieldname: "user", label: __("User"), fieldtype: "Link", options: "User" },
		{ fieldname: "on_behalf_of", label: __("On Behalf Of"), fieldtype: "Link", options: "User" },
		{
			fieldname: "origin",
			label: __("Origin"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				...["Desk", "REST", "Portal", "Website", "Job", "Command", "Import", "Data Import", "System"].map(
					(origin) => ({ value: origin, label: __(origin, null, "Business Event") })
				),
			],
		},
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
	onload() {
		frappe
			.xcall("erp_b2b_smartbill.report.business_events.business_events.events")
			.then((events) => (frappe.query_reports["Business Events"].events = events));
	},
};
