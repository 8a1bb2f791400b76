"""Settles a document whose outcome is unknown: by looking at SmartBill, or by what a person decides.

Nothing here creates a document. A look is one to a few reading calls; what it saw is kept as evidence on the document.
The decision itself is reconcile.py's. Source: docs/smartbill-api.md 5.3.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import format_datetime, get_datetime

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.exceptions import Conflict, SmartBillRateLimited, SmartBillUnreachable, invalid
from erp_b2b_smartbill.smartbill import accounts, claim, numbers, pdf, states
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS, Client, find_series
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.hints import explain_block, explain_failure
from erp_b2b_smartbill.smartbill.kinds import INVOICE, KINDS, Kind
from erp_b2b_smartbill.smartbill.reconcile import (
	MAX_NUMBERS,
	SECOND_LOOK_AFTER,
	SETTLING,
	Conclusion,
	Look,
	Seen,
	Sight,
	Step,
	carries,
	conclude,
	conclude_from_invoices,
	is_readable,
	number_forms,
	references_in,
)
from erp_b2b_smartbill.smartbill.verdict import NoAnswer, as_number, block_seconds

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount


@dataclass
class _View:
	"""What one look gathered beside the Look itself."""

	look: Look
	pdfs: dict[str, bytes] = field(default_factory=dict)
	# the proforma's invoices that this site does not know: number -> series
	invoices: dict[str, str] = field(default_factory=dict)


def look(doc: Any, *, lane: Lane = Lane.BULK) -> Any:
	"""Look once after a document of unknown outcome, when it is time; returns it as it is stored afterwards.

	Too early, blocked or not reachable: it stays as it is, with the time of the next look.
	"""
	doc = claim.write_off(doc)
	if doc.status != states.UNKNOWN:
		return doc
	now = clock.now()
	account = frappe.get_doc("SmartBill Account", doc.account)
	if (ready_at := settled_at(doc, account)) > now:
		return claim.note_look(claim.claim_of(doc), doc.evidence, ready_at, False, None)
	if doc.is_draft:
		text = _("SmartBill was asked for a draft; whether it has one can only be seen there.")
		return claim.note_look(claim.claim_of(doc), doc.evidence, None, True, text)
	if not account.has_allowed_url():
		return doc
	if seconds := accounts.seconds_blocked(account):
		return claim.note_look(
			claim.claim_of(doc), doc.evidence, now + timedelta(seconds=seconds), bool(doc.needs_person), None
		)

	kind = KINDS[doc.doctype]
	deadline = time.monotonic() + CLICK_SECONDS if lane is Lane.CLICK else None
	# nothing may be held open on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	# a look is several calls, and half a look proves nothing
	gate = accounts.AccountGate(account.name, lane, accounts.LONG_PATIENCE_S[lane])
	client = accounts.connect(account, kind.proforma_of(doc), gate=gate, deadline=deadline)
	view = _see_invoices(doc, client) if kind is INVOICE else _see_numbers(doc, client)
	first = _first_look(doc)
	conclusion = (
		conclude_from_invoices(view.invoices, first, view.look)
		if kind is INVOICE
		else conclude(doc.expected_number or None, first, view.look)
	)
	return _apply(doc, client, view, first, conclusion)


def settled_at(doc: Any, account: SmartBillAccount) -> datetime:
	"""Before this moment SmartBill may still be working on the request, and a look proves nothing."""
	since = get_datetime(doc.sent_at or doc.claimed_at)
	return since + max(SETTLING, timedelta(seconds=2 * (account.read_timeout or 0)))


def _see_numbers(doc: Any, client: Client) -> _View:
	"""The counter, and every number since the expected one that is not another document of this site."""
	now = clock.now()
	expected = doc.expected_number
	answer = client.series(KINDS[doc.doctype].series_type)
	row = (
		find_series(answer, doc.series, KINDS[doc.doctype].series_type)
		if isinstance(answer, Answer)
		else None
	)
	counter = as_number(row.get("nextNumber")) if row else None
	if counter is None or not expected:
		return _View(Look(now, counter or 0, complete=counter is not None))
	width = numbers.usual_width(doc.doctype, doc.account, doc.series)
	known = numbers.known_numbers(doc.doctype, doc.account, doc.series, expected, counter)
	wanted = [number for number in range(expected, max(counter, expected + 1)) if number not in known]
	view = _View(Look(now, counter))
	seen: list[Seen] = []
	for number in wanted[:MAX_NUMBERS]:
		found = _see(doc, client, number, width, view.pdfs)
		if found is None:
			view.look = replace(view.look, complete=False)
			break
		seen.append(found)
	view.look = replace(view.look, seen=tuple(seen))
	return view


def _see(doc: Any, client: Client, number: int, width: int | None, pdfs: dict[str, bytes]) -> Seen | None:
	"""What stands under a number; None when SmartBill could not be asked."""
	for text in number_forms(number, width):
		exists = _exists(client, doc.series, text)
		if exists is None:
			return None
		if exists:
			outcome = client.proforma_pdf(doc.series, text)
			if isinstance(outcome, NoAnswer) or (isinstance(outcome, Answer) and outcome.status >= 500):
				return None
			if isinstance(outcome, Answer):
				return Seen(number, text, Sight.UNREADABLE)
			pdfs[text] = outcome
			return Seen(number, text, _read(outcome, doc.reference))
	return Seen(number, str(number), Sight.ABSENT)


def _exists(client: Client, series: str, number: str) -> bool | None:
	answer = client.invoices_of_proforma(series, number)
	if isinstance(answer, NoAnswer) or answer.status >= 500 or block_seconds(answer):
		return None
	if not answer.is_json_object or answer.status in (401, 403):
		return None
	# "not invoiced" comes as a 200 with a text; only 410 and 400 mean that there is no such document
	return answer.status == 200


def _read(content: bytes, reference: str) -> Sight:
	text = pdf.text_of(content)
	if carries(text, reference):
		return Sight.OURS
	return Sight.OTHER if is_readable(text) else Sight.UNREADABLE


def _see_invoices(doc: Any, client: Client) -> _View:
	"""The invoices that SmartBill has made from the proforma and that this site does not know."""
	now = clock.now()
	proforma = frappe.db.get_value("SmartBill Proforma", doc.proforma, ["series", "number"], as_dict=True)
	answer = client.invoices_of_proforma(proforma.series, proforma.number)
	if isinstance(answer, NoAnswer) or answer.status != 200 or not answer.is_json_object:
		return _View(Look(now, 0, complete=False))
	listed = invoices_in(answer)
	known = {
		(row.series, row.number)
		for row in frappe.get_all(
			"SmartBill Invoice",
			{"account": doc.account, "number": ["in", [number for _series, number in listed] or [""]]},
			["series", "number"],
		)
	}
	new = {number: series for series, number in listed if (series, number) not in known}
	return _View(Look(now, len(listed)), invoices=new)


def invoices_in(answer: Answer) -> list[tuple[str, str]]:
	"""(series, number) of the invoices in an answer of `invoices_of_proforma`; drafts have no number and do not count."""
	rows = answer.body.get("invoices")
	found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
	return [
		(str(row.get("series") or ""), str(row["number"]))
		for row in found
		if str(row.get("number") or "").strip()
	]


def _apply(doc: Any, client: Client, view: _View, first: Look | None, conclusion: Conclusion) -> Any:
	claimed, events = claim.claim_of(doc), KINDS[doc.doctype].events
	look_now = view.look
	if conclusion.step is Step.ADOPT:
		doc = claim.settle(
			claimed,
			states.ISSUED,
			events.adopted,
			note=_("Found in SmartBill by its reference."),
			series=view.invoices.get(conclusion.number, doc.series),
			number=conclusion.number,
			answered_at=clock.now(),
			verdict="adopted",
			evidence=_evidence(first, look_now),
		)
		if doc.status != states.ISSUED:
			return doc
		content = view.pdfs.get(conclusion.number)
		return pdf.store(doc, content) if content else pdf.fetch_and_store(doc, client)
	if conclusion.step is Step.ABSENT:
		return claim.settle(
			claimed,
			states.REJECTED,
			events.absent,
			reason=_("SmartBill did not create it: it was looked for twice. It may be issued again."),
			verdict="absent",
			evidence=_evidence(first, look_now),
			verify_from=_to_verify(doc, look_now.counter),
		)
	if conclusion.step is Step.PERSON:
		files = {number: _keep_pdf(doc, number, content) for number, content in view.pdfs.items()}
		text = _(conclusion.template).format(*conclusion.args)
		return claim.note_look(
			claimed, _evidence(first, look_now, files, conclusion.number), None, True, text
		)
	if look_now.complete and (first is None or first.counter != look_now.counter):
		first = look_now
	next_look = look_now.at + SECOND_LOOK_AFTER
	return claim.note_look(claimed, _evidence(first, look_now), next_look, bool(doc.needs_person), None)


def _keep_pdf(doc: Any, number: str, content: bytes) -> str:
	"""The PDF that a person should look at, on the document; stored once."""
	name = f"evidence-{number}-{doc.name}.pdf"
	stored = frappe.db.get_value(
		"File",
		{"attached_to_doctype": doc.doctype, "attached_to_name": doc.name, "file_name": name},
		"file_url",
	)
	return stored or pdf.attach(doc.doctype, doc.name, None, name, content)


def _evidence(first: Look | None, last: Look, files: dict[str, str] | None = None, number: str = "") -> str:
	"""JSON for people and for the next look."""
	return json.dumps(
		{
			"first": _look_as_dict(first) if first else None,
			"last": _look_as_dict(last),
			"pdfs": files or {},
			"number": number or None,
		},
		ensure_ascii=False,
		indent=1,
	)


def _look_as_dict(seen: Look) -> dict[str, Any]:
	return {
		"at": seen.at.isoformat(sep=" "),
		"counter": seen.counter,
		"complete": seen.complete,
		"seen": [{"number": one.text, "sight": one.sight.value} for one in seen.seen],
	}


def _first_look(doc: Any) -> Look | None:
	stored = json.loads(doc.evidence or "{}").get("first")
	return Look(get_datetime(stored["at"]), stored["counter"]) if stored else None


def _to_verify(doc: Any, counter: int) -> int:
	"""From which number on the next attempt has to look first, should the document be made even later. An invoice needs
	none: before every attempt SmartBill is asked for the proforma's invoices."""
	return 0 if doc.doctype == INVOICE.doctype else counter


def _last_counter(doc: Any) -> int:
	"""The next number of the series when it was last looked at; 0 when it never was."""
	return (json.loads(doc.evidence or "{}").get("last") or {}).get("counter") or 0


# what a person decides


def adopt(doc: Any, number: str, note: str, series: str | None = None) -> Any:
	"""A person says: this number is our document. SmartBill must have it, and nobody else may.

	Raises Conflict, NotReady (nothing such in SmartBill, or it names another offer), SmartBillUnreachable.
	"""
	doc = _require_undecided(doc, note)
	kind = KINDS[doc.doctype]
	if as_number(number) is None:
		raise invalid("number", _("Give the number as it stands on the document, e.g. 0042."))
	series = (series or doc.series).strip()
	client = _client_for_person(doc, kind)
	text = _number_in_smartbill(doc, kind, client, series, number.strip())
	# before anything is settled: what was seen of SmartBill stays the evidence
	claim.require_free_number(doc, series, text)
	content = kind.fetch_pdf(client, series, text)
	if isinstance(content, bytes):
		_refuse_foreign_reference(doc, pdf.text_of(content), text)
	doc = claim.settle(
		claim.claim_of(doc),
		states.ISSUED,
		kind.events.adopted,
		note=note,
		series=series,
		number=text,
		answered_at=clock.now(),
		verdict="adopted by a person",
	)
	if doc.status != states.ISSUED:
		raise Conflict(doc.error or _("The document was changed in the meantime."), code="number_taken")
	return pdf.store(doc, content) if isinstance(content, bytes) else doc


def confirm_absent(doc: Any, note: str) -> Any:
	"""A person says: SmartBill has no such document. It may then be issued again, as another attempt."""
	doc = _require_undecided(doc, note)
	account = frappe.get_doc("SmartBill Account", doc.account)
	ready_at = settled_at(doc, account)
	if ready_at > clock.now():
		raise Conflict(
			_("SmartBill may still be working on it: decide after {0}.").format(format_datetime(ready_at)),
			code="too_early",
		)
	events = KINDS[doc.doctype].events
	return claim.settle(
		claim.claim_of(doc),
		states.REJECTED,
		events.absent,
		reason=_("A person confirmed that SmartBill has no such document. It may be issued again."),
		note=note,
		verdict="absent by a person",
		# the numbers that the person was shown are decided
		verify_from=_to_verify(doc, _last_counter(doc)),
	)


def _require_undecided(doc: Any, note: str) -> Any:
	doc = claim.write_off(doc)
	if doc.status != states.UNKNOWN:
		raise Conflict(
			_("{0} is {1}: there is nothing to decide.").format(doc.name, _(doc.status, context=doc.doctype)),
			code="not_unknown",
		)
	if len((note or "").strip()) < 3:
		raise invalid("note", _("Say in a few words how you know: it is kept for the audit."))
	return doc


def _client_for_person(doc: Any, kind: Kind) -> Client:
	account = frappe.get_doc("SmartBill Account", doc.account)
	if seconds := accounts.seconds_blocked(account):
		raise SmartBillRateLimited(explain_block(seconds), retry_after=seconds)
	# nothing may be held open on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	gate = accounts.AccountGate(account.name, Lane.CLICK, accounts.LONG_PATIENCE_S[Lane.CLICK])
	return accounts.connect(
		account, kind.proforma_of(doc), gate=gate, deadline=time.monotonic() + CLICK_SECONDS
	)


def _number_in_smartbill(doc: Any, kind: Kind, client: Client, series: str, number: str) -> str:
	"""The number as SmartBill writes it. Raises NotReady when SmartBill has no such document."""
	if kind is INVOICE:
		proforma = frappe.db.get_value("SmartBill Proforma", doc.proforma, ["series", "number"], as_dict=True)
		answer = _answered(client.invoices_of_proforma(proforma.series, proforma.number))
		for listed_series, listed in invoices_in(answer):
			if listed_series == series and as_number(listed) == as_number(number):
				return listed
		raise invalid(
			"number", _("SmartBill lists no invoice {0} {1} of this proforma.").format(series, number)
		)
	return number_in_smartbill(client, series, number)


def number_in_smartbill(client: Client, series: str, number: str) -> str:
	"""The number of a proforma as SmartBill writes it ("0042" for "42"). Raises NotReady when it has none such,
	SmartBillUnreachable when it cannot be asked."""
	value = as_number(number)
	forms = [number, *(number_forms(value, 4) if value is not None else [])]
	for text in dict.fromkeys(forms):
		answer = _answered(client.invoices_of_proforma(series, text))
		if answer.status == 200:
			return text
	raise invalid("number", _("SmartBill has no proforma {0} {1}.").format(series, number))


def _answered(answer: Answer | NoAnswer) -> Answer:
	if isinstance(answer, NoAnswer):
		raise SmartBillUnreachable(
			_("SmartBill cannot be reached: {0}. Nothing was changed.").format(_(explain_failure(answer))),
			retry_after=answer.retry_after or 60,
		)
	if answer.status >= 500 or not answer.is_json_object or answer.status in (401, 403, 429):
		raise SmartBillUnreachable(
			_("SmartBill cannot be asked now: {0}. Nothing was changed.").format(answer.text), retry_after=60
		)
	return answer


def _refuse_foreign_reference(doc: Any, text: str, number: str) -> None:
	named = references_in(text)
	own = "".join((doc.reference or "").removeprefix("Ref.").split())
	if named and own not in named:
		raise invalid(
			"number", _("The document {0} refers to {1}, not to this offer.").format(number, named[0])
		)
