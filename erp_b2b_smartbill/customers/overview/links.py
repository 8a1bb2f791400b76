"""Ways from a figure to what proves it, for whoever may read that."""

from __future__ import annotations

from typing import Any

import frappe


def link_to(doctype: str, name: str | None) -> dict[str, str] | None:
	"""One document; None where there is none, or the session's user may not read such."""
	if not name or not frappe.has_permission(doctype, "read"):
		return None
	return {"doctype": doctype, "name": name}


def list_of(doctype: str, filters: dict[str, Any]) -> dict[str, Any] | None:
	"""A list in the desk with the filters of a count."""
	return {"doctype": doctype, "filters": filters} if frappe.has_permission(doctype, "read") else None
