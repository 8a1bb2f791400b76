"""A reason that an offer names. As ERPNext v15's module of the same name."""

from frappe.model.document import Document


class QuotationLostReasonDetail(Document):
	pass
