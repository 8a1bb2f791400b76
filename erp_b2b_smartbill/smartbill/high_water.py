"""The highest numbers that this site has sent, kept in a file of the site's folder: outside its database.

No backup of Frappe holds this file, so a database that is older than it, because a backup was restored in place, is
recognised: the file knows a higher number. A missing file says nothing (another node, a new disk).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import frappe
from frappe.utils.synchronization import filelock

FILE = "smartbill_high_water.json"
LOCK = "smartbill_high_water"

Numbers = dict[str, int]


class Unreadable(Exception):
	"""The file is there and is not what this module writes."""


def highest(ledger: str) -> Numbers:
	"""The highest number sent in each series of an account. Raises Unreadable."""
	numbers = _read().get(ledger, {})
	try:
		return {str(series): int(number) for series, number in numbers.items()}
	except (AttributeError, TypeError, ValueError) as error:
		raise Unreadable from error


def note(ledger: str, series: str, number: int) -> None:
	"""Raise the mark of a series; a lower number changes nothing. Raises OSError, Unreadable, LockTimeoutError."""
	with filelock(LOCK, timeout=5):
		content = _read()
		numbers = content.setdefault(ledger, {})
		if number > numbers.get(series, 0):
			numbers[series] = number
			_write(content)


def replace(ledger: str, numbers: Numbers) -> None:
	"""Begin anew for an account, also where the file cannot be read. Raises OSError, LockTimeoutError."""
	with filelock(LOCK, timeout=5):
		try:
			content = _read()
		except Unreadable:
			content = {}
		content[ledger] = numbers
		_write(content)


def forget() -> None:
	"""For uninstalling: accounts that are made anew begin anew."""
	_path().unlink(missing_ok=True)


def _path() -> Path:
	return Path(frappe.get_site_path(FILE))


def _read() -> dict[str, Numbers]:
	try:
		content = json.loads(_path().read_text(encoding="utf-8"))
	except FileNotFoundError:
		return {}
	except (OSError, ValueError) as error:
		raise Unreadable from error
	if not isinstance(content, dict) or not all(isinstance(numbers, dict) for numbers in content.values()):
		raise Unreadable
	return content


def _write(content: dict[str, Numbers]) -> None:
	"""A reader, or a site that dies now, finds the old file or the new one, never half of it."""
	path = _path()
	draft = path.with_name(f"{path.name}.{os.getpid()}.new")
	with draft.open("w", encoding="utf-8") as file:
		json.dump(content, file, indent=1, sort_keys=True)
		file.flush()
		os.fsync(file.fileno())
	draft.replace(path)
