"""What a buyer sees on the website: his own, and nobody else's."""

import os
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import frappe
import requests

from erp_b2b_smartbill.portal import view, website
from erp_b2b_smartbill.smartbill import issue
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import number_of_queries
from erp_b2b_smartbill.tests.portal_case import PortalCase


class TestBuyer(PortalCase):
	def test_a_buyer_sees_his_own_quotations_and_no_others(self):
		other = self.offer_to(factories.customer(tax_id="12345674").name)
		draft = factories.quotation(party_name=self.customer, submit=False).name
		frappe.db.commit()
		data = self.call(self.browser, "GET", "/quotations").json()["data"]
		self.assertEqual([row["name"] for row in data["rows"]], [self.offer])
		self.assertFalse(data["more"])
		self.assertEqual(self.call(self.browser, "GET", self.path(self.offer)).status_code, 200)
		for foreign in (other, draft, "No such"):
			for method, below in (("GET", ""), ("GET", "/proforma.pdf"), ("POST", "/response")):
				body = {"response": "Accepted"} if method == "POST" else None
				response = self.call(self.browser, method, self.path(foreign, below), body)
				self.assertEqual(response.status_code, 404, response.text)
		self.assertFalse(frappe.db.exists("Quotation Response", {"quotation": other}))

	def test_his_company_is_shown_with_what_its_tier_gives(self):
		tier = frappe.get_doc(
			{"doctype": "B2B Tier", "tier_name": frappe.generate_hash(length=8), "discount_percentage": 12.5}
		).insert()
		frappe.db.set_value("Customer", self.customer, "b2b_tier", tier.name)
		frappe.db.commit()
		(company,) = self.call(self.browser, "GET", "/company").json()["data"]
		self.assertEqual((company["tax_id"], company["tier"]["discount"]), ("RO98765438", 12.5))
		self.assertEqual(company["address"].splitlines()[:2], ["Str. Exemplu 7", "Cluj-Napoca, Cluj"])

	def test_nobody_else_gets_in(self):
		user, stranger = factories.user("Sales User", "B2B Sales"), factories.buyer()
		frappe.db.commit()
		seller = self.signed_in(user)
		for path in ("/company", "/quotations", self.path(self.offer)):
			self.assertEqual(self.call(requests.Session(), "GET", path).status_code, 401)
			self.assertEqual(self.call(seller, "GET", path).status_code, 403)
		self.assertEqual(self.call(self.signed_in(stranger), "GET", self.path(self.offer)).status_code, 404)
		self.portal(0)
		self.assertEqual(self.call(self.browser, "GET", "/quotations").status_code, 404)

	def test_a_page_takes_the_same_number_of_queries_however_long_it_is(self):
		with self.as_user(self.buyer):
			one = self.queries(view.quotations)
		for _one in range(7):
			factories.quotation(party_name=self.customer)
		frappe.db.commit()
		with self.as_user(self.buyer):
			self.assertEqual(len(view.quotations()["rows"]), 8)
			self.assertEqual(self.queries(view.quotations), one)

	def queries(self, call: Callable[[], Any]) -> int:
		call()
		return number_of_queries(call)

	def test_the_list_comes_in_pages(self):
		factories.alike(frappe.get_doc("Quotation", self.offer), 24)
		frappe.db.commit()
		first = self.call(self.browser, "GET", "/quotations").json()["data"]
		second = self.call(self.browser, "GET", "/quotations?page=2").json()["data"]
		self.assertEqual((len(first["rows"]), first["more"]), (20, True))
		self.assertEqual((len(second["rows"]), second["more"]), (5, False))

	def test_the_proforma_is_there_with_its_pdf_and_without_its_public_link(self):
		factories.smartbill_account(self.sandbox.api_url)
		self.switch(True)
		self.assertEqual(
			self.call(self.browser, "GET", self.path(self.offer, "/proforma.pdf")).status_code, 404
		)
		proforma = issue.issue(frappe.get_doc("Quotation", self.offer)).proforma
		frappe.db.commit()
		shown = self.call(self.browser, "GET", self.path(self.offer))
		told = shown.json()["data"]["proforma"]
		self.assertEqual((told["number"], told["status"]), (proforma.full_number, "Issued"))
		self.assertEqual(re.sub(r"\D", "", told["amount"]), "30855")
		self.assertNotIn("documente/extern", shown.text)
		pdf = self.call(self.browser, "GET", self.path(self.offer, "/proforma.pdf"))
		self.assertEqual((pdf.status_code, pdf.headers["Content-Type"]), (200, "application/pdf"))
		self.assertTrue(pdf.content.startswith(b"%PDF-"))
		self.assertIn("no-store", pdf.headers["Cache-Control"])


class TestPages(PortalCase):
	def test_guests_are_led_to_the_log_in_and_back(self):
		response = requests.get(f"{os.environ['SITE_URL']}/b2b/account", timeout=20, allow_redirects=False)
		self.assertIn("/login?redirect-to=/b2b/account", response.headers["Location"])

	def test_the_page_of_another_companys_quotation_is_not_shown(self):
		other = self.offer_to(factories.customer(tax_id="12345674").name)
		self.assertEqual(self.page(f"/quotations/{quote(self.offer)}").status_code, 200)
		self.assertEqual(self.page(f"/quotations/{quote(other)}").status_code, 403)
		shown = self.page("/b2b/account").text
		self.assertIn(self.offer, shown)
		self.assertNotIn(other, shown)

	def test_what_is_off_adds_nothing_to_erpnexts_page(self):
		paths = (f"/quotations/{quote(self.offer)}", "/quotations")
		for path in paths:
			self.assertIn('href="/b2b/account"', self.page(path).text, path)
		self.assertIn('"b2b_portal":', self.page(paths[0]).text)
		self.portal(0)
		for path in paths:
			self.assertNotIn('"b2b_portal":', self.page(path).text, path)
			self.assertNotIn("/b2b/account", self.page(path).text, path)
		self.assertEqual(self.page("/b2b/account").status_code, 404)

	def test_a_page_that_frappe_remembers_for_everybody_is_left_alone(self):
		# in developer mode Frappe remembers none
		before = frappe.conf.developer_mode
		frappe.conf.developer_mode = 0
		self.addCleanup(frappe.conf.__setitem__, "developer_mode", before)
		# of a page that another test has rendered
		frappe.local.no_cache = 0
		menu = {"show_sidebar": 1, "sidebar_items": [], "boot": {}}
		with self.as_user(self.buyer):
			self.assertIsNone(website.extend(frappe._dict(menu)))
			added = website.extend(frappe._dict(menu, no_cache=1))
		self.assertEqual([item["route"] for item in added["sidebar_items"]], ["/b2b/account"])

	def test_sales_sees_nothing_of_the_buyers_pages_on_the_website(self):
		seller = factories.user("Sales User", "B2B Sales")
		frappe.db.commit()
		shown = self.page(f"/quotations/{quote(self.offer)}", self.signed_in(seller))
		self.assertEqual(shown.status_code, 200)
		self.assertNotIn('"b2b_portal":', shown.text)
		self.assertNotIn("/b2b/account", shown.text)

	def test_what_the_address_says_never_becomes_a_script(self):
		shown = self.page("/quotations/" + quote("x</script><script>alert(1)</script>", safe=""))
		self.assertIn(shown.status_code, (403, 404))
		self.assertNotIn("<script>alert(1)", shown.text)

	def test_the_account_shows_the_company_as_text(self):
		frappe.db.set_value("Customer", self.customer, "customer_name", "A&B <img src=x> SRL")
		frappe.db.commit()
		shown = self.page("/b2b/account").text
		self.assertNotIn("<img src=x>", shown)
		self.assertIn("A&amp;B &lt;img src=x&gt; SRL", shown)
		self.assertIn("Str. Exemplu 7\n", shown)
