"""What a voucher writes into the ledger, and takes back when it is cancelled. As ERPNext v15's
`erpnext.accounts.general_ledger`.

Left out: the payment ledger beside it, periods that are closed or frozen, budgets, accounting dimensions."""

from collections.abc import Iterable
from typing import Any

import frappe
from erpnext.accounts.utils import update_voucher_outstanding
from frappe import _
from frappe.utils import flt, now

# Lines that agree in these are one line.
SAME_LINE = (
	"account",
	"cost_center",
	"party_type",
	"party",
	"against_voucher_type",
	"against_voucher",
	"voucher_detail_no",
)
SIDES = (
	("debit", "credit"),
	("debit_in_account_currency", "credit_in_account_currency"),
	("debit_in_transaction_currency", "credit_in_transaction_currency"),
)
# What rounding may leave between debit and credit; it goes to the company's account for that.
TOLERANCE = 0.5


def make_gl_entries(
	gl_map: list[dict[str, Any]], cancel: bool = False, update_outstanding: str = "Yes"
) -> None:
	"""Write the lines of one voucher; with `cancel`, undo them."""
	if not gl_map:
		return
	if cancel:
		make_reverse_gl_entries(gl_map[0]["voucher_type"], gl_map[0]["voucher_no"], update_outstanding)
		return
	lines = process_gl_map(gl_map)
	_balance(lines)
	_save(lines, update_outstanding)


def process_gl_map(gl_map: Iterable[dict[str, Any]]) -> list[frappe._dict]:
	"""Like lines made one, negative amounts moved to the other side, empty lines dropped."""
	merged: dict[tuple, frappe._dict] = {}
	for entry in gl_map:
		key = tuple(entry.get(field) for field in SAME_LINE)
		line = merged.setdefault(key, frappe._dict({**entry, **dict.fromkeys(sum(SIDES, ()), 0.0)}))
		for field in sum(SIDES, ()):
			line[field] += flt(entry.get(field))
	for line in merged.values():
		for debit, credit in SIDES:
			amount = flt(line[debit] - line[credit], 9)
			line[debit], line[credit] = max(amount, 0), max(-amount, 0)
	return [line for line in merged.values() if flt(line.debit, 2) or flt(line.credit, 2)]


def _balance(lines: list[frappe._dict]) -> None:
	difference = flt(sum(flt(line.debit, 2) - flt(line.credit, 2) for line in lines), 2)
	if not difference:
		return
	first = lines[0]
	if abs(difference) > TOLERANCE:
		frappe.throw(
			_("Debit and Credit not equal for {0} #{1}. Difference is {2}.").format(
				first.voucher_type, first.voucher_no, difference
			)
		)
	account, cost_center = frappe.get_cached_value(
		"Company", first.company, ["round_off_account", "round_off_cost_center"]
	)
	line = frappe._dict(
		{field: value for field, value in first.items() if field not in (*SAME_LINE, *sum(SIDES, ()))}
	)
	line.update(account=account, cost_center=cost_center)
	for debit, credit in SIDES:
		line[debit], line[credit] = max(-difference, 0), max(difference, 0)
	lines.append(line)


def make_reverse_gl_entries(voucher_type: str, voucher_no: str, update_outstanding: str = "Yes") -> None:
	"""The voucher's lines are marked as cancelled, and stand once more with their sides swapped, cancelled too."""
	voucher = {"voucher_type": voucher_type, "voucher_no": voucher_no, "is_cancelled": 0}
	entries = frappe.get_all("GL Entry", voucher, ["*"])
	frappe.db.set_value("GL Entry", voucher, {"is_cancelled": 1, "modified": now()}, update_modified=False)
	reversed_lines = []
	for entry in entries:
		for debit, credit in SIDES:
			entry[debit], entry[credit] = entry[credit], entry[debit]
		entry.update(is_cancelled=1, remarks="On cancellation of " + voucher_no)
		for field in ("name", "creation", "modified", "owner", "modified_by", "docstatus", "idx", "doctype"):
			entry.pop(field, None)
		reversed_lines.append(entry)
	_save(reversed_lines, update_outstanding)


def _save(lines: list[frappe._dict], update_outstanding: str) -> None:
	for line in lines:
		entry = frappe.get_doc({"doctype": "GL Entry", **line})
		entry.flags.ignore_permissions = True
		entry.submit()
	if update_outstanding != "Yes":
		return
	settled = {
		(line.against_voucher_type, line.against_voucher, line.account, line.party_type, line.party)
		for line in lines
		if line.party and line.against_voucher
	}
	for voucher in sorted(settled):
		update_voucher_outstanding(*voucher)
