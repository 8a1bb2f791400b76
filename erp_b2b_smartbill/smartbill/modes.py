"""Whether this site may change anything in SmartBill for an account.

Live is bound to the address of the site and to a random id in its site_config.json: a copy of the site, or a backup
restored elsewhere, carries the account with it but not these two, and must not issue documents of its own. A backup
restored in place carries both; it is known by the numbers that the site has sent since, see high_water.py.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import frappe
from frappe import _
from frappe.installer import update_site_config

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.smartbill import high_water

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

OFF = "Off"
DRAFT = "Draft"
LIVE = "Live"

SITE_ID = "smartbill_site_id"


def refusal(account: SmartBillAccount, *, numbered: bool = False) -> str | None:
	"""Why nothing may be written to SmartBill for this account now, as a sentence; None when it may.

	In mode Draft a draft may be made, and nothing else: `numbered` asks for a document with a number, or for a change
	of one (cancel, restore, e-mail, invoice).
	"""
	if account.mode == OFF:
		return _("The SmartBill Account {0} is switched off.").format(account.name)
	if account.paused:
		return _("The SmartBill Account {0} is paused: {1}").format(account.name, account.pause_reason or "")
	if account.mode == LIVE:
		return foreign(account)
	if numbered:
		return _("The SmartBill Account {0} is in mode Draft: only drafts are made in SmartBill.").format(
			account.name
		)
	return None


def foreign(account: SmartBillAccount) -> str | None:
	"""Why this site is not the one that the account is Live on, as a sentence; None when it is."""
	if not is_bound_here(account):
		return _(
			"The SmartBill Account {0} is Live on another site ({1}): this one looks like a copy or a restored backup. "
			"Nothing is sent. If this is the real site, switch Live on here."
		).format(account.name, account.live_url or "-")
	try:
		behind = numbers_behind(account)
	except high_water.Unreadable:
		return _(
			"The file {0} in the site's folder cannot be read: it tells which numbers this site has sent. "
			"Nothing is sent until Live is switched on again."
		).format(high_water.FILE)
	if behind:
		series, (sent, known) = next(iter(behind.items()))
		return _(
			"The database is older than what this site has sent: it knows the numbers of {0} up to {1}, and {2} was "
			"sent. It looks like a restored backup. Nothing is sent; to go on, switch Live on again."
		).format(series_of(series), known, sent)
	return None


def may_work_alone(account: SmartBillAccount) -> bool:
	"""Whether scheduled work may speak to SmartBill for this account without a person asking, be it only to read."""
	if account.mode == OFF or account.paused:
		return False
	if account.mode == LIVE or account.live_site_id:
		return foreign(account) is None
	return True


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


def site_url() -> str:
	"""The site's configured address, the same in a request, in a job and on the command line."""
	return str(frappe.conf.get("host_name") or frappe.local.site).rstrip("/")


# the numbers sent


def series_name(series_type: str, series: str) -> str:
	"""What a series is noted under: several kinds of documents may share its name."""
	return f"{series_type}/{series}"


def series_of(name: str) -> str:
	return name.split("/", 1)[1]


def note_sent(account: str, series_type: str, series: str, number: int) -> None:
	"""Called just before a document is sent, with nothing uncommitted: remember in the database and outside it how far
	the series has come. Never raises: the document is claimed already, and this is the second lock on the door."""
	if not number:
		# a draft takes none
		return
	name = series_name(series_type, series)
	try:
		ledger = _ledger(account)
		if _note_in_database(account, name, number, high_water.highest(ledger).get(name, 0)):
			high_water.note(ledger, name, number)
	except Exception:
		frappe.db.rollback()
		log_masked_error("The highest number sent could not be kept")


def numbers_behind(account: SmartBillAccount) -> dict[str, tuple[int, int]]:
	"""The series in which this site has sent more than its database knows: series -> (sent, known). Raises
	high_water.Unreadable."""
	outside = high_water.highest(_ledger(account.name, account.creation))
	behind = _behind(outside, account.sent_numbers)
	if behind:
		# what was sent since the account was read stands in the file already; a locking read sees the newest row
		now = frappe.db.get_value("SmartBill Account", account.name, "sent_numbers", for_update=True)
		behind = _behind(outside, now)
	return behind


def _behind(outside: dict[str, int], stored: str | None) -> dict[str, tuple[int, int]]:
	known = _sent_numbers(stored)
	return {
		name: (number, known.get(name, 0)) for name, number in outside.items() if number > known.get(name, 0)
	}


def accept_numbers(account: SmartBillAccount, numbers: dict[str, int]) -> None:
	"""A person has looked at what this site did not know: from here on the database and the file agree on at least
	these numbers. The caller saves and commits."""
	known = _sent_numbers(account.sent_numbers)
	try:
		outside = high_water.highest(_ledger(account.name, account.creation))
	except high_water.Unreadable:
		outside = {}
	highest = {
		name: max(known.get(name, 0), outside.get(name, 0), numbers.get(name, 0))
		for name in {*known, *outside, *numbers}
	}
	account.sent_numbers = json.dumps(highest, sort_keys=True)
	high_water.replace(_ledger(account.name, account.creation), highest)


def _note_in_database(account: str, name: str, number: int, outside: int) -> bool:
	"""False when the file knows more: what is being restored must not heal by itself, and the gate stops the call."""
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	stored = frappe.db.get_value("SmartBill Account", account, "sent_numbers", for_update=True)
	known = _sent_numbers(stored)
	if outside > known.get(name, 0):
		frappe.db.rollback()
		return False
	if number > known.get(name, 0):
		known[name] = number
		frappe.db.set_value(
			"SmartBill Account",
			account,
			"sent_numbers",
			json.dumps(known, sort_keys=True),
			update_modified=False,
		)
	# before the file: a worker that dies between the two must not leave a file that knows more
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return True


def _ledger(account: str, created: object = None) -> str:
	"""An account that was deleted and made again under its name begins anew; a restored one is the same."""
	created = created or frappe.db.get_value("SmartBill Account", account, "creation")
	return f"{account} ({frappe.utils.get_datetime(created).isoformat()})"


def _sent_numbers(stored: str | None) -> dict[str, int]:
	return json.loads(stored or "{}")
