"""Two processes that serve one site, as two machines of a bench do: the same answers, one proforma, one sync,
one chain of events.

They share the database and the site's folder. Here each has a Redis of its own, so nothing below rests on Redis.
"""

import json
import math
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

import frappe
import requests

from embedded.node import Node
from embedded.site import Site
from erp_b2b_smartbill import audit, features
from erp_b2b_smartbill.customers.search import rebuild, state
from erp_b2b_smartbill.smartbill import leases, modes, states
from erp_b2b_smartbill.smartbill.clients import sync_runs
from erp_b2b_smartbill.smartbill.gate import MAX_CALLS, RESERVE, WINDOW_S
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.audit_case import AuditCase, note
from erp_b2b_smartbill.tests.clients_case import CLIENTS_PATH, ClientsTestCase
from erp_b2b_smartbill.tests.search_case import empty_index
from erp_b2b_smartbill.tests.test_rest import token

PROFORMA = "SmartBill Proforma"
SWITCHES = (features.SEARCH, features.OVERVIEW)


class TestTwoNodes(AuditCase, ClientsTestCase):
	nodes: ClassVar[list[Node]] = []

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		# as each of them finds it when it starts
		before = {switch: frappe.db.get_single_value("B2B Settings", switch) for switch in SWITCHES}
		cls.addClassCleanup(switch, before)
		cls.addClassCleanup(empty_index)
		switch(dict.fromkeys(SWITCHES, 1))
		site = Site(os.getcwd())
		cls.nodes = [cls.enterClassContext(Node(site)) for _ in range(2)]

	def setUp(self) -> None:
		super().setUp()
		self.switch(True)
		account = frappe.get_doc("SmartBill Account", self.account)
		modes.bind(account)
		account.flags.writes_state = True
		account.save()
		frappe.db.commit()
		for node in self.nodes:
			# what an earlier test left in the Redis of each
			node.call("erp_b2b_smartbill.tests.compat.forget_documents")

	# asking

	def ask(
		self, node: Node, method: str, path: str, headers: dict[str, str], **options: Any
	) -> requests.Response:
		return requests.request(method, f"{node.url}/api/v1{path}", headers=headers, timeout=60, **options)

	def at_once(self, *asks: Callable[[], requests.Response]) -> list[requests.Response]:
		with ThreadPoolExecutor(len(asks)) as people:
			answers = [future.result() for future in [people.submit(one) for one in asks]]
		frappe.db.rollback()
		return answers

	def passes(self, method: str, nodes: Sequence[Node] | None = None) -> None:
		"""A scheduled pass, at the same moment on each."""
		for node in nodes or self.nodes:
			node.begin(method)
		for node in nodes or self.nodes:
			node.end()
		frappe.db.rollback()

	def quotations(self, count: int) -> list[str]:
		party, item = factories.customer().name, factories.item().name
		made = [factories.quotation(party_name=party, items=[{"item_code": item}]).name for _ in range(count)]
		frappe.db.commit()
		return made

	def proforma(self, quotation: str) -> str:
		return f"/quotations/{quote(quotation, safe='')}/smartbill/proforma"

	# the same answers

	def test_who_signed_in_at_one_is_known_to_the_other_and_both_say_the_same(self):
		customer = factories.customer(customer_name="Două Noduri SRL").name
		offer = factories.quotation(party_name=customer).name
		rebuild.rebuild(fresh=True)
		self.addCleanup(state.forget)
		user = factories.user("B2B Manager", "B2B Sales", "Sales User", "Sales Master Manager")
		frappe.db.commit()
		one, other = self.nodes
		session = requests.Session()
		login = session.post(f"{one.url}/api/method/login", data={"usr": user, "pwd": "test"}, timeout=30)
		self.assertEqual(login.status_code, 200, login.text)
		cookie = {"Cookie": f"sid={session.cookies['sid']}"}
		self.assertEqual(self.ask(one, "POST", self.proforma(offer), cookie).status_code, 201)
		path = quote(customer, safe="")
		for address in (
			"/customers/search?q=doua+nod",
			f"/customers/{path}/360",
			f"/customers/{path}/360/essentials",
			f"/customers/{path}/360/history",
			self.proforma(offer),
			f"/smartbill/sync?account={quote(self.account)}",
			"/smartbill/conflicts",
		):
			answers = [self.ask(node, "GET", address, cookie) for node in (one, other)]
			self.assertEqual([answer.status_code for answer in answers], [200, 200], answers[1].text)
			said = [without_its_moment(answer.json()["data"]) for answer in answers]
			self.assertEqual(*said)
		self.assertIn("Două Noduri SRL", self.ask(other, "GET", "/customers/search?q=doua+nod", cookie).text)

	def test_what_one_stores_the_other_shows_at_once(self):
		seller = token("Sales User", "B2B Sales")
		one, other = self.nodes
		[offer] = self.quotations(1)
		self.assertEqual(self.ask(other, "GET", self.proforma(offer), seller).status_code, 404)
		issued = self.ask(one, "POST", self.proforma(offer), seller)
		self.assertEqual(issued.status_code, 201, issued.text)
		shown = self.ask(other, "GET", self.proforma(offer), seller)
		self.assertEqual(shown.json(), issued.json())
		again = self.ask(other, "POST", self.proforma(offer), seller)
		self.assertEqual((again.status_code, again.json()), (200, issued.json()))

	# one proforma

	def test_eight_that_issue_one_quotation_on_both_at_once_issue_one_proforma(self):
		seller = token("Sales User", "B2B Sales")
		[offer] = self.quotations(1)
		# long enough for all of them to come while it is in the air
		self.sandbox.fault("delay", when="after", delay_s=0.7)
		answers = self.at_once(
			*(
				lambda node=node: self.ask(node, "POST", self.proforma(offer), seller)
				for node in self.nodes * 4
			)
		)
		codes = sorted(answer.status_code for answer in answers)
		# who did not issue it is shown that it is being issued, or was
		self.assertEqual(codes.count(201), 1, codes)
		self.assertLessEqual(set(codes), {200, 201, 202})
		self.assertEqual(len(self.sandbox.creates()), 1)
		self.assertEqual(len(self.sandbox.documents()), 1)
		[name] = frappe.get_all(PROFORMA, {"quotation": offer}, pluck="name")
		self.assertEqual({answer.json()["data"]["name"] for answer in answers}, {name})
		self.assertEqual(frappe.db.get_value(PROFORMA, name, "status"), states.ISSUED)
		issued = {"event": audit.PROFORMA_ISSUED, "reference_name": name}
		self.assertEqual(frappe.db.count("Business Event", issued), 1)

	def test_different_quotations_on_both_get_a_number_each_at_the_pace_of_one(self):
		seller = token("Sales User", "B2B Sales")
		offers = self.quotations(4)
		self.sandbox.knobs(v1_limit=30)

		def issue(number: int) -> requests.Response:
			until = time.monotonic() + 50
			while True:
				answer = self.ask(self.nodes[number % 2], "POST", self.proforma(offers[number]), seller)
				if answer.status_code not in (429, 503) or time.monotonic() > until:
					return answer
				# as the desk does
				time.sleep(min(float(answer.headers["Retry-After"]), 1.5))

		answers = self.at_once(*(lambda number=number: issue(number) for number in range(4)))
		self.assertEqual([answer.status_code for answer in answers], [201] * 4, answers[0].text)
		numbers = {answer.json()["data"]["number"] for answer in answers}
		self.assertEqual(len(numbers), 4)
		self.assertEqual(numbers, {one["number"] for one in self.sandbox.documents()})
		journal = self.sandbox._control("GET", "journal?since=0")["journal"]
		times = [datetime.fromisoformat(call["time"]).timestamp() for call in journal]
		self.assertFalse([call for call in journal if call["status"] != 200])
		# both together: in whatever time, no more than the reserve and the pace
		for at, began in enumerate(times):
			for number, ended in enumerate(times[at:], start=1):
				allowed = RESERVE + 1 + (ended - began) * MAX_CALLS / WINDOW_S
				self.assertLessEqual(number, allowed + 1, f"{number} calls in {ended - began:.2f} s")

	def test_one_that_dies_while_smartbill_creates_is_followed_by_the_other_which_sends_nothing_again(self):
		seller = token("Sales User", "B2B Sales")
		[offer] = self.quotations(1)
		self.sandbox.fault("delay", when="after", delay_s=20)
		with Node(Site(os.getcwd())) as dying, ThreadPoolExecutor(1) as person:
			asking = person.submit(self.ask, dying, "POST", self.proforma(offer), seller)
			until = time.monotonic() + 30
			while not self.sandbox.documents() and time.monotonic() < until:
				time.sleep(0.02)
			dying.kill()
			self.assertIsInstance(asking.exception(), requests.ConnectionError)
		frappe.db.rollback()
		[name] = frappe.get_all(PROFORMA, {"quotation": offer}, pluck="name")
		self.assertEqual(frappe.db.get_value(PROFORMA, name, "status"), states.SENDING)
		# ten minutes later: the claim is written down as lost, then looked for
		for field in ("claimed_at", "sent_at"):
			moment = frappe.db.get_value(PROFORMA, name, field)
			earlier = frappe.utils.add_to_date(moment, minutes=-10)
			frappe.db.set_value(PROFORMA, name, field, earlier, update_modified=False)
		frappe.db.commit()
		for _pass in range(3):
			self.rest()
			self.passes("erp_b2b_smartbill.smartbill.schedule.settle_due")
		doc = frappe.get_doc(PROFORMA, name)
		self.assertEqual((doc.status, doc.verdict), (states.ISSUED, "adopted"))
		[document] = self.sandbox.documents()
		self.assertEqual(doc.number, document["number"])
		self.assertEqual(len(self.sandbox.creates()), 1)
		adopted = {"event": audit.PROFORMA_NUMBER_ADOPTED, "reference_name": name}
		self.assertEqual(frappe.db.count("Business Event", adopted), 1)

	# one chain of events

	def test_two_sealers_of_one_minute_make_one_chain(self):
		for number in range(60):
			note(str(number))
		frappe.db.commit()
		for _minute in range(2):
			self.passes("erp_b2b_smartbill.audit.sealing.seal_due")
		count = frappe.db.count("Business Event")
		self.assertEqual(self.numbers(), list(range(1, count + 1)))
		self.assertEqual(self.problems(), [])

	# one sync

	def test_eight_that_start_a_sync_on_both_at_once_start_one(self):
		# so many that it is not over before the last of the eight has asked, and may start the next
		self.seed(1500)
		manager = token("B2B Manager")
		body = {"account": self.account}
		answers = self.at_once(
			*(
				lambda node=node: self.ask(node, "POST", "/smartbill/sync", manager, json=body)
				for node in self.nodes * 4
			)
		)
		codes = sorted(answer.status_code for answer in answers)
		self.assertEqual(codes, [202] + [409] * 7)
		self.read_once(1500)

	def test_two_schedulers_of_one_night_start_one_sync(self):
		self.seed(250)
		at = frappe.utils.add_to_date(None, minutes=-5, as_datetime=True)
		nightly = {"sync_nightly": 1, "sync_time": at.strftime("%H:%M:%S")}
		frappe.db.set_value("SmartBill Account", self.account, nightly)
		frappe.db.commit()
		self.passes("erp_b2b_smartbill.smartbill.clients.job.start_nightly")
		self.read_once()

	def read_once(self, clients: int = 250) -> None:
		"""There is one run; while it works, both schedulers ask whether it was left alone; each page is read once."""
		[run] = frappe.get_all(sync_runs.RUN, {"account": self.account}, pluck="name")
		until = time.monotonic() + 60
		while frappe.db.get_value(sync_runs.RUN, run, "open_key") and time.monotonic() < until:
			self.passes("erp_b2b_smartbill.smartbill.clients.job.resume_abandoned")
			time.sleep(0.1)
		doc = frappe.get_doc(sync_runs.RUN, run)
		pages = math.ceil(clients / 100)
		self.assertEqual((doc.status, doc.seen, doc.pages), (leases.COMPLETED, clients, pages), doc.message)
		asked = [call for call in self.sandbox.calls() if call["path"] == CLIENTS_PATH]
		self.assertEqual([call["status"] for call in asked], [200] * pages)
		self.assertEqual(len(self.clients()), clients)
		started = {"event": audit.SYNC_STARTED, "reference_name": run}
		self.assertEqual(frappe.db.count("Business Event", started), 1)


def switch(values: dict[str, Any]) -> None:
	frappe.db.rollback()
	for field, value in values.items():
		frappe.db.set_single_value("B2B Settings", field, value)
	frappe.db.commit()
	frappe.clear_document_cache("B2B Settings", "B2B Settings")


def without_its_moment(data: Any) -> str:
	"""An answer without when it was given."""
	if isinstance(data, dict):
		data = {key: value for key, value in data.items() if key != "as_of"}
	return json.dumps(data, sort_keys=True)
