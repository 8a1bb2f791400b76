"""What customers bought, as their documents say: submitted Sales Orders, and Sales Invoices without an order. What a
credit note takes back is taken from the day of the order or the invoice that it is about. Gifts of a Pricing Rule are not
bought.

Companies are not told apart: a customer's needs are the same whoever sells. Rights are not looked at, for nobody sees a
document here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce, Sum
from frappe.utils import flt, getdate

from erp_b2b_smartbill.customers.recommend.purchases import Line

ORDER, INVOICE = "Sales Order", "Sales Invoice"


def lines(customers: Sequence[str], since: date) -> dict[str, list[Line]]:
	"""By customer, what was bought of an item on a day as one; two queries however many they are."""
	found: dict[str, list[Line]] = defaultdict(list)
	if customers:
		for query in (_ordered(customers, since), _invoiced(customers, since)):
			for customer, item, on, qty in query.run():
				# SQLite gives what it computes as text
				found[customer].append((item, on if isinstance(on, date) else getdate(on), flt(qty)))
	return found


def customers_after(name: str, limit: int, changed_since: datetime | None, also: Sequence[str]) -> list[str]:
	"""The next customers by name: all, or those whose documents changed since and `also`."""
	customer = DocType("Customer")
	query = (
		frappe.qb.from_(customer)
		.select(customer.name)
		.where(customer.name > name)
		.orderby(customer.name)
		.limit(limit)
	)
	if changed_since is not None:
		changed = customer.name.isin(_changed(ORDER, changed_since)) | customer.name.isin(
			_changed(INVOICE, changed_since)
		)
		query = query.where(changed | customer.name.isin(list(also)) if also else changed)
	return query.run(pluck=True)


def _changed(doctype: str, since: datetime) -> Any:
	document = DocType(doctype)
	# a draft was never counted
	return (
		frappe.qb.from_(document)
		.select(document.customer)
		.where((document.modified > since) & (document.docstatus > 0))
	)


def _ordered(customers: Sequence[str], since: date) -> Any:
	order, row = DocType(ORDER), DocType("Sales Order Item")
	return (
		frappe.qb.from_(order)
		.join(row)
		.on(row.parent == order.name)
		.select(order.customer, row.item_code, order.transaction_date, Sum(row.stock_qty))
		.where(order.customer.isin(list(customers)))
		.where((order.docstatus == 1) & (order.transaction_date >= since))
		.where(row.item_code.isnotnull() & (row.item_code != "") & (row.is_free_item == 0))
		.where(row.stock_qty > 0)
		.groupby(order.customer, row.item_code, order.transaction_date)
	)


def _invoiced(customers: Sequence[str], since: date) -> Any:
	invoice, row = DocType(INVOICE), DocType("Sales Invoice Item")
	original, order = DocType(INVOICE).as_("original"), DocType(ORDER).as_("its_order")
	sold = (invoice.is_return == 0) & (Coalesce(row.sales_order, "") == "") & (row.stock_qty > 0)
	came_back = (invoice.is_return == 1) & (row.stock_qty < 0)
	day = Coalesce(order.transaction_date, original.posting_date, invoice.posting_date)
	return (
		frappe.qb.from_(invoice)
		.join(row)
		.on(row.parent == invoice.name)
		.left_join(original)
		.on((invoice.is_return == 1) & (original.name == invoice.return_against))
		.left_join(order)
		.on((invoice.is_return == 1) & (order.name == row.sales_order))
		.select(invoice.customer, row.item_code, day, Sum(row.stock_qty))
		.where(invoice.customer.isin(list(customers)))
		.where((invoice.docstatus == 1) & (invoice.posting_date >= since))
		.where(row.item_code.isnotnull() & (row.item_code != "") & (row.is_free_item == 0))
		.where(sold | came_back)
		.groupby(invoice.customer, row.item_code, day)
	)
