"""The first version knew neither modes of an account nor parties that are no Customers, kept no number as a value to
compare by, and let several documents of a series be unknown at once. What it wrote is completed; nothing changes."""

from __future__ import annotations

from typing import Any

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.patches.note_enabled_accounts import ACCOUNT, WAS_ENABLED
from erp_b2b_smartbill.smartbill import modes, states
from erp_b2b_smartbill.smartbill.verdict import as_number

PROFORMA = "SmartBill Proforma"
CHUNK = 1000


def execute() -> None:
	give_modes()
	complete_proformas()


def give_modes() -> None:
	"""An account that was enabled gave numbers: it is Live, but on no site yet. Nothing is sent until a person has
	switched Live on: this may be a copy of the site."""
	if frappe.db.has_column(ACCOUNT, "enabled"):
		table = frappe.qb.DocType(ACCOUNT)
		frappe.qb.update(table).set(table.mode, modes.LIVE).set(table.enabled, 1).where(
			table.enabled == WAS_ENABLED
		).run()


def complete_proformas() -> None:
	held = set(frappe.get_all(PROFORMA, {"series_key": ["is", "set"]}, pluck="series_key"))
	last = ""
	while rows := frappe.get_all(
		PROFORMA,
		{"name": [">", last], "party_type": ["is", "not set"]},
		["name", "quotation", "customer", "account", "series", "number", "status"],
		order_by="name asc",
		limit=CHUNK,
	):
		quotations = ["in", [row.quotation for row in rows]]
		names = {
			quotation.name: quotation.customer_name
			for quotation in frappe.get_all("Quotation", {"name": quotations}, ["name", "customer_name"])
		}
		frappe.db.bulk_update(
			PROFORMA,
			{row.name: _completed(row, names.get(row.quotation), held) for row in rows},
			update_modified=False,
		)
		last = rows[-1].name


def _completed(row: Any, customer_name: str | None, held: set[str]) -> dict[str, Any]:
	"""`held`: the series in which a document stands already, in the air or unknown."""
	key = None
	if row.status in states.HOLDS_SERIES:
		key = states.series_key(row.account, row.series)
		key = None if key in held else key
		held.add(key or "")
	return {
		"party_type": "Customer",
		"party": row.customer,
		"customer_name": customer_name,
		"origin": "Issued here",
		"is_draft": int(row.status == states.DRAFT),
		"number_value": as_number(row.number) or 0,
		"series_key": key,
		# nobody looked after it by itself
		"next_look_at": clock.now() if row.status == states.UNKNOWN else None,
	}
