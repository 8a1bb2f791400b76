"""As ERPNext v15's module of the same name."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, formatdate, nowdate


class CurrencyExchange(Document):
	def autoname(self) -> None:
		self.date = self.date or nowdate()
		purpose = {(0, 1): "Selling", (1, 0): "Buying"}.get(
			(cint(self.for_buying), cint(self.for_selling)), "Selling-Buying"
		)
		day = formatdate(self.date, "yyyy-MM-dd")
		self.name = f"{day}-{self.from_currency}-{self.to_currency}-{purpose}"

	def validate(self) -> None:
		self.validate_value("exchange_rate", ">", 0)
		if self.from_currency == self.to_currency:
			frappe.throw(_("From Currency and To Currency cannot be same"))
		if not (cint(self.for_buying) or cint(self.for_selling)):
			frappe.throw(_("Currency Exchange must be applicable for Buying or for Selling."))
