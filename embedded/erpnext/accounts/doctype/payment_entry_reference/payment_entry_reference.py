"""What a payment settles of one document. As ERPNext v15's module of the same name."""

from frappe.model.document import Document


class PaymentEntryReference(Document):
	pass
