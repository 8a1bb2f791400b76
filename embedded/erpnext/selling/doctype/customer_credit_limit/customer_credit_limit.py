from frappe.model.document import Document


class CustomerCreditLimit(Document):
	"""What a customer may owe a company."""
