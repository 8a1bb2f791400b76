"""The buyer's side of the website in a browser: his account, and what is added to ERPNext's page of a quotation."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from desk_helpers import PHONE, cleaned, make_customer

from embedded import paths

expect = pytest.importorskip("playwright.sync_api").expect

EVIL = '<img src=x onerror="document.title=1">'


@pytest.fixture
def site(connected, running) -> Iterator[Any]:
	from erp_b2b_smartbill.features import PORTAL

	with cleaned(connected, running.sandbox):
		before = connected.db.get_single_value("B2B Settings", PORTAL)
		switch(connected, 1)
		yield connected
		connected.db.rollback()
		connected.set_user("Administrator")
		switch(connected, before)


def switch(frappe: Any, on: int) -> None:
	from erp_b2b_smartbill.features import PORTAL

	frappe.db.set_single_value("B2B Settings", PORTAL, on)
	frappe.db.commit()
	frappe.clear_document_cache("B2B Settings", "B2B Settings")


@pytest.fixture
def buyer(site, open_page) -> Callable[..., Any]:
	"""Makes a page of somebody who has signed in as a buyer of the company."""
	from erp_b2b_smartbill.tests import factories

	users: dict[str, str] = {}

	def make(customer: str, language: str = "en", **options: Any) -> Any:
		if customer not in users:
			users[customer] = factories.buyer(customer)
			site.db.set_value("User", users[customer], {"language": language, "last_name": "Pop"})
			site.db.commit()
		page = open_page(locale=language, **options)
		page.request.post("/api/method/login", form={"usr": users[customer], "pwd": "test"})
		return page

	return make


@pytest.fixture
def company(site) -> str:
	"""A customer with everything that its account shows."""
	name, address = make_customer(
		"Atelier Construct SRL", smartbill_reg_com="J12/345/2019", email_id="comenzi@atelier.example"
	)
	tier = site.get_doc({"doctype": "B2B Tier", "tier_name": "Aur", "discount_percentage": 12.5}).insert()
	site.db.set_value("Customer", name, {"b2b_tier": tier.name, "customer_primary_address": address})
	site.db.commit()
	return name


def offer(site: Any, customer: str, **values: Any) -> str:
	from erp_b2b_smartbill.tests import factories

	name = factories.quotation(party_name=customer, **values).name
	site.db.commit()
	return name


def keep_screenshot(page: Any, name: str) -> None:
	"""For the documentation, when it is asked for."""
	if os.environ.get("SCREENSHOTS"):
		page.wait_for_timeout(400)
		folder = Path(paths.ROOT) / "docs" / "screenshots"
		page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


def row_of(page: Any, name: str) -> Any:
	return page.locator(f'[data-quotation="{name}"]')


def response_of(site: Any, name: str) -> Any:
	site.db.rollback()
	return site.db.get_value("Quotation Response", {"quotation": name}, ["response", "comment"], as_dict=True)


def test_the_account_shows_the_company_and_its_quotations_and_takes_an_answer(site, company, buyer):
	first, second = offer(site, company), offer(site, company)
	page = buyer(company)
	page.goto("/b2b/account")
	expect(page.locator(".b2b-company-card")).to_contain_text("Atelier Construct SRL")
	for text in ("RO98765438", "J12/345/2019", "Str. Exemplu 7", "Aur", "12,5 % discount"):
		expect(page.locator(".b2b-company-card")).to_contain_text(text)
	expect(row_of(page, second)).to_contain_text("308,55")
	row_of(page, first).get_by_role("button", name="Accept").click()
	expect(page.get_by_label("Comment")).to_be_focused()
	page.get_by_label("Comment").fill("Livrare luni, vă rog.")
	page.get_by_role("button", name="Yes, accept it").click()
	expect(page.locator("[data-told]")).to_have_text("Thank you. We got your answer.")
	expect(row_of(page, first)).to_contain_text("You accepted it on")
	expect(row_of(page, first).get_by_role("button")).to_have_count(0)
	assert response_of(site, first) == {"response": "Accepted", "comment": "Livrare luni, vă rog."}
	assert response_of(site, second) is None


def test_the_proforma_is_read_from_the_account(site, company, buyer, running):
	name = with_proforma(site, running.sandbox, offer(site, company))
	page = buyer(company)
	page.goto("/b2b/account")
	link = row_of(page, name).get_by_role("link", name="Proforma")
	keep_screenshot(page, "buyer-account")
	for pdf in (link, row_of(page, name).get_by_role("link", name="Quotation (PDF)")):
		answer = page.request.get(pdf.get_attribute("href"))
		assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
	other = offer(site, make_customer("Alta Firma SRL", tax_id="12345674")[0])
	stolen = pdf.get_attribute("href").replace(name, other)
	assert page.request.get(stolen).status == 403


def with_proforma(site: Any, sandbox: Any, name: str) -> str:
	from erp_b2b_smartbill.smartbill import issue
	from erp_b2b_smartbill.tests import factories
	from erp_b2b_smartbill.tests.sandbox import Sandbox

	site.conf.smartbill_allowed_hosts = ["127.0.0.1", "localhost"]
	factories.smartbill_account(Sandbox(sandbox.url).api_url)
	site.db.commit()
	issue.issue(site.get_doc("Quotation", name))
	site.db.commit()
	return name


def test_on_erpnexts_page_a_quotation_is_declined_with_a_comment_that_stays_text(site, company, buyer):
	name = offer(site, company)
	page = buyer(company)
	page.goto(f"/quotations/{quote(name)}")
	added = page.locator('[data-b2b-portal="quotation"]')
	expect(added.get_by_role("button", name="Decline")).to_be_visible()
	keep_screenshot(page, "buyer-quotation")
	added.get_by_role("button", name="Decline").click()
	# taken back, nothing is sent
	added.get_by_role("button", name="Back").click()
	expect(added.get_by_role("button", name="Decline")).to_be_focused()
	added.get_by_role("button", name="Decline").click()
	page.get_by_label("Comment").fill(EVIL)
	added.get_by_role("button", name="Yes, decline it").click()
	expect(added).to_contain_text("You declined it on")
	assert page.locator("img[src=x]").count() == 0
	page.reload()
	expect(added).to_contain_text("You declined it on")
	assert page.locator("img[src=x]").count() == 0
	assert response_of(site, name).response == "Declined"


def test_a_buyer_marks_his_favourites_on_the_page_of_a_quotation(site, company, buyer):
	from erp_b2b_smartbill.features import OVERVIEW

	def marked() -> list[str]:
		site.db.rollback()
		filters = {"customer": company, "marked_by_buyer": 1}
		return site.get_all("Customer Item Preference", filters, pluck="item_code")

	name = offer(site, company)
	[item] = site.get_all("Quotation Item", {"parent": name}, ["item_code", "item_name"])
	page = buyer(company)
	page.goto(f"/quotations/{quote(name)}")
	expect(page.locator('[data-b2b-portal="quotation"]').get_by_role("button", name="Accept")).to_be_visible()
	assert page.locator("[data-favourites]").count() == 0, "Customer 360 is off"
	before = site.db.get_single_value("B2B Settings", OVERVIEW)
	site.db.set_single_value("B2B Settings", OVERVIEW, 1)
	site.db.commit()
	site.clear_document_cache("B2B Settings", "B2B Settings")
	try:
		page.reload()
		star = page.get_by_role("button", name=f"Favourite: {item.item_name}")
		expect(star).to_have_attribute("aria-pressed", "false")
		star.click()
		expect(star).to_have_attribute("aria-pressed", "true")
		keep_screenshot(page, "buyer-favourites")
		assert marked() == [item.item_code]
		page.reload()
		expect(star).to_have_attribute("aria-pressed", "true")
		star.click()
		expect(star).to_have_attribute("aria-pressed", "false")
		assert marked() == []
	finally:
		site.db.rollback()
		site.db.set_single_value("B2B Settings", OVERVIEW, before)
		site.db.commit()
		site.clear_document_cache("B2B Settings", "B2B Settings")


def test_a_second_tab_is_shown_the_answer_of_the_first(site, company, buyer):
	name = offer(site, company)
	one, other = buyer(company), buyer(company)
	for page in (one, other):
		page.goto("/b2b/account")
		row_of(page, name).get_by_role("button", name="Accept" if page is one else "Decline").click()
	one.get_by_role("button", name="Yes, accept it").click()
	expect(row_of(one, name)).to_contain_text("You accepted it on")
	other.get_by_role("button", name="Yes, decline it").click()
	expect(other.locator("[data-told]")).to_contain_text("answered before")
	expect(row_of(other, name)).to_contain_text("You accepted it on")
	assert response_of(site, name).response == "Accepted"


def test_what_is_over_says_why_it_cannot_be_answered(site, company, buyer):
	from frappe.utils import add_days, nowdate

	name = offer(site, company, transaction_date=add_days(nowdate(), -30), valid_till=add_days(nowdate(), -2))
	page = buyer(company)
	page.goto("/b2b/account")
	expect(row_of(page, name)).to_contain_text("has expired: ask for a new one")
	expect(row_of(page, name).get_by_role("button")).to_have_count(0)


def test_more_than_a_page_of_quotations_is_loaded_on_request(site, company, buyer):
	for _one in range(22):
		offer(site, company)
	page = buyer(company)
	page.goto("/b2b/account")
	expect(page.locator("[data-quotation]")).to_have_count(20)
	page.get_by_role("button", name="Show more").click()
	expect(page.locator("[data-quotation]")).to_have_count(22)
	expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_the_portals_menu_leads_to_the_account(site, company, buyer):
	offer(site, company)
	page = buyer(company)
	page.goto("/quotations")
	page.locator(".web-sidebar").get_by_role("link", name="My company").click()
	expect(page.get_by_role("heading", name="My company", level=1)).to_be_visible()


def test_on_a_telephone_everything_fits_and_is_large_enough_for_a_finger(site, company, buyer):
	name = offer(site, company)
	page = buyer(company, viewport=PHONE, is_mobile=True, has_touch=True)
	for path in ("/b2b/account", f"/quotations/{quote(name)}"):
		page.goto(path)
		accept = page.get_by_role("button", name="Accept")
		expect(accept).to_be_visible()
		if path == "/b2b/account":
			keep_screenshot(page, "buyer-phone")
		accept.tap()
		page.get_by_role("button", name="Yes, accept it").scroll_into_view_if_needed()
		keep_screenshot(
			page, "buyer-phone-accept" if path == "/b2b/account" else "buyer-quotation-phone-accept"
		)
		added = page.locator("[data-b2b-portal]")
		for button in added.get_by_role("button").all():
			if button.is_visible():
				assert button.bounding_box()["height"] >= 44
		wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
		assert wide <= 0, path


def test_the_page_speaks_the_buyers_language(site, company, buyer):
	page = buyer(company, language="ro")
	page.goto("/b2b/account")
	assert page.locator("html").get_attribute("lang") == "ro"


def test_sales_reads_the_answer_on_the_quotation(site, company, seller):
	from erp_b2b_smartbill.portal import responses
	from erp_b2b_smartbill.tests import factories

	name = offer(site, company)
	user = factories.buyer(company)
	site.db.commit()
	site.set_user(user)
	responses.respond(name, "Declined", f"Prea scump {EVIL}")
	site.set_user("Administrator")
	seller.goto(f"/app/quotation/{quote(name)}")
	line = seller.locator(".b2b-answer")
	expect(line).to_contain_text("The buyer declined this quotation.")
	expect(line).to_contain_text("Prea scump")
	assert seller.locator("img[src=x]").count() == 0
