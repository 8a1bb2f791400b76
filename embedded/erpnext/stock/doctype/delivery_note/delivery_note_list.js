frappe.listview_settings["Delivery Note"] = {
	add_fields: ["customer_name", "base_grand_total", "per_billed", "status", "currency"],

	get_indicator(doc) {
		const colour = {
			"To Bill": "orange",
			Completed: "green",
			Closed: "green",
			"Return Issued": "grey",
		}[doc.status];
		if (colour) return [__(doc.status), colour, `status,=,${doc.status}`];
	},
};
