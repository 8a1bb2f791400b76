"""An item that a customer prefers: marked by sales, by the customer's own buyers, or by both. Written by the app only."""

import frappe
from frappe import _
from frappe.model.document import Document


class CustomerItemPreference(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		buyer_marked_at: DF.Datetime | None
		buyer_user: DF.Link | None
		customer: DF.Link
		item_code: DF.Link
		marked_by_buyer: DF.Check
		marked_by_sales: DF.Check
		note: DF.SmallText | None
		sales_marked_at: DF.Datetime | None
		sales_user: DF.Link | None
	# end: auto-generated types

	def validate(self) -> None:
		self._guard()

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		self._guard()

	def on_trash(self) -> None:
		self._guard()

	def _guard(self) -> None:
		if not self.flags.written_by_app:
			frappe.throw(
				_("Favourites are marked on the Customer, or by the buyer on the website."),
				frappe.PermissionError,
			)


def on_doctype_update() -> None:
	frappe.db.add_unique("Customer Item Preference", ["customer", "item_code"])
