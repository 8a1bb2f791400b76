from frappe.model.document import Document


class PaymentTermsTemplateDetail(Document):
	"""A portion of a total and when it is due."""
