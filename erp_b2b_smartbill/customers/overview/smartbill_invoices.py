"""A customer's invoices in SmartBill, made from proformas: as SmartBill told when it was asked last.

They stand beside ERPNext's and are never added to them: one sale can be in both. Documents made to the Lead or Prospect
that became this customer are its too. An invoice whose payment nobody has asked for yet counts as unpaid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import frappe
from erpnext.setup.utils import get_exchange_rate
from frappe.query_builder import Case, DocType
from frappe.query_builder.functions import Coalesce, Count, Date, Max, Min, Sum
from frappe.utils import flt, get_datetime, getdate, nowdate
from pypika import Table
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.overview import dues, parties
from erp_b2b_smartbill.customers.overview.links import list_of, may_open
from erp_b2b_smartbill.customers.overview.listing import (
	SMARTBILL,
	Wanted,
	from_cursor,
	money,
	newest_first,
	within,
)
from erp_b2b_smartbill.customers.overview.scope import Scope, visible
from erp_b2b_smartbill.smartbill.states import ISSUED

INVOICE = "SmartBill Invoice"


def is_there() -> bool:
	return features.is_on(features.PROFORMA)


def subtotal(scope: Scope) -> dict[str, Any]:
	"""{number, as_of, by_currency, counts_in_credit, list}. `as_of` is when the one was asked for that was asked for
	longest ago, of those that are not paid."""
	invoice, whom = DocType(INVOICE), parties.of(scope)
	today, open_amount = nowdate(), _open(invoice)
	rows = (
		frappe.qb.from_(invoice)
		.select(
			invoice.currency,
			Count("*").as_("number"),
			Sum(Case().when(_is_known(invoice), 0).else_(1)).as_("unknown"),
			Sum(_total(invoice)).as_("total"),
			Sum(open_amount).as_("outstanding"),
			Sum(Case().when(invoice.due_date < today, open_amount).else_(0)).as_("overdue"),
			Min(Case().when(open_amount > 0, invoice.followed_at)).as_("open_as_of"),
			Max(invoice.followed_at).as_("as_of"),
		)
		.where(_of(scope, whom, invoice))
		.groupby(invoice.currency)
		.orderby(invoice.currency)
		.run(as_dict=True)
	)
	asked = [get_datetime(row.open_as_of) for row in rows if row.open_as_of]
	last = [get_datetime(row.as_of) for row in rows if row.as_of]
	filters = {
		**whom.filters("party_type", "party"),
		"company": scope.company,
		"status": ISSUED,
	}
	return {
		"number": sum(row.number for row in rows),
		"as_of": min(asked) if asked else max(last, default=None),
		"by_currency": [
			{
				"currency": row.currency,
				"number": row.number,
				"unknown_number": int(row.unknown or 0),
				"total": money(row.total, row.currency),
				"paid": money(flt(row.total) - flt(row.outstanding), row.currency),
				"outstanding": money(row.outstanding, row.currency),
				"overdue": money(row.overdue, row.currency),
			}
			for row in rows
		],
		"counts_in_credit": counts_in_credit(scope.company),
		"list": list_of(INVOICE, filters) if rows else None,
	}


def counts_in_credit(company: str | None) -> bool:
	return bool(frappe.db.get_value("SmartBill Account", {"company": company or ""}, "counts_in_credit"))


def count(scope: Scope, wanted: Wanted) -> int:
	return _wanted(scope, wanted).select(Count("*")).run()[0][0]


def rows(scope: Scope, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
	"""Newest first."""
	invoice = DocType(INVOICE)
	places = _day(invoice), invoice.creation, invoice.name
	found = (
		newest_first(from_cursor(_wanted(scope, wanted), SMARTBILL, wanted, *places), *places)
		.select(
			invoice.name,
			invoice.full_number,
			invoice.party,
			invoice.customer_name,
			invoice.company,
			_day(invoice).as_("day"),
			invoice.creation,
			invoice.due_date,
			invoice.payment_status,
			invoice.status,
			invoice.currency,
			invoice.quotation,
			invoice.followed_at,
			_total(invoice).as_("total"),
			_open(invoice).as_("outstanding"),
		)
		.limit(limit)
		.run(as_dict=True)
	)
	opens = may_open(INVOICE)
	return [_row(row, scope.currency, opens) for row in found]


def _row(row: Any, company_currency: str | None, opens: bool) -> dict[str, Any]:
	today, outstanding = getdate(), Decimal(str(row.outstanding or 0))
	is_late = bool(row.due_date and row.due_date < today)
	overdue = outstanding if is_late else Decimal(0)
	status = dues.status(outstanding, overdue)
	# without a rate of its own it has no amount in another currency
	is_own = row.currency == company_currency
	return {
		"source": SMARTBILL,
		"doctype": INVOICE,
		"name": row.name,
		"number": row.full_number or row.name,
		"customer": row.party,
		"customer_name": row.customer_name,
		"company": row.company,
		"date": getdate(row.day),
		"due_date": row.due_date,
		"days_overdue": (today - row.due_date).days if status == dues.OVERDUE else 0,
		"status": status,
		"status_in_source": row.payment_status or row.status,
		"total": money(row.total, row.currency),
		"base_total": money(row.total, row.currency) if is_own else None,
		"outstanding": money(outstanding, row.currency),
		"base_outstanding": money(outstanding, row.currency) if is_own else None,
		"overdue": money(overdue, row.currency),
		"return_against": None,
		"quotation": row.quotation,
		"as_of": row.followed_at,
		"is_payment_known": bool(row.payment_status),
		"link": {"doctype": INVOICE, "name": row.name} if opens else None,
		"_moment": row.creation,
	}


def in_credit(customers: Sequence[str], company: str) -> dict[str, float]:
	"""What is unpaid of the company's issued SmartBill invoices, in its currency at the rate of the Quotation, or without
	one at ERPNext's of today: nothing unless its account says that they count. A Quotation that was ordered is left out:
	ERPNext has that sale already. The number of queries does not depend on how many customers there are."""
	if not (customers and is_there() and counts_in_credit(company)):
		return {}
	owners = _owners(customers)
	invoice, quotation, ordered_row = DocType(INVOICE), DocType("Quotation"), DocType("Sales Order Item")
	currency = frappe.get_cached_value("Company", company, "default_currency")
	in_erpnext = (
		frappe.qb.from_(ordered_row)
		.select(ordered_row.prevdoc_docname)
		.where((ordered_row.prevdoc_docname == invoice.quotation) & (ordered_row.docstatus == 1))
	)
	rate = Case().when(invoice.currency == currency, 1).else_(Coalesce(quotation.conversion_rate, 0))
	without_rate = Case().when(rate == 0, _open(invoice)).else_(0)
	rows = (
		frappe.qb.from_(invoice)
		.left_join(quotation)
		.on(quotation.name == invoice.quotation)
		.select(
			invoice.party_type, invoice.party, invoice.currency, Sum(_open(invoice) * rate), Sum(without_rate)
		)
		.where(invoice.party.isin(sorted({name for _doctype, name in owners})))
		.where((invoice.company == company) & (invoice.status == ISSUED))
		.where(Coalesce(invoice.quotation, "").notin(in_erpnext))
		.groupby(invoice.party_type, invoice.party, invoice.currency)
		.run()
	)
	rates = {of: _rate_today(of, currency) for _type, _party, of, _unpaid, more in rows if flt(more)}
	sums: dict[str, float] = {}
	for doctype, party, of, unpaid, more in rows:
		if customer := owners.get((doctype, party)):
			sums[customer] = flt(sums.get(customer, 0) + flt(unpaid) + flt(more) * rates.get(of, 0), 2)
	return sums


def _rate_today(currency: str, into: str) -> float:
	"""0 when ERPNext knows none. It says so in a message, which is nothing for a figure."""
	messages = len(frappe.local.message_log)
	rate = get_exchange_rate(currency, into, args="for_selling")
	del frappe.local.message_log[messages:]
	return flt(rate)


def _owners(customers: Sequence[str]) -> dict[tuple[str, str], str]:
	"""The Customer by the party that documents name: itself, or the Lead or Prospect that it was."""
	meta = frappe.get_meta("Customer")
	origins = {doctype: field for doctype, field in parties.ORIGINS.items() if meta.has_field(field)}
	owners = {("Customer", name): name for name in customers}
	for row in frappe.get_all(
		"Customer", {"name": ["in", list(customers)]}, ["name", *origins.values()], limit=0
	):
		owners |= {(doctype, row[field]): row.name for doctype, field in origins.items() if row[field]}
	return owners


def _of(scope: Scope, whom: parties.Parties, invoice: Table) -> Criterion:
	return (
		whom.are(invoice.party_type, invoice.party)
		& (invoice.status == ISSUED)
		& visible(INVOICE, invoice, scope.of_company)
	)


def _wanted(scope: Scope, wanted: Wanted) -> QueryBuilder:
	invoice = DocType(INVOICE)
	query = frappe.qb.from_(invoice).where(_of(scope, parties.of(scope), invoice))
	number = Coalesce(invoice.full_number, invoice.name)
	for condition in (*_state(invoice, wanted.status), *within(wanted, _day(invoice), number)):
		query = query.where(condition)
	return query


def _state(invoice: Table, status: str | None) -> Iterable[Criterion]:
	is_open, is_late = _open(invoice) >= float(dues.NOTHING), invoice.due_date < nowdate()
	if status == dues.CREDIT_NOTE:
		# SmartBill's are not known here
		yield invoice.name.isnull()
	elif status == dues.PAID:
		yield _open(invoice) < float(dues.NOTHING)
	elif status:
		yield is_open
		if status == dues.OVERDUE:
			yield is_late
		elif status == dues.NOT_DUE:
			yield invoice.due_date.isnull() | (invoice.due_date >= nowdate())


def _is_known(invoice: Table) -> Criterion:
	"""Whether SmartBill was asked for its payment."""
	return Coalesce(invoice.payment_status, "") != ""


def _total(invoice: Table) -> Term:
	"""As SmartBill tells it; as it was sent until SmartBill was asked."""
	return Case().when(_is_known(invoice), invoice.invoiced_total).else_(invoice.grand_total)


def _open(invoice: Table) -> Term:
	return Case().when(_is_known(invoice), invoice.unpaid_amount).else_(invoice.grand_total)


def _day(invoice: Table) -> Term:
	"""One that was found in SmartBill has no day of issue."""
	return Coalesce(invoice.issue_date, Date(invoice.creation))
