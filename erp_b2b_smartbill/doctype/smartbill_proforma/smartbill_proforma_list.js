frappe.listview_settings["SmartBill Proforma"] = {
	get_indicator(doc) {
		const indicators = {
			Queued: [__("Queued", null, "SmartBill Proforma"), "orange"],
			Sending: [__("Sending", null, "SmartBill Proforma"), "orange"],
			Issued: [__("Issued", null, "SmartBill Proforma"), "green"],
			Draft: [__("Draft", null, "SmartBill Proforma"), "blue"],
			Rejected: [__("Rejected", null, "SmartBill Proforma"), "red"],
			Unknown: [__("Unknown", null, "SmartBill Proforma"), "red"],
			Cancelled: [__("Cancelled", null, "SmartBill Proforma"), "gray"],
			Invoiced: [__("Invoiced", null, "SmartBill Proforma"), "green"],
		};
		return [...indicators[doc.status], `status,=,${doc.status}`];
	},
};
