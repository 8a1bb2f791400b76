"""What ERPNext taxes and at which rate, and the account's name for that rate.

A row of the tax table is VAT (a percentage on a tax account) or a charge (freight, packaging, a fee), which is itself
something that VAT may be charged on. Source: ERPNext's controllers/taxes_and_totals.py; docs/smartbill-api.md 3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from erp_b2b_smartbill.smartbill.mapping.model import ZERO, Account, Findings, Line, Offer, Tax, VatRate
from erp_b2b_smartbill.smartbill.payload import Payload, plain_decimal
from erp_b2b_smartbill.text import N_

# what a tax is charged on: the row's own net amount, or the charge in the row of this number of the tax table
OWN = 0

ACTUAL, PER_QUANTITY = "Actual", "On Item Quantity"
ON_NET, ON_AMOUNT, ON_TOTAL = "On Net Total", "On Previous Row Amount", "On Previous Row Total"
PERCENTAGES = (ON_NET, ON_AMOUNT, ON_TOTAL)


@dataclass(frozen=True)
class Vat:
	"""`rate` is None for the rows of a company that is not a VAT payer. `included`: the price holds it."""

	rate: VatRate | None
	included: bool = False

	@property
	def percentage(self) -> Decimal:
		return self.rate.tax_percentage if self.rate else ZERO

	def fields(self) -> Payload:
		fields: Payload = {"isTaxIncluded": self.included}
		if self.rate:
			fields |= {"taxName": self.rate.tax_name, "taxPercentage": self.rate.tax_percentage}
		return fields


@dataclass(frozen=True)
class Taxed:
	"""One line of the Quotation after the tax table: `rates` are the VAT rows and their rates by what they are charged
	on, `charges` what each charge comes to on this line."""

	rates: Mapping[int, Mapping[int, Decimal]]
	charges: Mapping[int, Decimal]


@dataclass
class TaxTable:
	offer: Offer
	account: Account
	vats: dict[int, Tax] = field(default_factory=dict)
	charges: dict[int, Tax] = field(default_factory=dict)

	def __post_init__(self) -> None:
		mapped = {vat.tax_account for vat in self.account.vat_rates if vat.tax_account and vat.rate}
		for tax in self.offer.taxes:
			is_vat = tax.charge_type in PERCENTAGES and (
				tax.account_type in ("Tax", "") or tax.account in mapped
			)
			(self.vats if is_vat else self.charges)[tax.row] = tax

	def charged(self) -> Decimal:
		"""What the charges come to together."""
		return sum((tax.amount for tax in self.charges.values()), ZERO)

	def apply(self, line: Line) -> Taxed:
		"""What each row of the tax table does to a line, as ERPNext goes through them."""
		rates: dict[int, dict[int, Decimal]] = {OWN: {}, **{row: {} for row in self.charges}}
		charges: dict[int, Decimal] = {}
		# of each row of the table: its share of everything a tax can be charged on, and its amount
		shares: dict[int, dict[int, Decimal]] = {}
		amounts: dict[int, Decimal] = {}
		net = net_of(line)
		for tax in self.offer.taxes:
			above = [row for row in shares if row <= tax.base_row]
			if tax.charge_type == ON_AMOUNT:
				base_share, base = shares.get(tax.base_row, {}), amounts.get(tax.base_row, ZERO)
			elif tax.charge_type == ON_TOTAL:
				base_share = _sum([{OWN: Decimal(1)}, *(shares[row] for row in above)])
				base = net + sum((amounts[row] for row in above), ZERO)
			else:
				base_share, base = {OWN: Decimal(1)}, net
			rate = line.item_taxes.get(tax.account, tax.rate)
			if tax.charge_type == ACTUAL:
				total = self.offer.totals.net
				amounts[tax.row] = net * tax.amount / total if total else ZERO
			elif tax.charge_type == PER_QUANTITY:
				amounts[tax.row] = rate * line.quantity
			else:
				amounts[tax.row] = rate * base / 100
			if tax.row in self.vats:
				shares[tax.row] = {on: share * rate / 100 for on, share in base_share.items()}
				for on, share in base_share.items():
					rates[on][tax.row] = share * rate
			else:
				shares[tax.row] = {tax.row: Decimal(1)}
				charges[tax.row] = amounts[tax.row]
		return Taxed(rates, charges)

	def vat_of(self, line: Line, taxed: Taxed, findings: Findings) -> Vat | None:
		"""The VAT of a line, or None with a problem."""
		rates = taxed.rates[OWN]
		if not self.account.vat_payer:
			included = any(rate and self.vats[row].included_in_price for row, rate in rates.items())
			# already a problem of the whole Quotation
			return None if included else Vat(None)
		row, percentage = self._one(rates)
		if row is None:
			findings.problem(
				f"items[{line.row}].item_tax_template",
				N_("Row {0}: more than one tax applies to it; SmartBill knows one per row."),
				str(line.row),
			)
			return None
		found = self._name(
			percentage, line.item_tax_template, self.vats[row].account if row else "", lambda vat: True
		)
		if len(found) != 1:
			self._not_one(line, percentage, found, findings)
			return None
		return Vat(found[0], bool(row and self.vats[row].included_in_price))

	def vat_of_charge(self, tax: Tax, line: Line, taxed: Taxed, findings: Findings) -> Vat | None:
		"""The VAT of a charge as far as it falls on this line: it follows the line, as ERPNext has it."""
		if not self.account.vat_payer:
			return Vat(None)
		rates = taxed.rates[tax.row]
		row, percentage = self._one(rates)
		place = f"taxes[{tax.row}].charge_type"
		if row is None:
			findings.problem(
				place,
				N_("Tax row {0}: more than one tax applies to the charge; SmartBill knows one per row."),
				str(tax.row),
			)
			return None
		if row:
			found = self._name(percentage, line.item_tax_template, self.vats[row].account, lambda vat: True)
		else:
			# nothing taxes it: that is said of this charge, or of everything
			found = self._name(ZERO, "", tax.account, lambda vat: vat.tax_account == tax.account)
			if not found and not any(taxed.rates[OWN].values()):
				first = next(iter(taxed.rates[OWN]), 0)
				account = self.vats[first].account if first else ""
				found = self._name(ZERO, line.item_tax_template, account, lambda vat: True)
		if len(found) == 1:
			return Vat(found[0])
		if found or row:
			self._not_one(line, percentage, found, findings, place)
			return None
		findings.problem(
			place,
			N_(
				"Tax row {0}: no VAT is charged on {1}. Put the charge above the VAT row and let that one be "
				"'On Previous Row Total', or map 0% for the account {2} in the SmartBill Account {3}."
			),
			str(tax.row),
			name_of(tax),
			tax.account,
			self.account.name,
			doctype="SmartBill Account",
			name=self.account.name,
		)
		return None

	def _one(self, rates: Mapping[int, Decimal]) -> tuple[int | None, Decimal]:
		"""The one VAT row that applies (0: none does) and its rate; None when there are several."""
		taxing = {row: rate for row, rate in rates.items() if rate}
		if len(taxing) > 1:
			return None, ZERO
		return next(iter(taxing.items()), (next(iter(rates), 0), ZERO))

	def _name(
		self, rate: Decimal, template: str, tax_account: str, allowed: Callable[[VatRate], bool]
	) -> list[VatRate]:
		"""The rows of the VAT map that fit best, one of each name: those that state the most."""
		fitting = [
			vat
			for vat in self.account.vat_rates
			if vat.rate == rate
			and vat.item_tax_template in ("", template)
			and vat.tax_account in ("", tax_account)
			and vat.tax_category in ("", self.offer.tax_category)
			and allowed(vat)
			# a document without any tax row says nothing by itself
			and (tax_account or vat.tax_category or vat.item_tax_template)
		]
		closest = max(map(_closeness, fitting), default=0)
		return list(
			{
				(vat.tax_name, vat.tax_percentage): vat for vat in fitting if _closeness(vat) == closest
			}.values()
		)

	def _not_one(
		self, line: Line, rate: Decimal, found: list[VatRate], findings: Findings, place: str = ""
	) -> None:
		if not self.vats and not found:
			findings.problem(
				"taxes",
				N_(
					"The Quotation has no VAT: choose a Sales Taxes and Charges Template, or map 0% for its Tax Category "
					"in the SmartBill Account {0}."
				),
				self.account.name,
			)
			return
		findings.problem(
			place or f"items[{line.row}].item_tax_template",
			N_("Row {0}: VAT of {1}% is mapped to more than one SmartBill rate in the SmartBill Account {2}.")
			if found
			else N_("Row {0}: VAT of {1}% is not mapped to a SmartBill rate in the SmartBill Account {2}."),
			str(line.row),
			plain_decimal(rate),
			self.account.name,
			doctype="SmartBill Account",
			name=self.account.name,
		)


def check(table: TaxTable, findings: Findings) -> None:
	"""What is wrong with the tax table as a whole."""
	for tax in table.vats.values():
		if not table.account.vat_payer and tax.amount:
			findings.problem(
				f"taxes[{tax.row}].rate",
				N_(
					"Tax row {0}: the company is not a VAT payer in the SmartBill Account {1}, but VAT is charged."
				),
				str(tax.row),
				table.account.name,
				doctype="SmartBill Account",
				name=table.account.name,
			)
	for tax in table.charges.values():
		place = f"taxes[{tax.row}].charge_type"
		if tax.amount and tax.account_type == "Tax":
			findings.problem(
				place,
				N_(
					"Tax row {0}: {1} is a fixed amount on a tax account, and SmartBill computes VAT itself; book a "
					"charge on an account that is not a tax account, or make it a row of the Quotation."
				),
				str(tax.row),
				name_of(tax),
			)
		elif tax.amount < 0:
			findings.problem(
				place,
				N_("Tax row {0}: a negative charge cannot be sent; give a discount instead."),
				str(tax.row),
			)
		elif tax.amount and tax.included_in_price:
			findings.problem(
				f"taxes[{tax.row}].included_in_print_rate",
				N_(
					"Tax row {0}: a charge that the prices include cannot be sent; make it a row of the Quotation."
				),
				str(tax.row),
			)


def net_of(line: Line) -> Decimal:
	return line.amount if line.net_amount is None else line.net_amount


def name_of(tax: Tax) -> str:
	return tax.description or tax.account


def _closeness(vat: VatRate) -> int:
	return sum(map(bool, (vat.item_tax_template, vat.tax_account, vat.tax_category)))


def _sum(shares: list[dict[int, Decimal]]) -> dict[int, Decimal]:
	total: dict[int, Decimal] = {}
	for share in shares:
		for on, part in share.items():
			total[on] = total.get(on, ZERO) + part
	return total
