"""As ERPNext v15's module of the same name."""

import frappe
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.model.document import Document
from frappe.utils import cint

PUBLISHED = {
	"company": "default_company",
	"currency": "default_currency",
	"country": "country",
	"hide_currency_symbol": "hide_currency_symbol",
	"disable_rounded_total": "disable_rounded_total",
	"disable_in_words": "disable_in_words",
}
DOCTYPES = ("Quotation", "Sales Order")


class GlobalDefaults(Document):
	def on_update(self) -> None:
		for key, fieldname in PUBLISHED.items():
			frappe.db.set_default(key, self.get(fieldname) or "")
		if self.default_currency:
			frappe.db.set_value("Currency", self.default_currency, "enabled", 1)
		self.toggle_fields()
		frappe.clear_cache()

	def toggle_fields(self) -> None:
		"""Rounded totals and amounts in words disappear from the forms, and rounding is off by default."""
		rounding, words = cint(self.disable_rounded_total), cint(self.disable_in_words)
		for doctype in DOCTYPES:
			for fieldname, value in (
				("base_rounded_total", rounding),
				("rounded_total", rounding),
				("in_words", words),
			):
				_set_property(doctype, fieldname, "hidden", value, "Check")
			for fieldname, value in (
				("base_rounded_total", 1),
				("rounded_total", rounding),
				("in_words", words),
			):
				_set_property(doctype, fieldname, "print_hide", value, "Check")
			_set_property(doctype, "disable_rounded_total", "default", rounding, "Text")

	@frappe.whitelist()
	def get_defaults(self) -> dict:
		return frappe.defaults.get_defaults()


def _set_property(doctype: str, fieldname: str, name: str, value: int, fieldtype: str) -> None:
	make_property_setter(doctype, fieldname, name, value, fieldtype, validate_fields_for_doctype=False)
