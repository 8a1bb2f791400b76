"""A row of credit limits that is written by itself, past its Customer: REST lets one. Rows that are saved with their
Customer do not come here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe

from erp_b2b_smartbill.customers.credit_limits import guard

if TYPE_CHECKING:
	from frappe.model.document import Document


def guard_row(doc: Document, method: str | None = None) -> None:
	"""Hook `validate`."""
	for before in _before(doc):
		guard.require_same_place(before, doc)
	if doc.parenttype == "Customer":
		guard.require_giver(doc.parent, _before(doc), [doc])
	elif doc.parenttype == "Customer Group":
		guard.require_not_own_of_group(doc.parent, _before(doc), [doc])


def record_row(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update`."""
	if doc.parenttype == "Customer":
		guard.record(_customer(doc), _before(doc), [doc])


def guard_removal(doc: Document, method: str | None = None) -> None:
	"""Hook `on_trash`."""
	if doc.parenttype == "Customer":
		guard.require_giver(doc.parent, [doc], [])
		guard.record(_customer(doc), [doc], [])
	elif doc.parenttype == "Customer Group":
		guard.require_not_own_of_group(doc.parent, [doc], [])


def _before(doc: Document) -> list[Document]:
	before = doc.get_doc_before_save()
	return [before] if before else []


def _customer(doc: Document) -> Document:
	return frappe.get_doc("Customer", doc.parent)
