"""Cancelling and restoring a proforma in SmartBill, and giving up a draft."""

import time
from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill.exceptions import (
	Conflict,
	NotReady,
	SmartBillCredentialsRefused,
	SmartBillRateLimited,
	SmartBillRefused,
	SmartBillUnreachable,
)
from erp_b2b_smartbill.smartbill import accounts, claim, states
from erp_b2b_smartbill.smartbill.client import Client
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.life import cancelling, reaching
from erp_b2b_smartbill.smartbill.verdict import NoAnswer
from erp_b2b_smartbill.tests.life_case import REASON, LifeTestCase
from erp_b2b_smartbill.tests.test_issue import WorkerKilled

CANCEL, RESTORE = "/estimate/cancel", "/estimate/restore"


class TestCancelling(LifeTestCase):
	def test_cancels_in_smartbill_and_keeps_the_reason(self):
		quotation = self.issued()
		view = self.do("cancel", quotation, reason=REASON)
		self.assertEqual(view["status"], states.CANCELLED)
		self.assertTrue(view["cancelled_at"])
		self.assertTrue(view["can"]["restore"])
		self.assertEqual(self.sandbox.document("0227")["status"], "cancelled")
		self.assertEqual(self.projected(quotation)[:2], ("Cancelled", "PRF2 0227"))
		event = frappe.get_last_doc("Business Event", {"reference_name": view["name"]})
		self.assertEqual((event.event, event.reason), ("Proforma cancelled", REASON))

	def test_a_reason_is_needed_and_nothing_is_asked_without(self):
		quotation = self.issued()
		error = self.refused(NotReady, "cancel", quotation, reason=" ")
		self.assertEqual(error.problems[0]["field"], "reason")
		self.assertEqual(self.sandbox.requests(CANCEL), [])

	def test_after_it_the_next_proforma_has_another_reference(self):
		quotation = self.issued()
		self.do("cancel", quotation, reason=REASON)
		self.rest()
		again = self.issue(quotation).document
		self.assertEqual((again.status, again.number), (states.ISSUED, "0228"))
		self.assertEqual(again.reference, f"Ref. {quotation.name}/2")
		self.assertEqual(frappe.db.count("SmartBill Proforma", {"quotation": quotation.name}), 2)

	def test_what_was_cancelled_there_by_hand_is_cancelled_here(self):
		quotation = self.issued()
		self.sandbox.cancel_by_hand("PRF2", "0227")
		self.assertEqual(self.do("cancel", quotation, reason=REASON)["status"], states.CANCELLED)

	def test_an_invoiced_one_is_not_cancelled_and_its_invoice_is_recorded(self):
		quotation = self.issued()
		self.sandbox.invoice_by_hand("PRF2", "0227")
		error = self.refused(Conflict, "cancel", quotation, reason=REASON)
		self.assertEqual(error.code, "invoiced")
		self.assertIn("FACT 0101", error.message)
		self.assertEqual(self.sandbox.requests(CANCEL), [])
		self.assertEqual(self.stored(quotation).status, states.INVOICED)
		self.assertEqual([invoice.full_number for invoice in self.invoices(quotation)], ["FACT 0101"])
		self.assertEqual(self.refused(Conflict, "cancel", quotation, reason=REASON).code, "not_possible")

	def test_a_lost_answer_is_repeated_once(self):
		for when in ("before", "after"):
			with self.subTest(when=when):
				quotation = self.issued()
				self.sandbox.fault("drop", when=when, path=f"/SBORO/api{CANCEL}")
				self.assertEqual(self.do("cancel", quotation, reason=REASON)["status"], states.CANCELLED)

	def test_two_lost_answers_are_told_as_not_known_and_pressing_again_is_safe(self):
		quotation = self.issued()
		for _ in range(2):
			self.sandbox.fault("html", when="after", path=f"/SBORO/api{CANCEL}", status=502)
		error = self.refused(SmartBillUnreachable, "cancel", quotation, reason=REASON)
		self.assertEqual(error.code, "outcome_unknown")
		self.assertIn("not known", error.message)
		self.assertEqual(len(self.sandbox.requests(CANCEL)), 2)
		self.assertEqual(self.stored(quotation).status, states.ISSUED)
		self.assertEqual(self.do("cancel", quotation, reason=REASON)["status"], states.CANCELLED)

	def test_smartbills_refusal_is_shown_and_changes_nothing(self):
		quotation = self.issued()
		self.sandbox.fault(
			"error_text",
			path=f"/SBORO/api{CANCEL}",
			status=400,
			body="Nu aveti dreptul de a modifica proforma",
		)
		error = self.refused(SmartBillRefused, "cancel", quotation, reason=REASON)
		self.assertEqual(error.message, "Nu aveti dreptul de a modifica proforma")
		self.assertEqual(self.stored(quotation).status, states.ISSUED)

	def test_blocked_unreachable_and_refused_credentials_change_nothing(self):
		quotation = self.issued()
		for path, fault, kind in (
			("/estimate/invoices", {"action": "drop"}, SmartBillUnreachable),
			("/estimate/invoices", {"action": "unauthorized"}, SmartBillCredentialsRefused),
			(CANCEL, {"action": "rate_block"}, SmartBillRateLimited),
		):
			with self.subTest(**fault):
				self.sandbox.fault(path=f"/SBORO/api{path}", **fault)
				self.refused(kind, "cancel", quotation, reason=REASON)
				self.assertEqual(self.stored(quotation).status, states.ISSUED)
				values = {"paused": 0, "blocked_until": None}
				frappe.db.set_value("SmartBill Account", self.account.name, values)
				frappe.clear_document_cache("SmartBill Account", self.account.name)
				frappe.db.commit()

	def test_the_mode_of_the_documents_own_account_counts(self):
		quotation = self.issued()
		for values, code in (
			({"mode": "Draft"}, "not_live"),
			({"mode": "Off"}, "not_live"),
			({"mode": "Live", "paused": 1}, "paused"),
			({"paused": 0, "live_site_id": "of another site"}, "not_live"),
		):
			with self.subTest(**values):
				frappe.db.set_value("SmartBill Account", self.account.name, values)
				frappe.clear_document_cache("SmartBill Account", self.account.name)
				frappe.db.commit()
				error = self.refused(Conflict, "cancel", quotation, reason=REASON)
				self.assertEqual((error.code, error.problems[0]["name"]), (code, self.account.name))
		self.assertEqual(self.sandbox.requests(CANCEL), [])

	def test_what_smartbill_has_no_more_is_cancelled_here_and_its_number_is_free_again(self):
		quotation = self.issued()
		self.sandbox.delete_by_hand("estimate", "PRF2", "0227")
		view = self.do("cancel", quotation, reason=REASON)
		self.assertEqual(view["status"], states.CANCELLED)
		self.assertIn("deleted", view["message"])
		self.assertIsInstance(view["can"]["restore"], str)
		self.assertEqual(self.sandbox.requests(CANCEL), [])
		self.rest()
		self.assertEqual(self.issue(quotation).document.full_number, "PRF2 0227")

	def test_while_an_invoice_is_in_the_air_nothing_is_cancelled(self):
		quotation = self.issued()
		self.sandbox.fault("drop", when="after", path="/SBORO/api/invoice/v2")
		self.assertEqual(self.answer("invoice", quotation)[1], 202)
		error = self.refused(Conflict, "cancel", quotation, reason=REASON)
		self.assertEqual(
			(error.code, error.problems[0]["doctype"]), ("invoice_unsettled", "SmartBill Invoice")
		)

	def test_an_invoice_that_is_begun_at_the_same_moment_gets_its_proforma_back(self):
		quotation = self.issued()
		cancel = Client.cancel_proforma

		def meanwhile(client: Client, series: str, number: str) -> Any:
			answer = cancel(client, series, number)
			claim.change("SmartBill Proforma", doc.name, None, {"status": "Invoiced"}, allowed=("Issued",))
			return answer

		doc = self.stored(quotation)
		with patch.object(Client, "cancel_proforma", meanwhile):
			self.refused(Conflict, "cancel", quotation, reason=REASON)
		self.assertEqual(self.sandbox.document("0227")["status"], "active")

	def test_a_worker_that_dies_after_the_call_is_repaired_by_pressing_again(self):
		quotation = self.issued()
		with (
			patch.object(cancelling.claim, "change", side_effect=WorkerKilled),
			self.assertRaises(WorkerKilled),
		):
			self.do("cancel", quotation, reason=REASON)
		self.assertEqual(self.stored(quotation).status, states.ISSUED)
		self.assertEqual(self.do("cancel", quotation, reason=REASON)["status"], states.CANCELLED)

	def test_what_comes_late_to_a_cancelled_one_does_not_hide_its_successor(self):
		quotation = self.issued()
		first = self.stored(quotation)
		self.do("cancel", quotation, reason=REASON)
		self.rest()
		second = self.issue(quotation).document
		claim.attach_pdf(first, lambda doc: "/private/files/late.pdf", again=True)
		self.assertEqual(self.projected(quotation)[:2], ("Issued", second.full_number))

	def test_the_wait_at_the_gate_is_part_of_the_minute(self):
		gate = accounts.AccountGate(self.account.name, Lane.CLICK)
		real = time.monotonic
		started = real()

		def slow(calls: int) -> None:
			waited = patch.object(time, "monotonic", lambda: real() + 10)
			waited.start()
			self.addCleanup(waited.stop)

		with patch.object(gate, "reserve", slow):
			client = reaching.client_of(self.account, None, calls=3, gate=gate)
		self.assertLess(client._deadline, started + 60)

	def test_two_who_cancel_at_once_both_see_it_cancelled(self):
		quotation = self.issued()
		doc = self.stored(quotation)
		self.rest()
		first = cancelling.cancel(frappe.get_doc(doc.doctype, doc.name), REASON)
		self.rest()
		second = cancelling.cancel(doc, REASON)
		self.assertEqual((first.status, second.status), (states.CANCELLED, states.CANCELLED))
		self.assertEqual(self.sandbox.document("0227")["status"], "cancelled")


class TestRestoring(LifeTestCase):
	def cancelled(self) -> Any:
		quotation = self.issued()
		self.do("cancel", quotation, reason=REASON)
		return quotation

	def test_restores_in_smartbill_and_is_live_again(self):
		quotation = self.cancelled()
		view = self.do("restore", quotation, reason="a mistake")
		self.assertEqual((view["status"], view["cancelled_at"]), (states.ISSUED, None))
		self.assertEqual(self.sandbox.document("0227")["status"], "active")
		self.assertEqual(self.stored(quotation).live_key, quotation.name)
		self.assertEqual(self.projected(quotation)[0], "Issued")
		self.assertIn("Proforma restored", self.events(self.stored(quotation)))

	def test_not_beside_another_live_proforma(self):
		quotation = self.cancelled()
		first = claim.shown(quotation.name)
		self.rest()
		self.issue(quotation)
		self.assertEqual(self.refused(Conflict, "restore", quotation).code, "not_possible")
		self.rest()
		with self.assertRaises(Conflict) as caught:
			cancelling.restore(first, "")
		self.assertEqual(caught.exception.code, "already_issued")
		self.assertEqual(self.sandbox.requests(RESTORE), [])

	def test_one_that_was_issued_at_the_same_moment_wins(self):
		quotation = self.cancelled()
		restore = Client.restore_proforma

		def meanwhile(client: Client, series: str, number: str) -> Any:
			answer = restore(client, series, number)
			frappe.db.commit()
			self.rest()
			# as one that was claimed before the restoring began
			with patch.object(claim, "_refuse_unsettled_restore"):
				self.issue(quotation)
			self.rest()
			return answer

		with patch.object(Client, "restore_proforma", meanwhile):
			self.refused(Conflict, "restore", quotation)
		self.assertEqual(self.sandbox.document("0227")["status"], "cancelled")
		self.assertEqual(self.stored(quotation).number, "0228")
		first = frappe.get_doc("SmartBill Proforma", {"quotation": quotation.name, "number": "0227"})
		self.assertIsNone(first.restore_asked_at)

	def test_not_for_a_cancelled_quotation(self):
		quotation = self.cancelled()
		frappe.get_doc("Quotation", quotation.name).cancel()
		frappe.db.commit()
		self.assertEqual(self.refused(Conflict, "restore", quotation).code, "cancelled")

	def test_a_lost_answer_is_repeated(self):
		quotation = self.cancelled()
		self.sandbox.fault("reset", when="after", path=f"/SBORO/api{RESTORE}")
		self.assertEqual(self.do("restore", quotation)["status"], states.ISSUED)

	def assert_nothing_is_issued_until_it_is_restored(self, quotation: Any) -> None:
		self.assertEqual(self.sandbox.document("0227")["status"], "active")
		self.assertEqual(claim.shown(quotation.name).status, states.CANCELLED)
		self.rest()
		self.assertEqual(self.refuse(Conflict, quotation).code, "restore_unsettled")
		self.assertEqual(len(self.sandbox.creates()), 1)
		self.assertEqual(self.do("restore", quotation)["status"], states.ISSUED)
		self.do("cancel", quotation, reason=REASON)
		self.rest()
		self.assertEqual(self.issue(quotation).document.number, "0228")

	def test_while_its_outcome_is_unknown_no_second_one_is_issued(self):
		quotation = self.cancelled()
		for _ in range(2):
			self.sandbox.fault("html", when="after", path=f"/SBORO/api{RESTORE}", status=502)
		self.assertEqual(self.refused(SmartBillUnreachable, "restore", quotation).code, "outcome_unknown")
		self.assert_nothing_is_issued_until_it_is_restored(quotation)

	def test_a_worker_that_dies_after_the_call_lets_no_second_one_be_issued(self):
		quotation = self.cancelled()
		restore = Client.restore_proforma

		def then_die(client: Client, series: str, number: str) -> Any:
			restore(client, series, number)
			raise WorkerKilled

		with patch.object(Client, "restore_proforma", then_die), self.assertRaises(WorkerKilled):
			self.do("restore", quotation)
		self.assert_nothing_is_issued_until_it_is_restored(quotation)

	def test_what_surely_did_not_restore_it_stands_in_nobodys_way(self):
		quotation = self.cancelled()
		with patch.object(Client, "restore_proforma", return_value=NoAnswer(False, "ConnectTimeout")):
			self.refused(SmartBillUnreachable, "restore", quotation)
		self.rest()
		self.assertEqual(self.issue(quotation).document.number, "0228")


class TestDraft(LifeTestCase):
	def test_a_draft_is_given_up_and_the_person_is_told_to_delete_it(self):
		quotation = self.draft()
		view = self.do("discard", quotation, reason=REASON)
		self.assertEqual(view["status"], states.CANCELLED)
		self.assertIn("delete it there", view["message"])
		for action in ("restore", "pdf", "email", "cancel"):
			self.assertIsInstance(view["can"][action], str)
		self.assertEqual(view["can"]["issue"], True)
		self.assertIn("Proforma draft given up", self.events(claim.shown(quotation.name)))

	def test_a_draft_finished_in_smartbill_gets_its_number_by_linking(self):
		quotation = self.draft()
		doc = self.stored(quotation)
		finished = self.sandbox.finalize_draft(int(doc.document_id))
		view = self.do("link", quotation, series=finished["series"], number=finished["number"])
		self.assertEqual((view["name"], view["status"], view["number"]), (doc.name, "Issued", "0227"))
		self.assertTrue(view["pdf_url"])
		self.assertFalse(view["is_draft"])
		self.assertEqual(view["origin"], "Issued here")
