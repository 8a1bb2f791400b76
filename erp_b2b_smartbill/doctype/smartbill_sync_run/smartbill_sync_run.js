frappe.ui.form.on("SmartBill Sync Run", {
	async refresh(frm) {
		const { name } = frm.doc;
		const { show_sync_run } = await erp_b2b_smartbill.screens();
		if (frm.doc.name === name) show_sync_run(frm);
	},
});
