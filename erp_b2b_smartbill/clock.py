"""The one place that tells the time.

Whatever settles, expires or is spaced asks here, so that a test, or several worker processes together, can be
given a time without sleeping. Instants are aware UTC inside; what is stored follows Frappe's convention for
Datetime fields: naive, in the site's time zone.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from frappe.utils import get_system_timezone

ROMANIA = ZoneInfo("Europe/Bucharest")

Source = Callable[[], datetime]


def _system_time() -> datetime:
	return datetime.now(timezone.utc)


_source: Source = _system_time
# set while a test has stopped the clock
_move: Callable[..., None] | None = None


def now() -> datetime:
	"""The present moment as a Datetime field stores it: naive, in the site's time zone."""
	return _source().astimezone(_site_zone()).replace(tzinfo=None)


def timestamp() -> float:
	"""The present moment in seconds since 1970, as headers of HTTP give it."""
	return _source().timestamp()


def today_in_romania(moment: datetime | None = None) -> date:
	"""The business date in Romania of a stored moment (default: now). Servers on UTC are a day behind at night.

	Source: docs/smartbill-api.md 1.3 and 8.2.
	"""
	moment = moment or now()
	return moment.replace(tzinfo=_site_zone()).astimezone(ROMANIA).date()


def pause(seconds: float) -> None:
	"""Let time pass, for background work that may not go on yet; hold no lock and no snapshot meanwhile. A clock that a
	test has stopped is moved instead."""
	if _move is not None:
		_move(seconds=seconds)
	elif _source is _system_time:
		time.sleep(seconds)


def use(source: Source | None, move: Callable[..., None] | None = None) -> None:
	"""Take the time from `source`, which returns an aware datetime; None returns to the system's time. `move(seconds=)`
	is how time passes where somebody waits; without it nobody waits."""
	global _source, _move
	_source = source or _system_time
	_move = move


@contextlib.contextmanager
def frozen(moment: datetime) -> Iterator[Callable[..., None]]:
	"""Stop the clock at an aware moment; the yielded function moves it: `move(seconds=181)`."""
	if moment.tzinfo is None:
		raise ValueError("a frozen moment needs a time zone")
	current = moment

	def move(**delta: float) -> None:
		nonlocal current
		current += timedelta(**delta)

	before = _source, _move
	use(lambda: current, move)
	try:
		yield move
	finally:
		use(*before)


def _site_zone() -> ZoneInfo:
	return ZoneInfo(get_system_timezone())
