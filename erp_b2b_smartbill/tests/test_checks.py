"""The button "Test connection" of a SmartBill Account."""

import frappe

from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import SandboxTestCase


class TestConnection(SandboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		factories.company()
		self.account = factories.smartbill_account(self.sandbox.api_url)
		frappe.db.commit()

	def results(self, **changes: object) -> list[tuple[bool, str]]:
		self.account.update(changes)
		self.account.save()
		frappe.db.commit()
		return [(check["ok"], check["text"]) for check in self.account.test_connection()]

	def test_a_good_account_passes_every_check(self):
		checks = self.results()
		self.assertEqual(len(checks), 2 + len(factories.RATES))
		self.assertTrue(all(ok for ok, _ in checks), checks)
		self.assertEqual(self.sandbox.documents(), [])

	def test_a_wrong_token_says_so_and_stops(self):
		checks = self.results(token="wrong")
		self.assertEqual([ok for ok, _ in checks], [False])
		self.assertIn("Autentificare", checks[0][1])

	def test_a_missing_series_and_rate_list_what_exists(self):
		rate = {"erpnext_rate": 21, "tax_name": "normala", "tax_percentage": 21}
		checks = self.results(proforma_series="NIMIC", vat_rates=[rate])
		self.assertEqual([ok for ok, _ in checks], [True, False, False])
		self.assertIn("PRFB2B", checks[1][1])
		self.assertIn("Normala 21%", checks[2][1])

	def test_an_account_without_a_map_is_shown_the_rates(self):
		checks = self.results(vat_rates=[])
		self.assertIn("Redusa 11%", checks[-1][1])

	def test_an_unreachable_smartbill_is_no_error_of_the_form(self):
		self.assertEqual([ok for ok, _ in self.results(api_url="http://127.0.0.1:9/api")], [False])

	def test_a_block_is_remembered(self):
		self.sandbox.fault("rate_block", path="/SBORO/api/series")
		self.assertEqual([ok for ok, _ in self.results()], [False])
		self.assertTrue(frappe.db.get_value("SmartBill Account", self.account.name, "blocked_until"))
		calls = frappe.db.count("SmartBill Call")
		self.account.test_connection()
		self.assertEqual(frappe.db.count("SmartBill Call"), calls)
