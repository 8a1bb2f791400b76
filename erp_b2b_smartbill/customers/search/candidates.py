"""The parties that have what was typed, from the index: few of them, the best among them, whatever there is.

The rarest thing typed drives: its parties come out of an inner query with a limit, and each is looked at for the rest
by its own tokens. Of two words that are each common and seldom together, the database compares the parties that have
them. What is everywhere is cut off somewhere; then the parties that rank first (the exact name, names that begin so,
recent ones) are looked at by themselves, so that those are never missed. All readings in all lanes are looked for at
once (asked.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import frappe

from erp_b2b_smartbill.customers.search import tokens
from erp_b2b_smartbill.customers.search.asked import (
	Count,
	Counts,
	Look,
	Sql,
	Steps,
	by_ids,
	having,
	having_all,
	identifiers,
	of_customers,
	together,
)
from erp_b2b_smartbill.customers.search.entries import Party
from erp_b2b_smartbill.customers.search.ranking import Fit, Hit, fit_of, is_named
from erp_b2b_smartbill.customers.search.rights import OF_CUSTOMERS, Rights
from erp_b2b_smartbill.customers.search.shapes import Query, Reading, Term, upper_bound
from erp_b2b_smartbill.customers.search.tables import (
	CLIENT_OF_CUSTOMER,
	CUSTOMER,
	PARTY,
	REGISTRATION_OF_CUSTOMER,
	TEXT,
	USE,
)

# of a lane: more than are shown and counted, so that what is said of the first of them is true; of the others beside the
# Customers, more than are counted
PER_LANE, BESIDE = 210, 105
FEW_ENOUGH = 20
# rows of the index that a lane's search goes through: to try, of what is rare, of what is everywhere, and at most. A look
# at a party costs as much as comparing twenty rows
TRIED, RARE, AT_FIRST, MANY, MOST = 100, 500, 2000, 20_000, 200_000
# what fewer rows have is compared as a whole
COMPARED = 40_000
# rows of each of two words that are compared first for what comes behind names: of a million parties some two hundred
# have both of two such words, and no more are counted
BEHIND = 15_000
# so many of the driving rows are looked up in Customer for somebody who may not read all
LOOKED_UP = 5000
RECENT_OF_USER, RECENT, NAMED = 200, 500, 100
# so many times as many are looked at for somebody who may not read all
NAMED_OF_OTHERS = 5
# records of a source that are one Customer
OF_A_CUSTOMER = 3
# lanes of what is known of Customers by others
_OF_OTHERS = (CLIENT_OF_CUSTOMER, REGISTRATION_OF_CUSTOMER)


@dataclass(frozen=True)
class Hits:
	"""`is_cut`: there may be more."""

	hits: list[Hit]
	is_cut: bool


def search(
	query: Query,
	readings: Iterable[Reading],
	rights: Rights,
	recent: Sequence[str] = (),
	loosely: Fit | None = None,
	known: Counts | None = None,
) -> Hits:
	"""`recent` are the Customers that the user chose last; `known` is what earlier readings of the query have counted,
	and is added to. A party that several readings find comes by its best."""
	known = {} if known is None else known
	lanes = [_Lane(lane, reading, query, rights) for reading in readings for lane in rights.lanes]
	for lane, parties in zip(lanes, together([lane.found() for lane in lanes], rights, known), strict=True):
		lane.parties = parties
	_look_at_first(lanes, rights, recent, known)
	best: dict[int, Hit] = {}
	for reading in dict.fromkeys(lane.reading for lane in lanes):
		parties = _found(lanes, reading)
		known_by = identifiers(parties, [prefix for term in reading for prefix in term.identifiers])
		for party in parties:
			fit = fit_of(party, query, reading, known_by.get(party.party, ()), loosely)
			if party.party not in best or fit < best[party.party].fit:
				best[party.party] = Hit(party, fit, reading)
	return Hits(list(best.values()), any(lane.is_cut for lane in lanes))


def _look_at_first(lanes: Sequence[_Lane], rights: Rights, recent: Sequence[str], known: Counts) -> None:
	"""Where not all was looked at, at those that rank first, whichever the database came upon: first Customers, then what
	else is known of all that were found."""
	for is_known_of_others in (False, True):
		cut = [lane for lane in lanes if lane.is_cut and (lane.lane in _OF_OTHERS) == is_known_of_others]
		customers = [
			[party.record for party in _found(lanes, lane.reading) if party.lane == CUSTOMER]
			if is_known_of_others
			else recent
			for lane in cut
		]
		asking = [lane.first(some) for lane, some in zip(cut, customers, strict=True)]
		for lane, parties in zip(cut, together(asking, rights, known), strict=True):
			lane.parties = _different([*parties, *lane.parties])


def _found(lanes: Iterable[_Lane], reading: Reading) -> list[Party]:
	return [party for lane in lanes if lane.reading == reading for party in lane.parties]


@dataclass(eq=False)
class _Lane:
	"""One reading in one lane, asking in steps. `is_cut`: there may be more than the `parties` that were found."""

	lane: str
	reading: Reading
	query: Query
	rights: Rights
	parties: Sequence[Party] = ()
	is_cut: bool = False

	@property
	def enough(self) -> int:
		return PER_LANE if self.lane == CUSTOMER or CUSTOMER not in self.rights.lanes else BESIDE

	@property
	def _is_restricted(self) -> bool:
		return self.rights.is_restricted(self.lane)

	def found(self) -> Steps:
		found = yield from self._found()
		self.is_cut |= len(found) >= self.enough
		return found

	def _found(self) -> Steps:
		pairs = self._pairs()
		counts = yield [Count(self.lane, term, RARE) for term in (*self.reading, *pairs)]
		rows, of_pairs = counts[: len(self.reading)], counts[len(self.reading) :]
		if 0 in rows:
			return []
		if len(rows) > 1 and max(rows) < RARE:
			return (yield from self._one(self._compared(self.reading)))
		if min(rows) < RARE:
			return (yield from self._one(self._by(self._rarest(rows), RARE)))
		if self._is_restricted and (few := self.rights.few_customers(walk=False)) is not None:
			return (yield from self._among(few))
		named: list[Party] = []
		number = min(filter(None, of_pairs), default=0)
		if number:
			named = yield from self._named(pairs[of_pairs.index(number)], number)
		elif len(rows) > 1 and not pairs and not self._is_restricted:
			# a word of two letters has no pairs
			named = yield from self._named(self.reading[self._rarest(rows)])
		if len(named) >= self.enough:
			return named
		if number and len(named) >= FEW_ENOUGH:
			# the others come behind those; what no pair told of are only some of the names
			return _different([*named, *(yield from self._all(behind=True))])
		return _different([*named, *(yield from self._of_common(self._rarest(rows)))])

	def _named(self, driver: Term, number: int = RARE) -> Steps:
		"""Those that have two of the words in their name, and the rest: they come before all others. The driver is a
		pair, or a word beside words that are too short for one; so many rows have it, counted up to RARE. A name that
		has a word in letters that are written apart is found behind."""
		named: list[Party] = []
		looked, rows = 0, 2 * self.enough
		while looked < rows:
			found = yield from self._one(self._named_by(driver, rows - looked, skipped=looked))
			# a word's beginning comes upon a party by each of its words
			named = _different([*named, *found])[: self.enough]
			if number < min(rows, RARE) or len(named) >= self.enough:
				break
			looked = rows
			if len(named) * AT_FIRST >= FEW_ENOUGH * rows:
				rows = _rows_for(self.enough, len(named), rows)
			else:
				# too few to tell of how many rows it takes
				rows = AT_FIRST
		return named

	def _of_common(self, at: int) -> Steps:
		"""Each of the terms is common. A few parties of the one that is the rarest, as far as is known, tell of how many
		the rest is to be found."""
		term = self.reading[at]
		[tried] = yield [Count(self.lane, term, TRIED, self._others(term))]
		wanted = _rows_for(self.enough, tried, TRIED)
		if wanted <= AT_FIRST:
			found = yield from self._one(self._by(at, wanted))
			if len(found) >= self.enough:
				self.is_cut = True
				return found
		return (yield from self._all())

	def _all(self, behind: bool = False) -> Steps:
		"""Of terms that are common, and seldom together; `behind` others, of what cannot be compared only as many as a
		look is quick."""
		if self._is_restricted:
			rows = yield [Count(self.lane, term, LOOKED_UP + 1) for term in self.reading]
			if min(rows) > LOOKED_UP and (few := self.rights.few_customers()) is not None:
				return (yield from self._among(few))
		# such a limit stands before the rights
		if behind and len(self.reading) == 2 and not self.rights.of_record(self.lane):
			found = yield from self._one(self._compared(self.reading, BEHIND))
			if len(found) >= BESIDE:
				# whether these are all is not worth a look
				self.is_cut = True
				return found
			if not any((yield [Count(self.lane, term, 1, skipped=BEHIND) for term in self.reading])):
				return found
		is_more = yield [Count(self.lane, term, 1, skipped=COMPARED - 1) for term in self.reading]
		compared = [term for term, more in zip(self.reading, is_more, strict=True) if not more]
		if len(compared) > 1:
			return (yield from self._one(self._compared(compared)))
		rarest = self._rarest(is_more)
		if behind:
			self.is_cut = True
			return (yield from self._one(self._by(rarest, TRIED)))
		found = yield from self._one(self._by(rarest, MANY))
		[more] = yield [Count(self.lane, self.reading[rarest], 1, skipped=MANY - 1)]
		self.is_cut = bool(more)
		if self.is_cut and len(found) < FEW_ENOUGH:
			found = yield from self._one(self._by(rarest, MOST))
		return found

	def _compared(self, terms: Sequence[Term], up_to: int = 0) -> Look:
		"""By all of these terms at once, or by so many rows of each."""
		# the longest is often the rarest
		ordered = sorted(terms, key=lambda term: -len(term.word))
		others = [term for term in self.reading if term not in terms]
		return self._look(having_all(self.lane, ordered, up_to), others)

	def _among(self, customers: list[str]) -> Steps:
		"""Those of the Customers, which the user may read."""
		if not customers:
			return []
		return (yield from self._one(self._look(self._of(customers), self.reading, customers_known=True)))

	def first(self, customers: Sequence[str]) -> Steps:
		"""Those that rank first, if they are there: `customers`, or what is known of them; those that were active last;
		and those of the name that was typed."""
		drivers = [self._of(customers)] if customers and self.lane in OF_CUSTOMERS else []
		if self.lane == CUSTOMER:
			drivers.append(
				Sql(
					f"select party from {PARTY} where lane = %s and active_on is not null"
					f" order by active_on desc limit {RECENT}",
					(self.lane,),
				)
			)
		wanted = self.enough if self.lane == CUSTOMER else OF_A_CUSTOMER * len(customers)
		looks = [self._look(driver, self.reading, limit=wanted) for driver in drivers]
		if key := self.query.name_key:
			# the limit stands before the rights
			is_all_read = not (self._is_restricted or self.rights.of_record(self.lane))
			number = NAMED if is_all_read else NAMED_OF_OTHERS * NAMED
			named = Sql(
				f"select party from {PARTY} where lane = %s and name_key >= %s and name_key < %s"
				f" order by name_key limit {number}",
				(self.lane, key, upper_bound(key)),
			)
			# by itself: many recent ones leave the exact name its place
			looks.append(self._look(named))
		found = (yield looks) if looks else []
		if key:
			found[-1] = [party for party in found[-1] if is_named(party, self.reading)]
		return [party for parties in found for party in parties]

	def _one(self, look: Look) -> Steps:
		[found] = yield [look]
		return found

	def _rarest(self, rows: Sequence[int]) -> int:
		"""Of terms as rare as each other the longest, which is rarer than it could be counted."""
		return min(range(len(rows)), key=lambda at: (rows[at], -len(self.reading[at].word), at))

	def _by(self, at: int, limit: int) -> Look:
		"""By so many rows of one of the terms."""
		term = self.reading[at]
		return self._look(having(self.lane, term, limit), self._others(term))

	def _others(self, term: Term) -> list[Term]:
		return [one for one in self.reading if one != term]

	def _pairs(self) -> list[Term]:
		if self._is_restricted:
			return []
		return [Term(exact=(pair,)) for pair in sorted(tokens.of_pairs(term.word for term in self.reading))]

	def _named_by(self, driver: Term, limit: int, skipped: int = 0) -> Look:
		"""By so many rows of the driver, behind those that are skipped. What is no word of a pair may stand
		elsewhere."""
		words = [term.word for term in self.reading if term.word and not term.exact]
		if driver not in self.reading:
			of_pair = driver.exact[0][1:].split()
			words = [word for word in words if word[: tokens.BEGINNING] in of_pair]
		others = [term for term in self.reading if term.word not in words]
		return replace(self._look(having(self.lane, driver, limit, skipped), others), named=words)

	def _of(self, customers: Sequence[str]) -> Sql:
		return by_ids(customers) if self.lane == CUSTOMER else of_customers(self.lane, customers)

	def _look(
		self, driver: Sql, terms: Sequence[Term] = (), customers_known: bool = False, limit: int = 0
	) -> Look:
		return Look(driver, self.lane, limit or self.enough, terms, customers_known=customers_known)


def _rows_for(wanted: int, found: int, among: int) -> int:
	"""Rows that it should take to find so many, where so many were found among some: and half as many more."""
	return min(MANY, among * wanted * 3 // (2 * max(1, found)))


def _different(parties: Iterable[Party]) -> list[Party]:
	return list({party.party: party for party in parties}.values())


def recent_of_user(user: str) -> dict[str, Any]:
	"""The Customers that the user chose last, the latest first, with the moment."""
	return dict(
		frappe.db.sql(
			f"select customer, used_at from {USE} where user_name = %s order by used_at desc"
			f" limit {RECENT_OF_USER}",
			[user],
		)
	)


def widened(reading: Reading, words: dict[str, Sequence[str]]) -> Reading:
	"""The reading with other words that stand for its own."""
	return tuple(
		Term(term.word, term.prefixes, (*term.exact, *(TEXT + word for word in words.get(term.word, ()))))
		for term in reading
	)
