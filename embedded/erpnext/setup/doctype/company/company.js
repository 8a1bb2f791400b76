frappe.ui.form.on("Company", {
	refresh(frm) {
		frappe.dynamic_link = { doc: frm.doc, fieldname: "name", doctype: "Company" };
		if (frm.is_new()) return;
		frappe.contacts.render_address_and_contact(frm);
		frm.add_custom_button(
			__("Default Tax Template"),
			() => frm.call("create_default_tax_template").then(() => frappe.show_alert(__("Done"))),
			__("Create")
		);
	},

	company_name(frm) {
		if (frm.is_new()) {
			const initials = frm.doc.company_name.split(" ").map((word) => word.charAt(0));
			frm.set_value("abbr", initials.join("").toUpperCase());
		}
	},
});
