"""The tab Commercial: every figure is what ERPNext makes of it, and says where it comes from."""

from typing import Any

import frappe
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal
from erp_b2b_smartbill.customers.overview import commercial
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.customers.pricing import rule
from erp_b2b_smartbill.customers.pricing.change import change_tier
from erp_b2b_smartbill.exceptions import NotAllowed, NotFound, NotReady
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import number_of_queries
from erp_b2b_smartbill.tests.tier_case import TierCase


class CommercialCase(TierCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_single_value("Selling Settings", "selling_price_list", factories.PRICE_LIST)
		frappe.clear_document_cache("Selling Settings", "Selling Settings")

	def show(self, customer: Any) -> dict[str, Any]:
		return commercial.show(scopes.of(customer.name, self.company))

	def everywhere(self, discount: float = 5, **values: Any) -> Any:
		"""A rule of the shop's on all items."""
		return self.shop_rule(discount, item_groups=[{"item_group": "All Item Groups"}], **values)


class TestTheDiscountThatIsShown(CommercialCase):
	def assert_as_quoted(self, customer: Any, expected: float | None, source: str) -> dict[str, Any]:
		"""The percentage that is shown, and that an item without a rule of its own gets in a Quotation."""
		shown = self.show(customer)["discount"]
		self.assertEqual((shown["percent"], shown["source"]), (expected, source))
		doc = self.quotation(
			customer, self.item(item_group=self.group("Item Group", "All Item Groups"), brand=None)
		)
		if expected is not None:
			self.assertAlmostEqual(doc.items[0].rate, 100 - expected)
		self.assertEqual(
			{row.pricing_rule for row in doc.pricing_rules}, {row["name"] for row in shown["rules"]}
		)
		return shown

	def test_it_is_the_tiers(self):
		tier = self.tier(12.5)
		shown = self.assert_as_quoted(self.customer(tier), 12.5, "tier")
		self.assertEqual(shown["link"], {"doctype": "B2B Tier", "name": tier.name})

	def test_without_a_tier_there_is_none(self):
		self.tier(12)
		self.assert_as_quoted(self.customer(), 0, "none")

	def test_a_disabled_tier_gives_nothing_and_that_is_said(self):
		tier = self.tier(12)
		customer = self.customer(tier)
		tier.disabled = 1
		tier.save()
		self.assert_as_quoted(customer, 0, "none")
		self.assertIn("is disabled", " ".join(self.show(customer)["notices"]))

	def test_a_rule_of_the_shop_on_everything_that_goes_before_is_what_counts(self):
		customer = self.customer(self.tier(12))
		shops = self.everywhere(5, priority="9")
		shown = self.assert_as_quoted(customer, 5, "rule")
		self.assertEqual(shown["rules"][0]["name"], shops.name)
		self.assertIn("goes before", " ".join(self.show(customer)["notices"]))

	def test_a_rule_of_the_shop_that_gives_way_does_not_count(self):
		self.everywhere(5)
		self.assert_as_quoted(self.customer(self.tier(12)), 12, "tier")
		self.assert_as_quoted(self.customer(), 5, "rule")

	def test_rules_that_add_up_are_added_up(self):
		self.everywhere(5, apply_multiple_pricing_rules=1)
		self.assert_as_quoted(self.customer(self.tier(12)), 17, "several")

	def test_a_rule_for_the_group_above_the_customers_is_found(self):
		parent = self.insert(
			"Customer Group",
			customer_group_name=self.unique("Grupa"),
			parent_customer_group="All Customer Groups",
			is_group=1,
		).name
		customer = self.customer(customer_group=self.group("Customer Group", parent))
		self.everywhere(7, applicable_for="Customer Group", customer_group=parent)
		self.assert_as_quoted(customer, 7, "rule")

	def test_rules_from_some_quantity_or_amount_on_are_not_general(self):
		self.everywhere(5, min_qty=10)
		self.everywhere(5, min_amt=1000)
		self.assert_as_quoted(self.customer(), 0, "none")

	def test_a_fixed_price_is_no_percentage(self):
		self.everywhere(rate_or_discount="Rate", rate=80, discount_percentage=0)
		shown = self.assert_as_quoted(self.customer(), None, "rule")
		self.assertEqual(shown["rules"][0]["gives"]["value"], 80)

	def test_two_rules_that_collide_are_said_to(self):
		customer = self.customer(self.tier(12))
		self.everywhere(5, priority="1")
		shown = self.show(customer)["discount"]
		self.assertEqual((shown["percent"], shown["source"]), (None, "refused"))
		self.assertEqual(
			frappe.message_log[-1:], [row for row in frappe.message_log[-1:] if "Multiple" not in str(row)]
		)


class TestTheOtherTerms(CommercialCase):
	def test_every_rule_for_the_customer_says_why_what_and_until_when(self):
		tier = self.tier(12)
		customer, other = self.customer(tier), self.customer()
		upto = add_days(nowdate(), 30)
		own = self.shop_rule(3, applicable_for="Customer", customer=customer.name, valid_upto=upto)
		group = self.shop_rule(4, applicable_for="Customer Group", customer_group=customer.customer_group)
		everybody = self.shop_rule(5, on="Brand", priority="9", min_qty=10)
		self.shop_rule(6, applicable_for="Customer", customer=other.name)
		self.shop_rule(7, disable=1)
		self.shop_rule(8, buying=1, selling=0)
		self.shop_rule(9, valid_from=add_days(nowdate(), -9), valid_upto=add_days(nowdate(), -1))
		self.tier(20)
		shown = self.show(customer)["rules"]
		rows = {row["name"]: row for row in shown["rows"]}
		self.assertEqual(list(rows)[:2], [self.rule_of(tier).name, own.name])
		self.assertEqual(set(rows), {self.rule_of(tier).name, own.name, group.name, everybody.name})
		self.assertEqual(shown["total"], 4)
		self.assertEqual(sorted(shown["list"]["filters"]["name"][1]), sorted(rows))
		self.assertEqual(
			(
				rows[own.name]["why"]["kind"],
				str(rows[own.name]["valid_upto"]),
				rows[own.name]["gives"]["value"],
			),
			("customer", upto, 3),
		)
		self.assertEqual(rows[group.name]["why"]["name"], customer.customer_group)
		self.assertEqual(rows[group.name]["stands"], "beaten")
		self.assertEqual(
			(
				rows[everybody.name]["on"]["names"],
				rows[everybody.name]["stands"],
				len(rows[everybody.name]["needs"]),
			),
			([self.brand], "before", 1),
		)
		self.assertTrue(rows[self.rule_of(tier).name]["is_tiers"])

	def test_the_price_list_and_the_payment_terms_say_whose_they_are(self):
		own = self.insert("Price List", price_list_name=self.unique("Lista"), currency="EUR", selling=1).name
		customer = self.customer()
		shown = self.show(customer)
		self.assertEqual(
			(shown["price_list"]["value"], shown["price_list"]["source"]), (factories.PRICE_LIST, "settings")
		)
		frappe.db.set_value("Customer Group", customer.customer_group, "default_price_list", own)
		shown = self.show(customer)
		self.assertEqual(
			(shown["price_list"]["value"], shown["price_list"]["source"]), (own, "customer_group")
		)
		self.assertEqual((shown["currency"]["value"], shown["currency"]["source"]), ("EUR", "price_list"))
		frappe.db.set_value("Customer", customer.name, {"default_price_list": factories.PRICE_LIST})
		self.assertEqual(self.show(customer)["price_list"]["source"], "customer")
		self.assertEqual(self.show(customer)["payment_terms"]["source"], "none")

	def test_terms_of_the_tier_that_the_customer_has_not_are_said(self):
		lists = self.insert(
			"Price List", price_list_name=self.unique("Lista"), currency="RON", selling=1
		).name
		customer = self.customer(self.tier(12, price_list=lists))
		self.assertIn(lists, " ".join(self.show(customer)["notices"]))
		frappe.db.set_value("Customer", customer.name, "default_price_list", lists)
		self.assertEqual(self.show(customer)["notices"], [])

	def test_prices_of_the_customers_own_are_listed_and_counted(self):
		customer, item = self.customer(), self.item()
		values = {"item_code": item.name, "price_list": factories.PRICE_LIST, "customer": customer.name}
		price = self.insert("Item Price", price_list_rate=77, **values)
		self.insert(
			"Item Price",
			price_list_rate=66,
			valid_from=add_days(nowdate(), -9),
			valid_upto=add_days(nowdate(), -1),
			**values,
		)
		shown = self.show(customer)["special_prices"]
		self.assertEqual((shown["total"], commercial.count(scopes.of(customer.name))), (1, 1))
		row = shown["rows"][0]
		self.assertEqual(
			(row["item_code"], row["rate"], row["is_in_use"]),
			(item.name, {"value": 77, "currency": "RON"}, True),
		)
		self.assertEqual(shown["list"]["filters"], {"name": ["in", [price.name]]})

	def test_who_may_not_read_pricing_rules_gets_no_way_to_them(self):
		customer = self.customer(self.tier(12))
		with self.as_user(factories.user("Sales User")):
			shown = self.show(customer)
		self.assertEqual(
			(shown["rules"]["total"], shown["rules"]["list"], shown["rules"]["rows"][0]["link"]),
			(1, None, None),
		)
		self.assertEqual((shown["discount"]["percent"], shown["tier"]["may_change"]), (12, False))

	def test_the_number_of_queries_does_not_depend_on_how_much_there_is(self):
		customer, item = self.customer(self.tier(12)), self.item()

		def queries() -> int:
			self.show(customer)
			return number_of_queries(lambda: self.show(customer))

		few = queries()
		for number in range(30):
			self.shop_rule(number, applicable_for="Customer", customer=customer.name)
			values = {"item_code": item.name, "price_list": factories.PRICE_LIST, "customer": customer.name}
			day = add_days(nowdate(), number)
			self.insert("Item Price", price_list_rate=number + 1, valid_from=day, valid_upto=day, **values)
		shown = self.show(customer)
		self.assertEqual((len(shown["rules"]["rows"]), shown["rules"]["total"]), (20, 31))
		self.assertEqual((len(shown["special_prices"]["rows"]), shown["special_prices"]["total"]), (20, 30))
		self.assertLessEqual(queries(), few)


class TestAnotherTier(CommercialCase):
	def test_it_changes_the_next_quotation_and_says_who_and_why(self):
		silver, gold, item = self.tier(5), self.tier(20), self.item()
		customer = self.customer(silver)
		self.assertEqual(self.price(self.quotation(customer, item))[0], 95)
		answer = change_tier(customer.name, gold.name, "Volum peste plan")
		self.assertEqual(
			(answer["tier"], answer["before"], answer["changed"]), (gold.name, silver.name, True)
		)
		self.assertEqual(self.price(self.quotation(customer, item))[0], 80)
		event = frappe.get_last_doc(
			"Business Event", {"event": audit.CUSTOMER_TIER_CHANGED, "reference_name": customer.name}
		)
		self.assertEqual((personal.reason(event), event.user), ("Volum peste plan", "Administrator"))
		self.assertEqual(self.show(customer)["tier"]["given"]["reason"], "Volum peste plan")

	def test_giving_the_same_again_records_nothing(self):
		gold = self.tier(20)
		customer = self.customer(gold)
		before = frappe.db.count("Business Event")
		self.assertFalse(change_tier(customer.name, gold.name, "Din nou")["changed"])
		self.assertEqual(frappe.db.count("Business Event"), before)

	def test_it_can_be_taken_away(self):
		customer, item = self.customer(self.tier(20)), self.item()
		change_tier(customer.name, None, "Contract încheiat")
		self.assertEqual(self.price(self.quotation(customer, item))[0], 100)

	def test_what_is_missing_is_said(self):
		customer, gold = self.customer(), self.tier(20)
		gone = self.tier(5, disabled=1)
		for tier, reason, field in (
			(gold.name, None, "reason"),
			("Nu e", "x", "tier"),
			(gone.name, "x", "tier"),
		):
			with self.assertRaises(NotReady) as refused:
				change_tier(customer.name, tier, reason)
			self.assertEqual(refused.exception.problems[0]["field"], field)

	def test_who_may_not_is_refused(self):
		customer, gold = self.customer(), self.tier(20)
		with self.as_user(factories.user("Sales User", "Sales Master Manager")):
			with self.assertRaises(frappe.PermissionError):
				change_tier(customer.name, gold.name, "x")
		with self.as_user(factories.user("B2B Manager", "Stock User")):
			# reads Customers, writes none
			with self.assertRaises(NotAllowed):
				change_tier(customer.name, gold.name, "x")
		with self.as_user(factories.user("B2B Manager")), self.assertRaises(NotFound):
			change_tier(customer.name, gold.name, "x")
		with self.as_user(factories.user("B2B Manager", "Sales Master Manager")):
			self.assertTrue(change_tier(customer.name, gold.name, "x")["changed"])


class TestAShopThatIsEmpty(CommercialCase):
	def test_nothing_is_shown_as_nothing(self):
		customer = self.customer()
		shown = self.show(customer)
		self.assertIsNone(shown["tier"])
		self.assertEqual((shown["rules"]["rows"], shown["rules"]["list"], shown["notices"]), ([], None, []))
		self.assertEqual(shown["special_prices"]["rows"], [])
		self.assertIsNotNone(rule.currency())

	def test_a_customer_without_a_group_has_no_other_groups_terms(self):
		customer = self.customer()
		own = self.insert("Price List", price_list_name=self.unique("Lista"), currency="EUR", selling=1).name
		frappe.db.set_value("Customer Group", {"is_group": 0}, "default_price_list", own)
		frappe.db.set_value("Customer", customer.name, {"customer_group": None, "territory": None})
		shown = self.show(customer)
		self.assertEqual((shown["price_list"]["source"], shown["discount"]["source"]), ("settings", "none"))
