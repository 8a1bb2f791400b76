frappe.listview_settings["Sales Order"] = {
	add_fields: ["base_grand_total", "customer_name", "currency", "delivery_date", "per_delivered", "status"],

	get_indicator(doc) {
		const colour = {
			"On Hold": "orange",
			"To Deliver and Bill": "orange",
			"To Bill": "orange",
			"To Deliver": "orange",
			Completed: "green",
			Closed: "green",
		}[doc.status];
		if (colour) return [__(doc.status), colour, `status,=,${doc.status}`];
	},
};
