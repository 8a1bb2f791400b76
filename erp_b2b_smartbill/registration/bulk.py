"""Many decisions at once: each is made exactly as a single one, in its own transaction, with its own result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import many
from erp_b2b_smartbill.exceptions import invalid
from erp_b2b_smartbill.registration import decide

MAX_NAMES = 200
# more than this takes longer than a request should
INLINE = 5
ACTIONS = ("approve", "reject")
KIND = "b2b_registrations"


def start(action: str, names: Any, reason: str | None) -> dict[str, Any]:
	"""{rows, done, total}, and `job` when the work goes on in the background: ask `progress` for the rest."""
	if action not in ACTIONS:
		raise invalid("action", _("Say what to do: action is approve or reject."))
	names = many.names_of(names)
	if names is None:
		raise invalid("names", _("Say which registrations: names is a list."))
	if len(names) > MAX_NAMES:
		raise invalid("names", _("At most {0} registrations at once.").format(MAX_NAMES))
	if action == "reject" and not str(reason or "").strip():
		raise invalid("reason", _("Give a reason: every applicant reads it."))
	return many.decide(
		KIND,
		"erp_b2b_smartbill.registration.bulk.run",
		names,
		lambda name: _one(action, name, reason),
		INLINE,
		action=action,
		reason=reason,
	)


def run(
	job: str, action: str, names: Sequence[str], reason: str | None, impersonated_by: str | None = None
) -> None:
	"""The background job, as the user who asked."""
	many.work(KIND, job, names, lambda name: _one(action, name, reason), impersonated_by)


def progress(job: str) -> dict[str, Any]:
	return many.progress(KIND, job)


def _one(action: str, name: str, reason: str | None) -> dict[str, Any]:
	title = name
	try:
		doc = frappe.get_doc("B2B Registration", name)
		doc.check_permission("read")
		title = doc.company_name
		if action == "approve":
			doc = decide.approve(name, decide.terms_of(decide.locked(name)))
		else:
			doc = decide.reject(name, str(reason))
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		return {"name": name, "title": title, "ok": True, "message": _(doc.status)}
	except Exception as error:
		frappe.db.rollback()
		text = many.said(error, "A registration could not be decided")
		return {"name": name, "title": title, "ok": False, "message": text}
