frappe.ui.form.on("SmartBill Invoice", {
	async refresh(frm) {
		const { name } = frm.doc;
		const { show_invoice } = await erp_b2b_smartbill.screens();
		if (frm.doc.name === name) show_invoice(frm);
	},
});
