"""What a look at SmartBill says about a document whose outcome is unknown. Pure: no network, database or clock.

Presence is proof, absence is not: a document is adopted when its text carries our reference, and it is taken for not
created only when its number was seen twice not to exist, with time between. Everything else is for a person, with the
evidence. Source: docs/smartbill-api.md 5.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from erp_b2b_smartbill.text import N_

# SmartBill may still be working on a request whose caller has gone
SETTLING = timedelta(seconds=180)
SECOND_LOOK_AFTER = timedelta(seconds=60)
MAX_NUMBERS = 10
# less text than this is a drawing, not a readable document
READABLE_CHARACTERS = 40


class Sight(str, Enum):
	"""What was seen under one number."""

	ABSENT = "absent"  # SmartBill knows no such document
	OURS = "ours"  # its text carries our reference
	OTHER = "other"  # its text is readable and does not
	UNREADABLE = "unreadable"  # it exists, and that is all that is known


@dataclass(frozen=True)
class Seen:
	number: int
	text: str  # the number as SmartBill writes it
	sight: Sight


@dataclass(frozen=True)
class Look:
	"""One look: the counter of the series, and every number from the expected one on that is not known as another
	document of this site. `complete` is False when something could not be read."""

	at: datetime
	counter: int
	seen: tuple[Seen, ...] = ()
	complete: bool = True


class Step(str, Enum):
	ADOPT = "adopt"
	ABSENT = "absent"
	LOOK_AGAIN = "look again"
	PERSON = "person"


@dataclass(frozen=True)
class Conclusion:
	"""`number` is what to adopt, or the one that a person should look at first."""

	step: Step
	number: str = ""
	template: str = ""
	args: tuple[str, ...] = field(default=())


def conclude(expected: int | None, first: Look | None, look: Look) -> Conclusion:
	"""The next step; `first` is an earlier look that saw nothing of the document."""
	if expected is None:
		return _person(N_("It is not known which number SmartBill would have given."))
	ours = [seen for seen in look.seen if seen.sight is Sight.OURS]
	if len(ours) == 1:
		return Conclusion(Step.ADOPT, ours[0].text)
	if ours:
		numbers = ", ".join(seen.text for seen in ours)
		return _person(N_("More than one document in SmartBill carries our reference: {0}."), numbers)
	if not look.complete:
		return Conclusion(Step.LOOK_AGAIN)
	if look.counter < expected:
		return _person(
			N_("The counter of the series went back to {0}: somebody deleted documents in SmartBill."),
			str(look.counter),
		)
	if look.counter - expected > MAX_NUMBERS:
		return _person(
			N_("The series went on to {0}: too many documents to look through."), str(look.counter)
		)
	present = [seen for seen in look.seen if seen.sight is not Sight.ABSENT]
	unreadable = [seen for seen in present if seen.sight is Sight.UNREADABLE]
	if unreadable:
		return _person(
			N_("SmartBill has the document {0}, but our reference cannot be read in its PDF."),
			unreadable[0].text,
			number=unreadable[0].text,
		)
	if present:
		return _person(
			N_("SmartBill has the document {0}, and it seems to be somebody else's."),
			present[0].text,
			number=present[0].text,
		)
	gone = [seen for seen in look.seen if seen.number < look.counter]
	if gone:
		return _person(N_("The number {0} was given, but no such document exists (any more)."), gone[0].text)
	return _absent_when_seen_twice(first, look)


def conclude_from_invoices(new_numbers: Iterable[str], first: Look | None, look: Look) -> Conclusion:
	"""For an invoice of a proforma: SmartBill itself lists the proforma's invoices, so a new one is ours."""
	numbers = list(new_numbers)
	if len(numbers) == 1:
		return Conclusion(Step.ADOPT, numbers[0])
	if numbers:
		return _person(N_("SmartBill has several new invoices of this proforma: {0}."), ", ".join(numbers))
	return _absent_when_seen_twice(first, look) if look.complete else Conclusion(Step.LOOK_AGAIN)


def _absent_when_seen_twice(first: Look | None, look: Look) -> Conclusion:
	same = first is not None and first.counter == look.counter
	if same and look.at - first.at >= SECOND_LOOK_AFTER:
		return Conclusion(Step.ABSENT)
	return Conclusion(Step.LOOK_AGAIN)


def carries(text: str, reference: str) -> bool:
	"""Whether a PDF's text holds the reference; an extractor may break it by blanks and lines anywhere."""
	return re.search(re.escape(_compact(reference)) + r"(?!\d)", _compact(text)) is not None


def is_readable(text: str) -> bool:
	return len(_compact(text)) >= READABLE_CHARACTERS


def references_in(text: str) -> list[str]:
	"""What a PDF's text seems to refer to: the name of a source and its number, e.g. `SAL-QTN-2026-00017/1`."""
	return re.findall(r"Ref\.(.+?/\d+)(?!\d)", _compact(text))


def _compact(text: str) -> str:
	return re.sub(r"\s+", "", text)


def _person(template: str, *args: str, number: str = "") -> Conclusion:
	return Conclusion(Step.PERSON, number, template, args)


def number_forms(number: int, width: int | None) -> list[str]:
	"""How SmartBill may write a number: as wide as the last known one, four digits wide, or as it is."""
	forms = [str(number).zfill(width) for width in (width, 4, 1) if width]
	return list(dict.fromkeys(forms))
