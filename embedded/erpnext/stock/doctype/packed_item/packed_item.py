from frappe.model.document import Document


class PackedItem(Document):
	"""A part of a bundle that a document sells."""
