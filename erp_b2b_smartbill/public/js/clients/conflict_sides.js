// What a person sees of a conflict: the proposal and why, both sides line by line, whom the client could be.
import { action, date, form_link, html, join, minute_of } from "../smartbill/format";

export const COLORS = { Open: "orange", Resolved: "green", Ignored: "gray" };

/** The line under the title: {content, color}. */
export function banner_of(view) {
	const { headline, settled, status } = view;
	const content = headline
		? html`<b>${headline.text}</b> ${headline.why &&
			  html`<div class="sb-small">${headline.why}</div>`}`
		: html`<b>${settled_text(settled)}</b> ${settled.note &&
			  html`<div class="sb-pre">${settled.note}</div>`}`;
	return { content: html`${counter(view)}${content}`, color: COLORS[status] };
}

function settled_text({ resolution, by, at }) {
	return by
		? __("{0}: {1}, {2}.", [resolution, by, minute_of(at)])
		: __("{0}: {1}.", [resolution, minute_of(at)]);
}

/** Where it stands among the open ones, and the way past it. */
function counter({ place }) {
	const { number, total, next } = place;
	if (!total) return "";
	const text = number ? __("{0} of {1}", [number, total]) : __("{0} open", [total]);
	const label = number ? __("Skip") : __("Next");
	return html`<span class="sb-conflict-counter">
		<span>${text}</span>
		${next && action("next", label)}
	</span>`;
}

/** The field "sides_html". `chosen` is {choices by kind, customer}. */
export function sides_html(view, chosen) {
	return html`<div class="sb-conflict">
		${who(view)} ${fields_table(view, chosen)} ${candidates_table(view, chosen)}
		${view.status === "Open" && note_field()}
	</div>`;
}

function who({ client, customer, kind, account }) {
	const about = [
		client.status === "Gone" && html`<b>${__("deleted in SmartBill")}</b>`,
		customer ? html`${__("Customer")}: ${form_link("Customer", customer.name, customer.title)}` : "",
		html`${__("SmartBill Account")}: ${account}`,
	];
	return html`<div class="sb-conflict-who">
		<span class="sb-conflict-kind">${__(kind)}</span>
		${form_link("SmartBill Client", client.name, client.title)}
		<span class="sb-small text-muted">${join(about, " · ")}</span>
	</div>`;
}

// side by side

function fields_table(view, chosen) {
	const rows = view.rows.filter(({ is_empty }) => !is_empty);
	if (!rows.length) {
		return (
			!view.candidates.length &&
			!view.customer &&
			html`<p class="text-muted">${__("There is no Customer that you may see.")}</p>`
		);
	}
	const differing = rows.filter(({ state }) => state === "differs");
	const others = rows.filter(({ state }) => state !== "differs");
	const folded =
		others.length === 1
			? __("1 line without a difference to settle")
			: __("{0} lines without a difference to settle", [others.length]);
	return html`
		${differing.length > 0 && table(view, differing, chosen, true)}
		${others.length > 0 &&
		html`<details class="sb-conflict-folded" ${differing.length ? "" : html`open`}>
			<summary>${folded}</summary>
			${table(view, others, chosen, !differing.length)}
		</details>`}
	`;
}

function table(view, rows, chosen, has_head) {
	return html`<table class="sb-table sb-conflict-table">
		${has_head &&
		html`<thead>
			<tr>
				<td></td>
				<th scope="col">${__("ERPNext")}</th>
				<th scope="col">${view.other_side}</th>
			</tr>
		</thead>`}
		<tbody>
			${rows.map((row) => line(view, row, chosen))}
		</tbody>
	</table>`;
}

function line(view, row, chosen) {
	const side = row.kind && chosen.choices[row.kind];
	return html`<tr class="${row.choice ? "sb-conflict-open" : ""}">
		<th scope="row">
			${row.label} ${row.decided && html`<div class="sb-small">${row.decided}</div>`}
		</th>
		${cell(row, "erp", __("ERPNext"), side)} ${cell(row, "smartbill", view.other_side, side)}
	</tr>`;
}

function cell(row, side, label, chosen) {
	const value = row[side] ? html`${row[side]}` : html`<span class="text-muted">–</span>`;
	if (!row.choice) return html`<td data-label="${label}">${value}</td>`;
	return html`<td data-label="${label}" class="${chosen === side ? "sb-conflict-chosen" : ""}">
		<label class="sb-conflict-choice">
			<input
				type="radio"
				name="sb-conflict-${row.kind}"
				data-kind="${row.kind}"
				value="${side}"
				aria-label="${row.label}: ${label}"
				${chosen === side ? html`checked` : ""}
			/>
			<span>${value}</span>
		</label>
	</td>`;
}

// whom it could be

const COLUMNS = [
	["cui", () => __("Fiscal code")],
	["city", () => __("City")],
	["email", () => __("E-mail")],
	["last", () => __("Last document")],
];

function candidates_table(view, chosen) {
	if (!view.candidates.length) return "";
	const { client, twin } = view;
	const may_choose = view.status === "Open" && view.candidates.length > 1;
	const heading = view.rows.length
		? __("Customers that have the new fiscal code")
		: view.candidates.length === 1
		  ? __("The Customer that it could be")
		  : __("The Customers that it could be");
	return html`<table class="sb-table sb-conflict-candidates">
		<caption>
			${twin ? __("Who it is") : heading}
		</caption>
		<thead>
			<tr>
				<th scope="col">${__("Name")}</th>
				${COLUMNS.map(([, label]) => html`<th scope="col">${label()}</th>`)}
			</tr>
		</thead>
		<tbody>
			${!view.rows.length && in_smartbill(client, __("In SmartBill"))}
			${twin && in_smartbill(twin, __("In SmartBill, linked already"))}
			${view.candidates.map((one) => candidate(one, may_choose, chosen.customer))}
		</tbody>
	</table>`;
}

function in_smartbill(client, label) {
	const values = { cui: client.vat_code, city: client.city, email: client.email, last: "" };
	return html`<tr class="sb-conflict-theirs">
		<th scope="row">
			${form_link("SmartBill Client", client.name, client.title)}
			<div class="sb-small text-muted">${label}</div>
		</th>
		${cells(values)}
	</tr>`;
}

function candidate(one, may_choose, chosen) {
	const notes = [
		__("Customer"),
		one.name !== one.title && one.name,
		one.disabled && html`<b>${__("Disabled")}</b>`,
		one.linked_client && __("linked with {0} in SmartBill", [one.linked_client]),
	];
	const name = html`${form_link("Customer", one.name, one.title)}
		<div class="sb-small text-muted">${join(notes, " · ")}</div>`;
	return html`<tr class="${may_choose && chosen === one.name ? "sb-conflict-chosen" : ""}">
		<th scope="row">
			${may_choose
				? html`<div class="sb-conflict-choice">
						<input
							type="radio"
							name="sb-conflict-customer"
							value="${one.name}"
							aria-label="${one.title}"
							${chosen === one.name ? html`checked` : ""}
						/>
						<span>${name}</span>
				  </div>`
				: name}
		</th>
		${cells({ ...one, last: last_document(one) })}
	</tr>`;
}

function cells(values) {
	return COLUMNS.map(
		([field, label]) => html`<td data-label="${label()}" class="${values[field] ? "" : "sb-none"}">
			${values[field] || html`<span class="text-muted">–</span>`}
		</td>`,
	);
}

function last_document({ last_invoice, last_quotation }) {
	return [
		last_invoice && __("invoice {0}", [date(last_invoice)]),
		last_quotation && __("quotation {0}", [date(last_quotation)]),
	]
		.filter(Boolean)
		.join(", ");
}

function note_field() {
	return html`<input
		type="text"
		class="form-control sb-conflict-note"
		maxlength="1000"
		placeholder="${__("Note for the history (optional)")}"
		aria-label="${__("Note")}"
	/>`;
}
