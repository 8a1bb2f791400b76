from frappe.model.document import Document


class ModeofPaymentAccount(Document):
	"""The account a company books a mode of payment to."""
