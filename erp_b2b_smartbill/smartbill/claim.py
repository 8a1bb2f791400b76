"""The one writer of SmartBill Proforma: who may send, what was sent, and how it ended.

A Quotation has at most one live proforma. Two things hold that: the lock on the Quotation's row, under which every
step below reads and writes, and the unique `live_key`, which holds even where a lock does not reach. Every step is
one short transaction that begins fresh (a plain read in an older one would see the past) and is committed before
anybody goes on the network. A step after the claim names its attempt: a late writer finds another one and changes
nothing.

Lock order, everywhere: Quotation, then SmartBill Proforma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.exceptions import Conflict
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.smartbill.mapping import Finding, Mapped
from erp_b2b_smartbill.smartbill.payload import fingerprint, freeze

if TYPE_CHECKING:
	from frappe.model.document import Document

	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount
	from erp_b2b_smartbill.doctype.smartbill_proforma.smartbill_proforma import SmartBillProforma


SETTLE_TRIES = 3


@dataclass(frozen=True)
class Claim:
	"""The right to send one proforma once, and the exact text to send."""

	proforma: str
	attempt: int
	quotation: str
	frozen_payload: str
	# of the Quotation the payload was made from; None where nothing is to be sent any more
	quotation_modified: str | None = None


def current(quotation: str) -> SmartBillProforma | None:
	"""The Quotation's proforma: the live one, or a rejected one that may be sent again."""
	name = frappe.db.get_value(
		"SmartBill Proforma", {"quotation": quotation, "status": ["!=", states.CANCELLED]}, "name"
	)
	return frappe.get_doc("SmartBill Proforma", name) if name else None


def reference_for(quotation: str) -> str:
	"""The text on the document by which it is recognised, e.g. `Ref. SAL-QTN-2026-00017/1`. It stays the same when
	an attempt that created nothing is repeated; a proforma after a cancelled one gets the next number."""
	cancelled = frappe.db.count("SmartBill Proforma", {"quotation": quotation, "status": states.CANCELLED})
	return f"Ref. {quotation}/{cancelled + 1}"


def take(
	quotation: Document, account: SmartBillAccount, mapped: Mapped, reference: str
) -> tuple[SmartBillProforma, Claim | None]:
	"""Claim the Quotation for one attempt. The claim is None when somebody else has it, or it is settled already.

	Raises Conflict when the Quotation changed after it was mapped.
	"""
	_begin()
	try:
		locked = frappe.db.get_value(
			"Quotation", quotation.name, ["docstatus", "modified"], for_update=True, as_dict=True
		)
		if locked.docstatus != 1 or str(locked.modified) != str(quotation.modified):
			raise Conflict(_("The Quotation was changed in the meantime; open it again."), code="changed")
		# A plain read: it is the first after the Quotation's lock, so it sees what is committed, and a locking read
		# of a row that is not there would keep others from adding theirs.
		existing = frappe.db.get_value(
			"SmartBill Proforma",
			{"quotation": quotation.name, "status": ["!=", states.CANCELLED]},
			"name",
		)
		doc = _load(existing) if existing else frappe.new_doc("SmartBill Proforma")
		if existing and states.next_step(doc.status, doc.claimed_at, doc.sent_at, clock.now()) != "send":
			frappe.db.rollback()
			return doc, None
		_fill(doc, quotation, account, mapped, reference)
		_save(doc)
	except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
		# somebody else's claim came first: show theirs
		frappe.db.rollback()
		frappe.clear_messages()
		if theirs := current(quotation.name):
			return theirs, None
		raise
	except Exception:
		frappe.db.rollback()
		raise
	audit.record(audit.PROFORMA_CLAIMED, doc, after={"quotation": doc.quotation, "attempt": doc.attempt})
	_project(doc)
	_end()
	return doc, Claim(doc.name, doc.attempt, doc.quotation, doc.payload, str(quotation.modified))


def mark_sent(claim: Claim, expected_number: int) -> bool:
	"""The last step before the network: from here on a lost worker means Unknown. False when the claim was lost to
	another attempt; nothing may be sent then. Raises Conflict when the Quotation changed since it was mapped."""
	doc = _locked(claim)
	if doc is None or doc.status != states.SENDING:
		frappe.db.rollback()
		return False
	now = frappe.db.get_value("Quotation", claim.quotation, ["docstatus", "modified"], as_dict=True)
	if now is None or now.docstatus != 1 or str(now.modified) != claim.quotation_modified:
		reason = _("The Quotation was changed in the meantime; open it again.")
		settle(claim, states.REJECTED, audit.PROFORMA_REJECTED, reason=reason)
		raise Conflict(reason, code="changed")
	doc.sent_at = clock.now()
	doc.expected_number = expected_number
	_save(doc)
	_end()
	return True


def settle(
	claim: Claim, status: str, event: str, *, reason: str | None = None, **values: Any
) -> SmartBillProforma:
	"""Write down how the attempt ended, on the proforma, on the Quotation and in the audit trail.

	A later attempt's state is never touched: then only the event tells what came too late. An answer of SmartBill
	exists once, so a busy database is asked again.
	"""
	for more_tries in range(SETTLE_TRIES - 1, -1, -1):
		try:
			return _settle_once(claim, status, event, reason, values)
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.UniqueValidationError):
			# unique: another proforma took the number at this moment; the next look finds it
			frappe.db.rollback()
			frappe.clear_messages()
			if not more_tries:
				raise


def _settle_once(
	claim: Claim, status: str, event: str, reason: str | None, values: dict[str, Any]
) -> SmartBillProforma:
	doc = _locked(claim)
	outcome = {"status": status, **values}
	if doc is None or doc.status not in (states.SENDING, states.UNKNOWN):
		doc = _load(claim.proforma)
		audit.record(audit.PROFORMA_LATE_ANSWER, doc, after=outcome, reason=reason)
		_end()
		return doc
	if double := _holder_of(doc, values):
		# SmartBill gave a number that we know as another Quotation's: which of the two is true, a person must see
		event, status = audit.PROFORMA_UNKNOWN, states.UNKNOWN
		reason = _("SmartBill answered with the number {0}, which {1} already has.").format(
			values["number"], double
		)
		outcome = {"status": status, **{key: values[key] for key in ("answered_at", "verdict")}}
	before = {"status": doc.status}
	doc.update(outcome)
	if status == states.ISSUED:
		doc.error = None
		doc.notices = "\n".join(filter(None, (doc.notices, reason)))
	else:
		doc.error = reason
	if status == states.QUEUED:
		doc.sent_at = None
	_save(doc)
	audit.record(event, doc, before=before, after=outcome, reason=reason)
	_project(doc)
	_end()
	return doc


def _holder_of(doc: SmartBillProforma, values: dict[str, Any]) -> str | None:
	"""The other proforma that already has the number of this answer."""
	if not values.get("number"):
		return None
	key = states.document_key(doc.account, values["series"], values["number"])
	# by the unique key and without a lock: a locking search would wait for proformas of others that are settling
	return frappe.db.get_value("SmartBill Proforma", {"document_key": key, "name": ["!=", doc.name]}, "name")


def reloaded(proforma: str, failure: str) -> SmartBillProforma:
	"""After an error that must not hide what is known: log it masked, and return the proforma as it is stored."""
	frappe.db.rollback()
	frappe.clear_messages()
	log_masked_error(failure)
	return frappe.get_doc("SmartBill Proforma", proforma)


def write_off(proforma: SmartBillProforma) -> SmartBillProforma:
	"""A claim whose worker is lost after sending becomes Unknown for everybody to see."""
	claim = Claim(proforma.name, proforma.attempt, proforma.quotation, proforma.payload)
	return settle(
		claim,
		states.UNKNOWN,
		audit.PROFORMA_UNKNOWN,
		reason=_("The program that sent it did not come back with an answer."),
	)


def attach_pdf(proforma: str, quotation: str, store: Any) -> SmartBillProforma:
	"""Run `store(doc)`, which returns the file's address, unless the PDF is stored already."""
	doc = _lock(quotation, proforma)
	if not doc.pdf:
		doc.pdf = store(doc)
		doc.pdf_error = None
		_save(doc)
		audit.record(audit.PDF_STORED, doc, after={"pdf": doc.pdf})
		_project(doc)
	_end()
	return doc


def note_pdf_error(proforma: str, quotation: str, text: str) -> SmartBillProforma:
	doc = _lock(quotation, proforma)
	if not doc.pdf:
		doc.pdf_error = text
		_save(doc)
	_end()
	return doc


def _fill(
	doc: SmartBillProforma, quotation: Document, account: SmartBillAccount, mapped: Mapped, reference: str
) -> None:
	frozen = freeze(mapped.payload)
	prediction, comparison = mapped.prediction, mapped.comparison
	doc.update(
		{
			"quotation": quotation.name,
			"company": quotation.company,
			"customer": quotation.party_name,
			"account": account.name,
			"status": states.SENDING,
			"attempt": (doc.attempt or 0) + 1,
			"reference": reference,
			"series": account.proforma_series,
			"payload": frozen,
			"payload_hash": fingerprint(frozen),
			"issue_date": mapped.payload["issueDate"],
			"due_date": mapped.payload["dueDate"],
			"currency": quotation.currency,
			"net_total": quotation.net_total,
			"vat_total": quotation.total_taxes_and_charges,
			"grand_total": quotation.grand_total,
			"predicted_net_total": float(prediction.by_row.net),
			"predicted_vat_by_row": float(prediction.by_row.vat),
			"predicted_vat_by_rate": float(prediction.by_rate.vat),
			"predicted_total_by_row": float(prediction.by_row.total),
			"predicted_total_by_rate": float(prediction.by_rate.total),
			"difference": float(comparison.difference),
			"notices": "\n".join(map(describe, mapped.notices)),
			"requested_by": frappe.session.user,
			"claimed_at": clock.now(),
			"sent_at": None,
			"answered_at": None,
			"expected_number": None,
			"verdict": None,
			"error": None,
		}
	)


def describe(finding: Finding) -> str:
	"""A finding as a sentence in the reader's language."""
	return _(finding.template).format(*finding.args)


def _locked(claim: Claim) -> SmartBillProforma | None:
	"""The claimed proforma under lock in a fresh transaction; None when another attempt has taken over."""
	doc = _lock(claim.quotation, claim.proforma)
	return doc if doc.attempt == claim.attempt else None


def _lock(quotation: str, proforma: str) -> SmartBillProforma:
	_begin()
	frappe.db.get_value("Quotation", quotation, "name", for_update=True)
	return _load(proforma)


def _load(name: str) -> SmartBillProforma:
	return frappe.get_doc("SmartBill Proforma", name, for_update=True)


def _save(doc: SmartBillProforma) -> None:
	doc.flags.written_by_claim = True
	# what SmartBill answered must be stored whatever became of the records it belongs to
	doc.flags.ignore_links = not doc.is_new()
	doc.save(ignore_permissions=True)


def _project(doc: SmartBillProforma) -> None:
	"""Show the proforma on its Quotation. `modified` stays: whoever has the Quotation open may still save it, and
	overrides/quotation.py keeps these fields from being written back."""
	frappe.db.set_value(
		"Quotation",
		doc.quotation,
		{
			"smartbill_proforma": doc.name,
			"smartbill_status": doc.status,
			"smartbill_number": doc.full_number,
			"smartbill_pdf": doc.pdf,
		},
		update_modified=False,
	)


def _begin() -> None:
	# a fresh snapshot, and nothing of the caller's held while others wait
	frappe.db.commit()  # nosemgrep: frappe-manual-commit


def _end() -> None:
	# others must see this step before anything goes on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
