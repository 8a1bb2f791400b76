"""What a buyer marks: items on sale that his company was offered or bought. He sees his company's own marks, and nothing
of what sales marked, of prices, or of anybody else's."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType

from erp_b2b_smartbill.customers import favourites
from erp_b2b_smartbill.customers.on_sale import is_on_sale, items_on_sale
from erp_b2b_smartbill.exceptions import invalid, not_found
from erp_b2b_smartbill.portal import access

MAX_ROWS = 200
# where an item may have been named to a company: the document, whose field, and its rows
_NAMED_IN = (
	("Quotation", "party_name", "Quotation Item"),
	("Sales Order", "customer", "Sales Order Item"),
	("Sales Invoice", "customer", "Sales Invoice Item"),
)


def show(company: str | None) -> dict[str, Any]:
	"""{companies: [{id, name}], rows: [{company, item_code, item_name, uom, marked_at}]}; what is not sold any more is
	left out. Raises NotFound for a company that is not the user's."""
	own = access.customers()
	if company and company not in own:
		raise not_found(_("This company"))
	table, item, customer = DocType(favourites.PREFERENCE), DocType("Item"), DocType("Customer")
	companies = (
		frappe.qb.from_(customer)
		.select(customer.name.as_("id"), customer.customer_name.as_("name"))
		.where(customer.name.isin(own or [""]))
		.orderby(customer.customer_name)
		.run(as_dict=True)
	)
	rows = (
		frappe.qb.from_(table)
		.join(item)
		.on(item.name == table.item_code)
		.select(
			table.customer.as_("company"),
			table.item_code,
			item.item_name,
			item.stock_uom.as_("uom"),
			table.buyer_marked_at.as_("marked_at"),
		)
		.where(table.customer.isin([company] if company else own or [""]))
		.where((table.marked_by_buyer == 1) & is_on_sale(item))
		.orderby(item.item_name)
		.orderby(table.item_code)
		.limit(MAX_ROWS)
		.run(as_dict=True)
	)
	return {"companies": companies, "rows": rows}


def mark(company: str | None, item: str) -> None:
	"""Raises NotFound, alike for what is not there, not sold, and never named to his company."""
	customer = _one(company)
	if not items_on_sale([item]) or not _was_named(customer, item):
		raise not_found(_("This item"))
	favourites.mark(customer, item, favourites.BUYER)


def unmark(company: str | None, item: str) -> None:
	favourites.unmark(_one(company), item, favourites.BUYER)


def of(customer: str, items: list[str]) -> set[str]:
	"""Which of them the company's buyers marked."""
	filters = {"customer": customer, "item_code": ["in", items or [""]], "marked_by_buyer": 1}
	return set(frappe.get_all(favourites.PREFERENCE, filters, pluck="item_code"))


def _one(company: str | None) -> str:
	"""The company that is meant. Raises NotFound for another's, NotReady where it is not said."""
	own = access.customers()
	if company:
		if company not in own:
			raise not_found(_("This company"))
		return company
	if len(own) != 1:
		raise invalid("company", _("Say for which of your companies."))
	return own[0]


def _was_named(customer: str, item: str) -> bool:
	for doctype, party, rows in _NAMED_IN:
		document, row = DocType(doctype), DocType(rows)
		query = (
			frappe.qb.from_(document)
			.join(row)
			.on(row.parent == document.name)
			.select(document.name)
			.where((document[party] == customer) & (document.docstatus == 1) & (row.item_code == item))
			.limit(1)
		)
		if doctype == "Quotation":
			query = query.where(document.quotation_to == "Customer")
		if query.run():
			return True
	return False
