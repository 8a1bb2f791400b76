"""How old debts are and how fast they are paid: the rules, without a site."""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from erp_b2b_smartbill.customers.overview import ageing
from erp_b2b_smartbill.customers.overview.ageing import Debt

TODAY = date(2026, 11, 30)


def debt(days: int, amount: str = "10", name: str = "A") -> Debt:
	"""Past due for so many days."""
	return Debt(TODAY - timedelta(days=days), Decimal(amount), name)


class TestAgeing(unittest.TestCase):
	def test_every_day_is_in_one_bucket(self):
		for days, key in (
			(-400, "not_due"),
			(0, "not_due"),
			(1, "1-30"),
			(30, "1-30"),
			(31, "31-60"),
			(60, "31-60"),
			(61, "61-90"),
			(90, "61-90"),
			(91, "over_90"),
			(4000, "over_90"),
		):
			with self.subTest(days):
				sums = ageing.by_bucket([debt(days)], TODAY)
				self.assertEqual({one for one, amount in sums.items() if amount}, {key})
		for days in range(-5, 200):
			self.assertEqual(sum(bucket.holds(days) for bucket in ageing.BUCKETS), 1)

	def test_what_is_not_due_is_not_overdue(self):
		sums = ageing.by_bucket([debt(0, "1"), debt(1, "2"), debt(45, "4"), debt(100, "8")], TODAY)
		self.assertEqual((ageing.overdue(sums), sum(sums.values())), (Decimal(14), Decimal(15)))

	def test_the_oldest_overdue_is_found_by_day_then_by_name(self):
		debts = [debt(5, name="C"), debt(40, name="B"), debt(40, name="A"), debt(-90, name="Z")]
		self.assertEqual(ageing.oldest_overdue(debts, TODAY), debts[2])
		self.assertIsNone(ageing.oldest_overdue([debt(0), debt(-1)], TODAY))
		self.assertIsNone(ageing.oldest_overdue([], TODAY))


class TestDaysToPay(unittest.TestCase):
	def test_the_average_is_over_invoices_with_one_decimal(self):
		self.assertEqual(ageing.average_days(70, 4), Decimal("17.5"))
		self.assertEqual(ageing.average_days(2, 3), Decimal("0.7"))
		self.assertIsNone(ageing.average_days(0, 0))
