"""What a customer bought, of the lines of its documents. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

# item, day, quantity in the item's stock unit: negative for what came back
Line = tuple[str, date, float]
# oldest first
Days = dict[date, float]

_NOTHING = 1e-6


def bought(lines: Iterable[Line], since: date) -> dict[str, Days]:
	"""By item what was bought, and kept, on which day since then. A day is one purchase, however many documents."""
	items: dict[str, Days] = defaultdict(lambda: defaultdict(float))
	for item, on, qty in lines:
		if on >= since:
			items[item][on] += qty
	return {item: kept for item, days in items.items() if (kept := _kept(days))}


def _kept(days: Mapping[date, float]) -> Days:
	"""Without what came back. A return that is of no known day is of the last purchase before it."""
	if min(days.values()) > _NOTHING:
		return dict(sorted(days.items()))
	kept: list[tuple[date, float]] = []
	for on in sorted(days):
		left = days[on]
		while left < -_NOTHING and kept:
			day, qty = kept.pop()
			left += qty
			if left > _NOTHING:
				kept.append((day, left))
				left = 0
		if left > _NOTHING:
			kept.append((on, left))
	return dict(kept)


def baskets(items: Mapping[str, Days]) -> list[list[str]]:
	"""What was bought on one day, day by day, in the order of the items' names."""
	by_day: dict[date, list[str]] = defaultdict(list)
	for item in sorted(items):
		for on in items[item]:
			by_day[on].append(item)
	return [by_day[on] for on in sorted(by_day)]
