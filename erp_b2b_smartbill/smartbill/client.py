"""SmartBill over HTTP: one call, one connection, one record, no retry.

A create whose answer was lost may have created the document, and SmartBill has no idempotency key: a retry inside
the HTTP library is how a second proforma would be made. So nothing here repeats anything, and whoever calls learns
exactly whether the request can have left this machine.

Pure of Frappe's database: what is kept of a call goes to the `keep` function, and whether it may be made at all is
asked of the gate, both handed in by the caller.
Source: docs/smartbill-api.md 1, 2.1 to 2.11, 4.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from erp_b2b_smartbill.masking import mask, mask_text
from erp_b2b_smartbill.smartbill.answers import Answer, read_answer
from erp_b2b_smartbill.smartbill.hosts import allowed_url
from erp_b2b_smartbill.smartbill.verdict import NoAnswer

READ_TIMEOUT_S = 30
PDF_TIMEOUT_S = 60
# A person waits, and the web server gives up at some point: what is not answered by then settles itself later.
CLICK_SECONDS = 55
MAX_ANSWER_BYTES = 20 * 1024 * 1024
# a refusal is shorter; what is longer and no page may be a part of one
MAX_PLAIN_BYTES = 2000
CHUNK_BYTES = 64 * 1024
USER_AGENT = "erp_b2b_smartbill"

# reasons of a NoAnswer that are ours: the call was not made at all
NO_TIME_LEFT = "NoTimeLeft"
MIN_CALL_S = 0.5


@dataclass(frozen=True)
class Access:
	"""What is needed to speak for one account. Timeouts in seconds; `read_timeout` is the one of a create."""

	email: str
	token: str = field(repr=False)
	cif: str
	api_url: str
	connect_timeout: float = 10
	read_timeout: float = 50
	allowed_hosts: tuple[str, ...] = ()
	v3_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Call:
	"""What happened in one call, masked and complete enough for support. `status` 0: there was no answer."""

	operation: str
	method: str
	path: str
	query: Mapping[str, str]
	request: str
	status: int
	response: str
	failure: str
	duration_ms: int


class Gate(Protocol):
	"""Asked before and told after every call of an account."""

	def admit(self, writes: bool, draft: bool = False) -> NoAnswer | None:
		"""Why the call must not be made now, or None. `draft`: what it makes is only a draft, without a number."""

	def observe(self, answer: Answer, headers: Mapping[str, str]) -> None:
		"""Learn from an answer: a block, or how much of SmartBill's window is left."""


class OpenGate:
	"""For a client that nobody else shares an account with."""

	def admit(self, writes: bool, draft: bool = False) -> NoAnswer | None:
		return None

	def observe(self, answer: Answer, headers: Mapping[str, str]) -> None:
		pass


class AddressNotAllowed(ValueError):
	"""The account's address is not one that its credentials may be sent to."""


class BasicToken(AuthBase):
	"""SmartBill's Basic authentication. The header is built where it is set, so that no variable holds it."""

	def __init__(self, email: str, token: str):
		self._email = email
		self._token = token

	def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
		request.headers["Authorization"] = (
			"Basic " + b64encode(f"{self._email}:{self._token}".encode()).decode()
		)
		return request

	def __repr__(self) -> str:
		return "BasicToken(***)"


class BearerToken(AuthBase):
	"""The authentication of V3, another token than V1's."""

	def __init__(self, token: str):
		self._token = token

	def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
		request.headers["Authorization"] = f"Bearer {self._token}"
		return request

	def __repr__(self) -> str:
		return "BearerToken(***)"


class Client:
	def __init__(
		self,
		access: Access,
		keep: Callable[[Call], None],
		gate: Gate | None = None,
		deadline: float | None = None,
		v3_gate: Gate | None = None,
	):
		"""`deadline`: a moment of time.monotonic() at which every call has ended, because a person waits. V3 has a limit
		of its own and so a gate of its own: V1's neither stops its calls nor learns from them.

		Raises AddressNotAllowed when the account's address is not allowed (any more).
		"""
		base = allowed_url(access.api_url, access.allowed_hosts)
		if base is None:
			raise AddressNotAllowed(access.api_url)
		self._base = base
		self._access = access
		self._keep = keep
		self._gate = gate or OpenGate()
		self._v3_gate = v3_gate or OpenGate()
		self._deadline = deadline

	# what creates a document: never repeated

	def create_proforma(self, frozen_payload: str) -> Answer | NoAnswer:
		"""POST the frozen request once."""
		return self._create("create proforma", "/estimate/v2", frozen_payload)

	def create_invoice(self, frozen_payload: str) -> Answer | NoAnswer:
		"""POST the frozen request of an invoice from a proforma once."""
		return self._create("create invoice", "/invoice/v2", frozen_payload)

	def send_document(self, frozen_payload: str) -> Answer | NoAnswer:
		"""Let SmartBill send a document by e-mail. Not idempotent: a second call is a second e-mail."""
		return self._create("send by e-mail", "/document/send", frozen_payload)

	# what may be repeated

	def cancel_proforma(self, series: str, number: str) -> Answer | NoAnswer:
		return self._change("cancel proforma", "/estimate/cancel", series, number)

	def restore_proforma(self, series: str, number: str) -> Answer | NoAnswer:
		return self._change("restore proforma", "/estimate/restore", series, number)

	def series(self, kind: str = "p") -> Answer | NoAnswer:
		"""The series of a kind (p proforma, f invoice, c receipt) in the answer's `list`."""
		return self._read("series", "/series", {"type": kind})

	def taxes(self) -> Answer | NoAnswer:
		"""The company's VAT rates in the answer's `taxes`."""
		return self._read("taxes", "/tax", {})

	def units(self) -> Answer | NoAnswer:
		"""The company's units in the answer's `mu`. Undocumented: it may be missing at any time."""
		return self._read("units", "/company/mu", {})

	def invoices_of_proforma(self, series: str, number: str) -> Answer | NoAnswer:
		"""The invoices made from a proforma; also the cheap way to ask whether the proforma exists."""
		return self._read(
			"invoices of proforma", "/estimate/invoices", {"seriesname": series, "number": number}
		)

	def payment_status(self, series: str, number: str) -> Answer | NoAnswer:
		"""Total, paid and unpaid amount of an invoice, in the document's currency."""
		return self._read(
			"payment status", "/invoice/paymentstatus", {"seriesname": series, "number": number}
		)

	def proforma_pdf(self, series: str, number: str) -> bytes | Answer | NoAnswer:
		"""The document's bytes, or what was answered instead."""
		return self._pdf("proforma PDF", "/estimate/pdf", series, number)

	def invoice_pdf(self, series: str, number: str) -> bytes | Answer | NoAnswer:
		"""The document's bytes, or what was answered instead; a missing one is a 502 with a page of HTML."""
		return self._pdf("invoice PDF", "/invoice/pdf", series, number)

	def v3_clients(self, cif: str, *, limit: int = 1, after: str = "") -> Answer | NoAnswer:
		"""A page of the company's clients by V3, those after the one with the id `after`, in the answer's `items`. Only
		with a V3 token. They are people's data: the record of the call counts them only."""
		outcome = self._call(
			"V3 clients",
			"GET",
			f"/v3/companies/{quote(cif, safe='')}/clients",
			query={"limit": str(limit), **({"after": after} if after else {})},
			auth=BearerToken(self._access.v3_token),
		)
		return outcome if isinstance(outcome, NoAnswer) else read_answer(*outcome)

	def seconds_left(self) -> float:
		"""Until the deadline; without one there is no end."""
		return float("inf") if self._deadline is None else self._deadline - time.monotonic()

	def _create(self, operation: str, path: str, frozen_payload: str) -> Answer | NoAnswer:
		outcome = self._call(
			operation,
			"POST",
			path,
			body=frozen_payload,
			read_timeout=self._access.read_timeout,
			draft=_is_draft(frozen_payload),
		)
		return outcome if isinstance(outcome, NoAnswer) else read_answer(*outcome)

	def _change(self, operation: str, path: str, series: str, number: str) -> Answer | NoAnswer:
		outcome = self._call(operation, "PUT", path, query={"seriesname": series, "number": number})
		return outcome if isinstance(outcome, NoAnswer) else read_answer(*outcome)

	def _pdf(self, operation: str, path: str, series: str, number: str) -> bytes | Answer | NoAnswer:
		"""The answer's Content-Type mirrors the request's and proves nothing, so the first bytes decide."""
		outcome = self._call(
			operation,
			"GET",
			path,
			query={"seriesname": series, "number": number},
			# application/pdf is the one value that SmartBill refuses
			accept="application/octet-stream",
			read_timeout=PDF_TIMEOUT_S,
		)
		if isinstance(outcome, NoAnswer):
			return outcome
		status, content = outcome
		return content if status == 200 and content.startswith(b"%PDF-") else read_answer(status, content)

	def _read(self, operation: str, path: str, query: dict[str, str]) -> Answer | NoAnswer:
		outcome = self._call(operation, "GET", path, query=query)
		return outcome if isinstance(outcome, NoAnswer) else read_answer(*outcome)

	def _call(
		self,
		operation: str,
		method: str,
		path: str,
		*,
		query: dict[str, str] | None = None,
		body: str | None = None,
		accept: str = "application/json",
		read_timeout: float = READ_TIMEOUT_S,
		draft: bool = False,
		auth: AuthBase | None = None,
	) -> tuple[int, bytes] | NoAnswer:
		"""One call with one record, whatever happened: (status, body), or NoAnswer. `auth` is given for V3."""
		if self._timeout(read_timeout) is None:
			return NoAnswer(False, NO_TIME_LEFT)
		is_v3 = auth is not None
		gate = self._v3_gate if is_v3 else self._gate
		if refused := gate.admit(writes=method != "GET", draft=draft):
			return refused
		# asked again: the gate may have taken any time, and this is the last moment at which nothing was sent
		timeout = self._timeout(read_timeout)
		if timeout is None:
			return NoAnswer(False, NO_TIME_LEFT)
		if body is not None:
			# a request with a body names the company there
			query = {}
		elif not is_v3:
			query = {"cif": self._access.cif, **(query or {})}
		query = query or {}
		auth = auth or BasicToken(self._access.email, self._access.token)
		started = time.monotonic()
		outcome: tuple[int, bytes] | NoAnswer = NoAnswer(True, "interrupted")
		headers: dict[str, str] = {}
		try:
			outcome = self._exchange(method, path, query, body, accept, timeout, headers, auth)
		finally:
			elapsed = int((time.monotonic() - started) * 1000)
			printed = _counted(*outcome) if is_v3 and not isinstance(outcome, NoAnswer) else None
			self._keep(self._record(operation, method, path, query, body, outcome, elapsed, printed))
		if not isinstance(outcome, NoAnswer):
			gate.observe(read_answer(*outcome), headers)
		return outcome

	def _timeout(self, read_timeout: float) -> tuple[float, float] | None:
		"""(connect, read) in seconds, both within the deadline; None when there is no time left for a call."""
		read_timeout = min(read_timeout, max(self._access.read_timeout, 0.05))
		if self._deadline is None:
			return self._access.connect_timeout, read_timeout
		left = self.seconds_left()
		connect = min(self._access.connect_timeout, left / 4)
		return (connect, min(read_timeout, left - connect)) if left > MIN_CALL_S else None

	def _exchange(
		self,
		method: str,
		path: str,
		query: dict[str, str],
		body: str | None,
		accept: str,
		timeout: tuple[float, float],
		headers: dict[str, str],
		auth: AuthBase,
	) -> tuple[int, bytes] | NoAnswer:
		connected = _Connected()
		# each of the two limits holds for one wait on the network only; a server that drips would pass them for ever
		end = threading.Timer(sum(timeout) + 0.5, connected.break_off)
		end.daemon = True
		end.start()
		try:
			with _session(self._base, connected) as session:
				response = session.request(
					method,
					self._base + path,
					params=query,
					data=None if body is None else body.encode(),
					headers={
						"Accept": accept,
						"User-Agent": USER_AGENT,
						**({} if body is None else {"Content-Type": "application/json; charset=utf-8"}),
					},
					auth=auth,
					timeout=timeout,
					allow_redirects=False,
					stream=True,
				)
				headers.update(response.headers)
				return response.status_code, _whole_body(response, time.monotonic() + timeout[1])
		except Exception as error:
			# Every kind: the frames of the HTTP library hold the Authorization header, and an error that left
			# this method would take them along into the Error Log.
			return NoAnswer(sent=connected.since_then, reason=_describe(error))
		finally:
			end.cancel()

	def _record(
		self,
		operation: str,
		method: str,
		path: str,
		query: Mapping[str, str],
		body: str | None,
		outcome: tuple[int, bytes] | NoAnswer,
		elapsed: int,
		printed: str | None = None,
	) -> Call:
		"""`printed` stands for an answer that is not to be kept."""
		if isinstance(outcome, NoAnswer):
			status, response, failure = 0, "", outcome.reason
		else:
			status, content = outcome
			failure = ""
			response = printed or _printable(content)
		secrets = (self._access.token, self._access.v3_token)
		with suppress(ValueError, RecursionError):
			# by its keys, too: a text alone does not show an escaped or renamed public link
			response = json.dumps(mask(json.loads(response), secrets), ensure_ascii=False)
		return Call(
			operation=operation,
			method=method,
			path=path,
			query=query,
			request=mask_text(body or "", secrets),
			status=status,
			response=mask_text(response, secrets),
			failure=mask_text(failure, secrets),
			duration_ms=elapsed,
		)


class _Connected:
	"""Whether a connection was ever established: before that no byte of a request can have left."""

	def __init__(self) -> None:
		self.since_then = False
		self._socket: socket.socket | None = None

	def by(self, connection: HTTPConnection) -> None:
		self._socket = connection.sock
		self.since_then = True

	def break_off(self) -> None:
		if self._socket is not None:
			with suppress(OSError):
				self._socket.shutdown(socket.SHUT_RDWR)


def _session(base: str, connected: _Connected) -> requests.Session:
	"""A session of its own for every call: a kept connection that the server has closed in the meantime would make
	an unknown outcome out of a request that never arrived."""
	session = requests.Session()
	# a proxy of the environment must not carry a call to this machine itself
	session.trust_env = urlsplit(base).scheme == "https"
	adapter = _WatchedAdapter(_pools(connected))
	session.mount("https://", adapter)
	session.mount("http://", adapter)
	return session


class _WatchedAdapter(HTTPAdapter):
	"""Without retries, and with the watched connections on a direct way as through a proxy of the environment."""

	def __init__(self, pools: dict[str, type[HTTPConnectionPool]]) -> None:
		self._pools = pools
		super().__init__(max_retries=0)
		self.poolmanager.pool_classes_by_scheme = pools

	def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
		manager = super().proxy_manager_for(proxy, **kwargs)
		manager.pool_classes_by_scheme = self._pools
		return manager


def _pools(connected: _Connected) -> dict[str, type[HTTPConnectionPool]]:
	class Plain(HTTPConnection):
		def connect(self) -> None:
			super().connect()
			connected.by(self)

	class Secure(HTTPSConnection):
		def connect(self) -> None:
			# returns after the TLS handshake
			super().connect()
			connected.by(self)

	class PlainPool(HTTPConnectionPool):
		ConnectionCls = Plain

	class SecurePool(HTTPSConnectionPool):
		ConnectionCls = Secure

	return {"http": PlainPool, "https": SecurePool}


def _whole_body(response: requests.Response, deadline: float) -> bytes:
	"""The complete body; a short, endless or dripping one is an error."""
	received = bytearray()
	for chunk in response.iter_content(CHUNK_BYTES):
		received += chunk
		if len(received) > MAX_ANSWER_BYTES:
			raise ValueError("the answer is too large")
		if time.monotonic() > deadline:
			raise TimeoutError("the answer took too long")
	announced = response.headers.get("Content-Length", "")
	if announced.isdigit() and response.raw.tell() < int(announced):
		raise EOFError("the answer was cut short")
	return bytes(received)


def _printable(content: bytes) -> str:
	if content.startswith(b"%PDF-"):
		return f"PDF, {len(content)} bytes"
	return content.decode("utf-8", "replace")


def _counted(status: int, content: bytes) -> str | None:
	"""What is kept of a page of clients, whole or cut in the middle; None for what is kept as it is: a refusal, a page of
	HTML."""
	try:
		body = json.loads(content)
	except (ValueError, RecursionError):
		body = None
	items = body.get("items") if isinstance(body, dict) else None
	if isinstance(items, list):
		return f"{len(items)} clients, {len(content)} bytes"
	is_refusal = status != 200 and len(content) < MAX_PLAIN_BYTES and b'"items"' not in content
	is_html = content.lstrip()[:1] == b"<" and len(content) < MAX_PLAIN_BYTES
	return None if is_refusal or is_html or not content else f"{len(content)} bytes that are no page"


def _is_draft(frozen_payload: str) -> bool:
	payload = json.loads(frozen_payload)
	return isinstance(payload, dict) and payload.get("isDraft") is True


def _describe(error: Exception) -> str:
	"""The kind of failure without its text, which may quote the request."""
	return type(error).__name__


def find_series(answer: Answer, name: str, kind: str = "p") -> Mapping[str, Any] | None:
	"""The series of that exact name and kind in an answer of `series`: several kinds may share a name."""
	return next(
		(row for row in _rows(answer, "list") if row.get("name") == name and row.get("type") == kind), None
	)


def series_names(answer: Answer, kind: str = "p") -> list[str]:
	return [str(row.get("name")) for row in _rows(answer, "list") if row.get("type") == kind]


def tax_pairs(answer: Answer) -> list[tuple[str, Any]]:
	"""(name, percentage) of every VAT rate of the company."""
	return [(str(row.get("name")), row.get("percentage")) for row in _rows(answer, "taxes")]


def _rows(answer: Answer, key: str) -> Iterable[Mapping[str, Any]]:
	rows = answer.body.get(key)
	return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
