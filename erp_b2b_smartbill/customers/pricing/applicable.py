"""Every Pricing Rule that is for a customer: why, what it gives, on what, until when. Texts are for people."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Case
from frappe.query_builder.functions import Coalesce, Count
from frappe.utils import cint, flt, fmt_money, formatdate, getdate, nowdate
from frappe.utils.nestedset import get_ancestors_of

from erp_b2b_smartbill.customers.pricing import rule, standing

MAX_ROWS = 20
MAX_NAMES = 100
MAX_SCOPE = 3
SCOPES = {"Item Code": "item_code", "Item Group": "item_group", "Brand": "brand"}


def of(customer: Any, company: str | None, own: standing.Rule | None, currency: str | None) -> dict[str, Any]:
	"""{rows, total, names}: the nearest to the customer first; `names` of all, where they are not too many. `own` is the
	rule of his tier, where that is in force. Rules that ask more of the document (a campaign, a coupon, an amount) are
	here with what they ask."""
	table = frappe.qb.DocType(rule.RULE)
	fits = _fits(table, customer, company)
	total = frappe.qb.from_(table).select(Count("*")).where(fits).run()[0][0]
	nearest = frappe.qb.from_(table).where(fits).orderby(_nearness(table)).orderby(table.name)
	names = nearest.select(table.name).limit(MAX_NAMES).run(pluck=True)
	# a rule has seventy fields
	rows = nearest.select(table.star).limit(MAX_ROWS).run(as_dict=True)
	scopes = _scopes([row.name for row in rows])
	return {
		"rows": [_shown(row, scopes.get(row.name, []), own, currency) for row in rows],
		"total": total,
		"names": names if total <= MAX_NAMES else None,
	}


def _fits(table: Any, customer: Any, company: str | None) -> Any:
	"""As ERPNext restricts them, but for what only a document says."""
	known = frappe.get_meta(rule.RULE).has_field
	fits = (table.disable == 0) & (table.selling == 1)
	fits &= table.valid_upto.isnull() | (table.valid_upto >= nowdate())
	fits &= Coalesce(table.b2b_tier, "").isin(["", customer.b2b_tier or ""])
	for field, value in (
		("company", company),
		("customer", customer.name),
		("sales_partner", customer.get("default_sales_partner")),
		("supplier", None),
		("supplier_group", None),
	):
		if known(field):
			fits &= Coalesce(table[field], "").isin(["", value or ""])
	for doctype in ("Customer Group", "Territory"):
		field = frappe.scrub(doctype)
		above = [customer[field], *get_ancestors_of(doctype, customer[field])] if customer[field] else []
		fits &= Coalesce(table[field], "").isin(["", *above])
	return fits


def _nearness(table: Any) -> Any:
	case = Case()
	for place, field in enumerate(("b2b_tier", "customer", "customer_group", "territory")):
		case = case.when(Coalesce(table[field], "") != "", place)
	return case.else_(9)


def _scopes(names: list[str]) -> dict[str, list[str]]:
	found: dict[str, list[str]] = defaultdict(list)
	for apply_on, field in SCOPES.items() if names else ():
		rows = frappe.get_all(
			f"Pricing Rule {apply_on}", {"parent": ["in", names]}, ["parent", field], order_by="parent, idx"
		)
		for row in rows:
			found[row.parent].append(row[field])
	return found


def _shown(row: Any, scope: list[str], own: standing.Rule | None, currency: str | None) -> dict[str, Any]:
	is_tiers = bool(row.b2b_tier)
	stands = standing.stands(standing.of_row(row), own, currency) if own and not is_tiers else None
	return {
		"name": row.name,
		"title": row.title,
		"why": why(row),
		"on": {"kind": row.apply_on, "names": scope[:MAX_SCOPE], "more": max(len(scope) - MAX_SCOPE, 0)},
		"gives": gives(row),
		"needs": needs(row),
		"priority": cint(row.priority) or None,
		"valid_from": row.valid_from,
		"valid_upto": row.valid_upto,
		"is_tiers": is_tiers,
		"stands": stands.value if stands else None,
		"stands_text": _stands_text(stands),
		"link": {"doctype": rule.RULE, "name": row.name}
		if frappe.has_permission(rule.RULE, "read")
		else None,
	}


def why(row: Any) -> dict[str, Any]:
	"""Whom the rule is for, which is why it is for this customer."""
	for field, text in (
		("b2b_tier", _("for the tier {0}")),
		("customer", _("for this customer")),
		("customer_group", _("for the customer group {0}")),
		("territory", _("for the territory {0}")),
		("sales_partner", _("for the sales partner {0}")),
	):
		if row.get(field):
			return {"kind": field, "name": row.get(field), "text": text.format(row.get(field))}
	return {"kind": "everybody", "name": None, "text": _("for everybody")}


def gives(row: Any) -> dict[str, Any]:
	"""{kind, value, currency, text}."""
	if row.get("price_or_product_discount") == "Product":
		item = row.get("free_item")
		text = _("{0} free").format(item) if item else _("more of the same item free")
		return {"kind": "product", "value": flt(row.get("free_qty")) or 1, "currency": None, "text": text}
	if row.rate_or_discount == standing.PERCENTAGE and flt(row.discount_percentage):
		value = flt(row.discount_percentage)
		return {
			"kind": "percent",
			"value": value,
			"currency": None,
			"text": _("{0} % off").format(number(value)),
		}
	if row.rate_or_discount == "Discount Amount" and flt(row.discount_amount):
		value = flt(row.discount_amount)
		text = _("{0} off").format(fmt_money(value, currency=row.currency))
		return {"kind": "amount", "value": value, "currency": row.currency, "text": text}
	if row.rate_or_discount == "Rate" and flt(row.rate):
		text = _("at {0}").format(fmt_money(row.rate, currency=row.currency))
		return {"kind": "rate", "value": flt(row.rate), "currency": row.currency, "text": text}
	margin = flt(row.get("margin_rate_or_amount"))
	if row.get("margin_type") and margin:
		is_percent = row.margin_type == "Percentage"
		text = f"{number(margin)} %" if is_percent else fmt_money(margin, currency=row.currency)
		return {
			"kind": "margin",
			"value": margin,
			"currency": None if is_percent else row.currency,
			"text": _("{0} more").format(text),
		}
	return {"kind": "nothing", "value": 0, "currency": None, "text": _("nothing off")}


def needs(row: Any) -> list[str]:
	"""What the rule asks beyond who buys what. A tier's asks nothing of people (admission.py)."""
	if row.b2b_tier:
		return []
	asked = []
	for field, text in (
		("min_qty", _("from {0} pieces")),
		("max_qty", _("up to {0} pieces")),
	):
		if flt(row.get(field)):
			asked.append(text.format(number(row.get(field))))
	for field, text in (("min_amt", _("from {0}")), ("max_amt", _("up to {0}"))):
		if flt(row.get(field)):
			asked.append(text.format(fmt_money(row.get(field), currency=row.currency)))
	if row.valid_from and getdate(row.valid_from) > getdate(nowdate()):
		asked.append(_("from {0} on").format(formatdate(row.valid_from)))
	for field, text in (
		("for_price_list", _("price list {0}")),
		("campaign", _("campaign {0}")),
		("warehouse", _("warehouse {0}")),
	):
		if row.get(field):
			asked.append(text.format(row.get(field)))
	if cint(row.get("coupon_code_based")):
		asked.append(_("a coupon"))
	if row.get("condition"):
		asked.append(_("a condition on the document: {0}").format(row.condition))
	return asked


def _stands_text(stands: standing.Standing | None) -> str | None:
	match stands:
		case standing.Standing.BEATEN:
			return _("The discount of the tier is taken instead.")
		case standing.Standing.TIE:
			return _("Same priority as the tier: ERPNext refuses documents where both apply.")
		case standing.Standing.BEFORE:
			return _("Taken instead of the discount of the tier.")
		case standing.Standing.TOGETHER:
			return _("Adds up with the discount of the tier.")
		case standing.Standing.EITHER:
			return _("ERPNext gives either this or the discount of the tier, never both.")
		case standing.Standing.BESIDE:
			return _("On the total of the document, besides the discount of the tier.")
	return None


def number(value: Any) -> str:
	return fmt_money(flt(value), precision=0 if flt(value) == cint(value) else 2)
