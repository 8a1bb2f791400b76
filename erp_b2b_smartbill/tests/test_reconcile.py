"""What a look at SmartBill proves, case by case. Pure."""

import unittest
from datetime import datetime, timedelta

from erp_b2b_smartbill.smartbill.reconcile import (
	Look,
	Seen,
	Sight,
	Step,
	carries,
	conclude,
	conclude_from_invoices,
	number_forms,
	references_in,
)

NOW = datetime(2026, 11, 25, 12)
MINUTE_AGO = NOW - timedelta(seconds=60)


def look(counter: int, *seen: tuple[int, Sight], complete: bool = True) -> Look:
	return Look(NOW, counter, tuple(Seen(n, f"{n:04}", sight) for n, sight in seen), complete)


class TestConclude(unittest.TestCase):
	def step(self, *args: object) -> Step:
		return conclude(*args).step

	def test_absence_needs_two_equal_looks_a_minute_apart(self):
		seen = look(42, (42, Sight.ABSENT))
		self.assertEqual(self.step(42, None, seen), Step.LOOK_AGAIN)
		self.assertEqual(self.step(42, Look(MINUTE_AGO, 42), seen), Step.ABSENT)
		self.assertEqual(self.step(42, Look(NOW - timedelta(seconds=59), 42), seen), Step.LOOK_AGAIN)
		self.assertEqual(self.step(42, Look(MINUTE_AGO, 41), seen), Step.LOOK_AGAIN)

	def test_our_reference_in_a_document_is_proof(self):
		found = conclude(42, None, look(43, (42, Sight.OURS)))
		self.assertEqual((found.step, found.number), (Step.ADOPT, "0042"))
		found = conclude(42, None, look(45, (42, Sight.OTHER), (43, Sight.OURS), (44, Sight.UNREADABLE)))
		self.assertEqual((found.step, found.number), (Step.ADOPT, "0043"))

	def test_proof_counts_even_when_not_everything_could_be_seen(self):
		self.assertEqual(self.step(42, None, look(45, (42, Sight.OURS), complete=False)), Step.ADOPT)
		self.assertEqual(self.step(42, None, look(45, (42, Sight.OTHER), complete=False)), Step.LOOK_AGAIN)

	def test_two_documents_with_our_reference_are_for_a_person_who_sees_both(self):
		found = conclude(42, None, look(44, (42, Sight.OURS), (43, Sight.OURS)))
		self.assertEqual((found.step, found.args), (Step.PERSON, ("0042, 0043",)))

	def test_what_cannot_be_proved_is_for_a_person(self):
		twice = Look(MINUTE_AGO, 43)
		for seen in (
			look(43, (42, Sight.UNREADABLE)),
			look(43, (42, Sight.OTHER)),
			look(43, (42, Sight.ABSENT)),  # given, and gone
			look(41, (42, Sight.ABSENT)),  # the counter went back
			look(60),
		):
			with self.subTest(seen=seen):
				self.assertEqual(self.step(42, twice, seen), Step.PERSON)
		self.assertEqual(self.step(None, None, look(42)), Step.PERSON)

	def test_numbers_that_are_known_as_others_prove_nothing_and_stand_in_nobodys_way(self):
		self.assertEqual(self.step(42, Look(MINUTE_AGO, 44), look(44)), Step.ABSENT)

	def test_a_document_under_a_number_that_the_counter_has_not_reached_is_looked_at(self):
		self.assertEqual(self.step(42, Look(MINUTE_AGO, 42), look(42, (42, Sight.UNREADABLE))), Step.PERSON)

	def test_one_new_invoice_of_the_proforma_is_ours(self):
		self.assertEqual(conclude_from_invoices(["0107"], None, look(1)).number, "0107")
		self.assertEqual(conclude_from_invoices(["1", "2"], None, look(2)).step, Step.PERSON)
		self.assertEqual(conclude_from_invoices([], None, look(0)).step, Step.LOOK_AGAIN)
		self.assertEqual(conclude_from_invoices([], Look(MINUTE_AGO, 0), look(0)).step, Step.ABSENT)


class TestReference(unittest.TestCase):
	def test_is_found_however_the_text_is_broken(self):
		self.assertTrue(carries("Re\nf. SAL-QTN-20 26-00017/\n1.", "Ref. SAL-QTN-2026-00017/1"))

	def test_is_not_found_in_a_longer_one(self):
		self.assertFalse(carries("Ref. SAL-QTN-2026-00017/12", "Ref. SAL-QTN-2026-00017/1"))
		self.assertFalse(carries("Ref. SAL-QTN-2026-000170/1", "Ref. SAL-QTN-2026-00017/1"))

	def test_the_references_of_a_document_are_listed(self):
		self.assertEqual(references_in("x Ref. SAL-QTN-2026-00017/1. y"), ["SAL-QTN-2026-00017/1"])

	def test_numbers_are_tried_as_smartbill_may_write_them(self):
		self.assertEqual(number_forms(42, None), ["0042", "42"])
		self.assertEqual(number_forms(42, 6), ["000042", "0042", "42"])
		self.assertEqual(number_forms(12345, 4), ["12345"])
