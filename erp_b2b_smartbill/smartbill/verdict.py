"""What an attempt to create a document came to. The most dangerous decision of the app, so it has no effects.

Source: the table of docs/smartbill-api.md 5.1; the first row that matches decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.text import fold

# SmartBill blocks for ten minutes and every call during a block may start it again, hence the margin
BLOCK_MINUTES = 10
BLOCK_MARGIN_S = 30


class Outcome(str, Enum):
	NOT_CREATED = "not created"  # nothing left this machine
	BLOCKED = "blocked"  # the rate limit; taken as not created, to be verified
	REFUSED = "refused"  # SmartBill said why; nothing was created
	REFUSED_CONFIG = "refused: credentials or rights"  # the same for every document of the account
	CREATED = "created"
	CREATED_DRAFT = "created as a draft"
	UNKNOWN = "unknown"  # it may exist: never send it again by itself


# the reason of a NoAnswer when one of our gates let nothing through
GATE_CLOSED = "GateClosed"


@dataclass(frozen=True)
class NoAnswer:
	"""A call without a complete answer. `sent` is False only when no byte of the request can have left;
	`retry_after` (seconds) is given where it is known when the call may be made."""

	sent: bool
	reason: str
	retry_after: int | None = None


@dataclass(frozen=True)
class Verdict:
	"""`row` is the row of table 5.1; `alarm` says that somebody else writes into the series."""

	kind: Outcome
	row: int
	text: str = ""
	alarm: bool = False
	retry_after: int | None = None


def judge_create(
	outcome: Answer | NoAnswer, *, series: str, expected_number: int | None, draft: bool = False
) -> Verdict:
	"""Classifies the outcome of one POST that creates a document in `series`."""
	if isinstance(outcome, NoAnswer):
		kind, row = (Outcome.UNKNOWN, 2) if outcome.sent else (Outcome.NOT_CREATED, 1)
		return Verdict(kind, row, outcome.reason)

	answer, text = outcome, outcome.text
	if blocked_for := block_seconds(answer):
		return Verdict(Outcome.BLOCKED, 3, text, retry_after=blocked_for)
	if answer.status >= 500:
		return Verdict(Outcome.UNKNOWN, 4, text)
	if not answer.is_json_object:
		return Verdict(Outcome.UNKNOWN, 5, text)
	if answer.rejections and 400 <= answer.status:
		return Verdict(Outcome.REFUSED, 6, text)
	if answer.error_text and answer.number:
		return Verdict(Outcome.UNKNOWN, 7, text)
	if answer.error_text:
		if answer.status in (401, 403):
			return Verdict(Outcome.REFUSED_CONFIG, 8, text)
		return Verdict(Outcome.REFUSED, 9, text)
	if 400 <= answer.status:
		return Verdict(Outcome.REFUSED, 10, text)
	if answer.successfully is False:
		return Verdict(Outcome.UNKNOWN, 11, text)
	if not 200 <= answer.status < 300:
		# a redirect: the table has no row for it, and what is not in the table is not known
		return Verdict(Outcome.UNKNOWN, 0, text)
	if draft:
		return Verdict(Outcome.CREATED_DRAFT, 12)
	if not answer.number:
		return Verdict(Outcome.UNKNOWN, 13, text)
	if answer.series == series and (expected_number is None or as_number(answer.number) == expected_number):
		return Verdict(Outcome.CREATED, 14)
	return Verdict(Outcome.CREATED, 15, alarm=True)


def block_seconds(answer: Answer) -> int | None:
	"""For how long nothing may be sent with this account's token, or None when the answer is not a block.

	The text comes before the status: 403 is also "no right on this series". Source: docs/smartbill-api.md 4.
	"""
	folded = fold(answer.text)
	spoken = "limita maxima de requesturi" in folded or "executa alte requesturi" in folded
	if answer.status == 429 or (spoken and answer.status in (403, 422, 400, 200)):
		minutes = re.search(r"dupa (\d+) min", folded)
		return int(minutes[1] if minutes else BLOCK_MINUTES) * 60 + BLOCK_MARGIN_S
	return None


def is_missing(answer: Answer) -> bool:
	"""SmartBill says in words that it has no such document; a status alone can come from anywhere."""
	return answer.status in (400, 404, 410) and "nu a fost gasit" in fold(answer.text)


# no series counts so far, and Python itself turns no more than 4300 of them into a number
MAX_DIGITS = 50


def as_number(text: str | int | None) -> int | None:
	"""A document number for comparing: "0042" and 42 are the same. What is sent stays as it was received."""
	digits = str(text).strip() if text is not None else ""
	return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS else None
