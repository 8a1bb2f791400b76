"""Where a rule of the shop stands beside the rule of a tier, on a row that both are for. Pure.

ERPNext (accounts/doctype/pricing_rule/utils.py) goes through the rules for the item, then for its group, then for its
brand. It stops after a step when the rules found so far do not begin with one that has a priority and are not all marked
"Apply Multiple Pricing Rules". Only then it asks each rule's condition. Of what is left: when all are so marked, they add
up; else those in the document's currency are preferred, then the highest priority, then (among percentages) those for
the document's price list; two that are left make it refuse the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from frappe.utils import cint

PERCENTAGE = "Discount Percentage"
ITEM, GROUP, TRANSACTION = "Item Code", "Item Group", "Transaction"


class Standing(str, Enum):
	# the tier's discount is taken, the shop's rule is not
	BEATEN = "beaten"
	# neither: ERPNext refuses the document
	TIE = "tie"
	# the shop's rule is taken, the tier's discount is not
	BEFORE = "before"
	# both are taken
	TOGETHER = "together"
	# something free: ERPNext gives either that or the discount, as the last of them in its order says
	EITHER = "either"
	# it is about the document's total: both are taken
	BESIDE = "beside"


@dataclass(frozen=True)
class Rule:
	"""What ERPNext decides by."""

	apply_on: str
	priority: int
	has_priority: bool
	is_multiple: bool
	currency: str | None
	rate_or_discount: str | None
	for_price_list: str | None = None
	is_product: bool = False


def of_row(row: Mapping[str, Any]) -> Rule:
	"""From a Pricing Rule's own fields."""
	return Rule(
		apply_on=row.get("apply_on") or "",
		priority=cint(row.get("priority")),
		has_priority=bool(cint(row.get("has_priority"))),
		is_multiple=bool(cint(row.get("apply_multiple_pricing_rules"))),
		currency=row.get("currency"),
		rate_or_discount=row.get("rate_or_discount"),
		for_price_list=row.get("for_price_list") or None,
		is_product=row.get("price_or_product_discount") == "Product",
	)


def of_tier(priority: int, currency: str | None) -> Rule:
	"""The rule that a tier owns (rule.py says why it is like this)."""
	return Rule(GROUP, priority, False, True, currency, PERCENTAGE)


def stands(shops: Rule, tiers: Rule, currency: str | None = None) -> Standing:
	"""Where the shop's rule stands beside the tier's, in a document in this currency (default: the tier's rule's)."""
	if shops.apply_on == TRANSACTION:
		return Standing.BESIDE
	if shops.is_multiple:
		return Standing.EITHER if shops.is_product else Standing.TOGETHER
	if shops.apply_on == ITEM and not shops.has_priority:
		# groups are not looked at any more
		return Standing.BEFORE
	currency = currency or tiers.currency
	fits, tier_fits = shops.currency == currency, tiers.currency == currency
	if fits != tier_fits:
		return Standing.BEFORE if fits else Standing.BEATEN
	if shops.priority != tiers.priority:
		return Standing.BEFORE if shops.priority > tiers.priority else Standing.BEATEN
	if shops.rate_or_discount == PERCENTAGE and shops.for_price_list:
		# it is for the document's price list, or else it would not be there
		return Standing.BEFORE
	return Standing.TIE
