"""What one has to know of a customer while one writes an offer: credit, what is overdue, the discount, the last order,
the usual items. What the session's user may not see, or could not be read, is left out. A constant number of queries;
each figure is the one that its tab shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import frappe
from frappe.utils import flt, getdate, nowdate

from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.overview import (
	commercial,
	credit_tab,
	erpnext_invoices,
	preferences,
	receivables,
	tabs,
)
from erp_b2b_smartbill.customers.overview.links import link_to, list_of
from erp_b2b_smartbill.customers.overview.listing import to_pay
from erp_b2b_smartbill.customers.overview.scope import Scope, visible

USUAL_ITEMS = 5
ORDER = "Sales Order"


def of(scope: Scope) -> dict[str, Any]:
	"""{customer, company, currency} and, where they may be seen, discount, credit, overdue, last_order, items. Credit and
	what is overdue are in the company's currency. A part that fails takes no other along."""
	shown: dict[str, Any] = {
		"customer": scope.customer,
		"company": scope.company,
		"currency": scope.currency,
	}
	for name, work in _parts(scope).items():
		# None is an answer too
		found = tabs.safely(lambda scope, work=work: (work(scope),), scope)
		if found is not None:
			[shown[name]] = found
	return shown


def _parts(scope: Scope) -> dict[str, Callable[[Scope], Any]]:
	"""Those that the session's user may see."""
	parts: dict[str, Callable[[Scope], Any]] = {"discount": commercial.discount}
	if scope.company and credit.may_see(scope.company):
		parts |= {"credit": _credit, "overdue": _overdue}
	if scope.company and frappe.has_permission(ORDER, "read"):
		parts["last_order"] = _last_order
	if preferences.may_see(scope):
		parts["items"] = _items
	return parts


def _credit(scope: Scope) -> dict[str, Any]:
	found = credit_tab.headroom(scope) or {}
	filters = {"party_type": "Customer", "party": scope.customer, "company": scope.company, "is_cancelled": 0}
	shown = {field: found.get(field) for field in ("limit", "used", "available", "currency")}
	return {**shown, "list": list_of("GL Entry", filters)}


def _overdue(scope: Scope) -> dict[str, Any]:
	today = getdate(nowdate())
	late = [one for one in receivables.of(scope.of_company) if one.is_overdue(today)]
	count = sum(one.number for one in late)
	return {
		"value": flt(sum(one.base for one in late), 2),
		"currency": scope.currency,
		"count": count,
		"list": erpnext_invoices.list_of_overdue(scope, count),
	}


def _last_order(scope: Scope) -> dict[str, Any] | None:
	order = frappe.qb.DocType(ORDER)
	rows = (
		frappe.qb.from_(order)
		.select(order.name, order.transaction_date, to_pay(order).as_("grand_total"), order.currency)
		.where((order.customer == scope.customer) & (order.docstatus == 1))
		.where(visible(ORDER, order, scope.of_company))
		.orderby(order.transaction_date, order=frappe.qb.desc)
		.orderby(order.name, order=frappe.qb.desc)
		.limit(1)
		.run(as_dict=True)
	)
	if not rows:
		return None
	last = rows[0]
	return {
		"name": last.name,
		"date": last.transaction_date,
		"total": {"value": flt(last.grand_total), "currency": last.currency},
		"link": link_to(ORDER, last.name),
	}


def _items(scope: Scope) -> list[dict[str, Any]]:
	return preferences.usual_on_sale(scope)[:USUAL_ITEMS]
