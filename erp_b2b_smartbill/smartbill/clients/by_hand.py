"""A person's word about one client of SmartBill where nothing is in conflict: who its Customer is, that it is none, or
that the sync is to decide again. Each is a transaction of its own, with its Business Event, which the caller commits."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.customers import known
from erp_b2b_smartbill.exceptions import Conflict, not_found
from erp_b2b_smartbill.permissions import SYNCERS, require_role
from erp_b2b_smartbill.smartbill.clients import (
	chunk,
	conflicts,
	links,
	matching,
	settle,
	sides,
	store,
	taking,
)
from erp_b2b_smartbill.smartbill.clients.links import NewLink
from erp_b2b_smartbill.smartbill.clients.store import CLIENT


def link(name: str, customer: str | None, note: str | None = None) -> Any:
	"""Link an unlinked client. Raises Conflict when one of the two is linked already, or when both have valid fiscal
	codes that differ: two companies are never made one."""
	customer = settle.wanted_customer(customer)
	client = _locked(name, customer)
	if client.customer:
		raise Conflict(_("{0} is linked with {1} already.").format(client.client_name, client.customer))
	holder = links.linked_customers(client.account, [customer]).get(customer)
	if holder:
		raise settle.linked_elsewhere(customer, frappe.db.get_value(CLIENT, holder, "client_name"))
	theirs, ours = matching.identity_of(client).cui, known.customers([customer])[customer].identity.cui
	if theirs and ours and theirs != ours:
		raise Conflict(
			_("{0} has another fiscal code, {1}: two companies are never made one.").format(customer, ours),
			code="other_company",
		)
	links.add(client.account, [NewLink(client.name, client.external_id, customer, links.PERSON)], note)
	conflicts.close(conflicts.open_of(client.name, conflicts.MATCH_KINDS), settle.LINKED, note)
	client.customer = customer
	conflicts.compare(client.account, [client])
	return client


def unlink(name: str, note: str | None = None) -> Any:
	"""Take the link away; the sync does not make it again until `release`. Raises Conflict when there is none."""
	client = _locked(name)
	if not client.customer:
		raise Conflict(_("{0} is not linked.").format(client.client_name))
	taking.require(frappe.get_doc("Customer", client.customer), "read")
	links.remove(client, note)
	kinds = (*conflicts.FIELD_KINDS, *conflicts.ANAF_KINDS, conflicts.MISSING)
	conflicts.close(conflicts.open_of(client.name, kinds), settle.UNLINKED, note)
	client.customer = None
	return client


def release(name: str) -> Any:
	"""Let the sync decide again about a client that was to stay without a Customer, and decide at once."""
	client = _locked(name)
	if not client.keep_unlinked:
		raise Conflict(_("The sync decides about {0} already.").format(client.client_name))
	frappe.db.set_value(CLIENT, client.name, "keep_unlinked", 0, update_modified=False)
	document = frappe._dict(doctype=CLIENT, name=client.name)
	audit.record(audit.CLIENT_RELEASED, document, {"keep_unlinked": 1}, {"keep_unlinked": 0})
	client.keep_unlinked = 0
	if client.status == store.ACTIVE:
		chunk.match_at_once(client)
	return client


def _locked(name: str, customer: str | None = None) -> Any:
	"""The client, locked with the Customer for this transaction."""
	require_role(*SYNCERS)
	sides.lock(name, customer)
	found = store.load({"name": name})
	if not found:
		raise not_found(name)
	return found[0]
