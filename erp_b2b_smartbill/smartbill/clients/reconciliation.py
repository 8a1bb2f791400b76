"""Customers and clients of SmartBill side by side: on one side only, linked and equal, linked and different.

Told by what the sync stored, in a constant number of queries. Different is what has an open conflict, or is gone in
SmartBill: what a person decided to leave as it is counts as settled. Only Customers and clients that the session's user
may read are shown or counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import create_batch
from pypika.terms import ExistsCriterion

from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.permissions import readable
from erp_b2b_smartbill.smartbill.clients import conflicts
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT, OPEN
from erp_b2b_smartbill.smartbill.clients.store import ACTIVE, CLIENT

IN_ERPNEXT, IN_SMARTBILL = "In ERPNext only", "In SmartBill only"
DIFFERENT, EQUAL = "Linked and different", "Linked and equal"
STATES = (IN_ERPNEXT, IN_SMARTBILL, DIFFERENT, EQUAL)
KINDS = (*conflicts.FIELD_KINDS, conflicts.MISSING)
MAX_ROWS = 5000
# of one query that names them
CHUNK = 1000


@dataclass(frozen=True)
class Wanted:
	"""Empty is no condition. `search` is part of a name or an e-mail address, or a code."""

	account: str = ""
	search: str = ""
	state: str = ""


def counts(wanted: Wanted) -> dict[str, int]:
	"""How many there are of each state, whichever state is wanted."""
	return {state: query.select(Count("*")).run()[0][0] for state, query in _queries(wanted).items()}


def rows(wanted: Wanted) -> list[dict[str, Any]]:
	"""The first 5,000, state by state."""
	found: list[dict[str, Any]] = []
	customer, client = DocType("Customer"), DocType(CLIENT)
	of_customer = (customer.name.as_("customer"), customer.customer_name, customer.tax_id)
	of_client = (
		client.name.as_("client"),
		client.client_name,
		client.vat_code,
		client.account,
		client.last_seen_at,
	)
	for state, query in _queries(wanted).items():
		left = MAX_ROWS - len(found)
		if left <= 0 or wanted.state not in ("", state):
			continue
		columns: tuple[Any, ...] = (*of_customer, *of_client)
		order = customer.customer_name, customer.name
		if state == IN_ERPNEXT:
			columns = of_customer
		elif state == IN_SMARTBILL:
			columns, order = of_client, (client.client_name, client.name)
		for row in query.select(*columns).orderby(*order).limit(left).run(as_dict=True):
			found.append({"state": state, "differences": [], **row})
	_add_conflicts([row for row in found if row["state"] == DIFFERENT])
	return found


def _queries(wanted: Wanted) -> dict[str, Any]:
	"""The rows of each state."""
	customer, client, conflict = DocType("Customer"), DocType(CLIENT), DocType(CONFLICT)
	may_read, may_read_client = readable("Customer"), readable(CLIENT)

	def clients(query: Any) -> Any:
		query = query.where(client.account == wanted.account) if wanted.account else query
		return query.where(may_read_client) if may_read_client else query

	def customers(query: Any) -> Any:
		return query.where(may_read) if may_read else query

	same = client.customer == customer.name
	linked = frappe.qb.from_(client).join(customer).on(same)
	linked = customers(clients(linked))
	unlinked = clients(frappe.qb.from_(client))
	unlinked = unlinked.where(client.status == ACTIVE)
	unlinked = unlinked.where(client.customer.isnull() | (client.customer == ""))
	alone = customers(
		frappe.qb.from_(customer)
		.left_join(client)
		.on(same & (client.account == wanted.account) if wanted.account else same)
	)
	alone = alone.where(client.name.isnull()).where(customer.disabled == 0)
	if wanted.search:
		by_customer, by_client = _says_customer(customer, wanted.search), _says_client(client, wanted.search)
		linked, unlinked = linked.where(by_customer | by_client), unlinked.where(by_client)
		alone = alone.where(by_customer)
	differs = (client.status != ACTIVE) | ExistsCriterion(
		frappe.qb.from_(conflict)
		.select(conflict.name)
		.where(conflict.client == client.name)
		.where(conflict.status == OPEN)
		.where(conflict.kind.isin(KINDS))
	)
	return {
		IN_ERPNEXT: alone,
		IN_SMARTBILL: unlinked,
		DIFFERENT: linked.where(differs),
		EQUAL: linked.where(differs.negate()),
	}


def _says_customer(table: Any, text: str) -> Any:
	like = f"%{_plain(text)}%"
	said = table.customer_name.like(like) | table.name.like(like) | table.tax_id.like(like)
	email, link = DocType("Contact Email"), DocType("Dynamic Link")
	said |= table.name.isin(
		frappe.qb.from_(email)
		.join(link)
		.on((link.parent == email.parent) & (link.parenttype == "Contact"))
		.select(link.link_name)
		.where((link.link_doctype == "Customer") & email.email_id.like(like))
	)
	if cui := identity.valid_cui(text):
		said |= table.b2b_cui == cui
	return said


def _says_client(table: Any, text: str) -> Any:
	like = f"%{_plain(text)}%"
	said = table.client_name.like(like) | table.vat_code.like(like) | table.emails.like(like)
	said |= table.code == text
	if cui := identity.valid_cui(text):
		said |= table.cui_digits == cui
	return said


def _plain(text: str) -> str:
	"""No sign of it stands for others."""
	return text.replace("%", r"\%").replace("_", r"\_")


def _add_conflicts(found: Iterable[dict[str, Any]]) -> None:
	"""What they disagree about, and the first of the conflicts."""
	by_client = {row["client"]: row for row in found}
	for names in create_batch(list(by_client), CHUNK):
		there = frappe.get_all(
			CONFLICT,
			{"client": ["in", names], "status": OPEN, "kind": ["in", KINDS]},
			["name", "client", "kind"],
		)
		for one in sorted(there, key=lambda one: KINDS.index(one.kind)):
			row = by_client[one.client]
			row["differences"].append(one.kind)
			row.setdefault("conflict", one.name)
	for row in by_client.values():
		if not row["differences"]:
			row["differences"].append(conflicts.MISSING)
