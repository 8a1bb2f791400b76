"""How the index stands, kept in the single document Customer Search Index: whether it may be asked, and how far a walk
over all records has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe

from erp_b2b_smartbill import clock

STATE = "Customer Search Index"
# Empty: nothing was built since the search was switched on. Building: what is there is right, but not all is there.
EMPTY, BUILDING, READY = "Empty", "Building", "Ready"


@dataclass(frozen=True)
class Standing:
	"""How the index stands, and the walk: `drift` is of the walk on its way, or of the last that came to its end."""

	state: str
	walk: str
	done: int
	total: int
	drift: int
	moved_at: datetime | None
	checked_at: datetime | None


def standing() -> Standing:
	"""All of it by one query."""
	found = _values()
	return Standing(
		state=found.get("state", EMPTY),
		walk=found.get("walk", ""),
		**{name: int(found.get(name, 0)) for name in ("done", "total", "drift")},
		**{
			name: frappe.utils.get_datetime(found[name]) if name in found else None
			for name in ("moved_at", "checked_at")
		},
	)


def is_ready() -> bool:
	return _get("state") == READY


def view() -> dict[str, Any]:
	"""For whoever shows results: {state, done, total}."""
	found = _values()
	return {
		"state": found.get("state", EMPTY),
		"done": int(found.get("done", 0)),
		"total": int(found.get("total", 0)),
	}


def _values() -> dict[str, str]:
	"""What is not empty. Written out: every search asks this, and the query builder takes longer than the database."""
	rows = frappe.db.sql("select field, value from `tabSingles` where doctype = %s", [STATE])
	return {field: value for field, value in rows if value}


def outcome() -> dict[str, int]:
	"""Of the last walk that came to its end."""
	return {"parties": int(_get("parties") or 0), "drift": int(_get("drift") or 0)}


def forget() -> None:
	"""The index is not kept from now on, so it has to be built again before it is asked."""
	_set({"state": EMPTY, "walk": "", "source": "", "position": ""})


def begin(walk: str, *, fresh: bool, total: int) -> None:
	"""A walk begins at the first record. Whatever walk was on its way ends at its next step."""
	values = {
		"walk": walk,
		"is_fresh": int(fresh),
		"source": "",
		"position": "",
		"done": 0,
		"total": total,
		"drift": 0,
		"moved_at": clock.now(),
	}
	_set(values | ({"state": BUILDING} if fresh else {}))


def take_over(walk: str) -> dict[str, Any]:
	"""Go on with a walk that was broken off: where it stood."""
	_set({"walk": walk, "moved_at": clock.now()})
	return position()


def position() -> dict[str, Any]:
	"""Where the walk stands now, whoever moved it."""
	moved_at = _now("moved_at")
	return {
		"walk": _now("walk") or "",
		"is_fresh": bool(int(_now("is_fresh") or 0)),
		"source": _now("source") or "",
		"position": _now("position") or "",
		"done": int(_now("done") or 0),
		"drift": int(_now("drift") or 0),
		"moved_at": frappe.utils.get_datetime(moved_at) if moved_at else None,
	}


def step(source: str, position: str, done: int, drift: int) -> None:
	_set({"source": source, "position": position, "done": done, "drift": drift, "moved_at": clock.now()})


def finish(parties: int, drift: int) -> None:
	_set(
		{
			"state": READY,
			"walk": "",
			"source": "",
			"position": "",
			"parties": parties,
			"drift": drift,
			"drift_total": int(_now("drift_total") or 0) + drift,
			"checked_at": clock.now(),
		}
	)


def _get(field: str) -> Any:
	return frappe.db.get_single_value(STATE, field)


def _now(field: str) -> Any:
	return frappe.db.get_single_value(STATE, field, cache=False)


def _set(values: dict[str, Any]) -> None:
	frappe.db.set_single_value(STATE, values)
