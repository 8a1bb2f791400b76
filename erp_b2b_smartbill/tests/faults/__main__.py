"""python -m erp_b2b_smartbill.tests.faults --sandbox URL [--site NAME --sites-path PATH] ...: one walk, in a process that
has nothing open. The report goes to standard output as JSON, progress to standard error."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable

from erp_b2b_smartbill.tests.faults.schedules import SYSTEMATIC, Schedule
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
		"--sample", type=int, default=0, help="of a systematic walk only so many, drawn by the seed"
	)
	parser.add_argument("--seed", type=int, default=1)
	parser.add_argument("--seconds", type=float, default=0, help="a random walk's time")
	parser.add_argument("--schedules", type=int, default=0, help="a random walk's least number of schedules")
	parser.add_argument(
		"--part", default="1/1", help="which part of how many: several processes share a walk"
	)
	parser.add_argument("--max-failures", type=int, default=3)
	options = parser.parse_args()
	part, parts = map(int, options.part.split("/"))

	with Walk(Place(options.site, options.sites_path, options.sandbox)) as walk:
		if options.walk == "random":
			walk.go(
				random_schedules(options.seed + part - 1, parts),
				seconds=options.seconds,
				at_least=-(-options.schedules // parts),
				max_failures=options.max_failures,
				progress=_progress(),
			)
		else:
			schedules = _systematic(walk, options.walk.split(","), options.sample, options.seed)
			walk.go(schedules[part - 1 :: parts], max_failures=options.max_failures, progress=_progress())
		report = walk.report
	print(json.dumps(report.as_dict()))
	return 1 if report.failures else 0


def _systematic(walk: Walk, names: list[str], sample: int, seed: int) -> list[Schedule]:
	recorded = walk.record()
	schedules = [schedule for name in names for schedule in SYSTEMATIC[name](recorded)]
	if not 0 < sample < len(schedules):
		return schedules
	return random.Random(seed).sample(schedules, sample)


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
