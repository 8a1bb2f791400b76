"""Processes that read SmartBill's clients, for tests: several at the same moment, and ones that die on the way. They are
told what to do as those of deciding.py are."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill.clients import job, sync_runs
from erp_b2b_smartbill.tests import deciding


class Readers(deciding.Deciders):
	module = "erp_b2b_smartbill.tests.syncing"


def _start(step: dict[str, Any]) -> Any:
	return job.start(step["account"])


def read(step: dict[str, Any]) -> Any:
	"""A job of the run, `later` seconds after the real time: no time passes while it waits."""
	later = timedelta(seconds=step.get("later", 0))

	def move(seconds: float) -> None:
		nonlocal later
		later += timedelta(seconds=seconds)

	clock.use(lambda: datetime.now(timezone.utc) + later, move)
	job.work(step["run"])
	return frappe.get_doc(sync_runs.RUN, step["run"])


if __name__ == "__main__":
	deciding.ACTIONS |= {"start a sync": _start, "read": read}
	deciding.main(*sys.argv[1:])
