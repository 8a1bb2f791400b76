"""The health page: every line is green while its part works, and tells of it when that part is really broken."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import frappe
import redis
import requests
from frappe.utils import background_jobs
from rq import Queue, Worker

from erp_b2b_smartbill import clock, features, hooks
from erp_b2b_smartbill.audit import verify
from erp_b2b_smartbill.customers.recommend import state as recommendations
from erp_b2b_smartbill.customers.search import state as index
from erp_b2b_smartbill.customers.search import tables
from erp_b2b_smartbill.health import checks, queues, smartbill
from erp_b2b_smartbill.health.line import FAILED, OFF, OK, WARNING, Line
from erp_b2b_smartbill.smartbill import modes, states
from erp_b2b_smartbill.smartbill.hosts import DEFAULT_API_URL
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.audit_case import AuditCase, note
from erp_b2b_smartbill.tests.compat import (
	CommittingTestCase,
	MadeOnceTestCase,
	ServerTestCase,
	forget_default,
	number_of_queries,
)
from erp_b2b_smartbill.tests.test_rest import token

ALL_SWITCHES = (
	features.PROFORMA,
	features.REGISTRATION,
	features.SYNC,
	features.SEARCH,
	features.OVERVIEW,
)


def ago(**span: float) -> datetime:
	return clock.now() - timedelta(**span)


class HealthTestCase(MadeOnceTestCase):
	"""A site on which all works: a worker, a scheduler that ticks, an account that was tested and read."""

	@classmethod
	def make_once(cls) -> None:
		factories.company()
		# accounts and documents of other tests that are on their way
		for doctype in (
			"SmartBill Account",
			"SmartBill Proforma",
			"SmartBill Invoice",
			"SmartBill Sync Run",
			"Error Log",
			"Email Queue",
			"Scheduled Job Log",
		):
			frappe.db.delete(doctype)
		cls.set_switches(*ALL_SWITCHES)
		cls.account = factories.smartbill_account(
			DEFAULT_API_URL, v3_token="a-secret-v3", token="a-secret-v1"
		)
		cls.set_account(
			sync_nightly=1,
			last_synced_at=ago(hours=3),
			last_tested_at=clock.now(),
			last_test_passed=1,
			counters=json.dumps({f"p/{factories.SERIES}": {"checked": 3}}),
		)
		cls.set_jobs(stopped=0, last_execution=clock.now())
		frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
		# rolled back with the class
		with mock.patch.object(frappe.db, "commit"):
			factories.outgoing_email_account()
		forget_default("suspend_email_queue")
		index.begin("walk", fresh=True, total=3)
		index.finish(3, 0)
		recommendations.begin("walk", full=True)
		recommendations.finish()

	def setUp(self) -> None:
		super().setUp()
		forget_system_settings()
		self.addCleanup(forget_system_settings)
		frappe.local.outgoing_email_account = {}
		self.enterContext(queues_of_its_own())
		self.start_worker()

	def enterContext(self, context: Any) -> Any:
		"""As in Python 3.11."""
		entered = context.__enter__()
		self.addCleanup(context.__exit__, None, None, None)
		return entered

	@staticmethod
	def set_switches(*on: str) -> None:
		frappe.db.set_single_value("B2B Settings", {switch: int(switch in on) for switch in ALL_SWITCHES})

	@classmethod
	def set_account(cls, **values: Any) -> None:
		frappe.db.set_value("SmartBill Account", cls.account.name, values, update_modified=False)

	@staticmethod
	def set_jobs(**values: Any) -> None:
		for method in (*hooks.scheduler_events["cron"]["* * * * *"], "x"):
			frappe.db.set_value("Scheduled Job Type", {"method": method}, values, update_modified=False)

	def stop_scheduler(self) -> None:
		frappe.db.set_single_value("System Settings", "enable_scheduler", 0)
		forget_system_settings()

	def start_worker(self, *names: str) -> Worker:
		connection = background_jobs.get_redis_conn()
		served = [
			Queue(background_jobs.generate_qname(name), connection=connection)
			for name in names or queues.NAMES
		]
		worker = Worker(served, connection=connection)
		worker.register_birth()
		return worker

	def line(self, check: str, about: str = "") -> Line:
		return line_of(check, about)

	def assert_tells(
		self, check: str, state: str, break_it: Callable[[], Any], *words: str, about: str = ""
	) -> Line:
		"""Green before, `state` after, with what to do and where."""
		before = self.line(check, about)
		self.assertEqual(before.state, OK, before)
		break_it()
		after = self.line(check, about)
		self.assertEqual(after.state, state, after)
		self.assertTrue(after.advice, after)
		self.assertTrue(after.link, after)
		for word in words:
			self.assertIn(word, after.text)
		return after


def line_of(check: str, about: str = "") -> Line:
	(found,) = (one for one in checks.run().lines if one.check == check and one.about == about)
	return found


def forget_system_settings() -> None:
	frappe.clear_document_cache("System Settings", "System Settings")
	if hasattr(frappe, "client_cache"):
		# of this process; on a bench Redis tells it
		key = frappe.get_document_cache_key("System Settings", "System Settings")
		frappe.client_cache.delete_value(key)


@contextlib.contextmanager
def queues_of_its_own() -> Iterator[None]:
	"""A database of its own in the site's Redis: nobody's workers, nobody's jobs."""
	pool = background_jobs.get_redis_conn().connection_pool
	kwargs = {**pool.connection_kwargs, "db": 13}
	own = redis.ConnectionPool(connection_class=pool.connection_class, **kwargs)
	connection = redis.Redis(connection_pool=own)
	connection.flushdb()
	with mock.patch.object(background_jobs, "get_redis_conn", lambda *_: connection):
		yield
	connection.flushdb()


class TestBackgroundJobs(HealthTestCase):
	def test_a_scheduler_that_is_switched_off(self):
		self.assert_tells("scheduler", FAILED, self.stop_scheduler, "does not run")

	def test_a_scheduler_that_the_configuration_keeps_back(self):
		def pause() -> None:
			self.enterContext(mock.patch.dict(frappe.conf, pause_scheduler=1))

		line = self.assert_tells("scheduler", FAILED, pause, "does not run")
		# bench enable-scheduler leaves it as it is
		self.assertIn("pause_scheduler", line.advice)

	def test_a_job_that_is_not_scheduled(self):
		method = hooks.scheduler_events["hourly_long"][0]
		self.assert_tells(
			"scheduler",
			FAILED,
			lambda: frappe.db.delete("Scheduled Job Type", {"method": method}),
			"missing",
			"follow_due",
		)

	def test_a_job_that_somebody_stopped(self):
		self.assert_tells("scheduler", WARNING, lambda: self.set_jobs(stopped=1), "settle_due")

	def test_a_scheduler_that_does_not_tick(self):
		self.assert_tells("tick", WARNING, lambda: self.set_jobs(last_execution=ago(minutes=7)), "7 minutes")
		self.set_jobs(last_execution=ago(hours=5))
		line = self.line("tick")
		self.assertEqual((line.state, line.facts["last_tick"].hour), (FAILED, ago(hours=5).hour))

	def test_a_new_site_has_not_ticked_yet_and_is_not_broken(self):
		self.set_jobs(last_execution=None, creation=ago(minutes=1))
		self.assertEqual(self.line("tick").state, OK)

	def test_a_scheduled_job_that_breaks_off(self):
		def break_off() -> None:
			job = frappe.get_doc("Scheduled Job Type", {"method": hooks.scheduler_events["hourly_long"][0]})
			for _time in range(2):
				frappe.get_doc(
					{"doctype": "Scheduled Job Log", "scheduled_job_type": job.name, "status": "Failed"}
				).insert(ignore_permissions=True)

		line = self.assert_tells("scheduled_jobs", WARNING, break_off, ": 2 (", "follow_due")
		self.assertEqual(line.facts["failed"], 2)

	def test_a_queue_that_cannot_be_reached(self):
		nobody_listens = redis.Redis(host="127.0.0.1", port=9, socket_connect_timeout=1)
		for check in ("queue", "workers", "oldest_job"):
			self.assertEqual(self.line(check).state, OK)
		with mock.patch.object(background_jobs, "get_redis_conn", lambda *_: nobody_listens):
			for check in ("queue", "workers", "oldest_job"):
				line = self.line(check)
				self.assertEqual(line.state, FAILED)
				self.assertIn("cannot be reached", line.text)
				self.assertTrue(line.advice)

	def test_a_queue_that_answers_nonsense_is_not_called_unreachable(self):
		with mock.patch.object(Worker, "all", side_effect=ValueError("secret")):
			line = self.line("workers")
		self.assertEqual(line.state, FAILED)
		self.assertIn("ValueError", line.text)
		self.assertNotIn("secret", line.text)

	def test_no_worker_and_a_queue_that_no_worker_serves(self):
		self.assertEqual(self.line("workers").facts["workers"], 1)
		background_jobs.get_redis_conn().flushdb()
		self.assertEqual(self.line("workers").state, FAILED)
		self.start_worker("short", "default")
		line = self.line("workers")
		self.assertEqual(line.state, FAILED)
		self.assertIn("long", line.text)
		self.start_worker("long")
		self.assertEqual(self.line("workers").state, OK)

	def test_a_job_that_waits_too_long(self):
		connection = background_jobs.get_redis_conn()
		queue = Queue(background_jobs.generate_qname("long"), connection=connection)

		def wait(**span: float) -> None:
			connection.delete(queue.key)
			for minutes in (0, 1):
				job = queue.enqueue("frappe.ping")
				job.enqueued_at = job.enqueued_at - timedelta(**span) + timedelta(minutes=minutes)
				job.save()

		self.assert_tells("oldest_job", WARNING, lambda: wait(minutes=25), "25 minutes")
		wait(hours=3)
		line = self.line("oldest_job")
		self.assertEqual((line.state, line.facts["oldest_seconds"] // 60), (FAILED, 180))
		self.assertEqual(self.line("queue").facts["waiting"], 2)


class TestSite(HealthTestCase):
	def test_a_doctype_that_was_never_installed(self):
		self.assert_tells(
			"installed",
			FAILED,
			lambda: frappe.db.delete("DocType", {"name": "SmartBill Unit"}),
			"SmartBill Unit",
		)

	def test_a_field_of_ours_that_somebody_deleted(self):
		field = {"dt": "Customer", "fieldname": "b2b_tier"}
		self.assert_tells(
			"installed", FAILED, lambda: frappe.db.delete("Custom Field", field), "Customer.b2b_tier"
		)

	def test_a_role_that_somebody_deleted(self):
		self.assert_tells(
			"installed", FAILED, lambda: frappe.db.delete("Role", {"name": "B2B Sales"}), "B2B Sales"
		)

	def test_mails_that_do_not_leave(self):
		def stand(status: str, **values: Any) -> None:
			mail = frappe.get_doc({"doctype": "Email Queue", "sender": "a@example.com", "message": "x"})
			mail.db_insert()
			frappe.db.set_value("Email Queue", mail.name, {"status": status, **values}, update_modified=False)

		stand("Sent", creation=ago(hours=5))
		stand("Not Sent")
		self.assert_tells("mail", WARNING, lambda: stand("Error"), ": 1.")
		for status in ("Not Sent", "Partially Sent", "Sending"):
			with self.subTest(status=status):
				frappe.db.set_value("Email Queue", {"status": ["!=", "Error"]}, "status", "Sent")
				self.assertEqual(self.line("mail").state, WARNING)
				# a worker that was killed leaves its mail as it is, and Frappe 15 never takes it up again
				stand(status, creation=ago(hours=2))
				line = self.line("mail")
				self.assertEqual((line.state, line.facts["late"]), (FAILED, 1))
				self.assertIn(status, line.link["filters"]["status"][1])

	def test_mails_that_are_suspended(self):
		self.assert_tells(
			"mail", FAILED, lambda: frappe.db.set_default("suspend_email_queue", 1), "suspended"
		)
		self.addCleanup(frappe.clear_cache, user="__default")

	def test_no_account_to_send_mails_with(self):
		def lose() -> None:
			frappe.db.set_value("Email Account", {"enable_outgoing": 1}, "enable_outgoing", 0)
			frappe.local.outgoing_email_account = {}

		self.assert_tells("mail", FAILED, lose, "no outgoing")
		self.set_switches()
		self.assertEqual(self.line("mail").state, OFF)

	def test_an_error_of_ours_and_what_it_says_stays_where_it_is(self):
		frappe.log_error(title="Another app", message="Traceback of another one")
		line = self.assert_tells(
			"errors",
			WARNING,
			lambda: frappe.log_error(
				title="Something", message="File apps/erp_b2b_smartbill/x.py: password=hunter2"
			),
			": 1.",
		)
		self.assertNotIn("hunter2", json.dumps(line.__dict__, default=str))
		frappe.db.set_value("Error Log", {}, {"creation": ago(days=2), "modified": ago(days=2)})
		self.assertEqual(self.line("errors").state, OK)


class TestALostTable(ServerTestCase):
	def test_a_table_that_somebody_dropped(self):
		self.assertEqual(line_of("installed").state, OK)
		# databases commit when a table is dropped
		frappe.db.rollback()
		frappe.db.sql_ddl(f"alter table {tables.USE} rename to b2b_search_lost")
		self.addCleanup(frappe.db.sql_ddl, f"alter table b2b_search_lost rename to {tables.USE}")
		line = line_of("installed")
		self.assertEqual(line.state, FAILED)
		self.assertIn(tables.USE, line.text)


class TestSmartBill(HealthTestCase):
	def unknown(self, doctype: str, **values: Any) -> str:
		doc = frappe.get_doc(
			{
				"doctype": doctype,
				"name": frappe.generate_hash(length=10),
				"account": self.account.name,
				"status": states.UNKNOWN,
				"claimed_at": ago(minutes=4),
				**values,
			}
		)
		doc.db_insert()
		return doc.name

	def tell(self, check: str, state: str, *words: str, **values: Any) -> Line:
		return self.assert_tells(
			check, state, lambda: self.set_account(**values), *words, about=self.account.name
		)

	def test_documents_of_unknown_outcome(self):
		for check, doctype in (
			("unknown_proformas", "SmartBill Proforma"),
			("unknown_invoices", "SmartBill Invoice"),
		):
			with self.subTest(doctype=doctype):
				self.assert_tells(check, WARNING, lambda doctype=doctype: self.unknown(doctype), "4 minutes")
				self.unknown(doctype, claimed_at=ago(hours=7), needs_person=1)
				line = self.line(check)
				self.assertEqual(
					(line.state, line.facts["count"], line.facts["for_a_person"]), (FAILED, 2, 1)
				)
				self.assertIn("7 hours", line.text)
				self.assertEqual(line.link, {"doctype": doctype, "filters": {"status": "Unknown"}})

	def test_a_document_whose_worker_died_counts_before_anybody_wrote_that_down(self):
		self.assert_tells(
			"unknown_proformas",
			FAILED,
			lambda: self.unknown("SmartBill Proforma", status=states.SENDING, claimed_at=ago(hours=2)),
		)

	def test_switched_off_it_is_off_and_what_is_open_still_needs_somebody(self):
		self.set_switches()
		self.assertEqual(self.line("unknown_proformas").state, OFF)
		self.unknown("SmartBill Proforma")
		line = self.line("unknown_proformas")
		self.assertEqual(line.state, WARNING)
		self.assertIn("outcome: 1", line.text)
		self.assertIn("switch it on", line.advice)

	def test_a_paused_account(self):
		self.tell("gate", FAILED, "Autentificare", paused=1, pause_reason="Autentificare esuata")

	def test_a_blocked_account(self):
		line = self.tell("gate", WARNING, "takes no calls", blocked_until=clock.now() + timedelta(minutes=8))
		self.assertTrue(line.facts["blocked_until"])
		self.set_account(blocked_until=ago(minutes=1))
		self.assertEqual(self.line("gate", self.account.name).state, OK)
		self.set_account(v3_blocked_until=clock.now() + timedelta(minutes=8))
		self.assertEqual(self.line("gate", self.account.name).state, WARNING)

	def test_an_account_that_is_live_elsewhere(self):
		self.tell("gate", FAILED, "copy", live_site_id="another")

	def test_an_account_whose_database_is_older_than_what_was_sent(self):
		def restore() -> None:
			modes.note_sent(self.account.name, "p", "PRF2", 41)
			self.set_account(sent_numbers=json.dumps({"p/PRF2": 40}))

		# as another account: what is noted outside the database outlives the test
		self.set_account(creation=ago(days=1))
		with mock.patch.object(frappe.db, "commit"):
			self.assert_tells("gate", FAILED, restore, "restored backup", about=self.account.name)

	def test_no_account_while_proformas_are_on(self):
		frappe.db.delete("SmartBill Account")
		self.assertEqual(self.line("gate").state, WARNING)
		self.assertEqual({self.line(check).state for check in ("credentials", "series", "sync")}, {OFF})

	def test_an_account_that_is_switched_off_is_off(self):
		self.set_account(mode="Off", paused=1, counter_notice="x", last_test_passed=0, last_synced_at=None)
		of_account = {one.state for one in checks.run().lines if one.about == self.account.name}
		self.assertEqual(of_account, {OFF})

	def test_somebody_else_in_the_series(self):
		self.tell(
			"series", WARNING, "somebody else", counter_notice="The number 7 was given by somebody else."
		)

	def test_a_series_that_nobody_looks_at_is_not_called_clean(self):
		for values in ({"mode": "Draft"}, {"paused": 1}, {"live_site_id": "another"}):
			with self.subTest(**values):
				self.assertEqual(self.line("series", self.account.name).state, OK)
				before = frappe.db.get_value(
					"SmartBill Account", self.account.name, list(values), as_dict=True
				)
				self.set_account(**values)
				line = self.line("series", self.account.name)
				self.assertEqual(line.state, OFF)
				self.assertIn("only while it is Live", line.text)
				self.set_account(counter_notice="The number 7 was given by somebody else.")
				self.assertEqual(self.line("series", self.account.name).state, WARNING)
				self.set_account(counter_notice=None, **before)

	def test_a_series_that_was_never_looked_at(self):
		self.tell("series", WARNING, factories.SERIES, counters=None)
		self.set_account(
			counters=json.dumps({f"p/{factories.SERIES}": {"checked": 3}}), spare_series="REZERVA"
		)
		self.assertIn("REZERVA", self.line("series", self.account.name).text)

	def test_credentials(self):
		self.tell("credentials", FAILED, "nu", last_test_passed=0, last_test_problem="Token nu e bun")
		self.set_account(last_test_passed=1, modified=clock.now() + timedelta(seconds=5))
		self.assertEqual(self.line("credentials", self.account.name).state, WARNING)
		self.set_account(last_tested_at=None)
		self.assertIn("never tested", self.line("credentials", self.account.name).text)

	def run_of(self, status: str, **values: Any) -> str:
		doc = frappe.get_doc(
			{
				"doctype": "SmartBill Sync Run",
				"name": frappe.generate_hash(length=10),
				"account": self.account.name,
				"source": "API",
				"trigger": "Nightly",
				"status": status,
				"heartbeat_at": clock.now(),
				**values,
			}
		)
		doc.db_insert()
		created = values.get("creation") or clock.now()
		frappe.db.set_value(doc.doctype, doc.name, "creation", created, update_modified=False)
		return doc.name

	def test_a_sync_that_failed(self):
		self.run_of("Completed", creation=ago(days=1))
		line = self.assert_tells(
			"sync",
			FAILED,
			lambda: self.run_of("Failed", message="Token refuzat"),
			"Token refuzat",
			about=self.account.name,
		)
		self.assertEqual(line.link["doctype"], "SmartBill Sync Run")
		self.run_of("Completed", creation=clock.now() + timedelta(seconds=1))
		self.assertEqual(self.line("sync", self.account.name).state, OK)

	def test_a_file_that_failed_is_no_failed_sync(self):
		self.run_of("Failed", source="File")
		self.assertEqual(self.line("sync", self.account.name).state, OK)

	def test_a_sync_that_is_late(self):
		self.tell("sync", WARNING, "30 hours", last_synced_at=ago(hours=30))
		self.set_account(last_synced_at=ago(days=5))
		self.assertEqual(self.line("sync", self.account.name).state, FAILED)
		self.set_account(last_synced_at=None)
		self.assertEqual(self.line("sync", self.account.name).state, WARNING)

	def test_a_sync_that_stands_still(self):
		self.assert_tells(
			"sync",
			FAILED,
			lambda: self.run_of("Running", heartbeat_at=ago(hours=1)),
			"stands still",
			about=self.account.name,
		)
		# SmartBill wants no question before the morning
		frappe.db.set_value("SmartBill Sync Run", {}, "next_at", clock.now() + timedelta(hours=2))
		self.assertEqual(self.line("sync", self.account.name).state, OK)

	def test_a_sync_without_a_token(self):
		self.assert_tells(
			"sync",
			FAILED,
			lambda: frappe.db.delete("__Auth", {"doctype": "SmartBill Account", "fieldname": "v3_token"}),
			"no V3 token",
			about=self.account.name,
		)

	def test_an_account_that_is_not_read_by_night_is_off(self):
		self.set_account(sync_nightly=0, last_synced_at=None)
		self.assertEqual(self.line("sync", self.account.name).state, OFF)


class TestCustomers(HealthTestCase):
	def test_an_index_that_drifted(self):
		self.assert_tells("search", WARNING, lambda: index.finish(3, 17), ": 17;")

	def test_an_index_that_nobody_compared(self):
		def compare(**span: float) -> None:
			frappe.db.set_single_value(index.STATE, "checked_at", ago(**span))

		self.assert_tells("search", WARNING, lambda: compare(hours=30), "30 hours")
		compare(days=4)
		self.assertEqual(self.line("search").state, FAILED)

	def test_an_index_that_is_being_built_and_a_walk_that_stands_still(self):
		def build() -> None:
			index.begin("another", fresh=True, total=100)
			index.step("Customer", "x", 40, 0)

		self.assert_tells("search", WARNING, build, "40 of 100")
		frappe.db.set_single_value(index.STATE, "moved_at", ago(hours=2))
		self.assertEqual(self.line("search").state, FAILED)

	def test_an_index_that_was_emptied(self):
		self.assert_tells("search", WARNING, index.forget, "not built")

	def test_recommendations_that_nobody_renewed(self):
		def finish(**span: float) -> None:
			frappe.db.set_single_value(recommendations.STATE, "finished_at", ago(**span))

		self.assert_tells("recommendations", WARNING, lambda: finish(hours=40), "40 hours")
		finish(days=4)
		self.assertEqual(self.line("recommendations").state, FAILED)
		frappe.db.delete("Singles", {"doctype": recommendations.STATE})
		self.assertIn("never made", self.line("recommendations").text)

	def test_a_run_of_recommendations_that_stands_still(self):
		def stand() -> None:
			recommendations.begin("another", full=True)
			frappe.db.set_single_value(recommendations.STATE, "moved_at", ago(hours=2))

		self.assert_tells("recommendations", FAILED, stand, "stands still")


class TestAudit(AuditCase):
	def line(self) -> Line:
		return line_of("audit")

	def verify(self) -> None:
		verify.keep(verify.verify())

	def test_a_row_that_somebody_changed_in_the_database(self):
		names = self.sealed(3)
		self.verify()
		self.assertEqual(self.line().state, OK)
		self.tamper("update `tabBusiness Event` set reason = %s where name = %s", "another", names[1])
		self.verify()
		line = self.line()
		self.assertEqual((line.state, line.facts["problems"]), (FAILED, 1))
		self.assertIn("verify-audit", line.advice)
		self.assertTrue(line.link)

	def test_events_that_nobody_seals(self):
		self.sealed(1)
		self.verify()
		old = note().name
		frappe.db.commit()
		self.assertEqual(self.line().state, OK)
		self.tamper("update `tabBusiness Event` set creation = %s where name = %s", ago(minutes=20), old)
		line = self.line()
		self.assertEqual((line.state, line.facts["unsealed"]), (WARNING, 1))

	def test_a_verification_that_does_not_run(self):
		self.assertIn("never verified", self.line().text)
		self.sealed(1)
		for span, state in ({"hours": 2}, OK), ({"hours": 30}, WARNING), ({"days": 4}, FAILED):
			self.verify()
			kept = {**verify.last_result(), "verified_at": str(ago(**span))}
			frappe.db.set_global(verify.LAST_RESULT, json.dumps(kept))
			self.assertEqual(self.line().state, state)

	def test_events_of_another_encryption_key(self):
		self.sealed(1)
		with self.encryption_key("A" * 43 + "="):
			self.verify()
			self.assertEqual(self.line().state, WARNING)


class TestTheWhole(HealthTestCase):
	def test_on_a_site_where_all_works_nothing_is_red(self):
		report = checks.run()
		others = [line for line in report.lines if line.state not in (OK, OFF)]
		self.assertEqual(([line for line in others if line.check != "audit"]), [])
		ids = [check.id for _label, of_group in checks.GROUPS.values() for check in of_group]
		self.assertEqual(len(ids), len(set(ids)))
		self.assertEqual({line.check for line in report.lines}, set(ids))

	def test_what_is_switched_off_is_off_and_no_fault(self):
		self.set_switches()
		self.set_account(paused=1, last_test_passed=0, last_synced_at=None)
		index.forget()
		report = checks.run()
		switched = ("gate", "credentials", "series", "sync", "search", "recommendations")
		self.assertEqual({line.state for line in report.lines if line.check in switched}, {OFF})
		self.assertNotEqual(report.state, FAILED)

	def test_a_check_that_breaks_off_is_a_failed_line_and_the_others_are_told(self):
		before = {line.check: line.state for line in checks.run().lines}
		with mock.patch.object(smartbill, "_latest_runs", side_effect=frappe.db.ProgrammingError("secret")):
			lines = checks.run().lines
		after = {line.check: line.state for line in lines}
		self.assertEqual(after, {**before, "sync": FAILED})
		broken = next(line for line in lines if line.check == "sync")
		self.assertNotIn("secret", broken.text)
		self.assertTrue(broken.advice)

	def test_a_query_that_fails_takes_no_other_check_with_it(self):
		with mock.patch.object(smartbill, "RUN", "SmartBill Nothing"):
			after = {line.check: line.state for line in checks.run().lines}
		self.assertEqual((after["sync"], after["search"], after["unknown_proformas"]), (FAILED, OK, OK))

	def test_the_number_of_queries_does_not_depend_on_how_much_there_is(self):
		def queries() -> int:
			checks.run()
			return number_of_queries(checks.run)

		few = queries()
		row = frappe.get_doc("SmartBill Account", self.account.name)
		for number in range(12):
			row.name = row.company = f"Company {number}"
			row.db_insert()
			for doctype in ("SmartBill Proforma", "SmartBill Sync Run", "Error Log", "Email Queue"):
				one = frappe.get_doc(
					{
						"doctype": doctype,
						"name": frappe.generate_hash(length=10),
						"account": row.name,
						"source": "API",
						"claimed_at": ago(hours=1),
					}
				)
				one.db_insert()
				if doctype != "Error Log":
					status = "Error" if doctype == "Email Queue" else "Unknown"
					frappe.db.set_value(doctype, one.name, "status", status)
		self.assertEqual(queries(), few)
		self.assertLess(few, 80)

	def test_secrets_are_never_told(self):
		self.set_account(paused=1, pause_reason="Authorization: Basic YWJjOmRlZg== refused")
		said = json.dumps(checks.run().as_dict(), default=str)
		for secret in ("a-secret-v1", "a-secret-v3", "YWJjOmRlZg"):
			self.assertNotIn(secret, said)

	def test_an_account_is_told_of_to_who_may_read_it(self):
		other = frappe.get_doc("SmartBill Account", self.account.name)
		other.name = other.company = "Firma Ascunsă"
		other.pause_reason, other.paused = "Token ascuns", 1
		other.db_insert()
		limited = factories.user("B2B Manager")
		permission = {"user": limited, "allow": "SmartBill Account", "for_value": self.account.name}
		frappe.get_doc({"doctype": "User Permission", **permission}).insert()
		with self.as_user(limited):
			report = checks.run()
			self.assertNotIn("ascuns", json.dumps(report.as_dict(), default=str).lower())
			# that something is wrong is everybody's
			gates = {line.about: (line.state, line.link) for line in report.lines if line.check == "gate"}
			self.assertEqual(gates[""], (FAILED, None))
			self.assertEqual(gates[self.account.name][0], OK)

	def test_ways_lead_only_where_the_reader_may_go(self):
		with self.as_user(factories.user("B2B Manager")):
			links = {line.check: line.link for line in checks.run().lines}
		self.assertIsNone(links["errors"])
		self.assertTrue(links["gate"])


class TestRoute(CommittingTestCase):
	"""Over HTTP, with a token, as a monitor asks."""

	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()

	def ask(self, headers: dict[str, str], method: str = "GET") -> requests.Response:
		return requests.request(
			method, f"{os.environ['SITE_URL']}/api/v1/health", headers=headers, timeout=30
		)

	def test_the_status_tells_a_monitor_whether_anything_failed(self):
		answer = self.ask(token("System Manager"))
		data = answer.json()["data"]
		self.assertEqual(answer.status_code, 503 if data["state"] == FAILED else 200)
		self.assertEqual(sum(data["counts"].values()), sum(len(group["lines"]) for group in data["groups"]))
		self.assertEqual(data["counts"]["failed"] > 0, data["state"] == FAILED)

	def test_who_may_ask(self):
		# the last only reads, so that the token of a monitor opens nothing else
		for role in ("B2B Manager", "B2B Auditor"):
			self.assertIn(self.ask(token(role)).status_code, (200, 503), role)
		self.assertEqual(self.ask(token("B2B Sales", "Sales User")).status_code, 403)
		self.assertEqual(self.ask({}).status_code, 401)
		self.assertEqual(self.ask(token("System Manager"), "POST").status_code, 405)
