"""As ERPNext v15's module of the same name, for the settings kept."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint


class AccountsSettings(Document):
	def validate(self) -> None:
		if not self.allow_stale and cint(self.stale_days) <= 0:
			frappe.msgprint(
				_("Stale Days should start from 1."), title="Error", indicator="red", raise_exception=1
			)
		if self.add_taxes_from_item_tax_template and self.add_taxes_from_taxes_and_charges_template:
			frappe.throw(
				_("You cannot enable both the settings '{0}' and '{1}'.").format(
					frappe.bold(_(self.meta.get_label("add_taxes_from_item_tax_template"))),
					frappe.bold(_(self.meta.get_label("add_taxes_from_taxes_and_charges_template"))),
				),
				title=_("Auto Tax Settings Error"),
			)
		frappe.db.set_default("add_taxes_from_item_tax_template", cint(self.add_taxes_from_item_tax_template))
