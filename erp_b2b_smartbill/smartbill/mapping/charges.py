"""Freight and other charges of the tax table as product rows of their own.

ERPNext spreads a charge over the lines and taxes each part like its line, so a charge on lines of two rates becomes two
rows. A charge by quantity is sent by quantity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from erp_b2b_smartbill.smartbill.mapping.lines import MAX_PRECISION, Item, decimals
from erp_b2b_smartbill.smartbill.mapping.model import ZERO, Findings, Row, RowKind, Tax
from erp_b2b_smartbill.smartbill.mapping.texts import MAX_NAME, one_line
from erp_b2b_smartbill.smartbill.mapping.vat import PER_QUANTITY, TaxTable, Vat, name_of
from erp_b2b_smartbill.smartbill.totals import round_half_up
from erp_b2b_smartbill.text import N_


@dataclass
class _Part:
	"""What of a charge has the same VAT (and, by quantity, the same price and unit)."""

	vat: Vat
	unit: str
	price: Decimal = ZERO
	quantity: Decimal = ZERO
	amount: Decimal = ZERO


def charge_rows(table: TaxTable, items: Sequence[Item], findings: Findings) -> list[Row]:
	"""The rows of every charge; none, with a problem, for one that cannot be told truthfully."""
	rows: list[Row] = []
	for tax in table.charges.values():
		if tax.amount > 0:
			rows += _rows(tax, table, items, findings)
	return rows


def _rows(tax: Tax, table: TaxTable, items: Sequence[Item], findings: Findings) -> list[Row]:
	by_quantity = tax.charge_type == PER_QUANTITY
	name = one_line(name_of(tax))
	if len(name) > MAX_NAME:
		findings.problem(
			f"taxes[{tax.row}].description",
			N_("Tax row {0}: the description has {1} characters, and {2} fit: shorten it."),
			str(tax.row),
			str(len(name)),
			str(MAX_NAME),
		)
	unit = "" if by_quantity else _unit(tax, table, findings)
	parts = _parts(tax, unit, table, items, findings)
	if by_quantity and any(decimals(part.price) > MAX_PRECISION for part in parts):
		findings.problem(
			f"taxes[{tax.row}].rate",
			N_("Tax row {0}: SmartBill knows prices of at most {1} decimals."),
			str(tax.row),
			str(MAX_PRECISION),
		)
	if not by_quantity:
		_round(parts, tax.amount)
	return [
		Row(
			RowKind.CHARGE,
			{
				"name": name,
				"quantity": part.quantity if by_quantity else Decimal(1),
				"price": part.price if by_quantity else part.amount,
				"measuringUnitName": part.unit,
				"currency": table.offer.currency,
				**part.vat.fields(),
				"saveToDb": False,
			},
		)
		for part in parts
		if part.amount
	]


def _parts(tax: Tax, unit: str, table: TaxTable, items: Sequence[Item], findings: Findings) -> list[_Part]:
	parts: dict[tuple[object, ...], _Part] = {}
	for item in items:
		amount = item.taxed.charges[tax.row]
		vat = table.vat_of_charge(tax, item.line, item.taxed, findings) if amount else None
		if vat is None:
			continue
		price = item.line.item_taxes.get(tax.account, tax.rate) if tax.charge_type == PER_QUANTITY else ZERO
		name = vat.rate and (vat.rate.tax_name, vat.rate.tax_percentage)
		part = parts.setdefault((name, price, unit or item.unit), _Part(vat, unit or item.unit, price))
		part.quantity += item.line.quantity
		part.amount += amount
	if not parts and items and not any(item.taxed.charges[tax.row] for item in items):
		# nothing to spread it by: ERPNext puts it on the last line
		last = items[-1]
		vat = table.vat_of_charge(tax, last.line, last.taxed, findings)
		return [_Part(vat, unit or last.unit, amount=tax.amount)] if vat else []
	return list(parts.values())


def _round(parts: list[_Part], amount: Decimal) -> None:
	"""Whole cents that are together what ERPNext charges; the largest part takes what is over."""
	for part in parts:
		part.amount = round_half_up(part.amount)
	if parts:
		largest = max(parts, key=lambda part: part.amount)
		largest.amount += round_half_up(amount) - sum((part.amount for part in parts), ZERO)


def _unit(tax: Tax, table: TaxTable, findings: Findings) -> str:
	account = table.account
	unit = account.units.get(account.charge_uom)
	if not unit:
		findings.problem(
			f"taxes[{tax.row}].charge_type",
			N_(
				"Tax row {0}: a charge is counted in the unit {1}, which is not mapped to a SmartBill unit in the "
				"SmartBill Account {2}."
			),
			str(tax.row),
			account.charge_uom,
			account.name,
			doctype="SmartBill Account",
			name=account.name,
		)
	return unit or ""
