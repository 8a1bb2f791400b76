"""The one writer of SmartBill Sync Run: a sync or an import, from its start to what is told about its end.

An account has one open run at a time, by the unique `open_key`. What became of a chunk, the cursor behind it and the
chunk itself are one transaction, so a run that was killed goes on where the last chunk ended, and its counts are true.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit import origin
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.audit.managers import managers, notify_users
from erp_b2b_smartbill.exceptions import Conflict
from erp_b2b_smartbill.permissions import SYNCERS
from erp_b2b_smartbill.smartbill.clients import rejected
from erp_b2b_smartbill.smartbill.clients.chunk import Counts
from erp_b2b_smartbill.smartbill.leases import (
	COMPLETED,
	COMPLETED_WITH_ERRORS,
	FAILED,
	QUEUED,
	Lease,
	Leases,
)

RUN = "SmartBill Sync Run"
# started by
PERSON, NIGHTLY, PROGRAM, COMMAND = "Person", "Nightly", "Program", "Command"
# one after the other; files skip the second
READING, MISSING, MATCHING, COMPARING = "Reading", "Missing", "Matching", "Comparing"

COUNTS = (
	"seen",
	"new_clients",
	"changed",
	"unchanged",
	"linked",
	"customers_created",
	"conflicts",
	"rejected",
)
# of the first ones, which show what is wrong; rejected rows of a file are all in its own
MAX_ERRORS = 200
# what may fail in a row before a run gives up: half an hour in all
MAX_FAILED_TRIES = 6
FIRST_RETRY = timedelta(seconds=30)


def create(account: str, source: str, trigger: str, **values: Any) -> Any:
	"""A new run of the session's user, committed with its Business Event. Raises Conflict when the account has one."""
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	doc = frappe.get_doc(
		{
			"doctype": RUN,
			"account": account,
			"source": source,
			"trigger": trigger,
			"status": QUEUED,
			"requested_by": frappe.session.user,
			"impersonated_by": origin.impersonator(),
			"open_key": account,
			"phase": READING,
			"heartbeat_at": clock.now(),
			**values,
		}
	)
	doc.flags.written_by_run = True
	try:
		doc.insert(ignore_permissions=True)
	except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
		frappe.db.rollback()
		frappe.clear_messages()
		running = frappe.db.get_value(RUN, {"open_key": account}, "name")
		raise Conflict(
			_("SmartBill's clients are being read already, by {0}.").format(running or account),
			code="sync_running",
			problems=[{"field": "account", "message": running or "", "doctype": RUN, "name": running or ""}],
		) from None
	audit.record(audit.SYNC_STARTED, doc, after={"account": account, "source": source, "trigger": trigger})
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return doc


def step(lease: Lease, work: Callable[[Any], tuple[Counts, dict[str, Any]]]) -> Lease:
	"""One chunk: `work` is given the run as it stands and returns what became of the chunk and what else changes of the
	run; all of it is committed together, or none. Raises LeaseLost."""
	with LEASES.owned(lease) as stored:
		run = frappe.db.get_value(
			RUN, lease.run, [*COUNTS, "pages", "gone", "phase", "cursor", "restarted", "errors"], as_dict=True
		)
		counts, changes = work(run)
		values: dict[str, Any] = {
			"heartbeat_at": clock.now(),
			"crashes": 0,
			"failed_tries": 0,
			"message": None,
			**{name: (run[name] or 0) + getattr(counts, name) for name in COUNTS},
			**changes,
		}
		if counts.errors:
			values["errors"] = _with_errors(run.errors, counts.errors, once=bool(run.restarted))
		LEASES.write(lease.run, values)
	LEASES.publish(lease.run)
	return replace(lease, stop_requested=bool(stored.stop_requested))


def try_again(lease: Lease, message: str) -> bool:
	"""Something failed that may work later: give the run back until then. False when it failed too often in a row; then
	the run is over."""
	tries = (frappe.db.get_value(RUN, lease.run, "failed_tries") or 0) + 1
	if tries > MAX_FAILED_TRIES:
		text = _("{0} It failed {1} times in a row; start it again later. What was read is kept.")
		LEASES.end(lease, failure=text.format(message, tries))
		return False
	with LEASES.owned(lease):
		LEASES.write(lease.run, {"failed_tries": tries})
	LEASES.release(lease, clock.now() + FIRST_RETRY * 2 ** (tries - 1), message)
	return True


def _end(run: str, failure: str | None) -> None:
	state = frappe.db.get_value(RUN, run, ["account", "rejected", "errors", "stop_requested"], as_dict=True)
	stopped = bool(state.stop_requested) and not failure
	has_errors = bool(state.rejected or state.errors or stopped)
	now = clock.now()
	LEASES.write(
		run,
		{
			"status": FAILED if failure else COMPLETED_WITH_ERRORS if has_errors else COMPLETED,
			"message": failure or (_("It was stopped before the end.") if stopped else None),
			"worker": None,
			"next_at": None,
			"open_key": None,
			"ended_at": now,
			"heartbeat_at": now,
		},
	)
	if not failure and not stopped:
		frappe.db.set_value(
			"SmartBill Account",
			state.account,
			{"last_synced_at": now, "last_sync_run": run},
			update_modified=False,
		)


def _after_the_end(run: str) -> None:
	try:
		rejected.give_back(run)
	except Exception:
		# the scheduled pass tries again
		frappe.db.rollback()
		log_masked_error("Rejected rows of an import could not be given back")
	LEASES.publish(run)
	_notify(run)


def _notify(run: str) -> None:
	"""Tell those who can do something about a run that failed; of one that a person started, that person."""
	state = frappe.db.get_value(RUN, run, ["status", "message", "requested_by", "trigger"], as_dict=True)
	if state and state.status == FAILED:
		started = state.trigger in (PERSON, PROGRAM)
		notify_users(
			[state.requested_by] if started else managers(*SYNCERS),
			frappe._dict(doctype=RUN, name=run),
			_("Reading SmartBill's clients failed: {0}").format(state.message),
		)


def _with_errors(stored: str | None, more: list[tuple[str, str]], once: bool) -> str:
	"""`once`: what is there already is not told again, for the reading began anew."""
	errors = json.loads(stored) if stored else []
	told = errors[:] if once else []
	errors += [one for row, message in more if (one := {"row": row, "message": message}) not in told]
	return json.dumps(errors[:MAX_ERRORS], ensure_ascii=False)


LEASES = Leases(
	RUN,
	"erp_b2b_smartbill.smartbill.clients.job.work",
	event="smartbill_sync",
	shown=("account", "seen"),
	end=_end,
	after_end=_after_the_end,
)
