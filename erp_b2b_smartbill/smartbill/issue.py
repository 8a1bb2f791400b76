"""Issuing the proforma of a Quotation: the order in which everything happens.

    look -> map -> claim, committed -> read the series' counter -> mark as sent, committed -> POST once -> judge
    -> settle, committed -> PDF

Whatever dies on the way leaves a truthful row: before "sent" nothing left this machine and a later click sends;
after it the outcome is Unknown and nobody sends again by himself. Source: docs/smartbill-api.md 5.2.

To be called with nothing uncommitted: every step commits, so that neither a lock nor an old snapshot is held
while SmartBill answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.exceptions import (
	AppError,
	Conflict,
	NotReady,
	Problem,
	SmartBillCredentialsRefused,
	SmartBillRateLimited,
	SmartBillRefused,
	SmartBillUnreachable,
)
from erp_b2b_smartbill.smartbill import accounts, claim, modes, pdf, states
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.claim import Claim
from erp_b2b_smartbill.smartbill.client import Client, find_series, series_names
from erp_b2b_smartbill.smartbill.collect import read_account, read_offer
from erp_b2b_smartbill.smartbill.hints import explain_failure, hint_for
from erp_b2b_smartbill.smartbill.mapping import Finding, map_offer
from erp_b2b_smartbill.smartbill.verdict import (
	Kind,
	NoAnswer,
	Verdict,
	as_number,
	block_seconds,
	judge_create,
)

if TYPE_CHECKING:
	from frappe.model.document import Document

	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount
	from erp_b2b_smartbill.doctype.smartbill_proforma.smartbill_proforma import SmartBillProforma
	from erp_b2b_smartbill.smartbill.mapping import Mapped


@dataclass(frozen=True)
class Result:
	"""`issued_now` tells a proforma that this call made from one that was there before."""

	proforma: SmartBillProforma
	issued_now: bool = False


def issue(quotation: Document) -> Result:
	"""The Quotation's one proforma, issued now if there is none. The caller has checked the user's rights.

	The result may be unsettled (Sending, Unknown): then nobody knows yet whether SmartBill created it.
	Raises Conflict (not submitted, lost), NotReady (all problems at once), SmartBillRefused,
	SmartBillCredentialsRefused, SmartBillUnreachable, SmartBillRateLimited: with each of them no proforma exists.
	"""
	existing = claim.current(quotation.name)
	if existing:
		step = states.next_step(existing.status, existing.claimed_at, existing.sent_at, clock.now())
		if step == "lost":
			return Result(claim.write_off(existing))
		if step == "show":
			return Result(_with_pdf(existing))

	_require_open(quotation)
	account = _require_account(quotation)
	mapped, reference = _map(quotation, account)
	proforma, claimed = claim.take(quotation, account, mapped, reference)
	if claimed is None:
		return Result(proforma)

	client = accounts.connect(account, proforma.name)
	expected = _read_counter(client, account, claimed)
	if not claim.mark_sent(claimed, expected):
		return Result(frappe.get_doc("SmartBill Proforma", proforma.name))

	outcome = client.create_proforma(claimed.frozen_payload)
	verdict = judge_create(outcome, series=account.proforma_series, expected_number=expected)
	try:
		proforma = _settle(claimed, account, outcome, verdict)
	except AppError:
		raise
	except Exception:
		# The request has left: whatever failed here, nobody may be told that nothing was sent.
		return Result(claim.reloaded(proforma.name, "The outcome of a proforma could not be stored"))
	if verdict.kind is not Kind.CREATED or proforma.number != outcome.number:
		return Result(proforma)
	return Result(pdf.fetch_and_store(proforma, account, client), issued_now=True)


def _with_pdf(proforma: SmartBillProforma) -> SmartBillProforma:
	"""Pressing again also repairs a PDF that could not be had before."""
	if proforma.pdf or not proforma.number:
		return proforma
	account = accounts.account_of(proforma.company)
	if account is None or account.name != proforma.account or not account.has_allowed_url():
		return proforma
	if accounts.seconds_blocked(account):
		return proforma
	# nothing may be held open on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	client = accounts.connect(account, proforma.name)
	return pdf.fetch_and_store(proforma, account, client)


def _require_open(quotation: Document) -> None:
	if quotation.docstatus == 0:
		raise Conflict(_("Submit the Quotation first."), code="not_submitted")
	if quotation.docstatus == 2:
		raise Conflict(_("The Quotation is cancelled."), code="cancelled")
	if quotation.status == "Lost":
		raise Conflict(_("The Quotation is lost."), code="lost")


def _require_account(quotation: Document) -> SmartBillAccount:
	account = accounts.account_of(quotation.company)
	if account is None:
		text = _("The company {0} has no SmartBill Account that is switched on.").format(quotation.company)
		raise NotReady(text, problems=[{"field": "company", "message": text, "doctype": "SmartBill Account"}])
	if not account.has_allowed_url():
		text = _("The address in the SmartBill Account {0} is not allowed on this site.").format(account.name)
		raise NotReady(text, problems=[_account_problem(account.name, "api_url", text)])
	if refusal := modes.refusal(account):
		raise Conflict(refusal, code="not_live")
	if seconds := accounts.seconds_blocked(account):
		_raise_rate_limited(seconds)
	return account


def _map(quotation: Document, account: SmartBillAccount) -> tuple[Mapped, str]:
	reference = claim.reference_for(quotation.name)
	mapped = map_offer(
		read_offer(quotation), read_account(account), today=clock.today_in_romania(), reference=reference
	)
	if mapped.problems:
		raise NotReady(
			_("The Quotation cannot be sent to SmartBill yet."),
			problems=[_problem(p) for p in mapped.problems],
		)
	return mapped, reference


def _read_counter(client: Client, account: SmartBillAccount, claimed: Claim) -> int:
	"""The number that the series will give next; without it a lost answer could not be settled later."""
	answer = client.series()
	if isinstance(answer, NoAnswer):
		_not_sent(claimed, _(explain_failure(answer)))
	if seconds := block_seconds(answer):
		_blocked(claimed, account, answer.text, seconds)
	if answer.error_text and answer.status in (401, 403):
		_refused_credentials(claimed, account, answer.text)
	if answer.error_text and answer.status < 500:
		_refused(claimed, account, answer.text)
	if answer.status != 200 or not answer.is_json_object:
		_not_sent(claimed, answer.text)

	series = find_series(answer, account.proforma_series)
	if series is None:
		known = ", ".join(series_names(answer)) or "-"
		text = _("SmartBill has no proforma series {0}; it has: {1}.").format(account.proforma_series, known)
		claim.settle(claimed, states.REJECTED, audit.PROFORMA_REJECTED, reason=text)
		raise NotReady(text, problems=[_account_problem(account.name, "proforma_series", text)])
	expected = as_number(series.get("nextNumber"))
	if expected is None:
		_not_sent(claimed, _("it did not tell the next number of the series"))
	return expected


def _settle(
	claimed: Claim, account: SmartBillAccount, outcome: Answer | NoAnswer, verdict: Verdict
) -> SmartBillProforma:
	"""Write the verdict down; raises where no proforma was created."""
	common: dict[str, Any] = {
		"answered_at": clock.now(),
		"verdict": f"{verdict.kind.value} ({verdict.row})",
	}
	if verdict.kind is Kind.CREATED:
		return claim.settle(
			claimed,
			states.ISSUED,
			audit.PROFORMA_ISSUED,
			reason=_("The number is not the expected one: something else was issued in this series.")
			if verdict.alarm
			else None,
			series=outcome.series or account.proforma_series,
			number=outcome.number,
			document_id=outcome.document_id,
			document_url=outcome.document_url if _is_web_address(outcome.document_url) else None,
			view_url=outcome.document_view_url,
			**common,
		)
	if verdict.kind is Kind.NOT_CREATED:
		_not_sent(claimed, _(explain_failure(outcome)), **common)
	if verdict.kind is Kind.BLOCKED:
		_blocked(claimed, account, verdict.text, verdict.retry_after, **common)
	if verdict.kind is Kind.REFUSED_CONFIG:
		_refused_credentials(claimed, account, verdict.text, **common)
	if verdict.kind is Kind.REFUSED:
		_refused(claimed, account, verdict.text, **common)
	# UNKNOWN, and whatever else a create of a final document should never come to
	reason = (
		_("SmartBill was asked, but {0}.").format(_(explain_failure(outcome)))
		if isinstance(outcome, NoAnswer)
		else _("SmartBill's answer is not clear: {0}").format(verdict.text)
	)
	return claim.settle(claimed, states.UNKNOWN, audit.PROFORMA_UNKNOWN, reason=reason, **common)


def _is_web_address(text: str) -> bool:
	return text.startswith(("https://", "http://"))


def _not_sent(claimed: Claim, reason: str, **values: Any) -> NoReturn:
	claim.settle(claimed, states.QUEUED, audit.PROFORMA_NOT_SENT, reason=reason, **values)
	raise SmartBillUnreachable(
		_("SmartBill cannot be reached: {0}. Nothing was sent; try again later.").format(reason),
		retry_after=60,
	)


def _blocked(claimed: Claim, account: SmartBillAccount, text: str, seconds: int, **values: Any) -> NoReturn:
	claim.settle(claimed, states.QUEUED, audit.PROFORMA_NOT_SENT, reason=text, **values)
	_raise_rate_limited(seconds)


def _raise_rate_limited(seconds: int) -> NoReturn:
	raise SmartBillRateLimited(
		_("SmartBill accepts no more calls for {0} minutes. Nothing was created.").format(-(-seconds // 60)),
		retry_after=seconds,
	)


def _refused_credentials(claimed: Claim, account: SmartBillAccount, text: str, **values: Any) -> NoReturn:
	claim.settle(claimed, states.REJECTED, audit.PROFORMA_REJECTED, reason=text, **values)
	raise SmartBillCredentialsRefused(
		_("SmartBill does not accept the account {0}: {1}").format(account.name, text),
		problems=_hints(text, account),
	)


def _refused(claimed: Claim, account: SmartBillAccount, text: str, **values: Any) -> NoReturn:
	claim.settle(claimed, states.REJECTED, audit.PROFORMA_REJECTED, reason=text, **values)
	raise SmartBillRefused(text, problems=_hints(text, account))


def _hints(text: str, account: SmartBillAccount) -> list[Problem]:
	hint = hint_for(text)
	if hint is None:
		return []
	if hint.field == "account":
		return [_account_problem(account.name, "smartbill_account", _(hint.advice))]
	return [{"field": hint.field, "message": _(hint.advice)}]


def _problem(finding: Finding) -> Problem:
	problem = {"field": finding.field, "message": claim.describe(finding)}
	if finding.doctype:
		problem |= {"doctype": finding.doctype, "name": finding.name}
	return problem


def _account_problem(account: str, field: str, message: str) -> Problem:
	return {"field": field, "message": message, "doctype": "SmartBill Account", "name": account}
