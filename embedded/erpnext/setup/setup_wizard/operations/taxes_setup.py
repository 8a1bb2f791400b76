"""The tax template a company starts with. As ERPNext v15's module of the same name.

The rates are those of ERPNext's own list, obsolete ones included: Romania's standard rate has been 21 % since August
2025, and a fresh Romanian company still gets 24 %. A site must make its own template."""

import frappe
from frappe import _

# country: (title, account, rate)
COUNTRIES = {"Romania": ("Romania Tax", "VAT", 24.0)}


def setup_taxes_and_charges(company_name: str, country: str) -> None:
	"""A sales template and an item tax template for the country, where its taxes are known."""
	if not frappe.db.exists("Company", company_name):
		frappe.throw(_("Company {} does not exist yet. Taxes setup aborted.").format(company_name))
	if country not in COUNTRIES:
		return
	title, account_name, rate = COUNTRIES[country]
	account = get_or_create_account(company_name, account_name, rate)
	cost_center = frappe.get_cached_value("Company", company_name, "cost_center")
	_insert_once(
		"Sales Taxes and Charges Template",
		company_name,
		title,
		{
			"charge_type": "On Net Total",
			"account_head": account,
			"description": f"{account_name} @ {rate}",
			"rate": rate,
			"cost_center": cost_center,
		},
	)
	_insert_once("Item Tax Template", company_name, title, {"tax_type": account, "tax_rate": rate})


def get_or_create_account(company: str, account_name: str, rate: float) -> str:
	"""The company's liability account of this name, made below "Duties and Taxes" if need be."""
	key = {"company": company, "root_type": "Liability"}
	existing = frappe.db.get_value("Account", {**key, "account_name": account_name})
	if existing:
		return existing
	group = frappe.db.get_value("Account", {**key, "is_group": 1, "account_type": "Tax"})
	account = frappe.get_doc(
		{
			"doctype": "Account",
			"account_name": account_name,
			"company": company,
			"parent_account": group,
			"account_type": "Tax",
			"tax_rate": rate,
		}
	)
	return account.insert(ignore_permissions=True).name


def _insert_once(doctype: str, company: str, title: str, row: dict) -> None:
	if not frappe.db.exists(doctype, {"title": title, "company": company}):
		template = frappe.get_doc({"doctype": doctype, "title": title, "company": company, "taxes": [row]})
		template.insert(ignore_permissions=True)
