frappe.ui.form.on("Customer", {
	refresh(frm) {
		show_smartbill(frm);
		show_overview(frm);
	},
	on_tab_change: show_overview,
});

function show_overview(frm) {
	if (!frm.is_new()) erp_b2b_smartbill.show_overview(frm, "show_customer");
}

/** A line under the title: whether the Customer says what SmartBill says, and since when. */
function show_smartbill(frm) {
	frm.layout.message?.find(".b2b-smartbill").closest(".form-message").remove();
	// the server sends nothing to whoever may not read clients, or when the switch is off
	const links = (!frm.is_new() && frm.doc.__onload?.smartbill_clients) || [];
	for (const link of links) {
		const { text, color } = said_of(link);
		const several = links.length > 1 ? `${link.account} · ` : "";
		const open = [
			form_link("SmartBill Client", link.client, __("Open the client")),
			...link.conflicts.map((name) =>
				form_link("Customer Sync Conflict", name, __("Decide")),
			),
		].slice(0, 2);
		frm.layout.show_message(
			`<div class="b2b-smartbill" role="status">${escaped(several)}<b>${escaped(text)}</b>
				· ${open.join(" · ")}</div>`,
			color,
			true,
		);
	}
}

function said_of({ status, last_sync_at, open_conflicts }) {
	// nobody asks for the seconds
	const since = last_sync_at
		? frappe.datetime.str_to_user(last_sync_at).replace(/(:\d\d):\d\d$/, "$1")
		: "";
	if (open_conflicts === 1)
		return { text: __("SmartBill: one disagreement waits for a decision"), color: "orange" };
	if (open_conflicts)
		return {
			text: __("SmartBill: {0} disagreements wait for a decision", [open_conflicts]),
			color: "orange",
		};
	if (status === "Gone")
		return { text: __("SmartBill no longer has this client"), color: "orange" };
	return {
		text: since ? __("SmartBill: in step since {0}", [since]) : __("SmartBill: linked"),
		color: "blue",
	};
}

const escaped = (text) => frappe.utils.escape_html(text);

function form_link(doctype, name, label) {
	return `<a href="${frappe.utils.get_form_link(doctype, name)}">${escaped(label)}</a>`;
}
