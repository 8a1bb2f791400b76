from frappe.model.document import Document


class ItemTaxTemplateDetail(Document):
	"""The rate of one tax account."""
