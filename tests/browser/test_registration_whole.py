"""From the sign-up to the own quotation, by hand and by itself: two people, one browser each."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from desk_helpers import dialog, make_quotation, open_form, toast
from registration_helpers import (
	fill_by_hand,
	open_form_of_registration,
	page_of,
	registration_open,
	send,
	settings,
	stored,
)

from erp_b2b_smartbill.tests.registration_case import CUI

expect = pytest.importorskip("playwright.sync_api").expect

PASSWORD = "Cheie-Lungă-2026!"


@pytest.fixture
def site(connected, running) -> Iterator[Any]:
	with registration_open(connected, running.sandbox, enable_b2b_portal=1):
		yield connected


def registered(site: Any, page: Any, **values: Any) -> Any:
	"""The request of a visitor, with the e-mail confirmed by the button of its page."""
	open_form_of_registration(page)
	fill_by_hand(page, **values)
	send(page)
	page.wait_for_url("**/b2b/status?token=*")
	site.db.rollback()
	doc = site.get_last_doc("B2B Registration")
	page.goto(page_of(doc, "confirm"))
	page.get_by_role("button", name="Confirm the e-mail address").click()
	page.locator('[data-state="done"]').wait_for()
	return stored(site, doc)


def chosen_password(site: Any, page: Any, doc: Any) -> None:
	"""By the link of the welcome mail to a password; Frappe leads to the buyer's account."""
	page.goto(page_of(doc, "welcome"))
	page.get_by_role("button", name="Choose a password").click()
	page.wait_for_url("**/update-password?key=*")
	assert parse_qs(urlsplit(page.url).query)["key"]
	# its button waits for keys
	page.locator("#new_password").press_sequentially(PASSWORD)
	page.locator("#confirm_password").press_sequentially(PASSWORD)
	page.locator("#update").click()
	page.wait_for_url("**/b2b/account")
	expect(page.locator(".b2b-company-card")).to_contain_text(doc.company_name)


def test_a_company_registers_is_approved_and_answers_its_quotation(site, running, page, manager):
	doc = registered(site, page)
	assert doc.status == "Pending"
	open_form(manager, "B2B Registration", doc.name)
	manager.locator(".sb-review").wait_for()
	manager.get_by_role("button", name="Approve", exact=True).click()
	dialog(manager).get_by_role("button", name="Approve", exact=True).click()
	toast(manager, "Approved").wait_for()
	doc = stored(site, doc)
	chosen_password(site, page, doc)
	expect(page.locator("[data-offers]")).to_contain_text("There are no quotations yet.")

	offer = make_quotation()
	site.db.set_value("Quotation", offer, {"party_name": doc.customer, "customer_name": doc.company_name})
	site.db.commit()
	page.reload()
	row = page.locator(f'[data-quotation="{offer}"]')
	expect(row).to_contain_text(offer)
	row.get_by_role("button", name="Accept").click()
	row.locator("textarea").fill("Vă rugăm livrați luni.")
	row.get_by_role("button", name="Yes, accept it").click()
	expect(row).to_contain_text("You accepted it")
	site.db.rollback()
	assert site.db.get_value("Quotation", offer, "b2b_response") == "Accepted"


def test_by_the_rules_confirming_the_email_opens_the_account(site, running, page):
	settings(site, approval_mode="Automatic")
	doc = registered(site, page, cui=CUI)
	assert doc.status == "Approved", doc.pending_reasons
	expect(page.get_by_role("heading", level=1)).to_have_text("Your account is active")
	chosen_password(site, page, doc)
