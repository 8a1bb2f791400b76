from frappe.model.document import Document


class PaymentSchedule(Document):
	"""How much of a document is due when."""
