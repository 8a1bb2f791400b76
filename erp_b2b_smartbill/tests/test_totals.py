import unittest
from decimal import Decimal
from typing import Any

from erp_b2b_smartbill.smartbill.totals import (
	PER_RATE,
	PER_ROW,
	Totals,
	compare,
	predict,
	round_half_up,
)


def product(price: str, quantity: str = "1", rate: str = "21", **more: Any) -> dict[str, Any]:
	return {"price": Decimal(price), "quantity": Decimal(quantity), "taxPercentage": Decimal(rate), **more}


def discount(rate: str = "21", **more: Any) -> dict[str, Any]:
	values = {key: Decimal(value) if isinstance(value, str) else value for key, value in more.items()}
	return {"isDiscount": True, "numberOfItems": 1, "taxPercentage": Decimal(rate), **values}


class TestTotals(unittest.TestCase):
	def test_predicts_the_documented_sample_under_both_roundings(self):
		rows = [product("25.5", "10"), discount(discountType=2, discountPercentage="10")]
		prediction = predict(rows)
		self.assertEqual(prediction.by_row, Totals(Decimal("229.50"), Decimal("48.19"), Decimal("277.69")))
		self.assertEqual(prediction.by_rate, Totals(Decimal("229.50"), Decimal("48.20"), Decimal("277.70")))

	def test_reproduces_the_official_numbers(self):
		base = product("100")
		for row, total in (
			(discount(discountType=1, discountValue="-10"), "108.90"),
			(discount(discountType=1, discountValue="10"), "133.10"),
			(discount(discountType=1, discountValue="-10", numberOfItems=0), "121.00"),
		):
			self.assertEqual(predict([base, row]).by_row.total, Decimal(total))
			self.assertEqual(predict([base, row]).by_rate.total, Decimal(total))

	def test_a_discount_covers_the_rows_before_it_and_stacks(self):
		rows = [
			product("100"),
			product("50"),
			discount(discountType=2, discountPercentage="10", numberOfItems=2),
			discount(discountType=2, discountPercentage="50", numberOfItems=3),
		]
		self.assertEqual(predict(rows).by_row.net, Decimal("67.50"))

	def test_prices_with_vat_included(self):
		totals = predict([product("121", isTaxIncluded=True)]).by_row
		self.assertEqual(totals, Totals(Decimal("100.00"), Decimal("21.00"), Decimal("121.00")))

	def test_rounds_ties_away_from_zero(self):
		self.assertEqual(round_half_up(Decimal("0.125")), Decimal("0.13"))
		self.assertEqual(round_half_up(Decimal("-0.125")), Decimal("-0.13"))

	def test_compares_net_vat_and_total_each(self):
		prediction = predict([product("100")])
		same_total = Totals(Decimal("101"), Decimal("20"), Decimal("121"))
		self.assertFalse(compare(prediction, same_total, 1).agrees)
		close = Totals(Decimal("100"), Decimal("21.05"), Decimal("121.05"))
		self.assertTrue(compare(prediction, close, 1).agrees)

	def test_the_tolerance_grows_with_the_rows(self):
		prediction = predict([product("100")])
		apart = Totals(Decimal("100.10"), Decimal("21"), Decimal("121.10"))
		self.assertFalse(compare(prediction, apart, 9).agrees)
		self.assertTrue(compare(prediction, apart, 10).agrees)

	def test_a_price_with_vat_is_reached_again(self):
		# 8.26 net are 1.7346 of VAT, but 10.00 hold 1.7355
		totals = predict([product("10", isTaxIncluded=True)])
		self.assertEqual(totals.by_row, Totals(Decimal("8.26"), Decimal("1.74"), Decimal("10.00")))
		self.assertEqual(totals.by_rate, totals.by_row)

	def test_only_the_way_that_an_account_is_known_to_round_counts(self):
		rows = [product("25.5", "10"), discount(discountType=2, discountPercentage="10")]
		erp = Totals(Decimal("229.50"), Decimal("48.20"), Decimal("277.70"))
		for known, difference in (("", "0.01"), (PER_ROW, "0.01"), (PER_RATE, "0")):
			self.assertEqual(compare(predict(rows), erp, 2, known).difference, Decimal(difference))
