"""SmartBill's clients as they were read, written to the site: a chunk of records in a constant number of queries.

A record of the API is recognised by its ID. A file has none, so a row is recognised by what tells clients apart there:
the fiscal code, the client's code, or the name and place. A client that first came from a file becomes the API's own
when the API shows it. Nothing here looks at Customers, and everything is written in the caller's transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.bulk_insert import insert_rows
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.search import keep
from erp_b2b_smartbill.smartbill.clients.record import ClientRecord, data_hash
from erp_b2b_smartbill.text import fold

CLIENT = "SmartBill Client"
API, FILE = "API", "File"
ACTIVE, GONE = "Active", "Gone"
# what a client says of itself, in the order of the columns
DATA_COLUMNS = (
	"client_name",
	"vat_code",
	"vat_payer",
	"reg_com",
	"code",
	"personal_code",
	"address",
	"city",
	"county",
	"country",
	"delivery_addresses",
	"contact",
	"email",
	"emails",
	"phone",
	"bank",
	"iban",
	"data_hash",
	"cui_digits",
	"name_key",
)
# what else has to be known of one to match and compare it
LOADED = [
	"name",
	"account",
	"client_key",
	"external_id",
	"source",
	"status",
	"customer",
	"keep_unlinked",
	"last_run",
	"first_seen_at",
	*DATA_COLUMNS,
]


@dataclass
class Stored:
	"""What became of a chunk. `fresh` are the rows that are new or changed, as they stand in the database now."""

	new: int = 0
	changed: int = 0
	unchanged: int = 0
	fresh: list[frappe._dict] = field(default_factory=list)
	# (external ID of the file, of the API) of clients that the API took over
	adopted: list[tuple[str, str]] = field(default_factory=list)
	# rows of a file that say again what another row of the same run said
	repeated: list[ClientRecord] = field(default_factory=list)
	# clients that the API shows a second time in a run, as after a lost cursor: they are counted already
	again: int = 0


def write(account: str, source: str, run: str, records: Sequence[ClientRecord]) -> Stored:
	"""Write the records of one chunk. `run` marks the clients as seen by it."""
	now = clock.now()
	result, inserts, updates, seen = _sorted(account, source, run, records, now)
	insert_rows(CLIENT, inserts)
	# `modified` is when what the client says of itself changed; nothing else touches it
	frappe.db.bulk_update(CLIENT, updates)
	_mark_seen(seen, run, now)
	keep.refresh(CLIENT, [row.name for row in result.fresh])
	return result


def see(account: str, run: str, external_ids: Sequence[str]) -> None:
	"""Mark clients as seen though what they say cannot be kept: they are not gone."""
	keys = [f"{account}:{one}" for one in external_ids]
	if keys:
		names = frappe.get_all(CLIENT, {"client_key": ["in", keys], "status": ACTIVE}, pluck="name")
		_mark_seen(names, run, clock.now())


def look(account: str, records: Sequence[ClientRecord]) -> Stored:
	"""What writing these rows of a file would do. Writes nothing."""
	return _sorted(account, FILE, "", records, clock.now())[0]


def _sorted(
	account: str, source: str, run: str, records: Sequence[ClientRecord], now: Any
) -> tuple[Stored, list[frappe._dict], dict[str, dict[str, Any]], list[str]]:
	"""(what becomes of the records, rows to insert, values to update by name, names that were seen)."""
	result = Stored()
	keyed: dict[str, ClientRecord] = {}
	for record in records:
		if keyed.setdefault(client_key(account, record), record) is record:
			continue
		if source == API:
			result.again += 1
		else:
			result.repeated.append(record)
	existing = _recognised(account, source, run, keyed)
	seen: list[str] = []
	inserts: list[frappe._dict] = []
	updates: dict[str, dict[str, Any]] = {}
	for key, record in keyed.items():
		there = existing.get(key)
		if there is None:
			inserts.append(_new(account, source, run, key, record, now))
		elif source == FILE and run and there.last_run == run:
			result.repeated.append(record)
		else:
			seen.append(there.name)
			values = _changes(there, source, key, record)
			is_counted = bool(run) and there.last_run == run
			if is_counted:
				result.again += 1
			elif values:
				result.changed += 1
			else:
				result.unchanged += 1
			if values:
				updates[there.name] = values
				result.fresh.append(frappe._dict(there | values))
				if "client_key" in values:
					result.adopted.append((there.external_id, record.external_id))
	result.new = len(inserts)
	result.fresh += inserts
	return result, inserts, updates, seen


def _changes(there: frappe._dict, source: str, key: str, record: ClientRecord) -> dict[str, Any] | None:
	"""What the record changes of a client; None for nothing."""
	if source == FILE and there.source == API:
		# what the API says is newer than any file
		return None
	adopted = source == API and there.source == FILE
	if there.data_hash == data_hash(record) and there.status == ACTIVE and not adopted:
		return None
	values = columns(record)
	if source == FILE:
		# a file does not tell everything that another one did
		values = {name: value or there[name] for name, value in values.items()}
	if adopted:
		values |= {"source": API, "external_id": record.external_id, "client_key": key}
	return values | {"status": ACTIVE}


def client_key(account: str, record: ClientRecord) -> str:
	"""The unique key of a client."""
	return f"{account}:{record.external_id or file_id(record)}"


def file_id(record: ClientRecord) -> str:
	"""What stands for the ID of a row: the same row of tomorrow's export gets the same."""
	told_by = (
		_digits(record) or record.personal_code,
		record.code,
		identity.name_key(record.name),
		fold(record.city),
	)
	return f"file-{hashlib.sha256(json.dumps(told_by).encode()).hexdigest()[:32]}"


def columns(record: ClientRecord) -> dict[str, Any]:
	"""The record as the fields of a SmartBill Client."""
	return {
		"client_name": record.name,
		"vat_code": record.vat_code,
		"vat_payer": record.vat_payer,
		"reg_com": record.reg_com,
		"code": record.code,
		"personal_code": record.personal_code,
		"address": record.address,
		"city": record.city,
		"county": record.county,
		"country": record.country,
		"delivery_addresses": json.dumps(record.delivery_addresses, ensure_ascii=False)
		if record.delivery_addresses
		else "",
		"contact": record.contact,
		"email": record.email,
		"emails": "\n".join(record.emails),
		"phone": record.phone,
		"bank": record.bank,
		"iban": record.iban,
		"data_hash": data_hash(record),
		"cui_digits": _digits(record),
		"name_key": identity.name_key(record.name),
	}


def load(filters: dict[str, Any], limit: int | None = None, order_by: str = "name") -> list[frappe._dict]:
	"""Clients with all that matching and comparing need."""
	return frappe.get_all(CLIENT, filters, LOADED, order_by=order_by, limit=limit)


def _digits(record: ClientRecord) -> str:
	"""Also those of a fiscal code whose check digit is wrong: SmartBill has such."""
	return identity.cui_digits(record.vat_code) or ""


def _recognised(
	account: str, source: str, run: str, keyed: dict[str, ClientRecord]
) -> dict[str, frappe._dict]:
	"""The clients that are there already, by the key of the record that they are."""
	exact = {row.client_key: row for row in load({"client_key": ["in", list(keyed)]})}
	rest = {key: record for key, record in keyed.items() if key not in exact}
	if not rest:
		return exact
	others = _others(account, source, run, list(rest.values()))
	taken = {row.name for row in exact.values()}
	for key, record in rest.items():
		found = _same(record, [row for row in others if row.name not in taken])
		if found:
			taken.add(found.name)
			exact[key] = found
	return exact


def _others(account: str, source: str, run: str, records: list[ClientRecord]) -> list[frappe._dict]:
	"""Clients that could be one of the records though their keys differ. The API takes over those of files only."""
	base: dict[str, Any] = {"account": account}
	if source == API:
		base["source"] = FILE
		if not frappe.db.exists(CLIENT, base):
			return []
	found: dict[str, frappe._dict] = {}
	for column, values in (
		("cui_digits", {_digits(record) for record in records}),
		("code", {record.code for record in records}),
		("name_key", {identity.name_key(record.name) for record in records}),
	):
		values -= {""}
		if values:
			for row in load({**base, column: ["in", sorted(values)]}, limit=10 * len(records) + 100):
				if row.last_run != run:
					found[row.name] = row
	return list(found.values())


def _same(record: ClientRecord, rows: list[frappe._dict]) -> frappe._dict | None:
	"""The one client that the record is, when exactly one is; two different fiscal codes are two clients."""
	digits = _digits(record)
	key = identity.name_key(record.name)
	rows = [row for row in rows if not (digits and row.cui_digits and row.cui_digits != digits)]
	for same in (
		[row for row in rows if digits and row.cui_digits == digits],
		[row for row in rows if record.code and row.code == record.code and row.name_key == key],
		[row for row in rows if key and row.name_key == key and fold(row.city or "") == fold(record.city)],
	):
		if len(same) == 1:
			return same[0]
		if same:
			return next((row for row in same if row.name_key == key and row.code == record.code), None)
	return None


def _new(account: str, source: str, run: str, key: str, record: ClientRecord, now: Any) -> frappe._dict:
	return frappe._dict(
		name=frappe.generate_hash(length=10),
		account=account,
		source=source,
		status=ACTIVE,
		external_id=key.removeprefix(f"{account}:"),
		client_key=key,
		first_seen_at=now,
		last_seen_at=now,
		last_run=run,
		customer=None,
		keep_unlinked=0,
		**columns(record),
	)


def _mark_seen(names: list[str], run: str, now: Any) -> None:
	if names:
		table = frappe.qb.DocType(CLIENT)
		(
			frappe.qb.update(table)
			.set(table.last_seen_at, now)
			.set(table.last_run, run)
			.where(table.name.isin(names))
		).run()
