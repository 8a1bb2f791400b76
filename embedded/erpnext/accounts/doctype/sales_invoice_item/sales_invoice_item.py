from frappe.model.document import Document


class SalesInvoiceItem(Document):
	"""A row of a sales invoice."""
