"""The background job of a SmartBill Sync Run: reads SmartBill's clients, page by page or row by row, to the end.

One chunk, its cursor and its counts are one transaction: whatever ends the job, the next one goes on behind the last
chunk. After ten minutes it hands over to a fresh one. What SmartBill or the network refuses for a while parks the run;
the scheduled pass starts the next job in time. When everything was read, three passes follow, see finishing.py.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import timedelta
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.audit import origin
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.exceptions import Conflict, NotReady
from erp_b2b_smartbill.smartbill import accounts, modes
from erp_b2b_smartbill.smartbill.clients import (
	chunk,
	finishing,
	importing,
	pages,
	rejected,
	store,
	sync_runs,
)
from erp_b2b_smartbill.smartbill.clients.chunk import Counts, Policy
from erp_b2b_smartbill.smartbill.clients.files.mapping import LABELS
from erp_b2b_smartbill.smartbill.clients.files.refusal import FileRefused
from erp_b2b_smartbill.smartbill.clients.importing import FileReader, Rows
from erp_b2b_smartbill.smartbill.clients.record import ClientRecord, from_v3, too_long
from erp_b2b_smartbill.smartbill.clients.store import API, FILE
from erp_b2b_smartbill.smartbill.clients.sync_runs import LEASES, RUN
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.leases import FAILED, Lease, LeaseLost

JOB_SECONDS = 600
# what takes longer than this is left to a later job
SHORT_WAIT_S = 20
# so many clients do not vanish at once
MANY = 10
# a limit a day may stop a run until midnight; what is not over by then never will be
MAX_AGE = timedelta(days=2)


def start(account: str, trigger: str = sync_runs.PERSON) -> Any:
	"""A run that reads the account's clients by the API; its job is on the way. Raises NotReady without a V3 token,
	Conflict while another run of the account is open."""
	doc = frappe.get_doc("SmartBill Account", account)
	accounts.require_allowed_url(doc)
	if not doc.get_password("v3_token", raise_exception=False):
		text = _(
			"The SmartBill Account {0} has no V3 token, and without one SmartBill gives no list of clients. "
			"Enter one, or import a file that SmartBill exported."
		).format(account)
		raise NotReady(
			text, code="no_v3_token", problems=[accounts.account_problem(account, "v3_token", text)]
		)
	run = sync_runs.create(account, API, trigger)
	LEASES.go_on(run.name)
	return run


def stop(run: str) -> None:
	"""After the chunk in the air nothing more is read. Raises Conflict when the run is over."""
	LEASES.request_stop(run)


def work(run: str, tell: Callable[[], None] | None = None) -> str:
	"""The background job. Returns why it ended. `tell` is called after every chunk, for whoever waits for it."""

	def read(lease: Lease) -> str:
		try:
			return _Job(lease, tell).work()
		except Exception:
			raise
		except BaseException:
			# told to end, with time to say so: the next job need not wait for the lease to grow old
			frappe.db.rollback()
			with suppress(LeaseLost):
				LEASES.release(lease, clock.now())
			raise

	return LEASES.work(run, read)


def resume_abandoned() -> None:
	"""Scheduled every minute: go on with the runs that no job works on."""
	LEASES.go_on_with_abandoned()
	rejected.give_back_left()


def start_nightly() -> None:
	"""Scheduled every ten minutes: begin the sync of every account whose hour has come."""
	if not features.is_on(features.SYNC):
		return
	now = clock.now()
	for name in frappe.get_all("SmartBill Account", {"sync_nightly": 1}, pluck="name"):
		account = frappe.get_doc("SmartBill Account", name)
		# the form of the account says that nothing is read without a token
		if not account.get_password("v3_token", raise_exception=False) or not modes.may_work_alone(account):
			continue
		if _was_read_since(name, _due_since(account.sync_time, now)):
			continue
		try:
			start(name, sync_runs.NIGHTLY)
		except Conflict:
			# one began this moment, or a file is being imported: the next pass looks again
			frappe.db.rollback()
		except Exception:
			frappe.db.rollback()
			frappe.clear_messages()
			log_masked_error("A nightly sync could not be started")


def _was_read_since(account: str, due: Any) -> bool:
	"""Whether the night's sync was tried, or a complete one of another kind makes it needless."""
	runs = frappe.get_all(
		RUN,
		{"account": account, "source": API, "heartbeat_at": [">=", due]},
		["status", "trigger", "stop_requested"],
	)
	return any(
		one.trigger == sync_runs.NIGHTLY or (one.status != FAILED and not one.stop_requested) for one in runs
	)


def _due_since(time_of_day: Any, now: Any) -> Any:
	"""The latest moment that was this time of day."""
	at = frappe.utils.to_timedelta(time_of_day or "02:00:00")
	moment = now.replace(hour=0, minute=0, second=0, microsecond=0) + at
	return moment if moment <= now else moment - timedelta(days=1)


class _Job:
	def __init__(self, lease: Lease, tell: Callable[[], None] | None):
		self._lease = lease
		self._tell = tell
		self._began = clock.timestamp()
		self._run = frappe.get_doc(RUN, lease.run)
		self._account = frappe.get_doc("SmartBill Account", self._run.account)
		self._policy = Policy.of(self._account)
		self._is_api = self._run.source == API

	def work(self) -> str:
		with nullcontext() if self._is_api else origin.within(origin.IMPORT):
			return self._work()

	def _work(self) -> str:
		if not features.is_on(features.SYNC):
			LEASES.end(self._lease, failure=_("Reading SmartBill's clients is switched off."))
			return "it is switched off"
		if self._run.phase == sync_runs.READING:
			ended = self._read_api() if self._is_api else self._read_file()
			if ended:
				return ended
		while not self._lease.stop_requested:
			if self._is_late():
				return self._hand_over()
			phase = frappe.db.get_value(RUN, self._lease.run, "phase")
			if phase == finishing.DONE:
				break
			self._step(lambda run: finishing.step(self._account.name, self._policy, self._lease.run, run))
		# before the end, which whoever watches takes for the last news
		rejected.give_back(self._lease.run)
		LEASES.end(self._lease)
		return "it is over"

	def _read_api(self) -> str | None:
		"""Why the job ends here; None when everything was read, or it is to be stopped."""
		cif = self._account.cif
		reader = pages.Reader(accounts.connect(self._account, lane=Lane.BULK), cif)
		cursor = self._run.cursor or ""
		while not self._lease.stop_requested:
			if self._is_late():
				return self._hand_over()
			page = reader.page(cursor)
			if isinstance(page, pages.Later):
				if ended := self._wait(page.seconds):
					return ended
			elif isinstance(page, pages.CursorLost):
				if frappe.db.get_value(RUN, self._lease.run, "restarted"):
					text = _(
						"SmartBill lost the place in its list of clients twice: somebody deletes clients there. "
						"Start it again when that is done; what was read is kept."
					)
					LEASES.end(self._lease, failure=text)
					return "the cursor was lost twice"
				cursor = ""
				self._step(_from_the_start)
			elif isinstance(page, pages.Failed):
				if not page.again:
					LEASES.end(self._lease, failure=page.message)
					return "SmartBill refuses"
				sync_runs.try_again(self._lease, page.message)
				return "it failed for now"
			elif self._shows_nobody(page):
				text = _(
					"SmartBill shows no client at all, though it had some. Nobody was marked as gone. Look in SmartBill "
					"whether the V3 token belongs to the right company, and start it again."
				)
				LEASES.end(self._lease, failure=text)
				return "SmartBill shows nobody"
			else:
				cursor = page.next_after
				self._step(lambda run, page=page: self._page(run, page))
				if not cursor:
					return None
		return None

	def _shows_nobody(self, page: pages.Page) -> bool:
		"""Whether the complete list is empty, though SmartBill had many clients: rather a wrong token or a fault there
		than a company that lost them all."""
		if page.next_after or page.items or (frappe.db.get_value(RUN, self._lease.run, "seen") or 0):
			return False
		had = {"account": self._account.name, "source": API, "status": store.ACTIVE}
		return len(frappe.get_all(store.CLIENT, had, limit=MANY, pluck="name")) == MANY

	def _page(self, run: Any, page: pages.Page) -> tuple[Counts, dict[str, Any]]:
		records, errors = _readable(page.items)
		store.see(self._account.name, self._lease.run, [external_id for external_id, _why in errors])
		counts, _stored = chunk.apply(self._account.name, self._policy, API, self._lease.run, records)
		counts.seen += len(errors)
		counts.rejected += len(errors)
		counts.errors += errors
		changes: dict[str, Any] = {"cursor": page.next_after, "pages": (run.pages or 0) + 1}
		if not page.next_after:
			changes["phase"] = sync_runs.MISSING
		return counts, changes

	def _read_file(self) -> str | None:
		"""As _read_api."""
		try:
			reader = FileReader(self._run)
			while not self._lease.stop_requested:
				if self._is_late():
					return self._hand_over()
				rows = reader.next_chunk(self._policy.at_once(importing.CHUNK))
				self._step(lambda run, rows=rows: self._rows(reader, rows))
				if rows.is_last:
					return None
		except FileRefused as refused:
			text = _("{0} The rows before it were imported; mend the file and import it again.")
			LEASES.end(self._lease, failure=text.format(refused.message))
			return "the file cannot be read"
		return None

	def _rows(self, reader: FileReader, rows: Rows) -> tuple[Counts, dict[str, Any]]:
		if rows.is_last:
			return Counts(), {"phase": sync_runs.MATCHING, "cursor": ""}
		counts, stored = chunk.apply(self._account.name, self._policy, FILE, self._lease.run, rows.records)
		counts.seen += len(rows.rejections)
		counts.rejected += len(rows.rejections)
		counts.errors += reader.refuse(rows, stored.repeated)
		return counts, {"cursor": str(rows.last_row)}

	def _step(self, work: Callable[[Any], tuple[Counts, dict[str, Any]]]) -> None:
		"""One chunk, see sync_runs.step."""
		self._lease = sync_runs.step(self._lease, work)
		if self._tell:
			self._tell()

	def _wait(self, seconds: int) -> str | None:
		"""Wait here for what takes seconds; otherwise why the job ends."""
		if seconds <= SHORT_WAIT_S:
			clock.pause(seconds)
			self._lease = LEASES.beat(self._lease)
			return None
		if clock.now() - self._lease.started_at > MAX_AGE:
			text = _(
				"SmartBill takes too few questions: the reading did not come to its end in two days. "
				"Start it again when other programs use SmartBill's API less; what was read is kept."
			)
			LEASES.end(self._lease, failure=text)
			return "it takes too long"
		LEASES.release(
			self._lease,
			clock.now() + timedelta(seconds=seconds),
			_("SmartBill wants no more questions for a while; it goes on by itself."),
		)
		return "SmartBill wants no call now"

	def _is_late(self) -> bool:
		return clock.timestamp() - self._began >= JOB_SECONDS

	def _hand_over(self) -> str:
		LEASES.release(self._lease, clock.now())
		LEASES.go_on(self._lease.run)
		return "the next job goes on"


def _from_the_start(run: Any) -> tuple[Counts, dict[str, Any]]:
	"""The first page again. Clients that were kept are known as counted; those that were refused come again."""
	rejected = run.rejected or 0
	return Counts(), {"cursor": "", "restarted": 1, "seen": (run.seen or 0) - rejected, "rejected": 0}


def _readable(items: tuple[Any, ...]) -> tuple[list[ClientRecord], list[tuple[str, str]]]:
	"""(records, (ID, what is wrong) of those that cannot be kept)."""
	records: list[ClientRecord] = []
	errors: list[tuple[str, str]] = []
	for item in items:
		record = from_v3(item) if isinstance(item, dict) else ClientRecord()
		if not pages.CLIENT_ID.fullmatch(record.external_id):
			errors.append((record.external_id[:40], _("SmartBill gave a client without a valid ID.")))
		elif not record.name:
			errors.append((record.external_id, _("The client has no name in SmartBill.")))
		elif fields := too_long(record):
			text = _("Too long to be kept: {0}. Shorten it in SmartBill.").format(
				", ".join(_(LABELS[field]) for field in fields)
			)
			errors.append((record.external_id, text))
		else:
			records.append(record)
	return records, errors
