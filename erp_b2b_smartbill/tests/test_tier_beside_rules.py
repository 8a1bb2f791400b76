"""A tier's price beside the shop's own Pricing Rules of every kind: what ERPNext makes of both, and what is told."""

import itertools
from typing import Any
from unittest import mock

import frappe
from erpnext.accounts.doctype.pricing_rule.utils import MultiplePricingRuleConflict, get_pricing_rules
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill.customers.pricing import beside, rule, standing
from erp_b2b_smartbill.customers.pricing.standing import Standing
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.overrides import pricing_rule
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.tier_case import RULE, TierCase

SCOPES = ("Item Code", "Item Group", "Brand")
PRIORITIES = ("", "1", "2", "10")


class TestBesideTheShopsOwnRules(TierCase):
	def setUp(self) -> None:
		super().setUp()
		self.sold = self.item()
		self.nobody = self.customer()

	def price_or_conflict(self, customer: Any) -> float | str:
		"""What ERPNext makes of a Quotation."""
		try:
			return self.price(self.quotation(customer, self.sold))[0]
		except frappe.ValidationError as error:
			self.assertIsInstance(error, MultiplePricingRuleConflict)
			frappe.clear_messages()
			return "conflict"

	def shops(self, **values: Any) -> Any:
		return self.shop_rule(**values, item=self.sold.name)

	def drop(self, *docs: Any) -> None:
		"""A rule that a Quotation names cannot be deleted."""
		for doc in docs:
			frappe.db.set_value(RULE, doc.name, "disable", 1)

	def test_what_is_told_of_a_rule_is_what_a_quotation_makes_of_it(self):
		for priority in (1, 2):
			tier = self.tier(12, priority=priority)
			customer = self.customer(tier)
			tiers = standing.of_tier(priority, rule.currency())
			for on, given, multiple in itertools.product(SCOPES, PRIORITIES, (0, 1)):
				shops = self.shops(on=on, priority=given, apply_multiple_pricing_rules=multiple)
				stands = standing.stands(standing.of_row(shops.as_dict()), tiers)
				expected = {
					Standing.BEATEN: 88,
					Standing.BEFORE: 95,
					Standing.TOGETHER: 83,
					Standing.TIE: "conflict",
				}[stands]
				with self.subTest(tier=priority, on=on, priority=given, multiple=multiple):
					self.assertEqual(self.price_or_conflict(customer), expected)
					self.assertEqual(self.price_or_conflict(self.nobody), 95)
				self.drop(shops)

	def test_a_rule_for_the_customer_or_his_group_stands_like_one_for_everybody(self):
		customer = self.customer(self.tier(12))
		for who in (
			{"applicable_for": "Customer", "customer": customer.name},
			{"applicable_for": "Customer Group", "customer_group": customer.customer_group},
			{"applicable_for": "Territory", "territory": customer.territory},
		):
			for priority, expected in (("", 88), ("1", "conflict"), ("5", 95)):
				shops = self.shops(priority=priority, **who)
				with self.subTest(who=who, priority=priority):
					self.assertEqual(self.price_or_conflict(customer), expected)
				self.drop(shops)

	def test_a_rule_in_the_documents_currency_goes_before_one_in_another(self):
		tier = self.tier(12)
		customer = self.customer(tier)
		frappe.db.set_value(RULE, self.rule_of(tier).name, "currency", "EUR")
		tiers = standing.of_tier(1, "EUR")
		shops = self.shops(currency="RON")
		self.assertIs(standing.stands(standing.of_row(shops.as_dict()), tiers, "RON"), Standing.BEFORE)
		self.assertEqual(self.price_or_conflict(customer), 95)
		self.drop(shops)
		other = self.shops(currency="USD", priority="1")
		self.assertIs(standing.stands(standing.of_row(other.as_dict()), tiers, "RON"), Standing.TIE)
		self.assertEqual(self.price_or_conflict(customer), "conflict")

	def test_a_rule_for_the_documents_price_list_breaks_a_tie(self):
		tier = self.tier(12)
		customer = self.customer(tier)
		shops = self.shops(priority="1", for_price_list=factories.PRICE_LIST, currency="RON")
		tiers = standing.of_tier(1, self.rule_of(tier).currency)
		self.assertIs(standing.stands(standing.of_row(shops.as_dict()), tiers, "RON"), Standing.BEFORE)
		self.assertEqual(self.price_or_conflict(customer), 95)

	def test_a_discount_on_the_total_comes_besides(self):
		customer = self.customer(self.tier(12))
		self.shops(on="Transaction", discount=10, apply_discount_on="Net Total")
		doc = self.quotation(customer, self.sold)
		self.assertEqual((self.price(doc)[0], doc.net_total), (88, 158.4))

	def test_who_has_no_tier_pays_what_he_would_pay_without_any(self):
		"""Two rules of the shop at a time: tiers of the lowest priority never change which of the two he gets."""
		self.tier(12)
		self.tier(20)
		owned = frappe.get_all(RULE, {"b2b_tier": ["is", "set"], "disable": 0}, pluck="name")
		rules = [
			self.shops(disable=1, on=on, priority=priority, apply_multiple_pricing_rules=multiple).name
			for on, priority, multiple in itertools.product(SCOPES, ("", "1", "10"), (0, 1))
		]

		def found_with() -> dict[tuple[str, ...], Any]:
			return {pair: self.found_of(pair) for pair in itertools.combinations(rules, 2)}

		with_tiers = found_with()
		self.assertIn("conflict", with_tiers.values())
		for name in owned:
			frappe.db.set_value(RULE, name, "disable", 1)
		self.assertEqual(found_with(), with_tiers)

	def found_of(self, pair: tuple[str, ...]) -> list[str] | str:
		table = frappe.qb.DocType(RULE)
		frappe.qb.update(table).set(table.disable, 0).where(table.name.isin(pair)).run()
		try:
			return self.found(self.nobody)
		finally:
			frappe.qb.update(table).set(table.disable, 1).where(table.name.isin(pair)).run()

	def test_a_price_that_is_asked_for_without_a_document_is_no_tiers(self):
		"""As a web shop asks. A condition has nothing to be asked of, so ERPNext would take it as holding."""
		self.tier(12)
		self.assertFalse(get_pricing_rules(frappe._dict(self.asked(self.nobody))))

	def found(self, customer: Any) -> list[str] | str:
		"""What ERPNext chooses for a row, without making the document."""
		asked = frappe._dict(self.asked(customer), doctype="Quotation")
		try:
			return [row.name for row in get_pricing_rules(asked, self.unsaved(customer, self.sold)) or []]
		except MultiplePricingRuleConflict:
			frappe.clear_messages()
			return "conflict"

	def asked(self, customer: Any) -> dict[str, Any]:
		return {
			"transaction_type": "selling",
			"item_code": self.sold.name,
			"item_group": self.item_group,
			"brand": self.brand,
			"qty": 1,
			"stock_qty": 1,
			"price_list_rate": 100,
			"price_list": factories.PRICE_LIST,
			"currency": "RON",
			"company": self.company,
			"customer": customer.name,
			"customer_group": customer.customer_group,
			"territory": customer.territory,
			"transaction_date": nowdate(),
		}

	def test_what_is_free_or_the_discount_but_not_both_is_told(self):
		shops = self.shops(apply_multiple_pricing_rules=1)
		# ERPNext's stand-in makes none
		frappe.db.set_value(RULE, shops.name, "price_or_product_discount", "Product")
		frappe.clear_messages()
		tier = self.tier(12)
		found = beside.of_tiers([tier])[tier.name]
		self.assertEqual(list(found), [Standing.EITHER])
		told = frappe.as_json(frappe.message_log)
		self.assertIn(shops.name, told)
		self.assertIn("never both", told)

	def test_saving_a_tier_tells_which_rules_it_beats_and_ties_with(self):
		beaten = self.shops(priority="")
		tied = self.shops(priority="3")
		before = self.shops(priority="9")
		adds = self.shops(apply_multiple_pricing_rules=1)
		off = self.shops(disable=1)
		over = self.shops(valid_from=add_days(nowdate(), -9), valid_upto=add_days(nowdate(), -1))
		somebodys = self.shops(applicable_for="Customer", customer=self.nobody.name)
		frappe.clear_messages()
		tier = self.tier(12, priority=3)
		told = frappe.as_json(frappe.message_log)
		for shops, expected in (
			(beaten, True),
			(tied, True),
			(adds, True),
			(before, False),
			(off, False),
			(over, False),
			(somebodys, False),
		):
			self.assertEqual(shops.name in told, expected, shops.as_dict())
		self.assertEqual(
			{
				kind.value: [row.name for row in rows]
				for kind, rows in beside.of_tiers([tier])[tier.name].items()
			},
			{"beaten": [beaten.name], "tie": [tied.name], "before": [before.name], "together": [adds.name]},
		)
		# a change of something else tells nothing
		frappe.clear_messages()
		tier.description = "Altceva"
		tier.save()
		self.assertEqual(frappe.message_log, [])

	def test_saving_a_rule_that_ties_with_a_tier_is_told(self):
		tier = self.tier(12)
		frappe.clear_messages()
		shops = self.shops(priority="1")
		self.assertIn(tier.name, frappe.as_json(frappe.message_log))
		frappe.clear_messages()
		shops.priority = "2"
		shops.save()
		self.assertEqual(frappe.message_log, [])

	def test_switching_tiers_on_and_enabling_one_tells_the_same(self):
		tier, plain = self.tier(12), self.tier(0)
		tied = self.shops(priority="1")
		settings = frappe.get_doc("B2B Settings")
		settings.set(OVERVIEW, 0)
		settings.save()
		frappe.clear_messages()
		settings.set(OVERVIEW, 1)
		settings.save()
		told = frappe.as_json(frappe.message_log)
		self.assertIn(tied.name, told)
		self.assertIn(tier.name, told)
		self.assertNotIn(plain.name, told)
		for disabled, expected in ((1, False), (0, True)):
			frappe.clear_messages()
			tier.reload()
			tier.disabled = disabled
			tier.save()
			self.assertEqual(tied.name in frappe.as_json(frappe.message_log), expected)

	def test_a_shop_with_many_rules_is_told_of_ties_first_and_not_of_all(self):
		beaten = [self.shops(priority="").name for _number in range(4)]
		tied = self.shops(priority="3").name
		tier = self.tier(12, priority=3)
		with mock.patch.object(beside, "MAX_RULES", 3), mock.patch.object(beside, "MAX_NAMED", 1):
			found = beside.of_tiers([tier])[tier.name]
			self.assertEqual([row.name for row in found[Standing.TIE]], [tied])
			self.assertEqual([row.name for row in found[Standing.BEATEN]], beaten[:2])
			frappe.clear_messages()
			beside.tell([tier])
		told = frappe.as_json(frappe.message_log)
		self.assertIn("1 more", told)
		self.assertNotIn(beaten[1], told)

	def test_a_site_that_is_not_migrated_yet_has_no_ties(self):
		"""The code is new, the database not: the rules have no such column."""
		self.tier(12)
		shops = self.shops(priority="2")
		frappe.clear_messages()
		meta = shops.meta
		with mock.patch.object(type(meta), "has_field", lambda self, name: name != "b2b_tier"):
			with mock.patch.object(beside, "tiers_that_tie", side_effect=AssertionError("asked")):
				pricing_rule.tell_of_ties(shops)
		self.assertEqual(frappe.message_log, [])
