"""What SmartBill will compute from a request: it accepts no totals and answers none.

Whether an account rounds VAT row by row or once per rate is not documented, so both are predicted, until an
administrator has compared a real PDF. Source: docs/smartbill-api.md 3.1, 3.2, 3.4; the tolerance is this app's own
rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal(0)
MIN_TOLERANCE = Decimal("0.05")

VALUE_DISCOUNT = 1
PERCENT_DISCOUNT = 2

# how an account rounds VAT; anything else: not known
PER_ROW = "Per row"
PER_RATE = "Per rate"


@dataclass(frozen=True)
class Totals:
	"""Amounts in the document's currency."""

	net: Decimal
	vat: Decimal
	total: Decimal


@dataclass(frozen=True)
class Amounts:
	"""One row of the request, computed. `exact_vat` is not rounded yet: when it is depends on the account."""

	net: Decimal
	exact_vat: Decimal
	rate: Decimal

	@property
	def vat(self) -> Decimal:
		return round_half_up(self.exact_vat)


@dataclass(frozen=True)
class Prediction:
	by_row: Totals
	by_rate: Totals

	def expected(self, vat_rounding: str = "") -> tuple[Totals, ...]:
		"""What SmartBill may compute, as far as it is known how the account rounds."""
		if vat_rounding == PER_ROW:
			return (self.by_row,)
		if vat_rounding == PER_RATE:
			return (self.by_rate,)
		return (self.by_row, self.by_rate)


@dataclass(frozen=True)
class Comparison:
	"""`difference` is the largest of net, VAT and total, under every way of rounding VAT that is possible."""

	difference: Decimal
	tolerance: Decimal

	@property
	def agrees(self) -> bool:
		return self.difference <= self.tolerance


def round_half_up(value: Decimal, decimals: int = 2) -> Decimal:
	"""Away from zero at a tie, as SmartBill is assumed to round."""
	return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def compute(products: Sequence[dict[str, Any]], precision: int = 2) -> list[Amounts]:
	"""Every row of a request (`products`; amounts are Decimal), discount rows included.

	A discount covers the `numberOfItems` rows just before it and is computed on their sum.
	"""
	computed: list[Amounts] = []
	for row in products:
		rate = Decimal(row.get("taxPercentage", 0))
		computed.append(
			_discount(row, computed, rate) if row.get("isDiscount") else _product(row, rate, precision)
		)
	return computed


def predict(products: Sequence[dict[str, Any]], precision: int = 2) -> Prediction:
	"""The totals of the rows of a request."""
	return add_up(compute(products, precision))


def add_up(computed: Sequence[Amounts]) -> Prediction:
	net = sum((row.net for row in computed), ZERO)
	by_row = sum((row.vat for row in computed), ZERO)
	of_rates: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
	for row in computed:
		of_rates[row.rate] += row.exact_vat
	by_rate = sum(map(round_half_up, of_rates.values()), ZERO)
	return Prediction(Totals(net, by_row, net + by_row), Totals(net, by_rate, net + by_rate))


def compare(prediction: Prediction, erp: Totals, row_count: int, vat_rounding: str = "") -> Comparison:
	"""Net, VAT and total each against ERPNext's: an equal total can hide different VAT."""
	differences = [
		abs(ours - theirs)
		for predicted in prediction.expected(vat_rounding)
		for ours, theirs in (
			(predicted.net, erp.net),
			(predicted.vat, erp.vat),
			(predicted.total, erp.total),
		)
	]
	return Comparison(max(differences), max(MIN_TOLERANCE, CENT * row_count))


def amount_of(price: Decimal, quantity: Decimal) -> Decimal:
	"""What a price of at most four decimals comes to."""
	return round_half_up(price * quantity)


def without_vat(gross: Decimal, rate: Decimal) -> Decimal:
	return gross - round_half_up(_vat_in(gross, rate))


def _product(row: dict[str, Any], rate: Decimal, precision: int) -> Amounts:
	amount = amount_of(round_half_up(row["price"], precision), row["quantity"])
	return _from_gross(amount, rate) if row.get("isTaxIncluded") else _from_net(amount, rate)


def _discount(row: dict[str, Any], earlier: Sequence[Amounts], rate: Decimal) -> Amounts:
	covered = earlier[-row["numberOfItems"] :] if row.get("numberOfItems") else []
	if not covered:
		return _from_net(ZERO, rate)
	if row.get("discountType", PERCENT_DISCOUNT) == PERCENT_DISCOUNT:
		base = sum((one.net for one in covered), ZERO)
		return _from_net(-round_half_up(base * row["discountPercentage"] / 100), rate)
	value = round_half_up(row["discountValue"])
	return _from_gross(value, rate) if row.get("isTaxIncluded") else _from_net(value, rate)


def _from_net(net: Decimal, rate: Decimal) -> Amounts:
	return Amounts(net, net * rate / 100, rate)


def _from_gross(gross: Decimal, rate: Decimal) -> Amounts:
	# VAT of the rounded net would turn a price of 10.00 with VAT into a total of 9.99
	return Amounts(without_vat(gross, rate), _vat_in(gross, rate), rate)


def _vat_in(gross: Decimal, rate: Decimal) -> Decimal:
	return gross * rate / (100 + rate)
