"""As ERPNext v15's module of the same name, for the settings kept."""

import frappe
from erpnext.utilities.naming import set_by_naming_series
from frappe import _
from frappe.model.document import Document


class StockSettings(Document):
	def validate(self) -> None:
		for key in ("item_naming_by", "item_group", "stock_uom", "default_warehouse"):
			frappe.db.set_default(key, self.get(key) or "")
		set_by_naming_series(
			"Item",
			"item_code",
			self.item_naming_by == "Naming Series",
			hide_name_field=True,
			make_mandatory=0,
		)
		if self.default_warehouse and frappe.db.get_value("Warehouse", self.default_warehouse, "is_group"):
			frappe.throw(
				_("Group Warehouses cannot be used in transactions. Please change the value of {0}").format(
					frappe.bold(_(self.meta.get_label("default_warehouse")))
				),
				title=_("Incorrect Warehouse"),
			)
