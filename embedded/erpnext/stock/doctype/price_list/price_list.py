"""As ERPNext v15's module of the same name."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint


class PriceList(Document):
	def validate(self) -> None:
		if not cint(self.buying) and not cint(self.selling):
			frappe.throw(_("Price List must be applicable for Buying or Selling"))

	def on_update(self) -> None:
		if cint(self.selling) and not frappe.db.get_single_value("Selling Settings", "selling_price_list"):
			frappe.set_value("Selling Settings", "Selling Settings", "selling_price_list", self.name)
		price = frappe.qb.DocType("Item Price")
		(
			frappe.qb.update(price)
			.set(price.currency, self.currency)
			.set(price.buying, cint(self.buying))
			.set(price.selling, cint(self.selling))
			.where(price.price_list == self.name)
		).run()

	def on_trash(self) -> None:
		settings = frappe.get_doc("Selling Settings")
		if settings.selling_price_list == self.name:
			settings.selling_price_list = None
			settings.save(ignore_permissions=True)


def get_price_list_details(price_list: str) -> dict:
	details = frappe.get_cached_value(
		"Price List", price_list, ["currency", "price_not_uom_dependent", "enabled"], as_dict=True
	)
	if not details or not details.enabled:
		frappe.throw(_("Price List {0} is disabled or does not exist").format(price_list))
	return details
