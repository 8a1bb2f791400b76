"""One question to the tax office over HTTP. Never raises: whatever happens is an answer."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import frappe
import requests

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.anaf.answers import UNAVAILABLE, Answer, read

URL = "https://webservicesp.anaf.ro/api/PlatitorTvaRest/v9/tva"
# an answer about one company has 3 kB
MAX_BYTES = 256 * 1024
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
JOB = Patience(4, 8, 30)


def address() -> str:
	"""The office's, unless the server's administrator names another in site_config.json (`anaf_api_url`): by https, or on
	this machine itself."""
	url = str(frappe.conf.get("anaf_api_url") or URL)
	return url if url == URL or _is_local(url) or _is_https(url) else URL


def ask(cui: str, *, deadline: float, patience: Patience = PERSON) -> Answer:
	"""The answer about the company with these digits. `deadline` is of time.monotonic(): nobody waits longer, whatever
	part of the way is slow. To be called without a lock and without an open snapshot."""
	left = deadline - time.monotonic()
	if left < SHORTEST_S:
		return Answer(UNAVAILABLE)
	url = address()
	question = [{"cui": int(cui), "data": clock.today_in_romania().isoformat()}]
	timeout = min(patience.connect, left), min(patience.read, left)
	answers: list[Answer] = []

	def exchange() -> None:
		try:
			answers.append(read(*_exchange(url, question, timeout, deadline), cui))
		except Exception:
			# no answer is one, too; nothing of the site is at hand here to log it with, and outages are many
			answers.append(Answer(UNAVAILABLE))

	# The limits of the HTTP library hold for one wait on the network each, and for none on the name server.
	thread = threading.Thread(target=exchange, name="anaf", daemon=True)
	thread.start()
	thread.join(max(0, deadline - time.monotonic()))
	return answers[0] if answers else Answer(UNAVAILABLE)


def _exchange(
	url: str, question: list[dict[str, int | str]], timeout: tuple[float, float], deadline: float
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
				if len(body) > MAX_BYTES or time.monotonic() > deadline:
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
