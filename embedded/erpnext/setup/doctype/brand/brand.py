"""As ERPNext v15's module of the same name."""

import frappe
from erpnext.stock.doctype.item.item import own_defaults
from frappe.model.document import Document


class Brand(Document):
	pass


def get_brand_defaults(item_code: str, company: str) -> dict:
	"""The defaults for the company that the item's brand says."""
	brand = frappe.get_cached_value("Item", item_code, "brand")
	return own_defaults(frappe.get_cached_doc("Brand", brand).brand_defaults, company) if brand else {}
