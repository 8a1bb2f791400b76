// The form of a SmartBill Client: whom it is linked with and why, or what to do; what is open about it.
import * as api from "../smartbill/api";
import { fill, form_link, html, join, mark, minute_of } from "../smartbill/format";

const REASONS = {
	cui: () => __("the fiscal code is the same"),
	email: () => __("the e-mail address is the same"),
	name_and_phone: () => __("name and phone are the same"),
	person: () => __("somebody decided so"),
	created: () => __("the Customer was made of this client"),
};

export function show_client(frm) {
	frm.disable_save();
	// the headline says these in words
	frm.toggle_display(["match_reason", "linked_at", "keep_unlinked"], false);
	const shown = frm.doc.__onload?.client || {};
	frm.get_field("headline").$wrapper.html(String(headline(frm.doc, shown)));
	// the server asks again
	if (frappe.user.has_role(["B2B Manager", "System Manager"])) add_buttons(frm);
}

function add_buttons(frm) {
	const { customer, keep_unlinked } = frm.doc;
	const client_name = frappe.utils.escape_html(frm.doc.client_name);
	const note = { fieldname: "note", fieldtype: "Small Text", label: __("Note for the history (optional)") };
	if (customer) {
		frm.add_custom_button(__("Unlink"), () =>
			frappe.prompt(
				[note],
				(values) => decide(frm, "unlink", values),
				__("{0} is not {1}", [client_name, frappe.utils.escape_html(customer)]),
				__("Unlink"),
			),
		);
		return;
	}
	const which = {
		fieldname: "customer",
		fieldtype: "Link",
		options: "Customer",
		label: __("Customer"),
		reqd: 1,
	};
	frm.add_custom_button(__("Link with a Customer"), () =>
		frappe.prompt(
			[which, note],
			(values) => decide(frm, "link", values),
			__("Which Customer is {0}?", [client_name]),
			__("Link"),
		),
	);
	if (keep_unlinked)
		frm.add_custom_button(__("Let the sync decide again"), () => decide(frm, "release", {}));
}

async function decide(frm, step, values) {
	const path = `/api/v1/smartbill/clients/${encodeURIComponent(frm.doc.name)}/${step}`;
	const { error } = await api.request("POST", path, values);
	if (error) {
		const message = frappe.utils.escape_html(error.message);
		frappe.msgprint({ message, indicator: "red", title: __("Not done") });
	}
	await frm.reload_doc();
}

function headline(doc, { customer_name, conflicts = [] }) {
	const [level, text] = state_of(doc, customer_name, conflicts);
	return html`<div class="sb-client-state">
		<div class="sb-check">
			${mark(level)}
			<div>${text}</div>
		</div>
		${doc.status === "Gone" &&
		html`<div class="sb-check">
			${mark("notice")}
			<div>
				${__("SmartBill no longer has this client; it was seen last on {0}.", [
					minute_of(doc.last_seen_at),
				])}
			</div>
		</div>`}
		${conflicts.length > 0 &&
		html`<div class="sb-check">
			${mark("problem")}
			<div>
				${conflicts.length === 1
					? __("One disagreement waits for a decision:")
					: __("{0} disagreements wait for a decision:", [conflicts.length])}
				${join(
					conflicts.map(({ name, kind }) => conflict_link(name, kind)),
					", ",
				)}
			</div>
		</div>`}
	</div>`;
}

function conflict_link(name, kind) {
	return frappe.model.can_read("Customer Sync Conflict")
		? form_link("Customer Sync Conflict", name, __(kind))
		: __(kind);
}

function state_of(doc, customer_name, conflicts) {
	if (doc.customer) {
		const link = form_link("Customer", doc.customer, customer_name || doc.customer);
		const reason = REASONS[doc.match_reason]?.();
		return [
			"ok",
			reason
				? fill(
						__("Linked with {0} since {1}, because {2}."),
						link,
						minute_of(doc.linked_at),
						reason,
				  )
				: fill(__("Linked with {0}."), link),
		];
	}
	if (doc.keep_unlinked)
		return [
			"neutral",
			__("Not linked, and it stays so: somebody decided it, or deleted its Customer."),
		];
	if (conflicts.length) return ["notice", __("Not linked: decide first which Customer it is.")];
	return [
		"notice",
		doc.vat_code && doc.status === "Active"
			? __("Not linked. A Customer with its fiscal code is linked as soon as there is one.")
			: __("Not linked."),
	];
}
