"""A person's word about one client of SmartBill where nothing is in conflict: who its Customer is, that it is none, or
that the sync is to decide again. Each is one transaction of the caller's, with its Business Event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.customers import known
from erp_b2b_smartbill.exceptions import Conflict, invalid, not_found
from erp_b2b_smartbill.permissions import SYNCERS, require_role
from erp_b2b_smartbill.smartbill.clients import chunk, conflicts, links, matching, store, taking
from erp_b2b_smartbill.smartbill.clients.chunk import Counts, Policy
from erp_b2b_smartbill.smartbill.clients.links import NewLink
from erp_b2b_smartbill.smartbill.clients.store import CLIENT


def link(name: str, customer: str | None, note: str | None = None) -> Any:
	"""Link an unlinked client. Raises Conflict when one of the two is linked already, or when both have valid fiscal
	codes that differ: two companies are never made one."""
	if not customer or not frappe.db.exists("Customer", customer):
		raise invalid("customer", _("Say which Customer it is."))
	taking.require(frappe.get_doc("Customer", customer), "read")
	client = _locked(name, customer)
	if client.customer:
		raise Conflict(_("{0} is linked with {1} already.").format(client.client_name, client.customer))
	holder = links.linked_customers(client.account, [customer]).get(customer)
	if holder:
		other = frappe.db.get_value(CLIENT, holder, "client_name")
		raise Conflict(
			_("{0} is linked with the SmartBill client {1} already.").format(customer, other),
			code="linked_elsewhere",
		)
	theirs, ours = matching.identity_of(client).cui, known.customers([customer])[customer].identity.cui
	if theirs and ours and theirs != ours:
		raise Conflict(
			_("{0} has another fiscal code, {1}: two companies are never made one.").format(customer, ours),
			code="other_company",
		)
	links.add(client.account, [NewLink(client.name, client.external_id, customer, links.PERSON)], note)
	_close(client.name, conflicts.MATCH_KINDS, "Linked", note)
	client.customer = customer
	conflicts.compare(client.account, [client])
	return client


def unlink(name: str, note: str | None = None) -> Any:
	"""Take the link away; the sync does not make it again until `release`. Raises Conflict when there is none."""
	client = _locked(name)
	if not client.customer:
		raise Conflict(_("{0} is not linked.").format(client.client_name))
	taking.require(frappe.get_doc("Customer", client.customer), "read")
	links.remove(frappe._dict(client, doctype=CLIENT), note)
	_close(client.name, (*conflicts.FIELD_KINDS, *conflicts.ANAF_KINDS, conflicts.MISSING), "Unlinked", note)
	client.customer = None
	return client


def release(name: str) -> Any:
	"""Let the sync decide again about a client that was to stay without a Customer, and decide at once."""
	client = _locked(name)
	if not client.keep_unlinked:
		raise Conflict(_("The sync decides about {0} already.").format(client.client_name))
	frappe.db.set_value(CLIENT, client.name, "keep_unlinked", 0, update_modified=False)
	document = frappe._dict(client, doctype=CLIENT)
	audit.record(audit.CLIENT_RELEASED, document, {"keep_unlinked": 1}, {"keep_unlinked": 0})
	client.keep_unlinked = 0
	if client.status == store.ACTIVE:
		policy = Policy.of(frappe.get_doc("SmartBill Account", client.account))
		# whether a Customer is made of it is the next run's to say
		chunk.match(
			client.account, Policy(policy.weak_matches, create=False, customer_group=None), [client], Counts()
		)
		conflicts.compare(client.account, [client])
	return client


def _close(client: str, kinds: Sequence[str], resolution: str, note: str | None) -> None:
	"""What was open about the client is over with the decision."""
	names = frappe.get_all(
		conflicts.CONFLICT,
		{"client": client, "kind": ["in", kinds], "status": conflicts.OPEN},
		pluck="name",
	)
	values = {
		"status": conflicts.RESOLVED,
		"resolution": resolution,
		"resolved_by": frappe.session.user,
		"resolved_at": clock.now(),
		"note": note,
	}
	frappe.db.bulk_update(conflicts.CONFLICT, dict.fromkeys(names, values), update_modified=False)


def _locked(name: str, customer: str | None = None) -> Any:
	"""The client for this transaction alone, and the Customer, each by its name (see sides.locked)."""
	require_role(*SYNCERS)
	for doctype, one in ((CLIENT, name), ("Customer", customer)):
		if one:
			frappe.db.get_value(doctype, one, "name", for_update=True)
	found = store.load({"name": name})
	if not found:
		raise not_found(name)
	return found[0]
