"""Before accounts get a mode, which is Off for all that are there: those that were enabled in the first version are
marked for complete_first_proformas.py, in the column that nobody reads any more."""

from __future__ import annotations

import frappe

ACCOUNT = "SmartBill Account"
WAS_ENABLED = 2


def execute() -> None:
	if frappe.db.has_column(ACCOUNT, "enabled") and not frappe.db.has_column(ACCOUNT, "mode"):
		# what Frappe knows of the doctype's fields is not what the table has
		table = frappe.qb.DocType(ACCOUNT)
		frappe.qb.update(table).set(table.enabled, WAS_ENABLED).where(table.enabled == 1).run()
