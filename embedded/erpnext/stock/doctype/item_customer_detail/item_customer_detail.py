from frappe.model.document import Document


class ItemCustomerDetail(Document):
	"""What a customer, or a group of them, calls an item."""
