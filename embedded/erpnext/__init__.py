"""A stand-in for ERPNext, for sites without a bench: the doctypes and functions our app touches, under ERPNext's names.

Semantics are those of ERPNext v15; the framework beneath may be v16. Hence the version: 15.71.1 says whose rules are
followed (an app that asks `erpnext.__version__` must take its v15 path), the local part says that this is not ERPNext.
"""

import frappe

__version__ = "15.71.1+standin"


def get_default_company(user: str | None = None) -> str | None:
	"""The user's default company, or else the site's."""
	from frappe.defaults import get_user_default_as_list

	companies = get_user_default_as_list("company", user or frappe.session.user)
	return companies[0] if companies else frappe.db.get_single_value("Global Defaults", "default_company")


def get_default_currency() -> str | None:
	return get_company_currency(get_default_company())


def get_company_currency(company: str | None) -> str | None:
	return frappe.get_cached_value("Company", company, "default_currency") if company else None


def get_default_cost_center(company: str | None) -> str | None:
	return frappe.get_cached_value("Company", company, "cost_center") if company else None


def encode_company_abbr(name: str, company: str | None = None, abbr: str | None = None) -> str:
	"""`name` with " - <abbreviation>" at its end, once."""
	abbr = abbr or frappe.get_cached_value("Company", company, "abbr")
	return name if name.rsplit(" - ", 1)[-1].lower() == abbr.lower() else f"{name} - {abbr}"
