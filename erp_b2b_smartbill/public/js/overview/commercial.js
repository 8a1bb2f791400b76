// On what terms a customer buys.
import { change_tier_dialog } from "./tier_dialog";
import {
	amount,
	badge,
	button,
	date,
	doc_link,
	facts,
	figures,
	html,
	nothing,
	number,
	percent,
	section,
	table,
} from "./parts";

export const commercial = {
	html(data) {
		const { tier, discount, price_list, payment_terms, rules, special_prices } = data;
		return html`${notices(data)}
			${figures([
				tier_figure(tier),
				{
					label: __("Discount"),
					value: discount.percent == null ? html`—` : percent(discount.percent),
					detail: discount.text,
					link: discount.link,
					tone: discount.source === "refused" && "red",
				},
				{
					label: __("Price List"),
					value: price_list.value || html`—`,
					detail: doc_link(price_list.link, price_list.text),
					link: readable("Price List", price_list.value),
				},
				{
					label: __("Payment Terms"),
					value: payment_terms.value || __("None"),
					detail: doc_link(payment_terms.link, payment_terms.text),
					link: readable("Payment Terms Template", payment_terms.value),
				},
			])}
			${tier_section(tier)}
			${section(__("Pricing rules that apply"), rules_html(rules), {
				all: rules.list,
				total: rules.total,
				shown: rules.rows.length,
			})}
			${section(__("Special prices"), prices_html(special_prices), {
				all: special_prices.list,
				total: special_prices.total,
				shown: special_prices.rows.length,
			})}
			<div class="sb-360-pair">
				${terms_section(data)} ${team_section(data.sales_team)}
			</div>`;
	},

	handlers: (view) => ({
		"change-tier": () => change_tier_dialog(view),
	}),
};

const readable = (doctype, name) =>
	name && frappe.model.can_read(doctype) ? { doctype, name } : null;

function notices({ notices }) {
	return notices.map((text) => html`<div class="sb-note sb-note-orange">${text}</div>`);
}

function tier_figure(tier) {
	if (!tier)
		return {
			label: __("B2B Tier"),
			value: __("None"),
			detail: __("the price list's own prices"),
		};
	const given = tier.is_disabled
		? __("disabled")
		: tier.is_in_force
		  ? __("in force")
		  : __("not in force");
	return { label: __("B2B Tier"), value: tier.name, detail: given, link: tier.link };
}

function tier_section(tier) {
	const change =
		may_change(tier) &&
		button("change-tier", tier ? __("Change tier") : __("Give a tier"), {
			kind: "btn-default",
		});
	if (!tier)
		return section(__("Tier"), nothing(__("This customer has no tier.")), { side: change });
	const limit = tier.credit_limit;
	return section(
		__("Tier"),
		html`${tier.description && html`<p class="sb-360-note">${tier.description}</p>`}
		${facts([
			[
				__("Gives"),
				__("{0} off", [percent(tier.discount)]),
				__("priority {0}", [tier.priority]),
			],
			tier.price_list && [__("Price List"), tier.price_list],
			tier.payment_terms && [__("Payment Terms"), tier.payment_terms],
			limit && [__("Credit limit of new customers"), amount(limit), limit.company],
			tier.given && [
				__("Given"),
				html`${date(tier.given.on)} · ${tier.given.by}`,
				tier.given.reason,
			],
		])}`,
		{ side: change },
	);
}

/** Where there is no tier, the server has nobody to say it of. */
const may_change = (tier) =>
	tier
		? tier.may_change
		: frappe.boot.erp_b2b_smartbill.may_give_tiers && frappe.model.can_write("Customer");

function rules_html({ rows }) {
	if (!rows.length)
		return nothing(__("No pricing rule applies: this customer pays the prices of the list."));
	return table(
		__("Pricing rules that apply"),
		[
			{
				label: __("Rule"),
				wide: true,
				cell: (row) =>
					html`${doc_link(row.link, row.title || row.name)}
						${row.is_tiers && badge(__("Tier"), "yellow")}
						<div class="sb-360-reason">
							${row.why.text}${row.needs.map((need) => html` · ${need}`)}
						</div>
						${row.stands_text &&
						html`<div class="sb-360-reason">${row.stands_text}</div>`}`,
			},
			{ label: __("On"), cell: on_what },
			{ label: __("Until"), cell: (row) => date(row.valid_upto) || __("no end") },
			{ label: __("Priority"), right: true, cell: (row) => row.priority || "—" },
			{ label: __("Gives"), right: true, cell: (row) => row.gives.text },
		],
		rows,
	);
}

function on_what({ on }) {
	if (on.kind === "Transaction") return __("the whole document");
	const names = on.names.map((name, place) => html`${place > 0 && ", "}<span>${name}</span>`);
	return html`<span class="sb-360-names">${names}</span>${on.more > 0 &&
		html` <span class="text-muted">+${on.more}</span>`}`;
}

function prices_html({ rows }) {
	if (!rows.length) return nothing(__("No item has a price of its own for this customer."));
	return table(
		__("Special prices"),
		[
			{
				label: __("Item"),
				wide: true,
				cell: (row) =>
					html`${doc_link(row.link, row.item_name || row.item_code)}
						${row.is_disabled && badge(__("Disabled"))}
						<div class="sb-360-reason">
							${row.item_code}${!row.is_in_use &&
							html` ·
							${__("of the price list {0}, which is not asked", [row.price_list])}`}
						</div>`,
			},
			{ label: __("Unit"), cell: (row) => row.uom },
			{ label: __("Until"), cell: (row) => date(row.valid_upto) || __("no end") },
			{ label: __("Price"), right: true, cell: (row) => amount(row.rate) },
		],
		rows,
		{ row_class: (row) => !row.is_in_use && "sb-360-off" },
	);
}

function terms_section({ payment_terms, currency }) {
	return section(
		__("Terms"),
		facts([
			[__("Currency"), currency.value || "—", currency.text],
			...(payment_terms.rows || []).map((row) => [
				row.payment_term || row.description || __("Due"),
				percent(row.invoice_portion),
				due_text(row),
			]),
			!payment_terms.value && [__("Payment"), payment_terms.text],
		]),
	);
}

function due_text({ due_date_based_on, credit_days, credit_months }) {
	if (due_date_based_on === "Month(s) after the end of the invoice month")
		return __("{0} months after the end of the invoice month", [credit_months]);
	if (due_date_based_on === "Day(s) after the end of the invoice month")
		return __("{0} days after the end of the invoice month", [credit_days]);
	return __("{0} days after the invoice", [credit_days]);
}

function team_section({ account_manager, sales_partner, rows }) {
	const people = [
		account_manager && [__("Account Manager"), account_manager.name],
		sales_partner && [__("Sales Partner"), sales_partner],
		...rows.map((row) => [
			doc_link(row.link, row.sales_person),
			row.allocated_percentage ? `${number(row.allocated_percentage, 0)} %` : "",
		]),
	].filter(Boolean);
	return section(
		__("Sales team"),
		people.length
			? facts(people)
			: nothing(__("Nobody in particular looks after this customer.")),
	);
}
