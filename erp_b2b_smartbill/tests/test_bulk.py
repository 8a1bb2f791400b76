"""Issuing many proformas in one run, against the SmartBill sandbox; waiting moves a stopped clock."""

import json
import os
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest.mock import patch

import frappe
import requests

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.exceptions import Conflict, NotReady
from erp_b2b_smartbill.smartbill import bulk, bulk_row, claim, leases, runs, schedule, settling, states
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill.client import Client
from erp_b2b_smartbill.smartbill.run_view import run_view
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.test_issue import IssueTestCase

SERIES = "/SBORO/api/series"
PDF = "/SBORO/api/estimate/pdf"


class BulkTestCase(IssueTestCase):
	freezes_clock = True

	def setUp(self) -> None:
		super().setUp()
		self.party = factories.customer().name
		self.article = factories.item().name
		self.user = factories.user("Sales User")
		self.jobs: list[dict[str, Any]] = []
		enqueue = patch.object(frappe, "enqueue", lambda method, **options: self.jobs.append(options))
		enqueue.start()
		self.addCleanup(enqueue.stop)
		frappe.db.commit()
		if self.freezes_clock:
			self.freeze()

	def freeze(self) -> None:
		frozen = clock.frozen(datetime.now(timezone.utc))
		move = frozen.__enter__()
		self.addCleanup(frozen.__exit__, None, None, None)

		def both(seconds: float) -> None:
			move(seconds=seconds)
			self.sandbox.advance(seconds)

		self.move = both
		pause = patch.object(clock, "pause", both)
		pause.start()
		self.addCleanup(pause.stop)

	def quotations(self, count: int, **values: Any) -> list[str]:
		first = factories.quotation(party_name=self.party, items=[{"item_code": self.article}], **values)
		made = [first.name, *factories.alike(first, count - 1)]
		frappe.db.commit()
		return made

	def start(self, quotations: list[str]) -> str:
		with self.as_user(self.user):
			return bulk.start(quotations).name

	def work(self, run: str) -> str:
		frappe.db.rollback()
		ended = bulk.work(run)
		frappe.db.rollback()
		return ended

	def run_of(self, quotations: list[str]) -> str:
		run = self.start(quotations)
		self.work(run)
		return run

	def view(self, run: str) -> dict[str, Any]:
		frappe.db.rollback()
		return run_view(frappe.get_doc(runs.RUN, run))

	def stored(self, run: str) -> Any:
		frappe.db.rollback()
		return frappe.get_doc(runs.RUN, run)

	def results(self, run: str) -> list[str]:
		return [row.status for row in self.stored(run).rows]

	def calls(self, path: str | None = None) -> list[dict[str, Any]]:
		journal = self.sandbox._control("GET", "journal?since=0")["journal"]
		return [entry for entry in journal if path in (None, entry["path"])]

	def resume(self) -> list[str]:
		"""The scheduled pass; returns how the jobs that it started ended."""
		self.jobs.clear()
		bulk.resume_abandoned()
		frappe.db.rollback()
		return [self.work(job["run"]) for job in list(self.jobs)]


class TestRun(BulkTestCase):
	def test_every_row_gets_its_number_and_pdf_and_one_series_read_serves_them_all(self):
		names = self.quotations(5)
		run = self.start(names)
		self.assertEqual([job["run"] for job in self.jobs], [run])
		self.assertEqual(self.jobs[0]["queue"], "long")
		self.assertEqual(self.work(run), "it is over")

		doc = self.stored(run)
		self.assertEqual(doc.status, leases.COMPLETED)
		self.assertEqual((doc.total, doc.done, doc.issued, doc.failed), (5, 5, 5, 0))
		self.assertEqual([row.quotation for row in doc.rows], names)
		self.assertEqual([row.number for row in doc.rows], [f"PRF2 0{227 + place}" for place in range(5)])
		self.assertTrue(doc.started_at and doc.ended_at and doc.heartbeat_at)
		self.assertIsNone(doc.worker)
		self.assertTrue(all(row["pdf_url"] for row in self.view(run)["rows"]))

		self.assertEqual(len(self.calls(SERIES)), 1)
		self.assertEqual(len(self.sandbox.creates()), 5)
		self.assertEqual(len(self.calls(PDF)), 5)
		proformas = frappe.get_all("SmartBill Proforma", {"run": run}, ["requested_by", "expected_number"])
		self.assertEqual({proforma.requested_by for proforma in proformas}, {self.user})
		self.assertEqual(sorted(proforma.expected_number for proforma in proformas), list(range(227, 232)))
		self.assertEqual(frappe.session.user, "Administrator")
		# nothing to tell: everything is issued
		self.assertFalse(frappe.db.exists("Notification Log", {"document_name": run}))

	def test_who_started_it_in_anothers_name_is_named_in_what_its_jobs_do(self):
		names = self.quotations(1)
		with self.as_user(self.user):
			frappe.session.data.impersonated_by = "Administrator"
			run = bulk.start(names).name
		self.work(run)
		issued = frappe.get_last_doc(audit.EVENT, {"event": audit.PROFORMA_ISSUED})
		self.assertEqual((issued.user, issued.on_behalf_of), ("Administrator", self.user))
		self.assertEqual(self.stored(run).impersonated_by, "Administrator")

	def test_the_series_is_read_again_after_somebody_else_issued_in_it(self):
		names = self.quotations(4)
		create = Client.create_proforma

		def and_somebody_types_one(client: Client, frozen: str) -> Any:
			outcome = create(client, frozen)
			if len(self.sandbox.creates()) == 2:
				self.sandbox.foreign_document(factories.SERIES)
			return outcome

		with patch.object(Client, "create_proforma", and_somebody_types_one):
			run = self.run_of(names)
		self.assertEqual(
			[row.number for row in self.stored(run).rows],
			["PRF2 0227", "PRF2 0228", "PRF2 0230", "PRF2 0231"],
		)
		# the third found another number than expected, so the fourth asks
		self.assertEqual(len(self.calls(SERIES)), 2)
		self.assertIn("not the expected one", self.stored(run).rows[2].message)

	def test_what_cannot_be_issued_says_why_and_does_not_stop_the_others(self):
		good = self.quotations(2)
		draft = self.quotations(1, submit=False)[0]
		unready = factories.quotation(party_name=factories.customer(address=None).name).name
		issued = self.quotations(1)[0]
		self.issue(frappe.get_doc("Quotation", issued))
		frappe.db.commit()
		run = self.run_of([good[0], draft, unready, issued, "no such Quotation", good[1]])
		rows = {row.quotation: row for row in self.stored(run).rows}
		self.assertEqual(rows[draft].status, runs.NOT_ISSUED)
		self.assertEqual(rows[draft].message, "Submit the Quotation first.")
		self.assertEqual(rows[unready].status, runs.NOT_ISSUED)
		self.assertEqual(json.loads(rows[unready].problems)[0]["field"], "customer_address")
		self.assertEqual((rows[issued].status, rows[issued].number), (runs.ALREADY_ISSUED, "PRF2 0227"))
		self.assertEqual(rows["no such Quotation"].status, runs.NOT_ISSUED)
		self.assertEqual([rows[name].status for name in good], [runs.ISSUED] * 2)
		doc = self.stored(run)
		self.assertEqual(
			(doc.status, doc.done, doc.issued, doc.failed), (leases.COMPLETED_WITH_ERRORS, 6, 3, 3)
		)
		told = frappe.get_all("Notification Log", {"document_name": run}, ["for_user", "subject"])
		self.assertEqual([note.for_user for note in told], [self.user])
		self.assertIn("3 of 6", told[0].subject)

	def test_a_draft_account_makes_drafts_without_reading_the_series(self):
		frappe.db.set_value("SmartBill Account", self.account.name, "mode", "Draft")
		frappe.db.commit()
		run = self.run_of(self.quotations(3))
		doc = self.stored(run)
		self.assertEqual([row.status for row in doc.rows], [runs.ISSUED] * 3)
		self.assertEqual([row.number for row in doc.rows], [None] * 3)
		self.assertIn("draft", doc.rows[0].message)
		self.assertEqual([entry["path"] for entry in self.calls()], ["/SBORO/api/estimate/v2"] * 3)

	def test_a_missing_pdf_leaves_the_row_issued_and_says_so(self):
		self.sandbox.fault("html", path=PDF, status=502)
		run = self.run_of(self.quotations(2))
		rows = self.stored(run).rows
		self.assertEqual([row.status for row in rows], [runs.ISSUED] * 2)
		self.assertIn("PDF", rows[0].message)
		self.assertNotIn("PDF", rows[1].message or "")

	def test_an_error_that_nobody_foresaw_is_the_rows_alone(self):
		names = self.quotations(3)
		mapped = issuing.map_quotation

		def fails_for_one(quotation: Any, account: Any) -> Any:
			if quotation.name == names[1]:
				raise RuntimeError("a bug")
			return mapped(quotation, account)

		with patch.object(issuing, "map_quotation", fails_for_one):
			run = self.run_of(names)
		self.assertEqual(self.results(run), [runs.ISSUED, runs.NOT_ISSUED, runs.ISSUED])
		self.assertIn("Error Log", self.stored(run).rows[1].message)

	def test_an_error_before_sending_holds_nobody_up_for_long(self):
		names = self.quotations(2)
		sent = claim.mark_sent

		def fails_for_one(claimed: Any, expected: int | None) -> bool:
			if claimed.quotation == names[0]:
				raise RuntimeError("a bug")
			return sent(claimed, expected)

		with patch.object(claim, "mark_sent", fails_for_one):
			run = self.run_of(names)
		self.assertEqual(self.results(run), [runs.NOT_ISSUED, runs.ISSUED])
		self.assertEqual(len(self.sandbox.creates()), 1)

	def test_a_busy_database_is_asked_again(self):
		names = self.quotations(2)
		mapped, failures = issuing.map_quotation, iter([True, True])

		def busy_at_first(quotation: Any, account: Any) -> Any:
			if next(failures, False):
				raise frappe.QueryDeadlockError("the database gave up")
			return mapped(quotation, account)

		with patch.object(issuing, "map_quotation", busy_at_first):
			run = self.run_of(names)
		self.assertEqual(self.results(run), [runs.ISSUED] * 2)


class TestStarting(BulkTestCase):
	def refuse(self, quotations: Any) -> NotReady:
		with self.assertRaises(NotReady) as caught:
			self.start(quotations)
		frappe.db.rollback()
		self.assertEqual(caught.exception.code, "invalid")
		self.assertEqual(self.jobs, [])
		return caught.exception

	def test_none_too_many_and_nonsense_are_refused(self):
		self.refuse([])
		self.refuse(None)
		self.refuse("SAL-QTN-1")
		self.refuse([1])
		self.refuse([""])
		self.refuse(["x" * 141])
		self.assertIn("500", self.refuse([f"Q{number}" for number in range(501)]).message)

	def test_a_quotation_chosen_twice_is_one_row(self):
		names = self.quotations(2)
		run = self.start([names[0], names[1], names[0]])
		self.assertEqual([row.quotation for row in self.stored(run).rows], names)

	def test_rows_are_grouped_by_company(self):
		names = self.quotations(3)
		companies = dict(zip(names, ("B", "A", "B"), strict=True))
		with patch.object(bulk, "_companies", return_value=companies):
			run = self.start(names)
		self.assertEqual([row.company for row in self.stored(run).rows], ["A", "B", "B"])

	def test_who_may_not_write_a_quotation_gets_nothing_issued(self):
		names = self.quotations(2)
		self.user = factories.user("B2B Sales", "Stock User")
		frappe.db.commit()
		with self.assertRaises(frappe.PermissionError):
			self.start(names)

	def test_user_permissions_hide_a_quotation_when_starting_and_when_issuing(self):
		names = self.quotations(2)
		other = frappe.get_all("Company", {"name": ["!=", factories.COMPANY]}, pluck="name", limit=1)
		if not other:
			self.skipTest("the site has one company only")
		run = self.start(names)
		self.assertEqual(self.results(run), [runs.WAITING] * 2)
		# now the user loses the company
		frappe.get_doc(
			{"doctype": "User Permission", "user": self.user, "allow": "Company", "for_value": other[0]}
		).insert()
		frappe.db.commit()
		self.work(run)
		self.assertEqual(self.results(run), [runs.NOT_ISSUED] * 2)
		late = self.start(names)
		self.assertEqual(self.results(late), [runs.NOT_ISSUED] * 2)
		self.assertEqual(self.calls(), [])

	def test_a_user_who_is_disabled_or_lost_his_role_issues_nothing_more(self):
		run = self.start(self.quotations(1))
		frappe.db.set_value("User", self.user, "enabled", 0)
		frappe.db.commit()
		self.work(run)
		self.assertEqual(self.results(run), [runs.NOT_ISSUED])
		self.assertIn("disabled", self.stored(run).rows[0].message)
		self.assertEqual(self.calls(), [])

	def test_a_switched_off_feature_issues_nothing_more(self):
		run = self.start(self.quotations(1))
		self.switch(False)
		self.work(run)
		self.assertEqual(self.results(run), [runs.NOT_ISSUED])
		self.assertEqual(self.calls(), [])

	def test_a_run_is_its_owners_and_his_managers(self):
		run = self.start(self.quotations(1))
		colleague, manager = factories.user("Sales User"), factories.user("Sales User", "B2B Manager")
		frappe.db.commit()
		for user, sees in ((self.user, True), (manager, True), (colleague, False)):
			with self.subTest(user=user), self.as_user(user):
				self.assertEqual(frappe.get_list(runs.RUN, pluck="name"), [run] if sees else [])
				self.assertEqual(bool(frappe.has_permission(runs.RUN, "read", doc=run)), sees)

	def test_nobody_writes_a_run_by_hand(self):
		doc = self.stored(self.start(self.quotations(1)))
		doc.status = leases.COMPLETED
		with self.assertRaises(frappe.PermissionError):
			doc.save(ignore_permissions=True)
		with self.assertRaises(frappe.PermissionError):
			frappe.delete_doc(runs.RUN, doc.name, ignore_permissions=True)


class TestDeleting(BulkTestCase):
	def test_a_run_does_not_keep_a_quotation_of_which_nothing_was_created(self):
		name = factories.quotation(
			party_name=self.party, items=[{"item_code": self.article}], submit=False
		).name
		frappe.db.commit()
		run = self.start([name])
		self.work(run)
		frappe.delete_doc("Quotation", name)
		frappe.db.commit()
		self.assertFalse(frappe.db.exists("Quotation", name))
		self.assertEqual(run_view(frappe.get_doc("SmartBill Issue Run", run))["rows"][0]["quotation"], name)


class TestJobs(BulkTestCase):
	def test_two_jobs_do_not_work_on_one_run(self):
		run = self.start(self.quotations(2))
		create, endings = Client.create_proforma, []

		def meanwhile_another_job(client: Client, frozen: str) -> Any:
			endings.append(bulk.work(run))
			return create(client, frozen)

		with patch.object(Client, "create_proforma", meanwhile_another_job):
			self.work(run)
		self.assertEqual(endings, ["another job works on it, or it is over"] * 2)
		self.assertEqual(self.results(run), [runs.ISSUED] * 2)
		self.assertEqual(len(self.sandbox.creates()), 2)

	def test_a_job_that_was_taken_for_lost_writes_nothing_more(self):
		run = self.start(self.quotations(3))
		create, endings = Client.create_proforma, []

		def while_it_hangs(client: Client, frozen: str) -> Any:
			outcome = create(client, frozen)
			if not endings:
				endings.append(None)
				self.move(170)
				# nothing: its sign of life is fresh
				endings[0] = self.resume()
				self.move(15)
				endings.extend(self.resume())
			return outcome

		with patch.object(Client, "create_proforma", while_it_hangs):
			first = self.work(run)
		self.assertEqual(endings[0], [])
		self.assertEqual(first, "another job took it over")
		# the document that hung is the first one's, and is found again
		while self.stored(run).status in leases.OPEN:
			self.move(60)
			schedule.settle_due()
			self.resume()
		self.assertEqual(self.results(run), [runs.ISSUED] * 3)
		self.assertEqual(len(self.sandbox.documents()), 3)

	def test_a_job_hands_over_to_a_fresh_one(self):
		names = self.quotations(4)
		run = self.start(names)
		self.assertEqual(self.jobs[0]["job_id"], f"smartbill-run-{run}-1")
		with patch.object(bulk, "JOB_SECONDS", 1):
			self.assertEqual(self.work(run), "the next job goes on")
		self.assertIn(runs.WAITING, self.results(run))
		self.assertEqual(self.jobs[-1]["job_id"], f"smartbill-run-{run}-2")
		self.assertEqual(self.work(run), "it is over")
		self.assertEqual(self.results(run), [runs.ISSUED] * 4)

	def test_the_pass_starts_what_no_job_works_on_and_nothing_else(self):
		run = self.start(self.quotations(1))
		with patch.object(leases, "get_job_status", return_value="queued"):
			self.assertEqual(self.resume(), [])
		self.assertEqual(self.resume(), ["it is over"])
		self.assertEqual(self.resume(), [])
		self.assertEqual(self.results(run), [runs.ISSUED])

	def test_a_queue_that_is_down_does_not_lose_the_run(self):
		with patch.object(frappe, "enqueue", side_effect=ConnectionError):
			run = self.start(self.quotations(1))
		self.assertEqual(self.resume(), ["it is over"])
		self.assertEqual(self.results(run), [runs.ISSUED])

	def test_work_that_breaks_off_every_time_fails_and_says_so(self):
		run = self.start(self.quotations(2))
		with patch.object(bulk._Job, "work", side_effect=RuntimeError("a bug")):
			self.assertEqual(self.work(run), "it broke off")
			for _ in range(leases.MAX_CRASHES - 1):
				self.move(61)
				self.resume()
		self.move(61)
		self.resume()
		doc = self.stored(run)
		self.assertEqual(doc.status, leases.FAILED)
		self.assertEqual(self.results(run), [runs.STOPPED] * 2)
		self.assertIn("Error Log", doc.rows[0].message)

	def test_stopping_finishes_the_document_in_the_air_and_sends_nothing_more(self):
		run = self.start(self.quotations(3))
		create = Client.create_proforma

		def and_somebody_stops(client: Client, frozen: str) -> Any:
			bulk.stop(run)
			return create(client, frozen)

		with patch.object(Client, "create_proforma", and_somebody_stops):
			self.work(run)
		self.assertEqual(self.results(run), [runs.ISSUED, runs.STOPPED, runs.STOPPED])
		doc = self.stored(run)
		self.assertEqual((doc.status, doc.done, doc.failed), (leases.COMPLETED_WITH_ERRORS, 3, 2))
		with self.assertRaises(Conflict):
			bulk.stop(run)

	def test_a_run_that_no_job_works_on_stops_at_once(self):
		run = self.start(self.quotations(2))
		bulk.stop(run)
		self.assertEqual(self.results(run), [runs.STOPPED] * 2)
		self.assertEqual(self.work(run), "another job works on it, or it is over")
		self.assertEqual(self.calls(), [])


class TestWaiting(BulkTestCase):
	def test_a_block_holds_it_up_without_a_call_and_then_it_goes_on(self):
		run = self.start(self.quotations(3))
		self.sandbox.fault("rate_block")
		self.assertEqual(self.work(run), "it has to wait")
		doc = self.stored(run)
		self.assertEqual(doc.status, leases.RUNNING)
		self.assertIn("goes on by itself", doc.message)
		self.assertGreater(doc.next_at, clock.now() + timedelta(minutes=10))
		calls = len(self.calls())
		for _ in range(10):
			self.move(60)
			self.assertEqual(self.resume(), [])
		self.assertEqual(len(self.calls()), calls)
		self.move(60)
		self.assertEqual(self.resume(), ["it is over"])
		self.assertEqual(self.results(run), [runs.ISSUED] * 3)
		self.assertEqual(len(self.sandbox.documents()), 3)

	def test_an_unreachable_smartbill_is_waited_for(self):
		run = self.start(self.quotations(2))
		good = self.account.api_url
		frappe.db.set_value("SmartBill Account", self.account.name, "api_url", "http://127.0.0.1:9/SBORO/api")
		frappe.db.commit()
		self.assertEqual(self.work(run), "it has to wait")
		self.assertIn("cannot be reached", self.stored(run).message)
		frappe.db.set_value("SmartBill Account", self.account.name, "api_url", good)
		frappe.db.commit()
		self.move(61)
		self.assertEqual(self.resume(), ["it is over"])
		self.assertEqual(self.results(run), [runs.ISSUED] * 2)

	def test_a_run_does_not_wait_for_ever(self):
		run = self.start(self.quotations(1))
		frappe.db.set_value("SmartBill Account", self.account.name, "api_url", "http://127.0.0.1:9/SBORO/api")
		frappe.db.commit()
		self.work(run)
		self.move(25 * 3600)
		self.assertEqual(self.resume(), ["it is over"])
		self.assertEqual(self.results(run), [runs.NOT_ISSUED])
		self.assertIn("cannot be reached", self.stored(run).rows[0].message)

	def test_refused_credentials_stop_the_account_after_one_call(self):
		self.account.token = "wrong"
		self.account.save()
		frappe.db.commit()
		run = self.run_of(self.quotations(4))
		self.assertEqual(self.results(run), [runs.NOT_ISSUED] * 4)
		self.assertEqual(len(self.calls()), 1)
		self.assertIn("Autentificare", self.stored(run).rows[3].message)

	def test_a_paused_account_costs_no_call(self):
		frappe.db.set_value("SmartBill Account", self.account.name, {"paused": 1, "pause_reason": "because"})
		frappe.db.commit()
		run = self.run_of(self.quotations(2))
		self.assertEqual(self.results(run), [runs.NOT_ISSUED] * 2)
		self.assertIn("because", self.stored(run).rows[1].message)
		self.assertEqual(self.calls(), [])

	def test_refusals_that_point_to_the_account_are_not_collected_five_hundred_times(self):
		text = "Pentru acest pachet s-a emis numarul maxim de documente permis"
		for _ in range(6):
			self.sandbox.fault("error_text", status=400, body=text)
		run = self.run_of(self.quotations(6))
		self.assertEqual(self.results(run), [runs.NOT_ISSUED] * 6)
		self.assertEqual(len(self.sandbox.creates()), bulk_row.MAX_STRIKES)
		self.assertIn("numarul maxim", self.stored(run).rows[5].message)

	def test_refusals_of_single_documents_stop_nobody(self):
		for _ in range(4):
			self.sandbox.fault("error_text", status=400, body="Client invalid!")
		run = self.run_of(self.quotations(6))
		self.assertEqual(self.results(run), [runs.NOT_ISSUED] * 4 + [runs.ISSUED] * 2)


class TestUnknown(BulkTestCase):
	def settle(self, run: str) -> None:
		"""Time passes, with the scheduled passes, until the run is over."""
		for _ in range(30):
			if self.stored(run).status not in leases.OPEN:
				return
			self.move(30)
			schedule.settle_due()
			self.resume()
		self.fail("the run does not end")

	def test_a_created_one_is_found_and_the_others_wait_for_it(self):
		run = self.start(self.quotations(3))
		self.sandbox.fault("drop", when="after")
		self.assertEqual(self.work(run), "it has to wait")
		self.assertEqual(self.results(run), [runs.UNKNOWN, runs.WAITING, runs.WAITING])
		doc = self.stored(run)
		self.assertEqual((doc.done, doc.issued, doc.failed), (1, 0, 0))
		self.assertIn("is unknown", doc.message)
		self.assertEqual(len(self.sandbox.creates()), 1)
		self.settle(run)
		self.assertEqual(self.results(run), [runs.ISSUED] * 3)
		self.assertEqual(
			[row.number for row in self.stored(run).rows], ["PRF2 0227", "PRF2 0228", "PRF2 0229"]
		)
		self.assertEqual(len(self.sandbox.creates()), 3)

	def test_one_that_was_proven_not_to_exist_is_sent_again_by_the_run(self):
		run = self.start(self.quotations(2))
		self.sandbox.fault("drop", when="before")
		self.work(run)
		self.settle(run)
		self.assertEqual(self.results(run), [runs.ISSUED] * 2)
		doc = frappe.get_doc("SmartBill Proforma", self.stored(run).rows[0].proforma)
		self.assertEqual((doc.attempt, doc.status), (2, states.ISSUED))
		self.assertEqual(len(self.sandbox.documents()), 2)

	def test_one_that_is_lost_again_and_again_is_given_up(self):
		run = self.start(self.quotations(1))
		for _ in range(bulk_row.MAX_ATTEMPTS):
			self.sandbox.fault("drop", when="before")
		self.work(run)
		self.settle(run)
		self.assertEqual(self.results(run), [runs.NOT_ISSUED])
		self.assertEqual(len(self.sandbox.creates()), bulk_row.MAX_ATTEMPTS)

	def test_a_run_does_not_send_again_what_a_person_took_over(self):
		run = self.start(self.quotations(1))
		self.sandbox.fault("drop", when="before")
		self.work(run)
		proforma = self.stored(run).rows[0].proforma
		frappe.db.set_value("SmartBill Proforma", proforma, "run", None)
		frappe.db.commit()
		self.settle(run)
		self.assertEqual(self.results(run), [runs.NOT_ISSUED])
		self.assertEqual(len(self.sandbox.creates()), 1)

	def test_another_company_goes_on_meanwhile(self):
		held, free = self.quotations(2), self.quotations(1)
		run = self.start(held + free)
		row = next(row for row in self.stored(run).rows if row.quotation == free[0])
		# as if it were another company's
		frappe.db.set_value(runs.ROW, row.name, "company", "Another")
		frappe.db.commit()
		issue = bulk_row.issue

		def without_the_series(quotation: str, *rest: Any) -> Any:
			if quotation == free[0]:
				return bulk_row.Done(runs.RowResult(runs.ISSUED, number="X 1"))
			return issue(quotation, *rest)

		self.sandbox.fault("drop", when="after")
		with patch.object(bulk_row, "issue", without_the_series):
			self.assertEqual(self.work(run), "it has to wait")
		self.assertEqual(self.results(run), [runs.UNKNOWN, runs.WAITING, runs.ISSUED])

	def test_what_a_person_has_to_decide_does_not_keep_the_run_open_and_is_written_down_later(self):
		run = self.start(self.quotations(1))
		self.sandbox.knobs(pdf_text="none")
		self.sandbox.fault("drop", when="after")
		self.work(run)
		self.settle(run)
		doc = self.stored(run)
		self.assertEqual((doc.status, self.results(run)), (leases.COMPLETED_WITH_ERRORS, [runs.UNKNOWN]))
		settling.adopt(frappe.get_doc("SmartBill Proforma", doc.rows[0].proforma), "0227", "seen there")
		# shown at once, stored by the next pass
		self.assertEqual(self.view(run)["rows"][0]["status"], runs.ISSUED)
		self.assertEqual(self.results(run), [runs.UNKNOWN])
		self.resume()
		self.assertEqual(self.results(run), [runs.ISSUED])
		self.assertEqual((self.stored(run).status, self.stored(run).issued), (leases.COMPLETED, 1))

	def test_a_stopped_run_leaves_its_unknown_row_to_be_settled(self):
		run = self.start(self.quotations(2))
		self.sandbox.fault("drop", when="after")
		self.work(run)
		bulk.stop(run)
		self.assertEqual(self.results(run), [runs.UNKNOWN, runs.STOPPED])
		for _ in range(8):
			self.move(60)
			schedule.settle_due()
			self.resume()
		self.assertEqual(self.results(run), [runs.ISSUED, runs.STOPPED])
		self.assertEqual(len(self.sandbox.creates()), 1)


class TestLimit(BulkTestCase):
	def most_in_ten_seconds(self) -> int:
		times = [datetime.fromisoformat(entry["time"]) for entry in self.calls()]
		return max(sum(1 for other in times if at <= other < at + timedelta(seconds=10)) for at in times)

	def test_the_limit_is_never_reached_at_the_fastest_pace(self):
		names = self.quotations(30)
		self.sandbox.knobs(v1_limit=30)
		run = self.run_of(names)
		self.assertEqual(self.results(run), [runs.ISSUED] * 30)
		self.assertLessEqual(self.most_in_ten_seconds(), 26)
		self.assertNotIn(403, {entry["status"] for entry in self.calls()})

	def test_the_configured_pace_is_kept(self):
		frappe.db.set_value("SmartBill Account", self.account.name, "pace_bulk", 5)
		frappe.db.commit()
		run = self.run_of(self.quotations(8))
		self.assertEqual(self.results(run), [runs.ISSUED] * 8)
		self.assertLessEqual(self.most_in_ten_seconds(), 6)


class TestLimitInRealTime(BulkTestCase):
	freezes_clock = False

	def last_number(self, quotations: list[str]) -> int:
		return max(
			map(int, frappe.get_all("SmartBill Proforma", {"quotation": ["in", quotations]}, pluck="number"))
		)

	def test_clicks_get_through_at_once_while_a_run_works(self):
		of_run, clicked = self.quotations(15), self.quotations(3)
		run = self.start(of_run)
		self.sandbox.knobs(v1_limit=30)

		def click() -> None:
			for name in clicked:
				time.sleep(1)
				response = requests.post(
					f"{os.environ['SITE_URL']}/api/v1/quotations/{name}/smartbill/proforma",
					headers=headers,
					timeout=30,
				)
				answers.append((response.status_code, response.json().get("error", {}).get("code")))

		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		answers: list[tuple[int, str | None]] = []
		user = frappe.get_doc("User", self.user)
		user.update({"api_key": frappe.generate_hash(length=15), "api_secret": "secret"})
		user.save()
		frappe.db.commit()
		headers = {"Authorization": f"token {user.api_key}:secret"}
		clicks = threading.Thread(target=click)
		clicks.start()
		self.work(run)
		clicks.join()
		self.assertEqual(answers, [(201, None)] * 3)
		self.assertEqual(self.results(run), [runs.ISSUED] * 15)
		# SmartBill's numbers tell the order: no click had to wait for the end of the run
		self.assertLess(self.last_number(clicked), self.last_number(of_run))
		self.assertNotIn(403, {entry["status"] for entry in self.calls()})


class TestRoutes(BulkTestCase):
	"""Over HTTP; the job is run by the site's own worker where there is one, and else by the test."""

	freezes_clock = False

	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		self.headers = self.token("Sales User")

	def token(self, *roles: str) -> dict[str, str]:
		user = frappe.get_doc("User", factories.user(*roles))
		user.update({"api_key": frappe.generate_hash(length=15), "api_secret": "secret"})
		user.save()
		frappe.db.commit()
		return {"Authorization": f"token {user.api_key}:secret"}

	def call(self, method: str, path: str = "", headers: Any = None, **more: Any) -> requests.Response:
		response = requests.request(
			method,
			f"{os.environ['SITE_URL']}/api/v1/smartbill/runs{path}",
			headers=self.headers if headers is None else headers,
			timeout=30,
			**more,
		)
		frappe.db.rollback()
		return response

	def error(self, response: requests.Response, status: int, code: str) -> None:
		self.assertEqual((response.status_code, response.json()["error"]["code"]), (status, code))

	def test_a_run_is_started_followed_and_over(self):
		names = self.quotations(3)
		response = self.call("POST", json={"quotations": [*names, "no such one"]})
		self.assertEqual(response.status_code, 202, response.text)
		data = response.json()["data"]
		self.assertEqual((data["total"], data["counts"]["not_issued"]), (4, 1))
		for _ in range(100):
			shown = self.call("GET", f"/{data['name']}").json()["data"]
			if shown["over"]:
				break
			time.sleep(0.1)
			if not shown["started_at"]:
				# a bench without workers
				self.work(data["name"])
		self.assertEqual(shown["status"], "Completed With Errors")
		self.assertEqual([row["status"] for row in shown["rows"]].count("Issued"), 3)
		self.assertTrue(all(row["pdf_url"] for row in shown["rows"] if row["status"] == "Issued"))
		self.error(self.call("POST", f"/{data['name']}/stop"), 409, "run_over")

	def test_a_form_sends_the_list_as_text(self):
		response = self.call("POST", data={"quotations": json.dumps(["no such one"])})
		self.assertEqual(response.status_code, 202, response.text)
		run = response.json()["data"]["name"]
		self.work(run)
		self.assertEqual(self.results(run), [runs.NOT_ISSUED])

	def test_what_is_not_a_list_of_names_is_422(self):
		for body in ({}, {"quotations": []}, {"quotations": "nonsense"}, {"quotations": [1]}):
			self.error(self.call("POST", json=body), 422, "invalid")
		self.error(self.call("POST", json={"quotations": [str(n) for n in range(501)]}), 422, "invalid")

	def test_guests_wrong_roles_and_strangers_are_refused(self):
		run = self.start(self.quotations(1))
		self.error(self.call("POST", headers={}, json={"quotations": ["x"]}), 401, "not_signed_in")
		self.error(self.call("GET", f"/{run}", headers={}), 401, "not_signed_in")
		self.error(self.call("POST", headers=self.token("Stock User"), json={}), 403, "not_allowed")
		for method, path in (("GET", f"/{run}"), ("POST", f"/{run}/stop")):
			self.error(self.call(method, path), 403, "not_allowed")
			self.error(self.call(method, path.replace(run, "SBR-0")), 404, "not_found")
		manager = self.token("Sales User", "B2B Manager")
		self.assertEqual(self.call("GET", f"/{run}", headers=manager).status_code, 200)
		stopped = self.call("POST", f"/{run}/stop", headers=manager)
		self.assertEqual(stopped.json()["data"]["counts"]["stopped"], 1)

	def test_a_switched_off_feature_is_404(self):
		self.switch(False)
		self.error(self.call("POST", json={"quotations": ["x"]}), 404, "not_found")
