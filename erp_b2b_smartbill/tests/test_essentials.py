"""What stands beside an offer: the figures of the tabs, and none that the user may not see."""

from typing import Any
from unittest import mock

import frappe

from erp_b2b_smartbill.customers.overview import essentials
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.tests import books as known_books
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import ServerTestCase, number_of_queries


class TestEssentials(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.books = known_books.Books()

	def shown(self) -> dict[str, Any]:
		return essentials.of(scopes.of(self.books.customer, self.books.company))

	def test_they_are_what_is_in_the_books(self):
		customer = frappe.get_doc("Customer", self.books.customer)
		customer.append("credit_limits", {"company": self.books.company, "credit_limit": 1000})
		customer.save()
		late = self.books.invoice([(1, "200.00")], posted=-40, due=-10)
		self.books.pay(late, "42.00", posted=-5)
		self.books.order([(2, "50.00")], posted=-3)
		shown = self.shown()
		# 242.00 less 42.00, and an order of 121.00
		credit = shown["credit"]
		self.assertEqual((credit["limit"], credit["used"], credit["available"]), (1000, 321, 679))
		self.assertEqual((shown["overdue"]["value"], shown["overdue"]["count"]), (200, 1))
		self.assertEqual(shown["overdue"]["currency"], "RON")
		self.assertEqual(shown["last_order"]["total"], {"value": 121, "currency": "RON"})
		self.assertEqual(shown["items"][0]["item_code"], self.books.item)

	def test_a_part_that_fails_takes_no_other_along(self):
		self.books.order([(2, "50.00")], posted=-3)
		for part in ("_last_order", "_items"):
			self.enterContext(mock.patch.object(essentials, part, side_effect=RuntimeError("broken")))
		shown = self.shown()
		# nothing is known of it, which is not that there is none
		self.assertNotIn("last_order", shown)
		self.assertNotIn("items", shown)
		self.assertEqual(shown["credit"]["used"], 121)
		self.assertIn("overdue", shown)

	def test_of_a_new_customer_there_is_nothing_to_say(self):
		shown = self.shown()
		self.assertIsNone(shown["last_order"])
		self.assertEqual((shown["items"], shown["overdue"]["count"]), ([], 0))
		self.assertIsNone(shown["credit"]["available"])

	def test_whoever_may_not_see_credit_gets_no_figure_of_it(self):
		with self.as_user(factories.user("Sales User")):
			shown = self.shown()
		self.assertNotIn("credit", shown)
		self.assertNotIn("overdue", shown)
		self.assertIn("discount", shown)

	def test_the_number_of_queries_does_not_depend_on_what_there_is(self):
		self.books.order([(2, "50.00")], posted=-9)
		self.books.invoice([(1, "20.00")], posted=-40, due=-10)
		few = self.queries()
		for days in range(1, 5):
			self.books.order([(2, "50.00")], posted=-30 * days)
			self.books.invoice([(1, "20.00")], posted=-40, due=-10)
		self.assertEqual(self.queries(), few)

	def queries(self) -> int:
		self.shown()
		return number_of_queries(self.shown)
