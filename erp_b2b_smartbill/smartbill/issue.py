"""Issuing a document in SmartBill: the order in which everything happens, for the proforma of a Quotation and for the
invoice from a proforma alike.

    look -> map -> ask the gate -> claim, committed -> read the series' counter -> mark as sent, committed
    -> POST once -> judge -> settle, committed -> PDF

Whatever dies on the way leaves a truthful row: before "sent" nothing left this machine and a later click sends;
after it the outcome is Unknown and nobody sends again by himself. Source: docs/smartbill-api.md 5.2.

To be called with nothing uncommitted: every step commits, so that neither a lock nor an old snapshot is held
while SmartBill answers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

import frappe
from frappe import _
from frappe.utils import fmt_money

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.exceptions import (
	AppError,
	Conflict,
	NotReady,
	Problem,
	SeriesBusy,
	SeriesUnsettled,
	SmartBillCredentialsRefused,
	SmartBillRateLimited,
	SmartBillRefused,
	SmartBillUnreachable,
)
from erp_b2b_smartbill.smartbill import accounts, claim, modes, numbers, pdf, states
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.claim import Claim
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS, NO_TIME_LEFT, Client, find_series, series_names
from erp_b2b_smartbill.smartbill.collect import read_account, read_offer
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.hints import explain_failure, hint_for
from erp_b2b_smartbill.smartbill.kinds import PROFORMA, Kind
from erp_b2b_smartbill.smartbill.mapping import Finding, map_offer
from erp_b2b_smartbill.smartbill.mapping.model import Amount
from erp_b2b_smartbill.smartbill.payload import fingerprint, freeze
from erp_b2b_smartbill.smartbill.verdict import (
	NoAnswer,
	Outcome,
	Verdict,
	as_number,
	block_seconds,
	judge_create,
)

if TYPE_CHECKING:
	from frappe.model.document import Document

	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount
	from erp_b2b_smartbill.smartbill.mapping import Mapped

# with less than this left nothing is sent: the answer would come too late for sure
MIN_CREATE_SECONDS = 20
MIN_PDF_SECONDS = 5
# for how long a person's click waits for the series, and how often it asks
SERIES_PATIENCE_S = 8.0
SERIES_POLL_S = 0.1
# A run waits longer than a person, but not longer than a claim is taken for alive: whoever was held up until then must
# not send what others have taken for lost.
BULK_SECONDS = 150


@dataclass(frozen=True)
class Result:
	"""`issued_now` tells a document that this call made from one that was there before."""

	document: Any
	issued_now: bool = False

	@property
	def proforma(self) -> Any:
		return self.document


@dataclass(frozen=True)
class Request:
	"""One document to be made: from what, for whom, and the fields that the claim stores (payload included)."""

	kind: Kind
	account: SmartBillAccount
	quotation: str
	source: str
	source_modified: str
	values: dict[str, Any]

	@property
	def series(self) -> str:
		return self.values["series"]

	@property
	def is_draft(self) -> bool:
		return bool(self.values["is_draft"])


def issue(
	quotation: Document, *, lane: Lane = Lane.CLICK, run: str | None = None, after: str | None = None
) -> Result:
	"""The Quotation's one proforma, issued now if there is none. The caller has checked the user's rights.

	`run` is the Issue Run that asks; `after` the proforma that it issued last: while nothing else was sent in the
	series since, its number tells the next one and the counter is not read.
	The result may be unsettled (Sending, Unknown): then nobody knows yet whether SmartBill created it.
	Raises Conflict (not submitted, lost, not live), NotReady (all problems at once), SeriesBusy, SeriesUnsettled,
	SmartBillRefused, SmartBillCredentialsRefused, SmartBillUnreachable, SmartBillRateLimited: with each of them no
	proforma exists.
	"""
	deadline = time.monotonic() + (CLICK_SECONDS if lane is Lane.CLICK else BULK_SECONDS)
	existing = claim.current(quotation.name)
	if existing:
		existing = claim.write_off(existing)
		if states.next_step(existing.status, existing.claimed_at, existing.sent_at, clock.now()) != "send":
			return Result(pdf.with_pdf(existing, lane, deadline))

	require_open(quotation)
	account = require_account(quotation.company)
	mapped, reference = map_quotation(quotation, account)
	request = Request(
		kind=PROFORMA,
		account=account,
		quotation=quotation.name,
		source=quotation.name,
		source_modified=str(quotation.modified),
		values={**_values(quotation, account, mapped, reference), "run": run},
	)
	return make(request, lane=lane, deadline=deadline, after=after)


def make(
	request: Request,
	*,
	lane: Lane,
	deadline: float,
	after: str | None = None,
	gate: accounts.AccountGate | None = None,
) -> Result:
	"""Claim, send once and settle one document. Nothing is sent after the deadline. Raises as `issue` does. `gate`: one
	that has reserved the calls."""
	kind, account = request.kind, request.account
	reserved = gate is not None
	gate = gate or accounts.AccountGate(account.name, lane)
	calls = 1 if after or request.is_draft else 2
	if not reserved and (refused := gate.peek(calls)):
		_raise_gate(account, refused)

	document, claimed = _claim(request, lane)
	if claimed is None:
		return Result(document)
	try:
		client = accounts.connect(account, kind.proforma_of(document), gate=gate, deadline=deadline)
		expected = _prepare(request, claimed, client, gate, None if reserved else calls, after)
	except AppError:
		if told := _told_meanwhile(document):
			return Result(told)
		raise
	except Exception:
		# Nothing was sent: the series must not wait for the end of a claim that nobody works on.
		claim.reloaded(document, "A SmartBill document could not be sent")
		claim.release(claimed)
		raise
	if expected is None:
		# overtaken, or in doubt: the stored document tells
		return Result(frappe.get_doc(kind.doctype, document.name))

	outcome = kind.create(client, claimed.payload)
	verdict = judge_create(outcome, series=request.series, expected_number=expected, draft=request.is_draft)
	try:
		document = _settle(claimed, request, outcome, verdict)
	except AppError:
		if told := _told_meanwhile(document):
			return Result(told)
		raise
	except Exception:
		# The request has left: whatever failed here, nobody may be told that nothing was sent.
		return Result(claim.reloaded(document, "The outcome of a SmartBill document could not be stored"))
	if verdict.kind not in (Outcome.CREATED, Outcome.CREATED_DRAFT) or document.number != (
		outcome.number or None
	):
		return Result(document)
	if document.number and client.seconds_left() > MIN_PDF_SECONDS:
		document = pdf.fetch_and_store(document, client)
	return Result(document, issued_now=True)


def _told_meanwhile(document: Any) -> Any:
	"""The document, when an earlier attempt's number came while this one created nothing: then it is not true that
	nothing was created."""
	frappe.db.rollback()
	stored = frappe.get_doc(document.doctype, document.name)
	return stored if stored.status in states.IN_FORCE else None


def _prepare(
	request: Request,
	claimed: Claim,
	client: Client,
	gate: accounts.AccountGate,
	calls: int | None,
	after: str | None,
) -> int | None:
	"""All that stands between the claim and the sending: the number to expect (0 for a draft), or None when nothing may
	be sent. Raises when the claim is settled already as not sent. `calls` are still to be asked of the gate."""
	# for all calls at once, so that nothing is begun that would have to wait half-way
	if calls and (refused := gate.reserve(calls)):
		_not_sent(claimed, refused)
	expected = 0
	if not request.is_draft:
		expected = numbers.next_after(claimed, after)
		if expected is None:
			expected, to_verify = _read_counter(client, request, claimed)
			if claimed.verify_from and (unseen := numbers.unknown_between(claimed, to_verify)):
				_suspect(claimed, unseen)
				return None
	if client.seconds_left() < min(MIN_CREATE_SECONDS, request.account.read_timeout):
		_not_sent(claimed, NoAnswer(False, NO_TIME_LEFT))
	if not claim.mark_sent(claimed, expected):
		return None
	modes.note_sent(request.account.name, request.kind.series_type, request.series, expected)
	return expected


def _claim(request: Request, lane: Lane) -> tuple[Any, Claim | None]:
	arguments = (request.kind, request.quotation, request.source, request.source_modified, request.values)
	patience = SERIES_PATIENCE_S if lane is Lane.CLICK else 0
	first = True
	while True:
		try:
			return claim.take(*arguments)
		except (SeriesBusy, SeriesUnsettled) as held:
			if first:
				# perhaps only because a worker died there
				claim.free_series_of_the_lost(request.kind, request.account.name, request.series)
			elif isinstance(held, SeriesUnsettled) or patience <= 0:
				raise
			else:
				# between two documents of a bulk run the series is free for a moment, and a person goes first
				clock.pause(SERIES_POLL_S)
				patience -= SERIES_POLL_S
			first = False


def require_open(quotation: Document) -> None:
	if quotation.docstatus == 0:
		raise Conflict(_("Submit the Quotation first."), code="not_submitted")
	if quotation.docstatus == 2:
		raise Conflict(_("The Quotation is cancelled."), code="cancelled")
	if quotation.status == "Lost":
		raise Conflict(_("The Quotation is lost."), code="lost")


def require_account(company: str) -> SmartBillAccount:
	"""The company's account, ready to be written to. Raises NotReady, Conflict, SmartBillRateLimited."""
	account = accounts.account_of(company)
	if account is None:
		raise no_account(company)
	accounts.require_allowed_url(account)
	if refusal := modes.refusal(account):
		code = "paused" if account.paused else "not_live"
		raise Conflict(refusal, code=code, problems=[accounts.account_problem(account.name, "mode", refusal)])
	if seconds := accounts.seconds_blocked(account):
		_raise_rate_limited(seconds)
	return account


def no_account(company: str) -> NotReady:
	text = _("The company {0} has no SmartBill Account that is switched on.").format(company)
	return NotReady(text, problems=[{"field": "company", "message": text, "doctype": "SmartBill Account"}])


def map_quotation(quotation: Document, account: SmartBillAccount) -> tuple[Mapped, str]:
	"""The mapped Quotation and its reference; NotReady with all problems when it cannot be sent."""
	reference = claim.reference_for(quotation.name)
	mapped = map_offer(
		read_offer(quotation), read_account(account), today=clock.today_in_romania(), reference=reference
	)
	if mapped.problems:
		raise NotReady(
			_("The Quotation cannot be sent to SmartBill yet."),
			problems=[_problem(finding) for finding in mapped.problems],
		)
	return mapped, reference


def values_of(quotation: Document, account: SmartBillAccount) -> dict[str, Any]:
	"""What a proforma says of its Quotation, however it came to be: for whom it is, and ERPNext's totals."""
	is_customer = quotation.quotation_to == "Customer"
	return {
		"company": quotation.company,
		"party_type": quotation.quotation_to,
		"party": quotation.party_name,
		"customer": quotation.party_name if is_customer else None,
		"customer_name": quotation.customer_name,
		"account": account.name,
		"currency": quotation.currency,
		"net_total": quotation.net_total,
		"vat_total": quotation.total_taxes_and_charges,
		"grand_total": quotation.grand_total,
	}


def _values(quotation: Document, account: SmartBillAccount, mapped: Mapped, reference: str) -> dict[str, Any]:
	frozen = freeze(mapped.payload)
	prediction, comparison = mapped.prediction, mapped.comparison
	return {
		**values_of(quotation, account),
		"quotation": quotation.name,
		"is_draft": int(bool(mapped.payload.get("isDraft"))),
		"reference": reference,
		"series": mapped.payload["seriesName"],
		"payload": frozen,
		"payload_hash": fingerprint(frozen),
		"issue_date": mapped.payload["issueDate"],
		"due_date": mapped.payload["dueDate"],
		"predicted_net_total": float(prediction.by_row.net),
		"predicted_vat_by_row": float(prediction.by_row.vat),
		"predicted_vat_by_rate": float(prediction.by_rate.vat),
		"predicted_total_by_row": float(prediction.by_row.total),
		"predicted_total_by_rate": float(prediction.by_rate.total),
		"difference": float(comparison.difference),
		"notices": "\n".join(map(describe, mapped.notices)),
	}


def _read_counter(client: Client, request: Request, claimed: Claim) -> tuple[int, int]:
	"""The number that the series will give next; without it a lost answer could not be settled later. And the one of
	the series in which an earlier attempt is to be looked for."""
	account, kind = request.account, request.kind
	answer = client.series(kind.series_type)
	if isinstance(answer, NoAnswer):
		_not_sent(claimed, answer)
	if seconds := block_seconds(answer):
		_blocked(claimed, answer.text, seconds)
	if answer.error_text and answer.status in (401, 403):
		_refused_credentials(claimed, account, answer.text)
	if answer.error_text and answer.status < 500:
		_refused(claimed, account, answer.text)
	if answer.status != 200 or not answer.is_json_object:
		_not_sent(claimed, answer.text)

	series = find_series(answer, request.series, kind.series_type)
	if series is None:
		known = ", ".join(series_names(answer, kind.series_type)) or "-"
		text = _("SmartBill has no series {0} for this; it has: {1}.").format(request.series, known)
		claim.settle(claimed, states.REJECTED, kind.events.rejected, reason=text)
		raise NotReady(text, problems=[accounts.account_problem(account.name, kind.series_field, text)])
	expected = as_number(series.get("nextNumber"))
	if expected is None:
		_not_sent(claimed, _("it did not tell the next number of the series"))
	if claimed.verify_series in ("", request.series):
		return expected, expected
	earlier = find_series(answer, claimed.verify_series, kind.series_type)
	return expected, (as_number(earlier.get("nextNumber")) if earlier else None) or 0


def _suspect(claimed: Claim, unseen: list[int]) -> Any:
	"""An earlier attempt was answered by a block, and numbers were given since that nobody here knows: one of them may
	be this document. It is looked for before anything is sent again, in the series of then."""
	try:
		claim.require_free_series(claimed, claimed.verify_series)
	except AppError as held:
		# whose number is whose shows when that one is settled
		claim.settle(claimed, states.QUEUED, claimed.kind.events.not_sent, reason=held.message)
		raise
	return claim.settle(
		claimed,
		states.UNKNOWN,
		claimed.kind.events.unknown,
		reason=_("An earlier attempt may have been created under the number {0}.").format(unseen[0]),
		series=claimed.verify_series,
		expected_number=claimed.verify_from,
		sent_at=clock.now(),
		next_look_at=clock.now(),
	)


def _settle(claimed: Claim, request: Request, outcome: Answer | NoAnswer, verdict: Verdict) -> Any:
	"""Write the verdict down; raises where no document was created."""
	account, events = request.account, request.kind.events
	common: dict[str, Any] = {
		"answered_at": clock.now(),
		"verdict": f"{verdict.kind.value} ({verdict.row})",
	}
	if verdict.kind in (Outcome.CREATED, Outcome.CREATED_DRAFT):
		return claim.settle(
			claimed,
			states.DRAFT if verdict.kind is Outcome.CREATED_DRAFT else states.ISSUED,
			events.issued,
			reason=_("The number is not the expected one: something else was issued in this series.")
			if verdict.alarm
			else None,
			series=outcome.series or request.series,
			number=outcome.number or None,
			document_id=outcome.document_id,
			document_url=outcome.document_url if _is_web_address(outcome.document_url) else None,
			view_url=outcome.document_view_url,
			**common,
		)
	if verdict.kind is Outcome.NOT_CREATED:
		_not_sent(claimed, outcome, **common)
	if verdict.kind is Outcome.BLOCKED:
		# taken as not created; the next attempt looks at the numbers given since
		verify_from = frappe.db.get_value(claimed.kind.doctype, claimed.name, "expected_number")
		if claimed.verify_from and claimed.verify_series == request.series:
			verify_from = claimed.verify_from
		_blocked(claimed, verdict.text, verdict.retry_after, verify_from=verify_from, **common)
	if verdict.kind is Outcome.REFUSED_CONFIG:
		_refused_credentials(claimed, account, verdict.text, **common)
	if verdict.kind is Outcome.REFUSED:
		_refused(claimed, account, verdict.text, **common)
	reason = (
		_("SmartBill was asked, but {0}.").format(_(explain_failure(outcome)))
		if isinstance(outcome, NoAnswer)
		else _("SmartBill's answer is not clear: {0}").format(verdict.text)
	)
	return claim.settle(
		claimed, states.UNKNOWN, events.unknown, reason=reason, next_look_at=clock.now(), **common
	)


def _is_web_address(text: str) -> bool:
	return text.startswith(("https://", "http://"))


def _not_sent(claimed: Claim, why: NoAnswer | str, **values: Any) -> NoReturn:
	"""Nothing can have reached SmartBill: the document waits, and the same request may be sent again."""
	reason = _(explain_failure(why)) if isinstance(why, NoAnswer) else why
	claim.settle(claimed, states.QUEUED, claimed.kind.events.not_sent, reason=reason, **values)
	if isinstance(why, NoAnswer) and why.reason == accounts.GATE_CLOSED:
		_raise_pace(why.retry_after)
	raise SmartBillUnreachable(
		_("SmartBill cannot be reached: {0}. Nothing was sent; try again later.").format(reason),
		retry_after=60,
	)


def _blocked(claimed: Claim, text: str, seconds: int, **values: Any) -> NoReturn:
	claim.settle(claimed, states.QUEUED, claimed.kind.events.not_sent, reason=text, **values)
	_raise_rate_limited(seconds)


def _raise_gate(account: SmartBillAccount, refused: NoAnswer) -> NoReturn:
	account.reload()
	if seconds := accounts.seconds_blocked(account):
		_raise_rate_limited(seconds)
	_raise_pace(refused.retry_after)


def _raise_rate_limited(seconds: int) -> NoReturn:
	raise SmartBillRateLimited(
		_("SmartBill accepts no more calls for {0} minutes. Nothing was created.").format(-(-seconds // 60)),
		retry_after=seconds,
	)


def _raise_pace(seconds: int | None) -> NoReturn:
	raise SmartBillRateLimited(
		_(
			"Too many calls to SmartBill at the moment. Nothing was sent; it is possible again in {0} seconds."
		).format(seconds or 1),
		code="too_many_calls",
		retry_after=seconds or 1,
	)


def _refused_credentials(claimed: Claim, account: SmartBillAccount, text: str, **values: Any) -> NoReturn:
	claim.settle(claimed, states.REJECTED, claimed.kind.events.rejected, reason=text, **values)
	accounts.pause(account.name, text)
	raise SmartBillCredentialsRefused(
		_("SmartBill does not accept the account {0}: {1}").format(account.name, text),
		problems=_hints(text, account),
	)


def _refused(claimed: Claim, account: SmartBillAccount, text: str, **values: Any) -> NoReturn:
	claim.settle(claimed, states.REJECTED, claimed.kind.events.rejected, reason=text, **values)
	raise SmartBillRefused(text, problems=_hints(text, account))


def _hints(text: str, account: SmartBillAccount) -> list[Problem]:
	hint = hint_for(text)
	if hint is None:
		return []
	if hint.field == "account":
		return [accounts.account_problem(account.name, "smartbill_account", _(hint.advice))]
	return [{"field": hint.field, "message": _(hint.advice)}]


def describe(finding: Finding) -> str:
	"""A finding as a sentence in the reader's language, with numbers as he writes them."""
	return _(finding.template).format(*map(_shown, finding.args))


def _shown(argument: str) -> str:
	if not isinstance(argument, Amount):
		return argument
	return fmt_money(Decimal(argument), precision=len(argument.partition(".")[2]))


def _problem(finding: Finding) -> Problem:
	problem = {"field": finding.field, "message": describe(finding)}
	if finding.doctype:
		problem |= {"doctype": finding.doctype, "name": finding.name}
	return problem
