"""The status of a document follows from its state. The rules of ERPNext v15's `erpnext.controllers.status_updater`."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document

Condition = Callable[[Document], bool] | str | None

# The last status whose condition holds wins; a string names a method of the document.
STATUSES: dict[str, tuple[tuple[str, Condition], ...]] = {
	"Lead": (
		("Lost Quotation", "has_lost_quotation"),
		("Quotation", "has_quotation"),
		("Converted", "has_customer"),
	),
	"Quotation": (
		("Draft", None),
		("Open", lambda doc: doc.docstatus == 1),
		("Lost", lambda doc: doc.status == "Lost"),
		("Partially Ordered", "is_partially_ordered"),
		("Ordered", "is_fully_ordered"),
		("Cancelled", lambda doc: doc.docstatus == 2),
	),
	"Sales Order": (
		("Draft", None),
		("To Deliver and Bill", lambda doc: _open(doc) and not _delivered(doc) and not _billed(doc)),
		(
			"To Bill",
			lambda doc: _open(doc) and (_delivered(doc) or doc.skip_delivery_note) and not _billed(doc),
		),
		(
			"To Deliver",
			lambda doc: _open(doc) and not _delivered(doc) and _billed(doc) and not doc.skip_delivery_note,
		),
		(
			"Completed",
			lambda doc: _open(doc) and (_delivered(doc) or doc.skip_delivery_note) and _billed(doc),
		),
		("Cancelled", lambda doc: doc.docstatus == 2),
		("Closed", lambda doc: doc.status == "Closed" and doc.docstatus != 2),
		("On Hold", lambda doc: doc.status == "On Hold"),
	),
	"Delivery Note": (
		("Draft", None),
		("To Bill", lambda doc: _open(doc) and not _billed(doc)),
		("Completed", lambda doc: _open(doc) and _billed(doc)),
		("Return Issued", lambda doc: _open(doc) and frappe.utils.flt(doc.per_returned) >= 100),
		("Cancelled", lambda doc: doc.docstatus == 2),
		("Closed", lambda doc: doc.status == "Closed" and doc.docstatus != 2),
	),
}
# Changes to these leave no line in the timeline.
SILENT = ("Cancelled", "Partially Ordered", "Ordered")


class StatusUpdater(Document):
	def set_status(
		self, update: bool = False, status: str | None = None, update_modified: bool = True
	) -> None:
		"""Derive `status`; with `update` also write it. `status` is the wish of a person (Closed, On Hold): it
		stands only if its condition then holds."""
		if self.is_new():
			if self.get("amended_from"):
				self.status = "Draft"
			return
		if self.doctype not in STATUSES:
			return
		before = self.status
		if status and update:
			self.db_set("status", status)
		self.status = self._derived_status()
		if self.status != before and self.status not in SILENT:
			self.add_comment("Label", _(self.status))
		if update:
			self.db_set("status", self.status, update_modified=update_modified)

	def _derived_status(self) -> str:
		for name, condition in reversed(STATUSES[self.doctype]):
			if condition is None:
				return name
			if condition(self) if callable(condition) else getattr(self, condition)():
				return name
		return self.status


def _open(doc: Document) -> bool:
	return doc.docstatus == 1


def _delivered(doc: Document) -> bool:
	return frappe.utils.flt(doc.per_delivered) >= 100


def _billed(doc: Document) -> bool:
	return frappe.utils.flt(doc.per_billed) >= 100
