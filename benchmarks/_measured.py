"""What comparisons measure with."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import frappe

MEGABYTE = 1024


# what is measured with
clock = time.perf_counter


def processor_clock() -> Callable[[], float]:
	"""The time that this thread and the database's thread for it were on a processor. On a busy machine it tells what an
	idle one would need, but for the few hundredths of a millisecond between the two for each query."""
	if frappe.db.db_type != "mariadb":
		return time.thread_time
	thread = frappe.db.sql("select TID from information_schema.processlist where ID = connection_id()")[0][0]
	# its threads have numbers that no other process has
	[spent] = Path("/proc").glob(f"[0-9]*/task/{thread}/schedstat")
	return lambda: time.thread_time() + int(spent.read_text().split()[0]) / 1e9


def milliseconds(work: Callable[[], Any]) -> float:
	began = clock()
	work()
	return (clock() - began) * 1000


def percentile(values: Sequence[float], share: float) -> float:
	"""The smallest value that this share of them does not exceed."""
	ordered = sorted(values)
	return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def grown(work: Callable[[], Any]) -> tuple[Any, float]:
	"""(what `work` returns, by how many MB the process was larger than before at the most)."""
	# forgets the peak until now
	Path("/proc/self/clear_refs").write_text("5")
	before = memory("VmRSS")
	result = work()
	return result, (memory("VmHWM") - before) / MEGABYTE


def memory(name: str, pid: int | str = "self") -> int:
	"""Of a process, in kB."""
	lines = Path(f"/proc/{pid}/status").read_text().splitlines()
	return next(int(line.split()[1]) for line in lines if line.startswith(name))
