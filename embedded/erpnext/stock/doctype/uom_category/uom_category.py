from frappe.model.document import Document


class UOMCategory(Document):
	"""Units that measure the same thing."""
