"""Facts that a site keeps in a file of its folder: outside its database.

No backup of Frappe holds such a file, so a database that is older than it, because a backup was restored in place or
somebody deleted rows, is recognised: the file knows more. A missing file says nothing (another node, a new disk).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import frappe
from frappe.utils.synchronization import filelock

WAIT_S = 5


class Unreadable(Exception):
	"""The file is there and is not what this module writes."""


class SiteFile:
	"""A JSON object in a file of the current site. `name` has the ending, its stem is the lock's name."""

	def __init__(self, name: str):
		self.name = name

	def read(self) -> dict[str, Any]:
		"""Empty when there is no file. Raises Unreadable."""
		try:
			content = json.loads(self._path().read_text(encoding="utf-8"))
		except FileNotFoundError:
			return {}
		except (OSError, ValueError) as error:
			raise Unreadable from error
		if not isinstance(content, dict):
			raise Unreadable
		return content

	@contextmanager
	def changing(self, *, anew: bool = False) -> Iterator[dict[str, Any]]:
		"""The content under a lock; what the caller makes of it is written when it differs. `anew`: an unreadable file
		counts as an empty one. Raises OSError, Unreadable, LockTimeoutError."""
		with filelock(Path(self.name).stem, timeout=WAIT_S):
			try:
				content = self.read()
			except Unreadable:
				if not anew:
					raise
				content = {}
			before = json.dumps(content, sort_keys=True)
			yield content
			if json.dumps(content, sort_keys=True) != before:
				self._write(content)

	def remove(self) -> None:
		self._path().unlink(missing_ok=True)

	def _path(self) -> Path:
		return Path(frappe.get_site_path(self.name))

	def _write(self, content: dict[str, Any]) -> None:
		"""A reader, or a site that dies now, finds the old file or the new one, never half of it."""
		path = self._path()
		draft = path.with_name(f"{path.name}.{os.getpid()}.new")
		with draft.open("w", encoding="utf-8") as file:
			json.dump(content, file, indent=1, sort_keys=True)
			file.flush()
			os.fsync(file.fileno())
		draft.replace(path)
