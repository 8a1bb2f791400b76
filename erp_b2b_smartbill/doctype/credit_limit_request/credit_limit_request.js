frappe.ui.form.on("Credit Limit Request", {
	async refresh(frm) {
		const { name } = frm.doc;
		const { show_credit_request } = await erp_b2b_smartbill.screens();
		if (frm.doc.name === name) show_credit_request(frm);
	},
});
