"""What a customer bought lately and at what price, of the documents that the session's user may see.

Only the newest documents are looked at, however many there are: so many tell what is usual.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe.query_builder import DocType, Order
from frappe.query_builder.functions import Coalesce
from frappe.utils import cint, flt, getdate
from pypika.terms import Criterion

from erp_b2b_smartbill.customers.overview.links import may_open
from erp_b2b_smartbill.customers.overview.newest import since_day_of
from erp_b2b_smartbill.customers.overview.scope import Scope, restricted, visible
from erp_b2b_smartbill.customers.recommend import purchases
from erp_b2b_smartbill.customers.recommend.purchases import Days, Line

QUOTATION, ORDER, INVOICE = "Quotation", "Sales Order", "Sales Invoice"
MAX_DOCUMENTS = 300
MAX_LINES = 5000
# of two prices of one day, the one that was agreed later
_LATEST = {QUOTATION: 0, ORDER: 1, INVOICE: 2}


@dataclass(frozen=True)
class Price:
	"""Of one `uom`, in the document's currency."""

	value: float
	currency: str
	uom: str
	on: date
	doctype: str
	document: str


@dataclass(frozen=True)
class Bought:
	"""`items`: on which days how much, of orders and of invoices without an order, less what came back. `prices`: the
	last of each item that was ordered or invoiced, where the user may read such documents. `is_of_orders`: whether the
	orders alone, all of them, say the same."""

	items: dict[str, Days]
	prices: dict[str, Price]
	is_of_orders: bool


def of(scope: Scope, since: date) -> Bought:
	"""Four queries."""
	lines: list[Line] = []
	prices: dict[str, Price] = {}
	ordered, invoiced = _ordered(scope, since), _invoiced(scope, since)
	for doctype, rows in ((ORDER, ordered), (INVOICE, invoiced)):
		shows_prices, priced = may_open(doctype), set()
		for row in rows:
			if row.counts:
				lines.append((row.item_code, getdate(row.bought_on), flt(row.stock_qty)))
			# the newest come first
			if shows_prices and row.stock_qty > 0 and row.item_code not in priced:
				priced.add(row.item_code)
				_keep_latest(prices, row.item_code, _price(doctype, row))
	is_whole = len(ordered) < MAX_LINES and len({row.name for row in ordered}) < MAX_DOCUMENTS
	is_of_orders = is_whole and not any(row.counts for row in invoiced)
	return Bought(purchases.bought(lines, since), prices, is_of_orders)


def sees_all(scope: Scope) -> bool:
	"""Whether nothing that customers bought is hidden from the user."""
	if len(scope.companies) < frappe.db.count("Company"):
		return False
	return not any(restricted(doctype) is not None for doctype in (ORDER, INVOICE))


def quoted(scope: Scope, items: Iterable[str]) -> dict[str, Price]:
	"""The last price of these items in a submitted Quotation, where the user may read Quotations. Two queries."""
	wanted = list(items)
	if not wanted or not may_open(QUOTATION):
		return {}
	document, row = DocType(QUOTATION), DocType("Quotation Item")
	of_customers = (document.quotation_to == "Customer") & document.party_name.isin(list(scope.customers))
	newest = _newest(document, document.transaction_date, of_customers, scope)
	rows = (
		frappe.qb.from_(newest)
		.join(row)
		.on(row.parent == newest.name)
		.select(row.item_code, row.rate, row.uom, newest.currency, newest.name, newest.day)
		.where(row.item_code.isin(wanted) & (row.is_free_item == 0) & (row.is_alternative == 0))
		.orderby(newest.day, order=Order.desc)
		.limit(MAX_LINES)
		.run(as_dict=True)
	)
	prices: dict[str, Price] = {}
	for one in rows:
		_keep_latest(prices, one.item_code, _price(QUOTATION, one))
	return prices


def latest(*found: dict[str, Price]) -> dict[str, Price]:
	prices: dict[str, Price] = {}
	for some in found:
		for item, price in some.items():
			_keep_latest(prices, item, price)
	return prices


def _keep_latest(prices: dict[str, Price], item: str, price: Price) -> None:
	known = prices.get(item)
	if known is None or (price.on, _LATEST[price.doctype]) > (known.on, _LATEST[known.doctype]):
		prices[item] = price


def _price(doctype: str, row: Any) -> Price:
	return Price(flt(row.rate), row.currency, row.uom, getdate(row.day), doctype, row.name)


def _newest(document: Any, day: Any, whose: Criterion, scope: Scope) -> Any:
	"""The documents."""
	query = frappe.qb.from_(document).where(
		whose & (document.docstatus == 1) & visible(_doctype(document), document, scope)
	)
	return (
		since_day_of(query, day, MAX_DOCUMENTS)
		.select(document.name, document.currency, day.as_("day"))
		.orderby(day, order=Order.desc)
		.orderby(document.name, order=Order.desc)
		.limit(MAX_DOCUMENTS)
	)


def _doctype(table: Any) -> str:
	return table._table_name.removeprefix("tab")


def _ordered(scope: Scope, since: date) -> Sequence[Any]:
	document, row = DocType(ORDER), DocType("Sales Order Item")
	bought_since = document.customer.isin(list(scope.customers)) & (document.transaction_date >= since)
	newest = _newest(document, document.transaction_date, bought_since, scope)
	rows = (
		frappe.qb.from_(newest)
		.join(row)
		.on(row.parent == newest.name)
		.select(
			row.item_code,
			row.stock_qty,
			row.rate,
			row.uom,
			newest.name,
			newest.currency,
			newest.day,
			newest.day.as_("bought_on"),
		)
		.where((Coalesce(row.item_code, "") != "") & (row.is_free_item == 0) & (row.stock_qty > 0))
		.orderby(newest.day, order=Order.desc)
		.limit(MAX_LINES)
		.run(as_dict=True)
	)
	for one in rows:
		one.counts = True
	return rows


def _invoiced(scope: Scope, since: date) -> Sequence[Any]:
	document, row = DocType(INVOICE), DocType("Sales Invoice Item")
	original, order = DocType(INVOICE).as_("original"), DocType(ORDER).as_("its_order")
	bought_since = document.customer.isin(list(scope.customers)) & (document.posting_date >= since)
	newest = _newest(document, document.posting_date, bought_since, scope).select(
		document.is_return, document.return_against
	)
	rows = (
		frappe.qb.from_(newest)
		.join(row)
		.on(row.parent == newest.name)
		.left_join(original)
		.on((newest.is_return == 1) & (original.name == newest.return_against))
		.left_join(order)
		.on((newest.is_return == 1) & (order.name == row.sales_order))
		.select(
			row.item_code,
			row.stock_qty,
			row.rate,
			row.uom,
			row.sales_order,
			newest.name,
			newest.currency,
			newest.day,
			newest.is_return,
			Coalesce(order.transaction_date, original.posting_date, newest.day).as_("bought_on"),
		)
		.where((Coalesce(row.item_code, "") != "") & (row.is_free_item == 0) & (row.stock_qty != 0))
		.orderby(newest.day, order=Order.desc)
		.limit(MAX_LINES)
		.run(as_dict=True)
	)
	for one in rows:
		one.counts = cint(one.is_return) or not one.sales_order
	return rows
