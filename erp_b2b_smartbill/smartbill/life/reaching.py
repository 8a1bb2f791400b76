"""Speaking to SmartBill about a document that exists: with whose account, and what an answer means for who waits.

The account is the document's own, which may be another one than the company's present one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import (
	AppError,
	Conflict,
	SmartBillCredentialsRefused,
	SmartBillRateLimited,
	SmartBillRefused,
	SmartBillUnreachable,
	invalid,
)
from erp_b2b_smartbill.smartbill import accounts, modes
from erp_b2b_smartbill.smartbill.accounts import LONG_PATIENCE_S, AccountGate
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS, Client
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.hints import explain_failure, hint_for
from erp_b2b_smartbill.smartbill.settling import invoices_in
from erp_b2b_smartbill.smartbill.verdict import NoAnswer, block_seconds, is_missing

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount


def account_to_read(name: str) -> SmartBillAccount:
	"""The account, if SmartBill may be asked with it now. Raises Conflict, NotReady, SmartBillRateLimited."""
	account = frappe.get_doc("SmartBill Account", name)
	if account.mode == modes.OFF:
		raise _not_live(account, _("The SmartBill Account {0} is switched off.").format(name))
	accounts.require_allowed_url(account)
	if seconds := accounts.seconds_blocked(account):
		raise _blocked(seconds)
	return account


def account_to_change(name: str) -> SmartBillAccount:
	"""The account, if documents with a number may be changed in SmartBill with it now. Raises as `account_to_read`."""
	account = account_to_read(name)
	if refusal := modes.refusal(account, numbered=True):
		raise _not_live(account, refusal)
	return account


def client_of(
	account: SmartBillAccount,
	about: str | None,
	*,
	calls: int,
	lane: Lane = Lane.CLICK,
	deadline: float | None = None,
	gate: AccountGate | None = None,
) -> Client:
	"""A client for `calls` calls that belong together: there is room for all of them, or SmartBillRateLimited."""
	if deadline is None and lane is Lane.CLICK:
		# a person waits for the gate as well
		deadline = time.monotonic() + CLICK_SECONDS
	# nothing may be held open on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	gate = gate or AccountGate(account.name, lane, LONG_PATIENCE_S[lane])
	if refused := gate.reserve(calls):
		account.reload()
		raise _blocked(accounts.seconds_blocked(account)) if account.blocked_until else _too_many(refused)
	return accounts.connect(account, about, gate=gate, deadline=deadline)


def answered(account: SmartBillAccount, answer: Answer | NoAnswer) -> Answer:
	"""An answer that means something; otherwise an error that says that nothing was changed, which holds for every
	call that only reads, and for one that was not sent."""
	if isinstance(answer, NoAnswer):
		if answer.reason == accounts.GATE_CLOSED:
			raise _too_many(answer)
		raise SmartBillUnreachable(
			_("SmartBill cannot be reached: {0}. Nothing was changed.").format(_(explain_failure(answer))),
			retry_after=60,
		)
	if seconds := block_seconds(answer):
		raise _blocked(seconds)
	if answer.status == 401 and answer.error_text:
		accounts.pause(account.name, answer.text)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		raise SmartBillCredentialsRefused(
			_("SmartBill does not accept the account {0}: {1}").format(account.name, answer.text),
			problems=[accounts.account_problem(account.name, "smartbill_account", answer.text)],
		)
	if not is_clear(answer):
		raise SmartBillUnreachable(
			_("SmartBill cannot be asked now: {0}. Nothing was changed.").format(answer.text), retry_after=60
		)
	return answer


def is_clear(answer: Answer) -> bool:
	return answer.status < 500 and answer.is_json_object


def invoices_listed(
	account: SmartBillAccount, answer: Answer | NoAnswer
) -> tuple[tuple[str, str], ...] | None:
	"""(series, number) of the invoices made from a proforma; None when SmartBill has no such proforma."""
	answer = answered(account, answer)
	if answer.status == 200:
		return tuple(dict.fromkeys(invoices_in(answer)))
	if is_missing(answer):
		return None
	raise refused(answer)


def refused(answer: Answer) -> AppError:
	"""SmartBill's own words, with our hint."""
	hint = hint_for(answer.text)
	problems = [{"field": hint.field, "message": _(hint.advice)}] if hint else []
	return SmartBillRefused(answer.text, problems=problems)


def required_reason(text: Any) -> str:
	"""A reason as it is kept for the audit. Raises NotReady when none was given."""
	reason = " ".join(str(text or "").split())
	if len(reason) < 3:
		raise invalid("reason", _("Say in a few words why: it is kept for the audit."))
	return reason


def _not_live(account: SmartBillAccount, text: str) -> Conflict:
	code = "paused" if account.paused else "not_live"
	return Conflict(text, code=code, problems=[accounts.account_problem(account.name, "mode", text)])


def _blocked(seconds: int) -> SmartBillRateLimited:
	return SmartBillRateLimited(
		_("SmartBill accepts no more calls for {0} minutes. Nothing was changed.").format(-(-seconds // 60)),
		retry_after=seconds,
	)


def _too_many(refused_call: NoAnswer) -> SmartBillRateLimited:
	seconds = refused_call.retry_after or 1
	return SmartBillRateLimited(
		_(
			"Too many calls to SmartBill at the moment. Nothing was changed; it is possible again in {0} seconds."
		).format(seconds),
		code="too_many_calls",
		retry_after=seconds,
	)
