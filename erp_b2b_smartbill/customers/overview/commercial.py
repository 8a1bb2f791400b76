"""The tab Commercial: on what terms a customer buys, each with where it comes from.

Rights are the caller's to check (the Customer, the company, B2B Tier); a `link` or `list` is there only where the
session's user may read that doctype. The number of queries does not depend on how many rules, prices or documents there
are.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import cint, flt, nowdate

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal
from erp_b2b_smartbill.customers.overview import terms
from erp_b2b_smartbill.customers.overview.links import link_to, list_of
from erp_b2b_smartbill.customers.overview.scope import Scope
from erp_b2b_smartbill.customers.pricing import admission, applicable, general, rule, standing
from erp_b2b_smartbill.customers.pricing.applicable import number
from erp_b2b_smartbill.permissions import TIER_GIVERS

MAX_ROWS = 20
NOTHING = "\u2014"
# a list in the desk is filtered by the names themselves, so that it shows what was counted
MAX_NAMES = 100
CUSTOMER_FIELDS = (
	"name",
	"customer_name",
	"customer_group",
	"territory",
	"b2b_tier",
	"default_price_list",
	"default_currency",
	"payment_terms",
	"account_manager",
	"default_sales_partner",
)


def show(scope: Scope) -> dict[str, Any]:
	"""{company, tier, discount, price_list, currency, payment_terms, rules, sales_team, special_prices, notices}."""
	doc, company = _customer(scope.customer), scope.company
	group = _group(doc.customer_group)
	tier = _tier(doc)
	price_list = terms.price_list(doc, group)
	currency = terms.currency(doc, price_list, company)
	effect = general.of(doc, company, price_list["value"], currency["value"])
	payment_terms = terms.payment_terms(doc, group, company)
	own = standing.of_tier(tier["priority"], tier["rule_currency"]) if tier and tier["is_in_force"] else None
	return {
		"company": company,
		"tier": tier,
		"discount": _discount(effect, tier),
		"price_list": price_list,
		"currency": currency,
		"payment_terms": payment_terms,
		"rules": _rules(doc, company, own, currency["value"]),
		"sales_team": _sales_team(doc),
		"special_prices": _special_prices(doc, price_list["value"]),
		"notices": _notices(tier, effect, price_list, payment_terms),
	}


def discount(scope: Scope) -> dict[str, Any]:
	"""The tab's own, alone: {percent, source, text, rules, link}."""
	doc, company = _customer(scope.customer), scope.company
	price_list = terms.price_list(doc, _group(doc.customer_group))
	currency = terms.currency(doc, price_list, company)
	return _discount(general.of(doc, company, price_list["value"], currency["value"]), _tier(doc))


def count(scope: Scope) -> int:
	"""What the tab's label says: the prices that are this customer's own."""
	return _number_of_own_prices(scope.customer)


def _number_of_own_prices(customer: str) -> int:
	return _own_prices(customer).select(Count("*")).run()[0][0]


def _customer(name: str) -> Any:
	meta = frappe.get_meta("Customer")
	fields = [field for field in CUSTOMER_FIELDS if field == "name" or meta.has_field(field)]
	return frappe.db.get_value("Customer", name, fields, as_dict=True)


def _group(name: str | None) -> Any:
	fields = ["default_price_list", "payment_terms"]
	# asked for no name, Frappe answers with any
	return (name and frappe.db.get_value("Customer Group", name, fields, as_dict=True)) or frappe._dict()


def _tier(doc: Any) -> dict[str, Any] | None:
	if not doc.b2b_tier:
		return None
	tier = frappe.get_cached_doc("B2B Tier", doc.b2b_tier)
	owned = frappe.db.get_value(
		rule.RULE, {"b2b_tier": tier.name, "disable": 0}, ["name", "currency"], as_dict=True
	)
	given = frappe.db.get_value(
		"Business Event",
		{"event": audit.CUSTOMER_TIER_CHANGED, "reference_doctype": "Customer", "reference_name": doc.name},
		["occurred_at", "user", "reason", "personal"],
		order_by="occurred_at desc",
		as_dict=True,
	)
	limit = flt(tier.default_credit_limit)
	return {
		"name": tier.name,
		"description": tier.description or None,
		"discount": flt(tier.discount_percentage),
		"priority": rule.priority_of(tier),
		"is_disabled": bool(tier.disabled),
		"is_in_force": bool(owned),
		"rule_currency": owned.currency if owned else None,
		"price_list": tier.price_list or None,
		"payment_terms": tier.payment_terms or None,
		"credit_limit": {
			"value": limit,
			"currency": frappe.get_cached_value("Company", tier.company, "default_currency"),
			"company": tier.company,
		}
		if limit and tier.company
		else None,
		"given": {
			"on": given.occurred_at,
			"by": frappe.utils.get_fullname(given.user),
			"reason": personal.reason(given),
		}
		if given
		else None,
		"may_change": bool(set(TIER_GIVERS) & set(frappe.get_roles()))
		and bool(frappe.has_permission("Customer", "write", doc=doc.name)),
		"link": link_to("B2B Tier", tier.name),
	}


def _discount(effect: general.General, tier: dict[str, Any] | None) -> dict[str, Any]:
	"""What is taken off an item without a rule of its own. `percent` is None where that is no percentage."""
	rules = [
		{
			"name": row["name"],
			"title": row["title"],
			"tier": row.get("b2b_tier") or None,
			"why": applicable.why(row),
			"gives": applicable.gives(row),
			"link": link_to(rule.RULE, row["name"]),
		}
		for row in effect.rules
	]
	if effect.is_refused:
		source, text = (
			"refused",
			_("Several rules of the same priority: ERPNext refuses this customer's documents."),
		)
	elif not rules:
		source, text = "none", _("No rule gives a discount on everything.")
	elif len(rules) > 1:
		source, text = "several", _("{0} rules that add up").format(len(rules))
	elif rules[0]["tier"]:
		source, text = "tier", _("Discount of the tier {0}").format(rules[0]["tier"])
	else:
		source, text = "rule", _("Pricing Rule {0}").format(rules[0]["title"] or rules[0]["name"])
	link = rules[0]["link"] if len(rules) == 1 else None
	if source == "tier" and tier:
		link = tier["link"]
	return {"percent": effect.percent, "source": source, "text": text, "rules": rules, "link": link}


def _rules(doc: Any, company: str | None, own: standing.Rule | None, currency: str | None) -> dict[str, Any]:
	found = applicable.of(doc, company, own, currency)
	names = found.pop("names")
	filters = {"disable": 0, "selling": 1} if names is None else {"name": ["in", names]}
	return {**found, "list": list_of(rule.RULE, filters) if found["total"] else None}


def _sales_team(doc: Any) -> dict[str, Any]:
	rows = frappe.get_all(
		"Sales Team",
		{"parent": doc.name, "parenttype": "Customer"},
		["sales_person", "allocated_percentage"],
		order_by="idx",
		limit=MAX_ROWS,
	)
	for row in rows:
		row.allocated_percentage = flt(row.allocated_percentage)
		row.link = link_to("Sales Person", row.sales_person)
	manager = doc.get("account_manager")
	return {
		"account_manager": {"user": manager, "name": frappe.utils.get_fullname(manager)} if manager else None,
		"sales_partner": doc.get("default_sales_partner") or None,
		"rows": rows,
	}


def _special_prices(doc: Any, price_list: str | None) -> dict[str, Any]:
	price, item = frappe.qb.DocType("Item Price"), frappe.qb.DocType("Item")
	rows = (
		_own_prices(doc.name)
		.left_join(item)
		.on(item.name == price.item_code)
		.select(
			price.name,
			price.item_code,
			item.item_name,
			item.disabled,
			price.price_list,
			price.uom,
			price.price_list_rate,
			price.currency,
			price.valid_from,
			price.valid_upto,
		)
		.orderby(price.item_code)
		.orderby(price.valid_from)
		.limit(MAX_NAMES)
		.run(as_dict=True)
	)
	total = len(rows) if len(rows) < MAX_NAMES else _number_of_own_prices(doc.name)
	filters = (
		{"name": ["in", [row.name for row in rows]]}
		if total <= MAX_NAMES
		else {"customer": doc.name, "selling": 1}
	)
	return {
		"rows": [
			{
				"item_code": row.item_code,
				"item_name": row.item_name,
				"is_disabled": bool(cint(row.disabled)),
				"price_list": row.price_list,
				# a price of another list is not asked for
				"is_in_use": row.price_list == price_list,
				"uom": row.uom,
				"rate": {"value": flt(row.price_list_rate), "currency": row.currency},
				"valid_from": row.valid_from,
				"valid_upto": row.valid_upto,
				"link": link_to("Item Price", row.name),
			}
			for row in rows[:MAX_ROWS]
		],
		"total": total,
		"list": list_of("Item Price", filters) if rows else None,
	}


def _own_prices(customer: str) -> Any:
	price = frappe.qb.DocType("Item Price")
	return (
		frappe.qb.from_(price)
		.where((price.customer == customer) & (price.selling == 1))
		.where(price.valid_upto.isnull() | (price.valid_upto >= nowdate()))
	)


def _notices(
	tier: dict[str, Any] | None, effect: general.General, price_list: dict[str, Any], terms: dict[str, Any]
) -> list[str]:
	"""Where what the tier says is not what a Quotation gets."""
	if not tier:
		return []
	told = []
	if tier["is_disabled"]:
		told.append(_("The tier {0} is disabled: its discount is not given.").format(tier["name"]))
	elif tier["is_in_force"] and not admission.install():
		told.append(admission.why_nothing_is_given())
	elif (
		tier["is_in_force"] and not any(row.get("b2b_tier") for row in effect.rules) and not effect.is_refused
	):
		told.append(
			_("The discount of the tier ({0} %) is not taken: another rule goes before it.").format(
				number(tier["discount"])
			)
		)
	if tier["price_list"] and tier["price_list"] != price_list["value"]:
		told.append(
			_("The tier says the price list {0}, the customer buys by {1}.").format(
				tier["price_list"], price_list["value"] or NOTHING
			)
		)
	if tier["payment_terms"] and tier["payment_terms"] != terms["value"]:
		told.append(
			_("The tier says the payment terms {0}, the customer has {1}.").format(
				tier["payment_terms"], terms["value"] or NOTHING
			)
		)
	return told
