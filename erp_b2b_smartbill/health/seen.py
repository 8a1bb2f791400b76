"""What several checks look at, read once for all of them, and only when one asks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import frappe
from redis.exceptions import ConnectionError, TimeoutError

from erp_b2b_smartbill import clock, hooks
from erp_b2b_smartbill.customers.overview.links import may_open
from erp_b2b_smartbill.health import queues
from erp_b2b_smartbill.smartbill import accounts, modes

ACCOUNT = "SmartBill Account"
MAX_ACCOUNTS = 200

_ACCOUNT_FIELDS = [
	*accounts.MODE_FIELDS,
	"modified",
	"blocked_until",
	"v3_blocked_until",
	"proforma_series",
	"spare_series",
	"counters",
	"counter_notice",
	"sync_nightly",
	"last_synced_at",
	"last_tested_at",
	"last_test_passed",
	"last_test_problem",
]


class Seen:
	def __init__(self) -> None:
		self.now = clock.now()

	@cached_property
	def queues(self) -> queues.Queues | None:
		"""None where they cannot be reached."""
		try:
			return queues.look()
		except (ConnectionError, TimeoutError):
			return None

	@cached_property
	def scheduled_jobs(self) -> list[Any]:
		"""Our Scheduled Job Types."""
		return frappe.get_all(
			"Scheduled Job Type",
			{"method": ["in", scheduled_methods()]},
			["name", "method", "stopped", "last_execution", "creation"],
		)

	@cached_property
	def accounts(self) -> list[Any]:
		"""With `refusal`: why nothing is sent for the account, None where it may be."""
		found = frappe.get_all(ACCOUNT, {}, _ACCOUNT_FIELDS, order_by="name", limit=MAX_ACCOUNTS)
		for account in found:
			account.refusal = modes.refusal(account)
		return found

	@cached_property
	def readable_accounts(self) -> set[str]:
		"""The names of those that the session's user may read."""
		if not may_open(ACCOUNT):
			return set()
		return set(frappe.get_list(ACCOUNT, pluck="name", order_by="name", limit=MAX_ACCOUNTS))


def scheduled_methods() -> list[str]:
	"""What hooks.py asks the scheduler to run."""
	events = hooks.scheduler_events
	return [
		*(method for methods in events["cron"].values() for method in methods),
		*(method for name, methods in events.items() if name != "cron" for method in methods),
	]


def minutely_methods() -> list[str]:
	return hooks.scheduler_events["cron"]["* * * * *"]
