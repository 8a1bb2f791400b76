"""What the index is asked, as SQL: how many rows have something, and which parties have all of it.

All that is asked at once is one statement, whatever lane and reading each question is about: a statement costs more
than most answers. What an optimizer might turn round is written so that it cannot: what drives comes first and has a
limit, its parties are looked up by a left join, and a look at a party is one value, not `exists`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.utils import create_batch, getdate

from erp_b2b_smartbill.customers.search.entries import Party
from erp_b2b_smartbill.customers.search.rights import Rights
from erp_b2b_smartbill.customers.search.shapes import Term, upper_bound
from erp_b2b_smartbill.customers.search.tables import CUSTOMER, PARTY, TOKEN, party_id

# questions of one statement; SQLite has a limit of 500
MAX_PARTS = 200


@dataclass(frozen=True)
class Sql:
	text: str
	values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Count:
	"""How many rows of the index have the term in the lane, behind those that are `skipped`, which is quicker than to
	count them, and no further than `up_to`; with others, how many of the parties of so many rows have these. Answered by
	an int."""

	lane: str
	term: Term
	up_to: int
	others: Sequence[Term] = ()
	skipped: int = 0


@dataclass(frozen=True)
class Look:
	"""Those of the driving query's parties that have all the terms and that the user may read, as many as `limit`;
	`named`: beginnings of words that their names must have, too, which a party's row tells in a third of the time that
	its tokens take; `customers_known`: that he may read their Customers is known already; `latest`: of more than are
	wanted those that were active last. Answered by a list of parties."""

	driver: Sql
	lane: str
	limit: int
	terms: Sequence[Term] = ()
	named: Sequence[str] = ()
	customers_known: bool = False
	latest: bool = False


# A search that asks in steps; what it yields is answered in that order.
Steps = Generator[Sequence[Count | Look], Any, list[Party]]

# How many rows so many of the index were counted to be, by the query that gives them.
Counts = dict[Sql, int]


def together(searches: Iterable[Steps], rights: Rights, known: Counts) -> list[list[Party]]:
	"""What the searches come to; a step of all of them is one statement for the counts and one for the looks. What is
	`known` is not counted again, and what is counted is known from then on."""
	waiting: dict[int, tuple[Steps, Any]] = {at: (steps, None) for at, steps in enumerate(searches)}
	found: dict[int, list[Party]] = {at: [] for at in waiting}
	while waiting:
		asked: dict[int, Sequence[Count | Look]] = {}
		for at, (steps, answer) in waiting.items():
			try:
				asked[at] = steps.send(answer)
			except StopIteration as end:
				found[at] = end.value
		every = [one for several in asked.values() for one in several]
		counts = iter(counted([one for one in every if isinstance(one, Count)], known))
		looks = iter(looked([one for one in every if isinstance(one, Look)], rights))
		waiting = {
			at: (waiting[at][0], [next(counts if isinstance(one, Count) else looks) for one in several])
			for at, several in asked.items()
		}
	return list(found.values())


def counted(asked: Sequence[Count], known: Counts) -> list[int]:
	rows = [
		[_with(having(count.lane, count.term, count.up_to), count.lane, count.others)]
		if count.others
		else _rows(count.lane, count.term, count.up_to, count.skipped)
		for count in asked
	]
	new = [one for one in dict.fromkeys(one for several in rows for one in several) if one not in known]
	known |= {
		new[at]: number
		for at, number in _run(
			[
				Sql(f"select {at} as a, count(*) as n from ({one.text}) c", one.values)
				for at, one in enumerate(new)
			]
		)
	}
	return [sum(known[one] for one in several) for several in rows]


def looked(asked: Sequence[Look], rights: Rights) -> list[list[Party]]:
	found: list[list[Party]] = [[] for _look in asked]
	parts = [_look(look, rights) for look in asked]
	parts = [
		# a limit of its own only stands in an inner query, as SQLite wants it
		Sql(f"select {at} as a, x.* from ({part.text}) x", part.values)
		for at, part in enumerate(parts)
	]
	for at, party, record, customer, *row, active_on in _run(parts):
		if party is not None:
			lane = asked[at].lane
			who = record if lane == CUSTOMER else customer
			found[at].append(Party(party, lane, record, who, *row, getdate(active_on) if active_on else None))
	return found


def _run(parts: Sequence[Sql]) -> Sequence[Sequence[Any]]:
	return [
		row
		for batch in create_batch(parts, MAX_PARTS)
		for row in frappe.db.sql(
			" union all ".join(one.text for one in batch), [value for one in batch for value in one.values]
		)
	]


def _look(look: Look, rights: Rights) -> Sql:
	conditions = rights.of_record(look.lane)
	if not look.customers_known:
		conditions = [*conditions, *rights.of_customer(look.lane)]
	# not of a null: an optimizer could turn the join round
	conditions = [
		*conditions,
		*["(coalesce(p.words, '') like %s or coalesce(p.words, '') like %s)"] * len(look.named),
	]
	driver = look.driver
	if look.terms:
		# the terms first: most have no need of the party's own row
		driver = _with(driver, look.lane, look.terms)
		if not (conditions or look.latest):
			driver = Sql(f"{driver.text} limit {look.limit}", driver.values)
	order = " order by p.active_on is null, p.active_on desc" if look.latest else ""
	# who a Customer is need not be said twice
	customer = "null" if look.lane == CUSTOMER else "p.customer"
	return Sql(
		f"select p.party, p.record, {customer} as customer, p.cui, p.name_key, p.words, p.active_on"
		f" from ({driver.text}) f left join {PARTY} p on p.party = f.party"
		f" where {' and '.join(conditions) or '1=1'}{order} limit {look.limit}",
		(*driver.values, *(f"{before}{word}%" for word in look.named for before in ("", "% "))),
	)


def _with(driver: Sql, lane: str, terms: Sequence[Term]) -> Sql:
	"""Those of the driving query's parties that have the terms."""
	has = [_has(lane, term) for term in terms]
	return Sql(
		f"select d.party from ({driver.text}) d where {' and '.join(one.text for one in has)}",
		(*driver.values, *(value for one in has for value in one.values)),
	)


# What drives


def having(lane: str, term: Term, limit: int, skipped: int = 0) -> Sql:
	"""The parties of so many rows that have a term, behind those that are skipped."""
	rows = _first_rows(lane, term, limit, skipped)
	return Sql(f"select distinct party from ({rows.text}) u", rows.values)


def _first_rows(lane: str, term: Term, limit: int, skipped: int = 0) -> Sql:
	ranges = _rows(lane, term, limit, skipped)
	return Sql(
		" union all ".join(f"select party from ({one.text}) r{at}" for at, one in enumerate(ranges)),
		tuple(value for one in ranges for value in one.values),
	)


def _rows(lane: str, term: Term, limit: int, skipped: int = 0) -> list[Sql]:
	"""So many rows of each range that the term is, in the order of the index. MariaDB sorts all rows of a single token
	when it is told to sort by the token as well."""
	order = "party" if len(term.exact) == 1 and not term.prefixes else "token, party"
	offset = f" offset {skipped}" if skipped else ""
	return [
		Sql(f"select party from {TOKEN} where {one.text} order by {order} limit {limit}{offset}", one.values)
		for one in _ranges(lane, term)
	]


def having_all(lane: str, terms: Iterable[Term], up_to: int = 0) -> Sql:
	"""The parties that have all of the terms, which are best given the rarest first: the database goes through all rows
	of each, or through so many of each range that a term is."""
	every = [_first_rows(lane, term, up_to) if up_to else _all_rows(lane, term) for term in terms]
	return Sql(
		# nested: databases differ in whether `intersect` or `union` comes first
		" intersect ".join(f"select party from ({one.text}) a{at}" for at, one in enumerate(every))
		if up_to
		else " intersect ".join(one.text for one in every),
		tuple(value for one in every for value in one.values),
	)


def _all_rows(lane: str, term: Term) -> Sql:
	ranges = _ranges(lane, term)
	return Sql(
		f"select party from {TOKEN} where {' or '.join(one.text for one in ranges)}",
		tuple(value for one in ranges for value in one.values),
	)


def by_ids(customers: Iterable[str]) -> Sql:
	"""The parties of Customers, without a look at anything."""
	return Sql(
		f"select party from {PARTY} where party in %s", ([party_id("Customer", one) for one in customers],)
	)


def of_customers(lane: str, customers: Iterable[str]) -> Sql:
	"""The parties of a lane that are these Customers."""
	return Sql(f"select party from {PARTY} where customer in %s and lane = %s", (list(customers), lane))


# Terms


def _ranges(lane: str, term: Term) -> list[Sql]:
	"""Conditions over `token`, one for each range that the term is."""
	found = [
		Sql("(token >= %s and token < %s)", (lane + prefix, upper_bound(lane + prefix)))
		for prefix in term.prefixes
	]
	if term.exact:
		found.append(Sql("token in %s", (tuple(lane + token for token in term.exact),)))
	return found


def _has(lane: str, term: Term) -> Sql:
	"""Whether the party `d.party` has a token of the term."""
	ranges = _ranges(lane, term)
	return Sql(
		f"(select t.party from {TOKEN} t where t.party = d.party"
		f" and ({' or '.join(one.text for one in ranges)}) limit 1) is not null",
		tuple(value for one in ranges for value in one.values),
	)


def identifiers(parties: Sequence[Party], prefixes: Sequence[str]) -> dict[int, set[str]]:
	"""Of each party the tokens (kind and value) that begin so."""
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
