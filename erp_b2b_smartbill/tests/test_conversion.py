"""The definitions of what became of quotations, and where a page of the timeline ends."""

import unittest
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from erp_b2b_smartbill.customers.overview import conversion
from erp_b2b_smartbill.customers.overview.conversion import Offer
from erp_b2b_smartbill.customers.overview.cursor import Cursor, parse

TODAY = date(2026, 3, 31)


def offer(value: str = "100", ordered: str = "0", on: date = date(2026, 3, 1), **values: Any) -> Offer:
	values = {"names": ("Q",), "status": "Open", "valid_till": None, "first_order_on": None, **values}
	return Offer(on=on, value=Decimal(value), ordered=Decimal(ordered), **values)


def ordered(days: int = 1, **values: Any) -> Offer:
	return offer(first_order_on=date(2026, 3, 1 + days), **{"ordered": "100", **values})


class TestOutcome(unittest.TestCase):
	def outcome(self, **values: Any) -> str:
		return conversion.outcome(offer(**values), TODAY)

	def test_an_order_wins_whatever_else_is_said(self):
		self.assertEqual(
			conversion.outcome(ordered(status="Lost", valid_till=date(2026, 3, 2)), TODAY), "won"
		)

	def test_it_is_open_until_the_day_after_its_last(self):
		self.assertEqual(self.outcome(valid_till=TODAY), "open")
		self.assertEqual(self.outcome(valid_till=date(2026, 3, 30)), "expired")
		self.assertEqual(self.outcome(valid_till=None), "open")

	def test_lost_goes_before_expired(self):
		self.assertEqual(self.outcome(status="Lost", valid_till=date(2026, 3, 2)), "lost")

	def test_an_order_of_nothing_worth_is_an_order(self):
		self.assertEqual(conversion.outcome(ordered(ordered="0"), TODAY), "won")


class TestSummary(unittest.TestCase):
	def test_outcomes_add_up_to_what_was_quoted(self):
		lost, expired = offer("20", status="Lost"), offer("30", valid_till=date(2026, 3, 2))
		found = conversion.summary([ordered(value="200"), lost, expired, offer("50")], TODAY)
		self.assertEqual(sum(found.number[name] for name in conversion.OUTCOMES), found.number["quoted"])
		self.assertEqual(sum(found.value[name] for name in conversion.OUTCOMES), found.value["quoted"])
		# one of four, 100 of 300; one of three, 100 of 250 without the open one
		self.assertEqual((found.rate_by_number, found.rate_by_value), (25.0, 33.3))
		self.assertEqual((found.rate_decided_by_number, found.rate_decided_by_value), (33.3, 40.0))

	def test_of_a_part_only_the_part_counts_by_value(self):
		found = conversion.summary([ordered(ordered="25", status="Partially Ordered")], TODAY)
		self.assertEqual(
			(found.rate_by_number, found.rate_by_value, found.number["partly"]), (100.0, 25.0, 1)
		)

	def test_nothing_has_no_rate(self):
		found = conversion.summary([], TODAY)
		self.assertEqual((found.rate_by_number, found.rate_by_value, found.median_days_to_order), (None,) * 3)

	def test_the_days_to_order_are_the_middle_of_all(self):
		self.assertEqual(
			conversion.summary([ordered(1), ordered(3), ordered(20)], TODAY).median_days_to_order, 3
		)
		self.assertEqual(conversion.summary([ordered(1), ordered(4)], TODAY).median_days_to_order, 2.5)

	def test_an_order_dated_before_its_quotation_took_no_time(self):
		early = offer(on=date(2026, 3, 9), first_order_on=date(2026, 3, 1))
		self.assertEqual(conversion.summary([early], TODAY).median_days_to_order, 0)


class TestMonths(unittest.TestCase):
	def test_they_are_whole_and_end_with_todays(self):
		months = conversion.months_until(TODAY)
		self.assertEqual((len(months), months[0].first, months[-1].last), (12, date(2025, 4, 1), TODAY))
		self.assertEqual(conversion.months_until(TODAY, 4)[0].key, "2025-12")
		self.assertEqual(conversion.months_until(date(2024, 2, 10))[-1].last, date(2024, 2, 29))

	def test_an_offer_is_in_the_month_of_its_date(self):
		months = conversion.months_until(TODAY, 2)
		first, last, before = (offer(on=day) for day in (date(2026, 2, 1), TODAY, date(2026, 1, 31)))
		self.assertEqual(conversion.by_month([first, last, before], months), [[first], [last]])


class TestCursor(unittest.TestCase):
	def test_it_comes_back_as_it_was(self):
		cursor = Cursor(TODAY, datetime(2026, 3, 30, 9, 0, 0, 12), "order", "SO~1 ș/2")
		self.assertEqual(parse(str(cursor)), cursor)

	def test_what_is_none_is_refused(self):
		for text in ("x", "2026-03-31", "2026-03-31~x~order~n", "2026-13-01~2026-01-01~order~n", "~~~"):
			with self.assertRaises(ValueError):
				parse(text)

	def test_of_what_has_only_a_moment_the_cursors_day_decides(self):
		def limit(moment: datetime) -> datetime:
			return Cursor(date(2026, 3, 10), moment, "order", "n").limit

		self.assertEqual(limit(datetime(2026, 3, 10, 9)), datetime(2026, 3, 10, 9))
		# entered later, or dated ahead
		self.assertEqual(limit(datetime(2026, 3, 12, 9)), datetime(2026, 3, 11))
		self.assertEqual(limit(datetime(2026, 3, 8, 9)), datetime(2026, 3, 10))
