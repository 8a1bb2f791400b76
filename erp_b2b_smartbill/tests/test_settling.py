"""A lost answer is settled by looking, or by a person: against the SmartBill sandbox, with the clock moved."""

from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.exceptions import Conflict, NotReady, SeriesUnsettled
from erp_b2b_smartbill.smartbill import schedule, settling, states
from erp_b2b_smartbill.smartbill.preview import preview_of
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.test_issue import IssueTestCase


class SettlingTestCase(IssueTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.stop_clock()

	def unknown(self, action: str = "drop", **fault: Any) -> Any:
		self.sandbox.fault(action, **fault)
		quotation = self.quotation()
		self.assertEqual(self.issue(quotation).proforma.status, states.UNKNOWN)
		return quotation

	def pass_after(self, seconds: int) -> None:
		"""Both clocks move, and the scheduled pass runs."""
		self.move(seconds=seconds)
		self.sandbox.advance(seconds)
		self.rest()
		schedule.settle_due()

	def pressed_again(self, quotation: Any) -> Any:
		return self.issue(quotation).proforma


class TestLooking(SettlingTestCase):
	def test_what_was_created_is_adopted_by_its_reference(self):
		quotation = self.unknown(when="after")
		self.pass_after(181)
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.number, doc.verdict), (states.ISSUED, "0227", "adopted"))
		self.assertTrue(doc.pdf)
		self.assertIsNone(doc.error)
		quotation.reload()
		self.assertEqual((quotation.smartbill_status, quotation.smartbill_number), ("Issued", "PRF2 0227"))
		self.assertEqual(len(self.sandbox.creates()), 1)
		self.assertTrue(
			frappe.db.exists(
				"Business Event", {"reference_name": doc.name, "event": "Proforma number adopted"}
			)
		)

	def test_what_was_not_created_is_found_absent_by_two_looks_and_can_be_sent_again(self):
		quotation = self.unknown(when="before")
		self.pass_after(181)
		self.assertEqual(self.stored(quotation).status, states.UNKNOWN)
		self.pass_after(61)
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.live_key, doc.series_key), (states.REJECTED, None, None))
		self.assertIn("may be issued again", doc.error)
		again = self.pressed_again(quotation)
		self.assertEqual((again.status, again.attempt, again.number), (states.ISSUED, 2, "0227"))
		self.assertEqual(len(self.sandbox.documents()), 1)

	def test_nothing_is_concluded_while_smartbill_may_still_be_working(self):
		quotation = self.unknown(when="before")
		for _ in range(3):
			self.pass_after(50)
		doc = self.stored(quotation)
		self.assertEqual(doc.status, states.UNKNOWN)
		self.assertIsNone(doc.evidence)

	def test_a_document_that_comes_late_is_adopted_not_repeated(self):
		quotation = self.unknown("late_commit", delay_s=200)
		self.pass_after(181)
		self.assertEqual(self.stored(quotation).status, states.UNKNOWN)
		self.pass_after(61)
		self.pass_after(61)
		self.assertEqual(self.stored(quotation).status, states.ISSUED)
		self.assertEqual(len(self.sandbox.documents()), 1)

	def test_a_lost_worker_is_written_down_and_looked_after_by_the_same_pass(self):
		quotation = self.quotation()
		self.issue(quotation)
		doc = self.stored(quotation)
		frappe.db.set_value(
			doc.doctype, doc.name, {"status": states.SENDING, "number": None, "number_value": 0}
		)
		frappe.db.set_value(
			doc.doctype, doc.name, {"document_key": None, "series_key": f"{doc.account}/PRF2"}
		)
		frappe.db.commit()
		self.pass_after(181)
		self.assertEqual(
			(self.stored(quotation).status, self.stored(quotation).number), (states.ISSUED, "0227")
		)

	def test_a_preview_says_that_the_series_is_held_and_by_what(self):
		self.unknown(when="after")
		other = self.quotation()
		view = preview_of(frappe.get_doc("Quotation", other.name))
		self.assertFalse(view["ready"])
		held = view["checks"][0]
		self.assertEqual((held["level"], held["doctype"]), ("problem", "SmartBill Proforma"))

	def test_the_series_waits_for_the_unknown_and_goes_on_after_it(self):
		self.unknown(when="after")
		other = self.quotation()
		self.refuse(SeriesUnsettled, other)
		self.pass_after(181)
		self.assertEqual(self.issue(other).proforma.number, "0228")

	def test_an_unreadable_pdf_is_for_a_person_with_the_pdf_as_evidence(self):
		self.sandbox.knobs(pdf_text="none")
		quotation = self.unknown(when="after")
		self.pass_after(181)
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.needs_person), (states.UNKNOWN, 1))
		self.assertIn("0227", doc.error)
		evidence = frappe.parse_json(doc.evidence)
		self.assertEqual(evidence["last"]["seen"], [{"number": "0227", "sight": "unreadable"}])
		self.assertTrue(evidence["pdfs"]["0227"].startswith("/private/files/"))

	def test_a_reference_broken_by_lines_is_recognised(self):
		self.sandbox.knobs(pdf_text="wrapped")
		quotation = self.unknown(when="after")
		self.pass_after(181)
		self.assertEqual(self.stored(quotation).status, states.ISSUED)

	def test_somebody_elses_document_is_not_taken_for_ours(self):
		quotation = self.unknown(when="before")
		self.sandbox.foreign_document(factories.SERIES)
		self.pass_after(181)
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.needs_person), (states.UNKNOWN, 1))
		self.assertIn("somebody else", doc.error)

	def test_managers_are_told_once_that_they_have_to_decide(self):
		manager = factories.user("B2B Manager")
		quotation = self.unknown(when="before")
		self.sandbox.foreign_document(factories.SERIES)
		for _ in range(3):
			self.pass_after(181)
		doc = self.stored(quotation)
		told = frappe.get_all("Notification Log", {"for_user": manager, "document_name": doc.name})
		self.assertEqual(len(told), 1)

	def test_a_look_during_a_block_waits_for_its_end(self):
		quotation = self.unknown(when="after")
		self.sandbox.fault("rate_block", path="/SBORO/api/series")
		self.pass_after(181)
		self.assertEqual(self.stored(quotation).status, states.UNKNOWN)
		calls = frappe.db.count("SmartBill Call")
		self.pass_after(300)
		self.assertEqual(frappe.db.count("SmartBill Call"), calls)
		self.pass_after(400)
		self.assertEqual(self.stored(quotation).status, states.ISSUED)

	def test_documents_of_an_account_that_does_not_work_leave_room_for_the_others(self):
		quotation = self.unknown(when="after")
		doc = self.stored(quotation)
		paused = frappe.copy_doc(frappe.get_doc("SmartBill Account", self.account.name))
		paused.update({"name": "Off", "company": "of another", "mode": "Off", "docstatus": 0})
		paused.db_insert()
		older = frappe.copy_doc(doc)
		older.update(
			{
				"name": "OLDER",
				"docstatus": 0,
				"account": paused.name,
				"status": states.UNKNOWN,
				"next_look_at": "2020-01-01 00:00:00",
				"live_key": None,
				"series_key": None,
				"document_key": None,
			}
		)
		older.db_insert()
		frappe.db.commit()
		with patch.object(schedule, "MAX_ROWS", 1):
			self.pass_after(181)
		self.assertEqual(frappe.get_doc("SmartBill Proforma", doc.name).status, states.ISSUED)

	def test_a_site_that_is_only_a_copy_looks_after_nothing(self):
		self.unknown(when="after")
		frappe.db.set_value("SmartBill Account", self.account.name, "live_url", "https://erp.example.ro")
		frappe.db.commit()
		calls = frappe.db.count("SmartBill Call")
		self.pass_after(181)
		self.assertEqual(frappe.db.count("SmartBill Call"), calls)


class TestDeciding(SettlingTestCase):
	def for_a_person(self, when: str) -> Any:
		self.sandbox.knobs(pdf_text="none")
		quotation = self.unknown(when=when)
		if when == "before":
			self.sandbox.foreign_document(factories.SERIES)
		self.pass_after(181)
		self.assertTrue(self.stored(quotation).needs_person)
		self.rest()
		return quotation

	def test_a_number_of_another_proforma_is_refused_and_the_evidence_stays(self):
		other = self.quotation()
		self.assertEqual(self.issue(other).document.number, "0227")
		self.rest()
		quotation = self.for_a_person("after")
		before = self.stored(quotation)
		with self.assertRaises(Conflict) as error:
			settling.adopt(before, "0227", "test")
		self.assertEqual(error.exception.code, "number_taken")
		frappe.db.rollback()
		after = self.stored(quotation)
		self.assertEqual(
			(after.status, after.error, after.evidence), (before.status, before.error, before.evidence)
		)

	def test_a_person_adopts_the_number(self):
		quotation = self.for_a_person("after")
		doc = settling.adopt(self.stored(quotation), "227", "văzut în SmartBill")
		self.assertEqual((doc.status, doc.number, doc.needs_person), (states.ISSUED, "0227", 0))
		self.assertTrue(doc.pdf)
		event = frappe.get_last_doc(
			"Business Event", {"reference_name": doc.name, "event": "Proforma number adopted"}
		)
		self.assertEqual(event.reason, "văzut în SmartBill")

	def test_a_person_says_that_it_does_not_exist(self):
		quotation = self.for_a_person("before")
		doc = settling.confirm_absent(self.stored(quotation), "nu există în SmartBill")
		self.assertEqual(doc.status, states.REJECTED)
		self.sandbox.knobs(pdf_text="plain")
		self.assertEqual(self.pressed_again(quotation).number, "0228")

	def test_a_number_that_smartbill_does_not_have_is_not_adopted(self):
		quotation = self.for_a_person("after")
		with self.assertRaises(NotReady) as caught:
			settling.adopt(self.stored(quotation), "999", "cred că e asta")
		self.assertEqual(caught.exception.problems[0]["field"], "number")
		self.assertEqual(self.stored(quotation).status, states.UNKNOWN)

	def test_a_number_that_names_another_offer_is_not_adopted(self):
		other = self.quotation()
		self.issue(other)
		quotation = self.unknown(when="before")
		self.pass_after(181)
		frappe.db.delete("SmartBill Proforma", {"quotation": other.name})
		frappe.db.commit()
		self.rest()
		with self.assertRaises(NotReady) as caught:
			settling.adopt(self.stored(quotation), "0227", "cred că e asta")
		self.assertIn(other.name, caught.exception.message)

	def test_a_number_of_another_proforma_is_not_adopted(self):
		other = self.quotation()
		self.issue(other)
		self.sandbox.knobs(pdf_text="none")
		quotation = self.unknown(when="before")
		self.pass_after(181)
		self.rest()
		with self.assertRaises(Conflict):
			settling.adopt(self.stored(quotation), "0227", "cred că e asta")
		self.assertEqual(self.stored(quotation).status, states.UNKNOWN)

	def test_a_decision_needs_its_reason_and_its_time(self):
		quotation = self.for_a_person("before")
		for note in ("", "  ", "x"):
			with self.assertRaises(NotReady):
				settling.confirm_absent(self.stored(quotation), note)
		early = self.unknown_on_another_series()
		with self.assertRaises(Conflict) as caught:
			settling.confirm_absent(self.stored(early), "sigur nu există")
		self.assertEqual(caught.exception.code, "too_early")

	def unknown_on_another_series(self) -> Any:
		self.account.reload()
		self.account.proforma_series = "PRFB2B"
		self.account.save()
		frappe.db.commit()
		return self.unknown(when="before")

	def test_what_is_settled_is_not_decided_again(self):
		quotation = self.quotation()
		self.issue(quotation)
		with self.assertRaises(Conflict):
			settling.confirm_absent(self.stored(quotation), "nu există în SmartBill")
		self.assertEqual(self.stored(quotation).status, states.ISSUED)


class TestLateAnswer(SettlingTestCase):
	def test_a_number_told_after_it_was_taken_for_absent_is_adopted(self):
		from erp_b2b_smartbill.smartbill import claim

		quotation = self.unknown(when="before")
		late = claim.claim_of(self.stored(quotation))
		self.pass_after(181)
		self.pass_after(61)
		doc = claim.settle(late, states.ISSUED, "Proforma issued", series="PRF2", number="0227")
		self.assertEqual((doc.status, doc.number), (states.ISSUED, "0227"))

	def test_a_number_told_after_it_was_issued_again_is_an_alarm_with_both(self):
		from erp_b2b_smartbill.smartbill import claim

		manager = factories.user("B2B Manager")
		quotation = self.unknown(when="before")
		late = claim.claim_of(self.stored(quotation))
		self.pass_after(181)
		self.pass_after(61)
		issued = self.pressed_again(quotation)
		for _ in range(2):
			claim.settle(late, states.ISSUED, "Proforma issued", series="PRF2", number="0228")
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.number), (states.ISSUED, issued.number))
		self.assertIn("0228", doc.notices)
		self.assertIn("0227", doc.notices)
		self.assertEqual(frappe.db.count("Notification Log", {"for_user": manager}), 1)


class TestDuplicate(SettlingTestCase):
	def test_a_document_that_smartbill_made_twice_is_found_and_told_with_both_numbers(self):
		self.sandbox.fault("duplicate", when="after")
		quotation = self.quotation()
		issued = self.issue(quotation).proforma
		self.rest()
		schedule.survey_counters()
		self.assertEqual(len(self.sandbox.documents()), 2)
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.number), (states.ISSUED, issued.number))
		for number in ("0227", "0228"):
			self.assertIn(number, doc.notices)
		self.assertTrue(
			frappe.db.exists(
				"Business Event", {"reference_name": doc.name, "event": audit.PROFORMA_DUPLICATE}
			)
		)

	def test_a_document_that_comes_after_every_look_is_found_and_told(self):
		quotation = self.unknown("late_commit", delay_s=400)
		self.pass_after(181)
		self.pass_after(61)
		self.assertEqual(self.stored(quotation).status, states.REJECTED)
		again = self.pressed_again(quotation)
		self.assertEqual(again.number, "0227")
		self.pass_after(200)
		self.rest()
		schedule.survey_counters()
		doc = self.stored(quotation)
		self.assertEqual(len(self.sandbox.documents()), 2)
		for number in ("0227", "0228"):
			self.assertIn(number, doc.notices)
