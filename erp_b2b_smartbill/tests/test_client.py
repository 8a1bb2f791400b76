"""The HTTP client against servers that behave badly on purpose. No SmartBill, no site."""

import contextlib
import socket
import threading
import time
import traceback
import unittest
from collections.abc import Callable, Iterator
from unittest.mock import patch

from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.client import (
	NO_TIME_LEFT,
	Access,
	AddressNotAllowed,
	BasicToken,
	Call,
	Client,
	OpenGate,
)
from erp_b2b_smartbill.smartbill.verdict import NoAnswer

TOKEN = "s3cret-t0ken"
# base64 of demo@example.ro:s3cret-t0ken
ENCODED = "ZGVtb0BleGFtcGxlLnJvOnMzY3JldC10MGtlbg=="

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


def http(body: bytes) -> bytes:
	return JSON % (len(body), body)


@contextlib.contextmanager
def server(behave: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
	"""Serves every connection by reading one request and letting `behave` do the rest."""
	requests: list[bytes] = []
	listener = socket.create_server(("127.0.0.1", 0))

	def run() -> None:
		while True:
			try:
				connection, _ = listener.accept()
			except OSError:
				return
			with connection:
				requests.append(_read_request(connection))
				behave(connection)

	thread = threading.Thread(target=run, daemon=True)
	thread.start()
	try:
		yield f"http://127.0.0.1:{listener.getsockname()[1]}/api", requests
	finally:
		listener.shutdown(socket.SHUT_RDWR)
		listener.close()
		thread.join(2)


def _read_request(connection: socket.socket) -> bytes:
	received = b""
	while b"\r\n\r\n" not in received:
		part = connection.recv(65536)
		if not part:
			return received
		received += part
	head, _, body = received.partition(b"\r\n\r\n")
	for line in head.split(b"\r\n"):
		if line.lower().startswith(b"content-length:"):
			while len(body) < int(line.split(b":")[1]):
				body += connection.recv(65536)
	return head + b"\r\n\r\n" + body


class TestClient(unittest.TestCase):
	def setUp(self) -> None:
		self.calls: list[Call] = []

	def client(self, url: str, **more: object) -> Client:
		access = Access(
			"demo@example.ro",
			TOKEN,
			"RO12345674",
			url,
			connect_timeout=1,
			read_timeout=0.3,
			allowed_hosts=("127.0.0.1",),
		)
		return Client(access, self.calls.append)

	def create(self, behave: Callable[[socket.socket], None]) -> Answer | NoAnswer:
		with server(behave) as (url, requests):
			outcome = self.client(url).create_proforma('{"a": 1}')
		self.assertEqual(len(requests), 1, "a create is sent once, whatever happens")
		self.assertEqual(len(self.calls), 1, "every call leaves one record")
		return outcome

	def test_waiting_for_its_turn_takes_of_the_time(self):
		client = self.client("http://127.0.0.1:9/SBORO/api")
		client._deadline = time.monotonic() + 30
		real = time.monotonic

		class Slow(OpenGate):
			def admit(self, writes: bool, draft: bool = False) -> None:
				waited = patch.object(time, "monotonic", lambda: real() + 29.9)
				waited.start()
				outer.addCleanup(waited.stop)

		outer = self
		client._gate = Slow()
		outcome = client.create_proforma('{"a": 1}')
		self.assertEqual(outcome, NoAnswer(False, NO_TIME_LEFT))
		self.assertEqual(self.calls, [])

	def test_sends_the_frozen_text_with_our_headers(self):
		with server(lambda connection: connection.sendall(http(b'{"number": "1"}'))) as (url, requests):
			answer = self.client(url).create_proforma('{"price": 25.5}')
		self.assertEqual(answer.number, "1")
		request = requests[0].decode()
		self.assertTrue(request.startswith("POST /api/estimate/v2 HTTP/1.1"))
		self.assertIn(f"Authorization: Basic {ENCODED}", request)
		self.assertIn("Content-Type: application/json; charset=utf-8", request)
		self.assertTrue(request.endswith('{"price": 25.5}'))

	def test_reads_name_the_company_in_the_query(self):
		with server(lambda connection: connection.sendall(http(b"{}"))) as (url, requests):
			self.client(url).series()
			self.client(url).proforma_pdf("PRFB2B", "0042")
		self.assertIn(b"GET /api/series?cif=RO12345674&type=p HTTP/1.1", requests[0])
		self.assertIn(b"/estimate/pdf?cif=RO12345674&seriesname=PRFB2B&number=0042", requests[1])
		self.assertIn(b"Accept: application/octet-stream", requests[1])

	def test_a_closed_port_means_nothing_was_sent(self):
		with socket.create_server(("127.0.0.1", 0)) as closed:
			port = closed.getsockname()[1]
		outcome = self.client(f"http://127.0.0.1:{port}/api").create_proforma("{}")
		self.assertEqual(outcome.sent, False)
		self.assertEqual(self.calls[0].status, 0)

	def test_an_unknown_host_means_nothing_was_sent(self):
		access = Access("a@b.ro", TOKEN, "RO1", "https://nowhere.invalid/api", 1, 1, ("nowhere.invalid",))
		self.assertEqual(Client(access, self.calls.append).create_proforma("{}").sent, False)

	def test_a_failed_handshake_means_nothing_was_sent(self):
		listener = socket.create_server(("127.0.0.1", 0))

		def answer_in_clear() -> None:
			connection, _ = listener.accept()
			with connection:
				connection.recv(1024)
				connection.sendall(b"not TLS at all")

		threading.Thread(target=answer_in_clear, daemon=True).start()
		url = f"https://127.0.0.1:{listener.getsockname()[1]}/api"
		with listener:
			self.assertEqual(self.client(url).create_proforma("{}").sent, False)

	def test_a_closed_connection_after_sending_is_no_answer(self):
		self.assertEqual(self.create(lambda connection: None).sent, True)

	def test_a_late_answer_is_no_answer(self):
		released = threading.Event()
		self.addCleanup(released.set)
		outcome = self.create(lambda connection: released.wait(0.6))
		self.assertEqual((outcome.sent, outcome.reason), (True, "ReadTimeout"))

	def test_a_body_that_is_cut_short_is_no_answer(self):
		cut = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"number": "1"}'
		self.assertEqual(self.create(lambda connection: connection.sendall(cut)).sent, True)

	def test_follows_no_redirect(self):
		moved = b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n"
		self.assertEqual(self.create(lambda connection: connection.sendall(moved)).status, 307)

	def test_a_pdf_is_known_by_its_first_bytes(self):
		for body, expected in ((b"%PDF-1.7 x", bytes), (b"<html>no</html>", Answer)):
			with server(lambda connection, body=body: connection.sendall(http(body))) as (url, _):
				self.assertIsInstance(self.client(url).proforma_pdf("P", "1"), expected)
		self.assertEqual(self.calls[0].response, "PDF, 10 bytes")

	def test_refuses_an_address_that_is_not_allowed(self):
		with self.assertRaises(AddressNotAllowed):
			Client(Access("a", TOKEN, "RO1", "https://evil.ro/api"), self.calls.append)

	def test_no_secret_is_recorded_or_printed(self):
		body = b'{"errorText": "token s3cret-t0ken", "documentViewUrl": "https://x/documente/extern/pf/h"}'
		with server(lambda connection: connection.sendall(http(body))) as (url, _):
			client = self.client(url)
			answer = client.create_proforma('{"x": "Basic QUJD"}')
		printed = f"{self.calls} {answer} {vars(client)} {BasicToken('a', TOKEN)}"
		for secret in (TOKEN, ENCODED, "extern/pf", "QUJD"):
			self.assertNotIn(secret, printed.replace(answer.error_text, ""))

	def test_an_error_takes_no_frame_of_the_http_library_along(self):
		with socket.create_server(("127.0.0.1", 0)) as closed:
			port = closed.getsockname()[1]
		client = self.client(f"http://127.0.0.1:{port}/api")
		try:
			outcome = client.create_proforma("{}")
			raise RuntimeError(outcome.reason)
		except RuntimeError as error:
			self.assertIsNone(error.__context__)
			self.assertNotIn("urllib3", "".join(traceback.format_exception(error)))
