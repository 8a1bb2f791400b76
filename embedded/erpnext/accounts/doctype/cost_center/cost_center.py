"""As ERPNext v15's module of the same name."""

import frappe
from erpnext.accounts.utils import get_autoname_with_number
from frappe import _
from frappe.utils.nestedset import NestedSet


class CostCenter(NestedSet):
	nsm_parent_field = "parent_cost_center"

	def autoname(self) -> None:
		self.name = get_autoname_with_number(self.cost_center_number, self.cost_center_name, self.company)

	def validate(self) -> None:
		is_root = self.cost_center_name == self.company
		if not is_root and not self.parent_cost_center:
			frappe.throw(_("Please enter parent cost center"))
		if is_root and self.parent_cost_center:
			frappe.throw(_("Root cannot have a parent cost center"))
		if self.parent_cost_center and not frappe.db.get_value(
			"Cost Center", self.parent_cost_center, "is_group"
		):
			frappe.throw(
				_("{0} is not a group node. Please select a group node as parent cost center").format(
					frappe.bold(self.parent_cost_center)
				)
			)
