"""Test data with as little as a test needs to say: `quotation(company, items=[{"qty": 2}])`.

The company with its accounts and templates is made once and stays on the test site, like ERPNext's own test
records: making a chart of accounts takes seconds. Everything else belongs to the test.
"""

from typing import Any

import frappe
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill.smartbill import modes

COMPANY = "B2B Test SRL"
ABBR = "B2BT"
SERIES = "PRF2"
PRICE_LIST = "B2B Test"
RATES = {21: "Normala", 11: "Redusa", 0: "SDD"}


def company() -> str:
	"""A Romanian company with VAT accounts and templates of 21, 11 and 0 %, committed."""
	if not frappe.db.exists("Company", COMPANY):
		_ensure_basics()
		frappe.get_doc(
			{
				"doctype": "Company",
				"company_name": COMPANY,
				"abbr": ABBR,
				"country": "Romania",
				"default_currency": "RON",
				"create_chart_of_accounts_based_on": "Standard Template",
				"chart_of_accounts": "Standard",
			}
		).insert()
		_vat()
		_price_list()
		frappe.db.commit()
	return COMPANY


def outgoing_email_account() -> None:
	"""One that sends from the queue, if anybody sends, to this machine."""
	frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Test out",
			"email_id": "out@example.com",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "127.0.0.1",
			"no_smtp_authentication": 1,
			"login_id_is_different": 0,
			"awaiting_password": 1,
		}
	).db_insert()
	frappe.db.commit()
	frappe.local.outgoing_email_account = {}


def vat_account() -> str:
	return f"TVA test 21% - {ABBR}"


def item_tax_template(rate: int) -> str:
	return f"TVA test {rate}% - {ABBR}"


def charge_account() -> str:
	"""An account for freight and the like, which is not a tax account."""
	return _account("Transport test", "Chargeable")


def second_vat_account() -> str:
	return _account("TVA test 5%", "Tax")


def tax_category(title: str) -> str:
	if not frappe.db.exists("Tax Category", title):
		frappe.get_doc({"doctype": "Tax Category", "title": title}).insert()
	return title


def tax_row(charge_type: str = "On Net Total", rate: float = 21, **values: Any) -> dict[str, Any]:
	"""A row of the tax table: VAT of 21 % on the net total, unless the test says otherwise."""
	account = values.pop("account", None) or vat_account()
	return {
		"charge_type": charge_type,
		"account_head": account,
		"rate": rate,
		"description": values.pop("description", None) or f"TVA {rate}%",
		**values,
	}


def freight(amount: float, **values: Any) -> dict[str, Any]:
	"""A fixed charge. VAT is charged on it by a VAT row `On Previous Row Total` below it."""
	return tax_row(
		"Actual", 0, account=charge_account(), tax_amount=amount, description="Transport", **values
	)


def lead(**values: Any) -> Any:
	"""A company that is not a customer yet, in Cluj."""
	address = values.pop("address", {})
	doc = frappe.get_doc(
		{
			"doctype": "Lead",
			"first_name": "Ana",
			"last_name": "Lead",
			"company_name": f"Lead {frappe.generate_hash(length=8)} SRL",
			**values,
		}
	).insert()
	if address is not None:
		party_address("Lead", doc.name, **address)
	return doc


def customer(**values: Any) -> Any:
	"""A company in Cluj with a fiscal code and a primary address."""
	address = values.pop("address", {})
	doc = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": f"Client {frappe.generate_hash(length=8)} SRL",
			"customer_type": "Company",
			"customer_group": _leaf("Customer Group"),
			"territory": _leaf("Territory"),
			"tax_id": "RO98765438",
			**values,
		}
	).insert()
	if address is not None:
		doc.customer_primary_address = customer_address(doc.name, **address).name
		doc.save()
	return doc


def customer_address(customer_name: str, **values: Any) -> Any:
	return party_address("Customer", customer_name, **values)


def party_address(doctype: str, name: str, **values: Any) -> Any:
	return frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": name,
			"address_type": "Billing",
			"address_line1": "Str. Exemplu 7",
			"city": "Cluj-Napoca",
			"county": "Cluj",
			"country": "Romania",
			"is_primary_address": 1,
			"links": [{"link_doctype": doctype, "link_name": name}],
			**values,
		}
	).insert()


def item(**values: Any) -> Any:
	code = values.pop("item_code", f"ART-{frappe.generate_hash(length=8)}")
	return frappe.get_doc(
		{
			"doctype": "Item",
			"item_code": code,
			"item_name": f"Articol {code}",
			"item_group": _leaf("Item Group"),
			"stock_uom": "Nos",
			"is_stock_item": 0,
			**values,
		}
	).insert()


def quotation(
	*, items: list[dict[str, Any]] | None = None, submit: bool = True, vat: bool = True, **values: Any
) -> Any:
	"""A Quotation in RON with 21 % VAT. A row is 10 pieces at 25.50; give `discount_percentage` for a discount."""
	company_name = values.pop("company", None) or company()
	party = values.pop("party_name", None) or customer().name
	kind = values.get("quotation_to", "Customer")
	party_doc = frappe.get_doc(kind, party)
	rows = []
	for given in items or [{}]:
		row = {"qty": 10, "uom": "Nos", **given}
		if "item_name" not in given:
			row.setdefault("item_code", given.get("item_code") or item().name)
		price = row.pop("price", 25.5)
		row.setdefault("price_list_rate", price)
		discount = row.get("discount_percentage", 0)
		row.setdefault("rate", price * (100 - discount) / 100)
		rows.append(row)
	doc = frappe.get_doc(
		{
			"doctype": "Quotation",
			"quotation_to": "Customer",
			"party_name": party,
			# Selling Settings can publish other defaults for these two
			"customer_group": party_doc.get("customer_group"),
			"territory": party_doc.get("territory"),
			"company": company_name,
			"transaction_date": nowdate(),
			"valid_till": add_days(nowdate(), 30),
			"currency": "RON",
			"conversion_rate": 1,
			"price_list_currency": "RON",
			"plc_conversion_rate": 1,
			"selling_price_list": PRICE_LIST,
			"ignore_pricing_rule": 1,
			"disable_rounded_total": 1,
			"items": rows,
			"taxes": [tax_row()] if vat else [],
			**values,
		}
	).insert()
	if submit:
		doc.submit()
	return doc


def alike(first: Any, count: int) -> list[str]:
	"""The names of so many more Quotations that hold what this submitted one holds. They are stored as they are, which
	takes a tenth of the time that ERPNext needs to make them."""
	names = []
	for _one in range(count):
		doc = frappe.copy_doc(first, ignore_no_copy=True)
		doc.docstatus = first.docstatus
		doc.set_user_and_timestamp()
		doc.set_new_name()
		doc.set_parent_in_children()
		for row in (doc, *doc.get_all_children()):
			row.docstatus = first.docstatus
			row.db_insert()
		names.append(doc.name)
	return names


def smartbill_account(api_url: str, **values: Any) -> Any:
	"""The account of the test company, Live on this site and speaking to a sandbox with its default seed."""
	mode = values.pop("mode", "Live")
	doc = frappe.get_doc(
		{
			"doctype": "SmartBill Account",
			"company": company(),
			"mode": "Draft" if mode == "Live" else mode,
			"email": "demo@example.ro",
			"token": "demo-token",
			"cif": "RO12345674",
			"proforma_series": SERIES,
			"api_url": api_url,
			"language": "RO",
			"connect_timeout": 2,
			"read_timeout": 5,
			"units": [{"uom": "Nos", "measuring_unit_name": "buc"}],
			"vat_rates": [
				{"erpnext_rate": rate, "tax_name": name, "tax_percentage": rate}
				for rate, name in RATES.items()
			],
			# a test makes its calls in no time
			"pace_clicks": 25,
			"pace_bulk": 25,
			**values,
		}
	).insert()
	if mode == "Live":
		modes.bind(doc)
		doc.flags.writes_state = True
		doc.save()
	return doc


def user(*roles: str) -> str:
	"""A desk user with these roles and the password "test"."""
	email = f"{frappe.generate_hash(length=8)}@example.com"
	doc = frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": "Test",
			"send_welcome_email": 0,
			"new_password": "test",
			"roles": [{"role": role} for role in roles],
		}
	)
	doc.flags.ignore_password_policy = True
	doc.insert()
	return email


def buyer(*customers: str) -> str:
	"""A user of the website with the password "test", who acts for these Customers."""
	email = f"{frappe.generate_hash(length=8)}@example.com"
	doc = frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": "Ana",
			"user_type": "Website User",
			"send_welcome_email": 0,
			"new_password": "test",
			"roles": [{"role": "Customer"}],
		}
	)
	doc.flags.ignore_password_policy = True
	doc.insert()
	for name in customers:
		customer_doc = frappe.get_doc("Customer", name)
		customer_doc.append("portal_users", {"user": email})
		customer_doc.save()
	return email


def _vat() -> None:
	parent = frappe.db.get_value(
		"Account", {"account_name": "Duties and Taxes", "company": COMPANY, "is_group": 1}
	)
	account = frappe.get_doc(
		{
			"doctype": "Account",
			"account_name": "TVA test 21%",
			"parent_account": parent,
			"company": COMPANY,
			"account_type": "Tax",
			"tax_rate": 21,
		}
	).insert()
	for rate in RATES:
		frappe.get_doc(
			{
				"doctype": "Item Tax Template",
				"title": f"TVA test {rate}%",
				"company": COMPANY,
				"taxes": [{"tax_type": account.name, "tax_rate": rate}],
			}
		).insert()


def _account(name: str, account_type: str) -> str:
	if not frappe.db.exists("Account", f"{name} - {ABBR}"):
		parent = frappe.db.get_value("Account", vat_account(), "parent_account")
		frappe.get_doc(
			{
				"doctype": "Account",
				"account_name": name,
				"parent_account": parent,
				"company": COMPANY,
				"account_type": account_type,
			}
		).insert()
	return f"{name} - {ABBR}"


def _ensure_basics() -> None:
	"""What a site without ERPNext's setup wizard lacks."""
	for doctype, root in (
		("Customer Group", "All Customer Groups"),
		("Territory", "All Territories"),
		("Item Group", "All Item Groups"),
	):
		name_field = doctype.lower().replace(" ", "_") + "_name"
		if doctype == "Territory":
			name_field = "territory_name"
		if not frappe.db.exists(doctype, root):
			frappe.get_doc({"doctype": doctype, name_field: root, "is_group": 1}).insert()
		if not frappe.db.exists(doctype, {"is_group": 0}):
			parent_field = f"parent_{doctype.lower().replace(' ', '_')}"
			frappe.get_doc({"doctype": doctype, name_field: f"{doctype} 1", parent_field: root}).insert()
	if not frappe.db.exists("UOM", "Nos"):
		frappe.get_doc({"doctype": "UOM", "uom_name": "Nos"}).insert()
	if not frappe.db.exists("Warehouse Type", "Transit") and frappe.db.exists("DocType", "Warehouse Type"):
		frappe.get_doc({"doctype": "Warehouse Type", "name": "Transit"}).insert()


def _leaf(doctype: str) -> str:
	return frappe.db.get_value(doctype, {"is_group": 0}, "name")


def _price_list() -> None:
	if not frappe.db.exists("Price List", PRICE_LIST):
		frappe.get_doc(
			{
				"doctype": "Price List",
				"price_list_name": PRICE_LIST,
				"currency": "RON",
				"selling": 1,
				"enabled": 1,
			}
		).insert()
