"""A proforma as people and programs see it: over REST, and on the Quotation's form.

An allow-list: SmartBill's public link to the document is a secret and is not among it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill import actions, states

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_proforma.smartbill_proforma import SmartBillProforma


def proforma_view(doc: SmartBillProforma) -> dict[str, Any]:
	"""Amounts are in `currency`, as on the Quotation. `status` may be ahead of what is stored: a claim whose worker
	is lost reads Unknown before anybody has written that down."""
	status = states.shown_status(doc.status, doc.claimed_at, doc.sent_at, clock.now())
	has_number = bool(doc.number)
	possible = actions.possible(doc)
	return {
		"name": doc.name,
		"quotation": doc.quotation,
		"quotation_state": _quotation_state(doc.quotation),
		"status": status,
		"settled": status in (*states.SETTLED, states.REJECTED),
		"needs_person": bool(doc.needs_person),
		"message": _message(status, doc),
		"can": possible,
		"smartbill_document_id": int(doc.document_id) if doc.document_id else None,
		"series": doc.series if has_number else None,
		"number": doc.number or None,
		"is_draft": bool(doc.is_draft),
		"origin": doc.origin,
		"issue_date": _date(doc.issue_date) if has_number else None,
		"due_date": _date(doc.due_date) if has_number else None,
		"currency": doc.currency,
		"net_total": doc.net_total,
		"vat_total": doc.vat_total,
		"grand_total": doc.grand_total,
		"pdf_url": doc.pdf or None,
		"pdf_error": doc.pdf_error or None,
		"document_url": doc.document_url or None,
		"notices": (doc.notices or "").splitlines(),
		"cancelled_at": _date(doc.cancelled_at),
		"emailed_at": _date(doc.emailed_at),
		"next_look_at": _date(doc.next_look_at),
		"expected_number": doc.expected_number or None,
		"evidence": json.loads(doc.evidence) if doc.evidence and possible["settle"] is True else None,
		"payment_status": doc.payment_status or None,
		"invoiced_total": doc.invoiced_total,
		"paid_amount": doc.paid_amount,
		"followed_at": _date(doc.followed_at),
		"follow_error": doc.follow_error or None,
		"invoices": _invoices(doc.name),
	}


def _invoices(proforma: str) -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"SmartBill Invoice",
		{"proforma": proforma, "status": ["!=", states.REJECTED]},
		[
			"name",
			"series",
			"number",
			"status",
			"needs_person",
			"invoiced_total",
			"paid_amount",
			"pdf",
			"document_url",
			"error",
		],
		order_by="creation",
	)
	return [
		{
			"name": row.name,
			"series": row.series if row.number else None,
			"number": row.number or None,
			"status": row.status,
			"needs_person": bool(row.needs_person),
			"total": row.invoiced_total,
			"paid": row.paid_amount,
			"pdf_url": row.pdf or None,
			"document_url": row.document_url or None,
			"message": row.error or None,
		}
		for row in rows
	]


def _quotation_state(quotation: str) -> str:
	"""A proforma can outlive its Quotation, which was cancelled or replaced by an amended one."""
	if frappe.db.get_value("Quotation", quotation, "docstatus") != 2:
		return "submitted"
	return "amended" if frappe.db.exists("Quotation", {"amended_from": quotation}) else "cancelled"


def _date(value: Any) -> str | None:
	return str(value) if value else None


def _message(status: str, doc: SmartBillProforma) -> str:
	if status == states.ISSUED:
		return _("Proforma {0} is issued.").format(doc.full_number)
	if status == states.INVOICED:
		return _("Proforma {0} is invoiced.").format(doc.full_number)
	if status == states.CANCELLED and (doc.missing_since or not doc.number):
		return doc.error or ""
	if status == states.CANCELLED:
		return _("Proforma {0} is cancelled in SmartBill.").format(doc.full_number or doc.name)
	if status == states.DRAFT:
		return _("SmartBill has a draft without a number; finish or delete it there.")
	if status == states.UNKNOWN and doc.needs_person:
		return _("Outcome unknown, a person has to decide: {0}").format(doc.error or "")
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
