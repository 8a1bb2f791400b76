"""What was quoted stays, what is no longer given goes, and nothing is believed that a row only says."""

import json
from typing import Any

import frappe
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note, make_sales_invoice
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill.customers.pricing import documents
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import number_of_queries
from erp_b2b_smartbill.tests.tier_case import RULE, TierCase


class KeptCase(TierCase):
	def setUp(self) -> None:
		super().setUp()
		self.sold = self.item()

	def submitted(self, customer: Any, item: Any = None, **values: Any) -> Any:
		doc = self.quotation(customer, item or self.sold, **values)
		doc.submit()
		return doc

	def order_of(self, quotation: Any) -> Any:
		order = make_sales_order(quotation.name)
		order.delivery_date = add_days(nowdate(), 7)
		return order

	def order(self, customer: Any, *rows: dict[str, Any], **values: Any) -> Any:
		"""As a program makes it."""
		return frappe.get_doc(
			{
				"doctype": "Sales Order",
				"customer": customer.name,
				"company": self.company,
				"currency": "RON",
				"selling_price_list": factories.PRICE_LIST,
				"delivery_date": add_days(nowdate(), 7),
				"items": [{"item_code": self.sold.name, "qty": 1, **row} for row in rows],
				**values,
			}
		)

	def give(self, tier: Any, discount: float) -> None:
		tier.reload()
		tier.discount_percentage = discount
		tier.save()

	def switch(self, on: bool) -> None:
		settings = frappe.get_doc("B2B Settings")
		settings.set(OVERVIEW, int(on))
		settings.save()

	def disable(self, tier: Any) -> None:
		tier.reload()
		tier.disabled = 1
		tier.save()

	def amended(self, doc: Any) -> Any:
		doc.cancel()
		new = frappe.copy_doc(doc)
		new.amended_from = doc.name
		new.docstatus = 0
		return new.insert()

	def priced_by(self, rule: Any, rate: float) -> dict[str, Any]:
		"""A row as it comes back from a form."""
		return {
			"price_list_rate": 100,
			"discount_percentage": 100 - rate,
			"discount_amount": 100 - rate,
			"rate": rate,
			"pricing_rules": json.dumps([rule.name]),
		}


class TestAnotherPercentage(KeptCase):
	def test_it_is_another_rule_and_the_old_one_keeps_its_own(self):
		tier = self.tier(12)
		old = self.rule_of(tier)
		self.give(tier, 15)
		new = self.rule_of(tier)
		old.reload()
		self.assertEqual((old.disable, old.discount_percentage), (1, 12))
		self.assertEqual((new.disable, new.discount_percentage), (0, 15))
		self.assertNotEqual(new.name, old.name)
		# and the old percentage again is the old rule again
		self.give(tier, 12)
		self.assertEqual(self.rule_of(tier).name, old.name)
		self.assertEqual(frappe.db.count(RULE, {"b2b_tier": tier.name}), 2)

	def test_what_is_submitted_is_not_priced_anew_by_what_follows(self):
		tier = self.tier(12)
		doc = self.submitted(self.customer(tier))
		self.give(tier, 15)
		made = self.order_of(doc)
		# already in the form that the desk opens
		self.assertEqual((self.price(made)[0], made.total), (88, 176))
		order = made.insert()
		self.assertEqual((order.b2b_tier, self.price(order)), (tier.name, self.price(doc)))
		order.save()
		order.submit()
		self.assertEqual((self.price(order)[0], order.total), (88, 176))
		for make in (make_delivery_note, make_sales_invoice):
			later = make(order.name).insert()
			self.assertEqual((self.price(later)[0], later.total), (88, 176), later.doctype)

	def test_a_program_that_orders_what_was_quoted_gets_the_quoted_price(self):
		tier = self.tier(12)
		doc = self.submitted(self.customer(tier))
		self.give(tier, 15)
		row = {"prevdoc_docname": doc.name, "quotation_item": doc.items[0].name}
		order = self.order(frappe.get_doc("Customer", doc.party_name), row).insert()
		self.assertEqual(self.price(order)[0], 88)

	def test_a_draft_has_the_new_one_when_it_is_saved_and_the_old_one_when_it_is_submitted(self):
		tier = self.tier(12)
		customer = self.customer(tier)
		saved, submitted = self.quotation(customer, self.sold), self.quotation(customer, self.sold)
		self.give(tier, 15)
		saved.save()
		submitted.submit()
		self.assertEqual((self.price(saved)[0], self.price(submitted)[0]), (85, 88))

	def test_an_item_that_is_added_to_the_order_has_todays(self):
		tier, other = self.tier(12), self.item()
		doc = self.submitted(self.customer(tier))
		self.give(tier, 15)
		order = self.order_of(doc)
		order.append("items", {"item_code": other.name, "qty": 1, "delivery_date": order.delivery_date})
		order.insert()
		self.assertEqual([row.rate for row in order.items], [88, 85])


class TestNothingGivenAnyMore(KeptCase):
	def test_a_draft_is_priced_anew_when_it_is_saved(self):
		for take_away in (lambda tier: self.switch(False), self.disable):
			with self.subTest(take_away=take_away):
				self.switch(True)
				tier = self.tier(12)
				doc = self.quotation(self.customer(tier), self.sold)
				take_away(tier)
				doc.save()
				self.assertEqual((self.price(doc), doc.total), ((100, []), 200))

	def test_so_is_a_copy(self):
		for take_away in (lambda tier: self.switch(False), self.disable):
			with self.subTest(take_away=take_away):
				self.switch(True)
				tier = self.tier(12)
				doc = self.submitted(self.customer(tier))
				take_away(tier)
				self.assertEqual(self.price(frappe.copy_doc(doc).insert()), (100, []))

	def test_the_shops_own_rules_are_given_instead(self):
		tier = self.tier(12)
		doc = self.quotation(self.customer(tier), self.sold)
		shops = self.shop_rule(5)
		self.switch(False)
		doc.save()
		self.assertEqual((doc.b2b_tier, self.price(doc)), (None, (95, [shops.name])))

	def test_what_was_quoted_is_still_ordered_at_that_price(self):
		for take_away in (lambda tier: self.switch(False), self.disable):
			with self.subTest(take_away=take_away):
				self.switch(True)
				tier = self.tier(12)
				doc = self.submitted(self.customer(tier))
				take_away(tier)
				order = self.order_of(doc).insert()
				order.submit()
				self.assertEqual((self.price(order)[0], order.total), (88, 176))

	def test_a_submit_changes_nothing_that_the_draft_did_not_show(self):
		tier = self.tier(12)
		doc = self.quotation(self.customer(tier), self.sold)
		self.switch(False)
		doc.submit()
		self.assertEqual((doc.b2b_tier, self.price(doc)[0]), (tier.name, 88))


class TestAnotherTierOnADraft(KeptCase):
	def test_a_fixed_price_is_taken_back_with_the_price_of_the_list(self):
		"""The shop's rule was beaten by nothing; the tier beats it. ERPNext leaves the rule's rate as the list's."""
		tier, customer = self.tier(12), self.customer()
		self.shop_rule(rate_or_discount="Rate", rate=60, discount_percentage=0)
		doc = self.quotation(customer, self.sold)
		self.assertEqual((doc.items[0].price_list_rate, doc.items[0].rate), (60, 60))
		customer.b2b_tier = tier.name
		customer.save()
		doc.save()
		self.assertEqual((doc.items[0].price_list_rate, doc.items[0].rate), (100, 88))

	def test_a_fixed_price_comes_back_when_the_tier_goes(self):
		customer = self.customer(self.tier(12))
		self.shop_rule(rate_or_discount="Rate", rate=60, discount_percentage=0)
		doc = self.quotation(customer, self.sold)
		self.assertEqual(doc.items[0].rate, 88)
		customer.b2b_tier = None
		customer.save()
		doc.save()
		self.assertEqual((doc.items[0].rate, doc.items[0].discount_percentage, doc.total), (60, 0, 120))

	def test_what_was_free_is_not_free_any_more(self):
		if not frappe.get_meta(RULE).has_field("free_item"):
			self.skipTest("the stand-in of ERPNext gives nothing free")
		tier, customer, gift = self.tier(12), self.customer(), self.item()
		free = {"price_or_product_discount": "Product", "free_item": gift.name, "free_qty": 1}
		self.shop_rule(0, **free)
		doc = self.quotation(customer, self.sold)
		self.assertEqual([row.item_code for row in doc.items if row.is_free_item], [gift.name])
		for given, free_items, rate in ((tier.name, [], 88), (None, [gift.name], 100)):
			customer.b2b_tier = given
			customer.save()
			doc.save()
			self.assertEqual([row.item_code for row in doc.items if row.is_free_item], free_items)
			self.assertEqual(doc.items[0].rate, rate)

	def test_a_rate_that_was_typed_where_no_list_has_one_stays(self):
		customer = self.customer(self.tier(12))
		item = factories.item(item_group=self.item_group, brand=self.brand)
		doc = self.quotation(customer, item, items=[{"item_code": item.name, "qty": 1, "rate": 50}])
		self.assertEqual(doc.items[0].rate, 50)
		customer.b2b_tier = self.tier(20).name
		customer.save()
		doc.save()
		self.assertEqual(doc.items[0].rate, 50)


class TestAmendments(KeptCase):
	def test_they_keep_the_price_that_was_quoted(self):
		tier = self.tier(12)
		customer = self.customer(tier)
		doc = self.submitted(customer)
		self.give(tier, 15)
		again = self.amended(doc)
		self.assertEqual((again.b2b_tier, self.price(again)[0]), (tier.name, 88))
		again.items[0].qty = 5
		again.save()
		self.assertEqual((self.price(again)[0], again.total), (88, 440))
		# what is new is priced as the customer's tier says today
		other = self.item()
		again.append("items", {"item_code": other.name, "qty": 1})
		again.save()
		self.assertEqual([row.rate for row in again.items], [88, 85])

	def test_also_when_the_customer_has_another_tier_by_now(self):
		old, new = self.tier(20), self.tier(5)
		customer = self.customer(old)
		doc = self.submitted(customer)
		customer.b2b_tier = new.name
		customer.save()
		again = self.amended(doc)
		self.assertEqual((again.b2b_tier, self.price(again)[0]), (old.name, 80))

	def test_an_item_that_is_there_twice_keeps_both_prices(self):
		"""The rows of an amendment name none of the cancelled document's."""
		customer = self.customer(self.tier(12))
		self.shop_rule(30, min_qty=100, priority="5", has_priority=1)
		for quantities, rates in (((1, 100), [88, 70]), ((100, 1), [70, 88])):
			with self.subTest(quantities=quantities):
				rows = [{"item_code": self.sold.name, "qty": qty} for qty in quantities]
				doc = self.submitted(customer, items=rows)
				self.assertEqual([row.rate for row in doc.items], rates)
				self.assertEqual([row.rate for row in self.amended(doc).items], rates)

	def test_of_two_rows_with_the_same_rule_each_keeps_its_place(self):
		customer = self.customer(self.tier(10))
		rows = [{"item_code": self.sold.name, "qty": 1, "price_list_rate": rate} for rate in (100, 200)]
		doc = self.submitted(customer, items=rows)
		doc.cancel()
		new = frappe.copy_doc(doc)
		new.update({"amended_from": doc.name, "docstatus": 0})
		for row in new.items:
			row.pricing_rules = None
		documents.set_tier(new)
		self.assertEqual([row.rate for row in new.items], [row.rate for row in doc.items])

	def test_what_is_free_stays_free(self):
		tier = self.tier(12)
		doc = self.submitted(self.customer(tier))
		doc.cancel()
		new = frappe.copy_doc(doc)
		new.update({"amended_from": doc.name, "docstatus": 0})
		free = {"item_code": self.sold.name, "qty": 1, "is_free_item": 1, "rate": 0, "price_list_rate": 0}
		new.append("items", {**free, "uom": doc.items[0].uom, "pricing_rules": self.unique("PRLE")})
		before = new.items[1].as_dict()
		documents.set_tier(new)
		self.assertEqual([row.rate for row in new.items], [88, 0])
		self.assertEqual(new.items[1].as_dict(), before)

	def test_what_was_free_is_not_what_the_sold_one_cost(self):
		tier = self.tier(12)
		doc = self.unsaved(self.customer(tier), self.sold)
		free = {"item_code": self.sold.name, "qty": 2, "is_free_item": 1, "rate": 0, "price_list_rate": 0}
		doc.items = []
		doc.append("items", free)
		doc.append("items", {"item_code": self.sold.name, "qty": 2})
		doc.insert()
		doc.submit()
		self.give(tier, 15)
		self.assertEqual([row.rate for row in self.amended(doc).items if not row.is_free_item], [88])

	def test_for_another_customer_it_is_that_ones_price(self):
		doc = self.submitted(self.customer(self.tier(20)))
		again = self.amended(doc)
		again.party_name = self.customer(self.tier(5)).name
		again.save()
		self.assertEqual(self.price(again)[0], 95)


class TestOnlyWhatWasQuoted(KeptCase):
	"""One old row gives the rest of a document no old tier."""

	def setUp(self) -> None:
		super().setUp()
		self.gold = self.tier(40)
		self.buyer = self.customer(self.gold)
		self.cheap = self.item()

	def now_has(self, tier: Any) -> None:
		self.buyer.b2b_tier = tier.name if tier else None
		self.buyer.save()

	def quoted_row(self, item: Any) -> dict[str, Any]:
		return {"item_code": item.name, "prevdoc_docname": self.submitted(self.buyer, item).name}

	def test_a_row_that_is_added_has_what_the_customer_has_now(self):
		old = self.quoted_row(self.cheap)
		for tier, rate in ((self.tier(5), 95), (None, 100)):
			self.now_has(tier)
			for rows, rates in (((old, {}), [60, rate]), (({}, old), [rate, 60])):
				with self.subTest(tier=tier, rows=rows):
					order = self.order(self.buyer, *rows).insert()
					own = tier.name if tier else None
					self.assertEqual((order.b2b_tier, [row.rate for row in order.items]), (own, rates))
					order.save()
					order.submit()
					self.assertEqual([row.rate for row in order.items], rates)
					made = make_sales_invoice(order.name).insert()
					self.assertEqual([row.rate for row in made.items], rates)

	def test_rows_of_two_tiers_keep_their_own_in_any_order(self):
		first = self.quoted_row(self.sold)
		self.now_has(silver := self.tier(5))
		second, third = self.quoted_row(self.cheap), {"item_code": self.item().name}
		self.now_has(bronze := self.tier(2))
		for rows, tier, rates in (
			((first, second), bronze, [60, 95]),
			((second, first), bronze, [95, 60]),
			((second, first, third), bronze, [95, 60, 98]),
			((second,), silver, [95]),
		):
			with self.subTest(rows=rows):
				order = self.order(self.buyer, *rows).insert()
				self.assertEqual((order.b2b_tier, [row.rate for row in order.items]), (tier.name, rates))

	def test_a_quotation_that_is_lost_or_expired_is_no_offer(self):
		for status in ("Lost", "Expired"):
			with self.subTest(status=status):
				self.now_has(self.gold)
				row = self.quoted_row(self.sold)
				self.now_has(None)
				frappe.db.set_value("Quotation", row["prevdoc_docname"], "status", status)
				order = self.order(self.buyer, row)
				documents.set_tier(order)
				self.assertEqual((order.b2b_tier, order.items[0].get("pricing_rules")), (None, None))

	def test_the_nearest_document_counts(self):
		"""What was delivered at another price than it was ordered is invoiced as it was delivered."""
		order = self.order(self.buyer, {}).insert()
		order.submit()
		note = make_delivery_note(order.name).insert()
		note.submit()
		given = self.rule_of(self.tier(50)).name
		frappe.db.set_value(
			"Delivery Note Item", note.items[0].name, {"rate": 50, "pricing_rules": f'["{given}"]'}
		)
		rows = {"sales_order": order.name, "so_detail": order.items[0].name}
		rows |= {"delivery_note": note.name, "dn_detail": note.items[0].name}
		invoice = frappe.new_doc("Sales Invoice").update({"customer": self.buyer.name, "currency": "RON"})
		invoice.append("items", {"item_code": self.sold.name, "qty": 1, "uom": note.items[0].uom, **rows})
		documents.set_tier(invoice)
		self.assertEqual(self.price(invoice), (50, [given]))

	def test_a_submit_with_new_rows_and_another_tier_is_refused(self):
		doc, unchanged = self.quotation(self.buyer, self.sold), self.quotation(self.buyer, self.sold)
		self.now_has(None)
		for quotation in (doc, unchanged):
			quotation.reload()
		doc.append("items", {"item_code": self.cheap.name, "qty": 500})
		with self.assertRaisesRegex(frappe.ValidationError, "another B2B Tier"):
			doc.submit()
		unchanged.submit()
		self.assertEqual((unchanged.b2b_tier, self.price(unchanged)[0]), (self.gold.name, 60))
		doc.reload()
		doc.append("items", {"item_code": self.cheap.name, "qty": 500})
		doc.save()
		doc.submit()
		self.assertEqual((doc.b2b_tier, [row.rate for row in doc.items]), (None, [100, 100]))


class TestMoreThanWasQuoted(KeptCase):
	"""As a form sends it, which has asked ERPNext what the larger quantity costs."""

	def ordered(self, shops_discount: float, quantity: float) -> Any:
		doc = self.submitted(self.customer(self.tier(12)))
		shops = self.shop_rule(shops_discount, min_qty=100, priority="5", has_priority=1)
		order = self.order_of(doc).insert()
		order.items[0].update({"qty": quantity, **self.priced_by(shops, 100 - shops_discount)})
		order.save()
		return order

	def test_the_shops_rule_for_the_larger_quantity_is_given_where_it_is_better(self):
		order = self.ordered(30, 100)
		self.assertEqual((self.price(order)[0], order.total), (70, 7000))
		order.save()
		order.submit()
		self.assertEqual((self.price(order)[0], order.total), (70, 7000))

	def test_not_where_it_is_worse(self):
		order = self.ordered(5, 100)
		self.assertEqual((self.price(order)[0], order.total), (88, 8800))

	def test_not_for_as_many_as_were_quoted(self):
		order = self.ordered(30, 2)
		self.assertEqual((self.price(order)[0], order.total), (88, 176))

	def test_not_by_naming_the_rule_of_another_tier(self):
		doc = self.submitted(self.customer(self.tier(12)))
		order = self.order_of(doc).insert()
		order.items[0].update({"qty": 100, **self.priced_by(self.rule_of(self.tier(40)), 60)})
		order.save()
		self.assertEqual(self.price(order)[0], 88)


class TestWhereNothingIsPriced(KeptCase):
	def test_a_document_that_is_saved_without_validation_still_adds_up(self):
		customer = self.customer(tier := self.tier(12))
		doc = self.quotation(customer, self.sold)
		customer.b2b_tier = None
		customer.save()
		doc.reload()
		doc.flags.ignore_validate = True
		doc.save()
		doc.reload()
		row = doc.items[0]
		self.assertEqual((doc.b2b_tier, row.rate, row.amount, doc.total), (tier.name, 88, 176, 176))

	def test_its_tier_is_set_where_that_changes_no_row(self):
		customer = self.customer()
		doc = self.quotation(customer, self.sold)
		customer.b2b_tier = self.tier(12).name
		customer.save()
		doc.reload()
		doc.flags.ignore_validate = True
		doc.save()
		self.assertEqual((doc.b2b_tier, self.price(doc)[0]), (customer.b2b_tier, 100))

	def test_a_shop_without_tiers_pays_one_query(self):
		frappe.db.delete(RULE, {"b2b_tier": ["is", "set"]})
		customer = self.customer()
		order = self.order(customer, {"prevdoc_docname": self.submitted(customer).name})
		self.switch(False)
		documents.set_tier(order)
		self.assertLessEqual(number_of_queries(lambda: documents.set_tier(order)), 1)


class TestWhatIsOnlySaid(KeptCase):
	def test_a_submit_keeps_the_tier_of_the_draft(self):
		silver, gold = self.tier(5), self.tier(20)
		doc = self.quotation(self.customer(silver), self.sold)
		doc.b2b_tier = gold.name
		doc.append("items", {"item_code": self.sold.name, "qty": 1})
		doc.submit()
		doc.reload()
		self.assertEqual((doc.b2b_tier, [row.rate for row in doc.items]), (silver.name, [95, 95]))

	def test_a_submit_for_another_customer_has_that_ones(self):
		silver, gold = self.tier(5), self.tier(20)
		doc = self.quotation(self.customer(gold), self.sold)
		doc.party_name = self.customer(silver).name
		doc.submit()
		self.assertEqual((doc.b2b_tier, self.price(doc)[0]), (silver.name, 95))

	def test_a_submit_brings_no_rule_into_a_row(self):
		silver, gold = self.tier(5), self.tier(20)
		doc = self.quotation(self.customer(silver), self.sold)
		doc.items[0].update(self.priced_by(self.rule_of(gold), 80))
		doc.submit()
		self.assertEqual(self.price(doc), (95, [self.rule_of(silver).name]))

	def test_a_row_that_names_what_is_anothers_or_has_not_that_item(self):
		gold, other = self.tier(20), self.item()
		customer = self.customer()
		rule = self.rule_of(gold)
		own = self.submitted(customer, other)
		for named in (own.name, self.submitted(self.customer(gold)).name):
			with self.subTest(named=named):
				row = {**self.priced_by(rule, 80), "prevdoc_docname": named}
				order = self.order(customer, row).insert()
				self.assertEqual((order.b2b_tier, self.price(order)), (None, (100, [])))

	def test_a_row_has_no_other_rule_than_was_quoted(self):
		silver, gold = self.tier(5), self.tier(20)
		customer = self.customer(silver)
		doc = self.submitted(customer)
		row = {**self.priced_by(self.rule_of(gold), 80), "prevdoc_docname": doc.name}
		order = self.order(customer, row, b2b_tier=gold.name).insert()
		self.assertEqual(
			(order.b2b_tier, self.price(order)), (silver.name, (95, [self.rule_of(silver).name]))
		)

	def test_an_amendment_of_nothing_amends_nothing(self):
		gold, customer = self.tier(20), self.customer()
		theirs = self.submitted(self.customer(gold))
		theirs.cancel()
		doc = self.unsaved(customer, self.sold, amended_from=theirs.name, b2b_tier=gold.name)
		doc.items[0].update(self.priced_by(self.rule_of(gold), 80))
		self.assertEqual(self.price(doc.insert()), (100, []))

	def test_the_number_of_queries_does_not_depend_on_the_rows(self):
		customer = self.customer(self.tier(12))
		quotations = [self.submitted(customer) for _number in range(6)]
		rule = quotations[0].items[0].pricing_rules

		def queries(count: int) -> int:
			rows = [{"prevdoc_docname": doc.name} for doc in quotations[:count]]
			order = self.order(customer, *rows)
			number = number_of_queries(lambda: documents.set_tier(order))
			self.assertEqual([row.pricing_rules for row in order.items], [rule] * count)
			return number

		queries(1)
		self.assertEqual(queries(6), queries(1))
