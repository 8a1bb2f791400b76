"""Runs of SmartBill's clients: who may start and see them, over REST and by night, and what is told of them."""

import os
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest import mock

import frappe
import requests

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.api.routes import ROUTES
from erp_b2b_smartbill.smartbill.clients import job, site_files, sync_runs, sync_view
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase
from erp_b2b_smartbill.tests.test_rest import token

CSV = "Denumire;CIF;Oras\nPrin REST SRL;;Turda\nAlta SRL;;Cluj-Napoca\n"


class TestRest(ClientsTestCase):
	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		# the queue of the served site would work on the runs meanwhile
		self.seed(120)
		self.manager = token("B2B Manager")

	def call(
		self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any
	) -> requests.Response:
		response = requests.request(
			method,
			f"{os.environ['SITE_URL']}/api/v1/smartbill{path}",
			headers=self.manager if headers is None else headers,
			timeout=60,
			**options,
		)
		frappe.db.rollback()
		return response

	def error(self, response: requests.Response, status: int, code: str) -> dict[str, Any]:
		self.assertEqual(response.status_code, status, response.text)
		self.assertEqual(response.json()["error"]["code"], code)
		self.assertTrue(response.json()["error"]["message"])
		return response.json()["error"]

	def addresses(self) -> list[tuple[str, str]]:
		run = self.run_by_hand()
		return [
			(method, route.path.removeprefix("/api/v1/smartbill").replace("<run>", run))
			for route in ROUTES
			if route.switch == features.SYNC
			for method in route.operations
		]

	def run_by_hand(self) -> str:
		"""A run that no job knows of."""
		return sync_runs.create(self.account, "API", sync_runs.PERSON).name

	def test_only_those_who_may_sync_reach_any_of_it(self):
		buyer = frappe.get_doc("User", factories.buyer(self.customer().name))
		secret = frappe.generate_hash(length=15)
		buyer.update({"api_key": frappe.generate_hash(length=15), "api_secret": secret})
		buyer.save()
		frappe.db.commit()
		of_buyer = {"Authorization": f"token {buyer.api_key}:{secret}"}
		of_sales = token("B2B Sales", "Sales User")
		addresses = self.addresses()
		self.assertGreaterEqual(len(addresses), 6)
		for method, path in addresses:
			with self.subTest(f"{method} {path}"):
				self.error(self.call(method, path, {}), 401, "not_signed_in")
				self.error(self.call(method, path, of_buyer), 403, "not_allowed")
				self.error(self.call(method, path, of_sales), 403, "not_allowed")
		self.assertEqual(frappe.db.count(sync_runs.RUN, {"account": self.account}), 1)

	def test_off_is_as_if_it_were_not_there(self):
		addresses = self.addresses()
		frappe.db.set_single_value("B2B Settings", features.SYNC, 0)
		frappe.db.commit()
		for method, path in addresses:
			with self.subTest(f"{method} {path}"):
				self.error(self.call(method, path), 404, "not_found")

	def test_a_program_starts_a_sync_and_follows_it_to_its_end(self):
		response = self.call("POST", "/sync", json={"account": self.account})
		self.assertEqual(response.status_code, 202, response.text)
		started = response.json()["data"]
		self.assertEqual(
			(started["trigger"], started["account"], started["over"]), ("Program", self.account, False)
		)
		self.finish(started["name"])
		for _look in range(100):
			shown = self.call("GET", f"/sync/{started['name']}").json()["data"]
			if shown["over"]:
				break
		self.assertEqual((shown["status"], shown["percent"], shown["pages"]), ("Completed", 100, 2))
		self.assertEqual((shown["counts"]["seen"], shown["counts"]["new_clients"]), (120, 120))
		self.assertIsNone(shown["phase_text"])

	def test_the_account_need_not_be_named_where_there_is_one(self):
		others = frappe.get_all("SmartBill Account", {"name": ["!=", self.account]}, pluck="name")
		if others:
			error = self.error(self.call("POST", "/sync", json={}), 422, "invalid")
			self.assertEqual(error["problems"][0]["field"], "account")
		else:
			self.assertEqual(self.call("POST", "/sync", json={}).status_code, 202)
		self.error(self.call("POST", "/sync", json={"account": "none"}), 404, "not_found")
		self.error(self.call("POST", "/sync", json={"account": ["x"]}), 404, "not_found")

	def test_a_second_run_of_the_account_is_409_and_names_the_first(self):
		first = self.run_by_hand()
		body = {"account": self.account}
		error = self.error(self.call("POST", "/sync", json=body), 409, "sync_running")
		self.assertEqual(error["problems"][0]["name"], first)
		files = {"file": ("clienti.csv", CSV)}
		self.error(self.call("POST", "/imports", data=body, files=files), 409, "sync_running")

	def test_without_a_v3_token_it_is_422_and_offers_the_import(self):
		doc = frappe.get_doc("SmartBill Account", self.account)
		doc.v3_token = ""
		doc.save()
		frappe.db.commit()
		error = self.error(self.call("POST", "/sync", json={"account": self.account}), 422, "no_v3_token")
		self.assertIn("import a file", error["message"])
		self.assertEqual(error["problems"][0]["field"], "v3_token")
		self.assertFalse(
			self.call("GET", "/sync", params={"account": self.account}).json()["data"]["has_token"]
		)

	def test_a_run_is_stopped_once(self):
		run = self.run_by_hand()
		shown = self.call("POST", f"/sync/{run}/stop").json()["data"]
		self.assertEqual((shown["status"], shown["over"]), ("Completed With Errors", True))
		self.assertEqual(shown["message"], "It was stopped before the end.")
		self.error(self.call("POST", f"/sync/{run}/stop"), 409, "run_over")
		self.error(self.call("POST", "/sync/none/stop"), 404, "not_found")
		self.error(self.call("GET", "/sync/none"), 404, "not_found")

	def test_an_upload_is_shown_mended_and_imported(self):
		body = {"account": self.account}
		files = {"file": ("clienti.csv", "Firma;Oras\nPrin REST SRL;Turda\n")}
		response = self.call("POST", "/imports/preview", data=body, files=files)
		self.assertEqual(response.status_code, 200, response.text)
		seen = response.json()["data"]
		self.assertEqual(seen["missing"], ["name"])
		# so that it goes by itself when nobody imports it
		looked_at = {"name": seen["file"], "attached_to_field": site_files.LOOKED_AT}
		self.assertTrue(frappe.db.exists("File", looked_at))
		chosen = {**body, "file": seen["file"], "columns": {"0": "name"}}
		again = self.call("POST", "/imports/preview", json=chosen).json()["data"]
		self.assertEqual((again["missing"], again["outcome"]["new"], again["total"]), ([], 1, 1))
		self.assertEqual(frappe.db.count(CLIENT, {"account": self.account}), 0)
		response = self.call("POST", "/imports", json=chosen)
		self.assertEqual(response.status_code, 202, response.text)
		run = self.finish(response.json()["data"]["name"])
		self.assertEqual((run.source, run.trigger, run.total_rows), ("File", "Program", 1))
		self.assertFalse(frappe.db.exists("File", looked_at))
		(attached,) = frappe.get_all("File", {"attached_to_name": run.name}, pluck="name")
		self.assertEqual(attached, seen["file"])
		self.wait_for_the_end(run.name)
		self.assertEqual(
			frappe.get_all(CLIENT, {"account": self.account}, pluck="client_name"), ["Prin REST SRL"]
		)

	def wait_for_the_end(self, run: str) -> None:
		"""The served site's own worker may have been the quicker one."""
		for _look in range(200):
			if self.call("GET", f"/sync/{run}").json()["data"]["over"]:
				return
		self.fail("the run does not end")

	def test_what_is_no_choice_of_columns_or_no_file_is_422(self):
		body = {"account": self.account}
		files = {"file": ("clienti.csv", CSV)}
		far = '{"%s": "name"}' % ("9" * 5000)
		for columns in ("[]", "x", '{"0": "surname"}', '{"a": "name"}', '{"900": "name"}', '"name"', far):
			with self.subTest(columns[:20]):
				response = self.call(
					"POST", "/imports/preview", data={**body, "columns": columns}, files=files
				)
				self.error(response, 422, "invalid")
		self.error(self.call("POST", "/imports/preview", json=body), 422, "invalid")
		self.error(self.call("POST", "/imports/preview", json={**body, "file": {"a": 1}}), 422, "invalid")
		self.error(self.call("POST", "/imports/preview", json={**body, "file": "none"}), 404, "not_found")
		twice = {**body, "columns": '{"2": "name"}'}
		response = self.call("POST", "/imports/preview", data=twice, files=files)
		self.error(response, 422, "file_duplicate_field")
		refused = {"file": ("clienti.xlsx", b"\x89PNG\r\n\x1a\n")}
		before = frappe.db.count("File")
		self.error(self.call("POST", "/imports/preview", data=body, files=refused), 422, "file_image")
		self.assertEqual(frappe.db.count("File"), before)

	def test_somebody_elses_file_is_not_read(self):
		doc = frappe.get_doc(
			{"doctype": "File", "file_name": "a.csv", "is_private": 1, "content": CSV.encode()}
		)
		doc.insert()
		frappe.db.commit()
		body = {"account": self.account, "file": doc.name}
		self.error(self.call("POST", "/imports/preview", json=body), 403, "not_allowed")
		self.error(self.call("POST", "/imports", json=body), 403, "not_allowed")

	def test_rejected_rows_are_for_those_who_may_see_the_run(self):
		body = {"account": self.account}
		files = {"file": ("clienti.csv", CSV + ";;Dej\n")}
		run = self.call("POST", "/imports", data=body, files=files).json()["data"]["name"]
		self.finish(run)
		self.wait_for_the_end(run)
		shown = self.call("GET", f"/sync/{run}").json()["data"]
		self.assertEqual((shown["counts"]["rejected"], shown["errors"][0]["row"]), (1, "4"))
		for url in (shown["rejected_url"], shown["file_url"]):
			for headers, status in (
				(token("B2B Manager"), 200),
				(token("B2B Sales", "Sales User"), 403),
				({}, 403),
			):
				response = requests.get(f"{os.environ['SITE_URL']}{url}", headers=headers, timeout=30)
				self.assertEqual(response.status_code, status, url)

	def test_what_the_account_shows_of_its_clients(self):
		before = self.call("GET", "/sync", params={"account": self.account}).json()["data"]
		self.assertEqual((before["last"], before["running"], before["clients"]), (None, None, 0))
		run = self.sync()
		after = self.call("GET", "/sync", params={"account": self.account}).json()["data"]
		self.assertEqual((after["last"]["name"], after["clients"], after["not_linked"]), (run.name, 120, 120))

	def test_it_counts_what_the_lists_show(self):
		one, other = (self.customer(tax_id=cui) for cui in ("12345674", "98765438"))
		self.seed(
			*({"vatCode": customer.tax_id, "name": f"Altcineva {customer.name}"} for customer in (one, other))
		)
		self.sync()
		user = factories.user("B2B Manager", "Sales User")
		frappe.get_doc(
			{"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": one.name}
		).insert()
		frappe.db.commit()
		with self.as_user(user):
			view = sync_view.account_view(self.account)
			listed = len(frappe.get_list(CONFLICT, {"account": self.account, "status": "Open"}))
		self.assertEqual((view["clients"], view["open_conflicts"]), (1, listed))
		self.assertLess(listed, len(self.open_conflicts()))


class TestRuns(ClientsTestCase):
	def view(self, run: str) -> dict[str, Any]:
		return sync_view.run_view(frappe.get_doc(sync_runs.RUN, run))

	def test_a_server_whose_clock_is_behind_takes_no_run_from_another(self):
		self.seed(1)
		run = job.start(self.account).name
		self.assertIsNotNone(sync_runs.LEASES.take(run))
		for ahead, is_taken in ((timedelta(seconds=2), False), (timedelta(minutes=59), True)):
			ahead = clock.now() + ahead
			frappe.db.set_value(sync_runs.RUN, run, "heartbeat_at", ahead, update_modified=False)
			self.assertEqual(sync_runs.LEASES.take(run) is not None, is_taken)

	def test_progress_is_told_while_it_works(self):
		self.seed(250)
		first = self.sync()
		run = job.start(self.account).name
		self.assertEqual(self.view(run)["phase_text"], "Waits for its turn")
		told: list[tuple[str, int | None, int]] = []

		def look() -> None:
			shown = self.view(run)
			told.append((shown["phase_text"], shown["percent"], shown["counts"]["seen"]))

		job.work(run, tell=look)
		self.assertEqual(told[0], ("Reading the clients in SmartBill", 38, 100))
		percents = [percent for _text, percent, _seen in told]
		self.assertEqual(percents, sorted(percents))
		self.assertIn("Looking for clients that SmartBill no longer has", [text for text, *_rest in told])
		done = self.view(run)
		self.assertEqual((done["over"], done["percent"], done["expected"]), (True, 100, first.seen))

	def test_nobody_knows_how_far_the_first_sync_is(self):
		self.seed(150)
		run = job.start(self.account).name
		seen: list[Any] = []
		job.work(run, tell=lambda: seen.append(self.view(run)["percent"]))
		self.assertIsNone(seen[0])

	def test_lists_show_what_this_run_did_and_no_other(self):
		customer = self.customer(customer_name="Gasit SRL", tax_id="RO14399840")
		self.seed({"vatCode": "RO14399840", "name": "Altfel SRL"}, 4)
		first = self.view(self.sync().name)
		# lists are told apart by seconds
		for doctype, field in ((CLIENT, "first_seen_at"), (CLIENT, "modified"), (CLIENT, "linked_at")):
			earlier = frappe.utils.add_to_date(None, minutes=-5)
			frappe.db.set_value(doctype, {"account": self.account}, field, earlier, update_modified=False)
		frappe.db.set_value(
			"Customer Sync Conflict",
			{"account": self.account},
			"opened_at",
			frappe.utils.add_to_date(None, minutes=-5),
			update_modified=False,
		)
		frappe.db.commit()
		self.change({"number": 2, "city": "Iași"}, {**self.client(9), "number": 9}, delete=(3,))
		second = self.view(self.sync().name)

		def shown(view: dict[str, Any], what: str) -> int:
			doctype, filters = view["lists"][what]
			return frappe.db.count(doctype, filters)

		counts = second["counts"]
		self.assertEqual((counts["new_clients"], counts["changed"], counts["gone"]), (1, 1, 1))
		self.assertEqual(
			(shown(second, "new_clients"), shown(second, "changed"), shown(second, "gone")), (1, 1, 1)
		)
		self.assertEqual((shown(second, "linked"), shown(second, "conflicts")), (0, 0))
		self.assertEqual((first["counts"]["linked"], customer.name), (1, self.one(0).customer))

	def test_who_started_a_run_that_fails_is_told(self):
		user = factories.user("B2B Manager")
		frappe.db.commit()
		with self.as_user(user):
			run = job.start(self.account).name
		doc = frappe.get_doc("SmartBill Account", self.account)
		doc.v3_token = "wrong"
		doc.save()
		frappe.db.commit()
		done = self.finish(run)
		self.assertEqual(done.status, "Failed")
		told = frappe.get_all("Notification Log", {"document_name": run}, ["for_user", "subject"])
		self.assertEqual([one.for_user for one in told], [user])
		self.assertIn(done.message[:30], told[0].subject)
		self.assertEqual(sync_view.account_view(self.account)["failed"]["name"], run)

	def test_managers_are_told_of_a_night_that_fails(self):
		user = factories.user("B2B Manager")
		doc = frappe.get_doc("SmartBill Account", self.account)
		doc.update({"sync_nightly": 1, "v3_token": "wrong"})
		doc.save()
		frappe.db.commit()
		job.start_nightly()
		run = self.finish(frappe.get_last_doc(sync_runs.RUN).name)
		told = frappe.get_all("Notification Log", {"document_name": run.name}, pluck="for_user")
		self.assertIn(user, told)

	def test_a_run_that_is_over_without_a_mistake_tells_nobody(self):
		self.seed(3)
		run = self.sync()
		self.assertEqual(frappe.db.count("Notification Log", {"document_name": run.name}), 0)


# a winter's night in Bucharest, which is two hours ahead
EVENING = datetime(2026, 12, 1, 21, 0, tzinfo=timezone.utc)


class TestNights(ClientsTestCase):
	account_values = {"sync_nightly": 1, "sync_time": "02:00:00"}

	def setUp(self) -> None:
		super().setUp()
		self.seed(3)
		zone = mock.patch.object(clock, "get_system_timezone", return_value="Europe/Bucharest")
		zone.start()
		self.addCleanup(zone.stop)

	def pass_of(self) -> str | None:
		"""The run that the scheduled pass begins; it is finished at once."""
		frappe.db.commit()
		before = set(frappe.get_all(sync_runs.RUN, pluck="name"))
		job.start_nightly()
		new = set(frappe.get_all(sync_runs.RUN, pluck="name")) - before
		self.assertLessEqual(len(new), 1)
		if not new:
			return None
		run = self.finish(new.pop())
		self.assertEqual((run.trigger, run.status), ("Nightly", "Completed"))
		return run.name

	def first_night(self, move: Any) -> None:
		"""After an account was made, its last hour counts as missed."""
		self.assertTrue(self.pass_of())

	def test_once_a_night_at_its_hour(self):
		with clock.frozen(EVENING) as move:
			self.first_night(move)
			begun = []
			for _pass in range(6 * 48):
				move(minutes=10)
				if self.pass_of():
					begun.append(clock.now().strftime("%d %H:%M"))
			self.assertEqual(begun, ["02 02:00", "03 02:00"])

	def test_a_sync_by_hand_in_the_night_counts(self):
		with clock.frozen(EVENING) as move:
			self.first_night(move)
			# begun before the hour, over after it
			move(hours=2, minutes=50)
			run = job.start(self.account).name
			move(minutes=20)
			self.assertIsNone(self.pass_of())
			self.finish(run)
			move(minutes=10)
			self.assertIsNone(self.pass_of())
			move(hours=24)
			self.assertTrue(self.pass_of())

	def test_a_sync_by_hand_that_failed_or_was_stopped_or_read_a_file_does_not_count(self):
		with clock.frozen(EVENING) as move:
			self.first_night(move)
			move(hours=3, minutes=10)
			job.stop(job.start(self.account).name)
			self.assertTrue(self.pass_of())

	def test_not_on_a_copy_not_when_off_and_not_without_a_token(self):
		def account(**values: Any) -> None:
			frappe.db.set_value("SmartBill Account", self.account, values)

		account(live_site_id="another", live_url="https://another.example")
		self.assertIsNone(self.pass_of())
		account(live_site_id=None, live_url=None, mode="Off")
		self.assertIsNone(self.pass_of())
		account(mode="Draft", sync_nightly=0)
		self.assertIsNone(self.pass_of())
		account(sync_nightly=1)
		frappe.db.set_single_value("B2B Settings", features.SYNC, 0)
		self.assertIsNone(self.pass_of())
		frappe.db.set_single_value("B2B Settings", features.SYNC, 1)
		doc = frappe.get_doc("SmartBill Account", self.account)
		doc.v3_token = ""
		doc.save()
		errors = frappe.db.count("Error Log")
		self.assertIsNone(self.pass_of())
		self.assertEqual(frappe.db.count("Error Log"), errors)
		doc.v3_token = "demo-v3-token"
		doc.save()
		self.assertTrue(self.pass_of())

	def test_a_night_without_smartbill_is_tried_once_by_a_run_of_its_own(self):
		doc = frappe.get_doc("SmartBill Account", self.account)
		doc.v3_token = "wrong"
		doc.save()
		frappe.db.commit()
		with clock.frozen(EVENING) as move:
			job.start_nightly()
			run = self.finish(frappe.get_last_doc(sync_runs.RUN).name)
			self.assertEqual(run.status, "Failed")
			move(minutes=int(timedelta(hours=1).total_seconds() / 60))
			self.assertIsNone(self.pass_of())
