"""The entries of a customer in a company's ledger, the newest first, each with the balance after it. Amounts are in the
company's currency.

The balance is counted down from the newest entry, whose balance is the sum of all, so that a page costs the same
however long the ledger is but for sorting it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce, Count, Sum
from frappe.utils import cint, flt

from erp_b2b_smartbill.customers.overview.links import list_of, may_open
from erp_b2b_smartbill.customers.overview.listing import newest_first
from erp_b2b_smartbill.customers.overview.newest import since_day_of
from erp_b2b_smartbill.customers.overview.scope import Scope, restricted

LEDGER = "GL Entry"
VOUCHERS = ("Sales Invoice", "Payment Entry")
PAGE = 20


def page(scope: Scope, start: int = 0, known: tuple[int, float] | None = None) -> dict[str, Any]:
	"""{company, currency, start, next, total, balance, rows, list}; `next` is None on the last page. `known` is (how many
	entries there are, their balance) where somebody counted them all; who is shown a part only has his own counted."""
	total, balance = known if known and restricted(LEDGER) is None else _all(scope)
	digits = cint(frappe.get_precision("Sales Order", "base_grand_total", currency=scope.currency))
	newer = _newer(scope, start) if start else 0
	rows, running = [], flt(flt(balance) - flt(newer), digits)
	entries = _entries(scope, start)
	# of the usual ones always, whatever is on this page: the number of queries is to be the same
	opens = {
		doctype: may_open(doctype) for doctype in {*VOUCHERS, *(entry.voucher_type for entry in entries)}
	}
	for entry in entries:
		rows.append(_row(entry, running, scope, opens))
		running = flt(running - flt(entry.debit) + flt(entry.credit), digits)
	return {
		"company": scope.company,
		"currency": scope.currency,
		"start": start,
		"next": start + PAGE if start + PAGE < total else None,
		"total": total,
		"balance": flt(balance, digits),
		"rows": rows,
		"list": list_of(LEDGER, filters(str(scope.company), scope.customers)),
	}


def filters(company: str, customers: Sequence[str]) -> dict[str, Any]:
	"""Of a list in the desk."""
	party = {"party_type": "Customer", "party": ["in", list(customers)]}
	return {**party, "company": company, "is_cancelled": 0}


def _row(entry: Any, balance: float, scope: Scope, opens: dict[str, bool]) -> dict[str, Any]:
	doctype = entry.voucher_type
	is_foreign = bool(entry.account_currency) and entry.account_currency != scope.currency
	return {
		"posting_date": entry.posting_date,
		"voucher_type": doctype,
		"voucher": entry.voucher_no,
		"link": {"doctype": doctype, "name": entry.voucher_no} if opens[doctype] else None,
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
	entry = DocType(LEDGER)
	query = (
		frappe.qb.from_(entry)
		.where(entry.party.isin(list(scope.customers)) & (entry.is_cancelled == 0))
		# without their indexes: MariaDB would intersect them with the party's, rather than go by the day
		.where(
			(Coalesce(entry.party_type, "") == "Customer") & (Coalesce(entry.company, "") == scope.company)
		)
	)
	own = restricted(LEDGER)
	return entry, query if own is None else query.where(own)


def _newest_first(entry: Any, query: Any) -> Any:
	return newest_first(query, entry.posting_date, entry.creation, entry.name)


def _all(scope: Scope) -> tuple[int, Any]:
	entry, query = _of(scope)
	return query.select(Count("*"), Sum(entry.debit) - Sum(entry.credit)).run()[0]


def _newer(scope: Scope, start: int) -> Any:
	"""The sum of the entries before the page."""
	entry, query = _of(scope)
	query = since_day_of(query, entry.posting_date, start).select(entry.debit, entry.credit)
	newer = _newest_first(entry, query).limit(start)
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
	query = since_day_of(query, entry.posting_date, start + PAGE)
	query = _newest_first(entry, query.select(*(entry[field] for field in fields)))
	return query.limit(PAGE).offset(start).run(as_dict=True)
