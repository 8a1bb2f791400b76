frappe.ui.form.on("SmartBill Client", {
	async refresh(frm) {
		const { name } = frm.doc;
		const { show_client } = await erp_b2b_smartbill.screens();
		if (frm.doc.name === name) show_client(frm);
	},
});
