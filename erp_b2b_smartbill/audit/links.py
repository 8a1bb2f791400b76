"""What may change of a sealed event, and how the change is proven.

Frappe renames every Link: `reference_name`, `user` and `on_behalf_of` follow a document to its new name, while what they
were stands sealed beside them. A rename is an event of its own, and so is an erasure; here the verifier finds those that
explain what it sees. They explain only when they are proven themselves.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import get_datetime

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal, signing

USER = "User"
CHUNK = 1000
# an event that waits while its document is renamed is written with the name of before
SAME_MOMENT = timedelta(minutes=2)

_OF_FACTS = (*signing.SIGNED, "signature", "seal_number", "personal", "who")

# (doctype, name)
Pointer = tuple[str, str]
# whether the app wrote an event; None: with a known key that is not at hand
Proof = Callable[[Any], bool | None]


class Renames:
	"""Every renaming that the events tell of, read once a pass: what it takes grows with them and with nothing else."""

	def __init__(self, proof: Proof):
		self._proof = proof
		self._from: dict[Pointer, list[_Rename]] = {}
		for row in _told(audit.DOCUMENT_RENAMED):
			if (is_proven := proof(row)) is False or not apart_is_proven(row):
				continue
			before, after = (side.get("name") for side in personal.whole(row))
			# those of a person may be erased
			if before and after and personal.APART not in (before, after):
				rename = _Rename(
					before, after, row.seal_number or 0, get_datetime(row.occurred_at), is_proven
				)
				self._from.setdefault((row.reference_doctype, before), []).append(rename)

	def explain(self, row: Any) -> bool:
		"""Whether the row names what it named, or what became of it."""
		return all(
			pointer[1] in self._names(row, pointer[0], original) for pointer, original in _pointers(row)
		)

	def _names(self, row: Any, doctype: str, original: str) -> set[str]:
		"""What the document that a row named may be called now: one name, or two where a renaming and the row are of the
		same moment."""
		names = {original}
		for one in sorted(self._reached(doctype, original), key=_Rename.place):
			if one.before not in names or one.is_before(row):
				continue
			# a key that is not at hand proves nothing of what was written with another
			if not one.is_proven and self._proof(row):
				continue
			names.add(one.after)
			if one.is_after(row):
				names.discard(one.before)
		return names

	def _reached(self, doctype: str, name: str) -> list[_Rename]:
		"""The renamings from a name on, whenever they were."""
		found, seen, waiting = [], {name}, [name]
		while waiting:
			for one in self._from.get((doctype, waiting.pop()), ()):
				found.append(one)
				if one.after not in seen:
					seen.add(one.after)
					waiting.append(one.after)
		return found


@dataclass(frozen=True)
class _Rename:
	"""`number` 0: its event is not sealed yet."""

	before: str
	after: str
	number: int
	at: datetime
	is_proven: bool | None

	def place(self) -> tuple[float, datetime]:
		return self.number or math.inf, self.at

	def is_before(self, row: Any) -> bool:
		return bool(self.number) and self.number < row.seal_number and self.at < _moment(row) - SAME_MOMENT

	def is_after(self, row: Any) -> bool:
		return (not self.number or self.number > row.seal_number) and self.at > _moment(row) + SAME_MOMENT


class Erased:
	"""Of the rows whose personal values are gone."""

	def __init__(self, rows: Sequence[Any], proof: Proof):
		self._proof = proof
		names = {by for row in rows for _column, by in _gone(row) if by}
		self._told: dict[str, tuple[bool | None, str, frozenset[str]]] = {}
		if not names:
			return
		for one in _told(audit.PERSONAL_ERASED, sorted(names)):
			if (is_proven := proof(one)) is not False:
				after = json.loads(one.after or "{}")
				self._told[one.name] = is_proven, after.get("part", ""), frozenset(after.get("events", []))

	def explain(self, row: Any) -> bool:
		"""Whether an event tells of the erasing of whatever the row lacks."""
		for column, by in _gone(row):
			is_proven, part, events = self._told.get(by or "", (None, "", frozenset()))
			if part != column or row.name not in events or (not is_proven and self._proof(row)):
				return False
		return True


def apart_is_proven(row: Any) -> bool:
	"""Whether what stands apart is what its digest says, where it is there."""
	for stored, digest in ((row.personal, row.personal_digest), (row.who, row.who_digest)):
		if stored and not (digest and personal.is_proven(stored, digest)):
			return False
	return True


def _told(event: str, names: Sequence[str] | None = None) -> Iterator[Any]:
	"""The events of a kind, with what proves them, in chunks by name."""
	table = DocType(audit.EVENT)
	last = ""
	while True:
		query = (
			frappe.qb.from_(table)
			.select(*(table[column] for column in _OF_FACTS))
			.where((table.event == event) & (table.name > last))
			.orderby(table.name)
			.limit(CHUNK)
		)
		if names is not None:
			query = query.where(table.name.isin(names))
		rows = query.run(as_dict=True)
		yield from rows
		if len(rows) < CHUNK:
			return
		last = rows[-1].name


def _moment(row: Any) -> datetime:
	return get_datetime(row.occurred_at)


def _gone(row: Any) -> list[tuple[str, str | None]]:
	"""(column, what erased it) of each part that has a digest and no values."""
	parts = (
		("personal", row.personal, row.personal_digest, row.personal_erased_by),
		("who", row.who, row.who_digest, row.who_erased_by),
	)
	return [(column, by) for column, stored, digest, by in parts if digest and not stored]


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
