"""As ERPNext v15's module of the same name."""

import frappe
from erpnext.stock.doctype.item.item import (
	own_defaults,
	validate_item_default_company_links,
	validate_item_taxes,
)
from frappe.utils.nestedset import NestedSet, get_root_of


class ItemGroup(NestedSet):
	nsm_parent_field = "parent_item_group"

	def validate(self) -> None:
		if not self.parent_item_group:
			self.parent_item_group = get_root_of("Item Group")
		validate_item_default_company_links(self.item_group_defaults)
		validate_item_taxes(self.taxes)

	def on_update(self) -> None:
		super().on_update()
		self.validate_one_root()


def get_item_group_defaults(item_code: str, company: str) -> dict:
	"""The defaults for the company that the item's group says."""
	group = frappe.get_cached_value("Item", item_code, "item_group")
	return own_defaults(frappe.get_cached_doc("Item Group", group).item_group_defaults, company)


def get_child_item_groups(item_group: str) -> list[str]:
	"""The group and those below it."""
	lft, rgt = frappe.db.get_value("Item Group", item_group, ["lft", "rgt"])
	return frappe.get_all("Item Group", {"lft": [">=", lft], "rgt": ["<=", rgt]}, pluck="name")


def on_doctype_update() -> None:
	frappe.db.add_index("Item Group", ["lft", "rgt"])
