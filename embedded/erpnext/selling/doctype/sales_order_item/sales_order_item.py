from frappe.model.document import Document


class SalesOrderItem(Document):
	"""A row of a sales order."""
