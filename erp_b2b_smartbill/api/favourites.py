"""REST: the items that a customer prefers, marked by sales or by its own buyers."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.api.given import given_text
from erp_b2b_smartbill.customers import favourites
from erp_b2b_smartbill.customers.on_sale import items_on_sale
from erp_b2b_smartbill.exceptions import invalid, not_found
from erp_b2b_smartbill.portal import favourites as of_buyer
from erp_b2b_smartbill.registration import limits

OK = 200
# of a buyer's address, an hour
MAX_MARKS = 600


def mark(customer: str, item: str) -> tuple[dict[str, Any], int]:
	"""200: the item is a favourite of sales, {note}; the answer says who marked it."""
	_check(customer, item)
	if not items_on_sale([item]):
		raise invalid("item", _("{0} is not on sale.").format(item))
	return _shown(item, favourites.mark(customer, item, favourites.SALES, given_text("note"))), OK


def unmark(customer: str, item: str) -> tuple[dict[str, Any], int]:
	"""200, also when it was none; a mark of the buyer stays."""
	_check(customer, item)
	return _shown(item, favourites.unmark(customer, item, favourites.SALES)), OK


def _check(customer: str, item: str) -> None:
	"""Raises NotFound for what the user may not read."""
	for doctype, name in (("Customer", customer), ("Item", item)):
		if not frappe.db.exists(doctype, name) or not frappe.has_permission(doctype, "read", doc=name):
			raise not_found(_(doctype))


def _shown(item: str, doc: Any) -> dict[str, Any]:
	if not doc:
		return {"item_code": item, "is_favourite": False, "marks": None}
	names = favourites.names_of({user for user in (doc.sales_user, doc.buyer_user) if user})
	return {"item_code": item, "is_favourite": True, "marks": favourites.marks(doc.as_dict(), names)}


def buyers() -> tuple[dict[str, Any], int]:
	"""{companies, rows}: of all the buyer's companies, or of `company`."""
	return of_buyer.show(given_text("company")), OK


def buyer_marks(item: str) -> tuple[dict[str, Any], int]:
	"""200: the item is a favourite of the buyer's company; `company` says which where he has several."""
	limits.charge("buyer_favourites", MAX_MARKS, limits.HOUR)
	of_buyer.mark(given_text("company"), item)
	return {"item_code": item, "is_favourite": True}, OK


def buyer_unmarks(item: str) -> tuple[dict[str, Any], int]:
	"""200, also when it was none."""
	limits.charge("buyer_favourites", MAX_MARKS, limits.HOUR)
	of_buyer.unmark(given_text("company"), item)
	return {"item_code": item, "is_favourite": False}, OK
