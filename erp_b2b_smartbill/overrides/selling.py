"""What we add to the life of Quotation, Sales Order, Delivery Note and Sales Invoice: the tier of their customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from erp_b2b_smartbill.customers.pricing import admission, documents

if TYPE_CHECKING:
	from frappe.model.document import Document


def set_tier(doc: Document, method: str | None = None) -> None:
	"""Hook `before_validate`, with the switch off too: a draft must not keep what is not given any more. Before the
	site is migrated to this version there is nothing to keep."""
	if doc.meta.has_field("b2b_tier"):
		admission.install()
		documents.set_tier(doc)


def keep_what_was_quoted(doc: Document, method: str | None = None, *args: Any, **kwargs: Any) -> None:
	"""Hook `set_missing_values`, which ERPNext runs on a document that it makes from another one."""
	if doc.meta.has_field("b2b_tier"):
		documents.put_back(doc)
