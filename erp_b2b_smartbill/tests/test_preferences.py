"""The tab Preferences: what is shown is what the documents say, and whoever may not see something does not."""

from typing import Any
from unittest import mock

import frappe
from frappe.query_builder import DocType
from frappe.utils import add_days, getdate, nowdate

from erp_b2b_smartbill.customers import favourites
from erp_b2b_smartbill.customers.overview import preferences, tabs
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.customers.recommend import store
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import number_of_queries
from erp_b2b_smartbill.tests.recommend_case import RecommendCase


def ago(days: int) -> Any:
	return getdate(add_days(nowdate(), -days))


class PreferencesCase(RecommendCase):
	def show(self, customer: str, **values: Any) -> dict[str, Any]:
		return preferences.show(scopes.of(customer, self.company, **values))

	def rows(self, customer: str, part: str) -> dict[str, Any]:
		return {row["item_code"]: row for row in self.show(customer)[part]["rows"]}

	def seller_elsewhere(self) -> str:
		"""Who may read another company only."""
		other = frappe.get_all("Company", {"name": ["!=", self.company]}, pluck="name", limit=1)
		seller, company = factories.user("Sales User"), other[0] if other else self.another_company()
		frappe.get_doc(
			{"doctype": "User Permission", "user": seller, "allow": "Company", "for_value": company}
		).insert()
		return seller

	def another_company(self) -> str:
		doc = frappe.get_doc(
			{
				"doctype": "Company",
				"company_name": "B2B Other SRL",
				"abbr": "B2BO",
				"country": "Romania",
				"default_currency": "RON",
			}
		)
		doc.name = doc.company_name
		doc.db_insert()
		return doc.name


class TestUsualItems(PreferencesCase):
	def test_quantity_interval_and_last_day_are_those_of_what_was_ordered(self):
		customer, item, once = self.customer(), self.item(), self.item()
		for days, qty in ((50, 4), (36, 6), (22, 5)):
			self.order(customer, days, (item, qty))
		self.order(customer, 22, (once, 2))
		shown = self.show(customer)["usual"]
		self.assertEqual([row["item_code"] for row in shown["rows"]], [item, once])
		first, second = shown["rows"]
		self.assertEqual(
			(first["usual_qty"], first["interval_days"], first["purchases"], first["last_on"]),
			(5, 14, 3, ago(22)),
		)
		self.assertEqual((first["qty"], first["uom"]), (5, "Nos"))
		self.assertEqual((second["purchases"], second["interval_days"]), (1, None))
		self.assertEqual(shown["total"], 2)
		self.assertEqual(shown["list"]["filters"]["customer"], customer)

	def test_units_of_the_order_are_turned_into_stock_units(self):
		item = self.item(
			uoms=[{"uom": "Nos", "conversion_factor": 1}, {"uom": "Box", "conversion_factor": 12}]
		)
		customer = self.customer()
		self.order(customer, 9, (item, 2, {"uom": "Box", "conversion_factor": 12, "rate": 60}))
		row = self.rows(customer, "usual")[item]
		self.assertEqual((row["usual_qty"], row["qty"], row["uom"]), (24, 24, "Nos"))
		self.assertEqual((row["last_price"]["value"], row["last_price"]["uom"]), (60, "Box"))

	def test_what_was_sold_without_an_order_counts_and_a_sale_counts_once(self):
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		customer, counter, ordered = self.customer(), self.item(), self.item()
		self.invoice(customer, 30, (counter, 3))
		order = self.order(customer, 20, (ordered, 7))
		billed = make_sales_invoice(order.name)
		billed.disable_rounded_total = 1
		billed.insert().submit()
		shown = self.rows(customer, "usual")
		self.assertEqual({item: row["purchases"] for item, row in shown.items()}, {counter: 1, ordered: 1})
		self.assertEqual(shown[ordered]["last_on"], ago(20))

	def test_credit_notes_drafts_and_cancelled_documents_are_not_bought(self):
		customer = self.customer()
		part, whole, draft, cancelled = (self.item() for _ in range(4))
		sold = self.invoice(customer, 30, (part, 5), (whole, 2))
		# of no order, and so of no list of them
		self.assertIsNone(self.show(customer)["usual"]["list"])
		self.credit_note(sold, 3, part, 2)
		self.credit_note(sold, 3, whole, 2)
		self.order(customer, 9, (draft, 1), submit=False)
		self.order(customer, 9, (cancelled, 1)).cancel()
		shown = self.rows(customer, "usual")
		self.assertEqual({item: row["usual_qty"] for item, row in shown.items()}, {part: 3})
		self.assertEqual(shown[part]["last_on"], ago(30))

	def test_the_companies_of_a_group_are_there_when_they_are_asked_for(self):
		customer, item = self.customer(), self.item()
		child = self.customer(b2b_parent_customer=customer)
		self.order(child, 9, (item, 1))
		self.assertEqual(self.show(customer)["usual"]["rows"], [])
		shown = self.show(customer, include_children=True)["usual"]["rows"]
		self.assertEqual([row["item_code"] for row in shown], [item])


class TestLastPrice(PreferencesCase):
	def test_it_is_the_newest_of_quotation_order_and_invoice(self):
		customer, quoted, ordered, invoiced = self.customer(), self.item(), self.item(), self.item()
		self.order(customer, 9, (ordered, 1, {"rate": 11}), (quoted, 1, {"rate": 11}))
		self.invoice(customer, 5, (invoiced, 1, {"rate": 12}))
		offer = factories.quotation(
			party_name=customer,
			transaction_date=add_days(nowdate(), -2),
			items=[
				{"item_code": quoted, "price": 13},
				{"item_code": ordered, "price": 14, "is_alternative": 1},
			],
		)
		shown = self.rows(customer, "usual")
		prices = {item: row["last_price"] for item, row in shown.items()}
		self.assertEqual(
			{item: (one["value"], one["currency"], one["on"]) for item, one in prices.items()},
			{quoted: (13, "RON", ago(2)), ordered: (11, "RON", ago(9)), invoiced: (12, "RON", ago(5))},
		)
		self.assertEqual(prices[quoted]["document"], {"doctype": "Quotation", "name": offer.name})

	def test_a_price_in_another_currency_says_so(self):
		customer, item = self.customer(default_currency="EUR"), self.item()
		self.order(
			customer,
			4,
			(item, 1, {"rate": 2, "price_list_rate": 2}),
			currency="EUR",
			conversion_rate=5,
			plc_conversion_rate=5,
		)
		price = self.rows(customer, "usual")[item]["last_price"]
		self.assertEqual((price["value"], price["currency"]), (2, "EUR"))

	def test_who_may_not_read_the_documents_sees_no_price(self):
		customer, item = self.customer(), self.item()
		self.order(customer, 9, (item, 3))
		seller = factories.user("Sales User")
		scope = scopes.of(customer, self.company)
		with self.as_user(seller):
			self.assertEqual(preferences.show(scope)["usual"]["rows"][0]["last_price"]["value"], 10)
		# a role of ours alone opens no document of ERPNext's
		with self.as_user(factories.user("B2B Sales")):
			[row] = preferences.show(scope)["usual"]["rows"]
			self.assertEqual((row["item_code"], row["last_price"], row["link"]), (item, None, None))

	def test_documents_of_a_company_that_the_user_may_not_read_are_not_counted(self):
		customer, item = self.customer(), self.item()
		self.order(customer, 9, (item, 3))
		with self.as_user(self.seller_elsewhere()):
			self.assertEqual(preferences.show(scopes.of(customer))["usual"]["rows"], [])


class TestRecommended(PreferencesCase):
	def regular(self, customer: str, item: str, every: int = 14, last: int = 13, qty: float = 5) -> None:
		for number in range(4):
			self.order(customer, last + every * number, (item, qty))

	def test_what_is_usually_ordered_again_says_how_often_and_when_it_is_due(self):
		customer, item = self.customer(), self.item()
		self.regular(customer, item)
		self.renew(customer)
		row = self.rows(customer, "recommended")[item]
		self.assertEqual((row["kind"], row["due_on"], row["is_due"]), ("reorder", ago(-1), True))
		self.assertEqual((row["qty"], row["uom"]), (5, "Nos"))
		self.assertEqual(
			row["reason"]["arguments"],
			{"interval_days": 14, "purchases": 4, "last_on": ago(13), "due_on": ago(-1)},
		)
		self.assertIn("14", row["reason"]["text"])

	def test_what_was_ordered_since_the_night_is_not_due_any_more(self):
		customer, item = self.customer(), self.item()
		self.regular(customer, item)
		self.renew(customer)
		self.order(customer, 0, (item, 5))
		row = self.rows(customer, "recommended")[item]
		self.assertEqual((row["due_on"], row["is_due"]), (ago(-14), False))

	def test_what_is_due_stands_before_what_is_not(self):
		customer, due, fresh = self.customer(), self.item(), self.item()
		self.regular(customer, due, last=14)
		self.regular(customer, fresh, last=1)
		self.renew(customer)
		self.assertEqual(list(self.rows(customer, "recommended")), [due, fresh])

	def test_what_is_bought_no_more_is_not_recommended(self):
		customer, item = self.customer(), self.item()
		self.regular(customer, item, every=7, last=60)
		self.renew(customer)
		self.assertEqual(self.rows(customer, "recommended"), {})

	def test_what_others_buy_together_with_it_says_with_what(self):
		customer, own, other = self.customer(), self.item(), self.item(item_name="Ciocan")
		self.order(customer, 5, (own, 1))
		self.associate(own, other, customers=7)
		self.renew(customer)
		row = self.rows(customer, "recommended")[other]
		self.assertEqual((row["kind"], row["qty"], row["due_on"]), ("together", 1, None))
		self.assertEqual(row["reason"]["arguments"]["with_item"], own)
		self.assertEqual(row["reason"]["arguments"]["customers"], 7)

	def test_only_what_is_on_sale_is_recommended_also_when_it_was_taken_off_today(self):
		customer = self.customer()
		sold, disabled, ended, not_sold = (self.item() for _ in range(4))
		for number in range(3):
			self.order(customer, 10 + 7 * number, *((item, 1) for item in (sold, disabled, ended, not_sold)))
		self.renew(customer)
		self.assertEqual(len(self.recommended(customer)), 4)
		frappe.db.set_value("Item", disabled, "disabled", 1)
		frappe.db.set_value("Item", ended, "end_of_life", nowdate())
		frappe.db.set_value("Item", not_sold, "is_sales_item", 0)
		self.assertEqual(list(self.rows(customer, "recommended")), [sold])
		self.renew(customer)
		self.assertEqual(list(self.recommended(customer)), [sold])
		usual = self.rows(customer, "usual")
		self.assertEqual(
			{item for item, row in usual.items() if not row["is_on_sale"]}, {disabled, ended, not_sold}
		)

	def test_figures_are_of_all_that_is_kept_not_of_what_is_shown(self):
		customer = self.customer()
		items = [self.item() for _ in range(23)]
		for number in range(4):
			self.order(customer, 13 + 14 * number, *((item, 1) for item in items))
		self.renew(customer)
		shown = self.show(customer)["recommended"]
		self.assertEqual((len(shown["rows"]), shown["total"], shown["due"]), (20, 23, 23))
		self.assertEqual(
			len(frappe.get_list(shown["list"]["doctype"], shown["list"]["filters"])), shown["total"]
		)


class TestFavourites(PreferencesCase):
	def test_each_side_marks_and_unmarks_its_own(self):
		customer, item = self.customer(), self.item()
		favourites.mark(customer, item, favourites.SALES, "mereu <b>cutia</b> mare")
		buyer = factories.buyer(customer)
		with self.as_user(buyer):
			favourites.mark(customer, item, favourites.BUYER)
		[row] = self.show(customer)["favourites"]["rows"]
		self.assertEqual(
			(row["marks"]["sales"]["user"], row["marks"]["buyer"]["user"]), ("Administrator", buyer)
		)
		self.assertEqual(row["marks"]["note"], "mereu cutia mare")
		self.assertTrue(row["is_favourite"])
		favourites.unmark(customer, item, favourites.SALES)
		[row] = self.show(customer)["favourites"]["rows"]
		self.assertEqual((row["marks"]["sales"], row["marks"]["note"]), (None, None))
		favourites.unmark(customer, item, favourites.BUYER)
		self.assertEqual(self.show(customer)["favourites"], {"rows": [], "total": 0, "list": None})
		self.assertIsNone(favourites.unmark(customer, item, favourites.BUYER))

	def test_marking_twice_is_one_mark_with_the_newer_note(self):
		customer, item = self.customer(), self.item()
		favourites.mark(customer, item, favourites.SALES, "unu")
		favourites.mark(customer, item, favourites.SALES, "doi")
		self.assertEqual(frappe.get_all(favourites.PREFERENCE, {"customer": customer}, pluck="note"), ["doi"])

	def test_nobody_writes_one_past_the_app(self):
		customer, item = self.customer(), self.item()
		doc = favourites.mark(customer, item, favourites.SALES)
		stored = frappe.get_doc(favourites.PREFERENCE, doc.name)
		for act in (stored.save, stored.delete):
			with self.assertRaises(frappe.PermissionError):
				act()
		for doctype in (favourites.PREFERENCE, store.RECOMMENDATION, store.ASSOCIATION):
			values = {"customer": customer, "item_code": item, "kind": "Reorder", "with_item": item}
			with self.assertRaises(frappe.PermissionError):
				frappe.get_doc({"doctype": doctype, **values}).insert()

	def test_a_second_row_of_the_same_customer_and_item_is_impossible(self):
		customer, item = self.customer(), self.item()
		favourites.mark(customer, item, favourites.SALES)
		with self.assertRaises(Exception) as caught:
			frappe.get_doc(
				{"doctype": favourites.PREFERENCE, "customer": customer, "item_code": item, "name": "x"}
			).db_insert()
		self.assertIsInstance(caught.exception, frappe.UniqueValidationError | frappe.DuplicateEntryError)


class TestRights(PreferencesCase):
	def test_what_is_kept_of_a_customer_is_read_by_who_may_read_the_customer(self):
		mine, theirs, item = self.customer(), self.customer(), self.item()
		for customer in (mine, theirs):
			favourites.mark(customer, item, favourites.SALES)
			for number in range(3):
				self.order(customer, 5 + 7 * number, (item, 1))
		self.renew(mine, theirs)
		seller = factories.user("Sales User")
		frappe.get_doc(
			{"doctype": "User Permission", "user": seller, "allow": "Customer", "for_value": mine}
		).insert()
		with self.as_user(seller):
			for doctype in (favourites.PREFERENCE, store.RECOMMENDATION):
				found = frappe.get_list(doctype, fields=["name", "customer"])
				self.assertEqual([row.customer for row in found], [mine], doctype)
				self.assertTrue(frappe.has_permission(doctype, "read", doc=found[0].name))
				hidden = frappe.db.get_value(doctype, {"customer": theirs})
				self.assertFalse(frappe.has_permission(doctype, "read", doc=hidden))

	def test_a_buyer_and_who_has_no_part_in_sales_read_none(self):
		customer = self.customer()
		for user in (factories.buyer(customer), factories.user("Stock User")):
			with self.as_user(user):
				for doctype in (favourites.PREFERENCE, store.RECOMMENDATION, store.ASSOCIATION):
					self.assertFalse(frappe.has_permission(doctype, "read"))

	def test_the_tab_is_for_sales(self):
		scope = scopes.of(self.customer(), self.company)
		self.assertTrue(preferences.show(scope)["may_mark"])
		with self.as_user(factories.user("B2B Sales")):
			# marking is refused to whoever may not read items
			self.assertFalse(preferences.show(scope)["may_mark"])
		with self.as_user(factories.user("Accounts User")):
			self.assertEqual(tabs.show(scope, "preferences")["error"]["code"], "not_allowed")
		with self.as_user(factories.user("Sales User")):
			self.assertEqual(tabs.show(scope, "preferences")["favourites"]["rows"], [])

	def test_items_that_the_user_may_not_read_are_not_shown(self):
		# before there is another group to be in
		hidden = self.item()
		group = frappe.get_doc(
			{
				"doctype": "Item Group",
				"item_group_name": frappe.generate_hash(length=8),
				"parent_item_group": "All Item Groups",
			}
		).insert()
		customer, seen = self.customer(), self.item(item_group=group.name)
		for item in (seen, hidden):
			favourites.mark(customer, item, favourites.SALES)
		for number in range(3):
			self.order(customer, 5 + 7 * number, (seen, 1), (hidden, 1))
		self.renew(customer)
		seller = factories.user("Sales User")
		frappe.get_doc(
			{
				"doctype": "User Permission",
				"user": seller,
				"allow": "Item Group",
				"for_value": group.name,
				"apply_to_all_doctypes": 0,
				"applicable_for": "Item",
			}
		).insert()
		with self.as_user(seller):
			shown = self.show(customer)
			for part in ("favourites", "recommended", "usual"):
				self.assertEqual([row["item_code"] for row in shown[part]["rows"]], [seen], part)
			totals = [shown[part]["total"] for part in ("favourites", "usual")]
			self.assertEqual((totals, preferences.count(scopes.of(customer))), ([1, 1], 1))

	def test_recommendations_tell_nothing_of_documents_that_the_user_may_not_read(self):
		customer, known, hidden, other = self.customer(), self.item(), self.item(), self.item()
		for number in range(3):
			days = 5 + 7 * number
			mine = self.order(customer, days, (known, 2))
			theirs = self.order(customer, days + 3, (known, 8), (hidden, 1))
			for order, owner in ((mine, "mine"), (theirs, "theirs")):
				frappe.db.set_value("Sales Order", order.name, "po_no", owner)
		self.associate(hidden, other)
		self.renew(customer)
		row = self.rows(customer, "recommended")[known]
		self.assertEqual((row["reason"]["arguments"]["purchases"], row["qty"]), (6, 5))
		self.assertEqual(set(self.rows(customer, "recommended")), {known, hidden, other})

		def readable(doctype: str) -> Any:
			return DocType("Sales Order").po_no == "mine" if doctype == "Sales Order" else None

		with (
			mock.patch.object(scopes, "readable", readable),
			self.as_user(factories.user("Sales User")),
		):
			shown = self.show(customer)["recommended"]
		[row] = shown["rows"]
		self.assertEqual(row["item_code"], known)
		self.assertEqual((row["reason"]["arguments"]["purchases"], row["qty"]), (3, 2))
		self.assertEqual((shown["list"], shown["total"]), (None, 1))

	def test_who_may_not_read_one_of_the_companies_is_told_what_the_others_sold(self):
		customer, item = self.customer(), self.item()
		for number in range(3):
			self.order(customer, 5 + 7 * number, (item, 1))
		self.renew(customer)
		[name] = frappe.get_all(store.RECOMMENDATION, {"customer": customer}, pluck="name")
		doc = frappe.get_doc(store.RECOMMENDATION, name)
		with self.as_user(factories.user("Sales User")):
			self.assertTrue(doc.has_permission("read"))
		with self.as_user(self.seller_elsewhere()):
			shown = preferences.show(scopes.of(customer))["recommended"]
			self.assertEqual((shown["rows"], shown["list"]), ([], None))
			# nor in the list itself
			self.assertEqual(frappe.get_list(store.RECOMMENDATION), [])
			self.assertFalse(doc.has_permission("read"))

	def test_the_name_of_an_item_that_the_user_may_not_read_is_in_no_reason(self):
		customer, own, other = self.customer(), self.item(item_name="Ascuns"), self.item()
		self.order(customer, 5, (own, 1))
		self.associate(own, other, customers=7)
		self.renew(customer)
		readable = DocType("Item").name == other
		with mock.patch.object(preferences, "_readable_items", lambda: readable):
			reason = self.rows(customer, "recommended")[other]["reason"]
		self.assertIsNone(reason["arguments"]["with_item"])
		for name in (own, "Ascuns"):
			self.assertNotIn(name, str(reason))


class TestHowMuch(PreferencesCase):
	def test_queries_and_rows_do_not_grow_with_what_there_is(self):
		customer, first = self.customer(), self.item()
		favourites.mark(customer, first, favourites.SALES)
		self.order(customer, 40, (first, 1))
		self.associate(first, self.item())
		self.renew(customer)

		def queries() -> int:
			self.show(customer)
			return number_of_queries(lambda: self.show(customer))

		few = queries()
		items = [self.item() for _ in range(26)]
		for item in items:
			favourites.mark(customer, item, favourites.SALES)
		for number in range(3):
			self.order(customer, 5 + 7 * number, *((item, 1) for item in items))
		self.renew(customer)
		shown = self.show(customer)
		self.assertEqual(
			[len(shown[part]["rows"]) for part in ("favourites", "recommended", "usual")], [20] * 3
		)
		self.assertEqual((shown["favourites"]["total"], shown["usual"]["total"]), (27, 27))
		# one to count what is more than a page
		self.assertLessEqual(queries(), few + 1)
