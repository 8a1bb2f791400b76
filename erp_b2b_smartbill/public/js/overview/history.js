// What there was between us and a customer, and what became of the quotations.
import { alert } from "../smartbill/format";
import * as api from "./api";
import { chart_place, draw_chart } from "./chart";
import { days_text } from "./credit";
import { month_label } from "./months";
import {
	amount,
	badge,
	button,
	chips,
	date,
	doc_link,
	figures,
	html,
	list_link,
	nothing,
	number,
	percent,
	section,
	table,
} from "./parts";

const EVERYTHING = "";

export const history = {
	html(data, view) {
		const { conversion } = data;
		return html`${conversion
			? conversion_html(conversion)
			: html`<div class="sb-note sb-note-blue">
					${__("Figures need the right to read {0}.", [
						data.withheld.map((one) => __(one)).join(", "),
					])}
			  </div>`}
		${timeline_section(data, timeline_of(view, data))}`;
	},

	ready($area, { conversion }) {
		if (!conversion) return;
		const { months } = conversion;
		draw_chart($area, "conversion", {
			labels: months.map(({ month }) => month_label(month)),
			series: [
				{ name: __("Quoted"), values: months.map((one) => one.number.quoted) },
				{ name: __("Ordered"), values: months.map((one) => one.number.won) },
			],
			format: (value) => number(value, 0),
			colors: ["gray", "blue"],
		});
	},

	handlers: (view) => ({
		kind: ({ value }) => read_page(view, { kind: value }),
		older: (_data, element) => {
			element.disabled = true;
			read_page(view, { older: true });
		},
	}),
};

function conversion_html(conversion) {
	const { total, trend, period, months } = conversion;
	return html`${figures([
		{
			label: __("Quotations ordered"),
			value: rate(total.rate.by_number),
			detail: html`${__("{0} of {1}", [
				number(total.number.won, 0),
				number(total.number.quoted, 0),
			])}
			${trend_text(trend.by_number)}`,
			list: total.lists.won || total.lists.quoted,
		},
		{
			label: __("By value"),
			value: rate(total.rate.by_value),
			detail: html`${amount(total.value.ordered)} ${trend_text(trend.by_value)}`,
		},
		{
			label: __("Time to order"),
			value:
				total.median_days_to_order == null
					? html`—`
					: days_text(Math.round(total.median_days_to_order)),
			detail: __("median"),
		},
		{
			label: __("Lost"),
			value: number(total.number.lost, 0),
			detail: total.number.expired
				? __("{0} ran out besides", [number(total.number.expired, 0)])
				: null,
			list: total.lists.lost,
		},
	])}
	${section(
		__("Quoted and ordered by month"),
		total.number.quoted
			? html`${chart_place("conversion")} ${months_for_hearing(months)}`
			: nothing(__("Nothing was quoted in the last twelve months.")),
		{
			all: total.lists.quoted,
			note: __("{0} to {1}", [date(period.from), date(period.to)]),
		},
	)}
	${lost_section(conversion.lost)} ${orders_note(conversion.orders_without_quotation)}`;
}

const rate = (value) => (value == null ? html`—` : percent(value));

function trend_text(points) {
	if (points == null || points === 0) return null;
	const text = __("{0} points in a year", [
		`${points > 0 ? "+" : "−"}${number(Math.abs(points), 0)}`,
	]);
	return html` · ${text}`;
}

function months_for_hearing(months) {
	return html`<table class="sr-only">
		<caption>
			${__("Quoted and ordered by month")}
		</caption>
		<tbody>
			${months.map(
				(one) =>
					html`<tr>
						<th scope="row">${month_label(one.month)}</th>
						<td>${number(one.number.quoted, 0)}</td>
						<td>${number(one.number.won, 0)}</td>
					</tr>`,
			)}
		</tbody>
	</table>`;
}

function lost_section({ number: count, reasons, without_reason, latest }) {
	if (!count) return null;
	const rows = [
		...reasons,
		without_reason && { reason: null, number: without_reason, value: null, list: null },
	].filter(Boolean);
	return section(
		__("Why quotations were lost"),
		html`${table(
			__("Why quotations were lost"),
			[
				{
					label: __("Reason"),
					wide: true,
					cell: (row) =>
						row.reason ||
						html`<span class="text-muted">${__("no reason given")}</span>`,
				},
				{
					label: __("Quotations"),
					right: true,
					cell: (row) => list_link(row.list, number(row.number, 0)),
				},
				{
					label: __("Value"),
					right: true,
					cell: (row) => (row.value ? amount(row.value) : ""),
				},
			],
			rows,
		)}
		${latest
			.filter(({ detail }) => detail)
			.slice(0, 3)
			.map(
				({ name, date: on, detail, link }) =>
					html`<p class="sb-360-note">
						${doc_link(link, name)} · ${date(on)}: ${detail}
					</p>`,
			)}`,
		{ total: count },
	);
}

function orders_note({ number: count, value, list }) {
	if (!count) return null;
	const text =
		count === 1
			? __("1 order without a quotation")
			: __("{0} orders without a quotation", [number(count, 0)]);
	return html`<p class="sb-360-note sb-360-orders">
		${list_link(list, text)} · ${amount(value)}
	</p>`;
}

// the timeline

/** What is shown of it; another answer of the server begins again. */
function timeline_of(view, data) {
	if (view.timeline?.of !== data)
		view.timeline = { of: data, kind: EVERYTHING, ...data.timeline };
	return view.timeline;
}

function timeline_section({ timeline: { kinds } }, { kind, entries, next, of }) {
	const options = [[EVERYTHING, __("Everything")], ...kinds.map((one) => [one.kind, one.label])];
	return section(
		__("Timeline"),
		html`${chips("kind", __("Kind"), options, kind)}
		${entries.length
			? html`<ol class="sb-360-timeline">
					${by_month(entries).map(
						([month, of_month]) =>
							html`<li class="sb-360-month">${month}</li>
								${of_month.map((entry) => entry_html(entry, of))}`,
					)}
			  </ol>`
			: nothing(
					kind
						? __("Nothing of this kind yet.")
						: __("Nothing happened with this customer yet."),
			  )}
		${next && html`<div class="sb-360-more">${button("older", __("Older"))}</div>`}`,
	);
}

function by_month(entries) {
	const months = new Map();
	for (const entry of entries) {
		const month = month_label(String(entry.date).slice(0, 7), true);
		if (!months.has(month)) months.set(month, []);
		months.get(month).push(entry);
	}
	return [...months];
}

const KIND_COLORS = {
	quotation: "blue",
	order: "green",
	invoice: "orange",
	proforma: "yellow",
	smartbill_invoice: "yellow",
};

/** What holds for the whole timeline is not said of each entry: whose company it is, and that it is this customer. */
function entry_html(entry, { company: shown_company }) {
	const { kind, number: its_number, title, detail, status, link, by, party } = entry;
	const company = entry.company === shown_company ? null : entry.company;
	const is_said = ["comment", "email", "event"].includes(kind);
	const headline = is_said
		? html`${title} ${entry.doctype !== "Customer" && its_number && doc_link(link, its_number)}`
		: html`${doc_link(link, its_number)} ${title}`;
	return html`<li class="sb-360-entry">
		<span class="sb-360-day">${date(entry.date)}</span>
		<span class="sb-360-what">
			${badge(kind_label(kind), KIND_COLORS[kind] || "gray")} ${headline}
			${status && html`<span class="text-muted">${__(status)}</span>`}
			<div class="sb-360-reason">
				${[party?.name, detail, company, by?.name]
					.filter(Boolean)
					.map((text, place) => html`${place > 0 && " · "}${text}`)}
			</div>
		</span>
		<span class="sb-360-sum">${entry.amount && amount(entry.amount)}</span>
	</li>`;
}

function kind_label(kind) {
	switch (kind) {
		case "quotation":
			return __("Quotation");
		case "order":
			return __("Order");
		case "invoice":
			return __("Invoice");
		case "proforma":
			return __("Proforma");
		case "smartbill_invoice":
			return __("SmartBill invoice");
		case "registration":
			return __("Registration");
		case "response":
			return __("Buyer's answer");
		case "comment":
			return __("Comment");
		case "email":
			return __("E-mail");
		default:
			return __("Event");
	}
}

async function read_page(view, { kind, older }) {
	const shown = view.timeline;
	const asked = (view.asked_timeline = {});
	const wanted = older ? shown.kind : kind;
	const { company, include_children, customer } = view.store;
	const { data, error } = await api.part(customer, "history", {
		company,
		include_children: include_children ? 1 : 0,
		kinds: wanted,
		before: older ? shown.next : "",
	});
	if (view.asked_timeline !== asked || view.timeline !== shown) return;
	if (error) {
		alert(error.message, "red");
		return view.draw();
	}
	view.timeline = {
		...shown,
		kind: wanted,
		entries: older ? [...shown.entries, ...data.entries] : data.entries,
		next: data.next,
	};
	view.draw();
}
