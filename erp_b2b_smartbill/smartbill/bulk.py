"""Issuing many proformas: one background job works through the rows of a SmartBill Issue Run, one after the other.

A row is claimed, sent and settled by issue.py exactly as a click's, in the lane of bulk work: its calls keep the
account's bulk pace and leave the reserve to clicks. What became of it is committed before the next one begins, so a
job that dies is followed by another that goes on with the rows that still wait. The PDF is fetched right after its
document: what the row says is complete, and the series is free for a click in the meantime.

After ten minutes a job hands over to a fresh one. What may not go on (SmartBill blocks, a series has a document of
unknown outcome) holds up its company only; when nothing else is left, the job ends, and the scheduled pass starts
the next one in time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import format_datetime

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.exceptions import invalid
from erp_b2b_smartbill.permissions import SELLERS
from erp_b2b_smartbill.smartbill import bulk_row, runs, states
from erp_b2b_smartbill.smartbill.leases import Lease
from erp_b2b_smartbill.smartbill.runs import LEASES, RowResult

MAX_QUOTATIONS = 500
# of a document's name in Frappe
MAX_NAME = 140

JOB_SECONDS = 600
# what takes longer than this is left to a later job
SHORT_WAIT_S = 20
# a run that waits, for a person's decision say, does not surprise anybody days later
GIVE_UP_AFTER = timedelta(hours=24)
# results that come after the end of their run
MAX_ROWS_A_PASS = 200


def start(quotations: list[str]) -> Any:
	"""A new run of the session's user for these Quotations; its job is on the way. Raises NotReady.

	Each is checked now, so that what cannot be issued is seen at once, and again when its turn comes.
	"""
	names = _checked(quotations)
	user = frappe.session.user
	found = _companies(names)
	# one after the other in each company: while a run alone issues in a series, its counter is read once
	names.sort(key=lambda name: found.get(name) or "")
	rows = [
		(
			name,
			found.get(name),
			None if name in found and bulk_row.may_issue(name) else bulk_row.not_allowed(),
		)
		for name in names
	]
	run = runs.create(user, rows)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	LEASES.go_on(run.name)
	return run


def stop(run: str) -> None:
	"""After the document in the air nothing more is sent. Raises Conflict when the run is over."""
	LEASES.request_stop(run)


def work(run: str) -> str:
	"""The background job. Returns why it ended."""
	return LEASES.work(run, lambda lease: _Job(lease).work())


def resume_abandoned() -> None:
	"""Scheduled every minute: go on with the runs that no job works on, and complete those that are over."""
	LEASES.go_on_with_abandoned()
	_complete_rows_of_ended_runs()


def _checked(quotations: list[str]) -> list[str]:
	"""The names once each. Raises NotReady."""
	if not isinstance(quotations, list) or not all(
		isinstance(name, str) and 0 < len(name.strip()) <= MAX_NAME for name in quotations
	):
		raise invalid("quotations", _("Give the Quotations as a list of their names."))
	names = list(dict.fromkeys(name.strip() for name in quotations))
	if not names:
		raise invalid("quotations", _("Choose at least one Quotation."))
	if len(names) > MAX_QUOTATIONS:
		raise invalid(
			"quotations",
			_("At most {0} Quotations can be issued at once; {1} are chosen.").format(
				MAX_QUOTATIONS, len(names)
			),
		)
	return names


def _companies(names: list[str]) -> dict[str, str]:
	"""The companies of those Quotations that the session's user may see."""
	found = frappe.get_list("Quotation", {"name": ["in", names]}, ["name", "company"], limit_page_length=0)
	return {row.name: row.company for row in found}


class _Job:
	def __init__(self, lease: Lease):
		self._lease = lease
		self._began = clock.timestamp()
		# by company: when it may go on and what it waits for; the proforma that was issued last
		self._not_before: dict[str, datetime] = {}
		self._reasons: dict[str, str] = {}
		self._last: dict[str, str] = {}
		self._strikes: dict[str, int] = {}

	def work(self) -> str:
		run = self._lease.run
		if refusal := self._refusal():
			for row in runs.rows_of(run, runs.WAITING):
				self._record(row, RowResult(runs.NOT_ISSUED, refusal))
		self._follow_unknowns()
		waiting = runs.rows_of(run, runs.WAITING)
		while waiting:
			if self._lease.stop_requested:
				break
			if clock.timestamp() - self._began >= JOB_SECONDS:
				return self._hand_over()
			row = next((row for row in waiting if self._may_go(row)), None)
			if row is None:
				if self._is_given_up():
					for left in waiting:
						self._record(left, RowResult(runs.NOT_ISSUED, self._reasons.get(left.company or "")))
					break
				go_on_at = min(self._not_before[row.company or ""] for row in waiting)
				if not self._wait_until(go_on_at):
					return self._park(go_on_at, self._reason_until(go_on_at, waiting))
				continue
			self._issue(row, waiting)
		return self._end()

	def _refusal(self) -> str | None:
		"""Why nothing may be issued for the run's user at all (any more)."""
		if not features.is_on(features.PROFORMA):
			return _("Issuing proformas is switched off.")
		user = self._lease.requested_by
		if user != "Administrator" and not frappe.db.get_value("User", user, "enabled"):
			return _("The user {0} is disabled.").format(user)
		if not set(SELLERS) & set(frappe.get_roles()):
			return _("Your roles do not allow this.")
		return None

	def _may_go(self, row: Any) -> bool:
		not_before = self._not_before.get(row.company or "")
		return not_before is None or not_before <= clock.now()

	def _issue(self, row: Any, waiting: list[Any]) -> None:
		company = row.company or ""
		outcome = bulk_row.issue(row.quotation, self._lease.run, self._last.get(company))
		if isinstance(outcome, bulk_row.Later):
			self._not_before[company] = clock.now() + timedelta(seconds=outcome.seconds)
			self._reasons[company] = outcome.message
			self._lease = LEASES.beat(self._lease)
			return
		result = outcome.result
		if result.status == runs.ISSUED and result.proforma:
			self._last[company] = result.proforma
		self._record(row, result)
		waiting.remove(row)
		self._strikes[company] = self._strikes.get(company, 0) + outcome.strikes if outcome.strikes else 0
		if self._strikes[company] >= bulk_row.MAX_STRIKES:
			for other in [other for other in waiting if (other.company or "") == company]:
				self._record(other, replace(result, proforma=None))
				waiting.remove(other)

	def _record(self, row: Any, result: RowResult) -> None:
		self._lease = runs.record(self._lease, row.name, result)

	def _wait_until(self, moment: datetime) -> bool:
		"""Wait here for what takes seconds; False when it takes longer."""
		seconds = (moment - clock.now()).total_seconds()
		if seconds > SHORT_WAIT_S:
			return False
		if seconds > 0:
			clock.pause(min(seconds, 2))
			self._lease = LEASES.beat(self._lease)
		return True

	def _reason_until(self, moment: datetime, waiting: list[Any]) -> str:
		companies = {row.company or "" for row in waiting}
		reason = next(self._reasons[one] for one in companies if self._not_before[one] == moment)
		return _("{0} It goes on by itself at {1}.").format(reason, format_datetime(moment))

	def _is_given_up(self) -> bool:
		return clock.now() - self._lease.started_at > GIVE_UP_AFTER

	def _follow_unknowns(self) -> list[Any]:
		"""Look at what became of the rows of unknown outcome; returns those that will settle by themselves."""
		open_rows = []
		for row in runs.rows_of(self._lease.run, runs.UNKNOWN):
			if not frappe.db.exists("SmartBill Proforma", row.proforma):
				# deleted with its Quotation, which is possible only where nothing was created
				self._record(row, bulk_row.not_allowed())
				continue
			proforma = bulk_row.proforma_of(row)
			if bulk_row.may_be_sent_again(proforma, self._lease.run):
				runs.put_back(self._lease, row.name)
			elif result := bulk_row.settled(proforma, self._lease.run):
				self._record(row, result)
			elif not proforma.needs_person:
				open_rows.append(proforma)
		return open_rows

	def _end(self) -> str:
		if not self._lease.stop_requested and not self._is_given_up():
			open_proformas = self._follow_unknowns()
			if runs.rows_of(self._lease.run, runs.WAITING):
				return self._hand_over()
			if open_proformas:
				now = clock.now()
				looks = [one.next_look_at for one in open_proformas if one.next_look_at]
				go_on_at = max(min(looks, default=now), now) + timedelta(seconds=30)
				text = _("It is being found out whether SmartBill created {0}.").format(
					", ".join(one.name for one in open_proformas)
				)
				return self._park(go_on_at, text)
		LEASES.end(self._lease)
		return "it is over"

	def _park(self, go_on_at: datetime, message: str) -> str:
		LEASES.release(self._lease, go_on_at, message)
		return "it has to wait"

	def _hand_over(self) -> str:
		LEASES.release(self._lease, clock.now())
		LEASES.go_on(self._lease.run)
		return "the next job goes on"


def _complete_rows_of_ended_runs() -> None:
	"""A result per row stays true: what was unknown when the run ended is written down once it is settled."""
	row, run, proforma = (frappe.qb.DocType(name) for name in (runs.ROW, runs.RUN, "SmartBill Proforma"))
	found = (
		frappe.qb.from_(row)
		.join(run)
		.on(run.name == row.parent)
		.join(proforma)
		.on(proforma.name == row.proforma)
		.select(row.name, row.parent, row.proforma)
		.where((row.status == runs.UNKNOWN) & run.status.notin(runs.OPEN))
		.where(proforma.status.isin([*states.SETTLED, states.REJECTED]))
		.limit(MAX_ROWS_A_PASS)
	).run(as_dict=True)
	by_run: dict[str, dict[str, RowResult]] = {}
	for one in found:
		result = bulk_row.settled(bulk_row.proforma_of(one), one.parent)
		if result:
			by_run.setdefault(one.parent, {})[one.name] = result
	for name, results in by_run.items():
		runs.update_settled(name, results)
