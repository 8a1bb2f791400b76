from frappe.model.document import Document


class PartyAccount(Document):
	"""The account a company books a party to."""
