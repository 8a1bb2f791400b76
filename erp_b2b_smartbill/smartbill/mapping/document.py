"""The whole request, or all problems at once. Source: docs/smartbill-api.md 2.1.1, 3.4 to 3.6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from erp_b2b_smartbill.smartbill.mapping import vat
from erp_b2b_smartbill.smartbill.mapping.charges import charge_rows
from erp_b2b_smartbill.smartbill.mapping.client import client
from erp_b2b_smartbill.smartbill.mapping.discounts import Form, rows_of
from erp_b2b_smartbill.smartbill.mapping.lines import Item, items, precision
from erp_b2b_smartbill.smartbill.mapping.model import (
	DISCOUNT_ROWS,
	NET_PRICES,
	Account,
	Amount,
	Findings,
	Mapped,
	Offer,
	Row,
	RowKind,
)
from erp_b2b_smartbill.smartbill.mapping.texts import WORDS, Words, language, local_date, mentions
from erp_b2b_smartbill.smartbill.payload import Payload, plain_decimal
from erp_b2b_smartbill.smartbill.totals import Comparison, Prediction, Totals, compare, predict
from erp_b2b_smartbill.text import N_

MAX_ROWS = 400
RON = "RON"
CURRENCIES = frozenset(
	"RON EUR USD GBP CAD AUD CHF TRY CZK DKK HUF MDL SEK NOK JPY EGP PLN RUB AED BRL CNY HRK INR KRW MXN NZD RSD"
	" THB UAH XDR ZAR".split()
)


def map_offer(offer: Offer, account: Account, *, today: date, reference: str) -> Mapped:
	"""The request for one proforma, with all problems at once. `today` is the business date in Romania and
	`reference` the text by which the document is recognised afterwards (docs/smartbill-api.md 5.2)."""
	findings = Findings()
	_check_offer(offer, today, findings)
	who = client(offer, findings)
	table = vat.TaxTable(offer, account)
	vat.check(table, findings)
	lines = items(offer, table, findings)
	charges = charge_rows(table, lines, findings)
	in_language = language(offer, account, findings)
	words = WORDS.get(in_language, WORDS["EN"])
	erp = Totals(offer.totals.net + table.charged(), offer.totals.vat - table.charged(), offer.totals.total)
	version = _choose(_Versions(offer, account, lines, charges, words, erp), findings)

	document: Payload = {
		"companyVatCode": account.cif,
		"seriesName": account.series,
		"isDraft": account.is_draft,
		"issueDate": today.isoformat(),
		"dueDate": _due_date(offer, today, findings).isoformat(),
		"currency": offer.currency,
		**({"exchangeRate": offer.exchange_rate} if offer.currency != RON else {}),
		"language": in_language,
		"precision": version.precision,
		# a failing e-mail must not spoil a create
		"sendEmail": False,
		"mentions": mentions(offer, account, words, reference, findings),
		**({"issuerName": account.issuer} if account.issuer else {}),
		"client": who,
		"products": version.products,
	}
	is_computed = bool(version.rows) and _all_rows_made(findings)
	if is_computed:
		_judge(offer, erp, account, version, findings)
	return Mapped(
		payload=None if findings.problems else document,
		problems=tuple(findings.problems),
		notices=tuple(findings.notices),
		prediction=version.prediction if is_computed else None,
		comparison=version.comparison if is_computed else None,
		document=document,
		rows=version.rows,
		erp=erp,
	)


def _check_offer(offer: Offer, today: date, findings: Findings) -> None:
	if offer.currency not in CURRENCIES:
		findings.problem("currency", N_("SmartBill does not know the currency {0}."), offer.currency)
	elif offer.currency != RON and offer.company_currency != RON:
		findings.problem(
			"conversion_rate",
			N_("SmartBill needs the worth of {0} in RON, and the company's currency is {1}."),
			offer.currency,
			offer.company_currency,
		)
	elif offer.currency != RON and (offer.exchange_rate <= 0 or offer.exchange_rate == 1):
		findings.problem(
			"conversion_rate",
			N_("Enter the exchange rate of {0} to RON: it is {1} now."),
			offer.currency,
			Amount(plain_decimal(offer.exchange_rate)),
		)
	if offer.totals.total <= 0:
		findings.problem("grand_total", N_("The Quotation's total must be greater than zero."))
	if offer.header_discount < 0:
		findings.problem(
			"discount_amount",
			N_("A negative discount on the whole Quotation cannot be sent; add it as a row."),
		)
	if offer.valid_till and offer.valid_till < today:
		findings.notice(
			"valid_till",
			N_("The Quotation was valid until {0} and has expired."),
			local_date(offer.valid_till),
		)
	if offer.rounded_total and offer.rounded_total != offer.totals.total:
		findings.notice(
			"rounded_total",
			N_(
				"The Quotation shows a rounded total of {0} {2}; SmartBill does not round: the proforma says {1} {2}."
			),
			Amount(f"{offer.rounded_total:.2f}"),
			Amount(f"{offer.totals.total:.2f}"),
			offer.currency,
		)


@dataclass(frozen=True)
class _Version:
	"""The rows in one form, with what SmartBill makes of them and what was found while writing them."""

	form: Form
	rows: tuple[Row, ...]
	precision: int
	prediction: Prediction
	comparison: Comparison
	findings: Findings

	@property
	def products(self) -> list[Payload]:
		return [row.values for row in self.rows]

	@property
	def too_long(self) -> bool:
		return len(self.rows) > MAX_ROWS


@dataclass(frozen=True)
class _Versions:
	offer: Offer
	account: Account
	items: Sequence[Item]
	charges: Sequence[Row]
	words: Words
	erp: Totals

	def write(self, form: Form) -> _Version:
		findings = Findings()
		rows = [row for item in self.items for row in rows_of(item, form, self.offer, self.words, findings)]
		rows += self.charges
		products = [row.values for row in rows]
		places = precision(row["price"] for row in products if "price" in row)
		prediction = predict(products, places)
		comparison = compare(prediction, self.erp, len(rows), self.account.vat_rounding)
		return _Version(form, tuple(rows), places, prediction, comparison, findings)


def _choose(versions: _Versions, findings: Findings) -> _Version:
	"""The account's form of discounts, unless the other one is needed (docs/smartbill-api.md 3.4)."""
	wanted = versions.account.discount_form
	chosen = versions.write(Form(wanted))
	# the totals of some of the rows tell nothing
	is_whole = bool(chosen.rows) and _all_rows_made(findings)
	has_discounts = any(row.kind is RowKind.DISCOUNT for row in chosen.rows)
	if is_whole and wanted == DISCOUNT_ROWS and has_discounts:
		chosen = _with_net_prices_if_needed(versions, chosen, findings)
	if is_whole and not chosen.comparison.agrees:
		exact = versions.write(Form(chosen.form.name, exact=True))
		if exact.comparison.agrees and not exact.too_long:
			chosen = exact
	findings.problems += chosen.findings.problems
	findings.notices += chosen.findings.notices
	return chosen


def _with_net_prices_if_needed(versions: _Versions, rows: _Version, findings: Findings) -> _Version:
	"""Discount rows take place, and how the account rounds VAT matters more with them."""
	prices = versions.write(Form(NET_PRICES))
	if rows.too_long and not prices.too_long:
		findings.notice(
			"items",
			N_(
				"The discounts are inside the prices: with rows of their own there would be {0} rows, and {1} fit."
			),
			str(len(rows.rows)),
			str(MAX_ROWS),
		)
		return prices
	is_unknown = not versions.account.vat_rounding
	if is_unknown and prices.comparison.difference < rows.comparison.difference:
		findings.notice(
			"items",
			N_(
				"The discounts are inside the prices: with rows of their own SmartBill's totals could differ by {0}, "
				"so by {1}."
			),
			Amount(f"{rows.comparison.difference:.2f}"),
			Amount(f"{prices.comparison.difference:.2f}"),
		)
		return prices
	return rows


def _all_rows_made(findings: Findings) -> bool:
	return not any(
		problem.field.startswith(("items", "taxes", "discount_amount")) for problem in findings.problems
	)


def _judge(offer: Offer, erp: Totals, account: Account, version: _Version, findings: Findings) -> None:
	if version.too_long:
		_too_many_rows(version, findings)
	comparison = version.comparison
	if abs(erp.net + erp.vat - erp.total) > comparison.tolerance:
		findings.problem(
			"apply_discount_on",
			N_(
				"The Quotation's net {0} and VAT {1} do not make its total {2} ({3}): ERPNext could not spread the whole "
				"discount over the rows. Give the discount on the net total, or on the rows."
			),
			*_amounts(erp),
			offer.currency,
		)
		return
	if not comparison.difference:
		return
	expected = version.prediction.expected(account.vat_rounding)
	furthest = max(
		expected,
		key=lambda one: max(abs(one.net - erp.net), abs(one.vat - erp.vat), abs(one.total - erp.total)),
	)
	numbers = (
		*_amounts(furthest),
		*_amounts(erp),
		offer.currency,
		Amount(plain_decimal(comparison.difference)),
		Amount(plain_decimal(comparison.tolerance)),
	)
	if comparison.agrees:
		findings.notice(
			"grand_total",
			N_(
				"SmartBill will compute net {0}, VAT {1}, total {2}; the Quotation has net {3}, VAT {4}, total {5} "
				"({6}). The difference of {7} comes from rounding."
			),
			*numbers[:-1],
		)
	else:
		findings.problem(
			"grand_total",
			N_(
				"SmartBill would compute net {0}, VAT {1}, total {2}, the Quotation has net {3}, VAT {4}, total {5} "
				"({6}). The difference of {7} is larger than {8}, so nothing is sent."
			),
			*numbers,
		)


def _too_many_rows(version: _Version, findings: Findings) -> None:
	findings.problem(
		"items",
		N_("SmartBill accepts {0} rows, discounts included; this Quotation needs {1}."),
		str(MAX_ROWS),
		str(len(version.rows)),
	)


def _amounts(totals: Totals) -> tuple[str, str, str]:
	return (Amount(f"{totals.net:.2f}"), Amount(f"{totals.vat:.2f}"), Amount(f"{totals.total:.2f}"))


def _due_date(offer: Offer, today: date, findings: Findings) -> date:
	if not offer.due_dates:
		return today
	last = max(offer.due_dates)
	if len(set(offer.due_dates)) > 1:
		findings.notice(
			"payment_schedule",
			N_("The payment is due in {0} parts; the proforma names the last day, {1}."),
			str(len(set(offer.due_dates))),
			local_date(last),
		)
	if last < today:
		findings.notice(
			"payment_schedule",
			N_("The payment was due on {0}, before today: the proforma is due today."),
			local_date(last),
		)
	return max(last, today)
