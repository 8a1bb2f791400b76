"""The switches of B2B Settings: what is off behaves as if it were not installed."""

from __future__ import annotations

import frappe

PROFORMA = "enable_smartbill_proforma"
REGISTRATION = "enable_b2b_registration"
PORTAL = "enable_b2b_portal"
SYNC = "enable_smartbill_sync"


def is_on(switch: str) -> bool:
	return bool(frappe.db.get_single_value("B2B Settings", switch))
