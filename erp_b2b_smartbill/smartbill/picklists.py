"""The lists of a SmartBill company, kept on its account: series, VAT rates, units. And what the maps could hold.

Suggestions are only shown; a person takes them over. 0 % is never suggested: its names differ in law, not in number.
Source: docs/smartbill-api.md 2.9 to 2.11, 3.3.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill import accounts
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS, series_names, tax_pairs
from erp_b2b_smartbill.smartbill.collect import decimal
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.hints import explain_block, explain_failure, explain_pace
from erp_b2b_smartbill.text import fold

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

Pair = tuple[str, Decimal]

# names of one unit in ERPNext and in SmartBill accounts, folded
UNIT_SYNONYMS: tuple[tuple[str, ...], ...] = (
	("nos", "no", "unit", "units", "each", "piece", "pieces", "pcs", "bucata", "bucati", "buc", "buc."),
	("kg", "kilogram", "kilograme", "kilogramme"),
	("g", "gram", "grame", "gr"),
	("t", "tonne", "ton", "tona", "tone"),
	("hour", "hours", "ora", "ore", "h"),
	("minute", "minut", "min"),
	("day", "days", "zi", "zile"),
	("week", "saptamana", "saptamani"),
	("month", "luna", "luni"),
	("year", "an", "ani"),
	("meter", "metre", "metru", "metri", "m"),
	("centimeter", "centimetre", "cm"),
	("millimeter", "millimetre", "mm"),
	("kilometer", "kilometre", "km"),
	("square meter", "square metre", "metru patrat", "mp", "m2"),
	("cubic meter", "cubic metre", "metru cub", "mc", "m3"),
	("liter", "litre", "litru", "litri", "l"),
	("millilitre", "milliliter", "mililitru"),
	("set", "seturi"),
	("pair", "pereche", "perechi", "per"),
	("box", "cutie", "cutii"),
	("pack", "packet", "package", "pachet", "pachete"),
	("bag", "sac", "saci", "punga"),
	("roll", "rola", "role"),
	("pallet", "palet", "paleti"),
	("bottle", "sticla", "sticle"),
	("carton", "cartoane", "bax"),
	("kilowatt-hour", "kwh"),
)


@dataclass(frozen=True)
class Lists:
	proforma_series: tuple[str, ...] = ()
	invoice_series: tuple[str, ...] = ()
	taxes: tuple[Pair, ...] = ()
	units: tuple[str, ...] = ()

	def double_pairs(self) -> list[Pair]:
		"""Several taxes of one name and percentage: a document could not say which is meant."""
		return [pair for pair, count in Counter(self.taxes).items() if count > 1]


@dataclass
class Suggestions:
	"""`unmapped_*` are in use in ERPNext, and nothing in SmartBill is clearly theirs."""

	units: list[tuple[str, str]] = field(default_factory=list)
	vat_rates: list[tuple[Decimal, Pair]] = field(default_factory=list)
	unmapped_units: list[str] = field(default_factory=list)
	unmapped_rates: list[Decimal] = field(default_factory=list)


def lists_in(
	proformas: Answer | None, invoices: Answer | None, taxes: Answer | None, units: Answer | None
) -> Lists:
	"""What SmartBill answered, without what it did not."""
	return Lists(
		proforma_series=tuple(series_names(proformas, "p")) if proformas else (),
		invoice_series=tuple(series_names(invoices, "f")) if invoices else (),
		taxes=tuple((name, decimal(percentage)) for name, percentage in tax_pairs(taxes)) if taxes else (),
		units=tuple(unit_names(units)) if units else (),
	)


def unit_names(answer: Answer) -> list[str]:
	"""The units in an answer of `units`: an array of texts. Undocumented, so anything else is no unit."""
	listed = answer.body.get("mu")
	return [unit.strip() for unit in listed if isinstance(unit, str)] if isinstance(listed, list) else []


def read(account: SmartBillAccount) -> tuple[Lists | None, str | None]:
	"""The lists read now and kept on the account, committed; or None and why not. To be called with nothing
	uncommitted."""
	if not account.has_allowed_url():
		return None, _("The address {0} is not allowed on this site.").format(account.api_url)
	if seconds := accounts.seconds_blocked(account):
		return None, explain_block(seconds)
	deadline = time.monotonic() + CLICK_SECONDS
	gate = accounts.AccountGate(account.name, Lane.CLICK, patience=accounts.LONG_PATIENCE_S[Lane.CLICK])
	if refused := gate.reserve(4):
		return None, explain_pace(refused)
	# nothing may be held open on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	client = accounts.connect(account, gate=gate, deadline=deadline)
	answers: list[Answer | None] = []
	for read_one, required in (
		(lambda: client.series("p"), True),
		(lambda: client.series("f"), True),
		(client.taxes, account.vat_payer),
		# undocumented, so it may be missing
		(client.units, False),
	):
		answer = read_one()
		good = isinstance(answer, Answer) and answer.status == 200 and not answer.error_text
		if required and not good:
			text = answer.text if isinstance(answer, Answer) else _(explain_failure(answer))
			return None, _("SmartBill did not tell its lists: {0}").format(text)
		answers.append(answer if good else None)
	lists = lists_in(*answers)
	store(account.name, lists)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return lists, None


def store(account: str, lists: Lists) -> None:
	"""Keep the lists on the account; a list that could not be read stays as it was. The caller commits."""
	before = stored_lists(frappe.db.get_value("SmartBill Account", account, "lists"))
	merged = Lists(
		proforma_series=lists.proforma_series or before.proforma_series,
		invoice_series=lists.invoice_series or before.invoice_series,
		taxes=lists.taxes or before.taxes,
		units=lists.units or before.units,
	)
	frappe.db.set_value(
		"SmartBill Account",
		account,
		{"lists": json.dumps(as_dict(merged), ensure_ascii=False), "lists_read_at": clock.now()},
		update_modified=False,
	)


def as_dict(lists: Lists) -> dict[str, Any]:
	return {
		"series": {"p": list(lists.proforma_series), "f": list(lists.invoice_series)},
		"taxes": [{"name": name, "percentage": float(percentage)} for name, percentage in lists.taxes],
		"units": list(lists.units),
	}


def stored_lists(text: str | None) -> Lists:
	content = json.loads(text or "{}")
	series = content.get("series") or {}
	return Lists(
		proforma_series=tuple(series.get("p") or ()),
		invoice_series=tuple(series.get("f") or ()),
		taxes=tuple((row["name"], decimal(row["percentage"])) for row in content.get("taxes") or ()),
		units=tuple(content.get("units") or ()),
	)


def suggest(account: SmartBillAccount, lists: Lists) -> Suggestions:
	"""What the account's maps lack, by what the company uses and SmartBill has."""
	mapped_units = {row.uom for row in account.units}
	mapped_rates = {decimal(row.erpnext_rate) for row in account.vat_rates}
	found = Suggestions()
	for uom in units_in_use():
		if uom in mapped_units:
			continue
		if unit := unit_for(uom, lists.units):
			found.units.append((uom, unit))
		else:
			found.unmapped_units.append(uom)
	for rate in rates_in_use(account.company) if account.vat_payer else []:
		if rate in mapped_rates:
			continue
		if pair := pair_for(rate, lists.taxes):
			found.vat_rates.append((rate, pair))
		else:
			found.unmapped_rates.append(rate)
	return found


def suggestions(account: SmartBillAccount) -> dict[str, Any]:
	"""`suggest` as rows of the account's tables, from the lists that were read last."""
	found = suggest(account, stored_lists(account.lists))
	return {
		"read": bool(account.lists_read_at),
		"units": [{"uom": uom, "measuring_unit_name": unit} for uom, unit in found.units],
		"vat_rates": [
			{"erpnext_rate": float(rate), "tax_name": name, "tax_percentage": float(percentage)}
			for rate, (name, percentage) in found.vat_rates
		],
		"unmapped_units": found.unmapped_units,
		"unmapped_rates": [float(rate) for rate in found.unmapped_rates],
	}


def unit_for(uom: str, units: Iterable[str]) -> str | None:
	"""The unit of SmartBill that a UOM clearly is: of the same name, or the first of its synonyms."""
	name = fold(uom)
	synonyms = next((group for group in UNIT_SYNONYMS if name in group), (name,))
	named = {fold(unit): unit for unit in reversed(list(units))}
	if name in named:
		return named[name]
	# the shortest names are the usual ones in SmartBill, and stand last
	return next((named[synonym] for synonym in reversed(synonyms) if synonym in named), None)


def pair_for(rate: Decimal, taxes: Iterable[Pair]) -> Pair | None:
	"""The only pair of that percentage; none at 0 %."""
	pairs = [pair for pair in taxes if pair[1] == rate]
	return pairs[0] if rate and len(pairs) == 1 else None


def units_in_use() -> list[str]:
	"""The UOMs of items that can be sold, and of Quotations."""
	items = frappe.get_all("Item", {"disabled": 0}, ["stock_uom"], distinct=True, order_by="stock_uom")
	rows = frappe.get_all("Quotation Item", {}, ["uom"], distinct=True, order_by="uom")
	return sorted({*(row.stock_uom for row in items), *(row.uom for row in rows)} - {None, ""})


def rates_in_use(company: str) -> list[Decimal]:
	"""The VAT rates of the company's tax templates, highest first."""
	filters: Mapping[str, Any] = {"company": company, "disabled": 0}
	templates = frappe.get_all("Sales Taxes and Charges Template", filters, pluck="name")
	item_templates = frappe.get_all("Item Tax Template", filters, pluck="name")
	rates = (
		frappe.get_all(
			"Sales Taxes and Charges",
			{
				"parent": ["in", templates],
				"parenttype": "Sales Taxes and Charges Template",
				"charge_type": ["!=", "Actual"],
			},
			pluck="rate",
		)
		if templates
		else []
	)
	if item_templates:
		rates += frappe.get_all(
			"Item Tax Template Detail", {"parent": ["in", item_templates]}, pluck="tax_rate"
		)
	return sorted({decimal(rate) for rate in rates}, reverse=True)
