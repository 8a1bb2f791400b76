from frappe.model.document import Document


class PaymentTerm(Document):
	"""A portion and when it is due, to be used in templates."""
