"""What customers get off the price list by their tier, many at once.

The tier's percentage is what a person is shown; what a Quotation gives is decided by ERPNext's Pricing Rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import frappe
from frappe.query_builder import DocType
from frappe.utils import flt


@dataclass(frozen=True)
class Discount:
	tier: str
	percentage: float


def of(customers: Sequence[str]) -> dict[str, Discount]:
	"""By customer, of those that have a tier. A tier that is disabled gives nothing, as its Pricing Rule."""
	if not customers:
		return {}
	customer, tier = DocType("Customer"), DocType("B2B Tier")
	rows = (
		frappe.qb.from_(customer)
		.join(tier)
		.on(tier.name == customer.b2b_tier)
		.select(customer.name, tier.name, tier.discount_percentage, tier.disabled)
		.where(customer.name.isin(sorted(set(customers))))
		.run()
	)
	return {
		name: Discount(tier_name, 0.0 if disabled else flt(percentage))
		for name, tier_name, percentage, disabled in rows
	}
