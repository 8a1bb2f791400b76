"""Looks a company up: what was asked lately is remembered, and the office gets one question in 1.1 s from all workers
together.

Memory and gate are keys of Frappe's cache, the site's Redis, which all its workers share (on the embedded site every
process has its own). To lose them costs a question or a refusal, never more; and nothing of them is in the database, so
that a guest's GET, which is rolled back, and a transaction of the caller's are all the same to them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import frappe
from redis.exceptions import WatchError

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.anaf import client
from erp_b2b_smartbill.anaf.answers import FOUND, UNAVAILABLE, UNKNOWN, Answer, Company
from erp_b2b_smartbill.anaf.client import MANY, PERSON, Patience
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.customers.identity import valid_cui

KEEP_S = {FOUND: 24 * 3600, UNKNOWN: 3600}
SPACING_S = 1.1
# no turn is given further ahead; one that is stored so is another time's: the clock was put back
FURTHEST_S = 60
# how often others may be faster in the moment between reading and writing
TRIES = 50


@dataclass(frozen=True)
class Lookup:
	"""`state` is found, unknown or unavailable; `at` is when the office was asked, or should have been."""

	state: str
	company: Company | None = None
	at: datetime | None = None


def look_up(cui: str, *, patience: Patience = PERSON, fresh: bool = False) -> Lookup:
	"""What the tax office says of the company with this code. Never raises, and ends within `patience.whole` seconds, the
	wait for a turn included. A code whose check digit is wrong is unknown without asking. `fresh` asks again what is
	remembered. To be called with nothing uncommitted and without an open snapshot."""
	try:
		digits = valid_cui(cui)
		return _look_up(digits, patience, fresh) if digits else Lookup(UNKNOWN, at=clock.now())
	except Exception:
		log_masked_error("ANAF look-up failed")
		return Lookup(UNAVAILABLE, at=clock.now())


def look_up_many(cuis: Sequence[str], *, patience: Patience = MANY) -> dict[str, Lookup]:
	"""As look_up with `fresh`, for the digits of at most 100 valid codes, by one question in one turn."""
	try:
		return _look_up_many(cuis, patience)
	except Exception:
		log_masked_error("ANAF look-up failed")
		return {cui: Lookup(UNAVAILABLE, at=clock.now()) for cui in cuis}


def _look_up_many(cuis: Sequence[str], patience: Patience) -> dict[str, Lookup]:
	deadline = time.monotonic() + patience.whole
	wait = _turn(frappe.cache, _key("gate"), patience.whole - client.SHORTEST_S)
	if wait is None:
		return {cui: Lookup(UNAVAILABLE, at=clock.now()) for cui in cuis}
	clock.pause(wait)
	answers = client.ask_many(cuis, deadline=deadline, patience=patience)
	return {cui: _remember(cui, answers[cui]) for cui in cuis}


def _look_up(cui: str, patience: Patience, fresh: bool) -> Lookup:
	deadline = time.monotonic() + patience.whole
	if not fresh and (known := _remembered(cui)):
		return known
	wait = _turn(frappe.cache, _key("gate"), patience.whole - client.SHORTEST_S)
	if wait is None:
		# told at once: who cannot have a turn in time does not keep a worker waiting for none
		return Lookup(UNAVAILABLE, at=clock.now())
	if wait:
		clock.pause(wait)
		if not fresh and (known := _remembered(cui)):
			# somebody before us asked the same
			return known
	return _remember(cui, client.ask(cui, deadline=deadline, patience=patience))


def _remember(cui: str, answer: Answer) -> Lookup:
	found = Lookup(answer.state, answer.company, clock.now())
	if answer.state in KEEP_S:
		frappe.cache.set(_key(cui), _to_json(found), ex=KEEP_S[answer.state])
	return found


def _turn(cache: Any, key: bytes, longest: float) -> float | None:
	"""Take the next free turn. Returns the seconds until it comes, or None, and takes none, where that is too long."""
	for _ in range(TRIES):
		with cache.pipeline() as pipe:
			pipe.watch(key)
			now = clock.timestamp()
			free_at = float(pipe.get(key) or 0)
			start = free_at if now < free_at <= now + FURTHEST_S else now
			if start - now > longest:
				return None
			pipe.multi()
			pipe.set(key, repr(start + SPACING_S), ex=2 * FURTHEST_S)
			try:
				pipe.execute()
			except WatchError:
				# somebody took it between
				continue
			return start - now
	return None


def _remembered(cui: str) -> Lookup | None:
	stored = frappe.cache.get(_key(cui))
	if not stored:
		return None
	try:
		known = json.loads(stored)
		company = Company(**known["company"]) if known["company"] else None
		return Lookup(known["state"], company, datetime.fromisoformat(known["at"]))
	except (ValueError, TypeError, KeyError):
		# of another version of the app
		return None


def _to_json(found: Lookup) -> str:
	return json.dumps({**asdict(found), "at": found.at.isoformat()})


def _key(name: str) -> bytes:
	return frappe.cache.make_key(f"anaf:{name}")
