"""The arithmetic of a selling document: rates, net amounts, taxes, discounts, totals.

What ERPNext v15 computes in `erpnext.controllers.taxes_and_totals`, for the selling side. Nothing is read or written
here but the attributes of the objects handed in (a document, its rows, its tax rows), which carry ERPNext's own field
names; so the rules are tested without a site.

Order of use, as in ERPNext: price every row, apply the taxes; with a discount on the whole document, spread it over the
rows and apply the taxes once more.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

MIRRORED_ROW_FIELDS = ("price_list_rate", "rate", "net_rate", "amount", "net_amount")


class Rounding(Protocol):
	"""How a value of a field is rounded: the site's method at the field's precision."""

	def __call__(self, row: Any, fieldname: str, value: float | None) -> float: ...

	def digits(self, row: Any, fieldname: str) -> int: ...


class MissingDiscountBase(ValueError):
	"""A discount is given, but not whether it is on the net or on the grand total."""


class Totals:
	"""One calculation of one document.

	`tax_rates(row)` gives the row's own rates by account head (its item tax template), `round_total(amount)` the grand
	total as it is paid. `round_row_wise` is the Accounts Settings switch of that name.
	"""

	def __init__(
		self,
		doc: Any,
		*,
		rounding: Rounding,
		tax_rates: Callable[[Any], Mapping[str, float]],
		round_total: Callable[[float], float],
		round_row_wise: bool = False,
	):
		self.doc = doc
		self.rows: Sequence[Any] = doc.items
		self.taxes: Sequence[Any] = doc.taxes or []
		self.round = rounding
		self.tax_rates = tax_rates
		self.round_total = round_total
		self.round_row_wise = round_row_wise
		self.discount_spread = False
		self.total_before_discount = 0.0
		# Alternatives are priced like any row, but nobody has chosen them yet: no total counts them.
		self.counted = [row for row in self.rows if not getattr(row, "is_alternative", 0)]

	# Rows

	def price_rows(self) -> None:
		"""Rate, discount and amount of every row, before taxes and the document's own discount."""
		for row in self.rows:
			price_row(row, self.round)
			row.base_rate_with_margin = row.rate_with_margin * self.doc.conversion_rate
			self._mirror(row, *MIRRORED_ROW_FIELDS)

	# Taxes and totals

	def apply_taxes(self) -> None:
		"""Net amounts (taxes in the price taken out), tax rows, grand and rounded total."""
		self._reset_taxes()
		if not self.discount_spread:
			self._take_out_included_taxes()
		self._sum_rows()
		difference = self._charge()
		if any(tax.included_in_print_rate for tax in self.taxes):
			difference = self._difference_of_included_taxes()
		self._set_grand_total(difference)

	def spread_discount(self) -> bool:
		"""Share the document's discount out to the rows; False when there is nothing to share."""
		doc = self.doc
		if doc.additional_discount_percentage:
			percentage_of = {"Grand Total": doc.grand_total, "Net Total": doc.net_total}.get(
				doc.apply_discount_on
			)
			doc.discount_amount = self.round(
				doc, "discount_amount", (percentage_of or 0.0) * doc.additional_discount_percentage / 100
			)
		if not doc.discount_amount:
			doc.base_discount_amount = 0
			return False
		if not doc.apply_discount_on:
			raise MissingDiscountBase
		doc.base_discount_amount = self.round(
			doc, "base_discount_amount", doc.discount_amount * doc.conversion_rate
		)

		whole = self._discountable_total()
		if not whole:
			return False

		exact, rounded = 0.0, 0.0
		for row in self.counted:
			share = doc.discount_amount * row.net_amount / whole
			exact += row.net_amount - share
			row.net_amount = self.round(row, "net_amount", row.net_amount - share)
			row.distributed_discount_amount = self.round(row, "distributed_discount_amount", share)
			rounded += row.net_amount
			# What rounding has lost so far goes to the row where it becomes a whole unit.
			if lost := self.round(doc, "net_total", exact - rounded):
				row.net_amount = self.round(row, "net_amount", row.net_amount + lost)
				row.distributed_discount_amount = self.round(row, "distributed_discount_amount", share + lost)
				rounded += lost
			row.net_rate = self.round(row, "net_rate", row.net_amount / row.qty) if row.qty else 0
			self._mirror(row, "net_rate", "net_amount")
		self.discount_spread = True
		return True

	# Steps

	@property
	def _on_grand_total(self) -> bool:
		return self.doc.apply_discount_on == "Grand Total"

	@property
	def _amount_is_kept(self) -> bool:
		"""A discount on the grand total leaves `tax_amount` as it was before the discount; only
		`tax_amount_after_discount_amount` follows."""
		return self.discount_spread and self._on_grand_total

	def _mirror(self, row: Any, *fieldnames: str) -> None:
		"""Set the twins in the company's currency."""
		for fieldname in fieldnames:
			value = self.round(row, fieldname, getattr(row, fieldname)) * self.doc.conversion_rate
			setattr(row, f"base_{fieldname}", self.round(row, f"base_{fieldname}", value))

	def _reset_taxes(self) -> None:
		for tax in self.taxes:
			tax.rate = self.round(tax, "rate", tax.rate)
			tax.total = 0.0
			tax.tax_amount_after_discount_amount = 0.0
			if tax.charge_type == "Actual" or self._amount_is_kept:
				tax.tax_amount = self.round(tax, "tax_amount", tax.tax_amount)
			else:
				tax.tax_amount = 0.0
			if not tax.dont_recompute_tax:
				tax.item_wise_tax_detail = {}

	def _rates(self, row: Any) -> list[float]:
		"""The rate of each tax for this row: the row's own where its item tax template names the account."""
		own = self.tax_rates(row)
		return [
			self.round(tax, "rate", own[tax.account_head]) if tax.account_head in own else tax.rate
			for tax in self.taxes
		]

	def _take_out_included_taxes(self) -> None:
		"""Where the price includes taxes, the net amount is what remains without them."""
		if not any(tax.included_in_print_rate for tax in self.taxes):
			return
		for row in self.rows:
			share, per_unit = included_share(self.taxes, self._rates(row))
			if not row.qty or not (share or per_unit):
				continue
			net = (row.amount - per_unit * row.qty) / (1 + share)
			row.net_amount = self.round(row, "net_amount", net)
			row.net_rate = self.round(row, "net_rate", row.net_amount / row.qty)
			self._mirror(row, "net_rate", "net_amount")

	def _sum_rows(self) -> None:
		doc = self.doc
		doc.total_qty = sum(row.qty for row in self.counted)
		for fieldname, of in (
			("total", "amount"),
			("base_total", "base_amount"),
			("net_total", "net_amount"),
			("base_net_total", "base_net_amount"),
		):
			setattr(doc, fieldname, self.round(doc, fieldname, sum(getattr(row, of) for row in self.counted)))

	def _charge(self) -> float:
		"""Fill the tax rows; returns what rounding left between the expected and the added up grand total."""
		if not self.taxes:
			return 0.0
		undistributed = {
			index: self.round(tax, "tax_amount", tax.tax_amount)
			for index, tax in enumerate(self.taxes)
			if tax.charge_type == "Actual"
		}
		for row in self.counted:
			self._charge_row(row, undistributed, is_last=row is self.counted[-1])

		difference = self._difference_of_discount()
		for index, tax in enumerate(self.taxes):
			for fieldname in ("tax_amount", "tax_amount_after_discount_amount"):
				setattr(tax, fieldname, self.round(tax, fieldname, getattr(tax, fieldname)))
			self._mirror(tax, "tax_amount", "tax_amount_after_discount_amount")
			self._add_up(index)
			self._mirror(tax, "total")
		return difference

	def _charge_row(self, row: Any, undistributed: dict[int, float], is_last: bool) -> None:
		amounts: list[float] = []
		totals: list[float] = []
		for index, (tax, rate) in enumerate(zip(self.taxes, self._rates(row), strict=True)):
			amount = self._tax_on(row, tax, rate, amounts, totals)
			if not tax.dont_recompute_tax:
				self._note_for_item(row, tax, rate, amount)
			if self.round_row_wise:
				amount = self.round(tax, "tax_amount", amount)
			if tax.charge_type == "Actual":
				undistributed[index] -= amount
				if is_last:
					amount += undistributed[index]
			elif not self._amount_is_kept:
				tax.tax_amount += amount
			tax.tax_amount_after_discount_amount += amount
			amounts.append(amount)
			totals.append((totals[-1] if totals else row.net_amount) + amount)

	def _tax_on(self, row: Any, tax: Any, rate: float, amounts: list[float], totals: list[float]) -> float:
		"""One tax on one row. `amounts` and `totals` hold what the taxes above it made of the row."""
		match tax.charge_type:
			case "Actual":
				whole = self.round(tax, "tax_amount", tax.tax_amount)
				return row.net_amount * whole / self.doc.net_total if self.doc.net_total else 0.0
			case "On Net Total":
				return rate / 100 * row.net_amount
			case "On Previous Row Amount":
				return rate / 100 * amounts[int(tax.row_id) - 1]
			case "On Previous Row Total":
				return rate / 100 * totals[int(tax.row_id) - 1]
			case "On Item Quantity":
				return rate * row.qty
		return 0.0

	def _note_for_item(self, row: Any, tax: Any, rate: float, amount: float) -> None:
		"""`item_wise_tax_detail`: rate and amount in company currency by item code.

		Rows of the same item fall together and the last rate wins (a known weakness of v15: read the row's
		`item_tax_rate` for the rate of a line)."""
		key = row.item_code or row.item_name
		amount = amount * self.doc.conversion_rate
		noted = tax.item_wise_tax_detail.get(key, (0.0, 0.0))[1]
		if self.round_row_wise:
			amount = self.round(tax, "tax_amount", amount)
			tax.item_wise_tax_detail[key] = [rate, self.round(tax, "tax_amount", amount + noted)]
		else:
			tax.item_wise_tax_detail[key] = [rate, amount + noted]

	def _add_up(self, index: int) -> None:
		tax = self.taxes[index]
		below = self.taxes[index - 1].total if index else self.doc.net_total
		tax.total = self.round(tax, "total", below + tax.tax_amount_after_discount_amount)

	def _difference_of_discount(self) -> float:
		"""A discount on the grand total must take exactly that off it, whatever the taxes round to."""
		doc = self.doc
		if not (
			self._on_grand_total
			and (self.discount_spread or doc.discount_amount or doc.additional_discount_percentage)
		):
			return 0.0
		for index, tax in enumerate(self.taxes):
			if self.discount_spread:
				tax.tax_amount_after_discount_amount = self.round(
					tax, "tax_amount_after_discount_amount", tax.tax_amount_after_discount_amount
				)
			self._add_up(index)
		reached = self.taxes[-1].total
		if not self.discount_spread:
			self.total_before_discount = reached
			return 0.0
		return self.round(doc, "grand_total", self.total_before_discount - doc.discount_amount - reached)

	def _difference_of_included_taxes(self) -> float:
		"""A gross price must be reached again after the tax was taken out and put back, up to five units."""
		doc, last = self.doc, self.taxes[-1]
		not_in_price = sum(
			tax.tax_amount_after_discount_amount for tax in self.taxes if not tax.included_in_print_rate
		)
		difference = doc.total + not_in_price - self.round(last, "total", last.total)
		if self.discount_spread and doc.discount_amount:
			difference -= doc.discount_amount
		difference = self.round(doc, "rounding_adjustment", difference)
		return difference if abs(difference) <= 5.0 / 10 ** self.round.digits(last, "tax_amount") else 0.0

	def _set_grand_total(self, difference: float) -> None:
		doc = self.doc
		doc.grand_total = doc.net_total
		doc.total_taxes_and_charges = 0.0
		if self.taxes:
			doc.grand_total = self.taxes[-1].total + difference
			doc.total_taxes_and_charges = self.round(
				doc, "total_taxes_and_charges", doc.grand_total - doc.net_total - difference
			)
		self._mirror(doc, "total_taxes_and_charges")
		# Without taxes the base total is the sum of the rounded base rows, not the converted total.
		base = doc.grand_total * doc.conversion_rate if doc.total_taxes_and_charges else doc.base_net_total
		doc.grand_total = self.round(doc, "grand_total", doc.grand_total)
		doc.base_grand_total = self.round(doc, "base_grand_total", base)
		self._set_rounded_total()

	def _set_rounded_total(self) -> None:
		doc = self.doc
		if doc.disable_rounded_total:
			doc.rounded_total = doc.base_rounded_total = doc.rounding_adjustment = 0
			return
		doc.rounded_total = self.round_total(doc.grand_total)
		doc.rounding_adjustment = self.round(doc, "rounding_adjustment", doc.rounded_total - doc.grand_total)
		self._mirror(doc, "rounding_adjustment", "rounded_total")

	def _discountable_total(self) -> float:
		"""What a row's share of the discount is measured against: the net total, or the grand total without the
		charges that do not depend on the rows' amounts (and what is charged on those)."""
		if not self._on_grand_total or not self.taxes:
			return self.doc.net_total
		fixed: dict[int, tuple[float, float]] = {}
		together = 0.0
		for index, tax in enumerate(self.taxes, start=1):
			if tax.charge_type in ("Actual", "On Item Quantity"):
				amount = tax.tax_amount
			elif tax.row_id and int(tax.row_id) in fixed:
				own, cumulated = fixed[int(tax.row_id)]
				amount = (own if tax.charge_type == "On Previous Row Amount" else cumulated) * tax.rate / 100
			else:
				continue
			together += amount
			fixed[index] = (amount, together)
		return self.total_before_discount - together


def price_row(row: Any, rounding: Rounding) -> None:
	"""Rate and amount of a row from its price list rate, margin and discount.

	A rate given by hand stands against the price list; where a pricing rule applies, its discount wins."""
	_apply_discount(row, rounding)
	rate_with_margin = _add_margin(row, rounding)
	row.rate_with_margin = rate_with_margin
	if rate_with_margin > 0:
		row.rate = rounding(row, "rate", rate_with_margin * (1 - row.discount_percentage / 100))
		if row.discount_amount and not row.discount_percentage:
			row.rate = rate_with_margin - row.discount_amount
		else:
			row.discount_amount = rate_with_margin - row.rate
	elif row.price_list_rate > 0:
		row.discount_amount = row.price_list_rate - row.rate
	row.net_rate = row.rate
	row.amount = row.net_amount = rounding(row, "amount", row.rate * row.qty)


def _apply_discount(row: Any, rounding: Rounding) -> None:
	if row.discount_percentage == 100:
		row.rate = 0.0
	elif row.price_list_rate:
		if not row.rate or (row.pricing_rules and row.discount_percentage > 0):
			row.rate = rounding(row, "rate", row.price_list_rate * (1 - row.discount_percentage / 100))
			row.discount_amount = row.price_list_rate * (row.discount_percentage / 100)
		elif row.discount_amount and row.pricing_rules:
			row.rate = row.price_list_rate - row.discount_amount


def _add_margin(row: Any, rounding: Rounding) -> float:
	"""The price list rate plus the row's margin, 0 without one.

	A rate above the price list is noted as a margin, but the rate stands as it was given."""
	if not row.price_list_rate:
		return 0.0
	if not row.pricing_rules and row.rate > row.price_list_rate:
		row.margin_type = "Amount"
		row.margin_rate_or_amount = rounding(row, "margin_rate_or_amount", row.rate - row.price_list_rate)
		return 0.0
	if not (row.margin_type and row.margin_rate_or_amount):
		return 0.0
	if row.margin_type == "Amount":
		return row.price_list_rate + row.margin_rate_or_amount
	return row.price_list_rate + row.price_list_rate * row.margin_rate_or_amount / 100


def included_share(taxes: Sequence[Any], rates: Sequence[float]) -> tuple[float, float]:
	"""(share of the net amount, amount a unit) that the taxes included in the price make up together."""
	shares: list[float] = []
	totals: list[float] = []
	per_unit = 0.0
	for tax, rate in zip(taxes, rates, strict=True):
		share = 0.0
		if tax.included_in_print_rate:
			match tax.charge_type:
				case "On Net Total":
					share = rate / 100
				case "On Previous Row Amount":
					share = rate / 100 * shares[int(tax.row_id) - 1]
				case "On Previous Row Total":
					share = rate / 100 * totals[int(tax.row_id) - 1]
				case "On Item Quantity":
					per_unit += rate
		shares.append(share)
		totals.append((totals[-1] if totals else 1) + share)
	return sum(shares), per_unit
