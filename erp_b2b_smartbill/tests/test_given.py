"""What a caller gives is what a handler can work with, or is refused with its field."""

from datetime import date
from typing import Any

import frappe

from erp_b2b_smartbill.api import given
from erp_b2b_smartbill.exceptions import NotReady
from erp_b2b_smartbill.tests.compat import ServerTestCase


class TestGiven(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		before = frappe.local.form_dict
		self.addCleanup(setattr, frappe.local, "form_dict", before)

	def give(self, read: Any, value: Any) -> Any:
		frappe.local.form_dict = frappe._dict(it=value)
		return read("it")

	def refused(self, read: Any, *values: Any) -> None:
		for value in values:
			with self.subTest(value=value), self.assertRaises(NotReady) as raised:
				self.give(read, value)
			self.assertEqual(raised.exception.problems[0]["field"], "it")

	def test_a_day_is_one_that_others_come_before_and_after(self):
		self.assertEqual(self.give(given.given_day, " 2026-03-02 "), date(2026, 3, 2))
		self.assertIsNone(self.give(given.given_day, ""))
		self.refused(given.given_day, "2026-02-30", "yesterday", "9999-12-31", "0001-01-01", 20260302, [])

	def test_a_number_is_one_that_can_be_compared_and_rounded(self):
		self.assertEqual(self.give(given.given_number, "1000.5"), 1000.5)
		self.assertIsNone(self.give(given.given_number, None))
		self.refused(
			given.given_number,
			"nan",
			"inf",
			float("inf"),
			float("nan"),
			10**400,
			True,
			"1,000",
			{},
			"9" * 5000,
		)

	def test_the_end_of_a_page_is_one_that_another_page_can_follow(self):
		self.assertEqual(
			self.give(given.given_cursor, "2026-03-02~2026-03-02T10:00:00~order~SO-1").day, date(2026, 3, 2)
		)
		self.refused(
			given.given_cursor, "x", "2026-03-02~x~order~SO-1", "9999-12-31~2026-03-02T10:00:00~order~SO-1"
		)
