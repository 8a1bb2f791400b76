"""The limits that a Customer has by its group or by the company: ERPNext's business, but for who asked for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from frappe.utils import flt

from erp_b2b_smartbill.customers.credit_limits import guard

if TYPE_CHECKING:
	from frappe.model.document import Document


def guard_group(doc: Document, method: str | None = None) -> None:
	"""Hook `validate` of Customer Group."""
	before = doc.get_doc_before_save()
	if before:
		guard.require_not_own_of_group(doc.name, before.credit_limits, doc.credit_limits)


def guard_company(doc: Document, method: str | None = None) -> None:
	"""Hook `validate` of Company."""
	before = doc.get_doc_before_save()
	if before and flt(before.credit_limit) != flt(doc.credit_limit):
		guard.require_not_own_of_company(doc.name)
