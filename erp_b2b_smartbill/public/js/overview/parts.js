// What the tabs are made of: figures, sections, tables, amounts, the ways to what proves a figure.
import { date, html, money, number, quantity } from "../smartbill/format";
import { list_link, open_list } from "../smartbill/lists";

export { date, html, list_link, money, number, open_list, quantity };

/** {value, currency} as it is written; a dash for what is not known. */
export const amount = (of, currency) =>
	of && of.value != null
		? money(of.value, of.currency || currency)
		: html`<span aria-label="${__("unknown")}">—</span>`;

export const percent = (value) => `${quantity(value)} %`;

/** Markup that Frappe made. */
export const icon = (name, size = "sm") => html([frappe.utils.icon(name, size)]);

/** A document of the desk; its name alone for whoever may not read it. */
export function doc_link(link, label) {
	if (!link) return label;
	return html`<a
		class="sb-quiet-link"
		href="${frappe.utils.get_form_link(link.doctype, link.name)}"
		>${label || link.name}</a
	>`;
}

/**
 * The figures at the top, each {label, value, detail, list, link, tone}: three or four that one looks at first. `tone`
 * is green, orange or red.
 */
export function figures(list) {
	const shown = list.filter(Boolean);
	return html`<dl class="sb-360-figures">${shown.map(figure)}</dl>`;
}

function figure({ label, value, detail, list, link, tone }) {
	const said = list ? list_link(list, value) : doc_link(link, value);
	return html`<div class="sb-360-figure ${tone && `sb-360-${tone}`}">
		<dt>${label}</dt>
		<dd>
			<div class="sb-360-value">${said}</div>
			${detail && html`<div class="sb-360-detail">${detail}</div>`}
		</dd>
	</div>`;
}

/** `all` is the list where the rest is; `total` how many there are of it. */
export function section(title, content, { all, total, shown, side, note } = {}) {
	const rest = all && total > shown;
	return html`<section class="sb-360-section" aria-label="${title}">
		<header>
			<h4>
				${title}
				${total > 0 && html`<span class="sb-360-count">${number(total, 0)}</span>`}
			</h4>
			<div class="sb-360-side">
				${side}
				${all &&
				list_link(
					all,
					rest ? __("All {0}", [number(total, 0)]) : __("Open the list"),
					"sb-360-all",
				)}
			</div>
		</header>
		${note && html`<p class="sb-360-note">${note}</p>`} ${content}
	</section>`;
}

/**
 * `columns` are {label, cell(row), right, wide, narrow}. A table that is too wide for a
 * phone scrolls by itself.
 */
export function table(caption, columns, rows, { row_class } = {}) {
	return html`<div class="sb-table-scroll" tabindex="0" role="group" aria-label="${caption}">
		<table class="sb-table sb-360-table">
			<caption class="sr-only">
				${caption}
			</caption>
			<thead>
				<tr>
					${columns.map(
						({ label, right, narrow }) =>
							html`<th
								scope="col"
								class="${right && "sb-number"} ${narrow && "sb-360-narrow"}"
							>
								${label}
							</th>`,
					)}
				</tr>
			</thead>
			<tbody>
				${rows.map(
					(row) =>
						html`<tr class="${row_class?.(row)}">
							${columns.map(
								({ cell, right, wide }) =>
									html`<td
										class="${right && "sb-number"} ${wide && "sb-360-wide"}"
									>
										${cell(row)}
									</td>`,
							)}
						</tr>`,
				)}
			</tbody>
		</table>
	</div>`;
}

/** Facts under each other: [label, value, where it comes from]. */
export function facts(rows) {
	return html`<dl class="sb-360-facts">
		${rows.filter(Boolean).map(
			([label, value, source]) =>
				html`<div>
					<dt>${label}</dt>
					<dd>
						${value} ${source && html`<span class="sb-360-source">${source}</span>`}
					</dd>
				</div>`,
		)}
	</dl>`;
}

export const badge = (text, color = "gray") =>
	html`<span class="sb-badge sb-badge-${color}">${text}</span>`;

export const nothing = (text, more) =>
	html`<div class="sb-360-nothing">${text}${more && html`<div>${more}</div>`}</div>`;

export function button(name, label, { kind = "btn-default", disabled, attributes } = {}) {
	return html`<button
		type="button"
		class="btn btn-xs ${kind}"
		data-sb="${name}"
		${disabled && html`disabled`}
		${attributes}
	>
		${label}
	</button>`;
}

/** A choice of one among a few, as small buttons: `options` are [value, label, count]. */
export function chips(name, label, options, current) {
	return html`<div class="sb-360-chips" role="group" aria-label="${label}">
		${options.map(
			([value, text, count]) =>
				html`<button
					type="button"
					class="sb-chip ${value === current && "sb-chip-on"}"
					aria-pressed="${value === current ? "true" : "false"}"
					data-sb="${name}"
					data-value="${value}"
				>
					${text} ${count != null && html`<b>${number(count, 0)}</b>`}
				</button>`,
		)}
	</div>`;
}

/** How much of a limit is used, as a bar that is read out. */
export function usage_bar({ used, limit, label }) {
	const share = limit > 0 ? Math.min(Math.max(used / limit, 0), 1) : 0;
	const color = used >= limit ? "red" : share > 0.8 ? "orange" : "green";
	const value = Math.round(share * 100);
	return html`<div
		class="sb-360-bar"
		role="meter"
		aria-label="${label}"
		aria-valuemin="0"
		aria-valuemax="100"
		aria-valuenow="${value}"
	>
		<span class="sb-360-bar-${color}" style="width: ${value}%"></span>
	</div>`;
}
