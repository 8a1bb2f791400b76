frappe.ui.form.on("B2B Tier", {
	setup(frm) {
		frm.set_query("price_list", () => ({ filters: { selling: 1, enabled: 1 } }));
	},
});
