"""What a test leaves for people: pictures and papers of its steps, numbered, in a folder that tells the story in order.

They are made where ARTEFACTS names a folder, as CI does (.ci/run).
"""

import os
from pathlib import Path
from typing import Any

from embedded import paths


class Story:
	def __init__(self, name: str) -> None:
		root = os.environ.get("ARTEFACTS")
		# the tests' working folder is the site's
		self._folder = paths.ROOT / root / name if root else None
		self._told = 0
		if self._folder:
			self._folder.mkdir(parents=True, exist_ok=True)
			for left in self._folder.iterdir():
				left.unlink()

	def picture(self, page: Any, step: str, *, whole: bool = False, height: int | None = None) -> None:
		"""`step` is a sentence in a file's name: the-company-registers. `whole` is for the website; a page of the desk
		scrolls inside, so it is given a `height`."""
		path = self._next(f"{step}.png")
		if not path:
			return
		before = page.viewport_size
		if height:
			page.set_viewport_size({**before, "height": height})
		page.screenshot(path=str(path), full_page=whole)
		page.set_viewport_size(before)

	def paper(self, content: bytes, name: str) -> None:
		if path := self._next(name):
			path.write_bytes(content)

	def _next(self, name: str) -> Path | None:
		self._told += 1
		return self._folder / f"{self._told:02}-{name}" if self._folder else None
