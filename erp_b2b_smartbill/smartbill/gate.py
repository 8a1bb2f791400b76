"""How fast an account may call SmartBill. Pure: a state and a moment in, a new state or a waiting time out.

SmartBill blocks a token for ten minutes after 30 calls in 10 seconds, whichever program made them
(docs/smartbill-api.md 4). Three schedules guard that, each kept as the moment from which it is idle again:

- all calls together stay below SmartBill's limit, with a small reserve of calls that may come at once,
- calls for a waiting person have a pace of their own,
- bulk work has another, and may not touch the reserve: whoever clicks goes first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

WINDOW_S = 10
# SmartBill's own limit is 30: 25 and the reserve of 4 stay below it in every window
MAX_CALLS = 25
RESERVE = 4
# Bulk work that comes a little late for its turn does not lose the time: by so many steps it catches up. Half of one, so
# that 25, the reserve and this stay below 30 together.
CATCH_UP = 0.5


class Lane(str, Enum):
	CLICK = "click"  # a person waits
	BULK = "bulk"  # runs and scheduled passes


@dataclass(frozen=True)
class Pace:
	"""Calls in ten seconds."""

	clicks: int = 10
	bulk: int = 5


@dataclass(frozen=True)
class State:
	"""Each schedule is full until its moment; None stands for the past."""

	shared_at: datetime | None = None
	clicks_at: datetime | None = None
	bulk_at: datetime | None = None
	blocked_until: datetime | None = None


@dataclass(frozen=True)
class Decision:
	"""`wait` is None when the call may go; `state` is then the one to store."""

	state: State
	wait: timedelta | None = None

	@property
	def admitted(self) -> bool:
		return self.wait is None


def admit(state: State, pace: Pace, lane: Lane, now: datetime, calls: int = 1) -> Decision:
	"""Whether `calls` calls may go now, or for how long to wait. Whoever is refused takes nothing."""
	if state.blocked_until and state.blocked_until > now:
		return Decision(state, state.blocked_until - now)
	shared_step = _step(MAX_CALLS)
	own_step = _step(pace.clicks if lane is Lane.CLICK else pace.bulk)
	if lane is Lane.CLICK:
		shared_at, own_at = _from(state.shared_at, now), _from(state.clicks_at, now)
	else:
		shared_at = _from(state.shared_at, now, CATCH_UP * shared_step)
		own_at = _from(state.bulk_at, now, CATCH_UP * own_step)
	reserve = RESERVE if lane is Lane.CLICK else calls
	wait = max(
		_lateness(shared_at, shared_step, calls, reserve, now),
		_lateness(own_at, own_step, calls, reserve, now),
	)
	if wait > timedelta(0):
		return Decision(state, wait)
	changed = replace(state, shared_at=shared_at + calls * shared_step)
	if lane is Lane.CLICK:
		return Decision(replace(changed, clicks_at=own_at + calls * own_step))
	return Decision(replace(changed, bulk_at=own_at + calls * own_step))


def slowed(state: State, remaining: int, resets_in: float, now: datetime) -> State:
	"""After an answer that says how many calls SmartBill's own window still allows: near the end of it everybody waits
	for the next one, because other programs may use the same token."""
	if remaining > 1:
		return state
	pause = timedelta(seconds=min(max(resets_in, 1), WINDOW_S))
	later = now + pause + RESERVE * _step(MAX_CALLS)
	return replace(state, shared_at=max(later, _from(state.shared_at, now)))


def _step(calls: int) -> timedelta:
	return timedelta(seconds=WINDOW_S) / min(max(calls, 1), MAX_CALLS)


def _from(stored: datetime | None, now: datetime, late: timedelta = timedelta(0)) -> datetime:
	# A moment further away than any schedule reaches is another time's: the clock was put back.
	if stored is None or stored > now + timedelta(minutes=2):
		return now
	return max(stored, now - late)


def _lateness(at: datetime, step: timedelta, calls: int, reserve: int, now: datetime) -> timedelta:
	"""By how much a schedule is ahead of what its reserve allows, once these calls are added."""
	return at + calls * step - (now + max(reserve, calls) * step)
