frappe.listview_settings["Sales Invoice"] = {
	add_fields: ["customer_name", "base_grand_total", "outstanding_amount", "due_date", "company", "currency", "is_return"],

	get_indicator(doc) {
		const colour = {
			Unpaid: "orange",
			Paid: "green",
			Return: "gray",
			"Credit Note Issued": "gray",
			"Partly Paid": "yellow",
			Overdue: "red",
		}[doc.status];
		if (colour) return [__(doc.status), colour, `status,=,${doc.status}`];
	},
};
