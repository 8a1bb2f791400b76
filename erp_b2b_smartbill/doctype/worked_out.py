"""What the controllers have in common of what customers/recommend alone writes, many at once and without events."""

import frappe
from frappe import _
from frappe.model.document import Document


class WorkedOut(Document):
	def validate(self) -> None:
		self._refuse()

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		frappe.throw(_("Recommendations are worked out at night."), frappe.PermissionError)
