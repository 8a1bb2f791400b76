"""The site, served by a process of its own: as another machine has it, of which only the database and the site's folder
are shared. Its Redis is its own too, which is less than the machines of a bench have in common.
"""

import importlib
import multiprocessing
import os
import traceback
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from embedded.site import Site

START_S = 60
ANSWER_S = 120

_spawn = multiprocessing.get_context("spawn")


class NodeFailed(Exception):
	"""What was called there raised; with the traceback of there."""


class Node:
	"""A context manager: the process ends with it, and with the process that started it."""

	def __init__(self, site: Site) -> None:
		self._connection, theirs = _spawn.Pipe()
		self._process = _spawn.Process(target=_serve, args=(str(site.path), site.apps, theirs), daemon=True)
		self._process.start()
		theirs.close()
		self._url = ""

	@property
	def url(self) -> str:
		"""Where it answers; several that start together do not wait for each other."""
		if not self._url:
			self._url = self._received(START_S)
		return self._url

	@property
	def pid(self) -> int:
		return int(self._process.pid or 0)

	def call(self, method: str, **arguments: Any) -> Any:
		"""The result of a function there, as Administrator with a connection of its own, committed."""
		self.begin(method, **arguments)
		return self.end()

	def begin(self, method: str, **arguments: Any) -> None:
		"""As `call`, without waiting: `end` is to follow."""
		# it takes no calls before it has said where it answers
		_ = self.url
		self._connection.send((method, arguments))

	def end(self) -> Any:
		error, result = self._received(ANSWER_S)
		if error:
			raise NodeFailed(error)
		return result

	def kill(self) -> None:
		"""As a machine that loses its power."""
		self._process.kill()
		self._process.join()

	def __enter__(self) -> "Node":
		return self

	def __exit__(
		self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
	) -> None:
		self._connection.close()
		self._process.join(5)
		self.kill()

	def _received(self, seconds: float) -> Any:
		if not self._connection.poll(seconds):
			raise NodeFailed(f"no answer within {seconds} s")
		return self._connection.recv()


def _serve(folder: str, apps: list[str], connection: Connection) -> None:
	from embedded.server import SiteServer

	os.chdir(folder)
	site = Site(folder, apps)
	with SiteServer(site) as server:
		connection.send(server.url)
		while True:
			try:
				method, arguments = connection.recv()
			except EOFError:
				# its threads may be at work, and nobody waits for them any more
				os._exit(0)
			connection.send(_called(site, method, arguments))


def _called(site: Site, method: str, arguments: dict[str, Any]) -> tuple[str, Any]:
	"""(traceback or "", result)."""
	try:
		with site.open() as frappe:
			module, name = method.rsplit(".", 1)
			result = getattr(importlib.import_module(module), name)(**arguments)
			frappe.db.commit()
			return "", result
	except Exception:
		return traceback.format_exc(), None
