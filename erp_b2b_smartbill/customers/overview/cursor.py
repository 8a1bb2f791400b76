"""Where a page of the timeline ends. Pure.

Newest first by (day, moment): documents by their own date and, within it, by when they were entered; what happens at a
moment, by that moment. What is equal in both goes by source and name. The next page is what comes after the last entry
shown in that order, so that entries made meanwhile neither repeat nor hide any.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_SEPARATOR = "~"


@dataclass(frozen=True)
class Cursor:
	day: date
	moment: datetime
	source: str
	name: str

	def __str__(self) -> str:
		return _SEPARATOR.join((self.day.isoformat(), self.moment.isoformat(), self.source, self.name))

	@property
	def limit(self) -> datetime:
		"""For entries that have only a moment and whose day is that moment's: those before this one come after."""
		midnight = datetime.combine(self.day, time.min)
		return min(max(self.moment, midnight), midnight + timedelta(days=1))


def parse(text: str) -> Cursor:
	"""Raises ValueError for what is none."""
	day, moment, source, name = text.split(_SEPARATOR, 3)
	# a moment with a time zone cannot be compared with stored ones
	cursor = Cursor(
		date.fromisoformat(day), datetime.fromisoformat(moment).replace(tzinfo=None), source, name
	)
	if cursor.day == date.max:
		raise ValueError("nothing is of the last day that there is")
	return cursor
