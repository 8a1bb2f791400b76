"""The tab Invoices: what a customer was billed by one company, what is open of it and overdue, and the documents.

ERPNext's invoices and SmartBill's are in one list, each marked; their sums stay apart. Rights are the caller's to check:
the Customer, and `credit.may_see` of the company. The number of queries does not depend on how many documents there are.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from frappe.utils import get_datetime

from erp_b2b_smartbill.customers.overview import erpnext_invoices, smartbill_invoices
from erp_b2b_smartbill.customers.overview.cursor import Cursor
from erp_b2b_smartbill.customers.overview.erpnext_invoices import INVOICE, Sums
from erp_b2b_smartbill.customers.overview.links import list_of
from erp_b2b_smartbill.customers.overview.listing import (
	ERPNEXT,
	EVERYTHING,
	SMARTBILL,
	Wanted,
	money,
)
from erp_b2b_smartbill.customers.overview.scope import Scope

PAGE = 20


def show(scope: Scope) -> dict[str, Any]:
	"""{company, currency, count, figures, by_currency, credit_notes, smartbill, other_companies, list}, as
	docs/openapi.json has it."""
	found = erpnext_invoices.sums(scope)
	of_company = {currency: one for (company, currency), one in found.items() if company == scope.company}
	smartbill = smartbill_invoices.subtotal(scope) if smartbill_invoices.is_there() else None
	number = sum(one.number + one.notes for one in of_company.values())
	return {
		"company": scope.company,
		"currency": scope.currency,
		"count": sum(one.open_number for one in of_company.values()),
		"figures": _figures(scope, list(of_company.values())),
		"by_currency": [_of_currency(currency, one, scope) for currency, one in sorted(of_company.items())],
		"credit_notes": _credit_notes(scope, list(of_company.values())),
		"smartbill": smartbill,
		"other_companies": _other_companies(scope, found),
		"list": _page(
			scope,
			EVERYTHING,
			{ERPNEXT: number, SMARTBILL: smartbill["number"] if smartbill else 0},
		),
	}


def count(scope: Scope) -> int:
	"""What the tab's label says: ERPNext's invoices that are not paid."""
	return erpnext_invoices.open_number(scope)


def page(scope: Scope, wanted: Wanted) -> dict[str, Any]:
	"""{rows, next, total}: twenty documents, newest first. `next` is the cursor of the next page, None after the last
	one; `total` counts all that the filters leave, by source."""
	return _page(
		scope, wanted, {name: count(scope, wanted) for name, (count, _rows) in _sources(wanted).items()}
	)


def newest(scope: Scope, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
	"""So many documents of both sources, each as in a page."""
	found = (rows(scope, wanted, limit) for _count, rows in _sources(wanted).values())
	return [row for row, _place in zip(heapq.merge(*found, key=_order), range(limit), strict=False)]


def smartbill_in_credit(customers: Sequence[str], company: str) -> dict[str, float]:
	"""What counts of SmartBill's invoices in the credit that customers use, in the company's currency."""
	return smartbill_invoices.in_credit(customers, company)


def _sources(wanted: Wanted) -> dict[str, Any]:
	found = {ERPNEXT: (erpnext_invoices.count, erpnext_invoices.rows)}
	if smartbill_invoices.is_there():
		found[SMARTBILL] = (smartbill_invoices.count, smartbill_invoices.rows)
	return {name: both for name, both in found.items() if wanted.source in (None, name)}


def _page(scope: Scope, wanted: Wanted, total: dict[str, int]) -> dict[str, Any]:
	rows = newest(scope, wanted, PAGE + 1)
	shown = rows[:PAGE]
	cursor = _cursor(shown[-1]) if len(rows) > PAGE else None
	for row in shown:
		row.pop("_moment")
	return {"rows": shown, "next": cursor, "total": {ERPNEXT: 0, SMARTBILL: 0, **total}}


def _order(row: dict[str, Any]) -> tuple[float, float, str]:
	return -row["date"].toordinal(), -get_datetime(row["_moment"]).timestamp(), row["source"]


def _cursor(row: dict[str, Any]) -> str:
	return str(Cursor(row["date"], get_datetime(row["_moment"]), row["source"], row["name"]))


# Figures


def _figures(scope: Scope, sums: list[Sums]) -> dict[str, Any]:
	"""Each with the list that proves it."""
	overdue_number = sum(one.overdue_number for one in sums)
	filters = erpnext_invoices.filters
	return {
		"outstanding": {
			**money(sum(one.outstanding.base for one in sums), scope.currency),
			"number": sum(one.open_number for one in sums),
			"list": list_of(INVOICE, filters(scope, outstanding_amount=["!=", 0])),
		},
		"overdue": {
			**money(sum(one.overdue.base for one in sums), scope.currency),
			"number": overdue_number,
			"list": erpnext_invoices.list_of_overdue(scope, overdue_number),
		},
		"received": erpnext_invoices.received(scope),
		"number": {
			"value": sum(one.number for one in sums),
			"list": list_of(INVOICE, filters(scope, is_return=0)),
		},
	}


def _of_currency(currency: str, one: Sums, scope: Scope) -> dict[str, Any]:
	filters = erpnext_invoices.filters(scope, currency=currency)
	return {
		"currency": currency,
		"number": one.number,
		"open_number": one.open_number,
		"overdue_number": one.overdue_number,
		"outstanding": money(one.outstanding.own, currency),
		"overdue": money(one.overdue.own, currency),
		"base_outstanding": money(one.outstanding.base, scope.currency),
		"base_overdue": money(one.overdue.base, scope.currency),
		"is_exact": one.is_exact,
		"list": list_of(INVOICE, filters),
	}


def _credit_notes(scope: Scope, sums: list[Sums]) -> dict[str, Any]:
	"""`outstanding` is what of them is neither settled nor paid back: negative."""
	number = sum(one.notes for one in sums)
	filters = erpnext_invoices.filters(scope, is_return=1)
	return {
		"number": number,
		"outstanding": money(sum(one.credit.base for one in sums), scope.currency),
		"list": list_of(INVOICE, filters) if number else None,
	}


def _other_companies(scope: Scope, found: dict[tuple[str, str], Sums]) -> list[dict[str, Any]]:
	"""That billed the customer too; in the order of the scope's."""
	by_company: dict[str, list[Sums]] = defaultdict(list)
	for (company, _currency), one in found.items():
		by_company[company].append(one)
	shown = []
	for company in scope.companies:
		if company == scope.company or company not in by_company:
			continue
		sums, currency = by_company[company], replace(scope, company=company).currency
		shown.append(
			{
				"company": company,
				"number": sum(one.number for one in sums),
				"open_number": sum(one.open_number for one in sums),
				"outstanding": money(sum(one.outstanding.base for one in sums), currency),
				"overdue": money(sum(one.overdue.base for one in sums), currency),
			}
		)
	return shown
