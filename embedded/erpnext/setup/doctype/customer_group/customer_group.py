"""As ERPNext v15's module of the same name."""

import frappe
from frappe.utils.nestedset import NestedSet, get_root_of


class CustomerGroup(NestedSet):
	nsm_parent_field = "parent_customer_group"

	def validate(self) -> None:
		if not self.parent_customer_group:
			self.parent_customer_group = get_root_of("Customer Group")

	def on_update(self) -> None:
		super().on_update()
		self.validate_one_root()


def on_doctype_update() -> None:
	frappe.db.add_index("Customer Group", ["lft", "rgt"])
