"""Approved companies and companies that nobody knows as Customers to quote, and the routes of selecting over HTTP."""

import os
from typing import Any, ClassVar
from unittest.mock import patch

import frappe
import requests

from erp_b2b_smartbill.customers.search import rebuild, search
from erp_b2b_smartbill.exceptions import NotAllowed, NotFound
from erp_b2b_smartbill.registration import decide, retention
from erp_b2b_smartbill.selecting import company as companies
from erp_b2b_smartbill.selecting import select as selecting
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import delete_rows
from erp_b2b_smartbill.tests.registration_case import ANAF
from erp_b2b_smartbill.tests.selecting_case import CUI, LINK, SelectingCase
from erp_b2b_smartbill.tests.test_rest import token

NOT_A_PAYER, INACTIVE, STRUCK_OFF, UNKNOWN = "98765438", "1090", "42839", "14399840"
WRONG = "12345678"


class CompaniesCase(SelectingCase):
	def asked(self) -> int:
		"""Questions to the tax office."""
		return len([call for call in self.sandbox.calls() if call["path"] == ANAF])

	def approved(self, **values: Any) -> Any:
		doc = self.confirmed(**values)
		decide.approve(doc.name, decide.terms_of(doc))
		frappe.db.commit()
		return self.stored(doc)

	def deleted(self, doc: Any) -> Any:
		"""The Customer of a request is gone past all hooks, for ERPNext deletes none that a request names."""
		for doctype, name in (("Customer", doc.customer), ("Address", doc.address), ("Contact", doc.contact)):
			delete_rows(doctype, name)
		frappe.db.commit()
		return doc


class TestRegistrations(CompaniesCase):
	def test_an_approved_company_is_its_customer(self):
		doc = self.approved()
		before = self.counts()
		self.assertEqual(self.select(f"b2b:{doc.name}"), selecting.Selected(doc.customer))
		self.assertEqual(self.more_than(before), {})

	def test_one_that_waits_is_shown_and_not_quoted(self):
		waiting, asked = self.submit(), self.confirmed()
		decide.ask(asked.name, "Ce telefon aveți?")
		for doc in (waiting, asked, self.confirmed()):
			refusal = self.refused(selecting.select, f"b2b:{doc.name}")
			self.assertEqual((refusal.http_status_code, refusal.code), (409, "pending_registration"))
			problem = refusal.problems[0]
			self.assertEqual((problem["doctype"], problem["name"]), ("B2B Registration", doc.name))
			self.assertIn(doc.name, problem["url"])

	def test_one_that_was_turned_down_is_not_quoted_either(self):
		doc = self.confirmed()
		decide.reject(doc.name, "Nu")
		self.assertEqual(self.refused(selecting.select, f"b2b:{doc.name}").code, "closed_registration")

	def test_a_deleted_customer_is_made_again_as_it_was_approved(self):
		doc = self.deleted(self.approved())
		before = self.counts()
		selected = self.select(f"b2b:{doc.name}")
		self.assertEqual((selected.created, selected.linked), (True, True))
		customer = frappe.get_doc("Customer", selected.customer)
		self.assertEqual((customer.customer_name, customer.b2b_cui), (doc.company_name, CUI))
		self.assertEqual([row.user for row in customer.portal_users], [doc.user])
		now = self.stored(doc)
		self.assertEqual(
			(now.customer, now.address, now.contact),
			(customer.name, customer.customer_primary_address, customer.customer_primary_contact),
		)
		self.assertEqual(now.status, "Approved")
		self.assertEqual(frappe.db.get_value(LINK, {"external_id": doc.name}, "customer"), customer.name)
		# the link of the deleted one is the new one's
		made = {"Customer": 1, "Address": 1, "Contact": 1, "Business Event": 1}
		self.assertEqual(self.more_than(before), made)
		self.assertEqual(self.select(f"b2b:{doc.name}"), selecting.Selected(customer.name))
		self.assertEqual(self.more_than(before), made)

	def test_nobody_is_sent_an_email_and_no_user_is_made_for_it(self):
		doc = self.deleted(self.approved())
		mails = len(self.mails(doc.email))
		frappe.db.set_value("User", doc.user, "enabled", 0)
		made = self.select(f"b2b:{doc.name}").customer
		self.assertEqual(len(self.mails(doc.email)), mails)
		self.assertEqual(frappe.get_doc("Customer", made).portal_users, [])

	def test_one_whose_personal_data_was_erased_is_made_again_without_it(self):
		doc = self.deleted(self.approved())
		retention.erase(doc.name, "cerere")
		frappe.db.commit()
		made = frappe.get_doc("Customer", self.select(f"b2b:{doc.name}").customer)
		self.assertEqual((made.customer_name, made.customer_primary_contact), (doc.company_name, None))

	def test_another_customer_of_the_cui_is_quoted_and_the_applicant_is_not_let_in_there(self):
		doc = self.deleted(self.approved())
		other = self.customer(tax_id=CUI)
		before = self.counts()
		self.assertEqual(self.select(f"b2b:{doc.name}"), selecting.Selected(other.name))
		self.assertEqual(self.more_than(before), {})
		self.assertEqual(frappe.get_doc("Customer", other.name).portal_users, [])

	def test_a_disabled_customer_is_not_quoted(self):
		doc = self.approved()
		frappe.db.set_value("Customer", doc.customer, "disabled", 1)
		self.assertEqual(self.refused(selecting.select, f"b2b:{doc.name}").code, "disabled")

	def test_what_the_seller_may_not_see_is_not_there(self):
		doc = self.approved()
		self.only("Customer", self.customer(tax_id=NOT_A_PAYER).name)
		self.assertIsInstance(self.refused(selecting.select, f"b2b:{doc.name}"), NotFound)
		user = factories.user("Sales User")
		self.assertIsInstance(self.refused(selecting.select, f"b2b:{doc.name}", user), NotFound)
		self.assertIsInstance(self.refused(selecting.select, "b2b:REG-1999-00001"), NotFound)

	def test_making_it_again_needs_the_right_to(self):
		doc = self.deleted(self.approved())
		user = factories.user("B2B Sales", "Accounts User")
		self.assertIsInstance(self.refused(selecting.select, f"b2b:{doc.name}", user), NotAllowed)


class TestFoundAndPicked(CompaniesCase):
	"""What the search shows is what picking takes, and then shows as the Customer that it is."""

	def setUp(self) -> None:
		super().setUp()
		rebuild.rebuild()
		frappe.db.rollback()

	def found(self, q: str) -> list[tuple[str, list[str], bool]]:
		with self.as_user(self.seller):
			rows = search.search(q)["customers"]
		return [(row["id"], sorted(row["sources"]), row["selectable"]) for row in rows]

	def test_a_client_after_a_sync(self):
		self.read({"vatCode": CUI, "name": "Depozit Găsit SRL"})
		self.assertEqual(self.found("gasit depozit"), [(self.hit(), ["smartbill"], True)])
		made = self.select(self.hit()).customer
		self.assertEqual(self.found("gasit depozit"), [(f"erp:{made}", ["erp", "smartbill"], True)])
		self.assertEqual(self.select(f"erp:{made}").customer, made)

	def test_a_company_before_and_after_its_approval(self):
		doc = self.confirmed()
		self.assertEqual(self.found(CUI), [(f"b2b:{doc.name}", ["b2b"], False)])
		decide.approve(doc.name, decide.terms_of(doc))
		frappe.db.commit()
		made = self.stored(doc).customer
		self.assertEqual(self.found(CUI), [(f"erp:{made}", ["b2b", "erp"], True)])
		self.assertEqual(self.select(f"b2b:{doc.name}").customer, made)

	def test_a_company_of_its_cui(self):
		with self.as_user(self.seller):
			self.assertEqual(search.search(CUI)["create"], {"cui": f"RO{CUI}"})
		made = self.select_company(CUI).customer
		self.assertEqual(self.found(CUI), [(f"erp:{made}", ["erp"], True)])
		with self.as_user(self.seller):
			self.assertEqual(search.search(CUI)["create"], None)


class TestNewCompanies(CompaniesCase):
	def test_a_cui_becomes_the_customer_that_anaf_describes(self):
		before = self.counts()
		selected = self.select_company(f"RO {CUI}")
		self.assertEqual((selected.created, selected.linked), (True, False))
		customer = frappe.get_doc("Customer", selected.customer)
		self.assertEqual((customer.tax_id, customer.smartbill_vat_payer), (f"RO{CUI}", "Yes"))
		self.assertTrue(customer.smartbill_reg_com)
		address = frappe.get_doc("Address", customer.customer_primary_address)
		self.assertEqual((address.city, address.county), ("Cluj-Napoca", "Cluj"))
		self.assertEqual(self.more_than(before), {"Customer": 1, "Address": 1, "Business Event": 1})
		self.assertEqual(self.selections()[0]["after"]["source"], "anaf")

	def test_who_pays_no_vat_has_a_cui_without_ro(self):
		made = self.select_company(NOT_A_PAYER).customer
		told = frappe.db.get_value("Customer", made, ["tax_id", "smartbill_vat_payer"])
		self.assertEqual(told, (NOT_A_PAYER, "No"))

	def test_a_company_that_is_a_customer_is_that_one_and_anaf_is_not_asked(self):
		customer = self.customer(tax_id=CUI)
		before = self.counts()
		self.assertEqual(self.select_company(f"RO{CUI}"), selecting.Selected(customer.name))
		self.assertEqual((self.more_than(before), self.asked()), ({}, 0))

	def test_one_that_came_while_anaf_was_asked_is_found(self):
		asked = companies.asked

		def slowly(cui: str) -> Any:
			found = asked(cui)
			self.customer(tax_id=CUI)
			return found

		with patch.object(companies, "asked", slowly):
			self.assertFalse(self.select_company(CUI).created)
		self.assertEqual(frappe.db.count("Customer", {"b2b_cui": CUI}), 1)

	def test_smartbills_client_of_the_cui_is_linked_with_it(self):
		self.read({"vatCode": CUI})
		selected = self.select_company(CUI)
		self.assertEqual((selected.created, selected.linked), (True, True))
		self.assertEqual(self.one(0).customer, selected.customer)

	def test_without_an_answer_of_anaf_nothing_is_made(self):
		self.sandbox.fault("status", path=ANAF, status=500)
		refusal = self.refused(selecting.select_company, CUI)
		self.assertEqual((refusal.http_status_code, refusal.code), (503, "anaf_unavailable"))
		self.assertGreater(refusal.retry_after, 0)
		self.assertTrue(self.select_company(CUI).created)

	def test_a_company_that_anaf_does_not_know_or_that_is_no_more_is_not_made(self):
		for cui, status, code in (
			(UNKNOWN, 404, "unknown_company"),
			(STRUCK_OFF, 409, "struck_off"),
			(WRONG, 422, "invalid"),
			("", 422, "invalid"),
		):
			refusal = self.refused(selecting.select_company, cui)
			self.assertEqual((refusal.http_status_code, refusal.code), (status, code), cui)

	def test_whoever_may_make_no_customer_is_told_before_anaf_is_asked(self):
		user = factories.user("B2B Sales", "Accounts User")
		self.assertIsInstance(self.refused(selecting.select_company, CUI, user), NotAllowed)
		self.assertEqual(self.asked(), 0)

	def test_what_the_seller_could_not_see_afterwards_is_not_made(self):
		self.only("Customer", self.customer(tax_id=NOT_A_PAYER).name)
		self.assertIsInstance(self.refused(selecting.select_company, CUI), NotAllowed)
		self.assertEqual(frappe.db.count("Customer", {"b2b_cui": CUI}), 0)


class TestCard(CompaniesCase):
	def card(self, cui: str) -> dict[str, Any]:
		before = self.counts()
		with self.as_user(self.seller):
			told = companies.card(cui)
		self.assertEqual(self.more_than(before), {})
		return told

	def test_says_what_anaf_says(self):
		told = self.card(f"RO{CUI}")
		self.assertEqual((told["state"], told["cui"], told["customer"]), ("found", CUI, None))
		self.assertEqual((told["city"], told["county"]), ("Cluj-Napoca", "Cluj"))
		self.assertEqual((told["vat_payer"], told["active"], told["struck_off"]), (True, True, False))
		self.assertTrue(told["name"] and told["address"])

	def test_says_when_a_company_is_not_at_work(self):
		self.assertEqual(self.card(INACTIVE)["active"], False)
		gone = self.card(STRUCK_OFF)
		self.assertEqual((gone["active"], gone["struck_off"]), (False, True))

	def test_names_the_customer_that_it_is_to_whoever_may_read_it(self):
		customer = self.customer(tax_id=CUI)
		told = self.card(CUI)
		self.assertEqual((told["customer"], told["customer_name"]), (customer.name, customer.customer_name))
		self.only("Customer", self.customer(tax_id=NOT_A_PAYER).name)
		self.assertEqual(self.card(CUI)["customer"], None)

	def test_is_never_an_error(self):
		nobody = {"customer": None, "customer_name": None}
		self.assertEqual(self.card(UNKNOWN), {"state": "unknown", "cui": UNKNOWN, **nobody})
		for text in ("", WRONG, "' or 1=1", "1" * 500, "1960101123456"):
			self.assertEqual(self.card(text), {"state": "invalid", "cui": None, **nobody})
		self.sandbox.fault("status", path=ANAF, status=500)
		self.assertEqual(self.card(CUI)["state"], "unavailable")


class TestRoutes(CompaniesCase):
	paths: ClassVar[dict[str, str]] = {"POST": "select", "GET": "company"}

	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		self.headers = token("Sales User", "B2B Sales")

	def call(self, method: str, headers: Any = None, **given: Any) -> requests.Response:
		sent = {"params": given} if method == "GET" else {"json": given}
		response = requests.request(
			method,
			f"{os.environ['SITE_URL']}/api/v1/customers/{self.paths[method]}",
			headers=self.headers if headers is None else headers,
			timeout=60,
			**sent,
		)
		frappe.db.rollback()
		return response

	def code(self, response: requests.Response) -> tuple[int, str]:
		self.assertNotIn("Traceback", response.text)
		return response.status_code, response.json()["error"]["code"]

	def test_a_client_is_made_by_the_first_call_and_answered_by_the_next(self):
		self.read({"vatCode": CUI})
		name = self.one(0).client_name
		first, second = (self.call("POST", id=self.hit()) for _ in range(2))
		self.assertEqual((first.status_code, second.status_code), (201, 200))
		made = self.one(0).customer
		self.assertEqual(
			first.json()["data"],
			{"customer": made, "display_name": name, "created": True, "linked": True},
		)
		self.assertEqual(
			second.json()["data"],
			{"customer": made, "display_name": name, "created": False, "linked": False},
		)

	def test_a_refusal_leaves_nothing_and_says_why(self):
		doc = self.confirmed()
		before = self.counts()
		response = self.call("POST", id=f"b2b:{doc.name}")
		self.assertEqual(self.code(response), (409, "pending_registration"))
		self.assertEqual(response.json()["error"]["problems"][0]["name"], doc.name)
		self.assertEqual(self.more_than(before), {})

	def test_a_cui_is_asked_for_and_then_made(self):
		told = self.call("GET", cui=f"RO{CUI}").json()["data"]
		self.assertEqual((told["state"], told["customer"]), ("found", None))
		made = self.call("POST", cui=CUI)
		self.assertEqual((made.status_code, made.json()["data"]["display_name"]), (201, told["name"]))
		again = self.call("GET", cui=CUI).json()["data"]
		self.assertEqual(again["customer"], made.json()["data"]["customer"])

	def test_what_is_given_wrongly_is_422(self):
		for given in ({}, {"id": "erp:X", "cui": CUI}, {"id": 7}, {"id": ["erp:X"]}, {"cui": {"a": 1}}):
			self.assertEqual(self.code(self.call("POST", **given))[0], 422, given)
		self.assertEqual(self.code(self.call("POST", id="erp:" + "x" * 5000)), (404, "not_found"))

	def test_who_may_come_in(self):
		door = {"POST": {"id": "erp:Nobody"}, "GET": {"cui": CUI}}
		for roles, opened in (
			(("Sales User",), True),
			(("Sales Manager",), True),
			(("B2B Sales",), True),
			(("B2B Manager",), True),
			(("System Manager",), True),
			(("Accounts User",), False),
			(("Customer",), False),
		):
			headers = token(*roles)
			for method, given in door.items():
				status = self.call(method, headers, **given).status_code
				self.assertEqual(status != 403, opened, (roles, method))
		for method, given in door.items():
			self.assertEqual(self.code(self.call(method, {}, **given)), (401, "not_signed_in"))

	def test_off_is_as_if_it_were_not_there(self):
		self.settings(enable_customer_search=0)
		for method, given in (("POST", {"id": "erp:X"}), ("GET", {"cui": CUI})):
			self.assertEqual(self.code(self.call(method, **given)), (404, "not_found"))
