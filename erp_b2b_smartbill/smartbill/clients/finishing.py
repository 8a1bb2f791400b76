"""What follows when all clients were read: three passes over indexed rows, a chunk at a time.

Missing: clients of the API that a complete scan did not show. Matching: unlinked clients whose Customer came after
them, and where the account wants Customers made, those of whom none was made in an earlier run. Comparing: linked
clients whose Customer, its contacts or addresses changed since they were compared.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Max

from erp_b2b_smartbill.customers.search import keep
from erp_b2b_smartbill.smartbill.clients import chunk, conflicts, links, store
from erp_b2b_smartbill.smartbill.clients.chunk import Counts, Policy
from erp_b2b_smartbill.smartbill.clients.conflicts import Found
from erp_b2b_smartbill.smartbill.clients.store import ACTIVE, API, CLIENT, GONE
from erp_b2b_smartbill.smartbill.clients.sync_runs import COMPARING, MATCHING, MISSING, RUN

DONE = "Done"
CHUNK = 500


def step(account: str, policy: Policy, run: str, state: Any) -> tuple[Counts, dict[str, Any]]:
	"""One chunk of the pass that `state.phase` names, behind `state.cursor`: what became of it, and what changes of the
	run."""
	work, following = {
		MISSING: (_missing, MATCHING),
		MATCHING: (_matching, COMPARING),
		COMPARING: (_comparing, DONE),
	}[state.phase]
	counts = Counts()
	last, changes = work(account, policy, run, state.cursor or "", counts, state)
	if last:
		return counts, {"cursor": last, **changes}
	if following == DONE:
		links.touch(account, run)
	return counts, {"cursor": "", "phase": following, **changes}


def _missing(
	account: str, policy: Policy, run: str, after: str, counts: Counts, state: Any
) -> tuple[str, dict[str, Any]]:
	rows = store.load(
		{"account": account, "source": API, "status": ACTIVE, "last_run": ["!=", run], "name": [">", after]},
		limit=CHUNK,
	)
	if not rows:
		return "", {}
	table = DocType(CLIENT)
	names = [row.name for row in rows]
	frappe.qb.update(table).set(table.status, GONE).where(table.name.isin(names)).run()
	keep.refresh(CLIENT, names)
	found = [
		Found(row.name, row.client_name, conflicts.MISSING, row.customer) for row in rows if row.customer
	]
	# whom SmartBill has no more nobody has to find a Customer for
	counts.conflicts += conflicts.write(account, names, [*conflicts.MATCH_KINDS, conflicts.MISSING], found)
	return names[-1], {"gone": (state.gone or 0) + len(rows)}


def _matching(
	account: str, policy: Policy, run: str, after: str, counts: Counts, state: Any
) -> tuple[str, dict[str, Any]]:
	client, customer = DocType(CLIENT), DocType("Customer")
	query, same_cui = (
		frappe.qb.from_(client),
		(customer.b2b_cui == client.cui_digits) & (client.cui_digits != ""),
	)
	if policy.create:
		# of those of this run it was tried while they were read
		began = frappe.db.get_value(RUN, run, "started_at")
		query = query.left_join(customer).on(same_cui)
		query = query.where(customer.name.isnotnull() | (client.modified < began))
	else:
		query = query.join(customer).on(same_cui)
	names = (
		query.select(client.name)
		.distinct()
		.where(client.account == account)
		.where(client.status == ACTIVE)
		.where(client.customer.isnull() | (client.customer == ""))
		.where(client.keep_unlinked == 0)
		.where(client.name > after)
		.orderby(client.name)
		.limit(policy.at_once(CHUNK))
		.run(pluck=True)
	)
	if not names:
		return "", {}
	rows = store.load({"name": ["in", names]})
	chunk.match(account, policy, rows, counts)
	counts.conflicts += conflicts.compare(account, rows)
	return names[-1], {}


def _comparing(
	account: str, policy: Policy, run: str, after: str, counts: Counts, state: Any
) -> tuple[str, dict[str, Any]]:
	names = _changed_since(account, after)
	if not names:
		return "", {}
	counts.conflicts += conflicts.compare(account, store.load({"name": ["in", names]}))
	return names[-1], {}


def _changed_since(account: str, after: str) -> list[str]:
	"""The next linked clients whose Customer, or a contact or address of it, was changed after they were compared."""
	client, customer, link = DocType(CLIENT), DocType("Customer"), DocType("Dynamic Link")
	linked = (client.account == account) & (client.status == ACTIVE) & (client.name > after)
	never = client.compared_at.isnull()
	found: set[str] = set(
		frappe.qb.from_(client)
		.join(customer)
		.on(customer.name == client.customer)
		.select(client.name)
		.where(linked & (never | (customer.modified > client.compared_at)))
		.orderby(client.name)
		.limit(CHUNK)
		.run(pluck=True)
	)
	for doctype in ("Contact", "Address"):
		table = DocType(doctype)
		found |= set(
			frappe.qb.from_(client)
			.join(link)
			.on((link.link_name == client.customer) & (link.link_doctype == "Customer"))
			.join(table)
			.on((table.name == link.parent) & (link.parenttype == doctype))
			.select(client.name)
			.where(linked)
			.groupby(client.name, client.compared_at)
			.having(Max(table.modified) > client.compared_at)
			.orderby(client.name)
			.limit(CHUNK)
			.run(pluck=True)
		)
	return sorted(found)[:CHUNK]
