frappe.ui.form.on("Quotation", {
	async refresh(frm) {
		const { name } = frm.doc;
		frm.smartbill_screen?.leave();
		// the server sends nothing for a new document, a user without the rights, a switch that is off
		if (frm.is_new() || !frm.doc.__onload?.smartbill) return;
		const { show_quotation } = await erp_b2b_smartbill.screens();
		if (frm.doc.name === name && frm.doc.__onload?.smartbill) show_quotation(frm);
	},
});
