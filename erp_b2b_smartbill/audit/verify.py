"""Reads the chain of Business Events once, in the order of its numbers, and tells what is not as it was written.

What can be told, of each event: edited (its content is not what was signed), inserted (the app did not write it),
reordered (it stands where another stood), deleted (numbers are missing), cut off (the site remembers a later end). Apart
from these: events that are not sealed yet, and those made with another encryption key, which prove nothing without it.
The memory that it takes does not grow with the events.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import get_datetime

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit import head, lines, links, sealing, signing
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.audit.head import Head, Keys
from erp_b2b_smartbill.audit.managers import managers, notify_users
from erp_b2b_smartbill.site_file import Unreadable
from erp_b2b_smartbill.text import N_

EDITED = N_("Edited")
INSERTED = N_("Inserted")
REORDERED = N_("Reordered")
DELETED = N_("Deleted")
CUT_OFF = N_("Cut off")
UNREADABLE = N_("Remembered head unreadable")

CHUNK = 1000
# of a result; more are counted
MAX_PROBLEMS = 100
# the job seals each minute
UNSEALED_AFTER = timedelta(minutes=15)
LAST_RESULT = "b2b_audit_verified"
# what people were told last, whoever verified meanwhile
LAST_TOLD = "b2b_audit_told"
# a week of nightly passes, however long each takes
REMIND_AFTER = timedelta(days=6, hours=12)
# who is told at night
TOLD = ("System Manager", "B2B Manager", "B2B Auditor")

_COLUMNS = (
	*signing.SIGNED,
	"signature",
	"seal_number",
	"seal",
	"previous_seal",
	"reference_name",
	"user",
	"on_behalf_of",
	"personal",
	"who",
	"personal_erased_by",
	"who_erased_by",
	"creation",
)


@dataclass(frozen=True)
class Proof:
	"""The keys that are at hand, by their ids, and those that are known."""

	keys: dict[str, signing.Key]
	known: Keys

	def of(self, event: Any) -> bool | None:
		"""Whether the app wrote it so; None: it is signed with a known key that is not at hand."""
		return signing.proof(self.keys, self.known.until, event)


@dataclass(frozen=True)
class Problem:
	"""`seal_number` 0: of an event that has none. `event` is its name, None where it is gone."""

	kind: str
	seal_number: int
	event: str | None

	def as_dict(self) -> dict[str, Any]:
		return {"kind": self.kind, "seal_number": self.seal_number, "event": self.event}


@dataclass
class Result:
	"""What a pass found. `ok` is about what is proven wrong; what cannot be proven is counted apart."""

	problems: list[Problem] = field(default_factory=list)
	found: int = 0
	events: int = 0
	# written, and without a number for longer than the job may take
	unsealed: int = 0
	other_key: int = 0
	head: Head = field(default_factory=lambda: Head(0, signing.BEGINNING))
	_all: Any = field(default_factory=hashlib.sha256, repr=False)

	@property
	def ok(self) -> bool:
		return not self.found

	@property
	def digest(self) -> str:
		"""Of all problems, also of those that are only counted."""
		return self._all.hexdigest()

	def add(self, kind: str, number: int, event: str | None) -> None:
		self.found += 1
		self._all.update(f"{kind} {number} {event}\n".encode())
		if len(self.problems) < MAX_PROBLEMS:
			self.problems.append(Problem(kind, number, event))


def verify(
	*,
	old_keys: Sequence[str] = (),
	heads: Sequence[Head] = (),
	tell: Callable[[int], Any] = lambda _events: None,
) -> Result:
	"""Verify everything as it is committed now. `old_keys` are former encryption keys of the site, `heads` are kept from
	elsewhere, as from the log; the one in the site's folder is always among them. `tell` is given how far it is."""
	# a fresh snapshot, the same for all chunks where the database has such
	frappe.db.rollback()
	result = Result()
	ends = [*heads, *_remembered(result)]
	seals = {one.number: one.seal for one in ends}
	keys = {key.id: key for key in (audit.current_key(), *map(signing.key_of, old_keys))}
	proof = Proof(keys, _known_keys())
	renames = links.Renames(proof.of)
	for rows in _sealed():
		_verify_chunk(rows, proof, renames, seals, result)
		tell(result.events)
	for one in ends:
		if one.number > result.head.number:
			result.add(CUT_OFF, one.number, None)
	_verify_unsealed(proof, result)
	_verify_below(proof, result)
	return result


def _known_keys() -> Keys:
	with suppress(Unreadable):
		if known := head.keys():
			return known
	return Keys(dict(sealing.keys_of_seals()), clock.now())


def _remembered(result: Result) -> list[Head]:
	try:
		one = head.remembered()
	except Unreadable:
		result.add(UNREADABLE, 0, None)
		return []
	return [one] if one and one.number else []


def _sealed() -> Iterator[list[Any]]:
	"""In chunks, by number; a number that is there twice comes twice."""
	table = DocType(audit.EVENT)
	number, creation, name = 1, "", ""
	while True:
		behind = (table.creation > creation) | ((table.creation == creation) & (table.name > name))
		if not creation:
			behind = table.name.isnotnull()
		# in the order of the index, so that no chunk sorts what follows it
		rows = (
			frappe.qb.from_(table)
			.select(*(table[column] for column in _COLUMNS))
			.where(table.seal_number >= number)
			.where((table.seal_number > number) | behind)
			.orderby(table.seal_number)
			.orderby(table.creation)
			.orderby(table.name)
			.limit(CHUNK)
			.run(as_dict=True)
		)
		if rows:
			yield rows
		if len(rows) < CHUNK:
			return
		number = rows[-1].seal_number
		creation, name = sealing.place_of(rows[-1])


def _verify_chunk(
	rows: list[Any], proof: Proof, renames: links.Renames, seals: dict[int, str], result: Result
) -> None:
	erased = links.Erased(rows, proof.of)
	for row in rows:
		result.events += 1
		number, before = row.seal_number, result.head
		if number > before.number + 1:
			result.add(DELETED, before.number + 1, None)
		kind = _kind(row, before, proof, result)
		if not kind and not (links.apart_is_proven(row) and renames.explain(row) and erased.explain(row)):
			kind = EDITED
		if not kind and seals.get(number, row.seal) != row.seal:
			# sealed anew after the end that is remembered was cut off
			kind = CUT_OFF
		if kind:
			result.add(kind, number, row.name)
		result.head = Head(number, row.seal or "")


def _kind(row: Any, before: Head, proof: Proof, result: Result) -> str | None:
	"""What signature and seal say of an event; `before` is what stands before it."""
	number = row.seal_number
	if not row.signature or not row.seal:
		return INSERTED
	key_id = signing.key_id(row.seal)
	sealed_by = proof.keys.get(key_id)
	if not sealed_by and not proof.known.may_have_sealed(key_id, number):
		return INSERTED
	is_signed = proof.of(row)
	if is_signed is None or sealed_by is None:
		result.other_key += 1
	# by what it says that it follows: whether its own numbers are as they were
	is_whole = sealed_by is None or signing.is_sealed(
		sealed_by, number, row.previous_seal or "", row.signature, row.seal
	)
	if is_signed is False:
		return EDITED if is_whole and signing.key_id(row.signature) in proof.keys else INSERTED
	follows = row.previous_seal == before.seal
	is_after_gap = number > before.number + 1
	if not is_whole or (not follows and not is_after_gap):
		return REORDERED
	return None


def _verify_unsealed(proof: Proof, result: Result) -> None:
	late = clock.now() - UNSEALED_AFTER
	place = None
	while True:
		rows = sealing.unsealed_after(place, CHUNK)
		for row in rows:
			key_id = signing.key_id(row.signature)
			if key_id not in proof.keys and not proof.known.may_sign(key_id):
				result.add(INSERTED, 0, row.name)
			elif proof.of(row) is False:
				result.add(EDITED, 0, row.name)
			elif get_datetime(row.occurred_at) < late:
				result.unsealed += 1
		if len(rows) < CHUNK:
			return
		place = sealing.place_of(rows[-1])


def _verify_below(proof: Proof, result: Result) -> None:
	"""Numbers below zero, and none at all, are given to no event: the sealing job does not see such a row."""
	table = DocType(audit.EVENT)
	name = ""
	while True:
		rows = (
			frappe.qb.from_(table)
			.select(*(table[column] for column in (*signing.SIGNED, "signature", "seal_number")))
			.where((table.seal_number < 0) | table.seal_number.isnull())
			.where(table.name > name)
			.orderby(table.name)
			.limit(CHUNK)
			.run(as_dict=True)
		)
		for row in rows:
			result.add(EDITED if proof.of(row) else INSERTED, row.seal_number or 0, row.name)
		if len(rows) < CHUNK:
			return
		name = rows[-1].name


def nightly() -> None:
	"""Hook, each night: enqueue the pass, which takes as long as there are events."""
	frappe.enqueue(
		"erp_b2b_smartbill.audit.verify.run",
		queue="long",
		timeout=6 * 3600,
		job_id="b2b_verify_audit",
		deduplicate=True,
	)


def run() -> Result:
	"""Verify, keep the result for the health page, and tell people of problems that they were not told of; of those that
	stand, again each week."""
	sealing.seal()
	try:
		result = verify()
	except Exception:
		frappe.db.rollback()
		log_masked_error("The Business Events could not be verified")
		raise
	keep(result)
	_tell(result)
	return result


def _tell(result: Result) -> None:
	told, now = _stored(LAST_TOLD) or {}, clock.now()
	if result.ok:
		if told:
			# should they come back, they are news
			frappe.db.set_global(LAST_TOLD, "{}")
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
		return
	if told.get("digest") == result.digest and now - get_datetime(told["at"]) < REMIND_AFTER:
		return
	frappe.db.set_global(LAST_TOLD, json.dumps({"digest": result.digest, "at": str(now)}))
	text = _("{0} problems were found in the Business Events: see the report, and docs/audit.md.").format(
		result.found
	)
	# it commits both, or neither
	notify_users(managers(*TOLD), frappe._dict(doctype="Report", name="Business Events"), text)


def keep(result: Result) -> None:
	"""Store the result, committed."""
	content = {
		"verified_at": str(clock.now()),
		"ok": result.ok,
		"problems": [one.as_dict() for one in result.problems],
		"found": result.found,
		"unsealed": result.unsealed,
		"other_key": result.other_key,
		"events": result.events,
	}
	frappe.db.set_global(LAST_RESULT, json.dumps(content))
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	lines.write({"verified": result.events, **{key: content[key] for key in ("ok", "found", "unsealed")}})


def last_result() -> dict[str, Any] | None:
	"""{verified_at, ok, problems: [{kind, seal_number, event}], found, unsealed, other_key, events} of the last pass
	that was kept; None before the first. Of `found` problems the first hundred are listed."""
	return _stored(LAST_RESULT)


def _stored(key: str) -> dict[str, Any] | None:
	stored = frappe.db.get_global(key)
	return json.loads(stored) if stored else None
