"""The states of a SmartBill document, and what a claim that nobody settled means. Pure.

Live is everything but Rejected and Cancelled: a Quotation has at most one live proforma, a proforma one live invoice
(a unique key says so).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

QUEUED = "Queued"
SENDING = "Sending"
ISSUED = "Issued"
DRAFT = "Draft"
REJECTED = "Rejected"
UNKNOWN = "Unknown"
CANCELLED = "Cancelled"
INVOICED = "Invoiced"

NOT_LIVE = (REJECTED, CANCELLED)
# nothing of it is in SmartBill as far as anybody knows: it may be sent (again)
SENDABLE = (QUEUED, REJECTED)
# one at a time in a series: while one of these is not settled, the next number proves nothing
HOLDS_SERIES = (SENDING, UNKNOWN)
SETTLED = (ISSUED, DRAFT, INVOICED, CANCELLED)
# there is a document with a number in SmartBill
NUMBERED = (ISSUED, INVOICED, CANCELLED)
# and it was not cancelled
IN_FORCE = (ISSUED, INVOICED)

# Longer than the slowest create may take (docs/smartbill-api.md 4 and 5.3): a claim older than this has lost its
# worker.
LEASE = timedelta(seconds=180)

Step = Literal["show", "send", "lost"]


def next_step(status: str, claimed_at: datetime | None, sent_at: datetime | None, now: datetime) -> Step:
	"""What pressing the button does to an existing document.

	"send": nothing of it can have reached SmartBill, it may be claimed (again). "lost": its worker died after
	sending; it is Unknown and never sent again by itself. "show": it is settled, or somebody is at it.
	"""
	if status in SENDABLE:
		return "send"
	if status == SENDING and _lease_is_over(sent_at or claimed_at, now):
		return "lost" if sent_at else "send"
	return "show"


def shown_status(status: str, claimed_at: datetime | None, sent_at: datetime | None, now: datetime) -> str:
	"""The status as a reader should see it, before anybody has written down that a claim was lost."""
	step = next_step(status, claimed_at, sent_at, now)
	if step == "lost":
		return UNKNOWN
	return QUEUED if status == SENDING and step == "send" else status


def _lease_is_over(since: datetime | None, now: datetime) -> bool:
	# stored moments are local: in the hour after summer time ends, a claim can seem to lie in the future
	return since is None or not timedelta(0) <= now - since < LEASE


def series_key(account: str, series: str) -> str:
	"""What only one document in the air, or of unknown outcome, may have at a time. Unique."""
	return f"{account}/{series}"


def document_key(account: str, series: str, number: str) -> str:
	"""What makes a SmartBill document one: no number of a series is adopted twice. Unique on the proforma."""
	return f"{account}/{series}/{number}"
