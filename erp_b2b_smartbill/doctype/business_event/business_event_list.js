frappe.listview_settings["Business Event"] = {
	formatters: {
		event: (value) => __(value),
	},
};
