"""The records that the index is made of, read many at once: a constant number of questions, however many they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import frappe
from frappe.query_builder import DocType

from erp_b2b_smartbill.customers.search import entries
from erp_b2b_smartbill.customers.search.entries import Entry
from erp_b2b_smartbill.customers.search.tables import CUSTOMER as CUSTOMER_LANE
from erp_b2b_smartbill.customers.search.tables import party_id

CUSTOMER, CLIENT, REGISTRATION = "Customer", "SmartBill Client", "B2B Registration"
CONTACT, ADDRESS = "Contact", "Address"
# Customers first: the others are told to be one of them
SOURCES = (CUSTOMER, REGISTRATION, CLIENT)

_FIELDS = {
	CUSTOMER: (
		"name",
		"customer_name",
		"tax_id",
		"smartbill_reg_com",
		"b2b_cui",
		"email_id",
		"mobile_no",
		"customer_primary_contact",
		"account_manager",
		"territory",
		"customer_group",
	),
	CLIENT: (
		"name",
		"status",
		"client_name",
		"vat_code",
		"cui_digits",
		"reg_com",
		"contact",
		"city",
		"email",
		"emails",
		"phone",
		"customer",
	),
	REGISTRATION: (
		"name",
		"status",
		"company_name",
		"cui",
		"cui_digits",
		"reg_com",
		"first_name",
		"last_name",
		"city",
		"email",
		"phone",
		"customer",
	),
	CONTACT: ("name", "first_name", "middle_name", "last_name", "email_id", "phone", "mobile_no"),
	ADDRESS: ("name", "city", "email_id", "phone"),
}
_OF_CUSTOMER = {CLIENT: entries.client, REGISTRATION: entries.registration}


def load(doctype: str, names: Collection[str]) -> dict[str, Entry]:
	"""What the index should hold of these records; those that do not exist, or are not searched, are left out."""
	if not names:
		return {}
	rows = _rows(doctype, names)
	if doctype == CUSTOMER:
		return _customers(rows)
	of = customers_of(rows)
	found = {row.name: _OF_CUSTOMER[doctype](row, of.get(row.name)) for row in rows}
	return {name: entry for name, entry in found.items() if entry}


def customers_of(rows: Sequence[Any]) -> dict[str, str]:
	"""Who clients or registrations are in the ERP: the Customer that they are linked with, else the oldest that has the
	same valid CUI."""
	by_cui = _oldest_with({row.get("cui_digits") for row in rows if not row.get("customer")})
	found = {row.get("name"): row.get("customer") or by_cui.get(row.get("cui_digits")) for row in rows}
	return {name: customer for name, customer in found.items() if customer}


def after(doctype: str, name: str, limit: int) -> list[str]:
	"""The next names of a walk over all records."""
	table = DocType(doctype)
	return (
		frappe.qb.from_(table)
		.select(table.name)
		.where(table.name > name)
		.orderby(table.name)
		.limit(limit)
		.run(pluck=True)
	)


def existing(doctype: str, names: Collection[str]) -> set[str]:
	return {row[0] for row in _select(doctype, ("name",), "name", names)}


def changed_since(doctype: str, names: Collection[str], moment: Any) -> list[str]:
	"""Which of these records, of a Customer also its contacts and addresses, were saved since then."""
	changed = {name for name, at in _select(doctype, ("name", "modified"), "name", names) if at >= moment}
	if doctype == CUSTOMER:
		for other in (CONTACT, ADDRESS):
			rows = frappe.db.sql(
				f"select distinct l.link_name from `tabDynamic Link` l join `tab{other}` d on d.name = l.parent "
				"where l.parenttype = %s and l.link_doctype = %s and l.link_name in %s and d.modified >= %s",
				(other, CUSTOMER, tuple(names), moment),
			)
			changed.update(name for (name,) in rows)
	return sorted(changed)


def _rows(doctype: str, names: Collection[str]) -> list[Any]:
	fields = _FIELDS[doctype]
	return [frappe._dict(zip(fields, row, strict=True)) for row in _select(doctype, fields, "name", names)]


def _select(
	doctype: str, fields: Sequence[str], column: str, values: Collection[str], parenttype: str | None = None
) -> Sequence[tuple[Any, ...]]:
	"""The query builder takes longer to write thousands of names than the database to find them."""
	if not values:
		return ()
	query = f"select {', '.join(f'`{field}`' for field in fields)} from `tab{doctype}` where `{column}` in %s"
	if parenttype:
		return frappe.db.sql(f"{query} and parenttype = %s", (tuple(values), parenttype))
	return frappe.db.sql(query, (tuple(values),))


def _customers(rows: Sequence[Any]) -> dict[str, Entry]:
	names = [row.name for row in rows]
	active_on = _active_on(names)
	teams = _teams(names)
	for row in rows:
		row.sales_team = teams.get(row.name, [])
	found = {row.name: entries.customer(row, active_on.get(row.name)) for row in rows}
	for doctype, customer, parent, says in _said_of(names):
		# texts compare without regard to case in some databases, and a link may be written otherwise than the name
		if entry := found.get(customer):
			origin = party_id(doctype, parent)
			found[customer] = entry.with_tokens(entries.said(entry.party.party, CUSTOMER_LANE, says, origin))
	return found


def _said_of(customers: list[str]) -> list[tuple[str, str, str, set[str]]]:
	"""(doctype, Customer, name, what it says) of the contacts and addresses of these Customers."""
	if not customers:
		return []
	links = frappe.db.sql(
		"select distinct parenttype, link_name, parent from `tabDynamic Link` "
		"where link_doctype = %s and link_name in %s and parenttype in %s",
		(CUSTOMER, tuple(customers), (CONTACT, ADDRESS)),
	)
	says: dict[tuple[str, str], set[str]] = {}
	contacts = {parent for doctype, _customer, parent in links if doctype == CONTACT}
	if contacts:
		emails = _children("Contact Email", "email_id", contacts)
		phones = _children("Contact Phone", "phone", contacts)
		for row in _rows(CONTACT, contacts):
			says[CONTACT, row.name] = entries.contact_says(
				row, emails.get(row.name, ()), phones.get(row.name, ())
			)
	if addresses := {parent for doctype, _customer, parent in links if doctype == ADDRESS}:
		for row in _rows(ADDRESS, addresses):
			says[ADDRESS, row.name] = entries.address_says(row)
	return [
		(doctype, customer, parent, says[doctype, parent])
		for doctype, customer, parent in links
		if (doctype, parent) in says
	]


def _children(doctype: str, field: str, parents: Collection[str]) -> dict[str, list[str]]:
	return _grouped(_select(doctype, ("parent", field), "parent", parents, CONTACT))


def _teams(customers: list[str]) -> dict[str, list[dict[str, str]]]:
	rows = _select("Sales Team", ("parent", "sales_person"), "parent", customers, CUSTOMER)
	return _grouped((customer, {"sales_person": person}) for customer, person in rows)


def _grouped(rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
	found: dict[str, list[Any]] = {}
	for key, value in rows:
		found.setdefault(key, []).append(value)
	return found


def _active_on(customers: list[str]) -> dict[str, date]:
	"""The day of the last quotation or order of each."""
	if not customers:
		return {}
	rows = [
		*frappe.db.sql(
			"select party_name, max(transaction_date) from `tabQuotation` "
			"where quotation_to = %s and party_name in %s group by party_name",
			(CUSTOMER, tuple(customers)),
		),
		*frappe.db.sql(
			"select customer, max(transaction_date) from `tabSales Order` where customer in %s group by customer",
			(tuple(customers),),
		),
	]
	found: dict[str, date] = {}
	for customer, day in rows:
		day = frappe.utils.getdate(day) if day else None
		if day and (customer not in found or day > found[customer]):
			found[customer] = day
	return found


def _oldest_with(cuis: Collection[str | None]) -> dict[str, str]:
	wanted = sorted({cui for cui in cuis if cui})
	if not wanted:
		return {}
	rows = _select(CUSTOMER, ("b2b_cui", "name", "creation"), "b2b_cui", wanted)
	oldest_last = sorted(rows, key=lambda row: (row[2], row[1]), reverse=True)
	return {cui: name for cui, name, _creation in oldest_last}
