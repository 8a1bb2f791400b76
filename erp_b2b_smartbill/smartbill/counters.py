"""Whether a series of an account moved without this site: who gave the numbers that it does not know.

The proof of what was issued rests on the counter of a series that nobody else writes into. So the numbers given since
the last survey that are no document of this site are looked up: one that carries a reference of ours is a second
document of an offer, any other was given by somebody else. Both are told once. Source: docs/smartbill-api.md 5.1, 5.2.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit.managers import notify_managers
from erp_b2b_smartbill.smartbill import claim, modes, numbers, pdf, states
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.client import Client, find_series
from erp_b2b_smartbill.smartbill.kinds import PROFORMA
from erp_b2b_smartbill.smartbill.reconcile import number_forms, references_in
from erp_b2b_smartbill.smartbill.verdict import NoAnswer, as_number, is_missing

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

MAX_LOOKS = 10
MAX_NOTICES = 5


@dataclass(frozen=True)
class Found:
	"""What stands under a number in SmartBill. `reference` is ours, e.g. `SAL-QTN-2026-00017/1`, or empty; `proforma`
	is the SmartBill Proforma with it. `exists` is False for a number whose document was deleted."""

	series: str
	number: str
	exists: bool = True
	reference: str = ""
	proforma: str = ""

	@property
	def quotation(self) -> str:
		return self.reference.rpartition("/")[0]


@dataclass
class Survey:
	"""`failure` is set when SmartBill could not be asked to the end: what was not looked at is looked at next time."""

	foreign: list[Found] = field(default_factory=list)
	doubles: list[Found] = field(default_factory=list)
	# series -> (next number, highest number known here)
	went_back: dict[str, tuple[int, int]] = field(default_factory=dict)
	not_looked_at: dict[str, list[int]] = field(default_factory=dict)
	failure: Answer | NoAnswer | None = None


def missing(known_numbers: Collection[int], last_checked: int, next_number: int) -> list[int]:
	"""The numbers that a series gave since `last_checked` and that are not known."""
	return [number for number in range(last_checked + 1, next_number) if number not in known_numbers]


def survey(
	account: SmartBillAccount, client: Client, answer: Answer | None = None, max_looks: int = MAX_LOOKS
) -> Survey:
	"""Compare the proforma series of an account with what this site knows, and tell what is new. `answer` is a list of
	the series that was read just now. To be called with nothing uncommitted."""
	found = Survey()
	read = answer or client.series(PROFORMA.series_type)
	if isinstance(read, NoAnswer) or read.status != 200 or read.error_text:
		found.failure = read
		return found
	for series in _series_of(account):
		row = find_series(read, series, PROFORMA.series_type)
		next_number = as_number(row.get("nextNumber")) if row else None
		if next_number is not None:
			max_looks -= _survey_series(account.name, series, next_number, client, max_looks, found)
	_tell(account, found)
	return found


def checked_until(account: str, series: str) -> int | None:
	"""The last number of a proforma series that was looked at; None before the first survey."""
	stored = frappe.db.get_value("SmartBill Account", account, "counters")
	return _of(_decoded(stored), series).get("checked")


def never_surveyed(account: Any) -> list[str]:
	"""The series of an account that no survey has looked at yet."""
	state = _decoded(account.counters)
	return [series for series in _series_of(account) if _of(state, series).get("checked") is None]


def own_numbers(account: str, series: str) -> set[int]:
	"""The numbers of this site that are no SmartBill Proforma: those of a live check."""
	stored = frappe.db.get_value("SmartBill Account", account, "counters")
	return set(_of(_decoded(stored), series).get("own") or ())


def note_own(account: str, series: str, number: int) -> None:
	"""A number that this site takes without a SmartBill Proforma. Committed."""
	own = own_numbers(account, series) | {number}
	_store(account, series, own=sorted(own))


def begin_at(account: str, series: str, next_number: int) -> None:
	"""Everything before `next_number` is accepted as it is. Committed."""
	_store(account, series, checked=next_number - 1, at=clock.now().isoformat(sep=" "), back=None)


def unknown_numbers(account: str, series: str, next_number: int, since: int | None = None) -> list[int]:
	"""The numbers of a proforma series since `since` (default: the last survey) that this site does not know."""
	start = (checked_until(account, series) or 0) if since is None else since
	known = numbers.known_numbers(PROFORMA.doctype, account, series, start + 1, next_number)
	return missing(known | own_numbers(account, series), start, next_number)


def look_at(client: Client, account: str, series: str, number: int) -> Found | Answer | NoAnswer:
	"""What stands under a number of a proforma series, by its PDF; or why it could not be seen."""
	width = numbers.usual_width(PROFORMA.doctype, account, series)
	for text in number_forms(number, width):
		outcome = client.proforma_pdf(series, text)
		if isinstance(outcome, bytes):
			references = references_in(pdf.text_of(outcome))
			reference = references[0] if references else ""
			return Found(series, text, True, reference, _proforma_with(account, reference) or "")
		if isinstance(outcome, NoAnswer) or not is_missing(outcome):
			return outcome
	return Found(series, str(number), exists=False)


def _series_of(account: Any) -> list[str]:
	return [series for series in (account.proforma_series, account.spare_series) if series]


def _survey_series(
	account: str, series: str, next_number: int, client: Client, max_looks: int, found: Survey
) -> int:
	"""Returns how many documents were looked at."""
	last_checked = checked_until(account, series)
	if last_checked is None:
		# what was given before this site's first document is not its business
		begin_at(account, series, _first_own(account, series) or next_number)
		last_checked = checked_until(account, series)
	_compare_with_highest(account, series, next_number, found)
	end = min([next_number, *_in_the_air(account, series)])
	looks = 0
	for number in unknown_numbers(account, series, end, last_checked):
		seen = look_at(client, account, series, number) if looks < max_looks else None
		if not isinstance(seen, Found):
			found.failure = seen or found.failure
			end = number
			break
		looks += 1
		if seen.proforma:
			_raise_alarm(seen, found)
		else:
			found.foreign.append(seen)
	if rest := unknown_numbers(account, series, min([next_number, *_in_the_air(account, series)]), end - 1):
		found.not_looked_at[series] = rest
	_advance_to(account, series, end)
	return looks


def _advance_to(account: str, series: str, end: int) -> None:
	if end - 1 > (checked_until(account, series) or 0):
		_store(account, series, checked=end - 1, at=clock.now().isoformat(sep=" "))


def _first_own(account: str, series: str) -> int | None:
	"""The first number that this site got, or was to get, in a series."""
	firsts = [
		frappe.get_all(
			PROFORMA.doctype,
			{"account": account, "series": series, field: [">", 0]},
			order_by=field,
			limit=1,
			pluck=field,
		)
		for field in ("number_value", "expected_number")
	]
	return min((found[0] for found in firsts if found), default=None)


def _compare_with_highest(account: str, series: str, next_number: int, found: Survey) -> None:
	highest = frappe.get_all(
		PROFORMA.doctype,
		{"account": account, "series": series, "number_value": [">", 0]},
		order_by="number_value desc",
		limit=1,
		pluck="number_value",
	)
	if not highest or next_number > highest[0]:
		return
	state = _of(_decoded(frappe.db.get_value("SmartBill Account", account, "counters")), series)
	if state.get("back") != next_number:
		found.went_back[series] = (next_number, highest[0])
		_store(account, series, back=next_number)


def _in_the_air(account: str, series: str) -> list[int]:
	"""The numbers from which on a document of ours is not settled: its own may be among what seems missing."""
	return [
		number
		for number in frappe.get_all(
			PROFORMA.doctype,
			{"account": account, "series": series, "status": ["in", states.HOLDS_SERIES]},
			pluck="expected_number",
		)
		if number
	]


def _proforma_with(account: str, reference: str) -> str | None:
	"""The proforma of a reference as it was read in a PDF, where blanks are lost."""
	if not reference:
		return None
	found = frappe.db.sql(
		"""select name from `tabSmartBill Proforma`
		where account = %s and replace(reference, ' ', '') = %s order by creation desc limit 1""",
		(account, f"Ref.{reference}"),
	)
	return found[0][0] if found else None


def _raise_alarm(seen: Found, found: Survey) -> None:
	doc = frappe.get_doc(PROFORMA.doctype, seen.proforma)
	if doc.status in states.HOLDS_SERIES:
		# it is looked for by its own means
		return
	found.doubles.append(seen)
	claim.raise_alarm(claim.claim_of(doc), seen.number, {"seen_by": "survey"})


def _tell(account: SmartBillAccount, found: Survey) -> None:
	"""The notice on the account, one Business Event and a message to the managers, committed."""
	texts = [_foreign_text(seen) for seen in found.foreign]
	texts += [
		_(
			"SmartBill would give the number {0} of the series {1} again, though {2} is known here: somebody deleted "
			"documents there."
		).format(next_number, series, highest)
		for series, (next_number, highest) in found.went_back.items()
	]
	if not texts:
		return
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	locked = frappe.get_doc("SmartBill Account", account.name, for_update=True)
	lines = (locked.counter_notice or "").splitlines()
	notice = "\n".join([*lines, *(text for text in texts if text not in lines)][-MAX_NOTICES:])
	frappe.db.set_value("SmartBill Account", account.name, "counter_notice", notice, update_modified=False)
	audit.record(
		audit.ACCOUNT_COUNTER_MOVED,
		locked,
		after={"numbers": [f"{seen.series} {seen.number}" for seen in found.foreign]},
		reason="\n".join(texts),
	)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	notify_managers(locked, " ".join(texts))


def _foreign_text(seen: Found) -> str:
	if not seen.exists:
		return _(
			"The number {0} of the series {1} was given by somebody else, and its document is gone."
		).format(seen.number, seen.series)
	if seen.reference:
		return _("The number {0} of the series {1} names {2}, but it was not issued from this site.").format(
			seen.number, seen.series, seen.reference
		)
	return _("The number {0} of the series {1} was issued by somebody else.").format(seen.number, seen.series)


def _store(account: str, series: str, **values: Any) -> None:
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	stored = frappe.db.get_value("SmartBill Account", account, "counters", for_update=True)
	state = _decoded(stored)
	state[modes.series_name(PROFORMA.series_type, series)] = {**_of(state, series), **values}
	frappe.db.set_value(
		"SmartBill Account", account, "counters", json.dumps(state, sort_keys=True), update_modified=False
	)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit


def _of(state: dict[str, Any], series: str) -> dict[str, Any]:
	return state.get(modes.series_name(PROFORMA.series_type, series)) or {}


def _decoded(stored: str | None) -> dict[str, Any]:
	return json.loads(stored or "{}")
