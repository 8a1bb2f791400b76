"""REST: one client of SmartBill, and whose Customer it is."""

from __future__ import annotations

from typing import Any

import frappe

from erp_b2b_smartbill.api.given import given_text
from erp_b2b_smartbill.smartbill.clients import by_hand

OK = 200


def link(client: str) -> tuple[dict[str, Any], int]:
	"""200: {customer, note} is the client's Customer."""
	return _view(by_hand.link(client, given_text("customer"), given_text("note"))), OK


def unlink(client: str) -> tuple[dict[str, Any], int]:
	"""200: the client has no Customer, and the sync gives it none; {note}."""
	return _view(by_hand.unlink(client, given_text("note"))), OK


def release(client: str) -> tuple[dict[str, Any], int]:
	"""200: the sync decides about the client again."""
	return _view(by_hand.release(client)), OK


def _view(client: Any) -> dict[str, Any]:
	return {
		"name": client.name,
		"client_name": client.client_name,
		"customer": client.customer or None,
		"keep_unlinked": bool(frappe.db.get_value("SmartBill Client", client.name, "keep_unlinked")),
	}
