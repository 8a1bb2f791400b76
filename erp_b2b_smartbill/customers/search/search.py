"""The customer search: what somebody typed in, one page of companies out.

Steps: the shape of the input (shapes), what the user may find (rights), the parties that have it (candidates), one row a
company (groups), the order (ranking), and the page (rows). What is found by parts of words and by typing mistakes comes
behind all else, and is looked for only where little was found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.customers.search import (
	candidates,
	ranking,
	recent,
	rights,
	rows,
	shapes,
	state,
	vocabulary,
)
from erp_b2b_smartbill.customers.search.asked import Counts
from erp_b2b_smartbill.customers.search.candidates import FEW_ENOUGH
from erp_b2b_smartbill.customers.search.groups import Group, grouped, joined
from erp_b2b_smartbill.customers.search.ranking import Fit, Hit
from erp_b2b_smartbill.customers.search.rights import SOURCES, Rights
from erp_b2b_smartbill.customers.search.shapes import Query, Reading
from erp_b2b_smartbill.customers.search.shared import SharedData
from erp_b2b_smartbill.exceptions import AppError

# rows behind these are never asked for: whoever has not found it by then types another letter
DEEPEST = 200
MOST_COUNTED = 100
MANY = "100+"
# of one word that is widened
MAX_WORDS_WITH, MAX_WORDS_LIKE = 40, 20
# what was found is more than a mistake would explain
ENOUGH_FOR_NO_TYPO = 5


class IndexEmpty(AppError):
	"""The search was just switched on, or its index was thrown away."""

	code = "index_empty"
	http_status_code = 503


@dataclass(frozen=True)
class Found:
	"""All companies that were found, the best first, and how each is to be shown."""

	query: Query
	groups: list[Group]
	# the last readings that were used: they say what has matched
	readings: Sequence[Reading] = field(default=())
	used_at: dict[str, Any] = field(default_factory=dict)
	# there may be more than the search goes through
	is_cut: bool = False


def search(
	q: str = "",
	sources: Collection[str] = SOURCES,
	start: int = 0,
	limit: int = 20,
	company: str | None = None,
) -> dict[str, Any]:
	"""See docs/search.md for the answer. Raises IndexEmpty while nothing is built."""
	index = state.view()
	if index["state"] == state.EMPTY:
		raise IndexEmpty(
			_("The customer search has no index yet. It is built in the background."), retry_after=30
		)
	may = rights.of_session()
	found = find(q, may)
	wanted = set(sources)
	# most want all
	shown = (
		found.groups if wanted.issuperset(SOURCES) else [one for one in found.groups if one.sources & wanted]
	)
	end = min(start + limit, DEEPEST)
	page = shown[start:end]
	return {
		"customers": rows.of(page, may, company or _own_company(), found.used_at),
		"counts": _counts(found.groups),
		"next": end if len(shown) > end and end < DEEPEST else None,
		"index": index,
		"searched": found.query.searched,
		"create": _creatable(found),
	}


def find(q: str, may: Rights) -> Found:
	"""All that is found, in order; of what is everywhere, as much as anybody would look through."""
	query = shapes.read(q)
	used_at = candidates.recent_of_user(frappe.session.user)
	if not q.strip():
		return Found(query, recent.groups(may, used_at), used_at=used_at, is_cut=True)
	found = _Finding(query, may, list(used_at))
	found.run()
	groups = _sorted(found.groups, used_at)
	# all: of whichever sources are shown, a company is one row
	if len(companies := joined(groups, SharedData())) < len(groups):
		groups = _sorted(companies, used_at)
	return Found(query, groups, found.readings, used_at, found.is_cut)


class _Finding:
	"""One input, looked for in steps, each wider than the one before."""

	def __init__(self, query: Query, may: Rights, recent: list[str]):
		self.query, self.may, self.recent = query, may, recent
		self.readings: list[Reading] = []
		self.hits: dict[int, Hit] = {}
		self.groups: list[Group] = []
		self.is_cut = False
		self.counts: Counts = {}

	def run(self) -> None:
		self._look(list(self.query.readings))
		if self.query.searched != "text" or not self.query.readings:
			# an identifier is found as a whole or by its beginning
			return
		if len(self.groups) < FEW_ENOUGH and self.query.plain:
			self._look([self.query.plain])
		# not one upon the other: nobody types parts of words and mistypes others
		as_typed = list(self.readings)
		if len(self.groups) < FEW_ENOUGH:
			self._widen(as_typed, vocabulary.words_with, MAX_WORDS_WITH, Fit.PART)
		if len(self.groups) < ENOUGH_FOR_NO_TYPO:
			self._widen(as_typed, vocabulary.words_like, MAX_WORDS_LIKE, Fit.TYPO)

	def _look(self, readings: list[Reading], loosely: Fit | None = None) -> None:
		found = candidates.search(self.query, readings, self.may, self.recent, loosely, self.counts)
		self.is_cut |= found.is_cut
		for hit in found.hits:
			# what was found before was found by something better
			self.hits.setdefault(hit.party.party, hit)
		self.readings += readings
		self.groups = grouped(self.hits.values())

	def _widen(
		self, readings: list[Reading], words_for: Callable[[str, int], list[str]], limit: int, fit: Fit
	) -> None:
		words = {term.word for reading in readings for term in reading if term.word}
		others = {word: found for word in sorted(words) if (found := words_for(word, limit))}
		wider = [reading for one in readings if (reading := candidates.widened(one, others)) != one]
		if wider:
			self._look(wider, fit)


def _sorted(groups: list[Group], used_at: Mapping[str, Any]) -> list[Group]:
	def key(group: Group) -> tuple[Any, ...]:
		main = group.main
		active_on = next((hit.party.active_on for hit in group.hits if hit.party.active_on), None)
		used = used_at.get(group.customer) if group.customer else None
		return ranking.order(group.fit, used, active_on, main.words, main.party)

	return sorted(groups, key=key)


def _counts(groups: Sequence[Group]) -> dict[str, int | str]:
	of = Counter(source for group in groups for source in group.sources)
	counts = {**{source: of[source] for source in SOURCES}, "all": len(groups)}
	return {source: MANY if number > MOST_COUNTED else number for source, number in counts.items()}


def _own_company() -> str | None:
	return frappe.defaults.get_user_default("Company")


def _creatable(found: Found) -> dict[str, str] | None:
	cui = found.query.cui
	if not cui or any(cui == hit.party.cui for group in found.groups for hit in group.hits):
		return None
	return {"cui": f"RO{cui}"} if frappe.has_permission("Customer", "create") else None
