"""What happens to the links when somebody changes a Customer: a rename and a merge keep them, a deletion frees the
clients, and a fiscal code that was typed in at last links by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.audit import lines
from erp_b2b_smartbill.audit.errors import note_masked_error
from erp_b2b_smartbill.smartbill.clients import chunk, conflicts, links, store
from erp_b2b_smartbill.smartbill.clients.links import LINK
from erp_b2b_smartbill.smartbill.clients.store import ACTIVE, CLIENT

if TYPE_CHECKING:
	from frappe.model.document import Document

MAX_CLIENTS = 20


def customer_saved(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update`: a new CUI is looked for among the clients that nobody is yet. Never keeps a Customer from being
	saved."""
	before = doc.get_doc_before_save()
	if (
		not doc.b2b_cui
		or frappe.flags.b2b_made_of_client
		or (before and before.get("b2b_cui") == doc.b2b_cui)
		or not features.is_on(features.SYNC)
	):
		return
	frappe.db.savepoint("b2b_follow_customer")
	told = lines.mark()
	try:
		_link_with_clients(doc)
	except frappe.QueryDeadlockError:
		# the database has undone the whole transaction, and the saving with it
		raise
	except Exception:
		frappe.db.rollback(save_point="b2b_follow_customer")
		lines.back_to(told)
		frappe.clear_messages()
		note_masked_error("A Customer could not be linked with its SmartBill Client")


def customer_renamed(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Hook `after_rename`. Frappe has renamed every link already. After a merge the one that stays may have two clients
	of one account, and what the two disagreed about is to be looked at again."""
	conflicts.rename_customer(old, new)
	if merge:
		rows = store.load({"customer": new}, limit=MAX_CLIENTS)
		for account in {row.account for row in rows}:
			conflicts.compare(account, [row for row in rows if row.account == account])


def customer_deleted(doc: Document, method: str | None = None) -> None:
	"""Hook `on_trash`: its clients stay, without a Customer, until a person says otherwise; the sync makes no new one of
	what somebody has just deleted."""
	clients = frappe.get_all(
		CLIENT, {"customer": doc.name}, ["name", "account", "external_id", "customer"], limit=MAX_CLIENTS
	)
	for row in clients:
		links.remove(row)
	frappe.db.delete(LINK, {"customer": doc.name})
	conflicts.close_all_of_deleted(doc.name, "Unlinked")


def _link_with_clients(doc: Document) -> None:
	rows = store.load(
		{"cui_digits": doc.b2b_cui, "customer": ["is", "not set"], "keep_unlinked": 0, "status": ACTIVE},
		limit=MAX_CLIENTS,
	)
	for row in rows:
		chunk.match_at_once(row)
