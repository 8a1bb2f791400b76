"""What a party's users may do on the website. As ERPNext v15's module of the same name."""

import frappe
from frappe import _
from frappe.model.document import Document


def has_website_permission(doc: Document, ptype: str, user: str, verbose: bool = False) -> bool:
	"""A portal user sees the documents of his customers; who may read them on the desk, those of all he may read."""
	if doc.doctype == "Quotation":
		party = doc.party_name if doc.quotation_to == "Customer" else None
	else:
		party = doc.get("customer")
	return bool(party) and party in _customers_of(user, doc.doctype)


def _customers_of(user: str, doctype: str) -> list[str]:
	if {"Customer", "Supplier"} & set(frappe.get_roles(user)):
		return frappe.get_all("Portal User", {"user": user, "parenttype": "Customer"}, pluck="parent")
	if frappe.has_permission(doctype, "read", user=user):
		return frappe.get_list("Customer", pluck="name", limit=0)
	return []


def add_role_for_portal_user(portal_user: Document, role: str) -> None:
	"""A new portal user gets the role, if whoever adds him may give roles; else a message says who should."""
	if not portal_user.is_new():
		return
	user = frappe.get_doc("User", portal_user.user)
	if role in {row.role for row in user.roles}:
		return
	if "System Manager" not in frappe.get_roles():
		frappe.msgprint(_("Please add {1} role to user {0}.").format(portal_user.user, role), alert=True)
		return
	user.add_roles(role)
	frappe.msgprint(_("Added {1} Role to User {0}.").format(frappe.bold(user.name), role), alert=True)
