"""How old debts are, and how fast they are paid. Pure rules: no I/O; amounts are in one currency, in Decimal.

A debt is as old as it is past due: on the day that it is due it is not overdue, as ERPNext has it in the status of an
invoice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from erp_b2b_smartbill.text import N_


@dataclass(frozen=True)
class Bucket:
	"""Days past due, both ends included; None is open."""

	key: str
	label: str
	first: int | None
	last: int | None

	def holds(self, days: int) -> bool:
		return (self.first is None or days >= self.first) and (self.last is None or days <= self.last)


NOT_DUE = Bucket("not_due", N_("Not due"), None, 0)
BUCKETS = (
	NOT_DUE,
	Bucket("1-30", N_("1-30 days"), 1, 30),
	Bucket("31-60", N_("31-60 days"), 31, 60),
	Bucket("61-90", N_("61-90 days"), 61, 90),
	Bucket("over_90", N_("over 90 days"), 91, None),
)


@dataclass(frozen=True)
class Debt:
	"""An open part of an invoice, or several of one age; `due` is the earliest day, `name` the first invoice of it."""

	due: date
	amount: Decimal
	name: str

	def days(self, today: date) -> int:
		"""Past due; 0 or less is not overdue."""
		return (today - self.due).days


def by_bucket(debts: Iterable[Debt], today: date) -> dict[str, Decimal]:
	sums = {bucket.key: Decimal(0) for bucket in BUCKETS}
	for debt in debts:
		days = debt.days(today)
		sums[next(bucket.key for bucket in BUCKETS if bucket.holds(days))] += debt.amount
	return sums


def overdue(sums: dict[str, Decimal]) -> Decimal:
	return sum((amount for key, amount in sums.items() if key != NOT_DUE.key), Decimal(0))


def oldest_overdue(debts: Iterable[Debt], today: date) -> Debt | None:
	late = [debt for debt in debts if debt.days(today) > 0 and debt.amount > 0]
	return min(late, key=lambda debt: (debt.due, debt.name), default=None)


def average_days(total: int, number: int) -> Decimal | None:
	"""With one decimal; None of nothing."""
	return round(Decimal(total) / number, 1) if number else None
