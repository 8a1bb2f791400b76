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
from frappe.query_builder.functions import Count, NullIf, Sum
from frappe.utils import add_months, flt, getdate, nowdate
from pypika import Table
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term

from erp_b2b_smartbill.customers.overview import dues
from erp_b2b_smartbill.customers.overview.links import list_of
from erp_b2b_smartbill.customers.overview.listing import (
	ERPNEXT,
	Wanted,
	may_open,
	money,
	of_customers,
	ordered,
	within,
)
from erp_b2b_smartbill.customers.overview.scope import Scope, visible

INVOICE, PAYMENT, LEDGER = "Sales Invoice", "Payment Entry", "GL Entry"
# a list in the desk is filtered by the names themselves, so that it shows what was counted
MAX_NAMES = 100
MONTHS = 12


@dataclass
class Amounts:
	"""Of one currency of one company: in that currency, and in the company's."""

	own: float = 0
	base: float = 0


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
	for row in _amounts(scope):
		one = found[row.company, row.currency]
		is_own = row.party_account_currency == row.currency
		one.open_number += int(row.open_number)
		one.overdue_number += int(row.overdue_number)
		for name in ("outstanding", "credit", "overdue"):
			amounts = getattr(one, name)
			amounts.own += flt(row[name] if is_own else row[f"{name}_divided"])
			amounts.base += flt(row[f"{name}_multiplied"] if is_own else row[name])
	return found


def open_number(scope: Scope) -> int:
	invoice = DocType(INVOICE)
	return (
		frappe.qb.from_(invoice)
		.select(Count("*"))
		.where(_of(scope, invoice) & (invoice.company == scope.company))
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
		.where(visible(LEDGER, entry, scope) & (entry.company == scope.company))
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
	"""Newest first, in two queries."""
	invoice = DocType(INVOICE)
	found = (
		ordered(_wanted(scope, wanted), ERPNEXT, wanted, invoice.posting_date, invoice.creation, invoice.name)
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
			_total(invoice, "").as_("total"),
			_total(invoice, "base_").as_("base_total"),
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
	outstanding = _decimal(row.outstanding_amount)
	parts = dues.open_parts(
		outstanding,
		[dues.Part(part.due_date, _decimal(part[field_of_part])) for part in schedule],
		row.due_date,
	)
	today = getdate()
	overdue = dues.overdue_amount(parts, outstanding, today)
	status = dues.status(outstanding, overdue, is_return=bool(row.is_return))
	# what comes next is what a reader waits for
	due = parts[0].due if parts else row.due_date
	rate = _decimal(row.conversion_rate) if own else Decimal(1)
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
	query = frappe.qb.from_(invoice).where(_of(scope, invoice) & (invoice.company == scope.company))
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


# Sums, by the database: a customer may have ten thousand open invoices


def _of(scope: Scope, invoice: Table) -> Criterion:
	return (
		invoice.customer.isin(list(scope.customers))
		& (invoice.docstatus == 1)
		& visible(INVOICE, invoice, scope)
	)


def _total(invoice: Table, prefix: str) -> Term:
	rounded, grand = invoice[f"{prefix}rounded_total"], invoice[f"{prefix}grand_total"]
	return Case().when((invoice.disable_rounded_total == 1) | (rounded == 0), grand).else_(rounded)


def _numbers(scope: Scope) -> list[Any]:
	invoice = DocType(INVOICE)
	group = (invoice.company, invoice.currency, invoice.party_account_currency)
	return (
		frappe.qb.from_(invoice)
		.select(*group, Count("*").as_("number"), Sum(invoice.is_return).as_("notes"))
		.where(_of(scope, invoice))
		.groupby(*group)
		.run(as_dict=True)
	)


def _late(scope: Scope) -> QueryBuilder:
	"""Of every open document what is late, in its account's currency: what is open but for what is not due yet. Not by
	what was paid: ERPNext takes advances and write-offs off the schedule already."""
	invoice, schedule, today = DocType(INVOICE), DocType("Payment Schedule"), nowdate()
	own = invoice.party_account_currency == invoice.currency
	amount = Case().when(own, schedule.payment_amount).else_(schedule.base_payment_amount)
	at_once = Case().when(invoice.due_date < today, invoice.outstanding_amount).else_(0)
	fallen_due = Sum(Case().when(schedule.due_date < today, 1).else_(0))
	not_due = Sum(Case().when(schedule.due_date < today, 0).else_(amount))
	by_schedule = Case().when(fallen_due > 0, invoice.outstanding_amount - not_due).else_(0)
	# grouped, so that the sum is made once: as a sum for each row MariaDB makes it wherever it is used
	return (
		frappe.qb.from_(invoice)
		.left_join(schedule)
		.on((schedule.parent == invoice.name) & (schedule.parenttype == INVOICE))
		.select(
			invoice.name,
			invoice.company,
			invoice.currency,
			invoice.party_account_currency,
			invoice.is_return,
			NullIf(invoice.conversion_rate, 0).as_("rate"),
			invoice.outstanding_amount.as_("outstanding"),
			Case().when(Count(schedule.name) == 0, at_once).else_(by_schedule).as_("late"),
		)
		.where(_of(scope, invoice) & (invoice.outstanding_amount != 0))
		.groupby(invoice.name)
	)


def _is_overdue(row: Any) -> Criterion:
	return (row.is_return == 0) & (row.late >= float(dues.NOTHING))


def _amounts(scope: Scope) -> list[Any]:
	"""Of what is open: also multiplied and divided by the rates, as one of the two is what is asked for."""
	row = _late(scope)
	amounts = {
		"outstanding": row.outstanding,
		"credit": Case().when(row.is_return == 1, row.outstanding).else_(0),
		"overdue": Case().when(_is_overdue(row), row.late).else_(0),
	}
	is_open = (row.outstanding > 0) & (row.is_return == 0)
	group = (row.company, row.currency, row.party_account_currency)
	return (
		frappe.qb.from_(row)
		.select(
			*group,
			Sum(Case().when(is_open, 1).else_(0)).as_("open_number"),
			Sum(Case().when(_is_overdue(row), 1).else_(0)).as_("overdue_number"),
			*(Sum(amount).as_(name) for name, amount in amounts.items()),
			*(Sum(amount * row.rate).as_(f"{name}_multiplied") for name, amount in amounts.items()),
			*(Sum(amount / row.rate).as_(f"{name}_divided") for name, amount in amounts.items()),
		)
		.groupby(*group)
		.run(as_dict=True)
	)


def _overdue_names(scope: Scope) -> QueryBuilder:
	row = _late(scope)
	return frappe.qb.from_(row).select(row.name).where(_is_overdue(row) & (row.company == scope.company))


def _decimal(value: Any) -> Decimal:
	return Decimal(str(value or 0))
