"""Why an offer was lost. As ERPNext v15's module of the same name."""

from frappe.model.document import Document


class QuotationLostReason(Document):
	pass
