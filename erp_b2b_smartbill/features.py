"""The switches of B2B Settings: what is off behaves as if it were not installed."""

from __future__ import annotations

import frappe

SETTINGS = "B2B Settings"

PROFORMA = "enable_smartbill_proforma"
REGISTRATION = "enable_b2b_registration"
PORTAL = "enable_b2b_portal"
SYNC = "enable_smartbill_sync"
SEARCH = "enable_customer_search"
LINK_SEARCH = "enable_link_search"


def is_on(switch: str) -> bool:
	"""A switch that the site does not have yet, before it is migrated to this version, is off."""
	try:
		return bool(frappe.db.get_single_value(SETTINGS, switch))
	except frappe.ValidationError:
		if frappe.get_meta(SETTINGS).has_field(switch):
			raise
		frappe.clear_last_message()
		return False
