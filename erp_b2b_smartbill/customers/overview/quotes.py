"""Quotations and what became of them, read for `conversion`: those of the scope's one company, as far as the session's
user may read them. The number of queries does not depend on how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder import DocType, Order
from frappe.query_builder.functions import Count, Min, Sum
from frappe.utils import getdate
from pypika.terms import Criterion, ExistsCriterion

from erp_b2b_smartbill.customers.overview.conversion import Offer
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
	reason: str | None
	detail: str | None


def offers(scope: Scope, whom: Parties, days: Days) -> list[Offer]:
	"""The submitted quotations of these days. An order that the user may not read is none."""
	quotation = DocType("Quotation")
	rows = (
		frappe.qb.from_(quotation)
		.select(
			quotation.name,
			quotation.transaction_date,
			quotation.base_net_total,
			quotation.status,
			quotation.valid_till,
		)
		.where(_quoted(scope, whom, days))
		.run()
	)
	ordered = _ordered(scope, whom, days)
	return [_offer(row, ordered.get(row[0])) for row in rows]


def _offer(row: Sequence[Any], ordered: Sequence[Any] | None) -> Offer:
	name, on, value, status, valid_till = row
	first_order, amount = ordered or (None, 0)
	return Offer(
		name=name,
		on=getdate(on),
		value=money(value),
		status=status,
		valid_till=getdate(valid_till) if valid_till else None,
		ordered=money(amount),
		first_order_on=getdate(first_order) if first_order else None,
	)


def _quoted(scope: Scope, whom: Parties, days: Days) -> Criterion:
	quotation = DocType("Quotation")
	return (
		whom.are(quotation.quotation_to, quotation.party_name)
		& (quotation.docstatus == 1)
		& (quotation.company == scope.company)
		& (quotation.transaction_date >= days.first)
		& (quotation.transaction_date <= days.last)
		& visible("Quotation", quotation, scope)
	)


def _ordered(scope: Scope, whom: Parties, days: Days) -> dict[str, tuple[Any, Any]]:
	"""(date of the first order, net amount of the rows made from it) by quotation."""
	quotation, order, row = DocType("Quotation"), DocType("Sales Order"), DocType("Sales Order Item")
	rows = (
		frappe.qb.from_(quotation)
		.join(row)
		.on(row.prevdoc_docname == quotation.name)
		.join(order)
		.on(order.name == row.parent)
		.select(quotation.name, Min(order.transaction_date), Sum(row.base_net_amount))
		.where(_quoted(scope, whom, days) & (order.docstatus == 1) & visible("Sales Order", order, scope))
		.groupby(quotation.name)
		.run()
	)
	return {name: (first, amount) for name, first, amount in rows}


def losses(scope: Scope, whom: Parties, days: Days) -> list[Loss]:
	"""Newest first."""
	quotation, reason = DocType("Quotation"), DocType("Quotation Lost Reason Detail")
	rows = (
		frappe.qb.from_(quotation)
		.left_join(reason)
		.on((reason.parent == quotation.name) & (reason.parenttype == "Quotation"))
		.select(quotation.name, quotation.transaction_date, reason.lost_reason, quotation.order_lost_reason)
		.where(_quoted(scope, whom, days) & (quotation.status == "Lost"))
		.orderby(quotation.transaction_date, order=Order.desc)
		.orderby(quotation.name, order=Order.desc)
		.orderby(reason.idx)
		.run()
	)
	return [Loss(name, getdate(on), why or None, detail or None) for name, on, why, detail in rows]


def orders_without(scope: Scope, days: Days, limit: int) -> tuple[int, Decimal, list[str]]:
	"""Submitted orders of which no row was made from a quotation: how many, their net total, names up to the limit."""
	order, row = DocType("Sales Order"), DocType("Sales Order Item")
	quoted = (
		frappe.qb.from_(row).select(row.name).where((row.parent == order.name) & (row.prevdoc_docname != ""))
	)
	of_none = (
		frappe.qb.from_(order)
		.where(order.customer.isin(list(scope.customers)) & (order.docstatus == 1))
		.where(order.company == scope.company)
		.where((order.transaction_date >= days.first) & (order.transaction_date <= days.last))
		.where(visible("Sales Order", order, scope))
		.where(ExistsCriterion(quoted).negate())
	)
	number, total = of_none.select(Count("*"), Sum(order.base_net_total)).run()[0]
	names = of_none.select(order.name).orderby(order.transaction_date, order=Order.desc).limit(limit).run()
	return number, money(total), [name for (name,) in names]


def money(value: Any) -> Decimal:
	"""As stored: a database may know decimals or only floats."""
	return value if isinstance(value, Decimal) else Decimal(str(value or 0))
