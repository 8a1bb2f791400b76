"""A customer's invoices as a workbook. Texts stay texts, whatever they begin with; what is cut is said in the sheet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from typing import Any

from frappe import _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from erp_b2b_smartbill.customers.overview import dues
from erp_b2b_smartbill.text import N_

MAX_ROWS = 10_000
# what a program that reads the sheet may take for the beginning of a formula
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MONEY, DAY = "#,##0.00", "yyyy-mm-dd"

STATUS_NAMES = {
	dues.OVERDUE: N_("Overdue"),
	dues.NOT_DUE: N_("Not due"),
	dues.PAID: N_("Paid"),
	dues.CREDIT_NOTE: N_("Credit note"),
}
SOURCE_NAMES = {"erpnext": "ERPNext", "smartbill": "SmartBill"}
COLUMNS = (
	N_("Source"),
	N_("Number"),
	N_("Date"),
	N_("Due date"),
	N_("Status"),
	N_("Days overdue"),
	N_("Total"),
	N_("Currency"),
	N_("Outstanding"),
	N_("Overdue amount"),
	N_("Currency of the outstanding amount"),
	N_("Total in the company's currency"),
	N_("Outstanding in the company's currency"),
	N_("Company"),
	N_("Customer"),
	N_("Name of the customer"),
	N_("Credit note for"),
	N_("Quotation"),
	N_("As of"),
)


def workbook(rows: list[dict[str, Any]], as_of: datetime) -> bytes:
	"""`rows` as invoices.py gives them, at most one more than MAX_ROWS: that one tells that there are others."""
	book = Workbook(write_only=True)
	sheet = book.create_sheet(_("Invoices"))
	sheet.append([_cell(sheet, _(title), bold=True) for title in COLUMNS])
	for row in rows[:MAX_ROWS]:
		sheet.append([_cell(sheet, value) for value in _values(row)])
	notes = [_("As of {0}.").format(as_of.strftime("%Y-%m-%d %H:%M"))]
	if len(rows) > MAX_ROWS:
		notes.append(
			_(
				"There are more: only the newest {0} are here. Narrow the list down by period or status."
			).format(MAX_ROWS)
		)
	sheet.append([])
	for note in notes:
		sheet.append([_cell(sheet, note)])
	content = BytesIO()
	book.save(content)
	return content.getvalue()


def _values(row: dict[str, Any]) -> Iterable[Any]:
	yield SOURCE_NAMES[row["source"]]
	yield row["number"]
	yield row["date"]
	yield row["due_date"]
	yield _(STATUS_NAMES[row["status"]])
	yield row["days_overdue"] or None
	yield row["total"]["value"]
	yield row["total"]["currency"]
	yield row["outstanding"]["value"]
	yield row["overdue"]["value"]
	yield row["outstanding"]["currency"]
	for field in ("base_total", "base_outstanding"):
		yield row[field] and row[field]["value"]
	for field in ("company", "customer", "customer_name", "return_against", "quotation", "as_of"):
		yield row[field]


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> WriteOnlyCell:
	if isinstance(value, str):
		value = ILLEGAL_CHARACTERS_RE.sub("", value)
	cell = WriteOnlyCell(sheet, value=value)
	if isinstance(value, str):
		cell.data_type = "s"
		# the mark that a spreadsheet sets for a text typed after an apostrophe
		cell.quotePrefix = value.startswith(FORMULA_STARTS)
	elif isinstance(value, float):
		cell.number_format = MONEY
	elif isinstance(value, date) and not isinstance(value, datetime):
		cell.number_format = DAY
	if bold:
		cell.font = Font(bold=True)
	return cell
