"""python -m erp_b2b_smartbill.tests.faults --sandbox URL [--site NAME --sites-path PATH] ...: one walk, in a process that
has nothing open. The report goes to standard output as JSON, progress to standard error."""

from __future__ import annotations

import argparse
import json
import sys
import time

from erp_b2b_smartbill.tests.faults.walk import Place, Report, Walk, exhaustive, random_schedules, systematic


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--site", default="")
	parser.add_argument("--sites-path", default=".")
	parser.add_argument("--sandbox", required=True)
	parser.add_argument("--seed", type=int, default=1)
	parser.add_argument("--seconds", type=float, default=0)
	parser.add_argument("--schedules", type=int, default=0, help="at least so many")
	parser.add_argument("--walk", choices=("random", "systematic", "exhaustive"), default="random")
	parser.add_argument("--max-failures", type=int, default=3)
	options = parser.parse_args()

	with Walk(Place(options.site, options.sites_path, options.sandbox)) as walk:
		if options.walk == "random":
			schedules = random_schedules(options.seed)
			limits = {"seconds": options.seconds, "at_least": options.schedules}
		else:
			make = systematic if options.walk == "systematic" else exhaustive
			schedules, limits = make(walk.record()), {}
		report = walk.go(schedules, **limits, max_failures=options.max_failures, progress=_progress())
	print(json.dumps(report.as_dict()))
	return 1 if report.failures else 0


def _progress() -> object:
	last = time.monotonic()

	def tell(report: Report) -> None:
		nonlocal last
		if time.monotonic() - last > 10:
			last = time.monotonic()
			print(f"· {report}", file=sys.stderr, flush=True)

	return tell


if __name__ == "__main__":
	sys.exit(main())
