"""Erases what events say about a person. The events stay, and so does the chain: only what stands apart of the sealed
part goes, and an event of its own says of which events, by whom and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import frappe
from frappe.query_builder import DocType
from pypika.terms import Criterion, CustomFunction

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal

CUSTOMER = "Customer"
# what is about a Customer, and the field that names him
OF_CUSTOMER = {
	"B2B Registration": "customer",
	"Credit Limit Request": "customer",
	"Customer Sync Conflict": "customer",
	"Quotation": "party_name",
	"SmartBill Client": "customer",
	"SmartBill Invoice": "customer",
	"SmartBill Proforma": "customer",
}
# of one statement, and of one event that tells of it
CHUNK = 200

_instr = CustomFunction("INSTR", ["text", "part"])


def of_document(doc: Any, reason: str, after_chunk: Callable[[], Any] = lambda: None) -> int:
	"""What the events of a document say about people, and where its visitors came from, in the caller's transaction,
	however many they are. Of a Customer also what the events of other documents say about him. Which of the site's users
	acted stays. The document may be gone: a name that is a person's goes then, too. Returns how many were erased."""
	table = DocType(audit.EVENT)
	theirs = (table.reference_doctype == doc.doctype) & (table.reference_name == doc.name)
	if doc.doctype == CUSTOMER:
		theirs = theirs | _about_customer(table, doc.name)
	erased = _erase(doc, "who", theirs & (table.user == "Guest"), reason, after_chunk)
	erased += _erase(doc, "personal", theirs, reason, after_chunk)
	if doc.doctype in personal.NAMED_BY_PERSON and not frappe.db.exists(doc.doctype, doc.name):
		_forget_name(doc, "reference_name")
	return erased


def of_user(doc: Any, reason: str, after_chunk: Callable[[], Any] = lambda: None) -> int:
	"""Who acted, in the events in which this User did or was acted for; and what events say about the User. As
	`of_document`."""
	table = DocType(audit.EVENT)
	acting = (table.user == doc.name) | (table.on_behalf_of == doc.name)
	acted = _erase(doc, "who", acting, reason, after_chunk)
	if not frappe.db.exists(doc.doctype, doc.name):
		_forget_name(doc, "user", "on_behalf_of", "owner", "modified_by")
	return acted + of_document(doc, reason, after_chunk)


def _forget_name(doc: Any, *columns: str) -> None:
	"""Point the events of a document that is gone to nothing that tells of a person; they still belong together. What has
	the name in its sealed part keeps it."""
	table, new = DocType(audit.EVENT), f"erased-{frappe.generate_hash(length=10)}"
	for column in columns:
		which = table[column] == doc.name
		if column == "reference_name":
			which = which & (table.reference_doctype == doc.doctype) & table.original_name.isnull()
		frappe.qb.update(table).set(table[column], new).where(which).run()


def _about_customer(table: Any, name: str) -> Criterion:
	"""Events of documents about the Customer, and those that name him, also by what he was called before."""
	naming = _naming(_names(name))
	about = [table.name.isin(naming)] if naming else []
	for doctype, field in OF_CUSTOMER.items():
		document = DocType(doctype)
		names = frappe.qb.from_(document).select(document.name).where(document[field] == name)
		if doctype == "Quotation":
			names = names.where(document.quotation_to == CUSTOMER)
		about.append((table.reference_doctype == doctype) & table.reference_name.isin(names))
	return Criterion.any(about)


def _naming(names: list[str]) -> list[str]:
	"""The events that have one of the names apart, under whatever key. They are read once: no index finds them."""
	table = DocType(audit.EVENT)
	# as personal.py stores them
	texts = [json.dumps(one, ensure_ascii=False) for one in names]
	found, last = [], ""
	while True:
		rows = (
			frappe.qb.from_(table)
			.select(table.name, table.personal)
			.where((table.name > last) & Criterion.any(_instr(table.personal, text) > 0 for text in texts))
			.orderby(table.name)
			.limit(CHUNK)
			.run(as_dict=True)
		)
		# MariaDB finds "ION" for "Ion" as well
		found += [row.name for row in rows if any(text in row.personal for text in texts)]
		if len(rows) < CHUNK:
			return found
		last = rows[-1].name


def _names(customer: str) -> list[str]:
	"""What the Customer is and was called, without what another one is called by now."""
	renames = frappe.get_all(
		audit.EVENT,
		{
			"event": audit.DOCUMENT_RENAMED,
			"reference_doctype": CUSTOMER,
			"reference_name": customer,
			"personal": ["is", "set"],
		},
		["before", "after", "personal"],
		limit=0,
	)
	before = filter(None, (personal.whole(row)[0].get("name") for row in renames))
	return sorted({customer, *(name for name in before if not _is_another(customer, name))})


def _is_another(customer: str, name: str) -> bool:
	found = frappe.db.get_value(CUSTOMER, name, "name")
	return bool(found) and found != customer


def _erase(
	doc: Any, part: str, which: Criterion, reason: str, after_chunk: Callable[[], Any] = lambda: None
) -> int:
	table = DocType(audit.EVENT)
	column = table[part]
	which = which & column.isnotnull()
	if part == "personal":
		# why something was erased is kept
		which = which & (table.event != audit.PERSONAL_ERASED)
	erased = 0
	# of erasing by somebody who erases himself; an empty list is no SQL
	told = [""]
	while True:
		# what was erased is found no more
		rows = (
			frappe.qb.from_(table)
			.select(table.name)
			.where(which & table.name.notin(told))
			.orderby(table.creation)
			.orderby(table.name)
			.limit(CHUNK)
			.run()
		)
		if not rows:
			return erased
		names = [row[0] for row in rows]
		after = {"part": part, "events": names}
		told.append(audit.record(audit.PERSONAL_ERASED, doc, after=after, reason=reason).name)
		(
			frappe.qb.update(table)
			.set(column, None)
			.set(table[f"{part}_erased_by"], told[-1])
			.where(table.name.isin(names))
			.run()
		)
		erased += len(names)
		after_chunk()
