"""REST: what SmartBill and ERPNext disagree about, and a person's decisions."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from erp_b2b_smartbill.api.given import MAX_START, given_text
from erp_b2b_smartbill.exceptions import invalid
from erp_b2b_smartbill.smartbill.clients import (
	conflict_actions,
	conflict_view,
	conflicts,
	settle,
	settle_many,
)
from erp_b2b_smartbill.smartbill.clients.settle import Decision

OK, ACCEPTED = 200, 202
DEFAULT_LIMIT = 20
STATUSES = (conflicts.OPEN, conflicts.RESOLVED, conflicts.IGNORED)


def index() -> tuple[dict[str, Any], int]:
	"""{rows, total, counts}: by `status` (Open) and `kind`, from `start`, at most `limit` (20, up to 100)."""
	given = frappe.form_dict
	status, kind = str(given.get("status") or conflicts.OPEN), str(given.get("kind") or "") or None
	if status not in STATUSES:
		raise invalid("status", _("The status is one of {0}.").format(", ".join(STATUSES)))
	if kind and kind not in conflict_actions.ACTIONS:
		raise invalid("kind", _("The kind is one of {0}.").format(", ".join(conflict_actions.ACTIONS)))
	limit = cint(given.get("limit")) or DEFAULT_LIMIT
	start = min(max(cint(given.get("start")), 0), MAX_START)
	return conflict_view.list_open(kind, status, start, max(limit, 1)), OK


def show(name: str) -> tuple[dict[str, Any], int]:
	return conflict_view.show(name), OK


def decide(name: str) -> tuple[dict[str, Any], int]:
	"""{action, choices, customer, move, note, seen}: see settle.Decision. Answers how the conflict stands then."""
	given = frappe.form_dict
	outcome = settle.settle(
		name,
		Decision(
			given_text("action") or "",
			choices=_choices(given.get("choices")),
			customer=given_text("customer"),
			move=bool(cint(given.get("move"))),
			note=given_text("note"),
			seen=given_text("seen"),
		),
	)
	view = conflict_view.show(name)
	return view | {"outcome": {"resolution": _(outcome.resolution), "settled": len(outcome.names)}}, OK


def decide_many() -> tuple[dict[str, Any], int]:
	"""{names, action, note}: 200 with a result each, or 202 with `job`."""
	result = settle_many.settle_many(
		frappe.form_dict.get("names"), given_text("action") or "", given_text("note")
	)
	return result, ACCEPTED if "job" in result else OK


def bulk_progress(job: str) -> tuple[dict[str, Any], int]:
	return settle_many.progress(job), OK


def _choices(given: Any) -> Any:
	"""An object comes as JSON from programs, as text from a form."""
	if isinstance(given, str):
		try:
			return json.loads(given)
		except ValueError:
			raise invalid("choices", _("Say for each field which side is right: erp or smartbill.")) from None
	return given
