"""Which pricing rules apply. As ERPNext v15's `erpnext.accounts.doctype.pricing_rule.utils`, for prices when selling.

`args` are the values of row and document together, as `erpnext.stock.get_item_details` collects them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from erpnext.stock.units import get_conversion_factor
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import IfNull
from frappe.utils import cint, cstr, flt, nowdate

ALWAYS = ("2000-01-01", "2500-12-31")
# Whoever asks for another one, or for none, finds only rules that are for buying as well.
SELLING_DOCTYPES = ("Quotation", "Sales Order", "Delivery Note", "Sales Invoice")
ROW_TABLES = {"Item Code": "item_code", "Item Group": "item_group", "Brand": "brand"}


class MultiplePricingRuleConflict(frappe.ValidationError):
	pass


def get_applied_pricing_rules(pricing_rules: str | None) -> list[str]:
	"""The names in a row's `pricing_rules`: JSON, or separated by commas as older documents have them."""
	if not pricing_rules:
		return []
	return json.loads(pricing_rules) if pricing_rules.startswith("[") else pricing_rules.split(",")


def get_pricing_rules(args: frappe._dict, doc: Document | None = None) -> list[frappe._dict]:
	"""The rules for a row: one, several that may be applied together, or none."""
	if not frappe.db.exists("Pricing Rule", {"disable": 0, args.transaction_type: 1}):
		return []
	rules: list[frappe._dict] = []
	for apply_on in ROW_TABLES:
		rules.extend(_rules_of_rows(apply_on, args))
		# A rule for the item itself keeps those for its group and brand out, unless priorities decide.
		if rules and not rules[0].has_priority and not _together(rules):
			break
	rules = filter_pricing_rule_based_on_condition(rules, doc)
	if rules and _together(rules):
		return _by_priority(rules, args)
	rule = filter_pricing_rules(args, rules)
	return [rule] if rule else []


def filter_pricing_rules(args: Mapping, rules: list[frappe._dict]) -> frappe._dict | None:
	"""The one rule that applies: in its range of quantity and amount, by currency, priority, price list."""
	amount = flt(args.get("price_list_rate")) * flt(args.get("qty"))
	rules = filter_pricing_rules_for_qty_amount(flt(args.get("stock_qty")), amount, rules, args)
	if len(rules) > 1:
		rules = [rule for rule in rules if rule.currency == args.get("currency")] or rules
	highest = max((cint(rule.priority) for rule in rules), default=0)
	if highest:
		rules = [rule for rule in rules if cint(rule.priority) == highest]
	if len(rules) > 1 and {rule.rate_or_discount for rule in rules} == {"Discount Percentage"}:
		rules = [rule for rule in rules if rule.for_price_list == args.get("price_list")] or rules
	if len(rules) > 1:
		frappe.throw(
			_(
				"Multiple Price Rules exists with same criteria, please resolve conflict by assigning priority. "
				"Price Rules: {0}"
			).format("\n".join(rule.name for rule in rules)),
			MultiplePricingRuleConflict,
		)
	return rules[0] if rules else None


def filter_pricing_rules_for_qty_amount(
	qty: float, amount: float, rules: Iterable[frappe._dict], args: Mapping | None = None
) -> list[frappe._dict]:
	"""Rules whose range holds `qty` (in stock units) and `amount`; a rule for a unit counts in that unit."""
	fitting = []
	for rule in rules:
		factor = 1.0
		if rule.get("uom") and rule.get("item_code"):
			factor = get_conversion_factor(rule.item_code, rule.uom)["conversion_factor"]
		if not _within(qty, rule.min_qty, rule.max_qty, factor):
			continue
		if args and rule.get("uom") == args.get("uom"):
			factor = 1.0
		if _within(amount, rule.min_amt, rule.max_amt, factor):
			fitting.append(rule)
	return fitting


def apply_pricing_rule_on_transaction(doc: Document) -> None:
	"""Discounts on the whole document: every fitting rule sets it, the last one stays."""
	rule = frappe.qb.DocType("Pricing Rule")
	query = frappe.qb.from_(rule).select(rule.star).where(rule.apply_on == "Transaction")
	rules = _in_scope(query, rule, doc, "selling").run(as_dict=True)
	rules = filter_pricing_rules_for_qty_amount(flt(doc.total_qty), flt(doc.total), rules)
	for rule in filter_pricing_rule_based_on_condition(rules, doc):
		if rule.apply_discount_on:
			doc.apply_discount_on = rule.apply_discount_on
		for fieldname, value in (
			("additional_discount_percentage", rule.discount_percentage),
			("discount_amount", rule.discount_amount),
		):
			if not value:
				continue
			if rule.validate_applied_rule and doc.get(fieldname) is not None and doc.get(fieldname) < value:
				frappe.msgprint(_("User has not applied rule on the invoice {0}").format(doc.name))
			else:
				doc.set(fieldname, value if coupon_fits(rule, doc) else 0)
		doc.calculate_taxes_and_totals()


def coupon_fits(rule: Mapping, args: Mapping) -> bool:
	"""A rule for coupons applies with its own coupon only."""
	if not rule.get("coupon_code_based"):
		return True
	coupon = args.get("coupon_code")
	return bool(coupon) and frappe.get_cached_value("Coupon Code", coupon, "pricing_rule") == rule["name"]


def validate_coupon_code(name: str) -> None:
	coupon = frappe.get_cached_doc("Coupon Code", name)
	today = nowdate()
	if coupon.valid_from and cstr(coupon.valid_from) > today:
		frappe.throw(_("Sorry, this coupon code's validity has not started"))
	if coupon.valid_upto and cstr(coupon.valid_upto) < today:
		frappe.throw(_("Sorry, this coupon code's validity has expired"))
	if coupon.maximum_use and coupon.used >= coupon.maximum_use:
		frappe.throw(_("Sorry, this coupon code is no longer valid"))


def _rules_of_rows(apply_on: str, args: frappe._dict) -> list[frappe._dict]:
	"""Enabled rules that name the item, its group (or one above), or its brand, whatever their quantities."""
	fieldname = ROW_TABLES[apply_on]
	value = args.get(fieldname)
	if not value:
		return []
	rule = frappe.qb.DocType("Pricing Rule")
	row = frappe.qb.DocType(f"Pricing Rule {apply_on}")
	column = row[fieldname]
	named = column.isin(ancestors("Item Group", value)) if apply_on == "Item Group" else column == value
	if apply_on != "Brand" and args.uom:
		named &= IfNull(row.uom, "").isin(["", args.uom])
	if apply_on == "Item Code":
		if variant_of := frappe.get_cached_value("Item", value, "variant_of"):
			named |= column == variant_of
	query = (
		frappe.qb.from_(rule)
		.join(row)
		.on(row.parent == rule.name)
		.select(rule.star, column, row.uom)
		.where(named)
		.where(IfNull(rule.for_price_list, "").isin(["", cstr(args.price_list)]))
		.orderby(rule.priority, order=frappe.qb.desc)
		.orderby(rule.name, order=frappe.qb.desc)
	)
	return _in_scope(query, rule, args, args.transaction_type).run(as_dict=True)


def _in_scope(query: Any, rule: Any, args: Mapping, transaction_type: str) -> Any:
	"""Restrict to enabled rules for this company, customer, group, territory and date. A rule that names none of
	them is for all; groups and territories include those below."""
	query = query.where(rule.disable == 0).where(rule[transaction_type] == 1)
	side = "selling" if (args.get("doctype") or "").removesuffix(" Item") in SELLING_DOCTYPES else "buying"
	query = query.where(rule[side] == 1)
	for fieldname in ("company", "customer"):
		query = query.where(IfNull(rule[fieldname], "").isin(["", cstr(args.get(fieldname))]))
	for doctype in ("Customer Group", "Territory"):
		fieldname = frappe.scrub(doctype)
		column = IfNull(rule[fieldname], "")
		if group := args.get(fieldname):
			query = query.where((column == "") | column.isin(ancestors(doctype, group)))
		else:
			query = query.where(column == "")
	if on := args.get("transaction_date"):
		query = query.where(IfNull(rule.valid_from, ALWAYS[0]) <= on).where(
			IfNull(rule.valid_upto, ALWAYS[1]) >= on
		)
	return query


def ancestors(doctype: str, name: str) -> Any:
	"""A query for the names of a node of a tree and of those above it."""
	node = frappe.qb.DocType(doctype).as_("node")
	above = frappe.qb.DocType(doctype).as_("above")
	return (
		frappe.qb.from_(node)
		.join(above)
		.on((above.lft <= node.lft) & (above.rgt >= node.rgt))
		.select(above.name)
		.where(node.name == name)
	)


def filter_pricing_rule_based_on_condition(
	rules: list[frappe._dict], doc: Document | None = None
) -> list[frappe._dict]:
	"""A condition that fails to evaluate does not hold. Without a document there is nothing to ask."""
	if not doc or not any(rule.condition for rule in rules):
		return rules
	values = doc.as_dict()

	def holds(rule: frappe._dict) -> bool:
		if not rule.condition:
			return True
		try:
			return bool(frappe.safe_eval(rule.condition, None, values))
		except Exception:
			return False

	return [rule for rule in rules if holds(rule)]


def _together(rules: Iterable[frappe._dict]) -> bool:
	return all(rule.apply_multiple_pricing_rules for rule in rules)


def _by_priority(rules: list[frappe._dict], args: Mapping) -> list[frappe._dict]:
	"""Rules that apply together, the lowest priority first; each must fit on its own."""
	fitting = [rule for rule in rules if filter_pricing_rules(args, [rule])]
	return sorted(fitting, key=lambda rule: cint(rule.priority) or 1)


def _within(value: float, lowest: float | None, highest: float | None, factor: float) -> bool:
	return value >= flt(lowest) * factor and (not highest or value <= highest * factor)
