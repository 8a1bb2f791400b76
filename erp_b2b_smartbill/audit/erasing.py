"""Erases what events say about a person. The events stay, and so does the chain: only what stands apart of the sealed
part goes, and an event of its own says of which events, by whom and why."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.query_builder import DocType
from pypika.terms import Criterion

from erp_b2b_smartbill import audit

# of one statement, and of one event that tells of it
CHUNK = 200


def of_document(doc: Any, reason: str) -> int:
	"""What the events of a document say about people, and where its visitors came from, in the caller's transaction.
	Which of the site's users acted stays. Returns how many values were erased."""
	table = DocType(audit.EVENT)
	theirs = (table.reference_doctype == doc.doctype) & (table.reference_name == doc.name)
	by_visitors = _erase(doc, "who", theirs & (table.user == "Guest"), reason)
	return by_visitors + _erase(doc, "personal", theirs, reason)


def of_user(doc: Any, reason: str) -> int:
	"""Who acted, in the events in which this User did or was acted for; and what events say about the User. As
	`of_document`."""
	table = DocType(audit.EVENT)
	acted = _erase(doc, "who", (table.user == doc.name) | (table.on_behalf_of == doc.name), reason)
	return acted + of_document(doc, reason)


def _erase(doc: Any, part: str, which: Criterion, reason: str) -> int:
	table = DocType(audit.EVENT)
	column = table[part]
	erased = 0
	while True:
		# what was erased is found no more
		rows = (
			frappe.qb.from_(table)
			.select(table.name)
			.where(which & column.isnotnull() & (table.event != audit.PERSONAL_ERASED))
			.orderby(table.creation)
			.orderby(table.name)
			.limit(CHUNK)
			.run()
		)
		if not rows:
			return erased
		names = [row[0] for row in rows]
		told = audit.record(audit.PERSONAL_ERASED, doc, after={"part": part, "events": names}, reason=reason)
		(
			frappe.qb.update(table)
			.set(column, None)
			.set(table[f"{part}_erased_by"], told.name)
			.where(table.name.isin(names))
			.run()
		)
		erased += len(names)
