"""What the tiers give off the price list, many at once.

The tier's percentage is what a person is shown; what a Quotation gives is decided by ERPNext's Pricing Rules."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.utils import flt


def of(tiers: Iterable[str | None]) -> dict[str, float]:
	"""Percentages by tier. A tier that is disabled gives nothing, as its Pricing Rule."""
	rows = frappe.db.sql(
		"select name, discount_percentage, disabled from `tabB2B Tier` where name in %s",
		# never an empty list: the number of queries is to be the same
		[sorted(filter(None, set(tiers))) or [""]],
	)
	return {name: 0.0 if disabled else flt(percentage) for name, percentage, disabled in rows}
