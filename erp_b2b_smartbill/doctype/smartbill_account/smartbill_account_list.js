frappe.listview_settings["SmartBill Account"] = {
	add_fields: ["mode", "paused"],
	get_indicator(doc) {
		if (doc.paused && doc.mode !== "Off") {
			return [__("Paused"), "red", "paused,=,1"];
		}
		const indicators = {
			Off: [__("Off", null, "SmartBill Account"), "gray"],
			Draft: [__("Draft", null, "SmartBill Account"), "orange"],
			Live: [__("Live", null, "SmartBill Account"), "green"],
		};
		return [...indicators[doc.mode], `mode,=,${doc.mode}`];
	},
};
