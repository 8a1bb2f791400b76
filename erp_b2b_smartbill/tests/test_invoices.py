"""The tab Invoices: every figure is what follows from the documents, for whom may see it, in the lists that it names."""

import unittest
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import add_months, getdate, nowdate
from openpyxl import load_workbook

from erp_b2b_smartbill.api import customer_invoices
from erp_b2b_smartbill.customers.overview import (
	credit_tab,
	dues,
	essentials,
	invoice_sheet,
	invoices,
	listing,
	smartbill_invoices,
	tabs,
)
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.customers.overview.cursor import parse
from erp_b2b_smartbill.exceptions import NotAllowed, NotReady
from erp_b2b_smartbill.features import PROFORMA
from erp_b2b_smartbill.tests import books as known
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.books import Books, Invoice, money
from erp_b2b_smartbill.tests.compat import MadeOnceTestCase, number_of_queries

ACCOUNTANT = "Accounts User"


def decimal(amount: dict[str, Any]) -> Decimal:
	return money(str(amount["value"]))


class InvoicesCase(MadeOnceTestCase):
	made: Books

	@classmethod
	def make_once(cls) -> None:
		cls.made = cls.make()
		frappe.db.set_single_value("B2B Settings", PROFORMA, 1)

	@staticmethod
	def make() -> Books:
		return known.make()

	def setUp(self) -> None:
		super().setUp()
		self.books = deepcopy(self.made)

	def scope(self, company: str | None = None, **options: Any) -> scopes.Scope:
		return scopes.of(self.books.customer, company or self.books.company, **options)

	def show(self, company: str | None = None, **options: Any) -> dict[str, Any]:
		return invoices.show(self.scope(company, **options))

	def rows(
		self, *, company: str | None = None, children: bool = False, **wanted: Any
	) -> list[dict[str, Any]]:
		"""All pages."""
		scope, cursor, found = self.scope(company, include_children=children), None, []
		while True:
			page = invoices.page(scope, listing.Wanted(**wanted, after=cursor))
			found += page["rows"]
			self.assertLess(len(found), 500, "the pages do not end")
			if not page["next"]:
				self.assertEqual(sum(page["total"].values()), len(found))
				return found
			cursor = parse(page["next"])

	def names(self, **options: Any) -> list[str]:
		return [row["name"] for row in self.rows(**options)]

	def listed(self, proof: dict[str, Any]) -> list[Any]:
		"""What the desk lists with these filters."""
		filters = {**proof["filters"]}
		return frappe.get_list(
			proof["doctype"],
			filters,
			["name", "outstanding_amount"] if proof["doctype"] == "Sales Invoice" else ["name"],
			limit=0,
		)

	def smartbill_invoice(self, total: str, *, days: int = -10, due: int | None = None, **values: Any) -> str:
		"""As it stands in the database, whatever SmartBill told."""
		doc = frappe.get_doc(
			{
				"doctype": "SmartBill Invoice",
				"party_type": "Customer",
				"party": self.books.customer,
				"customer": self.books.customer,
				"company": self.books.company,
				"account": self.books.company,
				"status": "Issued",
				"series": "FACT",
				"number": frappe.generate_hash(length=6),
				"issue_date": known.day(days),
				"due_date": None if due is None else known.day(due),
				"currency": "RON",
				"grand_total": float(total),
				**values,
			}
		)
		doc.name = frappe.generate_hash(length=12)
		doc.full_number = f"{doc.series} {doc.number}"
		doc.live_key = doc.document_key = doc.name
		doc.db_insert()
		return doc.name

	def followed(self, total: str, paid: str) -> dict[str, Any]:
		unpaid = Decimal(total) - Decimal(paid)
		return {
			"invoiced_total": float(total),
			"paid_amount": float(paid),
			"unpaid_amount": float(unpaid),
			"payment_status": "Unpaid" if not Decimal(paid) else "Partly Paid" if unpaid else "Paid",
			"followed_at": "2026-01-05 03:00:00",
		}


class TestFigures(InvoicesCase):
	def expected(self, company: str, *customers: str) -> dict[str, Any]:
		of_company = self.books.submitted(customers or (self.books.customer,), company)
		return {
			"outstanding": sum(self.books.base_open_amount(one) for one in of_company),
			"overdue": sum(self.base(one, self.books.overdue_amount(one)) for one in of_company),
			"open_number": sum(self.books.open_amount(one) > 0 for one in of_company),
			"overdue_number": sum(self.books.overdue_amount(one) > 0 for one in of_company),
			"number": sum(not one.is_return for one in of_company),
			"notes": sum(one.is_return for one in of_company),
			"credit": sum(self.books.base_open_amount(one) for one in of_company if one.is_return),
		}

	def base(self, invoice: Invoice, amount: Decimal) -> Decimal:
		return amount if invoice.account_currency == known.COMPANY_CURRENCY else money(amount * invoice.rate)

	def shown(self, tab: dict[str, Any]) -> dict[str, Any]:
		figures = tab["figures"]
		return {
			"outstanding": decimal(figures["outstanding"]),
			"overdue": decimal(figures["overdue"]),
			"open_number": figures["outstanding"]["number"],
			"overdue_number": figures["overdue"]["number"],
			"number": figures["number"]["value"],
			"notes": tab["credit_notes"]["number"],
			"credit": decimal(tab["credit_notes"]["outstanding"]),
		}

	def test_each_figure_follows_from_the_documents_of_the_company(self):
		for company in (self.books.company, self.books.second):
			with self.subTest(company):
				tab = self.show(company)
				self.assertEqual(self.shown(tab), self.expected(company))
				self.assertEqual((tab["company"], tab["currency"]), (company, "RON"))
				whole = tabs.of(self.scope(company), ("invoices",))
				self.assertEqual(
					(whole["counts"]["invoices"], tab["count"]),
					(tab["count"], invoices.count(self.scope(company))),
				)
				self.assertEqual(invoices.count(self.scope(company)), self.expected(company)["open_number"])

	def test_children_count_when_they_are_asked_for(self):
		whom = (self.books.customer, self.books.child)
		self.assertEqual(
			self.shown(self.show(include_children=True)), self.expected(self.books.company, *whom)
		)

	def test_each_currency_is_apart_and_in_the_companys_too(self):
		for company in (self.books.company, self.books.second):
			shown = {row["currency"]: row for row in self.show(company)["by_currency"]}
			of_company = self.books.submitted(company=company)
			self.assertEqual(set(shown), {one.currency for one in of_company})
			for currency, row in shown.items():
				own = [one for one in of_company if one.currency == currency]
				outstanding = sum(self.in_own(one, self.books.open_amount(one)) for one in own)
				overdue = sum(self.in_own(one, self.books.overdue_amount(one)) for one in own)
				with self.subTest(company, currency=currency):
					self.assertEqual(decimal(row["outstanding"]), money(outstanding))
					self.assertEqual(decimal(row["overdue"]), money(overdue))
					self.assertEqual(row["outstanding"]["currency"], currency)
					self.assertEqual(
						decimal(row["base_outstanding"]), sum(self.books.base_open_amount(one) for one in own)
					)
					self.assertEqual(
						decimal(row["base_overdue"]),
						sum(self.base(one, self.books.overdue_amount(one)) for one in own),
					)
					self.assertEqual(row["base_outstanding"]["currency"], "RON")
					self.assertEqual(row["is_exact"], all(one.account_currency == currency for one in own))
					self.assertEqual(row["number"], sum(not one.is_return for one in own))

	def in_own(self, invoice: Invoice, amount: Decimal) -> Decimal:
		return amount if invoice.account_currency == invoice.currency else amount / invoice.rate

	def test_what_was_received_is_of_a_year_and_less_what_was_paid_back(self):
		since = getdate(add_months(nowdate(), -12))
		for company in (self.books.company, self.books.second):
			expected = sum(
				one.base_amount
				for one in self.books.payments
				if one.company == company and one.state == "submitted" and one.posted >= since
			)
			shown = self.show(company)["figures"]["received"]
			with self.subTest(company):
				self.assertEqual((decimal(shown), shown["since"]), (expected, since))

	def test_other_companies_are_named_with_their_own_figures(self):
		(other,) = [row for row in self.show()["other_companies"] if row["company"] == self.books.second]
		expected = self.expected(self.books.second)
		self.assertEqual(
			(decimal(other["outstanding"]), decimal(other["overdue"]), other["number"], other["open_number"]),
			tuple(expected[key] for key in ("outstanding", "overdue", "number", "open_number")),
		)

	def test_each_list_shows_what_was_counted(self):
		figures = self.show()["figures"]
		of_company = self.books.submitted()
		expected = {
			"outstanding": {one.name for one in of_company if self.books.open_amount(one)},
			"overdue": {one.name for one in of_company if self.books.overdue_amount(one) > 0},
			"number": {one.name for one in of_company if not one.is_return},
		}
		for figure, names in expected.items():
			with self.subTest(figure):
				self.assertEqual({row.name for row in self.listed(figures[figure]["list"])}, names)
		since = figures["received"]["since"]
		payments = {
			one.name
			for one in self.books.payments
			if one.company == self.books.company and one.state == "submitted" and one.posted >= since
		}
		self.assertEqual({row.name for row in self.listed(figures["received"]["list"])}, payments)

	def test_a_customer_without_documents_has_nothing(self):
		tab = invoices.show(scopes.of(self.books.new_customer(), self.books.company))
		self.assertEqual((tab["by_currency"], tab["list"]["rows"], tab["other_companies"]), ([], [], []))
		self.assertEqual(tab["figures"]["outstanding"]["value"], 0)
		self.assertIsNone(tab["figures"]["overdue"]["list"])

	def test_the_number_of_queries_does_not_grow_with_the_documents(self):
		few = self.scope(self.books.second)
		many = self.scope()
		invoices.show(many)
		counted = {number_of_queries(lambda scope=scope: invoices.show(scope)) for scope in (few, many)}
		self.assertEqual(len(counted), 1)
		self.assertLessEqual(max(counted), 16)
		wanted = listing.Wanted(status=dues.OVERDUE)
		pages = {number_of_queries(lambda scope=scope: invoices.page(scope, wanted)) for scope in (few, many)}
		self.assertEqual(len(pages), 1)


class TestTakenOffTheSchedule(InvoicesCase):
	"""An advance or a write-off is no part of the instalments, and is not paid a second time with them."""

	@staticmethod
	def make() -> Books:
		books = known.make()
		for taken_off in ("advance", "write_off"):
			for amount in ("400", "700"):
				books.reduced(books.invoice([(10, "100")], posted=-40, due=-10), amount, by=taken_off)
				parts = ((-20, 30), (-5, 30), (15, 40))
				books.reduced(books.invoice([(10, "100")], posted=-40, due=parts), amount, by=taken_off)
		part_paid = books.invoice([(10, "100")], posted=-40, due=((-20, 50), (15, 50)))
		books.reduced(part_paid, "210", by="advance")
		frappe.db.set_value("Sales Invoice", part_paid.name, "outstanding_amount", 700)
		# ERPNext leaves another day in the invoice than in its schedule when it is submitted without being saved first
		later = books.invoice([(1, "100")], posted=-8, due=20)
		frappe.db.set_value("Sales Invoice", later.name, "due_date", later.posted)
		# one by one 60.14 lei, and not a third of 180.43
		for _number in range(3):
			books.invoice([(1, "10")], posted=-2, due=28, currency="EUR", rate="4.9706", company=books.second)
		return books

	def test_what_is_open_is_the_sum_of_what_the_rows_say(self):
		for company in (self.books.company, self.books.second):
			figures = invoices.show(self.scope(company))["figures"]
			rows = self.rows(company=company)
			with self.subTest(company):
				self.assertEqual(
					sum(decimal(row["base_outstanding"]) for row in rows), decimal(figures["outstanding"])
				)

	def test_all_that_fell_due_of_it_is_overdue(self):
		books = Books()
		for taken_off in ("advance", "write_off"):
			one = books.invoice([(10, "100")], posted=-40, due=-10)
			books.reduced(one, "700", by=taken_off)
		shown = invoices.show(scopes.of(books.customer, books.company))
		overdue = shown["figures"]["overdue"]
		self.assertEqual((decimal(overdue), overdue["number"]), (Decimal(1020), 2))
		self.assertEqual({decimal(row["overdue"]) for row in shown["list"]["rows"]}, {Decimal(510)})

	def test_the_tabs_invoices_and_credit_say_the_same_is_overdue(self):
		for company in (self.books.company, self.books.second):
			for children in (False, True):
				scope = self.scope(company, include_children=children)
				overdue = invoices.show(scope)["figures"]["overdue"]
				shown = credit_tab.show(scope)["ageing"]
				rows = self.rows(company=company, children=children, status=dues.OVERDUE)
				with self.subTest(company, children=children):
					self.assertAlmostEqual(overdue["value"], shown["overdue"], places=2)
					self.assertEqual(overdue["number"], len(rows))
					if not children:
						card = essentials.of(scope)["overdue"]
						self.assertEqual(
							(card["value"], card["count"]), (overdue["value"], overdue["number"])
						)
						self.assertEqual(
							set(card["list"]["filters"]["name"][1]), {row["name"] for row in rows}
						)
					if company == self.books.company:
						self.assertEqual(sum(decimal(row["overdue"]) for row in rows), decimal(overdue))


class TestRows(InvoicesCase):
	def test_a_row_says_what_its_document_says(self):
		shown = {row["name"]: row for row in self.rows()}
		of_company = {one.name: one for one in self.books.submitted()}
		self.assertEqual(set(shown), set(of_company))
		for name, one in of_company.items():
			row, open_amount = shown[name], self.books.open_amount(one)
			overdue = self.books.overdue_amount(one)
			status = dues.status(open_amount, overdue, is_return=one.is_return)
			with self.subTest(one):
				self.assertEqual((row["date"], row["status"], row["source"]), (one.posted, status, "erpnext"))
				self.assertEqual((decimal(row["total"]), row["total"]["currency"]), (one.total, one.currency))
				self.assertEqual(decimal(row["base_total"]), one.base_total)
				self.assertEqual(
					(decimal(row["outstanding"]), row["outstanding"]["currency"]),
					(open_amount, one.account_currency),
				)
				self.assertEqual(decimal(row["base_outstanding"]), self.books.base_open_amount(one))
				self.assertEqual(decimal(row["overdue"]), overdue)
				self.assertEqual(row["link"], {"doctype": "Sales Invoice", "name": name})

	def test_what_is_due_next_is_the_first_instalment_that_is_not_paid(self):
		(instalments,) = [one for one in self.books.invoices if len(one.due) > 1]
		row = next(row for row in self.rows() if row["name"] == instalments.name)
		self.assertEqual((row["due_date"], row["days_overdue"]), (known.day(-10), 10))
		self.books.pay(instalments, "505", posted=0)
		row = next(row for row in self.rows() if row["name"] == instalments.name)
		self.assertEqual((row["due_date"], row["status"]), (known.day(20), dues.NOT_DUE))

	def test_each_status_filters_what_has_it(self):
		of_company = self.books.submitted()

		def status_of(one: Invoice) -> str:
			return dues.status(
				self.books.open_amount(one), self.books.overdue_amount(one), is_return=one.is_return
			)

		for status in dues.STATUSES:
			wanted = {dues.OPEN: (dues.OVERDUE, dues.NOT_DUE)}.get(status, (status,))
			with self.subTest(status):
				self.assertEqual(
					set(self.names(status=status)),
					{one.name for one in of_company if status_of(one) in wanted},
				)

	def test_period_number_and_source_filter(self):
		since, until = known.day(-60), known.day(-25)
		self.assertEqual(
			set(self.names(since=since, until=until)),
			{one.name for one in self.books.submitted() if since <= one.posted <= until},
		)
		one = self.books.submitted()[2]
		self.assertEqual(self.names(text=one.name.lower()), [one.name])
		own = self.smartbill_invoice("100")
		self.assertEqual(self.names(source="smartbill"), [own])
		self.assertNotIn(own, self.names(source="erpnext"))

	def test_pages_are_complete_and_repeat_nothing_though_dates_and_moments_are_equal(self):
		for _index in range(30):
			self.books.invoice([(1, "10")], posted=-3, due=9)
		mine = [self.smartbill_invoice("10", days=-3) for _index in range(25)]
		for doctype in ("Sales Invoice", "SmartBill Invoice"):
			frappe.db.set_value(
				doctype,
				{"company": self.books.company},
				"creation",
				"2026-01-01 10:00:00.000001",
				update_modified=False,
			)
		names = self.names()
		self.assertEqual(len(names), len(set(names)))
		self.assertEqual(set(names), {one.name for one in self.books.submitted()} | set(mine))
		dates = [row["date"] for row in self.rows()]
		self.assertEqual(dates, sorted(dates, reverse=True))


class TestSmartBill(InvoicesCase):
	def test_it_stands_beside_with_its_own_sums_and_changes_none_of_erpnexts(self):
		before = self.show()
		self.smartbill_invoice("121", due=-1, **self.followed("121", "21"))
		self.smartbill_invoice("242", due=5, **self.followed("242", "0"))
		self.smartbill_invoice("60.50", **self.followed("60.50", "60.50"))
		never_asked = self.smartbill_invoice("12.10", due=-2)
		self.smartbill_invoice("50", currency="EUR", **self.followed("50", "0"))
		self.smartbill_invoice("999", status="Cancelled")
		self.smartbill_invoice("999", party=self.books.stranger, customer=self.books.stranger)
		after = self.show()
		for part in ("figures", "by_currency", "credit_notes", "other_companies"):
			self.assertEqual(after[part], before[part])
		shown = after["smartbill"]
		self.assertEqual((shown["number"], shown["counts_in_credit"]), (5, False))
		self.assertEqual(str(shown["as_of"]), "2026-01-05 03:00:00")
		lei = next(row for row in shown["by_currency"] if row["currency"] == "RON")
		self.assertEqual(
			[decimal(lei[key]) for key in ("total", "paid", "outstanding", "overdue")],
			[Decimal("435.60"), Decimal("81.50"), Decimal("354.10"), Decimal("112.10")],
		)
		self.assertEqual((lei["number"], lei["unknown_number"]), (4, 1))
		rows = {row["name"]: row for row in self.rows(source="smartbill")}
		self.assertEqual(len(rows), 5)
		self.assertFalse(rows[never_asked]["is_payment_known"])
		self.assertEqual(
			{row["status"] for row in self.rows(source="smartbill", status=dues.OVERDUE)}, {dues.OVERDUE}
		)
		self.assertEqual(len(self.listed(shown["list"])), 5)

	def test_one_made_to_the_lead_that_became_this_customer_is_its_too(self):
		lead = factories.lead(address=None)
		frappe.db.set_value("Customer", self.books.customer, "lead_name", lead.name)
		own = self.smartbill_invoice("100", party_type="Lead", party=lead.name, customer=None)
		self.assertIn(own, self.names(source="smartbill"))

	def test_without_smartbill_there_is_nothing_of_it(self):
		self.smartbill_invoice("100")
		frappe.db.set_single_value("B2B Settings", PROFORMA, 0)
		self.assertIsNone(self.show()["smartbill"])
		self.assertEqual(self.rows(source="smartbill"), [])


class TestInCredit(InvoicesCase):
	@staticmethod
	def make() -> Books:
		return Books()

	def counted(self) -> dict[str, float]:
		return invoices.smartbill_in_credit([self.books.customer, self.books.child], self.books.company)

	def account(self, counts: int) -> None:
		factories.smartbill_account("http://127.0.0.1:1", mode="Off", counts_in_credit=counts)

	def quotation(self, **values: Any) -> Any:
		return factories.quotation(party_name=self.books.customer, company=self.books.company, **values)

	def test_nothing_counts_unless_the_account_says_so(self):
		self.smartbill_invoice("121", **self.followed("121", "21"))
		self.assertEqual(self.counted(), {})
		self.account(0)
		self.assertEqual(self.counted(), {})
		frappe.db.set_value("SmartBill Account", self.books.company, "counts_in_credit", 1)
		self.assertEqual(self.counted(), {self.books.customer: 100})
		self.assertTrue(self.show()["smartbill"]["counts_in_credit"])

	def test_a_sale_that_erpnext_has_as_an_order_is_not_counted_twice(self):
		from erpnext.selling.doctype.quotation.quotation import make_sales_order

		self.account(1)
		ordered, quoted = self.quotation(), self.quotation()
		for quotation in (ordered, quoted):
			self.smartbill_invoice("100", quotation=quotation.name)
		self.assertEqual(self.counted(), {self.books.customer: 200})
		order = make_sales_order(ordered.name)
		order.delivery_date = str(known.day(7))
		order.insert()
		self.assertEqual(self.counted(), {self.books.customer: 200})
		order.submit()
		self.assertEqual(self.counted(), {self.books.customer: 100})
		order.cancel()
		self.assertEqual(self.counted(), {self.books.customer: 200})

	def test_another_currency_counts_at_the_rate_of_its_quotation(self):
		self.account(1)
		quotation = self.quotation(currency="EUR", conversion_rate=5.05)
		values = {"currency": "EUR", "quotation": quotation.name}
		self.smartbill_invoice("200", **values, **self.followed("200", "100"))
		self.smartbill_invoice("7", status="Draft")
		self.smartbill_invoice("9", **self.followed("9", "9"))
		self.assertEqual(self.counted(), {self.books.customer: 505})

	def test_without_a_rate_of_its_own_it_counts_at_erpnexts_not_as_nothing(self):
		self.account(1)
		self.smartbill_invoice("100", currency="EUR")
		self.smartbill_invoice("50", currency="EUR")
		quotation = self.quotation(currency="EUR", conversion_rate=5.05)
		self.smartbill_invoice("10", currency="EUR", quotation=quotation.name)
		self.smartbill_invoice("7")
		with patch.object(smartbill_invoices, "get_exchange_rate", return_value=4.9) as rate:
			self.assertEqual(self.counted(), {self.books.customer: 150 * 4.9 + 50.5 + 7})
		self.assertEqual(rate.call_count, 1)

	def test_one_of_the_lead_counts_for_the_customer_that_it_became(self):
		self.account(1)
		lead = factories.lead(address=None)
		frappe.db.set_value("Customer", self.books.child, "lead_name", lead.name)
		self.smartbill_invoice("30", party_type="Lead", party=lead.name, customer=None)
		self.assertEqual(self.counted(), {self.books.child: 30})


class TestRights(InvoicesCase):
	def user(self, *roles: str) -> str:
		return factories.user(*roles)

	def tab(self) -> dict[str, Any]:
		return tabs.show(self.scope(), "invoices")

	def test_who_may_not_see_credit_sees_no_invoices_in_no_way(self):
		with self.as_user(self.user("Sales User")):
			self.assertEqual(self.tab()["error"]["code"], "not_allowed")
			self.assertIsNone(tabs.of(self.scope(), ())["counts"]["invoices"])
			with self.assertRaises(NotAllowed):
				customer_invoices.index(self.books.customer)
			with self.assertRaises(NotAllowed):
				customer_invoices.export(self.books.customer)

	def test_who_may_see_credit_but_open_no_invoice_gets_figures_without_links(self):
		with self.as_user(self.user("Sales Manager", "Sales User")):
			tab = self.tab()
		self.assertEqual(
			decimal(tab["figures"]["outstanding"]),
			sum(self.books.base_open_amount(one) for one in self.books.submitted()),
		)
		self.assertIsNone(tab["figures"]["outstanding"]["list"])
		self.assertEqual({row["link"] is None for row in tab["list"]["rows"]}, {True})

	def test_a_user_of_one_company_sees_figures_and_rows_of_that_one(self):
		user = self.user(ACCOUNTANT)
		permission = {"doctype": "User Permission", "user": user, "allow": "Company"}
		frappe.get_doc({**permission, "for_value": self.books.second}).insert()
		with self.as_user(user):
			scope = scopes.of(self.books.customer)
			tab = tabs.show(scope, "invoices")
			self.assertEqual((tab["company"], tab["other_companies"]), (self.books.second, []))
			self.assertEqual({row["company"] for row in tab["list"]["rows"]}, {self.books.second})
			self.assertEqual(
				{row.name for row in self.listed(tab["figures"]["number"]["list"])},
				{row["name"] for row in tab["list"]["rows"]},
			)
			with self.assertRaises(NotReady):
				self.scope()

	def test_a_user_of_one_cost_center_has_the_same_rows_in_the_sums_and_in_the_list(self):
		"""Whatever narrows the list of invoices down narrows the sums down."""
		one = self.books.submitted()[0]
		user = self.user(ACCOUNTANT)
		cost_center = frappe.db.get_value("Company", self.books.company, "cost_center")
		other = frappe.get_doc(
			{
				"doctype": "Cost Center",
				"cost_center_name": "Alt loc",
				"company": self.books.company,
				"parent_cost_center": frappe.db.get_value("Cost Center", cost_center, "parent_cost_center"),
			}
		).insert()
		frappe.db.set_value("Sales Invoice", {"company": self.books.company}, "cost_center", cost_center)
		frappe.db.set_value("Sales Invoice", one.name, "cost_center", other.name)
		permission = {"doctype": "User Permission", "user": user, "allow": "Cost Center"}
		frappe.get_doc(
			{
				**permission,
				"for_value": other.name,
				"applicable_for": "Sales Invoice",
				"apply_to_all_doctypes": 0,
			}
		).insert()
		with self.as_user(user):
			tab = self.tab()
			self.assertEqual([row["name"] for row in tab["list"]["rows"]], [one.name])
			self.assertEqual(tab["figures"]["number"]["value"], 1)


class TestExport(InvoicesCase):
	def export(self, **given: Any) -> list[tuple[Any, ...]]:
		frappe.local.form_dict = frappe._dict(company=self.books.company, **given)
		try:
			response, status = customer_invoices.export(self.books.customer)
		finally:
			frappe.local.form_dict = frappe._dict()
		self.assertEqual(status, 200)
		self.assertIn("attachment", response.headers["Content-Disposition"])
		book = load_workbook(BytesIO(response.get_data()))
		self.cells = [cell for row in book.active.iter_rows() for cell in row]
		return list(book.active.iter_rows(values_only=True))

	def test_it_has_every_row_of_the_filtered_list_with_its_amounts(self):
		rows = self.export(status=dues.OVERDUE)
		listed = self.rows(status=dues.OVERDUE)
		body = rows[1 : 1 + len(listed)]
		self.assertEqual([row[1] for row in body], [row["name"] for row in listed])
		self.assertEqual([row[8] for row in body], [row["outstanding"]["value"] for row in listed])
		self.assertEqual([row[2].date() for row in body], [row["date"] for row in listed])
		self.assertIn("As of", rows[-1][0])

	def test_a_text_that_looks_like_a_formula_stays_a_text(self):
		texts = ["=1+1", "+4", "-2", "@SUM(A1)", '=HYPERLINK("http://x","y")']
		for place, text in enumerate(texts):
			self.smartbill_invoice("10", series=text, days=-place)
		rows = self.export(source="smartbill")
		found = [cell for cell in self.cells if str(cell.value).startswith(tuple(texts))]
		self.assertEqual(len(found), len(texts))
		self.assertEqual({(cell.data_type, bool(cell.quotePrefix)) for cell in found}, {("s", True)})
		self.assertTrue(rows[1][1].startswith("=1+1"))

	def test_what_is_too_much_is_cut_and_that_is_said(self):
		with patch.object(invoice_sheet, "MAX_ROWS", 3):
			rows = self.export()
		self.assertEqual([row[1] for row in rows[1:4]], self.names()[:3])
		self.assertIn("only the newest 3", rows[-1][0])
		self.assertEqual(len(rows), 1 + 3 + 1 + 2)


class TestGiven(InvoicesCase):
	@staticmethod
	def make() -> Books:
		return Books()

	def test_what_is_no_filter_is_refused_by_name(self):
		for field, value in (
			("status", "late"),
			("source", "excel"),
			("from", "1.1.2026"),
			("after", "x"),
			("company", "No such company"),
		):
			frappe.local.form_dict = frappe._dict({field: value})
			with self.subTest(field), self.assertRaises(NotReady) as caught:
				customer_invoices.index(self.books.customer)
			self.assertEqual(caught.exception.problems[0]["field"], field)
		frappe.local.form_dict = frappe._dict()


class TestDues(unittest.TestCase):
	def test_payments_settle_what_fell_due_first(self):
		today = getdate("2026-03-10")
		schedule = [
			dues.Part(today + timedelta(days=days), Decimal(amount))
			for days, amount in ((20, "50"), (-30, "30"), (-1, "20"))
		]
		for outstanding, expected in (
			("100", ["30", "20", "50"]),
			("85", ["15", "20", "50"]),
			("70", ["20", "50"]),
			("50", ["50"]),
			("0.004", []),
			("-5", []),
		):
			parts = dues.open_parts(Decimal(outstanding), schedule, None)
			with self.subTest(outstanding):
				self.assertEqual([part.amount for part in parts], [Decimal(one) for one in expected])
		parts = dues.open_parts(Decimal(85), schedule, None)
		self.assertEqual(dues.overdue_amount(parts, Decimal(85), today), 35)

	def test_without_a_schedule_all_is_due_at_once(self):
		due = getdate("2026-03-01")
		self.assertEqual(dues.open_parts(Decimal(40), [], due), [dues.Part(due, Decimal(40))])
		self.assertEqual(dues.open_parts(Decimal(40), [], None), [])
