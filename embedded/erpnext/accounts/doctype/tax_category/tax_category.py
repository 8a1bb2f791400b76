from frappe.model.document import Document


class TaxCategory(Document):
	"""A kind of buyer that is taxed alike."""
