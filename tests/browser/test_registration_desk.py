"""The manager's desk in a real browser: a registration with everything in view, its decision, and the list of all."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from desk_helpers import (
	MANAGER,
	PHONE,
	choose_in_dialog,
	control,
	dialog,
	headline,
	make_customer,
	open_form,
	shot,
	toast,
)
from registration_helpers import (
	anaf_fails,
	confirmed_request,
	forget,
	registration_open,
	request_of_guest,
	stored,
)

from erp_b2b_smartbill.tests.registration_case import CUI, PDF

expect = pytest.importorskip("playwright.sync_api").expect

DOCTYPE = "B2B Registration"
LIST = "/desk/b2b-registration/view/list"
# valid, and nobody's at the sandbox's tax office but the first
OTHERS = ("98765438", "14399840", "2816464", "20000005", "18547290", "361757")
TEXTS = (
	"company_name",
	"cui",
	"reg_com",
	"iban",
	"county",
	"city",
	"address_line",
	"postal_code",
	"first_name",
	"last_name",
	"email",
	"phone",
	"message",
	"terms_version",
)


@pytest.fixture
def site(connected, running) -> Iterator[Any]:
	with registration_open(connected, running.sandbox, decision_days=2):
		yield connected
		connected.db.rollback()
		connected.db.delete("B2B Tier", {"tier_name": "Gold"})
		connected.db.commit()


@pytest.fixture
def gold(site) -> str:
	tier = {
		"doctype": "B2B Tier",
		"tier_name": "Gold",
		"discount_percentage": 12,
		"description": "Peste 100.000 lei pe an",
		"price_list": "Standard Selling",
		"company": "Demo Distribuție SRL",
		"default_credit_limit": 25_000,
	}
	site.get_doc(tier).insert()
	site.db.commit()
	return "Gold"


def open_registration(page: Any, doc: Any) -> Any:
	open_form(page, DOCTYPE, doc.name)
	page.locator(".sb-review").wait_for()
	return page.locator(".sb-review")


def button(page: Any, name: str) -> Any:
	return page.locator(".page-head:visible").get_by_role("button", name=name, exact=True)


def control_of(page: Any, field: str) -> Any:
	return page.locator(f'.frappe-control[data-fieldname="{field}"]')


def from_menu(page: Any, name: str) -> None:
	page.locator(".menu-btn-group:visible button").first.click()
	page.locator(".dropdown-menu.show a", has_text=name).click()


def confirm(page: Any, name: str) -> None:
	"""Press the decision in its dialog."""
	dialog(page).get_by_role("button", name=name, exact=True).click()


def approve(page: Any) -> None:
	button(page, "Approve").click()
	confirm(page, "Approve")
	toast(page, "Approved").wait_for()


def leave(page: Any) -> None:
	# one that still moves in does not close
	page.wait_for_timeout(500)
	dialog(page).locator(".btn-modal-close").click()
	dialog(page).wait_for(state="detached")


def say(page: Any, text: str) -> None:
	dialog(page).locator("textarea").fill(text)


def choose_tier(page: Any, tier: str) -> None:
	page.locator('[data-fieldname="tier"] input').fill(tier)
	page.locator('[role="option"]', has_text=tier).first.click()


def make_late(site: Any, doc: Any, days: int) -> None:
	at = doc.submitted_at - timedelta(days=days, hours=1)
	site.db.set_value(DOCTYPE, doc.name, "submitted_at", at, update_modified=False)
	site.db.commit()


def many(site: Any, url: str, count: int) -> list[Any]:
	return [confirmed_request(url, site, cui=cui, vat_payer="No") for cui in OTHERS[:count]]


def check(page: Any, docs: list[Any]) -> None:
	for doc in docs:
		page.locator(f'.list-row-checkbox[data-name="{doc.name}"]').check()


def act_on_checked(page: Any, action: str) -> None:
	page.get_by_role("button", name="Actions").click()
	page.locator(".dropdown-menu.show a", has_text=re.compile(rf"^\s*{action}\s*$")).click()


# the form


def test_a_manager_approves_with_other_terms_and_sees_what_was_made(site, running, manager, gold):
	doc = confirmed_request(running.url, site, message="Pentru trei șantiere.")
	make_late(site, doc, 5)
	review = open_registration(manager, doc)
	expect(headline(manager)).to_contain_text("Waits for a decision for 5 days.")
	expect(headline(manager)).to_contain_text("it takes 2 working days")
	expect(review).to_contain_text("The company is active at ANAF.")
	expect(review.locator(".sb-review-differs")).to_contain_text(["Company Name"])
	expect(review).to_contain_text("Nobody on this site looks like this company.")
	expect(review).to_contain_text("Pentru trei șantiere.")
	shot(manager, "registration-desk", 1500)

	choose_tier(manager, gold)
	manager.wait_for_function("() => cur_frm.doc.credit_limit === 25000")
	assert manager.evaluate("cur_frm.doc.price_list") == "Standard Selling"
	expect(control_of(manager, "tier")).to_contain_text("12 % off the price list.")
	manager.locator('[data-fieldname="internal_note"] textarea').fill("Vorbit la telefon.")
	button(manager, "Approve").click()
	expect(dialog(manager)).to_contain_text("a new one")
	expect(dialog(manager)).to_contain_text("1 detail differs from ANAF.")
	expect(dialog(manager)).to_contain_text("25.000,00")
	shot(manager, "registration-approve")
	confirm(manager, "Approve")
	toast(manager, "Approved").wait_for()

	expect(headline(manager)).to_contain_text("Approved by Mihai Manager")
	expect(review).to_contain_text("What was made")
	expect(button(manager, "Approve")).to_have_count(0)
	doc = stored(site, doc)
	assert (doc.status, doc.tier, doc.internal_note) == ("Approved", gold, "Vorbit la telefon.")
	customer = site.get_doc("Customer", doc.customer)
	assert (customer.b2b_tier, customer.default_price_list) == (gold, "Standard Selling")
	assert customer.credit_limits[0].credit_limit == 25_000
	for name in (doc.address, doc.contact, doc.customer):
		expect(review.locator(".sb-review-made").get_by_role("link", name=name, exact=True)).to_be_visible()
	review.get_by_role("link", name=doc.customer, exact=True).click()
	manager.wait_for_url("**/customer/**")


def test_a_rejection_needs_a_reason_and_is_read_before_it_is_sent(site, running, manager):
	doc = confirmed_request(running.url, site)
	open_registration(manager, doc)
	button(manager, "Reject").click()
	say(manager, "Nu livrăm în zona dumneavoastră.")
	mail = dialog(manager).frame_locator("iframe")
	expect(mail.locator("body")).to_contain_text("Nu livrăm în zona dumneavoastră.")
	expect(dialog(manager)).to_contain_text("Cererea pentru")
	assert stored(site, doc).status == "Pending", "a preview decides nothing"
	shot(manager, "registration-reject")
	confirm(manager, "Reject")
	toast(manager, "Rejected").wait_for()
	assert stored(site, doc).rejection_reason == "Nu livrăm în zona dumneavoastră."
	expect(headline(manager)).to_contain_text("Nu livrăm în zona dumneavoastră.")
	expect(control_of(manager, "tier")).to_be_hidden()


def test_a_rejection_without_a_reason_stays_where_it_is(site, running, manager):
	doc = confirmed_request(running.url, site)
	open_registration(manager, doc)
	button(manager, "Reject").click()
	confirm(manager, "Reject")
	manager.get_by_text("Missing Values").or_(manager.locator(".has-error")).first.wait_for()
	assert stored(site, doc).status == "Pending"


def test_a_question_goes_out_and_its_answer_stands_on_the_form(site, running, manager):
	from erp_b2b_smartbill.registration import tokens

	doc = confirmed_request(running.url, site)
	review = open_registration(manager, doc)
	manager.locator('[data-fieldname="territory"] input').fill("Romania")
	manager.locator('[role="option"]', has_text="Romania").first.click()
	button(manager, "Ask").click()
	say(manager, "Aveți un punct de lucru?")
	expect(dialog(manager).frame_locator("iframe").locator("body")).to_contain_text("punct de lucru")
	confirm(manager, "Send the question")
	expect(review.locator(".sb-review-ours")).to_contain_text("Aveți un punct de lucru?")
	expect(headline(manager)).to_contain_text("Waits for the applicant's answer")
	# what was typed for the approval is still there
	assert manager.evaluate("cur_frm.doc.territory") == "Romania"

	answer = requests.post(
		f"{running.url}/api/v1/registrations/status/{tokens.make(doc, 'status')}/answer",
		data={"text": "Da, în Turda."},
		files={"documents": ("certificat.pdf", PDF, "application/pdf")},
		timeout=10,
	)
	assert answer.status_code == 200, answer.text
	manager.reload()
	expect(review).to_contain_text("Da, în Turda.")
	file = review.get_by_role("link", name="certificat.pdf")
	assert file.get_attribute("target") == "_blank"
	with manager.expect_popup() as opened:
		file.click()
	opened.value.close()
	assert manager.evaluate("(url) => fetch(url).then((r) => r.status)", file.get_attribute("href")) == 200


def test_the_customer_with_the_same_fiscal_code_is_linked_unless_told_otherwise(site, running, manager):
	name, _address = make_customer("Numele vechi SRL", tax_id=CUI)
	site.db.commit()
	doc = confirmed_request(running.url, site)
	review = open_registration(manager, doc)
	expect(review).to_contain_text("This company is on the site already")
	row = review.locator(".sb-review-list li", has_text="Numele vechi SRL")
	expect(row).to_contain_text("The same fiscal code (CUI)")
	expect(row.get_by_label("Link to this Customer")).to_be_checked()
	with manager.expect_popup() as opened:
		row.get_by_role("link", name="Numele vechi SRL").click()
	opened.value.wait_for_url("**/customer/**")
	opened.value.close()
	shot(manager, "registration-duplicates")
	button(manager, "Approve").click()
	expect(dialog(manager)).to_contain_text("Numele vechi SRL, is there already and is linked")
	confirm(manager, "Approve")
	toast(manager, "Approved").wait_for()
	expect(review).to_contain_text("was there before")
	assert stored(site, doc).customer == name


def test_a_new_customer_is_made_beside_one_that_only_looks_like_it(site, running, manager):
	name, _address = make_customer("Numele vechi SRL", tax_id=CUI)
	site.db.commit()
	doc = confirmed_request(running.url, site)
	review = open_registration(manager, doc)
	review.get_by_label("Make a new Customer").check()
	approve(manager)
	assert stored(site, doc).customer != name


def test_a_disabled_customer_is_marked_and_a_person_says_which_it_is(site, running, manager):
	make_customer("Prima filială SRL", tax_id=CUI)
	name, _address = make_customer("A doua filială SRL", tax_id=CUI, disabled=1)
	site.db.commit()
	doc = confirmed_request(running.url, site)
	review = open_registration(manager, doc)
	row = review.locator(".sb-review-list li", has_text="A doua filială SRL")
	expect(row).to_contain_text("Disabled")
	expect(review.locator("[name=sb-review-customer]:checked")).to_have_count(0)
	button(manager, "Approve").click()
	toast(manager, "Say first which Customer it is").wait_for()
	expect(dialog(manager)).to_have_count(0)
	row.get_by_label("Link to this Customer").check()
	approve(manager)
	assert stored(site, doc).customer == name


def test_any_other_customer_can_be_linked(site, running, manager):
	name, _address = make_customer("Cu totul alta SRL", tax_id="")
	site.db.commit()
	doc = confirmed_request(running.url, site)
	review = open_registration(manager, doc)
	from_menu(manager, "Link to another Customer")
	choose_in_dialog(manager, "customer", "Cu totul", "Cu totul alta SRL")
	confirm(manager, "Choose")
	expect(review.locator("li", has_text="Chosen by hand")).to_contain_text("Cu totul alta SRL")
	approve(manager)
	assert stored(site, doc).customer == name


def test_another_request_of_the_same_company_is_shown(site, running, manager):
	first = confirmed_request(running.url, site)
	second = confirmed_request(running.url, site)
	review = open_registration(manager, second)
	row = review.locator(".sb-review-list li", has_text=first.company_name)
	expect(row).to_contain_text(first.name)
	expect(row).to_contain_text("Pending")
	expect(row.get_by_role("radio")).to_have_count(0)


def test_what_may_not_be_done_says_why(site, running, manager):
	doc = request_of_guest(running.url, site)
	open_registration(manager, doc)
	expect(headline(manager)).to_contain_text("has not confirmed the e-mail address")
	button(manager, "Approve").click()
	toast(manager, "The applicant has not confirmed the e-mail address yet.").wait_for()
	from_menu(manager, "Erase personal data")
	toast(manager, "Decide first, or ask the applicant to withdraw.").wait_for()
	assert stored(site, doc).status == "Awaiting Confirmation"


def test_sales_sees_and_does_not_decide(site, running, seller):
	doc = confirmed_request(running.url, site)
	review = open_registration(seller, doc)
	expect(review).to_contain_text("ANAF says")
	for action in ("Approve", "Ask", "Reject"):
		button(seller, action).click()
		toast(seller, "Only a B2B Manager decides about registrations.").first.wait_for()
	expect(dialog(seller)).to_have_count(0)
	assert stored(site, doc).status == "Pending"


def test_the_slower_of_two_managers_reads_who_was_faster(site, running, manager):
	from erp_b2b_smartbill.registration import decide

	doc = confirmed_request(running.url, site)
	open_registration(manager, doc)
	button(manager, "Reject").click()
	say(manager, "Prea târziu.")
	site.set_user(MANAGER)
	try:
		decide.approve(doc.name, decide.terms_of(doc))
		site.db.commit()
	finally:
		site.set_user("Administrator")
	confirm(manager, "Reject")
	expect(dialog(manager)).to_contain_text("Mihai Manager decided before: Approved.")
	expect(headline(manager)).to_contain_text("Approved by Mihai Manager")
	assert stored(site, doc).status == "Approved"


def test_a_refusal_stays_in_the_dialog_and_may_be_tried_again(site, running, manager):
	doc = confirmed_request(running.url, site)
	site.db.set_value("Email Account", "Test out", "enable_outgoing", 0)
	site.db.commit()
	open_registration(manager, doc)
	button(manager, "Approve").click()
	confirm(manager, "Approve")
	expect(dialog(manager).get_by_role("alert")).to_contain_text("no outgoing e-mail account")
	expect(dialog(manager).get_by_role("button", name="Approve", exact=True)).to_be_enabled()
	assert stored(site, doc).status == "Pending"
	site.db.set_value("Email Account", "Test out", "enable_outgoing", 1)
	site.db.commit()
	confirm(manager, "Approve")
	toast(manager, "Approved").wait_for()


def test_anaf_is_asked_again(site, running, manager):
	anaf_fails(running.sandbox, "status", status=503)
	doc = confirmed_request(running.url, site)
	review = open_registration(manager, doc)
	expect(review).to_contain_text("Not verified: ANAF did not answer.")
	expect(review).not_to_contain_text("ANAF says")
	control(running.sandbox, "reset", {})
	forget(site)
	review.get_by_role("button", name="Ask ANAF again").click()
	expect(review).to_contain_text("The company is active at ANAF.")
	expect(review).to_contain_text("ANAF says")


def test_why_it_was_not_approved_automatically_is_read_on_the_form(site, running, manager):
	site.db.set_single_value("B2B Settings", "approval_mode", "Automatic")
	site.db.commit()
	site.clear_document_cache("B2B Settings", "B2B Settings")
	doc = confirmed_request(
		running.url, site, cui="1090", vat_payer="No", county="București", city="Sector 1"
	)
	review = open_registration(manager, doc)
	expect(review.locator(".sb-note")).to_contain_text("Why it was not approved automatically")
	expect(review.locator(".sb-note")).to_contain_text("The company is inactive at ANAF.")


def test_personal_data_are_erased_when_somebody_asks(site, running, manager):
	doc = confirmed_request(running.url, site)
	open_registration(manager, doc)
	button(manager, "Reject").click()
	say(manager, "Nu.")
	confirm(manager, "Reject")
	toast(manager, "Rejected").wait_for()
	from_menu(manager, "Erase personal data")
	say(manager, "Cerut de Ana Pop prin e-mail, 25.11.2026")
	confirm(manager, "Erase")
	expect(headline(manager)).to_contain_text("Personal data erased on")
	assert not stored(site, doc).email


def test_a_note_is_kept_without_a_decision(site, running, manager):
	doc = confirmed_request(running.url, site)
	open_registration(manager, doc)
	manager.locator('[data-fieldname="internal_note"] textarea').fill("De sunat mâine.")
	manager.keyboard.press("Tab")
	from_menu(manager, "Save")
	manager.wait_for_function("() => !cur_frm.is_dirty()")
	button(manager, "Approve").wait_for()
	assert stored(site, doc).internal_note == "De sunat mâine."


def test_nothing_that_an_applicant_typed_becomes_markup(site, running, manager):
	attack = '<img src=x onerror="window.hacked=1">'
	doc, other = confirmed_request(running.url, site), confirmed_request(running.url, site)
	site.db.set_value(DOCTYPE, other.name, "company_name", attack)
	# what the form refuses may come by another way one day
	site.db.set_value(DOCTYPE, doc.name, {field: attack for field in TEXTS})
	facts = {field: attack for field in ("name", "reg_com", "address_line", "city", "county", "postal_code")}
	site.db.set_value(DOCTYPE, doc.name, "anaf_facts", site.as_json({"cui": CUI, **facts}))
	for values in (
		{"doctype": "B2B Registration Message", "written_by": "Applicant", "text": attack},
		{
			"doctype": "B2B Registration Document",
			"file_name": attack,
			"file": "/private/files/x.pdf",
			"size": 1,
		},
	):
		table = "messages" if "text" in values else "documents"
		row = {**values, "parent": doc.name, "parenttype": DOCTYPE, "parentfield": table, "idx": 1}
		site.get_doc({**row, "written_at": doc.submitted_at}).db_insert()
	customer, _address = make_customer("Firma SRL", tax_id=CUI)
	site.db.set_value("Customer", customer, "customer_name", attack)
	site.db.commit()

	review = open_registration(manager, doc)
	expect(review).to_contain_text("onerror")
	expect(review.locator("img")).to_have_count(0)
	button(manager, "Approve").click()
	expect(dialog(manager)).to_contain_text("User")
	leave(manager)
	button(manager, "Reject").click()
	say(manager, attack)
	expect(dialog(manager).frame_locator("iframe").locator("body")).to_contain_text("Bună ziua")
	leave(manager)
	for tab in ("Request", "Decision"):
		manager.locator(".form-tabs").get_by_text(tab, exact=True).click()
		manager.wait_for_timeout(200)
	open_list(manager)
	check(manager, [other])
	act_on_checked(manager, "Approve")
	expect(dialog(manager)).to_contain_text("onerror")
	assert manager.evaluate("window.hacked") is None


def test_a_manager_decides_on_a_telephone(site, running, open_page):
	doc = confirmed_request(running.url, site)
	page = open_page(MANAGER, viewport=PHONE, is_mobile=True, has_touch=True)
	review = open_registration(page, doc)
	shot(page, "registration-desk-phone", 1500)
	assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
	differs = review.locator(".sb-review-differs").first
	expect(differs).to_contain_text("DEMO ACHIZITII SRL")
	from_menu(page, "Reject")
	say(page, "Nu.")
	confirm(page, "Reject")
	toast(page, "Rejected").wait_for()
	page.goto(LIST)
	page.locator(".sb-chip").first.wait_for()
	assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


# the list


def open_list(page: Any, query: str = "") -> None:
	page.goto(LIST + query)
	page.locator(".sb-chip").first.wait_for()
	page.locator(".list-row:visible, .no-result:visible").first.wait_for()


def chip(page: Any, status: str) -> Any:
	return page.locator(".sb-chip", has_text=status)


def test_the_list_counts_by_status_and_shows_what_is_late(site, running, manager):
	docs = many(site, running.url, 3)
	waiting = request_of_guest(running.url, site, cui=OTHERS[3])
	make_late(site, docs[1], 4)
	open_list(manager)
	expect(chip(manager, "All")).to_have_attribute("aria-pressed", "true")
	expect(chip(manager, "Pending")).to_contain_text("3")
	expect(chip(manager, "Pending")).to_have_attribute("title", "The oldest waits for 4 days.")
	expect(chip(manager, "Awaiting Confirmation")).to_contain_text("1")
	expect(manager.locator(".list-row-head")).to_contain_text("Age")
	# the oldest comes first, in red
	expect(manager.locator(".list-row-container .list-row").first).to_contain_text(docs[1].company_name)
	expect(manager.locator(".sb-late")).to_have_text(["4 days"])
	chip(manager, "Pending").click()
	manager.locator(f'.list-row-checkbox[data-name="{waiting.name}"]').wait_for(state="detached")
	manager.wait_for_url("**status=Pending")
	expect(chip(manager, "Pending")).to_have_attribute("aria-pressed", "true")
	shot(manager, "registration-list")
	# the address says what is shown
	manager.reload()
	expect(chip(manager, "Pending")).to_have_attribute("aria-pressed", "true")
	expect(manager.locator(".list-row-checkbox[data-name]")).to_have_count(3)
	chip(manager, "All").click()
	manager.locator(f'.list-row-checkbox[data-name="{waiting.name}"]').wait_for()


def test_three_are_approved_at_once_and_each_has_its_own_result(site, running, manager):
	docs = many(site, running.url, 3)
	for name in ("Prima SRL", "A doua SRL"):
		make_customer(name, tax_id=OTHERS[2])
	site.db.commit()
	open_list(manager, "?status=Pending")
	check(manager, docs)
	act_on_checked(manager, "Approve")
	expect(dialog(manager)).to_contain_text("Approve these 3 registrations?")
	confirm(manager, "Yes")
	rows = dialog(manager).locator(".sb-review-list li")
	expect(rows).to_have_count(3)
	expect(dialog(manager)).to_contain_text("Approved: 2. Not done: 1.")
	expect(rows.filter(has_text=docs[2].company_name)).to_contain_text("This company is there already")
	shot(manager, "registration-bulk")
	confirm(manager, "Close")
	assert [stored(site, doc).status for doc in docs] == ["Approved", "Approved", "Pending"]
	expect(chip(manager, "Approved")).to_contain_text("2")


def test_six_are_rejected_in_the_background_with_one_reason(site, running, manager):
	docs = many(site, running.url, 6)
	open_list(manager, "?status=Pending")
	check(manager, docs)
	act_on_checked(manager, "Reject")
	say(manager, "Nu mai deschidem conturi anul acesta.")
	confirm(manager, "Reject")
	expect(dialog(manager)).to_contain_text("Rejected: 6.", timeout=30_000)
	for doc in docs:
		doc = stored(site, doc)
		assert (doc.status, doc.rejection_reason) == ("Rejected", "Nu mai deschidem conturi anul acesta.")
	mails = [doc.email for doc in docs]
	assert site.db.count("Email Queue Recipient", {"recipient": ["in", mails]}) >= 6


def test_sales_reads_the_list_and_decides_nothing_in_it(site, running, seller):
	docs = many(site, running.url, 1)
	open_list(seller)
	check(seller, docs)
	seller.get_by_role("button", name="Actions").click()
	entries = seller.locator(".dropdown-menu.show a").all_inner_texts()
	assert not {"Approve", "Reject"} & {entry.strip() for entry in entries}


# around it


def test_the_settings_say_what_happens_to_the_next_request(site, open_page):
	page = open_page("Administrator")
	page.goto("/desk/b2b-settings")
	page.locator(".form-tabs").get_by_text("Registration", exact=True).click()
	told = page.locator(".sb-next")
	expect(told).to_contain_text("A manager decides. Until then nothing is created.")
	control_of(page, "approval_mode").locator("select").select_option("Automatic")
	expect(told).to_contain_text("approved at once")
	expect(told).to_contain_text("ANAF answers, and the company is active")
	expect(told).to_contain_text("In force for the next request, once it is saved.")
	shot(page, "registration-settings")
	control_of(page, "require_active_at_anaf").locator("input[data-fieldname]").uncheck()
	expect(told).not_to_contain_text("ANAF answers")
	page.locator('[data-fieldname="block_list"] textarea').fill("@rau.ro\nRO12345674")
	page.keyboard.press("Tab")
	expect(told).to_contain_text("None of the 2 lines of the block list names it.")


def test_the_workspace_counts_what_waits_and_leads_there(site, running, manager):
	many(site, running.url, 2)
	request_of_guest(running.url, site, cui=OTHERS[3])
	manager.goto("/desk/b2b-&-smartbill")
	card = manager.locator(".number-widget-box", has_text="Registrations waiting")
	expect(card.locator(".number")).to_have_text("2")
	manager.locator(".shortcut-widget-box", has_text="Registrations").click()
	expect(chip(manager, "Pending")).to_have_attribute("aria-pressed", "true")
