frappe.listview_settings["SmartBill Client"] = {
	add_fields: ["customer", "status"],
	hide_name_column: true,
	get_indicator(doc) {
		if (doc.status === "Gone") {
			return [__("Gone", null, "SmartBill Client"), "gray", "status,=,Gone"];
		}
		return doc.customer
			? [__("Linked"), "green", "status,=,Active|customer,is,set"]
			: [__("Not linked"), "orange", "status,=,Active|customer,is,not set"];
	},
};
