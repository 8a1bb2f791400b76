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
	guard.require_exact_place(doc)
	for before in _before(doc):
		guard.require_same_place(before, doc)
	_guard(doc, _before(doc), [doc])


def record_row(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update`."""
	_record(doc, _before(doc), [doc])


def guard_removal(doc: Document, method: str | None = None) -> None:
	"""Hook `on_trash`."""
	_guard(doc, [doc], [])
	_record(doc, [doc], [])


def _guard(row: Document, before: list[Document], after: list[Document]) -> None:
	doctype, name = guard.place(row)
	if doctype == "Customer":
		guard.require_giver(name, before, after)
	elif doctype == "Customer Group":
		guard.require_not_own_of_group(name, before, after)


def _record(row: Document, before: list[Document], after: list[Document]) -> None:
	doctype, name = guard.place(row)
	if not name:
		return
	if doctype == "Customer":
		guard.record(frappe.get_doc(doctype, name), before, after)
	elif doctype == "Customer Group":
		guard.record_of_group(frappe.get_doc(doctype, name), before, after)


def _before(doc: Document) -> list[Document]:
	before = doc.get_doc_before_save()
	return [before] if before else []
