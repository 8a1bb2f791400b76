"""A customer's Sales Invoices: what is open of them, overdue and credited, and the rows.

`outstanding_amount` is ERPNext's own: in the invoice's currency where the customer's account is kept in that one, else in
the company's. The other of the two follows at the invoice's own rate. Credit notes are in the sums, negative. Amounts are
of submitted documents only; whose they are and who may read them, the scope says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder import Case, DocType
from frappe.query_builder.functions import Coalesce, Count, Sum
from frappe.utils import add_months, getdate, nowdate
from pypika import Table
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from erp_b2b_smartbill.customers.overview import dues, receivables
from erp_b2b_smartbill.customers.overview.links import list_of, may_open
from erp_b2b_smartbill.customers.overview.listing import (
	ERPNEXT,
	Wanted,
	from_cursor,
	money,
	newest_first,
	of_customers,
	to_pay,
	within,
)
from erp_b2b_smartbill.customers.overview.newest import since_day_of
from erp_b2b_smartbill.customers.overview.receivables import INVOICE, Receivable, submitted
from erp_b2b_smartbill.customers.overview.scope import Scope, visible

PAYMENT, LEDGER = "Payment Entry", "GL Entry"
# a list in the desk is filtered by the names themselves, so that it shows what was counted
MAX_NAMES = 100
MONTHS = 12


@dataclass
class Amounts:
	"""Of one currency of one company: in that currency, and in the company's."""

	own: Decimal = Decimal(0)
	base: Decimal = Decimal(0)

	def add(self, part: Receivable) -> None:
		self.own += part.own
		self.base += part.base


@dataclass
class Sums:
	"""`number` is of invoices without credit notes; `credit` is what is open of credit notes, negative and a part of
	`outstanding`. Where the ledger keeps another currency, amounts in this one follow at the documents' rates and are
	not exact."""

	number: int = 0
	open_number: int = 0
	overdue_number: int = 0
	notes: int = 0
	is_exact: bool = True
	outstanding: Amounts = field(default_factory=Amounts)
	credit: Amounts = field(default_factory=Amounts)
	overdue: Amounts = field(default_factory=Amounts)


Key = tuple[str, str]


def sums(scope: Scope) -> dict[Key, Sums]:
	"""By (company, currency of the invoices), over every company of the scope."""
	found: dict[Key, Sums] = {}
	for row in _numbers(scope):
		one = found.setdefault((row.company, row.currency), Sums())
		one.is_exact = one.is_exact and row.party_account_currency == row.currency
		one.notes += int(row.notes or 0)
		one.number += int(row.number - (row.notes or 0))
	today = getdate(nowdate())
	for part in receivables.of(scope):
		one = found[part.company, part.currency]
		one.outstanding.add(part)
		if part.is_return:
			one.credit.add(part)
		elif part.own > 0:
			one.open_number += part.number
		if part.is_overdue(today):
			one.overdue_number += part.number
			one.overdue.add(part)
	return found


def open_number(scope: Scope) -> int:
	invoice = DocType(INVOICE)
	return (
		frappe.qb.from_(invoice)
		.select(Count("*"))
		.where(submitted(scope.of_company, invoice))
		.where((invoice.outstanding_amount > 0) & (invoice.is_return == 0))
		.run()[0][0]
	)


def received(scope: Scope) -> dict[str, Any]:
	"""What the customer paid in the last twelve months, less what was paid back: {value, currency, since, list}."""
	entry, since = DocType(LEDGER), getdate(add_months(nowdate(), -MONTHS))
	# by the ledger: Payment Entry has no index on the party
	paid = (
		frappe.qb.from_(entry)
		.select(Sum(entry.credit) - Sum(entry.debit))
		.where((entry.party_type == "Customer") & entry.party.isin(list(scope.customers)))
		.where(visible(LEDGER, entry, scope.of_company))
		.where((entry.voucher_type == PAYMENT) & (entry.is_cancelled == 0) & (entry.posting_date >= since))
		.run()[0][0]
	)
	filters = {
		"party_type": "Customer",
		"party": of_customers(scope.customers),
		"company": scope.company,
		"docstatus": 1,
		"posting_date": [">=", str(since)],
	}
	return {
		**money(paid, scope.currency),
		"since": since,
		"list": list_of(PAYMENT, filters),
	}


def filters(scope: Scope, **more: Any) -> dict[str, Any]:
	"""For a list in the desk."""
	return {
		"customer": of_customers(scope.customers),
		"company": scope.company,
		"docstatus": 1,
		**more,
	}


def list_of_overdue(scope: Scope, number: int) -> dict[str, Any] | None:
	"""The very invoices, `number` of them; of very many those that ERPNext's nightly job found overdue."""
	if not number:
		return None
	if number > MAX_NAMES:
		return list_of(INVOICE, filters(scope, status=["in", ["Overdue", "Overdue and Discounted"]]))
	return list_of(INVOICE, {"name": ["in", [name for (name,) in _overdue_names(scope).run()]]})


# Rows


def count(scope: Scope, wanted: Wanted) -> int:
	return _wanted(scope, wanted).select(Count("*")).run()[0][0]


def rows(scope: Scope, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
	"""Newest first, in two queries or three."""
	invoice = DocType(INVOICE)
	query = from_cursor(
		_wanted(scope, wanted), ERPNEXT, wanted, invoice.posting_date, invoice.creation, invoice.name
	)
	# what is overdue takes as long to find out as to sort
	if wanted.status not in (dues.OVERDUE, dues.NOT_DUE):
		query = since_day_of(query, invoice.posting_date, limit)
	found = (
		newest_first(query, invoice.posting_date, invoice.creation, invoice.name)
		.select(
			invoice.name,
			invoice.customer,
			invoice.customer_name,
			invoice.company,
			invoice.posting_date,
			invoice.creation,
			invoice.due_date,
			invoice.is_return,
			invoice.return_against,
			invoice.status,
			invoice.currency,
			invoice.party_account_currency,
			invoice.conversion_rate,
			invoice.outstanding_amount,
			to_pay(invoice).as_("total"),
			to_pay(invoice, "base_").as_("base_total"),
		)
		.limit(limit)
		.run(as_dict=True)
	)
	schedules = _schedules([row.name for row in found if row.outstanding_amount > 0])
	opens = may_open(INVOICE)
	return [_row(row, schedules.get(row.name, []), scope.currency, opens) for row in found]


def _row(row: Any, schedule: list[Any], company_currency: str | None, opens: bool) -> dict[str, Any]:
	own = row.party_account_currency == row.currency
	field_of_part = "payment_amount" if own else "base_payment_amount"
	outstanding = dues.decimal(row.outstanding_amount)
	parts = dues.open_parts(
		outstanding,
		[dues.Part(part.due_date, dues.decimal(part[field_of_part])) for part in schedule],
		row.due_date or row.posting_date,
	)
	today = getdate()
	overdue = dues.overdue_amount(parts, outstanding, today)
	status = dues.status(outstanding, overdue, is_return=bool(row.is_return))
	# what comes next is what a reader waits for
	due = parts[0].due if parts else row.due_date or row.posting_date
	rate = dues.decimal(row.conversion_rate) if own else Decimal(1)
	kept_in = row.currency if own else company_currency
	return {
		"source": ERPNEXT,
		"doctype": INVOICE,
		"name": row.name,
		"number": row.name,
		"customer": row.customer,
		"customer_name": row.customer_name,
		"company": row.company,
		"date": row.posting_date,
		"due_date": None if row.is_return else due,
		"days_overdue": (today - due).days if status == dues.OVERDUE else 0,
		"status": status,
		"status_in_source": row.status,
		"total": money(row.total, row.currency),
		"base_total": money(row.base_total, company_currency),
		"outstanding": money(outstanding, kept_in),
		"base_outstanding": money(outstanding * rate, company_currency),
		"overdue": money(overdue, kept_in),
		"return_against": row.return_against or None,
		"quotation": None,
		"as_of": None,
		"is_payment_known": True,
		"link": {"doctype": INVOICE, "name": row.name} if opens else None,
		"_moment": row.creation,
	}


def _schedules(names: list[str]) -> dict[str, list[Any]]:
	schedule = DocType("Payment Schedule")
	found: dict[str, list[Any]] = {}
	for row in (
		frappe.qb.from_(schedule)
		.select(schedule.parent, schedule.due_date, schedule.payment_amount, schedule.base_payment_amount)
		# never an empty list: the number of queries is to be the same
		.where((schedule.parenttype == INVOICE) & schedule.parent.isin(names or [""]))
		.run(as_dict=True)
	):
		found.setdefault(row.parent, []).append(row)
	return found


def _wanted(scope: Scope, wanted: Wanted) -> QueryBuilder:
	invoice = DocType(INVOICE)
	query = frappe.qb.from_(invoice).where(submitted(scope.of_company, invoice))
	for condition in (
		*_state(scope, invoice, wanted.status),
		*within(wanted, invoice.posting_date, invoice.name),
	):
		query = query.where(condition)
	return query


def _state(scope: Scope, invoice: Table, status: str | None) -> Iterable[Criterion]:
	if status is None:
		return
	if status == dues.CREDIT_NOTE:
		yield invoice.is_return == 1
		return
	yield invoice.is_return == 0
	if status == dues.PAID:
		yield invoice.outstanding_amount <= 0
		return
	yield invoice.outstanding_amount > 0
	if status == dues.OVERDUE:
		yield invoice.name.isin(_overdue_names(scope))
	elif status == dues.NOT_DUE:
		yield invoice.name.notin(_overdue_names(scope))


def _numbers(scope: Scope) -> list[Any]:
	invoice = DocType(INVOICE)
	group = (invoice.company, invoice.currency, invoice.party_account_currency)
	return (
		frappe.qb.from_(invoice)
		.select(*group, Count("*").as_("number"), Sum(invoice.is_return).as_("notes"))
		.where(submitted(scope, invoice))
		.groupby(*group)
		.run(as_dict=True)
	)


def _overdue_names(scope: Scope) -> QueryBuilder:
	"""As a list is filtered by them: overdue is what is open but for what is not due yet. Not by what was paid: ERPNext
	takes advances and write-offs off the schedule already."""
	invoice, schedule, today = DocType(INVOICE), DocType("Payment Schedule"), nowdate()
	own = invoice.party_account_currency == invoice.currency
	amount = Case().when(own, schedule.payment_amount).else_(schedule.base_payment_amount)
	due = Coalesce(schedule.due_date, invoice.due_date, invoice.posting_date)
	fallen_due = Sum(Case().when(due < today, 1).else_(0))
	not_due = Sum(Case().when(schedule.due_date >= today, amount).else_(0))
	late = (
		frappe.qb.from_(invoice)
		.left_join(schedule)
		.on((schedule.parent == invoice.name) & (schedule.parenttype == INVOICE))
		.select(invoice.name)
		.where(submitted(scope.of_company, invoice))
		.where((invoice.outstanding_amount > 0) & (invoice.is_return == 0))
		.groupby(invoice.name, invoice.outstanding_amount)
		.having((fallen_due > 0) & (invoice.outstanding_amount - not_due >= float(dues.NOTHING)))
	)
	# a table of its own: MariaDB would look for each document in it anew
	return frappe.qb.from_(late).select(late.name)
