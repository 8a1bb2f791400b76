"""Thousands of schedules of faults, deaths and delays: ./dev benchmark faults [--schedules N] [--seed N] [--all]."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from embedded import fault_lanes
from embedded.prepare import prepared_site
from erp_b2b_smartbill.tests.faults.schedules import SYSTEMATIC
from erp_b2b_smartbill.tests.faults.walk import Report

SCHEDULES = 20_000

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--schedules", type=int, default=SCHEDULES)
parser.add_argument("--seed", type=int, default=int(time.time()))
parser.add_argument("--lanes", type=int, default=os.cpu_count() or 1)
parser.add_argument("--all", action="store_true", help="every systematic walk before")
options = parser.parse_args()


def walked(walk: Callable[..., dict[str, Any]], *arguments: str) -> int:
	report = Report.from_dict(walk(*arguments))
	print(f"faults {' '.join(arguments)}: {report}", flush=True)
	print("\n\n".join(report.failures))
	return len(report.failures)


with fault_lanes.lanes(prepared_site(), options.lanes) as lanes:
	failed = sum(walked(lanes, "--walk", name) for name in SYSTEMATIC) if options.all else 0
	failed += walked(lanes, "--seed", str(options.seed), "--schedules", str(options.schedules))
sys.exit(1 if failed else 0)
