frappe.ui.form.on("Lead", {
	refresh(frm) {
		frappe.dynamic_link = { doc: frm.doc, fieldname: "name", doctype: "Lead" };
		if (frm.is_new()) {
			frappe.contacts.clear_address_and_contact(frm);
			return;
		}
		frappe.contacts.render_address_and_contact(frm);
		const create = (label, method) =>
			frm.add_custom_button(
				__(label),
				() => frappe.model.open_mapped_doc({ method: `erpnext.crm.doctype.lead.lead.${method}`, frm }),
				__("Create")
			);
		if (!frm.doc.__onload?.is_customer) create("Customer", "make_customer");
		create("Quotation", "make_quotation");
	},
});
