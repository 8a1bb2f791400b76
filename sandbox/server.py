"""The sandbox as a server: in a thread of any program by `start()`, or alone by `python -m sandbox`."""

import ipaddress
import socket
import struct
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from sandbox import control, pipeline
from sandbox.faults import HangUp
from sandbox.state import State


class App:
	"""The WSGI application. HangUp passes through it: only the server can act on that."""

	def __init__(self, state: State, control_key: str | None = None) -> None:
		self.state = state
		self.control_key = control_key

	def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
		request = Request(environ)
		try:
			answer: Response | HTTPException = self.answer(request)
		except HTTPException as error:
			answer = error
		return answer(environ, start_response)

	def answer(self, request: Request) -> Response:
		if f"{request.path}/".startswith(f"{control.PREFIX}/"):
			return control.answer(self.state, request, self.control_key)
		return pipeline.run(self.state, request)


class Handler(WSGIRequestHandler):
	"""One connection, one request: werkzeug closes after each answer, which makes the faults exact."""

	protocol_version = "HTTP/1.1"

	def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
		"""Ends a connection that was hung up on, or that the client left."""
		self.close_connection = True
		if isinstance(error, HangUp) and error.reset:
			# Closing with a linger time of 0 sends RST. It has to happen here: the server says goodbye with
			# FIN before it closes. The descriptor goes with its last user, the reader.
			self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
			self.connection.close()
			self.rfile.close()

	def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
		"""Nothing: the journal has it all, and standard error stays free for what went wrong."""


class Running:
	"""A sandbox that serves until `stop()`, or until the end of its `with` block."""

	def __init__(self, state: State, server: BaseWSGIServer) -> None:
		self.state = state
		self._server = server
		host = f"[{server.host}]" if ":" in server.host else server.host
		self.url = f"http://{host}:{server.port}"
		self._thread = threading.Thread(
			target=server.serve_forever, args=(0.05,), name="sandbox", daemon=True
		)
		self._thread.start()

	def stop(self) -> None:
		"""Closes the port, lets sleeping requests go, and writes the state file if there is one."""
		self._server.shutdown()
		self._thread.join()
		self.state.end()
		self.state.save()

	def __enter__(self) -> "Running":
		return self

	def __exit__(
		self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
	) -> None:
		self.stop()


def start(
	port: int = 0,
	seed: Mapping[str, Any] | None = None,
	*,
	host: str = "127.0.0.1",
	allow_remote: bool = False,
	state_file: Path | None = None,
	control_key: str | None = None,
) -> Running:
	"""Starts a sandbox in a thread. Port 0 takes a free one; `seed` replaces parts of the default seed. A
	host that others can reach needs `allow_remote`: anybody who reaches the sandbox can change it.
	"""
	if not allow_remote and not _is_loopback(host):
		raise ValueError(f"{host} can be reached from outside; that has to be allowed explicitly")
	state = State(seed, state_file)
	server = make_server(host, port, App(state, control_key), threaded=True, request_handler=Handler)
	return Running(state, server)


def _is_loopback(host: str) -> bool:
	if host == "localhost":
		return True
	try:
		return ipaddress.ip_address(host).is_loopback
	except ValueError:
		return False
