"""What of an invoice is still to be paid, since when, and what to call that. Pure.

As ERPNext judges it: an invoice is overdue when less was paid than had fallen due until yesterday. Payments settle what
fell due first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

# less than half a cent is what is left of rounding
NOTHING = Decimal("0.005")

OPEN, OVERDUE, NOT_DUE, PAID, CREDIT_NOTE = "open", "overdue", "not_due", "paid", "credit_note"
# `open` is what is overdue and what is not due yet
STATUSES = (OPEN, OVERDUE, NOT_DUE, PAID, CREDIT_NOTE)


@dataclass(frozen=True)
class Part:
	due: date
	amount: Decimal


def open_parts(outstanding: Decimal, schedule: Iterable[Part], due: date | None) -> list[Part]:
	"""The rows of the schedule as far as they are open, by day; without a schedule all is due on `due`. All amounts are
	in one currency. What was settled is what the schedule has more than is open: ERPNext makes it without the advances
	and the write-off of the invoice."""
	if outstanding < NOTHING:
		return []
	rows = sorted(schedule, key=lambda row: row.due) or ([Part(due, outstanding)] if due else [])
	settled, parts = sum((row.amount for row in rows), Decimal(0)) - outstanding, []
	for row in rows:
		rest = row.amount - settled
		if rest < NOTHING:
			settled -= row.amount
			continue
		parts.append(Part(row.due, rest))
		settled = Decimal(0)
	return parts


def overdue_amount(parts: Iterable[Part], outstanding: Decimal, today: date) -> Decimal:
	return min(
		sum((part.amount for part in parts if part.due < today), Decimal(0)), max(outstanding, Decimal(0))
	)


def status(outstanding: Decimal, overdue: Decimal, *, is_return: bool = False) -> str:
	if is_return:
		return CREDIT_NOTE
	if outstanding < NOTHING:
		return PAID
	return OVERDUE if overdue >= NOTHING else NOT_DUE


def decimal(value: Any) -> Decimal:
	"""As stored, nothing is 0: a database may know decimals or only floats."""
	return value if isinstance(value, Decimal) else Decimal(str(value or 0))
