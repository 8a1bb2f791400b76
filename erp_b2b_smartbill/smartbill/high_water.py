"""The highest numbers that this site has sent, kept outside its database, see site_file.py: a database that is older,
because a backup was restored in place, is recognised."""

from __future__ import annotations

from erp_b2b_smartbill.site_file import SiteFile, Unreadable

FILE = "smartbill_high_water.json"

Numbers = dict[str, int]

_file = SiteFile(FILE)


def highest(ledger: str) -> Numbers:
	"""The highest number sent in each series of an account. Raises Unreadable."""
	try:
		return {str(series): int(number) for series, number in _file.read().get(ledger, {}).items()}
	except (AttributeError, TypeError, ValueError) as error:
		raise Unreadable from error


def note(ledger: str, series: str, number: int) -> None:
	"""Raise the mark of a series; a lower number changes nothing. Raises OSError, Unreadable, LockTimeoutError."""
	with _file.changing() as content:
		numbers = content.setdefault(ledger, {})
		if not isinstance(numbers, dict):
			raise Unreadable
		numbers[series] = max(number, numbers.get(series, 0))


def replace(ledger: str, numbers: Numbers) -> None:
	"""Begin anew for an account, also where the file cannot be read. Raises OSError, LockTimeoutError."""
	with _file.changing(anew=True) as content:
		content[ledger] = numbers


def forget() -> None:
	"""For uninstalling: accounts that are made anew begin anew."""
	_file.remove()
