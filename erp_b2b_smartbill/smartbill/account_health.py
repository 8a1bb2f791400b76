"""How an account is doing, for its form: its mode, the gate, what blocks it, what waits for a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill import accounts, modes, spare, states
from erp_b2b_smartbill.smartbill.gate import MAX_CALLS
from erp_b2b_smartbill.smartbill.kinds import KINDS
from erp_b2b_smartbill.smartbill.picklists import as_dict, stored_lists

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

MAX_UNKNOWN = 20


def health(account: SmartBillAccount) -> dict[str, Any]:
	"""`live_here` is None where the account is not Live; `refusal` is the sentence that says why nothing is sent."""
	is_live = account.mode == modes.LIVE
	foreign = modes.foreign(account) if is_live else None
	return {
		"mode": account.mode,
		"live_here": (foreign is None) if is_live else None,
		"refusal": foreign or modes.refusal(account),
		"live_url": account.live_url,
		"live_since": account.live_since,
		"paused": bool(account.paused),
		"pause_reason": account.pause_reason,
		"calls_10_s": _calls(account.name, timedelta(seconds=10)),
		"calls_10_min": _calls(account.name, timedelta(minutes=10)),
		"limit_10_s": MAX_CALLS,
		"blocked_until": account.blocked_until,
		"blocked_seconds": accounts.seconds_blocked(account),
		"last_error": _last_error(account.name),
		"unknown": _unknown(account.name),
		"counter_notice": account.counter_notice,
		"lists": as_dict(stored_lists(account.lists)),
		"lists_read_at": account.lists_read_at,
		"can_switch_series": bool(
			account.spare_series
			and spare.unknown_holder(account.name, account.proforma_series)
			and not spare.holder(account.name, account.spare_series)
		),
	}


def _calls(account: str, since: timedelta) -> int:
	return frappe.db.count("SmartBill Call", {"account": account, "called_at": [">", clock.now() - since]})


def _last_error(account: str) -> dict[str, Any] | None:
	found = frappe.get_all(
		"SmartBill Call",
		{"account": account, "failed": 1},
		["name", "called_at", "operation", "http_status", "failure"],
		order_by="called_at desc, creation desc",
		limit=1,
	)
	return found[0] if found else None


def _unknown(account: str) -> list[dict[str, Any]]:
	"""What holds a series: documents of unknown outcome, and those in the air."""
	rows = []
	for doctype in KINDS:
		for row in frappe.get_all(
			doctype,
			{"account": account, "status": ["in", states.HOLDS_SERIES]},
			["name", "series", "status", "expected_number", "claimed_at", "quotation", "needs_person"],
			order_by="claimed_at",
			limit=MAX_UNKNOWN,
		):
			rows.append({"doctype": doctype, **row})
	return rows
