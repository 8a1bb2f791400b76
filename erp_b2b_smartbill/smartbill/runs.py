"""The one writer of SmartBill Issue Run: who works on a run, what became of each row, how far it is.

A job works on a run by a lease, see leases.py; every step is one short transaction under the lock of the run's row.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.audit import origin
from erp_b2b_smartbill.audit.managers import notify_users
from erp_b2b_smartbill.exceptions import Problem
from erp_b2b_smartbill.smartbill.leases import (
	COMPLETED,
	COMPLETED_WITH_ERRORS,
	FAILED,
	OPEN,
	QUEUED,
	Lease,
	Leases,
)

RUN = "SmartBill Issue Run"
ROW = "SmartBill Issue Run Row"

WAITING = "Waiting"
ISSUED = "Issued"
ALREADY_ISSUED = "Already issued"
NOT_ISSUED = "Not issued"
UNKNOWN = "Unknown"
STOPPED = "Stopped"

DATABASE_TRIES = 3


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


def create(requested_by: str, rows: list[tuple[str, str | None, RowResult | None]]) -> Any:
	"""A new run of (Quotation, its company, what is known of it already). The caller commits."""
	doc = frappe.get_doc(
		{
			"doctype": RUN,
			"status": QUEUED,
			"requested_by": requested_by,
			"impersonated_by": origin.impersonator(),
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


def record(lease: Lease, row: str, result: RowResult) -> Lease:
	"""Write down what became of a row, with a sign of life. Raises LeaseLost."""
	for tries_left in range(DATABASE_TRIES - 1, -1, -1):
		try:
			with LEASES.owned(lease) as stored:
				frappe.db.set_value(ROW, row, result.values(), update_modified=False)
				LEASES.write(lease.run, {"heartbeat_at": clock.now(), "crashes": 0, **_count(lease.run)})
			break
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
			if not tries_left:
				raise
	LEASES.publish(lease.run)
	return replace(lease, stop_requested=bool(stored.stop_requested))


def put_back(lease: Lease, row: str) -> None:
	"""A row whose proforma was proven not to exist is to be issued again."""
	record(lease, row, RowResult(WAITING))


def rows_of(run: str, status: str) -> list[Any]:
	return frappe.get_all(
		ROW,
		{"parent": run, "parenttype": RUN, "status": status},
		["name", "quotation", "company", "proforma"],
		order_by="idx",
	)


def update_settled(run: str, results: dict[str, RowResult]) -> None:
	"""Rows of a run that is over, whose outcome is known by now."""
	with LEASES.locked(run) as stored:
		if stored is None or stored.status in OPEN:
			return
		for row, result in results.items():
			if frappe.db.get_value(ROW, row, "status") == UNKNOWN:
				frappe.db.set_value(ROW, row, result.values(), update_modified=False)
		counts = _count(run)
		status = stored.status if stored.status == FAILED else _final_status(counts)
		LEASES.write(run, {**counts, "status": status})
	LEASES.publish(run)


def _end(run: str, failure: str | None) -> None:
	waiting = {"parent": run, "parenttype": RUN, "status": WAITING}
	frappe.db.set_value(ROW, waiting, {"status": STOPPED, "message": failure}, update_modified=False)
	counts = _count(run)
	LEASES.write(
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
	LEASES.publish(run)
	_notify(run)


def _notify(run: str) -> None:
	"""Tell whoever asked for it, when something needs him."""
	state = frappe.db.get_value(RUN, run, ["requested_by", "total", "issued", "status"], as_dict=True)
	if not state or state.status == COMPLETED:
		return
	text = _("{0} of {1} proformas are issued; see what became of the others.")
	notify_users(
		[state.requested_by],
		frappe._dict(doctype=RUN, name=run),
		text.format(state.issued, state.total),
	)


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


LEASES = Leases(
	RUN,
	"erp_b2b_smartbill.smartbill.bulk.work",
	event="smartbill_run",
	shown=("total", "done", "issued", "failed", "message"),
	end=_end,
	after_end=_after_the_end,
)
