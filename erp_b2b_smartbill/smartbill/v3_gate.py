"""The gate of the V3 API: a limit of its own, shared by all tokens of a user and company, and by every worker here.

60 reads in 10 seconds; whoever goes on after a 429 waits longer every time (docs/smartbill-api.md 4). So the pace is kept
in the account's row, and `Retry-After` stops everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import frappe
from frappe.utils import cint, get_datetime

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.learning import LearningGate
from erp_b2b_smartbill.smartbill.verdict import GATE_CLOSED, NoAnswer, block_seconds

WINDOW_S = 10
# SmartBill's limit is 60: this and the call that a late one may catch up with stay below it in every window
MAX_PACE = 58
# how long one call waits for its turn before its caller is told to come back
PATIENCE_S = 15.0
# where a throttle answer does not say for how long
DEFAULT_RETRY_S = 60
TOO_MANY = 429
# the second is what a maintenance answers
THROTTLED = (TOO_MANY, 503)
FIELDS = ["pace_v3", "gate_v3_at", "v3_blocked_until"]


class V3Gate(LearningGate):
	"""Asked before and told after every V3 call of an account. Each question is a transaction of its own."""

	def __init__(self, account: str, patience: float = PATIENCE_S):
		self._account = account
		self._patience = patience

	def admit(self, writes: bool, draft: bool = False) -> NoAnswer | None:
		patience = self._patience
		while True:
			wait = self._ask()
			if wait is None:
				return None
			seconds = wait.total_seconds()
			if seconds > patience:
				return NoAnswer(False, GATE_CLOSED, retry_after=int(-(-seconds // 1)))
			patience -= seconds
			clock.pause(seconds)

	def _ask(self) -> timedelta | None:
		"""Take a turn; or for how long to wait for one."""
		stored = self._locked()
		# read after the lock, which may have taken any time
		now = clock.now()
		at, blocked_until = (
			get_datetime(moment) if moment else None
			for moment in (stored.gate_v3_at, stored.v3_blocked_until)
		)
		step = timedelta(seconds=WINDOW_S) / min(max(cint(stored.pace_v3) or MAX_PACE, 1), MAX_PACE)
		wait, taken = _turn(at, blocked_until, step, now)
		if wait is None:
			frappe.db.set_value(
				"SmartBill Account", self._account, "gate_v3_at", taken, update_modified=False
			)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
			return None
		# also ends the transaction: nobody waits with a lock
		frappe.db.rollback()
		return wait

	def _learn(self, answer: Answer, headers: Mapping[str, str]) -> None:
		if answer.status in THROTTLED:
			seconds = cint(headers.get("Retry-After")) or DEFAULT_RETRY_S
		elif blocked := block_seconds(answer):
			# V1's way to say it, which stands in front of both
			seconds = blocked
		elif headers.get("X-RateLimit-Remaining") == "0":
			# other programs read with the same limit
			resets_at = cint(headers.get("X-RateLimit-Reset"))
			seconds = min(max(1, int(resets_at - clock.timestamp()) + 1), WINDOW_S) if resets_at else WINDOW_S
		else:
			return
		until = clock.now() + timedelta(seconds=seconds)
		stored = self._locked()
		if not stored.v3_blocked_until or get_datetime(stored.v3_blocked_until) < until:
			frappe.db.set_value(
				"SmartBill Account", self._account, "v3_blocked_until", until, update_modified=False
			)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit

	def _locked(self) -> frappe._dict:
		# a fresh transaction, and nothing of the caller's held while waiting for the lock
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		return frappe.db.get_value("SmartBill Account", self._account, FIELDS, as_dict=True, for_update=True)


def _turn(
	at: datetime | None, blocked_until: datetime | None, step: timedelta, now: datetime
) -> tuple[timedelta | None, datetime | None]:
	"""(how long to wait, None) or (None, when the schedule is idle again)."""
	if blocked_until and blocked_until > now:
		return blocked_until - now, None
	# a moment further away than any schedule reaches is another time's: the clock was put back
	if at is None or at > now + timedelta(minutes=2):
		at = now
	if at > now:
		return at - now, None
	# whoever comes a little late does not lose the time
	return None, max(at, now - step) + step
