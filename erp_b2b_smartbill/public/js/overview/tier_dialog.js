// Another tier for a customer, with the reason for it.
import { alert, error_html, html } from "../smartbill/format";
import * as api from "./api";

export function change_tier_dialog(view) {
	const { customer } = view.store;
	const current = view.data.tier?.name || "";
	const dialog = new frappe.ui.Dialog({
		title: __("Change tier"),
		fields: [
			{
				fieldname: "tier",
				fieldtype: "Link",
				options: "B2B Tier",
				label: __("Tier"),
				default: current,
				get_query: () => ({ filters: { disabled: 0 } }),
				description: __("Empty takes the tier away."),
			},
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				reqd: 1,
				description: __("It is kept in the customer's history."),
			},
			{ fieldname: "error", fieldtype: "HTML" },
		],
		primary_action_label: __("Change tier"),
		async primary_action({ tier, reason }) {
			dialog.disable_primary_action();
			const { data, error } = await api.change_tier(customer, tier || null, reason);
			dialog.enable_primary_action();
			if (error) {
				const note = html`<div class="sb-note sb-note-red" role="alert">
					${error_html(error)}
				</div>`;
				return dialog.get_field("error").$wrapper.html(String(note));
			}
			dialog.hide();
			alert(
				data.tier
					? __("{0} now has the tier {1}.", [data.customer, data.tier])
					: __("{0} has no tier any more.", [data.customer]),
			);
			const { frm } = view;
			// the Customer was saved by the server
			if (frm.doctype === "Customer" && data.changed) await frm.reload_doc();
			else view.refresh();
		},
	});
	dialog.show();
}
