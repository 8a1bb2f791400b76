"""Clients of SmartBill were stored as they came, past Frappe's filter, so that a name could be markup in a list or a
report. Those that are stored get the brackets that new ones have, and so do their conflicts; what was decided about
these stands."""

from __future__ import annotations

import frappe
from frappe.query_builder import CustomFunction, DocType

from erp_b2b_smartbill.smartbill.clients import conflicts
from erp_b2b_smartbill.smartbill.clients.store import CLIENT, DATA_COLUMNS
from erp_b2b_smartbill.text import without_markup

_MADE = frozenset({"vat_payer", "data_hash", "cui_digits", "name_key"})
Replace = CustomFunction("REPLACE", ["text", "old", "new"])


def execute() -> None:
	conflicts.take_markup_out()
	table = DocType(CLIENT)
	# a column at a time, so that a statement stays small; the next sync says for itself what else has changed by it
	for name in DATA_COLUMNS:
		if name in _MADE:
			continue
		clean = column = table[name]
		for bracket in "<>":
			clean = Replace(clean, bracket, without_markup(bracket))
		frappe.qb.update(table).set(column, clean).where(column.like("%<%") | column.like("%>%")).run()
