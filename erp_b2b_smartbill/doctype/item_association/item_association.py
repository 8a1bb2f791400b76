"""Two items that customers buy together. Written once a week, by customers/recommend alone."""

import frappe
from frappe import _
from frappe.model.document import Document


class ItemAssociation(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		customers: DF.Int
		item_code: DF.Link
		score: DF.Float
		with_item: DF.Link
	# end: auto-generated types

	def validate(self) -> None:
		self._refuse()

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		frappe.throw(_("Recommendations are worked out at night."), frappe.PermissionError)
