"""The arithmetic alone, in Decimal (docs/smartbill-api.md sections 3 and 7.5)."""

from decimal import Decimal

import pytest

from sandbox import totals

D = Decimal
ROUNDINGS = ("row", "rate")


def net_row(price, quantity=1, rate=21, precision=2):
	return totals.product(D(str(price)), D(str(quantity)), D(rate), included=False, precision=precision)


def gross_row(price, quantity=1, rate=21):
	return totals.product(D(str(price)), D(str(quantity)), D(rate), included=True, precision=2)


def total(*lines, rounding="row"):
	computed = totals.total(lines, rounding)
	return str(computed.net), str(computed.vat), str(computed.gross)


@pytest.mark.parametrize(
	("rounding", "expected"),
	[("row", ("229.50", "48.19", "277.69")), ("rate", ("229.50", "48.20", "277.70"))],
)
def test_the_sample_differs_by_a_ban_between_the_roundings(rounding, expected):
	product = net_row("25.5", 10)
	discount = totals.percent_discount([product], D(10), D(21))
	assert total(product, discount, rounding=rounding) == expected


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize(
	("discount", "gross"),
	[
		(totals.value_discount(D(-10), D(21), included=False), "108.90"),
		(totals.value_discount(D(10), D(21), included=False), "133.10"),
		(totals.discount_of_unknown_type(D(-10)), "111.00"),
		(totals.nothing(), "121.00"),
	],
)
def test_the_published_discounts(rounding, discount, gross):
	assert total(net_row(100), discount, rounding=rounding)[2] == gross


def test_a_discount_of_unknown_type_leaves_net_and_vat_alone():
	assert total(net_row(100), totals.discount_of_unknown_type(D(-10))) == ("100.00", "21.00", "111.00")


def test_amounts_round_half_away_from_zero():
	assert [totals.rounded(D(text)) for text in ("1.005", "-5.355", "2.675")] == [
		D("1.01"),
		D("-5.36"),
		D("2.68"),
	]


@pytest.mark.parametrize(("precision", "net"), [(2, "123.00"), (3, "123.50"), (4, "123.46")])
def test_a_unit_price_is_rounded_to_the_precision_before_it_is_multiplied(precision, net):
	assert total(net_row("1.23456", 100, precision=precision))[0] == net


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_a_price_with_vat_keeps_its_gross_amount(rounding):
	assert total(gross_row(10), rounding=rounding) == ("8.26", "1.74", "10.00")
	assert total(gross_row("121", 3), rounding=rounding) == ("300.00", "63.00", "363.00")


def test_a_value_discount_with_vat_takes_the_value_off_the_gross():
	assert total(gross_row(121), totals.value_discount(D("-12.10"), D(21), included=True)) == (
		"90.00",
		"18.90",
		"108.90",
	)


def test_a_second_discount_works_on_what_the_first_left():
	product = net_row(100)
	first = totals.percent_discount([product], D(10), D(21))
	second = totals.percent_discount([product, first], D(10), D(21))
	assert second.net == D("-9.00")
	assert total(product, first, second)[0] == "81.00"


def test_rates_are_rounded_apart_from_each_other():
	rows = [net_row("0.03"), net_row("0.03"), net_row("0.04", rate=11), net_row("0.04", rate=11)]
	# 21 %: 0.0063 twice; 11 %: 0.0044 twice.
	assert total(*rows, rounding="row") == ("0.14", "0.02", "0.16")
	assert total(*rows, rounding="rate") == ("0.14", "0.02", "0.16")
	assert total(*rows, *rows, rounding="row")[1] == "0.04"
	assert total(*rows, *rows, rounding="rate")[1] == "0.05"


def test_quantity_zero_and_below_are_computed_like_any_other():
	assert total(net_row(100, 0), net_row(100, -1)) == ("-100.00", "-21.00", "-121.00")
