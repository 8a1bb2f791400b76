"""A line as rows of the request, in one of two forms: discounts as rows of their own directly after the product, or
inside a net price and told in words. Both reach ERPNext's net amount to the cent.

Source: docs/smartbill-api.md 3.2 (a discount row covers the rows just before it, earlier discounts included) and 3.4.
The discount of a row and its share of the document's are two rows; ERPNext has spread the latter over the lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from erp_b2b_smartbill.smartbill.mapping.lines import MAX_PRECISION, MIN_PRECISION, Item, decimals
from erp_b2b_smartbill.smartbill.mapping.model import NET_PRICES, ZERO, Findings, Offer, Row, RowKind
from erp_b2b_smartbill.smartbill.mapping.texts import Words, description, discount_name
from erp_b2b_smartbill.smartbill.payload import Payload
from erp_b2b_smartbill.smartbill.totals import (
	CENT,
	PERCENT_DISCOUNT,
	VALUE_DISCOUNT,
	amount_of,
	round_half_up,
	without_vat,
)
from erp_b2b_smartbill.text import N_


@dataclass(frozen=True)
class Form:
	"""How the lines of a document are written. `exact`: also a cent that two ways of rounding a tie differ by (half of
	one with ERPNext, up with SmartBill) gets a row of its own."""

	name: str
	exact: bool = False


def rows_of(item: Item, form: Form, offer: Offer, words: Words, findings: Findings) -> list[Row]:
	"""The product row of a line and its discount rows; none, with a problem, where no price can be sent."""
	line = _Line(item, form, offer, words, findings)
	if form.name == NET_PRICES and (price := line.net_price()) is not None:
		return [line.product(price, line.in_words())]
	price = line.price_before_discount()
	if price is None:
		findings.problem(
			f"items[{item.line.row}].rate",
			N_("Row {0}: SmartBill knows prices of at most {1} decimals."),
			str(item.line.row),
			str(MAX_PRECISION),
		)
		return []
	return [line.product(price), *line.discount_rows(price)]


@dataclass(frozen=True)
class _Line:
	item: Item
	form: Form
	offer: Offer
	words: Words
	findings: Findings

	@property
	def is_discounted(self) -> bool:
		"""A price that was typed below the list price is a discount too."""
		line = self.item.line
		return line.price < line.list_price and amount_of(line.list_price, line.quantity) > self.item.amount

	@property
	def shares_header_discount(self) -> bool:
		return bool(self.offer.header_discount) and self._net(self.item.amount) > self.item.target

	def _net(self, amount: Decimal) -> Decimal:
		return without_vat(amount, self.item.vat.percentage) if self.item.vat.included else amount

	# prices

	def price_before_discount(self) -> Decimal | None:
		"""The list price, or the price itself; None when SmartBill cannot be told any that comes to the amount."""
		line = self.item.line
		if self.is_discounted and decimals(line.list_price) <= MAX_PRECISION:
			return line.list_price
		if decimals(line.price) <= MAX_PRECISION:
			return line.price
		return _price_for(self.item.amount, line.quantity)

	def net_price(self) -> Decimal | None:
		"""The unit price with all discounts inside; None when none of four decimals comes to the amount, and when a
		cent has to be told apart."""
		line = self.item.line
		if not self.shares_header_discount:
			if decimals(line.price) <= MAX_PRECISION:
				reached = amount_of(line.price, line.quantity) == self.item.amount
				return line.price if reached or not (self.is_discounted or self.form.exact) else None
			return _price_for(self.item.amount, line.quantity)
		for amount in self._amounts_for(self.item.target):
			if (price := _price_for(amount, line.quantity)) is not None:
				return price
		return None

	def _amounts_for(self, net: Decimal) -> Iterator[Decimal]:
		"""The amounts that have this net amount, the most natural first: one and the same where VAT comes on top."""
		if not self.item.vat.included:
			yield net
			return
		natural = round_half_up(net * (100 + self.item.vat.percentage) / 100)
		for cents in (0, 1, -1, 2, -2):
			if self._net(natural + cents * CENT) == net:
				yield natural + cents * CENT

	# rows

	def product(self, price: Decimal, more: str = "") -> Row:
		item = self.item
		values: Payload = {"name": item.name}
		if item.line.item_code:
			values["code"] = item.line.item_code
		values |= {"quantity": item.line.quantity, "price": price, **item.shared(self.offer.currency)}
		text = description(item.line.description, item.name, item.line.row, more, self.findings)
		if text:
			values["productDescription"] = text
		return Row(RowKind.PRODUCT, {**values, "saveToDb": False})

	def discount_rows(self, price: Decimal) -> Iterator[Row]:
		"""The line's own discount and its share of the document's."""
		line = self.item.line
		before = amount_of(price, line.quantity)
		net = self._net(before)
		covered = 1
		if (own := before - self.item.amount) > 0 and (self.is_discounted or self.form.exact):
			label = self.words.discount if self.is_discounted else self.words.rounding
			percentages = (line.discount_percentage, _percentage(line.price, line.list_price))
			exact = self._exact(before, own, percentages if self.is_discounted else ())
			yield self._discount(label, covered, own, exact)
			covered += 1
			net -= self._net(own)
		if self.offer.header_discount and (share := net - self.item.target) > 0:
			exact = self._exact(net, share, (self.offer.header_percentage,))
			value = next(self._amounts_for(share), share)
			yield self._discount(self.words.general_discount, covered, value, exact)

	def _exact(self, base: Decimal, value: Decimal, percentages: tuple[Decimal, ...]) -> Decimal | None:
		"""The percentage that gives the value to the cent; None when only a value does.

		ERPNext rounds the unit price before multiplying, SmartBill takes the percentage of the whole row. The stored
		percentage stays 0 when the price was typed, so the prices are asked too. With VAT in the price it is not known
		what SmartBill takes the percentage of.
		"""
		if self.item.vat.included:
			return None
		fitting = (
			percentage
			for percentage in percentages
			if 0 < percentage <= 100 and round_half_up(base * percentage / 100) == value
		)
		return next(fitting, None)

	def _discount(self, label: str, covered: int, value: Decimal, percentage: Decimal | None) -> Row:
		if percentage:
			label = f"{label} {self.words.number(percentage)}%"
		item = self.item
		return Row(
			RowKind.DISCOUNT,
			{
				"name": discount_name(label, item.name, item.line.item_code),
				"isDiscount": True,
				# without it SmartBill ignores the discount and still answers success
				"numberOfItems": covered,
				**(
					{"discountType": PERCENT_DISCOUNT, "discountPercentage": percentage}
					if percentage
					# a positive value would raise the price
					else {"discountType": VALUE_DISCOUNT, "discountValue": -value}
				),
				**item.shared(self.offer.currency),
			},
		)

	def in_words(self) -> str:
		"""What the net price hides."""
		line = self.item.line
		parts = []
		if self.is_discounted:
			percentage = line.discount_percentage or _percentage(line.price, line.list_price)
			parts.append(f"{self.words.number(percentage)}%")
		if self.shares_header_discount:
			net = self._net(self.item.amount)
			share, percentage = net - self.item.target, self.offer.header_percentage
			# a percentage of a total with freight in it is another one of the line
			is_of_line = percentage and abs(net * percentage / 100 - share) <= CENT
			parts.append(
				f"{self.words.number(percentage)}%"
				if is_of_line
				else f"{self.words.number(f'{share:.2f}')} {self.offer.currency}"
			)
		if not parts:
			return ""
		before = line.list_price if self.is_discounted else line.price
		return self.words.before_discount.format(
			self.words.number(f"{before:.{max(MIN_PRECISION, decimals(before))}f}"),
			self.offer.currency,
			" + ".join(parts),
		)


def _price_for(amount: Decimal, quantity: Decimal) -> Decimal | None:
	"""The price of the fewest decimals that comes to the amount."""
	for places in range(MIN_PRECISION, MAX_PRECISION + 1):
		price = (amount / quantity).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
		if amount_of(price, quantity) == amount:
			return price
	return None


def _percentage(price: Decimal, list_price: Decimal) -> Decimal:
	return round_half_up((1 - price / list_price) * 100) if list_price else ZERO
