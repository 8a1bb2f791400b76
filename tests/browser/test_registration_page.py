"""The public pages of the registration: form, private status page, confirmation and welcome."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from desk_helpers import MANAGER, PHONE
from registration_helpers import (
	REGISTER,
	UNKNOWN_CUI,
	WRONG_CUI,
	anaf_fails,
	confirmed_request,
	document,
	error_of,
	fill_by_hand,
	open_form_of_registration,
	page_of,
	registration_open,
	request_of_guest,
	send,
	settings,
	stored,
)

from embedded import paths
from erp_b2b_smartbill.tests.registration_case import CUI

expect = pytest.importorskip("playwright.sync_api").expect

NARROW = {"width": 360, "height": 740}


@pytest.fixture
def site(connected, running) -> Iterator[Any]:
	with registration_open(connected, running.sandbox):
		yield connected


@pytest.fixture
def visitor(open_page) -> Callable[..., Any]:
	"""Makes pages that fail the test when anything is written to their console but the refusals under test."""
	written: list[str] = []

	def make(**options: Any) -> Any:
		page = open_page(**options)
		page.on(
			"console",
			lambda message: written.append(message.text)
			if message.type == "error" and "Failed to load resource" not in message.text
			else None,
		)
		return page

	yield make
	assert written == []


def telephone(visitor: Callable[..., Any], **options: Any) -> Any:
	return visitor(**{"viewport": PHONE, "is_mobile": True, "has_touch": True, **options})


def take_company(page: Any) -> None:
	page.fill("#cui", CUI)
	page.get_by_role("button", name="Yes, fill it in").click()


def fill_contact(page: Any, email: str = "ana@exemplu.ro") -> None:
	page.fill("#first_name", "Ana")
	page.fill("#last_name", "Pop")
	page.fill("#email", email)
	page.fill("#phone", "0722 123 456")


def keep_screenshot(page: Any, name: str) -> None:
	"""For the documentation, when it is asked for."""
	if os.environ.get("SCREENSHOTS"):
		# what has the focus moves into view softly
		page.wait_for_timeout(500)
		folder = Path(paths.ROOT) / "docs" / "screenshots"
		page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


def only_request(frappe: Any) -> Any:
	frappe.db.rollback()
	return frappe.get_last_doc("B2B Registration")


# the form


def test_the_fiscal_code_fills_the_form_and_the_request_has_a_page_of_its_own(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	page.fill("#cui", f"RO {CUI}")
	card = page.locator(".b2b-card")
	expect(card).to_contain_text("DEMO ACHIZITII SRL")
	expect(card).to_contain_text("Cluj · VAT payer")
	keep_screenshot(page, "registration-company")
	card.get_by_role("button", name="Yes, fill it in").click()
	values = {
		field: page.input_value(f"#{field}") for field in ("company_name", "county", "city", "postal_code")
	}
	assert values == {
		"company_name": "DEMO ACHIZITII SRL",
		"county": "Cluj",
		"city": "Cluj-Napoca",
		"postal_code": "400001",
	}
	expect(page.locator('[name=vat_payer][value="Yes"]')).to_be_checked()
	expect(page.get_by_role("region", name="Company (complete)")).to_be_visible()
	fill_contact(page)
	page.set_input_files("#documents", [document()])
	expect(page.locator(".b2b-file")).to_contain_text("certificat.pdf")
	page.check("#terms_accepted")
	keep_screenshot(page, "registration-form")
	send(page)
	page.wait_for_url("**/b2b/status?token=*")
	expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your e-mail address")
	expect(page.locator("[aria-current=step]")).to_contain_text("E-mail confirmed")
	expect(page.locator(".b2b-file-name")).to_have_text("certificat.pdf")
	doc = only_request(site)
	assert (doc.cui, doc.language, doc.status) == (f"RO{CUI}", "en", "Awaiting Confirmation")
	assert [row.file_name for row in doc.documents] == ["certificat.pdf"]


def test_a_company_that_anaf_does_not_know_is_filled_in_by_hand_on_a_telephone(site, visitor):
	page = telephone(visitor)
	open_form_of_registration(page)
	page.fill("#cui", UNKNOWN_CUI)
	expect(page.locator(".b2b-lookup-line")).to_contain_text("ANAF does not know this code")
	given = fill_by_hand(page, cui=UNKNOWN_CUI, county="București", city=None)
	page.get_by_label("Sector", exact=True).select_option("Sector 3")
	send(page)
	page.wait_for_url("**/b2b/status?token=*")
	doc = only_request(site)
	assert (doc.company_name, doc.county, doc.city) == (given["company_name"], "Bucuresti", "Sector 3")


@pytest.mark.parametrize("fault", [{"action": "html", "status": 200}, {"action": "delay", "delay_s": 60}])
def test_without_anaf_the_page_says_so_within_seconds_and_goes_on(site, running, visitor, fault):
	anaf_fails(running.sandbox, **fault)
	page = visitor()
	open_form_of_registration(page)
	page.fill("#cui", CUI)
	expect(page.locator("[data-lookup]")).to_contain_text("ANAF does not answer right now")
	expect(page.locator("[data-spinner]")).to_be_hidden()
	fill_by_hand(page)
	send(page)
	page.wait_for_url("**/b2b/status?token=*", timeout=20_000)
	assert only_request(site).anaf_state == "unavailable"


def test_what_was_typed_is_replaced_only_when_asked_for(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	page.fill("#company_name", "Magazinul meu SRL")
	page.fill("#city", "cluj napoca")
	take_company(page)
	card = page.locator(".b2b-card")
	expect(card).to_contain_text("Magazinul meu SRL")
	# the same but for its spelling is nothing to ask about
	expect(card.locator("li")).to_have_count(1)
	assert page.input_value("#company_name") == "Magazinul meu SRL"
	assert page.input_value("#address_line") == "Str. Exemplu, nr. 7"
	card.get_by_role("button", name="Keep what I typed").click()
	assert page.input_value("#company_name") == "Magazinul meu SRL"
	# another code: what came from ANAF is ours to replace, the applicant's own is asked about again
	page.fill("#cui", "98765438")
	page.get_by_role("button", name="Yes, fill it in").click()
	assert page.input_value("#address_line") == "Str. Exemplu, nr. 9"
	page.get_by_role("button", name="Take ANAF's").click()
	assert page.input_value("#company_name") == "ATELIER DEMO SRL"
	expect(page.locator('[name=vat_payer][value="No"]')).to_be_checked()


def test_enter_after_the_fiscal_code_asks_anaf_and_sends_nothing(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	page.fill("#cui", CUI)
	page.keyboard.press("Enter")
	expect(page.locator(".b2b-card")).to_contain_text("DEMO ACHIZITII SRL")
	expect(page.locator("[data-summary]")).to_be_hidden()


def test_a_company_that_is_struck_off_is_told_and_not_kept_out(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	page.fill("#cui", "1090")
	expect(page.locator(".b2b-card-warning")).to_contain_text("You may send the request all the same.")


def test_everything_that_is_missing_is_named_before_anything_is_sent(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	sent: list[str] = []
	page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
	send(page)
	summary = page.locator("[data-summary]")
	expect(summary).to_be_focused()
	expect(summary.locator("li")).to_have_count(11)
	summary.get_by_role("link", name=re.compile("^Phone")).click()
	expect(page.locator("#phone")).to_be_focused()
	assert page.get_attribute("#phone", "aria-invalid") == "true"
	# the mark goes as soon as it is right, none comes while somebody types
	page.locator("#phone").press_sequentially("0722 123 456")
	expect(error_of(page, "phone")).to_be_hidden()
	page.locator("#email").press_sequentially("ana")
	page.locator("#email").blur()
	expect(error_of(page, "email")).to_have_text("Type one e-mail address, such as name@company.ro.")
	assert sent == []


def test_what_the_server_refuses_stands_under_its_field_and_nothing_is_lost(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	given = fill_by_hand(page, cui=WRONG_CUI, phone="12345678")
	page.fill("#iban", "RO49 AAAA 1B31 0075 9384 0000")
	page.set_input_files("#documents", [document()])
	# the page only hints
	expect(error_of(page, "cui")).to_contain_text("The last digit does not fit")
	send(page)
	summary = page.locator("[data-summary]")
	expect(summary).to_be_focused()
	expect(summary.locator("li")).to_have_count(2)
	keep_screenshot(page, "registration-problems")
	expect(error_of(page, "cui")).to_contain_text("The last digit of the fiscal code does not fit")
	expect(error_of(page, "phone")).to_contain_text("Type a phone number")
	expect(page.locator("#registration [type=submit]")).to_be_enabled()
	expect(page.locator("#registration [type=submit]")).to_have_text("Send the request")
	assert page.input_value("#company_name") == given["company_name"]
	assert page.input_value("#iban") == "RO49 AAAA 1B31 0075 9384 0000"
	expect(page.locator(".b2b-file")).to_have_count(1)
	page.fill("#cui", CUI)
	page.fill("#phone", "0722 123 456")
	send(page)
	page.wait_for_url("**/b2b/status?token=*")
	assert only_request(site).iban


def test_a_reload_keeps_what_was_typed_but_the_bank_account(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	page.reload()
	# nothing was typed
	expect(page.locator("[data-restored]")).to_be_hidden()
	given = fill_by_hand(page)
	page.fill("#iban", "RO49 AAAA 1B31 0075 9384 0000")
	page.reload()
	assert "AAAA" not in page.evaluate("sessionStorage.getItem('b2b-registration-draft')")
	expect(page.locator("[data-restored]")).to_contain_text("Here is what you had typed before.")
	for field in ("cui", "company_name", "city", "email", "phone"):
		assert page.input_value(f"#{field}") == given[field]
	assert page.input_value("#county") == "Cluj"
	expect(page.locator('[name=vat_payer][value="Yes"]')).to_be_checked()
	assert page.input_value("#iban") == ""
	# consent is given anew
	expect(page.locator("#terms_accepted")).not_to_be_checked()
	page.check("#terms_accepted")
	send(page)
	page.wait_for_url("**/b2b/status?token=*")
	assert page.evaluate("sessionStorage.getItem('b2b-registration-draft')") is None


def test_documents_are_checked_in_the_browser_and_by_their_content(site, visitor):
	settings(site, max_files=2, max_file_mb=1)
	page = visitor()
	open_form_of_registration(page)
	given = fill_by_hand(page)
	page.set_input_files("#documents", [document("virus.exe", b"MZ", "application/x-msdownload")])
	expect(error_of(page, "documents")).to_have_text("virus.exe is not a PDF, JPG or PNG.")
	page.set_input_files("#documents", [document("mare.pdf", b"%PDF-" + b"0" * 1024 * 1024)])
	expect(error_of(page, "documents")).to_have_text("mare.pdf is larger than 1 MB.")
	page.set_input_files("#documents", [document(), document("fals.pdf", b"this is no PDF")])
	page.set_input_files("#documents", [document("al-treilea.pdf")])
	expect(error_of(page, "documents")).to_have_text("At most 2 documents can be sent.")
	send(page)
	expect(error_of(page, "documents")).to_contain_text("fals.pdf is not a PDF, JPG or PNG that can be read.")
	assert page.input_value("#company_name") == given["company_name"]
	page.get_by_role("button", name="Remove fals.pdf").click()
	send(page)
	page.wait_for_url("**/b2b/status?token=*")
	assert [row.file_name for row in only_request(site).documents] == ["certificat.pdf"]


def test_dropped_documents_join_those_chosen(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	drop = """(zone) => {
		const data = new DataTransfer();
		data.items.add(new File(["%PDF-"], "tras.pdf", { type: "application/pdf" }));
		zone.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
	}"""
	page.locator("[data-drop]").evaluate(drop)
	expect(page.locator(".b2b-file-name")).to_have_text("tras.pdf")


def test_a_company_from_abroad_has_a_region_and_no_fiscal_code_of_romania(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	page.get_by_role("button", name="The company is not from Romania").click()
	page.select_option("#country", "Bulgaria")
	expect(page.get_by_label("VAT number, if there is one")).not_to_have_attribute("aria-required", "true")
	page.get_by_label("Region").fill("Sofia")
	given = fill_by_hand_abroad(page)
	send(page)
	page.wait_for_url("**/b2b/status?token=*")
	doc = only_request(site)
	assert (doc.country, doc.county, doc.company_name) == ("Bulgaria", "Sofia", given)


def fill_by_hand_abroad(page: Any) -> str:
	page.fill("#company_name", "Primer EOOD")
	page.locator('[name=vat_payer][value="No"]').check()
	page.fill("#city", "Sofia")
	page.fill("#address_line", "ul. Primer 1")
	fill_contact(page, "ivan@primer.example")
	page.fill("#phone", "+359 2 123 4567")
	page.check("#terms_accepted")
	return "Primer EOOD"


def test_cities_of_the_county_are_suggested(site, visitor):
	address = {"doctype": "Address", "address_title": "Dej", "address_type": "Billing", "address_line1": "1"}
	place = {"city": "Dej", "county": "Cluj", "state": "Cluj", "country": "Romania"}
	site.get_doc({**address, **place}).insert()
	site.db.commit()
	page = visitor()
	open_form_of_registration(page)
	page.select_option("#county", "Cluj")
	page.locator("#city").press_sequentially("de")
	page.wait_for_selector('#cities option[value="Dej"]', state="attached")


def test_too_many_requests_and_a_broken_connection_lose_nothing(site, visitor):
	settings(site, max_submissions_per_ip=1)
	page = visitor()
	open_form_of_registration(page)
	given = fill_by_hand(page, cui=WRONG_CUI)
	send(page)
	expect(page.locator("[data-summary]")).to_be_visible()
	send(page)
	expect(page.locator("[data-failure]")).to_contain_text("Too many requests came from here.")
	page.context.set_offline(True)
	send(page)
	expect(page.locator("[data-failure]")).to_contain_text("There is no connection to the site.")
	expect(page.locator("#registration [type=submit]")).to_be_enabled()
	assert page.input_value("#company_name") == given["company_name"]


@pytest.mark.parametrize(
	("browser_speaks", "language", "other"),
	[("ro-RO", "ro", "English"), ("de-DE", "ro", "English"), ("en-GB", "en", "Română")],
)
def test_the_page_speaks_romanian_unless_the_browser_asks_for_english(
	site, visitor, browser_speaks, language, other
):
	page = visitor(locale=browser_speaks)
	page.goto(REGISTER)
	assert page.get_attribute("html", "lang") == language
	page.get_by_role("link", name=other).click()
	expect(page.locator("html")).to_have_attribute("lang", "en" if language == "ro" else "ro")


def test_the_server_answers_in_the_language_of_the_page(site, visitor):
	page = visitor(locale="ro-RO")
	open_form_of_registration(page, "en")
	fill_by_hand(page, cui=WRONG_CUI)
	send(page)
	expect(error_of(page, "cui")).to_contain_text("look for a typing error")


def test_the_terms_are_linked_when_there_are_some(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	expect(page.locator(".b2b-consent a")).to_have_count(0)
	settings(site, terms_url="/termeni")
	open_form_of_registration(page)
	assert page.locator(".b2b-consent a").get_attribute("href") == "/termeni"
	settings(site, terms_url="javascript:alert(1)")
	open_form_of_registration(page)
	expect(page.locator(".b2b-consent a")).to_have_count(0)


def test_every_control_has_a_name_and_the_trap_is_out_of_the_way(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	nameless = page.evaluate(
		"""() => [...document.querySelectorAll("#registration :is(input, select, textarea)")]
			.filter((control) => !control.labels.length && !control.getAttribute("aria-labelledby"))
			.map((control) => control.id)
			.filter((id) => !["county-abroad", "city-sector"].includes(id))"""
	)
	assert nameless == []
	dangling = page.evaluate(
		"""() => [...document.querySelectorAll("[aria-describedby], [aria-labelledby]")]
			.flatMap((e) => [e.getAttribute("aria-describedby"), e.getAttribute("aria-labelledby")])
			.flatMap((ids) => (ids || "").split(" "))
			.filter((id) => id && !document.getElementById(id))"""
	)
	assert dangling == []
	page.locator("#message").focus()
	page.keyboard.press("Tab")
	expect(page.locator("#terms_accepted")).to_be_focused()
	assert page.locator("[aria-hidden=true] #reference_note").count() == 1
	sizes = page.evaluate(
		"() => [...document.querySelectorAll('.b2b-control')].map((e) => parseFloat(getComputedStyle(e).fontSize))"
	)
	assert min(sizes) >= 16


def test_the_whole_way_goes_by_keyboard(site, visitor):
	page = visitor()
	open_form_of_registration(page)
	page.locator("#cui").focus()
	page.keyboard.type(CUI)
	page.locator(".b2b-card").wait_for()
	page.keyboard.press("Tab")
	page.keyboard.press("Tab")
	page.keyboard.press("Enter")
	expect(page.locator(".b2b-lookup-done")).to_be_focused()
	assert page.input_value("#company_name") == "DEMO ACHIZITII SRL"
	page.locator("#first_name").focus()
	for text in ("Ana", "Pop", "ana@exemplu.ro", "0722123456"):
		page.keyboard.type(text)
		page.keyboard.press("Tab")
	page.locator("#terms_accepted").focus()
	page.keyboard.press("Space")
	page.keyboard.press("Enter")
	page.wait_for_url("**/b2b/status?token=*")


def test_without_javascript_the_page_says_what_is_missing(site, visitor):
	page = visitor(java_script_enabled=False)
	page.goto(REGISTER)
	expect(page.locator(".b2b-notice-warning")).to_contain_text("This page needs JavaScript.")
	expect(page.locator(".b2b-notice-warning")).to_be_visible()
	expect(page.locator("#registration")).to_be_hidden()


def test_nothing_is_wider_than_a_small_telephone(site, running, visitor):
	page = telephone(visitor, viewport=NARROW)
	doc = confirmed_request(running.url, site, company_name="Atelierul" * 14)
	open_form_of_registration(page)
	send(page)
	widths = [page.evaluate("document.documentElement.scrollWidth")]
	page.goto(page_of(doc, "status"))
	page.get_by_role("heading", level=1).wait_for()
	widths.append(page.evaluate("document.documentElement.scrollWidth"))
	assert max(widths) <= NARROW["width"]


# confirmation


def test_opening_the_link_confirms_nothing_and_its_button_does(site, running, visitor):
	doc = request_of_guest(running.url, site)
	page = telephone(visitor)
	page.goto(page_of(doc, "confirm"))
	button = page.get_by_role("button", name="Confirm the e-mail address")
	button.wait_for()
	assert stored(site, doc).status == "Awaiting Confirmation"
	button.click()
	expect(page.get_by_role("heading", level=1)).to_have_text("We are looking at your request")
	assert stored(site, doc).status == "Pending"
	page.get_by_role("link", name="Follow the request").click()
	page.wait_for_url("**/b2b/status?token=*")
	expect(page.locator("[aria-current=step]")).to_contain_text(re.compile("Decision|Decizie"))


def test_an_old_confirmation_link_offers_another_mail(site, running, visitor):
	doc = request_of_guest(running.url, site)
	old = page_of(doc, "confirm")
	site.db.set_value("B2B Registration", doc.name, "confirmation_sent_at", "2020-01-01 10:00:00")
	site.db.commit()
	page = visitor()
	page.goto(old)
	page.get_by_role("button", name="Send another e-mail").click()
	expect(page.get_by_role("status")).to_contain_text("The e-mail is on its way.")
	assert stored(site, doc).confirmation_sent_at.year > 2020


# the private page


def test_a_question_is_answered_with_a_document(site, running, visitor):
	from erp_b2b_smartbill.registration import decide

	doc = confirmed_request(running.url, site)
	decide.ask(doc.name, "Ne trimiteți certificatul?\nMulțumim.")
	site.db.commit()
	page = telephone(visitor)
	page.goto(page_of(doc, "status"))
	expect(page.get_by_role("heading", level=1)).to_have_text("We have a question")
	expect(page.locator(".b2b-quote")).to_contain_text("Ne trimiteți certificatul?")
	keep_screenshot(page, "registration-question-phone")
	answer = page.get_by_role("button", name="Send the answer")
	answer.click()
	expect(page.locator("#answer-error")).to_have_text("Write a sentence.")
	page.get_by_label("Your answer").fill("Da, este atașat.")
	page.set_input_files("#documents", [document("fals.pdf", b"no")])
	answer.click()
	expect(error_of(page, "documents")).to_contain_text("fals.pdf is not a PDF, JPG or PNG that can be read.")
	assert page.get_by_label("Your answer").input_value() == "Da, este atașat."
	page.get_by_role("button", name="Remove fals.pdf").click()
	page.set_input_files("#documents", [document()])
	answer.click()
	expect(page.get_by_role("status")).to_have_text("Thank you, we got your answer.")
	expect(page.locator(".b2b-message-you")).to_contain_text("Da, este atașat.")
	expect(answer).to_be_hidden()
	doc = stored(site, doc)
	assert (doc.status, [row.file_name for row in doc.documents]) == ("Pending", ["certificat.pdf"])


def test_a_request_is_withdrawn_after_a_second_word(site, running, visitor):
	doc = confirmed_request(running.url, site)
	page = visitor()
	page.goto(page_of(doc, "status"))
	page.get_by_role("button", name="Withdraw the request").click()
	page.get_by_role("button", name="No, keep it").click()
	assert stored(site, doc).status == "Pending"
	page.get_by_role("button", name="Withdraw the request").click()
	page.get_by_role("button", name="Yes, withdraw it").click()
	expect(page.get_by_role("heading", level=1)).to_have_text("You withdrew this request")
	expect(page.get_by_role("link", name="Send a new request")).to_be_visible()
	expect(page.get_by_role("button", name="Withdraw the request")).to_be_hidden()
	assert stored(site, doc).status == "Withdrawn"


def test_the_confirmation_mail_can_be_sent_again(site, running, visitor):
	doc = request_of_guest(running.url, site)
	before = site.db.count("Email Queue")
	page = visitor()
	page.goto(page_of(doc, "status"))
	page.get_by_role("button", name="Send the e-mail again").click()
	expect(page.get_by_role("status")).to_contain_text("We sent the e-mail again.")
	site.db.rollback()
	assert site.db.count("Email Queue") == before + 1


def test_the_page_follows_what_happens_elsewhere(site, running, visitor):
	from erp_b2b_smartbill.registration import decide

	doc = confirmed_request(running.url, site)
	page = visitor()
	page.goto(page_of(doc, "status"))
	expect(page.get_by_role("heading", level=1)).to_have_text("We are looking at your request")
	decide.reject(doc.name, "Nu livrăm încă acolo.")
	site.db.commit()
	page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
	expect(page.get_by_role("heading", level=1)).to_have_text("We could not approve your request")
	expect(page.locator(".b2b-quote")).to_contain_text("Nu livrăm încă acolo.")


def test_what_people_write_is_shown_as_text(site, running, visitor):
	from erp_b2b_smartbill.registration import decide

	doc = confirmed_request(running.url, site)
	markup = "<img src=x onerror=\"document.title='taken'\"></script><b>x</b>{index}{next}"
	decide.ask(doc.name, markup)
	site.db.set_value("B2B Registration", doc.name, "company_name", markup)
	site.db.set_value("B2B Registration Message", {"parent": doc.name}, "text", markup)
	site.db.commit()
	doc = stored(site, doc)
	page = visitor()
	for purpose in ("status", "confirm"):
		page.goto(page_of(doc, purpose))
		page.get_by_role("heading", level=1).wait_for()
		expect(page.locator("main")).to_contain_text("<img src=x")
		assert page.locator("main img, main b").count() == 0
		assert page.title() != "taken"


def test_the_addresses_of_private_pages_stay_private(site, running):
	doc = request_of_guest(running.url, site)
	for purpose in ("status", "confirm"):
		page = requests.get(running.url + page_of(doc, purpose), timeout=60)
		assert re.search(r'<meta name="robots" content="noindex', page.text)
		assert re.search(r'<meta name="referrer" content="no-referrer"', page.text)


# welcome


def test_the_welcome_page_leads_to_a_password_once(site, running, visitor):
	from erp_b2b_smartbill.registration import decide

	doc = confirmed_request(running.url, site)
	decide.approve(doc.name, decide.terms_of(stored(site, doc)))
	site.db.commit()
	doc = stored(site, doc)
	address = page_of(doc, "welcome")
	page = telephone(visitor)
	page.goto(address)
	page.get_by_role("button", name="Choose a password").click()
	page.wait_for_url("**/update-password?key=*")
	other = visitor()
	site.db.set_value("B2B Registration", doc.name, "welcome_sent_at", "2020-01-01 10:00:00")
	site.db.commit()
	other.goto(page_of(stored(site, doc), "welcome"))
	other.get_by_role("button", name="Send another e-mail").click()
	expect(other.get_by_role("status")).to_contain_text("The e-mail is on its way.")
	from frappe.utils.password import update_password

	update_password(doc.user, "O parolă lungă 7")
	site.db.commit()
	other.goto(address)
	expect(other.get_by_role("link", name="Sign in")).to_have_attribute("href", "/login")


# who may see them


def test_without_the_switch_there_is_no_such_page(site, running):
	doc = request_of_guest(running.url, site)
	pages = [REGISTER, page_of(doc, "status"), page_of(doc, "confirm")]
	settings(site, enable_b2b_registration=0)
	assert {requests.get(running.url + page, timeout=60).status_code for page in pages} == {404}
	# a page that was not found a moment ago is there as soon as it is switched on
	settings(site, enable_b2b_registration=1)
	assert {requests.get(running.url + page, timeout=60).status_code for page in pages} == {200}


def test_a_link_that_is_not_ours_leads_nowhere(site, running):
	for purpose in ("status", "confirm", "welcome"):
		for token in ("", "x", "a.b.c", "ș.ț.ă", "../../etc/passwd", "a" * 5000):
			page = requests.get(f"{running.url}/b2b/{purpose}", {"token": token}, timeout=60)
			assert page.status_code == 404, (purpose, token)


def test_who_is_signed_in_may_register_a_company_too(site, visitor, open_page):
	page = open_page(MANAGER)
	open_form_of_registration(page)
	fill_by_hand(page)
	send(page)
	page.wait_for_url("**/b2b/status?token=*")
