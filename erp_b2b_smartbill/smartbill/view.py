"""A proforma as people and programs see it: over REST, and on the Quotation's form.

An allow-list: SmartBill's public link to the document is a secret and is not among it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from frappe import _

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill import states

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_proforma.smartbill_proforma import SmartBillProforma


def proforma_view(doc: SmartBillProforma) -> dict[str, Any]:
	"""Amounts are in `currency`, as on the Quotation. `status` may be ahead of what is stored: a claim whose worker
	is lost reads Unknown before anybody has written that down."""
	status = states.shown_status(doc.status, doc.claimed_at, doc.sent_at, clock.now())
	has_number = bool(doc.number)
	return {
		"name": doc.name,
		"quotation": doc.quotation,
		"status": status,
		"settled": status in (*states.SETTLED, states.REJECTED),
		"message": _message(status, doc),
		"smartbill_document_id": int(doc.document_id) if doc.document_id else None,
		"series": doc.series if has_number else None,
		"number": doc.number or None,
		"issue_date": str(doc.issue_date) if has_number else None,
		"due_date": str(doc.due_date) if has_number else None,
		"currency": doc.currency,
		"net_total": doc.net_total,
		"vat_total": doc.vat_total,
		"grand_total": doc.grand_total,
		"pdf_url": doc.pdf or None,
		"pdf_error": doc.pdf_error or None,
		"document_url": doc.document_url or None,
		"notices": (doc.notices or "").splitlines(),
	}


def _message(status: str, doc: SmartBillProforma) -> str:
	if status == states.ISSUED:
		return _("Proforma {0} is issued.").format(doc.full_number)
	if status == states.UNKNOWN:
		return _(
			"Outcome unknown: SmartBill may have created it. It is not sent again until that is settled."
		)
	if status == states.SENDING:
		return _("The proforma is being issued.")
	if status == states.QUEUED:
		return (
			_("The proforma was not sent: {0}").format(doc.error)
			if doc.error
			else _("The proforma waits to be sent.")
		)
	if status == states.REJECTED:
		return _("No proforma was created: {0}").format(doc.error or "")
	return _(status, context=doc.doctype)
