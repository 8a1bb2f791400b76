"""Who works on a run: background work that several jobs may take up one after the other, never two at once.

A job works on a run by a lease: a token and a sign of life in the run's row. Whoever finds that the token is another's
has lost the run and writes nothing more. Every step is one transaction under the lock of that row, which is taken before
any other lock. A run without a sign of life is taken over by the next job.

The run's doctype has the fields status, requested_by, impersonated_by, worker, started_at, heartbeat_at, next_at,
message, job_number, crashes and stop_requested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.translate import get_user_lang
from frappe.utils.background_jobs import get_job_status

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.audit import origin
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.exceptions import Conflict, not_found

QUEUED = "Queued"
RUNNING = "Running"
COMPLETED = "Completed"
COMPLETED_WITH_ERRORS = "Completed With Errors"
FAILED = "Failed"
OPEN = (QUEUED, RUNNING)

# without a sign of life for so long, the job that worked on a run is taken for lost
STALE = timedelta(minutes=3)
# so many jobs in a row that ended without getting any further: something is wrong with the run itself
MAX_CRASHES = 5
# of the queue; a job ends by itself long before
JOB_TIMEOUT_S = 1500


class LeaseLost(Exception):
	"""Another job works on the run: this one ends without a word."""


@dataclass(frozen=True)
class Lease:
	"""A job's right to work on a run."""

	run: str
	token: str
	requested_by: str
	started_at: datetime
	stop_requested: bool = False
	impersonated_by: str | None = None


class Leases:
	"""The leases of one doctype of runs. `method` is the job, called with `run`; `event` tells open pages about a run,
	with the fields that are `shown`; `end` writes the end of a run, with a failure or None, inside a transaction of the
	caller's; `after_end` is called once that is committed."""

	def __init__(
		self,
		doctype: str,
		method: str,
		*,
		event: str,
		shown: tuple[str, ...],
		end: Callable[[str, str | None], None],
		after_end: Callable[[str], None],
	):
		self.doctype = doctype
		self._method = method
		self._event = event
		self._shown = shown
		self._end = end
		self._after_end = after_end

	def take(self, run: str) -> Lease | None:
		"""The lease of a run for a job; None when it is over, or another job works on it."""
		with self.locked(run) as stored:
			now = clock.now()
			if stored is None or stored.status not in OPEN or _is_alive(stored, now):
				return None
			# a lease that nobody gave back: its job was killed
			crashes = stored.crashes + 1 if stored.worker else stored.crashes
			started_at = stored.started_at or now
			token = frappe.generate_hash(length=16)
			self.write(
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
			lease = Lease(
				run,
				token,
				stored.requested_by,
				started_at,
				bool(stored.stop_requested),
				stored.impersonated_by,
			)
		if crashes >= MAX_CRASHES:
			self.end(lease, failure=_("The work on it broke off several times; see the Error Log."))
			return None
		self.publish(run)
		return lease

	def work(self, run: str, job: Callable[[Lease], str]) -> str:
		"""For the background job: do `job` with the rights of whoever asked for the run, when there is something to do.
		Returns why it ended. An error that it does not handle gives the run back."""
		lease = self.take(run)
		if lease is None:
			return "another job works on it, or it is over"
		with _as_user(lease.requested_by), origin.impersonated(lease.impersonated_by):
			try:
				return job(lease)
			except LeaseLost:
				return "another job took it over"
			except Exception:
				frappe.db.rollback()
				frappe.clear_messages()
				log_masked_error(f"{self.doctype} broke off")
				with suppress(LeaseLost):
					self.break_off(lease)
				return "it broke off"

	def beat(self, lease: Lease) -> Lease:
		"""A sign of life; the returned lease knows whether the run is to be stopped. Raises LeaseLost."""
		with self.owned(lease) as stored:
			self.write(lease.run, {"heartbeat_at": clock.now()})
		return replace(lease, stop_requested=bool(stored.stop_requested))

	def release(self, lease: Lease, go_on_at: datetime, message: str | None = None) -> None:
		"""Give the run back: another job goes on with it, at once or later."""
		with self.owned(lease):
			self.write(
				lease.run,
				{"worker": None, "next_at": go_on_at, "message": message, "heartbeat_at": clock.now()},
			)
		self.publish(lease.run)

	def break_off(self, lease: Lease) -> None:
		"""The job met an error that no part of the run explains: another one tries again in a minute."""
		with self.owned(lease) as stored:
			self.write(
				lease.run,
				{
					"worker": None,
					"next_at": clock.now() + timedelta(minutes=1),
					"crashes": stored.crashes + 1,
					"message": _("Something went wrong; the work goes on in a minute."),
				},
			)
		self.publish(lease.run)

	def end(self, lease: Lease, *, failure: str | None = None) -> None:
		"""The run is over, with `failure` as the reason where there is one."""
		with self.owned(lease):
			self._end(lease.run, failure)
		self._after_end(lease.run)

	def request_stop(self, run: str) -> None:
		"""Stop after the step in the air; at once when no job is at work. Raises Conflict when the run is over."""
		with self.locked(run) as stored:
			if stored is None:
				raise not_found(run)
			if stored.status not in OPEN:
				raise Conflict(_("The run is over already."), code="run_over")
			self.write(run, {"stop_requested": 1})
			idle = not _is_alive(stored, clock.now())
			if idle:
				self._end(run, None)
		if idle:
			self._after_end(run)
		else:
			self.publish(run)

	def go_on(self, run: str) -> None:
		"""Put the run's next job into the queue, unless there is one. Never raises: the scheduled pass asks again."""
		try:
			number = frappe.db.get_value(self.doctype, run, "job_number")
			if number and get_job_status(self._job_id(run, number)) == "queued":
				return
			number = self._next_job(run)
			if number is None:
				return
			frappe.enqueue(
				self._method,
				queue="long",
				timeout=JOB_TIMEOUT_S,
				# a job hands over while it is still running, so each has a number of its own
				job_id=self._job_id(run, number),
				deduplicate=True,
				enqueue_after_commit=True,
				run=run,
			)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
		except Exception:
			frappe.db.rollback()
			log_masked_error(f"The job of a {self.doctype} could not be started")

	def go_on_with_abandoned(self) -> None:
		"""For the scheduler: the runs that are open and that no job works on."""
		for run in frappe.get_all(
			self.doctype, {"status": ["in", OPEN]}, pluck="name", order_by="creation", limit=100
		):
			self.go_on(run)

	def publish(self, run: str) -> None:
		"""Tell open pages how far it is; they ask for the rest themselves."""
		state = frappe.db.get_value(
			self.doctype, run, ["name", "status", "requested_by", *self._shown], as_dict=True
		)
		if not state:
			return
		user = state.pop("requested_by")
		for target in ({"doctype": self.doctype, "docname": run}, {"user": user}):
			frappe.publish_realtime(self._event, dict(state), **target)

	@contextmanager
	def owned(self, lease: Lease) -> Iterator[Any]:
		"""A transaction of whoever has the run. Raises LeaseLost."""
		with self.locked(lease.run) as stored:
			if stored is None or stored.worker != lease.token:
				raise LeaseLost(lease.run)
			yield stored

	@contextmanager
	def locked(self, run: str) -> Iterator[Any]:
		"""The run's row under lock in a transaction of its own."""
		# a fresh snapshot, and nothing of the caller's held while waiting
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		try:
			yield frappe.db.get_value(
				self.doctype,
				run,
				[
					"status",
					"requested_by",
					"impersonated_by",
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

	def write(self, run: str, values: dict[str, Any]) -> None:
		frappe.db.set_value(self.doctype, run, values, update_modified=False)

	def _next_job(self, run: str) -> int | None:
		"""The number of the job that is to go on with the run now; None when it need not."""
		with self.locked(run) as stored:
			now = clock.now()
			if stored is None or stored.status not in OPEN or _is_alive(stored, now):
				return None
			if stored.next_at and stored.next_at > now:
				return None
			number = (stored.job_number or 0) + 1
			self.write(run, {"job_number": number})
		return number

	def _job_id(self, run: str, number: int) -> str:
		return f"smartbill-run-{run}-{number}"


@contextmanager
def _as_user(user: str) -> Iterator[None]:
	"""Work with the rights and in the language of whoever asked for the run: a queue does not keep its user always."""
	before, language = frappe.session.user, frappe.local.lang
	frappe.set_user(user)
	frappe.local.lang = get_user_lang(user)
	try:
		yield
	finally:
		frappe.set_user(before)
		frappe.local.lang = language


def _is_alive(stored: Any, now: datetime) -> bool:
	"""Whether a job is at work."""
	# One can seem to lie ahead: a little where the clocks of two servers differ, and then the job lives; an hour where
	# summer time has just ended, for stored moments are local.
	return bool(stored.worker and stored.heartbeat_at and abs(now - stored.heartbeat_at) < STALE)
