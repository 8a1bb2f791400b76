"""The search for customers in the Quotation and the Sales Order, in a real browser: whoever is found in ERPNext, among
SmartBill's clients, among the companies that registered, or at ANAF, becomes the party."""

from typing import Any

import pytest
from conflict_helpers import change, client, client_id, cui, switch, sync, synced_site
from desk_helpers import (
	PHONE,
	SALES_USER,
	cleaned,
	make_customer,
	make_quotation,
	open_form,
	shot,
	toast,
)
from picker_helpers import (
	active,
	find_button,
	hit,
	hits,
	look_for,
	new_form,
	open_picker,
	party_input,
	picker,
	search_input,
	search_is_on,
	source_chip,
)
from registration_helpers import anaf_fails, confirmed_request, forget, registration_open

from embedded.romania import PASSWORD

expect = pytest.importorskip("playwright.sync_api").expect

# valid; the sandbox's tax office knows it, and nobody else
NEW_CUI = "RO12345674"


@pytest.fixture
def site(connected, running):
	with cleaned(connected, running.sandbox), search_is_on(connected):
		forget(connected)
		yield connected


@pytest.fixture
def synced(connected, running):
	with synced_site(connected, running.sandbox), search_is_on(connected):
		yield connected


@pytest.fixture
def registering(connected, running):
	with registration_open(connected, running.sandbox), search_is_on(connected):
		yield connected


def customer(name: str, **values: Any) -> str:
	import frappe

	made, _address = make_customer(name, **values)
	frappe.db.commit()
	return made


def contact(of: str, name: str, *phones: str) -> None:
	import frappe

	frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": name,
			"phone_nos": [
				{"phone": phone, "is_primary_mobile_no": int(phone == phones[0])} for phone in phones
			],
			"links": [{"link_doctype": "Customer", "link_name": of}],
		}
	).insert()
	frappe.db.commit()


def party(page: Any) -> dict[str, Any]:
	"""What the form holds now."""
	names = ("party_name", "quotation_to", "customer", "customer_group", "customer_name")
	doc = page.evaluate("cur_frm.doc")
	return {name: doc.get(name) for name in names}


# by keyboard


def test_from_a_new_quotation_to_its_customer_by_keyboard_alone(site, seller):
	name = customer("Ferodom Distribuție SRL", tax_id=cui(2))
	customer("Ferodom Service SRL", tax_id=cui(3))
	new_form(seller)
	find_button(seller).wait_for()
	seller.keyboard.press("Control+Shift+F")
	expect(search_input(seller)).to_be_focused()
	seller.keyboard.type("ferodom dis")
	expect(active(seller)).to_contain_text("Ferodom Distribuție SRL")
	seller.keyboard.press("Enter")
	expect(picker(seller)).to_have_count(0)
	expect(party_input(seller)).to_have_value(name)
	# as if it had been chosen in the field
	seller.wait_for_function("cur_frm.doc.customer_group === 'Commercial'")
	assert party(seller)["customer_name"] == "Ferodom Distribuție SRL"


def test_a_code_and_enter_in_one_go_takes_its_company(site, seller):
	name = customer("Instal Carpați SRL", tax_id=cui(4))
	new_form(seller)
	open_picker(seller)
	search_input(seller).fill(cui(4))
	search_input(seller).press("Enter")
	expect(party_input(seller)).to_have_value(name)


def test_up_and_down_choose_and_escape_leaves_everything_as_it_was(site, seller):
	names = [customer(f"Electro {part} SRL", tax_id="") for part in ("Alba", "Bihor", "Cluj")]
	new_form(seller)
	open_picker(seller)
	look_for(seller, "electro")
	expect(hits(seller)).to_have_count(3)
	for key, place in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowDown", 2), ("ArrowUp", 1)):
		search_input(seller).press(key)
		expect(hits(seller).nth(place)).to_have_attribute("aria-selected", "true")
	chosen = hits(seller).nth(1).locator(".sb-hit-name").inner_text()
	search_input(seller).press("Escape")
	expect(picker(seller)).to_have_count(0)
	assert not party(seller)["party_name"]
	open_picker(seller)
	look_for(seller, "electro")
	expect(hits(seller)).to_have_count(3)
	search_input(seller).press("ArrowDown")
	search_input(seller).press("Enter")
	expect(party_input(seller)).to_have_value(chosen)
	assert chosen in names


def test_the_shortcut_is_listed_and_works_while_a_field_is_filled_in(site, seller):
	new_form(seller)
	seller.evaluate("document.activeElement.blur()")
	seller.keyboard.press("Shift+/")
	expect(seller.locator(".modal.show", has_text="Keyboard Shortcuts")).to_contain_text("Find customer")
	seller.wait_for_function("cur_dialog && cur_dialog.display")
	seller.keyboard.press("Escape")
	expect(seller.locator(".modal.show")).to_have_count(0)
	seller.locator('.form-layout:visible input[data-fieldname="transaction_date"]').focus()
	seller.keyboard.press("Control+Shift+F")
	expect(search_input(seller)).to_be_focused()


# by mouse, and from the field


def test_a_click_picks_and_what_was_a_lead_becomes_a_customer(site, seller):
	name = customer("Vopsele Ardeal SRL", tax_id="")
	contact(name, "Ana", "0722 555 001", "0722 555 010")
	new_form(seller)
	seller.evaluate("cur_frm.set_value('quotation_to', 'Lead')")
	open_picker(seller)
	look_for(seller, "0722555010")
	found = hit(seller, "Vopsele Ardeal SRL")
	expect(found.locator(".sb-hit-why")).to_contain_text("Phone of contact Ana")
	found.click()
	expect(party_input(seller)).to_have_value(name)
	assert party(seller)["quotation_to"] == "Customer"


def test_the_field_offers_to_look_in_all_sources_for_what_is_typed(site, seller):
	name = customer("Hidro Zalău SRL", tax_id="")
	new_form(seller)
	find_button(seller).wait_for()
	party_input(seller).fill("zalau")
	option = seller.locator('[role="option"]:visible', has_text='Find "zalau" in all sources')
	option.click()
	expect(search_input(seller)).to_have_value("zalau")
	hit(seller, "Hidro Zalău SRL").click()
	expect(party_input(seller)).to_have_value(name)


def test_who_looks_in_all_sources_and_leaves_keeps_the_customer_that_was_there(site, seller):
	quotation = make_quotation(submit=False, customer_name="Metal Dej SRL")
	open_form(seller, "Quotation", quotation)
	find_button(seller).wait_for()
	before = party_input(seller).input_value()
	party_input(seller).fill("altceva")
	seller.locator('[role="option"]:visible', has_text='Find "altceva" in all sources').click()
	expect(search_input(seller)).to_have_value("altceva")
	search_input(seller).press("Escape")
	expect(party_input(seller)).to_have_value(before)
	seller.wait_for_timeout(300)
	assert party(seller)["party_name"] == before
	assert seller.evaluate("cur_frm.is_dirty()") in (0, False, None)


def test_a_draft_gets_another_customer_and_a_submitted_quotation_none(site, seller):
	name = customer("Pavaje Gherla SRL", tax_id="")
	open_form(seller, "Quotation", make_quotation(submit=False))
	open_picker(seller)
	look_for(seller, "pavaje")
	hit(seller, "Pavaje Gherla SRL").click()
	expect(party_input(seller)).to_have_value(name)
	open_form(seller, "Quotation", make_quotation())
	expect(find_button(seller)).to_have_count(0)
	seller.keyboard.press("Control+Shift+F")
	seller.wait_for_timeout(300)
	expect(picker(seller)).to_have_count(0)


def test_the_sales_order_has_the_same(site, seller):
	name = customer("Termo Bihor SRL", tax_id="")
	new_form(seller, "Sales Order")
	open_picker(seller)
	look_for(seller, "termo")
	expect(active(seller)).to_contain_text("Termo Bihor SRL")
	search_input(seller).press("Enter")
	expect(party_input(seller, "Sales Order")).to_have_value(name)


def test_without_the_switch_nothing_of_it_is_there(site, seller):
	from erp_b2b_smartbill import features

	switch(site, features.SEARCH, 0)
	new_form(seller)
	seller.wait_for_timeout(500)
	expect(find_button(seller)).to_have_count(0)
	seller.keyboard.press("Control+Shift+F")
	party_input(seller).fill("nimeni")
	seller.locator('[role="option"]:visible', has_text="Advanced Search").wait_for()
	expect(seller.locator('[role="option"]:visible', has_text="in all sources")).to_have_count(0)
	expect(picker(seller)).to_have_count(0)


# nothing is typed


def test_what_one_quoted_last_stands_first_before_anything_is_typed(site, seller):
	names = [customer(f"Depozit {part} SRL", tax_id="") for part in ("Nord", "Sud")]
	new_form(seller)
	for name in names:
		open_picker(seller)
		look_for(seller, name)
		hit(seller, name).click()
		expect(party_input(seller)).to_have_value(name)
	open_picker(seller)
	expect(hits(seller).first).to_contain_text("Depozit Sud SRL")
	expect(hits(seller).nth(1)).to_contain_text("Depozit Nord SRL")


# SmartBill's clients


def test_after_a_sync_smartbills_client_is_found_and_quoted(synced, running, seller):
	change(
		running.sandbox, client(21, "Lemn Maramureș SRL", email="birou@lemn.example.ro", phone="0722 100 021")
	)
	sync(synced)
	new_form(seller)
	open_picker(seller)
	look_for(seller, "lemn mar")
	found = hit(seller, "Lemn Maramureș SRL")
	expect(found).to_contain_text("Not in ERP yet")
	expect(source_chip(seller, "SmartBill")).to_contain_text("1")
	found.click()
	toast(seller, "Lemn Maramureș SRL is a Customer now.").wait_for()
	expect(party_input(seller)).to_have_value("Lemn Maramureș SRL")
	synced.db.rollback()
	assert (
		synced.db.get_value("SmartBill Client", {"external_id": client_id(21)}, "customer")
		== "Lemn Maramureș SRL"
	)
	# now it is one row of both
	open_picker(seller)
	look_for(seller, cui(21))
	expect(hits(seller)).to_have_count(1)
	expect(hits(seller).first).to_contain_text("ERP")
	expect(hits(seller).first).to_contain_text("SmartBill")


# companies that registered; one that is approved and quoted is in test_story.py


def test_a_request_that_waits_is_shown_with_the_way_to_it(registering, running, open_page):
	registered = confirmed_request(running.url, registering)
	page = open_page(SALES_USER)
	new_form(page)
	open_picker(page)
	look_for(page, registered.company_name)
	waiting = hit(page, registered.company_name)
	expect(waiting).to_have_attribute("aria-disabled", "true")
	expect(waiting.get_by_role("link", name="Review")).to_have_attribute(
		"href", f"/desk/b2b-registration/{registered.name}"
	)
	with page.context.expect_page() as opened:
		search_input(page).press("Enter")
	assert registered.name in opened.value.url
	expect(picker(page)).to_be_visible()


# companies that nobody knows yet


def test_an_unknown_cui_becomes_a_customer_of_what_anaf_says(site, seller):
	new_form(seller)
	open_picker(seller)
	look_for(seller, NEW_CUI)
	expect(active(seller)).to_have_text(f'Create "{NEW_CUI}" from ANAF')
	search_input(seller).press("Enter")
	expect(picker(seller)).to_contain_text("DEMO ACHIZITII SRL")
	expect(picker(seller)).to_contain_text("VAT payer")
	expect(picker(seller).get_by_role("button", name="Create customer")).to_be_focused()
	shot(seller, "picker-anaf")
	# Escape leads back to the list
	seller.keyboard.press("Escape")
	expect(search_input(seller)).to_be_focused()
	search_input(seller).press("Enter")
	expect(picker(seller).get_by_role("button", name="Create customer")).to_be_focused()
	seller.keyboard.press("Enter")
	toast(seller, "DEMO ACHIZITII SRL is a Customer now.").wait_for()
	expect(party_input(seller)).to_have_value("DEMO ACHIZITII SRL")
	site.db.rollback()
	assert site.db.get_value("Customer", "DEMO ACHIZITII SRL", "tax_id") == NEW_CUI


def test_when_anaf_does_not_answer_it_says_so_and_can_be_asked_again(site, running, seller):
	from desk_helpers import control

	anaf_fails(running.sandbox, "drop")
	new_form(seller)
	open_picker(seller)
	look_for(seller, NEW_CUI)
	search_input(seller).press("Enter")
	expect(picker(seller)).to_contain_text("ANAF does not answer at the moment.", timeout=20_000)
	control(running.sandbox, "reset", {})
	forget(site)
	picker(seller).get_by_role("button", name="Ask again").click()
	expect(picker(seller)).to_contain_text("DEMO ACHIZITII SRL")


# rights


def test_who_may_not_make_customers_reads_whom_to_ask(synced, running, open_page):
	from frappe.utils.password import update_password

	from erp_b2b_smartbill.tests import factories

	# reads Customers and quotes them
	user = factories.user("Sales Manager", "B2B Sales")
	update_password(user, PASSWORD)
	change(running.sandbox, client(22, "Sticla Dej SRL"))
	sync(synced)
	page = open_page(user)
	new_form(page)
	open_picker(page)
	look_for(page, "sticla dej")
	hit(page, "Sticla Dej SRL").click()
	expect(picker(page).get_by_role("alert")).to_contain_text("Customer")
	expect(hits(page)).to_have_count(1)
	# a company that nobody has yet is not offered
	look_for(page, NEW_CUI)
	expect(picker(page)).to_contain_text("Nothing found for")
	expect(hits(page)).to_have_count(0)
	synced.db.rollback()
	assert not synced.db.exists("Customer", "Sticla Dej SRL")


# every screen


def test_a_customer_is_found_on_a_telephone(site, open_page):
	name = customer("Sticla Turda SRL", tax_id="")
	page = open_page(SALES_USER, viewport=PHONE, is_mobile=True, has_touch=True)
	new_form(page)
	open_picker(page)
	look_for(page, "sticla")
	hit(page, "Sticla Turda SRL").tap()
	expect(party_input(page)).to_have_value(name)
