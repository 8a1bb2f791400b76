"""What customers may still buy on credit: ERPNext's own figures, for many customers at once.

ERPNext answers for one customer, in six to eight queries; a page of twenty would cost a hundred and fifty. The rules are
those of its `get_credit_limit` and `get_customer_outstanding` (erpnext/selling/doctype/customer/customer.py, the same
in v15 and v16), and the tests compare the two one by one:

- the limit is the customer's for the company; else its group's, unless that one is marked as bypassed; else the
  company's. None or less is no limit;
- used is the customer's balance in the ledger, what is ordered and not billed, and what was delivered without an order
  or an invoice and is not billed. Orders do not count where the customer's own row bypasses the check at the Sales
  Order, as in ERPNext's report Customer Credit Balance.

Rights are not looked at: whoever shows a figure asks `may_see` first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce, Sum
from frappe.utils import cint, flt

from erp_b2b_smartbill.permissions import CREDIT_READERS


@dataclass(frozen=True)
class Credit:
	"""Amounts in the company's currency. Without a limit nothing is available or missing: both are None."""

	limit: float | None
	used: float
	available: float | None
	currency: str

	@property
	def is_over_limit(self) -> bool:
		"""As ERPNext judges an order: what reaches the limit is not over it."""
		return self.limit is not None and self.used > self.limit


@dataclass(frozen=True)
class _Terms:
	limit: float
	ignores_orders: bool


def may_see(company: str | None = None) -> bool:
	"""Whether the session's user is shown credit, and may read that company."""
	if not set(CREDIT_READERS) & set(frappe.get_roles()):
		return False
	if not company:
		return True
	return bool(frappe.has_permission("Company", "read", doc=frappe.get_cached_doc("Company", company)))


def of(customers: Sequence[str], company: str) -> dict[str, Credit]:
	"""The credit of those customers that exist, in the same number of queries however many they are."""
	names = sorted(set(customers))
	if not names:
		return {}
	limit_of_company, currency = frappe.get_cached_value(
		"Company", company, ["credit_limit", "default_currency"]
	)
	terms = _terms(names, company, flt(limit_of_company))
	if not terms:
		return {}
	names = sorted(terms)
	used = _sums(_in_the_ledger(names, company), _delivered(names, company))
	ordered = _sums(_ordered(names, company))
	digits = frappe.get_precision("Sales Order", "base_grand_total", currency=currency)
	return {
		name: _credit(
			one.limit, used[name] + (0 if one.ignores_orders else ordered[name]), currency, cint(digits)
		)
		for name, one in terms.items()
	}


def _credit(limit: float, used: float, currency: str, digits: int) -> Credit:
	used = flt(used, digits)
	if limit <= 0:
		return Credit(None, used, None, currency)
	return Credit(limit, used, flt(limit - used, digits), currency)


def _sums(*rows_of_all: Iterable[tuple[str, Any]]) -> defaultdict[str, float]:
	sums: defaultdict[str, float] = defaultdict(float)
	for rows in rows_of_all:
		for name, amount in rows:
			sums[name] += flt(amount)
	return sums


# Limits


def _terms(names: list[str], company: str, limit_of_company: float) -> dict[str, _Terms]:
	customer = DocType("Customer")
	groups = dict(
		frappe.qb.from_(customer)
		.select(customer.name, customer.customer_group)
		.where(customer.name.isin(names))
		.run()
	)
	own = _limits("Customer", list(groups), company)
	of_groups = _limits("Customer Group", sorted({group for group in groups.values() if group}), company)
	terms = {}
	for name, group in groups.items():
		limit, bypass = own.get(name, (0.0, False))
		if not limit:
			of_group, bypassed_for_group = of_groups.get(group, (0.0, False))
			limit = 0.0 if bypassed_for_group else of_group
		terms[name] = _Terms(limit or limit_of_company, bypass)
	return terms


def _limits(parenttype: str, parents: list[str], company: str) -> dict[str, tuple[float, bool]]:
	"""(limit, bypassed) by parent; of two rows for one company, which only a group can have, the one changed last."""
	row = DocType("Customer Credit Limit")
	rows = (
		frappe.qb.from_(row)
		.select(row.parent, row.credit_limit, row.bypass_credit_limit_check)
		.where((row.parenttype == parenttype) & (row.company == company))
		# never an empty list: the number of queries is to be the same
		.where(row.parent.isin(parents or [""]))
		.orderby(row.modified)
		.run()
	)
	return {parent: (flt(limit), bool(bypass)) for parent, limit, bypass in rows}


# What is used


def _in_the_ledger(names: list[str], company: str) -> Iterable[tuple[str, Any]]:
	entry = DocType("GL Entry")
	return (
		frappe.qb.from_(entry)
		.select(entry.party, Sum(entry.debit) - Sum(entry.credit))
		.where((entry.party_type == "Customer") & entry.party.isin(names))
		.where((entry.company == company) & (entry.is_cancelled == 0))
		.groupby(entry.party)
		.run()
	)


def _ordered(names: list[str], company: str) -> Iterable[tuple[str, Any]]:
	order = DocType("Sales Order")
	return (
		frappe.qb.from_(order)
		.select(order.customer, Sum(order.base_grand_total * (100 - order.per_billed) / 100))
		.where(order.customer.isin(names) & (order.company == company) & (order.docstatus == 1))
		.where((order.per_billed < 100) & (order.status != "Closed"))
		.groupby(order.customer)
		.run()
	)


def _delivered(names: list[str], company: str) -> Iterable[tuple[str, float]]:
	"""Of each delivered row its part that is not billed, as a share of the delivery's total with taxes.

	What is billed is left out by the database: a customer who is always delivered to without an order has years of it."""
	note, row, billed = DocType("Delivery Note"), DocType("Delivery Note Item"), DocType("Sales Invoice Item")
	amount_billed = (
		frappe.qb.from_(billed)
		.select(Coalesce(Sum(billed.amount), 0))
		.where((billed.dn_detail == row.name) & (billed.docstatus == 1))
	)
	# a sum for each row, not a join that is grouped: that one is twice as slow on MariaDB
	delivered = (
		frappe.qb.from_(note)
		.join(row)
		.on(row.parent == note.name)
		.select(
			note.customer, row.amount, amount_billed.as_("billed"), note.base_net_total, note.base_grand_total
		)
		.where(note.customer.isin(names) & (note.company == company))
		.where((note.docstatus == 1) & note.status.notin(["Closed", "Stopped"]) & (note.base_net_total != 0))
		.where(
			(Coalesce(row.against_sales_order, "") == "") & (Coalesce(row.against_sales_invoice, "") == "")
		)
	)
	rows = (
		frappe.qb.from_(delivered)
		.select(
			delivered.customer,
			delivered.amount,
			delivered.billed,
			delivered.base_net_total,
			delivered.base_grand_total,
		)
		.where(delivered.amount > delivered.billed)
		.run()
	)
	for customer, amount, billed_amount, net_total, grand_total in rows:
		yield customer, (flt(amount) - flt(billed_amount)) / flt(net_total) * flt(grand_total)
