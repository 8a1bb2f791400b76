// Another tier for a customer, with the reason for it.
import * as api from "./api";
import { ask } from "./ask";

export function change_tier_dialog(view) {
	const { customer } = view.store;
	const current = view.data.tier?.name || "";
	ask(view, {
		title: __("Change tier"),
		label: __("Change tier"),
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
		],
		send: ({ tier, reason }) => api.change_tier(customer, tier || null, reason),
		done: (data) =>
			data.tier
				? __("{0} now has the tier {1}.", [data.customer, data.tier])
				: __("{0} has no tier any more.", [data.customer]),
		saved: ({ changed }) => changed,
	});
}
