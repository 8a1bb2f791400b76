"""As ERPNext v15's module of the same name. Left out: targets, commissions, employees."""

import frappe
from frappe.utils.nestedset import NestedSet, get_root_of


class SalesPerson(NestedSet):
	nsm_parent_field = "parent_sales_person"

	def validate(self) -> None:
		if not self.enabled:
			self.enabled = 0
		if not self.parent_sales_person:
			self.parent_sales_person = get_root_of("Sales Person")

	def on_update(self) -> None:
		super().on_update()
		self.validate_one_root()


def on_doctype_update() -> None:
	frappe.db.add_index("Sales Person", ["lft", "rgt"])
