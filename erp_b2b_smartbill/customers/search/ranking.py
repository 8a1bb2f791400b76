"""How well a party fits what was typed: pure.

Exactness first, then when this user chose the Customer last, then when anybody did, then the name.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum

from erp_b2b_smartbill.customers.search.entries import Party
from erp_b2b_smartbill.customers.search.shapes import Query, Reading, Term
from erp_b2b_smartbill.customers.search.tables import TEXT


class Fit(IntEnum):
	"""The smaller, the better."""

	IDENTIFIER = 0
	NAME = 1
	NAME_BEGINS = 2
	WORDS = 3
	BEGINNINGS = 4
	IDENTIFIER_BEGINS = 5
	ELSEWHERE = 6
	PART = 7
	PART_ELSEWHERE = 8
	TYPO = 9
	TYPO_ELSEWHERE = 10


@dataclass(frozen=True)
class Hit:
	"""A party that was found, and by what."""

	party: Party
	fit: Fit
	reading: Reading = ()


def fit_of(
	party: Party,
	query: Query,
	reading: Reading,
	identifiers: Collection[str] = (),
	loosely: Fit | None = None,
) -> Fit:
	"""`identifiers` are the party's tokens (kind and value) that an identifier of the reading begins; `loosely` is PART
	or TYPO where the words of the reading were widened so."""
	if loosely is not None:
		words = party.words.split()
		return loosely if all(_is_in(term, words) for term in reading) else Fit(loosely + 1)
	if len(reading) == 1 and not set(reading[0].identifiers).isdisjoint(identifiers):
		return Fit.IDENTIFIER
	typed, name = [term.word for term in reading], f" {party.words} "
	if all(typed) and all(f" {word}" in name for word in typed):
		return _fit_of_name(party, query, all(f" {word} " in name for word in typed))
	return Fit.IDENTIFIER_BEGINS if identifiers else Fit.ELSEWHERE


def _fit_of_name(party: Party, query: Query, is_whole: bool) -> Fit:
	if (query.name_key and query.name_key == party.name_key) or query.folded == party.words:
		return Fit.NAME
	if (query.name_key and party.name_key.startswith(query.name_key)) or party.words.startswith(query.folded):
		return Fit.NAME_BEGINS
	return Fit.WORDS if is_whole else Fit.BEGINNINGS


def is_named(party: Party, reading: Reading) -> bool:
	"""Whether all that was typed stands in the name."""
	words = party.words.split()
	return all(term.word and _is_in(term, words) for term in reading)


def _is_in(term: Term, words: Sequence[str]) -> bool:
	return any(word.startswith(term.word) or TEXT + word in term.exact for word in words)


def order(
	fit: Fit, used_at: datetime.datetime | None, active_on: datetime.date | None, name: str, party: int
) -> tuple[int, float, int, str, int]:
	"""The key that rows are sorted by; no two are equal."""
	used = -used_at.timestamp() if used_at else 0.0
	return int(fit), used, -active_on.toordinal() if active_on else 0, name, party
