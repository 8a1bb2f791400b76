"""A job of an Issue Run that is killed in the middle, as a real process: what it left is truthful, another goes on."""

import multiprocessing
import os
import signal
import time
from typing import Any

import frappe

from embedded.site import Site
from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill import bulk, leases, runs, schedule
from erp_b2b_smartbill.tests.sandbox import CREATE
from erp_b2b_smartbill.tests.test_bulk import BulkTestCase

spawn = multiprocessing.get_context("spawn")


def work(folder: str, run: str) -> None:
	with Site(folder).open():
		bulk.work(run)


class TestKilledJob(BulkTestCase):
	freezes_clock = False

	def kill_when(self, run: str, creates: int) -> None:
		job = spawn.Process(target=work, args=(os.getcwd(), run))
		job.start()
		self.addCleanup(job.kill)
		until = time.monotonic() + 60
		while len(self.sandbox.creates()) < creates and time.monotonic() < until:
			time.sleep(0.01)
		assert job.pid
		os.kill(job.pid, signal.SIGKILL)
		job.join()
		self.assertEqual(job.exitcode, -signal.SIGKILL)

	def finish(self, run: str) -> Any:
		"""The scheduled passes of the following minutes, until the run is over."""
		self.freeze()
		for _ in range(20):
			if self.stored(run).status not in leases.OPEN:
				break
			clock.pause(60)
			self.rest()
			schedule.settle_due()
			self.resume()
		return self.stored(run)

	def test_the_next_job_goes_on_and_nothing_is_issued_twice(self):
		run = self.start(self.quotations(6))
		self.kill_when(run, 3)
		doc = self.stored(run)
		self.assertEqual(doc.status, leases.RUNNING)
		self.assertTrue(doc.worker)
		# its sign of life is fresh: nobody interferes
		self.assertEqual(self.resume(), [])
		doc = self.finish(run)
		self.assertEqual(self.results(run), [runs.ISSUED] * 6)
		self.assertEqual(doc.status, leases.COMPLETED)
		self.assertEqual(len(self.sandbox.documents()), 6)
		self.assertEqual(len({row.number for row in doc.rows}), 6)

	def test_one_killed_while_smartbill_creates_leaves_an_unknown_that_is_found(self):
		run = self.start(self.quotations(3))
		frappe.db.commit()
		# SmartBill takes its time for the second one, and the job does not live to hear the answer
		self.sandbox._control(
			"POST",
			"faults",
			{
				"match": {"path": CREATE, "nth": 2},
				"when": "after",
				"action": "delay",
				"delay_s": 3,
				"times": 1,
			},
		)
		self.kill_when(run, 2)
		doc = self.finish(run)
		self.assertEqual([row.status for row in doc.rows], [runs.ISSUED] * 3)
		self.assertEqual(len(self.sandbox.documents()), 3)
		self.assertEqual(len(self.sandbox.creates()), 3)
		verdict = frappe.db.get_value("SmartBill Proforma", doc.rows[1].proforma, "verdict")
		self.assertEqual(verdict, "adopted")
