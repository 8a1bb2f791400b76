"""Following a proforma into its invoices and their payment, by a button and on a schedule."""

import unittest
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.exceptions import SmartBillUnreachable
from erp_b2b_smartbill.smartbill import schedule, states
from erp_b2b_smartbill.smartbill.life import following
from erp_b2b_smartbill.smartbill.life.payment import Payment, payment_status, read_payment, together
from erp_b2b_smartbill.tests.life_case import REASON, LifeTestCase


class TestPayment(unittest.TestCase):
	def test_a_cent_is_rounding(self):
		for paid, unpaid, expected in (
			("0", "100", "Unpaid"),
			("0.01", "99.99", "Unpaid"),
			("50", "50", "Partly Paid"),
			("99.98", "0.02", "Partly Paid"),
			("99.99", "0.01", "Paid"),
			("120", "-20", "Paid"),
		):
			self.assertEqual(payment_status(Decimal(paid), Decimal(unpaid)), expected, (paid, unpaid))

	def test_what_is_not_an_amount_is_no_payment(self):
		for body in (
			{},
			{"invoiceTotalAmount": None, "paidAmount": 1},
			{"invoiceTotalAmount": "x", "paidAmount": 1},
		):
			self.assertIsNone(read_payment(body))
		self.assertEqual(
			read_payment({"invoiceTotalAmount": 277.7, "paidAmount": 100.0}),
			Payment(Decimal("277.70"), Decimal("100.00"), Decimal("177.70")),
		)

	def test_what_is_paid_too_much_on_one_does_not_pay_another(self):
		one = Payment(Decimal(100), Decimal(150), Decimal(-50))
		other = Payment(Decimal(100), Decimal(50), Decimal(50))
		self.assertEqual(together([one, other]).status, "Partly Paid")
		self.assertIsNone(together([]))


class FollowTestCase(LifeTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.stop_clock()

	def lists(self) -> int:
		return len(self.sandbox.requests("/estimate/invoices"))

	def hourly(self) -> None:
		self.rest()
		following.follow_due()


class TestFollowing(FollowTestCase):
	def test_finds_the_invoice_and_its_payment(self):
		quotation = self.issued()
		view = self.do("follow", quotation)
		self.assertEqual(
			(view["status"], view["payment_status"], view["invoices"]), (states.ISSUED, None, [])
		)
		self.assertTrue(view["followed_at"])

		self.sandbox.invoice_by_hand("PRF2", "0227")
		view = self.do("follow", quotation)
		self.assertEqual((view["status"], view["payment_status"]), (states.INVOICED, "Unpaid"))
		total = view["invoiced_total"]
		self.assertAlmostEqual(total, self.stored(quotation).grand_total, 2)

		self.sandbox.pay("FACT", "0101", 100)
		view = self.do("follow", quotation)
		self.assertEqual((view["payment_status"], view["paid_amount"]), ("Partly Paid", 100))
		self.sandbox.pay("FACT", "0101", total - 100)
		view = self.do("follow", quotation)
		self.assertEqual((view["payment_status"], view["paid_amount"]), ("Paid", total))
		self.assertEqual(self.projected(quotation), ("Invoiced", "PRF2 0227", "Paid"))

		invoice = self.invoices(quotation)[0]
		self.assertEqual((invoice.origin, invoice.live_key), ("Found in SmartBill", None))
		self.assertEqual((invoice.customer, invoice.company), (quotation.party_name, quotation.company))
		self.assertEqual(
			[event for event in self.events(self.stored(quotation)) if "invoice" in event],
			["Proforma's invoice or payment changed"] * 3,
		)

	def test_nothing_new_is_no_event_and_no_second_row(self):
		quotation = self.issued()
		self.sandbox.invoice_by_hand("PRF2", "0227")
		self.do("follow", quotation)
		events = frappe.db.count("Business Event")
		self.do("follow", quotation)
		self.assertEqual(frappe.db.count("Business Event"), events)
		self.assertEqual(len(self.invoices(quotation)), 1)

	def test_several_invoices_of_one_proforma_are_added_up(self):
		quotation = self.issued()
		for _ in range(2):
			self.sandbox.invoice_by_hand("PRF2", "0227")
		self.sandbox.pay("FACT", "0101", 10_000)
		view = self.do("follow", quotation)
		self.assertEqual([one["number"] for one in view["invoices"]], ["0101", "0102"])
		self.assertEqual(view["payment_status"], "Partly Paid")
		self.assertAlmostEqual(view["invoiced_total"], 2 * view["grand_total"], 2)

	def test_a_draft_invoice_does_not_count(self):
		quotation = self.issued()
		self.sandbox.invoice_by_hand("PRF2", "0227", draft=True)
		self.assertEqual(self.do("follow", quotation)["status"], states.ISSUED)

	def test_its_pdf_is_fetched_by_the_scheduled_pass(self):
		quotation = self.issued()
		self.sandbox.invoice_by_hand("PRF2", "0227")
		self.do("follow", quotation)
		self.after(seconds=180)
		schedule.settle_due()
		self.assertTrue(self.invoices(quotation)[0].pdf)

	def test_an_invoice_that_was_deleted_in_smartbill_frees_its_proforma(self):
		quotation = self.issued()
		self.do("invoice", quotation)
		self.sandbox.delete_by_hand("invoice", "FACT", "0101")
		view = self.do("follow", quotation)
		self.assertEqual((view["status"], view["invoiced_total"]), (states.ISSUED, 0))
		self.assertEqual(view["invoices"][0]["status"], states.CANCELLED)
		self.assertIn("Invoice missing in SmartBill", self.events(self.invoices(quotation)[0]))
		# SmartBill gives the number again
		self.assertEqual(self.answer("invoice", quotation)[1], 201)
		self.assertEqual([doc.full_number for doc in self.invoices(quotation)], ["FACT 0101"] * 2)

	def test_one_of_two_deleted_leaves_it_invoiced(self):
		quotation = self.issued()
		for _ in range(2):
			self.sandbox.invoice_by_hand("PRF2", "0227")
		self.do("follow", quotation)
		self.sandbox.delete_by_hand("invoice", "FACT", "0102")
		view = self.do("follow", quotation)
		self.assertEqual(
			(view["status"], [one["status"] for one in view["invoices"]]),
			("Invoiced", ["Issued", "Cancelled"]),
		)
		self.assertAlmostEqual(view["invoiced_total"], view["grand_total"], 2)

	def test_a_missing_payment_keeps_what_was_known(self):
		quotation = self.issued()
		self.sandbox.invoice_by_hand("PRF2", "0227")
		self.sandbox.pay("FACT", "0101", 100)
		self.do("follow", quotation)
		self.sandbox.pay("FACT", "0101", 50)
		self.sandbox.fault("html", path="/SBORO/api/invoice/paymentstatus", status=502)
		self.refused(SmartBillUnreachable, "follow", quotation)
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.paid_amount), (states.INVOICED, 100))
		self.assertTrue(doc.follow_error)
		self.assertEqual(self.do("follow", quotation)["paid_amount"], 150)
		self.assertFalse(self.stored(quotation).follow_error)

	def test_a_proforma_that_smartbill_has_no_more_is_told_once(self):
		quotation = self.issued()
		self.sandbox.delete_by_hand("estimate", "PRF2", "0227")
		for _ in range(2):
			view = self.do("follow", quotation)
			self.assertEqual(view["status"], states.ISSUED)
			self.assertEqual(sum("deleted" in notice for notice in view["notices"]), 1)
		self.assertEqual(self.events(self.stored(quotation)).count("Proforma missing in SmartBill"), 1)


class TestSchedule(FollowTestCase):
	def test_a_fresh_one_is_followed_every_hour(self):
		quotation = self.issued()
		self.hourly()
		self.assertEqual(self.lists(), 1)
		self.after(seconds=1200)
		self.hourly()
		self.assertEqual(self.lists(), 1)
		self.sandbox.invoice_by_hand("PRF2", "0227")
		self.after(seconds=2400)
		self.hourly()
		self.assertEqual(self.stored(quotation).status, states.INVOICED)

	def test_how_often_depends_on_age_and_payment(self):
		quotation = self.issued()
		doc = self.stored(quotation)
		now = clock.now()

		def is_due(age_days: float, followed_hours_ago: float | None, **values: Any) -> bool:
			hours = frappe.utils.add_to_date
			values = {
				"claimed_at": hours(now, hours=-24 * age_days),
				"followed_at": None if followed_hours_ago is None else hours(now, hours=-followed_hours_ago),
				"payment_status": None,
				"missing_since": None,
				"status": states.ISSUED,
				**values,
			}
			frappe.db.set_value(doc.doctype, doc.name, values)
			return bool(following.due(now, [self.account.name]))

		self.assertTrue(is_due(0, None))
		self.assertTrue(is_due(1, 1))
		self.assertFalse(is_due(1, 0.5))
		self.assertFalse(is_due(8, 5))
		self.assertTrue(is_due(8, 24))
		self.assertFalse(is_due(100, 25))
		self.assertTrue(is_due(100, 24 * 7))
		self.assertFalse(is_due(1, 25, payment_status="Paid"))
		self.assertTrue(is_due(20, 24 * 7, payment_status="Paid"))
		self.assertFalse(is_due(1, 2, missing_since=now))
		self.assertTrue(is_due(1, 24, missing_since=now))
		self.assertFalse(is_due(400, None))
		for status in (states.CANCELLED, states.UNKNOWN, states.DRAFT, states.REJECTED):
			self.assertFalse(is_due(1, None, status=status), status)

	def test_the_longest_not_followed_come_first_and_only_so_many(self):
		first, second = self.issued(), self.issued()
		self.do("follow", first)
		self.after(hours=2)
		names = [name for name, _account in following.due(clock.now(), [self.account.name])]
		self.assertEqual(names, [self.stored(second).name, self.stored(first).name])
		with patch.object(following, "MAX_ROWS", 1):
			self.assertEqual(len(following.due(clock.now(), [self.account.name])), 1)

	def test_those_of_an_account_that_does_not_work_leave_room_for_the_others(self):
		first, second = self.issued(), self.issued()
		frappe.db.set_value("SmartBill Proforma", self.stored(first).name, "account", "of another company")
		frappe.db.commit()
		with patch.object(following, "MAX_ROWS", 1):
			self.hourly()
		self.assertTrue(self.stored(second).followed_at)

	def test_one_that_fails_does_not_stop_the_others_nor_come_first_again(self):
		first, second = self.issued(), self.issued()
		self.sandbox.fault("html", path="/SBORO/api/estimate/invoices", status=500)
		self.hourly()
		docs = [self.stored(first), self.stored(second)]
		self.assertEqual(sorted(bool(doc.follow_error) for doc in docs), [False, True])
		self.assertTrue(all(doc.followed_at for doc in docs))
		before = self.lists()
		self.hourly()
		self.assertEqual(self.lists(), before)

	def test_it_stops_when_smartbill_blocks_or_cannot_be_reached(self):
		for _ in range(5):
			self.issued()
		self.sandbox.fault("rate_block", path="/SBORO/api/estimate/invoices")
		self.hourly()
		self.assertEqual(self.lists(), 1)
		frappe.db.set_value("SmartBill Account", self.account.name, "blocked_until", None)
		frappe.db.commit()
		self.after(seconds=700)
		for _ in range(5):
			self.sandbox.fault("drop", path="/SBORO/api/estimate/invoices")
		self.hourly()
		self.assertEqual(self.lists(), 1 + following.MAX_FAILURES)

	def test_a_copy_of_the_site_asks_nothing(self):
		self.issued()
		frappe.db.set_value("SmartBill Account", self.account.name, "live_site_id", "of another site")
		frappe.clear_document_cache("SmartBill Account", self.account.name)
		frappe.db.commit()
		self.hourly()
		self.assertEqual(self.lists(), 0)

	def test_switched_off_it_does_nothing(self):
		self.issued()
		self.switch(False)
		self.hourly()
		self.assertEqual(self.lists(), 0)

	def test_a_cancelled_one_is_not_followed_any_more(self):
		quotation = self.issued()
		self.do("cancel", quotation, reason=REASON)
		before = self.lists()
		self.hourly()
		self.assertEqual(self.lists(), before)

	def test_it_goes_at_the_pace_of_bulk_work(self):
		frappe.db.set_value("SmartBill Account", self.account.name, "pace_bulk", 5)
		frappe.db.commit()
		for _ in range(4):
			self.issued()
		started = clock.timestamp()
		self.hourly()
		self.assertEqual(self.lists(), 4)
		self.assertGreaterEqual(clock.timestamp() - started, 5)
