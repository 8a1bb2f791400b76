"""The keys that Customers are recognised by, for those that were there before the app."""

from __future__ import annotations

import frappe

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
		for row in rows:
			keys = {
				"b2b_cui": identity.valid_cui(row.tax_id),
				"b2b_name_key": identity.name_key(row.customer_name) or None,
			}
			if any(keys.values()):
				frappe.db.set_value("Customer", row.name, keys, update_modified=False)
		last = rows[-1].name
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
