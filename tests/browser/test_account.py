"""The SmartBill Account in a real browser: its test, its lists and maps, going Live, a series that is blocked."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embedded import paths, romania
from embedded.romania import COMPANIES

COMPANY = COMPANIES[0]
STATE = ("lists", "lists_read_at", "counters", "counter_notice", "spare_series", "invoice_series")


@pytest.fixture
def page(open_page) -> Any:
	"""A fresh page of the Administrator."""
	return open_page("Administrator")


@pytest.fixture
def account(connected, running) -> Iterator[str]:
	"""Yield the name of the first company's account, Live and untouched; afterwards it is so again."""
	from erp_b2b_smartbill.tests.compat import LEFT_BEHIND, delete_rows

	def begin() -> None:
		connected.db.rollback()
		connected.set_user("Administrator")
		running.sandbox.state.reset()
		gate = {"gate_shared_at": None, "gate_clicks_at": None, "gate_bulk_at": None}
		values = {**dict.fromkeys(STATE), **gate, "paused": 0, "blocked_until": None}
		connected.db.set_value("SmartBill Account", COMPANY.name, {"mode": "Draft", **values})
		connected.db.delete("SmartBill Unit", {"parent": COMPANY.name})
		for place, (uom, unit) in enumerate(romania.UNITS.items(), start=1):
			row = {"doctype": "SmartBill Unit", "uom": uom, "measuring_unit_name": unit, "idx": place}
			parent = {"parent": COMPANY.name, "parenttype": "SmartBill Account", "parentfield": "units"}
			connected.get_doc({**row, **parent}).db_insert()
		connected.db.commit()
		romania.point_accounts_at(running.sandbox.url)
		connected.db.commit()

	begin()
	before = {doctype: set(connected.get_all(doctype, pluck="name")) for doctype in LEFT_BEHIND}
	yield COMPANY.name
	begin()
	for doctype, names in before.items():
		for name in set(connected.get_all(doctype, pluck="name")) - names:
			delete_rows(doctype, name)
	connected.db.commit()


def open_account(page, account: str) -> None:
	page.goto(f"/desk/smartbill-account/{account}")
	page.locator(".smartbill-card").first.wait_for()


def banner(page) -> Any:
	return page.locator(".form-message-container .form-message").first


def keep_screenshot(page, name: str) -> None:
	"""For the documentation, when it is asked for."""
	if os.environ.get("SCREENSHOTS"):
		# dialogs and messages fade
		page.wait_for_timeout(500)
		page.screenshot(path=str(Path(paths.ROOT) / "docs" / "screenshots" / f"{name}.png"))


def button(page, name: str) -> Any:
	return page.locator(".page-head").get_by_role("button", name=name, exact=True)


def from_menu(page, name: str) -> None:
	page.locator(".inner-group-button").get_by_role("button", name="SmartBill").click()
	page.locator(".inner-group-button .dropdown-item", has_text=name).click()


def test_the_test_shows_a_checklist_and_fills_the_pick_lists(page, account):
	open_account(page, account)
	assert "Live on this site" in banner(page).inner_text()
	assert button(page, "Go Live").count() == 0

	button(page, "Test").click()
	dialog = page.locator(".modal.show")
	dialog.get_by_text("SmartBill accepts the user and the token.").wait_for()
	text = dialog.inner_text()
	assert "The VAT rate Normala 21% exists." in text
	assert "There is no spare series." in text
	keep_screenshot(page, "account-test")
	dialog.get_by_role("button", name="Close").last.click()

	page.wait_for_function("() => cur_frm.smartbill_health?.lists.series.p.length > 0")
	field = page.locator('[data-fieldname="spare_series"] input')
	field.scroll_into_view_if_needed()
	field.click()
	page.locator('[data-fieldname="spare_series"] .awesomplete li', has_text="PRF2").click()
	assert page.evaluate("() => cur_frm.doc.spare_series") == "PRF2"
	page.evaluate("() => cur_frm.save()")
	page.wait_for_function("() => !cur_frm.is_dirty()")
	open_account(page, account)
	keep_screenshot(page, "account")


def test_a_failing_check_leads_to_its_field(page, account, connected):
	connected.db.set_value("SmartBill Account", account, "proforma_series", "NIMIC")
	connected.db.commit()
	try:
		open_account(page, account)
		button(page, "Test").click()
		dialog = page.locator(".modal.show")
		dialog.get_by_text("SmartBill has no proforma series NIMIC").wait_for()
		dialog.locator("a[data-check=series]").click()
		page.locator('[data-fieldname="proforma_series"] input').wait_for()
	finally:
		connected.db.rollback()
		connected.db.set_value("SmartBill Account", account, "proforma_series", COMPANY.series)
		connected.db.commit()


def test_maps_are_suggested_and_added_by_a_click(page, account, connected):
	connected.db.delete("SmartBill Unit", {"parent": account, "uom": "Kg"})
	if not connected.db.exists("Item", "ACCOUNT-KG"):
		item = {"item_code": "ACCOUNT-KG", "item_name": "Kg", "item_group": "Products", "stock_uom": "Kg"}
		connected.get_doc({"doctype": "Item", "is_stock_item": 0, **item}).insert()
	connected.db.commit()
	open_account(page, account)
	from_menu(page, "Read lists from SmartBill")
	page.wait_for_function("() => cur_frm.smartbill_health?.lists.units.length > 0")
	from_menu(page, "Suggest maps")
	dialog = page.locator(".modal.show")
	dialog.get_by_role("cell", name="kg", exact=True).first.wait_for()
	dialog.get_by_role("button", name="Add these rows").click()
	units = page.evaluate("() => cur_frm.doc.units.map((row) => [row.uom, row.measuring_unit_name])")
	assert ["Kg", "kg"] in units
	assert page.evaluate("() => cur_frm.is_dirty()")


def test_going_live_asks_about_numbers_that_the_site_does_not_know(page, account, connected, running):
	import requests

	order = {"series": COMPANY.series, "client": "Altcineva"}
	requests.post(f"{running.sandbox.url}/__control/foreign-document", json=order, timeout=60)
	connected.db.set_value("SmartBill Account", account, "mode", "Draft")
	connected.db.commit()
	open_account(page, account)
	assert "Draft mode" in banner(page).inner_text()
	button(page, "Go Live").click()
	page.locator(".modal.show").get_by_role("button", name="Yes").click()
	dialog = page.locator(".modal.show").filter(has_text="Before going Live")
	dialog.get_by_text("no reference of ours in its PDF").wait_for()
	keep_screenshot(page, "account-go-live")
	dialog.locator('[data-fieldname="note"] textarea').fill("Typed by our accountant.")
	dialog.get_by_role("button", name="Everything is in order").click()
	page.locator(".form-message.green").wait_for()
	assert "Live on this site" in banner(page).inner_text()


def test_a_copy_of_the_site_says_so_in_red(page, account, connected):
	connected.db.set_value("SmartBill Account", account, "live_url", "https://erp.example.com")
	connected.db.commit()
	open_account(page, account)
	assert "Live on another site" in banner(page).inner_text()
	assert "red" in (banner(page).get_attribute("class") or "")
	button(page, "Go Live").wait_for()


def test_a_block_is_counted_down_and_a_notice_is_put_away(page, account, connected):
	from frappe.utils import add_to_date

	from erp_b2b_smartbill import clock

	values = {
		"blocked_until": add_to_date(clock.now(), seconds=300),
		"counter_notice": "The number 0007 of the series PRFB2B was issued by somebody else.",
	}
	connected.db.set_value("SmartBill Account", account, values)
	connected.db.commit()
	open_account(page, account)
	first = page.locator("[data-countdown]").inner_text()
	assert re.fullmatch(r"[45]:\d\d", first)
	page.wait_for_function(
		"(first) => document.querySelector('[data-countdown]')?.textContent !== first", arg=first
	)
	page.locator("[data-action=seen]").click()
	page.locator("[data-action=seen]").wait_for(state="detached")


def test_a_manager_switches_to_the_spare_series_while_the_first_is_blocked(manager, account, connected):
	connected.db.set_value("SmartBill Account", account, "spare_series", "PRF2")
	proforma = connected.get_doc(
		{
			"doctype": "SmartBill Proforma",
			"quotation": "SAL-QTN-BLOCKED",
			"company": account,
			"account": account,
			"status": "Unknown",
			"series": COMPANY.series,
			"expected_number": 1,
		}
	)
	proforma.flags.written_by_claim = True
	proforma.insert(ignore_permissions=True, ignore_links=True, ignore_mandatory=True)
	connected.db.commit()
	try:
		open_account(manager, account)
		manager.get_by_text("What holds a series").wait_for()
		keep_screenshot(manager, "account-blocked")
		assert button(manager, "Test").count() == 0
		assert button(manager, "Go Live").count() == 0
		button(manager, "Switch to the spare series").click()
		dialog = manager.locator(".modal.show")
		dialog.locator('[data-fieldname="reason"] textarea').fill("The first one waits for SmartBill.")
		dialog.get_by_role("button", name="Switch", exact=True).click()
		manager.wait_for_function("() => cur_frm.doc.proforma_series === 'PRF2'")
		assert button(manager, "Switch to the spare series").count() == 0
	finally:
		connected.db.rollback()
		connected.db.set_value("SmartBill Account", account, "proforma_series", COMPANY.series)
		connected.db.commit()
