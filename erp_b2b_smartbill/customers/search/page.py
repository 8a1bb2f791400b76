"""All that the rows of one page need, loaded at once: a constant number of questions, however many rows it has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import frappe

from erp_b2b_smartbill.customers.search.entries import OWN, Party
from erp_b2b_smartbill.customers.search.groups import Group
from erp_b2b_smartbill.customers.search.matches import Said, Told
from erp_b2b_smartbill.customers.search.rights import Rights, condition_of_contacts
from erp_b2b_smartbill.customers.search.shapes import Reading, upper_bound
from erp_b2b_smartbill.customers.search.tables import (
	CUSTOMER,
	DOCTYPES,
	EMAIL,
	PARTY,
	PHONE,
	REGISTRATION_OF_CUSTOMER,
	TOKEN,
	party_id,
)

CLIENT, REGISTRATION = "SmartBill Client", "B2B Registration"
_FIELDS = {
	"Customer": "name, customer_name, tax_id, email_id, mobile_no, disabled, is_frozen, customer_primary_address,"
	" customer_group, b2b_tier",
	CLIENT: "name, client_name, vat_code, email, phone, city, contact",
	REGISTRATION: "name, company_name, cui, email, phone, city, first_name, last_name, status",
	"Contact": "name, first_name, last_name",
	"Address": "name, city",
}
_NOBODY = Told(may_tell=False)


class Page:
	def __init__(self, groups: Sequence[Group], may: Rights):
		hits = [hit for group in groups for hit in group.hits]
		self.names = sorted({group.customer for group in groups if group.customer})
		self.parties = {party_id("Customer", name): name for name in self.names}
		records: dict[str, set[str]] = {}
		for hit in hits:
			records.setdefault(DOCTYPES[hit.party.lane], set()).add(hit.party.record)
		self.registrations_of = self._registrations_of_customers(may)
		waiting = {name for several in self.registrations_of.values() for name in several}
		self.customers = _load("Customer", self.names)
		self.clients = _load(CLIENT, records.get(CLIENT, ()))
		self.registrations = _load(
			REGISTRATION, records.get(REGISTRATION, set()) | waiting, may.conditions.get(REGISTRATION)
		)
		self.tokens = self._tokens([hit.reading for hit in hits], [hit.party for hit in hits])
		self.links = self._links()
		self.told = self._told()

	def said(self, party: int, own: Told, reading: Reading) -> list[Said]:
		"""What is said of a party that the reading is about."""
		return [
			Said(token, own if origin == OWN else self.told.get((party, origin), _NOBODY))
			for token, origin in self.tokens.get(party, ())
			if _is_of(token, reading)
		]

	def first(self, customer: str, kind: str) -> str | None:
		"""An address or a phone of a Customer that names none of its own."""
		party = party_id("Customer", customer)
		values = [
			token[1:]
			for token, origin in self.tokens.get(party, ())
			if token[0] == kind and (origin == OWN or self.told.get((party, origin), _NOBODY).may_tell)
		]
		return min(values, default=None)

	def city(self, customer: str, primary_address: str | None) -> str | None:
		party = party_id("Customer", customer)
		primary = self.told.get((party, party_id("Address", primary_address or "")))
		others = (told for (of, _origin), told in self.told.items() if of == party)
		return next((told.city for told in (primary, *others) if told and told.city), None)

	def _registrations_of_customers(self, may: Rights) -> dict[str, list[str]]:
		if REGISTRATION not in may.conditions:
			return {}
		rows = frappe.db.sql(
			# neither by lane nor in order: a database may take the index of that, and walk through it
			f"select customer, record, lane from {PARTY} where customer in %s",
			[self.names or [""]],
		)
		found: dict[str, list[str]] = {}
		for customer, record, lane in sorted(rows, reverse=True):
			if lane == REGISTRATION_OF_CUSTOMER:
				found.setdefault(customer, []).append(record)
		return found

	def _tokens(
		self, readings: Iterable[Reading], found: Sequence[Party]
	) -> dict[int, list[tuple[str, int]]]:
		"""(kind and value, origin) of what was found, and of Customers their e-mail addresses and phones."""
		begun = {prefix for reading in readings for term in reading for prefix in term.prefixes}
		exact = {token for reading in readings for term in reading for token in term.exact}
		lanes = sorted({party.lane for party in found})
		wanted = [lane + prefix for lane in lanes for prefix in sorted(begun)]
		wanted += [CUSTOMER + EMAIL, CUSTOMER + PHONE]
		ranges = ["(coalesce(token, '') >= %s and coalesce(token, '') < %s)"] * len(wanted)
		values: list[Any] = [edge for one in wanted for edge in (one, upper_bound(one))]
		if exact:
			ranges.append("coalesce(token, '') in %s")
			values.append([lane + token for lane in lanes for token in sorted(exact)])
		rows = frappe.db.sql(
			# no ranges of the index: MariaDB would try each of them for each party first
			f"select party, token, origin from {TOKEN} where party in %s and ({' or '.join(ranges)})",
			[sorted({*(party.party for party in found), *self.parties}), *values],
		)
		tokens: dict[int, list[tuple[str, int]]] = {}
		for party, token, origin in rows:
			tokens.setdefault(party, []).append((token[1:], origin))
		return tokens

	def _links(self) -> dict[str, dict[str, list[str]]]:
		"""The names of Contacts and of Addresses, with the Customers that they are linked with."""
		rows = frappe.db.sql(
			"select parenttype, parent, link_name from `tabDynamic Link`"
			" where link_doctype = %s and link_name in %s and parenttype in %s order by idx, parent",
			["Customer", self.names or [""], ["Contact", "Address"]],
		)
		links: dict[str, dict[str, list[str]]] = {"Contact": {}, "Address": {}}
		for doctype, parent, customer in rows:
			links[doctype].setdefault(parent, []).append(customer)
		return links

	def _told(self) -> dict[tuple[int, int], Told]:
		"""Who says something, by Customer and origin, as far as the user may read it."""
		origins = {origin for rows in self.tokens.values() for _token, origin in rows} - {OWN}
		contacts = {name for name in self.links["Contact"] if party_id("Contact", name) in origins}
		told: dict[tuple[int, int], Told] = {}
		for doctype, names in (("Contact", contacts), ("Address", set(self.links["Address"]))):
			if not frappe.has_permission(doctype):
				continue
			for doc in _load(doctype, names, condition_of_contacts(doctype)).values():
				one = (
					Told(contact=f"{doc.first_name or ''} {doc.last_name or ''}".strip() or doc.name)
					if doctype == "Contact"
					else Told(city=doc.city or "")
				)
				for customer in self.links[doctype].get(doc.name, ()):
					told[party_id("Customer", customer), party_id(doctype, doc.name)] = one
		return told


def _load(doctype: str, names: Collection[str], condition: str | None = None) -> dict[str, Any]:
	rows = frappe.db.sql(
		f"select {_FIELDS[doctype]} from `tab{doctype}` where name in %s and {condition or '1=1'}",
		# never an empty list: the number of questions is to be the same
		[sorted(names) or [""]],
		as_dict=True,
	)
	return {row.name: row for row in rows}


def _is_of(token: str, reading: Reading) -> bool:
	return any(token.startswith(term.prefixes) or token in term.exact for term in reading)
