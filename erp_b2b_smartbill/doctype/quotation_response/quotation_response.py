"""A buyer's answer to a Quotation: one each, written by the portal, never changed."""

import frappe
from frappe import _
from frappe.model.document import Document


class QuotationResponse(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		comment: DF.SmallText | None
		customer: DF.Link | None
		customer_name: DF.Data | None
		quotation: DF.Link
		responded_at: DF.Datetime | None
		response: DF.Literal["Accepted", "Declined"]
		user: DF.Link | None
	# end: auto-generated types

	def validate(self) -> None:
		if not (self.flags.written_by_portal and self.is_new()):
			self._refuse()

	def db_update(self, *args, **kwargs) -> None:
		self._refuse()

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		self._refuse()

	def on_trash(self) -> None:
		# with a Quotation that is deleted goes what was said of it
		if not self.flags.with_quotation:
			self._refuse()

	def _refuse(self) -> None:
		frappe.throw(
			_("A buyer's answer is written by the portal and stays as it is."), frappe.PermissionError
		)
