"""Which item tax template a row gets, and the rates it stands for.

The rules of ERPNext v15's `erpnext.stock.get_item_details`, from where they can be imported too."""

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.model.utils import get_fetch_values
from frappe.utils import cstr, flt, getdate


def get_item_tax_template(args: Mapping, item: Document | None = None, out: dict | None = None) -> str | None:
	"""The template for `args` (company, tax_category, dates, base_net_rate): the item's own, or else that of the
	nearest item group that has one. A template that `args` names stays while it is one of those that hold."""
	item = item or frappe.get_cached_doc("Item", args.get("item_code"))
	for taxes in _taxes_upwards(item):
		template = _choose(args, taxes)
		if template:
			break
	else:
		return None
	if out is not None:
		out["item_tax_template"] = template
		if args.get("child_doctype"):
			out.update(get_fetch_values(args["child_doctype"], "item_tax_template", template))
	return template


def get_item_tax_map(
	company: str, item_tax_template: str | None, as_json: bool = True
) -> str | dict[str, float]:
	"""Rates by account head, for the accounts of this company."""
	rates = {}
	if item_tax_template:
		for row in frappe.get_cached_doc("Item Tax Template", item_tax_template).taxes:
			if frappe.get_cached_value("Account", row.tax_type, "company") == company:
				rates[row.tax_type] = row.tax_rate
	return json.dumps(rates) if as_json else rates


def template_in_force(doc: Document, row: Document) -> str | None:
	"""The template a row with a template must have; None where item and item groups prescribe nothing."""
	item = frappe.get_cached_doc("Item", row.item_code)
	taxes = [tax for level in _taxes_upwards(item) for tax in level]
	if not taxes:
		return None
	args = {
		"base_net_rate": row.base_net_rate or row.base_rate,
		"tax_category": doc.get("tax_category"),
		"transaction_date": doc.get("transaction_date") or doc.get("posting_date"),
		"company": doc.company,
	}
	names = [
		tax.item_tax_template
		for tax in _in_force(args, taxes)
		if cstr(tax.tax_category) == cstr(args["tax_category"])
	]
	if not names:
		return None
	return row.item_tax_template if row.item_tax_template in names else names[0]


def _taxes_upwards(item: Document) -> Iterator[list[Document]]:
	"""The tax rows of the item, then of its item group, then of the group above, to the root."""
	yield item.taxes or []
	group = item.item_group
	while group:
		doc = frappe.get_cached_doc("Item Group", group)
		yield doc.taxes or []
		group = doc.parent_item_group


def _choose(args: Mapping, taxes: Iterable[Any]) -> str | None:
	candidates = _in_force(args, taxes)
	if args.get("item_tax_template") in {tax.item_tax_template for tax in candidates}:
		return args["item_tax_template"]
	for tax in candidates:
		if cstr(tax.tax_category) == cstr(args.get("tax_category")):
			return tax.item_tax_template
	return None


def _in_force(args: Mapping, taxes: Iterable[Any]) -> list[Any]:
	"""The company's rows that hold on the date and for the net rate; rows without such a limit only where none
	with one does. The latest start comes first."""
	limited, unlimited = [], []
	for tax in taxes:
		if frappe.get_cached_value("Item Tax Template", tax.item_tax_template, "company") != args["company"]:
			continue
		if not (tax.valid_from or tax.maximum_net_rate):
			unlimited.append(tax)
		elif getdate(tax.valid_from) <= getdate(args.get("transaction_date")) and _in_range(args, tax):
			limited.append(tax)
	limited.sort(
		key=lambda tax: getdate(tax.valid_from) if tax.valid_from else datetime.date.min, reverse=True
	)
	return limited or unlimited


def _in_range(args: Mapping, tax: Any) -> bool:
	if not flt(tax.maximum_net_rate):
		return True
	return flt(tax.minimum_net_rate) <= flt(args.get("base_net_rate")) <= flt(tax.maximum_net_rate)
