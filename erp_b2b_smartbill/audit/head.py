"""What of the chain is kept outside the database: see site_file.py. Its head, the last number and its seal: a database
whose last events were deleted, or that is older than the site, is behind it. And the ids of the keys that the site has
sealed with: who has only the database can name a key of his own in a row, but not here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from frappe.utils import get_datetime

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.site_file import SiteFile, Unreadable

FILE = "b2b_audit_head.json"
KEYS, SINCE = "keys", "keys_since"
# a program that began before the key was changed signs with the former one until it ends
FORMER_SIGNS_FOR = timedelta(days=1)

_file = SiteFile(FILE)


@dataclass(frozen=True)
class Head:
	"""`number` 0: nothing is sealed yet."""

	number: int
	seal: str


@dataclass(frozen=True)
class Keys:
	"""Ids of keys, each with the last number that it sealed, None while it still seals; `since` when that one does."""

	until: dict[str, int | None]
	since: datetime

	def may_have_sealed(self, key_id: str, number: int) -> bool:
		until = self.until.get(key_id, 0)
		return until is None or number <= until

	def may_sign(self, key_id: str) -> bool:
		"""Whether an event that waits for its seal may be signed with it."""
		if self.until.get(key_id, 0) is None:
			return True
		return key_id in self.until and clock.now() - self.since < FORMER_SIGNS_FOR


def keys() -> Keys | None:
	"""None where the file does not say. Raises Unreadable."""
	return _keys_of(_file.read())


def know(key_id: str, last_number: int, found: Callable[[], dict[str, int]]) -> Keys:
	"""The keys, `key_id` being what seals from now on, after `last_number`. A file that does not say learns from
	`found`: which key sealed up to which number. Raises OSError, Unreadable, LockTimeoutError."""
	kept = keys()
	if kept and kept.until.get(key_id, 0) is None:
		return kept
	with _file.changing() as content:
		kept = _keys_of(content)
		former = kept.until if kept else found()
		until = {one: last_number if number is None else number for one, number in former.items()}
		return _put(content, Keys({**until, key_id: None}, clock.now()))


def learn(key_ids: Iterable[str], last_number: int) -> None:
	"""Somebody has these former keys, so they are the site's. For a file that knows keys. Raises as `know`."""
	with _file.changing() as content:
		if kept := _keys_of(content):
			_put(content, Keys({**dict.fromkeys(key_ids, last_number), **kept.until}, kept.since))


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
	"""Begin anew from this head, whatever was remembered; the keys stay. Raises OSError, LockTimeoutError."""
	with _file.changing(anew=True) as content:
		content.update(asdict(head))


def forget() -> None:
	"""For uninstalling: a chain that begins anew has nothing to do with this one."""
	_file.remove()


def _head_of(content: dict) -> Head | None:
	if not content.keys() - {KEYS, SINCE}:
		return None
	try:
		return Head(int(content["number"]), str(content["seal"]))
	except (KeyError, TypeError, ValueError) as error:
		raise Unreadable from error


def _keys_of(content: dict) -> Keys | None:
	if KEYS not in content:
		return None
	try:
		until = {
			str(key_id): None if number is None else int(number) for key_id, number in content[KEYS].items()
		}
		return Keys(until, get_datetime(content[SINCE]))
	except (AttributeError, KeyError, TypeError, ValueError) as error:
		raise Unreadable from error


def _put(content: dict, known: Keys) -> Keys:
	content.update({KEYS: known.until, SINCE: str(known.since)})
	return known
