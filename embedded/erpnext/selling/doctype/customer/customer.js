frappe.ui.form.on("Customer", {
	setup(frm) {
		frm.custom_make_buttons = { Quotation: "Quotation" };
		frm.set_query("customer_group", () => ({ filters: { is_group: 0 } }));
		frm.set_query("default_price_list", () => ({ filters: { selling: 1 } }));
		frm.set_query("account", "accounts", (doc, cdt, cdn) => ({
			filters: { account_type: "Receivable", company: locals[cdt][cdn].company, is_group: 0 },
		}));
		frm.set_query("customer_primary_contact", () => ({
			query: "erpnext.selling.doctype.customer.customer.get_customer_primary_contact",
			filters: { customer: frm.doc.name },
		}));
		frm.set_query("customer_primary_address", () => ({
			query: "frappe.contacts.doctype.address.address.address_query",
			filters: { link_doctype: "Customer", link_name: frm.doc.name },
		}));
	},

	refresh(frm) {
		frappe.dynamic_link = { doc: frm.doc, fieldname: "name", doctype: "Customer" };
		if (frm.is_new()) {
			frappe.contacts.clear_address_and_contact(frm);
			return;
		}
		frappe.contacts.render_address_and_contact(frm);
		if (frappe.model.can_create("Quotation")) {
			frm.add_custom_button(
				__("Quotation"),
				() =>
					frappe.model.open_mapped_doc({
						method: "erpnext.selling.doctype.customer.customer.make_quotation",
						frm,
					}),
				__("Create")
			);
		}
		frm.add_custom_button(
			__("Get Customer Group Details"),
			() => frm.call("get_customer_group_details").then(() => frm.reload_doc()),
			__("Actions")
		);
	},

	customer_primary_address(frm) {
		if (!frm.doc.customer_primary_address) {
			frm.set_value("primary_address", "");
			return;
		}
		frappe
			.xcall("frappe.contacts.doctype.address.address.get_address_display", {
				address_dict: frm.doc.customer_primary_address,
			})
			.then((text) => frm.set_value("primary_address", text));
	},
});
