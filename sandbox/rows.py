"""The rules for the rows of a document (docs/smartbill-api.md sections 2.1.3, 2.1.4 and 7.4.5).

What SmartBill lets pass is let pass here too: quantity 0, a positive discount, a discount that covers
nothing. A client that relies on being stopped has to find out in its tests, not in its accounts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox import texts, totals
from sandbox.answers import Refusal
from sandbox.knobs import Value
from sandbox.records import Company, Json

CURRENCIES = frozenset(
	"RON EUR USD GBP CAD AUD CHF TRY CZK DKK HUF MDL SEK NOK JPY EGP PLN RUB AED BRL CNY HRK INR KRW MXN"
	" NZD RSD THB UAH XDR ZAR".split()
)
MAX_ROWS = 400
MAX_DESCRIPTION, MAX_DESCRIPTION_LINES = 2000, 30
VALUE, PERCENT = 1, 2


@dataclass(frozen=True)
class TaxRate:
	name: str
	percentage: Decimal


NO_VAT = TaxRate("", Decimal(0))


@dataclass(frozen=True)
class JudgedRow:
	"""A row that passed: as it was sent, its VAT, and its amounts. `ignored`: a discount without effect."""

	sent: Mapping[str, Any]
	tax: TaxRate | None
	line: totals.Line
	ignored: bool = False

	@property
	def currency(self) -> str:
		return self.sent.get("currency") or "RON"

	def record(self) -> Json:
		"""The row as a document stores it."""
		tax = self.tax or NO_VAT
		return {
			"name": self.sent["name"],
			"code": self.sent.get("code", ""),
			"description": self.sent.get("productDescription", ""),
			"unit": self.sent["measuringUnitName"],
			"quantity": format(self.sent.get("quantity", Decimal(1)), "f"),
			"price": format(self.sent.get("price", Decimal(0)), "f"),
			"currency": self.currency,
			"is_discount": self.sent.get("isDiscount", False),
			"ignored": self.ignored,
			"tax_name": tax.name,
			"tax_percentage": format(tax.percentage, "f"),
			"net": str(totals.rounded(self.line.net)),
			"vat": str(totals.rounded(self.line.vat)),
		}


def judge(
	sent_rows: Sequence[Mapping[str, Any]], company: Company, knobs: Mapping[str, Value], precision: int
) -> list[JudgedRow]:
	"""Every row computed, or the Refusal of the first that does not pass."""
	judge_row = _Judge(company, knobs, precision)
	judged: list[JudgedRow] = []
	for sent in sent_rows:
		judged.append(judge_row(sent, judged))
	return judged


@dataclass(frozen=True)
class _Judge:
	company: Company
	knobs: Mapping[str, Value]
	precision: int

	def __call__(self, sent: Mapping[str, Any], earlier: Sequence[JudgedRow]) -> JudgedRow:
		if not sent.get("name", "").strip():
			raise Refusal(texts.ROW_NAME_MISSING)
		unit = sent.get("measuringUnitName", "")
		if not unit.strip():
			raise Refusal(texts.ROW_UNIT_MISSING)
		if self.knobs["unit_check"] == "on" and unit not in self.company.units:
			raise Refusal(texts.UNIT_UNKNOWN.format(unit=unit))
		if (sent.get("currency") or "RON") not in CURRENCIES:
			raise Refusal(texts.CURRENCY_UNKNOWN)
		return self.discount(sent, earlier) if sent.get("isDiscount") else self.product(sent)

	def product(self, sent: Mapping[str, Any]) -> JudgedRow:
		if self.company.uses_codes and not sent.get("code", "").strip():
			raise Refusal(texts.ROW_CODE_MISSING.format(name=sent["name"]))
		if "quantity" not in sent:
			raise Refusal(texts.ROW_QUANTITY_MISSING)
		if "price" not in sent:
			raise Refusal(texts.ROW_PRICE_MISSING)
		if sent["price"] < 0 and self.knobs["negative_price"] == "refuse":
			raise Refusal(texts.PRICE_NEGATIVE)
		tax = self.product_tax(sent)
		description = sent.get("productDescription", "")
		if len(description) > MAX_DESCRIPTION or description.count("\n") >= MAX_DESCRIPTION_LINES:
			raise Refusal(texts.DESCRIPTION_TOO_LONG)
		included = sent.get("isTaxIncluded", False)
		line = totals.product(sent["price"], sent["quantity"], tax.percentage, included, self.precision)
		return JudgedRow(sent, tax, line)

	def product_tax(self, sent: Mapping[str, Any]) -> TaxRate:
		if not self.company.vat_payer:
			return NO_VAT
		if "taxPercentage" not in sent:
			raise Refusal(texts.RATE_MISSING.format(name=sent["name"]))
		tax = self.find_tax(sent)
		if tax is None:
			raise Refusal(texts.RATE_UNKNOWN.format(name=sent["name"]))
		return tax

	def find_tax(self, sent: Mapping[str, Any]) -> TaxRate | None:
		"""The account's tax of that percentage: of that name when one is given, else the first, except that
		0 % without a name silently means what SmartBill's editions disagree about.
		"""
		name, percentage = sent.get("taxName"), sent["taxPercentage"]
		if not name and percentage == 0:
			name = self.knobs["zero_tax_default"]
		for tax in self.company.taxes:
			if Decimal(str(tax.percentage)) == percentage and (not name or tax.name == name):
				return TaxRate(tax.name, Decimal(str(tax.percentage)))
		return None

	def discount(self, sent: Mapping[str, Any], earlier: Sequence[JudgedRow]) -> JudgedRow:
		if not earlier:
			raise Refusal(texts.ONLY_DISCOUNT)
		items = sent.get("numberOfItems", 0)
		if items <= 0:
			return JudgedRow(sent, None, totals.nothing(), ignored=True)
		if items > len(earlier) and self.knobs["excess_items"] == "refuse":
			raise Refusal(texts.DISCOUNT_TOO_MANY_ITEMS)
		covered = earlier[-items:]
		kind = sent.get("discountType", PERCENT)
		if kind == PERCENT:
			return self.percent_discount(sent, covered)
		if kind == VALUE:
			return self.value_discount(sent, covered)
		if "discountValue" in sent:
			return JudgedRow(sent, None, totals.discount_of_unknown_type(sent["discountValue"]))
		return JudgedRow(sent, None, totals.nothing())

	def percent_discount(self, sent: Mapping[str, Any], covered: Sequence[JudgedRow]) -> JudgedRow:
		percentage = sent.get("discountPercentage", Decimal(0))
		if not 0 < percentage <= 100:
			raise Refusal(texts.DISCOUNT_PERCENT_MISSING)
		tax = _common_tax(covered)
		if tax is None:
			raise Refusal(texts.DISCOUNT_RATES_DIFFER)
		line = totals.percent_discount([row.line for row in covered], percentage, tax.percentage)
		return JudgedRow(sent, tax, line)

	def value_discount(self, sent: Mapping[str, Any], covered: Sequence[JudgedRow]) -> JudgedRow:
		if "discountValue" not in sent:
			raise Refusal(texts.DISCOUNT_VALUE_MISSING)
		# Where the covered rows agree on a rate, the discount's own is not looked at (section 3.2, rule 4).
		tax = _common_tax(covered)
		if tax is None:
			if "taxPercentage" not in sent:
				raise Refusal(texts.DISCOUNT_RATES_DIFFER)
			tax = self.find_tax(sent)
		if tax is None:
			raise Refusal(texts.DISCOUNT_RATE_UNKNOWN.format(rate=format(sent["taxPercentage"], "f")))
		included = sent.get("isTaxIncluded", False)
		line = totals.value_discount(sent["discountValue"], tax.percentage, included)
		return JudgedRow(sent, tax, line)


def _common_tax(covered: Sequence[JudgedRow]) -> TaxRate | None:
	"""The tax of the covered rows, None if their rates differ. Rows without a rate (ignored discounts) do
	not count.
	"""
	taxes = [row.tax for row in covered if row.tax is not None]
	if len({tax.percentage for tax in taxes}) > 1:
		return None
	return taxes[0] if taxes else NO_VAT
