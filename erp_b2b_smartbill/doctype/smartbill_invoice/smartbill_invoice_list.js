frappe.listview_settings["SmartBill Invoice"] = {
	add_fields: ["needs_person", "payment_status"],
	get_indicator(doc) {
		// what waits for a person comes before everything else
		if (doc.needs_person) return [__("Needs a decision"), "red", "needs_person,=,1"];
		if (["Issued", "Invoiced"].includes(doc.status) && doc.payment_status === "Paid")
			return [__("Paid"), "green", "payment_status,=,Paid"];
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
