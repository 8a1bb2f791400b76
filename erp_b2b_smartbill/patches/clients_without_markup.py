"""Clients of SmartBill were stored as they came, past Frappe's filter, so that a name could be markup in a list or a
report. Those that are stored get the brackets that new ones have."""

from __future__ import annotations

import frappe
from frappe.query_builder import CustomFunction, DocType

from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT
from erp_b2b_smartbill.smartbill.clients.store import CLIENT, DATA_COLUMNS
from erp_b2b_smartbill.text import without_markup

CONFLICT_COLUMNS = ("title", "reason", "smartbill_value")
_MADE = frozenset({"vat_payer", "data_hash", "cui_digits", "name_key"})
Replace = CustomFunction("REPLACE", ["text", "old", "new"])


def execute() -> None:
	"""A column at a time, so that a statement stays small. The next sync says for itself what else has changed by it."""
	for doctype, columns in (
		(CLIENT, [column for column in DATA_COLUMNS if column not in _MADE]),
		(CONFLICT, CONFLICT_COLUMNS),
	):
		table = DocType(doctype)
		for name in columns:
			column = table[name]
			clean = column
			for bracket in "<>":
				clean = Replace(clean, bracket, without_markup(bracket))
			frappe.qb.update(table).set(column, clean).where(column.like("%<%") | column.like("%>%")).run()
