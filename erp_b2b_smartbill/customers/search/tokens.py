"""What a party is found by, as tokens: pure, values in, tokens out. A token is lane, kind and value (tables.py); these
functions give kind and value, the lane is put before them where a record is written or looked for.

| kind | value |
|---|---|
| text | a word of a name, a contact's name, a city or a document's name: folded, `S.R.L.` as `srl` |
| pair | two words of a company's name, their first letters in alphabetical order: `con srl` |
| tax ID | the digits of a CUI; a foreign code in capitals without marks |
| e-mail | the address in lower case |
| domain | what stands behind its @ |
| phone | E.164 without the plus: 40722123456 |
| trade register | as identity.reg_com_key: J12/345/2019 |
| keeper | the user or the Sales Person who looks after a Customer |
| territory, group | of a Customer; nothing behind the kind where it has none |
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations

from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.search.tables import (
	DOMAIN,
	EMAIL,
	KEEPER,
	MAX_VALUE,
	PAIR,
	PHONE,
	REG_COM,
	TAX_ID,
	TEXT,
)

# letters of a word that stand in a pair, and words of a name that are paired
BEGINNING, MAX_PAIRED = 3, 6

_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]+")


def of_name(text: str | None) -> set[str]:
	"""The words of a company's name, letters that are written apart joined too: `S C A B C TRANS` has abc."""
	words = [*identity.words(text), *identity.name_key(text).split()]
	return _texts(words) | of_pairs(words)


def of_pairs(words: Iterable[str]) -> set[str]:
	"""A token for each two words, of which at most so many are looked at. A word that is shorter than the beginning that
	is kept could go on in many ways, and has none."""
	begun = [word[:BEGINNING] for word in dict.fromkeys(words) if len(word) >= BEGINNING][:MAX_PAIRED]
	return {PAIR + " ".join(sorted(two)) for two in combinations(begun, 2)}


def of_text(*texts: str | None) -> set[str]:
	"""The words of other texts."""
	return _texts(word for text in texts for word in identity.words(text))


def of_tax_id(text: str | None) -> set[str]:
	value = tax_id(text)
	return {TAX_ID + value} if value else set()


def tax_id(text: str | None) -> str:
	"""The digits of a CUI, valid or not; a foreign code in capitals without marks."""
	return identity.cui_digits(text) or _NOT_ALNUM.sub("", (text or "")[:MAX_VALUE]).upper()


def of_emails(texts: Iterable[str | None]) -> set[str]:
	found = {email for text in texts for email in identity.emails_in(text)}
	return {EMAIL + email[:MAX_VALUE] for email in found} | {
		DOMAIN + email.partition("@")[2][:MAX_VALUE] for email in found
	}


def of_phones(texts: Iterable[str | None]) -> set[str]:
	return {PHONE + phone[1:] for text in texts for phone in identity.phones_in(text)}


def of_reg_com(text: str | None) -> set[str]:
	key = identity.reg_com_key(text)
	return {REG_COM + key} if key else set()


def of_keepers(names: Iterable[str | None]) -> set[str]:
	return {KEEPER + name.casefold()[:MAX_VALUE] for name in names if name}


def of_place(kind: str, name: str | None) -> str:
	"""The token of a Territory or Customer Group."""
	return kind + (name or "").casefold()[:MAX_VALUE]


def _texts(words: Iterable[str]) -> set[str]:
	return {TEXT + word[:MAX_VALUE] for word in words if word}
