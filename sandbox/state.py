"""What the sandbox remembers, its clock, and the file it may be kept in (docs/smartbill-api.md section 7.2).

Whoever reads or changes several things that belong together holds `State.lock`.
"""

import hashlib
import json
import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sandbox import knobs, seed
from sandbox.identifiers import client_id, digits
from sandbox.records import (
	AnafCompany,
	Company,
	Document,
	Fault,
	JournalEntry,
	Json,
	Meter,
	Pending,
	Series,
	User,
	V3Client,
	V3Token,
	typed,
)

BUCHAREST = ZoneInfo("Europe/Bucharest")
FIRST_DOCUMENT_ID = 10001
# Enough for any test; an old demonstration must not fill the memory.
JOURNAL_LENGTH = 10_000
SERIES_TYPES = {"estimate": "p", "invoice": "f"}


class State:
	"""The whole memory of one sandbox. `parts` replace parts of the default seed; `path` is the state file,
	if any: when it exists it wins over the seed.
	"""

	companies: dict[str, Company]
	users: list[User]
	v3_tokens: list[V3Token]
	series: list[Series]
	clients_v3: dict[str, list[V3Client]]
	anaf_companies: list[AnafCompany]
	documents: dict[int, Document]
	pending: list[Pending]
	journal: deque[JournalEntry]
	journal_seq: int
	rate: dict[str, Meter]
	faults: list[Fault]
	fault_seq: int
	knobs: dict[str, knobs.Value]
	clock_offset: float
	# calls that are being served; not part of the memory
	serving: int

	def __init__(self, parts: Mapping[str, Any] | None = None, path: Path | None = None) -> None:
		self.lock = threading.RLock()
		self.path = path
		self.ended = threading.Event()
		self.serving = 0
		self._seed = seed.merged(seed.default(), parts or {})
		if path is not None and path.exists():
			kept = typed(Json, json.loads(path.read_text(encoding="utf-8")), "state file")
			self._load({**self._seed, **kept})
		else:
			self._load(self._seed)

	def reset(self, parts: Mapping[str, Any] | None = None) -> None:
		"""Back to the seed the sandbox was started with, `parts` replacing parts of it. Invalid changes
		nothing.
		"""
		self._load(seed.merged(self._seed, parts or {}))

	def end(self) -> None:
		"""Wakes the requests that sleep in a fault: the memory they began with is over, and they must not
		write into the next one.
		"""
		self.ended.set()
		self.ended = threading.Event()

	# The clock

	def now(self) -> float:
		return time.time() + self.clock_offset

	def timestamp(self) -> str:
		return datetime.fromtimestamp(self.now(), timezone.utc).isoformat(timespec="milliseconds")

	def local_time(self) -> datetime:
		return datetime.fromtimestamp(self.now(), BUCHAREST)

	def today(self) -> date:
		"""The business date: Romania's (section 1.3)."""
		return self.local_time().date()

	# Looking up

	def company(self, cif: str, by_digits: bool = False) -> Company | None:
		if by_digits:
			return next((one for one in self.companies.values() if digits(one.cif) == digits(cif)), None)
		return self.companies.get(cif)

	def find_series(self, cif: str, type_: str, name: str) -> Series | None:
		return next((one for one in self.series if (one.cif, one.type, one.name) == (cif, type_, name)), None)

	def issued(self, cif: str, kind: str, series: str) -> Iterator[Document]:
		"""The documents of a series that have a number and were not deleted."""
		for one in self.documents.values():
			if (
				(one.cif, one.kind, one.series) == (cif, kind, series)
				and one.number
				and one.status != "deleted"
			):
				yield one

	def find_document(self, cif: str, kind: str, series: str, number: str) -> Document | None:
		"""By the exact number, or as an integer if the knob says so."""
		by_value = self.knobs["number_match"] == "int" and number.isdecimal()
		for one in self.issued(cif, kind, series):
			if one.number == number or (by_value and int(one.number) == int(number)):
				return one
		return None

	def meter(self, key: str) -> Meter:
		"""The meter of a caller, found by a digest: the key may hold a token."""
		return self.rate.setdefault(hashlib.sha256(key.encode()).hexdigest()[:16], Meter())

	# Changing

	def next_document_id(self) -> int:
		return max(self.documents, default=FIRST_DOCUMENT_ID - 1) + 1

	def allot(self, document: Document) -> None:
		"""Gives the document the next number of its series, which the caller knows to exist."""
		series = self.find_series(document.cif, SERIES_TYPES[document.kind], document.series)
		assert series is not None
		document.number, document.draft = series.padded(), False
		series.next += 1

	def new_client_id(self, cif: str) -> str:
		"""Later than every id of the company, so that a new client comes last."""
		last = max((one.id for one in self.clients_v3.get(cif, [])), default="cus_" + "0" * 32)
		moment = max(int(last[4:16], 16) + 1, int(self.now() * 1000))
		return client_id(moment, f"{last} {moment}")

	def enter(self, **call: Any) -> JournalEntry:
		"""A new journal entry."""
		self.journal_seq += 1
		entry = JournalEntry(seq=self.journal_seq, time=self.timestamp(), **call)
		self.journal.append(entry)
		return entry

	# JSON

	def to_json(self) -> Json:
		"""The memory as the state file holds it, tokens included."""
		return {
			"companies": {cif: asdict(one) for cif, one in self.companies.items()},
			"users": _dicts(self.users),
			"v3_tokens": _dicts(self.v3_tokens),
			"series": _dicts(self.series),
			"clients_v3": {cif: _dicts(clients) for cif, clients in self.clients_v3.items()},
			"anaf_companies": _dicts(self.anaf_companies),
			"documents": self.documents_to_json(),
			"pending": _dicts(self.pending),
			"journal": _dicts(self.journal),
			"journal_seq": self.journal_seq,
			"rate": {key: asdict(one) for key, one in self.rate.items()},
			"faults": _dicts(self.faults),
			"fault_seq": self.fault_seq,
			"knobs": self.knobs,
			"clock_offset": self.clock_offset,
		}

	def documents_to_json(self) -> Json:
		return {str(id_): asdict(one) for id_, one in self.documents.items()}

	def public(self) -> Json:
		"""Everything but the tokens."""
		memory = self.to_json()
		for holder in (*memory["users"], *memory["v3_tokens"]):
			del holder["token"]
		return {"time": self.timestamp(), **memory}

	def save(self) -> None:
		"""Writes the state file, if there is one, so that it is never half written."""
		if self.path is None:
			return
		with self.lock:
			draft = self.path.with_name(self.path.name + ".new")
			draft.write_text(json.dumps(self.to_json(), ensure_ascii=False), encoding="utf-8")
			os.replace(draft, self.path)

	def _load(self, raw: Mapping[str, Any]) -> None:
		"""Takes a complete seed or the content of a state file: a seed is a state file with nothing done
		yet.
		"""
		companies = typed(dict[str, Company], raw["companies"], "companies")
		for cif, company in companies.items():
			company.cif = cif
		clients_v3 = typed(dict[str, list[V3Client]], raw["clients_v3"], "clients_v3")
		for clients in clients_v3.values():
			for place, client in enumerate(clients, start=1):
				client.id = client.id or client_id(place, client.name)
		documents = typed(dict[str, Document], raw.get("documents", {}), "documents")
		journal = typed(list[JournalEntry], raw.get("journal", []), "journal")
		memory = {
			"companies": companies,
			"users": typed(list[User], raw["users"], "users"),
			"v3_tokens": typed(list[V3Token], raw["v3_tokens"], "v3_tokens"),
			"series": typed(list[Series], raw["series"], "series"),
			"clients_v3": clients_v3,
			"anaf_companies": typed(list[AnafCompany], raw["anaf_companies"], "anaf_companies"),
			"documents": {int(id_): document for id_, document in documents.items()},
			"pending": typed(list[Pending], raw.get("pending", []), "pending"),
			"journal": deque(journal, JOURNAL_LENGTH),
			"journal_seq": raw.get("journal_seq", 0),
			"rate": typed(dict[str, Meter], raw.get("rate", {}), "rate"),
			"faults": typed(list[Fault], raw.get("faults", []), "faults"),
			"fault_seq": raw.get("fault_seq", 0),
			"knobs": {**knobs.defaults(), **knobs.checked(raw["knobs"])},
			"clock_offset": raw.get("clock_offset", 0.0),
		}
		with self.lock:
			self.end()
			vars(self).update(memory)


def _dicts(items: Any) -> list[Json]:
	return [asdict(one) for one in items]
