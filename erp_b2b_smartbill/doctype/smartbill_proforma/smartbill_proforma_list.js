frappe.listview_settings["SmartBill Proforma"] = {
	add_fields: ["needs_person", "payment_status"],
	get_indicator(doc) {
		// what waits for a person comes before everything else
		if (doc.needs_person) return [__("Needs a decision"), "red", "needs_person,=,1"];
		if (["Issued", "Invoiced"].includes(doc.status) && doc.payment_status === "Paid")
			return [__("Paid"), "green", "payment_status,=,Paid"];
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
