"""The nightly run: who is looked at, what is kept, what happens when it is broken off, and to what is renamed."""

from typing import Any
from unittest import mock

import frappe
from frappe.utils import add_days, add_to_date, getdate, now_datetime, nowdate

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.bulk_insert import insert_rows
from erp_b2b_smartbill.customers import favourites
from erp_b2b_smartbill.customers.recommend import documents, run, state, store
from erp_b2b_smartbill.features import OVERVIEW, SETTINGS
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import CommittingTestCase
from erp_b2b_smartbill.tests.recommend_case import RecommendCase


class TestWhatIsBought(RecommendCase):
	def test_a_habit_needs_three_days_of_orders_or_of_invoices_without_one(self):
		customer, habit, twice = self.customer(), self.item(), self.item()
		self.order(customer, 30, (habit, 2), (twice, 1))
		self.invoice(customer, 20, (habit, 4), (twice, 1))
		self.order(customer, 10, (habit, 3))
		self.renew(customer)
		[row] = self.recommended(customer).values()
		self.assertEqual(
			(row.item_code, row.kind, row.purchases, row.interval_days, row.usual_qty),
			(habit, store.REORDER, 3, 10, 3),
		)
		self.assertEqual(str(row.due_on), nowdate())

	def test_gifts_and_what_came_back_are_not_bought(self):
		customer, gift, returned = self.customer(), self.item(), self.item()
		for days in (30, 20, 10):
			self.order(customer, days, (gift, 1, {"is_free_item": 1, "rate": 0, "price_list_rate": 0}))
			sold = self.invoice(customer, days, (returned, 3))
		self.credit_note(sold, 2, returned, 3)
		self.renew(customer)
		self.assertEqual(self.recommended(customer), {})

	def test_what_a_credit_note_takes_back_of_an_order_is_taken_from_its_day(self):
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		customer, item = self.customer(), self.item()
		for days in (40, 30, 20):
			order = self.order(customer, days, (item, 6))
			if days == 30:
				billed = make_sales_invoice(order.name)
				billed.disable_rounded_total = 1
				billed.insert().submit()
		self.credit_note(billed, 0, item, 6)
		self.order(customer, 10, (item, 6))
		self.renew(customer)
		[row] = self.recommended(customer).values()
		self.assertEqual((row.purchases, row.interval_days, row.usual_qty), (3, 15, 6))

	def test_rows_of_one_day_are_one_purchase_less_what_came_back(self):
		customer, item = self.customer(), self.item()
		for days in (30, 20, 10):
			self.order(customer, days, (item, 2), (item, 3))
			sold = self.invoice(customer, days, (item, 4), (item, 1))
		self.credit_note(sold, 0, item, 4)
		self.renew(customer)
		[row] = self.recommended(customer).values()
		self.assertEqual((row.purchases, row.interval_days, row.usual_qty), (3, 10, 10))
		self.assertEqual(
			documents.lines([customer], getdate(add_days(nowdate(), -15)))[customer],
			[(item, getdate(add_days(nowdate(), -10)), qty) for qty in (5, 1)],
		)

	def test_renewing_takes_the_place_of_what_was_there(self):
		customer, item = self.customer(), self.item()
		orders = [self.order(customer, days, (item, 2)) for days in (30, 20, 10)]
		self.renew(customer)
		self.renew(customer)
		self.assertEqual(list(self.recommended(customer)), [item])
		orders[0].cancel()
		self.renew(customer)
		self.assertEqual(self.recommended(customer), {})


class TestWhoIsRenamedMergedOrDeleted(RecommendCase):
	def setUp(self) -> None:
		super().setUp()
		self.one, self.other, self.left, self.right = (
			self.customer(),
			self.customer(),
			self.item(),
			self.item(),
		)
		for customer in (self.one, self.other):
			for item in (self.left, self.right):
				favourites.mark(customer, item, favourites.SALES, f"{customer} {item}")
				for days in (30, 20, 10):
					self.order(customer, days, (item, 1))
		self.associate(self.left, self.right)
		self.renew(self.one, self.other)

	def marked(self, **filters: str) -> set[tuple[str, str]]:
		rows = frappe.get_all(favourites.PREFERENCE, filters, ["customer", "item_code"])
		return {(row.customer, row.item_code) for row in rows}

	def test_a_rename_takes_everything_along(self):
		item = frappe.rename_doc("Item", self.left, self.left + "-X")
		customer = frappe.rename_doc("Customer", self.one, self.one + " X")
		self.assertEqual(set(self.recommended(customer)), {item, self.right})
		self.assertEqual(self.marked(customer=customer), {(customer, item), (customer, self.right)})
		self.assertTrue(frappe.db.exists(store.ASSOCIATION, {"item_code": item, "with_item": self.right}))

	def test_two_customers_who_become_one_keep_one_mark_and_are_looked_at_again(self):
		extra = self.item()
		favourites.mark(self.one, extra, favourites.SALES)
		frappe.rename_doc("Customer", self.one, self.other, merge=True)
		self.assertEqual(
			self.marked(customer=self.other),
			{(self.other, item) for item in (self.left, self.right, extra)},
		)
		self.assertEqual(self.marked(customer=self.one), set())
		self.assertEqual(frappe.db.count(store.RECOMMENDATION, {"customer": self.one}), 0)
		state.begin("walk", full=False)
		self.assertIn(self.other, state.at().also)

	def test_two_items_that_become_one_keep_one_mark(self):
		frappe.rename_doc("Item", self.left, self.right, merge=True)
		self.assertEqual(
			self.marked(item_code=self.right), {(self.one, self.right), (self.other, self.right)}
		)
		self.assertEqual(list(self.recommended(self.one)), [self.right])
		self.assertEqual(
			frappe.db.count(store.ASSOCIATION, {"item_code": ["in", [self.left, self.right]]}), 0
		)

	def test_they_keep_nothing_from_being_deleted(self):
		customer, item = self.customer(), self.item()
		favourites.mark(customer, item, favourites.SALES)
		store.add_associations([(item, [store.Neighbour(self.left, 3, 0.5)])])
		insert_rows(store.RECOMMENDATION, [{"customer": customer, "item_code": item, "kind": store.REORDER}])
		frappe.delete_doc("Customer", customer)
		self.assertEqual((self.marked(customer=customer), self.recommended(customer)), (set(), {}))
		favourites.mark(self.one, item, favourites.SALES)
		frappe.delete_doc("Item", item)
		self.assertEqual(self.marked(item_code=item), set())
		self.assertFalse(frappe.db.exists(store.ASSOCIATION, {"item_code": item}))


class TestRun(CommittingTestCase):
	"""Orders written as rows: what counts is who is looked at."""

	def setUp(self) -> None:
		super().setUp()
		self.before = dict(
			frappe.db.sql("select field, value from `tabSingles` where doctype = %s", state.STATE)
		)
		self.addCleanup(self.put_back)
		frappe.db.set_single_value("B2B Settings", OVERVIEW, 1)
		self.made: list[str] = []
		self.items = [factories.item().name for _ in range(3)]
		self.customers = sorted(factories.customer(address=None).name for _ in range(6))
		for customer in self.customers:
			for days in (30, 20, 10):
				self.order(customer, days, *self.items[:2])
		frappe.db.commit()

	def put_back(self) -> None:
		frappe.db.rollback()
		for doctype in ("Sales Order", "Sales Order Item"):
			field = "name" if doctype == "Sales Order" else "parent"
			frappe.db.delete(doctype, {field: ["in", self.made or [""]]})
		frappe.db.delete("Singles", {"doctype": state.STATE})
		frappe.db.set_single_value(state.STATE, self.before or {"walk": ""})
		frappe.db.set_single_value("B2B Settings", OVERVIEW, 0)
		frappe.db.commit()

	def order(self, customer: str, days_ago: int, *items: str, qty: float = 1) -> None:
		name = frappe.generate_hash(length=12)
		day = add_days(nowdate(), -days_ago)
		insert_rows(
			"Sales Order", [{"name": name, "customer": customer, "transaction_date": day, "company": "x"}]
		)
		insert_rows(
			"Sales Order Item",
			[
				{"parent": name, "parenttype": "Sales Order", "item_code": item, "stock_qty": qty}
				for item in items
			],
		)
		frappe.db.set_value("Sales Order", name, "docstatus", 1, update_modified=False)
		self.made.append(name)

	def computed(self) -> dict[str, Any]:
		frappe.db.rollback()
		rows = frappe.get_all(
			store.RECOMMENDATION,
			{"customer": ["in", self.customers]},
			["customer", "item_code", "kind", "computed_at"],
		)
		return {(row.customer, row.item_code, row.kind): row.computed_at for row in rows}

	def after(self, **values: int) -> None:
		"""The site's clock shows another moment from now on."""
		moment = add_to_date(now_datetime(), **values)
		self.enterContext(mock.patch.object(clock, "now", lambda: moment))

	def test_a_first_run_looks_at_all_and_knows_what_belongs_together(self):
		self.assertTrue(run.recommend())
		self.assertEqual(
			set(self.computed()),
			{(customer, item, store.REORDER) for customer in self.customers for item in self.items[:2]},
		)
		# all six buy both: with whom else would they be compared
		self.assertIsNotNone(frappe.db.get_single_value(state.STATE, "finished_at"))
		self.assertEqual(state.at().walk, "")

	def test_what_others_buy_together_is_recommended_to_who_buys_one_of_them(self):
		lonely = [factories.customer(address=None).name for _ in range(6)]
		for number, customer in enumerate(lonely):
			self.order(customer, 9, factories.item().name if number else self.items[0])
		self.customers += lonely
		frappe.db.commit()
		run.recommend(full=True)
		self.assertIn((lonely[0], self.items[1], store.TOGETHER), self.computed())
		self.assertFalse([key for key in self.computed() if key[0] in lonely[1:]])

	def test_the_next_night_looks_only_at_whose_documents_changed(self):
		run.recommend()
		before = self.computed()
		# all these documents are of before the first run
		self.after(days=1)
		state._set({"watermark": add_to_date(now_datetime(), minutes=10)})
		changed = self.customers[2]
		self.order(changed, 0, self.items[2])
		frappe.db.set_value(
			"Sales Order",
			self.made[-1],
			"modified",
			add_to_date(now_datetime(), hours=5),
			update_modified=False,
		)
		frappe.db.commit()
		self.assertTrue(run.recommend())
		after = self.computed()
		self.assertEqual({key[0] for key in before if after[key] != before[key]}, {changed})

	def test_after_a_week_all_are_looked_at(self):
		run.recommend()
		before = self.computed()
		self.after(days=7)
		run.recommend()
		self.assertFalse(set(before.values()) & set(self.computed().values()))

	def test_a_cancelled_order_is_noticed(self):
		run.recommend()
		customer = self.customers[0]
		state._set({"watermark": add_to_date(now_datetime(), minutes=10)})
		frappe.db.set_value(
			"Sales Order",
			self.made[0],
			{"docstatus": 2, "modified": add_to_date(now_datetime(), hours=5)},
			update_modified=False,
		)
		frappe.db.commit()
		run.recommend()
		self.assertFalse([key for key in self.computed() if key[0] == customer])

	def test_a_run_that_was_broken_off_goes_on_where_it_stood(self):
		writes: list[list[str]] = []
		real = store.write

		def breaks(customers: list[str], choices: Any) -> int:
			writes.append(list(customers))
			if len(writes) == 3:
				raise RuntimeError("killed")
			return real(customers, choices)

		with mock.patch.object(run, "CHUNK", 2), mock.patch.object(store, "write", breaks):
			with self.assertRaises(RuntimeError):
				run.recommend(full=True)
			frappe.db.rollback()
			done = state.at()
			self.assertEqual((done.position, done.done), (writes[1][-1], 4))
			self.assertTrue(run.is_running())
			self.after(minutes=20)
			self.assertFalse(run.is_running())
			run.work()
		self.assertEqual(writes[3], writes[2])
		seen = [customer for some in writes[:2] + writes[3:] for customer in some]
		self.assertEqual(len(seen), len(set(seen)))
		self.assertTrue(set(self.customers) <= set(seen))
		self.assertEqual(len(self.computed()), 12)

	def test_a_second_run_ends_the_first(self):
		real = store.write

		def overtaken(customers: list[str], choices: Any) -> int:
			state.begin("another", full=True)
			return real(customers, choices)

		with mock.patch.object(store, "write", overtaken):
			self.assertFalse(run.recommend(full=True))

	def test_switched_off_it_does_not_begin_and_stops(self):
		frappe.db.set_single_value("B2B Settings", OVERVIEW, 0)
		frappe.db.commit()
		with mock.patch.object(frappe, "enqueue") as enqueue:
			run.start_nightly()
			run.resume_abandoned()
		enqueue.assert_not_called()
		self.assertFalse(run.recommend(full=True))
		self.assertEqual(self.computed(), {})

	def test_switched_off_by_somebody_else_it_stops(self):
		self.assertTrue(features.is_on(OVERVIEW))
		# as another connection writes it: this one is not told
		frappe.db.sql(
			"update `tabSingles` set value = '0' where doctype = %s and field = %s", (SETTINGS, OVERVIEW)
		)
		frappe.db.commit()
		self.assertFalse(run.recommend(full=True))
		self.assertEqual(self.computed(), {})

	def test_a_customer_deleted_meanwhile_leaves_nothing(self):
		insert_rows(
			store.RECOMMENDATION,
			[{"customer": "nobody any more", "item_code": self.items[0], "kind": store.REORDER}],
		)
		frappe.db.commit()
		run.recommend()
		self.assertFalse(frappe.db.exists(store.RECOMMENDATION, {"customer": "nobody any more"}))
