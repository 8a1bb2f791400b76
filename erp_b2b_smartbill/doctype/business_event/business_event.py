import frappe
from frappe import _
from frappe.model.document import Document


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
		reason: DF.SmallText | None
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		user: DF.Link | None
	# end: auto-generated types

	def db_insert(self, *args, **kwargs) -> None:
		if not self.flags.recorded:
			self._refuse()
		super().db_insert(*args, **kwargs)

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
