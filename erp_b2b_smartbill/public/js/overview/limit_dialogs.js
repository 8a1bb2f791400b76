// Another credit limit: asked for by who sells, decided by a manager.
import { alert } from "../smartbill/format";
import * as api from "./api";
import { ask } from "./ask";
import { money } from "./parts";

const REQUESTS = "/credit-requests";

const is_approved = ({ status }) => status === "Approved";

export function request_limit_dialog(view) {
	const { companies, company } = view.data;
	const own = companies.find((one) => one.company === company);
	// Frappe takes a description for markup
	const escaped = frappe.utils.escape_html(company);
	ask(view, {
		saved: is_approved,
		title: __("Request another limit"),
		label: __("Send the request"),
		fields: [
			{
				fieldname: "limit",
				fieldtype: "Float",
				precision: 2,
				label: __("Limit in {0}", [own.currency]),
				reqd: 1,
				description:
					own.limit == null
						? __("{0} has no limit for this customer now.", [escaped])
						: __("Now {0} at {1}.", [money(own.limit, own.currency), escaped]),
			},
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				reqd: 1,
				description: __("The manager who decides reads it."),
			},
		],
		send: ({ limit, reason }) =>
			api.change("POST", view.store.customer, REQUESTS, { company, limit, reason }),
		done: ({ requested_limit, currency }) =>
			__("A limit of {0} was asked for.", [money(requested_limit, currency)]),
	});
}

export function approve_dialog(view) {
	const { open } = view.data.requests;
	ask(view, {
		saved: is_approved,
		title: __("Approve the limit"),
		label: __("Approve"),
		fields: [
			{
				fieldname: "limit",
				fieldtype: "Float",
				precision: 2,
				label: __("Limit in {0}", [open.currency]),
				reqd: 1,
				default: open.requested_limit,
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason") },
		],
		send: ({ limit, reason }) => decide(view, open, "approve", { limit, reason }),
		done: ({ approved_limit, currency }) =>
			__("The limit is {0} now.", [money(approved_limit, currency)]),
	});
}

export function reject_dialog(view) {
	const { open } = view.data.requests;
	ask(view, {
		saved: is_approved,
		title: __("Reject the request"),
		label: __("Reject"),
		fields: [
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				reqd: 1,
				description: __("Whoever asked reads it."),
			},
		],
		send: ({ reason }) => decide(view, open, "reject", { reason }),
		done: () => __("The request was rejected."),
	});
}

export async function withdraw(view) {
	const { open } = view.data.requests;
	const { error } = await decide(view, open, "withdraw", {});
	alert(error ? error.message : __("The request was withdrawn."), error ? "red" : "green");
	await view.refresh();
}

const decide = (view, request, decision, body) =>
	api.change(
		"POST",
		view.store.customer,
		`${REQUESTS}/${encodeURIComponent(request.name)}/${decision}`,
		body,
	);
