"""Who else a company could be: everything on the site that shares its CUI, its e-mail or its name and phone.

A list of sources, each of which finds candidates by indexed keys; `identity.match` decides and says why. Rights are not
looked at: whoever decides about a company has to know of every other one. Nothing of it is ever shown to applicants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, zip_longest

import frappe
from frappe.query_builder import DocType
from pypika.terms import Criterion

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers import known
from erp_b2b_smartbill.customers.identity import Identity, Match, match
from erp_b2b_smartbill.registration import states

MAX_CANDIDATES = 50
MAX_SHOWN = 20


@dataclass(frozen=True)
class Candidate:
	"""Somebody on the site, with what he is recognised by."""

	source: str
	name: str
	title: str
	identity: Identity
	disabled: bool = False
	status: str | None = None


@dataclass(frozen=True)
class Duplicate:
	candidate: Candidate
	match: Match


Source = Callable[[Identity], list[Candidate]]


def find(wanted: Identity, *, leave_out: tuple[str, str] | None = None) -> list[Duplicate]:
	"""Sure ones first. `leave_out` is (source, name) of the one that asks."""
	candidates = [
		candidate
		for source in SOURCES
		for candidate in source(wanted)
		if (candidate.source, candidate.name) != leave_out
	]
	carriers = _carriers(wanted, candidates)
	found = [
		Duplicate(candidate, matched)
		for candidate in candidates
		if (matched := match(wanted, candidate.identity, email_carriers=carriers))
	]
	return sorted(found, key=lambda one: (not one.match.sure, one.candidate.source, one.candidate.name))[
		:MAX_SHOWN
	]


def _carriers(wanted: Identity, candidates: Iterable[Candidate]) -> int:
	"""How many companies carry one of the e-mail addresses: Customers, and requests that are none yet."""
	return len(
		{
			(candidate.source, candidate.name)
			for candidate in candidates
			if candidate.status != states.APPROVED and set(candidate.identity.emails) & set(wanted.emails)
		}
	)


def customers(wanted: Identity) -> list[Candidate]:
	"""Source: Customers, disabled ones too."""
	names = _surest(
		sorted(name for several in found.values() for name in several)
		for found in (
			known.by_cui({wanted.cui} - {""}),
			known.by_name({wanted.name_key} - {""}),
			known.by_email(wanted.emails),
		)
	)
	return [
		Candidate("Customer", one.name, one.title, one.identity, disabled=one.disabled)
		for one in known.customers(names).values()
	]


def registrations(wanted: Identity) -> list[Candidate]:
	"""Source: other requests, decided ones too; not what was withdrawn."""
	table = DocType("B2B Registration")
	names = _names(table, wanted, table.status != "Withdrawn", newest_first=True)
	if not names:
		return []
	rows = frappe.get_all(
		"B2B Registration",
		{"name": ["in", names]},
		["name", "company_name", "cui", "cui_digits", "email", "phone", "reg_com", "status"],
		order_by="name desc",
	)
	return [
		Candidate(
			"B2B Registration",
			row.name,
			row.company_name,
			Identity.of(
				cui=row.cui_digits,
				name=row.company_name,
				emails=[row.email],
				phones=[row.phone],
				reg_com=row.reg_com,
			),
			status=row.status,
		)
		for row in rows
	]


def smartbill_clients(wanted: Identity) -> list[Candidate]:
	"""Source: clients of SmartBill that no Customer is yet; the others are found as their Customers."""
	if not features.is_on(features.SYNC):
		return []
	table = DocType("SmartBill Client")
	unlinked = (table.status == "Active") & (table.customer.isnull() | (table.customer == ""))
	names = _names(table, wanted, unlinked)
	if not names:
		return []
	rows = frappe.get_all(
		"SmartBill Client",
		{"name": ["in", names]},
		["name", "client_name", "vat_code", "emails", "phone", "reg_com"],
		order_by="name",
	)
	return [
		Candidate(
			"SmartBill Client",
			row.name,
			row.client_name,
			Identity.of(
				cui=row.vat_code,
				name=row.client_name,
				emails=(row.emails or "").splitlines(),
				phones=[row.phone],
				reg_com=row.reg_com,
			),
		)
		for row in rows
	]


def _names(table: DocType, wanted: Identity, among: Criterion, *, newest_first: bool = False) -> list[str]:
	"""Of those `among` the rows: by the code, the name, an e-mail address."""
	ways = (
		(wanted.cui, table.cui_digits == wanted.cui),
		(wanted.name_key, table.name_key == wanted.name_key),
		(wanted.emails, table.email.isin(wanted.emails or [""])),
	)

	def found(condition: Criterion) -> list[str]:
		rows = frappe.qb.from_(table).select(table.name).where(condition & among).limit(MAX_CANDIDATES).run()
		return sorted((row[0] for row in rows), reverse=newest_first)

	return _surest(found(condition) if value else () for value, condition in ways)


def _surest(ways: Iterable[Iterable[str]]) -> list[str]:
	"""At most so many names, each once: a name or an address that many share crowds out neither the one that has the CUI
	nor those that are found by the other."""
	by_cui, *others = ways
	in_turn = chain.from_iterable(zip_longest(*others))
	return [name for name in dict.fromkeys([*by_cui, *in_turn]) if name][:MAX_CANDIDATES]


SOURCES: list[Source] = [customers, registrations, smartbill_clients]
