"""Where a worker process can be stopped: before and after every commit, and at every step of a call.

Counted from outside the app: its code knows nothing of it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import frappe
from urllib3.connection import HTTPConnection

from erp_b2b_smartbill.tests.faults.schedules import PREFIX

COMMIT_BEFORE = "commit before"

Reached = Callable[[str], None]


@dataclass
class Plan:
	"""`kill_at` and `hold_at` are counts of points, or (name, count of points with that name). `stepped`: wait for leave
	at every point where nothing is held."""

	kill_at: tuple[tuple[str, int], ...] = ()
	hold_at: tuple[tuple[str, int], ...] = ()
	stepped: bool = False
	foreign: bool = False
	suspended: bool = False


@dataclass
class Trace:
	"""What one command has passed so far. `report(kind, name)` is called where the process waits for leave to go on."""

	plan: Plan
	report: Callable[[str, str], None]
	type_foreign: Callable[[], None]
	names: list[str] = field(default_factory=list)
	posts: int = 0
	held: bool = False
	open_transactions: int = 0

	def reached(self, name: str) -> None:
		self.names.append(name)
		if name == "POST sent":
			self.posts += 1
		if name == "POST before" and self.plan.foreign and not self.posts:
			self.type_foreign()
		if self._is_at(self.plan.kill_at, name):
			os.kill(os.getpid(), signal.SIGKILL)
		if self._is_at(self.plan.hold_at, name):
			self.held = True
		if name == COMMIT_BEFORE:
			# locks are held here: others would wait for this process in vain
			return
		if self.held:
			self.held = False
			self.report("held", name)
		elif self.plan.stepped:
			self.report("at", name)

	def _is_at(self, places: tuple[tuple[str, int], ...], name: str) -> bool:
		for wanted, count in places:
			if not wanted and len(self.names) == count:
				return True
			if wanted == name and self.names.count(name) == count:
				return True
		return False


def watch(reached: Reached) -> None:
	"""Report every commit and every step of a call in this process. Called once, with a connection open."""
	_watch_commits(type(frappe.local.db), reached)

	request, getresponse = HTTPConnection.request, HTTPConnection.getresponse

	def watched_request(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
		# what the walk itself says to the sandbox does not count
		self.watched_method = method if url.startswith(PREFIX) else None
		if self.watched_method:
			reached(f"{method} before")
		return request(self, method, url, *args, **kwargs)

	def watched_getresponse(self: Any, *args: Any, **kwargs: Any) -> Any:
		if not self.watched_method:
			return getresponse(self, *args, **kwargs)
		reached(f"{self.watched_method} sent")
		response = getresponse(self, *args, **kwargs)
		reached(f"{self.watched_method} answered")
		return response

	HTTPConnection.request = watched_request  # type: ignore[method-assign]
	HTTPConnection.getresponse = watched_getresponse  # type: ignore[method-assign]


def _watch_commits(database: type, reached: Reached) -> None:
	commit = database.commit  # type: ignore[attr-defined]

	def watched_commit(self: Any, *args: Any, **kwargs: Any) -> Any:
		reached(COMMIT_BEFORE)
		result = commit(self, *args, **kwargs)
		reached("commit after")
		return result

	database.commit = watched_commit  # type: ignore[attr-defined]


def is_transaction_open() -> bool | None:
	"""Whether the connection has written something that is not committed; None where that cannot be told."""
	return getattr(getattr(frappe.local.db, "_conn", None), "in_transaction", None)
