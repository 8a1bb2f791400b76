"""What SmartBill computes from the rows of a document. Pure, and in Decimal throughout.

The rules are sections 3.1, 3.2 and 7.5 of docs/smartbill-api.md. Only the discounts of 3.1 are proved by
published numbers; half-up rounding and both ways of rounding VAT are assumptions, so the way is a parameter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Line:
	"""One row, computed. `vat` is exact and not rounded yet, since when it is rounded depends on the method.
	`rate` is None for a row that takes no part in VAT; `beside` changes the total without touching net or
	VAT.
	"""

	net: Decimal
	vat: Decimal
	rate: Decimal | None
	beside: Decimal = ZERO


@dataclass(frozen=True)
class Totals:
	net: Decimal
	vat: Decimal
	gross: Decimal


def rounded(amount: Decimal, places: int = 2) -> Decimal:
	"""Half up, away from zero: -5.355 becomes -5.36."""
	return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def product(price: Decimal, quantity: Decimal, rate: Decimal, included: bool, precision: int) -> Line:
	"""An ordinary row; with `included` the price holds its VAT."""
	if included:
		return _from_gross(rounded(price * quantity), rate)
	return _from_net(rounded(rounded(price, precision) * quantity), rate)


def percent_discount(covered: Sequence[Line], percentage: Decimal, rate: Decimal) -> Line:
	"""`percentage` of the rows it covers, earlier discounts among them included."""
	base = sum((line.net for line in covered), ZERO)
	return _from_net(-rounded(base * percentage / HUNDRED), rate)


def value_discount(value: Decimal, rate: Decimal, included: bool) -> Line:
	"""`value` is negative for a discount. A positive one raises the total: SmartBill does not mind."""
	return _from_gross(rounded(value), rate) if included else _from_net(rounded(value), rate)


def discount_of_unknown_type(value: Decimal) -> Line:
	"""SmartBill takes the value off the total and leaves the VAT as it was: 121 - 10 = 111 (section 3.1)."""
	return Line(ZERO, ZERO, None, beside=rounded(value))


def nothing() -> Line:
	"""A row that stands on the document and changes no amount."""
	return Line(ZERO, ZERO, None)


def total(lines: Sequence[Line], vat_rounding: str) -> Totals:
	"""`vat_rounding`: "row" rounds the VAT of each row, "rate" the sum of each rate."""
	net = sum((line.net for line in lines), ZERO)
	if vat_rounding == "row":
		vat = sum((rounded(line.vat) for line in lines), ZERO)
	else:
		rates = {line.rate for line in lines}
		vat = sum(
			(rounded(sum((one.vat for one in lines if one.rate == rate), ZERO)) for rate in rates), ZERO
		)
	gross = net + vat + sum((line.beside for line in lines), ZERO)
	return Totals(rounded(net), rounded(vat), rounded(gross))


def _from_net(net: Decimal, rate: Decimal) -> Line:
	return Line(net, net * rate / HUNDRED, rate)


def _from_gross(gross: Decimal, rate: Decimal) -> Line:
	# The VAT is what the gross amount holds; taking it from the rounded net again would turn a price of
	# 10.00 with VAT into a total of 9.99.
	vat = gross * rate / (HUNDRED + rate)
	return Line(gross - rounded(vat), vat, rate)
