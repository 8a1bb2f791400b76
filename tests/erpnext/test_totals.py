"""The arithmetic alone, without a site: plain objects, rounding half to even."""

import unittest
from decimal import ROUND_HALF_EVEN, Decimal
from types import SimpleNamespace

from erpnext.controllers.totals import MissingDiscountBase, Totals, included_share, price_row

DIGITS = {"rate_of_tax": 3, "margin_rate_or_amount": 3, "discount_percentage": 3}
ROW = dict.fromkeys(
	"price_list_rate rate discount_percentage discount_amount margin_rate_or_amount distributed_discount_amount".split(),
	0.0,
)


class Rounding:
	def digits(self, row, fieldname):
		return DIGITS.get(fieldname, 2)

	def __call__(self, row, fieldname, value):
		unit = Decimal(1).scaleb(-self.digits(row, fieldname))
		return float(Decimal(repr(float(value or 0))).quantize(unit, ROUND_HALF_EVEN))


def row(**values):
	return SimpleNamespace(
		**{
			**ROW,
			"item_code": "A",
			"qty": 1.0,
			"pricing_rules": "",
			"margin_type": None,
			"is_alternative": 0,
			"own": {},
			**values,
		}
	)


def tax(charge_type="On Net Total", rate=21.0, **values):
	defaults = {"account_head": f"{charge_type} {rate}", "row_id": None, "included_in_print_rate": 0}
	values = {**defaults, "dont_recompute_tax": 0, "tax_amount": 0.0, **values}
	return SimpleNamespace(charge_type=charge_type, rate=rate, **values)


def add_up(rows, taxes=(), *, row_wise=False, **doc):
	"""Price, tax and discount a document of these rows; `own` of a row are its rates by account."""
	defaults = {"conversion_rate": 1.0, "apply_discount_on": "Grand Total", "disable_rounded_total": 0}
	defaults |= {
		"additional_discount_percentage": None,
		"discount_amount": None,
		"base_rounding_adjustment": 0,
	}
	doc = SimpleNamespace(items=rows, taxes=list(taxes), **{**defaults, **doc})
	totals = Totals(
		doc,
		rounding=Rounding(),
		tax_rates=lambda row: row.own,
		round_total=lambda amount: float(round(amount)),
		round_row_wise=row_wise,
	)
	totals.price_rows()
	totals.apply_taxes()
	if totals.spread_discount():
		totals.apply_taxes()
	return doc


class TestRows(unittest.TestCase):
	def priced(self, **values):
		result = row(**values)
		price_row(result, Rounding())
		return result

	def test_the_price_list_gives_the_rate_where_none_is_given(self):
		self.assertEqual(self.priced(price_list_rate=100.0, discount_percentage=5.0).rate, 95)

	def test_a_rate_given_by_hand_leaves_no_percentage(self):
		result = self.priced(price_list_rate=100.0, rate=77.77)
		self.assertEqual((result.rate, result.discount_percentage), (77.77, 0))
		self.assertAlmostEqual(result.discount_amount, 22.23)

	def test_a_rules_percentage_beats_a_rate_given_by_hand(self):
		result = self.priced(
			price_list_rate=100.0, rate=77.77, discount_percentage=12.0, pricing_rules='["R"]'
		)
		self.assertEqual(result.rate, 88)

	def test_a_rate_above_the_price_list_is_noted_as_a_margin(self):
		result = self.priced(price_list_rate=100.0, rate=130.0)
		self.assertEqual((result.rate, result.margin_type, result.margin_rate_or_amount), (130, "Amount", 30))
		self.assertEqual((result.rate_with_margin, result.discount_amount), (0, -30))

	def test_the_discount_is_taken_off_the_rate_with_margin(self):
		margin = {"margin_type": "Percentage", "margin_rate_or_amount": 10.0}
		result = self.priced(price_list_rate=200.0, discount_percentage=5.0, **margin)
		self.assertEqual((result.rate_with_margin, result.rate), (220, 209))

	def test_a_hundred_percent_off_is_free(self):
		self.assertEqual(self.priced(price_list_rate=100.0, rate=50.0, discount_percentage=100.0).amount, 0)


class TestTaxes(unittest.TestCase):
	def test_a_row_with_its_own_rate_is_taxed_at_that(self):
		vat = tax(account_head="VAT")
		doc = add_up(
			[row(price_list_rate=100.0), row(item_code="B", price_list_rate=200.0, own={"VAT": 11})],
			[vat],
		)
		self.assertEqual((vat.tax_amount, doc.grand_total), (43, 343))
		self.assertEqual(vat.item_wise_tax_detail, {"A": [21, 21], "B": [11, 22]})

	def test_two_rates_of_one_item_fall_together_in_the_detail(self):
		vat = tax(account_head="VAT")
		rows = [row(price_list_rate=100.0), row(price_list_rate=200.0)]
		rows[1].own = {"VAT": 11}
		add_up(rows, [vat])
		self.assertEqual(vat.item_wise_tax_detail, {"A": [11, 43]})

	def test_a_fixed_amount_is_shared_out_to_the_last_unit(self):
		transport = tax("Actual", 0.0, tax_amount=10.0)
		doc = add_up([row(price_list_rate=10.0) for _ in range(3)], [transport])
		self.assertEqual((transport.tax_amount, doc.grand_total), (10, 40))

	def test_a_tax_on_a_row_above_sees_that_rows_amount_or_total(self):
		transport = tax("Actual", 0.0, tax_amount=10.0)
		on_amount = tax("On Previous Row Amount", 20.0, row_id="1")
		on_total = tax("On Previous Row Total", 10.0, row_id="2")
		doc = add_up([row(price_list_rate=100.0)], [transport, on_amount, on_total])
		self.assertEqual((on_amount.tax_amount, on_total.tax_amount, doc.grand_total), (2, 11.2, 123.2))

	def test_a_tax_by_the_piece_counts_pieces(self):
		doc = add_up([row(price_list_rate=1.0, qty=7.0)], [tax("On Item Quantity", 0.35)])
		self.assertEqual(doc.grand_total, 9.45)

	def test_taxes_in_the_price_are_taken_out_of_it_together(self):
		vat = tax(included_in_print_rate=1)
		on_top = tax("On Previous Row Amount", 10.0, row_id="1", included_in_print_rate=1)
		by_piece = tax("On Item Quantity", 0.5, included_in_print_rate=1)
		share, per_unit = included_share([vat, on_top, by_piece], [21, 10, 0.5])
		self.assertAlmostEqual(share, 0.231)
		self.assertEqual(per_unit, 0.5)

	def test_rounding_each_rows_tax_can_differ_from_rounding_the_sum(self):
		rows = [row(item_code=str(n), price_list_rate=0.07) for n in range(5)]
		self.assertEqual(add_up(rows, [tax()]).total_taxes_and_charges, 0.07)
		self.assertEqual(add_up(rows, [tax()], row_wise=True).total_taxes_and_charges, 0.05)

	def test_alternatives_are_priced_and_not_counted(self):
		alternative = row(price_list_rate=80.0, is_alternative=1)
		doc = add_up([row(price_list_rate=100.0), alternative], [tax()])
		self.assertEqual((doc.total_qty, doc.grand_total, alternative.amount), (1, 121, 80))


class TestDiscount(unittest.TestCase):
	def three_at_100(self):
		return [row(price_list_rate=100.0, qty=3.0)]

	def test_ten_percent_on_net_of_300(self):
		rows = self.three_at_100()
		discount = {"additional_discount_percentage": 10, "apply_discount_on": "Net Total"}
		doc = add_up(rows, [tax()], **discount)
		self.assertEqual((doc.net_total, doc.total_taxes_and_charges, doc.grand_total), (270, 56.70, 326.70))
		self.assertEqual(
			(doc.discount_amount, rows[0].distributed_discount_amount, rows[0].net_rate), (30, 30, 90)
		)
		self.assertEqual((rows[0].rate, rows[0].amount), (100, 300))

	def test_fifty_on_grand_total_of_363(self):
		rows, vat = self.three_at_100(), tax()
		doc = add_up(rows, [vat], discount_amount=50)
		self.assertEqual((doc.net_total, doc.grand_total), (258.68, 313.00))
		self.assertEqual((vat.tax_amount, vat.tax_amount_after_discount_amount), (63.00, 54.32))
		self.assertEqual(rows[0].distributed_discount_amount, 41.32)

	def test_tax_in_the_price(self):
		rows = self.three_at_100()
		doc = add_up(rows, [tax(included_in_print_rate=1)])
		self.assertEqual((rows[0].rate, rows[0].net_rate, rows[0].net_amount), (100, 82.64, 247.93))
		self.assertEqual((doc.total_taxes_and_charges, doc.grand_total), (52.07, 300.00))

	def test_the_shares_add_up_to_the_discount(self):
		rows = [row(price_list_rate=0.07, qty=float(qty)) for qty in (1, 3, 7, 11, 13)]
		add_up(rows, discount_amount=0.5, apply_discount_on="Net Total")
		self.assertAlmostEqual(sum(r.distributed_discount_amount for r in rows), 0.5)
		self.assertAlmostEqual(sum(r.net_amount for r in rows), 2.45 - 0.5)

	def test_a_fixed_charge_bears_no_share(self):
		rows, transport = self.three_at_100(), tax("Actual", 0.0, tax_amount=20.0)
		doc = add_up(rows, [transport], discount_amount=32)
		self.assertEqual((doc.net_total, doc.grand_total), (268, 288))

	def test_a_discount_needs_to_say_of_what(self):
		with self.assertRaises(MissingDiscountBase):
			add_up(self.three_at_100(), discount_amount=5, apply_discount_on=None)

	def test_a_discount_taken_back_leaves_the_rows_share_as_erpnext_leaves_it(self):
		rows = self.three_at_100()
		add_up(rows, discount_amount=30)
		add_up(rows, discount_amount=0)
		self.assertEqual((rows[0].net_amount, rows[0].distributed_discount_amount), (300, 30))


class TestGrandTotal(unittest.TestCase):
	def test_the_rounded_total_says_what_it_rounded(self):
		doc = add_up([row(price_list_rate=319.44)])
		self.assertEqual((doc.rounded_total, doc.rounding_adjustment), (319, -0.44))

	def test_rounding_can_be_switched_off(self):
		doc = add_up([row(price_list_rate=319.44)], disable_rounded_total=1)
		self.assertEqual((doc.rounded_total, doc.rounding_adjustment), (0, 0))

	def test_twins_in_the_companys_currency_are_rounded_row_by_row(self):
		rows = [row(price_list_rate=19.8) for _ in range(3)]
		doc = add_up(rows, conversion_rate=5.05)
		self.assertEqual((rows[0].base_rate, doc.base_net_total), (99.99, 299.97))


if __name__ == "__main__":
	unittest.main()
