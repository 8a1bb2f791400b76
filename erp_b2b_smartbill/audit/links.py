"""What may change of a sealed event, and how the change is proven.

Frappe renames every Link: `reference_name`, `user` and `on_behalf_of` follow a document to its new name, while what they
were stands sealed beside them. A rename is an event of its own, and so is an erasure; here the verifier finds, for the
rows of a chunk, those that explain what it sees. A constant number of queries a chunk.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import frappe

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal

USER = "User"

# (doctype, the name now)
Pointer = tuple[str, str]


class Renames:
	"""Of the documents and users that rows name by another name than when they were written."""

	def __init__(self, rows: Sequence[Any]):
		moved = {pointer for row in rows for pointer, original in _pointers(row) if pointer[1] != original}
		self._edges: dict[Pointer, list[tuple[str, str]]] = {}
		if not moved:
			return
		# they follow the document, too: all of its renames name it as it is called now
		renames = frappe.get_all(
			audit.EVENT,
			{
				"event": audit.DOCUMENT_RENAMED,
				"reference_doctype": ["in", sorted({doctype for doctype, _name in moved})],
				"reference_name": ["in", sorted({name for _doctype, name in moved})],
			},
			["reference_doctype", "reference_name", "before", "after", "personal"],
			limit=0,
		)
		for one in renames:
			before, after = personal.whole(one)
			edges = self._edges.setdefault((one.reference_doctype, one.reference_name), [])
			edges.append((before.get("name"), after.get("name")))

	def explain(self, row: Any) -> bool:
		"""Whether the row names what it named, or what became of it."""
		return all(
			pointer[1] == original or self._leads(pointer, original) for pointer, original in _pointers(row)
		)

	def _leads(self, pointer: Pointer, original: str) -> bool:
		reached, edges = {original}, self._edges.get(pointer, [])
		for _hop in edges:
			reached |= {after for before, after in edges if before in reached}
		return pointer[1] in reached


class Erased:
	"""Of the rows whose personal values are gone."""

	def __init__(self, rows: Sequence[Any]):
		names = {by for row in rows for _column, _there, by in _gone(row) if by}
		self._told: dict[str, tuple[str, frozenset[str]]] = {}
		if not names:
			return
		erasures = frappe.get_all(
			audit.EVENT,
			{"name": ["in", sorted(names)], "event": audit.PERSONAL_ERASED},
			["name", "after"],
			limit=0,
		)
		for one in erasures:
			after = json.loads(one.after or "{}")
			self._told[one.name] = (after.get("part", ""), frozenset(after.get("events", [])))

	def explain(self, row: Any) -> bool:
		"""Whether an event tells of the erasing of whatever the row lacks."""
		for column, _there, by in _gone(row):
			part, events = self._told.get(by or "", ("", frozenset()))
			if part != column or row.name not in events:
				return False
		return True


def _gone(row: Any) -> list[tuple[str, str | None, str | None]]:
	"""(column, None, what erased it) of each part that has a digest and no values."""
	parts = (
		("personal", row.personal, row.personal_digest, row.personal_erased_by),
		("who", row.who, row.who_digest, row.who_erased_by),
	)
	return [(column, stored, by) for column, stored, digest, by in parts if digest and not stored]


def _pointers(row: Any) -> list[tuple[Pointer, str]]:
	"""((doctype, name), the name when it was written), of what is known of that still."""
	found = []
	original = row.original_name or personal.values(row.personal).get("name")
	if original:
		found.append(((row.reference_doctype, row.reference_name or ""), original))
	who = personal.values(row.who)
	if who:
		for column in ("user", "on_behalf_of"):
			if row.get(column) or who.get(column):
				found.append(((USER, row.get(column) or ""), who.get(column) or ""))
	return found
