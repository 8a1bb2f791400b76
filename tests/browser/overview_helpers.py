"""What the tests of Customer 360 share: a customer with a known past, and ways through its tabs."""

import contextlib
from collections.abc import Iterator
from typing import Any

from conflict_helpers import switch
from desk_helpers import COMPANY, make_customer, make_item

from embedded import demo_documents as documents
from embedded.demo_documents import SampleItem
from embedded.romania import PASSWORD

PLAIN_SELLER = "simplu@demo.local"
TABS = ("Commercial", "Credit", "Invoices", "Preferences", "History")
LIMIT = 5_000


@contextlib.contextmanager
def overview_is_on(frappe: Any) -> Iterator[None]:
	from erp_b2b_smartbill.features import OVERVIEW

	switch(frappe, OVERVIEW, 1)
	try:
		yield
	finally:
		frappe.db.rollback()
		frappe.set_user("Administrator")
		switch(frappe, OVERVIEW, 0)


def make_plain_seller() -> str:
	"""A user who sells, but is shown no credit."""
	import frappe

	if not frappe.db.exists("User", PLAIN_SELLER):
		user = frappe.get_doc(
			{
				"doctype": "User",
				"email": PLAIN_SELLER,
				"first_name": "Simplu",
				"send_welcome_email": 0,
				"new_password": PASSWORD,
				"language": "en",
				"roles": [{"role": "Sales User"}],
			}
		)
		user.flags.ignore_password_policy = True
		user.insert()
	return PLAIN_SELLER


def make_past() -> dict[str, Any]:
	"""A customer with tier, limit and a past: 10 pieces at 100 lei ordered twice, 60 and 10 days ago; the first order is
	billed (1,210.00 with VAT) and overdue since 30 days, the other one is not billed; an offer was lost."""
	import frappe
	from frappe.utils import add_days, getdate

	word = frappe.generate_hash(length=5)
	silver, gold = (
		frappe.get_doc(
			{"doctype": "B2B Tier", "tier_name": f"{name} {word}", "discount_percentage": discount}
		)
		.insert()
		.name
		for name, discount in (("Argint", 5), ("Aur", 12))
	)
	name = make_customer(f"Atelier 360 {word} SRL")[0]
	customer = frappe.get_doc("Customer", name)
	item, other = make_item(standard_rate=100), make_item(standard_rate=40, item_name="Priză demo")
	for year in (getdate().year - 1,):
		if not frappe.db.exists("Fiscal Year", str(year)):
			dates = {"year_start_date": f"{year}-01-01", "year_end_date": f"{year}-12-31"}
			frappe.get_doc({"doctype": "Fiscal Year", "year": str(year), **dates}).insert()
	# the price list has no price of that day yet
	rows = [documents.row_of(SampleItem(item, 100, 21), 10, COMPANY, price_list_rate=100, rate=100)]
	today = getdate()
	orders = []
	with documents.expired_offers_are_ordered():
		for days in (60, 10):
			day = add_days(today, -days)
			orders.append(documents.order(documents.quote(COMPANY, customer, rows, day).name, day))
	bill = documents.invoice(orders[0].name, add_days(today, -60), 30)
	lost = documents.quote(COMPANY, customer, rows, add_days(today, -5))
	if not frappe.db.exists("Quotation Lost Reason", "Preț prea mare"):
		frappe.get_doc({"doctype": "Quotation Lost Reason", "order_lost_reason": "Preț prea mare"}).insert()
	lost.declare_enquiry_lost([{"lost_reason": "Preț prea mare"}], [], "Importator mai ieftin")
	customer.reload()
	customer.b2b_tier = silver
	customer.append("credit_limits", {"company": COMPANY.name, "credit_limit": LIMIT})
	customer.save()
	frappe.db.commit()
	return {
		"customer": name,
		"silver": silver,
		"gold": gold,
		"item": item,
		"other": other,
		"invoice": bill.name,
		"order": orders[1].name,
		"lost": lost.name,
	}


# ways


def open_customer(page: Any, customer: str) -> None:
	page.goto(f"/desk/customer/{customer}")
	page.locator(".form-tabs:visible").wait_for()


def open_tab(page: Any, name: str) -> Any:
	"""Open one of the Customer's tabs; returns what it shows once that is there."""
	page.locator(".form-tabs:visible").get_by_role("tab", name=name).click()
	return shown(page, name)


def shown(page: Any, name: str) -> Any:
	view = page.locator(f'.sb-360[aria-label="{name}"]:visible')
	view.and_(page.locator('[aria-busy="false"]')).wait_for()
	return view


def figure(view: Any, label: str) -> Any:
	return view.locator(".sb-360-figure").filter(has=view.page.get_by_text(label, exact=True))


def warning(page: Any) -> Any:
	return page.locator(".b2b-over-credit:visible")


def card(page: Any) -> Any:
	return page.locator(".sb-360-card:visible")
