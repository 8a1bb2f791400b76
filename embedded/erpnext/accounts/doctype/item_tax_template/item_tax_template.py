"""As ERPNext v15's module of the same name."""

import frappe
from frappe import _
from frappe.model.document import Document

ACCOUNT_TYPES = ("Tax", "Chargeable", "Income Account", "Expense Account", "Expenses Included In Valuation")


class ItemTaxTemplate(Document):
	"""The rates of an item that differ from those of the document's tax rows."""

	def autoname(self) -> None:
		self.name = f"{self.title} - {frappe.get_cached_value('Company', self.company, 'abbr')}"

	def validate(self) -> None:
		seen = set()
		for row in self.taxes:
			if frappe.get_cached_value("Account", row.tax_type, "account_type") not in ACCOUNT_TYPES:
				frappe.throw(
					_(
						"Item Tax Row {0} must have account of type Tax or Income or Expense or Chargeable"
					).format(row.idx)
				)
			if row.tax_type in seen:
				frappe.throw(_("{0} entered twice in Item Tax").format(row.tax_type))
			seen.add(row.tax_type)
