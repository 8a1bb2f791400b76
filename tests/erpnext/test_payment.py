"""What customers pay in the stand-in: what it settles, what stands in the ledger, the figures of a customer."""

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.accounts.party import get_dashboard_info
from erpnext.controllers.accounts_controller import update_invoice_status
from frappe.utils import add_days, nowdate
from test_billing import BillingTestCase


class PaymentTestCase(BillingTestCase):
	def invoice(self, **values):
		return self.new("Sales Invoice", **values).submit()

	def credit_note(self, invoice, qty=-1, **values):
		note = self.new("Sales Invoice", qty=qty, is_return=1, return_against=invoice.name, **values)
		note.submit()
		invoice.reload()
		return note

	def state(self, invoice):
		return invoice.reload().outstanding_amount, invoice.status


class TestPayment(PaymentTestCase):
	def test_the_money_stands_where_it_was_paid_to_and_the_customer_owes_less(self):
		invoice = self.invoice()
		entry = self.pay(invoice, 84)
		bank = entry.paid_to.removesuffix(f" - {self.abbr}")
		self.assertEqual(self.lines(entry), {bank: 84.0, "Debtors": -84.0})
		self.assertEqual(
			(entry.status, entry.references[0].total_amount, self.owed()), ("Submitted", 484, 400)
		)

	def test_a_cancelled_payment_leaves_the_invoice_open_again(self):
		invoice = self.invoice()
		entry = self.pay(invoice)
		self.assertEqual(self.state(invoice), (0, "Paid"))
		entry.reload().cancel()
		self.assertEqual(
			(self.state(invoice), entry.status, self.owed()), ((484, "Unpaid"), "Cancelled", 484)
		)
		invoice.cancel()
		# what was open of it stands on a cancelled invoice still
		self.assertEqual(self.state(invoice), (484, "Cancelled"))

	def test_one_payment_settles_several_invoices_and_the_rest_is_an_advance(self):
		first, second = self.invoice(), self.invoice()
		entry = get_payment_entry("Sales Invoice", first.name)
		entry.paid_amount = entry.received_amount = 1000
		entry.append(
			"references",
			{"reference_doctype": "Sales Invoice", "reference_name": second.name, "allocated_amount": 200},
		)
		entry.update({"reference_no": "OP 2", "reference_date": nowdate()})
		entry.insert().submit()
		self.assertEqual((self.state(first)[0], self.state(second)[0]), (0, 284))
		self.assertEqual((entry.unallocated_amount, self.owed()), (316, -32))

	def test_no_more_is_settled_than_is_open(self):
		invoice = self.invoice()
		with self.assertRaisesRegex(frappe.ValidationError, "greater than outstanding"):
			self.pay(invoice, 485)
		self.pay(invoice)
		entry = frappe.copy_doc(frappe.get_last_doc("Payment Entry"))
		with self.assertRaisesRegex(frappe.ValidationError, "already been fully paid"):
			entry.insert()

	def test_an_account_in_euro_is_settled_in_euro(self):
		receivable = self.insert(
			"Account",
			account_name=self.unique("Clienti EUR"),
			company=self.company,
			parent_account=f"Accounts Receivable - {self.abbr}",
			account_type="Receivable",
			account_currency="EUR",
		)
		self.buyer = self.customer(accounts=[{"company": self.company, "account": receivable.name}])
		invoice = self.invoice(currency="EUR", conversion_rate=5, vat=False)
		owed_in_euro = invoice.grand_total
		self.assertEqual(invoice.outstanding_amount, owed_in_euro)
		self.pay(invoice, 30)
		self.assertEqual(invoice.outstanding_amount, owed_in_euro - 30)
		self.assertEqual(self.owed(), (owed_in_euro - 30) * 5)

	def test_what_fell_due_is_overdue_from_the_next_day_on(self):
		invoice = self.invoice()
		frappe.db.set_value("Payment Schedule", {"parent": invoice.name}, "due_date", add_days(nowdate(), -1))
		update_invoice_status()
		self.assertEqual(self.state(invoice), (484, "Overdue"))


class TestCreditNote(PaymentTestCase):
	def test_it_has_its_own_open_amount_unless_it_reduces_the_invoice(self):
		invoice = self.invoice()
		own = self.credit_note(invoice)
		self.assertEqual((self.state(invoice), own.outstanding_amount), ((484, "Unpaid"), -121))
		other = self.credit_note(invoice, update_outstanding_for_self=0)
		self.assertEqual((self.state(invoice), other.outstanding_amount), ((363, "Partly Paid"), 0))
		self.assertEqual((other.status, self.owed()), ("Return", 242))
		other.cancel()
		self.assertEqual((self.state(invoice)[0], self.owed()), (484, 363))

	def test_an_invoice_without_anything_left_says_that_it_was_credited(self):
		invoice = self.invoice()
		self.credit_note(invoice, qty=-4, update_outstanding_for_self=0)
		self.assertEqual((self.state(invoice), self.owed()), ((0, "Credit Note Issued"), 0))

	def test_what_is_more_than_open_stands_on_the_credit_note(self):
		invoice = self.invoice()
		self.pay(invoice)
		note = self.credit_note(invoice, update_outstanding_for_self=0)
		self.assertEqual((note.update_outstanding_for_self, note.outstanding_amount), (1, -121))
		entry = self.pay(note)
		self.assertEqual((entry.payment_type, note.outstanding_amount, self.owed()), ("Pay", 0, 0))

	def test_it_is_of_the_same_customer_and_not_before_its_invoice(self):
		invoice = self.invoice()
		with self.assertRaisesRegex(frappe.ValidationError, "does not match"):
			self.credit_note(invoice, customer=self.customer().name)
		with self.assertRaisesRegex(frappe.ValidationError, "must be after"):
			day = add_days(nowdate(), -1)
			self.credit_note(invoice, set_posting_time=1, posting_date=day, due_date=day)


class TestFigures(PaymentTestCase):
	def test_a_customer_has_figures_by_company_that_billed_it(self):
		self.pay(self.invoice(), 84)
		self.credit_note(self.invoice())
		self.assertEqual(
			get_dashboard_info("Customer", self.buyer.name),
			[
				{
					"billing_this_year": 847,
					"currency": "RON",
					"total_unpaid": 763,
					"company": self.company,
				}
			],
		)
