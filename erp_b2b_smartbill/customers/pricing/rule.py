"""The Pricing Rule that a B2B Tier owns. It takes the tier's discount off whatever ERPNext prices for its customers.

It is for all items (the root of the Item Groups), with a condition on the document's own `b2b_tier` (documents.py), and
ERPNext finds it through admission.py only. ERPNext asks conditions last, when it has decided by priorities how far it
looks (standing.py): a rule for some customers changes for everybody which of the shop's own rules are found, and could
make two of them collide. So this one has a priority, but not `has_priority`, which makes the search go on; and it is
marked "Apply Multiple Pricing Rules", without which the search would end. With the lowest priority, whoever has no tier
pays exactly what he would pay without any tier. It also means that the discount adds up with rules of the shop that are
marked so themselves, as they say.

ERPNext applies the rule that a row carries again with every save and submit, by its name: disabled or not, and with the
percentage that it has by then. So a rule's percentage never changes: another discount of the tier is another rule, and
what was quoted stays with the one that it was quoted with.

The rule is this module's alone: overrides/pricing_rule.py refuses edits by hand. What came by another way is put right
with the next save of the tier, at the latest by the nightly `keep_all`; a percentage that documents were given by then is
left to them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.model import no_value_fields, numeric_fieldtypes, table_fields
from frappe.model.naming import make_autoname
from frappe.utils import cint, flt

from erp_b2b_smartbill import features
from erp_b2b_smartbill.audit.errors import note_masked_error
from erp_b2b_smartbill.customers.pricing.admission import MORE_THAN_ANY_QTY

if TYPE_CHECKING:
	from frappe.model.document import Document

RULE = "Pricing Rule"
TIER = "B2B Tier"
LOWEST, HIGHEST = 1, 20
# behind ERPNext's PRLE-... wherever names decide
SERIES = "B2B-RULE-.####"
NOT_DECIDING = ("naming_series", "rule_description", "apply_discount_on")


def keep_all(on: bool | None = None) -> list[str]:
	"""Every tier's rule as it should be; also the nightly job. `on`: the switch, where it is only being saved. The tiers
	whose rule could not be written, which keep no other's from being: the error is noted."""
	on = features.is_on(features.OVERVIEW) if on is None else on
	failed = []
	for name in frappe.get_all(TIER, pluck="name"):
		messages = len(frappe.local.message_log)
		frappe.db.savepoint("b2b_rule_of_tier")
		try:
			# not while somebody saves it
			keep(frappe.get_doc(TIER, name, for_update=True), on)
		except Exception:
			frappe.db.rollback(save_point="b2b_rule_of_tier")
			del frappe.local.message_log[messages:]
			note_masked_error("The Pricing Rule of a B2B Tier could not be written")
			failed.append(name)
	return failed


def keep(tier: Document, on: bool | None = None, *, is_other_discount: bool = False) -> None:
	"""The tier's rule as the tier says. While the switch is off, and for a tier that is disabled or gives nothing, all of
	its rules are disabled: one of 0 % would still keep the shop's own from applying. `is_other_discount`: the tier gives
	another percentage from now on."""
	rules = frappe.get_all(
		RULE,
		{"b2b_tier": tier.name},
		["name", "disable", "discount_percentage"],
		order_by="disable, creation",
	)
	used = None
	if gives(tier, on) and (values := _values(tier)):
		used = _fitting(rules, values["discount_percentage"], is_other_discount)
		_write(frappe.get_doc(RULE, used) if used else frappe.new_doc(RULE), values)
	for rule in rules:
		if not rule.disable and rule.name != used:
			frappe.db.set_value(RULE, rule.name, "disable", 1)


def _fitting(rules: list[Any], percentage: float, is_other_discount: bool) -> str | None:
	"""The rule of this percentage. One in force with another percentage, though the tier has always said this one, was
	written past Frappe's documents, and is put right, unless documents name it: that is what they were given."""
	for rule in rules:
		if abs(flt(rule.discount_percentage) - percentage) < 1e-6:
			return rule.name
	in_force = [rule.name for rule in rules if not rule.disable and not is_other_discount]
	return next((name for name in in_force if not _is_named(name)), None)


def _is_named(name: str) -> bool:
	return bool(frappe.db.exists("Pricing Rule Detail", {"pricing_rule": name}))


def gives(tier: Document, on: bool | None = None) -> bool:
	"""Whether documents of the tier's customers get its discount."""
	on = features.is_on(features.OVERVIEW) if on is None else on
	return bool(on and not tier.disabled and flt(tier.discount_percentage) > 0)


def priority_of(tier: Any) -> int:
	return min(max(cint(tier.priority), LOWEST), HIGHEST)


def currency() -> str | None:
	"""A Pricing Rule has one, and ERPNext prefers those in the document's: that of the company that the shop mostly sells
	as, whoever asks."""
	company = frappe.db.get_single_value("Global Defaults", "default_company")
	if not company:
		# without its direction, get_value sorts the other way round than get_all
		company = frappe.db.get_value("Company", {}, "name", order_by="creation asc, name asc")
	return company and frappe.db.get_value("Company", company, "default_currency")


def root_of_items() -> str | None:
	"""Frappe's own get_root_of compares every group with every other."""
	above = {"parent_item_group": ["is", "not set"]}
	return frappe.db.get_value("Item Group", above, "name", order_by="lft asc")


def forget(tier: str) -> None:
	"""With its tier. A rule that a document names stays, disabled: Frappe then refuses to delete the tier, too."""
	for name in frappe.get_all(RULE, {"b2b_tier": tier}, pluck="name"):
		_delete_or_disable(name)


def retire() -> None:
	"""When the app is uninstalled."""
	for name in frappe.get_all(RULE, {"b2b_tier": ["is", "set"]}, pluck="name"):
		_delete_or_disable(name)


def condition(tier: str) -> str:
	# a text in JSON is one in Python
	return f"b2b_tier == {json.dumps(tier, ensure_ascii=False)}"


def _values(tier: Document) -> dict[str, Any] | None:
	"""All that decides whether ERPNext applies a rule and what it gives. None before the site has groups of items or a
	company: there is nothing to price yet."""
	root, its_currency = root_of_items(), currency()
	if not root or not its_currency:
		return None
	return _nothing() | {
		"title": f"B2B Tier {tier.name}"[:140],
		"b2b_tier": tier.name,
		"apply_on": "Item Group",
		"item_groups": [{"item_group": root}],
		"price_or_product_discount": "Price",
		"rate_or_discount": "Discount Percentage",
		"discount_percentage": flt(tier.discount_percentage),
		"currency": its_currency,
		"selling": 1,
		"condition": condition(tier.name),
		"min_qty": MORE_THAN_ANY_QTY,
		"priority": str(priority_of(tier)),
		"apply_multiple_pricing_rules": 1,
	}


def _nothing() -> dict[str, Any]:
	"""Every field of ERPNext's own of a rule that says nothing: what a rule asks for and gives differs between releases.
	No text is None: Frappe fills that in from the user's defaults, and the rule would be one company's, from today."""
	values: dict[str, Any] = {}
	for field in frappe.get_meta(RULE).fields:
		if field.get("is_custom_field") or field.fieldname in NOT_DECIDING:
			continue
		if field.fieldtype in table_fields:
			values[field.fieldname] = []
		elif field.fieldtype not in no_value_fields:
			values[field.fieldname] = 0 if field.fieldtype in numeric_fieldtypes else ""
	return values


def _write(rule: Document, values: dict[str, Any]) -> None:
	if not rule.is_new() and not _differs(rule, values):
		return
	rule.update(values)
	rule.rule_description = _(
		"Kept by the B2B Tier {0}: change the discount there. The minimum quantity keeps prices that are asked for "
		"without a document from having it."
	).format(rule.b2b_tier)
	rule.flags.kept_by_tier = True
	rule.flags.ignore_permissions = True
	if rule.is_new():
		rule.insert(set_name=make_autoname(SERIES))
		# newer releases of ERPNext 15 ask first how many rules there are, and Frappe 15 remembers that for a day
		frappe.cache.delete_value(f"doctype:count:{RULE}")
	else:
		rule.save()


def _differs(rule: Document, values: dict[str, Any]) -> bool:
	def plain(value: Any) -> Any:
		return [row.get("item_group") for row in value] if isinstance(value, list) else (value or None)

	return any(plain(rule.get(field)) != plain(value) for field, value in values.items())


def _delete_or_disable(name: str) -> None:
	if _is_named(name):
		frappe.db.set_value(RULE, name, "disable", 1)
		return
	rule = frappe.get_doc(RULE, name)
	rule.flags.kept_by_tier = True
	rule.delete(ignore_permissions=True)
