"""What is open of a customer's invoices, by when it is due, and how fast the customer pays.

`outstanding_amount` is ERPNext's own: in the invoice's currency where the customer's account is kept in that one, else in
the company's. The other of the two follows at the invoice's own rate. The number of queries does not depend on the number
of invoices. What is due at once is one receivable a bucket of ageing; of open invoices in instalments each open
instalment is one, up to MAX_RECEIVABLES in all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce, Count, Max, Min, Sum
from frappe.utils import add_months, cint, getdate, nowdate
from pypika import Case, Table
from pypika.terms import Criterion, Function

from erp_b2b_smartbill.customers.overview import ageing
from erp_b2b_smartbill.customers.overview.ageing import Debt
from erp_b2b_smartbill.customers.overview.database import day_and_name, days_between, split
from erp_b2b_smartbill.customers.overview.dues import NOTHING, Part, decimal, open_parts
from erp_b2b_smartbill.customers.overview.scope import Scope, visible

INVOICE = "Sales Invoice"
PAYMENTS_OF_MONTHS = 12
# far more than one customer has open: sums of a part of them would be wrong
MAX_RECEIVABLES = 50_000


@dataclass(frozen=True)
class Receivable:
	"""What is open and of one age, of invoices of one company, currency and rate, or of one of them. `due` is the
	earliest day, `name` the first invoice of that day. `own` is in the invoices' currency, which is exact where the
	account is kept in it, `base` in the company's. Credit notes are negative. `number` is of invoices: one in
	instalments is counted with its first that is open."""

	company: str
	currency: str
	is_return: bool
	due: date
	own: Decimal
	base: Decimal
	number: int
	name: str
	# not what rounding left
	is_something: bool = True

	@property
	def is_debt(self) -> bool:
		return self.base > 0

	def is_overdue(self, today: date) -> bool:
		return self.is_something and not self.is_return and self.due < today


def submitted(scope: Scope, invoice: Table) -> Criterion:
	"""The condition for the invoices that figures are of."""
	return (
		invoice.customer.isin(list(scope.customers))
		& (invoice.docstatus == 1)
		& visible(INVOICE, invoice, scope)
	)


def of(scope: Scope) -> list[Receivable]:
	"""Of every company of the scope. One query. Raises ValidationError when there are more than can be read at once."""
	found: list[Receivable] = []
	in_instalments: dict[str, list[Any]] = {}
	for row in _read(scope):
		if row.in_instalments:
			in_instalments.setdefault(row.in_instalments, []).append(row)
		else:
			found.append(_receivable(row, _due(row), decimal(row.outstanding), decimal(row.base), row.number))
	for terms in in_instalments.values():
		first, outstanding = terms[0], decimal(terms[0].of_each)
		field = "amount" if _is_own(first) else "base_amount"
		schedule = [Part(getdate(term.term_due), decimal(term[field])) for term in terms]
		parts = open_parts(outstanding, schedule, None) or [Part(_due(first), outstanding)]
		found += _instalments(first, parts)
	return found


def debts(receivables: Iterable[Receivable]) -> list[Debt]:
	"""In the company's currency."""
	return [Debt(one.due, one.base, one.name) for one in receivables if one.is_debt]


def _instalments(row: Any, parts: Iterable[Part]) -> Iterable[Receivable]:
	"""Of one invoice."""
	rate = _rate(row) if _is_own(row) else Decimal(1)
	open_, base, number = Decimal(0), Decimal(0), 1
	for part in parts:
		open_ += part.amount
		# so that the parts add up to what is open of the whole, to the cent
		until_here = round(open_ * rate, 2)
		yield _receivable(row, part.due, part.amount, until_here - base, number)
		base, number = until_here, 0


def _receivable(row: Any, due: date, amount: Decimal, base: Decimal, number: int) -> Receivable:
	return Receivable(
		company=row.company,
		currency=row.currency,
		is_return=bool(row.is_return),
		due=due,
		own=amount if _is_own(row) else amount / _rate(row),
		base=base,
		number=number,
		name=split(row.oldest)[1],
		is_something=bool(row.is_something),
	)


def _rate(row: Any) -> Decimal:
	return decimal(row.rate) or Decimal(1)


def _due(row: Any) -> date:
	return getdate(split(row.oldest)[0])


def _is_own(row: Any) -> bool:
	"""Whether the account is kept in the invoice's currency."""
	return row.party_account_currency == row.currency


def _read(scope: Scope) -> list[Any]:
	"""What is open, all of an age together; of an invoice that has a second instalment each one."""
	invoice, term, today = DocType(INVOICE), DocType("Payment Schedule"), getdate(nowdate())
	first, second = (DocType("Payment Schedule").as_(name) for name in ("first", "second"))

	def is_row(row: Table, place: int) -> Criterion:
		of_invoice = (row.parent == invoice.name) & (row.parenttype == INVOICE) & (row.idx == place)
		return of_invoice & (invoice.outstanding_amount > 0)

	# ERPNext judges by the schedule, which may say another day than the invoice
	due = Coalesce(first.due_date, invoice.due_date, invoice.posting_date)
	age = Case()
	for place, bucket in enumerate(ageing.BUCKETS[:-1]):
		age = age.when(due >= today - timedelta(days=bucket.last), place)
	is_own = invoice.party_account_currency == invoice.currency
	in_company_currency = (
		Case()
		.when(is_own & (invoice.conversion_rate > 0), invoice.outstanding_amount * invoice.conversion_rate)
		.else_(invoice.outstanding_amount)
	)
	columns = {
		"company": invoice.company,
		"currency": invoice.currency,
		"party_account_currency": invoice.party_account_currency,
		"rate": invoice.conversion_rate,
		"is_return": invoice.is_return,
		"is_negative": Case().when(invoice.outstanding_amount < 0, 1).else_(0),
		"is_something": Case().when(invoice.outstanding_amount >= float(NOTHING), 1).else_(0),
		"age": age.else_(len(ageing.BUCKETS)),
		"in_instalments": second.parent,
		"term_due": term.due_date,
	}
	rows = (
		frappe.qb.from_(invoice)
		.left_join(first)
		.on(is_row(first, 1))
		.left_join(second)
		.on(is_row(second, 2))
		.left_join(term)
		.on((term.parent == second.parent) & (term.parenttype == INVOICE))
		.select(
			*(column.as_(name) for name, column in columns.items()),
			Count("*").as_("number"),
			Min(day_and_name(due, invoice.name)).as_("oldest"),
			Sum(invoice.outstanding_amount).as_("outstanding"),
			# of each by itself, as each is shown
			Sum(Function("ROUND", in_company_currency, 2)).as_("base"),
			Max(invoice.outstanding_amount).as_("of_each"),
			Sum(term.payment_amount).as_("amount"),
			Sum(term.base_payment_amount).as_("base_amount"),
		)
		.where(submitted(scope, invoice) & (invoice.outstanding_amount != 0))
		.groupby(*columns.values())
		.limit(MAX_RECEIVABLES + 1)
		.run(as_dict=True)
	)
	if len(rows) > MAX_RECEIVABLES:
		frappe.throw(_("More than {0} instalments are open.").format(MAX_RECEIVABLES))
	return rows


def amount_of(name: str) -> Decimal:
	"""What is open of one invoice, in its company's currency."""
	fields = ["outstanding_amount", "conversion_rate", "party_account_currency", "currency"]
	amount, rate, account_currency, currency = frappe.db.get_value(INVOICE, name, fields)
	return round(decimal(amount) * (decimal(rate) or 1 if account_currency == currency else 1), 2)


# How fast


def days_to_pay(scope: Scope) -> tuple[Decimal | None, int, date]:
	"""(average, of how many invoices, since when): from an invoice's posting date to that of the last payment on it, of
	those that are settled and whose last payment was in the last months. Credit notes are no payments."""
	since = getdate(add_months(nowdate(), -PAYMENTS_OF_MONTHS))
	days, number = _paid(scope, since)
	return ageing.average_days(cint(days), number), number, since


def _paid(scope: Scope, since: date) -> Any:
	"""(days of all together, how many). What was paid in advance was paid in 0 days."""
	entry, settles, amount, is_alive = _movements()
	last = (
		frappe.qb.from_(entry)
		.select(settles.as_("invoice"), Max(entry.posting_date).as_("closed"))
		# what leaves most out first: names are compared by their collation
		.where((entry.posting_date >= since) & (amount < 0) & is_alive)
		.where(entry.party.isin(list(scope.customers)) & (entry.party_type == "Customer"))
		.where(entry.company == scope.company)
		# a credit note is an invoice too; one that was paid at once is settled by itself
		.where((entry.voucher_type != INVOICE) | (entry.voucher_no == settles))
		.groupby(settles)
	)
	invoice = DocType(INVOICE)
	days = days_between(invoice.posting_date, last.closed)
	return (
		frappe.qb.from_(last)
		.join(invoice)
		.on(invoice.name == last.invoice)
		.select(Sum(Case().when(days > 0, days).else_(0)), Count("*"))
		.where((invoice.docstatus == 1) & (invoice.outstanding_amount == 0) & (invoice.is_return == 0))
		.where(visible(INVOICE, invoice, scope.of_company))
		.run()[0]
	)


def _movements() -> tuple[Any, Any, Any, Any]:
	"""(table, what is settled, amount, condition): the payment ledger, which follows a later reconciliation; the general
	ledger where there is none."""
	if frappe.db.table_exists("Payment Ledger Entry"):
		entry = DocType("Payment Ledger Entry")
		is_alive = (entry.delinked == 0) & (entry.against_voucher_type == INVOICE)
		return entry, entry.against_voucher_no, entry.amount, is_alive
	entry = DocType("GL Entry")
	is_alive = (entry.is_cancelled == 0) & (entry.against_voucher_type == INVOICE)
	return entry, entry.against_voucher, entry.debit - entry.credit, is_alive
