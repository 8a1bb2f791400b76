"""What a customer orders again and again: how often, how much, and when it is due. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from erp_b2b_smartbill.customers.recommend.purchases import Days

# fewer days tell no interval from chance
MIN_PURCHASES = 3

# how likely it is due, by the share of the interval that has passed since the last purchase; between two, in proportion
_EARLY, _DUE = (0.5, 0.15), (0.95, 1.0)
_LATE, _GONE = (1.5, 0.9), (4.0, 0.0)
_CURVE = (_EARLY, _DUE, _LATE, _GONE)


@dataclass(frozen=True, slots=True)
class Habit:
	"""`usual_qty` is in the item's stock unit; `strength`, from 0 to 1, says how sure the habit is whatever the day."""

	purchases: int
	interval_days: int
	usual_qty: float
	last_on: date
	strength: float

	@property
	def due_on(self) -> date:
		return self.last_on + timedelta(days=self.interval_days)


def interval(days: Days) -> int | None:
	"""The median number of days from one purchase to the next; None without two."""
	gaps = [(later - earlier).days for earlier, later in pairwise(days)]
	return max(1, round(median(gaps))) if gaps else None


def habit(days: Days) -> Habit | None:
	"""None for what was not bought on enough days."""
	if len(days) < MIN_PURCHASES:
		return None
	gaps = [(later - earlier).days for earlier, later in pairwise(days)]
	middle = max(1.0, median(gaps))
	spread = median(abs(gap - middle) for gap in gaps)
	regularity = 1 - min(1.0, spread / middle)
	known = len(days) / (len(days) + 1)
	return Habit(
		purchases=len(days),
		interval_days=max(1, round(middle)),
		usual_qty=median(days.values()),
		last_on=next(reversed(days)),
		strength=(0.4 + 0.6 * regularity) * known,
	)


def urgency(last_on: date, interval_days: int, today: date) -> float:
	"""From 0 to 1: how much it is time. What has not been bought for four intervals is bought no more: 0."""
	passed = (today - last_on).days / interval_days
	if passed <= _EARLY[0]:
		return _EARLY[1]
	for (before, low), (after, high) in pairwise(_CURVE):
		if passed <= after:
			return low + (high - low) * (passed - before) / (after - before)
	return 0.0
