"""What fills the form by itself: the company from the tax office, and names of cities."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import frappe

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.anaf.lookup import look_up
from erp_b2b_smartbill.audit.errors import log_masked_error

MAX_CITIES = 20
NOTHING: dict[str, Any] = {"state": "unavailable", "company": None}

# what the tax office publishes and the form has a field for
SHOWN = (
	"cui",
	"name",
	"reg_com",
	"vat_payer",
	"county",
	"city",
	"address_line",
	"postal_code",
	"inactive",
	"struck_off",
)


def company(cui: str) -> dict[str, Any]:
	"""{state: found | unknown | unavailable | invalid, company}. Never raises: the form is filled in by hand then."""
	digits = romania.cui_digits(cui)
	if not digits or not romania.is_valid_cui(digits):
		return {"state": "invalid", "company": None}
	# nobody waits for the network with an open snapshot
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	try:
		found = look_up(digits)
	except Exception:
		frappe.db.rollback()
		log_masked_error("ANAF look-up failed")
		return NOTHING
	if not found.company:
		return {"state": found.state, "company": None}
	known = asdict(found.company)
	return {"state": found.state, "company": {field: known.get(field) for field in SHOWN}}


def cities(county: str, typed: str) -> list[str]:
	"""Cities that begin with what was typed, from the site's addresses in that county; Bucharest has its sectors."""
	name = romania.county(county)
	if name == romania.BUCHAREST:
		return [f"Sector {number}" for number in range(1, 7)]
	typed = typed.strip()[:40]
	if not name or len(typed) < 2:
		return []
	like = typed.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
	address = frappe.qb.DocType("Address")
	rows = (
		frappe.qb.from_(address)
		.select(address.city)
		.distinct()
		.where(address.county.isin([name, name.upper()]))
		.where(address.city.like(f"{like}%"))
		.limit(MAX_CITIES)
		.run()
	)
	return sorted(row[0] for row in rows)
