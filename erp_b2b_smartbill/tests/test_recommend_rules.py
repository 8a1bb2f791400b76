"""What is a purchase, a habit, and bought together: rules on plain values."""

import random
import unittest
from collections import Counter
from datetime import date, timedelta
from itertools import combinations

from erp_b2b_smartbill.customers.recommend import choice, habits, purchases, together
from erp_b2b_smartbill.customers.recommend.together import Baskets, Neighbour

DAY = date(2026, 6, 1)


def day(number: int) -> date:
	return DAY + timedelta(days=number)


class TestPurchases(unittest.TestCase):
	def bought(self, *lines: tuple[str, int, float], since: int = 0) -> dict[str, dict[int, float]]:
		found = purchases.bought([(item, day(on), qty) for item, on, qty in lines], day(since))
		return {item: {(on - DAY).days: qty for on, qty in days.items()} for item, days in found.items()}

	def test_a_day_is_one_purchase_and_days_are_in_order(self):
		found = self.bought(("a", 9, 1), ("a", 2, 3), ("a", 9, 4), ("b", 5, 1))
		self.assertEqual(found, {"a": {2: 3, 9: 5}, "b": {5: 1}})
		self.assertEqual(list(found["a"]), [2, 9])

	def test_what_came_back_was_not_bought(self):
		self.assertEqual(self.bought(("a", 1, 3), ("a", 5, 4), ("a", 5, -4)), {"a": {1: 3}})
		self.assertEqual(self.bought(("a", 1, 3), ("a", 5, 4), ("a", 5, -1)), {"a": {1: 3, 5: 3}})
		self.assertEqual(self.bought(("a", 1, 3), ("a", 1, -3)), {})

	def test_a_return_of_an_unknown_day_is_of_the_purchases_before_it(self):
		self.assertEqual(
			self.bought(("a", 1, 3), ("a", 5, 4), ("a", 7, -5), ("a", 9, 2)), {"a": {1: 2, 9: 2}}
		)
		self.assertEqual(self.bought(("a", 7, -5), ("a", 9, 2)), {"a": {9: 2}})

	def test_what_is_too_long_ago_is_forgotten(self):
		self.assertEqual(self.bought(("a", 1, 3), ("a", 5, 4), since=2), {"a": {5: 4}})

	def test_baskets_are_what_was_bought_on_a_day(self):
		items = purchases.bought([("b", day(1), 1), ("a", day(1), 1), ("a", day(0), 1)], DAY)
		self.assertEqual(purchases.baskets(items), [["a"], ["a", "b"]])


class TestHabits(unittest.TestCase):
	def habit(self, *days: int, qty: float = 5) -> habits.Habit | None:
		return habits.habit({day(number): qty for number in days})

	def test_three_days_make_a_habit(self):
		self.assertIsNone(self.habit(0, 14))
		found = self.habit(0, 14, 28)
		self.assertEqual((found.interval_days, found.purchases, found.last_on), (14, 3, day(28)))
		self.assertEqual(found.due_on, day(42))

	def test_one_long_pause_does_not_change_the_interval(self):
		self.assertEqual(self.habit(0, 14, 28, 90, 104).interval_days, 14)

	def test_the_usual_quantity_is_the_median(self):
		found = habits.habit({day(0): 2, day(7): 3, day(14): 100})
		self.assertEqual(found.usual_qty, 3)

	def test_who_buys_regularly_and_often_is_surer_to_buy_again(self):
		regular, irregular = self.habit(0, 14, 28, 42), self.habit(0, 1, 28, 42)
		self.assertGreater(regular.strength, irregular.strength)
		self.assertGreater(self.habit(*range(0, 140, 14)).strength, regular.strength)

	def test_it_is_time_when_the_interval_has_passed_and_over_after_four(self):
		due = {passed: habits.urgency(day(0), 10, day(passed)) for passed in (0, 3, 8, 10, 15, 25, 41, 400)}
		self.assertEqual(due[0], due[3])
		self.assertLess(due[3], due[8])
		self.assertGreater(due[10], 0.98)
		self.assertLess(due[25], due[15])
		self.assertEqual((due[41], due[400]), (0, 0))


def every(baskets: dict[str, list[list[str]]]) -> set[str]:
	return {item for theirs in baskets.values() for basket in theirs for item in basket}


class TestBoughtTogether(unittest.TestCase):
	def neighbours(
		self, baskets: dict[str, list[list[str]]], on_sale: set[str] | None = None, **values: int
	) -> dict[str, list[Neighbour]]:
		kept = Baskets(**values)
		for customer, theirs in baskets.items():
			kept.add(customer, theirs)
		return dict(kept.neighbours(on_sale or every(baskets)))

	def others(self, number: int = 20) -> dict[str, list[list[str]]]:
		return {f"other {n}": [[f"lonely {n}"]] for n in range(number)}

	def test_what_customers_buy_on_one_day_belongs_together(self):
		pairs = {f"c{n}": [["nail", "hammer"], ["glue"]] for n in range(5)}
		found = self.neighbours(pairs | self.others())
		self.assertEqual([(one.item_code, one.customers) for one in found["nail"]], [("hammer", 5)])
		self.assertEqual([one.item_code for one in found["hammer"]], ["nail"])
		self.assertNotIn("glue", found)

	def test_one_customer_who_orders_often_is_one(self):
		found = self.neighbours({"c": [["nail", "hammer"]] * 50} | self.others())
		self.assertEqual(found, {})

	def test_what_everybody_buys_goes_with_nothing(self):
		baskets = {f"c{n}": [["bag", f"item {n % 4}"]] for n in range(40)}
		self.assertEqual(self.neighbours(baskets), {})

	def test_what_two_customers_do_is_told_to_nobody(self):
		self.assertEqual(self.neighbours({f"c{n}": [["a", "b"]] for n in range(2)} | self.others()), {})

	def test_counts_are_those_of_counting_each_pair(self):
		chance = random.Random(5)
		items = [f"item {n}" for n in range(12)]
		baskets = {
			f"c{n}": [sorted(chance.sample(items, chance.randint(1, 5))) for _ in range(chance.randint(1, 6))]
			for n in range(60)
		}
		pairs: Counter[frozenset[str]] = Counter()
		buyers: Counter[str] = Counter()
		for theirs in baskets.values():
			buyers.update({item for basket in theirs for item in basket})
			pairs.update({frozenset(pair) for basket in theirs for pair in combinations(basket, 2)})
		found = self.neighbours(baskets)
		for item in items:
			expected = {
				other: both
				for other in items
				if other != item
				and (both := pairs[frozenset((item, other))]) >= together.MIN_CUSTOMERS
				and both * 60 >= together.MIN_LIFT * buyers[item] * buyers[other]
			}
			self.assertEqual({one.item_code: one.customers for one in found.get(item, [])}, expected)

	def test_memory_is_bounded_and_the_pattern_is_still_found(self):
		baskets = {f"c{n}": [["nail", "hammer"], [f"x{n % 50}"]] for n in range(400)} | self.others(400)
		kept = Baskets(max_lines=300)
		for customer, theirs in baskets.items():
			kept.add(customer, theirs)
		self.assertLess(len(kept), 300)
		again = Baskets(max_lines=300)
		for customer, theirs in baskets.items():
			again.add(customer, theirs)
		found = dict(kept.neighbours(every(baskets)))
		self.assertEqual(found["nail"][0].item_code, "hammer")
		self.assertEqual(found, dict(again.neighbours(every(baskets))))

	def test_a_long_list_counts_a_part_of_its_rows_the_same_every_time(self):
		long = [f"item {n}" for n in range(500)]
		found = self.neighbours({f"c{n}": [long] for n in range(4)} | self.others(40))
		self.assertEqual(len(found), together.MAX_BASKET)
		self.assertTrue(all(len(some) == together.NEIGHBOURS for some in found.values()))

	def test_suggestions_say_which_own_item_speaks_for_them(self):
		neighbours = {
			"nail": [Neighbour("hammer", 9, 0.6), Neighbour("glue", 4, 0.2)],
			"wood": [Neighbour("glue", 5, 0.3)],
		}
		sold = {"hammer", "glue"}
		found = together.suggestions({"nail": 4, "wood": 4}, neighbours, {"nail"}, sold, 5)
		self.assertEqual(
			[(one.item_code, one.with_item) for one in found], [("hammer", "nail"), ("glue", "wood")]
		)
		[other] = together.suggestions({"nail": 4}, neighbours, {"hammer"}, sold, 5)
		self.assertEqual(other.item_code, "glue")

	def test_what_is_not_on_sale_takes_no_place_of_what_is(self):
		many = [f"gone {n}" for n in range(together.NEIGHBOURS)]
		# what is gone was bought with it by more of them
		baskets = {f"c{n}": [["nail", *many, *(["hammer"] if n < 4 else [])]] for n in range(9)}
		found = self.neighbours(baskets | self.others(), on_sale={"nail", "hammer"})
		self.assertEqual([one.item_code for one in found["nail"]], ["hammer"])
		neighbours = {"nail": [*(Neighbour(name, 9, 0.9) for name in many), Neighbour("hammer", 4, 0.1)]}
		suggested = together.suggestions({"nail": 4}, neighbours, set(), {"hammer"}, 2)
		self.assertEqual([one.item_code for one in suggested], ["hammer"])


class TestChoice(unittest.TestCase):
	def test_what_is_bought_no_more_takes_no_place_of_what_still_is(self):
		today = day(400)
		regularly = {day(number): 1.0 for number in range(0, 140, 14)}
		items = {f"over {n}": regularly for n in range(choice.MAX_HABITS)}
		items["weaker"] = {day(350): 1.0, day(371): 1.0, day(390): 1.0}
		found = choice.of(items, {}, items.keys(), today)
		self.assertEqual([item for item, _habit in found.habits], ["weaker"])

	def test_what_is_new_has_its_place_beside_what_is_bought_anyway(self):
		old = [(0.9 - n / 100, f"old {n}") for n in range(30)]
		new = [(0.1, "new 1"), (0.2, "new 2")]
		shown = choice.merged(old, new, 10, 5)
		self.assertEqual(shown, [f"old {n}" for n in range(8)] + ["new 2", "new 1"])
		self.assertEqual(choice.merged([], new, 10, 5), ["new 2", "new 1"])
		self.assertEqual(choice.merged([(0.0, "over")], [], 10, 5), [])
