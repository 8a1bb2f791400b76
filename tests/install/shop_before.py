"""What the shop has before the app comes."""

from __future__ import annotations

from typing import Any

from embedded.romania import COMPANIES

COMPANY = COMPANIES[0]


def insert(doctype: str, **values: Any) -> Any:
	import frappe

	return frappe.get_doc({"doctype": doctype, **values}).insert()


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
	insert(
		"Item",
		item_code="CABLU",
		item_name="Cablu",
		item_group="Products",
		stock_uom="Nos",
		is_stock_item=0,
	)
	insert("Item Price", item_code="CABLU", price_list="Standard Selling", price_list_rate=100)
	for customer in customers:
		quote(customer.name)


def quote(customer: str, **values: Any) -> Any:
	from erpnext.controllers.accounts_controller import get_taxes_and_charges

	template = f"TVA 21% - {COMPANY.abbr}"
	quotation = insert(
		"Quotation",
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
		**values,
	)
	quotation.submit()
	return quotation
