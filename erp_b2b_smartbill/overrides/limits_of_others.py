"""The limits that a Customer has by its group or by the company: ERPNext's business, but for who asked for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe
from frappe.utils import flt

from erp_b2b_smartbill.customers.credit_limits import guard

if TYPE_CHECKING:
	from frappe.model.document import Document


def guard_group(doc: Document, method: str | None = None) -> None:
	"""Hook `validate` of Customer Group."""
	before = doc.get_doc_before_save()
	if before:
		guard.require_not_own_of_group(doc.name, before.credit_limits, doc.credit_limits)


def record_group(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update` of Customer Group."""
	before = doc.get_doc_before_save()
	guard.record_of_group(doc, before.credit_limits if before else [], doc.credit_limits)


def group_merged(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Hook `before_rename` of Customer Group: its customers get the limits of the other one. The desk calls it twice, now
	and in the job that merges."""
	if merge and old != new and frappe.db.exists(doc.doctype, new):
		guard.require_not_own_of_merged(doc, frappe.get_doc(doc.doctype, new))


def record_merged_group(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Hook `after_rename` of Customer Group, before the old one is deleted."""
	if merge:
		guard.record_merged(frappe.get_doc(doc.doctype, old), doc)


def guard_company(doc: Document, method: str | None = None) -> None:
	"""Hook `validate` of Company."""
	before = doc.get_doc_before_save()
	if before and flt(before.credit_limit) != flt(doc.credit_limit):
		guard.require_not_own_of_company(doc.name)


def record_company(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update` of Company."""
	before = doc.get_doc_before_save()
	guard.record_of_company(doc, flt(before.credit_limit) if before else 0.0, flt(doc.credit_limit))


def company_merged(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Hook `before_rename` of Company: what was asked for in it is asked for in the other one."""
	if merge:
		guard.require_not_own_of_company(old)
