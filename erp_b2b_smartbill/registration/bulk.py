"""Many decisions at once: each is made exactly as a single one, in its own transaction, with its own result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.exceptions import AppError, NotFound, invalid, not_found
from erp_b2b_smartbill.registration import decide

MAX_NAMES = 200
# more than this takes longer than a request should
INLINE = 5
KEEP_RESULTS_S = 24 * 3600
ACTIONS = ("approve", "reject")


def start(action: str, names: Any, reason: str | None) -> dict[str, Any]:
	"""{rows, done, total}, and `job` when the work goes on in the background: ask `progress` for the rest."""
	if action not in ACTIONS:
		raise invalid("action", _("Say what to do: action is approve or reject."))
	if isinstance(names, str):
		try:
			names = json.loads(names)
		except ValueError:
			names = None
	if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
		raise invalid("names", _("Say which registrations: names is a list."))
	names = list(dict.fromkeys(names))
	if len(names) > MAX_NAMES:
		raise invalid("names", _("At most {0} registrations at once.").format(MAX_NAMES))
	if action == "reject" and not str(reason or "").strip():
		raise invalid("reason", _("Give a reason: every applicant reads it."))
	if len(names) <= INLINE:
		rows = [_one(action, name, reason) for name in names]
		return {"rows": rows, "done": len(rows), "total": len(names)}
	job = frappe.generate_hash(length=20)
	_store(job, [], len(names))
	frappe.enqueue(
		"erp_b2b_smartbill.registration.bulk.run",
		queue="long",
		timeout=1800,
		job_id=f"b2b_registrations:{job}",
		job=job,
		action=action,
		names=names,
		reason=reason,
		enqueue_after_commit=True,
	)
	return {"rows": [], "done": 0, "total": len(names), "job": job}


def run(job: str, action: str, names: Sequence[str], reason: str | None) -> None:
	"""The background job, as the user who asked."""
	rows: list[dict[str, Any]] = []
	for name in names:
		rows.append(_one(action, name, reason))
		_store(job, rows, len(names))


def progress(job: str) -> dict[str, Any]:
	found = frappe.cache.get_value(_key(job))
	if not found or found["user"] != frappe.session.user:
		raise not_found()
	return {"rows": found["rows"], "done": len(found["rows"]), "total": found["total"]}


def _one(action: str, name: str, reason: str | None) -> dict[str, Any]:
	try:
		frappe.get_doc("B2B Registration", name).check_permission("read")
		if action == "approve":
			doc = decide.approve(name, decide.terms_of(decide.locked(name)))
		else:
			doc = decide.reject(name, str(reason))
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		return {"name": name, "title": doc.company_name, "ok": True, "message": _(doc.status)}
	except Exception as error:
		frappe.db.rollback()
		title = frappe.db.get_value("B2B Registration", name, "company_name") or name
		return {"name": name, "title": title, "ok": False, "message": _said(error)}


def _said(error: Exception) -> str:
	if isinstance(error, frappe.DoesNotExistError | NotFound):
		return _("This does not exist.")
	if isinstance(error, AppError):
		return error.message
	if isinstance(error, frappe.ValidationError) and str(error):
		return str(error)
	log_masked_error("A registration could not be decided")
	return _("Something went wrong; the administrator finds it in the Error Log.")


def _store(job: str, rows: list[dict[str, Any]], total: int) -> None:
	frappe.cache.set_value(
		_key(job),
		{"rows": rows, "total": total, "user": frappe.session.user},
		expires_in_sec=KEEP_RESULTS_S,
	)


def _key(job: str) -> str:
	return f"b2b_registrations_bulk:{job}"
