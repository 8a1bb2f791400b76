"""The head of the chain, the last number and its seal, as it is kept outside the database: see site_file.py. A database
whose last events were deleted, or that is older than the site, is behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from erp_b2b_smartbill.site_file import SiteFile, Unreadable

FILE = "b2b_audit_head.json"

_file = SiteFile(FILE)


@dataclass(frozen=True)
class Head:
	"""`number` 0: nothing is sealed yet."""

	number: int
	seal: str


def remembered() -> Head | None:
	"""None where the file is not there. Raises Unreadable."""
	return _head_of(_file.read())


def remember(head: Head, seal_of: Callable[[int], str | None]) -> bool:
	"""Move the mark on to `head`. False, and nothing is written, when the chain does not hold what is remembered:
	`seal_of(number)` is asked for it, and the mark stays as the evidence. Raises OSError, Unreadable,
	LockTimeoutError."""
	with _file.changing() as content:
		before = _head_of(content)
		if before and before.number:
			if seal_of(before.number) != before.seal:
				return False
			if before.number >= head.number:
				return True
		content.update(asdict(head))
	return True


def accept(head: Head) -> None:
	"""Begin anew from this head, whatever was remembered. Raises OSError, LockTimeoutError."""
	with _file.changing(anew=True) as content:
		content.clear()
		content.update(asdict(head))


def forget() -> None:
	"""For uninstalling: a chain that begins anew has nothing to do with this one."""
	_file.remove()


def _head_of(content: dict) -> Head | None:
	if not content:
		return None
	try:
		return Head(int(content["number"]), str(content["seal"]))
	except (KeyError, TypeError, ValueError) as error:
		raise Unreadable from error
