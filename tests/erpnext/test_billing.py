"""Deliveries, invoices and the ledger: what an order leads to, and what its customer owes at each step."""

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.accounts.general_ledger import make_gl_entries
from erpnext.selling.doctype.customer.customer import get_customer_outstanding
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note, make_sales_invoice
from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice as make_invoice_of_delivery
from frappe.utils import add_days, nowdate
from standin import StandinTestCase


class BillingTestCase(StandinTestCase):
	def setUp(self):
		super().setUp()
		self.buyer = self.customer()

	def new(self, doctype, qty=4, vat=True, **values):
		row = {"item_code": self.item().name, "qty": qty, "rate": 100}
		values = {"customer": self.buyer.name, "company": self.company, "items": [row], **values}
		return self.insert(doctype, **values, taxes=[self.vat()] if vat else [])

	def order(self, **values):
		return self.new("Sales Order", delivery_date=add_days(nowdate(), 7), **values)

	def owed(self, **values):
		return round(get_customer_outstanding(self.buyer.name, self.company, **values), 2)

	def lines(self, voucher, **filters):
		"""{account without the company's abbreviation: debit - credit}"""
		rows = frappe.get_all(
			"GL Entry", {"voucher_no": voucher.name, **filters}, ["account", "debit", "credit"]
		)
		return {row.account.removesuffix(f" - {self.abbr}"): row.debit - row.credit for row in rows}

	def pay(self, invoice, amount=None, **values):
		entry = get_payment_entry("Sales Invoice", invoice.name, party_amount=amount)
		entry.update({"reference_no": "OP 1", "reference_date": nowdate(), **values})
		entry.insert().submit()
		invoice.reload()
		return entry


class TestInvoice(BillingTestCase):
	def test_the_customer_owes_what_income_and_taxes_got(self):
		invoice = self.new("Sales Invoice")
		self.assertEqual((self.owed(), self.lines(invoice)), (0, {}))
		invoice.submit()
		self.assertEqual(self.lines(invoice), {"Debtors": 484.0, "Sales": -400.0, "TVA stand-in 21%": -84.0})
		self.assertEqual((invoice.outstanding_amount, invoice.status, self.owed()), (484, "Unpaid", 484))

	def test_what_is_rounded_away_has_a_line_of_its_own(self):
		invoice = self.new("Sales Invoice", discount_amount=0.13, vat=False)
		invoice.submit()
		lines = self.lines(invoice)
		self.assertEqual(
			(lines["Debtors"], lines["Sales"], round(lines["Round Off"], 2)), (400.0, -399.87, -0.13)
		)

	def test_a_foreign_currency_is_kept_in_both_where_it_is_allowed(self):
		with self.assertRaisesRegex(frappe.ValidationError, "should be same"):
			self.new("Sales Invoice", currency="EUR", conversion_rate=5, vat=False)
		allow = "allow_multi_currency_invoices_against_single_party_account"
		frappe.db.set_single_value("Accounts Settings", allow, 1)
		invoice = self.new("Sales Invoice", currency="EUR", conversion_rate=5, vat=False)
		invoice.submit()
		row = frappe.db.get_value(
			"GL Entry",
			{"voucher_no": invoice.name, "party": self.buyer.name},
			["debit", "debit_in_account_currency", "debit_in_transaction_currency", "transaction_currency"],
		)
		self.assertEqual(
			row, (invoice.base_grand_total, invoice.base_grand_total, invoice.grand_total, "EUR")
		)

	def test_cancelling_takes_the_lines_back_and_keeps_both(self):
		invoice = self.new("Sales Invoice")
		invoice.submit()
		invoice.cancel()
		self.assertEqual((self.owed(), invoice.db_get("status")), (0, "Cancelled"))
		self.assertEqual(self.lines(invoice, is_cancelled=0), {})
		self.assertEqual(frappe.db.count("GL Entry", {"voucher_no": invoice.name, "is_cancelled": 1}), 6)

	def test_a_payment_leaves_the_rest_open(self):
		invoice = self.new("Sales Invoice")
		invoice.submit()
		self.pay(invoice, 84)
		self.assertEqual((invoice.outstanding_amount, invoice.status, self.owed()), (400, "Partly Paid", 400))
		self.pay(invoice, 400)
		self.assertEqual((invoice.outstanding_amount, invoice.status, self.owed()), (0, "Paid", 0))

	def test_what_is_open_after_its_day_is_overdue(self):
		day = add_days(nowdate(), -10)
		invoice = self.new("Sales Invoice", set_posting_time=1, posting_date=day)
		invoice.submit()
		self.assertEqual((str(invoice.due_date), invoice.status), (day, "Overdue"))

	def test_the_terms_say_when_it_is_due(self):
		term = {"invoice_portion": 100, "due_date_based_on": "Day(s) after invoice date", "credit_days": 30}
		terms = self.insert("Payment Terms Template", template_name=self.unique("Termene"), terms=[term])
		invoice = self.new("Sales Invoice", payment_terms_template=terms.name)
		self.assertEqual(str(invoice.due_date), add_days(nowdate(), 30))

	def test_a_credit_note_is_owed_to_the_customer(self):
		invoice = self.new("Sales Invoice")
		invoice.submit()
		note = self.new("Sales Invoice", qty=-1, is_return=1, return_against=invoice.name)
		note.submit()
		self.assertEqual((note.outstanding_amount, note.status, self.owed()), (-121, "Return", 363))

	def test_lines_that_do_not_balance_are_refused(self):
		voucher = {"voucher_type": "Sales Invoice", "voucher_no": "X", "posting_date": nowdate()}
		cash, sales = (
			{"account": f"{name} - {self.abbr}", "company": self.company} for name in ("Cash", "Sales")
		)
		with self.assertRaisesRegex(frappe.ValidationError, "Debit and Credit not equal"):
			make_gl_entries([{**voucher, **cash, "debit": 10}, {**voucher, **sales, "credit": 8}])


class TestForm(BillingTestCase):
	def test_the_party_and_an_item_fill_an_invoice_and_a_delivery(self):
		for doctype in ("Sales Invoice", "Delivery Note"):
			row = {"item_code": self.item().name, "qty": 3}
			values = {"customer": self.buyer.name, "company": self.company, "items": [row]}
			doc = frappe.new_doc(doctype)
			doc.update({"taxes": [self.vat()], **values})
			doc.fill_party()
			with self.subTest(doctype):
				self.assertEqual((doc.customer_group, doc.grand_total), ("Commercial", 363))
				self.assertEqual([row.rate for row in doc.items], [100])


class TestProgress(BillingTestCase):
	def test_an_order_knows_how_far_it_is_delivered_and_billed(self):
		order = self.order()
		order.submit()
		self.assertEqual((order.status, self.owed()), ("To Deliver and Bill", 484))
		note = make_delivery_note(order.name)
		note.items[0].qty = 1
		note.insert().submit()
		order.reload()
		self.assertEqual(
			(order.per_delivered, order.delivery_status, order.status),
			(25, "Partly Delivered", "To Deliver and Bill"),
		)
		# what was ordered does not count again when it is delivered
		self.assertEqual(self.owed(), 484)
		make_delivery_note(order.name).insert().submit()
		order.reload()
		self.assertEqual((order.per_delivered, order.status), (100, "To Bill"))

		invoice = make_sales_invoice(order.name)
		invoice.items[0].qty = 3
		invoice.insert().submit()
		order.reload()
		self.assertEqual((order.per_billed, order.billing_status), (75, "Partly Billed"))
		self.assertEqual((self.owed(), self.owed(ignore_outstanding_sales_order=True)), (484, 363))
		make_sales_invoice(order.name).insert().submit()
		order.reload()
		self.assertEqual((order.per_billed, order.status, self.owed()), (100, "Completed", 484))

		invoice.reload()
		invoice.cancel()
		order.reload()
		self.assertEqual((order.per_billed, order.status), (25, "To Bill"))

	def test_a_delivery_without_an_order_counts_until_it_is_billed(self):
		note = self.new("Delivery Note")
		self.assertEqual((note.status, self.owed()), ("Draft", 0))
		note.submit()
		self.assertEqual((note.status, self.owed()), ("To Bill", 484))
		invoice = make_invoice_of_delivery(note.name)
		self.assertEqual((invoice.items[0].delivery_note, invoice.items[0].qty), (note.name, 4))
		invoice.items[0].qty = 1
		invoice.insert().submit()
		note.reload()
		self.assertEqual((note.per_billed, note.status, self.owed()), (25, "To Bill", 484))
		make_invoice_of_delivery(note.name).insert().submit()
		note.reload()
		self.assertEqual((note.per_billed, note.status, self.owed()), (100, "Completed", 484))

	def test_a_delivery_on_an_invoice_is_billed_already(self):
		invoice = self.new("Sales Invoice")
		invoice.submit()
		row = invoice.items[0]
		links = {"against_sales_invoice": invoice.name, "si_detail": row.name}
		note = self.new("Delivery Note", items=[{"item_code": row.item_code, "qty": 4, **links}])
		note.submit()
		self.assertEqual((note.per_billed, note.status, self.owed()), (100, "Completed", 484))
		self.assertEqual(frappe.db.get_value("Sales Invoice Item", row.name, "delivered_qty"), 4)

	def test_a_closed_delivery_is_not_waited_for(self):
		note = self.new("Delivery Note")
		note.submit()
		note.update_status("Closed")
		self.assertEqual(self.owed(), 0)

	def test_the_balance_of_a_cost_center_is_that_ones(self):
		self.new("Sales Invoice").submit()
		main = frappe.get_cached_value("Company", self.company, "cost_center")
		frappe.db.set_value("GL Entry", {"party": self.buyer.name}, "cost_center", main)
		root = frappe.db.get_value("Cost Center", main, "parent_cost_center")
		self.assertEqual((self.owed(cost_center=main), self.owed(cost_center=root)), (484, 484))
		other = self.insert(
			"Cost Center", cost_center_name=self.unique("Alt"), parent_cost_center=root, company=self.company
		)
		self.assertEqual(self.owed(cost_center=other.name), 0)


class TestCreditLimit(BillingTestCase):
	def limited(self, **values):
		limit = {"company": self.company, "credit_limit": 1000, **values}
		return self.customer(credit_limits=[limit]).name

	def test_an_invoice_or_a_delivery_without_an_order_is_checked(self):
		for doctype in ("Sales Invoice", "Delivery Note"):
			with self.subTest(doctype):
				self.new(doctype, qty=10, vat=False, customer=self.limited()).submit()
				with self.assertRaisesRegex(frappe.ValidationError, "Credit limit has been crossed"):
					self.new(doctype, qty=11, vat=False, customer=self.limited()).submit()

	def test_what_was_ordered_is_not_checked_again(self):
		order = self.order(customer=self.limited(), qty=10, vat=False)
		order.submit()
		make_delivery_note(order.name).insert().submit()
		make_sales_invoice(order.name).insert().submit()

	def test_without_a_check_of_orders_the_delivery_and_the_invoice_are_checked(self):
		for make in (make_delivery_note, make_sales_invoice):
			order = self.order(customer=self.limited(bypass_credit_limit_check=1), qty=11, vat=False)
			order.submit()
			with self.subTest(make), self.assertRaisesRegex(frappe.ValidationError, "Credit limit"):
				make(order.name).insert().submit()


class TestRights(BillingTestCase):
	def test_who_may_do_what(self):
		"""ERPNext's own: who sells delivers, and bills nothing."""
		rights = {
			("Sales Invoice", "Sales User"): "",
			("Sales Invoice", "Accounts User"): "read write create submit",
			("Delivery Note", "Sales User"): "read write create submit cancel",
			("Delivery Note", "Accounts User"): "read",
			("GL Entry", "Accounts User"): "read",
			("GL Entry", "Sales Manager"): "",
		}
		for (doctype, role), expected in rights.items():
			user = self.user(role)
			has = [
				right
				for right in ("read", "write", "create", "submit", "cancel")
				if frappe.has_permission(doctype, right, user=user)
			]
			with self.subTest(doctype=doctype, role=role):
				self.assertEqual(" ".join(has), expected)
