"""The tab Credit: what a customer may still buy on credit, how much of it is overdue, and who may change that.

Limit and use are ERPNext's own figures (customers/credit.py); where the SmartBill account of a company says so, its
unpaid SmartBill invoices are counted on top. Rights on the tab are the caller's to check; figures are of companies that
the session's user may read only. The number of queries does not depend on how much there is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType, Order
from frappe.query_builder.functions import Count
from frappe.utils import flt, getdate, nowdate

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal
from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.credit_limits import shown, states
from erp_b2b_smartbill.customers.credit_limits.asking import REQUEST
from erp_b2b_smartbill.customers.credit_limits.events import concern
from erp_b2b_smartbill.customers.overview import (
	ageing,
	invoices,
	ledger,
	receivables,
)
from erp_b2b_smartbill.customers.overview.links import link_to, list_of
from erp_b2b_smartbill.customers.overview.receivables import Receivable
from erp_b2b_smartbill.customers.overview.scope import Scope
from erp_b2b_smartbill.permissions import CREDIT_ASKERS

MAX_ROWS = 20
REQUESTS = 5
DOCTYPES = {"customer": "Customer", "customer_group": "Customer Group", "company": "Company"}


def may_see(scope: Scope) -> bool:
	return credit.may_see(scope.company)


def count(scope: Scope) -> int:
	"""What the tab's label says: the requests that wait for a decision."""
	return shown.waiting(scope)


def show(scope: Scope) -> dict[str, Any]:
	"""{company, currency, companies, members, ageing, oldest_overdue, days_to_pay, ledger, history, requests}."""
	if not scope.company:
		return {"company": None, "companies": []}
	details = credit.in_detail(scope.customers, scope.companies)
	smartbill = _smartbill(scope.customers, scope.companies)
	page = ledger.page(scope, known=_in_the_ledger(scope, details))
	found = receivables.of(scope.of_company)
	return {
		"company": scope.company,
		"currency": scope.currency,
		"companies": _companies(scope, details, smartbill),
		"members": _members(scope, details, smartbill),
		"ageing": _ageing(scope, found, page["balance"]),
		"oldest_overdue": _oldest(scope, found),
		"days_to_pay": _days_to_pay(scope),
		"ledger": page,
		"history": _history(scope),
		"requests": _requests(scope),
	}


def _in_the_ledger(scope: Scope, details: dict[credit.Key, credit.Detail]) -> tuple[int, float]:
	"""(how many entries, their balance) of all of the scope's customers in its company."""
	its = [detail for (_customer, company), detail in details.items() if company == scope.company]
	return sum(detail.entries for detail in its), sum(detail.ledger for detail in its)


def headroom(scope: Scope) -> dict[str, Any] | None:
	"""{limit, used, available, currency, is_over_limit} of the scope's customer and company, for the warning in a
	document; None without a company. Amounts are in the company's currency."""
	if not scope.company:
		return None
	key = scope.customer, scope.company
	one = credit.in_detail([scope.customer], [scope.company])[key].credit
	one = one.with_used(_smartbill([scope.customer], [scope.company]).get(key, 0))
	return {
		"limit": one.limit,
		"used": one.used,
		"available": one.available,
		"currency": one.currency,
		"is_over_limit": one.is_over_limit,
	}


# Limits and what is used of them


def _smartbill(customers: Sequence[str], companies: Sequence[str]) -> dict[credit.Key, float]:
	"""What counts of SmartBill's invoices, in each company whose account says that they do: one or two on a site."""
	counting = frappe.get_all(
		"SmartBill Account", {"company": ["in", companies], "counts_in_credit": 1}, pluck="company"
	)
	found = {company: invoices.smartbill_in_credit(customers, company) for company in counting}
	return {
		(name, company): amounts.get(name, 0.0) for company, amounts in found.items() for name in customers
	}


def _companies(
	scope: Scope, details: dict[credit.Key, credit.Detail], smartbill: dict[credit.Key, float]
) -> list[dict[str, Any]]:
	"""The scope's company first, then those with a limit or something used."""
	rows = []
	for company in (scope.company, *(name for name in scope.companies if name != scope.company)):
		key = scope.customer, str(company)
		if company == scope.company or smartbill.get(key) or not details[key].is_empty:
			rows.append(_company(scope, str(company), details[key], smartbill.get(key)))
	return rows


def _company(scope: Scope, company: str, one: credit.Detail, smartbill: float | None) -> dict[str, Any]:
	"""`smartbill` is None where SmartBill's invoices do not count."""
	counted = one.credit.with_used(smartbill or 0)
	limit, used = counted.limit, counted.used
	documents = {"customer": scope.customer, "company": company, "docstatus": 1}
	return {
		"company": company,
		"currency": counted.currency,
		"limit": limit,
		"source": one.source,
		"source_text": _source_text(one),
		"source_link": link_to(DOCTYPES[one.source], one.whose) if one.source else None,
		"used": used,
		"ledger": one.ledger,
		"orders": one.orders,
		"deliveries": one.deliveries,
		"smartbill": smartbill,
		"ignores_orders": one.ignores_orders,
		"available": counted.available,
		"share": flt(used / limit * 100, 1) if limit else None,
		"is_over_limit": counted.is_over_limit,
		"links": {
			"orders": list_of(
				"Sales Order", {**documents, "per_billed": ["<", 100], "status": ["!=", "Closed"]}
			),
			"deliveries": list_of("Delivery Note", {**documents, "status": "To Bill"}),
			"ledger": list_of("GL Entry", ledger.filters(company, [scope.customer])),
			"smartbill": list_of(
				"SmartBill Invoice", {"customer": scope.customer, "company": company, "status": "Issued"}
			)
			if smartbill is not None
			else None,
		},
	}


def _source_text(one: credit.Detail) -> str:
	match one.source:
		case "customer":
			return _("set on the customer")
		case "customer_group":
			return _("from the customer group {0}").format(one.whose)
		case "company":
			return _("from the company {0}").format(one.whose)
	return _("no limit")


def _members(
	scope: Scope, details: dict[credit.Key, credit.Detail], smartbill: dict[credit.Key, float]
) -> dict[str, Any]:
	"""The others of the group of companies, whoever uses most first."""
	others = sorted(
		(
			(name, details[key].credit.with_used(smartbill.get(key, 0)))
			for name, key in ((name, (name, str(scope.company))) for name in scope.customers[1:])
		),
		key=lambda row: (-row[1].used, row[0]),
	)
	return {
		"rows": [
			{
				"customer": name,
				"link": link_to("Customer", name),
				"limit": one.limit,
				"used": one.used,
				"available": one.available,
				"currency": one.currency,
				"is_over_limit": one.is_over_limit,
			}
			for name, one in others[:MAX_ROWS]
		],
		"total": len(others),
	}


# What is open


def _ageing(scope: Scope, found: list[Receivable], balance: float) -> dict[str, Any]:
	"""Buckets, credit notes and what is elsewhere (advances, journal entries) add up to the balance."""
	today = getdate(nowdate())
	sums = ageing.by_bucket(receivables.debts(found), today)
	credit_notes = sum((one.base for one in found if not one.is_debt), Decimal(0))
	on_invoices = sum(sums.values(), credit_notes)
	return {
		"currency": scope.currency,
		"as_of": today,
		"buckets": [
			{
				"key": bucket.key,
				"label": _(bucket.label),
				"from": bucket.first,
				"to": bucket.last,
				"amount": float(sums[bucket.key]),
			}
			for bucket in ageing.BUCKETS
		],
		"overdue": float(ageing.overdue(sums)),
		"credit_notes": float(credit_notes),
		"total": float(on_invoices),
		"elsewhere": float(round(Decimal(str(balance)) - on_invoices, 2)),
		"balance": balance,
		"list": list_of(
			"Sales Invoice",
			{
				"customer": ["in", list(scope.customers)],
				"company": scope.company,
				"docstatus": 1,
				"outstanding_amount": ["!=", 0],
			},
		),
	}


def _oldest(scope: Scope, found: list[Receivable]) -> dict[str, Any] | None:
	today = getdate(nowdate())
	oldest = ageing.oldest_overdue(receivables.debts(found), today)
	if not oldest:
		return None
	return {
		"doctype": "Sales Invoice",
		"name": oldest.name,
		"link": link_to("Sales Invoice", oldest.name),
		"due_date": oldest.due,
		"days": oldest.days(today),
		# of the invoice: what is due on one day may be of several
		"amount": float(min(oldest.amount, receivables.amount_of(oldest.name))),
		"currency": scope.currency,
	}


def _days_to_pay(scope: Scope) -> dict[str, Any]:
	average, number, since = receivables.days_to_pay(scope)
	text = _(
		"From the date of an invoice to that of the last payment on it, of {0} invoices settled in the last 12 months."
	)
	return {
		"average": None if average is None else float(average),
		"invoices": number,
		"since": since,
		"text": text.format(number),
	}


# Who changed the limit, and who wants to


def _history(scope: Scope) -> dict[str, Any]:
	"""The newest changes of the customer's limits, one row a company that the user may read; `total` counts changes."""
	event = DocType("Business Event")
	theirs = (event.reference_doctype == "Customer") & (event.reference_name == scope.customer)
	changed = theirs & (event.event == audit.CREDIT_LIMIT_CHANGED) & concern(event, scope.companies)
	user = DocType("User")
	events = (
		frappe.qb.from_(event)
		.left_join(user)
		.on(user.name == event.user)
		.select(
			event.occurred_at,
			event.user,
			user.full_name,
			event.before,
			event.after,
			event.reason,
			event.personal,
		)
		.where(changed)
		.orderby(event.occurred_at, order=Order.desc)
		.orderby(event.creation, order=Order.desc)
		.limit(MAX_ROWS)
		.run(as_dict=True)
	)
	total = frappe.qb.from_(event).select(Count("*")).where(changed).run()[0][0]
	filters = {
		"reference_doctype": "Customer",
		"reference_name": scope.customer,
		"event": audit.CREDIT_LIMIT_CHANGED,
	}
	return {
		"rows": [row for one in events for row in _changes(one, scope)],
		"total": total,
		"list": list_of("Business Event", filters),
	}


def _changes(event: Any, scope: Scope) -> list[dict[str, Any]]:
	before, after = (
		{row["company"]: row for row in json.loads(text or "{}").get("credit_limits", [])}
		for text in (event.before, event.after)
	)
	return [
		{
			"on": event.occurred_at,
			"by": event.full_name or event.user,
			"company": company,
			"currency": frappe.get_cached_value("Company", company, "default_currency"),
			"before": before.get(company, {}).get("credit_limit"),
			"after": after.get(company, {}).get("credit_limit"),
			"reason": personal.reason(event),
		}
		for company in sorted({*before, *after})
		if company in scope.companies
	]


def _requests(scope: Scope) -> dict[str, Any]:
	found = shown.of(scope, REQUESTS)
	waiting = (
		row for row in found["rows"] if row["company"] == scope.company and row["status"] == states.OPEN
	)
	return {
		**found,
		"open": next(waiting, None),
		"may_request": bool(set(CREDIT_ASKERS) & set(frappe.get_roles())),
		"list": list_of(REQUEST, {"customer": scope.customer}),
	}
