"""Links between clients of SmartBill and Customers, many at once, each with its Business Event. One Customer is one
client of an account; a second client that would be the same Customer is a conflict, see conflicts.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.bulk_insert import insert_rows
from erp_b2b_smartbill.customers.search import keep
from erp_b2b_smartbill.doctype.customer_external_link.customer_external_link import SMARTBILL, link_key
from erp_b2b_smartbill.smartbill.clients.store import CLIENT

LINK = "Customer External Link"
PERSON, CREATED = "person", "created"


@dataclass(frozen=True)
class NewLink:
	"""`reason`: cui, email, name_and_phone, person or created."""

	client: str
	external_id: str
	customer: str
	reason: str


def linked_customers(account: str, customers: Iterable[str]) -> dict[str, str]:
	"""The client of this account that each of the Customers is, by Customer; Customers that are none are left out."""
	wanted = sorted(set(customers))
	if not wanted:
		return {}
	rows = frappe.get_all(
		CLIENT,
		{"account": account, "customer": ["in", wanted]},
		["customer", "name"],
		order_by="name desc",
	)
	return {row.customer: row.name for row in rows}


def still_free(rows: Sequence[frappe._dict]) -> list[frappe._dict]:
	"""Those of the clients that nobody has linked, or decided to leave alone, since they were read. Until the transaction
	ends nobody does: the rows are locked, each by its name."""
	if not rows:
		return []
	now = frappe.db.get_values(
		CLIENT,
		{"name": ["in", sorted(row.name for row in rows)]},
		["name", "customer", "keep_unlinked"],
		as_dict=True,
		order_by="name",
		for_update=True,
	)
	free = {row.name for row in now if not row.customer and not row.keep_unlinked}
	return [row for row in rows if row.name in free]


def add(account: str, links: list[NewLink], note: str | None = None) -> None:
	"""Write the links in the caller's transaction."""
	if not links:
		return
	now = clock.now()
	frappe.db.bulk_update(
		CLIENT,
		{
			one.client: {
				"customer": one.customer,
				"match_reason": one.reason,
				"linked_at": now,
				"keep_unlinked": 0,
				"compared_at": None,
			}
			for one in links
		},
		update_modified=False,
	)
	keep.refresh(CLIENT, [one.client for one in links])
	_write_external(account, links, now)
	audit.record_many(
		audit.CLIENT_LINKED,
		[(CLIENT, one.client, {"customer": one.customer, "because_of": one.reason}) for one in links],
		reason=note,
	)


def mark_made(client: str, customer: str) -> None:
	"""The client whose Customer was just made of it; its external link is there already."""
	values = {"customer": customer, "match_reason": CREATED, "linked_at": clock.now(), "keep_unlinked": 0}
	frappe.db.set_value(CLIENT, client, values, update_modified=False)
	keep.refresh(CLIENT, [client])


def rename(account: str, adopted: list[tuple[str, str]]) -> None:
	"""Clients of a file that the API shows: (the old external ID, the new one)."""
	if not adopted:
		return
	new_ids = {link_key(SMARTBILL, account, old): new for old, new in adopted}
	there = frappe.get_all(LINK, {"link_key": ["in", list(new_ids)]}, ["name", "link_key"])
	frappe.db.bulk_update(
		LINK,
		{
			row.name: {
				"external_id": new_ids[row.link_key],
				"link_key": link_key(SMARTBILL, account, new_ids[row.link_key]),
			}
			for row in there
		},
		update_modified=False,
	)


def remove(client: Any, reason: str | None = None) -> None:
	"""Take the link of one client away, in the caller's transaction. The sync does not make it again. `client` has its
	name, account, external_id and customer."""
	frappe.db.set_value(
		CLIENT,
		client.name,
		{"customer": None, "match_reason": None, "linked_at": None, "keep_unlinked": 1},
		update_modified=False,
	)
	keep.refresh(CLIENT, [client.name])
	frappe.db.delete(LINK, {"link_key": link_key(SMARTBILL, client.account, client.external_id)})
	audit.record(
		audit.CLIENT_UNLINKED,
		frappe._dict(doctype=CLIENT, name=client.name),
		{"customer": client.customer},
		{"customer": None},
		reason=reason,
	)


def touch(account: str, run: str) -> None:
	"""When a client was last seen is when its Customer was last in step with SmartBill."""
	link, client = frappe.qb.DocType(LINK), frappe.qb.DocType(CLIENT)
	(
		frappe.qb.update(link)
		.set(link.last_sync_at, clock.now())
		.where(link.provider == SMARTBILL)
		.where(link.account == account)
		.where(
			link.external_id.isin(
				frappe.qb.from_(client)
				.select(client.external_id)
				.where((client.account == account) & (client.last_run == run))
			)
		)
	).run()


def _write_external(account: str, links: list[NewLink], now: Any) -> None:
	keys = {link_key(SMARTBILL, account, one.external_id): one for one in links}
	there = frappe.get_all(LINK, {"link_key": ["in", list(keys)]}, ["name", "link_key"])
	frappe.db.bulk_update(
		LINK,
		{row.name: {"customer": keys[row.link_key].customer, "last_sync_at": now} for row in there},
		update_modified=False,
	)
	for row in there:
		del keys[row.link_key]
	insert_rows(
		LINK,
		[
			{
				"customer": one.customer,
				"provider": SMARTBILL,
				"account": account,
				"external_id": one.external_id,
				"link_key": key,
				"last_sync_at": now,
			}
			for key, one in keys.items()
		],
	)
