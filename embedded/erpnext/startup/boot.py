"""What the desk knows from the start. As ERPNext v15's module of the same name."""

import frappe
from frappe.utils import cint

COMPANY_FIELDS = [
	"name",
	"default_currency",
	"cost_center",
	"default_selling_terms",
	"default_buying_terms",
	"default_letter_head",
	"default_bank_account",
	"country",
]


def boot_session(bootinfo: dict) -> None:
	"""Defaults of selling, and the companies: the desk shows amounts in a company's currency by these."""
	if frappe.session.user == "Guest":
		return
	settings = frappe.get_cached_doc("Selling Settings")
	bootinfo.sysdefaults.update(
		territory=settings.territory,
		customer_group=settings.customer_group,
		allow_stale=cint(frappe.db.get_single_value("Accounts Settings", "allow_stale")),
		allow_sales_order_creation_for_expired_quotation=cint(
			settings.allow_sales_order_creation_for_expired_quotation
		),
	)
	for company in frappe.get_all("Company", fields=COMPANY_FIELDS):
		bootinfo.docs.append({**company, "doctype": ":Company"})
