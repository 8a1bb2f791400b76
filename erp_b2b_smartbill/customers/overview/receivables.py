"""What is open of a customer's invoices in one company, by when it is due, and how fast the customer pays. Amounts are in
the company's currency.

An invoice whose account is in another currency counts at its own rate, as the ledger has it. The number of queries does
not depend on the number of invoices. What is due at once is one row a day; of open invoices in instalments each
instalment is a row, up to MAX_INSTALMENTS.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce, Count, Max, Min, Sum
from frappe.utils import add_months, cint, getdate, nowdate
from pypika import Case

from erp_b2b_smartbill.customers.overview import ageing
from erp_b2b_smartbill.customers.overview.ageing import Debt
from erp_b2b_smartbill.customers.overview.dues import Part, open_parts
from erp_b2b_smartbill.customers.overview.scope import Scope, visible

PAYMENTS_OF_MONTHS = 12
# far more than one customer has open: sums of a part of them would be wrong
MAX_INSTALMENTS = 50_000


@dataclass(frozen=True)
class Open:
	"""`debts` are what is open; `credit_notes` what is in the customer's favour on such documents, negative."""

	debts: tuple[Debt, ...]
	credit_notes: Decimal


def open_invoices(scope: Scope) -> Open:
	"""Raises ValidationError when there are more instalments than can be read at once."""
	debts: list[Debt] = []
	credit_notes = Decimal(0)
	for due, is_credit, rate, amount, name in _in_one(scope):
		base = _money(amount, rate)
		if is_credit:
			credit_notes += base
		else:
			debts.append(Debt(getdate(due), base, name))
	for name, rows in groupby(_in_instalments(scope), key=lambda row: row[0]):
		terms = list(rows)
		_name, rate, amount, _due, _amount = terms[0]
		schedule = [Part(getdate(due), _money(part, 1)) for *_of, due, part in terms]
		parts = open_parts(_money(amount, rate), schedule, None)
		debts += [Debt(part.due, part.amount, name) for part in parts]
	return Open(tuple(debts), credit_notes)


def amount_of(name: str) -> Decimal:
	"""What is open of one invoice."""
	fields = ["outstanding_amount", "conversion_rate", "party_account_currency", "company"]
	amount, rate, currency, company = frappe.db.get_value("Sales Invoice", name, fields)
	is_own = currency == frappe.get_cached_value("Company", company, "default_currency")
	return _money(amount, 1 if is_own else rate)


def _money(amount: Any, rate: Any) -> Decimal:
	return round(Decimal(str(amount or 0)) * Decimal(str(rate or 1)), 2)


def _rate(invoice: Any, scope: Scope) -> Any:
	"""From the currency that `outstanding_amount` is in, that of the customer's account, to the company's."""
	is_own = Coalesce(invoice.party_account_currency, scope.currency) == scope.currency
	return Case().when(is_own, 1).else_(invoice.conversion_rate)


def _open(scope: Scope) -> tuple[Any, Any, Any]:
	"""Invoices with something open, the second instalment of each, if it has any, and the query."""
	invoice, second = DocType("Sales Invoice"), DocType("Payment Schedule").as_("second")
	query = (
		frappe.qb.from_(invoice)
		.left_join(second)
		.on((second.parent == invoice.name) & (second.parenttype == "Sales Invoice") & (second.idx == 2))
		.where(invoice.customer.isin(list(scope.customers)) & (invoice.company == scope.company))
		.where((invoice.docstatus == 1) & (invoice.outstanding_amount != 0))
		.where(visible("Sales Invoice", invoice, scope))
	)
	return invoice, second, query


def _in_one(scope: Scope) -> Any:
	"""(due, is credit, rate, amount, name) of what is due at once, all of a day together."""
	invoice, second, query = _open(scope)
	due = Coalesce(invoice.due_date, invoice.posting_date)
	is_credit = Case().when(invoice.outstanding_amount < 0, 1).else_(0)
	rate = _rate(invoice, scope)
	return (
		query.select(due, is_credit, rate, Sum(invoice.outstanding_amount), Min(invoice.name))
		.where(second.name.isnull() | (invoice.outstanding_amount < 0))
		.groupby(due, is_credit, rate)
		.run()
	)


def _in_instalments(scope: Scope) -> Any:
	"""(name, rate, amount, due, instalment) of each instalment of what is open."""
	invoice, second, query = _open(scope)
	term = DocType("Payment Schedule")
	rows = (
		query.join(term)
		.on((term.parent == invoice.name) & (term.parenttype == "Sales Invoice"))
		.select(
			invoice.name,
			_rate(invoice, scope),
			invoice.outstanding_amount,
			term.due_date,
			term.base_payment_amount,
		)
		.where(second.name.isnotnull() & (invoice.outstanding_amount > 0))
		.orderby(invoice.name)
		.limit(MAX_INSTALMENTS + 1)
		.run()
	)
	if len(rows) > MAX_INSTALMENTS:
		frappe.throw(_("More than {0} instalments are open.").format(MAX_INSTALMENTS))
	return rows


# How fast


def days_to_pay(scope: Scope) -> tuple[Decimal | None, int, date]:
	"""(average, of how many invoices, since when): from an invoice's posting date to that of the last payment on it, of
	those that are settled and whose last payment was in the last months. Credit notes are no payments."""
	since = getdate(add_months(nowdate(), -PAYMENTS_OF_MONTHS))
	average, number = ageing.average_days(
		(getdate(invoiced), getdate(closed), cint(times)) for invoiced, closed, times in _paid(scope, since)
	)
	return average, number, since


def _paid(scope: Scope, since: date) -> Any:
	"""(invoice's date, last payment's date, how many)."""
	entry, settles, amount, is_alive = _movements()
	last = (
		frappe.qb.from_(entry)
		.select(settles.as_("invoice"), Max(entry.posting_date).as_("closed"))
		.where((entry.party_type == "Customer") & entry.party.isin(list(scope.customers)))
		.where((entry.company == scope.company) & is_alive & (amount < 0) & (entry.posting_date >= since))
		# a credit note is an invoice too; one that was paid at once is settled by itself
		.where((entry.voucher_type != "Sales Invoice") | (entry.voucher_no == settles))
		.groupby(settles)
	)
	invoice = DocType("Sales Invoice")
	return (
		frappe.qb.from_(last)
		.join(invoice)
		.on(invoice.name == last.invoice)
		.select(invoice.posting_date, last.closed, Count("*"))
		.where((invoice.docstatus == 1) & (invoice.outstanding_amount == 0) & (invoice.is_return == 0))
		.where(visible("Sales Invoice", invoice, scope))
		.groupby(invoice.posting_date, last.closed)
		.run()
	)


def _movements() -> tuple[Any, Any, Any, Any]:
	"""(table, what is settled, amount, condition): the payment ledger, which follows a later reconciliation; the general
	ledger where there is none."""
	if frappe.db.table_exists("Payment Ledger Entry"):
		entry = DocType("Payment Ledger Entry")
		is_alive = (entry.delinked == 0) & (entry.against_voucher_type == "Sales Invoice")
		return entry, entry.against_voucher_no, entry.amount, is_alive
	entry = DocType("GL Entry")
	is_alive = (entry.is_cancelled == 0) & (entry.against_voucher_type == "Sales Invoice")
	return entry, entry.against_voucher, entry.debit - entry.credit, is_alive
