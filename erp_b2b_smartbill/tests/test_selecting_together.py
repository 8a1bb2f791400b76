"""Several sellers at once, and processes that die: whoever is picked becomes one Customer, whole, or nothing."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import frappe
import requests
from stdnum.ro import cui as cuis

from erp_b2b_smartbill.registration import states
from erp_b2b_smartbill.selecting import company as companies
from erp_b2b_smartbill.smartbill.clients import job
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests.deciding import KILLED
from erp_b2b_smartbill.tests.picking import Pickers
from erp_b2b_smartbill.tests.selecting_case import CUI, LINK, SelectingCase
from erp_b2b_smartbill.tests.test_rest import token

LINKED = "SmartBill Client linked with a Customer"
KEEP, MAKE = "Keep as SmartBill Client", "Create Customer"


def code(number: int) -> str:
	"""A valid fiscal code."""
	digits = str(30_000_000 + number)
	return digits + cuis.calc_check_digit(digits)


class TogetherCase(SelectingCase):
	_pickers: ClassVar[Pickers | None] = None

	def at_once(self, *steps: dict[str, Any]) -> list[dict[str, Any]]:
		"""Each step in a process of its own, all begun in the same moment."""
		cls = type(self)
		if cls._pickers is None:
			cls._pickers = Pickers()
			self.addClassCleanup(cls._pickers.dismiss)
		frappe.db.commit()
		outcomes = cls._pickers.together(*steps)
		# what others wrote
		self.start_clean()
		return outcomes

	def rounds(self) -> range:
		"""Where processes really write at the same time, other orders are met in each round."""
		return range(1 if frappe.conf.db_type == "sqlite" else 6)

	def pick(self, given: str) -> dict[str, Any]:
		return {"action": "select", "given": given, "user": self.seller}

	def assert_one(self, outcomes: list[dict[str, Any]], made: int = 1) -> str:
		"""All of them were given the same Customer, which `made` of them made."""
		self.assertEqual([one for one in outcomes if "error" in one], [])
		names = {one["name"] for one in outcomes}
		self.assertEqual(len(names), 1, outcomes)
		self.assertEqual([one["status"] for one in outcomes].count("created"), made, outcomes)
		return names.pop()

	def forget_clients(self) -> None:
		"""Those of the next round are others."""
		for doctype in (CLIENT, LINK):
			frappe.db.delete(doctype, {"account": self.account})
		frappe.db.commit()

	def customers(self, cui: str) -> list[str]:
		return frappe.get_all("Customer", {"b2b_cui": cui}, pluck="name")


class TestTogether(TogetherCase):
	def test_eight_that_pick_one_client_make_one_customer_one_link_and_have_one_answer(self):
		for cui in (CUI, ""):
			unique = frappe.generate_hash(length=6)
			self.read(
				{"name": f"Depozit {unique} SRL", "vatCode": cui, "email": f"{unique.lower()}@example.ro"}
			)
			before = self.counts()
			made = self.assert_one(self.at_once(*[self.pick(self.hit())] * 8))
			self.assertEqual(self.one(0).customer, made)
			self.assertEqual(
				self.more_than(before),
				{"Customer": 1, "Address": 1, "Contact": 1, LINK: 1, "Business Event": 2},
			)
			told = {"event": LINKED, "reference_name": self.one(0).name}
			self.assertEqual(frappe.db.count("Business Event", told), 1)
			self.forget_clients()

	def test_eight_that_make_one_company_of_its_cui_make_one_customer(self):
		# as the one who is asked to confirm it: where processes share what ANAF said, it is asked once
		companies.card(CUI)
		made = self.assert_one(self.at_once(*[self.pick(CUI)] * 8))
		self.assertEqual(self.customers(CUI), [made])

	def test_two_clients_with_one_cui_are_one_customer(self):
		for number in self.rounds():
			self.read({"vatCode": code(number)}, {"vatCode": f"RO{code(number)}", "name": "Altfel Scris SRL"})
			made = self.assert_one(self.at_once(*[self.pick(self.hit(0)), self.pick(self.hit(1))] * 4))
			self.assertEqual(self.customers(code(number)), [made])
			self.assertEqual(frappe.get_all(CLIENT, {"customer": made}, pluck="customer"), [made])
			self.forget_clients()

	def test_different_clients_keep_none_from_the_other(self):
		self.read(*({"vatCode": code(100 + number)} for number in range(8)))
		outcomes = self.at_once(*[self.pick(self.hit(number)) for number in range(8)])
		self.assertEqual([one.get("status") for one in outcomes], ["created"] * 8, outcomes)
		self.assertEqual(
			{self.one(number).customer for number in range(8)}, {one["name"] for one in outcomes}
		)

	def test_a_client_a_request_and_a_cui_of_one_company_are_one_customer(self):
		for number in self.rounds():
			cui = code(300 + number)
			self.read({"vatCode": cui, "name": f"Trei Căi {number} SRL", "email": f"trei{number}@example.ro"})
			self.sandbox.seed(anaf_companies=[{"cui": int(cui), "name": f"TREI CAI {number} SRL"}])
			self.sandbox.knobs(anaf_limit=0)
			doc = self.confirmed(cui=cui, vat_payer="No")
			outcomes = self.at_once(
				self.pick(self.hit()),
				{"action": "approve", "name": doc.name},
				self.pick(cui),
				self.pick(self.hit()),
				self.pick(cui),
			)
			approved, picked = outcomes[1], outcomes[:1] + outcomes[2:]
			by_request = approved.get("status") == states.APPROVED
			made = self.assert_one(picked, made=0 if by_request else 1)
			self.assertEqual(self.customers(cui), [made])
			if by_request:
				self.assertEqual(self.stored(doc).customer, made)
			else:
				# whoever came first was no request, so a person says whether it is the same
				self.assertEqual(approved["error"], "choose_customer", approved)
				self.assertEqual(self.stored(doc).status, states.PENDING)
			self.assertEqual(self.one(0).customer, made)
			self.assertEqual(frappe.db.count(LINK, {"customer": made, "provider": "SmartBill"}), 1)
			self.forget_clients()

	def test_a_client_that_is_picked_while_the_sync_makes_customers_is_made_once(self):
		for number in self.rounds():
			self.seed(*({"vatCode": code(200 + 10 * number + client)} for client in range(4)))
			frappe.db.set_value("SmartBill Account", self.account, "new_clients", KEEP)
			self.sync()
			frappe.db.set_value("SmartBill Account", self.account, "new_clients", MAKE)
			run = job.start(self.account).name
			hits = [self.hit(client) for client in range(4)]
			outcomes = self.at_once({"action": "read", "run": run}, *map(self.pick, reversed(hits)))
			self.assertEqual([one for one in outcomes if "error" in one], [])
			self.finish(run)
			for client in range(4):
				cui = code(200 + 10 * number + client)
				self.assertEqual(self.customers(cui), [self.one(client).customer], outcomes)
			self.forget_clients()


class TestTogetherOverHttp(TogetherCase):
	def test_of_eight_calls_one_makes_it_and_the_others_are_given_it(self):
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		self.read({"vatCode": CUI})
		headers, body = token("Sales User", "B2B Sales"), {"id": self.hit()}
		url = f"{os.environ['SITE_URL']}/api/v1/customers/select"
		frappe.db.commit()

		def post(_number: int) -> requests.Response:
			return requests.post(url, json=body, headers=headers, timeout=60)

		with ThreadPoolExecutor(8) as threads:
			answers = list(threads.map(post, range(8)))
		self.assertEqual(sorted(answer.status_code for answer in answers), [200] * 7 + [201])
		self.assertEqual(len({answer.json()["data"]["customer"] for answer in answers}), 1)
		frappe.db.rollback()
		self.assertEqual(len(self.customers(CUI)), 1)


class TestDying(TogetherCase):
	def test_one_that_dies_at_any_write_leaves_nothing_and_the_next_makes_all(self):
		self.read({"vatCode": CUI})
		before, died = self.counts(), 0
		# the two commits before anything is written, then the writes of the making
		for kill_at in range(1, 300, 1 if os.environ.get("CRASHES") == "all" else 5):
			[outcome] = self.at_once({**self.pick(self.hit()), "kill_at": kill_at})
			if outcome != KILLED:
				break
			died += 1
			self.assertEqual(self.more_than(before), {})
			self.assertEqual(self.one(0).customer, None)
		self.assertGreater(died, 2)
		self.assertEqual(outcome.get("status"), "created", outcome)
		made = {"Customer": 1, "Address": 1, "Contact": 1, LINK: 1, "Business Event": 2}
		self.assertEqual(self.more_than(before), made)
