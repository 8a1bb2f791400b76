"""Disagreements between a client of SmartBill and ERPNext, opened and closed many at once.

There is one Customer Sync Conflict for each client and kind, for ever. It is open while both sides disagree and nobody
has decided about just that; what was decided or ignored comes back only when one side says something else than then.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.bulk_insert import insert_rows
from erp_b2b_smartbill.customers import known
from erp_b2b_smartbill.smartbill.clients import differences
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.text import without_markup

CONFLICT = "Customer Sync Conflict"
OPEN, RESOLVED, IGNORED = "Open", "Resolved", "Ignored"
AGREES_AGAIN = "Agrees again"

POSSIBLE_MATCH = "Possible match"
SAME_CUI_IN_ERP = "Duplicate CUI in ERPNext"
SAME_CUI_IN_SMARTBILL = "Duplicate CUI in SmartBill"
MISSING = "Missing in SmartBill"
INACTIVE_AT_ANAF = "Inactive at ANAF"
VAT_AT_ANAF = "VAT status at ANAF"
ADDRESS_AT_ANAF = "Address at ANAF"

# about which Customer a client is
MATCH_KINDS = (POSSIBLE_MATCH, SAME_CUI_IN_ERP, SAME_CUI_IN_SMARTBILL)
# a field that both sides fill in differently
FIELD_KINDS = (
	differences.NAME,
	differences.EMAIL,
	differences.ADDRESS,
	differences.VAT,
	differences.CUI,
)
ANAF_KINDS = (INACTIVE_AT_ANAF, VAT_AT_ANAF, ADDRESS_AT_ANAF)


@dataclass(frozen=True)
class Found:
	"""One disagreement. `candidates` are Customers (or, of a CUI that SmartBill has twice, the other client)."""

	client: str
	title: str
	kind: str
	customer: str | None = None
	erp: str = ""
	smartbill: str = ""
	reason: str = ""
	candidates: tuple[str, ...] = field(default=())

	@property
	def data_hash(self) -> str:
		"""Of what a decision about it was made upon."""
		# of several Customers the first one is the one whose name comes first, which says nothing
		customer = None if self.customer in self.candidates else self.customer
		said = [customer, self.erp, self.smartbill, self.reason, sorted(self.candidates)]
		return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:32]


def write(account: str, clients: Iterable[str], kinds: Sequence[str], found: list[Found]) -> int:
	"""Make the conflicts of these clients and kinds what was `found` now: open what is new or says something else, close
	what is no more. In the caller's transaction. Returns how many were opened."""
	names = sorted(set(clients))
	if not names:
		return 0
	stored = {
		row.conflict_key: row
		for row in frappe.get_all(
			CONFLICT,
			{"client": ["in", names], "kind": ["in", kinds]},
			["name", "conflict_key", "status", "data_hash"],
		)
	}
	now = clock.now()
	wanted = {_key(one.client, one.kind): one for one in found}
	updates: dict[str, dict[str, Any]] = {}
	opened: list[Found] = []
	reopened = 0
	for key, one in wanted.items():
		there = stored.get(key)
		if there is None:
			opened.append(one)
		elif there.data_hash != one.data_hash:
			updates[there.name] = _values(account, one, now)
			reopened += there.status != OPEN
	for key, there in stored.items():
		if key not in wanted and there.status == OPEN:
			updates[there.name] = {
				"status": RESOLVED,
				"resolution": AGREES_AGAIN,
				"resolved_by": None,
				"resolved_at": now,
				# nobody decided about it: the same once more is news
				"data_hash": None,
			}
	_update(updates)
	gone = [name for name, values in updates.items() if values.get("resolution") == AGREES_AGAIN]
	_tell_of_closed(gone, RESOLVED, AGREES_AGAIN)
	insert_rows(
		CONFLICT,
		[
			{
				**_values(account, one, now),
				"client": one.client,
				"kind": one.kind,
				"conflict_key": _key(one.client, one.kind),
			}
			for one in opened
		],
	)
	return len(opened) + reopened


def open_of(client: str, kinds: Sequence[str] | None = None) -> list[str]:
	"""The open conflicts of a client, of these kinds or of all."""
	filters: dict[str, Any] = {"client": client, "status": OPEN}
	if kinds is not None:
		filters["kind"] = ["in", kinds]
	return frappe.get_all(CONFLICT, filters, pluck="name")


def close(
	names: Sequence[str],
	resolution: str,
	note: str | None = None,
	*,
	status: str = RESOLVED,
	is_told: bool = False,
) -> None:
	"""The session's user has decided about these, with Business Events unless the caller's own tells of them."""
	values = {
		"status": status,
		"resolution": resolution,
		"resolved_by": frappe.session.user,
		"resolved_at": clock.now(),
		# past Frappe's filter
		"note": without_markup(note) if note else None,
	}
	_update(dict.fromkeys(names, values))
	if not is_told:
		_tell_of_closed(names, status, resolution, note)


def _tell_of_closed(names: Sequence[str], status: str, resolution: str, note: str | None = None) -> None:
	after = {"status": status, "resolution": resolution}
	audit.record_many(audit.CONFLICT_CLOSED, [(CONFLICT, name, after) for name in names], note or None)


def close_missing(clients: Sequence[str]) -> None:
	"""Clients that SmartBill has again. Whatever was decided while they were gone: when they go again, it is news."""
	if not clients:
		return
	rows = frappe.get_all(CONFLICT, {"client": ["in", clients], "kind": MISSING}, ["name", "status"])
	closed = {"status": RESOLVED, "resolution": AGREES_AGAIN, "resolved_at": clock.now(), "data_hash": None}
	_update({row.name: closed if row.status == OPEN else {"data_hash": None} for row in rows})
	_tell_of_closed([row.name for row in rows if row.status == OPEN], RESOLVED, AGREES_AGAIN)


def close_all_of_deleted(customer: str, resolution: str) -> None:
	"""The conflicts of a Customer that is being deleted; how the others were settled stays told."""
	theirs = frappe.get_all(CONFLICT, {"customer": customer, "status": OPEN}, pluck="name", limit=0)
	close(theirs, resolution)
	table = frappe.qb.DocType(CONFLICT)
	frappe.qb.update(table).set(table.customer, None).where(table.customer == customer).run()


def rename_customer(old: str, new: str) -> None:
	"""What is proposed, and what was decided, follow a Customer to its new name; links are renamed already."""
	# a part of the name that stands in JSON as it is
	plain = max(re.split(r'["\\]', old), key=len)
	rows = frappe.get_all(
		CONFLICT,
		or_filters=[["customer", "=", new], ["candidates", "like", f"%{plain}%"]],
		fields=[
			"name",
			"client",
			"title",
			"kind",
			"customer",
			"erp_value",
			"smartbill_value",
			"reason",
			"candidates",
			"data_hash",
		],
	)
	updates = {}
	for row in rows:
		before = tuple(json.loads(row.candidates or "[]"))
		after = tuple(dict.fromkeys(new if one == old else one for one in before))
		values = {"candidates": _as_json(after), "data_hash": row.data_hash}
		if row.data_hash in {_stored(row, customer, before).data_hash for customer in (old, row.customer)}:
			values["data_hash"] = _stored(row, row.customer, after).data_hash
		updates[row.name] = values
	_update(updates)


def take_markup_out() -> None:
	"""Of what was stored past Frappe's filter. A decision was made upon the same words, so it stands."""
	texts = ("title", "smartbill_value", "reason", "note")
	last = ""
	while rows := frappe.get_all(
		CONFLICT,
		{"name": [">", last]},
		["name", "client", "kind", "customer", "erp_value", "candidates", "data_hash", *texts],
		order_by="name",
		limit=1000,
	):
		updates = {}
		for row in rows:
			clean = {field: without_markup(row[field]) for field in texts if row[field]}
			if all(row[field] == text for field, text in clean.items()):
				continue
			candidates = tuple(json.loads(row.candidates or "[]"))
			if row.data_hash == _stored(row, row.customer, candidates).data_hash:
				now = frappe._dict(row, **clean)
				clean["data_hash"] = _stored(now, row.customer, candidates).data_hash
			updates[row.name] = clean
		_update(updates)
		last = rows[-1].name


def _stored(row: frappe._dict, customer: str | None, candidates: tuple[str, ...]) -> Found:
	return Found(
		row.client,
		row.title,
		row.kind,
		customer,
		row.erp_value or "",
		row.smartbill_value or "",
		row.reason or "",
		candidates,
	)


def _as_json(candidates: tuple[str, ...]) -> str | None:
	return json.dumps(candidates, ensure_ascii=False) if candidates else None


def compare(account: str, rows: Sequence[frappe._dict]) -> int:
	"""Compare linked clients with their Customers, and write what was found. Returns how many conflicts were opened."""
	linked = [row for row in rows if row.customer]
	if not linked:
		return 0
	opened = write(account, [row.name for row in linked], FIELD_KINDS, differing(linked))
	table = frappe.qb.DocType(CLIENT)
	(
		frappe.qb.update(table)
		# of the database's own kind of time: it is compared with when documents were modified
		.set(table.compared_at, frappe.utils.now())
		.where(table.name.isin([row.name for row in linked]))
	).run()
	return opened


def differing(rows: Sequence[frappe._dict]) -> list[Found]:
	"""Where linked clients and their Customers say different things. Writes nothing."""
	customers = known.customers({row.customer for row in rows if row.customer})
	return [
		Found(row.name, row.client_name, one.kind, row.customer, one.erp, one.smartbill)
		for row in rows
		if row.customer in customers
		for one in differences.between(customers[row.customer], facts_of(row))
	]


def facts_of(row: frappe._dict) -> differences.Facts:
	"""What SmartBill says of a company."""
	return differences.Facts(
		name=row.client_name or "",
		vat_code=row.vat_code or "",
		vat_payer=row.vat_payer or "",
		emails=tuple((row.emails or "").splitlines()),
		address=(row.address or "", row.city or "", row.county or ""),
	)


def _key(client: str, kind: str) -> str:
	return f"{client}:{kind}"


def _values(account: str, one: Found, now: Any) -> dict[str, Any]:
	return {
		"status": OPEN,
		"title": one.title,
		"account": account,
		"customer": one.customer,
		"opened_at": now,
		"resolution": None,
		"resolved_by": None,
		"resolved_at": None,
		"note": None,
		"reason": one.reason,
		"erp_value": one.erp,
		"smartbill_value": one.smartbill,
		"candidates": _as_json(one.candidates),
		"data_hash": one.data_hash,
	}


def _update(updates: dict[str, dict[str, Any]]) -> None:
	"""In groups of the same columns, as one statement needs."""
	groups: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}
	for name, values in updates.items():
		groups.setdefault(tuple(values), {})[name] = values
	for group in groups.values():
		frappe.db.bulk_update(CONFLICT, group, update_modified=False)
