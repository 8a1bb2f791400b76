"""Which recommendations a customer has. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from erp_b2b_smartbill.customers.recommend import habits, together
from erp_b2b_smartbill.customers.recommend.habits import Habit
from erp_b2b_smartbill.customers.recommend.purchases import Days
from erp_b2b_smartbill.customers.recommend.together import Neighbour, Suggestion

# kept of one customer
MAX_HABITS = 60
MAX_SUGGESTIONS = 20
# what goes with a customer's items is bought far less surely than what it buys anyway
_NEW = 0.2

T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
	"""The best ones first. Which of the habits stand first on a day, `urgent` says."""

	habits: list[tuple[str, Habit]]
	suggestions: list[Suggestion]


def of(
	items: Mapping[str, Days],
	neighbours: Mapping[str, Sequence[Neighbour]],
	on_sale: AbstractSet[str],
	today: date,
) -> Choice:
	"""For a customer who bought these items; without what it buys no more."""
	found = {item: one for item, days in items.items() if (one := habits.habit(days))}
	alive = (
		item
		for item, one in found.items()
		if item in on_sale and habits.urgency(one.last_on, one.interval_days, today) > 0
	)
	kept = sorted(alive, key=lambda item: (-found[item].strength, item))[:MAX_HABITS]
	own = {item: len(days) for item, days in items.items()}
	suggested = together.suggestions(own, neighbours, found.keys(), on_sale, MAX_SUGGESTIONS)
	return Choice([(item, found[item]) for item in kept], suggested)


def urgent(strength: float, last_on: date, interval_days: int, today: date) -> float:
	"""What a habit is worth today, from 0 to 1."""
	return strength * habits.urgency(last_on, interval_days, today)


def of_new(score: float) -> float:
	"""What a suggestion is worth beside habits, from 0 to 1."""
	return _NEW * score


def merged(
	habits: Sequence[tuple[float, T]], suggestions: Sequence[tuple[float, T]], limit: int, least: int
) -> list[T]:
	"""The best of both by their scores, with at least so many suggestions where there are some: what a customer buys
	anyway is surer than anything new."""
	new = sorted(suggestions, key=lambda one: -one[0])
	old = sorted((one for one in habits if one[0] > 0), key=lambda one: -one[0])
	reserved = min(least, len(new))
	chosen = new[:reserved] + sorted([*old, *new[reserved:]], key=lambda one: -one[0])[: limit - reserved]
	return [thing for _score, thing in sorted(chosen, key=lambda one: -one[0])]
