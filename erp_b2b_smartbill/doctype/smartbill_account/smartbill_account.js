frappe.ui.form.on("SmartBill Account", {
	refresh(frm) {
		const lines = [
			__("One account for each company that issues proformas in SmartBill."),
			__(
				"The user and the token are in SmartBill Cloud under Integrari, section API. The token is stored encrypted.",
			),
			__(
				"SmartBill compares the fiscal code, the series, the VAT names and the units exactly, letter case included.",
			),
		];
		frm.get_field("intro").$wrapper.html(
			`<p class="text-muted">${lines.map(frappe.utils.escape_html).join("<br>")}</p>`,
		);
		frm.set_query("tax_account", "vat_rates", () => ({
			filters: { company: frm.doc.company, account_type: "Tax", is_group: 0 },
		}));
		frm.set_query("item_tax_template", "vat_rates", () => ({
			filters: { company: frm.doc.company },
		}));
		if (!frm.is_new()) {
			frm.add_custom_button(__("Test connection"), () => test(frm));
		}
	},
});

async function test(frm) {
	if (frm.is_dirty()) {
		frappe.show_alert({ message: __("Save the account first."), indicator: "orange" });
		return;
	}
	const { message: checks } = await frm.call({
		method: "test_connection",
		doc: frm.doc,
		freeze: true,
	});
	const rows = checks.map(({ ok, text, advice }) => {
		const advised = advice
			? `<div class="text-muted">${frappe.utils.escape_html(advice)}</div>`
			: "";
		return `<li class="list-group-item"><span class="indicator ${ok ? "green" : "red"}"></span>
			${frappe.utils.escape_html(text)}${advised}</li>`;
	});
	frappe.msgprint({
		title: __("SmartBill connection"),
		indicator: checks.every(({ ok }) => ok) ? "green" : "red",
		message: `<ul class="list-group">${rows.join("")}</ul>`,
	});
}
