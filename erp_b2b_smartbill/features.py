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
OVERVIEW = "enable_customer_360"


def is_on(switch: str, *, anew: bool = False) -> bool:
	"""A switch that the site does not have yet, before it is migrated to this version, is off. `anew` is for long jobs:
	Frappe keeps what it read until the connection ends."""
	try:
		return bool(frappe.db.get_single_value(SETTINGS, switch, cache=not anew))
	except frappe.ValidationError:
		if frappe.get_meta(SETTINGS).has_field(switch):
			raise
		frappe.clear_last_message()
		return False
