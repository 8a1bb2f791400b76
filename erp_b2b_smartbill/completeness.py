"""What the app brings to a site, and what a site lacks of it: installing may end without the DocTypes and say nothing."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import frappe

_DOCTYPES = Path(__file__).parent / "doctype"


@lru_cache(maxsize=1)
def doctypes() -> dict[str, bool]:
	"""Every DocType of the app, and whether it has a table of its own."""
	found = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(_DOCTYPES.glob("*/*.json")))
	return {one["name"]: not one.get("issingle") for one in found if one.get("doctype") == "DocType"}


def missing_doctypes() -> list[str]:
	there = set(frappe.get_all("DocType", {"name": ["in", list(doctypes())]}, pluck="name"))
	return [name for name in doctypes() if name not in there]
