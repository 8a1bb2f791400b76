from frappe.model.document import Document


class UOMConversionDetail(Document):
	"""How many stock units of an item are in another unit."""
