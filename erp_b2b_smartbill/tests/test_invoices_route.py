"""Invoices as another program reads them: over HTTP, with a token, against a served site."""

import os
from io import BytesIO
from urllib.parse import quote

import frappe
import requests
from openpyxl import load_workbook

from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import CommittingTestCase
from erp_b2b_smartbill.tests.test_rest import token


class TestInvoicesRoute(CommittingTestCase):
	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		factories.company()
		self.on(True)
		self.addCleanup(self.on, False)
		# a name with a slash is a name, and none of a file
		name = f"Client A/B {frappe.generate_hash(length=6)}"
		self.customer = factories.customer(customer_name=name, address=None).name
		frappe.db.commit()
		self.accountant = token("Accounts User", "Sales User")

	def on(self, on: bool) -> None:
		frappe.db.set_single_value("B2B Settings", OVERVIEW, int(on))
		frappe.db.commit()

	def get(self, path: str, headers: dict[str, str] | None = None, **given: str) -> requests.Response:
		place = f"{os.environ['SITE_URL']}/api/v1/customers/{quote(self.customer, safe='')}/360/{path}"
		return requests.get(place, given, headers=headers or self.accountant, timeout=30)

	def test_a_page_is_read_by_its_filters(self):
		answer = self.get("invoices", company=factories.COMPANY, status="overdue", include_children="1")
		self.assertEqual(
			(answer.status_code, answer.json()["data"]),
			(200, {"rows": [], "next": None, "total": {"erpnext": 0, "smartbill": 0}}),
		)
		refused = self.get("invoices", company=factories.COMPANY, status="late")
		self.assertEqual(
			(refused.status_code, refused.json()["error"]["problems"][0]["field"]), (422, "status")
		)

	def test_the_workbook_is_a_file_to_keep(self):
		answer = self.get("invoices.xlsx", company=factories.COMPANY)
		self.assertEqual(answer.status_code, 200)
		self.assertIn("spreadsheetml", answer.headers["Content-Type"])
		self.assertEqual(answer.headers["Cache-Control"], "private, no-store")
		disposition = answer.headers["Content-Disposition"]
		self.assertTrue(disposition.startswith("attachment") and "%2F" in disposition, disposition)
		self.assertEqual(load_workbook(BytesIO(answer.content)).active.max_column, 19)

	def test_who_may_not_see_credit_gets_neither(self):
		seller = token("Sales User")
		for path in ("invoices", "invoices.xlsx"):
			with self.subTest(path):
				self.assertEqual(self.get(path, seller).status_code, 403)
				self.assertEqual(self.get(path, {"Authorization": ""}).status_code, 401)

	def test_while_the_switch_is_off_there_is_none(self):
		self.on(False)
		self.assertEqual(self.get("invoices").status_code, 404)
