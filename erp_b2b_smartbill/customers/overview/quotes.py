"""Quotations and what became of them, read for `conversion`: those of the scope's one company, as far as the session's
user may read them. The number of queries does not depend on how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder import DocType, Order
from frappe.query_builder.functions import Count, Min, Sum
from frappe.utils import getdate
from pypika import Case, Table, analytics
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, ExistsCriterion

from erp_b2b_smartbill.customers.overview.conversion import Offer
from erp_b2b_smartbill.customers.overview.database import days_between, letters, month, together
from erp_b2b_smartbill.customers.overview.dues import decimal
from erp_b2b_smartbill.customers.overview.parties import Parties
from erp_b2b_smartbill.customers.overview.scope import Scope, visible


@dataclass(frozen=True)
class Days:
	"""Both inclusive."""

	first: date
	last: date


@dataclass(frozen=True)
class Loss:
	"""A lost quotation with one of its reasons, None without any; `detail` is what was written beside them."""

	name: str
	on: date
	value: Decimal
	reason: str | None
	detail: str | None


def offers(scope: Scope, whom: Parties, days: Days, today: date) -> list[Offer]:
	"""The submitted quotations of these days, summed up by the database: there are thousands. Whole months are expected;
	each is dated at its first day. An order that the user may not read is none."""
	one = _with_orders(scope, whom, days)
	became = (
		month(one.day),
		one.status,
		Case().when(one.first_order.isnotnull(), 1).else_(0),
		Case().when(one.valid_till < today, 1).else_(0),
		Case().when(one.first_order > one.day, days_between(one.day, one.first_order)).else_(0),
	)
	rows = (
		frappe.qb.from_(one)
		.select(
			*became,
			Count("*"),
			Sum(one.value),
			Sum(one.ordered),
			together(one.name),
			Sum(letters(one.name)),
		)
		.groupby(*became)
		.run()
	)
	return [_offer(*row, today=today) for row in rows]


def _offer(
	key: str,
	status: str,
	is_ordered: int,
	is_expired: int,
	days: float,
	number: int,
	value: Any,
	ordered: Any,
	names: str,
	letters_of_names: int,
	*,
	today: date,
) -> Offer:
	first, parts = date.fromisoformat(f"{key}-01"), names.split(",")
	# they may have been cut, or have commas of their own
	are_whole = len(parts) == number and len(names) == letters_of_names + number - 1
	return Offer(
		names=tuple(parts) if are_whole else (),
		on=first,
		value=decimal(value),
		status=status,
		valid_till=today - timedelta(days=1) if is_expired else None,
		ordered=decimal(ordered),
		first_order_on=first + timedelta(days=int(days)) if is_ordered else None,
		number=number,
	)


def _quoted(scope: Scope, whom: Parties, days: Days) -> Criterion:
	quotation = DocType("Quotation")
	return (
		whom.are(quotation.quotation_to, quotation.party_name)
		& (quotation.docstatus == 1)
		& (quotation.transaction_date >= days.first)
		& (quotation.transaction_date <= days.last)
		& visible("Quotation", quotation, scope.of_company)
	)


def _with_orders(scope: Scope, whom: Parties, days: Days) -> QueryBuilder:
	"""Each quotation with the date of its first order, and `ordered`, the net amount of the rows made from it."""
	quotation, order, row = DocType("Quotation"), DocType("Sales Order"), DocType("Sales Order Item")
	return (
		frappe.qb.from_(quotation)
		.left_join(row)
		.on(row.prevdoc_docname == quotation.name)
		.left_join(order)
		.on((order.name == row.parent) & _counts(order, scope))
		.select(
			quotation.name,
			quotation.transaction_date.as_("day"),
			quotation.status,
			quotation.valid_till,
			quotation.base_net_total.as_("value"),
			Min(order.transaction_date).as_("first_order"),
			Sum(Case().when(order.name.isnotnull(), row.base_net_amount)).as_("ordered"),
		)
		.where(_quoted(scope, whom, days))
		# its key, on which the rest depends
		.groupby(quotation.name)
	)


def _counts(order: Table, scope: Scope) -> Criterion:
	return (order.docstatus == 1) & visible("Sales Order", order, scope)


def losses(scope: Scope, whom: Parties, days: Days) -> list[Loss]:
	"""Newest first. Whatever was ordered is not lost."""
	quotation, reason = DocType("Quotation"), DocType("Quotation Lost Reason Detail")
	order, row = DocType("Sales Order"), DocType("Sales Order Item")
	ordered = (
		frappe.qb.from_(row)
		.join(order)
		.on(order.name == row.parent)
		.select(row.name)
		.where((row.prevdoc_docname == quotation.name) & _counts(order, scope))
	)
	rows = (
		frappe.qb.from_(quotation)
		.left_join(reason)
		.on((reason.parent == quotation.name) & (reason.parenttype == "Quotation"))
		.select(
			quotation.name,
			quotation.transaction_date,
			quotation.base_net_total,
			reason.lost_reason,
			quotation.order_lost_reason,
		)
		.where(_quoted(scope, whom, days) & (quotation.status == "Lost"))
		.where(ExistsCriterion(ordered).negate())
		.orderby(quotation.transaction_date, order=Order.desc)
		.orderby(quotation.name, order=Order.desc)
		.orderby(reason.idx)
		.run()
	)
	return [
		Loss(name, getdate(on), decimal(value), why or None, detail or None)
		for name, on, value, why, detail in rows
	]


def orders_without(scope: Scope, days: Days, limit: int) -> tuple[int, Decimal, list[str]]:
	"""Submitted orders of which no row was made from a quotation: how many, their net total, names up to the limit."""
	order, row = DocType("Sales Order"), DocType("Sales Order Item")
	quoted = (
		frappe.qb.from_(row).select(row.name).where((row.parent == order.name) & (row.prevdoc_docname != ""))
	)
	of_none = (
		frappe.qb.from_(order)
		.where(order.customer.isin(list(scope.customers)) & (order.docstatus == 1))
		.where((order.transaction_date >= days.first) & (order.transaction_date <= days.last))
		.where(visible("Sales Order", order, scope.of_company))
		.where(ExistsCriterion(quoted).negate())
	)
	# a look at each order is what takes time: names and sums by one
	rows = (
		of_none.select(
			order.name, analytics.Count(order.name).over(), analytics.Sum(order.base_net_total).over()
		)
		.orderby(order.transaction_date, order=Order.desc)
		.limit(limit)
		.run()
	)
	_name, number, total = rows[0] if rows else (None, 0, 0)
	return number, decimal(total), [name for name, *_sums in rows]
