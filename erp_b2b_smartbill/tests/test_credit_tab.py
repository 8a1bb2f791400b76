"""The tab Credit over known books: every figure is what follows from the documents, and what ERPNext says of them."""

from collections import defaultdict
from copy import deepcopy
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any
from unittest import mock

import frappe
from erpnext.accounts.party import get_dashboard_info
from erpnext.selling.doctype.customer.customer import get_credit_limit, get_customer_outstanding
from frappe.utils import add_months, getdate, nowdate

from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.overview import ageing, credit_tab, ledger, receivables, tabs
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.exceptions import NotReady
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import books, factories
from erp_b2b_smartbill.tests.compat import MadeOnceTestCase, number_of_queries
from erp_b2b_smartbill.tests.test_invoices import InvoicesCase

CENT = 0.01 + 1e-9


class TabCase(MadeOnceTestCase):
	made: books.Books

	@classmethod
	def make_once(cls) -> None:
		frappe.db.set_single_value("B2B Settings", OVERVIEW, 1)
		cls.made = books.make()

	def setUp(self) -> None:
		super().setUp()
		self.books = deepcopy(self.made)
		self.customer = self.books.customer

	def scope(self, company: str | None = None, *, group: bool = False) -> scopes.Scope:
		return scopes.of(self.customer, company or self.books.company, include_children=group)

	def show(self, company: str | None = None, *, group: bool = False) -> dict[str, Any]:
		return credit_tab.show(self.scope(company, group=group))

	def customers(self, *, group: bool) -> tuple[str, ...]:
		return (self.customer, self.books.child) if group else (self.customer,)

	def give(self, limit: float, customer: str | None = None, company: str | None = None) -> None:
		doc = frappe.get_doc("Customer", customer or self.customer)
		doc.append("credit_limits", {"company": company or self.books.company, "credit_limit": limit})
		doc.save()


class TestLimits(TabCase):
	def test_each_company_has_erpnexts_limit_and_use_and_the_parts_add_up(self):
		self.give(9000)
		self.give(5000, company=self.books.second)
		rows = {row["company"]: row for row in self.show()["companies"]}
		self.assertEqual(next(iter(rows)), self.books.company)
		self.assertLessEqual({self.books.company, self.books.second}, set(rows))
		for company, row in rows.items():
			used = get_customer_outstanding(self.customer, company)
			with self.subTest(company):
				self.assertEqual(row["limit"], get_credit_limit(self.customer, company) or None)
				self.assertAlmostEqual(row["used"], used, delta=CENT)
				self.assertAlmostEqual(
					row["ledger"] + row["orders"] + row["deliveries"], row["used"], places=6
				)
				if row["limit"]:
					self.assertAlmostEqual(row["available"], row["limit"] - used, delta=CENT)
					self.assertAlmostEqual(row["share"], used / row["limit"] * 100, delta=0.06)

	def test_the_parts_are_what_the_documents_say(self):
		row = self.show()["companies"][0]
		ordered = sum(
			(one.total - one.billed for one in self.books.orders if one.state == "submitted"), Decimal(0)
		)
		delivered = sum((one.total for one in self.books.deliveries), Decimal(0))
		self.assertAlmostEqual(row["orders"], float(ordered), delta=CENT)
		self.assertAlmostEqual(row["deliveries"], float(delivered), delta=CENT)

	def test_whose_the_limit_is_is_said(self):
		group = frappe.get_doc(
			{
				"doctype": "Customer Group",
				"customer_group_name": f"Grup {frappe.generate_hash(length=8)}",
				"parent_customer_group": "All Customer Groups",
			}
		).insert()
		frappe.db.set_value("Customer", self.customer, "customer_group", group.name)
		frappe.db.set_value("Company", self.books.company, "credit_limit", 300)
		frappe.clear_document_cache("Company", self.books.company)
		self.addCleanup(frappe.clear_document_cache, "Company", self.books.company)

		def said() -> tuple[float, str, Any]:
			row = self.show()["companies"][0]
			return row["limit"], row["source"], row["source_link"]["name"]

		self.assertEqual(said(), (300, "company", self.books.company))
		group.append("credit_limits", {"company": self.books.company, "credit_limit": 200})
		group.save()
		self.assertEqual(said(), (200, "customer_group", group.name))
		self.assertTrue(self.show()["companies"][0]["is_over_limit"])
		self.give(90_000)
		self.assertEqual(said(), (90_000, "customer", self.customer))

	def test_without_any_limit_nothing_is_available_and_no_share_is_said(self):
		row = self.show()["companies"][0]
		self.assertEqual(
			(row["limit"], row["available"], row["share"], row["source"], row["is_over_limit"]),
			(None, None, None, None, False),
		)

	def test_the_group_of_companies_is_listed_when_it_is_asked_for(self):
		self.assertEqual(self.show()["members"], {"rows": [], "total": 0})
		(row,) = self.show(group=True)["members"]["rows"]
		self.assertEqual(row["customer"], self.books.child)
		self.assertAlmostEqual(
			row["used"], get_customer_outstanding(self.books.child, self.books.company), delta=CENT
		)

	def test_the_headroom_of_a_document_is_the_same(self):
		self.give(9000)
		shown, found = self.show(), credit_tab.headroom(self.scope())
		row = shown["companies"][0]
		for field in ("limit", "used", "available", "currency", "is_over_limit"):
			self.assertEqual(found[field], row[field])


class TestSmartBill(InvoicesCase):
	def test_its_invoices_are_used_where_the_account_says_so_in_a_line_of_their_own(self):
		self.smartbill_invoice("121", **self.followed("121", "21"))
		before = credit_tab.show(self.scope())["companies"][0]
		self.assertIsNone(before["smartbill"])
		self.assertIsNone(before["links"]["smartbill"])
		factories.smartbill_account("http://127.0.0.1:1", mode="Off", counts_in_credit=1)
		doc = frappe.get_doc("Customer", self.books.customer)
		limit = before["used"] + 50
		doc.append("credit_limits", {"company": self.books.company, "credit_limit": limit})
		doc.save()
		after = credit_tab.show(self.scope())["companies"][0]
		self.assertEqual((after["smartbill"], after["is_over_limit"]), (100, True))
		self.assertAlmostEqual(after["used"], before["used"] + 100, places=6)
		self.assertAlmostEqual(after["available"], -50, places=6)
		self.assertAlmostEqual(
			after["ledger"] + after["orders"] + after["deliveries"] + after["smartbill"],
			after["used"],
			places=6,
		)
		found = credit_tab.headroom(self.scope())
		self.assertEqual((found["used"], found["available"]), (after["used"], after["available"]))


class TestAgeing(TabCase):
	def expected(self, company: str, *, group: bool) -> tuple[dict[str, Decimal], Decimal]:
		"""By the days of what was asked for: (buckets, credit notes)."""
		sums: dict[str, Decimal] = defaultdict(Decimal)
		credit_notes = Decimal(0)
		for invoice in self.books.submitted(self.customers(group=group), company):
			amount = self.books.base_open_amount(invoice)
			if amount < 0:
				credit_notes += amount
				continue
			rate = amount / self.books.open_amount(invoice) if amount else Decimal(1)
			paid = invoice.account_total - self.books.open_amount(invoice)
			for due, percent in invoice.due:
				part = books.money(invoice.account_total * percent / 100)
				settled = min(paid, part)
				paid -= settled
				days = (getdate(nowdate()) - due).days
				key = next(bucket.key for bucket in ageing.BUCKETS if bucket.holds(days))
				sums[key] += (part - settled) * rate
		return sums, credit_notes

	def test_buckets_are_what_follows_from_the_documents(self):
		for company in (self.books.company, self.books.second):
			for group in (False, True):
				shown = self.show(company, group=group)["ageing"]
				sums, credit_notes = self.expected(company, group=group)
				with self.subTest(company, group=group):
					for bucket in shown["buckets"]:
						self.assertAlmostEqual(
							bucket["amount"], float(sums[bucket["key"]]), delta=CENT, msg=bucket
						)
					self.assertAlmostEqual(shown["credit_notes"], float(credit_notes), delta=CENT)
					self.assertAlmostEqual(
						shown["overdue"],
						float(sum(amount for key, amount in sums.items() if key != "not_due")),
						delta=CENT,
					)

	def test_buckets_are_those_of_erpnexts_accounts_receivable(self):
		if not frappe.db.exists("Report", "Accounts Receivable"):
			self.skipTest("the site has no report Accounts Receivable")
		from erpnext.accounts.report.accounts_receivable.accounts_receivable import execute

		in_lei = {one.name for one in self.books.invoices if one.currency == books.COMPANY_CURRENCY}
		for company in (self.books.company, self.books.second):
			filters = {
				"company": company,
				"report_date": nowdate(),
				"ageing_based_on": "Due Date",
				"party_type": "Customer",
				"party": [self.customer],
				"range": "30, 60, 90",
			}
			whole = execute(frappe._dict(filters))[1]
			by_terms = execute(frappe._dict(filters, based_on_payment_terms=1))[1]
			# by terms it takes an invoice in euros on an account in lei for one in lei
			rows = [row for row in by_terms if row.voucher_no in in_lei]
			rows += [
				row for row in whole if row.voucher_type == "Sales Invoice" and row.voucher_no not in in_lei
			]
			sums: dict[str, float] = defaultdict(float)
			for row in rows:
				if row.outstanding > 0:
					days = (getdate(nowdate()) - getdate(row.due_date or row.posting_date)).days
					sums[next(bucket.key for bucket in ageing.BUCKETS if bucket.holds(days))] += (
						row.outstanding
					)
			of_invoices = sum(row.outstanding for row in whole if row.voucher_type == "Sales Invoice")
			shown = self.show(company)["ageing"]
			with self.subTest(company):
				for bucket in shown["buckets"]:
					self.assertAlmostEqual(bucket["amount"], sums[bucket["key"]], delta=CENT, msg=bucket)
				self.assertAlmostEqual(shown["total"], of_invoices, delta=CENT)
				self.assertAlmostEqual(shown["balance"], sum(row.outstanding for row in whole), delta=CENT)

	def test_what_is_on_invoices_and_what_is_elsewhere_is_the_balance_that_erpnext_shows(self):
		unpaid = {
			row["company"]: row["total_unpaid"] for row in get_dashboard_info("Customer", self.customer)
		}
		for company in (self.books.company, self.books.second):
			shown = self.show(company)["ageing"]
			self.assertAlmostEqual(shown["total"] + shown["elsewhere"], shown["balance"], places=6)
		# of an account in euros ERPNext shows euros there
		self.assertAlmostEqual(self.show()["ageing"]["balance"], unpaid[self.books.company], delta=CENT)
		self.assertAlmostEqual(self.show()["ageing"]["elsewhere"], -150, delta=CENT)

	def test_the_oldest_overdue_is_named_with_its_days_and_what_is_open_of_it(self):
		shown = self.show()["oldest_overdue"]
		late = [one for one in self.books.submitted() if self.books.overdue_amount(one) > 0]
		oldest = min(late, key=lambda one: (one.due[0][0], one.name))
		self.assertEqual(
			(shown["name"], shown["days"]), (oldest.name, (getdate(nowdate()) - oldest.due[0][0]).days)
		)
		self.assertAlmostEqual(shown["amount"], float(self.books.base_open_amount(oldest)), delta=CENT)

	def test_of_two_that_are_due_on_one_day_one_is_named_with_its_own_amount(self):
		first = self.books.invoice([(1, "10")], posted=-300, due=-290)
		self.books.invoice([(1, "20")], posted=-300, due=-290)
		shown = self.show()["oldest_overdue"]
		self.assertEqual((shown["name"], shown["days"]), (first.name, 290))
		self.assertAlmostEqual(shown["amount"], 12.1)

	def test_what_is_due_today_is_not_overdue(self):
		before = self.show()["ageing"]
		self.books.invoice([(1, "10")], posted=-10, due=0)
		after = self.show()["ageing"]
		self.assertEqual(before["overdue"], after["overdue"])
		self.assertAlmostEqual(after["buckets"][0]["amount"] - before["buckets"][0]["amount"], 12.1)


class TestALargeGroup(TabCase):
	def test_a_group_larger_than_is_summed_up_is_refused_not_cut(self):
		self.books.new_customer(b2b_parent_customer=self.customer)
		with mock.patch.object(scopes, "MAX_CHILDREN", 2):
			self.assertEqual(len(self.scope(group=True).customers), 3)
		with mock.patch.object(scopes, "MAX_CHILDREN", 1):
			self.assertEqual(self.scope().customers, (self.customer,))
			with self.assertRaises(NotReady) as refused:
				self.scope(group=True)
		self.assertEqual(refused.exception.problems[0]["field"], "include_children")


class TestManyInstalments(TabCase):
	def test_more_than_can_be_read_at_once_are_no_figure_rather_than_a_wrong_one(self):
		with mock.patch.object(receivables, "MAX_RECEIVABLES", 1), self.assertRaises(frappe.ValidationError):
			self.show()


class TestDaysToPay(TabCase):
	def paid(self) -> list[int]:
		"""Days of each invoice that was settled by payments, the last of them in the last 12 months."""
		since = getdate(add_months(nowdate(), -12))
		found = []
		for invoice in self.books.submitted():
			last: list[date] = [
				one.posted
				for one in self.books.payments
				if invoice.name in one.settles and one.state == "submitted"
			]
			if last and not invoice.is_return and self.books.open_amount(invoice) == 0 and max(last) >= since:
				found.append(max((max(last) - invoice.posted).days, 0))
		return found

	def assert_average(self) -> None:
		shown, expected = self.show()["days_to_pay"], self.paid()
		self.assertEqual(shown["invoices"], len(expected))
		self.assertAlmostEqual(shown["average"], sum(expected) / len(expected), delta=0.05)

	def test_it_is_from_the_invoice_to_its_last_payment(self):
		self.assertEqual(self.paid(), [100])
		self.assert_average()

	def test_what_is_open_or_was_settled_by_a_credit_note_does_not_count(self):
		for days, total in ((-30, "121"), (-50, "121"), (-20, "60")):
			invoice = self.books.invoice([(1, "100")], posted=days, due=days + 10)
			self.books.pay(invoice, total, posted=-12)
		credited = self.books.invoice([(1, "100")], posted=-29, due=-9)
		self.books.credit_note([(-1, "100")], posted=-3, against=credited, reduces=True)
		self.assertEqual(sorted(self.paid()), [18, 38, 100])
		self.assert_average()

	def test_what_was_paid_before_it_was_invoiced_was_paid_in_no_days(self):
		invoice = self.books.invoice([(1, "100")], posted=-5, due=5)
		self.books.pay(invoice, "121", posted=-30)
		self.assertEqual(sorted(self.paid()), [0, 100])
		self.assert_average()

	def test_a_customer_that_never_paid_has_no_average(self):
		self.customer = self.books.stranger
		shown = self.show()["days_to_pay"]
		self.assertEqual((shown["average"], shown["invoices"]), (None, 0))


class TestLedger(TabCase):
	def pages(self, company: str | None = None) -> list[dict[str, Any]]:
		start, found = 0, []
		while start is not None:
			found.append(ledger.page(self.scope(company), start))
			start = found[-1]["next"]
		return found

	def test_balances_run_down_from_the_sum_of_all_to_the_first_entry(self):
		for _number in range(12):
			self.books.invoice([(1, "10.07")], posted=-3, due=4)
		for company in (self.books.company, self.books.second):
			pages = self.pages(company)
			rows = [row for page in pages for row in page["rows"]]
			with self.subTest(company):
				self.assertEqual({page["total"] for page in pages}, {len(rows)})
				self.assertEqual({len(page["rows"]) for page in pages[:-1]} - {ledger.PAGE}, set())
				self.assertEqual(pages[0]["balance"], rows[0]["balance"])
				for newer, older in pairwise(rows):
					self.assertGreaterEqual(newer["posting_date"], older["posting_date"])
					self.assertAlmostEqual(
						newer["balance"], older["balance"] + newer["debit"] - newer["credit"], delta=0.001
					)
				self.assertAlmostEqual(rows[-1]["balance"], rows[-1]["debit"] - rows[-1]["credit"], places=2)
		self.assertGreater(len(self.pages()), 1)

	def test_the_newest_balance_is_erpnexts(self):
		for company in (self.books.company, self.books.second):
			self.assertAlmostEqual(
				ledger.page(self.scope(company))["balance"],
				credit.in_detail([self.customer], [company])[self.customer, company].ledger,
				places=6,
			)

	def test_entries_on_an_account_in_another_currency_say_both_amounts(self):
		rows = ledger.page(self.scope(self.books.second))["rows"]
		self.assertEqual({row["in_account_currency"]["currency"] for row in rows}, {"EUR"})
		self.assertEqual({row["in_account_currency"] for row in ledger.page(self.scope())["rows"]}, {None})

	def test_what_was_cancelled_is_not_there(self):
		vouchers = {row["voucher"] for page in self.pages() for row in page["rows"]}
		gone = {one.name for one in [*self.books.invoices, *self.books.payments] if one.state != "submitted"}
		self.assertEqual(vouchers & gone, set())

	def test_an_empty_ledger_is_an_empty_page(self):
		self.customer = self.books.new_customer()
		page = ledger.page(self.scope())
		self.assertEqual((page["rows"], page["total"], page["balance"], page["next"]), ([], 0, 0, None))


class TestHistory(TabCase):
	def test_it_has_every_change_newest_first_with_before_and_after(self):
		self.give(90_000)
		doc = frappe.get_doc("Customer", self.customer)
		doc.credit_limits[0].credit_limit = 95_000
		doc.flags.credit_reason = "Volum peste plan"
		doc.save()
		shown = self.show()["history"]
		self.assertEqual(
			[(row["before"], row["after"], row["reason"]) for row in shown["rows"]],
			[(90_000, 95_000, "Volum peste plan"), (None, 90_000, None)],
		)
		self.assertEqual((shown["total"], shown["rows"][0]["company"]), (2, self.books.company))


class TestWhoSees(TabCase):
	def only(self, user: str, company: str) -> None:
		frappe.get_doc(
			{"doctype": "User Permission", "user": user, "allow": "Company", "for_value": company}
		).insert()

	def test_a_user_of_one_company_sees_nothing_of_another(self):
		self.give(9000)
		self.give(7000, company=self.books.second)
		# with a limit in a company that he may not read, Frappe does not let him read the Customer
		doc = frappe.get_doc("Customer", self.customer)
		doc.set("credit_limits", [row for row in doc.credit_limits if row.company == self.books.second])
		doc.save()
		self.assertEqual(len(self.show()["history"]["rows"]), 3)
		user = factories.user("Accounts User", "Sales User")
		self.only(user, self.books.second)
		with self.as_user(user):
			shown = credit_tab.show(scopes.of(self.customer))
		self.assertEqual([row["company"] for row in shown["companies"]], [self.books.second])
		self.assertEqual({row["company"] for row in shown["history"]["rows"]}, {self.books.second})
		self.assertEqual((len(shown["history"]["rows"]), shown["history"]["total"]), (1, 1))
		self.assertNotIn(self.books.company, frappe.as_json(shown))

	def test_who_may_not_see_credit_gets_no_figure(self):
		with self.as_user(factories.user("Sales User")):
			shown = tabs.of(self.scope(), ["credit"])
		self.assertEqual(shown["tabs"]["credit"]["error"]["code"], "not_allowed")
		self.assertIsNone(shown["counts"]["credit"])

	def test_what_the_user_may_not_list_is_in_no_figure_but_the_limit_and_what_is_used(self):
		self.give(9000)
		whole = self.show()
		invoice = next(one for one in self.books.submitted() if self.books.overdue_amount(one) > 0)
		center = frappe.db.get_value("Company", self.books.company, "cost_center")
		above = frappe.db.get_value("Cost Center", center, "parent_cost_center")
		other = frappe.get_doc(
			{
				"doctype": "Cost Center",
				"cost_center_name": f"Punct {frappe.generate_hash(length=6)}",
				"company": self.books.company,
				"parent_cost_center": above,
			}
		).insert()
		for doctype, one in (("Sales Invoice", "name"), ("GL Entry", "voucher_no")):
			frappe.db.set_value(doctype, {"company": self.books.company}, "cost_center", center)
			frappe.db.set_value(doctype, {one: invoice.name}, "cost_center", other.name)
		user = factories.user("Accounts User", "Sales User")
		for doctype in ("Sales Invoice", "GL Entry"):
			frappe.get_doc(
				{
					"doctype": "User Permission",
					"user": user,
					"allow": "Cost Center",
					"for_value": other.name,
					"applicable_for": doctype,
					"apply_to_all_doctypes": 0,
				}
			).insert()
		with self.as_user(user):
			shown = self.show()
			theirs = {"party": self.customer, "company": self.books.company, "is_cancelled": 0}
			listed = frappe.get_list("GL Entry", theirs, pluck="voucher_no")
		self.assertEqual({row["voucher"] for row in shown["ledger"]["rows"]}, set(listed))
		self.assertEqual(set(listed), {invoice.name})
		self.assertAlmostEqual(
			shown["ageing"]["overdue"], float(self.books.overdue_amount(invoice)), delta=CENT
		)
		self.assertEqual(shown["oldest_overdue"]["name"], invoice.name)
		self.assertEqual(shown["days_to_pay"]["invoices"], 0)
		for figure in ("limit", "used", "available", "ledger"):
			self.assertEqual(shown["companies"][0][figure], whole["companies"][0][figure])

	def test_who_may_not_read_invoices_gets_no_way_to_them(self):
		user = factories.user("B2B Sales", "Stock User")
		with self.as_user(user):
			shown = self.show()
		self.assertIsNone(shown["oldest_overdue"]["link"])
		self.assertIsNone(shown["ageing"]["list"])
		self.assertEqual({row["link"] for row in shown["ledger"]["rows"]}, {None})


class TestHowMuch(TabCase):
	def queries(self, work: Any) -> int:
		work()
		return number_of_queries(work)

	def test_the_number_of_queries_does_not_depend_on_how_much_there_is(self):
		self.give(90_000)
		scope = self.scope(group=True)
		few = self.queries(lambda: credit_tab.show(scope)), self.queries(lambda: credit_tab.headroom(scope))
		for number in range(25):
			invoice = self.books.invoice([(1, "10")], posted=-number - 5, due=((-number, 50), (9, 50)))
			if number % 3 == 0:
				self.books.pay(invoice, "12.10", posted=-1)
			doc = frappe.get_doc("Customer", self.customer)
			doc.credit_limits[0].credit_limit += 1
			doc.save()
		many = self.queries(lambda: credit_tab.show(scope)), self.queries(lambda: credit_tab.headroom(scope))
		self.assertEqual(few, many)
		self.assertLessEqual(many[1], 9, many)
		self.assertLessEqual(many[0], 28, many)
