"""A series that moved without this site is noticed, and a second document of an offer raises an alarm."""

import unittest
from typing import Any

import frappe

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.smartbill import accounts, counters
from erp_b2b_smartbill.smartbill.counters import missing
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.test_modes import ModesTestCase

SERIES = factories.SERIES


class TestMissing(unittest.TestCase):
	def test_what_was_given_since_the_last_look_and_is_not_known(self):
		self.assertEqual(missing({2, 4}, 0, 6), [1, 3, 5])
		self.assertEqual(missing({2, 4}, 2, 6), [3, 5])

	def test_nothing_when_the_counter_did_not_move_or_went_back(self):
		self.assertEqual(missing(set(), 5, 6), [])
		self.assertEqual(missing(set(), 5, 3), [])


class SurveyTestCase(ModesTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.manager = factories.user("B2B Manager")
		self.survey()

	def survey(self, **more: Any) -> counters.Survey:
		frappe.db.commit()
		self.rest()
		account = self.fresh()
		return counters.survey(account, accounts.connect(account), **more)

	def notices(self) -> str:
		return self.fresh().counter_notice or ""


class TestSurvey(SurveyTestCase):
	def test_our_own_numbers_are_no_news(self):
		self.issue_one()
		found = self.survey()
		self.assertEqual((found.foreign, found.doubles, self.notices()), ([], [], ""))

	def test_what_was_there_before_the_first_survey_is_accepted(self):
		self.assertEqual(counters.checked_until(self.account.name, SERIES), 226)

	def test_a_number_of_somebody_else_is_told_once(self):
		number = self.sandbox.foreign_document(SERIES)
		self.assertEqual([seen.number for seen in self.survey().foreign], [number])
		self.assertIn("somebody else", self.notices())
		event = frappe.get_last_doc("Business Event", {"reference_name": self.account.name})
		self.assertEqual(event.event, audit.ACCOUNT_COUNTER_MOVED)
		self.assertIn(number, event.after)
		message = frappe.get_last_doc("Notification Log", {"for_user": self.manager})
		self.assertEqual(message.document_name, self.account.name)
		self.assertEqual(self.survey().foreign, [])

	def test_a_second_document_of_an_offer_raises_the_alarm_on_its_proforma(self):
		issued = self.issue_one()
		double = self.sandbox.foreign_document(SERIES, issued.reference)
		found = self.survey()
		self.assertEqual([(seen.number, seen.proforma) for seen in found.doubles], [(double, issued.name)])
		issued.reload()
		self.assertIn(double, issued.notices)
		self.assertIn(issued.number, issued.notices)
		event = frappe.get_last_doc("Business Event", {"reference_name": issued.name})
		self.assertEqual(event.event, audit.PROFORMA_DUPLICATE)
		self.assertTrue(frappe.db.exists("Notification Log", {"document_name": issued.name}))
		self.assertEqual(self.survey().doubles, [])

	def test_a_reference_that_no_proforma_has_is_told_as_such(self):
		self.sandbox.foreign_document(SERIES, "Ref. SAL-QTN-GONE/1")
		self.assertEqual(self.survey().foreign[0].quotation, "SAL-QTN-GONE")
		self.assertIn("SAL-QTN-GONE/1", self.notices())

	def test_a_document_in_the_air_is_not_looked_for_here(self):
		self.sandbox.fault("drop", when="after")
		unknown = self.issue_one()
		self.assertEqual(unknown.status, "Unknown")
		found = self.survey()
		self.assertEqual((found.foreign, found.doubles, self.notices()), ([], [], ""))
		self.assertEqual(counters.checked_until(self.account.name, SERIES), 226)

	def test_an_unreadable_pdf_is_somebody_elses_as_far_as_one_can_see(self):
		self.sandbox.knobs(pdf_text="none")
		self.sandbox.foreign_document(SERIES)
		self.assertEqual(len(self.survey().foreign), 1)

	def test_a_bounded_number_of_documents_is_looked_at_the_rest_next_time(self):
		for _number in range(5):
			self.sandbox.foreign_document(SERIES)
		found = self.survey(max_looks=2)
		self.assertEqual((len(found.foreign), found.not_looked_at), (2, {SERIES: [229, 230, 231]}))
		self.assertEqual(len(self.survey().foreign), 3)

	def test_what_could_not_be_seen_is_looked_at_again(self):
		self.sandbox.foreign_document(SERIES)
		self.sandbox.fault("status", path="/SBORO/api/estimate/pdf", status=500)
		found = self.survey()
		self.assertEqual((found.foreign, found.failure.status), ([], 500))
		self.assertEqual(len(self.survey().foreign), 1)

	def test_an_unreachable_smartbill_changes_nothing(self):
		self.sandbox.fault("drop", path="/SBORO/api/series")
		self.assertTrue(self.survey().failure)
		self.assertEqual(self.notices(), "")

	def test_a_counter_that_went_back_is_told_once(self):
		issued = self.issue_one()
		self.survey()
		series = [{"cif": "RO12345674", "name": SERIES, "type": "p", "next": 200, "width": 4}]
		self.sandbox.seed(series=series)
		self.assertEqual(self.survey().went_back, {SERIES: (200, issued.number_value)})
		self.assertIn("deleted", self.notices())
		self.assertEqual(self.survey().went_back, {})

	def test_the_notice_goes_when_a_person_has_seen_it(self):
		self.sandbox.foreign_document(SERIES)
		self.survey()
		account = self.fresh()
		with self.as_user(self.manager):
			account.clear_counter_notice()
		frappe.db.commit()
		self.assertEqual(self.notices(), "")
		with self.as_user(factories.user("Sales User")), self.assertRaises(frappe.PermissionError):
			self.account.clear_counter_notice()
