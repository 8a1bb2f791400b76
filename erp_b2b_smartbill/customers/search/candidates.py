"""The parties that have what was typed, from the index: few of them, the best among them, whatever there is.

The rarest thing typed drives: its parties come out of an inner query with a limit, and each is looked at for the rest by
its own tokens. What is everywhere is so cut off somewhere; then the parties that rank first (the exact name, names that
begin so, recent ones) are looked at by themselves, so that those are never missed. What an optimizer might turn round is
written so that it cannot: the inner query comes first, by a left join, and a look at a party is one value, not `exists`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.utils import getdate

from erp_b2b_smartbill.customers.search import tokens
from erp_b2b_smartbill.customers.search.entries import Party
from erp_b2b_smartbill.customers.search.ranking import Fit, Hit, fit_of
from erp_b2b_smartbill.customers.search.rights import OF_CUSTOMERS, Rights
from erp_b2b_smartbill.customers.search.shapes import Query, Reading, Term, upper_bound
from erp_b2b_smartbill.customers.search.tables import CUSTOMER, PARTY, TEXT, TOKEN, USE, party_id

# of a lane: more than are shown and counted, so that what is said of the first of them is true; of the others beside the
# Customers, more than are counted
PER_LANE, BESIDE = 220, 120
FEW_ENOUGH = 20
# rows of the index that a lane's search goes through: of what is rare, to try, then, and at most
RARE, TRIED, AT_FIRST, MANY, MOST = 500, 300, 2000, 20_000, 200_000
# so many of the driving rows are looked up in Customer for somebody who may not read all
LOOKED_UP = 5000
RECENT_OF_USER, RECENT, NAMED = 200, 500, 100

COLUMNS = "p.party, p.lane, p.record, p.customer, p.cui, p.name_key, p.words, p.active_on"


@dataclass(frozen=True)
class Sql:
	text: str
	values: tuple[Any, ...] = ()


def search(
	query: Query,
	readings: Iterable[Reading],
	rights: Rights,
	recent: Sequence[str] = (),
	loosely: Fit | None = None,
) -> list[Hit]:
	"""`recent` are the Customers that the user chose last. A party that several readings find comes by its best."""
	best: dict[int, Hit] = {}
	for reading in readings:
		parties: list[Party] = []
		for lane, rows in _counted(reading, rights.lanes):
			customers = [party.record for party in parties if party.lane == CUSTOMER]
			parties += _Lane(lane, reading, rows, query, rights, recent, customers).parties()
		found = _identifiers_of(parties, reading)
		for party in parties:
			fit = fit_of(party, query, reading, found.get(party.party, ()), loosely)
			if party.party not in best or fit < best[party.party].fit:
				best[party.party] = Hit(party, fit, reading)
	return list(best.values())


@dataclass
class _Lane:
	"""One reading in one lane. `rows` are how many rows of the index each of its terms has there, up to RARE; `customers`
	are those that were found already: what else is known of them belongs to them. `is_cut`: there may be more."""

	lane: str
	reading: Reading
	rows: list[int]
	query: Query
	rights: Rights
	recent: Sequence[str]
	customers: Sequence[str]
	is_cut: bool = False

	@property
	def enough(self) -> int:
		return PER_LANE if self.lane == CUSTOMER or CUSTOMER not in self.rights.lanes else BESIDE

	def parties(self) -> list[Party]:
		if 0 in self.rows:
			return []
		found = self._found()
		if self.is_cut or len(found) >= self.enough:
			# whichever the database came upon
			found = _different([*self._first(), *found])
		return found

	def _found(self) -> list[Party]:
		if min(self.rows) < RARE:
			return self._driven(self._rarest(), RARE)
		if (
			self.rights.is_restricted(self.lane)
			and (few := self.rights.few_customers(walk=False)) is not None
		):
			return self._among(few)
		return self._of_common()

	def _of_common(self) -> list[Party]:
		"""Each of the terms is common. Of a few parties of each, most have the rest where the term is the rarest, so that
		one drives; where none has, it has to be counted."""
		if not self.rights.is_restricted(self.lane):
			named = self._by_pairs()
			if len(named) >= self.enough:
				return named
			if len(named) >= FEW_ENOUGH:
				# those with both words in the name; the others come behind them, as far as a look is quick
				self.is_cut = True
				return _different([*named, *self._driven(self._rarest(), RARE)])
		[(_lane, rows)] = _counted(self.reading, [self.lane], AT_FIRST)
		if min(rows) < AT_FIRST:
			self.rows = rows
			return self._driven(self._rarest(), AT_FIRST)
		tried = [self._driven(at, TRIED) for at in range(len(self.reading))]
		best = max(range(len(tried)), key=lambda at: len(tried[at]))
		found, driven = tried[best], TRIED
		if found and len(found) < BESIDE:
			# as many as it should take, and half as many more
			driven = min(MANY, max(AT_FIRST, TRIED * BESIDE * 3 // (2 * len(found))))
			found = self._driven(best, driven)
		if len(found) < BESIDE:
			return self._thorough(found, best, driven)
		self.is_cut = True
		return found

	def _by_pairs(self) -> list[Party]:
		"""Those that have two of the words in their name, and the rest anywhere: by the rarest pair."""
		pairs = [Term(exact=(pair,)) for pair in sorted(tokens.of_pairs(term.word for term in self.reading))]
		if not pairs:
			return []
		[(_lane, rows)] = _counted(pairs, [self.lane], AT_FIRST)
		number, rarest = min(zip(rows, pairs, strict=True), key=lambda one: one[0])
		if not number:
			return []
		found = self._run(_driver(self.lane, rarest, RARE), self.reading)
		if len(found) >= self.enough or number <= RARE:
			return found
		return self._run(_driver(self.lane, rarest, number if number < AT_FIRST else MANY), self.reading)

	def _thorough(self, found: list[Party], by: int, driven: int) -> list[Party]:
		"""`found` are those of so many rows of one of the terms."""
		is_restricted = self.rights.is_restricted(self.lane)
		[(_lane, self.rows)] = _counted(self.reading, [self.lane], MANY)
		at = self._rarest()
		if is_restricted and self.rows[at] > LOOKED_UP and (few := self.rights.few_customers()) is not None:
			return self._among(few)
		if at != by or driven < min(self.rows[at], MANY):
			found = self._driven(at, MANY)
		self.is_cut = self.rows[at] >= MANY
		if self.is_cut and len(found) < FEW_ENOUGH:
			found = self._driven(at, MOST)
		return found

	def _rarest(self) -> int:
		"""Of terms as rare as each other the longest, which is rarer than it could be counted."""
		return min(range(len(self.reading)), key=lambda at: (self.rows[at], -len(self.reading[at].word), at))

	def _driven(self, at: int, limit: int) -> list[Party]:
		"""By so many rows of one of the terms."""
		others = [term for number, term in enumerate(self.reading) if number != at]
		return self._run(_driver(self.lane, self.reading[at], limit), others)

	def _first(self) -> list[Party]:
		"""Those that rank first, if they are there."""
		sources = []
		if self.query.name_key:
			sources += [
				Sql(
					f"select party from {PARTY} where lane = %s and name_key >= %s and name_key < %s"
					f" order by name_key limit {NAMED}",
					(self.lane, self.query.name_key, upper_bound(self.query.name_key)),
				)
			]
		if self.lane == CUSTOMER:
			sources.append(
				Sql(
					f"select party from {PARTY} where lane = %s and active_on is not null"
					f" order by active_on desc limit {RECENT}",
					(self.lane,),
				)
			)
			if self.recent:
				sources.append(by_ids(self.recent))
		elif self.lane in OF_CUSTOMERS and self.customers:
			sources.append(_of_customers(self.lane, self.customers))
		# each with a limit of its own: many recent ones leave the exact name its place
		return [party for source in sources for party in self._run(source, self.reading)]

	def _among(self, customers: list[str]) -> list[Party]:
		"""Those of the Customers, which the user may read."""
		if not customers:
			return []
		if self.lane == CUSTOMER:
			driver = by_ids(customers)
		else:
			driver = _of_customers(self.lane, customers)
		return self._run(driver, self.reading, customers_known=True)

	def _run(self, driver: Sql, terms: Sequence[Term], customers_known: bool = False) -> list[Party]:
		return parties(driver, self.lane, self.rights, terms, customers_known, limit=self.enough)


def parties(
	driver: Sql,
	lane: str,
	rights: Rights,
	terms: Sequence[Term] = (),
	customers_known: bool = False,
	latest: bool = False,
	limit: int = PER_LANE,
) -> list[Party]:
	"""Those of the driving query's parties that have all the terms and that the user may read; `customers_known`: that he
	may read their Customers is known already; `latest`: of more than are wanted those that were active last."""
	conditions = [_has(lane, term) for term in terms]
	conditions += [Sql(condition) for condition in rights.of_record(lane)]
	if not customers_known:
		conditions += [Sql(condition) for condition in rights.of_customer(lane)]
	where = " and ".join(one.text for one in conditions) or "1=1"
	order = " order by p.active_on is null, p.active_on desc" if latest else ""
	rows = frappe.db.sql(
		f"select {COLUMNS} from ({driver.text}) d left join {PARTY} p on p.party = d.party"
		f" where {where}{order} limit {limit}",
		[*driver.values, *(value for one in conditions for value in one.values)],
	)
	return [Party(*row[:-1], getdate(row[-1]) if row[-1] else None) for row in rows if row[0] is not None]


def by_ids(customers: Iterable[str]) -> Sql:
	"""The parties of Customers, without a look at anything."""
	ids = [party_id("Customer", name) for name in customers]
	return Sql(f"select party from {PARTY} where party in %s", (ids,))


def _of_customers(lane: str, customers: Sequence[str]) -> Sql:
	return Sql(f"select party from {PARTY} where customer in %s and lane = %s", (list(customers), lane))


def _ranges(lane: str, term: Term) -> list[Sql]:
	"""Conditions over `token`, one for each range that the term is."""
	found = [
		Sql("(token >= %s and token < %s)", (lane + prefix, upper_bound(lane + prefix)))
		for prefix in term.prefixes
	]
	if term.exact:
		found.append(Sql("token in %s", ([lane + token for token in term.exact],)))
	return found


def _order(term: Term) -> str:
	"""That of the index. MariaDB sorts all rows of a single token when it is told to sort by the token as well."""
	return "party" if len(term.exact) == 1 and not term.prefixes else "token, party"


def _driver(lane: str, term: Term, limit: int) -> Sql:
	return _union(
		Sql(f"select party from {TOKEN} where {one.text} order by {_order(term)} limit {limit}", one.values)
		for one in _ranges(lane, term)
	)


def _union(parts: Iterable[Sql]) -> Sql:
	"""The different rows of queries with limits, each in an inner query of its own, as SQLite wants it."""
	parts = list(parts)
	inner = " union all ".join(f"select party from ({one.text}) d{at}" for at, one in enumerate(parts))
	return Sql(
		f"select distinct party from ({inner}) u", tuple(value for one in parts for value in one.values)
	)


def _has(lane: str, term: Term) -> Sql:
	"""Whether the party `d.party` has a token of the term."""
	ranges = _ranges(lane, term)
	return Sql(
		f"(select t.party from {TOKEN} t where t.party = d.party"
		f" and ({' or '.join(one.text for one in ranges)}) limit 1) is not null",
		tuple(value for one in ranges for value in one.values),
	)


def _counted(reading: Sequence[Term], lanes: Sequence[str], up_to: int = RARE) -> list[tuple[str, list[int]]]:
	"""How many rows of the index each term has in each lane, in one query."""
	parts, values = [], []
	for lane_at, lane in enumerate(lanes):
		for term_at, term in enumerate(reading):
			for one in _ranges(lane, term):
				number = len(parts)
				parts.append(
					f"select {lane_at} as l, {term_at} as t, count(*) as n"
					f" from (select party from {TOKEN} where {one.text} limit {up_to}) c{number}"
				)
				values += one.values
	counts = {lane: [0] * len(reading) for lane in lanes}
	for lane_at, term_at, number in frappe.db.sql(" union all ".join(parts), values) if parts else ():
		counts[lanes[lane_at]][term_at] += number
	return list(counts.items())


def _identifiers_of(parties: Sequence[Party], reading: Reading) -> dict[int, set[str]]:
	"""Of each party the tokens (kind and value) that an identifier of the reading begins."""
	prefixes = [prefix for term in reading for prefix in term.identifiers]
	if not prefixes or not parties:
		return {}
	ranges = [
		one
		for lane in dict.fromkeys(party.lane for party in parties)
		for one in _ranges(lane, Term(prefixes=tuple(prefixes)))
	]
	rows = frappe.db.sql(
		f"select party, token from {TOKEN} where party in %s and ({' or '.join(one.text for one in ranges)})",
		[[party.party for party in parties], *(value for one in ranges for value in one.values)],
	)
	found: dict[int, set[str]] = {}
	for party, token in rows:
		found.setdefault(party, set()).add(token[1:])
	return found


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
