from frappe.model.document import Document


class PriceListCountry(Document):
	"""A country that a price list is for."""
