"""An Issue Run as people and programs see it: how far it is, and what became of each Quotation. Writes nothing."""

from __future__ import annotations

import json
from typing import Any

import frappe

from erp_b2b_smartbill.smartbill import bulk_row, leases, runs

COUNT_NAMES = {
	runs.WAITING: "waiting",
	runs.ISSUED: "issued",
	runs.ALREADY_ISSUED: "already_issued",
	runs.NOT_ISSUED: "not_issued",
	runs.UNKNOWN: "unknown",
	runs.STOPPED: "stopped",
}


def run_view(doc: Any) -> dict[str, Any]:
	"""`message` says what the run waits for, `next_at` until when. An outcome that was unknown when its row was written
	is shown as it is by now."""
	refresh(doc)
	pdfs = _pdfs([row.proforma for row in doc.rows if row.proforma])
	counts = dict.fromkeys(COUNT_NAMES.values(), 0)
	for row in doc.rows:
		counts[COUNT_NAMES[row.status]] += 1
	return {
		"name": doc.name,
		"status": doc.status,
		"over": doc.status not in leases.OPEN,
		"requested_by": doc.requested_by,
		"message": doc.message or None,
		"total": doc.total,
		"done": doc.total - counts["waiting"],
		"issued": counts["issued"] + counts["already_issued"],
		"failed": counts["not_issued"] + counts["stopped"],
		"counts": counts,
		"stop_requested": bool(doc.stop_requested),
		"started_at": _text(doc.started_at),
		"heartbeat_at": _text(doc.heartbeat_at),
		"next_at": _text(doc.next_at),
		"ended_at": _text(doc.ended_at),
		"rows": [
			{
				"quotation": row.quotation,
				"company": row.company or None,
				"status": row.status,
				"number": row.number or None,
				"message": row.message or None,
				"problems": json.loads(row.problems) if row.problems else [],
				"proforma": row.proforma or None,
				"pdf_url": pdfs.get(row.proforma) or None,
			}
			for row in doc.rows
		],
	}


def refresh(doc: Any) -> None:
	"""Show rows of unknown outcome as their proformas are now, in memory only."""
	for row in doc.rows:
		if (
			row.status == runs.UNKNOWN
			and row.proforma
			and frappe.db.exists("SmartBill Proforma", row.proforma)
		):
			proforma = frappe.get_doc("SmartBill Proforma", row.proforma)
			if bulk_row.may_be_sent_again(proforma, doc.name) and doc.status in leases.OPEN:
				row.update({"status": runs.WAITING, "message": None})
			elif result := bulk_row.settled(proforma, doc.name):
				row.update(result.values())


def _pdfs(names: list[str]) -> dict[str, str]:
	if not names:
		return {}
	found = frappe.get_all("SmartBill Proforma", {"name": ["in", names]}, ["name", "pdf"])
	return {row.name: row.pdf for row in found}


def _text(value: Any) -> str | None:
	return str(value) if value else None
