"""A discount, rate or margin for items and parties. As ERPNext v15's
`erpnext.accounts.doctype.pricing_rule.pricing_rule`, for prices when selling: free items, rules over several items and
rules over several documents are not here, and a rule that asks for a free item is refused."""

import json
import re
from collections.abc import Mapping
from typing import Any

import frappe
from erpnext.accounts.doctype.pricing_rule.utils import (
	coupon_fits,
	get_applied_pricing_rules,
	get_pricing_rules,
)
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt

TABLES = {"Item Code": "items", "Item Group": "item_groups", "Brand": "brands"}
SELLING_ONLY = ("Customer", "Customer Group", "Territory", "Sales Partner", "Campaign")
BUYING_ONLY = ("Supplier", "Supplier Group")
SELLING_DOCTYPES = ("Opportunity", "Quotation", "Sales Order", "Delivery Note", "Sales Invoice")
# An assignment where a comparison was meant.
ASSIGNMENT = re.compile(r"[\w\.:_]+\s*={1}\s*[\w\.@\'\"]+")


class PricingRule(Document):
	def validate(self) -> None:
		self.validate_mandatory()
		self.validate_rows()
		self.validate_party_side()
		self.validate_ranges()
		self.clear_fields_of_other_choices()
		if flt(self.rate) < 0:
			frappe.throw(_("{0} can not be negative").format("Rate"))
		self.validate_max_discount()
		self.validate_price_list_currency()
		self.validate_from_to_dates("valid_from", "valid_upto")
		if self.condition and ASSIGNMENT.match(self.condition):
			frappe.throw(_("Invalid condition expression"))
		if not self.margin_type:
			self.margin_rate_or_amount = 0.0

	def gives_margin_in(self, currency: str | None) -> bool:
		"""A margin as an amount holds in the rule's own currency only."""
		if not self.margin_rate_or_amount:
			return False
		return gives_margin(self, currency)

	def validate_mandatory(self) -> None:
		if self.price_or_product_discount != "Price":
			frappe.throw(_("Free items are not part of this stand-in of ERPNext"), frappe.ValidationError)
		if self.has_priority and not self.priority:
			frappe.throw(_("Priority is mandatory"), frappe.MandatoryError, _("Please Set Priority"))
		if self.priority and not self.has_priority:
			self.has_priority = 1
		table = TABLES.get(self.apply_on)
		if table and not self.get(table):
			frappe.throw(_("{0} is not added in the table").format(self.apply_on), frappe.MandatoryError)
		party = frappe.scrub(self.applicable_for or "")
		if party and not self.get(party):
			frappe.throw(_("{0} is required").format(_(self.meta.get_label(party))), frappe.MandatoryError)
		if not self.rate_or_discount:
			frappe.throw(_("Rate or Discount is required for the price discount."), frappe.MandatoryError)
		if self.apply_discount_on_rate and cint(self.priority) <= 1:
			frappe.throw(
				_("As the field {0} is enabled, the value of the field {1} should be more than 1.").format(
					frappe.bold(_("Apply Discount on Discounted Rate")), frappe.bold(_("Priority"))
				)
			)

	def validate_rows(self) -> None:
		if self.apply_on not in TABLES:
			return
		fieldname = frappe.scrub(self.apply_on)
		values = [row.get(fieldname) for row in self.get(TABLES[self.apply_on]) if row.get(fieldname)]
		if len(values) != len(set(values)):
			frappe.throw(_("Duplicate {0} found in the table").format(self.apply_on))

	def validate_party_side(self) -> None:
		if not self.selling and not self.buying:
			frappe.throw(_("Atleast one of the Selling or Buying must be selected"))
		for side, parties in (("selling", SELLING_ONLY), ("buying", BUYING_ONLY)):
			if not self.get(side) and self.applicable_for in parties:
				frappe.throw(
					_("{0} must be checked, if Applicable For is selected as {1}").format(
						side.title(), self.applicable_for
					)
				)

	def validate_ranges(self) -> None:
		if self.max_qty and flt(self.min_qty) > flt(self.max_qty):
			frappe.throw(_("Min Qty can not be greater than Max Qty"))
		if self.max_amt and flt(self.min_amt) > flt(self.max_amt):
			frappe.throw(_("Min Amt can not be greater than Max Amt"))

	def clear_fields_of_other_choices(self) -> None:
		for choice in ("apply_on", "applicable_for", "rate_or_discount"):
			for option in filter(None, (self.meta.get_options(choice) or "").split("\n")):
				fieldname = TABLES.get(option, frappe.scrub(option))
				if option != self.get(choice) and self.meta.has_field(fieldname):
					self.set(fieldname, [] if fieldname in TABLES.values() else None)

	def validate_max_discount(self) -> None:
		if self.rate_or_discount != "Discount Percentage":
			return
		for row in self.items:
			highest = flt(frappe.get_cached_value("Item", row.item_code, "max_discount"))
			if highest and flt(self.discount_percentage) > highest:
				frappe.throw(_("Max discount allowed for item: {0} is {1}%").format(row.item_code, highest))

	def validate_price_list_currency(self) -> None:
		if self.currency and self.for_price_list:
			currency = frappe.get_cached_value("Price List", self.for_price_list, "currency")
			if currency != self.currency:
				frappe.throw(_("Currency should be same as Price List Currency: {0}").format(currency))


@frappe.whitelist()
def apply_pricing_rule(args: str | dict, doc: str | dict | None = None) -> list[dict]:
	"""The rules' effect on each of `args["items"]`."""
	args = frappe._dict(json.loads(args) if isinstance(args, str) else args)
	set_transaction_type(args)
	rows = args.pop("items", [])
	return [get_pricing_rule_for_item(frappe._dict({**args, **row}), doc=doc) for row in rows]


def get_pricing_rule_for_item(
	args: frappe._dict, doc: str | dict | Document | None = None, for_validate: bool = False
) -> frappe._dict:
	"""Discount, rate and margin that rules give a row, and their names in `pricing_rules`.

	On validation, rules the row already carries are applied again without asking whether they still fit."""
	if isinstance(doc, str):
		doc = json.loads(doc)
	if doc:
		doc = frappe.get_doc(doc)
	details = frappe._dict(has_margin=False, child_docname=args.child_docname)
	if args.is_free_item:
		return frappe._dict()
	if args.ignore_pricing_rule or not args.item_code:
		if args.pricing_rules and frappe.db.exists(args.doctype, args.name):
			remove_pricing_rule_for_item(args.pricing_rules, details, args.item_code, args.price_list_rate)
		return details

	complete_args(args)
	if for_validate and args.pricing_rules:
		rules = [_applied_rule(name, args) for name in get_applied_pricing_rules(args.pricing_rules)]
	else:
		rules = get_pricing_rules(args, doc)
	if not rules:
		if args.pricing_rules:
			remove_pricing_rule_for_item(args.pricing_rules, details, args.item_code, args.price_list_rate)
		return details

	applied = []
	for rule in rules:
		if not coupon_fits(rule, args):
			continue
		details.validate_applied_rule = rule.validate_applied_rule
		details.price_or_product_discount = rule.price_or_product_discount
		applied.append(rule.name)
		if not rule.validate_applied_rule:
			apply_price_discount_rule(rule, details, args)
	if not details.has_margin:
		details.margin_type = None
		details.margin_rate_or_amount = 0.0
	details.has_pricing_rule = 1
	details.pricing_rules = frappe.as_json(applied)
	return details


def _applied_rule(name: str, args: Mapping) -> frappe._dict:
	"""A rule by name, with the unit its row for this item says."""
	rule = frappe.get_cached_doc("Pricing Rule", name)
	fieldname = frappe.scrub(rule.apply_on)
	rows = rule.get(TABLES.get(rule.apply_on, "")) or []
	uom = next((row.uom for row in rows if row.get(fieldname) == args.get(fieldname)), None)
	return frappe._dict(rule.as_dict(), uom=uom)


def complete_args(args: frappe._dict) -> None:
	"""Add the item's group and brand; the customer's group and territory only where either is missing."""
	if not (args.item_group and args.brand):
		args.item_group, args.brand = frappe.get_cached_value("Item", args.item_code, ["item_group", "brand"])
	if (
		args.transaction_type == "selling"
		and args.customer
		and not (args.customer_group and args.territory)
		and args.quotation_to in (None, "", "Customer")
	):
		args.customer_group, args.territory = frappe.get_cached_value(
			"Customer", args.customer, ["customer_group", "territory"]
		)


def gives_margin(rule: Mapping[str, Any], currency: str | None) -> bool:
	margin_type = rule.get("margin_type")
	return margin_type == "Percentage" or (margin_type == "Amount" and rule.get("currency") == currency)


def apply_price_discount_rule(rule: frappe._dict, details: frappe._dict, args: frappe._dict) -> None:
	"""Add what one rule gives to `details`."""
	details.pricing_rule_for = rule.rate_or_discount
	if gives_margin(rule, args.currency):
		details.margin_type = rule.margin_type
		details.has_margin = True
		if rule.apply_multiple_pricing_rules and details.margin_rate_or_amount is not None:
			details.margin_rate_or_amount += rule.margin_rate_or_amount
		else:
			details.margin_rate_or_amount = rule.margin_rate_or_amount
	match rule.rate_or_discount:
		case "Rate":
			_set_rate(rule, details, args)
		case "Discount Percentage":
			_add_percentage(rule, details, args)
		case "Discount Amount":
			details.discount_amount = flt(details.discount_amount) + flt(rule.discount_amount)


def _set_rate(rule: frappe._dict, details: frappe._dict, args: frappe._dict) -> None:
	"""The rule's rate takes the place of the price list's, in the rule's own currency only."""
	if rule.rate and rule.currency == args.currency:
		factor = 1 if rule.uom == args.uom else flt(args.conversion_factor or 1)
		details.price_list_rate = rule.rate * factor
	details.discount_percentage = 0.0


def _add_percentage(rule: frappe._dict, details: frappe._dict, args: frappe._dict) -> None:
	if rule.apply_discount_on_rate and details.discount_percentage:
		# On what the earlier rules left of the rate.
		details.discount_percentage += (100 - details.discount_percentage) * (
			flt(rule.discount_percentage) / 100
		)
	elif args.price_list_rate:
		details.discount_amount = flt(details.discount_amount) + args.price_list_rate * (
			flt(rule.discount_percentage) / 100
		)
		if details.discount_amount:
			details.discount_percentage = details.discount_amount / flt(args.price_list_rate) * 100
	else:
		details.discount_percentage = flt(details.discount_percentage) + flt(rule.discount_percentage)


def remove_pricing_rule_for_item(
	pricing_rules: str | None, details: frappe._dict, item_code: str | None = None, rate: float | None = None
) -> frappe._dict:
	"""Put into `details` what takes the rules' effect back from the row."""
	for name in get_applied_pricing_rules(pricing_rules):
		if not frappe.db.exists("Pricing Rule", name):
			continue
		rule = frappe.get_cached_doc("Pricing Rule", name)
		if rule.rate_or_discount == "Discount Percentage":
			details.update(discount_percentage=0.0, discount_amount=0.0, rate=rate or 0.0)
		if rule.rate_or_discount == "Discount Amount":
			details.discount_amount = 0.0
		if rule.margin_type in ("Percentage", "Amount"):
			details.update(margin_rate_or_amount=0.0, margin_type=None)
	details.pricing_rules = ""
	details.pricing_rule_removed = True
	return details


def set_transaction_type(args: frappe._dict) -> None:
	if not args.transaction_type:
		args.transaction_type = "selling" if args.doctype in SELLING_DOCTYPES or args.customer else "buying"
