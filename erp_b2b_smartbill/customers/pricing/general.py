"""What a customer gets off any item that has no rule of its own. Asked of ERPNext itself, as its Quotation would ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from erpnext.accounts.doctype.pricing_rule.utils import MultiplePricingRuleConflict, get_pricing_rules
from frappe.utils import flt, nowdate

from erp_b2b_smartbill.customers.pricing import admission, rule
from erp_b2b_smartbill.customers.pricing.standing import PERCENTAGE

# no item, unit or brand is called so: rules for any of them stay out
NONE = "\u2014"


@dataclass(frozen=True)
class General:
	"""`percent` is None where the rules give something that is no plain percentage, or are in each other's way."""

	percent: float | None
	rules: tuple[Mapping[str, Any], ...] = ()
	is_refused: bool = False


def of(customer: Any, company: str, price_list: str | None, currency: str | None) -> General:
	"""For one piece. `customer`: name, customer_group, territory, b2b_tier."""
	doc = frappe.new_doc("Quotation")
	doc.update(
		{
			"quotation_to": "Customer",
			"party_name": customer.name,
			"customer_group": customer.customer_group,
			"territory": customer.territory,
			"b2b_tier": customer.b2b_tier,
			"company": company,
			"currency": currency,
			"selling_price_list": price_list,
			"transaction_date": nowdate(),
			"items": [],
		}
	)
	asked = frappe._dict(
		doctype="Quotation",
		transaction_type="selling",
		item_code=NONE,
		item_group=rule.root_of_items(),
		brand=None,
		variant_of=None,
		uom=NONE,
		qty=1,
		stock_qty=1,
		# rules from some amount on stay out
		price_list_rate=0,
		price_list=price_list,
		currency=currency,
		company=company,
		customer=customer.name,
		customer_group=customer.customer_group,
		territory=customer.territory,
		transaction_date=doc.transaction_date,
	)
	if not asked.item_group:
		return General(0.0)
	admission.install()
	try:
		rules = [row for row in get_pricing_rules(asked, doc) or [] if row and row.get("name")]
	except MultiplePricingRuleConflict:
		frappe.clear_last_message()
		return General(None, is_refused=True)
	return General(_percent(rules), tuple(rules))


def _percent(rules: list[Any]) -> float | None:
	if any(not _is_plain(row) for row in rules):
		return None
	return sum(flt(row.discount_percentage) for row in rules)


def _is_plain(row: Any) -> bool:
	marks = ("apply_discount_on_rate", "validate_applied_rule", "coupon_code_based", "margin_rate_or_amount")
	return (
		row.get("price_or_product_discount") != "Product"
		and row.rate_or_discount == PERCENTAGE
		and not any(flt(row.get(mark)) for mark in marks)
	)
