"""Ways from a figure to what proves it, for whoever may read that."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils.caching import request_cache


def may_open(doctype: str) -> bool:
	return _may_read(doctype, frappe.session.user)


@request_cache
def _may_read(doctype: str, user: str) -> bool:
	"""Once a request: an overview asks it of some doctypes for each of its rows, and without the right by a query."""
	return bool(frappe.has_permission(doctype, "read", user=user))


def link_to(doctype: str, name: str | None) -> dict[str, str] | None:
	"""One document; None where there is none, or the session's user may not read such."""
	if not name or not may_open(doctype):
		return None
	return {"doctype": doctype, "name": name}


def list_of(doctype: str, filters: dict[str, Any]) -> dict[str, Any] | None:
	"""A list in the desk with the filters of a count."""
	return {"doctype": doctype, "filters": filters} if may_open(doctype) else None
