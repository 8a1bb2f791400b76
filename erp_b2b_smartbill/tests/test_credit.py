"""Credit and discount of many customers at once: ERPNext's own figures, in a number of queries that does not grow."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import frappe
from erpnext.selling.doctype.customer.customer import get_credit_limit, get_customer_outstanding
from frappe.utils import getdate, nowdate

from erp_b2b_smartbill import permissions
from erp_b2b_smartbill.customers import credit, discount
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import ServerTestCase, number_of_queries

# what rounding to the currency may change
HALF_A_CENT = 0.005 + 1e-9


class CreditTestCase(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.company = factories.company()
		self.set_limit_of_company(0)
		self.group_without_limit = self.group()

	def set_limit_of_company(self, limit: float) -> None:
		frappe.db.set_value("Company", self.company, "credit_limit", limit)
		frappe.clear_document_cache("Company", self.company)

	def customer(self, **values: Any) -> str:
		values = {"customer_group": self.group_without_limit, "tax_id": None, "address": None, **values}
		return factories.customer(**values).name

	def group(self, *limits: dict[str, Any]) -> str:
		return (
			frappe.get_doc(
				{
					"doctype": "Customer Group",
					"customer_group_name": f"Grup {frappe.generate_hash(length=8)}",
					"parent_customer_group": "All Customer Groups",
					"credit_limits": [{"company": self.company, **limit} for limit in limits],
				}
			)
			.insert()
			.name
		)

	def insert(self, doctype: str, **values: Any) -> str:
		"""A row as it stands in the database, whatever a form would say of it."""
		name = frappe.generate_hash(length=12)
		doc = frappe.get_doc({"doctype": doctype, "docstatus": 1, "company": self.company, **values})
		doc.name = name
		doc.db_insert()
		return name

	def ledger(self, customer: str, debit: float = 0, credit: float = 0, **values: Any) -> None:
		values = {"party_type": "Customer", "party": customer, "debit": debit, "credit": credit, **values}
		self.insert("GL Entry", **values)

	def order(self, customer: str, total: float, per_billed: float = 0, **values: Any) -> None:
		values = {"status": "To Deliver and Bill", "base_grand_total": total, **values}
		self.insert("Sales Order", customer=customer, per_billed=per_billed, **values)

	def delivery(
		self, customer: str, rows: list[dict[str, Any]], *, tax: float = 0.21, **values: Any
	) -> None:
		net = sum(row["amount"] for row in rows)
		totals = {"base_net_total": net, "base_grand_total": round(net * (1 + tax), 2)}
		values = {"status": "To Bill", "posting_date": nowdate(), **totals, **values}
		name = self.insert("Delivery Note", customer=customer, **values)
		for given in rows:
			row = {"parent": name, "parenttype": "Delivery Note", "parentfield": "items", **given}
			billed = row.pop("billed", [])
			row_name = self.insert("Delivery Note Item", **row)
			for amount, docstatus in billed:
				self.insert("Sales Invoice Item", dn_detail=row_name, amount=amount, docstatus=docstatus)

	def credit_of(self, customer: str) -> credit.Credit:
		return credit.of([customer], self.company)[customer]

	def assert_as_erpnext(self, customers: list[str]) -> None:
		found = credit.of(customers, self.company)
		self.assertEqual(set(found), set(customers))
		for name in customers:
			bypass = frappe.db.get_value(
				"Customer Credit Limit",
				{"parent": name, "parenttype": "Customer", "company": self.company},
				"bypass_credit_limit_check",
			)
			used = get_customer_outstanding(name, self.company, ignore_outstanding_sales_order=bool(bypass))
			limit = get_credit_limit(name, self.company)
			with self.subTest(name, used=used, limit=limit, bypass=bypass):
				self.assertEqual(found[name].limit, limit or None)
				self.assertLessEqual(abs(found[name].used - used), HALF_A_CENT)
				if limit:
					self.assertLessEqual(abs(found[name].available - (limit - used)), 2 * HALF_A_CENT)


class TestLimit(CreditTestCase):
	def test_without_a_limit_nothing_is_available_and_nothing_missing(self):
		customer = self.customer()
		self.ledger(customer, debit=70)
		self.assertEqual(self.credit_of(customer), credit.Credit(None, 70.0, None, "RON"))
		self.assertFalse(self.credit_of(customer).is_over_limit)

	def test_the_customers_limit_then_its_groups_then_the_companys(self):
		group = self.group({"credit_limit": 200})
		self.set_limit_of_company(300)
		own = {"company": self.company, "credit_limit": 100}
		limits = {
			100: self.customer(customer_group=group, credit_limits=[own]),
			200: self.customer(customer_group=group),
			300: self.customer(),
		}
		found = credit.of(list(limits.values()), self.company)
		self.assertEqual([found[name].limit for name in limits.values()], list(limits))

	def test_a_group_that_bypasses_the_check_has_no_limit_to_give(self):
		self.set_limit_of_company(300)
		group = self.group({"credit_limit": 200, "bypass_credit_limit_check": 1})
		self.assertEqual(self.credit_of(self.customer(customer_group=group)).limit, 300)

	def test_a_limit_of_another_company_does_not_count(self):
		other = {"company": "Another Company", "credit_limit": 100}
		customer = self.customer()
		self.insert("Customer Credit Limit", parent=customer, parenttype="Customer", **other)
		self.assertIsNone(self.credit_of(customer).limit)

	def test_what_reaches_the_limit_is_not_over_it(self):
		own = {"company": self.company, "credit_limit": 100}
		customer = self.customer(credit_limits=[own])
		self.ledger(customer, debit=100)
		self.assertEqual(
			(self.credit_of(customer).available, self.credit_of(customer).is_over_limit), (0, False)
		)
		self.ledger(customer, debit=0.01)
		self.assertEqual(
			(self.credit_of(customer).available, self.credit_of(customer).is_over_limit), (-0.01, True)
		)


class TestUsed(CreditTestCase):
	def test_the_ledgers_balance_counts_without_what_was_cancelled_or_is_somebody_elses(self):
		customer = self.customer()
		self.ledger(customer, debit=500)
		self.ledger(customer, credit=180.5)
		self.ledger(customer, debit=1000, is_cancelled=1)
		self.ledger(customer, debit=1000, party_type="Supplier")
		self.ledger(customer, debit=1000, company="Another Company")
		self.assertEqual(self.credit_of(customer).used, 319.5)
		self.assert_as_erpnext([customer])

	def test_an_order_counts_as_far_as_it_is_not_billed(self):
		customer = self.customer()
		self.order(customer, 1000, per_billed=40)
		self.order(customer, 1000, per_billed=100)
		self.order(customer, 1000, status="Closed")
		self.order(customer, 1000, docstatus=0)
		self.order(customer, 1000, docstatus=2)
		self.assertEqual(self.credit_of(customer).used, 600)
		self.assert_as_erpnext([customer])

	def test_orders_do_not_count_where_they_are_not_checked(self):
		own = {"company": self.company, "credit_limit": 100, "bypass_credit_limit_check": 1}
		customer = self.customer(credit_limits=[own])
		self.order(customer, 1000)
		self.ledger(customer, debit=30)
		self.assertEqual((self.credit_of(customer).used, self.credit_of(customer).available), (30, 70))
		self.assert_as_erpnext([customer])

	def test_a_delivery_counts_with_taxes_as_far_as_neither_ordered_nor_billed(self):
		customer = self.customer()
		self.delivery(
			customer,
			[
				{"amount": 100.0},
				{"amount": 100.0, "billed": [(30.0, 1), (10.0, 1), (60.0, 0), (60.0, 2)]},
				{"amount": 100.0, "billed": [(120.0, 1)]},
				{"amount": 100.0, "against_sales_order": "SO-1"},
				{"amount": 100.0, "against_sales_invoice": "SI-1"},
			],
		)
		self.assertEqual(self.credit_of(customer).used, 193.6)
		self.assert_as_erpnext([customer])

	def test_a_delivery_that_is_closed_free_or_not_submitted_does_not_count(self):
		customer = self.customer()
		self.delivery(customer, [{"amount": 100.0}], status="Closed")
		self.delivery(customer, [{"amount": 100.0}], docstatus=0)
		self.delivery(customer, [{"amount": 100.0}], docstatus=2)
		self.delivery(customer, [{"amount": 100.0}], base_net_total=0)
		self.assertEqual(self.credit_of(customer).used, 0)
		self.assert_as_erpnext([customer])


class TestMany(CreditTestCase):
	def test_random_books_give_what_erpnext_gives_one_by_one(self):
		for seed in range(6):
			chance = random.Random(seed)
			self.set_limit_of_company(chance.choice([0, 0, 5000]))
			self.assert_as_erpnext([name for name, _group in self.books(chance, 12)])

	def test_the_number_of_queries_is_the_same_for_one_and_for_many(self):
		customers = [name for name, _group in self.books(random.Random(7), 25)]
		credit.of(customers, self.company)
		counted = {
			len(names): number_of_queries(lambda names=names: credit.of(names, self.company))
			for names in (customers[:1], customers[:5], customers)
		}
		self.assertEqual(len(set(counted.values())), 1, counted)
		self.assertLessEqual(counted[25], 5)
		groups = dict.fromkeys(customers)
		self.assertEqual(number_of_queries(lambda: credit.of(groups, self.company)), counted[25] - 1)

	def test_a_group_that_is_known_already_is_not_looked_up(self):
		for group in ({"credit_limit": 300}, {"credit_limit": 0}):
			customer = self.customer(customer_group=self.group(group))
			name = frappe.db.get_value("Customer", customer, "customer_group")
			self.assertEqual(credit.of({customer: name}, self.company), credit.of([customer], self.company))

	def test_nobody_costs_nothing(self):
		self.assertEqual(number_of_queries(lambda: credit.of([], self.company)), 0)

	def test_who_does_not_exist_is_left_out(self):
		customer = self.customer()
		found = credit.of([customer, "No such customer", customer], self.company)
		self.assertEqual(list(found), [customer])
		self.assertEqual(credit.of(["No such customer"], self.company), {})

	def books(self, chance: random.Random, size: int) -> list[tuple[str, str]]:
		"""Customers with whatever can stand in the books; amounts with cents, in every state."""

		def money() -> float:
			return chance.choice([0.0, 0.01, 19.99, round(chance.uniform(1, 4000), 2)])

		groups = [
			self.group(),
			self.group({"credit_limit": money()}),
			self.group({"credit_limit": 900, "bypass_credit_limit_check": 1}),
		]
		made = []
		for _index in range(size):
			group = chance.choice(groups)
			own = {
				"company": self.company,
				"credit_limit": money(),
				"bypass_credit_limit_check": chance.randint(0, 1),
			}
			customer = self.customer(
				customer_group=group, credit_limits=[own] if chance.random() < 0.5 else []
			)
			made.append((customer, group))
			company = {"company": chance.choice([self.company] * 4 + ["Another Company"])}
			for _entry in range(chance.randint(0, 4)):
				self.ledger(customer, money(), money(), is_cancelled=chance.choice([0, 0, 0, 1]), **company)
			for _order in range(chance.randint(0, 3)):
				self.order(
					customer,
					money(),
					chance.choice([0, 33.333333, 99.999999, 100]),
					status=chance.choice(["To Deliver and Bill", "To Bill", "Closed", "Completed"]),
					docstatus=chance.choice([1, 1, 1, 0, 2]),
					**company,
				)
			for _delivery in range(chance.randint(0, 3)):
				self.delivery(
					customer,
					[self.delivered_row(chance, money) for _row in range(chance.randint(1, 4))],
					tax=chance.choice([0, 0.11, 0.21]),
					status=chance.choice(["To Bill", "To Bill", "Completed", "Closed"]),
					docstatus=chance.choice([1, 1, 1, 0, 2]),
					posting_date=getdate(nowdate()) - timedelta(days=chance.randint(0, 400)),
					**company,
				)
		return made

	def delivered_row(self, chance: random.Random, money: Callable[[], float]) -> dict[str, Any]:
		return {
			"amount": money() * chance.choice([1, 1, 1, -1]),
			"against_sales_order": chance.choice([None, "", None, "SO-1"]),
			"against_sales_invoice": chance.choice([None, "", None, "SI-1"]),
			"billed": [(money(), chance.choice([0, 1, 1, 2])) for _part in range(chance.randint(0, 3))],
		}


class TestWhoSees(CreditTestCase):
	def user(self, *roles: str) -> str:
		email = f"{frappe.generate_hash(length=10)}@example.com"
		user = frappe.get_doc(
			{"doctype": "User", "email": email, "first_name": "Ana", "send_welcome_email": 0}
		)
		user.append_roles(*roles)
		return user.insert().name

	def sees(self, *roles: str, company: str | None = None) -> bool:
		with self.as_user(self.user(*roles)):
			return credit.may_see(company)

	def test_who_sells_on_credit_or_keeps_the_books_sees_it(self):
		for role in permissions.CREDIT_READERS:
			with self.subTest(role):
				self.assertTrue(self.sees(role))

	def test_nobody_else_sees_it(self):
		for roles in (["Sales User"], ["Stock User", "Purchase User"], []):
			with self.subTest(roles):
				self.assertFalse(self.sees(*roles))

	def test_a_company_that_one_may_not_read_has_no_figures_for_one(self):
		self.assertTrue(self.sees("Sales Manager", "Sales User", company=self.company))
		self.assertFalse(self.sees("B2B Sales", company=self.company))

	def test_a_user_of_one_company_sees_that_ones_only(self):
		other = frappe.db.get_value("Company", {"name": ["!=", self.company]})
		if not other:
			self.skipTest("the site has one company")
		user = self.user("Accounts User")
		permission = {"doctype": "User Permission", "user": user, "allow": "Company", "for_value": other}
		frappe.get_doc(permission).insert()
		with self.as_user(user):
			self.assertTrue(credit.may_see(other))
			self.assertFalse(credit.may_see(self.company))


class TestDiscount(CreditTestCase):
	def tier(self, percentage: float, **values: Any) -> str:
		name = f"Tier {frappe.generate_hash(length=8)}"
		doc = {"doctype": "B2B Tier", "tier_name": name, "discount_percentage": percentage, **values}
		return frappe.get_doc(doc).insert().name

	def test_each_tier_gives_its_percentage(self):
		gold, plain = self.tier(12.5), self.tier(0)
		self.assertEqual(discount.of([gold, plain, None, gold, "No such tier"]), {gold: 12.5, plain: 0.0})

	def test_a_disabled_tier_gives_nothing(self):
		tier = self.tier(5)
		frappe.db.set_value("B2B Tier", tier, "disabled", 1)
		self.assertEqual(discount.of([tier]), {tier: 0.0})
