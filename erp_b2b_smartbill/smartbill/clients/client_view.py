"""A client of SmartBill as people see it, and a Customer as SmartBill's client. Writes nothing."""

from __future__ import annotations

from typing import Any

import frappe

from erp_b2b_smartbill.doctype.customer_external_link.customer_external_link import SMARTBILL
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT, OPEN
from erp_b2b_smartbill.smartbill.clients.links import LINK
from erp_b2b_smartbill.smartbill.clients.store import CLIENT

MAX_CONFLICTS = 20


def headline(doc: Any) -> dict[str, Any]:
	"""What the client's own form says at its top."""
	return {
		"customer_name": frappe.db.get_value("Customer", doc.customer, "customer_name")
		if doc.customer
		else None,
		"conflicts": frappe.get_all(
			CONFLICT,
			{"client": doc.name, "status": OPEN},
			["name", "kind"],
			order_by="kind",
			limit=MAX_CONFLICTS,
		),
	}


def of_customer(customer: str) -> list[dict[str, Any]]:
	"""The clients that a Customer is, one for each account. `conflicts` are names, for whoever may decide them."""
	clients = frappe.get_all(
		CLIENT, {"customer": customer}, ["name", "account", "external_id", "status"], order_by="account"
	)
	return [_of_customer(customer, client) for client in clients]


def _of_customer(customer: str, client: Any) -> dict[str, Any]:
	conflicts = frappe.get_all(
		CONFLICT,
		{"client": client.name, "status": OPEN},
		pluck="name",
		order_by="opened_at",
		limit=MAX_CONFLICTS,
	)
	synced = frappe.db.get_value(
		LINK,
		{
			"customer": customer,
			"provider": SMARTBILL,
			"account": client.account,
			"external_id": client.external_id,
		},
		"last_sync_at",
	)
	return {
		"client": client.name,
		"account": client.account,
		"status": client.status,
		"last_sync_at": str(synced) if synced else None,
		"open_conflicts": len(conflicts),
		"conflicts": conflicts if frappe.has_permission(CONFLICT, "read") else [],
	}
