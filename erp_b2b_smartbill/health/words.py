"""How the health page tells of times and lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from frappe import _
from frappe.utils import format_datetime, get_datetime

MAX_NAMED = 5


def duration(seconds: float) -> str:
	"""In the largest whole unit."""
	minutes = int(seconds // 60)
	if minutes < 2:
		return _("{0} seconds").format(int(seconds))
	if minutes < 120:
		return _("{0} minutes").format(minutes)
	if minutes < 48 * 60:
		return _("{0} hours").format(minutes // 60)
	return _("{0} days").format(minutes // (24 * 60))


def moment(value: Any) -> datetime | None:
	return get_datetime(value) if value else None


def when(value: datetime) -> str:
	"""As the user writes moments."""
	return format_datetime(value)


def named(names: Sequence[str]) -> str:
	"""The last part of dotted names, the first few of them."""
	short = [name.removeprefix("erp_b2b_smartbill.") for name in names[:MAX_NAMED]]
	return ", ".join(short) + (" …" if len(names) > MAX_NAMED else "")
