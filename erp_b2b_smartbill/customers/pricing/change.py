"""Another tier for a customer, with the reason for it."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import NotAllowed, invalid, not_found

MAX_REASON = 500


def change_tier(customer: str, tier: str | None, reason: str | None) -> dict[str, Any]:
	"""{customer, tier, before, changed}; tier None takes it away. The Customer's own hooks say who gives tiers
	(overrides/customer.py) and record it."""
	if not frappe.db.exists("Customer", customer) or not frappe.has_permission(
		"Customer", "read", doc=customer
	):
		raise not_found(_("Customer"))
	if not frappe.has_permission("Customer", "write", doc=customer):
		raise NotAllowed(_("You may read this Customer, but not change it."))
	if not reason:
		raise invalid("reason", _("Say why."))
	if len(reason) > MAX_REASON:
		raise invalid("reason", _("At most {0} characters.").format(MAX_REASON))
	doc = frappe.get_doc("Customer", customer, for_update=True)
	before = doc.b2b_tier or None
	if tier != before:
		_require_usable(tier)
		doc.b2b_tier = tier
		doc.flags.tier_reason = reason
		doc.save()
	return {"customer": doc.name, "tier": doc.b2b_tier or None, "before": before, "changed": tier != before}


def _require_usable(tier: str | None) -> None:
	if tier is None:
		return
	disabled = frappe.db.get_value("B2B Tier", tier, "disabled")
	if disabled is None:
		raise invalid("tier", _("There is no tier {0}.").format(tier))
	if disabled:
		raise invalid("tier", _("The tier {0} is disabled.").format(tier))
