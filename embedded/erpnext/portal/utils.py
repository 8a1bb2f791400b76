"""Users of the website and the parties they act for. As ERPNext v15's `erpnext.portal.utils`.

Left out: `create_customer_or_supplier`, which makes a party of a visitor at log-in where Portal Settings say so."""

import frappe
from frappe.model.document import Document


def set_default_role(user: Document, method: str | None = None) -> None:
	"""A user whose e-mail is that of a customer's contact has the role of a customer."""
	if frappe.flags.setting_role or frappe.flags.in_migrate or frappe.flags.in_install:
		return
	contact = frappe.db.get_value("Contact", {"email_id": user.email})
	if not contact or "Customer" in frappe.get_roles(user.name):
		return
	if frappe.db.exists(
		"Dynamic Link", {"parenttype": "Contact", "parent": contact, "link_doctype": "Customer"}
	):
		frappe.flags.setting_role = True
		try:
			user.add_roles("Customer")
		finally:
			frappe.flags.setting_role = False
