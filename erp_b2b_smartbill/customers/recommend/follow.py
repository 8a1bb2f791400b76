"""What happens to preferences and recommendations when somebody changes a Customer or an Item. Frappe renames their
links; two that become one need a hand, for of a customer and an item there is one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe
from frappe.query_builder import DocType

from erp_b2b_smartbill.customers import favourites
from erp_b2b_smartbill.customers.recommend import state
from erp_b2b_smartbill.customers.recommend.store import ASSOCIATION, RECOMMENDATION

if TYPE_CHECKING:
	from frappe.model.document import Document


def customer_deleted(doc: Document, method: str | None = None) -> None:
	"""Hook `on_trash`."""
	frappe.db.delete(favourites.PREFERENCE, {"customer": doc.name})
	frappe.db.delete(RECOMMENDATION, {"customer": doc.name})


def customer_merged(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Hook `before_rename`: what the next run works out of both is recommended then."""
	if merge:
		favourites.join("customer", old, new)
		frappe.db.delete(RECOMMENDATION, {"customer": old})
		state.ask(new)


def item_deleted(doc: Document, method: str | None = None) -> None:
	"""Hook `on_trash`."""
	frappe.db.delete(favourites.PREFERENCE, {"item_code": doc.name})
	_forget_item(doc.name)


def item_merged(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Hook `before_rename`: the weekly run counts them as one."""
	if merge:
		favourites.join("item_code", old, new)
		_forget_item(old)


def _forget_item(name: str) -> None:
	for doctype in (RECOMMENDATION, ASSOCIATION):
		table = DocType(doctype)
		frappe.qb.from_(table).delete().where((table.item_code == name) | (table.with_item == name)).run()
