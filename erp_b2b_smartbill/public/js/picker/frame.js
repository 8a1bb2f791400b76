// What stands around the hits: the input, the chips, and every state in which there are none.
import {
	again_at,
	error_html,
	html,
	mark,
	number,
	record_link,
	spinner,
} from "../smartbill/format";
import { source_label } from "./row";

// nothing is all of them
export const SOURCES = ["", "erp", "b2b", "smartbill"];
const INDEX = "Customer Search Index";
// the server counts and shows no more
const MOST = 200;

export function frame_html(id) {
	const list = `${id}-list`;
	return html`<div class="sb-picker-head">
			<div class="sb-picker-search">
				${icon("search")}
				<input
					type="text"
					class="form-control sb-picker-input"
					role="combobox"
					aria-label="${__("Find customer")}"
					aria-autocomplete="list"
					aria-expanded="false"
					aria-controls="${list}"
					autocomplete="off"
					autocapitalize="off"
					spellcheck="false"
					enterkeyhint="search"
					maxlength="500"
					placeholder="${__("Name, CUI, e-mail, phone or trade register number")}"
				/>
				${spinner()}
			</div>
			<div class="sb-chips" role="group" aria-label="${__("Source")}">${chips_html()}</div>
			<div class="sb-picker-error"></div>
			<div class="sb-picker-top"></div>
		</div>
		<div class="sb-picker-scroll">
			<div class="sb-picker-state"></div>
			<div
				class="sb-picker-list"
				id="${list}"
				role="listbox"
				aria-label="${__("Customers")}"
			></div>
			<div class="sb-picker-tail"></div>
		</div>
		<div class="sb-picker-company" tabindex="-1" aria-live="polite"></div>
		<div class="sb-picker-keys" aria-hidden="true">
			${[
				["↑ ↓", __("choose", null, "What a key does")],
				["Enter", __("pick", null, "What a key does")],
				[
					`${frappe.utils.is_mac() ? "⌘" : "Ctrl"} ← →`,
					__("source", null, "What a key does"),
				],
				["Esc", __("close", null, "What a key does")],
			].map(([keys, what]) => html`<span><kbd>${keys}</kbd> ${what}</span>`)}
		</div>
		<div class="sb-picker-said sr-only" role="status"></div>`;
}

/** Markup that Frappe made. */
const icon = (name) => html([frappe.utils.icon(name, "sm")]);

function chips_html() {
	return SOURCES.map(
		(source) =>
			html`<button
				type="button"
				class="sb-chip"
				data-sb="source"
				data-source="${source}"
				aria-pressed="false"
			>
				${source ? source_label(source) : __("All")} <b></b>
			</button>`,
	);
}

/** In place: one of them may have the focus. */
export function update_chips($chips, current, counts) {
	$chips.each((_place, chip) => {
		const { source } = chip.dataset;
		const count = counts?.[source || "all"];
		const on = source === current;
		chip.classList.toggle("sb-chip-on", on);
		chip.classList.toggle("sb-chip-none", count === 0);
		chip.setAttribute("aria-pressed", on ? "true" : "false");
		$(chip)
			.find("b")
			.text(count ?? "");
	});
}

/** The last row: a company that nobody has yet. */
export function create_html(cui, { id, index, is_active }) {
	return html`<div
		class="sb-hit sb-hit-create ${is_active && "sb-hit-active"}"
		role="option"
		id="${id}"
		data-index="${index}"
		aria-selected="${is_active ? "true" : "false"}"
	>
		${icon("add")} <span>${__('Create "{0}" from ANAF', [cui])}</span>
	</div>`;
}

/** Above the hits: how far the index is, and what is shown while nothing is typed. */
export function top_html({ index, rows, answered }) {
	if (!answered) return null;
	const is_building = index && index.state !== "Ready";
	return html`${is_building && building_html(index)}
	${!answered.q &&
	rows.length > 0 &&
	html`<div class="sb-caption">${__("Recent, and yours")}</div>`}`;
}

function building_html({ done, total }) {
	const share = total ? Math.min(Math.round((100 * done) / total), 100) : 0;
	return html`<div class="sb-note sb-note-blue">
		${total
			? __("The search is being built: {0} of {1}.", [number(done, 0), number(total, 0)])
			: __("The search is being built.")}
		${__("Who is missing now is found later.")}
		<div class="progress sb-progress">
			<div class="progress-bar" style="width: ${share}%"></div>
		</div>
	</div>`;
}

/** Instead of hits. */
export function state_html(search, source) {
	if (!search.answered) return skeleton();
	if (search.rows.length) return null;
	return search.error ? failed_html(search.error) : nothing_html(search, source);
}

function skeleton() {
	return html`<div class="sb-picker-skeleton" aria-hidden="true">
		${[55, 40, 62, 48].map(
			(width) =>
				html`<div>
					<div class="sb-skeleton" style="width: ${width}%"></div>
					<div class="sb-skeleton" style="width: ${width + 20}%"></div>
				</div>`,
		)}
	</div>`;
}

function failed_html(error) {
	const is_for_good = [401, 403, 404].includes(error.status);
	return html`<div class="sb-empty" role="alert">
		${mark(is_for_good ? "neutral" : "problem")}
		<div>${error_html(error)}</div>
		<div class="text-muted">${again_at(error)}</div>
		${error.code === "index_empty" && record_link({ doctype: INDEX, name: INDEX })}
		${!is_for_good &&
		html`<button type="button" class="btn btn-default btn-sm" data-sb="again">
			${__("Try again")}
		</button>`}
	</div>`;
}

function nothing_html({ answered: { q }, searched, counts, create }, source) {
	if (!q)
		return html`<div class="sb-empty text-muted">
			${__(
				"Type what you have of the customer: a bit of the name, the CUI, an e-mail address, a phone number.",
			)}
		</div>`;
	const elsewhere = source && counts.all !== 0;
	return html`<div class="sb-empty">
		<div>
			<b>
				${source
					? __('Nothing found for "{0}" in {1}.', [q, source_label(source)])
					: __('Nothing found for "{0}".', [q])}
			</b>
		</div>
		<div class="text-muted">${looked_at(searched)}</div>
		${elsewhere &&
		html`<button type="button" class="btn btn-default btn-sm" data-sb="source" data-source="">
			${__("Show all sources ({0})", [counts.all])}
		</button>`}
		${!elsewhere &&
		!create &&
		searched === "text" &&
		frappe.model.can_create("Customer") &&
		html`<div class="text-muted">
			${__("A new company? Type its CUI: ANAF knows the rest.")}
		</div>`}
	</div>`;
}

function looked_at(searched) {
	switch (searched) {
		case "cui":
			return __("Looked for as a CUI: the whole number, and numbers that begin so.");
		case "email":
			return __("Looked for as an e-mail address, of the company and of its contacts.");
		case "phone":
			return __("Looked for as a phone number, of the company and of its contacts.");
		case "reg_com":
			return __("Looked for as a trade register number.");
		default:
			return __("Looked for in names, contacts and cities, with and without typos.");
	}
}

/** Below the hits: more of them, or why there are no more. */
export function tail_html({ rows, error, next }) {
	if (!rows.length) return null;
	if (error)
		return html`<div class="sb-note sb-note-red" role="alert">
			${error_html(error)}
			<button type="button" class="sb-link" data-sb="again">${__("Try again")}</button>
		</div>`;
	if (next)
		return html`<div class="sb-picker-more text-muted">
			${spinner()} ${__("Loading more")}
		</div>`;
	if (rows.length >= MOST)
		return html`<div class="sb-picker-more text-muted">
			${__("These are the first {0}: type more to find the right one.", [MOST])}
		</div>`;
	return null;
}

/** For those who hear the page. */
export function said_of({ error, counts, answered, rows }, source) {
	if (error) return error.message;
	if (!counts) return "";
	if (!rows.length) return answered.q ? __('Nothing found for "{0}".', [answered.q]) : "";
	const count = counts[source || "all"];
	return count === 1 ? __("1 customer") : __("{0} customers", [count]);
}
