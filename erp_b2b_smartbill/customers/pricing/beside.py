"""The shop's own Pricing Rules beside the one of a tier: which it beats, which it ties with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Case
from frappe.utils import cint, escape_html, get_link_to_form, nowdate

from erp_b2b_smartbill.customers.pricing import rule, standing
from erp_b2b_smartbill.customers.pricing.standing import Standing

# told of a tier, of each kind; tiers that are told of; looked at of the shop's rules and of the tiers
MAX_NAMED = 20
MAX_TOLD = 10
MAX_RULES = 500
MAX_TIERS = 100
FIELDS = (
	"name",
	"title",
	"customer",
	"apply_on",
	"priority",
	"has_priority",
	"apply_multiple_pricing_rules",
	"currency",
	"price_or_product_discount",
	"rate_or_discount",
	"for_price_list",
)
TOLD = {Standing.TIE, Standing.BEATEN, Standing.TOGETHER, Standing.EITHER}
Found = dict[Standing, list[Any]]


def of_tiers(tiers: Sequence[Any]) -> dict[str, Found]:
	"""By tier, the shop's enabled rules, in force now or later, that rows of its customers can meet: by where they stand.
	Of more than MAX_RULES those that could tie come first."""
	if not tiers:
		return {}
	currency = rule.currency()
	rows = _shops([tier.name for tier in tiers], [str(rule.priority_of(tier)) for tier in tiers])
	found: dict[str, Found] = {tier.name: {} for tier in tiers}
	for tier in tiers:
		tiers_rule = standing.of_tier(rule.priority_of(tier), currency)
		for row in rows:
			# a customer's own rule meets the customer's own tier
			if not row.customer or row.its_tier == tier.name:
				kind = standing.stands(standing.of_row(row), tiers_rule)
				found[tier.name].setdefault(kind, []).append(row)
	return found


def _shops(tiers: list[str], priorities: list[str]) -> list[Any]:
	table = frappe.qb.DocType(rule.RULE)
	customer = frappe.qb.DocType("Customer")
	return (
		frappe.qb.from_(table)
		.left_join(customer)
		.on(customer.name == table.customer)
		.select(*(table[field] for field in FIELDS), customer.b2b_tier.as_("its_tier"))
		.where((table.disable == 0) & (table.selling == 1))
		.where(table.b2b_tier.isnull() | (table.b2b_tier == ""))
		.where(table.valid_upto.isnull() | (table.valid_upto >= nowdate()))
		.where(table.customer.isnull() | (table.customer == "") | customer.b2b_tier.isin(tiers))
		.orderby(Case().when(table.priority.isin(priorities), 0).else_(1))
		.orderby(table.name)
		.limit(MAX_RULES)
	).run(as_dict=True)


def tiers_that_tie(shops: Any) -> list[str]:
	"""The tiers whose discount the shop's rule ties with."""
	rows = frappe.get_all(
		rule.RULE,
		{"b2b_tier": ["is", "set"], "disable": 0},
		["b2b_tier", "priority", "currency"],
		order_by="name",
		limit=MAX_TIERS,
	)
	if shops.customer:
		its_tier = frappe.db.get_value("Customer", shops.customer, "b2b_tier")
		rows = [row for row in rows if row.b2b_tier == its_tier]
	given = standing.of_row(shops)
	return [
		row.b2b_tier
		for row in rows
		if standing.stands(given, standing.of_tier(cint(row.priority), row.currency)) is Standing.TIE
	]


def tell(tiers: Sequence[Any]) -> None:
	"""Who saves tiers, or turns them on, sees what they do to the shop's own rules."""
	told = {name: found for name, found in of_tiers(tiers[:MAX_TIERS]).items() if TOLD & set(found)}
	if not told:
		return
	parts = [_told(name, found) for name, found in list(told.items())[:MAX_TOLD]]
	if len(told) > MAX_TOLD:
		parts.append(f"<p>{_('and {0} more').format(len(told) - MAX_TOLD)}</p>")
	frappe.msgprint(
		"".join(parts),
		title=_("Pricing Rules beside this tier") if len(tiers) == 1 else _("Pricing Rules beside the tiers"),
		indicator="red" if any(found.get(Standing.TIE) for found in told.values()) else "orange",
	)


def _told(tier: str, found: Found) -> str:
	texts = (
		(
			Standing.TIE,
			_(
				"Same priority: ERPNext refuses documents where one of these applies, too. Change one of the priorities."
			),
		),
		(Standing.BEATEN, _("The discount of the tier is taken instead of these:")),
		(Standing.TOGETHER, _("These add up with the discount of the tier (Apply Multiple Pricing Rules):")),
		(
			Standing.EITHER,
			_(
				"These give something free and are marked Apply Multiple Pricing Rules: ERPNext gives either that or the "
				"discount of the tier, never both. Take the mark away, and priorities decide."
			),
		),
	)
	parts = [f"<p>{text}</p>{_listed(found[kind])}" for kind, text in texts if found.get(kind)]
	return f"<h5>{get_link_to_form(rule.TIER, tier, escape_html(tier))}</h5>{''.join(parts)}"


def _listed(rows: list[Any]) -> str:
	named = [
		f"<li>{get_link_to_form(rule.RULE, row.name)} {escape_html(row.title or '')}</li>"
		for row in rows[:MAX_NAMED]
	]
	if len(rows) > MAX_NAMED:
		named.append(f"<li>{_('and {0} more').format(len(rows) - MAX_NAMED)}</li>")
	return f"<ul>{''.join(named)}</ul>"
