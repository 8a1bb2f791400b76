"""What a party's users see and may do on the website. As ERPNext v15's module of the same name.

Left out: suppliers and their documents, lists below a Web Form."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt
from frappe.utils.user import is_website_user


def get_list_context(context: Any = None) -> dict[str, Any]:
	"""How the website lists transactions. Frappe v16 asks for the list's template as well, v15 has that as a default."""
	return {
		"get_list": get_transaction_list,
		"list_template": "templates/includes/list/list.html",
		"row_template": "templates/includes/transaction_row.html",
		"currency": frappe.db.get_default("currency"),
		"global_number_format": frappe.db.get_default("number_format") or "#,###.##",
		"show_sidebar": True,
		"show_search": True,
		"no_breadcrumbs": True,
		# the page that lists on Frappe v16 would be remembered for whoever comes next
		"no_cache": 1,
	}


def get_transaction_list(
	doctype: str,
	txt: str | None = None,
	filters: dict[str, Any] | None = None,
	limit_start: int = 0,
	limit_page_length: int = 20,
	order_by: str = "creation desc",
) -> list[Document]:
	"""Submitted documents: a buyer's own, whoever works on the desk what he may read there."""
	from frappe.www.list import get_list

	filters = {**(filters or {}), "docstatus": 1}
	is_buyer = frappe.session.user != "Guest" and is_website_user()
	if is_buyer:
		customers = get_parents_for_user("Customer")
		if not customers:
			return []
		filters[get_customer_field_name(doctype)] = ["in", customers]
		if doctype == "Quotation":
			filters["quotation_to"] = "Customer"
	rows = get_list(
		doctype,
		txt,
		filters=filters,
		fields=["name"],
		limit_start=limit_start,
		limit_page_length=limit_page_length,
		# a buyer has no rights on the doctype itself
		ignore_permissions=is_buyer,
		order_by="modified desc",
	)
	return [_as_shown(frappe.get_doc(doctype, row.name)) for row in rows]


def _as_shown(doc: Document) -> Document:
	"""With what a row of the list says of its progress and items."""
	progress = []
	doc.status_percent = 0
	for field, done, partly in (
		("per_billed", _("Billed"), _("{0}% Billed")),
		("per_delivered", _("Delivered"), _("{0}% Delivered")),
	):
		if percent := flt(doc.get(field), 2):
			doc.status_percent += percent
			progress.append(done if percent == 100 else partly.format(percent))
	doc.status_display = ", ".join(progress)
	doc.items_preview = ", ".join(row.item_name for row in doc.items if row.item_name)
	if hasattr(doc, "set_indicator"):
		doc.set_indicator()
	return doc


def get_parents_for_user(parenttype: str) -> list[str]:
	return frappe.get_all(
		"Portal User", {"user": frappe.session.user, "parenttype": parenttype}, pluck="parent"
	)


def get_customer_field_name(doctype: str) -> str:
	return "party_name" if doctype == "Quotation" else "customer"


def has_website_permission(doc: Document, ptype: str, user: str, verbose: bool = False) -> bool:
	"""A portal user sees the documents of his customers; who may read them on the desk, those of all he may read."""
	is_to_lead = doc.doctype == "Quotation" and doc.quotation_to != "Customer"
	party = None if is_to_lead else doc.get(get_customer_field_name(doc.doctype))
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
