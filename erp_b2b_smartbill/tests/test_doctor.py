"""The doctor of the command line: the checks, a draft, and a real proforma that is cancelled again."""

import sys
import types
from decimal import Decimal
from typing import Any
from unittest import mock

import frappe

from erp_b2b_smartbill import audit, completeness
from erp_b2b_smartbill.smartbill import accounts, checks, counters, doctor
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.sandbox import CREATE
from erp_b2b_smartbill.tests.test_modes import ModesTestCase

SERIES = factories.SERIES
PDF = "/SBORO/api/estimate/pdf"
CANCEL = "/SBORO/api/estimate/cancel"


class DoctorTestCase(ModesTestCase):
	def setUp(self) -> None:
		super().setUp()
		patched = mock.patch.object(checks, "get_workers", lambda: ["worker"])
		patched.start()
		self.addCleanup(patched.stop)

	def run_doctor(self, typed: str = SERIES, **options: Any) -> tuple[int, str]:
		said: list[str] = []
		frappe.db.commit()
		self.rest()
		options = {"company": self.account.company, **options}
		status = doctor.run(said.append, lambda question: typed, **options)
		return status, "\n".join(said)

	def live_check(self, series: str = SERIES) -> doctor.Report:
		frappe.db.commit()
		self.rest()
		return doctor.live_check(self.fresh(), series)

	def text(self, report: doctor.Report) -> str:
		return "\n".join(text for _level, text in report.lines)

	def made(self) -> list[dict[str, Any]]:
		return self.sandbox.documents()


class TestCommand(DoctorTestCase):
	def test_a_good_account_ends_with_zero_and_writes_nothing(self):
		status, text = self.run_doctor()
		self.assertEqual(status, 0, text)
		self.assertIn("RO12345674", text)
		self.assertIn("next number is 227", text)
		self.assertEqual(self.sandbox.writes(), [])

	def test_a_problem_ends_with_one_and_says_what_to_do(self):
		account = self.fresh()
		account.token = "wrong"
		account.save()
		status, text = self.run_doctor()
		self.assertEqual(status, 1)
		self.assertIn("Autentificare", text)
		self.assertIn("Check the e-mail and the token", text)

	def test_nothing_is_sent_while_a_check_fails(self):
		for options in ({"draft": True}, {"live_check": SERIES}):
			with mock.patch.object(checks, "is_scheduler_inactive", lambda verbose=False: True):
				status, text = self.run_doctor(**options)
			self.assertEqual(status, 1)
			self.assertIn("Nothing was sent", text)
		self.assertEqual(self.sandbox.writes(), [])

	def test_an_unknown_company_and_missing_doctypes_are_said(self):
		self.assertEqual(self.run_doctor(company="Nobody SRL")[0], 1)
		with mock.patch.object(completeness, "doctypes", lambda: {"SmartBill Nothing": True}):
			status, text = self.run_doctor()
		self.assertEqual(status, 1)
		self.assertIn("bench migrate", text)

	def test_bench_finds_the_command(self):
		"""As bench does: the module `commands` of the app, its list, and the context of the group."""
		import click
		from click.testing import CliRunner

		bench = types.ModuleType("frappe.commands")
		bench.pass_context = click.pass_obj  # type: ignore[attr-defined]
		bench.get_site = lambda context: context["sites"][0]  # type: ignore[attr-defined]
		real = sys.modules.get("frappe.commands")
		if real is None:
			sys.modules["frappe.commands"] = bench
			self.addCleanup(sys.modules.pop, "frappe.commands")
			self.addCleanup(sys.modules.pop, "erp_b2b_smartbill.commands", None)
		from erp_b2b_smartbill.commands import commands

		[command] = [one for one in commands if one.name == "smartbill-doctor"]
		context = {"sites": ["s"], "profile": False, "force": False, "verbose": False}
		refused = CliRunner().invoke(command, ["--draft", "--live-check", SERIES], obj=context)
		self.assertEqual(refused.exit_code, 2)
		with (
			mock.patch.object(frappe, "init"),
			mock.patch.object(frappe, "connect"),
			mock.patch.object(frappe, "destroy"),
			mock.patch.object(doctor, "run", lambda say, ask, **options: say(str(options)) or 1),
		):
			result = CliRunner().invoke(command, ["--company", "X"], obj=context)
		self.assertEqual(result.exit_code, 1, result.output)
		self.assertIn("'company': 'X'", result.output)


class TestDraft(DoctorTestCase):
	def test_a_draft_takes_no_number_and_its_address_is_told(self):
		account = self.fresh()
		account.mode = "Draft"
		account.save()
		status, text = self.run_doctor(draft=True)
		self.assertEqual(status, 0, text)
		[document] = self.made()
		self.assertTrue(document["draft"])
		self.assertIn(str(document["id"]), text)
		self.assertIn("by hand", text)
		event = frappe.get_last_doc("Business Event", {"reference_name": self.account.name})
		self.assertEqual(event.event, audit.ACCOUNT_DRAFT_CHECKED)

	def test_an_account_that_is_off_makes_none(self):
		account = self.fresh()
		account.mode = "Off"
		account.save()
		status, text = self.run_doctor(draft=True)
		self.assertEqual(status, 1)
		self.assertIn("switched off", text)
		self.assertEqual(self.made(), [])

	def test_a_lost_answer_is_unknown(self):
		self.sandbox.fault("drop", when="after")
		status, text = self.run_doctor(draft=True)
		self.assertEqual(status, 1)
		self.assertIn("UNKNOWN", text)
		self.assertEqual(len(self.sandbox.creates()), 1)


class TestLiveCheck(DoctorTestCase):
	def test_one_proforma_is_issued_read_compared_and_cancelled(self):
		status, text = self.run_doctor(live_check=SERIES)
		self.assertEqual(status, 0, text)
		[document] = self.made()
		self.assertEqual((document["number"], document["status"]), ("0227", "cancelled"))
		self.assertEqual(document["client"]["name"], "Test SRL")
		self.assertIn("TEST", document["mentions"])
		self.assertEqual(document["totals"]["net"], "1.00")
		for words in (
			"gives the number 227 next",
			"Issued: PRF2 0227",
			"1.22 RON, as predicted",
			"Cancelled",
		):
			self.assertIn(words, text)
		event = frappe.get_last_doc("Business Event", {"event": audit.ACCOUNT_LIVE_CHECKED})
		self.assertIn("0227", event.reason)

	def test_the_total_tells_how_the_account_rounds_vat(self):
		self.assertIn('"Per row"', self.text(self.live_check()))
		self.sandbox.knobs(vat_rounding="rate")
		self.assertIn('"Per rate"', self.text(self.live_check()))
		frappe.db.set_value("SmartBill Account", self.account.name, "vat_rounding", "Per rate")
		self.assertIn("as the account says", self.text(self.live_check()))

	def test_nothing_is_sent_unless_the_series_is_typed(self):
		status, text = self.run_doctor("yes", live_check=SERIES)
		self.assertEqual(status, 1)
		self.assertIn("Nothing was sent", text)
		self.assertEqual(self.sandbox.writes(), [])

	def test_only_where_the_account_is_live(self):
		account = self.fresh()
		account.mode = "Draft"
		account.save()
		self.assertIn("not Live", self.text(self.live_check()))
		frappe.db.set_value("SmartBill Account", self.account.name, "mode", "Live")
		with self.copied_site(host_name="https://staging.example.com"):
			self.assertIn("another site", self.text(self.live_check()))
		self.assertEqual(self.sandbox.writes(), [])

	def test_a_series_that_is_missing_or_held_is_left_alone(self):
		self.assertIn("PRFB2B", self.text(self.live_check("NIMIC")))
		self.sandbox.fault("drop", when="after")
		self.rest()
		held = self.issue_one()
		self.assertIn(held.name, self.text(self.live_check()))
		self.assertEqual(len(self.sandbox.creates()), 1)

	def test_a_lost_answer_is_unknown_and_never_sent_again(self):
		for fault in (
			{"action": "drop", "when": "after"},
			{"action": "drop", "when": "before"},
			{"action": "html", "when": "after", "status": 502},
			{"action": "no_number", "when": "after"},
		):
			with self.subTest(**fault):
				self.sandbox.reset()
				self.sandbox.fault(path=CREATE, **fault)
				report = self.live_check()
				self.assertFalse(report.ok)
				self.assertIn("UNKNOWN", self.text(report))
				self.assertIn("PRF2 227", self.text(report))
				self.assertEqual(len(self.sandbox.creates()), 1)
				self.assertEqual(len(self.sandbox.writes()), 1)

	def test_a_refusal_is_said_with_its_way_out(self):
		self.sandbox.knobs(quota_left=0)
		report = self.live_check()
		self.assertFalse(report.ok)
		self.assertIn("quota", self.text(report))
		self.assertEqual(self.made(), [])

	def test_a_pdf_that_cannot_be_had_does_not_keep_it_from_being_cancelled(self):
		self.sandbox.fault("status", path=PDF, status=500)
		report = self.live_check()
		self.assertFalse(report.ok)
		self.assertEqual(self.made()[0]["status"], "cancelled")

	def test_a_pdf_that_cannot_be_read_is_compared_by_eye(self):
		self.sandbox.knobs(pdf_text="none")
		report = self.live_check()
		self.assertTrue(report.ok)
		self.assertIn("by eye", self.text(report))

	def test_a_total_that_was_not_predicted_is_a_failure(self):
		with mock.patch.object(doctor, "amounts_in", lambda text: {Decimal("1.30")}):
			report = self.live_check()
		self.assertFalse(report.ok)
		self.assertIn("1.30", self.text(report))
		self.assertEqual(self.made()[0]["status"], "cancelled")

	def test_what_could_not_be_cancelled_is_named(self):
		self.sandbox.fault("drop", when="before", path=CANCEL)
		report = self.live_check()
		self.assertFalse(report.ok)
		self.assertIn("cancel PRF2 0227 in SmartBill by hand", self.text(report))

	def test_its_number_is_no_foreign_one_for_the_survey(self):
		account = self.fresh()
		counters.survey(account, accounts.connect(account))
		self.live_check()
		self.rest()
		found = counters.survey(self.fresh(), accounts.connect(self.fresh()))
		self.assertEqual(found.foreign, [])

	def test_amounts_are_read_in_either_notation(self):
		self.assertEqual(
			doctor.amounts_in("TOTAL 1.234,50 RON 1,22 0.21 21% 10.000 0227"),
			{Decimal("1234.50"), Decimal("1.22"), Decimal("0.21")},
		)
