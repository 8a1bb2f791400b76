"""What a tier takes off prices, by whatever way a document is made."""

import json
from typing import Any
from unittest import mock

import frappe
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note, make_sales_invoice
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill.customers.pricing import rule
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.tier_case import RULE, TierCase


class TestTheRuleOfATier(TierCase):
	def test_a_tier_owns_a_rule_that_says_what_it_says(self):
		tier = self.tier(12)
		owned = self.rule_of(tier)
		self.assertEqual(
			(owned.selling, owned.buying, owned.rate_or_discount, owned.discount_percentage, owned.priority),
			(1, 0, "Discount Percentage", 12, "1"),
		)
		self.assertEqual([row.item_group for row in owned.item_groups], ["All Item Groups"])
		self.assertIsNone(owned.valid_from)
		self.assertEqual((owned.has_priority, owned.apply_multiple_pricing_rules), (0, 1))

		tier.priority = 7
		tier.save()
		again = self.rule_of(tier)
		self.assertEqual((again.name, again.discount_percentage, again.priority), (owned.name, 12, "7"))

	def test_a_tier_that_gives_nothing_has_no_rule_in_force(self):
		for values in ({"discount_percentage": 0}, {"disabled": 1}):
			with self.subTest(values=values):
				tier = self.tier(12)
				tier.update(values)
				tier.save()
				self.assertFalse(frappe.db.exists(RULE, {"b2b_tier": tier.name, "disable": 0}))
		self.assertFalse(frappe.db.exists(RULE, {"b2b_tier": self.tier(0).name}))

	def test_the_switch_turns_all_of_them_off_and_on_again(self):
		tiers = [self.tier(10), self.tier(20)]
		names = [self.rule_of(tier).name for tier in tiers]
		settings = frappe.get_doc("B2B Settings")
		for on in (0, 1):
			settings.set(OVERVIEW, on)
			settings.save()
			self.assertEqual({frappe.db.get_value(RULE, name, "disable") for name in names}, {1 - on})

	def test_a_tier_saved_while_the_switch_is_off_gets_its_rule_with_the_switch(self):
		frappe.db.set_single_value("B2B Settings", OVERVIEW, 0)
		tier = self.tier(10)
		self.assertFalse(frappe.db.exists(RULE, {"b2b_tier": tier.name}))
		rule.keep_all(True)
		self.assertEqual(self.rule_of(tier).discount_percentage, 10)

	def test_nobody_edits_or_deletes_it_by_hand(self):
		owned = self.rule_of(self.tier(12))
		owned.discount_percentage = 90
		with self.assertRaises(frappe.ValidationError) as refused:
			owned.save()
		self.assertIn("B2B Tier", str(refused.exception))
		with self.assertRaises(frappe.ValidationError):
			frappe.delete_doc(RULE, owned.name)

	def test_nobody_renames_it_or_merges_another_with_it(self):
		owned, shops = self.rule_of(self.tier(12)), self.shop_rule(5)
		for old, new, merge in (
			(owned.name, self.unique("Reducere"), False),
			(owned.name, shops.name, True),
			(shops.name, owned.name, True),
		):
			with self.subTest(old=old, new=new), self.assertRaisesRegex(frappe.ValidationError, "B2B Tier"):
				frappe.rename_doc(RULE, old, new, merge=merge)
		self.assertTrue(frappe.db.exists(RULE, owned.name))
		new = self.unique("A magazinului")
		self.assertEqual(frappe.rename_doc(RULE, shops.name, new), new)

	def test_nobody_makes_his_own_rule_a_tiers(self):
		with self.assertRaises(frappe.ValidationError):
			self.shop_rule(b2b_tier=self.tier(12).name)

	def test_what_was_written_past_it_is_put_right(self):
		owned = self.rule_of(self.tier(12))
		frappe.db.set_value(
			RULE, owned.name, {"discount_percentage": 90, "has_priority": 1, "valid_from": nowdate()}
		)
		rule.keep_all()
		owned.reload()
		self.assertEqual((owned.discount_percentage, owned.has_priority, owned.valid_from), (12, 0, None))

	def test_what_documents_were_given_by_then_is_left_to_them(self):
		tier = self.tier(12)
		owned, customer = self.rule_of(tier), self.customer(tier)
		doc = self.quotation(customer, self.item())
		frappe.db.set_value("B2B Tier", tier.name, "discount_percentage", 15)
		rule.keep_all()
		owned.reload()
		self.assertEqual((owned.disable, owned.discount_percentage), (1, 12))
		new = self.rule_of(tier)
		self.assertEqual(new.discount_percentage, 15)
		doc.submit()
		self.assertEqual(self.price(doc), (88, [owned.name]))

	def test_whatever_else_decides_is_put_right_too(self):
		customer, item = self.customer(self.tier(12)), self.item()
		owned = self.rule_of(frappe.get_doc("B2B Tier", customer.b2b_tier))
		written = {
			"rate": 3,
			"discount_amount": 5,
			"margin_type": "Percentage",
			"margin_rate_or_amount": 7,
			"apply_discount_on_rate": 1,
			"min_amt": 100000,
			"applicable_for": "Customer",
			"customer": self.customer().name,
			"warehouse": "X",
			"mixed_conditions": 1,
			"is_cumulative": 1,
			"apply_rule_on_other": "Brand",
			"other_brand": self.brand,
			"threshold_percentage": 10,
			"dont_enforce_free_item_qty": 1,
			"recurse_for": 2,
		}
		known = {field: value for field, value in written.items() if owned.meta.has_field(field)}
		for field, value in known.items():
			with self.subTest(field=field):
				frappe.db.set_value(RULE, owned.name, field, value)
				rule.keep_all()
				self.assertFalse(frappe.db.get_value(RULE, owned.name, field))
		self.assertEqual(self.price(self.quotation(customer, item))[0], 88)

	def test_whose_language_it_was_written_in_makes_no_difference(self):
		owned = self.rule_of(self.tier(12))
		frappe.db.set_value(RULE, owned.name, "rule_description", "Ținută de nivel")
		before = frappe.db.get_value(RULE, owned.name, "modified")
		rule.keep_all()
		self.assertEqual(frappe.db.get_value(RULE, owned.name, "modified"), before)

	def test_its_currency_does_not_depend_on_who_saves(self):
		abroad = self.insert(
			"Company",
			company_name=self.unique("Export"),
			abbr=frappe.generate_hash(length=5),
			country="Romania",
			default_currency="EUR",
			create_chart_of_accounts_based_on="Standard Template",
			chart_of_accounts="Standard",
		).name
		frappe.db.set_single_value("Global Defaults", "default_company", self.company)
		user = factories.user("B2B Manager")
		frappe.defaults.set_user_default("company", abroad, user)
		with self.as_user(user):
			tier = self.tier(12)
		self.assertEqual(self.rule_of(tier).currency, "RON")
		frappe.db.set_single_value("Global Defaults", "default_company", None)
		first = frappe.get_all("Company", pluck="default_currency", order_by="creation, name", limit=1)[0]
		self.assertEqual(rule.currency(), first)

	def test_one_tier_that_cannot_be_kept_keeps_no_other_from_it(self):
		tiers = [self.tier(discount) for discount in (10, 20, 30)]
		frappe.db.set_value(RULE, {"b2b_tier": ["in", [tier.name for tier in tiers]]}, "has_priority", 1)
		write = rule._write

		def broken(doc: Any, values: dict[str, Any]) -> None:
			if doc.b2b_tier == tiers[1].name:
				frappe.throw("Nu se poate")
			write(doc, values)

		frappe.clear_messages()
		with mock.patch.object(rule, "_write", broken):
			self.assertEqual(rule.keep_all(), [tiers[1].name])
		self.assertEqual([self.rule_of(tier).has_priority for tier in tiers], [0, 1, 0])
		self.assertEqual(frappe.message_log, [])
		logged = frappe.get_last_doc("Error Log")
		self.assertIn("could not be written", logged.method)

	def test_the_first_rule_of_a_shop_is_found_at_once(self):
		"""A number of rules that Frappe remembers keeps ERPNext from looking for any."""
		frappe.cache.set_value(f"doctype:count:{RULE}", 0)
		self.tier(12)
		self.assertIsNone(frappe.cache.get_value(f"doctype:count:{RULE}"))

	def test_keeping_it_again_writes_nothing(self):
		owned = self.rule_of(self.tier(12))
		rule.keep_all()
		self.assertEqual(self.rule_of(frappe.get_doc("B2B Tier", owned.b2b_tier)).modified, owned.modified)

	def test_renaming_a_tier_keeps_the_discount(self):
		tier, item = self.tier(12), self.item()
		customer = self.customer(tier)
		new = frappe.rename_doc("B2B Tier", tier.name, self.unique('Platina "1"'))
		customer.reload()
		self.assertEqual(customer.b2b_tier, new)
		self.assertEqual(self.price(self.quotation(customer, item))[0], 88)

	def test_merging_two_tiers_leaves_one_rule(self):
		gone, kept, item = self.tier(12), self.tier(20), self.item()
		customer = self.customer(gone)
		frappe.rename_doc("B2B Tier", gone.name, kept.name, merge=True)
		self.assertEqual(frappe.db.count(RULE, {"b2b_tier": kept.name, "disable": 0}), 1)
		customer.reload()
		self.assertEqual(self.price(self.quotation(customer, item))[0], 80)

	def test_a_tier_that_nothing_names_is_deleted_with_its_rule(self):
		tier = self.tier(12)
		name = self.rule_of(tier).name
		tier.delete()
		self.assertFalse(frappe.db.exists(RULE, name))

	def test_uninstalling_leaves_no_rule_in_force(self):
		used, unused = self.tier(12), self.tier(20)
		self.quotation(self.customer(used), self.item())
		rule.retire()
		self.assertEqual(frappe.get_all(RULE, {"b2b_tier": used.name}, pluck="disable"), [1])
		self.assertEqual(frappe.get_all(RULE, {"b2b_tier": unused.name}), [])

	def test_any_name_makes_a_condition_that_holds(self):
		item = self.item()
		for name in ("Aur 'A'", 'Aur "B"', "Aur \\n C", "a = b", "Țară %s {0}"):
			with self.subTest(name=name):
				customer = self.customer(self.tier(12, tier_name=f"{name} {frappe.generate_hash(length=4)}"))
				self.assertEqual(self.price(self.quotation(customer, item))[0], 88)


class TestThePriceOfATier(TierCase):
	def order_of(self, quotation: Any) -> Any:
		order = make_sales_order(quotation.name)
		order.delivery_date = add_days(nowdate(), 7)
		return order.insert()

	def test_a_program_gets_it_without_saying_group_or_tier(self):
		tier = self.tier(12)
		doc = self.quotation(self.customer(tier), self.item())
		self.assertEqual((doc.b2b_tier, self.price(doc)), (tier.name, (88, [self.rule_of(tier).name])))

	def test_the_sites_own_default_group_does_not_take_it_away(self):
		"""Selling Settings publish a default for `customer_group` that is not the customer's."""
		item = self.item()
		doc = self.unsaved(self.customer(self.tier(12)), item, customer_group="All Customer Groups")
		self.assertEqual(self.price(doc.insert())[0], 88)

	def test_a_document_of_yesterday_has_it(self):
		doc = self.quotation(
			self.customer(self.tier(12)), self.item(), transaction_date=add_days(nowdate(), -1)
		)
		self.assertEqual(self.price(doc)[0], 88)

	def test_no_one_else_has_it(self):
		tier, item = self.tier(12), self.item()
		lead = factories.lead(address=None)
		for doc in (
			self.quotation(self.customer(), item, b2b_tier=tier.name),
			self.quotation(lead, item, quotation_to="Lead", b2b_tier=tier.name),
		):
			self.assertEqual((doc.b2b_tier, self.price(doc)), (None, (100, [])))

	def test_every_tier_has_its_own(self):
		item = self.item()
		tiers = [self.tier(discount) for discount in (5, 12, 30)]
		prices = [self.price(self.quotation(self.customer(tier), item))[0] for tier in tiers]
		self.assertEqual(prices, [95, 88, 70])

	def test_while_the_switch_is_off_nothing_is_taken_off_and_nothing_is_noted(self):
		customer, item = self.customer(self.tier(12)), self.item()
		settings = frappe.get_doc("B2B Settings")
		settings.set(OVERVIEW, 0)
		settings.save()
		doc = self.quotation(customer, item)
		self.assertEqual((doc.get("b2b_tier"), self.price(doc)[0]), (None, 100))

	def test_a_form_gets_it_as_soon_as_the_item_is_chosen(self):
		"""As the form of a v15 desk asks: with the document that it shows."""
		from erpnext.stock.get_item_details import get_item_details

		tier, item = self.tier(12), self.item()
		customer = self.customer(tier)
		shown = self.unsaved(customer, item, b2b_tier=tier.name, name="new-quotation-1").as_dict()
		header = ("company", "currency", "transaction_date", "doctype", "name", "quotation_to")
		asked = {
			**{key: shown.get(key) for key in header},
			"item_code": item.name,
			"customer": customer.name,
			"qty": 2,
			"conversion_rate": 1,
			"price_list": factories.PRICE_LIST,
			"price_list_currency": "RON",
			"plc_conversion_rate": 1,
			"child_doctype": "Quotation Item",
		}
		details = get_item_details(json.dumps(asked, default=str), json.dumps(shown, default=str))
		self.assertEqual((details["discount_percentage"], details["price_list_rate"]), (12, 100))
		priced = ("price_list_rate", "discount_percentage", "discount_amount", "pricing_rules")
		row = {"item_code": item.name, "qty": 2, **{key: details[key] for key in priced}}
		doc = self.unsaved(customer, item, b2b_tier=tier.name, items=[row]).insert()
		self.assertEqual(self.price(doc), (88, [self.rule_of(tier).name]))

	def test_an_order_from_the_quotation_has_its_price(self):
		tier, item = self.tier(12), self.item()
		doc = self.quotation(self.customer(tier), item)
		doc.submit()
		order = self.order_of(doc)
		self.assertEqual((order.b2b_tier, self.price(order)), (tier.name, self.price(doc)))
		order.save()
		self.assertEqual(self.price(order)[0], 88)

	def test_what_was_quoted_stands_when_the_customer_changes_tier(self):
		old, new, item = self.tier(20), self.tier(5), self.item()
		customer = self.customer(old)
		doc = self.quotation(customer, item)
		doc.submit()
		customer.b2b_tier = new.name
		customer.save()
		order = self.order_of(doc)
		self.assertEqual((order.b2b_tier, self.price(order)[0]), (old.name, 80))
		order.submit()
		for make in (make_delivery_note, make_sales_invoice):
			later = make(order.name).insert()
			self.assertEqual((later.b2b_tier, self.price(later)[0]), (old.name, 80), later.doctype)
		# and the next quotation has the new one
		self.assertEqual(self.price(self.quotation(customer, item))[0], 95)

	def test_nobody_borrows_a_tier_by_naming_another_customers_quotation(self):
		tier, item = self.tier(20), self.item()
		theirs = self.quotation(self.customer(tier), item)
		theirs.submit()
		customer = self.customer()
		order = frappe.get_doc(
			{
				"doctype": "Sales Order",
				"customer": customer.name,
				"company": self.company,
				"currency": "RON",
				"selling_price_list": factories.PRICE_LIST,
				"delivery_date": add_days(nowdate(), 7),
				"items": [{"item_code": item.name, "qty": 1, "prevdoc_docname": theirs.name}],
			}
		).insert()
		self.assertEqual((order.b2b_tier, self.price(order)[0]), (None, 100))

	def test_a_draft_follows_its_customer_and_a_submit_changes_nothing(self):
		tier, item = self.tier(12), self.item()
		customer = self.customer()
		doc = self.quotation(customer, item)
		submitted = self.quotation(customer, item)
		customer.b2b_tier = tier.name
		customer.save()
		submitted.submit()
		self.assertEqual((submitted.b2b_tier, self.price(submitted)[0]), (None, 100))
		doc.save()
		self.assertEqual((doc.b2b_tier, self.price(doc)[0]), (tier.name, 88))

	def test_a_draft_loses_what_its_tier_no_longer_gives(self):
		tier, item = self.tier(12), self.item()
		doc = self.quotation(self.customer(tier), item)
		tier.discount_percentage = 15
		tier.save()
		doc.save()
		self.assertEqual(self.price(doc)[0], 85)
		tier.disabled = 1
		tier.save()
		doc.save()
		self.assertEqual((doc.b2b_tier, self.price(doc)), (tier.name, (100, [])))

	def test_a_draft_given_to_another_customer_has_that_ones_price(self):
		item = self.item()
		gold, silver = self.tier(20), self.tier(5)
		doc = self.quotation(self.customer(gold), item)
		for customer, price in (
			(self.customer(silver), 95),
			(self.customer(), 100),
			(self.customer(gold), 80),
		):
			doc.party_name = customer.name
			doc.save()
			self.assertEqual(self.price(doc)[0], price)

	def test_rows_that_a_late_answer_priced_for_another_tier_are_priced_anew(self):
		gold, silver, item = self.tier(20), self.tier(5), self.item()
		priced = {
			"price_list_rate": 100,
			"discount_percentage": 20,
			"discount_amount": 20,
			"rate": 80,
			"pricing_rules": json.dumps([self.rule_of(gold).name]),
		}
		rows = [{"item_code": item.name, "qty": 1, **priced}]
		doc = self.unsaved(self.customer(silver), item, items=rows, b2b_tier=silver.name).insert()
		self.assertEqual(self.price(doc), (95, [self.rule_of(silver).name]))

	def test_rules_ignored_by_a_person_stay_ignored(self):
		rows = {"items": [{"item_code": self.item().name, "qty": 1, "discount_percentage": 3}]}
		doc = self.unsaved(self.customer(self.tier(12)), self.item(), ignore_pricing_rule=1, **rows).insert()
		self.assertEqual(self.price(doc), (97, []))
