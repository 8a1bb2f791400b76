"""The doctor of the command line: every check of an account, a draft, and one real proforma that is cancelled again.

What commands.py prints is decided here, so that it is tested without a terminal. A draft and a live check go through
the same gate and the same rules of mode as every other document; nothing is ever sent twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock, completeness
from erp_b2b_smartbill.smartbill import accounts, checks, counters, modes, pdf, spare
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.checks import NOTICE, OK, PROBLEM, Results
from erp_b2b_smartbill.smartbill.client import Client, find_series, series_names
from erp_b2b_smartbill.smartbill.collect import decimal
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.hints import explain_block, explain_failure, explain_pace, hint_for
from erp_b2b_smartbill.smartbill.kinds import PROFORMA
from erp_b2b_smartbill.smartbill.payload import Payload, freeze
from erp_b2b_smartbill.smartbill.reconcile import is_readable
from erp_b2b_smartbill.smartbill.totals import Prediction, predict
from erp_b2b_smartbill.smartbill.verdict import NoAnswer, Outcome, Verdict, as_number, judge_create

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

CLIENT = "Test SRL"
MENTION = "TEST, nu se plateste"
MARKS = {OK: "ok", NOTICE: "--", PROBLEM: "!!"}

MAX_WAIT_S = 60

Say = Callable[[str], None]


@dataclass
class Report:
	"""What was done, step by step; `ok` is False when a step failed or its outcome is not known."""

	ok: bool = True
	lines: list[tuple[str, str]] = field(default_factory=list)

	def step(self, text: str) -> None:
		self.lines.append((OK, text))

	def notice(self, text: str) -> None:
		self.lines.append((NOTICE, text))

	def failed(self, text: str) -> Report:
		self.ok = False
		self.lines.append((PROBLEM, text))
		return self


def run(
	say: Say,
	ask: Callable[[str], str],
	*,
	company: str | None = None,
	draft: bool = False,
	live_check: str | None = None,
) -> int:
	"""The exit code of the command. `say` prints a line, `ask` reads one."""
	if missing := completeness.missing_doctypes():
		say(
			_("The app is not installed completely; these are missing: {0}.").format(", ".join(missing))
			+ " "
			+ _("Run bench clear-cache and bench migrate for this site.")
		)
		return 1
	names = frappe.get_all(
		"SmartBill Account", {"company": company} if company else {}, pluck="name", order_by="company"
	)
	if not names:
		say(
			_("The company {0} has no SmartBill Account.").format(company)
			if company
			else _("There is no SmartBill Account yet: make one for each company that issues proformas.")
		)
		return 1
	if (draft or live_check) and len(names) > 1:
		say(_("There are several SmartBill Accounts: say which with --company."))
		return 1
	failed = False
	for name in names:
		account = frappe.get_doc("SmartBill Account", name)
		results = checks.check_account(account)
		_print_checks(say, account, results)
		failed |= not results.passed
	if draft or live_check:
		account = frappe.get_doc("SmartBill Account", names[0])
		if failed:
			say(_("Nothing was sent: the checks above come first."))
			return 1
		report = make_draft(account) if draft else _confirmed_live_check(account, live_check or "", say, ask)
		_print_report(say, report)
		failed = not report.ok
	return int(failed)


def _confirmed_live_check(
	account: SmartBillAccount, series: str, say: Say, ask: Callable[[str], str]
) -> Report:
	say(
		_(
			"This issues one real proforma of 1 leu in the series {0} of {1} ({2}), reads its PDF and cancels it. "
			"Its number stays used."
		).format(series, account.company, account.cif)
	)
	if ask(_("Type the name of the series to go on")).strip() != series:
		return Report().failed(_("Nothing was sent: the name of the series was not typed."))
	return live_check(account, series)


def _print_checks(say: Say, account: SmartBillAccount, results: Results) -> None:
	say(f"{account.company} ({account.cif})")
	for check in results.checks:
		say(f"  {MARKS[check['level']]} {check['text']}")
		if check["advice"] and check["level"] != OK:
			say(f"     {check['advice']}")
	if results.resumed:
		say(f"  {MARKS[OK]} " + _("The account was paused and is used again."))


def _print_report(say: Say, report: Report) -> None:
	for level, text in report.lines:
		say(f"  {MARKS[level]} {text}")


# a draft


def make_draft(account: SmartBillAccount) -> Report:
	"""A draft of 1 leu in SmartBill: no number, no counter moved; a person deletes it there."""
	report = Report()
	if not _may_begin(account, report, numbered=False):
		return report
	payload = test_payload(account, account.proforma_series, _reference(), draft=True)
	if payload is None:
		return report.failed(_("No VAT rate is mapped: the test document cannot be made."))
	client = _client(account, 1, report)
	if client is None:
		return report
	outcome = client.create_proforma(freeze(payload))
	verdict = judge_create(outcome, series=account.proforma_series, expected_number=None, draft=True)
	if verdict.kind is Outcome.CREATED_DRAFT and isinstance(outcome, Answer):
		report.step(
			_("SmartBill made the draft {0} for the client {1}: {2}").format(
				outcome.document_id or "-", CLIENT, outcome.document_url or "-"
			)
		)
		report.notice(_("Look at it there, and delete it by hand: the API cannot."))
	else:
		_not_created(report, outcome, verdict, CLIENT)
	_record(account, audit.ACCOUNT_DRAFT_CHECKED, report)
	return report


# one real proforma


def live_check(account: SmartBillAccount, series: str) -> Report:
	"""One real proforma of 1 leu: issued, read, compared, cancelled. The caller has had it confirmed."""
	report = Report()
	if account.mode != modes.LIVE:
		return report.failed(_("The account is not Live: press Go Live in its form first."))
	if held_by := spare.holder(account.name, series):
		return report.failed(_("The series {0} is held by {1}: settle it first.").format(series, held_by))
	if not _may_begin(account, report, numbered=True):
		return report
	reference = _reference()
	payload = test_payload(account, series, reference)
	if payload is None:
		return report.failed(_("No VAT rate is mapped: the test document cannot be made."))
	client = _client(account, 4, report)
	expected = _next_number(client, series, report) if client else None
	if client is None or expected is None:
		return report

	# its number is ours, whatever becomes of it: a survey must not take it for somebody else's
	counters.note_own(account.name, series, expected)
	modes.note_sent(account.name, PROFORMA.series_type, series, expected)
	outcome = client.create_proforma(freeze(payload))
	verdict = judge_create(outcome, series=series, expected_number=expected)
	if verdict.kind is not Outcome.CREATED or not isinstance(outcome, Answer):
		_not_created(report, outcome, verdict, f"{series} {expected}, Ref. {reference}")
	else:
		_read_and_cancel(account, client, outcome, verdict, predict(payload["products"]), report)
	_record(account, audit.ACCOUNT_LIVE_CHECKED, report)
	return report


def test_payload(
	account: SmartBillAccount, series: str, reference: str, draft: bool = False
) -> Payload | None:
	"""The request of a document of 1 leu before VAT, marked as a test; None when the account lacks a map.

	Two rows of half a leu: rounded per row, their VAT differs from the VAT of the sum by one ban, so the printed total
	tells how the account rounds.
	"""
	vat: dict[str, Any] = {}
	if account.vat_payer:
		rates = [row for row in account.vat_rates if decimal(row.tax_percentage)]
		if not rates:
			return None
		rate = max(rates, key=lambda row: decimal(row.tax_percentage))
		vat = {"taxName": rate.tax_name, "taxPercentage": decimal(rate.tax_percentage)}
	unit = account.units[0].measuring_unit_name if account.units else "buc"
	today = clock.today_in_romania()
	rows = [
		{
			"name": f"TEST {number}",
			"code": f"TEST-{number}",
			"quantity": Decimal(1),
			"price": Decimal("0.50"),
			"measuringUnitName": unit,
			"currency": "RON",
			"isTaxIncluded": False,
			"isDiscount": False,
			"isService": False,
			"saveToDb": False,
			**vat,
		}
		for number in (1, 2)
	]
	return {
		"companyVatCode": account.cif,
		"seriesName": series,
		"isDraft": draft,
		"issueDate": today.isoformat(),
		"dueDate": (today + timedelta(days=1)).isoformat(),
		"currency": "RON",
		"language": account.language,
		"precision": 2,
		"sendEmail": False,
		"mentions": f"{MENTION}. Ref. {reference}",
		"client": {
			"name": CLIENT,
			"isTaxPayer": False,
			"address": "Str. Test 1",
			"city": "Cluj-Napoca",
			"county": "Cluj",
			"country": "Romania",
			"saveToDb": False,
		},
		"products": rows,
	}


def _may_begin(account: SmartBillAccount, report: Report, *, numbered: bool) -> bool:
	if refusal := modes.refusal(account, numbered=numbered):
		report.failed(refusal)
	elif not account.has_allowed_url():
		report.failed(_("The address {0} is not allowed on this site.").format(account.api_url))
	elif seconds := accounts.seconds_blocked(account):
		report.failed(explain_block(seconds))
	return report.ok


def _client(account: SmartBillAccount, calls: int, report: Report) -> Client | None:
	"""A client for which the gate has room for these calls; the checks just before may have to leave the window."""
	gate = accounts.AccountGate(account.name, Lane.CLICK, patience=MAX_WAIT_S)
	if refused := gate.reserve(calls):
		report.failed(explain_pace(refused))
		return None
	# nothing may be held open on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return accounts.connect(account, gate=gate)


def _reference() -> str:
	return f"LIVE-CHECK-{frappe.generate_hash(length=8)}/1"


def _next_number(client: Client, series: str, report: Report) -> int | None:
	answer = client.series(PROFORMA.series_type)
	if not isinstance(answer, Answer) or not checks.usable(answer):
		text = answer.text if isinstance(answer, Answer) else _(explain_failure(answer))
		report.failed(_("The series could not be read: {0} Nothing was sent.").format(text))
		return None
	found = find_series(answer, series)
	number = as_number(found.get("nextNumber")) if found else None
	if number is None:
		known = ", ".join(series_names(answer)) or "-"
		report.failed(_("SmartBill has no proforma series {0}; it has: {1}.").format(series, known))
		return None
	report.step(_("The series {0} gives the number {1} next.").format(series, number))
	return number


def _not_created(report: Report, outcome: Answer | NoAnswer, verdict: Verdict, look_for: str) -> None:
	text = outcome.text if isinstance(outcome, Answer) else _(explain_failure(outcome))
	if verdict.kind is Outcome.UNKNOWN or verdict.kind in (Outcome.CREATED, Outcome.CREATED_DRAFT):
		report.failed(
			_("UNKNOWN: {0}. SmartBill may have made it, and nothing is sent again.").format(text.rstrip("."))
		)
		report.notice(
			_("Look in SmartBill for {0} (client {1}); if it is there, cancel or delete it by hand.").format(
				look_for, CLIENT
			)
		)
		return
	report.failed(_("SmartBill made nothing: {0}").format(text))
	hint = hint_for(text)
	if hint:
		report.notice(_(hint.advice))


def _read_and_cancel(
	account: SmartBillAccount,
	client: Client,
	answer: Answer,
	verdict: Verdict,
	predicted: Prediction,
	report: Report,
) -> None:
	series, number = answer.series, answer.number
	report.step(_("Issued: {0} {1}.").format(series, number))
	if verdict.alarm:
		counters.note_own(account.name, series, as_number(number) or 0)
		report.failed(
			_(
				"That is not the number that was expected: somebody else writes into this series. Use another one."
			)
		)
	_compare(account, client.proforma_pdf(series, number), predicted, report)
	outcome = client.cancel_proforma(series, number)
	if isinstance(outcome, Answer) and outcome.status == 200 and not outcome.error_text:
		report.step(_("Cancelled: {0}").format(outcome.message or f"{series} {number}"))
	else:
		text = outcome.text if isinstance(outcome, Answer) else _(explain_failure(outcome))
		report.failed(
			_("It could not be cancelled ({0}): cancel {1} {2} in SmartBill by hand.").format(
				text, series, number
			)
		)


def _compare(
	account: SmartBillAccount, content: bytes | Answer | NoAnswer, predicted: Prediction, report: Report
) -> None:
	"""The totals of the PDF with what totals.py says that SmartBill computes."""
	if not isinstance(content, bytes):
		text = content.text if isinstance(content, Answer) else _(explain_failure(content))
		report.failed(_("The PDF could not be read: {0}").format(text))
		return
	text = pdf.text_of(content)
	if not is_readable(text):
		report.notice(
			_("The text of the PDF cannot be read: compare by eye that the total is {0} or {1}.").format(
				predicted.by_row.total, predicted.by_rate.total
			)
		)
		return
	printed = amounts_in(text)
	by_row = predicted.by_row.total in printed
	by_rate = predicted.by_rate.total in printed
	differ = predicted.by_row.total != predicted.by_rate.total
	if not (by_row or by_rate) or (differ and by_row and by_rate):
		report.failed(
			_(
				"The printed total is neither {0} nor {1}, as this app would predict; the PDF has: {2}."
			).format(
				predicted.by_row.total,
				predicted.by_rate.total,
				", ".join(str(amount) for amount in sorted(printed)) or "-",
			)
		)
		return
	total = predicted.by_row.total if by_row else predicted.by_rate.total
	report.step(_("The printed total is {0} RON, as predicted.").format(total))
	if not differ:
		return
	rounding = "Per row" if by_row else "Per rate"
	if account.vat_rounding == rounding:
		report.step(_("SmartBill rounds VAT as the account says: {0}.").format(_(rounding)))
	else:
		report.notice(
			_('SmartBill rounds VAT "{0}": choose that in the account, under Amounts and texts.').format(
				_(rounding)
			)
		)


def amounts_in(text: str) -> set[Decimal]:
	"""Every amount with two decimals in a printed text, whichever way thousands and decimals are separated."""
	found = re.findall(r"(?<![\d.,])\d{1,3}(?:[., ]?\d{3})*[.,]\d{2}(?![\d])", text)
	return {Decimal(re.sub(r"[., ]", "", amount)) / 100 for amount in found}


def _record(account: SmartBillAccount, event: str, report: Report) -> None:
	audit.record(
		event, account, after={"ok": report.ok}, reason="\n".join(text for _level, text in report.lines)
	)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
