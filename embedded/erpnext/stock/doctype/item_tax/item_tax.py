from frappe.model.document import Document


class ItemTax(Document):
	"""An item tax template and for whom, from when and up to which rate it holds."""
