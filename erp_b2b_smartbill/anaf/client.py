"""One question to the tax office over HTTP, about one company or many. Never raises: whatever happens is an answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import frappe
import requests

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.anaf.answers import UNAVAILABLE, Answer, read_many

URL = "https://webservicesp.anaf.ro/api/PlatitorTvaRest/v9/tva"
# what the office takes in one question
MOST_AT_ONCE = 100
# an answer about one company has 3 kB
MAX_BYTES = 256 * 1024
MAX_BYTES_OF_MANY = 2 * 1024 * 1024
# small, so that the time is looked at while a server drips
CHUNK_BYTES = 256
# with less than this left, asking is of no use
SHORTEST_S = 0.3


@dataclass(frozen=True)
class Patience:
	"""Seconds: to connect, to wait for the answer, and for all of it with the wait at the gate."""

	connect: float
	read: float
	whole: float


# a person waits
PERSON = Patience(2, 3, 5)
# of a job that asks for many at once
MANY = Patience(4, 20, 60)


def address() -> str:
	"""The office's, unless the server's administrator names another in site_config.json (`anaf_api_url`): by https, or on
	this machine itself."""
	url = str(frappe.conf.get("anaf_api_url") or URL)
	return url if url == URL or _is_local(url) or _is_https(url) else URL


def ask(cui: str, *, deadline: float, patience: Patience = PERSON) -> Answer:
	"""The answer about the company with these digits, see ask_many."""
	return ask_many([cui], deadline=deadline, patience=patience)[cui]


def ask_many(cuis: Sequence[str], *, deadline: float, patience: Patience = MANY) -> dict[str, Answer]:
	"""The answers about the companies with these digits, at most 100, by one question. `deadline` is of time.monotonic():
	nobody waits longer, whatever part of the way is slow. To be called without a lock and without an open snapshot."""
	nothing = dict.fromkeys(cuis, Answer(UNAVAILABLE))
	left = deadline - time.monotonic()
	if not cuis or left < SHORTEST_S:
		return nothing
	url = address()
	day = clock.today_in_romania().isoformat()
	question = [{"cui": int(cui), "data": day} for cui in cuis]
	timeout = min(patience.connect, left), min(patience.read, left)
	most = MAX_BYTES if len(cuis) == 1 else MAX_BYTES_OF_MANY
	answers: list[dict[str, Answer]] = []

	def exchange() -> None:
		try:
			answers.append(read_many(*_exchange(url, question, timeout, deadline, most), cuis))
		except Exception:
			# no answer is one, too; nothing of the site is at hand here to log it with, and outages are many
			answers.append(nothing)

	# The limits of the HTTP library hold for one wait on the network each, and for none on the name server.
	thread = threading.Thread(target=exchange, name="anaf", daemon=True)
	thread.start()
	thread.join(max(0, deadline - time.monotonic()))
	return answers[0] if answers else nothing


def _exchange(
	url: str, question: list[dict[str, int | str]], timeout: tuple[float, float], deadline: float, most: int
) -> tuple[int, bytes]:
	with requests.Session() as session:
		# a proxy of the environment must not carry a call to this machine itself
		session.trust_env = not _is_local(url)
		with session.post(
			url,
			json=question,
			# nothing is unpacked, so that what is counted is what is held
			headers={"Accept": "application/json", "Accept-Encoding": "identity"},
			timeout=timeout,
			allow_redirects=False,
			stream=True,
		) as response:
			body = bytearray()
			for chunk in response.iter_content(CHUNK_BYTES):
				body += chunk
				if len(body) > most or time.monotonic() > deadline:
					raise ValueError("the answer is too large or too slow")
			return response.status_code, bytes(body)


def _is_https(url: str) -> bool:
	try:
		parts = urlsplit(url)
	except ValueError:
		return False
	return parts.scheme == "https" and bool(parts.hostname)


def _is_local(url: str) -> bool:
	try:
		parts = urlsplit(url)
	except ValueError:
		return False
	return parts.scheme in ("http", "https") and parts.hostname in ("127.0.0.1", "localhost", "::1")
