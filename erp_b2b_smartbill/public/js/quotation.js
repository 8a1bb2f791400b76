frappe.ui.form.on("Quotation", {
	async refresh(frm) {
		const { name } = frm.doc;
		show_buyers_answer(frm);
		show_party(frm);
		erp_b2b_smartbill.offer_customers(frm);
		frm.smartbill_screen?.leave();
		// the server sends nothing for a new document, a user without the rights, a switch that is off
		if (frm.is_new() || !frm.doc.__onload?.smartbill) return;
		const { show_quotation } = await erp_b2b_smartbill.screens();
		if (frm.doc.name === name && frm.doc.__onload?.smartbill) show_quotation(frm);
	},
	party_name: show_party,
	quotation_to: show_party,
	company: show_party,
	on_tab_change: show_party,
});

/** Not waited for: ERPNext's own handlers of the field come after it. */
function show_party(frm) {
	erp_b2b_smartbill.show_overview(frm, "show_party");
}

/** A line under the title: what the buyer answered on the website, when, and his own words. */
function show_buyers_answer(frm) {
	const $area = frm.layout.message;
	$area.find(".b2b-answer").closest(".form-message").remove();
	const answer = !frm.is_new() && frm.doc.__onload?.b2b_response;
	if (!answer) return;
	const accepted = answer.response === "Accepted";
	const said = accepted
		? __("The buyer accepted this quotation.")
		: __("The buyer declined this quotation.");
	// nobody asks for the seconds
	const at = frappe.datetime.str_to_user(answer.responded_at).replace(/(:\d\d):\d\d$/, "$1");
	const by = [answer.full_name, at].join(" · ");
	const escape = frappe.utils.escape_html;
	const link = frappe.utils.get_form_link("Quotation Response", answer.name);
	frm.layout.show_message(
		`<div class="b2b-answer" role="status">
			<a href="${link}"><b>${escape(said)}</b></a> ${escape(by)}
			${answer.comment ? `<div style="white-space: pre-line">${escape(answer.comment)}</div>` : ""}
		</div>`,
		accepted ? "green" : "orange",
		true,
	);
}
