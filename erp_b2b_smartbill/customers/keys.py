"""The keys that Customers are recognised by, for those that were there before the app, or were changed past it."""

from __future__ import annotations

from collections.abc import Collection

import frappe
from frappe.query_builder import DocType

from erp_b2b_smartbill.customers import identity

CHUNK = 1000


def fill_missing() -> None:
	"""Give every Customer without keys its own, in chunks that are committed; nothing else of a Customer changes, so this
	is no saving of it. It may run again at any time and goes on where it was broken off."""
	last = ""
	while True:
		rows = frappe.get_all(
			"Customer",
			{"name": [">", last], "b2b_name_key": ["is", "not set"], "b2b_cui": ["is", "not set"]},
			["name", "customer_name", "tax_id"],
			order_by="name asc",
			limit=CHUNK,
		)
		if not rows:
			return
		found = {row.name: _keys_of(row) for row in rows}
		with_keys = {name: keys for name, keys in found.items() if any(keys.values())}
		frappe.db.bulk_update("Customer", with_keys, update_modified=False)
		last = rows[-1].name
		frappe.db.commit()  # nosemgrep: frappe-manual-commit


def renew(names: Collection[str]) -> None:
	"""Give those of these Customers whose keys are not those of what they say now (an import, a patch or SQL changed it)
	their own, in the caller's transaction. Nothing else of a Customer changes."""
	fields = ["name", "customer_name", "tax_id", "b2b_cui", "b2b_name_key"]
	table = DocType("Customer")
	for row in frappe.get_all("Customer", {"name": ["in", list(names)]}, fields):
		keys = _keys_of(row)
		if all((row[field] or None) == value for field, value in keys.items()):
			continue
		query = frappe.qb.update(table).where(table.name == row.name)
		for field, value in keys.items():
			query = query.set(field, value)
		# one that somebody saved since it was read has its keys
		for field in ("customer_name", "tax_id"):
			query = query.where(table[field].isnull() if row[field] is None else table[field] == row[field])
		query.run()


def _keys_of(row: frappe._dict) -> dict[str, str | None]:
	return {
		"b2b_cui": identity.valid_cui(row.tax_id),
		"b2b_name_key": identity.name_key(row.customer_name) or None,
	}
