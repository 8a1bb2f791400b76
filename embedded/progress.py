"""Lines that tell a waiting person what is being done."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str], None]


def silent(text: str) -> None:
	"""Say nothing."""


def say(text: str) -> None:
	"""Print a progress line on standard error."""
	print(f"· {text}", file=sys.stderr, flush=True)


@contextmanager
def timed(text: str) -> Iterator[None]:
	"""Say how long something took, when it took longer than a moment."""
	started = time.monotonic()
	yield
	took = time.monotonic() - started
	if took > 1:
		say(f"{text}: {took:.1f} s")
