// The form of a request for another credit limit: a manager decides, who asked may take it back.
import { decision_dialog } from "../registrations/dialogs";
import { alert, html, money } from "../smartbill/format";
import { decide } from "./api";

const DECIDERS = ["B2B Manager", "System Manager"];

export function show_credit_request(frm) {
	frm.disable_save();
	frm.clear_custom_buttons();
	frm.page.clear_primary_action();
	if (frm.doc.status !== "Open") return;
	if (frm.doc.requested_by === frappe.session.user)
		frm.add_custom_button(__("Withdraw"), () => withdraw(frm));
	// of who asked, the server says that he does not decide
	if (DECIDERS.some((role) => frappe.user.has_role(role))) {
		frm.add_custom_button(__("Reject"), () => reject(frm));
		frm.page.set_primary_action(__("Approve"), () => approve(frm));
	}
}

function approve(frm) {
	const { customer_name, company, currency, current_limit, requested_limit, reason } = frm.doc;
	const now = current_limit ? money(current_limit, currency) : __("no limit");
	decision_dialog({
		title: __("Approve the credit limit"),
		fields: [
			{
				fieldname: "summary",
				fieldtype: "HTML",
				options: String(
					html`<p><b>${customer_name}</b> · ${company}</p>
						<p>${now} → <b>${money(requested_limit, currency)}</b></p>
						<p class="text-muted">${reason}</p>`,
				),
			},
			{
				fieldname: "limit",
				fieldtype: "Float",
				precision: 2,
				label: __("Limit in {0}", [currency]),
				default: requested_limit,
				reqd: 1,
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason") },
		],
		primary_action_label: __("Approve"),
		send: ({ limit, reason: why }) => decide(frm.doc, "approve", { limit, reason: why }),
		...ends(frm),
	});
}

function reject(frm) {
	decision_dialog({
		title: __("Reject the request"),
		fields: [
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				description: __("Whoever asked reads it."),
				reqd: 1,
			},
		],
		primary_action_label: __("Reject"),
		danger: true,
		send: ({ reason }) => decide(frm.doc, "reject", { reason }),
		...ends(frm),
	});
}

async function withdraw(frm) {
	const { data, error } = await decide(frm.doc, "withdraw");
	if (error) alert(error.message, "red");
	if (data || error.code === "decided") await frm.reload_doc();
}

const ends = (frm) => ({
	done: () => frm.reload_doc(),
	overtaken: (error) => {
		alert(error.message, "orange");
		frm.reload_doc();
	},
});
