"""One chunk of SmartBill's clients, all the way: stored, matched with Customers, compared with them.

The one pipeline of the API and of files. Everything is written in the caller's transaction, so that a chunk stands or
falls with the cursor behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.audit import lines
from erp_b2b_smartbill.audit.errors import note_masked_error
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.onboard import CustomerExists
from erp_b2b_smartbill.smartbill.clients import conflicts, links, making, matching, store
from erp_b2b_smartbill.smartbill.clients.conflicts import Found
from erp_b2b_smartbill.smartbill.clients.links import NewLink
from erp_b2b_smartbill.smartbill.clients.matching import Decision
from erp_b2b_smartbill.smartbill.clients.record import ClientRecord

CREATE = "Create Customer"
# from the first Customer that is made until the end of the chunk, nobody else can make one (customers/onboard.py)
MAKING_AT_ONCE = 50


@dataclass(frozen=True)
class Policy:
	"""What the account says about clients without a sure Customer."""

	weak_matches: str
	create: bool
	customer_group: str | None

	@classmethod
	def of(cls, account: Any) -> Policy:
		return cls(
			account.weak_matches or matching.PROPOSE,
			account.new_clients == CREATE,
			account.new_customer_group or None,
		)

	def at_once(self, usual: int) -> int:
		"""How many clients are a chunk where otherwise `usual` are."""
		return min(usual, MAKING_AT_ONCE) if self.create else usual


@dataclass
class Counts:
	"""What became of the clients of a chunk; the names are those of the fields of a run."""

	seen: int = 0
	new_clients: int = 0
	changed: int = 0
	unchanged: int = 0
	linked: int = 0
	customers_created: int = 0
	conflicts: int = 0
	rejected: int = 0
	# (row or ID, what is wrong): why something was rejected, or a Customer could not be made
	errors: list[tuple[str, str]] = field(default_factory=list)


def apply(
	account: str, policy: Policy, source: str, run: str, records: Sequence[ClientRecord]
) -> tuple[Counts, store.Stored]:
	"""Write the records of one chunk and what follows from them."""
	stored = store.write(account, source, run, records)
	counts = Counts(
		seen=len(records) - stored.again,
		new_clients=stored.new,
		changed=stored.changed,
		unchanged=stored.unchanged,
		rejected=len(stored.repeated),
	)
	links.rename(account, stored.adopted)
	conflicts.close_missing([row.name for row in stored.fresh if row.status == store.ACTIVE])
	match(account, policy, [row for row in stored.fresh if not row.customer], counts)
	counts.conflicts += conflicts.compare(account, stored.fresh)
	return counts, stored


@dataclass
class Plan:
	"""What is to become of unlinked clients: links to make, what a person has to decide, and those of whom the account
	wants Customers made. The rows know the Customers that they are to be linked with."""

	rows: list[frappe._dict]
	links: list[NewLink] = field(default_factory=list)
	found: list[Found] = field(default_factory=list)
	to_make: list[frappe._dict] = field(default_factory=list)


def plan(account: str, policy: Policy, rows: list[frappe._dict]) -> Plan:
	"""Decide about these unlinked clients. Writes nothing."""
	result = Plan([row for row in rows if not row.keep_unlinked])
	if not result.rows:
		return result
	decisions = matching.decide(result.rows, policy.weak_matches)
	taken = links.linked_customers(account, (one.customer for one in decisions.values() if one.customer))
	for row in result.rows:
		decision = decisions[row.name]
		if decision.customer and decision.customer not in taken:
			taken[decision.customer] = row.name
			result.links.append(NewLink(row.name, row.external_id, decision.customer, decision.reason))
			row.customer = decision.customer
		elif one := _conflict(row, decision, taken):
			result.found.append(one)
		elif policy.create:
			result.to_make.append(row)
	return result


def match(account: str, policy: Policy, rows: list[frappe._dict], counts: Counts) -> None:
	"""Link these unlinked clients with their Customers, propose, or make Customers, as the account says. The rows know
	their Customers afterwards."""
	decided = plan(account, policy, links.still_free(rows))
	if not decided.rows:
		return
	links.add(account, decided.links)
	counts.linked += len(decided.links)
	counts.conflicts += conflicts.write(
		account, [row.name for row in decided.rows], conflicts.MATCH_KINDS, decided.found
	)
	made: set[str] = set()
	again: list[frappe._dict] = []
	for row in decided.to_make:
		cui = matching.identity_of(row).cui
		if cui and cui in made:
			again.append(row)
			continue
		_make(account, policy, row, counts)
		if row.customer and cui:
			made.add(cui)
	if again:
		# whom SmartBill has twice is one company: now it is known
		match(account, policy, again, counts)


def match_at_once(row: frappe._dict) -> None:
	"""Link one unlinked client, or propose, as its account says, and compare it; whether a Customer is made of it is the
	next run's to say."""
	policy = Policy.of(frappe.get_doc("SmartBill Account", row.account))
	match(row.account, replace(policy, create=False), [row], Counts())
	conflicts.compare(row.account, [row])


def _conflict(row: frappe._dict, decision: Decision, taken: dict[str, str]) -> Found | None:
	"""What a person has to decide about a client; None when nobody on the site could be it."""
	if decision.customer:
		return Found(
			row.name,
			row.client_name,
			conflicts.SAME_CUI_IN_SMARTBILL,
			decision.customer,
			reason=decision.reason,
			candidates=(taken[decision.customer],),
		)
	if decision.proposed:
		kind = conflicts.SAME_CUI_IN_ERP if decision.same_cui else conflicts.POSSIBLE_MATCH
		return Found(
			row.name,
			row.client_name,
			kind,
			decision.proposed[0],
			reason=decision.reason,
			candidates=decision.proposed,
		)
	return None


def _make(account: str, policy: Policy, row: frappe._dict, counts: Counts) -> None:
	"""A Customer of a client; one that cannot be made is an error of the run, and the others go on."""
	frappe.db.savepoint("b2b_new_customer")
	told = lines.mark()
	try:
		made = making.customer_of(row, account, policy.customer_group)
	except CustomerExists as error:
		frappe.db.rollback(save_point="b2b_new_customer")
		lines.back_to(told)
		_link_with_new(account, row, error.customers, counts)
		return
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
		# the database has undone the whole transaction, or somebody else makes Customers for longer than it waits: that
		# says nothing about this client, so the chunk is for the next job
		raise
	except Exception as error:
		frappe.db.rollback(save_point="b2b_new_customer")
		lines.back_to(told)
		if not isinstance(error, frappe.ValidationError):
			note_masked_error("A Customer could not be made of a SmartBill Client")
		text = str(error) or _("The Customer could not be made; see the Error Log.")
		frappe.clear_messages()
		counts.errors.append((row.external_id, text))
		return
	row.customer = made.customer
	counts.customers_created += 1


def _link_with_new(account: str, row: frappe._dict, customers: list[str], counts: Counts) -> None:
	"""Somebody made the Customer since this transaction began. The row does not learn of it: the Customer cannot be read
	here, so the run's last pass compares the two. What is not clear is the next run's to say."""
	if len(customers) == 1 and not links.linked_customers(account, customers):
		links.add(account, [NewLink(row.name, row.external_id, customers[0], identity.CUI)])
		counts.linked += 1
