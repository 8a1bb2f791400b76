"""Many decisions at once: whoever asked learns what became of each, whatever became of the work."""

from __future__ import annotations

from unittest.mock import patch

import frappe
import redis

from erp_b2b_smartbill import many
from erp_b2b_smartbill.exceptions import NotFound
from erp_b2b_smartbill.registration import bulk, states
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.registration_case import RegistrationCase


class TestBrokenOff(RegistrationCase):
	def start(self, names: list[str]) -> str:
		"""The job, which nobody works on."""
		with patch.object(frappe, "enqueue"):
			return bulk.start("reject", names, "Nu")["job"]

	def test_those_it_had_not_come_to_are_told(self):
		docs = [self.confirmed() for _ in range(bulk.INLINE + 1)]
		names = [doc.name for doc in docs]
		job = self.start(names)
		done: list[str] = []

		def one(name: str) -> many.Row:
			if len(done) == 2:
				# as the death of the worker does
				raise SystemExit
			done.append(name)
			return bulk._one("reject", name, "Nu")

		with self.assertRaises(SystemExit):
			many.work(bulk.KIND, job, names, one)
		with patch.object(many, "is_job_enqueued", return_value=True):
			self.assertEqual(bulk.progress(job)["done"], 2, "while it works nothing is said of the others")
		with patch.object(many, "is_job_enqueued", return_value=False):
			told = bulk.progress(job)
		self.assertEqual((told["done"], told["total"]), (len(names), len(names)))
		self.assertEqual([row["name"] for row in told["rows"]], names)
		self.assertEqual([row["ok"] for row in told["rows"]], [True, True] + [False] * (len(names) - 2))
		self.assertIn("broke off", told["rows"][2]["message"])
		with patch.object(many, "is_job_enqueued", side_effect=redis.exceptions.ConnectionError):
			self.assertEqual(bulk.progress(job)["done"], 2, "nor while nobody knows")
		self.assertEqual(self.stored(docs[2]).status, states.PENDING)

	def test_work_that_ends_between_two_looks_is_done(self):
		names = [self.confirmed().name for _ in range(bulk.INLINE + 1)]
		job = self.start(names)

		def ended(_job: str) -> bool:
			bulk.run(job, "reject", names, "Nu")
			return False

		with patch.object(many, "is_job_enqueued", ended):
			told = bulk.progress(job)
		self.assertTrue(all(row["ok"] for row in told["rows"]), told)

	def test_nobody_else_is_told(self):
		job = self.start([f"none {number}" for number in range(bulk.INLINE + 1)])
		with self.as_user(factories.user("B2B Manager")), self.assertRaises(NotFound):
			bulk.progress(job)

	def test_what_one_may_not_read_is_refused_without_its_title_or_an_error_in_the_log(self):
		doc = self.confirmed()
		logged = frappe.db.count("Error Log")
		with self.as_user(factories.user("Sales User")):
			(row,) = bulk.start("reject", [doc.name], "Nu")["rows"]
		self.assertEqual((row["ok"], row["title"]), (False, doc.name))
		self.assertEqual(row["message"], "You are not allowed to do this.")
		self.assertEqual(frappe.db.count("Error Log"), logged)
