"""A proforma that outlives its Quotation: the one of the Quotation that was cancelled and amended."""

from __future__ import annotations

from typing import Any

import frappe

from erp_b2b_smartbill.smartbill import claim, states

MAX_AMENDMENTS = 50


def living_predecessor(quotation: Any) -> Any:
	"""The live proforma of the nearest Quotation that this one was amended from, or None."""
	name = quotation.get("amended_from")
	for _step in range(MAX_AMENDMENTS):
		if not name:
			return None
		proforma = claim.current(name)
		if proforma and proforma.status not in (*states.NOT_LIVE, states.QUEUED):
			return proforma
		name = frappe.db.get_value("Quotation", name, "amended_from")
	return None
