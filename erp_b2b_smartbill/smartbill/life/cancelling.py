"""Cancelling a proforma in SmartBill, and restoring it. Both may be repeated there: SmartBill answers the second time
that it is done already. A draft, which has no number, can only be given up here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit.managers import notify_managers
from erp_b2b_smartbill.exceptions import AppError, Conflict, SmartBillRefused, SmartBillUnreachable
from erp_b2b_smartbill.smartbill import claim, states
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.hints import explain_failure
from erp_b2b_smartbill.smartbill.kinds import INVOICE
from erp_b2b_smartbill.smartbill.life import following, reaching
from erp_b2b_smartbill.smartbill.verdict import NoAnswer, block_seconds

OUTCOME_UNKNOWN = "outcome_unknown"


def cancel(doc: Any, reason: str) -> Any:
	"""The proforma, cancelled in SmartBill. One that SmartBill has no more is cancelled here.

	Raises Conflict when it has an invoice, SmartBillRefused, SmartBillUnreachable (which says whether the outcome is
	known) and what reaching.py raises.
	"""
	reason = reaching.required_reason(reason)
	account = reaching.account_to_change(doc.account)
	_refuse_invoice_in_the_air(doc)
	# the list of invoices, the cancellation, and its repetition
	client = reaching.client_of(account, doc.name, calls=3)
	listed = reaching.invoices_listed(account, client.invoices_of_proforma(doc.series, doc.number))
	if listed is None:
		return _cancel_missing(doc, reason)
	if listed:
		following.record(doc, listed)
		named = ", ".join(f"{series} {number}" for series, number in listed)
		raise Conflict(
			_("The proforma has been invoiced in SmartBill: {0}. It cannot be cancelled any more.").format(
				named
			),
			code="invoiced",
		)
	_done(account, lambda: client.cancel_proforma(doc.series, doc.number))
	values = {"status": states.CANCELLED, "cancelled_at": clock.now()}
	try:
		return claim.change(
			doc.doctype,
			doc.name,
			audit.PROFORMA_CANCELLED,
			values,
			allowed=(states.ISSUED,),
			reason=reason,
			also=_refuse_invoice_in_the_air,
		)
	except Conflict:
		if (stored := frappe.get_doc(doc.doctype, doc.name)).status == states.CANCELLED:
			return stored
		# It is being invoiced at this moment: the proforma must not stay cancelled under its invoice.
		_put_back(doc, client.restore_proforma(doc.series, doc.number))
		raise


def restore(doc: Any, reason: str) -> Any:
	"""The proforma, valid again in SmartBill and the Quotation's live one. Raises as `cancel`; Conflict when the
	Quotation is cancelled or has another live proforma."""
	account = reaching.account_to_change(doc.account)
	if frappe.db.get_value("Quotation", doc.quotation, "docstatus") != 1:
		raise Conflict(_("The Quotation is cancelled."), code="cancelled")
	live = claim.current(doc.quotation)
	if live and live.name != doc.name and live.status not in states.NOT_LIVE:
		raise Conflict(
			_("The Quotation has another proforma, {0}.").format(live.full_number or live.name),
			code="already_issued",
		)
	client = reaching.client_of(account, doc.name, calls=2)
	asked_before = doc.restore_asked_at
	try:
		# from here on SmartBill may have it valid again: nothing else is issued until that is known
		_note_restore(doc, clock.now())
	except Conflict:
		if (stored := frappe.get_doc(doc.doctype, doc.name)).status == states.ISSUED:
			return stored
		raise
	try:
		_done(account, lambda: client.restore_proforma(doc.series, doc.number))
	except SmartBillRefused:
		_note_restore(doc, None)
		raise
	except AppError as error:
		if error.code != OUTCOME_UNKNOWN:
			_note_restore(doc, asked_before)
		raise
	values = {"status": states.ISSUED, "cancelled_at": None, "restore_asked_at": None}
	try:
		return claim.change(
			doc.doctype,
			doc.name,
			audit.PROFORMA_RESTORED,
			values,
			allowed=(states.CANCELLED,),
			reason=" ".join(str(reason or "").split()) or None,
		)
	except Conflict:
		if (stored := frappe.get_doc(doc.doctype, doc.name)).status == states.ISSUED:
			return stored
		# Another proforma was issued at this moment: two valid ones of one offer is what must not be.
		if _put_back(doc, client.cancel_proforma(doc.series, doc.number)):
			_note_restore(doc, None)
		raise


def _note_restore(doc: Any, asked_at: Any) -> None:
	values = {"restore_asked_at": asked_at}
	claim.change(doc.doctype, doc.name, None, values, allowed=(states.CANCELLED,))


def discard(doc: Any, reason: str) -> Any:
	"""A draft is given up here. SmartBill's API cannot reach a draft: deleting it there is the person's job."""
	reason = reaching.required_reason(reason)
	text = _("The draft was given up here. SmartBill still has it: delete it there.")
	values = {"status": states.CANCELLED, "cancelled_at": clock.now(), "error": text}
	return claim.change(
		doc.doctype, doc.name, audit.PROFORMA_DISCARDED, values, allowed=(states.DRAFT,), reason=reason
	)


def _done(account: Any, call: Callable[[], Answer | NoAnswer]) -> None:
	"""Make an idempotent change, and once more when its answer was lost."""
	answer = call()
	if _is_lost(answer):
		first, answer = answer, call()
		if _is_lost(answer) or isinstance(answer, NoAnswer) or block_seconds(answer):
			raise _unknown(first)
	answer = reaching.answered(account, answer)
	if answer.error_text or answer.status != 200:
		raise reaching.refused(answer)


def _is_lost(answer: Answer | NoAnswer) -> bool:
	if isinstance(answer, NoAnswer):
		return answer.sent
	return not block_seconds(answer) and not reaching.is_clear(answer)


def _unknown(answer: Answer | NoAnswer) -> SmartBillUnreachable:
	why = _(explain_failure(answer)) if isinstance(answer, NoAnswer) else answer.text
	return SmartBillUnreachable(
		_(
			"SmartBill was asked twice and gave no clear answer ({0}): it is not known whether it was done. "
			"Doing it again is safe."
		).format(why),
		code=OUTCOME_UNKNOWN,
		retry_after=30,
	)


def _put_back(doc: Any, answer: Answer | NoAnswer) -> bool:
	"""Whether what was just done in SmartBill was undone there; if not, somebody must know."""
	if isinstance(answer, Answer) and answer.status == 200 and not answer.error_text:
		return True
	notify_managers(
		doc,
		_("SmartBill and ERPNext may differ about {0}: compare its status in SmartBill.").format(
			doc.full_number
		),
	)
	return False


def _cancel_missing(doc: Any, reason: str) -> Any:
	now = clock.now()
	return claim.change(
		doc.doctype,
		doc.name,
		audit.PROFORMA_CANCELLED,
		{
			"status": states.CANCELLED,
			"cancelled_at": now,
			"missing_since": doc.missing_since or now,
			"error": _("SmartBill has no such proforma any more; somebody deleted it there."),
		},
		allowed=(states.ISSUED,),
		reason=reason,
		also=_refuse_invoice_in_the_air,
	)


def _refuse_invoice_in_the_air(doc: Any) -> None:
	unsettled = frappe.db.get_value(
		INVOICE.doctype, {"proforma": doc.name, "status": ["in", states.HOLDS_SERIES]}, "name"
	)
	if unsettled:
		text = _("An invoice of this proforma is being issued, or its outcome is unknown: {0}.").format(
			unsettled
		)
		problem = {"field": "", "message": text, "doctype": INVOICE.doctype, "name": unsettled}
		raise Conflict(text, code="invoice_unsettled", problems=[problem])
