"""Tells the B2B Managers what needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe

from erp_b2b_smartbill.audit.errors import log_masked_error

if TYPE_CHECKING:
	from frappe.model.document import Document

MANAGER = "B2B Manager"
# a method that one of our Notifications listens to
ACCOUNT_PAUSED = "smartbill_account_paused"


def notify_managers(doc: Document, text: str) -> None:
	"""A notification in the desk for every B2B Manager, as `notify_users`."""
	notify_users(None, doc, text)


def notify_users(users: list[str] | None, doc: Document, text: str) -> None:
	"""A notification in the desk for each of the users (None: the managers), committed. To be called with nothing
	uncommitted; it never raises, for what it tells of is stored already. An alarm about a document in SmartBill reaches a
	manager who may not read its Quotation, too."""
	try:
		title = frappe.utils.escape_html(doc.get("full_number") or doc.name)
		for user in managers() if users is None else users:
			frappe.get_doc(
				{
					"doctype": "Notification Log",
					"type": "Alert",
					"for_user": user,
					"from_user": frappe.session.user,
					"document_type": doc.doctype,
					"document_name": doc.name,
					"subject": f"<b>{title}</b>: {frappe.utils.escape_html(text)}",
				}
			).insert(ignore_permissions=True)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
	except Exception:
		frappe.db.rollback()
		log_masked_error(f"Nobody could be notified about a {doc.doctype}")


def notify_by_site(doc: Document, method: str) -> None:
	"""Let the site's Notifications of this method tell of the stored document (docs/health.md): whom and how, the
	administrator decides. Committed; to be called with nothing uncommitted, and it never raises."""
	try:
		doc.run_notifications(method)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
	except Exception:
		frappe.db.rollback()
		frappe.clear_messages()
		log_masked_error(f"The Notifications about a {doc.doctype} failed")


def readers(users: list[str], doc: Document) -> list[str]:
	"""Those of the users who may read the document: for what is confidential."""
	return [user for user in users if frappe.has_permission(doc.doctype, "read", doc=doc, user=user)]


def managers(*roles: str) -> list[str]:
	"""The enabled users with one of the roles (B2B Manager where none is named)."""
	having = {"role": ["in", roles or (MANAGER,)], "parenttype": "User"}
	users = frappe.get_all("Has Role", having, pluck="parent", distinct=True)
	return frappe.get_all("User", {"name": ["in", users], "enabled": 1}, pluck="name") if users else []
