"""The processes: forked from this one, which has everything imported and warm and no connection open."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from erp_b2b_smartbill.tests.faults.points import Plan
from erp_b2b_smartbill.tests.faults.worker import Place, Worker

fork = multiprocessing.get_context("fork")
PATIENCE_S = 60


@dataclass
class Shared:
	"""What all processes see: by how many seconds the clocks are ahead, and how many calls were sent."""

	offset: Any
	calls: Any


class Stuck(AssertionError):
	"""A process neither ended nor waited: something waits for ever."""


@dataclass
class Hand:
	"""A process and the command that it is at. `state`: idle, busy, at (a point, waiting for leave), held, dead; `where`
	is the point."""

	process: Any
	connection: Connection
	state: str = "idle"
	result: dict[str, Any] | None = None
	where: str = ""

	def start(self, command: str, plan: Plan | None = None, **arguments: Any) -> None:
		assert self.state == "idle", self.state
		self.state, self.result = "busy", None
		self.connection.send((command, arguments, plan or Plan()))

	def go_on(self) -> None:
		assert self.state in ("at", "held"), self.state
		self.state = "busy"
		self.connection.send("go on")

	def take_news(self) -> str:
		"""What the process reported, or that it is dead."""
		try:
			kind, news = self.connection.recv()
		except (EOFError, ConnectionResetError):
			self.process.join()
			self.state = "dead"
			return "dead"
		if kind == "done":
			self.state, self.result = "idle", news
		else:
			self.state, self.where = kind, news
		return kind


class Crew:
	def __init__(self, place: Place) -> None:
		"""To be made when this process is warm and has closed everything."""
		self.place = place
		self.shared = Shared(fork.Value("d", 0.0), fork.Value("q", 0))
		self._hands: list[Hand] = []
		self.forked = 0
		_wait_for_threads()
		# what is warm is not touched by a collection, and so stays shared
		gc.collect()
		gc.freeze()

	def hand(self) -> Hand:
		"""A process that is idle; a new one when all others are at something."""
		for hand in self._hands:
			if hand.state == "idle":
				return hand
		here, there = fork.Pipe()
		process = fork.Process(target=self._serve, args=(there, here), daemon=True)
		process.start()
		there.close()
		self.forked += 1
		hand = Hand(process, here)
		self._hands.append(hand)
		return hand

	def _serve(self, connection: Connection, parents: Connection) -> None:
		# the parent's ends of all pipes: a process must see its own pipe end
		parents.close()
		for hand in self._hands:
			hand.connection.close()
		signal.signal(signal.SIGINT, signal.SIG_IGN)
		Worker(self.place, connection, self.shared).serve()

	def do(self, command: str, **arguments: Any) -> dict[str, Any]:
		"""One undisturbed command, to its end."""
		hand = self.hand()
		hand.start(command, **arguments)
		self.wait([hand])
		result = hand.result or {"failed": f"{command}: the process died"}
		if result.get("failed"):
			raise AssertionError(result["failed"])
		return result

	def wait(self, hands: Iterable[Hand]) -> list[Hand]:
		"""Those of the busy ones that have news; at least one, unless none is busy."""
		busy = {hand.connection: hand for hand in hands if hand.state == "busy"}
		if not busy:
			return []
		ready = wait(list(busy), timeout=PATIENCE_S)
		if not ready:
			raise Stuck(f"{len(busy)} processes did not come back within {PATIENCE_S} s")
		for connection in ready:
			busy[connection].take_news()
		self._hands = [hand for hand in self._hands if hand.state != "dead"]
		return [busy[connection] for connection in ready]

	def dismiss(self) -> None:
		for hand in self._hands:
			hand.connection.close()
		for hand in self._hands:
			hand.process.join(2)
			if hand.process.is_alive():
				os.kill(hand.process.pid, signal.SIGKILL)
				hand.process.join()
		self._hands = []


def _wait_for_threads() -> None:
	"""A thread that holds a lock at the fork would hold it for ever in the child."""
	end = time.monotonic() + 5
	while threading.active_count() > 1 and time.monotonic() < end:
		time.sleep(0.01)
