"""The SmartBill Account of a company, opened for use: who may call SmartBill now, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import frappe
from frappe import _
from frappe.utils import cint, get_datetime

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit.managers import ACCOUNT_PAUSED, notify_by_site
from erp_b2b_smartbill.exceptions import NotReady, Problem
from erp_b2b_smartbill.smartbill import gate, modes
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.calls import keeper
from erp_b2b_smartbill.smartbill.client import Access, Client
from erp_b2b_smartbill.smartbill.gate import Lane, Pace, State
from erp_b2b_smartbill.smartbill.learning import LearningGate
from erp_b2b_smartbill.smartbill.v3_gate import V3Gate
from erp_b2b_smartbill.smartbill.verdict import GATE_CLOSED, NoAnswer, block_seconds

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

# the reason of a NoAnswer when nothing may be written
NOT_WRITABLE = "NotWritable"

# For how many seconds in all a gate's user waits for his turn before he is told to come back: a person hardly at all,
# bulk work for longer than the slowest pace takes between the calls of one document.
PATIENCE_S = {Lane.CLICK: 2.0, Lane.BULK: 60.0}
# for what is several calls and comes to nothing when only some of them are made
LONG_PATIENCE_S = {Lane.CLICK: 10.0, Lane.BULK: 120.0}

# what modes.refusal asks for
MODE_FIELDS = [
	"name",
	"creation",
	"mode",
	"paused",
	"pause_reason",
	"live_url",
	"live_site_id",
	"sent_numbers",
]
GATE_FIELDS = ["gate_shared_at", "gate_clicks_at", "gate_bulk_at", "blocked_until"]


def account_of(company: str) -> SmartBillAccount | None:
	"""The company's account when there is one and it is not switched off."""
	name = frappe.db.get_value("SmartBill Account", {"company": company, "mode": ["!=", modes.OFF]})
	return frappe.get_doc("SmartBill Account", name) if name else None


def working_alone() -> list[str]:
	"""The accounts for which scheduled work may speak to SmartBill. Asked before anything is chosen: the documents of
	the others would fill a bounded pass every time, and none would be left for these."""
	names = frappe.get_all("SmartBill Account", {"mode": ["!=", modes.OFF]}, pluck="name", order_by="name")
	return [name for name in names if modes.may_work_alone(frappe.get_doc("SmartBill Account", name))]


def allowed_hosts() -> tuple[str, ...]:
	"""Hosts beside SmartBill's own, from site_config.json: only the server's administrator names them."""
	return tuple(frappe.conf.get("smartbill_allowed_hosts") or ())


def require_allowed_url(account: SmartBillAccount) -> None:
	"""Raises NotReady when the credentials may not be sent to the account's address from this site (any more)."""
	if not account.has_allowed_url():
		text = _("The address in the SmartBill Account {0} is not allowed on this site.").format(account.name)
		raise NotReady(text, problems=[account_problem(account.name, "api_url", text)])


def account_problem(account: str, field: str, message: str) -> Problem:
	return {"field": field, "message": message, "doctype": "SmartBill Account", "name": account}


def access_to(account: SmartBillAccount) -> Access:
	"""Raises what Frappe raises when the token cannot be decrypted, as after restoring a backup."""
	return Access(
		email=account.email,
		token=account.get_password("token"),
		v3_token=account.get_password("v3_token", raise_exception=False) or "",
		cif=account.cif,
		api_url=account.api_url,
		connect_timeout=account.connect_timeout,
		read_timeout=account.read_timeout,
		allowed_hosts=allowed_hosts(),
	)


def connect(
	account: SmartBillAccount,
	about: str | None = None,
	*,
	lane: Lane = Lane.CLICK,
	deadline: float | None = None,
	gate: AccountGate | None = None,
) -> Client:
	"""A client of the account that passes its gate and keeps a record of every call; `about` is the name of the
	SmartBill Proforma (or Invoice) that the calls are for. To be used with nothing uncommitted."""
	return Client(
		access_to(account),
		keeper(account.name, about),
		gate or AccountGate(account.name, lane),
		deadline=deadline,
		v3_gate=V3Gate(account.name),
	)


class AccountGate(LearningGate):
	"""The account's gate in the database, shared by every worker. Each question is a transaction of its own."""

	def __init__(self, account: str, lane: Lane, patience: float | None = None):
		"""`patience`: for how many seconds in all it may wait for its turn instead of being refused."""
		self._account = account
		self._lane = lane
		self._patience = PATIENCE_S[lane] if patience is None else patience
		# calls asked for in advance that were not made yet
		self._reserved = 0

	def peek(self, calls: int) -> NoAnswer | None:
		"""Whether so many calls would be refused now; takes nothing."""
		while True:
			# each question in a fresh snapshot
			frappe.db.rollback()
			found = frappe.db.get_value("SmartBill Account", self._account, GATE_FIELDS, as_dict=True)
			decision = gate.admit(_state(found), _pace(self._account), self._lane, clock.now(), calls)
			if decision.admitted:
				return None
			# nobody waits with a snapshot
			frappe.db.rollback()
			if not self._waited(decision):
				return _closed(decision)

	def reserve(self, calls: int) -> NoAnswer | None:
		"""Ask once for several calls that belong together."""
		refused = self._ask(calls)
		if refused is None:
			self._reserved = calls
		return refused

	def admit(self, writes: bool, draft: bool = False) -> NoAnswer | None:
		if writes and self._refuses_writing(draft):
			# who wants to write asks before; this is the last lock on the door
			return NoAnswer(False, NOT_WRITABLE)
		if self._reserved:
			self._reserved -= 1
			# no snapshot stays open while SmartBill answers
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
			return None
		return self._ask(1)

	def _refuses_writing(self, draft: bool) -> bool:
		# a fresh snapshot: a mode switched off, or a pause, of this very moment counts
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		account = frappe.db.get_value("SmartBill Account", self._account, MODE_FIELDS, as_dict=True)
		return modes.refusal(account, numbered=not draft) is not None

	def _learn(self, answer: Answer, headers: Mapping[str, str]) -> None:
		if seconds := block_seconds(answer):
			block(self._account, seconds)
			return
		remaining, resets_at = headers.get("X-RateLimit-Remaining"), headers.get("X-RateLimit-Reset")
		if remaining is None or cint(remaining) > 1:
			return
		now = clock.now()
		resets_in = cint(resets_at) - clock.timestamp() if resets_at else gate.WINDOW_S
		state = gate.slowed(_locked_state(self._account), cint(remaining), resets_in, now)
		_store(self._account, state)

	def _ask(self, calls: int) -> NoAnswer | None:
		pace = _pace(self._account)
		while True:
			state = _locked_state(self._account)
			# read after the lock: a moment from before waiting for it would let late comers burst together
			decision = gate.admit(state, pace, self._lane, clock.now(), calls)
			if decision.admitted:
				_store(self._account, decision.state)
				return None
			# also ends the transaction: nobody waits with a lock
			frappe.db.rollback()
			if not self._waited(decision):
				return _closed(decision)

	def _waited(self, decision: gate.Decision) -> bool:
		"""Let the time of a refusal pass, when there is patience for it."""
		wait = decision.wait.total_seconds()
		if wait > self._patience:
			return False
		self._patience -= wait
		clock.pause(wait)
		return True


def seconds_blocked(account: SmartBillAccount) -> int:
	"""For how long SmartBill wants no call of this account; 0 when it may be called."""
	if not account.blocked_until:
		return 0
	return max(0, _whole_seconds(get_datetime(account.blocked_until) - clock.now()))


def block(account: str, seconds: int) -> None:
	"""Remember a throttle answer for every worker, committed. A call during a block prolongs it
	(docs/smartbill-api.md 4)."""
	state = _locked_state(account)
	until = clock.now() + timedelta(seconds=seconds)
	if state.blocked_until is None or until > state.blocked_until:
		frappe.db.set_value("SmartBill Account", account, "blocked_until", until, update_modified=False)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit


def pause(account: str, reason: str) -> None:
	"""Nothing more is sent for the account until its test passes: the next hundred calls would be refused alike.
	Committed, for the refusal that led to it ends the request."""
	# a fresh transaction: nothing of the caller's
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	doc = frappe.get_doc("SmartBill Account", account, for_update=True)
	is_new = not doc.paused
	if is_new:
		frappe.db.set_value(
			"SmartBill Account", account, {"paused": 1, "pause_reason": reason}, update_modified=False
		)
		audit.record(audit.ACCOUNT_PAUSED, doc, before={"paused": 0}, after={"paused": 1}, reason=reason)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	if is_new:
		notify_by_site(doc, ACCOUNT_PAUSED)


def _pace(account: str) -> Pace:
	found = frappe.db.get_value("SmartBill Account", account, ["pace_clicks", "pace_bulk"], as_dict=True)
	return Pace(clicks=cint(found.pace_clicks) or Pace.clicks, bulk=cint(found.pace_bulk) or Pace.bulk)


def _locked_state(account: str) -> State:
	# a fresh transaction, and nothing of the caller's held while waiting for the lock
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	found = frappe.db.get_value("SmartBill Account", account, GATE_FIELDS, as_dict=True, for_update=True)
	return _state(found)


def _state(found: Mapping[str, str | datetime | None]) -> State:
	return State(*(_moment(found[field]) for field in GATE_FIELDS))


def _closed(decision: gate.Decision) -> NoAnswer:
	return NoAnswer(False, GATE_CLOSED, retry_after=_whole_seconds(decision.wait))


def _store(account: str, state: State) -> None:
	values = dict(zip(GATE_FIELDS, (state.shared_at, state.clicks_at, state.bulk_at), strict=False))
	frappe.db.set_value("SmartBill Account", account, values, update_modified=False)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit


def _moment(value: str | datetime | None) -> datetime | None:
	return get_datetime(value) if value else None


def _whole_seconds(wait: timedelta) -> int:
	return -int(-wait.total_seconds() // 1)
