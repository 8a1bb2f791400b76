"""What is bought together: counted over customers, not over orders, so that one who orders often is still one. Pure.

Memory is bounded whatever the shop sold: a line takes four bytes, and when there are more than `max_lines`, half of the
customers are left out, chosen by their names and so the same every time.
"""

from __future__ import annotations

import heapq
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple
from zlib import crc32

MAX_LINES = 8_000_000
# a list of everything tells nothing of what belongs together
MAX_BASKET = 60
NEIGHBOURS = 20
# what two customers do is chance, and tells of them
MIN_CUSTOMERS = 3
# how many times as often as chance would have it
MIN_LIFT = 1.5
# what a customer buys most says most of it
MAX_OWN = 40


class Neighbour(NamedTuple):
	"""`customers` bought both on one day; `score` is from 0 to 1."""

	item_code: str
	customers: int
	score: float


class Suggestion(NamedTuple):
	"""An item, because of the one of the customer's own that speaks most for it."""

	item_code: str
	score: float
	with_item: str
	customers: int


class Baskets:
	"""All that is bought, a customer at a time, so small that it stays in memory."""

	def __init__(self, max_lines: int = MAX_LINES):
		self._max_lines = max_lines
		self._numbers: dict[str, int] = {}
		self._items = array("I")
		# of each basket, where it ends and whose it is
		self._ends = array("Q")
		self._owners = array("I")
		self._one_of = 1

	def __len__(self) -> int:
		return len(self._ends)

	def add(self, customer: str, baskets: Iterable[Sequence[str]]) -> None:
		owner = crc32(customer.encode())
		if owner % self._one_of:
			return
		for basket in baskets:
			for item in _limited(basket):
				self._items.append(self._numbers.setdefault(item, len(self._numbers)))
			self._ends.append(len(self._items))
			self._owners.append(owner)
		while len(self._items) > self._max_lines:
			self._halve()

	def _halve(self) -> None:
		self._one_of *= 2
		items, ends, owners = self._items, self._ends, self._owners
		self._items, self._ends, self._owners = array("I"), array("Q"), array("I")
		start = 0
		for end, owner in zip(ends, owners, strict=True):
			if owner % self._one_of == 0:
				self._items.extend(items[start:end])
				self._ends.append(len(self._items))
				self._owners.append(owner)
			start = end

	def neighbours(self, on_sale: AbstractSet[str]) -> Iterator[tuple[str, list[Neighbour]]]:
		"""Of each item that has any, the best ones first; only what is on sale goes with anything."""
		where, starts = self._where(), self._starts()
		names = list(self._numbers)
		is_on_sale = [name in on_sale for name in names]
		buyers = [len({self._owners[basket] for basket in found}) for found in where]
		everybody = len(set(self._owners))
		for item, found in enumerate(where):
			if buyers[item] < MIN_CUSTOMERS:
				continue
			best = heapq.nsmallest(
				NEIGHBOURS,
				(
					(-score, names[other], both)
					for other, both in self._counted(found, starts).items()
					if other != item
					and is_on_sale[other]
					and (score := _score(both, buyers[item], buyers[other], everybody))
				),
			)
			if best:
				yield names[item], [Neighbour(name, both, -score) for score, name, both in best]

	def _where(self) -> list[array[int]]:
		"""Of each item, the numbers of its baskets."""
		where = [array("I") for _ in self._numbers]
		start = 0
		for basket, end in enumerate(self._ends):
			for item in self._items[start:end]:
				where[item].append(basket)
			start = end
		return where

	def _starts(self) -> array[int]:
		return array("Q", [0]) + self._ends[:-1] if self._ends else array("Q")

	def _counted(self, baskets: Iterable[int], starts: array[int]) -> Counter[int]:
		"""How many customers bought what in one of these baskets. A customer's baskets stand beside each other."""
		counts: Counter[int] = Counter()
		theirs: set[int] = set()
		owner = None
		for basket in baskets:
			if self._owners[basket] != owner:
				counts.update(theirs)
				theirs.clear()
				owner = self._owners[basket]
			theirs.update(self._items[starts[basket] : self._ends[basket]])
		counts.update(theirs)
		return counts


def suggestions(
	own: Mapping[str, int],
	neighbours: Mapping[str, Sequence[Neighbour]],
	skip: AbstractSet[str],
	on_sale: AbstractSet[str],
	limit: int,
) -> list[Suggestion]:
	"""For a customer who bought items on so many days each: what is on sale and goes with them, without `skip`, the best
	first."""
	missed: dict[str, float] = {}
	reason: dict[str, tuple[float, str, int]] = {}
	for item in most_bought(own):
		weight = own[item] / (own[item] + 1)
		for other, customers, score in neighbours.get(item, ()):
			if other in skip or other not in on_sale:
				continue
			share = weight * score
			missed[other] = missed.get(other, 1.0) * (1 - share)
			if share > reason.get(other, (0.0,))[0]:
				reason[other] = share, item, customers
	best = heapq.nsmallest(limit, ((left, other) for other, left in missed.items()))
	return [Suggestion(other, 1 - left, *reason[other][1:]) for left, other in best]


def most_bought(own: Mapping[str, int]) -> list[str]:
	"""Those that suggestions are made of."""
	return heapq.nsmallest(MAX_OWN, own, key=lambda item: (-own[item], item))


def _limited(basket: Sequence[str]) -> Sequence[str]:
	if len(basket) <= MAX_BASKET:
		return basket
	# any would do, but the same ones every time
	return heapq.nsmallest(MAX_BASKET, basket, key=lambda item: (crc32(item.encode()), item))


def _score(both: int, one: int, other: int, everybody: int) -> float:
	"""0 for what is chance. The cosine, less sure for few customers."""
	if both < MIN_CUSTOMERS or both * everybody < MIN_LIFT * one * other:
		return 0.0
	return both / math.sqrt(one * other) * both / (both + 2)
