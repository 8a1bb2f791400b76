"""Follows a proforma into its invoices and their payment: by a button, and on a schedule.

SmartBill tells of nothing by itself. It lists the invoices made from a proforma, by hand or from here, and the paid
amount of each. What is found is stored as SmartBill Invoice; a found number is never mistaken for the one of an
invoice that is being issued here at the same time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce

from erp_b2b_smartbill import audit, clock, features
from erp_b2b_smartbill.audit import origin
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.audit.managers import notify_managers
from erp_b2b_smartbill.exceptions import (
	AppError,
	Conflict,
	SmartBillCredentialsRefused,
	SmartBillRateLimited,
	SmartBillUnreachable,
)
from erp_b2b_smartbill.smartbill import accounts, claim, settling, states
from erp_b2b_smartbill.smartbill.accounts import AccountGate
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS, Client
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.kinds import INVOICE, PROFORMA
from erp_b2b_smartbill.smartbill.life import reaching
from erp_b2b_smartbill.smartbill.life.payment import PAID, Payment, read_payment, together
from erp_b2b_smartbill.smartbill.verdict import is_missing

FOUND = "Found in SmartBill"
FOLLOWED = states.IN_FORCE
# more invoices of one proforma than this are listed, but their payment is not asked for
MAX_INVOICES = 10

# what an invoice takes over from its proforma, however it was made
COPIED = (
	"quotation",
	"company",
	"party_type",
	"party",
	"customer",
	"customer_name",
	"account",
	"currency",
)

# of one scheduled pass
MAX_ROWS = 200
MAX_SECONDS = 900
MAX_FAILURES = 3

# How often, by the age of the proforma. A pass is hourly: a little less than the span, so that none is missed.
_MARGIN = timedelta(minutes=10)
FRESH, FRESH_EVERY = timedelta(days=7), timedelta(hours=1)
OLDER, OLDER_EVERY = timedelta(days=90), timedelta(days=1)
# what is paid, or has lain for three months, seldom changes; after a year nobody asks
LAST, LAST_EVERY = timedelta(days=365), timedelta(days=7)

Number = tuple[str, str]


def follow(doc: Any, *, lane: Lane = Lane.CLICK, gate: AccountGate | None = None) -> Any:
	"""The proforma with its invoices and their payment as SmartBill has them now.

	Raises what reaching.py raises, and Conflict when the proforma is not issued any more.
	"""
	deadline = time.monotonic() + CLICK_SECONDS if lane is Lane.CLICK else None
	own = claim.current_of(INVOICE, doc.name)
	if own and own.status in states.HOLDS_SERIES:
		# first what became of our own
		settling.look(own, lane=lane)
		doc = frappe.get_doc(doc.doctype, doc.name)
	account = reaching.account_to_read(doc.account)
	known = _issued_invoices(doc.name)
	client = reaching.client_of(account, doc.name, calls=1, lane=lane, gate=gate, deadline=deadline)
	listed = reaching.invoices_listed(account, client.invoices_of_proforma(doc.series, doc.number))
	if listed is None:
		return _note_missing(doc)
	payments: dict[Number, Payment] = {}
	gone: list[str] = []
	problem, failure = None, None
	for number in [*listed, *(key for key in known if key not in listed)][:MAX_INVOICES]:
		try:
			found = _ask_payment(account, client, number)
		except AppError as error:
			# what was learnt until now is kept
			problem, failure = error.message, error
			break
		if isinstance(found, Payment):
			payments[number] = found
		elif found is None and number in known and number not in listed:
			# not listed and not found: two signs
			gone.append(known[number])
		else:
			problem = found or _("SmartBill does not tell the payment of {0} {1}.").format(*number)
	doc = record(doc, listed, payments, gone, problem)
	if failure:
		raise failure
	return doc


def _ask_payment(account: Any, client: Client, number: Number) -> Payment | str | None:
	"""The payment of an invoice; None when SmartBill has no such invoice, or why it could not be read."""
	answer = reaching.answered(account, client.payment_status(*number))
	if answer.status == 200 and not answer.error_text:
		return read_payment(answer.body)
	return None if is_missing(answer) else answer.text


def record(
	doc: Any,
	listed: Iterable[Number],
	payments: Mapping[Number, Payment] | None = None,
	gone: Iterable[str] = (),
	problem: str | None = None,
) -> Any:
	"""Write down what SmartBill told of a proforma's invoices. `gone` are names of invoices it has no more."""
	listed = tuple(listed)
	_adopt_what_a_block_hid(doc, listed)

	def write(proforma: Any) -> None:
		before = {field: proforma.get(field) or None for field in _SHOWN}
		_write_invoices(proforma, listed, payments or {}, tuple(gone))
		_sum_up(proforma)
		claim.save(proforma)
		after = {field: proforma.get(field) or None for field in _SHOWN}
		if before != after:
			audit.record(audit.PROFORMA_FOLLOWED, proforma, before, after)

	values = {"followed_at": clock.now(), "follow_error": problem, "missing_since": None}
	return claim.change(doc.doctype, doc.name, None, values, allowed=FOLLOWED, also=write)


_SHOWN = ("status", "payment_status", "invoiced_total", "paid_amount")


def _adopt_what_a_block_hid(doc: Any, listed: tuple[Number, ...]) -> None:
	"""An attempt of ours that was answered by a block is taken for not created. If SmartBill lists exactly one invoice
	that nobody knows, it was."""
	own = claim.current_of(INVOICE, doc.name)
	new = [number for number in listed if not _invoice_with(doc.account, number)]
	if own and own.status in (states.QUEUED, states.REJECTED) and own.verify_from and len(new) == 1:
		series, number = new[0]
		claim.settle(
			claim.claim_of(own),
			states.ISSUED,
			INVOICE.events.adopted,
			note=_("Found in SmartBill among the invoices of the proforma."),
			series=series,
			number=number,
			answered_at=clock.now(),
			verdict="adopted",
		)


def _write_invoices(
	proforma: Any, listed: tuple[Number, ...], payments: Mapping[Number, Payment], gone: tuple[str, ...]
) -> None:
	own = claim.current_of(INVOICE, proforma.name)
	in_the_air = bool(own) and own.status in states.HOLDS_SERIES
	for number in listed:
		name = _invoice_with(proforma.account, number)
		if name is None and in_the_air:
			# it may be the one that is being issued: settling it tells
			continue
		invoice = frappe.get_doc(INVOICE.doctype, name, for_update=True) if name else _found(proforma, number)
		if invoice.proforma == proforma.name:
			_set_payment(invoice, payments.get(number))
	for name in gone:
		_write_gone(name)
	if listed and own and own.status == states.QUEUED:
		# it must not be sent any more
		own = frappe.get_doc(INVOICE.doctype, own.name, for_update=True)
		own.update(
			{"status": states.REJECTED, "error": _("Not sent: the proforma was invoiced in SmartBill.")}
		)
		claim.save(own)
		audit.record(audit.INVOICE_REJECTED, own, reason=own.error)


def _found(proforma: Any, number: Number) -> Any:
	now = clock.now()
	invoice = frappe.new_doc(INVOICE.doctype)
	invoice.update({field: proforma.get(field) for field in COPIED})
	invoice.update(
		{
			"proforma": proforma.name,
			"origin": FOUND,
			"status": states.ISSUED,
			"series": number[0],
			"number": number[1],
			"claimed_at": now,
			"answered_at": now,
		}
	)
	claim.save(invoice)
	audit.record(audit.INVOICE_FOUND, invoice, after={"series": number[0], "number": number[1]})
	return invoice


def _set_payment(invoice: Any, payment: Payment | None) -> None:
	values: dict[str, Any] = {"followed_at": clock.now(), "missing_since": None}
	if payment:
		values |= {
			"invoiced_total": float(payment.total),
			"paid_amount": float(payment.paid),
			"unpaid_amount": float(payment.unpaid),
			"payment_status": payment.status,
		}
	invoice.update(values)
	claim.save(invoice)


def _write_gone(name: str) -> None:
	invoice = frappe.get_doc(INVOICE.doctype, name, for_update=True)
	if invoice.status != states.ISSUED:
		return
	now = clock.now()
	text = _("SmartBill has no such invoice any more; somebody deleted it there.")
	invoice.update(
		{
			"status": states.CANCELLED,
			"cancelled_at": now,
			"missing_since": now,
			"error": text,
			"invoiced_total": 0,
			"paid_amount": 0,
			"unpaid_amount": 0,
			"payment_status": None,
		}
	)
	claim.save(invoice)
	audit.record(
		audit.INVOICE_MISSING, invoice, {"status": states.ISSUED}, {"status": invoice.status}, reason=text
	)


def _sum_up(proforma: Any) -> None:
	rows = frappe.get_all(
		INVOICE.doctype,
		{"proforma": proforma.name, "status": states.ISSUED},
		["invoiced_total", "paid_amount", "unpaid_amount", "payment_status"],
	)
	proforma.status = states.INVOICED if rows else states.ISSUED
	total = together(
		Payment(
			*(Decimal(str(row[field] or 0)) for field in ("invoiced_total", "paid_amount", "unpaid_amount"))
		)
		for row in rows
		if row.payment_status
	)
	complete = all(row.payment_status for row in rows)
	proforma.invoiced_total = float(total.total) if total else 0
	proforma.paid_amount = float(total.paid) if total else 0
	proforma.payment_status = total.status if total and complete else None


def _issued_invoices(proforma: str) -> dict[Number, str]:
	rows = frappe.get_all(
		INVOICE.doctype,
		{"proforma": proforma, "status": states.ISSUED, "number": ["is", "set"]},
		["name", "series", "number"],
	)
	return {(row.series, row.number): row.name for row in rows}


def _invoice_with(account: str, number: Number) -> str | None:
	key = states.document_key(account, *number)
	return frappe.db.get_value(INVOICE.doctype, {"document_key": key}, "name")


def _note_missing(doc: Any) -> Any:
	"""Somebody deleted the proforma in SmartBill. It stays as it is here: cancelling it is a person's decision."""
	now = clock.now()
	text = _(
		"SmartBill has no proforma {0} any more; somebody deleted it there. Cancel it here as well."
	).format(doc.full_number)
	first = not doc.missing_since
	values: dict[str, Any] = {
		"followed_at": now,
		"missing_since": doc.missing_since or now,
		"follow_error": text,
	}
	if first:
		values["notices"] = "\n".join(filter(None, (doc.notices, text)))
	event = audit.PROFORMA_MISSING if first else None
	doc = claim.change(doc.doctype, doc.name, event, values, allowed=FOLLOWED, reason=text)
	if first:
		notify_managers(doc, text)
	return doc


# by itself


def follow_due() -> None:
	"""Scheduled every hour: the proformas that were not asked about for longest, as far as SmartBill's limits go."""
	if not features.is_on(features.PROFORMA):
		return
	now = clock.now()
	started = time.monotonic()
	gates: dict[str, AccountGate | None] = {}
	failures: dict[str, int] = {}
	for name, account in due(now, accounts.working_alone()):
		if time.monotonic() - started > MAX_SECONDS:
			return
		# fresh: what an earlier one's calls took may have changed this one
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		if account not in gates:
			gates[account] = AccountGate(account, Lane.BULK, MAX_SECONDS)
		if gates[account] is None:
			continue
		try:
			# nobody asked for it
			with origin.within(origin.SYSTEM):
				follow(frappe.get_doc(PROFORMA.doctype, name), lane=Lane.BULK, gate=gates[account])
			failures[account] = 0
		except (SmartBillRateLimited, SmartBillCredentialsRefused):
			gates[account] = None
		except Conflict:
			# changed by somebody meanwhile, or the account was switched off
			frappe.db.rollback()
		except AppError as error:
			_note_failure(name, error.message)
			failures[account] = failures.get(account, 0) + 1
			if isinstance(error, SmartBillUnreachable) and failures[account] >= MAX_FAILURES:
				gates[account] = None
		except Exception:
			frappe.db.rollback()
			frappe.clear_messages()
			log_masked_error("A SmartBill proforma could not be followed")
			_note_failure(name, _("It could not be followed; see the Error Log."))


def due(now: datetime, of: list[str]) -> list[tuple[str, str]]:
	"""(name, account) of the proformas of these accounts to ask about now, the longest not asked about first."""
	if not of:
		return []
	doc = frappe.qb.DocType(PROFORMA.doctype)

	def not_since(every: timedelta) -> Any:
		return doc.followed_at.isnull() | (doc.followed_at <= now - every + _MARGIN)

	open_ = Coalesce(doc.payment_status, "") != PAID
	there = doc.missing_since.isnull()
	query = (
		frappe.qb.from_(doc)
		.select(doc.name, doc.account)
		.where(doc.account.isin(of))
		.where(doc.status.isin(FOLLOWED))
		.where(doc.number.isnotnull() & (doc.number != ""))
		.where(doc.claimed_at > now - LAST)
		.where(
			((doc.claimed_at > now - FRESH) & open_ & there & not_since(FRESH_EVERY))
			| ((doc.claimed_at > now - OLDER) & open_ & not_since(OLDER_EVERY))
			| not_since(LAST_EVERY)
		)
		# a proforma that was never asked about first, on every database
		.orderby(Coalesce(doc.followed_at, datetime(2000, 1, 1)))
		.limit(MAX_ROWS)
	)
	return [(name, account) for name, account in query.run()]


def _note_failure(name: str, text: str) -> None:
	"""So that it does not come first in every pass."""
	frappe.db.rollback()
	try:
		values = {"followed_at": clock.now(), "follow_error": text}
		claim.change(PROFORMA.doctype, name, None, values, allowed=FOLLOWED)
	except Conflict:
		pass
