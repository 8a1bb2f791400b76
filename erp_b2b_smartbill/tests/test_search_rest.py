"""The customer search as another program uses it: over HTTP, with a token, against a served site."""

from __future__ import annotations

import os
from typing import Any

import frappe
import requests

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.search import state
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.search_case import CUI, CommittedSearchCase, client, registration
from erp_b2b_smartbill.tests.test_rest import token

PATH = "/api/v1/customers/search"
EMPTY = {"b2b": 0, "erp": 0, "smartbill": 0, "all": 0}


class RestCase(CommittedSearchCase):
	switches = (features.SYNC, features.REGISTRATION)

	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		self.before = {switch: frappe.db.get_single_value("B2B Settings", switch) for switch in self.switches}
		self.addCleanup(self.settings, self.before)
		self.settings(dict.fromkeys(self.switches, 1))
		frappe.db.set_single_value(state.STATE, "state", state.READY)
		self.seller = token("Sales User", "B2B Sales")
		frappe.db.commit()

	def settings(self, values: dict[str, Any]) -> None:
		frappe.db.rollback()
		for switch, value in values.items():
			frappe.db.set_single_value("B2B Settings", switch, value)
		frappe.db.commit()

	def call(
		self, method: str = "GET", headers: dict[str, str] | None = None, **params: Any
	) -> requests.Response:
		response = requests.request(
			method,
			f"{os.environ['SITE_URL']}{PATH}",
			params=params,
			headers=self.seller if headers is None else headers,
			timeout=30,
		)
		frappe.db.rollback()
		return response

	def data(self, **params: Any) -> dict[str, Any]:
		response = self.call(**params)
		self.assertEqual(response.status_code, 200, response.text)
		return response.json()["data"]

	def refused(self, response: requests.Response, status: int, code: str) -> dict[str, Any]:
		self.assertEqual(response.status_code, status, response.text)
		self.assertEqual(response.headers["Content-Type"], "application/json")
		error = response.json()["error"]
		self.assertEqual(error["code"], code)
		self.assertTrue(error["message"])
		self.assertNotIn("Traceback", response.text)
		return error


class TestSearchRoute(RestCase):
	def test_it_answers_one_page_of_all_sources(self):
		name = factories.customer(customer_name="Căutare Unu SRL", tax_id=f"RO{CUI}").name
		client(client_name="Căutare Doi SRL")
		registration(company_name="Căutare Trei SRL")
		frappe.db.commit()
		data = self.data(q="cautare srl", limit=2)
		self.assertEqual(sorted(data), ["counts", "create", "customers", "index", "next", "searched"])
		self.assertEqual(data["counts"], {"b2b": 1, "erp": 1, "smartbill": 1, "all": 3})
		self.assertEqual((len(data["customers"]), data["next"], data["searched"]), (2, 2, "text"))
		self.assertEqual(data["index"]["state"], "Ready")
		rest = self.data(q="cautare srl", limit=2, start=2)
		self.assertEqual((len(rest["customers"]), rest["next"]), (1, None))
		sources = {row["source"] for row in data["customers"] + rest["customers"]}
		self.assertEqual(sources, {"erp", "b2b", "smartbill"})

		[row] = self.data(q=f"ro {CUI}")["customers"]
		self.assertEqual(
			sorted(row),
			[
				"city",
				"credit",
				"cui",
				"customer",
				"discount",
				"display_name",
				"email",
				"id",
				"last_used",
				"match",
				"phone",
				"registration",
				"selectable",
				"source",
				"sources",
				"status",
				"status_text",
				"tier",
			],
		)
		self.assertEqual((row["id"], row["city"]), (f"erp:{name}", "Cluj-Napoca"))
		self.assertEqual(row["match"], {"field": "cui", "text": CUI, "where": None, "ranges": []})
		[row] = self.data(q="cautare", sources="smartbill,b2b", start=1)["customers"]
		self.assertIn(row["source"], ("smartbill", "b2b"))

	def test_what_is_wrong_with_the_question_is_said_at_once(self):
		for params, fields in (
			({"sources": "erp,sap"}, ["sources"]),
			({"limit": 0}, ["limit"]),
			({"limit": 51}, ["limit"]),
			({"limit": "many"}, ["limit"]),
			({"limit": "1.5"}, ["limit"]),
			({"limit": "٣"}, ["limit"]),
			({"start": -1}, ["start"]),
			({"q": "x" * 501}, ["q"]),
			({"company": "No such company"}, ["company"]),
			({"q": "x" * 501, "sources": "x", "limit": 99, "start": "x"}, ["q", "sources", "limit", "start"]),
		):
			with self.subTest(params=params):
				error = self.refused(self.call(**params), 422, "invalid")
				self.assertEqual([problem["field"] for problem in error["problems"]], fields)

	def test_one_character_500_characters_and_none_are_answered(self):
		factories.customer(customer_name="Xq Unu SRL")
		frappe.db.commit()
		self.assertEqual(len(self.data(q="x")["customers"]), 1)
		self.assertEqual(self.data(q="x" * 500)["counts"], EMPTY)
		self.assertEqual(self.data(q="ana " * 125)["counts"], EMPTY)
		self.assertEqual(self.data()["customers"], [])
		self.assertEqual(self.data(q="", sources="", limit="", start="")["searched"], "text")
		self.assertEqual(self.data(q="xq", start=199)["customers"], [])
		self.assertEqual(self.data(q="xq", start=5000)["next"], None)

	def test_a_company_that_the_user_may_not_read_is_as_if_it_were_not_there(self):
		company = factories.company()
		self.assertEqual(self.call(company=company).status_code, 200)
		user = token("Sales User")
		other = frappe.get_all("Company", {"name": ["!=", company]}, pluck="name", limit=1)
		if not other:
			self.skipTest("the site has one company")
		name = frappe.db.get_value("User", {"api_key": user["Authorization"].split()[1].split(":")[0]})
		frappe.get_doc(
			{"doctype": "User Permission", "user": name, "allow": "Company", "for_value": other[0]}
		).insert()
		frappe.db.commit()
		self.refused(self.call(headers=user, company=company), 422, "invalid")

	def test_only_who_sells_may_ask(self):
		self.refused(self.call(headers={}, q="x"), 401, "not_signed_in")
		self.refused(self.call(headers=token("Stock User"), q="x"), 403, "not_allowed")
		for role in ("Sales User", "Sales Manager", "B2B Sales", "B2B Manager", "System Manager"):
			with self.subTest(role=role):
				self.assertEqual(self.call(headers=token(role), q="x").status_code, 200)

	def test_other_methods_are_refused_and_head_is_a_get(self):
		for method in ("POST", "PUT", "DELETE", "PATCH"):
			with self.subTest(method=method):
				response = self.call(method)
				self.refused(response, 405, "method_not_allowed")
				self.assertEqual(response.headers["Allow"], "GET")
		response = self.call("HEAD", q="x")
		self.assertEqual((response.status_code, response.content), (200, b""))

	def test_switched_off_it_is_not_there(self):
		self.settings({features.SEARCH: 0})
		for method in ("GET", "POST"):
			self.refused(self.call(method), 404, "not_found")

	def test_without_an_index_it_says_so(self):
		state.forget()
		frappe.db.commit()
		response = self.call(q="x")
		self.refused(response, 503, "index_empty")
		self.assertTrue(int(response.headers["Retry-After"]))

	def test_injections_are_words(self):
		factories.customer(customer_name="Injectat SRL")
		frappe.db.commit()
		for q in (
			"' or '1'='1",
			"injectat' --",
			'"; drop table tabCustomer; --',
			"%",
			"_",
			"%%s %s %(q)s",
			"\\",
			"`tabCustomer`",
			"<script>alert(1)</script>",
			"injectat*",
			"+injectat -srl",
			"() { :; }",
			"\0injectat",
			"{{ 7*7 }}",
			"ana@firma.ro' or 1=1",
			"0722%27",
		):
			with self.subTest(q=q):
				data = self.data(q=q)
				self.assertLessEqual(len(data["customers"]), 1)
		self.assertEqual(len(self.data(q="injectat' --")["customers"]), 1)
		self.assertTrue(frappe.db.exists("Customer", {"customer_name": "Injectat SRL"}))

	def test_it_writes_nothing(self):
		factories.customer(customer_name="Citit SRL")
		frappe.db.commit()
		before = frappe.db.sql("select count(*) from b2b_search_use")
		self.data(q="citit")
		self.assertEqual(frappe.db.sql("select count(*) from b2b_search_use"), before)
