"""Both sides of a conflict as they stand now, for whoever shows it and for whoever settles it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import frappe

from erp_b2b_smartbill.customers import known
from erp_b2b_smartbill.customers.known import Known
from erp_b2b_smartbill.smartbill.clients import conflicts, store
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT, OPEN

COLUMNS = [
	"name",
	"kind",
	"status",
	"title",
	"account",
	"client",
	"customer",
	"opened_at",
	"resolution",
	"resolved_by",
	"resolved_at",
	"note",
	"reason",
	"erp_value",
	"smartbill_value",
	"candidates",
	"data_hash",
]


@dataclass(frozen=True)
class Sides:
	"""`row` is the conflict, `others` every other one of its client. `candidates` are Customers that the client could be;
	of a CUI that SmartBill has twice, `twin` is the client that is linked already."""

	row: Any
	client: Any
	others: tuple[Any, ...]
	customers: dict[str, Known]
	candidates: tuple[str, ...] = field(default=())
	twin: Any = None

	@property
	def customer(self) -> Known | None:
		"""The Customer that the client is."""
		return self.customers.get(self.client.customer or "")

	@property
	def open(self) -> dict[str, Any]:
		"""The open conflicts of the client, by kind."""
		return {one.kind: one for one in (self.row, *self.others) if one.status == OPEN}

	@property
	def version(self) -> str:
		"""Changes with everything that a decision is made upon."""
		said = [
			[(one.kind, one.status, one.data_hash) for one in (self.row, *self.others)],
			[self.client.data_hash, self.client.status, self.client.customer],
			[repr(self.customers[name]) for name in sorted(self.customers)],
		]
		return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def of(name: str) -> Sides | None:
	"""None when there is no such conflict."""
	client = frappe.db.get_value(CONFLICT, name, "client")
	return _of(name, client) if client else None


def locked(name: str, client: str, customer: str | None = None) -> Sides | None:
	"""As `of`, with everything that is decided about locked, see lock."""
	lock(client, customer, conflict=name)
	return _of(name, client)


def lock(client: str, customer: str | None = None, *, conflict: str | None = None) -> None:
	"""The client, the conflict, and a Customer that the client may be linked with, are this transaction's alone: whoever
	decides about the client too waits. It is a new one, for MariaDB shows a transaction the site as it was at its first
	plain read, and what was read before is no base for a decision.

	Each row by its name: locked by anything else, MariaDB locks what is between rows too, and two who decide about
	different clients could wait for each other for ever.
	"""
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	for doctype, one in ((store.CLIENT, client), (CONFLICT, conflict), ("Customer", customer)):
		if one:
			frappe.db.get_value(doctype, one, "name", for_update=True)


def _of(name: str, client_name: str) -> Sides | None:
	rows = frappe.get_all(CONFLICT, {"client": client_name}, COLUMNS, order_by="name")
	row = next((one for one in rows if one.name == name), None)
	client = next(iter(store.load({"name": client_name})), None)
	if row is None or client is None:
		return None
	proposed = tuple(json.loads(row.candidates or "[]"))
	twin = None
	if row.kind == conflicts.SAME_CUI_IN_SMARTBILL:
		twin = next(iter(store.load({"name": ["in", proposed]})), None) if proposed else None
		proposed = (row.customer,) if row.customer else ()
	found = known.customers(one for one in (*proposed, client.customer, row.customer) if one)
	return Sides(
		row,
		client,
		tuple(one for one in rows if one.name != name),
		found,
		tuple(one for one in proposed if one in found),
		twin,
	)
