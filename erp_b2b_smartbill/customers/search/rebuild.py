"""The walk over all records: it builds the index, and every night it compares, counts what drifted and repairs it.

A chunk is one transaction together with the place behind it, so memory is bounded, and a walk that was broken off goes
on where it stood. A fresh build empties the tables first and compares nothing. On MariaDB that waits for each transaction
that has touched them, and all others wait behind it, so it is for an index that nobody asks yet. Documents are saved
meanwhile: a chunk's records that changed while it was read are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import frappe
from frappe.utils import now_datetime
from frappe.utils.background_jobs import is_job_enqueued

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.customers import keys, walks
from erp_b2b_smartbill.customers.search import records, state, tables, vocabulary, write
from erp_b2b_smartbill.customers.search.entries import Entry
from erp_b2b_smartbill.customers.search.tables import GRAM, PARTY, TOKEN, WORD, party_id

CHUNK = 1000
# a walk that does not move for so long was broken off
STALE = timedelta(minutes=10)
# clocks of several machines are not quite the same
_MARGIN = timedelta(seconds=2)
_TRIES = 5
# words known to be in the vocabulary; as many as memory allows
_MAX_SEEN = 300_000
_ORPHANS = "Orphans"
_JOB = "b2b_search_rebuild"
# somebody asked for a walk that begins after he did; kept outside the database, where asking waits for no walk
_ASKED = "b2b_search_walk_asked"

# (done, total)
Tell = Callable[[int, int], None]


def rebuild(fresh: bool = False, tell: Tell | None = None) -> bool:
	"""Build the index, or bring it in line with the records; all that was not committed before is. False when another
	walk began meanwhile."""
	walk = frappe.generate_hash(length=10)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	tables.create()
	keys.fill_missing()
	fresh = fresh or state.view()["state"] == state.EMPTY
	total = sum(frappe.db.count(doctype) for doctype in records.SOURCES)
	frappe.cache.delete_value(_ASKED)
	state.begin(walk, fresh=fresh, total=total)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	if fresh:
		_empty()
	return _Walk(walk, total, tell).go()


def _empty() -> None:
	tables.empty(PARTY, TOKEN, WORD, GRAM)


def switched(on: bool) -> None:
	"""The switch of the search was turned. While it is off nothing follows what is saved, so the index has to be built
	again before anybody asks it."""
	state.forget()
	if on:
		ask()


def start_nightly() -> None:
	"""Scheduled: compare the index with the records, while the search is on."""
	if features.is_on(features.SEARCH):
		enqueue()


def resume_abandoned() -> None:
	"""Scheduled: a walk that was broken off goes on, and an index that nobody has built yet is built."""
	if not features.is_on(features.SEARCH):
		return
	if not is_walking() and (state.position()["walk"] or not state.is_ready() or _is_asked()):
		enqueue()


def ask() -> None:
	"""Walk in a background job from the first record on, once this transaction is committed; behind a walk that is on its
	way."""
	ask_for_later()
	enqueue()


def ask_for_later() -> None:
	"""As `ask`, some minutes later (`resume_abandoned`), and without a look at the queue, which may be down."""
	frappe.db.after_commit.add(lambda: frappe.cache.set_value(_ASKED, 1))


def _is_asked() -> bool:
	return bool(frappe.cache.exists(_ASKED))


def enqueue() -> None:
	"""Walk in a background job, once this transaction is committed, unless there is such a job."""
	walks.enqueue("erp_b2b_smartbill.customers.search.rebuild.work", _JOB)


def is_waiting() -> bool:
	"""Whether a job that walks waits for a worker or for another walk, or has just begun."""
	return _is_asked() or (is_job_enqueued(_JOB) and not is_walking())


def work() -> None:
	"""The background job: go on with a walk that was broken off, otherwise begin one; and again when somebody asked for
	one meanwhile."""
	while features.is_on(features.SEARCH, anew=True) and not is_walking():
		if state.position()["walk"]:
			resume()
		else:
			rebuild()
		# what others turned and asked for
		frappe.db.rollback()
		if not _is_asked():
			return


def resume(tell: Tell | None = None) -> bool:
	"""Go on where the last walk was broken off."""
	walk = frappe.generate_hash(length=10)
	tables.create()
	at = state.take_over(walk)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	if at["is_fresh"] and not at["source"] and not at["position"]:
		# broken off before the tables were empty
		_empty()
	return _Walk(walk, state.view()["total"], tell).go()


def is_walking() -> bool:
	at = state.position()
	return bool(at["walk"] and at["moved_at"] and at["moved_at"] > clock.now() - STALE)


class _Walk:
	def __init__(self, walk: str, total: int, tell: Tell | None):
		at = state.position()
		self._walk = walk
		self._total = total
		self._tell = tell
		self._fresh: bool = at["is_fresh"]
		self._source: str = at["source"] or records.SOURCES[0]
		self._position: str = at["position"]
		self._done: int = at["done"]
		self._drift: int = at["drift"]
		self._seen_words: set[str] = set()

	def go(self) -> bool:
		"""To the end; False when another walk began meanwhile."""
		while self._source != _ORPHANS:
			names = records.after(self._source, self._position, CHUNK)
			if names:
				if not self._chunk(names):
					return False
				continue
			following = [*records.SOURCES, _ORPHANS]
			self._source, self._position = following[following.index(self._source) + 1], ""
		if not self._fresh:
			self._remove_orphans()
		parties = frappe.db.sql(f"select count(*) from {PARTY}")[0][0]
		if not walks.is_current(state.STATE, self._walk):
			return False
		state.finish(parties, self._drift)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		return True

	def _chunk(self, names: list[str]) -> bool:
		began = now_datetime() - _MARGIN
		drift = self._tried(lambda: self._write(names))
		if not walks.is_current(state.STATE, self._walk):
			frappe.db.rollback()
			return False
		self._position = names[-1]
		self._done += len(names)
		self._drift += drift
		state.step(self._source, self._position, self._done, self._drift)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		if changed := records.changed_since(self._source, names, began):
			self._tried(lambda: self._compare(changed))
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
		if self._tell:
			self._tell(self._done, self._total)
		return True

	def _write(self, names: list[str]) -> int:
		if self._source == records.CUSTOMER:
			# whoever looks for a company asks these
			keys.renew(names)
		if not self._fresh:
			return self._compare(names)
		found = list(records.load(self._source, names).values())
		self._learn(found)
		write.add(found)
		return 0

	def _compare(self, names: list[str]) -> int:
		found = records.load(self._source, names)
		self._learn(list(found.values()))
		return write.whole(list(found.values()), [party_id(self._source, name) for name in names])

	def _learn(self, found: Sequence[Entry]) -> None:
		words = vocabulary.words_of(token.token for entry in found for token in entry.tokens)
		vocabulary.add(words - self._seen_words)
		if len(self._seen_words) > _MAX_SEEN:
			self._seen_words.clear()
		self._seen_words |= words

	def _remove_orphans(self) -> None:
		"""What the index holds of records that are gone, and tokens of nobody."""
		last = -1
		while rows := frappe.db.sql(
			f"select party, lane, record from {PARTY} where party > %s order by party limit {CHUNK}", (last,)
		):
			last = rows[-1][0]
			gone: list[int] = []
			for doctype in records.SOURCES:
				ids = {record: party for party, lane, record in rows if tables.DOCTYPES[lane] == doctype}
				there = records.existing(doctype, ids)
				gone += [party for record, party in ids.items() if record not in there]
			self._forget(gone)
		last = -1
		while rows := frappe.db.sql(
			f"select distinct t.party from {TOKEN} t left join {PARTY} p on p.party = t.party "
			f"where p.party is null and t.party > %s order by t.party limit {CHUNK}",
			(last,),
		):
			last = rows[-1][0]
			self._forget([party for (party,) in rows])

	def _forget(self, parties: list[int]) -> None:
		if parties:
			self._tried(lambda: write.whole([], parties))
			self._drift += len(parties)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit

	def _tried(self, work: Callable[[], int]) -> int:
		"""Somebody who saves documents in another order may have been first: again, from the beginning of the chunk."""
		for _attempt in range(_TRIES - 1):
			try:
				return work()
			except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
				frappe.db.rollback()
				clock.pause(1)
		return work()
