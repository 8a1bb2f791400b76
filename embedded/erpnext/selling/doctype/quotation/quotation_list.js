frappe.listview_settings["Quotation"] = {
	add_fields: ["customer_name", "base_grand_total", "status", "company", "currency", "valid_till"],

	get_indicator(doc) {
		const colour = {
			Open: "orange",
			"Partially Ordered": "yellow",
			Ordered: "green",
			Lost: "gray",
			Expired: "gray",
		}[doc.status];
		if (colour) return [__(doc.status), colour, `status,=,${doc.status}`];
	},
};
