"""Whether an account can be used: what this site lacks, and what SmartBill says to it. Creates nothing in SmartBill.

Every problem says what to do. A test without a problem lifts the account's pause.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timezone
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypedDict

import frappe
from frappe import _
from frappe.utils import get_system_timezone
from frappe.utils.background_jobs import get_workers
from frappe.utils.scheduler import is_scheduler_inactive

from erp_b2b_smartbill import audit, clock, completeness, features
from erp_b2b_smartbill.masking import mask_text
from erp_b2b_smartbill.smartbill import accounts, counters, modes, picklists
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS, Client, find_series, series_names
from erp_b2b_smartbill.smartbill.clients import pages
from erp_b2b_smartbill.smartbill.collect import decimal
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.hints import explain_failure, hint_for
from erp_b2b_smartbill.smartbill.kinds import INVOICE, PROFORMA
from erp_b2b_smartbill.smartbill.payload import plain_decimal
from erp_b2b_smartbill.smartbill.picklists import Lists
from erp_b2b_smartbill.smartbill.verdict import NoAnswer, as_number, block_seconds
from erp_b2b_smartbill.text import fold

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

OK, NOTICE, PROBLEM = "ok", "notice", "problem"

STANDARD_RATES = (Decimal(21), Decimal(11))
MAX_CLOCK_DRIFT_S = 60
# the series of two kinds, the VAT rates, the units
CALLS = 4
# documents that a test may look at when the counter moved; the scheduled survey does the rest
MAX_LOOKS = 4
# of the site, not of the account: these do not stand in the way of lifting a pause
SITE_CHECKS = ("doctypes", "feature", "mode", "scheduler", "workers", "time_zone", "clock")
# where SmartBill could not be asked: that says nothing about the account
NOT_ASKED = ("block", "gate")


class Check(TypedDict):
	"""`level` is ok, notice or problem; `ok` is False for a problem only."""

	id: str
	level: str
	ok: bool
	text: str
	advice: str


@dataclass
class Results:
	checks: list[Check] = field(default_factory=list)
	# "resumed": the test lifted a pause
	resumed: bool = False

	def ok(self, id_: str, text: str) -> None:
		self._add(id_, OK, text, "")

	def notice(self, id_: str, text: str, advice: str = "") -> None:
		self._add(id_, NOTICE, text, advice)

	def problem(self, id_: str, text: str, advice: str) -> None:
		self._add(id_, PROBLEM, text, advice)

	def _add(self, id_: str, level: str, text: str, advice: str) -> None:
		self.checks.append(
			{"id": id_, "level": level, "ok": level != PROBLEM, "text": text, "advice": advice}
		)

	@property
	def passed(self) -> bool:
		return all(check["ok"] for check in self.checks)

	@property
	def account_passed(self) -> bool:
		return all(check["ok"] for check in self.checks if check["id"] not in SITE_CHECKS)


class _ListeningGate(accounts.AccountGate):
	"""Also hears what time it is at SmartBill."""

	date = ""

	def observe(self, answer: Answer, headers: Mapping[str, str]) -> None:
		self.date = headers.get("Date") or self.date
		super().observe(answer, headers)


def check_account(account: SmartBillAccount) -> Results:
	"""The saved account, tested with a handful of reading calls; it stops at the first that SmartBill does not allow.
	What came of it is kept for the health page. To be called with nothing uncommitted."""
	results = Results()
	_check(account, results)
	_keep(account, results)
	if results.account_passed:
		results.resumed = _lift_pause(account)
	return results


def _check(account: SmartBillAccount, results: Results) -> None:
	check_site(account, results)
	if not account.has_allowed_url():
		results.problem(
			"address",
			_("The address {0} is not allowed on this site.").format(account.api_url),
			_("Restore SmartBill's own address, or let the administrator name the host in site_config.json."),
		)
		return
	results.ok("address", _("The address {0} is allowed.").format(account.api_url))
	if accounts.seconds_blocked(account):
		results.problem(
			"block",
			_("SmartBill refused further calls; the account is blocked until {0}.").format(
				account.blocked_until
			),
			_("Wait until then: a call during the block would prolong it."),
		)
		return
	_ask_smartbill(account, results)


def _keep(account: SmartBillAccount, results: Results) -> None:
	"""Remember when the account was tested last, and the first problem. Committed."""
	problems = [check for check in results.checks if not check["ok"] and check["id"] not in SITE_CHECKS]
	if any(check["id"] in NOT_ASKED for check in problems):
		return
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	values = {
		"last_tested_at": clock.now(),
		"last_test_passed": int(not problems),
		"last_test_problem": mask_text(problems[0]["text"]) if problems else None,
	}
	frappe.db.set_value("SmartBill Account", account.name, values, update_modified=False)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit


# the site


def check_site(account: SmartBillAccount | None, results: Results) -> None:
	"""What can be said without SmartBill."""
	_doctypes(results)
	_feature(results)
	if account:
		_mode(account, results)
	_scheduler(results)
	_workers(results)
	_time_zone(results)


def _doctypes(results: Results) -> None:
	if missing := completeness.missing_doctypes():
		results.problem(
			"doctypes",
			_("The app is not installed completely; these are missing: {0}.").format(", ".join(missing)),
			_("Run bench clear-cache and bench migrate for this site."),
		)
	else:
		results.ok("doctypes", _("The app is installed completely."))


def _feature(results: Results) -> None:
	if features.is_on(features.PROFORMA):
		results.ok("feature", _("SmartBill proformas are switched on in B2B Settings."))
	else:
		results.notice(
			"feature",
			_("SmartBill proformas are switched off in B2B Settings."),
			_("Switch them on there when everything else is ready."),
		)


def _mode(account: SmartBillAccount, results: Results) -> None:
	if account.paused:
		results.notice(
			"mode",
			_("The account is paused: {0}").format(account.pause_reason or "-"),
			_("A test without a problem lifts the pause."),
		)
	elif account.mode == modes.OFF:
		results.notice(
			"mode",
			_("The account is switched off: nothing is issued."),
			_("Choose Draft to try it out, or press Go Live."),
		)
	elif account.mode == modes.DRAFT:
		results.notice(
			"mode",
			_("Mode Draft: only drafts without a number are made in SmartBill."),
			_("Press Go Live when the drafts look right."),
		)
	elif refusal := modes.foreign(account):
		results.problem(
			"mode", refusal, _("Press Go Live on the site that issues; on a copy, switch the account off.")
		)
	else:
		results.ok("mode", _("Live on this site, {0}.").format(account.live_url))


def stopped_scheduler() -> tuple[str, str] | None:
	"""What is wrong and what to do where the scheduler of the site is stopped; None where it is not."""
	if not is_scheduler_inactive(verbose=False):
		return None
	return (
		_("The scheduler of this site does not run: unknown outcomes are not looked after."),
		# the command leaves the configuration as it is
		_(
			"Run bench enable-scheduler for this site, and see that its configuration holds neither "
			"maintenance_mode nor pause_scheduler nor disable_scheduler."
		),
	)


def _scheduler(results: Results) -> None:
	if stopped := stopped_scheduler():
		results.problem("scheduler", *stopped)
	else:
		results.ok("scheduler", _("The scheduler is switched on."))


def _workers(results: Results) -> None:
	advice = _("Start the bench's background workers; bench doctor shows them.")
	try:
		running = bool(get_workers())
	except Exception:
		results.problem("workers", _("The queue of background jobs cannot be reached."), advice)
		return
	if running:
		results.ok("workers", _("Background workers are running."))
	else:
		results.problem("workers", _("No background worker is running: nothing happens by itself."), advice)


def _time_zone(results: Results) -> None:
	zone = get_system_timezone()
	if zone == clock.ROMANIA.key:
		results.ok("time_zone", _("The site keeps Romanian time."))
	else:
		results.notice(
			"time_zone",
			_("The site's time zone is {0}; documents get the Romanian date all the same.").format(zone),
			_(
				"Choose Europe/Bucharest in System Settings, so that times on the screen agree with SmartBill."
			),
		)


# SmartBill


def _ask_smartbill(account: SmartBillAccount, results: Results) -> None:
	deadline = time.monotonic() + CLICK_SECONDS
	gate = _ListeningGate(account.name, Lane.CLICK, patience=accounts.LONG_PATIENCE_S[Lane.CLICK])
	if refused := gate.reserve(CALLS):
		results.problem(
			"gate",
			_("Too many calls were made in the last seconds."),
			_("Try again in {0} seconds.").format(refused.retry_after),
		)
		return
	# nothing may be held open on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	client = accounts.connect(account, gate=gate, deadline=deadline)
	proformas = client.series(PROFORMA.series_type)
	if _refused(proformas, results):
		return
	results.ok("login", _("SmartBill accepts the user and the token."))
	results.ok("company", _("The user may work for the company {0}.").format(account.cif))
	_clock(gate.date, results)
	_series(account, proformas, results)
	_spare_series(account, proformas, results)
	invoices = _invoice_series(account, client, results)
	taxes = _taxes(account, client, results)
	units = _units(account, client, results)
	lists = picklists.lists_in(proformas, invoices, taxes, units)
	picklists.store(account.name, lists)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	_counter(account, client, proformas, results)
	_v3(account, client, results)


def usable(answer: Answer | NoAnswer) -> bool:
	"""Whether an answer of a list is the list, and no refusal."""
	return (
		isinstance(answer, Answer)
		and not block_seconds(answer)
		and answer.status == 200
		and answer.is_json_object
		and not answer.error_text
	)


def _refused(answer: Answer | NoAnswer, results: Results) -> bool:
	"""Whether the first call was not answered as it should be; the problem is named by what it is about."""
	if usable(answer):
		return False
	if isinstance(answer, NoAnswer):
		results.problem(
			"connection",
			_("SmartBill cannot be reached: {0}.").format(_(explain_failure(answer))),
			_("Check the server's connection to the internet and the address, then test again."),
		)
	elif seconds := block_seconds(answer):
		results.problem("block", answer.text, _("Wait {0} minutes and test again.").format(-(-seconds // 60)))
	elif answer.status >= 500 or not answer.is_json_object:
		results.problem(
			"connection",
			_("SmartBill's answer cannot be read: {0}").format(answer.text),
			_("SmartBill may be out of order, or the address leads elsewhere; test again later."),
		)
	else:
		hint = hint_for(answer.text)
		if "firma la care" in fold(answer.text):
			results.ok("login", _("SmartBill accepts the user and the token."))
		results.problem(
			"company" if "firma la care" in fold(answer.text) else "login",
			answer.text,
			_(hint.advice) if hint else _("Check the e-mail, the token and the fiscal code."),
		)
	return True


def _not_told(id_: str, answer: Answer | NoAnswer, results: Results) -> None:
	text = answer.text if isinstance(answer, Answer) else _(explain_failure(answer))
	results.problem(id_, _("SmartBill did not answer this: {0}").format(text), _("Test again in a minute."))


def _clock(date: str, results: Results) -> None:
	try:
		theirs = parsedate_to_datetime(date).astimezone(timezone.utc).timestamp()
	except (TypeError, ValueError):
		return
	drift = round(abs(clock.timestamp() - theirs))
	if drift > MAX_CLOCK_DRIFT_S:
		results.problem(
			"clock",
			_("This server's clock differs from SmartBill's by {0} seconds.").format(drift),
			_("Let the server set its clock by network time (NTP)."),
		)
	else:
		results.ok("clock", _("This server's clock agrees with SmartBill's."))


def _series(account: SmartBillAccount, answer: Answer, results: Results) -> None:
	found = find_series(answer, account.proforma_series)
	if found and as_number(found.get("nextNumber")) is not None:
		results.ok(
			"series",
			_("The series {0} exists; its next number is {1}.").format(
				account.proforma_series, found.get("nextNumber")
			),
		)
	elif found:
		results.problem(
			"series",
			_("SmartBill does not tell the next number of the series {0}.").format(account.proforma_series),
			_("Choose another series: without it, a lost answer could not be settled."),
		)
	else:
		_no_series("series", account.proforma_series, answer, PROFORMA.series_type, results)


def _spare_series(account: SmartBillAccount, answer: Answer, results: Results) -> None:
	if not account.spare_series:
		results.notice(
			"spare_series",
			_("There is no spare series."),
			_("Make a second proforma series in SmartBill: one unknown outcome blocks the first."),
		)
	elif found := find_series(answer, account.spare_series):
		results.ok(
			"spare_series",
			_("The spare series {0} exists; its next number is {1}.").format(
				account.spare_series, found.get("nextNumber")
			),
		)
	else:
		_no_series("spare_series", account.spare_series, answer, PROFORMA.series_type, results)


def _invoice_series(account: SmartBillAccount, client: Client, results: Results) -> Answer | None:
	# read for the pick list, also where no invoices are made
	answer = client.series(INVOICE.series_type)
	if not usable(answer):
		if account.invoice_series:
			_not_told("invoice_series", answer, results)
		return None
	if not account.invoice_series:
		return answer
	if found := find_series(answer, account.invoice_series, INVOICE.series_type):
		results.ok(
			"invoice_series",
			_("The invoice series {0} exists; its next number is {1}.").format(
				account.invoice_series, found.get("nextNumber")
			),
		)
	else:
		_no_series("invoice_series", account.invoice_series, answer, INVOICE.series_type, results)
	return answer


def _no_series(id_: str, series: str, answer: Answer, kind: str, results: Results) -> None:
	names = series_names(answer, kind)
	same = next((name for name in names if fold(name) == fold(series)), None)
	known = ", ".join(names) or "-"
	text = (
		_("SmartBill has no invoice series {0}; it has: {1}.")
		if kind == INVOICE.series_type
		else _("SmartBill has no proforma series {0}; it has: {1}.")
	)
	results.problem(
		id_,
		text.format(series, known),
		_("Write it exactly as SmartBill does: {0}.").format(same)
		if same
		else _("Choose one of these, or make it in SmartBill under Configurare, Serii."),
	)


def _taxes(account: SmartBillAccount, client: Client, results: Results) -> Answer | None:
	answer = client.taxes()
	if not account.vat_payer:
		results.ok("vat", _("The company is not a VAT payer: no VAT rates are sent."))
		return answer if usable(answer) else None
	if not usable(answer):
		_not_told("vat", answer, results)
		return None
	lists = Lists(taxes=picklists.lists_in(None, None, answer, None).taxes)
	if not lists.taxes:
		results.problem(
			"vat",
			_("SmartBill has no VAT rate for this company."),
			_(
				"If the company is not a VAT payer, say so in the account; else set the rates up in SmartBill."
			),
		)
		return answer
	_vat_map(account, lists, results)
	return answer


def _vat_map(account: SmartBillAccount, lists: Lists, results: Results) -> None:
	listed = ", ".join(f"{name} {plain_decimal(percentage)}%" for name, percentage in sorted(lists.taxes))
	mapped = sorted({(row.tax_name, decimal(row.tax_percentage)) for row in account.vat_rates})
	for name, percentage in mapped:
		shown = f"{name} {plain_decimal(percentage)}%"
		if (name, percentage) in lists.double_pairs():
			results.problem(
				"vat",
				_("SmartBill has the VAT rate {0} more than once.").format(shown),
				_("Rename one of them in SmartBill: a document could not say which is meant."),
			)
		elif (name, percentage) in lists.taxes:
			results.ok("vat", _("The VAT rate {0} exists.").format(shown))
		else:
			results.problem(
				"vat",
				_("SmartBill has no VAT rate {0}; it has: {1}.").format(shown, listed),
				_("Write the name exactly as SmartBill does, letter case included."),
			)
	rates = {decimal(row.erpnext_rate) for row in account.vat_rates}
	lacking = [f"{plain_decimal(rate)}%" for rate in STANDARD_RATES if rate not in rates]
	if not rates:
		results.problem(
			"vat_map",
			_("No VAT rate is mapped yet. SmartBill has: {0}.").format(listed),
			_("Press Suggest maps, and add what it leaves out by hand."),
		)
	elif lacking:
		results.notice(
			"vat_map",
			_("No VAT rate is mapped for {0}.").format(", ".join(lacking)),
			_("A Quotation with such a rate cannot be issued; add it to the VAT rates if you sell with it."),
		)
	else:
		results.ok("vat_map", _("The legal VAT rates 21% and 11% are mapped."))


def _units(account: SmartBillAccount, client: Client, results: Results) -> Answer | None:
	answer = client.units()
	listed = picklists.unit_names(answer) if usable(answer) else []
	if not listed:
		results.notice(
			"units",
			_("SmartBill did not list its units; the map cannot be compared."),
			_("Compare the units with SmartBill's by hand, letter case included."),
		)
		return None
	if not account.units:
		results.problem(
			"units",
			_("No unit is mapped yet. SmartBill has: {0}.").format(", ".join(listed)),
			_("Press Suggest maps, and add what it leaves out by hand."),
		)
		return answer
	wrong = sorted({row.measuring_unit_name for row in account.units} - set(listed))
	for unit in wrong:
		same = next((one for one in listed if fold(one) == fold(unit)), None)
		results.problem(
			"units",
			_("SmartBill has no unit {0}; it has: {1}.").format(unit, ", ".join(listed)),
			_("Write {0}: letter case counts.").format(same)
			if same
			else _("Choose one of these, or add the unit in SmartBill."),
		)
	if not wrong:
		results.ok("units", _("Every mapped unit exists in SmartBill."))
	mapped = {row.uom for row in account.units}
	if lacking := [uom for uom in picklists.units_in_use() if uom not in mapped]:
		results.notice(
			"unit_map",
			_("Not mapped, though items use them: {0}.").format(", ".join(lacking[:10])),
			_("Press Suggest maps; a Quotation with such a unit cannot be issued."),
		)
	return answer


def _counter(account: SmartBillAccount, client: Client, answer: Answer, results: Results) -> None:
	found = counters.survey(account, client, answer, max_looks=MAX_LOOKS)
	moved = [f"{seen.series} {seen.number}" for seen in (*found.foreign, *found.doubles)]
	waiting = [f"{series} {number}" for series, rest in found.not_looked_at.items() for number in rest]
	if moved or found.went_back:
		results.notice(
			"counter",
			_("The counter moved without this site: {0}.").format(
				", ".join(
					[*moved, *(f"{series} {next_}" for series, (next_, _high) in found.went_back.items())]
				)
			),
			_("Nobody else may write into this series; see the notice on the account."),
		)
	elif waiting:
		results.notice(
			"counter",
			_("These numbers are not known here and are looked at later: {0}.").format(
				", ".join(waiting[:10])
			),
			_("Test again in a minute."),
		)
	else:
		results.ok("counter", _("The counter did not move without this site."))


def _v3(account: SmartBillAccount, client: Client, results: Results) -> None:
	if not account.get_password("v3_token", raise_exception=False):
		results.notice("v3", _("There is no V3 token: SmartBill's clients cannot be read. It is optional."))
		return
	answer: Answer | NoAnswer = NoAnswer(False, "")
	for cif in pages.cif_forms(account.cif):
		answer = client.v3_clients(cif)
		if not (isinstance(answer, Answer) and "company_not_found" in pages.codes(answer)):
			break
	if isinstance(answer, NoAnswer):
		results.problem(
			"v3",
			_("SmartBill's V3 cannot be reached: {0}.").format(_(explain_failure(answer))),
			_("Test again in a minute."),
		)
	elif answer.status == 200 and isinstance(answer.body.get("items"), list):
		results.ok("v3", _("SmartBill accepts the V3 token for its clients."))
	else:
		results.problem(
			"v3",
			_("SmartBill does not accept the V3 token: {0}").format(answer.text),
			pages.advice(pages.codes(answer)),
		)


def _lift_pause(account: SmartBillAccount) -> bool:
	"""A passing test lets an account that was refused be used again. Committed."""
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	locked = frappe.db.get_value(
		"SmartBill Account", account.name, ["paused", "pause_reason"], as_dict=True, for_update=True
	)
	if not locked or not locked.paused:
		frappe.db.rollback()
		return False
	frappe.db.set_value(
		"SmartBill Account", account.name, {"paused": 0, "pause_reason": None}, update_modified=False
	)
	audit.record(
		audit.ACCOUNT_RESUMED,
		account,
		before={"paused": 1, "pause_reason": locked.pause_reason},
		after={"paused": 0},
		reason=_("The test passed."),
	)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return True
