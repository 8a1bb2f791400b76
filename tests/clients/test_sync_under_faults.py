"""A sync while SmartBill's API misbehaves in every way that the sandbox knows: nothing is lost, the counts are true, and
the run ends, with what to do where it did not get to the end."""

import json
from datetime import datetime, timezone
from typing import Any

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill.clients import job, sync_runs
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests.clients_case import CLIENTS_PATH, ClientsTestCase, client_id
from erp_b2b_smartbill.tests.test_client_sync import refusal
from sandbox.faults import ACTIONS, AFTER, BEFORE

# a place where it always happens is another story than one where it happens once
ONCE, ALWAYS = 1, 0
# they only add fields to a page, or do nothing to a call that creates nothing
HARMLESS = ("duplicate", "contradiction", "no_number")
# for them it waits, see the tests of waiting
LIMITS = ("rate_429", "rate_block")


class FaultsCase(ClientsTestCase):
	account_values: Any = {"read_timeout": 0.4}

	def setUp(self) -> None:
		super().setUp()
		# only the network takes time
		frozen = clock.frozen(datetime.now(timezone.utc))
		frozen.__enter__()
		self.addCleanup(frozen.__exit__, None, None, None)
		self.seed(250)

	def again(self) -> None:
		"""As if nothing had been read."""
		frappe.db.rollback()
		frappe.db.delete(CLIENT)
		frappe.db.commit()
		self.sandbox.no_faults()

	def order(self, action: str, when: str = BEFORE, times: int = ONCE, nth: int = 2, **more: Any) -> None:
		match = {"path": CLIENTS_PATH, "nth": nth}
		self.sandbox.order({"match": match, "when": when, "action": action, "times": times, **more})

	def assert_whole(self, run: Any) -> None:
		self.assertEqual((run.status, run.message), ("Completed", None))
		self.assertEqual((run.seen, run.new_clients, run.pages), (250, 250, 3))
		self.assertEqual((run.changed, run.unchanged, run.rejected, run.gone), (0, 0, 0, 0))
		self.assertEqual(frappe.db.count(CLIENT, {"account": self.account}), 250)

	def assert_failed(self, run: Any, *words: str) -> None:
		"""Over, with the first page kept and nobody gone."""
		self.assertEqual((run.status, run.open_key), ("Failed", None))
		self.assertEqual((run.seen, run.new_clients, run.gone), (100, 100, 0))
		self.assertEqual(frappe.db.count(CLIENT, {"account": self.account, "status": "Active"}), 100)
		for word in words:
			self.assertIn(word, run.message)


class TestEveryFault(FaultsCase):
	def test_what_goes_wrong_once_is_made_up_for(self):
		for action, described in ACTIONS.items():
			for when in described.moments:
				with self.subTest(action=action, when=when):
					self.again()
					order = {"when": when} if when in (BEFORE, AFTER) else {}
					self.order(action, **order, delay_s=1 if action == "delay" else 0)
					run = self.sync()
					if action == "unauthorized":
						self.assert_failed(run, "V3 token")
						self.again()
						run = self.sync()
					self.assert_whole(run)

	def test_what_goes_wrong_for_ever_ends_the_run_and_says_what_to_do(self):
		for action, described in ACTIONS.items():
			if action in (*HARMLESS, *LIMITS):
				continue
			for when in described.moments:
				with self.subTest(action=action, when=when):
					self.again()
					order = {"when": when} if when in (BEFORE, AFTER) else {}
					self.order(action, times=ALWAYS, **order, delay_s=1 if action == "delay" else 0)
					self.assert_failed(
						self.sync(), "V3 token" if action == "unauthorized" else "start it again"
					)


class TestRefusals(FaultsCase):
	def test_each_code_says_what_to_do_about_it(self):
		for status, code, words in (
			(401, "invalid_api_key", "Make a new V3 token"),
			(401, "missing_authorization", "Make a new V3 token"),
			(401, "invalid_authorization_format", "Make a new V3 token"),
			(401, "wrong_environment", "test environment"),
			(403, "insufficient_permissions", "the right to read clients"),
			(403, "subscription_expired", "subscription"),
			(403, "subscription_limit_exceeded", "subscription"),
			(403, "subscription_not_found", "subscription"),
			(403, "subscription_not_valid", "subscription"),
			(404, "company_not_found", "belongs to another company"),
		):
			with self.subTest(code=code):
				self.again()
				self.order("status", times=ALWAYS, status=status, body=refusal(code, status))
				self.assert_failed(self.sync(), words)

	def test_a_maintenance_is_waited_for(self):
		for status, code in ((503, "maintenance_in_progress"), (500, "internal_error"), (502, "")):
			for times in (1, 3):
				with self.subTest(status=status, times=times):
					self.again()
					body = refusal(code, status) if code else None
					self.order("status", times=times, status=status, **({"body": body} if body else {}))
					self.assert_whole(self.sync())

	def test_the_limit_is_honoured_as_it_grows(self):
		waits = (5, 10, 20, 40, 80, 160, 300, 600)
		for number, wait in enumerate(waits):
			self.order("rate_429", delay_s=wait, nth=number + 1)
		began = clock.now()
		run = job.start(self.account).name
		while frappe.db.get_value(sync_runs.RUN, run, "open_key"):
			if next_at := frappe.db.get_value(sync_runs.RUN, run, "next_at"):
				clock.pause(max(0, (next_at - clock.now()).total_seconds()))
			job.work(run)
		self.assert_whole(frappe.get_doc(sync_runs.RUN, run))
		seconds = (clock.now() - began).total_seconds()
		self.assertTrue(sum(waits) <= seconds < sum(waits) + 60, seconds)
		self.assertEqual(len(self.sandbox.requests(CLIENTS_PATH.removeprefix("/SBORO/api"))), 3 + len(waits))

	def test_a_limit_that_is_reached_is_no_failure(self):
		clock.use(None)
		self.sandbox.knobs(v3_limit=2, v3_window_s=1)
		self.assert_whole(self.sync())


class TestStrangePages(FaultsCase):
	def page(self, **changes: Any) -> dict[str, Any]:
		"""The second page, with something changed."""
		after = f"https://elsewhere.example.com/SBORO/api/v3/clients?limit=100&after={client_id(199)}"
		return {
			"items": [self.client(number) for number in range(100, 200)],
			"pagination": {"next": after, "previous": None},
			**changes,
		}

	def serve(self, body: Any, times: int = ONCE) -> Any:
		self.order("status", times=times, status=200, body=body)
		return self.sync()

	def test_the_token_goes_to_no_other_host_and_the_place_in_the_list_is_taken(self):
		self.assert_whole(self.serve(self.page()))

	def test_pages_that_cannot_be_followed_are_asked_for_again(self):
		same = client_id(99)
		base = "http://127.0.0.1/SBORO/api/v3/clients?limit=100"
		for body in (
			{"items": self.page()["items"]},
			self.page(pagination=None),
			self.page(pagination=[]),
			self.page(pagination={}),
			self.page(pagination={"previous": None}),
			self.page(pagination={"next": ""}),
			self.page(pagination={"next": base}),
			self.page(pagination={"next": 17}),
			self.page(pagination={"next": f"{base}&after={same}"}),
			self.page(pagination={"next": f"{base}&after=sup_1"}),
			self.page(pagination={"next": f"{base}&after={same}'; drop table"}),
			self.page(pagination={"next": "http://[broken"}),
			self.page(items=None),
			self.page(items={"a": {}}),
			[],
			"[" * 50_000,
		):
			with self.subTest(pagination=str(body)[-120:]):
				self.again()
				self.assert_whole(self.serve(body))
				self.again()
				self.assert_failed(self.serve(body, ALWAYS), "start it again")

	def test_a_page_that_leads_back_is_followed_for_no_document_promises_an_order(self):
		back = {"next": f"http://127.0.0.1/?after={client_id(0)}"}
		run = self.serve(self.page(pagination=back))
		self.assertEqual(run.status, "Completed")
		self.assertEqual(
			frappe.db.count("SmartBill Client", {"account": self.account, "status": "Active"}), 250
		)
		# round and round: each place is asked for once
		self.again()
		run = self.serve(self.page(pagination=back), ALWAYS)
		self.assertEqual((run.status, run.gone), ("Failed", 0))

	def test_unknown_fields_are_no_matter(self):
		items = [
			{**one, "loyalty": {"points": 3}, "tags": ["a"], "balance": 1.5} for one in self.page()["items"]
		]
		self.assert_whole(self.serve(self.page(items=items, newField=True)))

	def test_what_is_no_client_is_refused_and_the_others_are_kept(self):
		items = self.page()["items"]
		items[3:3] = [None, 5, "x", [], {}, {"id": "cus_1", "name": "Scurt SRL"}, {"id": 7, "name": "Numar"}]
		run = self.serve(self.page(items=items))
		self.assertEqual(run.status, "Completed With Errors")
		self.assertEqual((run.seen, run.new_clients, run.rejected), (257, 250, 7))
		self.assertEqual(len(json.loads(run.errors)), 7)

	def test_fields_of_other_kinds_lose_no_client(self):
		items = self.page()["items"]
		for number, wrong in enumerate((None, 5, 1.5, True, [], {}, "\ud800", "\x00", "🙂")):
			items[number] |= {
				"vatCode": wrong,
				"email": wrong,
				"isVatPayer": wrong,
				"deliveryAddresses": wrong,
			}
		self.assert_whole(self.serve(self.page(items=items)))

	def test_a_client_that_is_shown_twice_is_counted_once(self):
		items = self.page()["items"]
		self.assert_whole(self.serve(self.page(items=[*items, items[5], self.client(7)])))
