"""The one writer of SmartBill Proforma and SmartBill Invoice: who may send, what was sent, and how it ended.

A Quotation has at most one live proforma, a proforma one live invoice, a series one document in the air. Two things
hold that: the lock on the source's row, under which every step below reads and writes, and the unique keys, which
hold even where a lock does not reach. Every step is one short transaction that begins fresh (a plain read in an older
one would see the past) and is committed before anybody goes on the network. A step after the claim names its attempt:
a late writer finds another one and changes nothing.

Lock order, everywhere: Quotation, SmartBill Proforma, SmartBill Invoice, SmartBill Account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.audit.managers import notify_managers
from erp_b2b_smartbill.exceptions import Conflict, SeriesBusy, SeriesUnsettled
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.smartbill.kinds import INVOICE, KINDS, PROFORMA, Kind

if TYPE_CHECKING:
	from frappe.model.document import Document

	from erp_b2b_smartbill.doctype.smartbill_document import SmartBillDocument
	from erp_b2b_smartbill.doctype.smartbill_proforma.smartbill_proforma import SmartBillProforma


SETTLE_TRIES = 3
# about as long as SmartBill takes for one document
SERIES_BUSY_S = 2


@dataclass(frozen=True)
class Claim:
	"""The right to send one document once, and the exact text to send."""

	kind: Kind
	name: str
	attempt: int
	quotation: str
	source: str
	payload: str
	# of the Quotation that the payload was made from; None where nothing is to be sent any more
	source_modified: str | None = None
	# an earlier attempt was answered by a block: the numbers from here on are to be looked at first
	verify_from: int = 0
	# in which series; the account may send in another one by now
	verify_series: str = ""


def claim_of(doc: SmartBillDocument) -> Claim:
	"""The claim of a document as it is stored, for settling it; not for sending."""
	kind = KINDS[doc.doctype]
	return Claim(kind, doc.name, doc.attempt, doc.quotation, kind.source_of(doc), doc.payload)


def current(quotation: str) -> SmartBillProforma | None:
	"""The Quotation's proforma: the live one, or a rejected one that may be sent again."""
	return current_of(PROFORMA, quotation)


def shown(quotation: str) -> SmartBillProforma | None:
	"""What the Quotation shows: its current proforma, else the last cancelled one."""
	if found := current(quotation):
		return found
	name = frappe.db.get_value(PROFORMA.doctype, {"quotation": quotation}, "name", order_by="creation desc")
	return frappe.get_doc(PROFORMA.doctype, name) if name else None


def current_of(kind: Kind, source: str) -> Any:
	"""The live document made from `source`, or a rejected one that may be sent again; None when there is none."""
	name = _existing(kind, source)
	return frappe.get_doc(kind.doctype, name) if name else None


def _existing(kind: Kind, source: str) -> str | None:
	filters: dict[str, Any] = {kind.source_field: source, "status": ["!=", states.CANCELLED]}
	if kind is INVOICE:
		filters["origin"] = "Issued here"
	return frappe.db.get_value(kind.doctype, filters, "name", order_by="creation desc")


def reference_for(quotation: str) -> str:
	"""The text on the document by which it is recognised, e.g. `Ref. SAL-QTN-2026-00017/1`. It stays the same when
	an attempt that created nothing is repeated; a proforma after a cancelled one gets the next number."""
	cancelled = frappe.db.count("SmartBill Proforma", {"quotation": quotation, "status": states.CANCELLED})
	return f"Ref. {quotation}/{cancelled + 1}"


def take(
	kind: Kind, quotation: str, source: str, source_modified: str | None, values: dict[str, Any]
) -> tuple[Any, Claim | None]:
	"""Claim the source for one attempt. The claim is None when somebody else has it, or it is settled already.

	`values` are the document's fields, payload included. Raises Conflict when the source changed after it was mapped,
	SeriesBusy and SeriesUnsettled while another document of the series is in the air or unknown.
	"""
	_begin()
	try:
		_lock_source(kind, quotation, source, source_modified)
		# Plain reads: they are the first after the source's lock, so they see what is committed, and a locking read
		# of a row that is not there would keep others from adding theirs.
		existing = _existing(kind, source)
		doc = _load(kind, existing) if existing else frappe.new_doc(kind.doctype)
		if existing and _step(doc) != "send":
			frappe.db.rollback()
			return doc, None
		if not values["is_draft"]:
			_require_free_series(kind, values["account"], values["series"], doc.name)
		if kind is PROFORMA:
			_refuse_unsettled_restore(quotation)
		verify_from = doc.verify_from or 0
		verify_series = (doc.verify_series or doc.series or "") if verify_from else ""
		doc.update(values)
		doc.verify_series = verify_series
		doc.update(
			{
				"status": states.SENDING,
				"attempt": (doc.attempt or 0) + 1,
				"requested_by": frappe.session.user,
				"claimed_at": clock.now(),
				"sent_at": None,
				"answered_at": None,
				"expected_number": None,
				"verdict": None,
				"error": None,
				"evidence": None,
				"needs_person": 0,
				"next_look_at": None,
			}
		)
		_save(doc)
	except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
		# somebody else's claim came first: show theirs
		frappe.db.rollback()
		frappe.clear_messages()
		theirs = current_of(kind, source)
		if theirs and theirs.status not in states.NOT_LIVE:
			return theirs, None
		raise _series_busy(values["series"]) from None
	except Exception:
		frappe.db.rollback()
		raise
	audit.record(kind.events.claimed, doc, after={"quotation": doc.quotation, "attempt": doc.attempt})
	_project(doc)
	_end()
	return doc, Claim(
		kind,
		doc.name,
		doc.attempt,
		quotation,
		source,
		doc.payload,
		source_modified,
		verify_from,
		verify_series,
	)


def _refuse_unsettled_restore(quotation: str) -> None:
	"""A cancelled proforma that SmartBill may have restored: another one beside it would be the second valid one."""
	name = frappe.db.get_value(
		PROFORMA.doctype,
		{"quotation": quotation, "status": states.CANCELLED, "restore_asked_at": ["is", "set"]},
		["name", "full_number"],
	)
	if name:
		text = _(
			"It is not known whether SmartBill restored {0}: restore it again, and cancel it then if it is not wanted."
		).format(name[1] or name[0])
		problem = {"field": "", "message": text, "doctype": PROFORMA.doctype, "name": name[0]}
		raise Conflict(text, code="restore_unsettled", problems=[problem])


def require_free_series(claim: Claim, series: str) -> None:
	"""Raises SeriesBusy, SeriesUnsettled while another document holds that series."""
	_require_free_series(
		claim.kind, frappe.db.get_value(claim.kind.doctype, claim.name, "account"), series, claim.name
	)


def unsettled_in_series(kind: Kind, account: str, series: str, source: str) -> SeriesUnsettled | None:
	"""What keeps a document of `source` from being issued in the series: another one whose outcome is unknown."""
	try:
		_require_free_series(kind, account, series, _existing(kind, source))
	except SeriesUnsettled as held:
		return held
	except SeriesBusy:
		# one in the air lets go of the series in a moment
		pass
	return None


def _require_free_series(kind: Kind, account: str, series: str, own_name: str | None) -> None:
	holder = frappe.db.get_value(
		kind.doctype,
		{"series_key": states.series_key(account, series), "name": ["!=", own_name or ""]},
		["name", "status", "quotation", "claimed_at", "sent_at"],
		as_dict=True,
	)
	if not holder:
		return
	step = states.next_step(holder.status, holder.claimed_at, holder.sent_at, clock.now())
	if holder.status == states.UNKNOWN or step == "lost":
		text = _(
			"The outcome of {0} is unknown: until it is settled, nothing else is issued in the series {1}."
		)
		text = text.format(holder.name, series)
		problem = {"field": "", "message": text, "doctype": kind.doctype, "name": holder.name}
		raise SeriesUnsettled(text, problems=[problem])
	raise _series_busy(series)


def _series_busy(series: str) -> SeriesBusy:
	return SeriesBusy(
		_("Another document of the series {0} is being issued; try again in a moment.").format(series),
		retry_after=SERIES_BUSY_S,
	)


def free_series_of_the_lost(kind: Kind, account: str, series: str) -> None:
	"""Write down what became of a document whose worker is lost, if it is the one that holds the series."""
	name = frappe.db.get_value(kind.doctype, {"series_key": states.series_key(account, series)})
	if name:
		write_off(frappe.get_doc(kind.doctype, name))


def mark_sent(claim: Claim, expected_number: int | None) -> bool:
	"""The last step before the network: from here on a lost worker means Unknown. False when the claim was lost to
	another attempt; nothing may be sent then. Raises Conflict when the source changed since it was mapped."""
	_begin()
	try:
		_lock_source(claim.kind, claim.quotation, claim.source, claim.source_modified)
	except Conflict as changed:
		frappe.db.rollback()
		settle(claim, states.REJECTED, claim.kind.events.rejected, reason=changed.message)
		raise
	doc = _load(claim.kind, claim.name)
	if doc.attempt != claim.attempt or doc.status != states.SENDING:
		frappe.db.rollback()
		return False
	# no field of its keys changes, and this is the step that everybody waits for
	# a draft expects no number, and the column takes no NULL
	sent = {"sent_at": clock.now(), "expected_number": expected_number or 0}
	frappe.db.set_value(doc.doctype, doc.name, sent)
	_end()
	return True


def settle(
	claim: Claim,
	status: str,
	event: str,
	*,
	reason: str | None = None,
	note: str | None = None,
	while_it_is: states.Step | None = None,
	**values: Any,
) -> Any:
	"""Write down how the attempt ended, on the document, on the Quotation and in the audit trail.

	A later attempt's state is never touched by an earlier one, but a number that SmartBill tells late is kept, whatever
	became of its attempt (see `_settle_late`). An answer of SmartBill exists once, so a busy database is asked again.
	`reason` is shown on the document, `note` goes to the event only. With `while_it_is` nothing is written when the
	stored state calls for another step by now: whoever decided had no lock.
	"""
	for more_tries in range(SETTLE_TRIES - 1, -1, -1):
		try:
			return _settle_once(claim, status, event, reason, note, while_it_is, values)
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.UniqueValidationError):
			# unique: another document took the number at this moment; the next look finds it
			frappe.db.rollback()
			frappe.clear_messages()
			if not more_tries:
				raise


def _settle_once(
	claim: Claim,
	status: str,
	event: str,
	reason: str | None,
	note: str | None,
	while_it_is: states.Step | None,
	values: dict[str, Any],
) -> Any:
	doc = _lock(claim)
	outcome = {"status": status, **values}
	if while_it_is and not (doc.attempt == claim.attempt and _step(doc) == while_it_is):
		_end()
		return doc
	if values.get("number") and doc.status in states.SENDABLE and (other := _other_live(doc, claim.kind)):
		return _settle_beside(doc, other, claim, outcome, reason)
	if not _may_settle(doc, claim, values):
		return _settle_late(doc, claim, outcome, reason)
	if double := _holder_of(doc, values):
		# SmartBill gave a number that we know as another document's: which of the two is true, a person must see
		event, status = claim.kind.events.unknown, states.UNKNOWN
		reason = _("SmartBill answered with the number {0}, which {1} already has.").format(
			values["number"], double
		)
		outcome = {"status": status, "needs_person": 1, "next_look_at": None}
		outcome |= {key: values[key] for key in ("answered_at", "verdict", "evidence") if key in values}
	alarm = None
	if doc.number and status in (*states.SENDABLE, states.ISSUED):
		# an earlier attempt's number, told while this one was in the air
		if status != states.ISSUED:
			event, status = claim.kind.events.issued, states.ISSUED
			outcome = {"status": status}
		elif values["number"] != doc.number:
			alarm = _note_second(doc, claim.kind, doc.number, beside=values["number"])
	_write(doc, outcome, event, reason, note)
	_end()
	if alarm:
		notify_managers(doc, alarm)
	return doc


def _write(
	doc: Any, outcome: dict[str, Any], event: str, reason: str | None, note: str | None = None
) -> None:
	"""The outcome, on the locked document, in the audit trail and on the Quotation."""
	status = outcome["status"]
	before = {"status": doc.status}
	if "verify_from" in outcome:
		# of the series that this attempt was in
		doc.verify_series = None
	doc.update(outcome)
	if status in (states.ISSUED, states.DRAFT):
		doc.update({"error": None, "needs_person": 0, "next_look_at": None, "verify_from": 0})
		doc.notices = "\n".join(filter(None, (doc.notices, reason)))
	else:
		doc.error = reason
	if status == states.QUEUED:
		doc.sent_at = None
	if status != states.UNKNOWN:
		doc.needs_person, doc.next_look_at = 0, None
	_save(doc)
	audit.record(event, doc, before=before, after=outcome, reason=note or reason)
	_project(doc)


def _may_settle(doc: Any, claim: Claim, values: dict[str, Any]) -> bool:
	if doc.attempt != claim.attempt:
		return False
	if doc.status in states.HOLDS_SERIES:
		return True
	# it was taken for not created, and now SmartBill tells its number
	return bool(values.get("number")) and doc.status in states.SENDABLE


def _settle_late(doc: Any, claim: Claim, outcome: dict[str, Any], reason: str | None) -> Any:
	"""An answer that came when its attempt was over. A number in it is the document's when nothing else was sent since;
	it is kept while another attempt is in the air, whose end then decides; it is an alarm beside another number."""
	audit.record(claim.kind.events.late, doc, after=outcome, reason=reason)
	number, alarm = outcome.get("number"), None
	if number and number != doc.number:
		not_sent_again = doc.status == states.SENDING and not doc.sent_at
		if doc.status in states.SENDABLE or not_sent_again:
			_write(doc, outcome, claim.kind.events.issued, reason)
		elif doc.status in states.HOLDS_SERIES and not doc.number:
			doc.number = number
			_save(doc)
			_project(doc)
		else:
			alarm = _note_second(doc, claim.kind, number)
	_end()
	if alarm:
		notify_managers(doc, alarm)
	return doc


def _settle_beside(doc: Any, other: Any, claim: Claim, outcome: dict[str, Any], reason: str | None) -> Any:
	"""It was taken for not created, and another one has its place by now (linked by hand, say): an alarm on that one."""
	audit.record(claim.kind.events.late, doc, after=outcome, reason=reason)
	alarm = None
	if outcome["number"] != other.number:
		alarm = _note_second(other, claim.kind, outcome["number"])
	_end()
	if alarm:
		notify_managers(other, alarm)
	return doc


def _other_live(doc: Any, kind: Kind) -> Any:
	"""The live document of the same source beside this one, locked, or None."""
	name = frappe.db.get_value(
		kind.doctype, {"live_key": kind.source_of(doc), "name": ["!=", doc.name]}, "name"
	)
	return _load(kind, name) if name else None


def raise_alarm(claim: Claim, number: str, evidence: dict[str, Any] | None = None) -> Any:
	"""SmartBill holds a document of this source with `number`, beside the one that is known: say so on the document,
	once, and tell the managers. Nobody can prevent it (a commit long after every look); it must not stay unseen. When
	the source's document was taken for not created, this is it."""
	doc = _lock(claim)
	if doc.status in states.SENDABLE and (other := _other_live(doc, claim.kind)):
		doc = other
		if doc.number == number:
			_end()
			return doc
	elif doc.status in states.SENDABLE:
		_end()
		return settle(
			claim,
			states.ISSUED,
			claim.kind.events.adopted,
			note=_("Found in SmartBill by its reference."),
			series=doc.series,
			number=number,
			answered_at=clock.now(),
			verdict="adopted",
		)
	text = _note_second(doc, claim.kind, number, evidence=evidence)
	_end()
	if text:
		notify_managers(doc, text)
	return doc


def _note_second(
	doc: Any, kind: Kind, number: str, *, beside: str | None = None, evidence: dict[str, Any] | None = None
) -> str | None:
	"""The alarm, when it is new. `beside` is the document's own number where it is not stored yet."""
	text = _(
		"SmartBill has a second document of this offer: {0} {1} beside {2}. Cancel one of them there."
	).format(doc.series, number, beside or doc.number or "-")
	if text in (doc.notices or ""):
		return None
	doc.notices = "\n".join(filter(None, (doc.notices, text)))
	_save(doc)
	audit.record(kind.events.duplicate, doc, after={"number": number, **(evidence or {})}, reason=text)
	return text


def note_look(claim: Claim, evidence: str, next_look_at: Any, needs_person: bool, reason: str | None) -> Any:
	"""What a look at an unknown outcome has seen; it stays Unknown."""
	doc = _lock(claim)
	told = False
	if doc.attempt == claim.attempt and doc.status == states.UNKNOWN:
		told = needs_person and not doc.needs_person
		doc.update({"evidence": evidence, "next_look_at": next_look_at, "needs_person": int(needs_person)})
		if reason:
			doc.error = reason
		_save(doc)
		if told:
			audit.record(claim.kind.events.looked, doc, after={"evidence": evidence}, reason=reason)
		_project(doc)
	_end()
	if told:
		notify_managers(doc, reason or "")
	return doc


def change(
	doctype: str,
	name: str,
	event: str | None,
	values: dict[str, Any],
	*,
	allowed: tuple[str, ...],
	reason: str | None = None,
	also: Callable[[Any], None] | None = None,
) -> Any:
	"""Change a settled document under lock, with its Business Event (None: what changes is bookkeeping, or `also`
	records its own); `also(doc)` joins the same transaction, in which it may use `save`.

	Raises Conflict when its status is not one of `allowed` (any more), or its number is another document's. What it
	writes down was often done in SmartBill already, so a busy database is asked again.
	"""
	for more_tries in range(SETTLE_TRIES - 1, -1, -1):
		try:
			return _change_once(doctype, name, event, values, allowed, reason, also)
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
			if not more_tries:
				raise


def _change_once(
	doctype: str,
	name: str,
	event: str | None,
	values: dict[str, Any],
	allowed: tuple[str, ...],
	reason: str | None,
	also: Callable[[Any], None] | None,
) -> Any:
	kind = KINDS[doctype]
	quotation, source = frappe.db.get_value(doctype, name, ["quotation", kind.source_field])
	_begin()
	try:
		_lock_source(kind, quotation, source)
		doc = _load(kind, name)
		if doc.status not in allowed:
			raise Conflict(
				_("{0} is {1} in the meantime; open it again.").format(
					doc.name, _(doc.status, context=doctype)
				),
				code="changed",
			)
		before = {key: doc.get(key) for key in values}
		doc.update(values)
		_save(doc)
		if also:
			also(doc)
		if event:
			audit.record(event, doc, before=before, after=values, reason=reason)
		_project(doc)
	except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
		frappe.db.rollback()
		frappe.clear_messages()
		raise Conflict(
			_("{0} cannot be changed like that: another document has its place.").format(name),
			code="number_taken",
		) from None
	except Exception:
		frappe.db.rollback()
		raise
	_end()
	return doc


def adopt_by_hand(quotation: Document, values: dict[str, Any], event: str, reason: str | None = None) -> Any:
	"""A proforma that somebody issued in SmartBill becomes the Quotation's. `values` has account, series, number and
	amounts. Raises Conflict when the Quotation has a live one, or the number belongs to another."""
	_begin()
	try:
		_lock_source(PROFORMA, quotation.name, quotation.name)
		_refuse_unsettled_restore(quotation.name)
		doc = frappe.new_doc(PROFORMA.doctype)
		doc.update(
			{
				"quotation": quotation.name,
				"status": states.ISSUED,
				"origin": "Linked by hand",
				"requested_by": frappe.session.user,
				"claimed_at": clock.now(),
				**values,
			}
		)
		require_free_number(doc, values["series"], values["number"])
		_save(doc)
		audit.record(event, doc, after=values, reason=reason)
		_project(doc)
	except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
		frappe.db.rollback()
		frappe.clear_messages()
		raise Conflict(_("The Quotation has a proforma already."), code="already_issued") from None
	except Exception:
		frappe.db.rollback()
		raise
	_end()
	return doc


def remove_linked(name: str, event: str, reason: str) -> None:
	"""Forget a proforma that was linked by hand; the document in SmartBill stays as it is."""
	quotation = frappe.db.get_value(PROFORMA.doctype, name, "quotation")
	_begin()
	try:
		_lock_source(PROFORMA, quotation, quotation)
		doc = _load(PROFORMA, name)
		if doc.origin != "Linked by hand" or doc.status not in (states.ISSUED, states.CANCELLED):
			raise Conflict(_("{0} was not linked by hand.").format(name), code="not_linked")
		audit.record(event, doc, before={"series": doc.series, "number": doc.number}, reason=reason)
		_clear_projection(quotation)
		doc.flags.unlinking = True
		doc.delete(ignore_permissions=True, force=True)
	except Exception:
		frappe.db.rollback()
		raise
	_end()


def require_free_number(doc: Any, series: str, number: str) -> None:
	"""Raises Conflict when another document has the number."""
	if double := _holder_of(doc, {"series": series, "number": number}):
		raise Conflict(
			_("{0} {1} is linked to {2} already.").format(series, number, double), code="number_taken"
		)


def _holder_of(doc: Any, values: dict[str, Any]) -> str | None:
	"""The other document that already has the number of this answer."""
	if not values.get("number"):
		return None
	key = states.document_key(doc.account, values["series"], values["number"])
	# by the unique key and without a lock: a locking search would wait for documents of others that are settling
	return frappe.db.get_value(doc.doctype, {"document_key": key, "name": ["!=", doc.name or ""]}, "name")


def reloaded(doc: Any, failure: str) -> Any:
	"""After an error that must not hide what is known: log it masked, and return the document as it is stored."""
	frappe.db.rollback()
	frappe.clear_messages()
	log_masked_error(failure)
	return frappe.get_doc(doc.doctype, doc.name)


def write_off(doc: Any) -> Any:
	"""A claim whose worker is lost: Unknown when it was sent, for everybody to see; free again when it was not."""
	step = _step(doc)
	claim = claim_of(doc)
	if step == "lost":
		return settle(
			claim,
			states.UNKNOWN,
			claim.kind.events.unknown,
			while_it_is=step,
			reason=_("The program that sent it did not come back with an answer."),
			next_look_at=clock.now(),
		)
	if step == "send" and doc.status == states.SENDING:
		return settle(
			claim,
			states.QUEUED,
			claim.kind.events.not_sent,
			while_it_is=step,
			reason=_("The program that was to send it did not come back; nothing was sent."),
		)
	return doc


def _step(doc: Any) -> states.Step:
	return states.next_step(doc.status, doc.claimed_at, doc.sent_at, clock.now())


def release(claim: Claim) -> Any:
	"""After an unexpected error before the sending: the document waits to be sent again, and the series is free."""
	doc = frappe.get_doc(claim.kind.doctype, claim.name)
	if doc.attempt != claim.attempt or doc.status != states.SENDING or doc.sent_at:
		return doc
	return settle(
		claim,
		states.QUEUED,
		claim.kind.events.not_sent,
		reason=_("An unexpected error came first, see the Error Log; nothing was sent."),
	)


def attach_pdf(doc: Any, store: Callable[[Any], str], again: bool = False) -> Any:
	"""Run `store(doc)`, which returns the file's address, unless the PDF is stored already."""
	doc = _lock(claim_of(doc))
	if again or not doc.pdf:
		doc.pdf = store(doc)
		doc.pdf_error = None
		_save(doc)
		audit.record(audit.PDF_STORED, doc, after={"pdf": doc.pdf})
		_project(doc)
	_end()
	return doc


def note_pdf_error(doc: Any, text: str) -> Any:
	doc = _lock(claim_of(doc))
	if not doc.pdf:
		doc.pdf_error = text
		doc.pdf_tries = (doc.pdf_tries or 0) + 1
		_save(doc)
	_end()
	return doc


def _lock(claim: Claim) -> Any:
	"""The claimed document under lock in a fresh transaction."""
	_begin()
	_lock_source(claim.kind, claim.quotation, claim.source)
	return _load(claim.kind, claim.name)


def _lock_source(kind: Kind, quotation: str, source: str, modified: str | None = None) -> None:
	"""Lock what the document is made from. With `modified` it must still be as it was then: Conflict otherwise."""
	changed = Conflict(_("The Quotation was changed in the meantime; open it again."), code="changed")
	row = frappe.db.get_value(
		"Quotation", quotation, ["docstatus", "modified"], for_update=True, as_dict=True
	)
	if kind is INVOICE:
		proforma = frappe.db.get_value(PROFORMA.doctype, source, ["status"], for_update=True, as_dict=True)
		if modified is not None and (proforma is None or proforma.status != states.ISSUED):
			raise Conflict(_("The proforma was changed in the meantime; open it again."), code="changed")
	elif modified is not None and (row is None or row.docstatus != 1 or str(row.modified) != modified):
		raise changed


def _load(kind: Kind, name: str) -> Any:
	return frappe.get_doc(kind.doctype, name, for_update=True)


def save(doc: Any) -> None:
	"""Store a SmartBill document inside a transaction of `change`; nobody else writes one."""
	_save(doc)


def _save(doc: Any) -> None:
	doc.flags.written_by_claim = True
	# what SmartBill answered must be stored whatever became of the records it belongs to
	doc.flags.ignore_links = not doc.is_new()
	doc.save(ignore_permissions=True)


def _project(doc: Any) -> None:
	"""Show the proforma on its Quotation, an issued invoice on its proforma. `modified` stays: whoever has the
	Quotation open may still save it, and overrides/quotation.py keeps these fields from being written back."""
	if doc.doctype == INVOICE.doctype:
		proforma = _load(PROFORMA, doc.proforma)
		invoiced = doc.status == states.ISSUED
		if invoiced and proforma.status == states.ISSUED:
			proforma.status = states.INVOICED
			_save(proforma)
		elif (
			doc.status == states.CANCELLED
			and proforma.status == states.INVOICED
			and not frappe.db.exists(INVOICE.doctype, {"proforma": proforma.name, "status": states.ISSUED})
		):
			proforma.status = states.ISSUED
			_save(proforma)
		doc = proforma
	if doc.status in states.NOT_LIVE and (live := _other_live(doc, PROFORMA)):
		# what happens to a former one (its PDF comes late, say) does not hide the one that counts
		doc = live
	frappe.db.set_value(
		"Quotation",
		doc.quotation,
		{
			"smartbill_proforma": doc.name,
			"smartbill_status": doc.status,
			"smartbill_number": doc.full_number,
			"smartbill_pdf": doc.pdf,
			"smartbill_payment_status": doc.payment_status,
		},
		update_modified=False,
	)


def _clear_projection(quotation: str) -> None:
	frappe.db.set_value(
		"Quotation",
		quotation,
		{
			"smartbill_proforma": None,
			"smartbill_status": None,
			"smartbill_number": None,
			"smartbill_pdf": None,
			"smartbill_payment_status": None,
		},
		update_modified=False,
	)


def _begin() -> None:
	# a fresh snapshot, and nothing of the caller's held while others wait
	frappe.db.commit()  # nosemgrep: frappe-manual-commit


def _end() -> None:
	# others must see this step before anything goes on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
