from frappe.model.document import Document


class SmartBillIssueRunRow(Document):
	pass
