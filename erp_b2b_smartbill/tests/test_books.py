"""The books that the tests of Customer 360 rest on: ERPNext made of them what was asked for."""

from decimal import Decimal

import frappe

from erp_b2b_smartbill.tests import books as known
from erp_b2b_smartbill.tests.compat import MadeOnceTestCase

FIELDS = [
	"docstatus",
	"currency",
	"party_account_currency",
	"grand_total",
	"base_grand_total",
	"outstanding_amount",
	"status",
]


class TestBooks(MadeOnceTestCase):
	books: known.Books

	@classmethod
	def make_once(cls) -> None:
		cls.books = known.make()

	def test_erpnext_says_of_each_invoice_what_follows_from_what_was_asked_for(self):
		books = self.books
		for invoice in books.invoices:
			row = frappe.db.get_value("Sales Invoice", invoice.name, FIELDS, as_dict=True)
			with self.subTest(invoice):
				self.assertEqual(row.docstatus, ["draft", "submitted", "cancelled"].index(invoice.state))
				self.assertEqual(
					(row.currency, row.party_account_currency), (invoice.currency, invoice.account_currency)
				)
				self.assertEqual(known.money(str(row.grand_total)), invoice.total)
				self.assertEqual(known.money(str(row.base_grand_total)), invoice.base_total)
				if invoice.state == "submitted":
					self.assertEqual(known.money(str(row.outstanding_amount)), books.open_amount(invoice))
					is_overdue = books.overdue_amount(invoice) > 0
					self.assertEqual(row.status == "Overdue", is_overdue, row.status)

	def test_the_ledger_says_what_is_open_less_what_was_paid_in_advance(self):
		books = self.books
		for company in (books.company, books.second):
			balance = sum(
				Decimal(str(row.debit)) - Decimal(str(row.credit))
				for row in frappe.get_all(
					"GL Entry",
					{"party": books.customer, "company": company, "is_cancelled": 0},
					["debit", "credit"],
				)
			)
			advances = sum(
				one.base_amount
				for one in books.payments
				if one.company == company and one.customer == books.customer and not one.settles
			)
			open_amount = sum(
				books.base_open_amount(one) for one in books.submitted((books.customer,), company)
			)
			with self.subTest(company):
				self.assertEqual(known.money(balance), open_amount - advances)

	def test_an_order_is_billed_in_part(self):
		for order in self.books.orders:
			row = frappe.db.get_value(
				"Sales Order", order.name, ["per_billed", "base_grand_total"], as_dict=True
			)
			with self.subTest(order):
				self.assertEqual(known.money(str(row.base_grand_total)), order.base_total)
				self.assertEqual(round(row.per_billed, 2), float(round(order.billed / order.total * 100, 2)))
