"""As ERPNext v15's module of the same name."""

import frappe
from erpnext.controllers.tax_rows import (
	validate_account_head,
	validate_cost_center,
	validate_inclusive_tax,
	validate_taxes_and_charges,
)
from frappe import _
from frappe.model.document import Document


class SalesTaxesandChargesTemplate(Document):
	def autoname(self) -> None:
		self.name = f"{self.title} - {frappe.get_cached_value('Company', self.company, 'abbr')}"

	def validate(self) -> None:
		if self.is_default:
			self.take_default_from_others()
		if self.is_default and self.disabled:
			frappe.throw(_("Disabled template must not be default template"))
		self.validate_tax_category()
		for tax in self.taxes:
			validate_taxes_and_charges(tax)
			validate_account_head(tax.idx, tax.account_head, self.company)
			validate_cost_center(tax, self)
			validate_inclusive_tax(tax, self)

	def take_default_from_others(self) -> None:
		"""A company has one default template."""
		template = frappe.qb.DocType(self.doctype)
		(
			frappe.qb.update(template)
			.set(template.is_default, 0)
			.where(
				(template.is_default == 1) & (template.name != self.name) & (template.company == self.company)
			)
		).run()

	def validate_tax_category(self) -> None:
		"""A company has one enabled template for a tax category."""
		if self.tax_category and frappe.db.exists(
			self.doctype,
			{
				"company": self.company,
				"tax_category": self.tax_category,
				"disabled": 0,
				"name": ["!=", self.name],
			},
		):
			frappe.throw(
				_(
					"A template with tax category {0} already exists. Only one template is allowed with each tax category"
				).format(frappe.bold(self.tax_category))
			)
