import frappe
from frappe import _
from frappe.model.document import Document

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import lines, signing


class BusinessEvent(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		after: DF.Code | None
		before: DF.Code | None
		event: DF.Data
		occurred_at: DF.Datetime | None
		on_behalf_of: DF.Link | None
		origin: DF.Literal[
			"", "Desk", "REST", "Portal", "Website", "Job", "Command", "Import", "Data Import", "System"
		]
		original_name: DF.Data | None
		personal: DF.Code | None
		personal_digest: DF.Data | None
		personal_erased_by: DF.Data | None
		previous_seal: DF.Data | None
		reason: DF.SmallText | None
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		seal: DF.Data | None
		seal_number: DF.Int
		sealed_at: DF.Datetime | None
		signature: DF.Data | None
		user: DF.Link | None
		who: DF.Code | None
		who_digest: DF.Data | None
		who_erased_by: DF.Data | None
	# end: auto-generated types

	def db_insert(self, *args, **kwargs) -> None:
		if self not in audit.being_recorded:
			self._refuse()
		# last, of what is really stored
		self.signature = signing.sign(audit.current_key(), self)
		super().db_insert(*args, **kwargs)
		audit.being_recorded.discard(self)
		lines.note(self)

	def db_update(self, *args, **kwargs) -> None:
		self._refuse()

	def before_change(self) -> None:
		self._refuse()

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		frappe.throw(
			_("Business events are written by the app and stay as they are."), frappe.PermissionError
		)


def on_doctype_update() -> None:
	"""The sealing job asks each minute for those without a number, oldest first, and for the last number."""
	frappe.db.add_index("Business Event", ["seal_number", "creation", "name"])
