"""A SmartBill invoice from a proforma: once, by the claim, verdict and settling of a proforma."""

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.exceptions import (
	Conflict,
	NotAllowed,
	NotFound,
	NotReady,
	SmartBillRateLimited,
	SmartBillRefused,
	SmartBillUnreachable,
)
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill import schedule, states
from erp_b2b_smartbill.smartbill.client import Client
from erp_b2b_smartbill.smartbill.life import following
from erp_b2b_smartbill.tests.life_case import LifeTestCase
from erp_b2b_smartbill.tests.test_issue import WorkerKilled

CREATE = "/SBORO/api/invoice/v2"


class InvoiceTestCase(LifeTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.stop_clock()

	def creates(self) -> list[Any]:
		return self.sandbox.requests("/invoice/v2")

	def invoice(self, quotation: Any) -> Any:
		"""The one that is issued here."""
		return next(doc for doc in self.invoices(quotation) if doc.origin == "Issued here")

	def pass_after(self, seconds: int) -> None:
		self.after(seconds=seconds)
		schedule.settle_due()


class TestInvoicing(InvoiceTestCase):
	def test_issues_an_invoice_with_number_pdf_and_the_proformas_amounts(self):
		quotation = self.issued()
		view, status = self.answer("invoice", quotation)
		self.assertEqual((status, view["status"]), (201, states.INVOICED))
		invoice = self.invoice(quotation)
		proforma = self.stored(quotation)
		self.assertEqual((invoice.status, invoice.full_number), (states.ISSUED, "FACT 0101"))
		self.assertEqual((invoice.proforma, invoice.live_key), (proforma.name, proforma.name))
		for field in (
			"net_total",
			"vat_total",
			"grand_total",
			"currency",
			"customer",
			"account",
			"reference",
		):
			self.assertEqual(invoice.get(field), proforma.get(field), field)
		self.assertTrue(invoice.pdf)
		self.assertEqual(self.projected(quotation)[:2], ("Invoiced", "PRF2 0227"))
		self.assertEqual(
			self.sandbox.document("0101", "FACT")["request"],
			{
				"companyVatCode": "RO12345674",
				"seriesName": "FACT",
				"issueDate": str(clock.today_in_romania()),
				"dueDate": str(invoice.due_date),
				"isDraft": False,
				"useStock": False,
				"useEstimateDetails": True,
				"estimate": {"seriesName": "PRF2", "number": "0227"},
			},
		)
		places = frappe.get_all("File", {"file_url": invoice.pdf}, pluck="attached_to_doctype")
		self.assertEqual(sorted(places), ["Quotation", "SmartBill Invoice"])
		self.assertEqual(self.events(invoice), ["Invoice claimed", "Invoice issued", "Proforma PDF stored"])

	def test_a_second_time_shows_the_same(self):
		quotation = self.issued()
		self.do("invoice", quotation)
		view, status = self.answer("invoice", quotation)
		self.assertEqual((status, len(view["invoices"])), (200, 1))
		self.assertEqual(len(self.creates()), 1)

	def test_one_that_was_made_by_hand_is_recorded_instead(self):
		quotation = self.issued()
		self.sandbox.invoice_by_hand("PRF2", "0227")
		view, status = self.answer("invoice", quotation)
		self.assertEqual((status, view["status"]), (200, states.INVOICED))
		self.assertEqual([one["number"] for one in view["invoices"]], ["0101"])
		self.assertEqual(self.creates(), [])

	def test_a_draft_invoice_in_smartbill_is_none(self):
		quotation = self.issued()
		self.sandbox.invoice_by_hand("PRF2", "0227", draft=True)
		self.assertEqual(self.answer("invoice", quotation)[1], 201)

	def test_dates_are_romanian_and_checked(self):
		quotation = self.issued()
		today = clock.today_in_romania()
		for given, field in (
			({"issue_date": "23.11.2026"}, "issue_date"),
			({"issue_date": str(today + timedelta(days=1))}, "issue_date"),
			({"due_date": str(today - timedelta(days=1))}, "due_date"),
		):
			error = self.refused(NotReady, "invoice", quotation, **given)
			self.assertEqual(error.problems[0]["field"], field)
		self.do("invoice", quotation, due_date=str(today + timedelta(days=14)))
		invoice = self.invoice(quotation)
		self.assertEqual(date.fromisoformat(str(invoice.due_date)), today + timedelta(days=14))
		self.assertEqual(len(self.creates()), 1)

	def test_the_proformas_days_to_pay_are_kept(self):
		quotation = self.issued()
		doc = self.stored(quotation)
		days = (date.fromisoformat(str(doc.due_date)) - date.fromisoformat(str(doc.issue_date))).days
		self.do("invoice", quotation)
		invoice = self.invoice(quotation)
		self.assertEqual(
			(date.fromisoformat(str(invoice.due_date)) - date.fromisoformat(str(invoice.issue_date))).days,
			days,
		)

	def test_needs_a_series_of_invoices(self):
		quotation = self.issued()
		frappe.db.set_value("SmartBill Account", self.account.name, "invoice_series", None)
		frappe.clear_document_cache("SmartBill Account", self.account.name)
		frappe.db.commit()
		error = self.refused(NotReady, "invoice", quotation)
		self.assertEqual(error.problems[0]["field"], "invoice_series")
		self.assertEqual(self.creates(), [])

	def test_not_in_mode_draft_and_not_for_a_cancelled_quotation(self):
		quotation = self.issued()
		frappe.db.set_value("SmartBill Account", self.account.name, "mode", "Draft")
		frappe.clear_document_cache("SmartBill Account", self.account.name)
		frappe.db.commit()
		self.assertEqual(self.refused(Conflict, "invoice", quotation).code, "not_live")
		frappe.db.set_value("SmartBill Account", self.account.name, "mode", "Live")
		frappe.clear_document_cache("SmartBill Account", self.account.name)
		frappe.get_doc("Quotation", quotation.name).cancel()
		frappe.db.commit()
		self.assertEqual(self.refused(Conflict, "invoice", quotation).code, "cancelled")
		self.assertEqual(self.creates(), [])

	def test_only_a_b2b_manager_may(self):
		quotation = self.issued()
		for roles in (("Sales User",), ("Sales Manager",), ("Sales User", "System Manager")):
			with self.person(*roles):
				self.assertEqual(self.refused(NotAllowed, "invoice", quotation).code, "needs_role")
		with self.person("Sales User", "B2B Manager"):
			self.assertEqual(self.answer("invoice", quotation)[1], 201)
		with self.person("Sales User"):
			self.assertEqual(self.refused(NotAllowed, "invoice", quotation).code, "needs_role")

	def test_a_refusal_leaves_it_free_to_be_tried_again(self):
		quotation = self.issued()
		self.sandbox.fault(
			"error_text",
			path=CREATE,
			status=400,
			body="Nu aveti dreptul de a adauga facturi pe seria selectata",
		)
		self.refused(SmartBillRefused, "invoice", quotation)
		self.assertEqual(self.invoice(quotation).status, states.REJECTED)
		self.assertEqual(self.stored(quotation).status, states.ISSUED)
		self.assertEqual(self.answer("invoice", quotation)[1], 201)
		self.assertEqual(self.invoice(quotation).attempt, 2)


class TestUnknownInvoice(InvoiceTestCase):
	def unknown(self, action: str = "drop", **fault: Any) -> Any:
		quotation = self.issued()
		self.sandbox.fault(action, path=CREATE, **fault)
		view, status = self.answer("invoice", quotation)
		self.assertEqual((status, view["invoices"][0]["status"]), (202, states.UNKNOWN))
		self.assertEqual(view["status"], states.ISSUED)
		return quotation

	def test_a_lost_answer_is_never_sent_again_by_itself(self):
		for action, fault in (
			("drop", {"when": "after"}),
			("drop", {"when": "before"}),
			("partial", {"when": "after"}),
			("status", {"when": "after", "status": 500}),
			("contradiction", {"when": "after"}),
			("no_number", {"when": "after"}),
		):
			with self.subTest(action=action, **fault):
				quotation = self.unknown(action, **fault)
				sent = len(self.creates())
				self.assertEqual(self.answer("invoice", quotation)[1], 202)
				self.assertEqual(len(self.creates()), sent)
				# its series is free again for the next one
				self.pass_after(181)
				self.pass_after(61)
				self.assertIn(self.invoice(quotation).status, (states.ISSUED, states.REJECTED))

	def test_what_was_created_is_adopted(self):
		quotation = self.unknown(when="after")
		self.pass_after(181)
		invoice = self.invoice(quotation)
		self.assertEqual((invoice.status, invoice.full_number), (states.ISSUED, "FACT 0101"))
		self.assertTrue(invoice.pdf)
		self.assertEqual(self.stored(quotation).status, states.INVOICED)
		self.assertEqual(len(self.creates()), 1)

	def test_what_was_not_created_may_be_issued_again_after_two_looks(self):
		quotation = self.unknown(when="before")
		self.pass_after(181)
		self.assertEqual(self.invoice(quotation).status, states.UNKNOWN)
		self.pass_after(61)
		self.assertEqual(self.invoice(quotation).status, states.REJECTED)
		self.assertEqual(self.answer("invoice", quotation)[1], 201)
		self.assertEqual(self.invoice(quotation).attempt, 2)

	def test_one_that_comes_late_is_adopted(self):
		quotation = self.unknown("late_commit", delay_s=200)
		self.pass_after(181)
		self.pass_after(61)
		self.pass_after(61)
		self.assertEqual(self.invoice(quotation).status, states.ISSUED)
		self.assertEqual(len(self.invoices(quotation)), 1)

	def test_one_that_comes_after_every_look_is_found_by_following(self):
		quotation = self.unknown("late_commit", delay_s=900)
		self.pass_after(181)
		self.pass_after(61)
		self.assertEqual(self.invoice(quotation).status, states.REJECTED)
		self.after(seconds=900)
		view = self.do("follow", quotation)
		self.assertEqual(view["status"], states.INVOICED)
		self.assertEqual(self.answer("invoice", quotation)[1], 200)
		self.assertEqual(len(self.creates()), 1)

	def test_following_does_not_take_ours_for_somebody_elses(self):
		quotation = self.unknown(when="after")
		view = self.do("follow", quotation)
		self.assertEqual([one["status"] for one in view["invoices"]], [states.UNKNOWN])
		self.after(seconds=181)
		view = self.do("follow", quotation)
		self.assertEqual([(one["status"], one["number"]) for one in view["invoices"]], [("Issued", "0101")])
		self.assertEqual(self.invoice(quotation).origin, "Issued here")

	def test_a_killed_worker_leaves_an_unknown_that_settles(self):
		quotation = self.issued()
		with patch.object(issuing, "judge_create", side_effect=WorkerKilled), self.assertRaises(WorkerKilled):
			self.do("invoice", quotation)
		frappe.db.rollback()
		self.assertEqual(self.answer("invoice", quotation)[1], 202)
		self.pass_after(181)
		self.pass_after(181)
		self.assertEqual(self.invoice(quotation).full_number, "FACT 0101")
		self.assertEqual(len(self.creates()), 1)

	def test_a_worker_killed_before_sending_leaves_nothing_in_the_way(self):
		quotation = self.issued()
		with patch.object(Client, "series", side_effect=WorkerKilled), self.assertRaises(WorkerKilled):
			self.do("invoice", quotation)
		frappe.db.rollback()
		self.after(seconds=181)
		self.assertEqual(self.answer("invoice", quotation)[1], 201)

	def test_a_block_leaves_it_waiting_and_what_it_hid_is_found(self):
		quotation = self.issued()
		self.sandbox.fault("rate_block", path=CREATE, when="before")
		self.refused(SmartBillRateLimited, "invoice", quotation)
		self.assertEqual(self.invoice(quotation).status, states.QUEUED)
		self.after(seconds=631)
		# it had been created all the same
		self.sandbox.invoice_by_hand("PRF2", "0227")
		self.assertEqual(self.answer("invoice", quotation)[1], 200)
		invoice = self.invoice(quotation)
		self.assertEqual((invoice.status, invoice.full_number), (states.ISSUED, "FACT 0101"))
		self.assertEqual(len(self.creates()), 1)

	def test_after_a_block_other_peoples_invoices_do_not_stop_it_for_ever(self):
		quotation = self.issued()
		self.sandbox.fault("rate_block", path=CREATE, when="before")
		self.refused(SmartBillRateLimited, "invoice", quotation)
		self.after(seconds=631)
		self.sandbox.foreign_document("FACT")
		status = self.answer("invoice", quotation)[1]
		if status == 202:
			self.pass_after(181)
			self.pass_after(61)
			status = self.answer("invoice", quotation)[1]
		self.assertEqual(status, 201)
		self.assertEqual(self.invoice(quotation).full_number, "FACT 0102")

	def test_an_unreachable_smartbill_sends_nothing(self):
		quotation = self.issued()
		self.sandbox.fault("drop", path="/SBORO/api/estimate/invoices")
		self.refused(SmartBillUnreachable, "invoice", quotation)
		self.assertEqual(self.invoices(quotation), [])

	def test_a_person_decides_with_an_audited_reason(self):
		quotation = self.unknown(when="after")
		error = self.refused(
			NotReady, "settle_invoice", quotation, action="adopt", number="0999", note="seen there"
		)
		self.assertEqual(error.problems[0]["field"], "number")
		view = self.do("settle_invoice", quotation, action="adopt", number="101", note="seen there")
		self.assertEqual((view["status"], view["invoices"][0]["number"]), (states.INVOICED, "0101"))
		event = frappe.get_last_doc("Business Event", {"event": "Invoice number adopted"})
		self.assertEqual(event.reason, "seen there")
		self.refused(NotFound, "settle_invoice", quotation, action="absent", note="again")

	def test_only_managers_decide(self):
		quotation = self.unknown(when="before")
		with self.person("Sales User"):
			self.refused(NotAllowed, "settle_invoice", quotation, action="absent", note="looked")
		self.after(seconds=181)
		with self.person("Sales User", "B2B Manager"):
			self.do("settle_invoice", quotation, action="absent", note="looked")
		self.assertEqual(self.invoice(quotation).status, states.REJECTED)

	def test_the_scheduled_pass_does_not_invoice(self):
		quotation = self.issued()
		self.after(hours=2)
		following.follow_due()
		schedule.settle_due()
		self.assertEqual(self.creates(), [])
		self.assertEqual(self.invoices(quotation), [])
