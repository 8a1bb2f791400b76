frappe.ui.form.on("SmartBill Proforma", {
	async refresh(frm) {
		const { name } = frm.doc;
		frm.smartbill_screen?.leave();
		const { show_proforma } = await erp_b2b_smartbill.screens();
		if (frm.doc.name === name) show_proforma(frm);
	},
});
