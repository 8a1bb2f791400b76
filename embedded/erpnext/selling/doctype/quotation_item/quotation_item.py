from frappe.model.document import Document


class QuotationItem(Document):
	"""A row of a quotation."""
