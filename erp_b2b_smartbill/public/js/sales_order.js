frappe.ui.form.on("Sales Order", {
	refresh(frm) {
		erp_b2b_smartbill.offer_customers(frm);
	},
});
