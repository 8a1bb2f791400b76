"""What a Romanian wholesaler's site has after its set-up: two selling companies, VAT, users, SmartBill Accounts.

Companies and credentials are those of the sandbox's default seed.
"""

from dataclasses import dataclass

PASSWORD = "demo"
CHART_OF_ACCOUNTS = "Standard"
# ERPNext's unit -> the unit of the SmartBill account.
UNITS = {"Nos": "buc", "Kg": "kg", "Hour": "ora", "Set": "set", "Meter": "m"}
# The legal rates since August 2025, by SmartBill's names.
VAT_RATES = {21: "Normala", 11: "Redusa"}
STANDARD_RATE = 21
# What is not taxed, for which reason: the tax category of the Quotation -> SmartBill's name of the 0 %.
UNTAXED = {"Livrare intracomunitară": "SDD", "Taxare inversă": "Taxare inversa"}


@dataclass(frozen=True)
class SellingCompany:
	"""A company that sells, and its SmartBill account in the sandbox."""

	name: str
	abbr: str
	cif: str
	email: str
	token: str
	series: str
	invoice_series: str
	spare_series: str = ""


COMPANIES = (
	SellingCompany(
		"Demo Distribuție SRL", "DD", "RO12345674", "demo@example.ro", "demo-token", "PRFB2B", "FACT", "PRF2"
	),
	SellingCompany(
		"Carpați Comerț SRL", "CC", "RO23456783", "demo2@example.ro", "demo2-token", "PRFB", "FACTB"
	),
)
USERS = {
	"vanzari@demo.local": ("Ana Vânzări", ("Sales User", "B2B Sales")),
	"manager@demo.local": (
		"Mihai Manager",
		("Sales User", "Sales Manager", "Sales Master Manager", "B2B Manager"),
	),
}


def set_up_shop() -> None:
	"""What ERPNext's set-up leaves, without this app. The caller commits."""
	import frappe
	from erpnext.setup.setup_wizard.setup_wizard import setup_complete

	year = frappe.utils.now_datetime().year
	first = COMPANIES[0]
	setup_complete(
		{
			"company_name": first.name,
			"company_abbr": first.abbr,
			"country": "Romania",
			"currency": "RON",
			"chart_of_accounts": CHART_OF_ACCOUNTS,
			"fy_start_date": f"{year}-01-01",
			"fy_end_date": f"{year}-12-31",
			"bank_account": "Banca Demo",
		}
	)
	for company in COMPANIES[1:]:
		make_company(company)
	for category in UNTAXED:
		frappe.get_doc({"doctype": "Tax Category", "title": category}).insert()
	for company in COMPANIES:
		frappe.db.set_value("Company", company.name, "tax_id", company.cif)
		make_vat(company)
	# made before the site knew its own
	frappe.db.set_value("User", "Administrator", "time_zone", "Europe/Bucharest")


def set_up_app() -> None:
	"""What the app is set up with in that shop. The caller commits."""
	import frappe

	for company in COMPANIES:
		make_smartbill_account(company)
	settings = frappe.get_doc("B2B Settings")
	settings.enable_smartbill_proforma = 1
	settings.save()
	make_users()


def make_company(company: SellingCompany) -> None:
	import frappe

	frappe.get_doc(
		{
			"doctype": "Company",
			"company_name": company.name,
			"abbr": company.abbr,
			"default_currency": "RON",
			"country": "Romania",
			"create_chart_of_accounts_based_on": "Standard Template",
			"chart_of_accounts": CHART_OF_ACCOUNTS,
		}
	).insert()


def make_vat(company: SellingCompany) -> None:
	"""Make accounts and templates of 21 and 11 %; ERPNext's own template for Romania still has 24 %."""
	import frappe

	frappe.db.set_value(
		"Sales Taxes and Charges Template", {"company": company.name}, {"is_default": 0, "disabled": 1}
	)
	parent = frappe.db.get_value(
		"Account", {"account_name": "Duties and Taxes", "company": company.name, "is_group": 1}
	)
	accounts = {}
	for rate in VAT_RATES:
		account = frappe.get_doc(
			{
				"doctype": "Account",
				"account_name": f"TVA colectată {rate}%",
				"parent_account": parent,
				"company": company.name,
				"account_type": "Tax",
				"tax_rate": rate,
			}
		).insert()
		accounts[rate] = account.name
		frappe.get_doc(
			{
				"doctype": "Sales Taxes and Charges Template",
				"title": f"TVA {rate}%",
				"company": company.name,
				"is_default": int(rate == STANDARD_RATE),
				"taxes": [
					{
						"charge_type": "On Net Total",
						"account_head": account.name,
						"rate": rate,
						"description": f"TVA {rate}%",
					}
				],
			}
		).insert()
	frappe.get_doc(
		{
			"doctype": "Sales Taxes and Charges Template",
			"title": "Fără TVA",
			"company": company.name,
			"taxes": [
				{
					"charge_type": "On Net Total",
					"account_head": accounts[STANDARD_RATE],
					"rate": 0,
					"description": "Fără TVA",
				}
			],
		}
	).insert()
	for rate in VAT_RATES:
		# An item's template changes the rate of the document's own tax row, whose account is the standard rate's.
		frappe.get_doc(
			{
				"doctype": "Item Tax Template",
				"title": f"TVA {rate}%",
				"company": company.name,
				"taxes": [{"tax_type": accounts[STANDARD_RATE], "tax_rate": rate}],
			}
		).insert()


def make_smartbill_account(company: SellingCompany) -> None:
	import frappe

	frappe.get_doc(
		{
			"doctype": "SmartBill Account",
			"company": company.name,
			"mode": "Draft",
			"email": company.email,
			"token": company.token,
			"cif": company.cif,
			"proforma_series": company.series,
			"spare_series": company.spare_series,
			"invoice_series": company.invoice_series,
			"language": "RO",
			"units": [{"uom": uom, "measuring_unit_name": unit} for uom, unit in UNITS.items()],
			"vat_rates": [
				{"erpnext_rate": rate, "tax_name": name, "tax_percentage": rate}
				for rate, name in VAT_RATES.items()
			]
			+ [
				{"erpnext_rate": 0, "tax_category": category, "tax_name": name, "tax_percentage": 0}
				for category, name in UNTAXED.items()
			],
		}
	).insert()


def make_users() -> None:
	import frappe

	for email, (name, roles) in USERS.items():
		user = frappe.get_doc(
			{
				"doctype": "User",
				"email": email,
				"first_name": name,
				"send_welcome_email": 0,
				"new_password": PASSWORD,
				"language": "en",
				"roles": [{"role": role} for role in roles],
			}
		)
		# Demo passwords are meant to be typed quickly.
		user.flags.ignore_password_policy = True
		user.insert()


def point_accounts_at(sandbox_url: str) -> None:
	"""Let the accounts of the sandbox's companies speak to a sandbox at this address, Live on this site as it is
	configured now. The caller commits."""
	import frappe

	from erp_b2b_smartbill.smartbill import modes

	for company in COMPANIES:
		account = frappe.get_doc("SmartBill Account", company.name)
		account.api_url = f"{sandbox_url}/SBORO/api"
		modes.bind(account)
		account.flags.writes_state = True
		account.save()
