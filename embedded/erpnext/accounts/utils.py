"""As ERPNext v15's `erpnext.accounts.utils`: names of accounts, fiscal years."""

from datetime import date as Date

import frappe
from frappe import _
from frappe.utils import cstr, formatdate, getdate


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
