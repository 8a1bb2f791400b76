"""The SmartBill Account of a company, opened for use."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill.client import Access

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount


def account_of(company: str) -> SmartBillAccount | None:
	"""The company's account when there is one and it is switched on."""
	name = frappe.db.get_value("SmartBill Account", {"company": company, "enabled": 1})
	return frappe.get_doc("SmartBill Account", name) if name else None


def allowed_hosts() -> tuple[str, ...]:
	"""Hosts beside SmartBill's own, from site_config.json: only the server's administrator names them."""
	return tuple(frappe.conf.get("smartbill_allowed_hosts") or ())


def access_to(account: SmartBillAccount) -> Access:
	"""Raises what Frappe raises when the token cannot be decrypted, as after restoring a backup."""
	return Access(
		email=account.email,
		token=account.get_password("token"),
		cif=account.cif,
		api_url=account.api_url,
		connect_timeout=account.connect_timeout,
		read_timeout=account.read_timeout,
		allowed_hosts=allowed_hosts(),
	)


def seconds_blocked(account: SmartBillAccount) -> int:
	"""For how long SmartBill wants no call of this account; 0 when it may be called."""
	if not account.blocked_until:
		return 0
	left = frappe.utils.get_datetime(account.blocked_until) - clock.now()
	return max(0, int(left.total_seconds()))


def block(account: SmartBillAccount, seconds: int) -> None:
	"""Remember a throttle answer for every worker; the caller commits. A call during a block prolongs it
	(docs/smartbill-api.md 4)."""
	until = clock.now() + timedelta(seconds=seconds)
	account.blocked_until = until
	frappe.db.set_value("SmartBill Account", account.name, "blocked_until", until, update_modified=False)
