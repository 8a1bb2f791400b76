from frappe.model.document import Document


class UOMConversionFactor(Document):
	"""How many of one unit are in another."""
