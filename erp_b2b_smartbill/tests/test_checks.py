"""The test of a SmartBill Account: every failure is told apart, and says what to do."""

from datetime import timedelta
from typing import Any
from unittest import mock

import frappe

from erp_b2b_smartbill import audit, completeness
from erp_b2b_smartbill.smartbill import checks
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import SandboxTestCase

V3_TOKEN = "demo-v3-token"


class ChecksTestCase(SandboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		factories.company()
		self.account = factories.smartbill_account(self.sandbox.api_url)
		# the embedded site has a worker only while a test runs its jobs
		self.enterContext(mock.patch.object(checks, "get_workers", lambda: ["worker"]))
		frappe.db.commit()

	def enterContext(self, context: Any) -> Any:
		"""As in Python 3.11."""
		entered = context.__enter__()
		self.addCleanup(context.__exit__, None, None, None)
		return entered

	def check(self, **changes: object) -> checks.Results:
		if changes:
			self.account.reload()
			self.account.update(changes)
			self.account.save()
			frappe.db.commit()
		self.rest()
		self.account.reload()
		results = checks.check_account(self.account)
		for check in results.checks:
			if check["level"] == checks.PROBLEM:
				self.assertTrue(check["advice"], f"a problem without a way out: {check}")
		return results

	def problems(self, **changes: object) -> list[str]:
		return [check["id"] for check in self.check(**changes).checks if not check["ok"]]

	def one(self, id_: str, **changes: object) -> checks.Check:
		found = [check for check in self.check(**changes).checks if check["id"] == id_]
		self.assertTrue(found, f"no check {id_}")
		return next((check for check in found if not check["ok"]), found[0])


class TestConnection(ChecksTestCase):
	def test_a_good_account_passes_every_check_and_nothing_is_written(self):
		results = self.check(spare_series="PRFB2B", invoice_series="FACT", v3_token=V3_TOKEN)
		self.assertTrue(results.passed, results.checks)
		ids = {check["id"] for check in results.checks}
		expected = "doctypes mode scheduler workers time_zone address login company clock series spare_series"
		expected += " invoice_series vat vat_map units counter v3"
		self.assertLessEqual(set(expected.split()), ids)
		self.assertEqual(self.sandbox.writes(), [])

	def test_a_wrong_token_is_told_from_a_wrong_company(self):
		self.assertEqual(self.problems(token="wrong"), ["login"])
		self.assertEqual(self.problems(token="demo-token", cif="RO99999999"), ["company"])
		self.sandbox.user(email="demo@example.ro", companies=["RO23456783"])
		self.assertIn("administrator", self.one("company", cif="RO12345674")["advice"])

	def test_a_series_that_is_missing_lists_what_exists(self):
		check = self.one("series", proforma_series="NIMIC")
		self.assertFalse(check["ok"])
		self.assertIn("PRFB2B", check["text"])
		self.assertIn("PRF2", self.one("series", proforma_series="prf2")["advice"])
		self.assertFalse(self.one("spare_series", proforma_series="PRF2", spare_series="NIMIC")["ok"])
		self.assertFalse(self.one("invoice_series", spare_series=None, invoice_series="NIMIC")["ok"])

	def test_the_next_number_is_read_in_either_form(self):
		self.assertIn("227", self.one("series")["text"])
		self.sandbox.knobs(next_number_type="string")
		self.assertTrue(self.one("series")["ok"])

	def test_a_vat_pair_must_exist_exactly(self):
		rate = {"erpnext_rate": 21, "tax_name": "normala", "tax_percentage": 21}
		self.assertIn("Normala 21%", self.one("vat", vat_rates=[rate])["text"])
		self.assertIn("Redusa 11%", self.one("vat_map", vat_rates=[])["text"])

	def test_a_legal_rate_that_is_not_mapped_is_a_notice(self):
		rate = {"erpnext_rate": 21, "tax_name": "Normala", "tax_percentage": 21}
		check = self.one("vat_map", vat_rates=[rate])
		self.assertEqual(check["level"], checks.NOTICE)
		self.assertIn("11%", check["text"])

	def test_two_taxes_of_one_name_and_rate_cannot_be_told_apart(self):
		self.sandbox.seed(
			companies={
				"RO12345674": {
					"name": "D",
					"taxes": [{"name": "Normala", "percentage": 21}] * 2 + [{"name": "R", "percentage": 11}],
				}
			}
		)
		self.assertIn("more than once", self.one("vat")["text"])
		self.account.reload()
		with self.assertRaises(frappe.ValidationError):
			self.account.save()

	def test_a_company_without_vat_is_asked_whether_it_pays_vat(self):
		self.sandbox.seed(companies={"RO12345674": {"name": "D", "vat_payer": False}})
		self.assertIn("VAT payer", self.one("vat")["advice"])
		self.assertTrue(self.one("vat", vat_payer=0)["ok"])

	def test_letter_case_of_a_unit_counts(self):
		check = self.one("units", units=[{"uom": "Nos", "measuring_unit_name": "BUC"}])
		self.assertFalse(check["ok"])
		self.assertIn("buc", check["advice"])

	def test_the_undocumented_list_of_units_may_be_missing(self):
		self.sandbox.knobs(mu="off")
		check = self.one("units")
		self.assertEqual(check["level"], checks.NOTICE)
		self.assertEqual(self.problems(), [])

	def test_the_v3_token_is_optional_and_explained(self):
		self.assertEqual(self.one("v3")["level"], checks.NOTICE)
		for token, advice in (
			("nonsense", "Make a new V3 token"),
			("sb_test_x", "test environment"),
			("v3-forbidden", "right to read clients"),
			("demo2-v3-token", "another company"),
		):
			with self.subTest(token=token):
				check = self.one("v3", v3_token=token)
				self.assertFalse(check["ok"])
				self.assertIn(advice, check["advice"])

	def test_v3_takes_the_other_form_of_the_fiscal_code(self):
		self.sandbox.knobs(cif_match="digits")
		self.assertTrue(self.one("v3", v3_token=V3_TOKEN, cif="12345674")["ok"])

	def test_an_unreachable_smartbill_is_no_error_of_the_form(self):
		self.assertEqual(self.problems(api_url="http://127.0.0.1:9/api"), ["connection"])
		self.sandbox.fault("html", path="/SBORO/api/series", status=502)
		self.assertEqual(self.problems(api_url=self.sandbox.api_url), ["connection"])

	def test_a_refused_list_is_named_and_the_rest_goes_on(self):
		self.sandbox.fault("status", path="/SBORO/api/tax", status=500)
		self.assertEqual(self.problems(), ["vat"])

	def test_an_address_that_is_no_longer_allowed_gets_no_credentials(self):
		frappe.conf.smartbill_allowed_hosts = []
		self.assertEqual(self.problems(), ["address"])
		self.assertEqual(self.sandbox.calls(), [])

	def test_a_block_is_remembered(self):
		self.sandbox.fault("rate_block", path="/SBORO/api/series")
		self.assertEqual(self.problems(), ["block"])
		self.assertTrue(frappe.db.get_value("SmartBill Account", self.account.name, "blocked_until"))
		calls = len(self.sandbox.calls())
		self.assertEqual(self.problems(), ["block"])
		self.assertEqual(len(self.sandbox.calls()), calls)

	def test_the_button_fills_the_pick_lists(self):
		answer = self.account.test_connection()
		self.assertTrue(answer["passed"])
		lists = frappe.get_doc("SmartBill Account", self.account.name).health()["lists"]
		self.assertIn("PRFB2B", lists["series"]["p"])
		self.assertIn("FACT", lists["series"]["f"])
		self.assertIn("buc", lists["units"])
		self.assertIn({"name": "Redusa", "percentage": 11.0}, lists["taxes"])

	def test_only_who_may_write_the_account_tests_it(self):
		with self.as_user(factories.user("B2B Manager")), self.assertRaises(frappe.PermissionError):
			self.account.test_connection()


class TestPause(ChecksTestCase):
	def pause(self) -> None:
		frappe.db.set_value("SmartBill Account", self.account.name, {"paused": 1, "pause_reason": "401"})
		frappe.db.commit()

	def is_paused(self) -> bool:
		return bool(frappe.db.get_value("SmartBill Account", self.account.name, "paused"))

	def test_a_passing_test_lifts_the_pause_and_says_so_in_the_audit(self):
		self.pause()
		self.assertTrue(self.check().resumed)
		self.assertFalse(self.is_paused())
		event = frappe.get_last_doc("Business Event", {"reference_name": self.account.name})
		self.assertEqual(event.event, audit.ACCOUNT_RESUMED)

	def test_a_failing_test_does_not(self):
		self.pause()
		self.assertFalse(self.check(token="wrong").resumed)
		self.assertTrue(self.is_paused())

	def test_what_is_wrong_with_the_site_alone_does_not_keep_it_paused(self):
		self.pause()
		with mock.patch.object(checks, "is_scheduler_inactive", lambda verbose=False: True):
			self.assertTrue(self.check().resumed)


class TestKept(ChecksTestCase):
	"""What the health page tells of the last test."""

	def kept(self) -> tuple[Any, int, str | None]:
		self.account.reload()
		return self.account.last_tested_at, self.account.last_test_passed, self.account.last_test_problem

	def test_a_test_leaves_when_it_was_and_its_first_problem(self):
		self.assertEqual(self.kept(), (None, 0, None))
		self.check()
		self.assertEqual(self.kept()[1:], (1, None))
		self.assertTrue(self.kept()[0])
		text = self.one("login", token="wrong")["text"]
		self.assertEqual(self.kept()[1:], (0, text))

	def test_what_is_wrong_with_the_site_is_no_problem_of_the_account(self):
		with mock.patch.object(checks, "is_scheduler_inactive", lambda verbose=False: True):
			self.assertEqual(self.problems(), ["scheduler"])
		self.assertEqual(self.kept()[1:], (1, None))

	def test_where_smartbill_could_not_be_asked_the_last_answer_stays(self):
		self.check()
		before = self.kept()
		until = checks.clock.now() + timedelta(minutes=5)
		frappe.db.set_value("SmartBill Account", self.account.name, "blocked_until", until)
		frappe.db.commit()
		self.assertEqual(self.problems(), ["block"])
		self.assertEqual(self.kept(), before)

	def test_a_form_that_is_saved_does_not_change_it(self):
		self.check()
		before = self.kept()
		form = frappe.get_doc("SmartBill Account", self.account.name)
		form.update({"last_test_passed": 0, "last_tested_at": None})
		form.save()
		self.assertEqual(self.kept(), before)


class TestSite(ChecksTestCase):
	def test_a_scheduler_that_does_not_run_is_a_problem(self):
		with mock.patch.object(checks, "is_scheduler_inactive", lambda verbose=False: True):
			self.assertEqual(self.problems(), ["scheduler"])

	def test_missing_workers_are_a_problem(self):
		with mock.patch.object(checks, "get_workers", list):
			self.assertEqual(self.problems(), ["workers"])
		with mock.patch.object(checks, "get_workers", mock.Mock(side_effect=ConnectionError)):
			self.assertEqual(self.problems(), ["workers"])

	def test_missing_doctypes_are_noticed(self):
		with mock.patch.object(completeness, "doctypes", lambda: {"SmartBill Nothing": True}):
			self.assertEqual(self.problems(), ["doctypes"])

	def test_another_time_zone_is_a_notice(self):
		with mock.patch.object(checks, "get_system_timezone", lambda: "UTC"):
			self.assertEqual(self.one("time_zone")["level"], checks.NOTICE)

	def test_a_clock_that_is_wrong_is_a_problem(self):
		with mock.patch.object(checks.clock, "timestamp", lambda: 0.0):
			self.assertEqual(self.problems(), ["clock"])

	def test_every_mode_is_explained(self):
		for mode in ("Off", "Draft"):
			self.assertEqual(self.one("mode", mode=mode)["level"], checks.NOTICE)

	def test_a_copy_is_told_that_it_is_one(self):
		before = frappe.conf.get("host_name")
		self.addCleanup(frappe.conf.__setitem__, "host_name", before)
		frappe.conf.host_name = "https://copy.example.com"
		check = self.one("mode")
		self.assertFalse(check["ok"])
		self.assertIn("copy", check["text"])
