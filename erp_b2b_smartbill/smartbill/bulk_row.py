"""One row of an Issue Run: issue.py's result or refusal in the words of a row, or how long to wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.exceptions import (
	AppError,
	NotReady,
	SeriesBusy,
	SeriesUnsettled,
	SmartBillCredentialsRefused,
	SmartBillRateLimited,
	SmartBillRefused,
	SmartBillUnreachable,
)
from erp_b2b_smartbill.smartbill import claim, runs, states
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.runs import RowResult

DATABASE_TRIES = 3
# of a proforma that was proven not to exist
MAX_ATTEMPTS = 3
SERIES_BUSY_S = 2
UNREACHABLE_S = 60
# a person has to decide: look again now and then
PERSON_S = 120
# in which a problem is the whole account's
ACCOUNT_FIELDS = {"company", "api_url", "mode", "proforma_series"}
# so much against an account in a row, and its other rows are not tried: each would be refused alike, for a call
MAX_STRIKES = 3


@dataclass(frozen=True)
class Done:
	"""What became of a row; `strikes` tells how much that speaks against its account."""

	result: RowResult
	strikes: int = 0


@dataclass(frozen=True)
class Later:
	"""Nothing was sent, and nothing of this company may be for so long."""

	seconds: float
	message: str


def may_issue(quotation: str) -> bool:
	"""Whether the session's user may write the Quotation, which exists."""
	return bool(frappe.has_permission("Quotation", "write", doc=quotation))


def not_allowed() -> RowResult:
	# one sentence for both: who may not see it learns nothing about it
	return RowResult(runs.NOT_ISSUED, _("There is no such Quotation, or you have no right to change it."))


def issue(quotation: str, run: str, after: str | None) -> Done | Later:
	"""Issue the proforma of one Quotation as the session's user. Never raises: what cannot be issued is a result."""
	try:
		return _issue(quotation, run, after)
	except Exception:
		frappe.db.rollback()
		log_masked_error("A proforma of a SmartBill Issue Run failed")
		return _after_a_failure(
			quotation, run, _("Something went wrong; the administrator finds it in the Error Log.")
		)
	finally:
		frappe.db.rollback()
		frappe.clear_messages()


def _issue(quotation: str, run: str, after: str | None) -> Done | Later:
	for tries_left in range(DATABASE_TRIES - 1, -1, -1):
		# rights and documents as they are now, not as an earlier row found them
		frappe.db.rollback()
		frappe.set_user(frappe.session.user)
		try:
			doc = frappe.get_doc("Quotation", quotation)
			doc.check_permission("write")
			result = issuing.issue(doc, lane=Lane.BULK, run=run, after=after)
			return _of_document(result.document, run)
		except (frappe.DoesNotExistError, frappe.PermissionError):
			return Done(not_allowed())
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
			frappe.db.rollback()
			if not tries_left:
				return _after_a_failure(quotation, run, _("The database was busy."))
			clock.pause(1)
		except AppError as error:
			frappe.db.rollback()
			if error.code == "changed" and tries_left:
				continue
			return _of_error(error)
	raise AssertionError("unreachable")


def _of_document(doc: Any, run: str) -> Done | Later:
	if result := settled(doc, run):
		return Done(result)
	if doc.status == states.SENDING:
		return Later(SERIES_BUSY_S, _("{0} is being issued by somebody.").format(doc.name))
	if doc.status == states.QUEUED:
		return Later(SERIES_BUSY_S, doc.error or _("{0} waits to be sent.").format(doc.name))
	text = _("Outcome unknown: SmartBill may have created it. It is looked for by itself.")
	return Done(RowResult(runs.UNKNOWN, text, proforma=doc.name))


def settled(doc: Any, run: str) -> RowResult | None:
	"""The row's result once its proforma has come to an end; None while it has not."""
	if doc.status == states.REJECTED:
		return RowResult(runs.NOT_ISSUED, doc.error, proforma=doc.name)
	if doc.status not in states.SETTLED:
		return None
	own = doc.run == run
	notes = [note for note in (doc.notices or "").splitlines() if note]
	if doc.status == states.DRAFT:
		notes.insert(0, _("SmartBill has a draft without a number."))
	elif not doc.pdf and doc.number:
		notes.append(_("Its PDF is still missing and is fetched by itself."))
	return RowResult(
		runs.ISSUED if own else runs.ALREADY_ISSUED,
		"\n".join(notes) or None,
		number=doc.full_number,
		proforma=doc.name,
	)


def may_be_sent_again(doc: Any, run: str) -> bool:
	"""Whether it was proven not to exist, and this run is who sent it last."""
	return (
		doc.status == states.REJECTED
		and (doc.verdict or "").startswith("absent")
		and doc.run == run
		and doc.attempt < MAX_ATTEMPTS
	)


def proforma_of(row: Any) -> Any:
	"""The proforma of a row of unknown outcome, as it is stored now."""
	frappe.db.rollback()
	return frappe.get_doc("SmartBill Proforma", row.proforma)


def _of_error(error: AppError) -> Done | Later:
	if isinstance(error, SmartBillRateLimited):
		return Later(error.retry_after or 1, error.message)
	if isinstance(error, SeriesBusy):
		return Later(error.retry_after or SERIES_BUSY_S, error.message)
	if isinstance(error, SeriesUnsettled):
		return Later(_seconds_until_settled(error), error.message)
	if isinstance(error, SmartBillUnreachable):
		return Later(error.retry_after or UNREACHABLE_S, error.message)
	return Done(RowResult(runs.NOT_ISSUED, error.message, problems=tuple(error.problems)), _strikes(error))


def _strikes(error: AppError) -> int:
	if isinstance(error, SmartBillCredentialsRefused) or error.code in ("paused", "not_live"):
		return MAX_STRIKES
	if isinstance(error, NotReady):
		return MAX_STRIKES if ACCOUNT_FIELDS & {problem["field"] for problem in error.problems} else 0
	points_to_account = any(problem.get("doctype") == "SmartBill Account" for problem in error.problems)
	return 1 if isinstance(error, SmartBillRefused) and points_to_account else 0


def _seconds_until_settled(error: SeriesUnsettled) -> float:
	holder = next((problem for problem in error.problems if problem.get("name")), None)
	if holder is None:
		return UNREACHABLE_S
	found = frappe.db.get_value(
		holder["doctype"], holder["name"], ["needs_person", "next_look_at"], as_dict=True
	)
	if not found or found.needs_person or not found.next_look_at:
		return PERSON_S
	return max((get_datetime(found.next_look_at) - clock.now()).total_seconds(), 0) + 30


def _after_a_failure(quotation: str, run: str, text: str) -> Done | Later:
	"""After an error that nobody foresaw: what is stored decides whether something may have been sent."""
	doc = claim.current(quotation)
	if doc is None or doc.status in (states.QUEUED, states.REJECTED):
		return Done(RowResult(runs.NOT_ISSUED, text, proforma=doc and doc.name))
	return _of_document(doc, run)
