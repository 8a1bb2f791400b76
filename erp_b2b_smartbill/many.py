"""Many decisions at once: few are made while the caller waits, more in a background job that he asks how far it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils.background_jobs import is_job_enqueued
from redis.exceptions import ConnectionError, TimeoutError

from erp_b2b_smartbill.audit import origin
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.exceptions import AppError, NotFound, not_found
from erp_b2b_smartbill.text import plain_text

KEEP_RESULTS_S = 24 * 3600

# of one decision: {name, title, ok, message}
Row = dict[str, Any]


def names_of(given: Any) -> list[str] | None:
	"""A list of names, each once; it comes as JSON from programs, as text from a form. None for anything else."""
	if isinstance(given, str):
		try:
			given = json.loads(given)
		except ValueError:
			return None
	if not isinstance(given, list) or not given or not all(isinstance(name, str) for name in given):
		return None
	return list(dict.fromkeys(given))


def decide(
	kind: str, method: str, names: Sequence[str], one: Callable[[str], Row], inline: int, **arguments: Any
) -> dict[str, Any]:
	"""{rows, done, total}, and `job` when the work goes on in the background: ask `progress` for the rest.

	`kind` names the sort of decision. `method` is the dotted path of the job, which gets `job`, `names`,
	`impersonated_by` and the arguments and calls `work`.
	"""
	if len(names) <= inline:
		rows = [one(name) for name in names]
		return {"rows": rows, "done": len(rows), "total": len(names)}
	job = frappe.generate_hash(length=20)
	_store(kind, job, [], names)
	frappe.enqueue(
		method,
		queue="long",
		timeout=1800,
		job_id=_job_id(kind, job),
		job=job,
		names=list(names),
		enqueue_after_commit=True,
		impersonated_by=origin.impersonator(),
		**arguments,
	)
	return {"rows": [], "done": 0, "total": len(names), "job": job}


def work(
	kind: str, job: str, names: Sequence[str], one: Callable[[str], Row], impersonated_by: str | None = None
) -> None:
	"""The background job, as the user who asked."""
	rows: list[Row] = []
	with origin.impersonated(impersonated_by):
		for name in names:
			rows.append(one(name))
			_store(kind, job, rows, names)


def progress(kind: str, job: str) -> dict[str, Any]:
	"""{rows, done, total}. When the work broke off, as after a killed worker, those that it had not come to are among the
	rows, not ok. Raises NotFound for work of somebody else."""
	rows, names = _stored(kind, job)
	if len(rows) < len(names) and not _is_at_work(_job_id(kind, job)):
		# it may have come to its end between the two looks
		rows, names = _stored(kind, job)
		message = _("The work broke off, and this may not have been decided. Look at it.")
		left = names[len(rows) :]
		rows = rows + [{"name": name, "title": name, "ok": False, "message": message} for name in left]
	return {"rows": rows, "done": len(rows), "total": len(names)}


def said(error: Exception, title: str) -> str:
	"""What a person reads of a decision that failed; `title` is that of the Error Log for what nobody foresaw."""
	if isinstance(error, frappe.DoesNotExistError | NotFound):
		return _("This does not exist.")
	if isinstance(error, AppError):
		return error.message
	if isinstance(error, frappe.PermissionError):
		return plain_text(str(error)) or _("You are not allowed to do this.")
	if isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError):
		return _("The database is busy; try again.")
	if isinstance(error, frappe.ValidationError) and str(error):
		return plain_text(str(error))
	log_masked_error(title)
	return _("Something went wrong; the administrator finds it in the Error Log.")


def _store(kind: str, job: str, rows: list[Row], names: Sequence[str]) -> None:
	"""One row for each of the names, in their order, as far as the work came."""
	frappe.cache.set_value(
		_key(kind, job),
		{"rows": rows, "names": list(names), "user": frappe.session.user},
		expires_in_sec=KEEP_RESULTS_S,
	)


def _stored(kind: str, job: str) -> tuple[list[Row], list[str]]:
	found = frappe.cache.get_value(_key(kind, job), expires=True)
	if not found or found["user"] != frappe.session.user:
		raise not_found()
	return found["rows"], found["names"]


def _is_at_work(job: str) -> bool:
	"""Also while nobody can say: a killed worker's job is at work until the queue has noticed, after some minutes."""
	try:
		return is_job_enqueued(job)
	except (ConnectionError, TimeoutError):
		return True


def _job_id(kind: str, job: str) -> str:
	return f"{kind}:{job}"


def _key(kind: str, job: str) -> str:
	return f"{kind}_bulk:{job}"
