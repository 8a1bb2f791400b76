"""Tests neither leave anything to those after them nor find what those before them knew."""

from unittest.mock import patch

import frappe

from erp_b2b_smartbill.customers.overview import links
from erp_b2b_smartbill.tests import books, factories
from erp_b2b_smartbill.tests.compat import ServerTestCase


class TestTestsApart(ServerTestCase):
	def test_companies_and_fiscal_years_are_there_before_a_test_writes_so_that_nothing_of_it_is_committed(
		self,
	):
		with patch.object(frappe.db, "commit") as commit:
			factories.company()
			factories.quotation()
			books.Books()
		commit.assert_not_called()

	def test_what_one_may_open_is_asked_anew_whenever_another_user_asks(self):
		with patch.object(frappe, "has_permission", return_value=False), self.as_user("Guest"):
			with self.as_user("Administrator"):
				self.assertFalse(links.may_open("Sales Invoice"))
		self.assertTrue(links.may_open("Sales Invoice"))

	def test_and_by_every_test(self):
		with patch.object(frappe, "has_permission", return_value=False):
			self.assertFalse(links.may_open("Sales Invoice"))
		self.start_clean()
		self.assertTrue(links.may_open("Sales Invoice"))
