"""Prices and pricing rules, with the numbers measured on a bench."""

import json

import frappe
from erpnext.accounts.doctype.pricing_rule.pricing_rule import apply_pricing_rule
from erpnext.accounts.doctype.pricing_rule.utils import MultiplePricingRuleConflict
from erpnext.setup.utils import set_defaults_for_tests
from erpnext.stock.get_item_details import get_item_details
from frappe.cache_manager import clear_defaults_cache
from frappe.utils import add_days, nowdate
from standin import PRICE_LIST, StandinTestCase


class TestPricingRules(StandinTestCase):
	def rate(self, **values):
		return self.quotation(**values).items[0].rate

	def test_a_groups_twelve_percent_make_88(self):
		customer = self.customer(customer_group=self.group())
		rule = self.rule(applicable_for="Customer Group", customer_group=customer.customer_group)
		offer = self.quotation(party=customer)
		row = offer.items[0]
		self.assertEqual((row.rate, row.discount_percentage, row.price_list_rate), (88, 12, 100))
		self.assertEqual(json.loads(row.pricing_rules), [rule.name])
		self.assertEqual([applied.pricing_rule for applied in offer.pricing_rules], [rule.name])

	def test_a_header_discount_comes_on_top(self):
		self.rule()
		discount = {"additional_discount_percentage": 10, "apply_discount_on": "Net Total"}
		offer = self.quotation(taxes=[self.vat()], **discount)
		self.assertEqual((offer.items[0].rate, offer.items[0].net_rate, offer.net_total), (88, 79.2, 237.60))

	def test_a_rule_on_a_group_reaches_the_groups_below(self):
		parent = self.group(is_group=1)
		customer = self.customer(customer_group=self.group(parent))
		self.rule(applicable_for="Customer Group", customer_group=parent)
		self.assertEqual(self.rate(party=customer), 88)

	def test_a_rule_on_another_group_does_not_apply(self):
		self.rule(applicable_for="Customer Group", customer_group=self.group())
		self.assertEqual(self.rate(), 100)

	def test_a_rule_for_a_territory_reaches_those_below(self):
		self.rule(applicable_for="Territory", territory="All Territories")
		self.assertEqual(self.rate(), 88)

	def test_a_rule_for_a_customer_is_for_that_one(self):
		customer = self.customer()
		self.rule(applicable_for="Customer", customer=customer.name)
		self.assertEqual((self.rate(party=customer), self.rate()), (88, 100))

	def test_what_the_row_says_yields_to_the_rule(self):
		item = self.item().name
		self.rule()
		for given in ({"rate": 77.77}, {"discount_percentage": 20}):
			with self.subTest(given=given):
				row = self.quotation(rows=[{"item_code": item, "qty": 3, **given}]).items[0]
				self.assertEqual((row.rate, row.discount_percentage), (88, 12))

	def test_rules_ignored_leave_the_row_as_it_says(self):
		self.rule()
		rows = [{"item_code": self.item().name, "qty": 3, "discount_percentage": 5}]
		row = self.quotation(rows=rows, ignore_pricing_rule=1).items[0]
		self.assertEqual((row.rate, row.discount_amount), (95, 5))

	def test_who_asks_for_no_document_finds_rules_that_are_for_buying_too(self):
		item = self.item().name
		for buying, found in ((0, 0), (1, 12)):
			self.rule(buying=buying, discount_percentage=12, priority="2" if buying else "1")
			asked = {"items": [{"item_code": item}], "transaction_type": "selling", "company": self.company}
			(answer,) = apply_pricing_rule(json.dumps(asked))
			self.assertEqual(answer.get("discount_percentage", 0), found)

	def test_the_higher_priority_wins(self):
		self.rule(discount_percentage=12, priority="3")
		self.rule(discount_percentage=9, priority="10")
		self.assertEqual(self.rate(), 91)

	def test_a_priority_beats_none(self):
		self.rule(discount_percentage=12)
		self.rule(discount_percentage=9, priority="1")
		self.assertEqual(self.rate(), 91)

	def test_a_priority_marks_the_rule_as_having_one(self):
		self.assertEqual(self.rule(priority="4").has_priority, 1)

	def test_two_without_priority_are_a_conflict(self):
		self.rule(discount_percentage=12)
		self.rule(discount_percentage=9)
		with self.assertRaises(MultiplePricingRuleConflict):
			self.quotation()
		self.assertEqual(MultiplePricingRuleConflict.http_status_code, 417)

	def test_a_used_rule_cannot_be_deleted_but_disabled(self):
		rule = self.rule()
		self.quotation()
		with self.assertRaises(frappe.LinkExistsError):
			rule.delete()
		rule.disable = 1
		rule.save()
		self.assertEqual(self.rate(), 100)

	def test_an_unused_rule_can_be_deleted(self):
		rule = self.rule()
		rule.delete()
		self.assertFalse(frappe.db.exists("Pricing Rule", rule.name))

	def test_a_condition_is_asked_of_the_document(self):
		self.rule(condition="customer_group == 'Commercial'")
		self.assertEqual(self.rate(), 88)
		self.assertEqual(self.rate(party=self.customer(customer_group="Government")), 100)

	def test_a_condition_that_fails_does_not_hold(self):
		self.rule(condition="no_such_field > 1")
		self.assertEqual(self.rate(), 100)

	def test_a_condition_that_assigns_is_refused(self):
		with self.assertRaises(frappe.ValidationError):
			self.rule(condition="customer_group = 'Commercial'")

	def test_a_range_of_quantity_holds_at_its_ends(self):
		self.rule(min_qty=3, max_qty=5)
		self.assertEqual([self.rate(qty=qty) for qty in (2, 3, 5, 6)], [100, 88, 88, 100])

	def test_a_range_of_amount_is_of_the_row_before_the_discount(self):
		self.rule(min_amt=300)
		item = self.item().name
		rows = [[{"item_code": item, "qty": qty, "price_list_rate": 100}] for qty in (2, 3)]
		self.assertEqual([self.rate(rows=row) for row in rows], [100, 88])

	def test_a_row_without_a_price_of_its_own_has_no_amount_until_it_is_saved_again(self):
		"""A trap of ERPNext, measured: made by code and not saved again, the row misses the rule."""
		self.rule(min_amt=300)
		offer = self.quotation(qty=3)
		self.assertEqual(offer.items[0].rate, 100)
		offer.save()
		self.assertEqual(offer.items[0].rate, 88)

	def test_a_period_holds_from_its_first_to_its_last_day(self):
		self.rule(valid_from=nowdate(), valid_upto=nowdate())
		self.assertEqual(self.rate(), 88)

	def test_a_period_to_come_does_not_hold(self):
		self.rule(valid_from=add_days(nowdate(), 1))
		self.assertEqual(self.rate(), 100)

	def test_another_companys_rule_does_not_apply(self):
		other = frappe.db.get_value("Company", {"name": ["!=", self.company]})
		self.assertTrue(other, "the site has two companies")
		self.rule(company=other)
		self.assertEqual(self.rate(), 100)

	def test_a_discount_amount_is_a_unit(self):
		self.rule(rate_or_discount="Discount Amount", discount_amount=7.5)
		self.assertEqual(self.rate(), 92.5)

	def test_a_rate_takes_the_price_lists_place(self):
		self.rule(rate_or_discount="Rate", rate=64.99)
		row = self.quotation().items[0]
		self.assertEqual((row.rate, row.price_list_rate), (64.99, 64.99))

	def test_rules_meant_for_it_are_applied_together(self):
		self.rule(discount_percentage=5, apply_multiple_pricing_rules=1, priority="1")
		on_the_rest = {"apply_discount_on_rate": 1, "priority": "2"}
		self.rule(discount_percentage=10, apply_multiple_pricing_rules=1, **on_the_rest)
		self.assertEqual(self.rate(), 85.5)

	def test_a_rule_on_the_document_discounts_the_total(self):
		self.rule(
			apply_on="Transaction", item_groups=[], discount_percentage=4, apply_discount_on="Net Total"
		)
		offer = self.quotation()
		self.assertEqual((offer.additional_discount_percentage, offer.net_total), (4, 288))

	def test_a_free_item_is_refused_rather_than_forgotten(self):
		with self.assertRaises(frappe.ValidationError):
			self.rule(price_or_product_discount="Product")

	def test_a_rule_needs_what_it_is_for(self):
		for values in (
			{"item_groups": []},
			{"applicable_for": "Customer"},
			{"selling": 0},
			{"min_qty": 5, "max_qty": 2},
			{"valid_from": nowdate(), "valid_upto": add_days(nowdate(), -1)},
			{"rate_or_discount": ""},
		):
			with self.subTest(values=values), self.assertRaises(frappe.ValidationError):
				self.rule(**values)

	def test_a_coupons_rule_needs_the_coupon(self):
		rule = self.rule(coupon_code_based=1)
		coupon = self.insert(
			"Coupon Code",
			coupon_name="VARA26",
			coupon_type="Promotional",
			pricing_rule=rule.name,
			maximum_use=1,
		)
		self.assertEqual((self.rate(), self.rate(coupon_code=coupon.name)), (100, 88))


class TestAsking(StandinTestCase):
	"""What other code may ask without a document."""

	def args(self, **values):
		customer = self.customer()
		return {
			"doctype": "Quotation",
			"company": self.company,
			"customer": customer.name,
			"currency": "RON",
			"conversion_rate": 1,
			"price_list": PRICE_LIST,
			"selling_price_list": PRICE_LIST,
			"price_list_currency": "RON",
			"plc_conversion_rate": 1,
			"transaction_date": nowdate(),
			**values,
		}

	def test_the_details_of_an_item(self):
		self.rule()
		details = get_item_details(self.args(item_code=self.item(40).name, qty=2))
		self.assertEqual((details.price_list_rate, details.uom, details.stock_qty), (40, "Nos", 2))
		self.assertEqual((details.discount_percentage, details.discount_amount), (12, 4.8))

	def test_the_details_are_given_over_http_too(self):
		details = get_item_details(
			json.dumps(self.args(item_code=self.item(40).name, qty=2)), for_validate="false"
		)
		self.assertEqual(details.price_list_rate, 40)

	def test_the_rules_for_several_items(self):
		rule = self.rule()
		rows = [{"item_code": self.item().name, "qty": 1, "price_list_rate": 100, "child_docname": "r1"}]
		(answer,) = apply_pricing_rule(json.dumps(self.args(items=rows)))
		self.assertEqual((answer.discount_percentage, json.loads(answer.pricing_rules)), (12, [rule.name]))

	def test_an_item_needs_a_company(self):
		with self.assertRaises(frappe.ValidationError):
			get_item_details(self.args(item_code=self.item().name, qty=1, company=None))


class TestDefaultsOfTheSite(StandinTestCase):
	"""The trap of C1: Selling Settings publish a customer group that a document made by code takes for its own."""

	def setUp(self):
		super().setUp()
		# What is cached of the defaults outlives the transaction they were set in.
		clear_defaults_cache()
		self.addCleanup(clear_defaults_cache)
		self.party = self.customer(customer_group=self.group())
		self.rule(applicable_for="Customer Group", customer_group=self.party.customer_group)

	def offer(self, **values):
		item = self.item().name
		return self.insert(
			"Quotation",
			party_name=self.party.name,
			company=self.company,
			items=[{"item_code": item, "qty": 3}],
			**values,
		)

	def test_without_the_default_the_customers_group_is_taken_and_the_rule_applies(self):
		for key in ("customer_group", "territory"):
			frappe.db.set_default(key, "")
		offer = self.offer()
		self.assertEqual((offer.customer_group, offer.items[0].rate), (self.party.customer_group, 88))

	def test_with_the_default_the_rule_does_not_apply(self):
		set_defaults_for_tests()
		offer = self.offer()
		self.assertEqual((offer.customer_group, offer.items[0].rate), ("All Customer Groups", 100))

	def test_with_the_default_the_group_must_be_said(self):
		set_defaults_for_tests()
		offer = self.offer(customer_group=self.party.customer_group, territory=self.party.territory)
		self.assertEqual(offer.items[0].rate, 88)

	def test_saving_selling_settings_publishes_their_defaults(self):
		settings = frappe.get_doc("Selling Settings")
		settings.update({"customer_group": "Government", "territory": "Romania"})
		settings.save()
		self.assertEqual(frappe.db.get_default("customer_group"), "Government")


class TestPrices(StandinTestCase):
	def price(self, item, rate, **values):
		key = {
			"item_code": item.name,
			"price_list": PRICE_LIST,
			"uom": item.stock_uom,
			"price_list_rate": rate,
		}
		return self.insert("Item Price", **{**key, **values})

	def test_the_standard_rate_of_a_new_item_is_its_first_price(self):
		item = self.item(42)
		self.assertEqual(frappe.db.get_value("Item Price", {"item_code": item.name}, "price_list_rate"), 42)

	def test_the_customers_own_price_comes_first(self):
		item, customer = self.item(100), self.customer()
		self.price(item, 80, customer=customer.name)
		rows = [{"item_code": item.name, "qty": 1}]
		self.assertEqual(self.quotation(party=customer, rows=rows).items[0].rate, 80)
		self.assertEqual(self.quotation(rows=rows).items[0].rate, 100)

	def test_another_unit_costs_its_own_price_or_as_many_stock_units(self):
		item = self.item(10, uoms=[{"uom": "Box", "conversion_factor": 12}])
		rows = [{"item_code": item.name, "qty": 2, "uom": "Box"}]
		row = self.quotation(rows=rows).items[0]
		self.assertEqual(
			(row.rate, row.conversion_factor, row.stock_qty, row.stock_uom_rate), (120, 12, 24, 10)
		)
		self.price(item, 99, uom="Box")
		self.assertEqual(self.quotation(rows=rows).items[0].rate, 99)

	def test_a_price_of_tomorrow_is_not_todays(self):
		item = self.item(0)
		self.price(item, 50, valid_from=add_days(nowdate(), 1))
		self.assertEqual(
			self.quotation(rows=[{"item_code": item.name, "qty": 1}]).items[0].price_list_rate, 0
		)

	def test_the_same_price_twice_is_refused(self):
		item = self.item(100)
		with self.assertRaises(frappe.ValidationError):
			self.price(item, 110)

	def test_a_rate_for_an_item_without_price_becomes_its_price_where_stock_settings_say_so(self):
		for switch, prices in ((0, 0), (1, 1)):
			frappe.db.set_single_value("Stock Settings", "auto_insert_price_list_rate_if_missing", switch)
			frappe.clear_document_cache("Stock Settings", "Stock Settings")
			item = self.item(0)
			self.quotation(rows=[{"item_code": item.name, "qty": 1, "rate": 33}])
			self.assertEqual(frappe.db.count("Item Price", {"item_code": item.name}), prices)

	def test_a_customers_code_for_an_item_stands_on_the_row(self):
		customer = self.customer()
		item = self.item(customer_items=[{"customer_name": customer.name, "ref_code": "X-7"}])
		rows = [{"item_code": item.name, "qty": 1}]
		self.assertEqual(self.quotation(party=customer, rows=rows).items[0].customer_item_code, "X-7")
