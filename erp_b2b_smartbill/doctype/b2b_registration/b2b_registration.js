frappe.ui.form.on("B2B Registration", {
	setup(frm) {
		frm.set_query("tier", () => ({ filters: { disabled: 0 } }));
		frm.set_query("price_list", () => ({ filters: { selling: 1, enabled: 1 } }));
		for (const field of ["customer_group", "territory"])
			frm.set_query(field, () => ({ filters: { is_group: 0 } }));
		frm.set_query("sales_person", () => ({ filters: { is_group: 0, enabled: 1 } }));
	},
	async refresh(frm) {
		const { name } = frm.doc;
		if (!frm.is_dirty()) frm.b2b_stored = { ...frm.doc };
		const { show_registration } = await erp_b2b_smartbill.screens();
		if (frm.doc.name === name) show_registration(frm);
	},
	async tier(frm) {
		const { take_tier } = await erp_b2b_smartbill.screens();
		take_tier(frm);
	},
});
