"""Locks across processes: test runs, a served site and a demo may share the folders below .dev/."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
	"""Hold the lock of this file, waiting for whoever has it."""
	path.parent.mkdir(parents=True, exist_ok=True)
	with path.open("w") as handle:
		fcntl.flock(handle, fcntl.LOCK_EX)
		yield
