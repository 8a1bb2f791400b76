"""The one writer of SmartBill Issue Run: who works on a run, what became of each row, how far it is.

Every step is one short transaction under the lock of the run's row, which is never held together with another lock.
A job works on a run by a lease: a token and a sign of life in the row. Whoever finds that the token is another's has
lost the run and writes nothing more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.exceptions import Conflict, Problem, not_found

RUN = "SmartBill Issue Run"
ROW = "SmartBill Issue Run Row"

QUEUED = "Queued"
RUNNING = "Running"
COMPLETED = "Completed"
COMPLETED_WITH_ERRORS = "Completed With Errors"
FAILED = "Failed"
OPEN = (QUEUED, RUNNING)

WAITING = "Waiting"
ISSUED = "Issued"
ALREADY_ISSUED = "Already issued"
NOT_ISSUED = "Not issued"
UNKNOWN = "Unknown"
STOPPED = "Stopped"

# without a sign of life for so long, the job that worked on a run is taken for lost
STALE = timedelta(minutes=3)
# so many jobs in a row that ended without finishing a single row: something is wrong with the run itself
MAX_CRASHES = 5
DATABASE_TRIES = 3


class LeaseLost(Exception):
	"""Another job works on the run: this one ends without a word."""


@dataclass(frozen=True)
class RowResult:
	"""What became of one Quotation, in the language of whoever asked for the run."""

	status: str
	message: str | None = None
	number: str | None = None
	proforma: str | None = None
	problems: tuple[Problem, ...] = ()

	def values(self) -> dict[str, Any]:
		return {
			"status": self.status,
			"message": self.message,
			"number": self.number,
			"proforma": self.proforma,
			"problems": json.dumps(self.problems, ensure_ascii=False) if self.problems else None,
		}


@dataclass(frozen=True)
class Lease:
	"""A job's right to work on a run."""

	run: str
	token: str
	requested_by: str
	started_at: datetime
	stop_requested: bool = False


def create(requested_by: str, rows: list[tuple[str, str | None, RowResult | None]]) -> Any:
	"""A new run of (Quotation, its company, what is known of it already). The caller commits."""
	doc = frappe.get_doc(
		{
			"doctype": RUN,
			"status": QUEUED,
			"requested_by": requested_by,
			"total": len(rows),
			"rows": [
				{
					"quotation": quotation,
					"company": company,
					**(known.values() if known else {"status": WAITING}),
				}
				for quotation, company, known in rows
			],
		}
	)
	doc.update(_counts([row.status for row in doc.rows]))
	doc.flags.written_by_run = True
	# a Quotation that does not exist is a row as well
	doc.flags.ignore_links = True
	return doc.insert(ignore_permissions=True)


def take(run: str) -> Lease | None:
	"""The lease of a run for a job; None when it is over, or another job works on it."""
	with _locked(run) as stored:
		now = clock.now()
		if stored is None or stored.status not in OPEN or _is_alive(stored, now):
			return None
		# a lease that nobody gave back: its job was killed
		crashes = stored.crashes + 1 if stored.worker else stored.crashes
		started_at = stored.started_at or now
		token = frappe.generate_hash(length=16)
		_write(
			run,
			{
				"status": RUNNING,
				"worker": token,
				"started_at": started_at,
				"heartbeat_at": now,
				"next_at": None,
				"message": None,
				"crashes": crashes,
			},
		)
		lease = Lease(run, token, stored.requested_by, started_at, bool(stored.stop_requested))
	if crashes >= MAX_CRASHES:
		end(lease, failure=_("The work on it broke off several times; see the Error Log."))
		return None
	publish(run)
	return lease


def beat(lease: Lease) -> Lease:
	"""A sign of life; the returned lease knows whether the run is to be stopped. Raises LeaseLost."""
	with _owned(lease) as stored:
		_write(lease.run, {"heartbeat_at": clock.now()})
	return replace(lease, stop_requested=bool(stored.stop_requested))


def record(lease: Lease, row: str, result: RowResult) -> Lease:
	"""Write down what became of a row, with a sign of life. Raises LeaseLost."""
	for tries_left in range(DATABASE_TRIES - 1, -1, -1):
		try:
			with _owned(lease) as stored:
				frappe.db.set_value(ROW, row, result.values(), update_modified=False)
				_write(lease.run, {"heartbeat_at": clock.now(), "crashes": 0, **_count(lease.run)})
			break
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
			if not tries_left:
				raise
	publish(lease.run)
	return replace(lease, stop_requested=bool(stored.stop_requested))


def put_back(lease: Lease, row: str) -> None:
	"""A row whose proforma was proven not to exist is to be issued again."""
	record(lease, row, RowResult(WAITING))


def release(lease: Lease, go_on_at: datetime, message: str | None = None) -> None:
	"""Give the run back: another job goes on with it, at once or later."""
	with _owned(lease):
		_write(
			lease.run,
			{"worker": None, "next_at": go_on_at, "message": message, "heartbeat_at": clock.now()},
		)
	publish(lease.run)


def break_off(lease: Lease) -> None:
	"""The job met an error that is not a row's: another one tries again in a minute."""
	with _owned(lease) as stored:
		_write(
			lease.run,
			{
				"worker": None,
				"next_at": clock.now() + timedelta(minutes=1),
				"crashes": stored.crashes + 1,
				"message": _("Something went wrong; the work goes on in a minute."),
			},
		)
	publish(lease.run)


def end(lease: Lease, *, failure: str | None = None) -> None:
	"""The run is over. Rows that still wait are stopped, with `failure` as the reason where there is one."""
	with _owned(lease):
		_end(lease.run, failure)
	_after_the_end(lease.run)


def request_stop(run: str) -> None:
	"""Stop after the document in the air; at once when no job is at work. Raises Conflict when the run is over."""
	with _locked(run) as stored:
		if stored is None:
			raise not_found(run)
		if stored.status not in OPEN:
			raise Conflict(_("The run is over already."), code="run_over")
		_write(run, {"stop_requested": 1})
		idle = not _is_alive(stored, clock.now())
		if idle:
			_end(run, None)
	if idle:
		_after_the_end(run)
	else:
		publish(run)


def next_job(run: str) -> int | None:
	"""The number of the job that is to go on with the run now; None when it need not."""
	with _locked(run) as stored:
		now = clock.now()
		if stored is None or stored.status not in OPEN or _is_alive(stored, now):
			return None
		if stored.next_at and stored.next_at > now:
			return None
		number = (stored.job_number or 0) + 1
		_write(run, {"job_number": number})
	return number


def rows_of(run: str, status: str) -> list[Any]:
	return frappe.get_all(
		ROW,
		{"parent": run, "parenttype": RUN, "status": status},
		["name", "quotation", "company", "proforma"],
		order_by="idx",
	)


def update_settled(run: str, results: dict[str, RowResult]) -> None:
	"""Rows of a run that is over, whose outcome is known by now."""
	with _locked(run) as stored:
		if stored is None or stored.status in OPEN:
			return
		for row, result in results.items():
			if frappe.db.get_value(ROW, row, "status") == UNKNOWN:
				frappe.db.set_value(ROW, row, result.values(), update_modified=False)
		counts = _count(run)
		status = stored.status if stored.status == FAILED else _final_status(counts)
		_write(run, {**counts, "status": status})
	publish(run)


def publish(run: str) -> None:
	"""Tell open pages how far it is; they ask for the rows themselves."""
	state = frappe.db.get_value(
		RUN,
		run,
		["name", "status", "requested_by", "total", "done", "issued", "failed", "message"],
		as_dict=True,
	)
	if not state:
		return
	user = state.pop("requested_by")
	for target in ({"doctype": RUN, "docname": run}, {"user": user}):
		frappe.publish_realtime("smartbill_run", dict(state), **target)


def _end(run: str, failure: str | None) -> None:
	waiting = {"parent": run, "parenttype": RUN, "status": WAITING}
	frappe.db.set_value(ROW, waiting, {"status": STOPPED, "message": failure}, update_modified=False)
	counts = _count(run)
	_write(
		run,
		{
			"status": FAILED if failure else _final_status(counts),
			"message": failure,
			"worker": None,
			"next_at": None,
			"ended_at": clock.now(),
			"heartbeat_at": clock.now(),
			**counts,
		},
	)


def _after_the_end(run: str) -> None:
	publish(run)
	_notify(run)


def _notify(run: str) -> None:
	"""Tell whoever asked for it, when something needs him. Never raises."""
	try:
		state = frappe.db.get_value(RUN, run, ["requested_by", "total", "issued", "status"], as_dict=True)
		if state.status == COMPLETED:
			return
		text = _("{0} of {1} proformas are issued; see what became of the others.").format(
			state.issued, state.total
		)
		frappe.get_doc(
			{
				"doctype": "Notification Log",
				"type": "Alert",
				"for_user": state.requested_by,
				"from_user": frappe.session.user,
				"document_type": RUN,
				"document_name": run,
				"subject": f"<b>{frappe.utils.escape_html(run)}</b>: {frappe.utils.escape_html(text)}",
			}
		).insert(ignore_permissions=True)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
	except Exception:
		frappe.db.rollback()
		log_masked_error("The end of a SmartBill Issue Run could not be told")


def _final_status(counts: dict[str, int]) -> str:
	return COMPLETED if counts["issued"] == counts["total"] else COMPLETED_WITH_ERRORS


def _counts(statuses: list[str]) -> dict[str, int]:
	return {
		"total": len(statuses),
		"done": sum(status != WAITING for status in statuses),
		"issued": sum(status in (ISSUED, ALREADY_ISSUED) for status in statuses),
		"failed": sum(status in (NOT_ISSUED, STOPPED) for status in statuses),
	}


def _count(run: str) -> dict[str, int]:
	row = frappe.qb.DocType(ROW)
	found = (
		frappe.qb.from_(row)
		.select(row.status, Count("*"))
		.where((row.parent == run) & (row.parenttype == RUN))
		.groupby(row.status)
	).run()
	return _counts([status for status, count in found for _each in range(count)])


def _is_alive(stored: Any, now: datetime) -> bool:
	"""Whether a job is at work."""
	# stored moments are local: in the hour after summer time ends, one can seem to lie ahead
	return bool(stored.worker and stored.heartbeat_at and timedelta(0) <= now - stored.heartbeat_at < STALE)


@contextmanager
def _owned(lease: Lease) -> Iterator[Any]:
	with _locked(lease.run) as stored:
		if stored is None or stored.worker != lease.token:
			raise LeaseLost(lease.run)
		yield stored


@contextmanager
def _locked(run: str) -> Iterator[Any]:
	"""The run's row under lock in a transaction of its own."""
	# a fresh snapshot, and nothing of the caller's held while waiting
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	try:
		yield frappe.db.get_value(
			RUN,
			run,
			[
				"status",
				"requested_by",
				"worker",
				"started_at",
				"heartbeat_at",
				"next_at",
				"job_number",
				"crashes",
				"stop_requested",
			],
			as_dict=True,
			for_update=True,
		)
	except BaseException:
		frappe.db.rollback()
		raise
	# the next job, and whoever watches, must see this step
	frappe.db.commit()  # nosemgrep: frappe-manual-commit


def _write(run: str, values: dict[str, Any]) -> None:
	frappe.db.set_value(RUN, run, values, update_modified=False)
