"""The routes of a proforma's life as another program uses them: over HTTP, with a token, against a served site."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import frappe
import requests

from erp_b2b_smartbill.tests.life_case import REASON, LifeTestCase
from erp_b2b_smartbill.tests.test_rest import token

MANAGER = ("Sales User", "B2B Manager")


class TestLifeRoutes(LifeTestCase):
	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		self.seller, self.manager = token("Sales User"), token(*MANAGER)

	def post(self, quotation: Any, path: str, headers: dict[str, str], **body: Any) -> requests.Response:
		self.rest()
		return self.send(quotation, path, headers, body)

	def send(self, quotation: Any, path: str, headers: dict[str, str], body: Any) -> requests.Response:
		"""For threads, too, which have no connection of their own to the site."""
		name = quote(quotation.name, safe="")
		url = f"{os.environ['SITE_URL']}/api/v1/quotations/{name}/smartbill/proforma/{path}"
		return requests.post(url, headers=headers, json=body, timeout=60)

	def error(self, response: requests.Response, status: int, code: str) -> None:
		self.assertEqual(
			(response.status_code, response.json()["error"]["code"]), (status, code), response.text
		)

	def test_cancel_restore_invoice_follow(self):
		quotation = self.issued()
		self.error(self.post(quotation, "cancel", self.seller), 422, "invalid")
		view = self.post(quotation, "cancel", self.seller, reason=REASON).json()["data"]
		self.assertEqual(view["status"], "Cancelled")
		self.error(self.post(quotation, "follow", self.seller), 409, "not_possible")
		self.assertEqual(self.post(quotation, "restore", self.seller).json()["data"]["status"], "Issued")
		self.error(self.post(quotation, "invoice", self.seller), 403, "not_allowed")
		response = self.post(quotation, "invoice", self.manager)
		self.assertEqual((response.status_code, response.json()["data"]["status"]), (201, "Invoiced"))
		self.assertEqual(self.post(quotation, "invoice", self.manager).status_code, 200)
		view = self.post(quotation, "follow", self.seller).json()["data"]
		self.assertEqual(view["payment_status"], "Unpaid")
		self.assertNotIn("/documente/extern/", str(view))

	def test_link_and_unlink(self):
		quotation = self.quotation()
		self.sandbox.foreign_document("PRF2")
		named = {"series": "PRF2", "number": "0227"}
		self.error(self.post(quotation, "link", self.seller, **named), 403, "not_allowed")
		self.assertEqual(self.post(quotation, "link", self.manager, **named).status_code, 201)
		response = self.post(quotation, "unlink", self.manager, reason=REASON)
		self.assertEqual((response.status_code, response.json()), (200, {"data": None}))

	def test_email_shows_its_defaults_and_is_not_repeated(self):
		quotation = self.issued()
		name = quote(quotation.name, safe="")
		url = f"{os.environ['SITE_URL']}/api/v1/quotations/{name}/smartbill/proforma/email"
		shown = requests.get(url, headers=self.seller, timeout=30)
		self.assertEqual(shown.status_code, 200, shown.text)
		self.assertEqual(sorted(shown.json()["data"]), ["cc", "message", "subject", "to", "via"])
		self.sandbox.fault("drop", when="after", path="/SBORO/api/document/send")
		response = self.post(quotation, "email", self.seller, via="smartbill", to="a@example.com")
		self.error(response, 502, "email_outcome_unknown")
		self.assertNotIn("Retry-After", response.headers)

	def test_many_invoices_at_the_same_moment_are_one(self):
		quotation = self.issued()
		self.rest()
		frappe.db.set_value("SmartBill Account", self.account.name, {"pace_clicks": 25})
		frappe.db.commit()
		with ThreadPoolExecutor(4) as pool:
			responses = list(pool.map(lambda _: self.send(quotation, "invoice", self.manager, {}), range(4)))
		codes = sorted(response.status_code for response in responses)
		self.assertEqual(codes.count(201), 1, [response.text for response in responses])
		self.assertLessEqual(set(codes), {200, 201, 202, 409, 429})
		self.assertEqual(len(self.sandbox.requests("/invoice/v2")), 1)
		self.assertEqual([doc.full_number for doc in self.invoices(quotation)], ["FACT 0101"])

	def test_guests_and_other_methods_are_refused(self):
		quotation = self.issued()
		for path in (
			"cancel",
			"restore",
			"invoice",
			"invoice/settle",
			"follow",
			"link",
			"unlink",
			"discard",
			"email",
		):
			self.error(self.post(quotation, path, {}), 401, "not_signed_in")
		name = quote(quotation.name, safe="")
		url = f"{os.environ['SITE_URL']}/api/v1/quotations/{name}/smartbill/proforma/cancel"
		response = requests.get(url, headers=self.seller, timeout=30)
		self.error(response, 405, "method_not_allowed")
		self.assertEqual(response.headers["Allow"], "POST")
