"""The entries of a customer in a company's ledger, the newest first, each with the balance after it. Amounts are in the
company's currency.

The balance is counted down from the newest entry, whose balance is the sum of all, so that a page costs the same
however long the ledger is but for sorting it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe.query_builder import DocType, Order
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint, flt

from erp_b2b_smartbill.customers.overview.links import list_of
from erp_b2b_smartbill.customers.overview.scope import Scope, visible

PAGE = 20


def page(scope: Scope, start: int = 0) -> dict[str, Any]:
	"""{company, currency, start, next, total, balance, rows, list}; `next` is None on the last page."""
	total, balance = _all(scope)
	digits = cint(frappe.get_precision("Sales Order", "base_grand_total", currency=scope.currency))
	rows, running = [], flt(flt(balance) - flt(_newer(scope, start)), digits)
	may_read: dict[str, bool] = {}
	for entry in _entries(scope, start):
		rows.append(_row(entry, running, scope, may_read))
		running = flt(running - flt(entry.debit) + flt(entry.credit), digits)
	return {
		"company": scope.company,
		"currency": scope.currency,
		"start": start,
		"next": start + PAGE if start + PAGE < total else None,
		"total": total,
		"balance": flt(balance, digits),
		"rows": rows,
		"list": list_of("GL Entry", filters(str(scope.company), scope.customers)),
	}


def filters(company: str, customers: Sequence[str]) -> dict[str, Any]:
	"""Of a list in the desk."""
	party = {"party_type": "Customer", "party": ["in", list(customers)]}
	return {**party, "company": company, "is_cancelled": 0}


def _row(entry: Any, balance: float, scope: Scope, may_read: dict[str, bool]) -> dict[str, Any]:
	doctype = entry.voucher_type
	if doctype not in may_read:
		may_read[doctype] = bool(frappe.has_permission(doctype, "read"))
	is_foreign = bool(entry.account_currency) and entry.account_currency != scope.currency
	return {
		"posting_date": entry.posting_date,
		"voucher_type": doctype,
		"voucher": entry.voucher_no,
		"link": {"doctype": doctype, "name": entry.voucher_no} if may_read[doctype] else None,
		"against": entry.against_voucher if entry.against_voucher != entry.voucher_no else None,
		"customer": entry.party,
		"debit": flt(entry.debit),
		"credit": flt(entry.credit),
		"balance": balance,
		"in_account_currency": {
			"debit": flt(entry.debit_in_account_currency),
			"credit": flt(entry.credit_in_account_currency),
			"currency": entry.account_currency,
		}
		if is_foreign
		else None,
	}


def _of(scope: Scope) -> tuple[Any, Any]:
	entry = DocType("GL Entry")
	query = (
		frappe.qb.from_(entry)
		.where((entry.party_type == "Customer") & entry.party.isin(list(scope.customers)))
		.where((entry.company == scope.company) & (entry.is_cancelled == 0))
		.where(visible("GL Entry", entry, scope))
	)
	return entry, query


def _newest_first(entry: Any, query: Any) -> Any:
	for field in (entry.posting_date, entry.creation, entry.name):
		query = query.orderby(field, order=Order.desc)
	return query


def _all(scope: Scope) -> tuple[int, Any]:
	entry, query = _of(scope)
	return query.select(Count("*"), Sum(entry.debit) - Sum(entry.credit)).run()[0]


def _newer(scope: Scope, start: int) -> Any:
	"""The sum of the entries before the page."""
	entry, query = _of(scope)
	newer = _newest_first(entry, query.select(entry.debit, entry.credit)).limit(start)
	return frappe.qb.from_(newer).select(Sum(newer.debit) - Sum(newer.credit)).run()[0][0]


def _entries(scope: Scope, start: int) -> list[Any]:
	entry, query = _of(scope)
	fields = (
		"posting_date",
		"voucher_type",
		"voucher_no",
		"against_voucher",
		"party",
		"debit",
		"credit",
		"account_currency",
		"debit_in_account_currency",
		"credit_in_account_currency",
	)
	query = _newest_first(entry, query.select(*(entry[field] for field in fields)))
	return query.limit(PAGE).offset(start).run(as_dict=True)
