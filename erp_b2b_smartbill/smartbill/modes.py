"""Whether this site may change anything in SmartBill for an account.

Live is bound to the address of the site and to a random id in its site_config.json: a copy of the site, or a backup
restored elsewhere, carries the account with it but not these two, and must not issue documents of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe
from frappe import _
from frappe.installer import update_site_config

from erp_b2b_smartbill import clock

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

OFF = "Off"
DRAFT = "Draft"
LIVE = "Live"

SITE_ID = "smartbill_site_id"


def refusal(account: SmartBillAccount) -> str | None:
	"""Why nothing may be written to SmartBill for this account now, as a sentence; None when it may."""
	if account.mode == OFF:
		return _("The SmartBill Account {0} is switched off.").format(account.name)
	if account.paused:
		return _("The SmartBill Account {0} is paused: {1}").format(account.name, account.pause_reason or "")
	if account.mode == LIVE and not is_bound_here(account):
		return _(
			"The SmartBill Account {0} is Live on another site ({1}): this one looks like a copy or a restored backup. "
			"Nothing is sent. If this is the real site, switch Live on here."
		).format(account.name, account.live_url or "-")
	return None


def is_bound_here(account: SmartBillAccount) -> bool:
	site_id = frappe.conf.get(SITE_ID)
	return bool(site_id) and account.live_site_id == site_id and account.live_url == site_url()


def bind(account: SmartBillAccount) -> None:
	"""Make an account Live on this site. The caller saves and commits."""
	site_id = frappe.conf.get(SITE_ID) or frappe.generate_hash(length=20)
	if not frappe.conf.get(SITE_ID):
		update_site_config(SITE_ID, site_id)
	account.mode = LIVE
	account.live_url = site_url()
	account.live_site_id = site_id
	account.live_since = clock.now()


def note_sent(account: str, series_type: str, series: str, number: int) -> None:
	"""Called just before a document is sent: remember outside the database how far the series has come."""


def may_work_alone(account: SmartBillAccount) -> bool:
	"""Whether scheduled work may speak for this account without a person asking."""
	return account.mode != OFF and (account.mode != LIVE or is_bound_here(account))


def site_url() -> str:
	"""The site's configured address, the same in a request, in a job and on the command line."""
	return str(frappe.conf.get("host_name") or frappe.local.site).rstrip("/")
