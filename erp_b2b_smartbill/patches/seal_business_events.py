"""Business Events of before there were seals: what they say about people moves apart, they are signed, and sealed."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe.query_builder import DocType

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal, sealing, signing

CHUNK = 500


def execute() -> None:
	"""May run again: what is signed is left alone. Nothing is committed before all is signed: once there is a chain, what
	lacks a signature was not written by the app, and gets none."""
	if sealing.last().number:
		return
	key, place = audit.current_key(), None
	while rows := _unsigned(place):
		place = sealing.place_of(rows[-1])
		frappe.db.bulk_update(
			audit.EVENT, {row.name: _signed(key, row) for row in rows}, chunk_size=100, update_modified=False
		)
	# it commits first
	sealing.seal()


def _unsigned(place: sealing.Place | None = None) -> list[Any]:
	table = DocType(audit.EVENT)
	query = (
		frappe.qb.from_(table)
		.select(
			table.name,
			table.event,
			table.reference_doctype,
			table.reference_name,
			table.user,
			table.occurred_at,
			table.creation,
			table.before,
			table.after,
			table.reason,
		)
		.where(table.signature.isnull() & (table.seal_number == 0))
		.orderby(table.creation)
		.orderby(table.name)
		.limit(CHUNK)
	)
	return sealing.behind(query, table, place).run(as_dict=True)


def _signed(key: signing.Key, row: Any) -> dict[str, Any]:
	before, after = _values(row.before), _values(row.after)
	content = audit.content_of(row.reference_doctype, row.reference_name, before, after, row.reason)
	who, who_digest = personal.store({"user": row.user})
	values = {
		**content,
		"origin": "",
		"occurred_at": row.occurred_at or row.creation,
		"who": who,
		"who_digest": who_digest,
	}
	signature = signing.sign(key, {"name": row.name, "event": row.event, **values})
	values.pop("reference_doctype")
	values.pop("reference_name")
	return {**values, "signature": signature}


def _values(text: str | None) -> dict[str, Any]:
	values = json.loads(text or "{}")
	return values if isinstance(values, dict) else {"value": values}
