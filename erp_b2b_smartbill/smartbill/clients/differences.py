"""Where SmartBill's client and the Customer that it is disagree. Pure.

What only one side knows is no disagreement: an empty field is never an argument. Spelling is none either: diacritics,
legal forms written out, `Str.` and `Strada`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.known import Known
from erp_b2b_smartbill.text import fold

NAME, EMAIL, ADDRESS, VAT, CUI = "Name", "E-mail", "Address", "VAT status", "CUI changed"

# words of an address that only say what stands beside them
_SAID_OF_PLACES = frozenset(
	"""str strada sos soseaua bd bld bvd bdul bulevardul bulevard cal calea al aleea piata p ta intr intrarea nr numar
	numarul bl bloc sc scara et etaj etajul ap apartament apt jud judet judetul mun municipiul oras orasul com comuna
	sat satul loc localitatea cod postal romania""".split()
)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Difference:
	"""What both sides say, as people read it."""

	kind: str
	erp: str
	smartbill: str


@dataclass(frozen=True)
class Facts:
	"""What SmartBill (or the tax office) says of a company; empty where it says nothing."""

	name: str = ""
	vat_code: str = ""
	vat_payer: str = ""
	emails: tuple[str, ...] = ()
	address: tuple[str, str, str] = ("", "", "")


def between(known: Known, facts: Facts) -> list[Difference]:
	"""The disagreements of a Customer with what SmartBill says, at most one of a kind."""
	found = []
	if _names_differ(known.title, facts.name):
		found.append(Difference(NAME, known.title, facts.name))
	if known.emails and facts.emails and not set(known.identity.emails) & set(facts.emails):
		found.append(Difference(EMAIL, ", ".join(known.emails), ", ".join(facts.emails)))
	if _addresses_differ(known.address, facts.address):
		found.append(Difference(ADDRESS, address_text(known.address), address_text(facts.address)))
	payer = is_vat_payer(known)
	if payer and facts.vat_payer and payer != facts.vat_payer:
		found.append(Difference(VAT, payer, facts.vat_payer))
	theirs = identity.valid_cui(facts.vat_code)
	if theirs and known.identity.cui and theirs != known.identity.cui:
		found.append(Difference(CUI, known.tax_id, facts.vat_code))
	return found


def contradict(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
	"""Whether two addresses cannot both be right. One that only says less than the other can: the tax office writes down
	every room."""
	if not (one[0] or one[1]) or not (other[0] or other[1]):
		return False
	mine, theirs = _told_apart(one), _told_apart(other)
	return not (mine <= theirs or theirs <= mine)


def is_vat_payer(known: Known) -> str:
	"""Yes, No, or empty where the Customer says nothing: without a word of its own a Tax ID says it by its RO, as for a
	proforma (mapping/client.py)."""
	if known.vat_payer:
		return known.vat_payer
	if not known.identity.cui:
		return ""
	return "Yes" if romania.has_ro_prefix(known.tax_id) else "No"


def address_text(address: tuple[str, str, str]) -> str:
	return ", ".join(part for part in address if part)


def _names_differ(one: str, other: str) -> bool:
	mine, theirs = identity.Identity.of(name=one), identity.Identity.of(name=other)
	if not mine.name_key or not theirs.name_key:
		return False
	forms = {mine.legal_form, theirs.legal_form} - {""}
	return mine.name_key != theirs.name_key or len(forms) > 1


def _addresses_differ(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
	if not (one[0] or one[1]) or not (other[0] or other[1]):
		return False
	return _told_apart(one) != _told_apart(other)


def _told_apart(address: tuple[str, str, str]) -> frozenset[str]:
	line, city, county = address
	words = _WORD.findall(fold(f"{line} {city} {romania.county(county) or county}".replace("-", " ")))
	return frozenset(word for word in words if word not in _SAID_OF_PLACES)
