"""The records a site starts with. As ERPNext v15's module of the same name."""

import json
from pathlib import Path

import frappe
from frappe import _
from frappe.utils import getdate

DATA = Path(__file__).parent.parent / "data"
# tree: (root, {name: whether it is a group})
TREES = {
	"Item Group": (
		"All Item Groups",
		("Products", "Raw Material", "Services", "Sub Assemblies", "Consumable"),
	),
	"Territory": ("All Territories", ("Rest Of The World",)),
	"Sales Person": ("Sales Team", ()),
	"Customer Group": ("All Customer Groups", ("Individual", "Commercial", "Non Profit", "Government")),
}
MODES_OF_PAYMENT = {
	"Cheque": "Bank",
	"Cash": "Cash",
	"Credit Card": "Bank",
	"Wire Transfer": "Bank",
	"Bank Draft": "Bank",
}


def install(country: str | None = None) -> None:
	"""What does not depend on a company."""
	if country:
		insert_once("Address Template", country, {"country": country})
	for doctype, (root, names) in TREES.items():
		insert_node(doctype, root, is_group=1)
		for name in names:
			insert_node(doctype, name, parent=root)
	if country:
		insert_node("Territory", country.replace("'", ""), parent="All Territories")
	for name, kind in MODES_OF_PAYMENT.items():
		insert_once("Mode of Payment", _(name), {"mode_of_payment": _(name), "type": kind})
	add_uom_data()
	update_selling_defaults()


def install_company(args: dict) -> None:
	year = get_fy_details(args["fy_start_date"], args["fy_end_date"])
	insert_once(
		"Fiscal Year",
		year,
		{"year": year, "year_start_date": args["fy_start_date"], "year_end_date": args["fy_end_date"]},
	)
	insert_once(
		"Company",
		args["company_name"],
		{
			"company_name": args["company_name"],
			"abbr": args.get("company_abbr"),
			"default_currency": args["currency"],
			"country": args["country"],
			"create_chart_of_accounts_based_on": "Standard Template",
			"chart_of_accounts": args.get("chart_of_accounts"),
			"domain": args.get("domain"),
		},
	)


def install_defaults(args: dict) -> None:
	"""Price lists in the company's currency, and the company as the site's own."""
	for name, selling in (("Standard Buying", 0), ("Standard Selling", 1)):
		insert_once(
			"Price List",
			_(name),
			{
				"price_list_name": _(name),
				"enabled": 1,
				"buying": 1 - selling,
				"selling": selling,
				"currency": args["currency"],
			},
		)
	frappe.db.set_value("Currency", args["currency"], "enabled", 1)
	defaults = frappe.get_doc("Global Defaults")
	defaults.update(
		{
			"default_currency": args["currency"],
			"default_company": args["company_name"],
			"country": args["country"],
		}
	)
	defaults.save(ignore_permissions=True)
	update_stock_settings(args["company_name"])
	create_bank_account(args)


def update_selling_defaults() -> None:
	settings = frappe.get_doc("Selling Settings")
	settings.cust_master_name = "Customer Name"
	settings.allow_multiple_items = 1
	settings.save(ignore_permissions=True)


def update_stock_settings(company: str) -> None:
	"""Among them a trap: a rate given by hand for an item without a price becomes its price."""
	settings = frappe.get_doc("Stock Settings")
	settings.update(
		{
			"item_naming_by": "Item Code",
			"default_warehouse": frappe.db.get_value(
				"Warehouse", {"warehouse_name": _("Stores"), "company": company}
			),
			"stock_uom": _("Nos"),
			"auto_insert_price_list_rate_if_missing": 1,
			"update_price_list_based_on": "Rate",
		}
	)
	settings.save(ignore_permissions=True)


def create_bank_account(args: dict) -> None:
	"""The company's first bank account in the books, its default one."""
	company = args["company_name"]
	group = frappe.db.get_value(
		"Account", {"account_type": "Bank", "is_group": 1, "root_type": "Asset", "company": company}
	)
	name = args.get("bank_account") or _("Bank Account")
	if not group or frappe.db.exists("Account", {"account_name": name, "company": company}):
		return
	account = frappe.get_doc(
		{
			"doctype": "Account",
			"account_name": name,
			"parent_account": group,
			"company": company,
			"account_type": "Bank",
		}
	)
	account.insert(ignore_permissions=True)
	frappe.db.set_value("Company", company, "default_bank_account", account.name, update_modified=False)


def add_uom_data() -> None:
	for name, whole in read("uoms.json").items():
		insert_once("UOM", _(name), {"uom_name": _(name), "must_be_whole_number": whole, "enabled": 1})
	for category, factors in read("uom_conversions.json").items():
		insert_once("UOM Category", _(category), {"category_name": _(category)})
		for from_uom, to_uom, value in factors:
			key = {"from_uom": _(from_uom), "to_uom": _(to_uom)}
			if not frappe.db.exists("UOM Conversion Factor", key):
				insert("UOM Conversion Factor", {"category": _(category), **key, "value": value})


def read(filename: str) -> dict:
	return json.loads((DATA / filename).read_text())


def insert_node(doctype: str, name: str, parent: str | None = None, is_group: int = 0) -> None:
	key = frappe.scrub(doctype)
	values = {f"{key}_name": _(name), "is_group": is_group, f"parent_{key}": _(parent) if parent else ""}
	insert_once(doctype, _(name), values)


def insert_once(doctype: str, name: str, values: dict) -> None:
	if not frappe.db.exists(doctype, name):
		insert(doctype, values)


def insert(doctype: str, values: dict) -> None:
	doc = frappe.get_doc({"doctype": doctype, **values})
	doc.insert(ignore_permissions=True, ignore_mandatory=True)


def get_fy_details(fy_start_date: str, fy_end_date: str) -> str:
	"""The name of the year: 2026, or 2026-2027."""
	first, last = getdate(fy_start_date).year, getdate(fy_end_date).year
	return str(first) if first == last else f"{first}-{first + 1}"
