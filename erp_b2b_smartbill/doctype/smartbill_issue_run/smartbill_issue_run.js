frappe.ui.form.on("SmartBill Issue Run", {
	async refresh(frm) {
		const { name } = frm.doc;
		const { show_run } = await erp_b2b_smartbill.screens();
		if (frm.doc.name === name) show_run(frm);
	},
});
