frappe.listview_settings["SmartBill Issue Run"] = {
	add_fields: ["total", "done", "issued", "failed"],
	get_indicator(doc) {
		const colors = {
			Queued: "orange",
			Running: "blue",
			Completed: "green",
			"Completed With Errors": "orange",
			Failed: "red",
		};
		return [__(doc.status), colors[doc.status], `status,=,${doc.status}`];
	},
};
