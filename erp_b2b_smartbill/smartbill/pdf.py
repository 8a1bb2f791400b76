"""Stores a document's PDF once, as a private file on the document and on its Quotation.

Its own step after issuing: whatever goes wrong here leaves the document issued, and asking again repairs it.
"""

from __future__ import annotations

import io
import re
import time
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from pypdf import PdfReader

from erp_b2b_smartbill.smartbill import accounts, claim, states
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.hints import explain_failure
from erp_b2b_smartbill.smartbill.kinds import KINDS

if TYPE_CHECKING:
	from erp_b2b_smartbill.smartbill.client import Client


FAILURE = "SmartBill PDF could not be stored"
MAX_PAGES_READ = 20


def with_pdf(doc: Any, lane: Lane = Lane.CLICK, deadline: float | None = None) -> Any:
	"""The document; if its PDF could not be had before and can be now, with it."""
	if doc.pdf or doc.status not in states.NUMBERED or not doc.number:
		return doc
	account = frappe.get_doc("SmartBill Account", doc.account)
	if not account.has_allowed_url() or accounts.seconds_blocked(account):
		return doc
	# nothing may be held open on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	about = KINDS[doc.doctype].proforma_of(doc)
	return fetch_and_store(doc, accounts.connect(account, about, lane=lane, deadline=deadline))


def fetch_again(doc: Any, account: Any) -> Any:
	"""The document with its PDF as SmartBill has it now, in place of the stored one. Raises NotReady when the account's
	address may not be asked."""
	accounts.require_allowed_url(account)
	# nothing may be held open on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	about = KINDS[doc.doctype].proforma_of(doc)
	deadline = time.monotonic() + CLICK_SECONDS
	return fetch_and_store(doc, accounts.connect(account, about, deadline=deadline), again=True)


def fetch_and_store(doc: Any, client: Client, again: bool = False) -> Any:
	"""The document with its PDF, or with the reason why it has none yet. Never raises: it is issued all the same.
	`again` replaces the stored file."""
	try:
		outcome = KINDS[doc.doctype].fetch_pdf(client, doc.series, doc.number)
		if isinstance(outcome, bytes):
			return store(doc, outcome, again)
		reason = (
			outcome.text
			if isinstance(outcome, Answer)
			else _("SmartBill was asked, but {0}.").format(_(explain_failure(outcome)))
		)
		return claim.note_pdf_error(doc, reason)
	except Exception:
		return claim.reloaded(doc, FAILURE)


def store(doc: Any, content: bytes, again: bool = False) -> Any:
	"""The document with these bytes as its PDF, stored once."""
	try:
		return claim.attach_pdf(doc, lambda locked: _store(locked, content), again)
	except Exception:
		# a full disk or a limit on attachments: the document exists all the same
		claim.reloaded(doc, FAILURE)
		return claim.note_pdf_error(doc, _("The PDF could not be stored; see the Error Log."))


def file_of(doc: Any) -> str | None:
	"""The File that holds the document's PDF; None when there is none, or when somebody deleted it."""
	return frappe.db.get_value(
		"File", {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name, "file_url": doc.pdf}
	)


def stored(doc: Any) -> tuple[str, bytes]:
	"""(file name, content) of the document's PDF, of which `file_of` knows."""
	file = frappe.get_doc("File", file_of(doc))
	# File.get_content would decode what looks like text
	with open(file.get_full_path(), "rb") as content:
		return file.file_name, content.read()


def text_of(content: bytes) -> str:
	"""What can be read in a PDF; empty when nothing can, whatever the reason."""
	try:
		pages = PdfReader(io.BytesIO(content)).pages
		return "\n".join(page.extract_text() or "" for page in pages[:MAX_PAGES_READ])
	except Exception:
		return ""


def _store(doc: Any, content: bytes) -> str:
	"""One file on the disk, attached twice; returns its address."""
	kind = KINDS[doc.doctype]
	name = re.sub(r"[^A-Za-z0-9]+", "-", f"{kind.file_name} {doc.series} {doc.number}").strip("-")
	on_quotation = "smartbill_pdf" if kind.source_doctype == "Quotation" else None
	places = (("Quotation", doc.quotation, on_quotation), (doc.doctype, doc.name, "pdf"))
	for doctype, document, field in places:
		stored = attach(doctype, document, field, f"{name}.pdf", content)
	return stored


def attach(doctype: str, document: str, field: str | None, file_name: str, content: bytes) -> str:
	"""A private file on a document; returns its address."""
	# Frappe stores equal bytes once. A second record made from the address instead would have its bytes read as text
	# and written again.
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": file_name,
			"attached_to_doctype": doctype,
			"attached_to_name": document,
			"attached_to_field": field,
			"is_private": 1,
			"content": content,
		}
	)
	if doctype != "Quotation":
		# our documents show their PDF; a comment that they have one says nothing more
		file.create_attachment_record = lambda: None
	return file.insert(ignore_permissions=True).file_url
