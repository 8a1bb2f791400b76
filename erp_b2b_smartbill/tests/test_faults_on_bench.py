"""The fault walk on a bench, where several processes really write at once. The embedded site has tests/faults."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import frappe

from erp_b2b_smartbill.tests.compat import ServerTestCase
from erp_b2b_smartbill.tests.faults.walk import Report

SCHEDULES = 300


class TestFaultsOnBench(ServerTestCase):
	def setUp(self) -> None:
		if frappe.conf.db_type == "sqlite":
			self.skipTest("SQLite has one writer: tests/faults walks this site")
		if not os.environ.get("SMARTBILL_SANDBOX_URL"):
			self.skipTest("SMARTBILL_SANDBOX_URL is not set: no sandbox to speak to")
		super().setUp()

	def walk(self, *arguments: str) -> Report:
		"""In a process of its own, which forks: this one has connections open."""
		site, sites_path = frappe.local.site, os.path.abspath(frappe.local.sites_path)
		command = [sys.executable, "-m", "erp_b2b_smartbill.tests.faults"]
		command += ["--sandbox", os.environ["SMARTBILL_SANDBOX_URL"], "--site", site]
		done = subprocess.run(
			[*command, "--sites-path", sites_path, *arguments],
			cwd=sites_path,
			stdout=subprocess.PIPE,
			text=True,
			check=False,
		)
		lines = done.stdout.strip().splitlines()
		self.assertTrue(lines, f"the walk ended with {done.returncode} and no report")
		report = Report.from_dict(self.read(lines[-1]))
		print(f"\n· faults {' '.join(arguments)}: {report}", file=sys.stderr, flush=True)
		self.assertEqual(report.failures, [], "\n\n".join(report.failures))
		return report

	@staticmethod
	def read(line: str) -> dict[str, Any]:
		return json.loads(line)

	def test_up_to_eight_callers_at_once_make_one_proforma(self):
		self.walk("--walk", "concurrent,deaths")

	def test_random_schedules_leave_one_proforma_for_each_quotation_and_no_secret(self):
		seed = os.environ.get("SEED") or str(int(time.time()))
		report = self.walk("--seed", seed, "--schedules", str(SCHEDULES))
		self.assertGreaterEqual(report.schedules, SCHEDULES)
