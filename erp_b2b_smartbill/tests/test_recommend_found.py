"""Recommendations foresee what is ordered next: the last orders of a shop with known habits, left out and looked for."""

import unittest
from datetime import date

from erp_b2b_smartbill.tests import left_out
from erp_b2b_smartbill.tests.planted import Shop


class TestLeftOut(unittest.TestCase):
	@classmethod
	def setUpClass(cls) -> None:
		shop = Shop(items=400, until=date(2026, 11, 30))
		cls.found = left_out.compare({f"C{number}": list(shop.orders(number)) for number in range(300)})

	def test_they_are_much_better_than_what_is_sold_most(self):
		ours, most_sold = self.found[left_out.OURS], self.found[left_out.MOST_SOLD]
		self.assertGreater(ours.hit, most_sold.hit + 0.2)
		self.assertGreater(ours.lines, 2 * most_sold.lines)

	def test_they_are_better_than_what_the_customer_bought_most(self):
		ours, own = self.found[left_out.OURS], self.found[left_out.OWN_MOST]
		self.assertGreater(ours.lines, own.lines)

	def test_they_name_what_the_customer_never_bought(self):
		# of the rows that are new to a customer most are chance
		self.assertEqual(self.found[left_out.OWN_MOST].new, 0)
		self.assertGreater(self.found[left_out.OURS].new, 0.05)
