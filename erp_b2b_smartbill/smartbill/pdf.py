"""Stores the proforma's PDF once, as a private file on the proforma and on its Quotation.

Its own step after issuing: whatever goes wrong here leaves the proforma issued, and asking again repairs it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import frappe
from frappe import _

from erp_b2b_smartbill.smartbill import claim
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.hints import explain_failure

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount
	from erp_b2b_smartbill.doctype.smartbill_proforma.smartbill_proforma import SmartBillProforma
	from erp_b2b_smartbill.smartbill.client import Client


FAILURE = "SmartBill PDF could not be stored"


def fetch_and_store(
	proforma: SmartBillProforma, account: SmartBillAccount, client: Client
) -> SmartBillProforma:
	"""The proforma with its PDF, or with the reason why it has none yet. Never raises: it is issued all the same."""
	try:
		return _fetch_and_store(proforma, account, client)
	except Exception:
		return claim.reloaded(proforma.name, FAILURE)


def _fetch_and_store(
	proforma: SmartBillProforma, account: SmartBillAccount, client: Client
) -> SmartBillProforma:
	outcome = client.proforma_pdf(proforma.series, proforma.number)
	if not isinstance(outcome, bytes):
		reason = (
			outcome.text
			if isinstance(outcome, Answer)
			else _("SmartBill was asked, but {0}.").format(_(explain_failure(outcome)))
		)
		return claim.note_pdf_error(proforma.name, proforma.quotation, reason)
	try:
		return claim.attach_pdf(proforma.name, proforma.quotation, lambda doc: _store(doc, outcome))
	except Exception:
		# a full disk or a limit on attachments: the proforma exists all the same
		claim.reloaded(proforma.name, FAILURE)
		return claim.note_pdf_error(
			proforma.name, proforma.quotation, _("The PDF could not be stored; see the Error Log.")
		)


def _store(proforma: SmartBillProforma, content: bytes) -> str:
	"""One file on the disk, attached twice; returns its address."""
	name = re.sub(r"[^A-Za-z0-9]+", "-", f"proforma {proforma.series} {proforma.number}").strip("-")
	places = (("Quotation", proforma.quotation, "smartbill_pdf"), (proforma.doctype, proforma.name, "pdf"))
	for doctype, document, field in places:
		# Frappe stores equal bytes once. A second record made from the address instead would have its bytes read
		# as text and written again.
		stored = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{name}.pdf",
				"attached_to_doctype": doctype,
				"attached_to_name": document,
				"attached_to_field": field,
				"is_private": 1,
				"content": content,
			}
		).insert(ignore_permissions=True)
	return stored.file_url
