"""What the tests of the buyer's side share: a company with a quotation, and its buyer, signed in."""

import os
from typing import Any
from urllib.parse import quote

import frappe
import requests

from erp_b2b_smartbill.features import PORTAL
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import SandboxTestCase


class PortalCase(SandboxTestCase):
	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		factories.company()
		before = frappe.db.get_single_value("B2B Settings", PORTAL)
		self.addCleanup(self.portal, before)
		self.portal(1)
		self.customer = factories.customer().name
		self.buyer = factories.buyer(self.customer)
		self.offer = self.offer_to(self.customer)
		frappe.db.commit()
		self.browser = self.signed_in(self.buyer)

	def portal(self, on: int) -> None:
		frappe.db.set_single_value("B2B Settings", PORTAL, on)
		frappe.clear_document_cache("B2B Settings", "B2B Settings")
		frappe.db.commit()

	def offer_to(self, customer: str, **values: Any) -> str:
		name = factories.quotation(party_name=customer, **values).name
		frappe.db.commit()
		return name

	def signed_in(self, user: str) -> requests.Session:
		session = requests.Session()
		response = session.post(
			f"{os.environ['SITE_URL']}/api/method/login", data={"usr": user, "pwd": "test"}, timeout=20
		)
		self.assertEqual(response.status_code, 200, response.text)
		page = session.get(f"{os.environ['SITE_URL']}/me", timeout=60).text
		session.headers["X-Frappe-CSRF-Token"] = page.partition('csrf_token = "')[2].partition('"')[0]
		return session

	def call(self, session: requests.Session, method: str, path: str, body: Any = None) -> requests.Response:
		return session.request(method, f"{os.environ['SITE_URL']}/api/v1/portal{path}", json=body, timeout=30)

	def path(self, quotation: str, below: str = "") -> str:
		return f"/quotations/{quote(quotation, safe='')}{below}"

	def answer(self, quotation: str, response: str = "Accepted", comment: str = "") -> requests.Response:
		return self.call(
			self.browser,
			"POST",
			self.path(quotation, "/response"),
			{"response": response, "comment": comment},
		)

	def page(self, path: str, session: requests.Session | None = None) -> requests.Response:
		return (session or self.browser).get(f"{os.environ['SITE_URL']}{path}", timeout=30)
