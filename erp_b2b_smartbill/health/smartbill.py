"""Checks of what speaks to SmartBill: documents, and each account's gate, series, sync and credentials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Max, Min, Sum

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.overview.links import link_to
from erp_b2b_smartbill.health.line import Line, Subject
from erp_b2b_smartbill.health.seen import ACCOUNT, Seen
from erp_b2b_smartbill.health.words import duration, moment, when
from erp_b2b_smartbill.masking import mask_text
from erp_b2b_smartbill.smartbill import counters, modes, states
from erp_b2b_smartbill.smartbill.clients.store import API
from erp_b2b_smartbill.smartbill.clients.sync_runs import RUN
from erp_b2b_smartbill.smartbill.kinds import INVOICE, PROFORMA
from erp_b2b_smartbill.smartbill.leases import FAILED, OPEN, STALE

# by then every look that settles by itself has been made
LATE_UNKNOWN = timedelta(hours=1)
# a lease and the pass that writes off lost claims
LOST_SENDING = states.LEASE + timedelta(minutes=5)
# a night, and what a sync takes
LATE_SYNC = timedelta(hours=26)
LOST_SYNC = timedelta(days=3)
# the scheduled pass takes up a run that stands still
STANDS_STILL = 5 * STALE


# documents of unknown outcome


def unknown_proformas(subject: Subject, seen: Seen) -> Line:
	return _unknown(subject, seen, PROFORMA.doctype)


def unknown_invoices(subject: Subject, seen: Seen) -> Line:
	return _unknown(subject, seen, INVOICE.doctype)


def _unknown(subject: Subject, seen: Seen, doctype: str) -> Line:
	table = frappe.qb.DocType(doctype)
	is_lost = (table.status == states.SENDING) & (table.claimed_at < seen.now - LOST_SENDING)
	count, oldest, for_persons = (
		frappe.qb.from_(table)
		.select(Count("*"), Min(table.claimed_at), Sum(table.needs_person))
		.where((table.status == states.UNKNOWN) | is_lost)
	).run()[0]
	oldest = moment(oldest)
	facts = {"count": count, "for_a_person": int(for_persons or 0), "oldest": oldest}
	if not features.is_on(features.PROFORMA):
		if not count:
			return subject.off(_off(), **facts)
		return subject.warning(
			_("Switched off in B2B Settings; of unknown outcome: {0}.").format(count),
			_("Nothing looks after them while it is off: switch it on until they are settled."),
			**facts,
		)
	if not count:
		return subject.ok(_("The outcome of all is known."), **facts)
	age = seen.now - (oldest or seen.now)
	text = _("Nobody knows whether SmartBill made them: {0}. The oldest has waited for {1}.").format(
		count, duration(age.total_seconds())
	)
	if facts["for_a_person"]:
		return subject.failed(
			text,
			_(
				"Waiting for a person: {0}. Open and settle them; nothing else is issued in their series."
			).format(facts["for_a_person"]),
			**facts,
		)
	if age > LATE_UNKNOWN:
		return subject.failed(
			text, _("See why nothing looks after them: scheduler, account, block."), **facts
		)
	return subject.warning(
		text, _("They are looked after by themselves; look again in some minutes."), **facts
	)


def _off() -> str:
	return _("Switched off in B2B Settings.")


# a line for each account


def _each(subject: Subject, seen: Seen, switch: str, check: Callable[[Subject, Any], Line]) -> list[Line]:
	if not features.is_on(switch):
		return [subject.off(_off())]
	lines = []
	for account in seen.accounts:
		link = link_to(ACCOUNT, account.name)
		of_account = Subject(subject.check, subject.label, account.name, link)
		if account.mode == modes.OFF:
			lines.append(of_account.off(_("The account is switched off."), mode=account.mode))
		else:
			lines.append(check(of_account, account))
		if account.name not in seen.readable_accounts:
			lines[-1] = lines[-1].without_details(
				_("Of an account that you may not read."), _("Whoever may read it sees here what is wrong.")
			)
	return lines or [subject.off(_("There is no SmartBill Account."))]


def gates(subject: Subject, seen: Seen) -> list[Line]:
	"""Whether calls to SmartBill pass, by account."""
	if features.is_on(features.PROFORMA) and not seen.accounts:
		return [
			subject.warning(
				_("There is no SmartBill Account yet: make one for each company that issues proformas."),
				_("Make one, or switch the proformas off in B2B Settings."),
			)
		]

	def check(one: Subject, account: Any) -> Line:
		until = max(
			filter(None, (moment(account.blocked_until), moment(account.v3_blocked_until))), default=None
		)
		facts = {
			"mode": account.mode,
			"paused": bool(account.paused),
			"blocked_until": until if until and until > seen.now else None,
		}
		if account.paused:
			return one.failed(
				_("The account is paused: {0}").format(mask_text(account.pause_reason or "-")),
				_("Press Test in the account: a test without a problem lifts the pause."),
				**facts,
			)
		if account.refusal:
			return one.failed(
				account.refusal,
				_("Press Go Live on the site that issues; on a copy, switch the account off."),
				**facts,
			)
		if facts["blocked_until"]:
			return one.warning(
				_("SmartBill takes no calls of this account until {0}.").format(when(until)),
				_("It goes on by itself then; other programs with the same token may be the reason."),
				**facts,
			)
		text = (
			_("Live on this site.")
			if account.mode == modes.LIVE
			else _("Mode Draft: only drafts without a number are made in SmartBill.")
		)
		return one.ok(text, **facts)

	return _each(subject, seen, features.PROFORMA, check)


def series(subject: Subject, seen: Seen) -> list[Line]:
	"""Whether anybody else writes into an account's series."""

	def check(one: Subject, account: Any) -> Line:
		notices = (account.counter_notice or "").splitlines()
		facts = {"notices": len(notices)}
		if notices:
			return one.warning(
				mask_text(notices[-1]),
				_("See the notice in the account, find out who issues there, and mark it as seen."),
				**facts,
			)
		if account.mode != modes.LIVE or account.refusal:
			return one.off(
				_("Its series are looked at only while it is Live on this site and not paused."),
				**facts,
			)
		if unseen := counters.never_surveyed(account):
			return one.warning(
				_("Series that were not looked at yet: {0}.").format(", ".join(unseen)),
				_(
					"They are looked at every ten minutes: see that the scheduler runs and SmartBill has these."
				),
				**facts,
			)
		return one.ok(_("Nobody else gave numbers in its series."), **facts)

	return _each(subject, seen, features.PROFORMA, check)


def credentials(subject: Subject, seen: Seen) -> list[Line]:
	"""What the last Test of an account said."""

	def check(one: Subject, account: Any) -> Line:
		tested = moment(account.last_tested_at)
		facts = {"tested_at": tested, "passed": bool(account.last_test_passed) if tested else None}
		if not tested:
			return one.warning(
				_("The connection was never tested."), _("Press Test in the account."), **facts
			)
		if not account.last_test_passed:
			return one.failed(
				_("The test of {0} found: {1}").format(
					when(tested), mask_text(account.last_test_problem or "-")
				),
				_("Open the account, put it right and press Test again."),
				**facts,
			)
		if moment(account.modified) > tested:
			return one.warning(
				_("The account was changed after its last test."), _("Press Test in the account."), **facts
			)
		return one.ok(_("The test of {0} found no problem.").format(when(tested)), **facts)

	return _each(subject, seen, features.PROFORMA, check)


# the sync of clients


def syncs(subject: Subject, seen: Seen) -> list[Line]:
	"""When an account's clients were read last."""
	is_on = features.is_on(features.SYNC)
	latest = _latest_runs() if is_on else {}
	with_token = _with_token("v3_token") if is_on else set()

	def check(one: Subject, account: Any) -> Line:
		run = latest.get(account.name)
		synced = moment(account.last_synced_at)
		facts = {"last_synced_at": synced, "last_run": run and run.name, "last_status": run and run.status}
		if not account.sync_nightly:
			return one.off(_("Its clients are not read by night."), **facts)
		if account.name not in with_token:
			return one.failed(
				_("Its clients are to be read by night, but it has no V3 token."),
				_("Enter one in the account, or clear the nightly sync there."),
				**facts,
			)
		of_run = Subject(one.check, one.label, one.about, link_to(RUN, run.name) if run else one.link)
		return _of_sync(of_run, seen, account, run, synced, facts)

	return _each(subject, seen, features.SYNC, check)


def _of_sync(one: Subject, seen: Seen, account: Any, run: Any, synced: Any, facts: dict[str, Any]) -> Line:
	if run and run.status == FAILED:
		return one.failed(
			_("The last reading failed: {0}").format(mask_text(run.message or "-")),
			_("Open the run; put right what it names, and read the clients again from the account."),
			**facts,
		)
	if run and run.status in OPEN and _stands_still(run, seen):
		return one.failed(
			_("The reading stands still since {0}.").format(when(moment(run.heartbeat_at))),
			_("See that the scheduler and the workers run: they go on with it."),
			**facts,
		)
	age = seen.now - synced if synced else None
	if age is not None and age <= LATE_SYNC:
		return one.ok(_("Its clients were read {0}.").format(when(synced)), **facts)
	text = (
		_("Its clients were read last {0} ago.").format(duration(age.total_seconds()))
		if age is not None
		else _("Its clients were never read to the end.")
	)
	if account.refusal:
		advice = _("While nothing is sent for the account, its clients are not read by night either.")
	else:
		advice = _("Read them now from the account, and see that the scheduler runs at night.")
	if age is not None and age > LOST_SYNC:
		return one.failed(text, advice, **facts)
	return one.warning(text, advice, **facts)


def _stands_still(run: Any, seen: Seen) -> bool:
	at = max(filter(None, (moment(run.heartbeat_at), moment(run.next_at))), default=None)
	return at is not None and seen.now - at > STANDS_STILL


def _latest_runs() -> dict[str, Any]:
	"""The latest run of each account that reads by the API."""
	run = frappe.qb.DocType(RUN)
	of_api = run.source == API
	newest = (
		frappe.qb.from_(run)
		.select(run.account, Max(run.creation).as_("began"))
		.where(of_api)
		.groupby(run.account)
	)
	found = (
		frappe.qb.from_(run)
		.join(newest)
		.on((run.account == newest.account) & (run.creation == newest.began))
		.select(run.name, run.account, run.status, run.message, run.heartbeat_at, run.next_at)
		.where(of_api)
	).run(as_dict=True)
	return {one.account: one for one in found}


def _with_token(field: str) -> set[str]:
	"""The accounts that have a token in this field; what it is stays where it is."""
	auth = frappe.qb.Table("__Auth")
	rows = (
		frappe.qb.from_(auth)
		.select(auth.name)
		.where((auth.doctype == ACCOUNT) & (auth.fieldname == field))
		.run()
	)
	return {row[0] for row in rows}
