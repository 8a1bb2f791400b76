"""Many conflicts of one kind settled alike: each exactly as a single one, in its own transaction, with its own result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import many
from erp_b2b_smartbill.exceptions import invalid
from erp_b2b_smartbill.smartbill.clients import conflict_actions, settle
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT
from erp_b2b_smartbill.smartbill.clients.settle import Decision

MAX_NAMES = 500
# more than this takes longer than a request should
INLINE = 10
KIND = "smartbill_conflicts"


def settle_many(names: Any, action: str, note: str | None = None) -> dict[str, Any]:
	"""{rows, done, total}, and `job` when the work goes on in the background: ask `progress` for the rest."""
	if action not in conflict_actions.BULK:
		raise invalid(
			"action", _("Say what to do: action is one of {0}.").format(", ".join(conflict_actions.BULK))
		)
	names = many.names_of(names)
	if names is None:
		raise invalid("names", _("Say which conflicts: names is a list."))
	if len(names) > MAX_NAMES:
		raise invalid("names", _("At most {0} conflicts at once.").format(MAX_NAMES))
	kinds = set(frappe.get_all(CONFLICT, {"name": ["in", names]}, pluck="kind", distinct=True))
	if len(kinds) > 1:
		raise invalid("names", _("Only conflicts of one kind are settled together: filter by kind first."))
	if kinds and action not in conflict_actions.ACTIONS[next(iter(kinds))]:
		raise invalid("action", _("A conflict of this kind is not settled in this way."))
	return many.decide(
		KIND,
		"erp_b2b_smartbill.smartbill.clients.settle_many.run",
		names,
		partial(_one, action, note),
		INLINE,
		action=action,
		note=note,
	)


def run(
	job: str, action: str, names: Sequence[str], note: str | None, impersonated_by: str | None = None
) -> None:
	"""The background job, as the user who asked."""
	many.work(KIND, job, names, partial(_one, action, note), impersonated_by)


def progress(job: str) -> dict[str, Any]:
	return many.progress(KIND, job)


def _one(action: str, note: str | None, name: str) -> many.Row:
	title = name
	try:
		doc = frappe.get_doc(CONFLICT, name)
		if doc.has_permission("read"):
			title = doc.title or name
		outcome = settle.settle(name, Decision(action, note=note))
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		return {"name": name, "title": title, "ok": True, "message": _(outcome.resolution)}
	except Exception as error:
		frappe.db.rollback()
		frappe.clear_messages()
		text = many.said(error, "A conflict could not be settled")
		return {"name": name, "title": title, "ok": False, "message": text}
