"""Puts the events in an order that stays: a job each minute gives those that are committed a number and a seal.

Writers never wait for it: an event is written unsealed, and the sealer changes only columns that nobody else writes. One
sealer works at a time, under a lock of a row that every site has, and a chunk is one transaction: a killed sealer leaves
a shorter chain, which the next goes on with. Beside the lock, the unique key of `previous_seal` lets no two events follow
the same one.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import frappe
from frappe.query_builder import DocType, Order
from frappe.query_builder.functions import Max
from frappe.utils import get_datetime
from frappe.utils.file_lock import LockTimeoutError
from pypika.functions import Substring

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit import head, lines, signing
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.audit.head import Head, Keys
from erp_b2b_smartbill.site_file import Unreadable

CHUNK = 200
# the next job begins a minute later
MAX_S = 45.0

# where a chunk ended, for the next one: (creation, name)
Place = tuple[str, str]


def seal_due() -> int:
	"""Hook, each minute: seal what is committed, for `MAX_S` at most. Returns how many."""
	try:
		return seal(deadline=time.monotonic() + MAX_S)
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
		# somebody renames or erases at the same moment: the next job goes on
		return 0


def seal(deadline: float | None = None) -> int:
	"""Seal what is committed, oldest first, until nothing is left or the time (of the monotonic clock) is over. Commits
	chunk by chunk. Returns how many."""
	sealed, place = 0, None
	while True:
		done, place = _seal_chunk(place)
		sealed += done
		if place is None or (deadline is not None and time.monotonic() > deadline):
			break
	_remember_head()
	return sealed


def last() -> Head:
	"""The head of the chain as it is stored."""
	table = DocType(audit.EVENT)
	rows = (
		frappe.qb.from_(table)
		.select(table.seal_number, table.seal)
		.where(table.seal_number > 0)
		.orderby(table.seal_number, order=Order.desc)
		.limit(1)
		.run()
	)
	return Head(int(rows[0][0]), rows[0][1] or "") if rows else Head(0, signing.BEGINNING)


def seal_of(number: int) -> str | None:
	return frappe.db.get_value(audit.EVENT, {"seal_number": number}, "seal")


def know(key: signing.Key, at: Head) -> Keys:
	"""The keys of the site, this one being what seals from now on, after `at`. To be called under `lock`, or while
	nobody seals."""
	try:
		return head.know(key.id, at.number, keys_of_seals)
	except (OSError, Unreadable, LockTimeoutError):
		# the head cannot be remembered either, which is told
		return Keys({**keys_of_seals(), key.id: None}, clock.now())


def keys_of_seals() -> dict[str, int]:
	"""Which key sealed up to which number, by what the database says."""
	table = DocType(audit.EVENT)
	key_id = Substring(table.seal, 1, signing.ID_LENGTH)
	rows = (
		frappe.qb.from_(table)
		.select(key_id, Max(table.seal_number))
		.where((table.seal_number > 0) & table.seal.isnotnull())
		.groupby(key_id)
		.run()
	)
	return {key_id: int(number) for key_id, number in rows}


def lock() -> None:
	"""For one sealer, or whoever writes into what is sealed, until the transaction ends. To be called with nothing
	uncommitted: what is read afterwards is what is committed by now."""
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	frappe.db.get_value("DocType", audit.EVENT, "name", for_update=True)


def _seal_chunk(place: Place | None) -> tuple[int, Place | None]:
	"""(how many were sealed, where to go on; None: nothing is left)."""
	lock()
	try:
		rows = unsealed_after(place, CHUNK)
		key, now = audit.current_key(), clock.now()
		at = last()
		known = know(key, at)
		changes: dict[str, dict[str, Any]] = {}
		for row in rows:
			# what the app did not write is no part of the chain; the verifier tells of it
			signed_by = signing.key_id(row.signature)
			if not (signing.is_signed(key, row) if signed_by == key.id else known.may_sign(signed_by)):
				continue
			number = at.number + 1
			seal = signing.seal(key, number, at.seal, row.signature)
			changes[row.name] = {
				"seal_number": number,
				"seal": seal,
				"previous_seal": at.seal,
				"sealed_at": now,
			}
			at = Head(number, seal)
		if changes:
			frappe.db.bulk_update(audit.EVENT, changes, update_modified=False)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
	except Exception:
		frappe.db.rollback()
		raise
	if changes:
		lines.write({"head": at.number, "seal": at.seal, "events": len(changes)})
	return len(changes), place_of(rows[-1]) if len(rows) == CHUNK else None


def unsealed_after(place: Place | None, limit: int) -> list[Any]:
	"""The oldest events without a number behind a place, with what a signature is made of."""
	table = DocType(audit.EVENT)
	query = (
		frappe.qb.from_(table)
		.select(*(table[name] for name in signing.SIGNED), table.signature, table.creation)
		.where(table.seal_number == 0)
		.orderby(table.creation)
		.orderby(table.name)
		.limit(limit)
	)
	return behind(query, table, place).run(as_dict=True)


def behind(query: Any, table: Any, place: Place | None) -> Any:
	"""The query, of the rows that follow a place."""
	if not place:
		return query
	creation, name = place
	return query.where((table.creation > creation) | ((table.creation == creation) & (table.name > name)))


def place_of(row: Any) -> Place:
	# as it is stored: SQLite compares texts
	return get_datetime(row.creation).isoformat(" ", "microseconds"), row.name


def _remember_head() -> None:
	at = last()
	if not at.number:
		return
	try:
		known = head.remember(at, seal_of)
	except Exception:
		frappe.db.rollback()
		log_masked_error("The head of the chain of Business Events could not be written to the site's folder")
		return
	if not known:
		# the verifier tells the people; the file stays as it is, or the evidence would be gone
		lines.write(
			{"problem": "the chain does not hold its remembered head", "head": at.number}, logging.ERROR
		)
