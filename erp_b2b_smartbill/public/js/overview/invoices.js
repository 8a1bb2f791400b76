// What a customer was billed, what is open of it and overdue: ERPNext's documents and SmartBill's in one list, their sums
// apart.
import { alert, soon } from "../smartbill/format";
import * as api from "./api";
import { days_text } from "./credit";
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
	money,
	nothing,
	number,
	section,
	table,
} from "./parts";

const PERIODS = [
	["", () => __("All time")],
	["3", () => __("3 months")],
	["12", () => __("12 months")],
];

export const invoices = {
	html(data, view) {
		const shown = list_of(view, data);
		return html`${figures(figures_of(data))} ${currencies_section(data.by_currency)}
		${smartbill_section(data.smartbill)} ${list_section(data, shown, view)}
		${others_section(data.other_companies)}`;
	},

	handlers: (view) => ({
		status: ({ value }) => read(view, { status: value }),
		source: ({ value }) => read(view, { source: value }),
		period: ({ value }) => read(view, { period: value }),
		"more-invoices": (_data, element) => {
			element.disabled = true;
			read(view, {}, true);
		},
	}),
};

function figures_of({ figures: found, credit_notes }) {
	const { outstanding, overdue, received, number: count } = found;
	return [
		{
			label: __("Outstanding"),
			value: amount(outstanding),
			detail: bills(outstanding.number),
			list: outstanding.list,
		},
		{
			label: __("Overdue"),
			value: amount(overdue),
			detail: bills(overdue.number),
			list: overdue.list,
			tone: overdue.number > 0 && "red",
		},
		{
			label: __("Received in a year"),
			value: amount(received),
			detail: __("since {0}", [date(received.since)]),
			list: received.list,
		},
		{
			label: __("Invoices"),
			value: number(count.value, 0),
			detail: credit_notes.number
				? list_link(
						credit_notes.list,
						credit_notes.number === 1
							? __("and 1 credit note")
							: __("and {0} credit notes", [number(credit_notes.number, 0)]),
				  )
				: null,
			list: count.list,
		},
	];
}

const bills = (count) => (count === 1 ? __("1 invoice") : __("{0} invoices", [number(count, 0)]));

/** Only where there is more than one, or another than the company's. */
function currencies_section(rows) {
	if (rows.length < 2 && rows.every((row) => row.currency === row.base_outstanding.currency))
		return null;
	return section(
		__("By currency"),
		table(
			__("By currency"),
			[
				{
					label: __("Currency"),
					wide: true,
					cell: (row) => list_link(row.list, row.currency),
				},
				{ label: __("Invoices"), right: true, cell: (row) => number(row.number, 0) },
				{ label: __("Outstanding"), right: true, cell: (row) => amount(row.outstanding) },
				{ label: __("Overdue"), right: true, cell: (row) => amount(row.overdue) },
				{
					label: __("In the company's currency"),
					right: true,
					cell: (row) => amount(row.base_outstanding),
				},
			],
			rows,
		),
		{
			note: rows.some((row) => !row.is_exact)
				? __(
						"The ledger keeps another currency: some amounts follow by the invoice's own rate.",
				  )
				: null,
		},
	);
}

function smartbill_section(smartbill) {
	if (!smartbill?.number) return null;
	const { by_currency, as_of, counts_in_credit, list, number: count } = smartbill;
	const note = [
		__("Made from proformas; never added to what is outstanding in ERPNext."),
		counts_in_credit
			? __("What is unpaid counts in the credit used.")
			: __("They do not count in the credit used."),
		as_of ? __("As of {0}.", [soon(as_of)]) : null,
	];
	return section(
		__("Invoiced in SmartBill"),
		table(
			__("Invoiced in SmartBill"),
			[
				{ label: __("Currency"), wide: true, cell: (row) => row.currency },
				{ label: __("Invoices"), right: true, cell: (row) => number(row.number, 0) },
				{ label: __("Total"), right: true, cell: (row) => amount(row.total) },
				{ label: __("Paid"), right: true, cell: (row) => amount(row.paid) },
				{
					label: __("Outstanding"),
					right: true,
					cell: (row) => amount(row.outstanding),
				},
			],
			by_currency,
		),
		{ all: list, total: count, shown: count, note: note.filter(Boolean).join(" ") },
	);
}

// the list

const FILTERS = { status: "", source: "", period: "" };

/** What is shown of it; another answer of the server begins again. */
function list_of(view, data) {
	if (view.invoices?.of !== data) view.invoices = { of: data, ...FILTERS, ...data.list };
	return view.invoices;
}

function list_section(data, shown, view) {
	const { rows, next, total, status, source, period } = shown;
	const count = total.erpnext + total.smartbill;
	const statuses = [
		["", __("All", null, "Invoices")],
		["open", __("Open", null, "Invoices")],
		["overdue", __("Overdue")],
		["paid", __("Paid")],
		["credit_note", __("Credit notes")],
	];
	const sources = [
		["", __("Both")],
		["erpnext", "ERPNext"],
		["smartbill", "SmartBill"],
	];
	return section(
		__("Documents"),
		html`<div class="sb-360-filters">
				${chips("status", __("Status"), statuses, status)}
				${data.smartbill && chips("source", __("Source"), sources, source)}
				${chips(
					"period",
					__("Period"),
					PERIODS.map(([value, label]) => [value, label()]),
					period,
				)}
			</div>
			${rows.length ? rows_html(rows) : nothing(nothing_text(shown))}
			${next && html`<div class="sb-360-more">${button("more-invoices", __("Older"))}</div>`}`,
		{
			total: count,
			side:
				count > 0 &&
				html`<a class="btn btn-xs btn-default" href="${export_url(view, shown)}" download>
					${__("Export")}
				</a>`,
		},
	);
}

function nothing_text({ status, source, period }) {
	return status || source || period
		? __("Nothing of this kind.")
		: __("This customer was not billed yet.");
}

const STATUS_COLORS = {
	overdue: "red",
	not_due: "blue",
	paid: "green",
	credit_note: "gray",
};

function status_label(status) {
	switch (status) {
		case "overdue":
			return __("Overdue");
		case "not_due":
			return __("Not due");
		case "paid":
			return __("Paid");
		case "credit_note":
			return __("Credit note");
		case "open":
			return __("Open", null, "Invoices");
		default:
			return __("Unknown");
	}
}

function rows_html(rows) {
	return table(
		__("Documents"),
		[
			{
				label: __("Invoice"),
				wide: true,
				cell: (row) =>
					html`${doc_link(row.link, row.number)}
					${badge(row.source === "smartbill" ? "SmartBill" : "ERPNext", "source")}
					${row.return_against &&
					html`<div class="sb-360-reason">${__("of {0}", [row.return_against])}</div>`}`,
			},
			{ label: __("Date"), cell: (row) => date(row.date) },
			{
				label: __("Due"),
				cell: (row) =>
					html`${date(row.due_date)}
					${row.days_overdue > 0 &&
					html`<div class="sb-360-reason sb-360-late">
						${__("{0} late", [days_text(row.days_overdue)])}
					</div>`}`,
			},
			{
				label: __("Status"),
				cell: (row) => badge(status_label(row.status), STATUS_COLORS[row.status]),
			},
			{ label: __("Total"), right: true, cell: (row) => amount(row.total) },
			{
				label: __("Outstanding"),
				right: true,
				cell: (row) =>
					row.is_payment_known === false
						? html`—`
						: row.outstanding?.value
						  ? html`<b>${amount(row.outstanding)}</b>`
						  : "",
			},
		],
		rows,
	);
}

function others_section(companies) {
	if (!companies.length) return null;
	return section(
		__("Billed by other companies"),
		table(
			__("Billed by other companies"),
			[
				{ label: __("Company"), wide: true, cell: (row) => row.company },
				{ label: __("Invoices"), right: true, cell: (row) => number(row.number, 0) },
				{
					label: __("Outstanding"),
					right: true,
					cell: (row) => money(row.outstanding.value, row.outstanding.currency),
				},
				{ label: __("Overdue"), right: true, cell: (row) => amount(row.overdue) },
			],
			companies,
		),
	);
}

function question_of(view, { status, source, period }) {
	const { company, include_children } = view.store;
	const from = period ? frappe.datetime.add_months(frappe.datetime.get_today(), -period) : "";
	return { company, include_children: include_children ? 1 : 0, status, source, from };
}

const export_url = (view, shown) =>
	api.address_of_part(view.store.customer, "invoices.xlsx", question_of(view, shown));

async function read(view, change, more) {
	const shown = view.invoices;
	const asked = (view.asked_invoices = {});
	const wanted = { ...shown, ...change };
	const { data, error } = await api.part(view.store.customer, "invoices", {
		...question_of(view, wanted),
		after: more ? shown.next : "",
	});
	if (view.asked_invoices !== asked || view.invoices !== shown) return;
	if (error) {
		alert(error.message, "red");
		return view.draw();
	}
	view.invoices = {
		...wanted,
		rows: more ? [...shown.rows, ...data.rows] : data.rows,
		next: data.next,
		total: data.total || shown.total,
	};
	view.draw();
}
