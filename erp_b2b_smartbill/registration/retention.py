"""What is not kept for ever: documents of requests that came to nothing, and personal data when somebody asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit import erasing
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.exceptions import Conflict, invalid
from erp_b2b_smartbill.registration import decide, states

CHUNK = 200
ERASED = "-"
PERSONAL = ("first_name", "last_name", "email", "phone", "iban", "message", "name_key")


def delete_old_documents() -> None:
	"""Hook, daily: the documents of rejected, withdrawn and never confirmed requests after the settings' days; a
	transaction a request, so that one that fails keeps nobody else's."""
	days = frappe.db.get_single_value("B2B Settings", "retention_days") or 0
	if not days:
		return
	before = clock.now() - timedelta(days=days)
	for name in _with_old_documents(before):
		try:
			doc = decide.locked(name)
			_delete_files(doc)
			doc.files_deleted_at = clock.now()
			doc.save(ignore_permissions=True)
			audit.record(audit.REGISTRATION_FILES_DELETED, doc, reason=_("Kept for {0} days.").format(days))
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
		except Exception:
			frappe.db.rollback()
			log_masked_error("The documents of a registration could not be deleted")


def _with_old_documents(before: datetime) -> list[str]:
	table, document = DocType("B2B Registration"), DocType("B2B Registration Document")
	rows = (
		frappe.qb.from_(table)
		.join(document)
		.on((document.parent == table.name) & (document.parenttype == "B2B Registration"))
		.select(table.name)
		.distinct()
		.where(
			(table.status.isin([states.REJECTED, states.WITHDRAWN]) & (table.decided_at < before))
			| ((table.status == states.AWAITING_CONFIRMATION) & (table.submitted_at < before))
		)
		.limit(CHUNK)
		.run()
	)
	return [row[0] for row in rows]


def erase(name: str, reason: str) -> Any:
	"""Remove who the applicant was: names, addresses, texts, documents. The company, the decision and its trail stay.
	What an approval made in ERPNext is not touched: it is a customer's, under ERPNext's own rules."""
	doc = decide.locked(name)
	if not str(reason or "").strip():
		raise invalid("reason", _("Say why: who asked for it."))
	if doc.status in states.OPEN:
		raise Conflict(_("Decide first, or ask the applicant to withdraw."))
	if doc.erased_at:
		return doc
	_delete_files(doc)
	for field in PERSONAL:
		doc.set(field, None)
	if doc.status != states.APPROVED:
		# a sole trader's company has his name
		doc.company_name = doc.cui = ERASED
		doc.cui_digits = doc.reg_com = doc.city = doc.county = None
	doc.first_name, doc.messages, doc.internal_note = ERASED, [], None
	doc.address_line = doc.postal_code = doc.rejection_reason = doc.anaf_facts = None
	doc.erased_at = clock.now()
	doc.save(ignore_permissions=True)
	# Frappe's own history of changes would keep them, and the names of the files
	frappe.db.delete("Version", {"ref_doctype": doc.doctype, "docname": doc.name})
	frappe.db.delete("Comment", {"reference_doctype": doc.doctype, "reference_name": doc.name})
	erasing.of_document(doc, str(reason)[:500])
	audit.record(audit.REGISTRATION_ERASED, doc, reason=str(reason)[:500])
	return doc


def erase_all_of(email: str, reason: str) -> None:
	"""As `erase`, every request of an e-mail address; those that wait for a decision are withdrawn first."""
	# what was erased has the address no more
	theirs = {"email": email, "erased_at": ["is", "not set"]}
	while rows := frappe.get_all("B2B Registration", theirs, ["name", "status"], limit=CHUNK):
		for row in rows:
			if row.status in states.OPEN:
				decide.withdraw(row.name)
			erase(row.name, reason)


def _delete_files(doc: Any) -> None:
	files = frappe.get_all(
		"File", {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name}, pluck="name"
	)
	for file in files:
		frappe.delete_doc("File", file, ignore_permissions=True, force=True, delete_permanently=True)
	doc.documents = []
