frappe.listview_settings["SmartBill Proforma"] = {
	get_indicator(doc) {
		const colors = {
			Queued: "orange",
			Sending: "orange",
			Issued: "green",
			Draft: "blue",
			Rejected: "red",
			Unknown: "red",
			Cancelled: "gray",
			Invoiced: "green",
		};
		return [__(doc.status), colors[doc.status], `status,=,${doc.status}`];
	},
};
