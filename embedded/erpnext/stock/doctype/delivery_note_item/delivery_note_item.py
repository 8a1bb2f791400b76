from frappe.model.document import Document


class DeliveryNoteItem(Document):
	"""A row of a delivery note."""
