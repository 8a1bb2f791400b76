"""A rename is an act, too: the events of the document follow it to its new name, and this event says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe
from frappe.query_builder import DocType

from erp_b2b_smartbill import audit

if TYPE_CHECKING:
	from frappe.model.document import Document

USER = "User"
DELETION_REQUEST = "Personal Data Deletion Request"


def follow(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Hook `after_rename` of every doctype: one event, where events tell of the document."""
	if doc.doctype == "DocType":
		return
	move(doc.doctype, old, new)
	if is_deletion(doc.doctype, old, new) or not _is_told_of(doc.doctype, new):
		return
	merged = {"merged": True} if merge else {}
	audit.record(audit.DOCUMENT_RENAMED, doc, {"name": old}, {"name": new, **merged})


def move(doctype: str, old: str, new: str) -> None:
	"""Frappe moves Dynamic Links, but only of doctypes that it knows to be linked: for half a day not of those whose
	first event was written meanwhile."""
	table = DocType(audit.EVENT)
	(
		frappe.qb.update(table)
		.set(table.reference_name, new)
		.where((table.reference_doctype == doctype) & (table.reference_name == old))
		.run()
	)


def is_deletion(doctype: str, old: str, new: str) -> bool:
	"""Whether Frappe renames a User to delete his personal data: the request for it is his new name. His address must
	not be kept in an event about that."""
	return doctype == USER and bool(frappe.db.exists(DELETION_REQUEST, {"name": new, "email": old}))


def _is_told_of(doctype: str, name: str) -> bool:
	table = DocType(audit.EVENT)
	told = (table.reference_doctype == doctype) & (table.reference_name == name)
	if doctype == USER:
		told = told | (table.user == name) | (table.on_behalf_of == name)
	return bool(frappe.qb.from_(table).select(table.name).where(told).limit(1).run())
