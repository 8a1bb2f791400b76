frappe.listview_settings["SmartBill Invoice"] = {
	get_indicator(doc) {
		const indicators = {
			Queued: [__("Queued", null, "SmartBill Invoice"), "orange"],
			Sending: [__("Sending", null, "SmartBill Invoice"), "orange"],
			Issued: [__("Issued", null, "SmartBill Invoice"), "green"],
			Draft: [__("Draft", null, "SmartBill Invoice"), "blue"],
			Rejected: [__("Rejected", null, "SmartBill Invoice"), "red"],
			Unknown: [__("Unknown", null, "SmartBill Invoice"), "red"],
			Cancelled: [__("Cancelled", null, "SmartBill Invoice"), "gray"],
		};
		return [...indicators[doc.status], `status,=,${doc.status}`];
	},
};
