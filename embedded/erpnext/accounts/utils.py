"""As ERPNext v15's `erpnext.accounts.utils`: names of accounts, fiscal years, what is open of an invoice."""

from datetime import date as Date

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import cstr, flt, formatdate, getdate


class FiscalYearError(frappe.ValidationError):
	pass


def get_autoname_with_number(number: str | None, title: str, company: str) -> str:
	"""[number - ]title - abbreviation of the company"""
	abbr = frappe.get_cached_value("Company", company, "abbr")
	return " - ".join(filter(None, [cstr(number).strip(), title.strip(), abbr]))


def get_fiscal_year(
	date: str | Date | None = None,
	fiscal_year: str | None = None,
	label: str = "Date",
	company: str | None = None,
	as_dict: bool = False,
) -> tuple | dict:
	"""(name, first day, last day) of the year with this name or this day; without either, of the latest one."""
	day = getdate(date) if date else None
	for year in frappe.get_all(
		"Fiscal Year",
		filters={"disabled": 0},
		fields=["name", "year_start_date", "year_end_date"],
		order_by="year_start_date desc",
	):
		if company and not _is_for(year.name, company):
			continue
		if (
			year.name == fiscal_year
			or (day and getdate(year.year_start_date) <= day <= getdate(year.year_end_date))
			or not (day or fiscal_year)
		):
			return year if as_dict else (year.name, year.year_start_date, year.year_end_date)
	frappe.throw(
		_("{0} {1} is not in any active Fiscal Year").format(_(label), formatdate(day)), FiscalYearError
	)


def _is_for(fiscal_year: str, company: str) -> bool:
	"""A year that names no company is for all."""
	companies = frappe.get_all("Fiscal Year Company", {"parent": fiscal_year}, pluck="company")
	return not companies or company in companies


def parse_naming_series_variable(doc, variable: str) -> str | None:
	"""The part FY of a naming series: the fiscal year of the document's day."""
	if variable != "FY":
		return None
	day = (doc and (doc.get("posting_date") or doc.get("transaction_date"))) or getdate()
	return get_fiscal_year(day, company=doc and doc.get("company"))[0]


def update_voucher_outstanding(
	voucher_type: str, voucher_no: str, account: str, party_type: str, party: str
) -> None:
	"""What the ledger says is still open of an invoice stands on it, in its account's currency, and its status follows.

	(ERPNext asks its payment ledger, which holds the same lines.)"""
	if voucher_type != "Sales Invoice" or not frappe.db.exists(voucher_type, voucher_no):
		return
	entry = frappe.qb.DocType("GL Entry")
	balance = (
		frappe.qb.from_(entry)
		.select(Sum(entry.debit_in_account_currency) - Sum(entry.credit_in_account_currency))
		.where((entry.against_voucher_type == voucher_type) & (entry.against_voucher == voucher_no))
		.where((entry.account == account) & (entry.party_type == party_type) & (entry.party == party))
		.where(entry.is_cancelled == 0)
	).run()
	# a cancelled invoice keeps what was open of it
	if balance[0][0] is None:
		return
	invoice = frappe.get_doc(voucher_type, voucher_no)
	outstanding = flt(balance[0][0], invoice.precision("outstanding_amount"))
	invoice.db_set("outstanding_amount", outstanding)
	invoice.set_status(update=True)
	invoice.notify_update()
