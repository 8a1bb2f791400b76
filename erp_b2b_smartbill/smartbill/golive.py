"""Switching an account to Live on this site, after a look at what SmartBill has that this site does not know.

A copy of a site, or one restored from a backup, does not know the documents issued since. Whoever makes it the real
one is shown their numbers first, and confirms with a note that goes to the audit. Nothing is sent here: it only reads.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.permissions import require_role
from erp_b2b_smartbill.smartbill import accounts, counters, modes
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS, Client, find_series, series_names
from erp_b2b_smartbill.smartbill.counters import Found
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.hints import explain_block, explain_failure, explain_pace, hint_for
from erp_b2b_smartbill.smartbill.kinds import INVOICE, PROFORMA
from erp_b2b_smartbill.smartbill.verdict import NoAnswer, as_number, block_seconds

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

# PDFs read in one call, and how far back one looks at all
LOOKS_A_CALL = 10
MAX_LOOKS = 20
MIN_NOTE = 5


class CannotGoLive(Exception):
	"""Why Live cannot be switched on now, as a sentence."""

	def __init__(self, text: str, retry_after: int | None = None):
		super().__init__(text)
		self.text = text
		self.retry_after = retry_after


@dataclass
class Unknown:
	"""What SmartBill has that this site does not know. `found` are the documents looked at, the latest first;
	`not_looked_at` counts the others of the last MAX_LOOKS."""

	numbers: dict[str, list[int]] = field(default_factory=dict)
	found: list[Found] = field(default_factory=list)
	not_looked_at: int = 0


def switch_live_on(
	name: str, reconciled: bool = False, note: str | None = None, looked_at: list[str] | None = None
) -> dict[str, Any]:
	"""{"live": True}, or what a person has to look at first: {"live": False, "why", "unknown", "question", ...}.

	Only `reconciled` with a note switches on where there is something to ask. `looked_at` are the numbers ("PRF 0042")
	that were shown already, to look further back. Raises PermissionError, CannotGoLive.
	To be called with nothing uncommitted.
	"""
	require_role("System Manager")
	account = frappe.get_doc("SmartBill Account", name)
	why = [text] if (text := _was_elsewhere(account)) else []
	if account.mode == modes.LIVE and not why:
		return {"live": True}
	_require_usable(account)

	deadline = time.monotonic() + CLICK_SECONDS
	gate = accounts.AccountGate(account.name, Lane.CLICK, patience=accounts.LONG_PATIENCE_S[Lane.CLICK])
	if refused := gate.reserve(2):
		raise CannotGoLive(explain_pace(refused), refused.retry_after)
	client = accounts.connect(account, gate=gate, deadline=deadline)
	next_numbers = _read_counters(account, client)
	unknown = _unknown(account, next_numbers)
	if (why or any(unknown.numbers.values())) and not reconciled:
		_look(account, client, unknown, set(looked_at or ()))
		return _question(why, unknown)
	if why or any(unknown.numbers.values()):
		_require_note(note)
	_switch(account, next_numbers, unknown, why, note)
	return {"live": True}


def _was_elsewhere(account: SmartBillAccount) -> str | None:
	"""Why this site may not be the one that issued last; None for an account that never was Live."""
	return modes.foreign(account) if account.live_site_id else None


def _require_usable(account: SmartBillAccount) -> None:
	if not account.has_allowed_url():
		raise CannotGoLive(
			_("The address in the SmartBill Account {0} is not allowed on this site.").format(account.name)
		)
	if account.paused:
		raise CannotGoLive(
			_("The account is paused: {0} Test the connection first.").format(account.pause_reason or "")
		)
	if seconds := accounts.seconds_blocked(account):
		raise CannotGoLive(explain_block(seconds), seconds)


def _read_counters(account: SmartBillAccount, client: Client) -> dict[str, int]:
	"""The next number of every series of the account, by modes.series_name."""
	wanted = {PROFORMA.series_type: [account.proforma_series, account.spare_series]}
	if account.invoice_series:
		wanted[INVOICE.series_type] = [account.invoice_series]
	found: dict[str, int] = {}
	for kind, series in wanted.items():
		answer = client.series(kind)
		_require_answer(answer)
		for one in filter(None, series):
			row = find_series(answer, one, kind)
			number = as_number(row.get("nextNumber")) if row else None
			if number is None:
				known = ", ".join(series_names(answer, kind)) or "-"
				raise CannotGoLive(_("SmartBill has no series {0} for this; it has: {1}.").format(one, known))
			found[modes.series_name(kind, one)] = number
	return found


def _require_answer(answer: Answer | NoAnswer) -> None:
	if isinstance(answer, NoAnswer):
		raise CannotGoLive(
			_("SmartBill cannot be reached: {0}.").format(_(explain_failure(answer))), answer.retry_after
		)
	if answer.status != 200 or answer.error_text or not answer.is_json_object:
		hint = hint_for(answer.text)
		advice = f" {_(hint.advice)}" if hint else ""
		raise CannotGoLive(f"{answer.text}{advice}", block_seconds(answer))


def _unknown(account: SmartBillAccount, next_numbers: dict[str, int]) -> Unknown:
	# what was accepted as it is when Live was switched on before, or seen by a survey since, is not asked again
	return Unknown(
		{
			series: counters.unknown_numbers(
				account.name, series, next_numbers[modes.series_name(PROFORMA.series_type, series)]
			)
			for series in filter(None, (account.proforma_series, account.spare_series))
		}
	)


def _look(account: SmartBillAccount, client: Client, unknown: Unknown, shown: set[str]) -> None:
	"""The latest of the unknown numbers, by their PDFs."""
	latest = [
		(series, number) for series, numbers in unknown.numbers.items() for number in numbers[-MAX_LOOKS:]
	]
	latest = sorted(latest, key=lambda one: one[1], reverse=True)[:MAX_LOOKS]
	waiting = [(series, number) for series, number in latest if _key(series, number) not in shown]
	for series, number in waiting[:LOOKS_A_CALL]:
		seen = counters.look_at(client, account.name, series, number)
		if not isinstance(seen, Found):
			break
		unknown.found.append(seen)
	unknown.not_looked_at = len(waiting) - len(unknown.found)


def _key(series: str, number: int | str) -> str:
	return f"{series} {as_number(number)}"


def _question(why: list[str], unknown: Unknown) -> dict[str, Any]:
	count = sum(map(len, unknown.numbers.values()))
	question = (
		_(
			"Numbers in SmartBill that this site does not know: {0}. Look through them: a proforma of one of your "
			"Quotations has to be linked to it, or it would be issued a second time. Is everything in order?"
		).format(count)
		if count
		else _(
			"SmartBill has no number that this site does not know. Is this the site that issues from now on?"
		)
	)
	return {
		"live": False,
		"why": why,
		"question": question,
		"count": count,
		"ranges": {series: _ranges(numbers) for series, numbers in unknown.numbers.items() if numbers},
		"unknown": [_described(seen) for seen in unknown.found],
		"not_looked_at": unknown.not_looked_at,
		"looked_at": [_key(seen.series, seen.number) for seen in unknown.found],
	}


def _described(seen: Found) -> dict[str, Any]:
	quotation = seen.quotation
	known = bool(quotation) and bool(frappe.db.exists("Quotation", quotation))
	if not seen.exists:
		text = _("no longer exists")
	elif not seen.reference:
		text = _("no reference of ours in its PDF")
	elif seen.proforma:
		text = _("a second document of {0}, beside {1}").format(quotation, seen.proforma)
	elif known:
		text = _("made for {0}: link it there").format(quotation)
	else:
		text = _("made for {0}, which this site does not have").format(quotation)
	return {
		"series": seen.series,
		"number": seen.number,
		"exists": seen.exists,
		"reference": seen.reference,
		"quotation": quotation if known else None,
		"proforma": seen.proforma or None,
		"text": text,
	}


def _ranges(numbers: list[int]) -> str:
	"""1, 2, 3, 7 as "1-3, 7"."""
	parts: list[list[int]] = []
	for number in numbers:
		if parts and number == parts[-1][-1] + 1:
			parts[-1].append(number)
		else:
			parts.append([number])
	return ", ".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)


def _require_note(note: str | None) -> None:
	if len((note or "").strip()) < MIN_NOTE:
		raise CannotGoLive(_("Say in a few words how the numbers were compared: it is kept for the audit."))


def _switch(
	account: SmartBillAccount,
	next_numbers: dict[str, int],
	unknown: Unknown,
	why: list[str],
	note: str | None,
) -> None:
	for series in unknown.numbers:
		counters.begin_at(account.name, series, next_numbers[modes.series_name(PROFORMA.series_type, series)])
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	account = frappe.get_doc("SmartBill Account", account.name, for_update=True)
	modes.bind(account)
	modes.accept_numbers(account, {name: number - 1 for name, number in next_numbers.items()})
	account.flags.writes_state = True
	account.flags.audit_event = audit.ACCOUNT_WENT_LIVE
	ranges = {series: _ranges(numbers) for series, numbers in unknown.numbers.items() if numbers}
	account.flags.audit_reason = "\n".join(
		filter(None, (*why, note, *(f"{series}: {numbers}" for series, numbers in ranges.items())))
	)
	account.save()
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
