"""Taxes and totals of a document: what `totals` needs is read from the site here.

The rules stand in ERPNext v15's module of the same name."""

import json
from typing import Any

import erpnext
import frappe
from erpnext.accounts.doctype.pricing_rule.utils import get_applied_pricing_rules
from erpnext.controllers.tax_rows import (
	validate_conversion_rate,
	validate_inclusive_tax,
	validate_taxes_and_charges,
)
from erpnext.controllers.totals import MissingDiscountBase, Totals
from erpnext.stock.item_tax import get_item_tax_map, template_in_force
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, round_based_on_smallest_currency_fraction


class SiteRounding:
	"""The site's rounding method at the precision of the field. Precisions are kept on the parent: its rows share
	the currency."""

	def __init__(self, doc: Document):
		self.doc = doc

	def digits(self, row: Any, fieldname: str) -> int:
		return self.doc.precision(fieldname, row.get("parentfield"))

	def __call__(self, row: Any, fieldname: str, value: float | None) -> float:
		return flt(value, self.digits(row, fieldname))


def calculate_taxes_and_totals(doc: Document) -> None:
	"""Fill the amounts of rows, tax rows and document; a document without rows is left alone."""
	if not doc.get("items"):
		return
	settle_conversion_rate(doc)
	totals = Totals(
		doc,
		rounding=SiteRounding(doc),
		tax_rates=lambda row: json.loads(row.item_tax_rate or "{}"),
		round_total=lambda amount: round_based_on_smallest_currency_fraction(
			amount, doc.currency, doc.precision("rounded_total")
		),
		round_row_wise=bool(frappe.db.get_single_value("Accounts Settings", "round_row_wise_tax")),
	)
	for row in doc.items:
		doc.round_floats_in(row)
		set_margin_of_rules(doc, row)
	totals.price_rows()
	for tax in doc.taxes or []:
		validate_taxes_and_charges(tax)
		validate_inclusive_tax(tax, doc)
	set_item_tax_rates(doc)
	totals.apply_taxes()
	try:
		spread = totals.spread_discount()
	except MissingDiscountBase:
		frappe.throw(_("Please select Apply Discount On"))
	if spread:
		# A template may hold for a range of net rates only, and those have just changed.
		set_item_tax_rates(doc)
		totals.apply_taxes()
	for tax in doc.taxes or []:
		if not tax.dont_recompute_tax:
			tax.item_wise_tax_detail = json.dumps(tax.item_wise_tax_detail, separators=(",", ":"))


def settle_conversion_rate(doc: Document) -> None:
	company_currency = erpnext.get_company_currency(doc.company)
	if not doc.currency or doc.currency == company_currency:
		doc.currency = company_currency
		doc.conversion_rate = 1.0
	else:
		label = doc.meta.get_label("conversion_rate")
		validate_conversion_rate(doc.currency, doc.conversion_rate, label, doc.company)
	doc.conversion_rate = flt(doc.conversion_rate)


def set_margin_of_rules(doc: Document, row: Document) -> None:
	"""The margin of the applied pricing rules replaces the row's own; rules without a margin clear it."""
	if not (row.price_list_rate and row.pricing_rules) or doc.ignore_pricing_rule:
		return
	row.margin_type, row.margin_rate_or_amount = None, 0.0
	for name in get_applied_pricing_rules(row.pricing_rules):
		rule = frappe.get_cached_doc("Pricing Rule", name)
		if rule.gives_margin_in(doc.currency):
			row.margin_type, row.margin_rate_or_amount = rule.margin_type, rule.margin_rate_or_amount


def set_item_tax_rates(doc: Document) -> None:
	"""Put a template that holds for the row's item on the row, and its rates into `item_tax_rate`."""
	for row in doc.items:
		if row.item_code and row.item_tax_template:
			template = template_in_force(doc, row)
			if template and template != row.item_tax_template:
				row.item_tax_template = template
				frappe.msgprint(
					_("Row {0}: Item Tax template updated as per validity and rate applied").format(
						row.idx, frappe.bold(row.item_code)
					)
				)
		row.item_tax_rate = get_item_tax_map(doc.company, row.item_tax_template)
