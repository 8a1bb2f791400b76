"""What happens by itself: unknown outcomes are looked after, lost claims written down, missing PDFs fetched.

Each pass takes the time from clock.py once, works through a bounded number of rows and stops early rather than run
into the next pass. An account that is not this site's own (a copy, a restored backup) is left alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import frappe

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.smartbill import accounts, claim, counters, modes, pdf, settling, states
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.kinds import KINDS

MAX_ROWS = 50
MAX_SECONDS = 200
MAX_PDF_TRIES = 10
# a click fetches its own PDF
PDF_AFTER = timedelta(minutes=2)


def settle_due() -> None:
	"""Scheduled every minute."""
	if not features.is_on(features.PROFORMA):
		return
	now = clock.now()
	started = time.monotonic()
	working = accounts.working_alone()
	reachable = [name for name in working if frappe.get_doc("SmartBill Account", name).has_allowed_url()]
	for step, of in (
		(_write_off_the_lost, working),
		(_look_after_unknowns, reachable),
		(_fetch_missing_pdfs, reachable),
	):
		if of:
			step(now, ["in", of], lambda: time.monotonic() - started > MAX_SECONDS)


def survey_counters() -> None:
	"""Scheduled every ten minutes: tells of numbers that somebody else gave, and of second documents of an offer."""
	if not features.is_on(features.PROFORMA):
		return
	for name in frappe.get_all("SmartBill Account", {"mode": modes.LIVE}, pluck="name"):
		account = frappe.get_doc("SmartBill Account", name)
		if not modes.may_work_alone(account) or not account.has_allowed_url():
			continue
		if accounts.seconds_blocked(account):
			continue
		try:
			# nothing may be held open on the network
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
			counters.survey(account, accounts.connect(account, lane=Lane.BULK))
		except Exception:
			frappe.db.rollback()
			frappe.clear_messages()
			log_masked_error("The survey of a SmartBill series failed")


def _write_off_the_lost(now: datetime, account: Any, late: Callable[[], bool]) -> None:
	before = now - states.LEASE
	for doctype in KINDS:
		names = frappe.get_all(
			doctype,
			{"account": account, "status": states.SENDING, "claimed_at": ["<=", before]},
			pluck="name",
			limit=MAX_ROWS,
			order_by="claimed_at",
		)
		_each(doctype, names, late, claim.write_off)


def _look_after_unknowns(now: datetime, account: Any, late: Callable[[], bool]) -> None:
	for doctype in KINDS:
		names = frappe.get_all(
			doctype,
			{
				"account": account,
				"status": states.UNKNOWN,
				"needs_person": 0,
				"next_look_at": ["<=", now],
			},
			pluck="name",
			limit=MAX_ROWS,
			order_by="next_look_at",
		)
		_each(doctype, names, late, lambda doc: settling.look(doc, lane=Lane.BULK))


def _fetch_missing_pdfs(now: datetime, account: Any, late: Callable[[], bool]) -> None:
	for doctype in KINDS:
		names = frappe.get_all(
			doctype,
			{
				"account": account,
				"status": ["in", states.IN_FORCE],
				"pdf": ["is", "not set"],
				"pdf_tries": ["<", MAX_PDF_TRIES],
				"answered_at": ["<=", now - PDF_AFTER],
			},
			pluck="name",
			limit=MAX_ROWS,
			order_by="answered_at desc",
		)
		_each(doctype, names, late, lambda doc: pdf.with_pdf(doc, Lane.BULK))


def _each(doctype: str, names: list[str], late: Callable[[], bool], work: Callable[[Any], Any]) -> None:
	"""Do the work for each document on its own: one that fails does not stop the others."""
	for name in names:
		if late():
			return
		try:
			# fresh: what an earlier document's calls took may have changed this one
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
			work(frappe.get_doc(doctype, name))
		except Exception:
			frappe.db.rollback()
			frappe.clear_messages()
			log_masked_error(f"Scheduled work on {doctype} failed")
