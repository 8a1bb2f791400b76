"""The switch of tiers' discounts, for all tiers at once."""

from __future__ import annotations

import frappe
from frappe import _

from erp_b2b_smartbill.customers.pricing import admission, beside, rule


def switched(on: bool) -> None:
	"""B2B Settings are being saved with the switch so: every rule is put in force or disabled, and who turns it on is
	told what the tiers do to the shop's own rules."""
	failed = rule.keep_all(on)
	if failed:
		frappe.msgprint(
			_("The Pricing Rule of these tiers could not be written: {0}. The error was recorded.").format(
				frappe.bold(", ".join(failed[: beside.MAX_NAMED]))
			),
			indicator="red",
		)
	if not on:
		return
	if not admission.install():
		frappe.msgprint(admission.why_nothing_is_given(), indicator="red")
	tiers = frappe.get_all(
		rule.TIER,
		{"disabled": 0, "discount_percentage": [">", 0]},
		["name", "priority"],
		order_by="name",
		limit=beside.MAX_TIERS,
	)
	beside.tell([tier for tier in tiers if tier.name not in failed])
