// The form of a registration: one decision, with everything in view.
import { put_banners } from "../smartbill/banners";
import { alert, error_html, html, listen } from "../smartbill/format";
import { act, review } from "./api";
import { choice_of, is_chosen, sent_of } from "./choice";
import { decision_dialog, show_approval, show_erase, show_text } from "./dialogs";
import { COLORS, banner_of, is_open, review_html } from "./review";

const GIVEN = [
	"tier",
	"customer_group",
	"territory",
	"sales_person",
	"price_list",
	"payment_terms",
	"company",
	"credit_limit",
];

export async function show_registration(frm) {
	const { name } = frm.doc;
	const { data, error } = await review(name);
	if (frm.doc.name !== name) return;
	if (!data) {
		put_banners(frm, [{ content: error_html(error), color: "red" }], {});
		return;
	}
	// what a person chose holds as long as he stays
	if (frm.b2b_picked?.of !== name) frm.b2b_picked = null;
	frm.b2b_view = data;
	put_banners(frm, [banner_of(data)], {});
	show_review(frm);
	show_given(frm);
	add_buttons(frm);
}

const choice = (frm) => choice_of(frm.b2b_view, frm.b2b_picked);

function show_review(frm) {
	const $review = frm.get_field("review").$wrapper;
	$review.html(String(review_html(frm.b2b_view, choice(frm))));
	listen($review, { look: (_data, button) => look(frm, button) });
	$review.off("change.sb").on("change.sb", "[name=sb-review-customer]", ({ currentTarget }) => {
		const { value, dataset } = currentTarget;
		pick(frm, value ? { customer: value, title: dataset.title } : { create_new: true });
		$review.find(`[name=sb-review-customer][value="${CSS.escape(value)}"]`).trigger("focus");
	});
}

function pick(frm, picked) {
	frm.b2b_picked = { ...picked, of: frm.doc.name };
	show_review(frm);
}

/** The fields "Will be created": to be filled in until it is decided, then what was given. */
function show_given(frm) {
	const { status } = frm.b2b_view;
	const open = is_open(frm.b2b_view);
	frm.toggle_display("given_section", open || status === "Approved");
	for (const field of GIVEN) frm.set_df_property(field, "read_only", open ? 0 : 1);
	const section = $(frm.fields_dict.given_section.wrapper);
	section.find(".section-head").text(open ? __("Will be created") : __("What was given"));
	section.find(".form-section-description").toggle(open);
	show_tier(frm);
}

function add_buttons(frm) {
	frm.clear_custom_buttons();
	if (is_open(frm.b2b_view)) {
		// a changed field would put "Save" in the place of the decision
		frm.disable_save(true);
		const button = (label, action, press) =>
			frm.add_custom_button(label, () => may(frm, action) && press(frm));
		button(__("Ask"), "ask", ask);
		button(__("Reject"), "reject", reject);
		frm.page.set_primary_action(__("Approve"), () => may(frm, "approve") && approve(frm));
		// what was typed goes with the approval; keeping it, or a note, for later is in the menu
		if (frm.perm[0]?.write) frm.page.add_menu_item(__("Save"), () => frm.save());
		frm.page.add_menu_item(
			__("Link to another Customer"),
			() => may(frm, "approve") && pick_another(frm),
		);
	}
	frm.page.add_menu_item(__("Erase personal data"), () => may(frm, "erase") && erase(frm));
}

/** What may not be done says why; it does not vanish. */
function may(frm, action) {
	const answer = frm.b2b_view.can[action];
	if (answer === true) return true;
	alert(answer, "orange");
	return false;
}

function approve(frm) {
	const view = frm.b2b_view;
	const chosen = choice(frm);
	if (!is_chosen(chosen)) {
		show_choice(frm, __("Say first which Customer it is, or that a new one is made."), "orange");
		return;
	}
	const body = {
		...Object.fromEntries(
			GIVEN.map((field) => [field, frm.doc[field] || (field === "credit_limit" ? 0 : "")]),
		),
		...sent_of(view, chosen),
	};
	const send = async () => {
		const answer = await sending(frm, "approve", body);
		if (answer.error?.code === "choose_customer") {
			dialog.hide();
			await show_registration(frm);
			show_choice(frm, answer.error.message, "orange");
		}
		return answer;
	};
	const dialog = show_approval({ view, choice: chosen, terms: terms_of(frm), send, ...ends(frm) });
}

function show_choice(frm, message, color) {
	alert(message, color, 10);
	const place = frm.get_field("review").$wrapper.find('[data-part="duplicates"]');
	if (place.length) frappe.utils.scroll_to(place, true, 120);
}

/** What is given, as [label, value], as the form shows it. */
function terms_of(frm) {
	return GIVEN.filter((field) => frm.doc[field] && (field !== "company" || frm.doc.credit_limit)).map(
		(field) => {
			const { df } = frm.fields_dict[field];
			const value =
				field === "credit_limit"
					? format_currency(frm.doc[field], frappe.get_doc(":Company", frm.doc.company)?.default_currency)
					: frm.doc[field];
			return [__(df.label, null, frm.doctype), value];
		},
	);
}

function reject(frm) {
	show_text({
		name: frm.doc.name,
		act: "reject",
		field: "reason",
		title: __("Reject the registration"),
		label: __("Reason"),
		description: __("The applicant reads it."),
		primary_action_label: __("Reject"),
		danger: true,
		send: ({ reason }) => sending(frm, "reject", { reason }),
		...ends(frm),
	});
}

function ask(frm) {
	show_text({
		name: frm.doc.name,
		act: "ask",
		field: "question",
		title: __("Ask for information"),
		label: __("Question"),
		description: __(
			"The applicant gets it by e-mail and answers on the private page of the request.",
		),
		primary_action_label: __("Send the question"),
		send: ({ question }) => sending(frm, "ask", { question }),
		...ends(frm),
	});
}

function erase(frm) {
	show_erase({ send: ({ reason }) => sending(frm, "erase", { reason }), ...ends(frm) });
}

function pick_another(frm) {
	decision_dialog({
		title: __("Link to another Customer"),
		fields: [
			{
				fieldname: "customer",
				fieldtype: "Link",
				options: "Customer",
				label: __("Customer"),
				description: __("The approval links this Customer instead of making a new one."),
				reqd: 1,
			},
		],
		primary_action_label: __("Choose"),
		send: async ({ customer }) => {
			const { message } = await frappe.db.get_value("Customer", customer, "customer_name");
			return { data: { customer, title: message?.customer_name, by_hand: true } };
		},
		done: (picked) => {
			pick(frm, picked);
			show_choice(frm, __("{0} will be linked.", [picked.title || picked.customer]), "green");
		},
	});
}

async function look(frm, button) {
	button.disabled = true;
	const { data, error } = await act(frm.doc.name, "look");
	button.disabled = false;
	if (!data) {
		alert(error.message, "orange", 10);
		return;
	}
	frm.b2b_view = data;
	show_review(frm);
	alert(__("ANAF was asked again."), "green");
}

/** Send a decision. A note that was typed is kept first: it belongs to the decision. */
async function sending(frm, action, body) {
	const { doctype, name } = frm.doc;
	if (is_changed(frm, "internal_note")) {
		try {
			await frappe.xcall("frappe.client.set_value", {
				doctype,
				name,
				fieldname: { internal_note: frm.doc.internal_note || "" },
			});
		} catch {
			return { error: { message: __("The note could not be saved."), problems: [] } };
		}
	}
	return act(name, action, body);
}

const is_changed = (frm, field) =>
	frm.is_dirty() && (frm.doc[field] || "") !== (frm.b2b_stored?.[field] || "");

function ends(frm) {
	return {
		done: async ({ status }) => {
			await reload(frm);
			// what was made stands at the top
			frappe.utils.scroll_to(0);
			alert(__(status), COLORS[status]);
		},
		overtaken: async (error) => {
			await reload(frm);
			frappe.msgprint({
				title: __("Not done"),
				message: String(html`${error_html(error)}`),
				indicator: "orange",
			});
		},
	};
}

/** Show how it stands. Terms that were typed and not saved stay typed while it is open. */
async function reload(frm) {
	const typed = Object.fromEntries(
		GIVEN.filter((field) => is_changed(frm, field)).map((field) => [field, frm.doc[field]]),
	);
	await frm.reload_doc();
	if (is_open(frm.doc)) for (const [field, value] of Object.entries(typed)) frm.set_value(field, value);
}

/** What the chosen tier gives, where nothing stands yet. */
export async function take_tier(frm) {
	show_tier(frm);
	const tier = await tier_of(frm);
	if (!tier) return;
	for (const field of ["price_list", "payment_terms"])
		if (tier[field] && !frm.doc[field]) frm.set_value(field, tier[field]);
	// an amount says something only together with the company that it is in
	if (tier.default_credit_limit && !frm.doc.credit_limit) {
		frm.set_value("company", tier.company);
		frm.set_value("credit_limit", tier.default_credit_limit);
	}
}

/** Beneath the field, what the tier is. */
async function show_tier(frm) {
	const tier = await tier_of(frm);
	const discount = tier?.discount_percentage
		? __("{0} % off the price list.", [format_number(tier.discount_percentage, null, 0)])
		: "";
	const text = [discount, tier?.description].filter(Boolean).join(" ");
	frm.set_df_property("tier", "description", String(html`${text}`));
}

async function tier_of(frm) {
	const { tier } = frm.doc;
	if (!tier || !frappe.model.can_read("B2B Tier")) return null;
	const fields = [
		"price_list",
		"payment_terms",
		"company",
		"default_credit_limit",
		"discount_percentage",
		"description",
	];
	const { message } = await frappe.db.get_value("B2B Tier", tier, fields);
	return frm.doc.tier === tier ? message : null;
}
