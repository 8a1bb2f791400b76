"""The rows of the Quotation, made ready: checked, with unit and VAT. Alternatives are left out, as ERPNext's totals
leave them out. Source: docs/smartbill-api.md 2.1.3 and 8.2; SmartBill itself would issue quantity 0 or -5."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from erp_b2b_smartbill.smartbill.mapping.model import ZERO, Findings, Line, Offer
from erp_b2b_smartbill.smartbill.mapping.texts import MAX_NAME, one_line
from erp_b2b_smartbill.smartbill.mapping.vat import Taxed, TaxTable, Vat, net_of
from erp_b2b_smartbill.smartbill.payload import Payload
from erp_b2b_smartbill.smartbill.totals import CENT, round_half_up
from erp_b2b_smartbill.text import N_

MIN_PRECISION, MAX_PRECISION = 2, 4


@dataclass(frozen=True)
class Item:
	"""A line that can be sent. `amount` is what its own price comes to, `target` the net amount that SmartBill has to
	reach, all discounts taken off."""

	line: Line
	name: str
	unit: str
	vat: Vat
	amount: Decimal
	target: Decimal
	taxed: Taxed

	def shared(self, currency: str) -> Payload:
		"""The fields that a product row and its discount rows have alike."""
		return {"measuringUnitName": self.unit, "currency": currency, **self.vat.fields()}


def items(offer: Offer, table: TaxTable, findings: Findings) -> list[Item]:
	"""The lines that can be sent; whatever is wrong with the others is a problem."""
	chosen = [line for line in offer.lines if not line.is_alternative]
	if not chosen:
		findings.problem("items", N_("The Quotation has no rows to send."))
	made = (_item(line, table, findings) for line in chosen)
	return [item for item in made if item]


def _item(line: Line, table: TaxTable, findings: Findings) -> Item | None:
	account = table.account
	unit = account.units.get(line.uom)
	if not unit:
		findings.problem(
			f"items[{line.row}].uom",
			N_("Row {0}: the unit {1} is not mapped to a SmartBill unit in the SmartBill Account {2}."),
			str(line.row),
			line.uom,
			account.name,
			doctype="SmartBill Account",
			name=account.name,
		)
	taxed = table.apply(line)
	vat = table.vat_of(line, taxed, findings)
	name = _name(line, findings)
	amounts_are_right = _check_amounts(line, findings)
	if not (unit and vat and name and amounts_are_right):
		return None
	# spreading a discount can leave a free row a cent below zero
	target = max(round_half_up(net_of(line)), ZERO)
	return Item(line, name, unit, vat, round_half_up(line.amount), target, taxed)


def _name(line: Line, findings: Findings) -> str:
	name = one_line(line.name)
	if not name:
		findings.problem(f"items[{line.row}].item_name", N_("Row {0}: it needs a name."), str(line.row))
	elif len(name) > MAX_NAME:
		findings.problem(
			f"items[{line.row}].item_name",
			N_("Row {0}: the name has {1} characters, and {2} fit: shorten it and use the description."),
			str(line.row),
			str(len(name)),
			str(MAX_NAME),
		)
		return ""
	return name


def _check_amounts(line: Line, findings: Findings) -> bool:
	if line.quantity <= 0:
		findings.problem(
			f"items[{line.row}].qty", N_("Row {0}: the quantity must be greater than zero."), str(line.row)
		)
	if line.price < 0:
		findings.problem(
			f"items[{line.row}].rate", N_("Row {0}: the price must not be negative."), str(line.row)
		)
	elif net_of(line) < -CENT:
		findings.problem(
			f"items[{line.row}].rate",
			N_("Row {0}: its amount would be negative after the discounts."),
			str(line.row),
		)
	return line.quantity > 0 and line.price >= 0 and net_of(line) >= -CENT


def decimals(value: Decimal) -> int:
	return max(0, -int(value.normalize().as_tuple().exponent))


def precision(prices: Iterable[Decimal]) -> int:
	"""Enough decimals for every price, so that SmartBill need not round one."""
	needed = max(map(decimals, prices), default=0)
	return min(max(needed, MIN_PRECISION), MAX_PRECISION)
