{% include "erpnext/selling/sales_common.js" %}

erpnext.selling.setup("Sales Order", "customer");

frappe.ui.form.on("Sales Order", {
	refresh(frm) {
		frappe.dynamic_link = { doc: frm.doc, fieldname: "customer", doctype: "Customer" };
		if (frm.doc.docstatus !== 1 || !frm.has_perm("submit")) return;
		const set_status = (status) => () =>
			frappe
				.xcall("erpnext.selling.doctype.sales_order.sales_order.update_status", {
					status,
					name: frm.doc.name,
				})
				.then(() => frm.reload_doc());
		if (["Closed", "On Hold"].includes(frm.doc.status)) {
			frm.add_custom_button(__("Re-open"), set_status("Draft"), __("Status"));
		} else if (frm.doc.status !== "Completed") {
			frm.add_custom_button(__("Hold"), set_status("On Hold"), __("Status"));
			frm.add_custom_button(__("Close"), set_status("Closed"), __("Status"));
		}
	},

	delivery_date(frm) {
		(frm.doc.items || [])
			.filter((row) => !row.delivery_date)
			.forEach((row) => frappe.model.set_value(row.doctype, row.name, "delivery_date", frm.doc.delivery_date));
	},
});
