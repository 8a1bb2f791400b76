"""The fault walk on embedded sites: several at once, each with a copy of the prepared site and a sandbox of its own."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from embedded import paths
from embedded.running import fresh_copy
from embedded.site import Site
from sandbox.server import start as start_sandbox

PATIENCE_S = 120


@contextlib.contextmanager
def lanes(prepared: Site, count: int) -> Iterator[Callable[..., dict[str, Any]]]:
	"""Yield a function that shares one walk between lanes and returns the sum of their reports; its arguments are those
	of the walk's command. The lanes are made ready once, for all walks."""
	with contextlib.ExitStack() as stack:
		running = [
			stack.enter_context(lane(prepared, number, f"{number}/{count}")) for number in range(1, count + 1)
		]

		def walk(*arguments: str) -> dict[str, Any]:
			for process in running:
				assert process.stdin
				process.stdin.write(json.dumps(arguments) + "\n")
				process.stdin.flush()
			return added([report_of(process) for process in running])

		yield walk


@contextlib.contextmanager
def lane(prepared: Site, number: int, part: str) -> Iterator["subprocess.Popen[str]"]:
	"""A process that walks a part of every walk that it is asked for."""
	with fresh_copy(prepared) as site, start_sandbox() as sandbox:
		site.configure(host_name=f"http://lane{number}.localhost")
		command = [sys.executable, "-m", "erp_b2b_smartbill.tests.faults", "--ask", "--part", part]
		with subprocess.Popen(
			[*command, "--sandbox", sandbox.url],
			cwd=site.path,
			env={**os.environ, "PYTHONPATH": str(paths.ROOT)},
			stdin=subprocess.PIPE,
			stdout=subprocess.PIPE,
			text=True,
		) as process:
			try:
				yield process
				# it puts everything back
				process.communicate(timeout=PATIENCE_S)
			finally:
				process.kill()
		if process.returncode not in (0, 1):
			raise RuntimeError(f"the walk ended with {process.returncode}")


def report_of(process: "subprocess.Popen[str]") -> dict[str, Any]:
	assert process.stdout
	line = process.stdout.readline()
	if not line:
		raise RuntimeError(f"the walk ended with {process.wait()} and no report")
	return json.loads(line)


def added(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
	"""The sum; `seconds` are those of the longest, for the lanes run at the same time."""
	total: dict[str, Any] = {**reports[0], "faults": dict(reports[0]["faults"])}
	for report in reports[1:]:
		for name, value in report.items():
			if name == "seconds":
				total[name] = max(total[name], value)
			elif name == "faults":
				for fault, hits in value.items():
					total[name][fault] = total[name].get(fault, 0) + hits
			else:
				total[name] += value
	return total
