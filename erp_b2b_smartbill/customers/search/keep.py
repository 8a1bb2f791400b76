"""The index follows what is saved: the events of documents, and `refresh` for what is written by SQL.

Everything is written in the transaction that saves, so that a search sees what it sees. An index that cannot be kept
up never keeps a document from being saved: it is noted, and the nightly walk repairs it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

import frappe
from frappe.utils import get_datetime, getdate

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.audit.errors import note_masked_error
from erp_b2b_smartbill.customers.search import entries, rebuild, records, tables, write
from erp_b2b_smartbill.customers.search.records import CLIENT, CONTACT, CUSTOMER, REGISTRATION
from erp_b2b_smartbill.customers.search.tables import USE, party_id

if TYPE_CHECKING:
	from frappe.model.document import Document

# of what may be somebody else's Customer
_OTHERS = tables.CLIENT + tables.CLIENT_OF_CUSTOMER + tables.REGISTRATION + tables.REGISTRATION_OF_CUSTOMER
USED_AGAIN = timedelta(hours=1)


def _follows(work: Callable[..., None]) -> Callable[..., None]:
	"""A function that keeps the index: nothing while the search is off, and no error of it reaches the caller."""

	@wraps(work)
	def whenever_on(*args: Any, **kwargs: Any) -> None:
		if features.is_on(features.SEARCH):
			with _never_in_the_way():
				work(*args, **kwargs)

	return whenever_on


@contextlib.contextmanager
def _never_in_the_way() -> Iterator[None]:
	frappe.db.savepoint("b2b_search")
	try:
		yield
	except frappe.QueryDeadlockError:
		# the whole transaction is gone
		raise
	except Exception:
		frappe.db.rollback(save_point="b2b_search")
		note_masked_error("The customer search could not follow a document")
	else:
		frappe.db.release_savepoint("b2b_search")


@_follows
def refresh(doctype: str, names: Collection[str]) -> None:
	"""Read these records anew: Customers, SmartBill Clients or B2B Registrations; those that exist no more go."""
	if names:
		_refresh(doctype, names)


@_follows
def used(customer: str) -> None:
	"""The session's user quoted or picked this Customer."""
	_use(customer)


def _use(customer: str) -> None:
	user = frappe.session.user
	if not customer or user == "Guest":
		return
	key = (user, customer)
	last = frappe.db.sql(f"select used_at from {USE} where user_name = %s and customer = %s", key)
	now = clock.now()
	if not last:
		tables.insert(USE, ("user_name", "customer", "used_at"), [(*key, now)], ignore=True)
	elif get_datetime(last[0][0]) < now - USED_AGAIN:
		frappe.db.sql(f"update {USE} set used_at = %s where user_name = %s and customer = %s", (now, *key))


# hooks


@_follows
def customer_saved(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update`."""
	write.own(entries.customer(doc))
	before = doc.get_doc_before_save()
	old = before.get("b2b_cui") if before else None
	if old != doc.get("b2b_cui"):
		_refresh_others("cui", {old, doc.get("b2b_cui")} - {None, ""})


@_follows
def customer_renamed(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Hook `after_rename`, of a merge too: contacts, addresses and links are the new one's already."""
	_refresh(CUSTOMER, [old, new])
	_refresh_others("customer", [old])
	_rename_use(old, new)


@_follows
def customer_deleted(doc: Document, method: str | None = None) -> None:
	"""Hook `after_delete`: now it is found by nobody. Whoever had the same CUI may be another's, or nobody's."""
	_refresh(CUSTOMER, [doc.name])
	_refresh_others("customer", [doc.name])
	for (user,) in frappe.db.sql(f"select user_name from {USE} where customer = %s", (doc.name,)):
		frappe.db.sql(f"delete from {USE} where user_name = %s and customer = %s", (user, doc.name))


@_follows
def contact_saved(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update`."""
	_say(doc, _contact_says(doc))


@_follows
def address_saved(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update`."""
	_say(doc, entries.address_says(doc))


@_follows
def contact_or_address_renamed(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Hook `after_rename`. One that was merged into another says no more when it is deleted."""
	write.said_by(party_id(doc.doctype, old), (), _linked_parties(doc))
	_say(doc, _contact_says(doc) if doc.doctype == CONTACT else entries.address_says(doc))


@_follows
def contact_or_address_deleted(doc: Document, method: str | None = None) -> None:
	"""Hook `on_trash`."""
	write.said_by(party_id(doc.doctype, doc.name), (), _linked_parties(doc))


@_follows
def registration_saved(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update`."""
	entry = entries.registration(doc, records.customers_of([doc]).get(doc.name))
	write.whole([entry] if entry else [], [party_id(REGISTRATION, doc.name)])


@_follows
def other_deleted(doc: Document, method: str | None = None) -> None:
	"""Hook `after_delete` of SmartBill Client and B2B Registration."""
	_refresh(doc.doctype, [doc.name])


@_follows
def offered(doc: Document, method: str | None = None) -> None:
	"""Hook `after_insert` and `on_submit` of Quotation and Sales Order: whom a user quotes is found first next time."""
	if doc.doctype == "Quotation":
		customer = doc.party_name if doc.quotation_to == CUSTOMER else None
	else:
		customer = doc.customer
	if not customer:
		return
	party = party_id(CUSTOMER, customer)
	there = write.parties([party]).get(party)
	day = getdate(doc.transaction_date)
	if there and (there.active_on is None or there.active_on < day):
		write.set_active(party, day)
	_use(customer)


@_follows
def place_renamed(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Hook `after_rename` of Territory and Customer Group: what Customers are limited by says the old name still."""
	rebuild.ask()


def _refresh(doctype: str, names: Collection[str]) -> None:
	found = records.load(doctype, names)
	write.whole(list(found.values()), [party_id(doctype, name) for name in names])


def _refresh_others(column: str, values: Collection[str]) -> None:
	"""Clients and registrations that are, or were, the Customer of this CUI or name."""
	if not values:
		return
	there = write.parties_with(column, values, _OTHERS)
	for doctype in (CLIENT, REGISTRATION):
		_refresh(doctype, [party.record for party in there if tables.DOCTYPES[party.lane] == doctype])


def _say(doc: Document, says: set[str]) -> None:
	origin = party_id(doc.doctype, doc.name)
	now = _linked_parties(doc)
	rows = [row for party in now for row in entries.said(party, tables.CUSTOMER, says, origin)]
	write.said_by(origin, rows, now | _linked_parties(doc.get_doc_before_save()))


def _contact_says(doc: Document) -> set[str]:
	return entries.contact_says(
		doc, [row.email_id for row in doc.email_ids], [row.phone for row in doc.phone_nos]
	)


def _linked_parties(*docs: Document | None) -> set[int]:
	"""The Customers that a contact or an address is linked with."""
	return {
		party_id(CUSTOMER, row.link_name)
		for doc in docs
		if doc
		for row in doc.get("links") or ()
		if row.link_doctype == CUSTOMER and row.link_name
	}


def _rename_use(old: str, new: str) -> None:
	rows = frappe.db.sql(f"select user_name, used_at from {USE} where customer = %s", (old,))
	for user, used_at in rows:
		frappe.db.sql(f"delete from {USE} where user_name = %s and customer = %s", (user, old))
		tables.insert(USE, ("user_name", "customer", "used_at"), [(user, new, used_at)], ignore=True)
