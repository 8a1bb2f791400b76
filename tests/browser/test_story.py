"""The whole product as one story: a company signs up on the website, is approved by a manager or by the rules, is found,
quoted and sent a proforma by sales, seen whole in its Customer 360, answers in its account, and the audit tells who did
each step.

With ARTEFACTS set, every step leaves a picture; the proforma is left, too.
"""

import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from desk_helpers import (
	COMPANY,
	GENERATE,
	MANAGER,
	SALES_USER,
	dialog,
	headline,
	make_item,
	open_form,
	pick,
	proforma_of,
	toast,
)
from overview_helpers import figure, open_customer, open_tab, overview_is_on
from picker_helpers import active, look_for, new_form, open_picker, party_input, search_input, search_is_on
from pypdf import PdfReader
from registration_helpers import (
	fill_by_hand,
	open_form_of_registration,
	page_of,
	registration_open,
	send,
	settings,
	stored,
)
from story_helpers import Story

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.tests.registration_case import CUI

expect = pytest.importorskip("playwright.sync_api").expect

PASSWORD = "Cheie-Lungă-2026!"
DISCOUNT, LIMIT = 10, 5_000
ITEM_NAME = "Cablu electric 3x2,5"
APPROVING = (audit.CUSTOMER_TIER_CHANGED, audit.CREDIT_LIMIT_CHANGED, audit.REGISTRATION_APPROVED)
ISSUING = (audit.PROFORMA_CLAIMED, audit.PROFORMA_ISSUED, audit.PDF_STORED)


@pytest.fixture
def site(connected, running) -> Iterator[Any]:
	"""Everything is on, and a new customer gets a tier and a credit limit."""
	with (
		registration_open(connected, running.sandbox, enable_b2b_portal=1),
		search_is_on(connected),
		overview_is_on(connected),
	):
		tier = {"doctype": "B2B Tier", "tier_name": "Aur", "discount_percentage": DISCOUNT}
		settings(
			connected,
			default_tier=connected.get_doc(tier).insert().name,
			default_company=COMPANY.name,
			default_credit_limit=LIMIT,
		)
		yield connected


@pytest.fixture
def item(site) -> str:
	name = make_item(item_name=ITEM_NAME, standard_rate=100)
	site.db.commit()
	return name


def registered(site: Any, page: Any, story: Story, **values: Any) -> Any:
	"""The request of a visitor, with the e-mail confirmed by the button of its page."""
	open_form_of_registration(page)
	fill_by_hand(page, **values)
	story.picture(page, "a-company-registers-on-the-website", whole=True)
	send(page)
	page.wait_for_url("**/b2b/status?token=*")
	story.picture(page, "it-is-asked-to-confirm-its-e-mail-address")
	site.db.rollback()
	doc = site.get_last_doc("B2B Registration")
	page.goto(page_of(doc, "confirm"))
	page.get_by_role("button", name="Confirm the e-mail address").click()
	page.locator('[data-state="done"]').wait_for()
	story.picture(page, "the-e-mail-address-is-confirmed")
	return stored(site, doc)


def chosen_password(page: Any, doc: Any) -> None:
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


def offered(page: Any, doc: Any, item: str, story: Story) -> str:
	"""A submitted Quotation of ten pieces for the company, which is found by its e-mail address; its name."""
	new_form(page)
	open_picker(page)
	look_for(page, doc.email)
	story.picture(page, "sales-finds-the-new-customer-by-its-e-mail-address")
	expect(active(page)).to_contain_text(doc.company_name)
	expect(active(page)).to_contain_text("B2B")
	search_input(page).press("Enter")
	expect(party_input(page)).to_have_value(doc.customer)
	rows = page.locator('.form-layout:visible [data-fieldname="items"]')
	rows.locator('.grid-body [data-fieldname="item_code"]').first.click()
	pick(rows.locator('input[data-fieldname="item_code"]'), item, item)
	page.wait_for_function("() => cur_frm.doc.items[0].rate > 0")
	rows.locator('.grid-body [data-fieldname="qty"]').first.click()
	rows.locator('input[data-fieldname="qty"]').fill("10")
	page.keyboard.press("Tab")
	page.wait_for_function("() => cur_frm.doc.items[0].amount === 900")
	press(page, "Save")
	page.wait_for_function("() => !cur_frm.is_new() && !cur_frm.is_dirty()")
	story.picture(page, "the-quotation-has-the-price-of-the-customers-tier")
	press(page, "Submit")
	dialog(page).get_by_role("button", name="Yes").click()
	page.wait_for_function("() => cur_frm.doc.docstatus === 1")
	return page.evaluate("() => cur_frm.doc.name")


def press(page: Any, action: str) -> None:
	page.locator(".page-head:visible").get_by_role("button", name=action, exact=True).click()


def issued(page: Any, story: Story) -> None:
	"""From the preview to the number, in two clicks."""
	page.get_by_role("button", name=GENERATE).click()
	dialog(page).get_by_text("Ready to be issued").wait_for()
	# 10 x 100 less 10 %, with VAT
	for text in (ITEM_NAME, "1.089,00"):
		expect(dialog(page).locator(".sb-paper")).to_contain_text(text)
	expect(dialog(page).locator(".sb-comparison")).to_contain_text("1.089,00")
	story.picture(page, "the-preview-shows-what-smartbill-will-print")
	dialog(page).get_by_role("button", name="Issue proforma").click()
	headline(page).filter(has_text=f"{COMPANY.series} 0").wait_for()
	expect(headline(page)).to_contain_text(
		re.compile(rf"Proforma {COMPANY.series} \d+ · issued \S+ · unpaid")
	)
	expect(headline(page)).to_contain_text("Open in SmartBill")
	# what is issued is not offered again
	expect(page.get_by_role("button", name=GENERATE)).to_have_count(0)
	story.picture(page, "the-proforma-is-issued-and-its-number-is-in-the-quotation")


def test_a_company_registers_is_approved_quoted_and_sent_a_proforma_and_every_step_is_told(
	site, running, item, open_page, signed_in
):
	story = Story("story")
	desk, website = open_page(MANAGER), open_page()

	doc = registered(site, website, story)
	assert doc.status == "Pending"
	open_form(desk, "B2B Registration", doc.name)
	desk.locator(".sb-review").wait_for()
	story.picture(desk, "a-manager-reviews-the-request")
	desk.get_by_role("button", name="Approve", exact=True).click()
	dialog(desk).get_by_role("button", name="Approve", exact=True).click()
	toast(desk, "Approved").wait_for()
	story.picture(desk, "the-manager-approves")
	doc = stored(site, doc)
	chosen_password(website, doc)
	expect(website.locator("[data-offers]")).to_contain_text("There are no quotations yet.")
	story.picture(website, "the-buyer-chooses-a-password-and-has-an-account")

	sits_down(desk, signed_in(SALES_USER))
	quotation = offered(desk, doc, item, story)
	issued(desk, story)
	proforma = proforma_of(site, quotation)
	[document] = [
		one for one in running.sandbox.state.documents.values() if quotation in str(one.request["mentions"])
	]
	assert (document.number, document.request["client"]["name"]) == (proforma.number, doc.company_name)
	pdf = desk.request.get(headline(desk).get_by_role("link", name="PDF").get_attribute("href")).body()
	printed = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
	assert quotation in printed
	assert "TOTAL 1089.00 RON" in printed
	story.paper(pdf, f"the-proforma-{proforma.full_number.replace(' ', '-')}.pdf")

	website.reload()
	row = website.locator(f'[data-quotation="{quotation}"]')
	expect(row).to_contain_text(proforma.number)
	row.get_by_role("button", name="Accept").click()
	row.locator("textarea").fill("Vă rugăm livrați luni.")
	row.get_by_role("button", name="Yes, accept it").click()
	expect(row).to_contain_text("You accepted it")
	story.picture(website, "the-buyer-finds-the-proforma-and-accepts-the-quotation", whole=True)
	site.db.rollback()
	assert site.db.get_value("Quotation", quotation, "b2b_response") == "Accepted"

	open_customer(desk, doc.customer)
	commercial = open_tab(desk, "Commercial")
	expect(figure(commercial, "B2B Tier")).to_contain_text("Aur")
	expect(figure(commercial, "Discount")).to_contain_text("10 %")
	story.picture(desk, "customer-360-shows-its-terms")
	expect(figure(open_tab(desk, "Credit"), "Available credit")).to_contain_text("5.000,00 RON")
	story.picture(desk, "customer-360-shows-its-credit")
	timeline = open_tab(desk, "History").get_by_role("region", name="Timeline")
	for text in (doc.name, quotation, proforma.full_number, "Accepted", "Vă rugăm livrați luni."):
		expect(timeline).to_contain_text(text)
	story.picture(desk, "customer-360-shows-what-there-was", height=1500)

	sits_down(desk, signed_in(MANAGER))
	told = events_of(site, doc, quotation, proforma)
	assert [event for event, _who in told] == [
		audit.REGISTRATION_SUBMITTED,
		audit.REGISTRATION_CONFIRMED,
		audit.REGISTRATION_PENDING,
		*APPROVING,
		*ISSUING,
		audit.QUOTATION_ACCEPTED,
	]
	desk.goto("/desk/query-report/Business%20Events")
	rows = desk.locator(".dt-scrollable .dt-row")
	for event, who in told:
		expect(rows.filter(has_text=event).first).to_contain_text(who)
	story.picture(desk, "the-audit-tells-who-did-each-step")


def sits_down(page: Any, cookies: list[Any]) -> None:
	"""Somebody else signs in at this desk."""
	page.context.clear_cookies()
	page.context.add_cookies(cookies)


def events_of(site: Any, doc: Any, quotation: str, proforma: Any) -> list[tuple[str, str]]:
	"""(event, user) of all that was told of these, in its order."""
	names = [doc.name, doc.customer, quotation, proforma.name]
	told = site.get_all(
		"Business Event",
		{"reference_name": ["in", names]},
		["event", "user"],
		order_by="occurred_at, creation",
	)
	return [(one.event, one.user) for one in told]


def test_by_the_rules_confirming_the_email_opens_the_account_and_sales_quote_at_once(
	site, item, open_page, running
):
	story = Story("story-automatic")
	settings(site, approval_mode="Automatic")
	desk, website = open_page(SALES_USER), open_page()
	doc = registered(site, website, story, cui=CUI)
	assert doc.status == "Approved", doc.pending_reasons
	expect(website.get_by_role("heading", level=1)).to_have_text("Your account is active")
	chosen_password(website, doc)
	quotation = offered(desk, doc, item, story)
	issued(desk, story)
	website.reload()
	expect(website.locator(f'[data-quotation="{quotation}"]')).to_contain_text(
		proforma_of(site, quotation).number
	)
	story.picture(website, "the-buyer-finds-the-proforma-in-the-account", whole=True)
	told = [event for event, _who in events_of(site, doc, quotation, proforma_of(site, quotation))]
	assert told == [audit.REGISTRATION_SUBMITTED, audit.REGISTRATION_CONFIRMED, *APPROVING, *ISSUING]
