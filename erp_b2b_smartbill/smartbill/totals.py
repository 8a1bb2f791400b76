"""What SmartBill will compute from a request: it accepts no totals and answers none.

Whether an account rounds VAT row by row or once per rate is not documented, so both are predicted.
Source: docs/smartbill-api.md 3.1, 3.2, 3.4; the tolerance is this app's own rule.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal(0)
MIN_TOLERANCE = Decimal("0.05")

VALUE_DISCOUNT = 1
PERCENT_DISCOUNT = 2


@dataclass(frozen=True)
class Totals:
	"""Amounts in the document's currency."""

	net: Decimal
	vat: Decimal
	total: Decimal


@dataclass(frozen=True)
class Prediction:
	by_row: Totals
	by_rate: Totals


@dataclass(frozen=True)
class Comparison:
	"""`difference` is the largest of net, VAT and total, under either way of rounding VAT."""

	difference: Decimal
	tolerance: Decimal

	@property
	def agrees(self) -> bool:
		return self.difference <= self.tolerance


def round_half_up(value: Decimal, decimals: int = 2) -> Decimal:
	"""Away from zero at a tie, as SmartBill is assumed to round."""
	return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def predict(products: list[dict[str, Any]], precision: int = 2) -> Prediction:
	"""The totals of the rows of a request (`products`; amounts are Decimal), discount rows included.

	A discount covers the `numberOfItems` rows just before it and is computed on their sum.
	"""
	nets: list[Decimal] = []
	vat_by_row = ZERO
	net_by_rate: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
	for row in products:
		rate = Decimal(row.get("taxPercentage", 0))
		if row.get("isDiscount"):
			net = _discount(row, nets, rate)
		else:
			net = _product(row, rate, precision)
		nets.append(net)
		vat_by_row += round_half_up(net * rate / 100)
		net_by_rate[rate] += net

	net = sum(nets, ZERO)
	vat_by_rate = sum((round_half_up(base * rate / 100) for rate, base in net_by_rate.items()), ZERO)
	return Prediction(
		by_row=Totals(net, vat_by_row, net + vat_by_row),
		by_rate=Totals(net, vat_by_rate, net + vat_by_rate),
	)


def compare(prediction: Prediction, erp: Totals, row_count: int) -> Comparison:
	"""Net, VAT and total each against ERPNext's: an equal total can hide different VAT."""
	differences = [
		abs(ours - theirs)
		for predicted in (prediction.by_row, prediction.by_rate)
		for ours, theirs in (
			(predicted.net, erp.net),
			(predicted.vat, erp.vat),
			(predicted.total, erp.total),
		)
	]
	return Comparison(max(differences), max(MIN_TOLERANCE, CENT * row_count))


def _product(row: dict[str, Any], rate: Decimal, precision: int) -> Decimal:
	amount = round_half_up(round_half_up(row["price"], precision) * row["quantity"])
	return _without_vat(amount, rate) if row.get("isTaxIncluded") else amount


def _discount(row: dict[str, Any], nets: list[Decimal], rate: Decimal) -> Decimal:
	covered = nets[-row["numberOfItems"] :] if row.get("numberOfItems") else []
	if not covered:
		return ZERO
	if row.get("discountType", PERCENT_DISCOUNT) == PERCENT_DISCOUNT:
		return -round_half_up(sum(covered, ZERO) * row["discountPercentage"] / 100)
	value = round_half_up(row["discountValue"])
	return _without_vat(value, rate) if row.get("isTaxIncluded") else value


def _without_vat(gross: Decimal, rate: Decimal) -> Decimal:
	return gross - round_half_up(gross * rate / (100 + rate))
