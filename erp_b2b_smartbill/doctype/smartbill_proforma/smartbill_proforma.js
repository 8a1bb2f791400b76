frappe.ui.form.on("SmartBill Proforma", {
	refresh(frm) {
		frm.disable_save();
		if (frm.doc.status === "Unknown") {
			const text = __(
				"Outcome unknown: SmartBill may have created it. It is not sent again until that is settled.",
			);
			frm.set_intro(text, "red");
		}
		frm.add_custom_button(__("Quotation"), () =>
			frappe.set_route("Form", "Quotation", frm.doc.quotation),
		);
		if (frm.doc.document_url) {
			frm.add_custom_button(__("Open in SmartBill"), () =>
				window.open(frm.doc.document_url, "_blank", "noopener"),
			);
		}
	},
});
