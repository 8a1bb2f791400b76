"""What stock units add to a document with rows. As ERPNext v15's `erpnext.controllers.stock_controller`."""

import frappe
from erpnext.controllers.accounts_controller import AccountsController
from frappe import _


class StockController(AccountsController):
	def validate(self) -> None:
		super().validate()
		self.set_rate_of_stock_uom()
		self.reset_conversion_factor()

	def set_rate_of_stock_uom(self) -> None:
		for row in self.items:
			row.stock_uom_rate = row.rate / (row.conversion_factor or 1)

	def reset_conversion_factor(self) -> None:
		"""The stock unit is one stock unit."""
		for row in self.items:
			if row.uom == row.stock_uom and row.conversion_factor != 1:
				row.conversion_factor = 1.0
				frappe.msgprint(
					_(
						"Conversion factor for item {0} has been reset to 1.0 as the uom {1} is same as stock uom {2}."
					).format(frappe.bold(row.item_code), frappe.bold(row.uom), frappe.bold(row.stock_uom)),
					alert=True,
				)

	def validate_warehouse(self) -> None:
		"""Every warehouse named is in use and the company's."""
		for warehouse in {row.warehouse for row in self.items if row.warehouse}:
			disabled, company = frappe.get_cached_value("Warehouse", warehouse, ["disabled", "company"])
			if disabled:
				frappe.throw(
					_("Disabled Warehouse {0} cannot be used for this transaction.").format(warehouse)
				)
			if company and company != self.company:
				frappe.throw(
					_("Warehouse {0} does not belong to company {1}").format(warehouse, self.company)
				)
