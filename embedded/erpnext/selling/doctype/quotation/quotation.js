{% include "erpnext/selling/sales_common.js" %}

erpnext.selling.setup("Quotation", "party_name");

frappe.ui.form.on("Quotation", {
	setup(frm) {
		frm.custom_make_buttons = { "Sales Order": "Sales Order" };
		frm.set_query("quotation_to", () => ({ filters: { name: ["in", ["Customer", "Lead"]] } }));
	},

	refresh(frm) {
		frappe.dynamic_link = { doc: frm.doc, fieldname: "party_name", doctype: frm.doc.quotation_to };
		frm.events.name_party_field(frm);
		if (frm.is_new() && !frm.doc.valid_till) {
			frm.set_value("valid_till", frappe.datetime.add_months(frm.doc.transaction_date, 1));
		}
		if (frm.events.can_be_ordered(frm)) {
			frm.add_custom_button(__("Sales Order"), () => frm.events.make_sales_order(frm), __("Create"));
			frm.page.set_inner_btn_group_as_primary(__("Create"));
		}
	},

	quotation_to(frm) {
		frm.events.name_party_field(frm);
		frm.set_value({ party_name: "", customer_name: "" });
	},

	name_party_field(frm) {
		frm.set_df_property("party_name", "label", frm.doc.quotation_to || "Party");
		frm.toggle_reqd("party_name", Boolean(frm.doc.quotation_to));
	},

	can_be_ordered(frm) {
		const { docstatus, status, valid_till } = frm.doc;
		const still_valid = !valid_till || frappe.datetime.get_diff(valid_till, frappe.datetime.get_today()) >= 0;
		return (
			docstatus === 1 &&
			!["Lost", "Ordered"].includes(status) &&
			still_valid &&
			frappe.model.can_create("Sales Order")
		);
	},

	make_sales_order(frm) {
		frappe.model.open_mapped_doc({
			method: "erpnext.selling.doctype.quotation.quotation.make_sales_order",
			frm,
		});
	},
});
