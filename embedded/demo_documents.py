"""Quotations of the demo's past, and what came of them."""

import contextlib
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from embedded.romania import SellingCompany

VALID_DAYS = 30
DELIVERED_IN_DAYS = 7


@dataclass(frozen=True)
class SampleItem:
	"""An item with its price in RON before VAT, and its VAT rate in percent."""

	code: str
	price: float
	rate: int


@contextlib.contextmanager
def expired_offers_are_ordered() -> Iterator[None]:
	"""Orders of offers that have run out since are the past of a site, not what its users may do."""
	import frappe

	switch = "Selling Settings", "allow_sales_order_creation_for_expired_quotation"
	before = frappe.db.get_single_value(*switch)
	frappe.db.set_single_value(*switch, 1)
	try:
		yield
	finally:
		frappe.db.set_single_value(*switch, before)


def row_of(item: SampleItem, qty: int, company: SellingCompany, **values: Any) -> dict[str, Any]:
	"""A row of a document."""
	template = {} if item.rate == 21 else {"item_tax_template": f"TVA {item.rate}% - {company.abbr}"}
	return {"item_code": item.code, "qty": qty, **template, **values}


def quote(
	company: SellingCompany,
	customer: Any,
	rows: list[dict[str, Any]],
	day: datetime.date,
	*,
	submit: bool = True,
) -> Any:
	"""`customer` has a name, a group and a territory."""
	import frappe
	from erpnext.controllers.accounts_controller import get_taxes_and_charges

	template = f"TVA 21% - {company.abbr}"
	quotation = frappe.get_doc(
		{
			"doctype": "Quotation",
			"quotation_to": "Customer",
			"party_name": customer.name,
			"company": company.name,
			"customer_group": customer.customer_group,
			"territory": customer.territory,
			"transaction_date": day,
			"valid_till": day + datetime.timedelta(days=VALID_DAYS),
			"currency": "RON",
			"selling_price_list": "Standard Selling",
			"taxes_and_charges": template,
			"taxes": get_taxes_and_charges("Sales Taxes and Charges Template", template),
			"items": rows,
		}
	).insert()
	if submit:
		quotation.submit()
	return quotation


def order(quotation: str, day: datetime.date) -> Any:
	"""What was quoted, ordered on some day."""
	from erpnext.selling.doctype.quotation.quotation import make_sales_order

	made = make_sales_order(quotation)
	made.transaction_date = day
	made.delivery_date = day + datetime.timedelta(days=DELIVERED_IN_DAYS)
	for row in made.items:
		row.delivery_date = made.delivery_date
	# due dates follow the order's own date
	made.set("payment_schedule", [])
	made.insert()
	made.submit()
	return made


def invoice(order_name: str, day: datetime.date, days_to_pay: int) -> Any:
	"""What was ordered, billed on some day."""
	from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

	made = make_sales_invoice(order_name)
	made.set_posting_time = 1
	made.posting_date = day
	due = day + datetime.timedelta(days=days_to_pay)
	made.payment_terms_template = None
	made.set("payment_schedule", [{"due_date": due, "invoice_portion": 100}])
	made.due_date = due
	made.insert()
	made.submit()
	return made


def pay(invoice_name: str, day: datetime.date, share: float = 1) -> None:
	"""All of an invoice, or a share of it, received on some day."""
	import frappe
	from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

	outstanding = frappe.db.get_value("Sales Invoice", invoice_name, "outstanding_amount")
	entry = get_payment_entry("Sales Invoice", invoice_name, round(outstanding * share, 2))
	entry.posting_date = day
	entry.reference_no, entry.reference_date = f"OP {invoice_name[-5:]}", day
	entry.insert()
	entry.submit()


def credit_note(of: Any, day: datetime.date, qty: int) -> Any:
	"""Some pieces of an invoice's first row, taken back."""
	import frappe

	made = frappe.copy_doc(of)
	made.update(
		{
			"is_return": 1,
			"return_against": of.name,
			"update_outstanding_for_self": 0,
			"set_posting_time": 1,
			"posting_date": day,
			"due_date": day,
			"payment_terms_template": None,
			"payment_schedule": [],
			"items": made.items[:1],
		}
	)
	made.items[0].update({"qty": -qty, "sales_order": None, "so_detail": None})
	made.insert()
	made.submit()
	return made
