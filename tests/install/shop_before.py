"""What the shop has before the app comes."""

from __future__ import annotations

from typing import Any

from embedded.romania import COMPANIES

COMPANY = COMPANIES[0]
SALESMAN = "agent@magazin.ro"
# fields that the shop made itself: the first two under names that the app uses
TIER_OF_ITS_OWN = "Customer-b2b_tier"
NUMBER_OF_ITS_OWN = "Quotation-smartbill_number"
ROLE_OF_ITS_OWN = "B2B Sales"
DOCTYPE_OF_ITS_OWN = "SmartBill Unit"
CARD_OF_ITS_OWN = "Unpaid proformas"
TIERS = ("Aur", "Argint")


def insert(doctype: str, set_name: str | None = None, **values: Any) -> Any:
	import frappe

	return frappe.get_doc({"doctype": doctype, **values}).insert(set_name=set_name)


def make() -> None:
	customers = [
		insert(
			"Customer",
			customer_name=name,
			customer_type="Company",
			customer_group="Commercial",
			territory="Romania",
			tax_id=tax_id,
		)
		for name, tax_id in (("Atelier Vechi SRL", "RO98765438"), ("Țesătoria Nouă SRL", ""))
	]
	for customer in customers:
		insert(
			"Address",
			address_title=customer.name,
			address_type="Billing",
			address_line1="Str. Fabricii 3",
			city="Cluj-Napoca",
			county="Cluj",
			country="Romania",
			is_primary_address=1,
			links=[{"link_doctype": "Customer", "link_name": customer.name}],
		)
	_customise()
	for customer, tier in zip(customers, TIERS, strict=True):
		_set("Customer", customer.name, b2b_tier=tier, shop_since=2019)
	_people()
	insert(
		"Item",
		item_code="CABLU",
		item_name="Cablu",
		item_group="Products",
		stock_uom="Nos",
		is_stock_item=0,
	)
	insert("Item Price", item_code="CABLU", price_list="Standard Selling", price_list_rate=100)
	for number, customer in enumerate(customers):
		_set("Quotation", quote(customer.name).name, smartbill_number=f"VECHI{number}")
	insert(
		"Pricing Rule",
		title="B2B Tier Gold",
		apply_on="Item Code",
		items=[{"item_code": "CABLU"}],
		rate_or_discount="Discount Percentage",
		discount_percentage=1,
		selling=1,
		currency="RON",
		applicable_for="Customer",
		customer=customers[1].name,
	)
	# a field that the shop deleted: Frappe kept its column and what was in it
	field = _field("Customer", "smartbill_reg_com", "Data", "Nr. Reg. Com.")
	_set("Customer", customers[0].name, smartbill_reg_com="J12/1/2001")
	field.delete()


def _set(doctype: str, name: str, **values: Any) -> None:
	import frappe

	frappe.db.set_value(doctype, name, values, update_modified=False)


def _field(doctype: str, fieldname: str, fieldtype: str, label: str, **values: Any) -> Any:
	return insert("Custom Field", dt=doctype, fieldname=fieldname, fieldtype=fieldtype, label=label, **values)


def _customise() -> None:
	import frappe
	from frappe.custom.doctype.property_setter.property_setter import make_property_setter

	_field("Customer", "b2b_tier", "Select", "Nivel", options="\nAur\nArgint", insert_after="tax_id")
	_field("Customer", "shop_since", "Int", "Client din", insert_after="b2b_tier")
	_field("Quotation", "smartbill_number", "Data", "Proforma veche", allow_on_submit=1)
	# of the same name, where the app has none
	_field("Supplier" if frappe.db.exists("DocType", "Supplier") else "Lead", "b2b_tier", "Data", "Nivel")
	make_property_setter("Customer", "tax_id", "label", "Cod fiscal", "Data")
	make_property_setter("Quotation", None, "title_field", "customer_name", "Data", for_doctype=True)


def _people() -> None:
	import frappe

	insert("Role", role_name=ROLE_OF_ITS_OWN, desk_access=1)
	insert(
		"DocType",
		name=DOCTYPE_OF_ITS_OWN,
		module="Custom",
		custom=1,
		autoname="hash",
		fields=[{"fieldname": "unit", "fieldtype": "Data", "label": "Unit"}],
		permissions=[{"role": "System Manager", "read": 1}],
	)
	insert(
		"Number Card",
		label=CARD_OF_ITS_OWN,
		document_type="Quotation",
		function="Count",
		type="Document Type",
		filters_json="[]",
	)
	insert(
		"User",
		email=SALESMAN,
		first_name="Agent",
		send_welcome_email=0,
		roles=[{"role": "Sales User"}, {"role": ROLE_OF_ITS_OWN}],
	)
	insert("User Permission", user=SALESMAN, allow="Territory", for_value="Romania")
	frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Magazin",
			"email_id": "vanzari@magazin.ro",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "127.0.0.1",
			"no_smtp_authentication": 1,
			"awaiting_password": 1,
		}
	).db_insert()


def rename() -> None:
	"""What the refusal asks for, by Frappe's own buttons."""
	import frappe
	from frappe.custom.doctype.custom_field.custom_field import rename_fieldname

	rename_fieldname(TIER_OF_ITS_OWN, "shop_tier")
	rename_fieldname(NUMBER_OF_ITS_OWN, "shop_number")
	frappe.rename_doc("Role", ROLE_OF_ITS_OWN, "Vânzători", force=True)
	frappe.rename_doc("Number Card", CARD_OF_ITS_OWN, "Neplătite", force=True)
	frappe.delete_doc("DocType", DOCTYPE_OF_ITS_OWN)
	frappe.db.commit()
	frappe.db.sql_ddl(f"drop table `tab{DOCTYPE_OF_ITS_OWN}`")


def quote(customer: str, name: str | None = None) -> Any:
	from erpnext.controllers.accounts_controller import get_taxes_and_charges

	template = f"TVA 21% - {COMPANY.abbr}"
	quotation = insert(
		"Quotation",
		name,
		quotation_to="Customer",
		party_name=customer,
		company=COMPANY.name,
		customer_group="Commercial",
		territory="Romania",
		currency="RON",
		selling_price_list="Standard Selling",
		taxes_and_charges=template,
		taxes=get_taxes_and_charges("Sales Taxes and Charges Template", template),
		items=[{"item_code": "CABLU", "qty": 3}],
	)
	quotation.submit()
	return quotation
