"""Quotations made at random, computed by the stand-in's ERPNext, and what the sandbox makes of their proformas.

Without a site: the arithmetic is ERPNext's (`erpnext.controllers.totals`), the rounding Frappe's own.
"""

import functools
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import Any

from erpnext.controllers.totals import Totals as ErpTotals
from frappe.utils import flt
from hypothesis import strategies as st

from erp_b2b_smartbill.smartbill.mapping import Account, Address, Line, Offer, Party, Tax, VatRate
from erp_b2b_smartbill.smartbill.payload import freeze
from erp_b2b_smartbill.smartbill.totals import Totals, compute
from sandbox import knobs, rows, schema, totals
from sandbox.records import Company

D = Decimal
VAT, FREIGHT, ECO = "TVA - X", "Transport - X", "Ecotaxa - X"
DIGITS = {"margin_rate_or_amount": 3, "discount_percentage": 3}
METHODS = ("Banker's Rounding", "Commercial Rounding")
NAMES = {21: "Normala", 11: "Redusa", 0: "SDD"}


class FrappeRounding:
	"""As a site rounds, without one."""

	def __init__(self, method: str):
		self.method = method

	def digits(self, row: Any, fieldname: str) -> int:
		return DIGITS.get(fieldname, 2)

	def __call__(self, row: Any, fieldname: str, value: float | None) -> float:
		return flt(value, self.digits(row, fieldname), self.method)


@dataclass(frozen=True)
class Given:
	"""What somebody types into a Quotation. A row is (list price, quantity, discount %, typed price, own VAT rate)."""

	rows: tuple[tuple[float, float, float, float | None, int | None], ...]
	included: bool = False
	discount_on: str = ""
	discount_percentage: float = 0.0
	discount_share: float = 0.0
	freight: float = 0.0
	eco: float = 0.0
	currency: str = "RON"
	row_wise: bool = False
	method: str = METHODS[0]


PRICES = st.one_of(
	st.integers(0, 500),
	st.integers(0, 30_000),
	st.integers(0, 10_000_000),
	st.sampled_from([50, 105, 2550, 999]),
).map(lambda cents: cents / 100)
QUANTITIES = st.one_of(
	st.integers(1, 50),
	st.integers(1, 5000),
	st.integers(1, 30_000).map(lambda number: number / 1000),
	st.sampled_from([0.25, 0.5, 1.5, 12.5, 0.125]),
)
DISCOUNTS = st.sampled_from([0, 0, 0, 5, 10, 12.5, 7.77, 33.333, 50, 99.9, 100])
OWN_RATES = st.sampled_from([None, None, 21, 11, 0])
ROWS = st.tuples(
	PRICES, QUANTITIES.map(float), DISCOUNTS.map(float), st.one_of(st.none(), st.none(), PRICES), OWN_RATES
)


@st.composite
def many_rows(draw: Any) -> tuple:
	"""1 to 399 rows: a few, repeated so that their cents add up, or many different ones."""
	few = draw(st.lists(ROWS, min_size=1, max_size=12))
	if draw(st.booleans()):
		return tuple(few * draw(st.integers(1, 399 // len(few))))
	rng = Random(draw(st.integers(0, 2**32)))
	more = [
		(
			rng.randrange(1, 10 ** rng.randrange(1, 7)) / 100,
			rng.randrange(1, 10**5) / rng.choice((1, 1, 10, 100, 1000)),
			rng.choice((0, 0, 5, 10, 12.5, 33.333)),
			None,
			rng.choice((None, None, 11, 0)),
		)
		for _ in range(draw(st.integers(0, 399 - len(few))))
	]
	return tuple([*few, *more])


GIVEN = st.builds(
	Given,
	rows=many_rows(),
	included=st.booleans(),
	discount_on=st.sampled_from(["", "Net Total", "Grand Total"]),
	discount_percentage=st.sampled_from([0, 1, 2.5, 7.77, 10, 33.333, 90]).map(float),
	discount_share=st.floats(0, 0.95),
	freight=st.sampled_from([0, 0, 25, 19.99, 150.01]).map(float),
	eco=st.sampled_from([0, 0, 0, 0.35, 2]).map(float),
	currency=st.sampled_from(["RON", "RON", "EUR"]),
	row_wise=st.booleans(),
	method=st.sampled_from(METHODS),
)


def computed(given: Given) -> Any:
	"""The Quotation as ERPNext stores it."""
	doc = _computed(given, None)
	if given.discount_on and not given.discount_percentage:
		whole = doc.grand_total if given.discount_on == "Grand Total" else doc.net_total
		doc = _computed(given, flt(whole * given.discount_share, 2, given.method))
	return doc


def _computed(given: Given, discount: float | None) -> Any:
	lines = [
		SimpleNamespace(
			idx=number,
			item_code=f"ART-{number}",
			price_list_rate=price,
			rate=flt(price * (1 - percentage / 100), 2, given.method) if typed is None else typed,
			discount_percentage=percentage if typed is None else 0.0,
			discount_amount=0.0,
			margin_type=None,
			margin_rate_or_amount=0.0,
			distributed_discount_amount=0.0,
			qty=quantity,
			pricing_rules="",
			is_alternative=0,
			own={} if own is None else {VAT: float(own)},
		)
		for number, (price, quantity, percentage, typed, own) in enumerate(given.rows, start=1)
	]
	taxes = []
	if given.freight:
		taxes.append(_tax("Actual", FREIGHT, amount=given.freight))
	if given.eco:
		taxes.append(_tax("On Item Quantity", ECO, rate=given.eco))
	above = len(taxes)
	kind = "On Previous Row Total" if above else "On Net Total"
	taxes.append(_tax(kind, VAT, rate=21.0, row_id=above or None, included=given.included))
	doc = SimpleNamespace(
		items=lines,
		taxes=taxes,
		conversion_rate=4.9731 if given.currency == "EUR" else 1.0,
		apply_discount_on=given.discount_on or "Grand Total",
		disable_rounded_total=1,
		additional_discount_percentage=given.discount_percentage if given.discount_on else None,
		discount_amount=discount,
		base_rounding_adjustment=0,
		currency=given.currency,
	)
	erp = ErpTotals(
		doc,
		rounding=FrappeRounding(given.method),
		tax_rates=lambda row: row.own,
		round_total=round,
		round_row_wise=given.row_wise,
	)
	erp.price_rows()
	erp.apply_taxes()
	if erp.spread_discount():
		erp.apply_taxes()
	return doc


def _tax(
	kind: str,
	account: str,
	rate: float = 0.0,
	amount: float = 0.0,
	row_id: Any = None,
	included: bool = False,
) -> Any:
	return SimpleNamespace(
		charge_type=kind,
		account_head=account,
		rate=rate,
		tax_amount=amount,
		row_id=row_id,
		included_in_print_rate=int(included),
		dont_recompute_tax=0,
	)


def exact(number: float | None) -> Decimal:
	return D(str(number or 0)).quantize(D("1E-9")).normalize()


def offer_of(doc: Any) -> Offer:
	return Offer(
		name="SAL-QTN-2026-00017",
		party=Party("Atelier Demo SRL", "Atelier Demo SRL", True, "RO98765438", "Yes"),
		address=Address("Atelier", "Str. Exemplu 7", "", "Cluj-Napoca", "Cluj", "Romania", "ro"),
		currency=doc.currency,
		exchange_rate=exact(doc.conversion_rate),
		lines=tuple(
			Line(
				row=row.idx,
				item_code=row.item_code,
				name=f"Articol {row.idx}",
				uom="Nos",
				quantity=exact(row.qty),
				list_price=exact(row.rate_with_margin) or exact(row.price_list_rate),
				price=exact(row.rate),
				amount=exact(row.amount),
				net_amount=exact(row.net_amount),
				discount_percentage=exact(row.discount_percentage),
				item_taxes={account: exact(rate) for account, rate in row.own.items()},
			)
			for row in doc.items
		),
		taxes=tuple(
			Tax(
				row=number,
				charge_type=tax.charge_type,
				account=tax.account_head,
				rate=exact(tax.rate),
				included_in_price=bool(tax.included_in_print_rate),
				amount=exact(tax.tax_amount_after_discount_amount),
				base_row=int(tax.row_id or 0),
				account_type="Tax" if tax.account_head == VAT else "Chargeable",
			)
			for number, tax in enumerate(doc.taxes, start=1)
		),
		totals=Totals(exact(doc.net_total), exact(doc.total_taxes_and_charges), exact(doc.grand_total)),
		header_discount=exact(doc.discount_amount),
		header_percentage=exact(doc.additional_discount_percentage),
	)


ACCOUNT = Account(
	name="Demo SRL",
	cif="RO12345674",
	series="PRFB2B",
	language="RO",
	vat_rates=tuple(VatRate(D(rate), name, D(rate)) for rate, name in NAMES.items()),
	units={"Nos": "buc"},
)


def by_the_sandbox(payload: Any) -> dict[str, Totals]:
	"""What the sandbox computes of the request as it is sent, by the way of rounding VAT; Unmappable when the request
	has a field that SmartBill does not know."""
	return _sent(freeze(payload).encode())


# an offer makes the same request under several settings of the account
@functools.lru_cache(maxsize=8)
def _sent(body: bytes) -> dict[str, Totals]:
	fields = schema.read(schema.ESTIMATE, schema.parse(body), knobs.defaults())
	judged = rows.judge(fields["products"], COMPANY, knobs.defaults(), fields["precision"])
	assert {row.currency for row in judged} == {fields["currency"]}
	assert not any(row.ignored for row in judged)
	result = {}
	for method in ("row", "rate"):
		total = totals.total([row.line for row in judged], method)
		result[method] = Totals(total.net, total.vat, total.gross)
	return result


COMPANY = Company(name="DEMO")


def nets_by_line(mapped_rows: Any) -> list[tuple[Decimal, int]]:
	"""The net amount of every product row with its discount rows, and how many these are."""
	values = [row.values for row in mapped_rows]
	result: list[tuple[Decimal, int]] = []
	for row, amounts in zip(values, compute(values, 4), strict=True):
		if row.get("isDiscount"):
			net, discounts = result.pop()
			result.append((net + amounts.net, discounts + 1))
		else:
			result.append((amounts.net, 0))
	return result


def adds_up(offer: Offer) -> bool:
	"""Whether ERPNext's own numbers do. A discount on the grand total of more than the goods (a freight is not
	discounted), or of lines of two rates under a taxed freight, finds nothing to be taken off, makes a line dearer or
	stands in the grand total alone. Such a Quotation is refused (erp_b2b_smartbill/tests/test_mapping.py)."""
	parts = offer.totals.net + offer.totals.vat - offer.totals.total
	return (
		offer.totals.total > 0
		and abs(parts) <= D("0.05")
		and all(D("-0.01") <= line.net_amount <= line.amount + D("0.01") for line in offer.lines)
	)
