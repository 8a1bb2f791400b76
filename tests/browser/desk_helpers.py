"""What the browser tests share: offers to work on, ways through the desk, and outcomes of all kinds."""

import contextlib
import itertools
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests

from embedded import paths
from embedded.romania import COMPANIES, PASSWORD

SALES_USER = "vanzari@demo.local"
PHONE = {"width": 390, "height": 844}
MANAGER = "manager@demo.local"
COMPANY = COMPANIES[0]
CREATE = "/SBORO/api/estimate/v2"
GENERATE = "Generate SmartBill Proforma"

_numbers = itertools.count(1)


def make_customer(name: str, **values: Any) -> tuple[str, str]:
	"""Store a customer with a billing address; returns both names."""
	import frappe

	customer = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": name,
			"customer_type": "Company",
			"customer_group": "Commercial",
			"territory": "Romania",
			"tax_id": "RO98765438",
			**values,
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
	return customer.name, address.name


def make_item(**values: Any) -> str:
	import frappe

	return (
		frappe.get_doc(
			{
				"doctype": "Item",
				"item_code": f"BROWSER-{next(_numbers)}",
				"item_name": "Cablu demo",
				"item_group": "Products",
				"stock_uom": "Nos",
				"is_stock_item": 0,
				**values,
			}
		)
		.insert()
		.name
	)


def make_quotation(*, submit: bool = True, items: list[dict[str, Any]] | None = None, **values: Any) -> str:
	"""Store an offer of 10 pieces at 20 lei less 10 % (217.80 with VAT), committed; returns its name."""
	import frappe
	from erpnext.controllers.accounts_controller import get_taxes_and_charges

	customer, address = make_customer(values.pop("customer_name", f"Atelier Browser {next(_numbers)} SRL"))
	row = {"qty": 10, "price_list_rate": 20, "discount_percentage": 10, "rate": 18}
	template = f"TVA 21% - {COMPANY.abbr}"
	quotation = frappe.get_doc(
		{
			"doctype": "Quotation",
			"quotation_to": "Customer",
			"party_name": customer,
			"company": COMPANY.name,
			"customer_group": "Commercial",
			"territory": "Romania",
			"customer_address": address,
			"currency": "RON",
			"selling_price_list": "Standard Selling",
			"taxes_and_charges": template,
			"taxes": get_taxes_and_charges("Sales Taxes and Charges Template", template),
			"items": items or [{**row, "item_code": make_item()}],
			**values,
		}
	).insert()
	if submit:
		quotation.submit()
	frappe.db.commit()
	return quotation.name


def shot(page: Any, name: str, height: int | None = None) -> None:
	"""For the documentation, when it is asked for."""
	if os.environ.get("SCREENSHOTS"):
		before = page.viewport_size
		if height:
			page.set_viewport_size({"width": before["width"], "height": height})
		page.wait_for_timeout(600)
		page.screenshot(path=str(Path(paths.ROOT) / "docs" / "screenshots" / f"{name}.png"))
		page.set_viewport_size(before)


@contextlib.contextmanager
def cleaned(frappe: Any, sandbox: Any) -> Iterator[None]:
	"""A fresh sandbox; what is made meanwhile is deleted, for other tests look at the same site."""
	from erp_b2b_smartbill.tests.compat import LEFT_BEHIND, delete_rows

	doctypes = ("SmartBill Issue Run", "SmartBill Invoice", "Email Queue", "Communication", *LEFT_BEHIND)
	frappe.db.rollback()
	frappe.set_user("Administrator")
	sandbox.state.reset()
	before = {doctype: set(frappe.get_all(doctype, pluck="name")) for doctype in doctypes}
	free_gates(frappe)
	# the filters with which a list was left
	frappe.cache.delete_key("_user_settings")
	frappe.db.sql("delete from `__UserSettings`")
	frappe.db.commit()
	yield
	frappe.db.rollback()
	for doctype, names in before.items():
		for name in set(frappe.get_all(doctype, pluck="name")) - names:
			delete_rows(doctype, name)
	free_gates(frappe)
	sandbox.state.reset()


def free_gates(frappe: Any) -> None:
	"""As if no call had been made lately: the pace of one test must not slow the next."""
	for name in frappe.get_all("SmartBill Account", pluck="name"):
		of_gates = ("gate_shared_at", "gate_clicks_at", "gate_bulk_at", "blocked_until", "gate_v3_at")
		values = dict.fromkeys((*of_gates, "v3_blocked_until", "last_synced_at", "last_sync_run"))
		frappe.db.set_value("SmartBill Account", name, values, update_modified=False)
	frappe.db.commit()


# SmartBill's moods


def control(sandbox: Any, path: str, body: dict[str, Any]) -> Any:
	answer = requests.post(f"{sandbox.url}/__control/{path}", json=body, timeout=60)
	answer.raise_for_status()
	return answer.json()


def lose_the_answer(sandbox: Any, *, created: bool = True) -> None:
	"""The next create is cut off, after or before the document was made."""
	when = "after" if created else "before"
	control(sandbox, "faults", {"match": {"path": CREATE}, "when": when, "action": "drop", "times": 1})


def fault(sandbox: Any, action: str, **order: Any) -> None:
	control(sandbox, "faults", {"match": {"path": CREATE}, "action": action, "times": 1, **order})


def knobs(sandbox: Any, **values: Any) -> None:
	control(sandbox, "knobs", values)


def proforma_of(frappe: Any, quotation: str) -> Any:
	frappe.db.rollback()
	return frappe.get_last_doc("SmartBill Proforma", {"quotation": quotation})


def let_time_pass(frappe: Any, quotation: str, minutes: int = 10) -> None:
	"""As if the proforma had been sent that long ago: SmartBill is done with the request by then."""
	doc = proforma_of(frappe, quotation)
	moments = {
		field: doc.get(field) - timedelta(minutes=minutes)
		for field in ("claimed_at", "sent_at", "answered_at")
		if doc.get(field)
	}
	frappe.db.set_value("SmartBill Proforma", doc.name, moments, update_modified=False)
	frappe.db.commit()


def issue(quotation: str) -> Any:
	"""Issue on the server, as a click would."""
	import frappe

	from erp_b2b_smartbill.smartbill import issue as issuing

	return issuing.issue(frappe.get_doc("Quotation", quotation)).proforma


# the desk


def log_in(page: Any, user: str = SALES_USER, password: str = PASSWORD) -> None:
	page.goto("/login")
	page.fill("#login_email", user)
	page.fill("#login_password", password)
	page.click(".btn-login")
	page.wait_for_url("**/desk**")


def open_form(page: Any, doctype: str, name: str) -> None:
	page.goto(f"/desk/{doctype.lower().replace(' ', '-')}/{name}")
	page.locator(".form-layout:visible").first.wait_for()


def headline(page: Any) -> Any:
	return page.locator(".sb-banner:visible")


def choose(page: Any, label: str) -> None:
	"""Press an entry of the group SmartBill."""
	page.locator(".inner-group-button:visible", has_text="SmartBill").get_by_role("button").click()
	page.locator(".dropdown-menu.show a", has_text=label).click()


def dialog(page: Any) -> Any:
	return page.locator(".modal.show")


def pick(field: Any, typed: str, name: str) -> None:
	"""Type into a link field and take what it offers. On a slow machine what happens meanwhile closes the list before it
	is seen: then it is typed once more, as people do."""
	from playwright.sync_api import TimeoutError

	option = field.page.locator('[role="option"]:visible', has_text=name).first
	for _attempt in range(5):
		field.fill("")
		field.fill(typed)
		with contextlib.suppress(TimeoutError):
			option.wait_for(timeout=10_000)
			option.click()
			return
	raise AssertionError(f"{typed} offers no {name}")


def choose_in_dialog(page: Any, field: str, typed: str, name: str) -> None:
	"""Pick a document in a link field of the open dialog. Frappe asks the server about what was typed and about what was
	picked, and until both answers are there the field may be empty again."""
	# while the dialog moves in, the list of its field closes again
	page.wait_for_timeout(500)
	link = dialog(page).locator(f"input[data-fieldname={field}]")
	pick(link, typed, name)
	page.wait_for_function(
		"([field, name]) => !$.active && cur_dialog.get_value(field)?.startsWith(name)", arg=[field, name]
	)
	# an answer that is late opens the list once more, over the buttons, while the field has the focus
	link.blur()


def toast(page: Any, text: str) -> Any:
	return page.locator("#alert-container", has_text=text)
