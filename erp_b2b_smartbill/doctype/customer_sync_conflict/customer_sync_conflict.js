frappe.ui.form.on("Customer Sync Conflict", {
	async refresh(frm) {
		const { name } = frm.doc;
		const { show_conflict } = await erp_b2b_smartbill.screens();
		if (frm.doc.name === name) show_conflict(frm);
	},
});
