"""What the controllers of a SmartBill document, proforma or invoice, have in common: who may write it, and its keys."""

import frappe
from frappe import _
from frappe.model.document import Document

from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.smartbill.verdict import as_number


class SmartBillDocument(Document):
	# the field with the document that this one is made from: at most one live one of it
	source_field: str

	def validate(self) -> None:
		if not self.flags.written_by_claim:
			frappe.throw(_("{0} is written by the app only.").format(_(self.doctype)), frappe.PermissionError)
		self.set_keys()

	def set_keys(self) -> None:
		"""Unique keys: one live document of a source, one in the air or unknown in a series, no number used twice."""
		self.live_key = None if self.status in states.NOT_LIVE else self.get(self.source_field)
		# a draft takes no number, so it stands in nobody's way
		holds_series = self.status in states.HOLDS_SERIES and not self.is_draft
		self.series_key = states.series_key(self.account, self.series) if holds_series else None
		# SmartBill gives the number of a deleted document again
		freed = self.status == states.CANCELLED and self.missing_since
		self.document_key = (
			states.document_key(self.account, self.series, self.number) if self.number and not freed else None
		)
		self.number_value = 0 if freed else as_number(self.number) or 0
		self.full_number = f"{self.series} {self.number}" if self.number else None

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		frappe.throw(_("{0} keeps its name.").format(_(self.doctype)), frappe.PermissionError)

	def stands_for_nothing(self) -> bool:
		"""Nothing of it can be in SmartBill. An attempt that was answered by a block may have been created."""
		return self.status in (states.REJECTED, states.QUEUED) and not self.verify_from

	def on_trash(self) -> None:
		if not (self.stands_for_nothing() or self.flags.unlinking):
			frappe.throw(
				_("{0} cannot be deleted: it stands for a document in SmartBill.").format(self.name),
				frappe.PermissionError,
			)
