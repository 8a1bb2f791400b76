"""The fault walk on the embedded site: at most one proforma a Quotation whatever dies, waits or lies, and no secret left.

SEED=n ./dev test tests/faults -k random     plays again from the schedule with that seed
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from embedded import fault_lanes
from embedded.prepare import prepared_site
from erp_b2b_smartbill.tests.faults.walk import Report

SCHEDULES = 120
LIMIT_S = 900


@pytest.fixture(scope="module")
def lane() -> Iterator[Callable[..., dict[str, Any]]]:
	"""One, for other tests run beside it; `./dev benchmark faults` takes a lane for each processor."""
	with fault_lanes.lanes(prepared_site(), 1) as walk:
		yield walk


@pytest.fixture
def walk(lane, capfd: pytest.CaptureFixture[str]):
	"""Walk, and say on the terminal what it was, seed included."""

	def go(*arguments: str) -> Report:
		report = Report.from_dict(lane(*arguments))
		with capfd.disabled():
			print(f"\n· faults {' '.join(arguments)}: {report}", file=sys.stderr, flush=True)
		return report

	return go


def seed() -> str:
	return os.environ.get("SEED") or str(int(time.time()))


@pytest.mark.timeout(LIMIT_S)
def test_a_process_may_die_at_every_point_and_every_fault_may_happen(walk):
	report = walk("--walk", "deaths,lies")
	assert not report.failures, "\n\n".join(report.failures)
	assert report.kills > 30


@pytest.mark.timeout(LIMIT_S)
def test_faults_meet_deaths_delays_each_other_and_up_to_eight_callers(walk):
	"""A sample that differs from run to run; `./dev benchmark faults --all` plays them all."""
	names = "lies-to-the-dying,concurrent,held-up,last-moment,pairs"
	report = walk("--walk", names, "--sample", "80", "--seed", seed())
	assert not report.failures, "\n\n".join(report.failures)


@pytest.mark.timeout(LIMIT_S)
def test_random_schedules_leave_one_proforma_for_each_quotation_and_no_secret(walk):
	report = walk("--seed", seed(), "--schedules", str(SCHEDULES))
	assert not report.failures, "\n\n".join(report.failures)
	assert report.schedules >= SCHEDULES
	assert report.kills and report.holds and report.faults and report.searched
