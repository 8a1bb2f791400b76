from frappe.model.document import Document


class SalesTaxesandCharges(Document):
	"""A tax or charge on a selling document or in a template."""
