"""Prices and tiers as another program uses them: over HTTP, with a token, against a served site."""

import os
from typing import Any
from urllib.parse import quote

import frappe
import requests
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import CommittingTestCase
from erp_b2b_smartbill.tests.test_rest import token

WRITES_CUSTOMERS = "Sales Master Manager"


class TestTierRoute(CommittingTestCase):
	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		factories.company()
		self.on(True)
		self.addCleanup(self.on, False)
		word = frappe.generate_hash(length=6)
		self.silver, self.gold = (
			frappe.get_doc(
				{"doctype": "B2B Tier", "tier_name": f"{name} {word}", "discount_percentage": discount}
			)
			.insert()
			.name
			for name, discount in (("Argint", 5), ("Aur", 20))
		)
		# a name with a slash is a name
		self.customer = factories.customer(
			customer_name=f"Client A/B {word}", b2b_tier=self.silver, address=None
		).name
		self.item = factories.item().name
		frappe.get_doc(
			{
				"doctype": "Item Price",
				"item_code": self.item,
				"price_list": factories.PRICE_LIST,
				"price_list_rate": 100,
				"valid_from": add_days(nowdate(), -9),
			}
		).insert()
		frappe.db.commit()
		self.manager = token("B2B Manager", "Sales User", WRITES_CUSTOMERS)

	def on(self, on: bool) -> None:
		frappe.db.set_single_value("B2B Settings", OVERVIEW, int(on))
		frappe.db.commit()

	def call(
		self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str] | None = None
	) -> requests.Response:
		response = requests.request(
			method, f"{os.environ['SITE_URL']}{path}", json=body, headers=headers or self.manager, timeout=60
		)
		frappe.db.rollback()
		return response

	def give(
		self, tier: str | None, headers: dict[str, str] | None = None, **values: Any
	) -> requests.Response:
		path = f"/api/v1/customers/{quote(self.customer, safe='')}/tier"
		return self.call("POST", path, {"tier": tier, "reason": "Volum peste plan"} | values, headers)

	def quote(self, **values: Any) -> dict[str, Any]:
		body = {
			"quotation_to": "Customer",
			"party_name": self.customer,
			"company": factories.COMPANY,
			"currency": "RON",
			"selling_price_list": factories.PRICE_LIST,
			"items": [{"item_code": self.item, "qty": 2}],
			**values,
		}
		response = self.call("POST", "/api/resource/Quotation", body)
		self.assertEqual(response.status_code, 200, response.text)
		return response.json()["data"]

	def price(self, doc: dict[str, Any]) -> float:
		return doc["items"][0]["rate"]

	def test_a_program_gets_the_price_of_the_tier_whatever_it_says_of_it(self):
		doc = self.quote()
		self.assertEqual((doc["b2b_tier"], self.price(doc)), (self.silver, 95))
		self.assertEqual(self.price(self.quote(b2b_tier=self.gold)), 95)
		path = f"/api/resource/Quotation/{doc['name']}"
		changed = self.call("PUT", path, {"b2b_tier": self.gold}).json()["data"]
		self.assertEqual((changed["b2b_tier"], self.price(changed)), (self.silver, 95))

	def test_a_submit_does_not_bring_a_tier_with_it(self):
		for body in ({"b2b_tier": self.gold, "docstatus": 1}, {"docstatus": 1}):
			with self.subTest(body=body):
				doc = self.quote()
				rows = [dict(doc["items"][0], qty=3), {"item_code": self.item, "qty": 1}]
				path = f"/api/resource/Quotation/{doc['name']}"
				answer = self.call("PUT", path, {**body, "items": rows})
				self.assertEqual(answer.status_code, 200, answer.text)
				done = answer.json()["data"]
				self.assertEqual(done["docstatus"], 1)
				self.assertEqual(
					(done["b2b_tier"], [row["rate"] for row in done["items"]]), (self.silver, [95, 95])
				)
				stored = frappe.db.get_value("Quotation", doc["name"], ["b2b_tier", "total"])
				self.assertEqual(stored, (self.silver, 380))
		made = self.quote(b2b_tier=self.gold, docstatus=1)
		self.assertEqual((made["docstatus"], made["b2b_tier"], self.price(made)), (1, self.silver, 95))

	def test_a_row_does_not_bring_a_rule_with_it(self):
		rule = frappe.db.get_value("Pricing Rule", {"b2b_tier": self.gold, "disable": 0})
		theirs = factories.customer(b2b_tier=self.gold, address=None).name
		frappe.db.commit()
		named = self.quote(party_name=theirs, docstatus=1)["name"]
		forged = {
			"item_code": self.item,
			"qty": 1,
			"pricing_rules": frappe.as_json([rule]),
			"discount_percentage": 20,
			"prevdoc_docname": named,
		}
		body = {
			"customer": self.customer,
			"company": factories.COMPANY,
			"currency": "RON",
			"selling_price_list": factories.PRICE_LIST,
			"delivery_date": add_days(nowdate(), 7),
			"b2b_tier": self.gold,
			"items": [forged],
		}
		response = self.call("POST", "/api/resource/Sales Order", body)
		self.assertEqual(response.status_code, 200, response.text)
		order = response.json()["data"]
		self.assertEqual((order["b2b_tier"], self.price(order)), (self.silver, 95))

	def test_a_price_without_a_document_is_no_tiers(self):
		asked = {
			"doctype": "Quotation",
			"item_code": self.item,
			"customer": self.customer,
			"company": factories.COMPANY,
			"currency": "RON",
			"conversion_rate": 1,
			"price_list": factories.PRICE_LIST,
			"price_list_currency": "RON",
			"plc_conversion_rate": 1,
			"qty": 1,
			"child_doctype": "Quotation Item",
		}
		path = "/api/method/erpnext.stock.get_item_details.get_item_details"
		for doc, expected in ((None, 0), ({**asked, "quotation_to": "Customer", "b2b_tier": self.silver}, 5)):
			body = {"args": frappe.as_json(asked)} | ({"doc": frappe.as_json(doc)} if doc else {})
			answer = self.call("POST", path, body)
			self.assertEqual(answer.status_code, 200, answer.text)
			self.assertEqual(answer.json()["message"].get("discount_percentage") or 0, expected)

	def test_another_tier_is_in_the_next_quotation_and_in_the_audit(self):
		answer = self.give(self.gold)
		self.assertEqual(answer.status_code, 200, answer.text)
		self.assertEqual(
			answer.json()["data"],
			{"customer": self.customer, "tier": self.gold, "before": self.silver, "changed": True},
		)
		self.assertEqual(self.price(self.quote()), 80)
		event = frappe.get_last_doc(
			"Business Event", {"event": audit.CUSTOMER_TIER_CHANGED, "reference_name": self.customer}
		)
		self.assertEqual(personal.reason(event), "Volum peste plan")
		self.assertEqual(self.give(None).json()["data"]["tier"], None)
		self.assertEqual(self.price(self.quote()), 100)

	def test_only_managers_change_it_and_only_customers_that_they_may_change(self):
		for roles, status in (
			(("Sales User",), 403),
			(("B2B Sales", "Sales Manager", WRITES_CUSTOMERS), 403),
			(("B2B Manager",), 404),
			(("B2B Manager", "Stock User"), 403),
			(("B2B Manager", WRITES_CUSTOMERS), 200),
		):
			with self.subTest(roles=roles):
				self.assertEqual(self.give(self.gold, token(*roles)).status_code, status)

	def test_what_is_missing_or_wrong_is_said(self):
		for tier, reason, field in (
			(self.gold, " ", "reason"),
			(self.gold, "x" * 501, "reason"),
			("Nu exista", "x", "tier"),
			(7, "x", "tier"),
		):
			response = self.give(tier, reason=reason)
			self.assertEqual(response.status_code, 422, response.text)
			self.assertEqual(response.json()["error"]["problems"][0]["field"], field)
		path = f"/api/v1/customers/{quote(self.customer, safe='')}/tier"
		self.assertEqual(self.call("POST", path, {"reason": "x"}).json()["error"]["code"], "invalid")
		self.assertEqual(self.call("GET", path, None).status_code, 405)
		self.assertEqual(self.call("POST", "/api/v1/customers/Nimeni/tier", {"tier": None}).status_code, 404)

	def test_while_the_switch_is_off_the_address_does_not_exist(self):
		self.on(False)
		self.assertEqual(self.give(self.gold).status_code, 404)

	def test_nobody_edits_a_tiers_rule_over_rest(self):
		rule = frappe.db.get_value("Pricing Rule", {"b2b_tier": self.gold})
		headers = token("System Manager", "Sales Manager")
		for method, body in (("PUT", {"discount_percentage": 90}), ("PUT", {"disable": 1}), ("DELETE", None)):
			response = self.call(method, f"/api/resource/Pricing Rule/{rule}", body, headers)
			self.assertGreaterEqual(response.status_code, 400, response.text)
		self.assertEqual(
			frappe.db.get_value("Pricing Rule", rule, ["discount_percentage", "disable"]), (20, 0)
		)
