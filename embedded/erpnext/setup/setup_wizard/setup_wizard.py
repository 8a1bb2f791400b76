"""What ERPNext's setup wizard leaves behind. As ERPNext v15's module of the same name, for use by programs."""

import frappe
from erpnext.setup.setup_wizard.operations import install_fixtures


def setup_complete(args: dict) -> None:
	"""Make a site ready to sell. `args`, by ERPNext's names: company_name, company_abbr, country, currency,
	chart_of_accounts, fy_start_date, fy_end_date, and bank_account if it has a name of its own."""
	args = frappe._dict(args)
	install_fixtures.install(args.country)
	install_fixtures.install_company(args)
	install_fixtures.install_defaults(args)
	frappe.clear_messages()
