"""Which Customer a client of SmartBill is: decided for many at once by the identity rules of customers/identity.py.

The same valid CUI links by itself when exactly one Customer has it. What is weaker (an e-mail address, name and phone)
follows the account's policy; what is not sure is for a person. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce, Max, Min
from pypika.functions import NullIf

from erp_b2b_smartbill.customers import identity, known
from erp_b2b_smartbill.customers.identity import Identity, Match
from erp_b2b_smartbill.customers.known import Known
from erp_b2b_smartbill.smartbill.clients.store import CLIENT

LINK, PROPOSE, NEVER = "Link", "Propose", "Never"
MAX_PROPOSED = 10


@dataclass(frozen=True)
class Decision:
	"""What is to become of an unlinked client: `customer` to link it with, or `proposed` ones for a person to choose
	from. Neither: nobody on the site could be it. `same_cui`: several Customers have its CUI. `sure` are those that it
	surely is, whether the account wants it linked or not."""

	customer: str | None = None
	reason: str = ""
	proposed: tuple[str, ...] = ()
	same_cui: bool = False
	sure: tuple[str, ...] = ()


def decide(rows: Sequence[frappe._dict], policy: str) -> dict[str, Decision]:
	"""A decision for each client, by name. Several clients may be given the same Customer: chunk.plan links the first."""
	who = {row.name: identity_of(row) for row in rows}
	cuis = known.by_cui({one.cui for one in who.values() if one.cui})
	emails = known.by_email({email for one in who.values() for email in one.emails})
	names = known.by_name({one.name_key for one in who.values() if one.name_key})
	candidates = {name: _candidates(one, cuis, emails, names) for name, one in who.items()}
	customers = known.customers({one for several in candidates.values() for one in several})
	carriers = _carriers(who.values())
	return {
		name: _decide(
			one, [customers[c] for c in candidates[name] if c in customers], emails, carriers, policy
		)
		for name, one in who.items()
	}


def surely(row: frappe._dict) -> tuple[str, ...]:
	"""The Customers that a client surely is, whatever its account says about weak matches."""
	return decide([row], PROPOSE)[row.name].sure


def identity_of(row: frappe._dict) -> Identity:
	"""What a client is recognised by. Its personal code (CNP) is no part of it."""
	return Identity.of(
		cui=row.vat_code,
		name=row.client_name,
		emails=(row.emails or row.email or "").splitlines(),
		phones=[row.phone],
		reg_com=row.reg_com,
	)


def _candidates(
	one: Identity, cuis: dict[str, list[str]], emails: dict[str, list[str]], names: dict[str, list[str]]
) -> list[str]:
	if one.cui in cuis:
		return cuis[one.cui]
	found = [customer for email in one.emails for customer in emails.get(email, ())]
	found += names.get(one.name_key, ())
	return list(dict.fromkeys(found))[: 2 * MAX_PROPOSED]


def _decide(
	one: Identity,
	customers: list[Known],
	by_email: dict[str, list[str]],
	carriers: dict[str, int],
	policy: str,
) -> Decision:
	if not customers:
		return Decision()
	if one.cui and customers[0].identity.cui == one.cui:
		names = tuple(customer.name for customer in customers[:MAX_PROPOSED])
		if len(customers) == 1:
			return Decision(names[0], identity.CUI, sure=names)
		return Decision(reason=identity.CUI, proposed=names, same_cui=True, sure=names)
	if policy == NEVER:
		return Decision()
	matches: list[tuple[Match, str]] = []
	for customer in customers:
		shared = set(one.emails) & set(customer.identity.emails)
		count = max((len(by_email.get(email, ())) for email in shared), default=0)
		count = max([count, *(carriers.get(email, 0) for email in shared)])
		if found := identity.match(one, customer.identity, email_carriers=count):
			matches.append((found, customer.name))
	sure = [(found, name) for found, name in matches if found.sure]
	names = tuple(name for _found, name in sure)
	if policy == LINK and len(sure) == 1:
		return Decision(names[0], sure[0][0].reason, sure=names)
	if not matches:
		return Decision()
	matches.sort(key=lambda one: (not one[0].sure, one[1]))
	return Decision(
		reason=matches[0][0].reason,
		proposed=tuple(name for _found, name in matches[:MAX_PROPOSED]),
		sure=names,
	)


def _carriers(who: Iterable[Identity]) -> dict[str, int]:
	"""Whether one or several companies of SmartBill have an address: an accountant's stands with every company of his.
	Companies are told apart by their codes, or by their names where they have none."""
	found: dict[str, set[str]] = {}
	for one in who:
		for email in one.emails:
			found.setdefault(email, set()).add(one.cui or one.wrong_cui or one.name_key)
	if not found:
		return {}
	table = DocType(CLIENT)
	company = Coalesce(NullIf(table.cui_digits, ""), table.name_key)
	rows = (
		frappe.qb.from_(table)
		.select(table.email, Min(company), Max(company))
		.where(table.email.isin(sorted(found)))
		.where(table.status == "Active")
		.groupby(table.email)
		.run()
	)
	for email, *companies in rows:
		found[email].update(companies)
	return {email: len(companies) for email, companies in found.items()}
