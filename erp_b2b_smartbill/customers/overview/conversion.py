"""What became of quotations: the definitions, without I/O.

- A quotation counts when it is submitted. A cancelled one does not; an amended one is cancelled by ERPNext before its
  successor can be submitted, so a chain counts once, by its last version.
- won: a submitted Sales Order has a row made from it, be it for a part. By value, only what was ordered counts, at the
  order's own prices, so more than was quoted may come out.
- lost: somebody said so. expired: its validity ended without an order. open: anything else. Every quotation is one of the
  four, so that they add up to `quoted`.
- The rate is won of all quoted, by value ordered of all quoted; `rate_decided` leaves out what is still open.
- Days to order: from the quotation's date to the date of its first order.

ERPNext keeps no link from a Sales Invoice that was made from a quotation straight away: such a quotation stays open.
Amounts are net, in the company's currency, each by its document's own rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import NamedTuple

MONTHS = 12
WON, LOST, EXPIRED, OPEN = "won", "lost", "expired", "open"
OUTCOMES = (WON, LOST, EXPIRED, OPEN)


class Offer(NamedTuple):
	"""Submitted quotations of a month that became the same after as many days: `number` of them, their amounts together,
	`ordered` of them, and the date of the first order, None without one. `names` are theirs, or none where these are too
	many to be told."""

	names: tuple[str, ...]
	on: date
	value: Decimal
	status: str
	valid_till: date | None
	ordered: Decimal
	first_order_on: date | None
	number: int = 1


@dataclass(frozen=True)
class Month:
	first: date

	@property
	def last(self) -> date:
		return _plus(self.first, 1) - timedelta(days=1)

	@property
	def key(self) -> str:
		return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Summary:
	"""Numbers and values by outcome. Rates are percentages with one digit; a rate of nothing is None, as are the days to
	order when nothing was ordered."""

	number: dict[str, int]
	value: dict[str, Decimal]
	rate_by_number: float | None
	rate_by_value: float | None
	rate_decided_by_number: float | None
	rate_decided_by_value: float | None
	median_days_to_order: float | None


def months_until(today: date, count: int = MONTHS) -> list[Month]:
	"""Whole calendar months, the oldest first; the last one is today's."""
	return [Month(_plus(today.replace(day=1), back)) for back in range(1 - count, 1)]


def outcome(offer: Offer, today: date) -> str:
	if offer.first_order_on is not None:
		return WON
	if offer.status == "Lost":
		return LOST
	return EXPIRED if offer.valid_till and offer.valid_till < today else OPEN


def summary(offers: Sequence[Offer], today: date) -> Summary:
	number = {"quoted": 0, **dict.fromkeys(OUTCOMES, 0), "partly": 0}
	value = {"quoted": Decimal(), **dict.fromkeys(OUTCOMES, Decimal()), "ordered": Decimal()}
	days = []
	for offer in offers:
		became = outcome(offer, today)
		number[became] += offer.number
		number["quoted"] += offer.number
		value[became] += offer.value
		value["quoted"] += offer.value
		value["ordered"] += offer.ordered
		if offer.first_order_on is not None:
			number["partly"] += offer.number if offer.status == "Partially Ordered" else 0
			days += [max((offer.first_order_on - offer.on).days, 0)] * offer.number
	return Summary(
		number=number,
		value=value,
		rate_by_number=_percent(number[WON], number["quoted"]),
		rate_by_value=_percent(value["ordered"], value["quoted"]),
		rate_decided_by_number=_percent(number[WON], number["quoted"] - number[OPEN]),
		rate_decided_by_value=_percent(value["ordered"], value["quoted"] - value[OPEN]),
		median_days_to_order=float(median(days)) if days else None,
	)


def by_month(offers: Iterable[Offer], months: Sequence[Month]) -> list[list[Offer]]:
	"""The offers of each month, by their dates."""
	sorted_in: dict[str, list[Offer]] = {month.key: [] for month in months}
	for offer in offers:
		if (key := f"{offer.on:%Y-%m}") in sorted_in:
			sorted_in[key].append(offer)
	return list(sorted_in.values())


def change(now: float | None, before: float | None) -> float | None:
	"""In percentage points; None where there is nothing to compare."""
	return None if now is None or before is None else round(now - before, 1)


def _percent(part: Decimal | int, whole: Decimal | int) -> float | None:
	return round(float(100 * part / whole), 1) if whole > 0 else None


def _plus(first: date, months: int) -> date:
	"""The first day of the month so many months later."""
	year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
	return date(year, month + 1, 1)
