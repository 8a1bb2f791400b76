from frappe.model.document import Document


class PortalUser(Document):
	"""A user of the website who acts for a party."""
