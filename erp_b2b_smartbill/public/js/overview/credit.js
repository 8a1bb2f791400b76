// What a customer may still buy on credit, what it owes and since when.
import * as api from "./api";
import { chart_place, draw_chart } from "./chart";
import { approve_dialog, reject_dialog, request_limit_dialog, withdraw } from "./limit_dialogs";
import { minute_of } from "../smartbill/format";
import {
	badge,
	button,
	date,
	doc_link,
	facts,
	figures,
	html,
	list_link,
	money,
	nothing,
	number,
	section,
	table,
	usage_bar,
} from "./parts";

export const credit = {
	html(data) {
		if (!data.company) return nothing(__("There is no company whose figures you may see."));
		return html`${open_request(data.requests.open)} ${figures(figures_of(data))}
		${section(__("Credit by company"), companies_html(data.companies), {
			side:
				data.requests.may_request &&
				!data.requests.open &&
				button("request-limit", __("Request another limit")),
		})}
		${members_section(data.members)} ${ageing_section(data.ageing)}
		${ledger_section(data.ledger)} ${requests_section(data.requests)}
		${history_section(data.history, data.currency)}`;
	},

	ready($area, { ageing }) {
		if (!ageing?.total) return;
		draw_chart($area, "ageing", {
			labels: ageing.buckets.map(({ label }) => label),
			short_labels: ageing.buckets.map(({ from, to }) =>
				from == null ? "≤0" : to == null ? `>${from - 1}` : String(to),
			),
			series: [
				{ name: __("Outstanding"), values: ageing.buckets.map(({ amount }) => amount) },
			],
			format: (value) => money(value, ageing.currency),
			colors: ["blue"],
		});
	},

	handlers: (view) => ({
		"ledger-more": (_data, element) => more_of_ledger(view, element),
		"request-limit": () => request_limit_dialog(view),
		approve: () => approve_dialog(view),
		reject: () => reject_dialog(view),
		withdraw: () => withdraw(view),
	}),
};

function figures_of({ companies, company, ageing, oldest_overdue, days_to_pay, currency }) {
	const own = companies.find((one) => one.company === company) || companies[0];
	return [
		own && available_figure(own),
		{
			label: __("Overdue"),
			value: money(ageing.overdue, ageing.currency),
			detail: __("of {0} outstanding", [money(ageing.total, ageing.currency)]),
			list: ageing.list,
			tone: ageing.overdue > 0 && "red",
		},
		{
			label: __("Oldest overdue"),
			value: oldest_overdue ? days_text(oldest_overdue.days) : __("nothing"),
			detail:
				oldest_overdue &&
				html`${oldest_overdue.name} ·
				${money(oldest_overdue.amount, oldest_overdue.currency || currency)}`,
			link: oldest_overdue?.link,
			tone: oldest_overdue && "red",
		},
		{
			label: __("Average days to pay"),
			value: days_to_pay?.average == null ? html`—` : number(days_to_pay.average, 0),
			detail: days_to_pay?.invoices
				? __("over {0} invoices of a year", [number(days_to_pay.invoices, 0)])
				: __("nothing was paid in a year"),
		},
	];
}

function available_figure({ limit, used, available, currency, is_over_limit, share }) {
	if (limit == null)
		return {
			label: __("Available credit"),
			value: __("no limit"),
			detail: __("{0} used", [money(used, currency)]),
		};
	return {
		label: is_over_limit ? __("Over the limit by") : __("Available credit"),
		value: money(Math.abs(available), currency),
		detail: __("of {0}", [money(limit, currency)]),
		tone: is_over_limit ? "red" : share > 80 ? "orange" : "green",
	};
}

export const days_text = (days) => (days === 1 ? __("1 day") : __("{0} days", [number(days, 0)]));

function companies_html(companies) {
	return html`<div class="sb-360-limits">${companies.map(company_html)}</div>`;
}

function company_html(one) {
	const { company, currency, limit, used, available, is_over_limit, links } = one;
	const label = __("Credit used at {0}", [company]);
	const parts = [
		[__("Ledger"), one.ledger, links?.ledger],
		[__("Orders not billed"), one.orders, links?.orders],
		[__("Deliveries not billed"), one.deliveries, links?.deliveries],
		[__("Invoiced in SmartBill"), one.smartbill, links?.smartbill],
	].filter(([, value]) => value);
	return html`<div class="sb-360-limit ${is_over_limit && "sb-360-red"}">
		<div class="sb-360-limit-head">
			<span>${company}</span>
			<b>
				${limit == null
					? __("no limit")
					: is_over_limit
					  ? __("{0} over the limit", [money(-available, currency)])
					  : __("{0} available", [money(available, currency)])}
			</b>
		</div>
		${limit != null && usage_bar({ used, limit, label })}
		<div class="sb-360-source">
			${limit == null
				? __("{0} used", [money(used, currency)])
				: html`${__("{0} of {1} used", [money(used, currency), money(limit, currency)])} ·
				  ${__("limit:")} ${doc_link(one.source_link, one.source_text)}`}
			${parts.length > 1 &&
			parts.map(
				([text, value, list]) =>
					html` · ${list_link(list, text)} ${money(value, currency)}`,
			)}
			${one.ignores_orders && html` · ${__("orders are not counted")}`}
		</div>
	</div>`;
}

function members_section(members) {
	if (!members?.rows.length) return null;
	return section(
		__("Its group of companies"),
		table(
			__("Its group of companies"),
			[
				{
					label: __("Customer"),
					wide: true,
					cell: (row) =>
						html`${doc_link(row.link, row.customer_name || row.customer)}
						${row.is_over_limit && badge(__("Over limit"), "red")}`,
				},
				{
					label: __("Limit"),
					right: true,
					cell: (row) => amount_or(row.limit, row.currency, __("no limit")),
				},
				{ label: __("Used"), right: true, cell: (row) => money(row.used, row.currency) },
				{
					label: __("Available"),
					right: true,
					cell: (row) => amount_or(row.available, row.currency, "—"),
				},
			],
			members.rows,
		),
		{ total: members.total, shown: members.rows.length },
	);
}

const amount_or = (value, currency, otherwise) =>
	value == null ? otherwise : money(value, currency);

function ageing_section(ageing) {
	const { buckets, currency, total, elsewhere, balance, list } = ageing;
	if (!total && !elsewhere) return section(__("Ageing"), nothing(__("Nothing is outstanding.")));
	return section(
		__("Ageing"),
		html`${chart_place("ageing")}
		${table(
			__("Ageing"),
			[
				...buckets.map(({ key, label, amount }) => ({
					label,
					right: true,
					cell: () =>
						html`<span class="${key !== "not_due" && amount > 0 && "sb-360-late"}"
							>${number(amount)}</span
						>`,
				})),
				{
					label: __("Total"),
					right: true,
					cell: () => html`<b>${money(total, currency)}</b>`,
				},
			],
			[ageing],
		)}
		${elsewhere !== 0 &&
		html`<p class="sb-360-note">
			${__("Not on invoices (advances, corrections): {0}. Balance in the ledger: {1}.", [
				money(elsewhere, currency),
				money(balance, currency),
			])}
		</p>`}`,
		{ all: list },
	);
}

function ledger_section(ledger) {
	const { rows, currency, total, next } = ledger;
	if (!rows.length) return section(__("Ledger"), nothing(__("Nothing was booked yet.")));
	return section(
		__("Ledger"),
		html`${table(
			__("Ledger"),
			[
				{ label: __("Date"), cell: (row) => date(row.posting_date) },
				{
					label: __("Document"),
					wide: true,
					cell: (row) =>
						html`${doc_link(row.link, row.voucher)}
							<div class="sb-360-reason">
								${__(row.voucher_type)}${row.against && html` · ${row.against}`}
							</div>`,
				},
				{
					label: __("Debit"),
					right: true,
					cell: (row) => (row.debit ? number(row.debit) : ""),
				},
				{
					label: __("Credit", null, "Ledger"),
					right: true,
					cell: (row) => (row.credit ? number(row.credit) : ""),
				},
				{
					label: __("Balance"),
					right: true,
					cell: (row) => html`<b>${money(row.balance, currency)}</b>`,
				},
			],
			rows,
		)}
		${next != null &&
		html`<div class="sb-360-more">${button("ledger-more", __("Older"))}</div>`}`,
		{ total, shown: rows.length },
	);
}

async function more_of_ledger(view, element) {
	const data = view.store.tab("credit")?.data;
	if (!data) return;
	element.disabled = true;
	const answer = await api.part(view.store.customer, "credit/ledger", {
		company: data.company,
		start: data.ledger.next,
		include_children: view.store.include_children ? 1 : 0,
	});
	element.disabled = false;
	// asked anew meanwhile
	if (view.store.tab("credit")?.data !== data) return;
	if (answer.error)
		return frappe.show_alert({
			message: frappe.utils.escape_html(answer.error.message),
			indicator: "red",
		});
	const { rows, next } = answer.data;
	Object.assign(data.ledger, { rows: [...data.ledger.rows, ...rows], next });
	view.draw();
}

// limits asked for

function open_request(request) {
	if (!request) return null;
	return html`<div class="sb-note sb-note-blue sb-360-request" role="status">
		<div>
			<b>
				${__("{0} asks for a limit of {1}", [
					request.requested_by_name || request.requested_by,
					money(request.requested_limit, request.currency),
				])}
			</b>
			${request.current_limit == null
				? __("instead of none")
				: __("instead of {0}", [money(request.current_limit, request.currency)])}
			· ${request.company} · ${minute_of(request.requested_at)}
			<div>${request.reason}</div>
		</div>
		<div class="sb-360-side">
			${request.may_decide && button("approve", __("Approve"), { kind: "btn-primary" })}
			${request.may_decide && button("reject", __("Reject"))}
			${request.may_withdraw && button("withdraw", __("Withdraw"))}
		</div>
	</div>`;
}

const STATUS_COLORS = { Open: "blue", Approved: "green", Rejected: "red", Withdrawn: "gray" };

function requests_section({ rows, total, list }) {
	const decided = rows.filter(({ status }) => status !== "Open");
	if (!decided.length) return null;
	return section(
		__("Limits that were asked for"),
		table(
			__("Limits that were asked for"),
			[
				{
					label: __("Asked"),
					cell: (row) => doc_link(row.link, minute_of(row.requested_at)),
				},
				{
					label: __("By", null, "A person"),
					wide: true,
					cell: (row) =>
						html`${row.requested_by_name || row.requested_by}
							<div class="sb-360-reason">${row.reason}</div>`,
				},
				{
					label: __("Decision"),
					wide: true,
					cell: (row) =>
						html`${badge(__(row.status), STATUS_COLORS[row.status])}
						${row.decided_by_name || row.decided_by}
						${row.decision_reason &&
						html`<div class="sb-360-reason">${row.decision_reason}</div>`}`,
				},
				{
					label: __("Limit"),
					right: true,
					cell: (row) => money(row.approved_limit ?? row.requested_limit, row.currency),
				},
			],
			decided,
		),
		{ all: list, total, shown: decided.length },
	);
}

function history_section({ rows, total, list }, currency) {
	if (!rows.length) return null;
	return section(
		__("Changes of the limit"),
		table(
			__("Changes of the limit"),
			[
				{ label: __("On", null, "A day"), cell: (row) => minute_of(row.on) },
				{ label: __("By", null, "A person"), cell: (row) => row.by },
				{
					label: __("Company"),
					wide: true,
					cell: (row) =>
						html`${row.company}
						${row.reason && html`<div class="sb-360-reason">${row.reason}</div>`}`,
				},
				{
					label: __("Before"),
					right: true,
					cell: (row) => amount_or(row.before, row.currency || currency, __("no limit")),
				},
				{
					label: __("After"),
					right: true,
					cell: (row) => amount_or(row.after, row.currency || currency, __("no limit")),
				},
			],
			rows,
		),
		{ all: list, total, shown: rows.length },
	);
}
