"""What the tax office says of an applicant, as the registration keeps it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.anaf.lookup import look_up
from erp_b2b_smartbill.audit.errors import log_masked_error


def anaf_facts(cui_digits: str, *, fresh: bool = False) -> dict[str, Any]:
	"""What the tax office says, as the registration's fields. Never raises; holds no lock and no snapshot meanwhile."""
	if not cui_digits:
		return {"anaf_state": None, "anaf_at": None, "anaf_facts": None}
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	try:
		found = look_up(cui_digits, fresh=fresh)
	except Exception:
		frappe.db.rollback()
		log_masked_error("ANAF look-up failed")
		return {"anaf_state": "unavailable", "anaf_at": clock.now(), "anaf_facts": None}
	return {
		"anaf_state": found.state,
		"anaf_at": found.at or clock.now(),
		"anaf_facts": json.dumps(asdict(found.company), ensure_ascii=False, default=str)
		if found.company
		else None,
	}
