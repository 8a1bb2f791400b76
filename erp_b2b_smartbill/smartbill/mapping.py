"""A Quotation as SmartBill wants it, or everything that stands against sending it.

Pure: takes what collect.py gathered, returns the request of docs/smartbill-api.md 2.1. ERPNext's prices are mapped,
never recomputed; what is not supported is a problem with a name, never a document that is nearly right.
Amounts are Decimal, in the Quotation's currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from erp_b2b_smartbill.smartbill import romania
from erp_b2b_smartbill.smartbill.payload import Payload, plain_decimal
from erp_b2b_smartbill.smartbill.totals import (
	PERCENT_DISCOUNT,
	VALUE_DISCOUNT,
	Comparison,
	Prediction,
	Totals,
	compare,
	predict,
	round_half_up,
)
from erp_b2b_smartbill.text import N_, fold

MAX_ROWS = 400
MIN_PRECISION, MAX_PRECISION = 2, 4
CURRENCY = "RON"
LANGUAGES = ("RO", "EN", "DE", "FR", "IT", "ES")


@dataclass(frozen=True)
class VatRate:
	"""One row of the account's VAT map; an empty template or tax account matches any."""

	rate: Decimal
	tax_name: str
	tax_percentage: Decimal
	item_tax_template: str = ""
	tax_account: str = ""


@dataclass(frozen=True)
class Account:
	name: str
	cif: str
	series: str
	language: str
	vat_rates: tuple[VatRate, ...]
	units: Mapping[str, str]


@dataclass(frozen=True)
class Customer:
	"""`vat_payer` is "Yes", "No" or "" (not stated)."""

	name: str
	title: str
	is_company: bool
	tax_id: str
	vat_payer: str = ""


@dataclass(frozen=True)
class Address:
	name: str
	line1: str
	line2: str
	city: str
	county: str
	country: str
	is_romanian: bool


@dataclass(frozen=True)
class Tax:
	"""A row of Sales Taxes and Charges."""

	row: int
	charge_type: str
	account: str
	rate: Decimal
	included_in_price: bool = False


@dataclass(frozen=True)
class Line:
	"""A row of the Quotation. `list_price` is the unit price before the line's discount, `price` after it;
	`item_taxes` are the rates of the row's own tax template by tax account."""

	row: int
	item_code: str
	name: str
	uom: str
	quantity: Decimal
	list_price: Decimal
	price: Decimal
	amount: Decimal
	discount_percentage: Decimal = Decimal(0)
	is_alternative: bool = False
	item_tax_template: str = ""
	item_taxes: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
	name: str
	party_type: str
	customer: Customer | None
	address: Address | None
	currency: str
	lines: tuple[Line, ...]
	taxes: tuple[Tax, ...]
	totals: Totals
	header_discount: Decimal = Decimal(0)
	due_date: date | None = None
	contact: str = ""
	email: str = ""
	phone: str = ""


@dataclass(frozen=True)
class Finding:
	"""Something to change (a problem) or to know (a notice). `field` is the Quotation's field, rows numbered as on
	the screen; `doctype` and `name` point to the record to change when it is another one."""

	field: str
	template: str
	args: tuple[str, ...] = ()
	doctype: str = ""
	name: str = ""


@dataclass(frozen=True)
class Mapped:
	"""`payload` is None exactly when there are problems."""

	payload: Payload | None
	problems: tuple[Finding, ...]
	notices: tuple[Finding, ...]
	prediction: Prediction | None = None
	comparison: Comparison | None = None


def map_offer(offer: Offer, account: Account, *, today: date, reference: str) -> Mapped:
	"""The request for one proforma, with all problems at once. `today` is the business date in Romania and
	`reference` the text by which the document is recognised afterwards (docs/smartbill-api.md 5.2)."""
	problems: list[Finding] = []
	notices: list[Finding] = []

	problems += _unsupported(offer)
	client = _client(offer, problems, notices)
	products = _products(offer, account, problems)
	due_date = _due_date(offer, today, notices)

	precision = _precision(offer.lines)
	prediction = comparison = None
	if products is not None:
		if len(products) > MAX_ROWS:
			problems.append(
				Finding(
					"items",
					N_("SmartBill accepts {0} rows, discounts included; this Quotation needs {1}."),
					(str(MAX_ROWS), str(len(products))),
				)
			)
		prediction = predict(products, precision)
		comparison = compare(prediction, offer.totals, len(products))
		if not problems and not comparison.agrees:
			problems.append(_different_totals(offer, prediction, comparison))

	if problems:
		return Mapped(None, tuple(problems), tuple(notices), prediction, comparison)

	payload: Payload = {
		"companyVatCode": account.cif,
		"seriesName": account.series,
		"isDraft": False,
		"issueDate": today.isoformat(),
		"dueDate": due_date.isoformat(),
		"currency": offer.currency,
		"language": account.language,
		"precision": precision,
		# a failing e-mail must not spoil a create
		"sendEmail": False,
		"mentions": reference,
		"client": client,
		"products": products,
	}
	return Mapped(payload, (), tuple(notices), prediction, comparison)


def _unsupported(offer: Offer) -> Iterator[Finding]:
	if offer.currency != CURRENCY:
		yield Finding(
			"currency",
			N_("Only Quotations in RON can be sent for now; this one is in {0}."),
			(offer.currency,),
		)
	if offer.header_discount:
		yield Finding(
			"discount_amount",
			N_("A discount on the whole Quotation cannot be sent yet; give the discount on the rows."),
		)
	for tax in offer.taxes:
		if tax.included_in_price:
			yield Finding(
				f"taxes[{tax.row}].included_in_print_rate",
				N_("Tax row {0}: prices with VAT included cannot be sent yet."),
				(str(tax.row),),
			)
		elif tax.charge_type != "On Net Total":
			yield Finding(
				f"taxes[{tax.row}].charge_type",
				N_("Tax row {0}: a charge of type {1} cannot be sent yet; make it a row of the Quotation."),
				(str(tax.row), tax.charge_type),
			)
	if not offer.taxes:
		yield Finding("taxes", N_("The Quotation has no VAT: choose a Sales Taxes and Charges Template."))


def _client(offer: Offer, problems: list[Finding], notices: list[Finding]) -> Payload | None:
	customer = offer.customer
	if customer is None:
		problems.append(
			Finding(
				"party_name",
				N_("Only a Quotation to a Customer can be sent for now; this one is to a {0}."),
				(offer.party_type,),
			)
		)
		return None

	is_payer = _is_vat_payer(customer, notices)
	client: Payload = {"name": customer.title}
	if vat_code := _vat_code(customer.tax_id, is_payer):
		client["vatCode"] = vat_code
	elif customer.is_company:
		notices.append(
			Finding(
				"party_name",
				N_("The customer {0} has no Tax ID: the proforma is issued without one."),
				(customer.title,),
				"Customer",
				customer.name,
			)
		)
	# absent would mean "not a payer", whatever SmartBill's catalogue knows
	client["isTaxPayer"] = is_payer
	client |= _place(offer.address, customer, problems)
	for key, value in (
		("email", _first_email(offer.email)),
		("phone", offer.phone),
		("contact", offer.contact),
	):
		if value:
			client[key] = value
	# saving would overwrite the accountant's record of this client
	client["saveToDb"] = False
	return client


def _is_vat_payer(customer: Customer, notices: list[Finding]) -> bool:
	if customer.vat_payer:
		return customer.vat_payer == "Yes"
	derived = romania.has_ro_prefix(customer.tax_id)
	template = (
		N_(
			"{0} is sent as a VAT payer because its Tax ID begins with RO; state it on the Customer to be sure."
		)
		if derived
		else N_(
			"{0} is sent as not a VAT payer because its Tax ID has no RO; state it on the Customer to be sure."
		)
	)
	notices.append(Finding("party_name", template, (customer.title,), "Customer", customer.name))
	return derived


def _vat_code(tax_id: str, is_payer: bool) -> str:
	digits = romania.cui_digits(tax_id)
	if digits is None:
		return tax_id.strip()
	return f"RO{digits}" if is_payer else digits


def _place(address: Address | None, customer: Customer, problems: list[Finding]) -> Payload:
	if address is None:
		problems.append(
			Finding(
				"customer_address",
				N_("The Quotation has no address: choose one, or give the customer {0} a primary address."),
				(customer.title,),
				"Customer",
				customer.name,
			)
		)
		return {}

	def problem(template: str, *args: str) -> None:
		problems.append(Finding("customer_address", template, args, "Address", address.name))

	if not address.is_romanian:
		problem(
			N_("Only customers in Romania can be sent for now; the address {0} is in {1}."),
			address.name,
			address.country,
		)
		return {}

	city = address.city
	is_bucharest = fold(city) in ("bucuresti", "bucharest") or romania.sector(city)
	county = romania.county(address.county) or (romania.BUCHAREST if is_bucharest else None)
	if not county:
		problem(
			N_("The address {0} needs a county of Romania; it has {1}.")
			if address.county
			else N_("The address {0} needs a county of Romania."),
			address.name,
			*([address.county] if address.county else []),
		)
	elif county == romania.BUCHAREST:
		city = romania.sector(address.city, address.line1, address.line2) or ""
		if not city:
			problem(
				N_("The address {0} is in Bucharest: name the sector (1 to 6) in its city or street."),
				address.name,
			)
	elif not city:
		problem(N_("The address {0} needs a city."), address.name)

	street = ", ".join(part for part in (address.line1, address.line2) if part)
	if not street:
		problem(N_("The address {0} needs a street."), address.name)
	return {"address": street, "city": city, "county": county, "country": "Romania"}


def _products(offer: Offer, account: Account, problems: list[Finding]) -> list[Payload] | None:
	"""The rows of the request, or None when one of them cannot be made."""
	products: list[Payload] = []
	before = len(problems)
	lines = [line for line in offer.lines if not line.is_alternative]
	if not lines:
		problems.append(Finding("items", N_("The Quotation has no rows to send.")))
	for line in lines:
		unit = _unit(line, account, problems)
		vat = _vat(line, offer.taxes, account, problems)
		_check_amounts(line, problems)
		if unit and vat and line.quantity > 0:
			products += _rows(line, unit, vat, offer.currency)
	return None if len(problems) > before else products


def _rows(line: Line, unit: str, vat: VatRate, currency: str) -> Iterator[Payload]:
	"""A product row and, when the line is discounted, a discount row that covers it alone
	(docs/smartbill-api.md 3.2, rule 6)."""
	shared: Payload = {
		"measuringUnitName": unit,
		"currency": currency,
		"isTaxIncluded": False,
		"taxName": vat.tax_name,
		"taxPercentage": vat.tax_percentage,
	}
	list_amount = _amount(line.list_price, line.quantity)
	discount = list_amount - line.amount
	discounted = line.price < line.list_price and discount > 0

	product: Payload = {"name": line.name}
	if line.item_code:
		product["code"] = line.item_code
	product |= {"quantity": line.quantity, "price": line.list_price if discounted else line.price}
	yield {**product, **shared, "saveToDb": False}

	if not discounted:
		return
	percentage = _exact_percentage(line, list_amount, discount)
	label = f"Discount {plain_decimal(percentage)}% {line.name}" if percentage else f"Discount {line.name}"
	yield {
		"name": label,
		"isDiscount": True,
		# without it SmartBill ignores the discount and still answers success
		"numberOfItems": 1,
		**(
			{"discountType": PERCENT_DISCOUNT, "discountPercentage": percentage}
			if percentage
			# a positive value would raise the price
			else {"discountType": VALUE_DISCOUNT, "discountValue": -discount}
		),
		**shared,
	}


def _exact_percentage(line: Line, list_amount: Decimal, discount: Decimal) -> Decimal | None:
	"""The percentage that gives ERPNext's amount to the cent; None when only a value does.

	ERPNext rounds the unit price before multiplying, SmartBill takes the percentage of the whole row. The stored
	percentage stays 0 when the price was typed, so the prices are asked too.
	"""
	from_prices = round_half_up((1 - line.price / line.list_price) * 100)
	for percentage in (line.discount_percentage, from_prices):
		if 0 < percentage <= 100 and round_half_up(list_amount * percentage / 100) == discount:
			return percentage
	return None


def _unit(line: Line, account: Account, problems: list[Finding]) -> str | None:
	unit = account.units.get(line.uom)
	if not unit:
		problems.append(
			Finding(
				f"items[{line.row}].uom",
				N_("Row {0}: the unit {1} is not mapped to a SmartBill unit in the SmartBill Account {2}."),
				(str(line.row), line.uom, account.name),
				"SmartBill Account",
				account.name,
			)
		)
	return unit


def _vat(line: Line, taxes: tuple[Tax, ...], account: Account, problems: list[Finding]) -> VatRate | None:
	"""The one row of the VAT map that fits: the row's own template rates first, the tax rows' rates second."""
	place = f"items[{line.row}].item_tax_template"
	rates = [
		(tax.account, line.item_taxes.get(tax.account, tax.rate))
		for tax in taxes
		if tax.charge_type == "On Net Total" and not tax.included_in_price
	]
	if not rates:
		# already a problem of the whole Quotation
		return None
	taxed = [(tax_account, rate) for tax_account, rate in rates if rate]
	if len(taxed) > 1:
		problems.append(
			Finding(
				place,
				N_("Row {0}: more than one tax applies to it; SmartBill knows one per row."),
				(str(line.row),),
			)
		)
		return None

	tax_account, rate = taxed[0] if taxed else rates[0]
	fitting = [
		vat
		for vat in account.vat_rates
		if vat.rate == rate
		and vat.item_tax_template in ("", line.item_tax_template)
		and vat.tax_account in ("", tax_account)
	]
	closest = max((_closeness(vat) for vat in fitting), default=0)
	best = {(vat.tax_name, vat.tax_percentage): vat for vat in fitting if _closeness(vat) == closest}
	if len(best) == 1:
		return next(iter(best.values()))
	problems.append(
		Finding(
			place,
			N_("Row {0}: VAT of {1}% is mapped to more than one SmartBill rate in the SmartBill Account {2}.")
			if best
			else N_("Row {0}: VAT of {1}% is not mapped to a SmartBill rate in the SmartBill Account {2}."),
			(str(line.row), plain_decimal(rate), account.name),
			"SmartBill Account",
			account.name,
		)
	)
	return None


def _closeness(vat: VatRate) -> int:
	return 2 * bool(vat.item_tax_template) + bool(vat.tax_account)


def _check_amounts(line: Line, problems: list[Finding]) -> None:
	# SmartBill itself checks neither: it would issue a document with the wrong total
	if line.quantity <= 0:
		problems.append(
			Finding(
				f"items[{line.row}].qty",
				N_("Row {0}: the quantity must be greater than zero."),
				(str(line.row),),
			)
		)
	if line.price < 0:
		problems.append(
			Finding(
				f"items[{line.row}].rate", N_("Row {0}: the price must not be negative."), (str(line.row),)
			)
		)
	if max(_decimals(line.price), _decimals(line.list_price)) > MAX_PRECISION:
		problems.append(
			Finding(
				f"items[{line.row}].rate",
				N_("Row {0}: SmartBill knows prices of at most {1} decimals."),
				(str(line.row), str(MAX_PRECISION)),
			)
		)


def _due_date(offer: Offer, today: date, notices: list[Finding]) -> date:
	if offer.due_date and offer.due_date < today:
		notices.append(
			Finding(
				"payment_schedule",
				N_("The payment was due on {0}, before today: the proforma is due today."),
				(offer.due_date.isoformat(),),
			)
		)
	return max(offer.due_date or today, today)


def _different_totals(offer: Offer, prediction: Prediction, comparison: Comparison) -> Finding:
	return Finding(
		"grand_total",
		N_(
			"SmartBill would compute net {0}, VAT {1}, total {2}, the Quotation has net {3}, VAT {4}, total {5} ({6}). "
			"The difference of {7} is larger than {8}, so nothing is sent."
		),
		(
			*_amounts(prediction.by_row),
			*_amounts(offer.totals),
			offer.currency,
			plain_decimal(comparison.difference),
			plain_decimal(comparison.tolerance),
		),
	)


def _amounts(totals: Totals) -> tuple[str, str, str]:
	return (f"{totals.net:.2f}", f"{totals.vat:.2f}", f"{totals.total:.2f}")


def _amount(price: Decimal, quantity: Decimal) -> Decimal:
	return round_half_up(price * quantity)


def _precision(lines: tuple[Line, ...]) -> int:
	"""Enough decimals for every price, so that SmartBill need not round one."""
	prices = (price for line in lines if not line.is_alternative for price in (line.price, line.list_price))
	needed = max(map(_decimals, prices), default=0)
	return min(max(needed, MIN_PRECISION), MAX_PRECISION)


def _decimals(value: Decimal) -> int:
	return max(0, -int(value.normalize().as_tuple().exponent))


def _first_email(text: str) -> str:
	return text.replace(";", ",").partition(",")[0].strip()
