// One hit: who it is, why it was found, what it may still buy. Two lines, and a third only for what they do not show.
import { html, join, money, quantity } from "../smartbill/format";

const SOURCES = { erp: "ERP", b2b: "B2B", smartbill: "SmartBill" };
const STATUS_COLORS = {
	disabled: "gray",
	blocked: "red",
	over_limit: "red",
	pending_registration: "orange",
};

export const source_label = (source) => SOURCES[source];

/** A request that nobody has decided about: it cannot be quoted, but it can be decided. */
export const is_undecided = ({ selectable, customer, registration }) =>
	!selectable && !customer && Boolean(registration);

/** `typed` is what was looked for; `id` is the element's. */
export function row_html(row, { typed, id, index, is_active, is_busy }) {
	const facts = facts_of(row, typed);
	const why = facts.some(({ is_hit }) => is_hit) ? null : reason_of(row.match);
	return html`<div
		class="sb-hit ${is_active && "sb-hit-active"} ${!row.selectable && "sb-hit-off"}"
		role="option"
		id="${id}"
		data-index="${index}"
		aria-selected="${is_active ? "true" : "false"}"
		${!row.selectable && html`aria-disabled="true"`}
		${is_busy && html`aria-busy="true"`}
	>
		<div class="sb-hit-main">
			<div class="sb-hit-title">
				<span class="sb-hit-name">${name_html(row)}</span>
				${badges(row)}
			</div>
			<div class="sb-hit-facts">
				${join(
					facts.map(
						({ text, range }) => html`<span>${marked(text, range && [range])}</span>`,
					),
					html` <span class="sb-dot" aria-hidden="true">·</span> `,
				)}
			</div>
			${why && html`<div class="sb-hit-why">${why}</div>`}
		</div>
		<div class="sb-hit-side">${is_busy ? busy() : side(row)}</div>
	</div>`;
}

function busy() {
	return html`<span class="sb-spinner" aria-hidden="true"></span>`;
}

function name_html({ display_name, match }) {
	return marked(display_name, match?.ranges);
}

/** Text whose ranges, each [from, to) in characters, stand out. */
function marked(text, ranges) {
	const letters = [...text];
	const cut = (from, to) => letters.slice(from, to).join("");
	const parts = [];
	let at = 0;
	for (const [from, to] of ranges || []) {
		if (from < at || to > letters.length) continue;
		parts.push(cut(at, from), html`<mark>${cut(from, to)}</mark>`);
		at = to;
	}
	return [...parts, cut(at)];
}

function badges({ sources, customer, tier, status, status_text }) {
	// found by what SmartBill says, a Customer is a Customer all the same
	const known_in = new Set([...(customer ? ["erp"] : []), ...sources]);
	return [
		...[...known_in].map((source) => badge(SOURCES[source] || source, "source")),
		tier && badge(tier, "yellow"),
		status && badge(status_text, STATUS_COLORS[status] || "gray"),
	];
}

function badge(text, kind) {
	return html` <span class="sb-badge sb-badge-${kind}">${text}</span>`;
}

// the second line

const FACTS = ["cui", "city", "phone", "email"];

function facts_of(row, typed) {
	const { field } = row.match || {};
	return FACTS.filter((name) => row[name]).map((name) => {
		const text = String(row[name]);
		const range = name === field ? found_in(text, typed) : null;
		return { text, range, is_hit: Boolean(range) };
	});
}

/** Where in a text the letters and digits that were typed stand, whatever spaces and marks are between: [from, to). */
function found_in(text, typed) {
	const signs = signs_of(text);
	const letters = bare(text);
	for (const part of [bare(typed), without_country(typed)]) {
		const at = part ? letters.indexOf(part) : -1;
		if (at >= 0) return [signs[at].place, signs[at + part.length - 1].place + 1];
	}
	return null;
}

/** Whether all of a code was typed, and not only how it begins. */
export function is_whole(text, typed) {
	return Boolean(text) && without_country(text) === without_country(typed);
}

const bare = (text) =>
	signs_of(text)
		.map(({ letter }) => letter)
		.join("");

/** It is written or left out. */
const without_country = (text) => bare(text).replace(/^(ro|0040|40|0)/, "");

/** The letters and digits of a text without case and accents, each with its place. */
function signs_of(text) {
	return [...text]
		.map((letter, place) => ({ letter: letter.normalize("NFD")[0].toLowerCase(), place }))
		.filter(({ letter }) => /^[\p{L}\p{N}]$/u.test(letter));
}

// why it was found

/** Why a row was found whose first two lines do not show it. */
function reason_of(match) {
	if (!match || (match.field === "name" && !match.where)) return null;
	const { field, text, where, ranges } = match;
	const label = reason_label(field);
	// of a contact we know the name already
	if (field === "contact") return join([where || label, !where?.includes(text) && text], ": ");
	const what = where ? __("{0} of {1}", [label, where], "Phone of contact Ana") : label;
	// what stands out in the name need not be said again
	return join([what, !ranges?.length && text], ": ");
}

function reason_label(field) {
	switch (field) {
		case "name":
			return __("Name");
		case "cui":
			return __("CUI");
		case "email":
			return __("E-mail");
		case "phone":
			return __("Phone");
		case "reg_com":
			return __("Trade register");
		case "contact":
			return __("Contact");
		case "city":
			return __("City");
		case "typo":
			return __("Spelled alike");
		default:
			return __("Number");
	}
}

// what it may still buy

function side(row) {
	if (is_undecided(row))
		return html`<a
			class="sb-link sb-hit-review"
			href="${frappe.utils.get_form_link("B2B Registration", row.registration.name)}"
			target="_blank"
			rel="noopener"
			tabindex="-1"
			>${__("Review", null, "A registration")}</a
		>`;
	return html`${row.customer
		? credit_html(row.credit)
		: html`<div class="text-muted">${__("Not in ERP yet")}</div>`}
	${row.discount &&
	html`<div class="sb-hit-discount">
		<span class="sr-only">${__("Discount")}</span>
		−${quantity(row.discount)} %
	</div>`}`;
}

function credit_html(credit) {
	// most have no limit, and nobody has to read that twenty times
	if (!credit || credit.limit === null) return null;
	const { limit, used, available, currency } = credit;
	const is_over = available < 0;
	const share = limit > 0 ? Math.min(Math.max(used / limit, 0), 1) : 1;
	const color = available <= 0 ? "red" : share > 0.8 ? "orange" : "green";
	return html`<div
			class="sb-hit-credit ${is_over && "sb-hit-over"}"
			title="${__("{0} of {1} used", [money(used, currency), money(limit, currency)])}"
		>
			<span class="sb-hit-amount">${money(Math.abs(available), currency)}</span>
			<span class="text-muted"
				>${is_over
					? __("over the limit", null, "Credit")
					: __("available", null, "Credit")}</span
			>
		</div>
		<div class="sb-credit-bar" aria-hidden="true">
			<span class="sb-credit-${color}" style="width: ${Math.round(share * 100)}%"></span>
		</div>`;
}
