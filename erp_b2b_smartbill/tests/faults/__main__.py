"""python -m erp_b2b_smartbill.tests.faults --sandbox URL [--site NAME --sites-path PATH] ...: one walk, in a process that
has nothing open. The report goes to standard output as JSON, progress to standard error.

With --ask there are as many walks as lines in its input, each a JSON list of more arguments: to get ready takes as long
as thirty schedules.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable

from erp_b2b_smartbill.tests.faults.schedules import SYSTEMATIC, Schedule, drawn
from erp_b2b_smartbill.tests.faults.walk import Report, Walk, random_schedules
from erp_b2b_smartbill.tests.faults.worker import Place

PROGRESS_EVERY_S = 15


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--site", default="")
	parser.add_argument("--sites-path", default=".")
	parser.add_argument("--sandbox", required=True)
	parser.add_argument("--walk", default="random", help=f"random, or some of {', '.join(SYSTEMATIC)}")
	parser.add_argument(
		"--sample",
		type=int,
		default=0,
		help="of systematic walks only so many, some of each, drawn by the seed",
	)
	parser.add_argument("--seed", type=int, default=1)
	parser.add_argument("--seconds", type=float, default=0, help="a random walk's time")
	parser.add_argument("--schedules", type=int, default=0, help="a random walk's least number of schedules")
	parser.add_argument(
		"--part", default="1/1", help="which part of how many: several processes share a walk"
	)
	parser.add_argument("--max-failures", type=int, default=3)
	parser.add_argument("--ask", action="store_true", help="read the arguments of each walk")
	options = parser.parse_args()

	failed = False
	with Walk(Place(options.site, options.sites_path, options.sandbox)) as walk:
		for more in map(json.loads, sys.stdin) if options.ask else [[]]:
			report = _go(walk, parser.parse_args([*sys.argv[1:], *more]))
			failed = failed or bool(report.failures)
			print(json.dumps(report.as_dict()), flush=True)
	return 1 if failed else 0


def _go(walk: Walk, options: argparse.Namespace) -> Report:
	walk.report = Report()
	part, parts = map(int, options.part.split("/"))
	if options.walk == "random":
		return walk.go(
			random_schedules(options.seed + part - 1, parts),
			seconds=options.seconds,
			at_least=-(-options.schedules // parts),
			max_failures=options.max_failures,
			progress=_progress(),
		)
	schedules = _systematic(walk, options.walk.split(","), options.sample, options.seed)
	return walk.go(schedules[part - 1 :: parts], max_failures=options.max_failures, progress=_progress())


def _systematic(walk: Walk, names: list[str], sample: int, seed: int) -> list[Schedule]:
	recorded = walk.record()
	families = [list(SYSTEMATIC[name](recorded)) for name in names]
	if sample:
		return drawn(families, sample, random.Random(seed))
	return [schedule for family in families for schedule in family]


def _progress() -> Callable[[Report], None]:
	last = time.monotonic()

	def tell(report: Report) -> None:
		nonlocal last
		if time.monotonic() - last > PROGRESS_EVERY_S:
			last = time.monotonic()
			print(f"· {report}", file=sys.stderr, flush=True)

	return tell


if __name__ == "__main__":
	sys.exit(main())
