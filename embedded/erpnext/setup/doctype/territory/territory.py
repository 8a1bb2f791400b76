"""As ERPNext v15's module of the same name."""

import frappe
from frappe.utils.nestedset import NestedSet, get_root_of


class Territory(NestedSet):
	nsm_parent_field = "parent_territory"

	def validate(self) -> None:
		if not self.parent_territory:
			self.parent_territory = get_root_of("Territory")

	def on_update(self) -> None:
		super().on_update()
		self.validate_one_root()


def on_doctype_update() -> None:
	frappe.db.add_index("Territory", ["lft", "rgt"])
