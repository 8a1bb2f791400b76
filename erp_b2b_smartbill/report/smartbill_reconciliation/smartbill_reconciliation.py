"""Which Customers and clients of SmartBill are the same, which are on one side only, and which disagree."""

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import features
from erp_b2b_smartbill.permissions import SYNCERS, require_role
from erp_b2b_smartbill.smartbill.clients import reconciliation
from erp_b2b_smartbill.smartbill.clients.reconciliation import (
	DIFFERENT,
	EQUAL,
	IN_ERPNEXT,
	IN_SMARTBILL,
	STATES,
	Wanted,
)

COLOURS = {IN_ERPNEXT: "Blue", IN_SMARTBILL: "Blue", DIFFERENT: "Red", EQUAL: "Green"}


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Called by Frappe: (columns, rows, message, chart, summary)."""
	require_role(*SYNCERS)
	if not features.is_on(features.SYNC):
		return _columns(), [], _("Reading SmartBill's clients is switched off."), None, []
	given = frappe._dict(filters or {})
	wanted = Wanted(
		account=str(given.account or ""),
		search=str(given.search or "").strip(),
		state=given.state if given.state in STATES else "",
	)
	counts = reconciliation.counts(wanted)
	rows = reconciliation.rows(wanted)
	labels = _labels()
	for row in rows:
		row["state_label"] = labels[row["state"]]
		row["differences"] = ", ".join(_(kind) for kind in row["differences"])
	total = counts[wanted.state] if wanted.state else sum(counts.values())
	message = None
	if total > len(rows):
		message = _("{0} of {1} rows are shown: choose an account or a state, or search.").format(
			len(rows), total
		)
	summary = [
		{"value": counts[state], "label": labels[state], "datatype": "Int", "indicator": COLOURS[state]}
		for state in STATES
	]
	return _columns(), rows, message, None, summary


def _labels() -> dict[str, str]:
	return {
		IN_ERPNEXT: _("In ERPNext only"),
		IN_SMARTBILL: _("In SmartBill only"),
		DIFFERENT: _("Linked and different"),
		EQUAL: _("Linked and equal"),
	}


def _columns() -> list[dict[str, Any]]:
	def column(fieldname: str, label: str, width: int, link: str = "") -> dict[str, Any]:
		kind = {"fieldtype": "Link", "options": link} if link else {"fieldtype": "Data", "align": "left"}
		return {"fieldname": fieldname, "label": label, "width": width, **kind}

	return [
		column("state_label", _("State"), 160),
		column("customer", _("Customer"), 160, "Customer"),
		column("customer_name", _("Name in ERPNext"), 200),
		column("client_name", _("Name in SmartBill"), 200),
		column("differences", _("Differences"), 170),
		column("conflict", _("Conflict"), 120, "Customer Sync Conflict"),
		column("tax_id", _("Tax ID"), 120),
		column("vat_code", _("Fiscal code"), 120),
		column("client", _("SmartBill Client"), 130, "SmartBill Client"),
		column("account", _("SmartBill Account"), 160, "SmartBill Account"),
		{**column("last_seen_at", _("Last seen in SmartBill"), 160), "fieldtype": "Datetime"},
	]
