"""The fault walk on embedded sites: several at once, each with a copy of the prepared site and a sandbox of its own."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from embedded import paths
from embedded.running import fresh_copy
from embedded.site import Site
from sandbox.server import start as start_sandbox

LANES = 2


def walk(prepared: Site, *arguments: str, lanes: int = LANES) -> dict[str, Any]:
	"""Share one walk between lanes; returns the sum of their reports. `arguments` are those of the walk's command."""
	with contextlib.ExitStack() as stack:
		running = []
		for lane in range(1, lanes + 1):
			site = stack.enter_context(fresh_copy(prepared))
			site.configure(host_name=f"http://lane{lane}.localhost")
			sandbox = stack.enter_context(start_sandbox())
			command = [sys.executable, "-m", "erp_b2b_smartbill.tests.faults", "--sandbox", sandbox.url]
			process = subprocess.Popen(
				[*command, "--part", f"{lane}/{lanes}", *arguments],
				cwd=site.path,
				env={**os.environ, "PYTHONPATH": str(paths.ROOT)},
				stdout=subprocess.PIPE,
				text=True,
			)
			stack.callback(process.kill)
			running.append(process)
		return added([report_of(process) for process in running])


def report_of(process: "subprocess.Popen[str]") -> dict[str, Any]:
	output, _ = process.communicate()
	lines = output.strip().splitlines()
	if process.returncode not in (0, 1) or not lines:
		raise RuntimeError(f"the walk ended with {process.returncode}:\n{output}")
	return json.loads(lines[-1])


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
