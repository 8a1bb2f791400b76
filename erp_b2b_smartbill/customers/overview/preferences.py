"""The tab Preferences: what a customer likes, what it usually buys, what to offer it next, each with all that a new
Quotation needs (`item_code`, `qty`, `uom`).

What is recommended was worked out at night (customers/recommend); what was bought since, and what is not sold any more,
is minded when it is shown. What is usual is of the documents that the session's user may see; from whom some are hidden,
what is recommended tells of no others either. The number of queries does not depend on how much there is.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from statistics import median
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import add_months, cint, flt, formatdate, getdate, nowdate
from pypika import Case

from erp_b2b_smartbill.customers import favourites
from erp_b2b_smartbill.customers.on_sale import is_on_sale
from erp_b2b_smartbill.customers.overview import bought
from erp_b2b_smartbill.customers.overview.bought import Bought, Price
from erp_b2b_smartbill.customers.overview.links import link_to, list_of
from erp_b2b_smartbill.customers.overview.scope import Scope
from erp_b2b_smartbill.customers.recommend import choice, habits
from erp_b2b_smartbill.customers.recommend.run import MONTHS
from erp_b2b_smartbill.customers.recommend.store import RECOMMENDATION, REORDER
from erp_b2b_smartbill.permissions import SELLERS, readable

MAX_ROWS = 20
# kept free for what the customer does not buy yet
LEAST_NEW = 5
# of one customer
MAX_KEPT = choice.MAX_HABITS + choice.MAX_SUGGESTIONS
# a habit that is due within so many days is said to be
SOON = timedelta(days=3)


def may_see(scope: Scope) -> bool:
	return bool(set(SELLERS) & set(frappe.get_roles()))


def count(scope: Scope) -> int:
	"""What the tab's label says: the favourites."""
	return _favourites_of(scope.customer).select(Count("*")).run()[0][0]


def show(scope: Scope) -> dict[str, Any]:
	"""{favourites, recommended, usual, may_mark, may_quote}."""
	today = getdate(nowdate())
	since = _since(today)
	marked = _marked(scope.customer)
	known = bought.of(scope, since)
	sees_all = bought.sees_all(scope)
	kept = _recommended(scope.customer)
	recommended = kept if sees_all else _told_by(known, kept)
	usual = _usual(known)
	named = {row.item_code for row in (*marked, *recommended)}
	reasons = {row.with_item for row in recommended if row.with_item}
	of_usual = _looked_up(usual)
	items = _items({*named, *reasons, *of_usual})
	hidden = len(of_usual) - sum(item in items for item in of_usual)
	shown_usual = [item for item in of_usual if item in items][:MAX_ROWS]
	quoted = bought.quoted(scope, named | set(shown_usual))
	show_row = _Row(items, known, quoted, {row.item_code for row in marked})
	habits_of, new = _candidates(recommended, known, show_row, today)
	rows = choice.merged(habits_of, new, MAX_ROWS, LEAST_NEW)
	# it shows the figures of all documents
	filters = {"customer": scope.customer}
	list_of_all = list_of(RECOMMENDATION, filters) if kept and sees_all else None
	return {
		"favourites": {
			"rows": _favourite_rows(marked, show_row),
			"total": len(marked) if len(marked) < MAX_ROWS else count(scope),
			"list": list_of(favourites.PREFERENCE, {"customer": scope.customer}) if marked else None,
		},
		"recommended": {
			"rows": rows,
			"total": len(frappe.get_list(RECOMMENDATION, filters, pluck="name", limit=MAX_KEPT))
			if list_of_all
			else len(rows),
			"due": sum(worth > 0 and shown["is_due"] for worth, shown in habits_of),
			"computed_at": max((row.computed_at for row in recommended), default=None),
			"list": list_of_all,
		},
		"usual": {
			"rows": [_usual_row(item, known, show_row) for item in shown_usual],
			"total": len(usual) - hidden,
			"since": since,
			"list": _orders(scope, since) if usual and known.is_of_orders else None,
		},
		"may_mark": bool(frappe.has_permission("Item", "read")),
		"may_quote": bool(frappe.has_permission("Quotation", "create")),
	}


def usual_on_sale(scope: Scope) -> list[dict[str, Any]]:
	"""{item_code, item_name, qty, uom} of the tab's usual items that are on sale, what is bought most often first."""
	known = bought.of(scope, _since(getdate(nowdate())))
	usual = _looked_up(_usual(known))
	items = _items(usual)
	show_row = _Row(items, known, {}, set())
	rows = (show_row(item) for item in [item for item in usual if item in items][:MAX_ROWS])
	fields = ("item_code", "item_name", "qty", "uom")
	return [{field: row[field] for field in fields} for row in rows if row["is_on_sale"]]


def _since(today: date) -> date:
	return getdate(add_months(today, -MONTHS))


def _usual(known: Bought) -> list[str]:
	return sorted(
		known.items, key=lambda item: (-len(known.items[item]), -_last(known, item).toordinal(), item)
	)


def _looked_up(usual: list[str]) -> list[str]:
	"""What is enough for a page. From whoever may not read all items some are hidden: which, only the database knows."""
	return usual if _readable_items() is not None else usual[:MAX_ROWS]


class _Row:
	"""What every row says of its item."""

	def __init__(
		self, items: Mapping[str, Any], known: Bought, quoted: Mapping[str, Price], marked: set[str]
	):
		self.items = items
		self._known = known
		self._prices = bought.latest(known.prices, dict(quoted))
		self._marked = marked

	def __call__(self, item_code: str, qty: float | None = None) -> dict[str, Any]:
		"""`qty` is in the stock unit; None for what is usual, one where nothing is."""
		item, days = self.items[item_code], self._known.items.get(item_code)
		qty = qty or (median(days.values()) if days else 1)
		price = self._prices.get(item_code)
		return {
			"item_code": item_code,
			"item_name": item.item_name,
			"is_on_sale": bool(item.is_on_sale),
			"is_favourite": item_code in self._marked,
			"qty": _quotable(qty, item),
			"uom": item.stock_uom,
			"last_price": {
				"value": price.value,
				"currency": price.currency,
				"uom": price.uom,
				"on": price.on,
				"document": link_to(price.doctype, price.document),
			}
			if price
			else None,
			"link": link_to("Item", item_code),
		}


def _quotable(qty: float, item: Any) -> float:
	"""As ERPNext takes it for this unit."""
	return float(math.ceil(qty)) if cint(item.must_be_whole_number) else flt(qty, 3)


def _favourites_of(customer: str) -> Any:
	table, item = DocType(favourites.PREFERENCE), DocType("Item")
	query = (
		frappe.qb.from_(table).join(item).on(item.name == table.item_code).where(table.customer == customer)
	)
	condition = _readable_items()
	return query.where(condition) if condition is not None else query


def _marked(customer: str) -> list[Any]:
	table, item = DocType(favourites.PREFERENCE), DocType("Item")
	return (
		_favourites_of(customer)
		.select(
			table.item_code,
			table.note,
			table.marked_by_sales,
			table.sales_user,
			table.sales_marked_at,
			table.marked_by_buyer,
			table.buyer_user,
			table.buyer_marked_at,
		)
		.orderby(item.item_name)
		.orderby(table.item_code)
		.limit(MAX_ROWS)
		.run(as_dict=True)
	)


def _favourite_rows(marked: list[Any], show_row: _Row) -> list[dict[str, Any]]:
	users = {user for row in marked for user in (row.sales_user, row.buyer_user) if user}
	names = favourites.names_of(users)
	return [
		{**show_row(row.item_code), "marks": favourites.marks(row, names)}
		for row in marked
		if row.item_code in show_row.items
	]


def _recommended(customer: str) -> list[Any]:
	"""All that is kept of the customer, of items that are still on sale and that the user may read."""
	table, item = DocType(RECOMMENDATION), DocType("Item")
	query = (
		frappe.qb.from_(table)
		.join(item)
		.on(item.name == table.item_code)
		.select(
			table.item_code,
			table.kind,
			table.score,
			table.purchases,
			table.interval_days,
			table.usual_qty,
			table.last_on,
			table.with_item,
			table.customers,
			table.computed_at,
		)
		.where((table.customer == customer) & is_on_sale(item))
		.orderby(table.kind)
		.orderby(table.place)
		.limit(MAX_KEPT)
	)
	condition = _readable_items()
	return (query.where(condition) if condition is not None else query).run(as_dict=True)


def _told_by(known: Bought, recommended: list[Any]) -> list[Any]:
	"""What of it these purchases alone tell, with their figures."""
	told = []
	for row in recommended:
		if row.kind != REORDER:
			if row.with_item in known.items:
				told.append(row)
		elif habit := habits.habit(known.items.get(row.item_code, {})):
			figures = {
				"score": habit.strength,
				"purchases": habit.purchases,
				"interval_days": habit.interval_days,
				"usual_qty": habit.usual_qty,
				"last_on": habit.last_on,
			}
			told.append(frappe._dict(row, **figures))
	return told


Rated = list[tuple[float, dict[str, Any]]]


def _candidates(recommended: list[Any], known: Bought, show_row: _Row, today: date) -> tuple[Rated, Rated]:
	"""(what to order again, what is new), with what each is worth today."""
	by_kind: dict[bool, Rated] = defaultdict(list)
	for row in recommended:
		if row.kind == REORDER:
			# what was bought since the night
			last_on = max(getdate(row.last_on), _last(known, row.item_code) or getdate(row.last_on))
			worth = choice.urgent(flt(row.score), last_on, row.interval_days, today)
			shown = _reorder(row, last_on, today, show_row)
		elif row.item_code in known.items and _last(known, row.item_code) >= getdate(row.computed_at):
			continue
		else:
			worth, shown = choice.of_new(flt(row.score)), _together(row, show_row)
		by_kind[row.kind == REORDER].append((worth, {**shown, "score": round(worth, 3)}))
	return by_kind[True], by_kind[False]


def _reorder(row: Any, last_on: date, today: date, show_row: _Row) -> dict[str, Any]:
	due_on = last_on + timedelta(days=row.interval_days)
	text = (
		_("Every day; last on {0}").format(formatdate(last_on))
		if row.interval_days == 1
		else _("Every {0} days; last on {1}, due on {2}").format(
			row.interval_days, formatdate(last_on), formatdate(due_on)
		)
	)
	return {
		**show_row(row.item_code, flt(row.usual_qty)),
		"kind": "reorder",
		"due_on": due_on,
		"is_due": due_on <= today + SOON,
		"reason": {
			"code": "every",
			"arguments": {
				"interval_days": row.interval_days,
				"purchases": row.purchases,
				"last_on": last_on,
				"due_on": due_on,
			},
			"text": text,
		},
	}


def _together(row: Any, show_row: _Row) -> dict[str, Any]:
	other = show_row.items.get(row.with_item)
	text = (
		_("{0} customers buy it together with {1}").format(row.customers, other.item_name)
		if other
		else _("{0} customers buy it together with another of this customer's items").format(row.customers)
	)
	return {
		**show_row(row.item_code),
		"kind": "together",
		"due_on": None,
		"is_due": False,
		"reason": {
			"code": "together",
			"arguments": {
				# which the user may not read
				"with_item": row.with_item if other else None,
				"with_item_name": other.item_name if other else None,
				"customers": row.customers,
			},
			"text": text,
		},
	}


def _usual_row(item: str, known: Bought, show_row: _Row) -> dict[str, Any]:
	days = known.items[item]
	return {
		**show_row(item),
		"usual_qty": median(days.values()),
		"purchases": len(days),
		"interval_days": habits.interval(days),
		"last_on": _last(known, item),
	}


def _last(known: Bought, item: str) -> date | None:
	days = known.items.get(item)
	return next(reversed(days)) if days else None


def _items(names: Iterable[str]) -> dict[str, Any]:
	"""Those that the user may read."""
	item, uom = DocType("Item"), DocType("UOM")
	sellable = Case().when(is_on_sale(item), 1).else_(0)
	query = (
		frappe.qb.from_(item)
		.left_join(uom)
		.on(uom.name == item.stock_uom)
		.select(
			item.name, item.item_name, item.stock_uom, uom.must_be_whole_number, sellable.as_("is_on_sale")
		)
		.where(item.name.isin(sorted(names) or [""]))
	)
	condition = _readable_items()
	rows = (query.where(condition) if condition is not None else query).run(as_dict=True)
	return {row.name: row for row in rows}


def _readable_items() -> Any:
	"""None for whoever has no right on items at all: he sees what his right on the tab lets him see."""
	return readable("Item") if frappe.has_permission("Item", "read") else None


def _orders(scope: Scope, since: date) -> dict[str, Any] | None:
	customer = scope.customer if len(scope.customers) == 1 else ["in", list(scope.customers)]
	return list_of(
		bought.ORDER, {"customer": customer, "docstatus": 1, "transaction_date": [">=", str(since)]}
	)
