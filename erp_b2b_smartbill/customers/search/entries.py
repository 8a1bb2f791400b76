"""What the index holds of one record: pure, plain rows in, a party and its tokens out. A row is anything with `get`: a
document, or a row of the database.

Each document says its own tokens only: a Customer those of its own fields, a Contact and an Address theirs of every
Customer that they are linked with. So two of them that are saved at once write different rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.search import tokens
from erp_b2b_smartbill.customers.search.tables import (
	CLIENT,
	CLIENT_OF_CUSTOMER,
	CUSTOMER,
	DOCTYPES,
	GROUP,
	REGISTRATION,
	REGISTRATION_OF_CUSTOMER,
	TERRITORY,
	party_id,
)
from erp_b2b_smartbill.registration import states

Row = Mapping[str, Any] | Any

# whom nobody needs to find
ACTIVE_CLIENT = "Active"
CLOSED_REGISTRATIONS = (states.REJECTED, states.WITHDRAWN)
# what a column holds
MAX_NAME, MAX_WORDS = 140, 280

# the origin of what a record says of itself
OWN = 0


class Token(NamedTuple):
	"""A row of TOKEN."""

	token: str
	party: int
	origin: int


class Party(NamedTuple):
	"""A row of PARTY. `customer`: who it is in the ERP. `cui`: digits of a valid one. `name_key` as identity's; `words`
	are those of the name as it is, with a blank between each. `active_on`: of a Customer's last quotation or order."""

	party: int
	lane: str
	record: str
	customer: str | None
	cui: str | None
	name_key: str
	words: str
	active_on: date | None = None


@dataclass(frozen=True)
class Entry:
	"""All that the index holds of a record."""

	party: Party
	tokens: frozenset[Token]

	def with_tokens(self, more: Iterable[Token]) -> Entry:
		return replace(self, tokens=self.tokens.union(more))


def customer(row: Row, active_on: date | None = None) -> Entry:
	"""A Customer with its `sales_team`, without what its contacts and addresses say."""
	name, title = row.get("name"), row.get("customer_name")
	says = tokens.of_name(title) | tokens.of_tax_id(row.get("tax_id"))
	says |= tokens.of_reg_com(row.get("smartbill_reg_com"))
	if name != title:
		says |= tokens.of_text(name)
	team = [one.get("sales_person") for one in row.get("sales_team") or ()]
	says |= tokens.of_keepers([row.get("account_manager"), *team])
	says |= {
		tokens.of_place(TERRITORY, row.get("territory")),
		tokens.of_place(GROUP, row.get("customer_group")),
	}
	if not row.get("customer_primary_contact"):
		# otherwise they are copies of the contact's
		says |= tokens.of_emails([row.get("email_id")]) | tokens.of_phones([row.get("mobile_no")])
	party = _party(CUSTOMER, name, name, row.get("b2b_cui"), title, active_on)
	return Entry(party, said(party.party, CUSTOMER, says))


def contact_says(row: Row, emails: Iterable[str | None], phones: Iterable[str | None]) -> set[str]:
	"""`emails` and `phones` are those of its tables."""
	return (
		tokens.of_text(row.get("first_name"), row.get("middle_name"), row.get("last_name"))
		| tokens.of_emails([row.get("email_id"), *emails])
		| tokens.of_phones([row.get("phone"), row.get("mobile_no"), *phones])
	)


def address_says(row: Row) -> set[str]:
	return (
		tokens.of_text(row.get("city"))
		| tokens.of_emails([row.get("email_id")])
		| tokens.of_phones([row.get("phone")])
	)


def client(row: Row, customer: str | None) -> Entry | None:
	"""A SmartBill Client; None for one that SmartBill has no more. Its personal code (CNP) is never searched."""
	if row.get("status") != ACTIVE_CLIENT:
		return None
	title = row.get("client_name")
	says = (
		tokens.of_name(title)
		| tokens.of_tax_id(row.get("vat_code"))
		| tokens.of_reg_com(row.get("reg_com"))
		| tokens.of_text(row.get("contact"), row.get("city"))
		| tokens.of_emails([row.get("email"), *(row.get("emails") or "").splitlines()])
		| tokens.of_phones([row.get("phone")])
	)
	lane = CLIENT_OF_CUSTOMER if customer else CLIENT
	cui = identity.valid_cui(row.get("vat_code"))
	return _entry(_party(lane, row.get("name"), customer, cui, title), says)


def registration(row: Row, customer: str | None) -> Entry | None:
	"""A B2B Registration; None for one that came to nothing."""
	if row.get("status") in CLOSED_REGISTRATIONS:
		return None
	title = row.get("company_name")
	says = (
		tokens.of_name(title)
		| tokens.of_tax_id(row.get("cui"))
		| tokens.of_reg_com(row.get("reg_com"))
		| tokens.of_text(
			row.get("first_name"), row.get("last_name"), row.get("city"), str(row.get("name") or "")
		)
		| tokens.of_emails([row.get("email")])
		| tokens.of_phones([row.get("phone")])
	)
	lane = REGISTRATION_OF_CUSTOMER if customer else REGISTRATION
	cui = identity.valid_cui(row.get("cui"))
	return _entry(_party(lane, row.get("name"), customer, cui, title), says)


def said(party: int, lane: str, says: Iterable[str], origin: int = OWN) -> frozenset[Token]:
	"""Values as rows of TOKEN."""
	return frozenset(Token(lane + value, party, origin) for value in says)


def _party(
	lane: str,
	record: str,
	customer: str | None,
	cui: str | None,
	title: str | None,
	active_on: date | None = None,
) -> Party:
	record = str(record)
	return Party(
		party_id(DOCTYPES[lane], record),
		lane,
		record,
		customer or None,
		cui or None,
		identity.name_key(title)[:MAX_NAME],
		" ".join(identity.words(title))[:MAX_WORDS],
		active_on,
	)


def _entry(party: Party, says: Iterable[str]) -> Entry:
	return Entry(party, said(party.party, party.lane, says))
