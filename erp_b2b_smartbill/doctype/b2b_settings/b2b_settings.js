async function tell(frm) {
	const { show_next_request } = await erp_b2b_smartbill.screens();
	show_next_request(frm);
}

frappe.ui.form.on("B2B Settings", {
	setup(frm) {
		frm.set_query("default_tier", () => ({ filters: { disabled: 0 } }));
		for (const field of ["default_customer_group", "default_territory"])
			frm.set_query(field, () => ({ filters: { is_group: 0 } }));
		frm.set_query("default_sales_person", () => ({ filters: { is_group: 0, enabled: 1 } }));
	},
	refresh(frm) {
		tell(frm);
		erp_b2b_smartbill.offer_tour(frm);
	},
	enable_b2b_registration: tell,
	approval_mode: tell,
	require_confirmed_email: tell,
	require_active_at_anaf: tell,
	allowed_countries: tell,
	block_list: tell,
});
