"""What the mapping takes and gives: plain values, frozen. Amounts are Decimal, in the Quotation's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from erp_b2b_smartbill.smartbill.payload import Payload
from erp_b2b_smartbill.smartbill.totals import Comparison, Prediction, Totals

ZERO = Decimal(0)

NOTHING = Totals(ZERO, ZERO, ZERO)

DISCOUNT_ROWS = "Discount rows"
NET_PRICES = "Net prices"


@dataclass(frozen=True)
class VatRate:
	"""One row of the account's VAT map; an empty template, tax category or tax account matches any."""

	rate: Decimal
	tax_name: str
	tax_percentage: Decimal
	item_tax_template: str = ""
	tax_account: str = ""
	tax_category: str = ""


@dataclass(frozen=True)
class Account:
	"""`charge_uom` is the unit of ERPNext in which charges such as freight are counted; `issuer` the name to print,
	empty for none; `vat_rounding` as in totals.py."""

	name: str
	cif: str
	series: str
	language: str
	vat_rates: tuple[VatRate, ...]
	units: Mapping[str, str]
	vat_payer: bool = True
	vat_rounding: str = ""
	discount_form: str = DISCOUNT_ROWS
	terms_in_mentions: bool = True
	validity_in_mentions: bool = True
	issuer: str = ""
	is_draft: bool = False
	charge_uom: str = "Nos"


@dataclass(frozen=True)
class Party:
	"""Whom the Quotation is for. `doctype` is Customer, Lead or Prospect; `vat_payer` is "Yes", "No" or "" (not
	stated); `reg_com` its number in the trade register."""

	name: str
	title: str
	is_company: bool = True
	tax_id: str = ""
	vat_payer: str = ""
	reg_com: str = ""
	doctype: str = "Customer"


@dataclass(frozen=True)
class Address:
	"""`country` is ERPNext's name for it, `country_code` the two letters in lower case, empty when there are none."""

	name: str
	line1: str
	line2: str
	city: str
	county: str
	country: str
	country_code: str


@dataclass(frozen=True)
class Contact:
	name: str = ""
	email: str = ""
	phone: str = ""


@dataclass(frozen=True)
class Tax:
	"""A row of Sales Taxes and Charges. `amount` is what it came to after all discounts; `base_row` the row that a tax
	on a previous row names; `account_type` the ERPNext type of its account."""

	row: int
	charge_type: str
	account: str
	rate: Decimal
	included_in_price: bool = False
	amount: Decimal = ZERO
	base_row: int = 0
	account_type: str = "Tax"
	description: str = ""


@dataclass(frozen=True)
class Line:
	"""A row of the Quotation. `list_price` is the unit price before the line's discount, `price` after it, `amount`
	what the price comes to; `net_amount` is what is left of it without included taxes and without its share of a
	discount on the whole document. `item_taxes` are the rates of the row's own tax template by tax account."""

	row: int
	item_code: str
	name: str
	uom: str
	quantity: Decimal
	list_price: Decimal
	price: Decimal
	amount: Decimal
	net_amount: Decimal | None = None
	discount_percentage: Decimal = ZERO
	is_alternative: bool = False
	item_tax_template: str = ""
	item_taxes: Mapping[str, Decimal] = field(default_factory=dict)
	description: str = ""


@dataclass(frozen=True)
class Offer:
	"""`totals` are ERPNext's: net total, taxes and charges, grand total. `exchange_rate` is worth one unit of
	`currency` in `company_currency`. `language` is one that somebody chose for this Quotation, in ISO letters."""

	name: str
	party: Party | None
	address: Address | None
	currency: str
	lines: tuple[Line, ...]
	taxes: tuple[Tax, ...]
	totals: Totals
	rounded_total: Decimal = ZERO
	company_currency: str = "RON"
	exchange_rate: Decimal = Decimal(1)
	tax_category: str = ""
	header_discount: Decimal = ZERO
	header_percentage: Decimal = ZERO
	due_dates: tuple[date, ...] = ()
	valid_till: date | None = None
	terms: str = ""
	language: str = ""
	contact: Contact = Contact()


class Amount(str):
	"""A number in a sentence, plain with a point: it is shown in the reader's format."""


@dataclass(frozen=True)
class Finding:
	"""Something to change (a problem) or to know (a notice). `field` is the Quotation's field, rows numbered as on
	the screen; `doctype` and `name` point to the record to change when it is another one."""

	field: str
	template: str
	args: tuple[str, ...] = ()
	doctype: str = ""
	name: str = ""


class Findings:
	"""Everything found while mapping, in the order in which it was found."""

	def __init__(self) -> None:
		self.problems: list[Finding] = []
		self.notices: list[Finding] = []

	def problem(self, field: str, template: str, *args: str, doctype: str = "", name: str = "") -> None:
		self._add(self.problems, Finding(field, template, args, doctype, name))

	def notice(self, field: str, template: str, *args: str, doctype: str = "", name: str = "") -> None:
		self._add(self.notices, Finding(field, template, args, doctype, name))

	def _add(self, found: list[Finding], finding: Finding) -> None:
		if finding not in found:
			found.append(finding)


class RowKind(Enum):
	PRODUCT = "product"
	DISCOUNT = "discount"
	CHARGE = "charge"


@dataclass(frozen=True)
class Row:
	"""One row of the request."""

	kind: RowKind
	values: Payload


@dataclass(frozen=True)
class Mapped:
	"""`payload` is None exactly when there are problems; `document` is the request as far as it could be made, for
	showing. `erp` are ERPNext's totals as SmartBill counts: charges are net, not taxes. The prediction is there
	when every row could be made."""

	payload: Payload | None
	problems: tuple[Finding, ...]
	notices: tuple[Finding, ...]
	prediction: Prediction | None = None
	comparison: Comparison | None = None
	document: Payload = field(default_factory=dict)
	rows: tuple[Row, ...] = ()
	erp: Totals = NOTHING
