"""A document's tier and what its rows keep: what its customer had when it was offered, whoever made it and by which way.

The condition of a tier's rule reads the document, so the tier has to be on it before ERPNext looks at prices. Frappe
could fetch it, but not for a Quotation to a Lead or Prospect, which have no such field: saving would fail.

ERPNext applies the rules that a row names again without asking whether they fit, and asks anew when a row names none, or
when a document is made from another one. Hence three things are done to rows here: what an earlier document quoted with a
tier is put back; a tier's rule that is not this document's, or is not in force any more, is taken back; and when the
document turns out to be another tier's than its rows were priced for, all others of them are priced anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import flt

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.pricing import quoted
from erp_b2b_smartbill.customers.pricing.quoted import Quoted

if TYPE_CHECKING:
	from frappe.model.document import Document

RULE = "Pricing Rule"


def set_tier(doc: Document) -> None:
	"""Before a document is saved or submitted. What the caller says is not asked: a tier is a price."""
	if _has_none_to_do_with(doc):
		return
	earlier = quoted.of(doc)
	tier = tier_of(doc, earlier)
	changes = [] if doc.get("ignore_pricing_rule") else _changes(doc, earlier, tier)
	if changes and doc.flags.ignore_validate:
		# ERPNext will not price them anew: the document would not add up
		return
	doc.b2b_tier = tier
	for row, values in changes:
		if values is None:
			doc.remove(row)
		else:
			row.update(values)


def put_back(doc: Document) -> None:
	"""When a document was just made from another one, and ERPNext has priced it anew."""
	if doc.get("ignore_pricing_rule") or _has_none_to_do_with(doc):
		return
	earlier = quoted.of(doc)
	rules = _rules(doc, earlier)
	for row in quoted.priced(doc):
		if id(row) in earlier:
			row.update(_as_quoted(doc, row, earlier[id(row)], rules, doc.get("b2b_tier")) or {})


def tier_of(doc: Document, earlier: dict[int, Quoted]) -> str | None:
	"""What was offered stands: a document of which every row was quoted by documents of one tier has that tier, even if
	the customer has another one by now, or tiers are switched off. Otherwise the customer's own."""
	customer = quoted.customer_of(doc.doctype, doc)
	if not customer:
		return None
	own = frappe.db.get_value("Customer", customer, "b2b_tier") if features.is_on(features.OVERVIEW) else None
	own = own or None
	are_all_quoted = all(id(row) in earlier for row in quoted.priced(doc))
	if draft := quoted.draft_of(doc):
		tier = draft.get("b2b_tier") or None
		if tier != own and not are_all_quoted and not doc.get("ignore_pricing_rule"):
			frappe.throw(
				_(
					"The customer has another B2B Tier than this draft, and rows were added to it. Save the draft and "
					"look at its prices before it is submitted."
				),
				title=_("Another tier than the draft"),
			)
		return tier
	tiers = {found.tier for found in earlier.values()}
	return tiers.pop() if are_all_quoted and len(tiers) == 1 else own


def _has_none_to_do_with(doc: Document) -> bool:
	"""Whether the shop has no tiers in use: the switch is off, and no rule of a tier is left that a row could name."""
	if features.is_on(features.OVERVIEW) or doc.get("b2b_tier"):
		return False
	# as a range, which the index serves
	return not frappe.db.get_value(RULE, {"b2b_tier": [">", ""]}, "name", order_by=None)


def _is_anew(doc: Document, tier: str | None) -> bool:
	"""Whether the rows were priced for another tier. A submit changes nothing that the draft did not show."""
	stored = doc.get_doc_before_save()
	priced_for = {source.get("b2b_tier") or None for source in (doc, stored) if source}
	return priced_for != {tier} and not quoted.draft_of(doc)


def _changes(
	doc: Document, earlier: dict[int, Quoted], tier: str | None
) -> list[tuple[Any, dict[str, Any] | None]]:
	"""The rows that change, each with its new values; without any it goes."""
	rules = _rules(doc, earlier)
	is_anew = _is_anew(doc, tier)
	changes: list[tuple[Any, dict[str, Any] | None]] = []
	for row in doc.items:
		names = quoted.names(row)
		if row.get("is_free_item"):
			if is_anew and names:
				# ERPNext gives it again where it is due
				changes.append((row, None))
			continue
		values = _as_quoted(doc, row, earlier[id(row)], rules, tier) if id(row) in earlier else None
		if values is None and (is_anew or _are_stale(names, rules, tier)):
			values = _taken_back(row, [rules[name] for name in names if name in rules]) if names else None
		if values:
			changes.append((row, values))
	return changes


def _rules(doc: Document, earlier: dict[int, Quoted]) -> dict[str, Any]:
	"""The rules that rows name, or named."""
	names = {name for row in doc.items for name in quoted.names(row)}
	names |= {name for found in earlier.values() for name in quoted.names(found.row)}
	if not names:
		return {}
	fields = ["name", "b2b_tier", "disable", "rate_or_discount"]
	return {row.name: row for row in frappe.get_all(RULE, {"name": ["in", sorted(names)]}, fields)}


def _as_quoted(
	doc: Document, row: Any, found: Quoted, rules: dict[str, Any], tier: str | None
) -> dict[str, Any] | None:
	"""What gives the row again what it was quoted with a tier's rule; nothing where it has that, or better. None: it was
	quoted with no tier's rule. In another unit or currency the rule alone."""

	def of_tiers(names: list[str]) -> set[str]:
		return {name for name in names if name in rules and rules[name].b2b_tier}

	names = quoted.names(row)
	theirs = of_tiers(quoted.names(found.row))
	if not theirs:
		return None
	if theirs == of_tiers(names):
		return {}
	is_comparable = found.currency == doc.currency and found.row.get("uom") == row.get("uom")
	is_for_more = is_comparable and flt(row.get("qty")) > flt(found.row.get("qty"))
	# a rule of the shop for larger quantities, say. Who claims a rate that the rule does not give gets what it gives
	if is_for_more and names and not _are_stale(names, rules, tier) and row.get("rate") is not None:
		if flt(row.rate) < flt(found.row.get("rate")):
			return {}
	return {field: found.row.get(field) for field in (quoted.PRICE if is_comparable else ("pricing_rules",))}


def _are_stale(names: list[str], rules: dict[str, Any], tier: str | None) -> bool:
	"""Whether one is a tier's that is not this document's, or is not in force any more."""
	found = [rules[name] for name in names if name in rules]
	return any(rule.b2b_tier and (rule.disable or rule.b2b_tier != tier) for rule in found)


def _taken_back(row: Any, rules: list[Any]) -> dict[str, Any]:
	"""Without all that rules made of the row, so that ERPNext asks for its price and its rules anew."""
	values: dict[str, Any] = {
		"pricing_rules": None,
		"discount_percentage": 0,
		"discount_amount": 0,
		"margin_type": None,
		"margin_rate_or_amount": 0,
	}
	if any(rule.rate_or_discount == "Rate" for rule in rules):
		# it stands in the place of the price list's
		values |= {"price_list_rate": None, "rate": 0}
	elif row.price_list_rate:
		# without one the rate was typed
		values["rate"] = row.price_list_rate
	return values
