"""A SmartBill Sync Run, and how an account stands with SmartBill's clients, as people and programs see them. Writes
nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.permissions import readable
from erp_b2b_smartbill.smartbill import leases
from erp_b2b_smartbill.smartbill.clients import conflicts, finishing, store, sync_runs
from erp_b2b_smartbill.smartbill.clients.sync_runs import COUNTS, RUN
from erp_b2b_smartbill.text import N_

READING_OF = {
	store.API: N_("Reading the clients in SmartBill"),
	store.FILE: N_("Reading the rows of the file"),
}
PHASES = {
	sync_runs.MISSING: N_("Looking for clients that SmartBill no longer has"),
	sync_runs.MATCHING: N_("Looking for Customers of clients that are not linked"),
	sync_runs.COMPARING: N_("Comparing clients with Customers that changed"),
	finishing.DONE: N_("Finishing"),
}
# less says nothing about how fast it is
MIN_SECONDS = 2


def run_view(doc: Any) -> dict[str, Any]:
	"""`percent` is None while nobody knows how many clients there are. `lists` are filters, a list of conditions by
	doctype, that show what this run did."""
	now = clock.now()
	over = doc.status not in leases.OPEN
	seconds = _seconds(doc.started_at, doc.ended_at or now) if doc.started_at else None
	expected = _expected(doc)
	return {
		"name": doc.name,
		"account": doc.account,
		"source": doc.source,
		"trigger": doc.trigger,
		"requested_by": doc.requested_by,
		"status": doc.status,
		"over": over,
		"phase": doc.phase,
		"phase_text": None if over else _phase_text(doc),
		"percent": _percent(doc, over, expected),
		"expected": expected,
		"counts": {name: doc.get(name) or 0 for name in (*COUNTS, "gone")},
		"pages": doc.pages or 0,
		"seconds": seconds,
		"per_second": round(doc.seen / seconds, 1) if seconds and seconds >= MIN_SECONDS else None,
		"message": doc.message or None,
		"stop_requested": bool(doc.stop_requested),
		"created_at": _text(doc.creation),
		"started_at": _text(doc.started_at),
		"heartbeat_at": _text(doc.heartbeat_at),
		"next_at": _text(doc.next_at),
		"ended_at": _text(doc.ended_at),
		"errors": json.loads(doc.errors) if doc.errors else [],
		"file_url": doc.file or None,
		"rejected_url": doc.rejected_file or None,
		"lists": _lists(doc, doc.ended_at or now) if doc.started_at else {},
	}


def account_view(account: str) -> dict[str, Any]:
	"""For the form of the account: the last complete sync, what is open, and the run at work. Counted is what the lists
	show to the session's user."""
	doc = frappe.get_doc("SmartBill Account", account)
	last = _found({"name": doc.last_sync_run}) if doc.last_sync_run else None
	latest = _found({"account": account})
	running = _found({"open_key": account})
	client, conflict = DocType(store.CLIENT), DocType(conflicts.CONFLICT)
	active = (client.account == account) & (client.status == store.ACTIVE)
	return {
		"is_on": features.is_on(features.SYNC),
		"has_token": bool(doc.get_password("v3_token", raise_exception=False)),
		"last": last,
		# the newest, when it did not come to its end
		"failed": latest if latest and latest["status"] == leases.FAILED else None,
		"running": running["name"] if running else None,
		"clients": _count(store.CLIENT, active),
		"not_linked": _count(store.CLIENT, active & (client.customer.isnull() | (client.customer == ""))),
		"open_conflicts": _count(
			conflicts.CONFLICT, (conflict.account == account) & (conflict.status == conflicts.OPEN)
		),
	}


def _count(doctype: str, condition: Any) -> int:
	query = frappe.qb.from_(DocType(doctype)).select(Count("*")).where(condition)
	may_read = readable(doctype)
	return (query.where(may_read) if may_read else query).run()[0][0]


def _found(filters: dict[str, Any]) -> dict[str, Any] | None:
	rows = frappe.get_all(
		RUN,
		filters,
		["name", "source", "trigger", "status", "message", "ended_at", *COUNTS, "gone"],
		order_by="creation desc",
		limit=1,
	)
	return rows[0] if rows else None


def _phase_text(doc: Any) -> str:
	if doc.status == leases.QUEUED:
		return _("Waits for its turn")
	return _(READING_OF[doc.source] if doc.phase == sync_runs.READING else PHASES[doc.phase])


def _expected(doc: Any) -> int | None:
	"""How many clients there are to read, as well as it is known: the rows of the file, or the clients of the API last
	time."""
	if doc.source == store.FILE:
		return doc.total_rows or None
	return (
		frappe.db.get_value(
			RUN,
			{
				"account": doc.account,
				"source": store.API,
				"status": ["in", [leases.COMPLETED, leases.COMPLETED_WITH_ERRORS]],
				"stop_requested": 0,
				"creation": ["<", doc.creation],
			},
			"seen",
			order_by="creation desc",
		)
		or None
	)


def _percent(doc: Any, over: bool, expected: int | None) -> int | None:
	"""Reading is nearly all of the work."""
	if over:
		return 100
	if doc.status == leases.QUEUED:
		return 0
	if doc.phase != sync_runs.READING:
		return 96
	if not expected:
		return None
	return min(round(95 * (doc.seen or 0) / expected), 95)


def _lists(doc: Any, end: Any) -> dict[str, Any]:
	"""By moments, in whole seconds around the run: an account has one run at a time."""
	since, until = _second(doc.started_at), _second(end + timedelta(seconds=1))

	def between(field: str) -> list[list[str]]:
		return [[field, ">=", since], [field, "<=", until]]

	account = ["account", "=", doc.account]
	return {
		"new_clients": [store.CLIENT, [account, *between("first_seen_at")]],
		"changed": [store.CLIENT, [account, *between("modified"), ["first_seen_at", "<", since]]],
		"linked": [store.CLIENT, [account, *between("linked_at")]],
		"customers_created": [
			store.CLIENT,
			[account, *between("linked_at"), ["match_reason", "=", "created"]],
		],
		"gone": [store.CLIENT, [account, ["status", "=", store.GONE]]],
		"conflicts": [conflicts.CONFLICT, [account, *between("opened_at")]],
	}


def _second(moment: Any) -> str:
	return frappe.utils.get_datetime(moment).strftime("%Y-%m-%d %H:%M:%S")


def _seconds(since: Any, until: Any) -> float:
	return max(round((until - since).total_seconds(), 1), 0)


def _text(value: Any) -> str | None:
	return str(value) if value else None
