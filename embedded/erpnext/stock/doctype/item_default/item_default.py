from frappe.model.document import Document


class ItemDefault(Document):
	"""Warehouse, account and cost center of an item in one company."""
