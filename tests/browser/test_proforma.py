"""The way of a sales person from the log-in to the proforma's number and PDF, in a real browser."""

import io
import itertools
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from embedded.romania import COMPANIES, PASSWORD

SALES_USER = "vanzari@demo.local"
COMPANY = COMPANIES[0]
numbers = itertools.count(1)


def make_quotation(number: int) -> str:
	"""Store a submitted offer of 10 pieces at 20 lei less 10 % (217.80 with VAT) and return its name."""
	import frappe
	from erpnext.controllers.accounts_controller import get_taxes_and_charges

	customer = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": f"Atelier Browser {number} SRL",
			"customer_type": "Company",
			"customer_group": "Commercial",
			"territory": "Romania",
			"tax_id": "RO98765438",
		}
	).insert()
	address = frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": customer.name,
			"address_type": "Billing",
			"address_line1": "Str. Exemplu 7",
			"city": "Cluj-Napoca",
			"county": "Cluj",
			"state": "Cluj",
			"country": "Romania",
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert()
	item = frappe.get_doc(
		{
			"doctype": "Item",
			"item_code": f"BROWSER-{number}",
			"item_name": "Cablu demo",
			"item_group": "Products",
			"stock_uom": "Nos",
			"is_stock_item": 0,
		}
	).insert()
	template = f"TVA 21% - {COMPANY.abbr}"
	quotation = frappe.get_doc(
		{
			"doctype": "Quotation",
			"quotation_to": "Customer",
			"party_name": customer.name,
			"company": COMPANY.name,
			"customer_group": customer.customer_group,
			"territory": customer.territory,
			"customer_address": address.name,
			"currency": "RON",
			"selling_price_list": "Standard Selling",
			"taxes_and_charges": template,
			"taxes": get_taxes_and_charges("Sales Taxes and Charges Template", template),
			"items": [
				{
					"item_code": item.name,
					"qty": 10,
					"price_list_rate": 20,
					"discount_percentage": 10,
					"rate": 18,
				}
			],
		}
	).insert()
	quotation.submit()
	frappe.db.commit()
	return quotation.name


@pytest.fixture
def quotation(connected, running) -> Iterator[str]:
	"""Yield an offer's name; what the test leaves is deleted, for other tests look at the same site."""
	from erp_b2b_smartbill.tests.compat import LEFT_BEHIND, delete_rows

	connected.db.rollback()
	connected.set_user("Administrator")
	running.sandbox.state.reset()
	before = {doctype: set(connected.get_all(doctype, pluck="name")) for doctype in LEFT_BEHIND}
	yield make_quotation(next(numbers))
	connected.db.rollback()
	for doctype, names in before.items():
		for name in set(connected.get_all(doctype, pluck="name")) - names:
			delete_rows(doctype, name)
	connected.db.commit()
	running.sandbox.state.reset()


def log_in(page) -> None:
	page.goto("/login")
	page.fill("#login_email", SALES_USER)
	page.fill("#login_password", PASSWORD)
	page.click(".btn-login")
	page.wait_for_url("**/desk**")


def test_a_sales_user_issues_the_proforma_and_downloads_its_pdf(page, quotation):
	log_in(page)
	page.goto(f"/desk/quotation/{quotation}")
	page.get_by_role("button", name="Generate SmartBill Proforma").click()
	headline = page.locator(".form-message, .form-dashboard-section, .form-message-container").filter(
		has_text=COMPANY.series
	)
	headline.first.wait_for()
	text = headline.first.inner_text()
	assert f"{COMPANY.series} 0" in text

	with page.expect_response(lambda response: "/private/files/" in response.url) as answered:
		page.evaluate(
			"() => fetch(cur_frm.doc.smartbill_pdf || document.querySelector('a[href*=\"/private/files/\"]').href)"
		)
	pdf = answered.value.body()
	assert pdf.startswith(b"%PDF-")
	printed = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
	assert quotation in printed
	assert "TOTAL 217.80 RON" in printed

	# The button is gone: what is issued is not offered again.
	assert page.get_by_role("button", name="Generate SmartBill Proforma").count() == 0


def test_after_a_reload_the_quotation_still_shows_its_proforma(page, quotation, running):
	log_in(page)
	page.goto(f"/desk/quotation/{quotation}")
	page.get_by_role("button", name="Generate SmartBill Proforma").click()
	page.get_by_text("is issued").first.wait_for()
	page.reload()
	page.get_by_text("issued on").first.wait_for()
	issued = [
		document
		for document in running.sandbox.state.documents.values()
		if quotation in str(document.request.get("mentions"))
	]
	assert len(issued) == 1
