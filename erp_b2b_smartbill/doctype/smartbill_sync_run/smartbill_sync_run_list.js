frappe.listview_settings["SmartBill Sync Run"] = {
	add_fields: ["rejected", "stop_requested"],
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
