"""How the recommendations stand, kept in the single document Item Recommendation State: up to when documents were
looked at, and how far a run has come."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType

from erp_b2b_smartbill import clock

STATE = "Item Recommendation State"
# the steps of a run
ASSOCIATIONS, CUSTOMERS = "Associations", "Customers"
# what is bought together changes slowly, and what was bought 18 months ago drops out
FULL_EVERY = timedelta(days=6, hours=12)
# a document of a long transaction is seen long after it says that it was changed
_MARGIN = timedelta(minutes=30)
# more than so many who have to be looked at again: all have
MAX_ASKED = 500


@dataclass(frozen=True)
class At:
	"""Where the run stands. `since`: only customers whose documents changed since then; None for all."""

	walk: str
	step: str
	position: str
	since: datetime | None
	also: tuple[str, ...]
	done: int
	made: int
	moved_at: datetime | None


def begin(walk: str, *, full: bool | None) -> None:
	"""A run over all customers, or over those that changed; None: as is due. Whatever run was on its way ends."""
	now, stored = clock.now(), _values()
	watermark = _moment(stored, "watermark")
	# with those of a run that never came to its end
	also = [*_names(stored, "asked"), *_names(stored, "also")]
	if full is None:
		full_at = _moment(stored, "full_at")
		full = not full_at or full_at < now - FULL_EVERY or len(also) > MAX_ASKED
	full = full or not watermark
	_set(
		{
			"walk": walk,
			"step": ASSOCIATIONS if full else CUSTOMERS,
			"position": "",
			"since": None if full else watermark,
			"also": json.dumps(also),
			"asked": "[]",
			"began_at": now,
			"moved_at": now,
			"done": 0,
			"recommendations": 0,
		}
	)


def take_over(walk: str) -> None:
	"""Go on with a run that was broken off."""
	_set({"walk": walk, "moved_at": clock.now()})


def at() -> At:
	"""Whoever moved it last."""
	stored = _values()
	return At(
		walk=stored.get("walk") or "",
		step=stored.get("step") or "",
		position=stored.get("position") or "",
		since=_moment(stored, "since"),
		also=tuple(_names(stored, "also")),
		done=int(stored.get("done") or 0),
		made=int(stored.get("recommendations") or 0),
		moved_at=_moment(stored, "moved_at"),
	)


def finished_at() -> datetime | None:
	"""When a run came to its end last."""
	return _moment(_values(), "finished_at")


def moved() -> None:
	_set({"moved_at": clock.now()})


def step(name: str, position: str = "", done: int = 0, recommendations: int = 0) -> None:
	_set(
		{
			"step": name,
			"position": position,
			"done": done,
			"recommendations": recommendations,
			"moved_at": clock.now(),
		}
	)


def finish() -> None:
	stored = _values()
	began = _moment(stored, "began_at") or clock.now()
	values: dict[str, Any] = {
		"walk": "",
		"position": "",
		"also": "[]",
		"watermark": began - _MARGIN,
		"finished_at": clock.now(),
	}
	_set(values | ({} if stored.get("since") else {"full_at": began}))


def ask(customer: str) -> None:
	"""The next run looks at it, though none of its documents says that it changed."""
	names = _names(_values(), "asked")
	if customer not in names and len(names) <= MAX_ASKED:
		_set({"asked": json.dumps([*names, customer])})


def _names(values: dict[str, str], field: str) -> list[str]:
	return json.loads(values.get(field) or "[]")


def _moment(values: dict[str, str], field: str) -> datetime | None:
	value = values.get(field)
	return frappe.utils.get_datetime(value) if value else None


def _values() -> dict[str, str]:
	"""As they are stored: Frappe takes a moment that is not there for the present one."""
	table = DocType("Singles")
	return dict(frappe.qb.from_(table).select(table.field, table.value).where(table.doctype == STATE).run())


def _set(values: dict[str, Any]) -> None:
	frappe.db.set_single_value(STATE, values)
