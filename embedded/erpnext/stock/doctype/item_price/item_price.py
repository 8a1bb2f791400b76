"""As ERPNext v15's module of the same name."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import IfNull
from frappe.utils import cstr, flt, get_link_to_form


class ItemPriceDuplicateItem(frappe.ValidationError):
	pass


class ItemPrice(Document):
	def validate(self) -> None:
		if not frappe.db.exists("Item", self.item_code):
			frappe.throw(_("Item {0} not found.").format(self.item_code))
		self.validate_from_to_dates("valid_from", "valid_upto")
		self.set_price_list_details()
		self.item_name, self.item_description, is_template = frappe.db.get_value(
			"Item", self.item_code, ["item_name", "description", "has_variants"]
		)
		self.validate_not_duplicate()
		if is_template:
			frappe.throw(
				_("Item Price cannot be created for the template item {0}").format(
					frappe.bold(self.item_code)
				)
			)

	def before_save(self) -> None:
		if self.selling:
			self.reference = self.customer
		elif self.buying:
			self.customer = None

	def set_price_list_details(self) -> None:
		details = frappe.db.get_value(
			"Price List", {"name": self.price_list, "enabled": 1}, ["buying", "selling", "currency"]
		)
		if not details:
			frappe.throw(
				_("The price list {0} does not exist or is disabled").format(
					get_link_to_form("Price List", self.price_list)
				)
			)
		self.buying, self.selling, self.currency = details

	def validate_not_duplicate(self) -> None:
		"""An item has one price for a list, unit, customer, period and packing unit."""
		price = frappe.qb.DocType("Item Price")
		query = (
			frappe.qb.from_(price)
			.select(price.name)
			.where(price.item_code == self.item_code)
			.where(price.price_list == self.price_list)
			.where(price.name != cstr(self.name))
			.where(IfNull(price.packing_unit, 0) == flt(self.packing_unit))
		)
		for fieldname in ("uom", "valid_from", "valid_upto", "customer"):
			query = query.where(IfNull(price[fieldname], "") == cstr(self.get(fieldname)))
		if query.run():
			frappe.throw(
				_(
					"Item Price appears multiple times based on Price List, Supplier/Customer, Currency, Item, Batch, "
					"UOM, Qty, and Dates."
				),
				ItemPriceDuplicateItem,
			)
