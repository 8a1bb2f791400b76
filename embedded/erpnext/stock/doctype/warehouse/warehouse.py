"""As ERPNext v15's module of the same name."""

import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet


class Warehouse(NestedSet):
	nsm_parent_field = "parent_warehouse"

	def autoname(self) -> None:
		suffix = f" - {frappe.get_cached_value('Company', self.company, 'abbr')}" if self.company else ""
		self.name = (
			self.warehouse_name if self.warehouse_name.endswith(suffix) else self.warehouse_name + suffix
		)

	def on_trash(self) -> None:
		if frappe.db.exists("Warehouse", {"parent_warehouse": self.name}):
			frappe.throw(_("Child warehouse exists for this warehouse. You can not delete this warehouse."))
		super().on_trash(allow_root_deletion=True)
