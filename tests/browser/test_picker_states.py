"""What the picker shows and asks, before a server that answers as the test wants: every state it can be in."""

import pytest
from desk_helpers import PHONE, SALES_USER, cleaned, shot
from picker_helpers import (
	EVERY_KIND,
	FakeServer,
	active,
	answer,
	credit,
	hit,
	hits,
	look_for,
	new_form,
	open_picker,
	picker,
	refusal,
	row,
	say_of_company,
	search_input,
	search_is_on,
	source_chip,
)

expect = pytest.importorskip("playwright.sync_api").expect

CUI = "RO12345674"


@pytest.fixture
def site(connected, running):
	with cleaned(connected, running.sandbox), search_is_on(connected):
		yield connected


@pytest.fixture(scope="module")
def form(connected, running, standing_page):
	"""A new Quotation, over which the picker opens; nothing of it is picked."""
	with cleaned(connected, running.sandbox), search_is_on(connected):
		page = standing_page(SALES_USER)
		new_form(page)
		yield page


@pytest.fixture
def desk(form):
	"""The picker of a new Quotation, and how it is answered."""

	def opened(say):
		server = FakeServer(form, say)
		open_picker(form)
		expect(picker(form).locator('[aria-busy="false"]')).to_be_visible()
		return form, server

	yield opened
	form.evaluate("window.cur_dialog?.hide()")
	expect(picker(form)).to_have_count(0)
	for page in form.context.pages:
		if page != form:
			page.close()
	form.unroute_all()
	assert not form.evaluate("cur_frm.doc.party_name")


def test_a_hit_shows_its_sources_its_tier_its_credit_and_its_discount(desk):
	page, _server = desk(answer(*EVERY_KIND))
	look_for(page, "atelier")
	first = hit(page, "Atelier Carpați SRL")
	for shown in ("ERP", "B2B", "SmartBill", "Gold", "37.500,00 RON available", "−12 %"):
		expect(first).to_contain_text(shown)
	expect(first).to_contain_text("RO21000001 · Cluj-Napoca · +40722120001 · birou1@example.ro")
	expect(first.locator(".sb-hit-credit")).to_have_attribute("title", "12.500,00 RON of 50.000,00 RON used")
	over = hit(page, "Atelier Nord PFA")
	expect(over).to_contain_text("Over limit")
	expect(over).to_contain_text("1.350,50 RON over the limit")
	# without a limit there is nothing to tell
	expect(hit(page, "Atelier Sud SRL").locator(".sb-hit-side")).to_have_text("")
	expect(hit(page, "Atelier Someș SRL")).to_contain_text("Not in ERP yet")
	expect(hit(page, "Altelier Dunărea SRL").locator(".sb-hit-why")).to_have_text("Spelled alike")
	shot(page, "picker")


def test_what_matched_stands_out_and_a_line_says_why_when_it_is_not_seen(desk):
	found = (
		row(1, name="Atelier Unu SRL"),
		row(2, name="Doi SRL", match={"field": "cui", "text": "21000002", "where": None, "ranges": []}),
		row(
			3,
			name="Trei SRL",
			match={"field": "phone", "text": "0722 555 010", "where": "contact Ana Pop", "ranges": []},
		),
	)
	page, _server = desk(answer(*found))
	look_for(page, "21 000 002")
	expect(hit(page, "Atelier Unu SRL").locator("mark")).to_have_text("Atelier")
	expect(hit(page, "Doi SRL").locator("mark")).to_have_text("21000002")
	expect(hit(page, "Doi SRL").locator(".sb-hit-why")).to_have_count(0)
	expect(hit(page, "Trei SRL").locator(".sb-hit-why")).to_have_text(
		"Phone of contact Ana Pop: 0722 555 010"
	)


def test_nothing_that_a_source_says_becomes_markup(desk):
	attack = '<img src=x onerror="window.hacked=1">'
	values = {"name": attack, "city": attack, "tier": attack, "status": "blocked", "status_text": attack}
	match = {"field": "contact", "text": attack, "where": attack, "ranges": []}
	page, _server = desk(answer(row(1, **values, match=match), create={"cui": attack}))
	look_for(page, attack)
	expect(hits(page).first).to_contain_text("onerror")
	expect(picker(page).locator("img")).to_have_count(0)
	assert page.evaluate("window.hacked") is None


# asking


def test_one_question_is_in_the_air_and_an_answer_to_another_one_is_dropped(desk):
	page, server = desk(lambda question: answer(row(1, name=f"Firma {question['q']}")))
	server.asked.clear()
	server.holds = True
	search_input(page).fill("al")
	page.wait_for_timeout(400)
	search_input(page).fill("alf")
	page.wait_for_timeout(400)
	search_input(page).fill("alfa")
	page.wait_for_timeout(400)
	assert [question["q"] for question in server.asked] == ["al"]
	server.let_go()
	page.wait_for_timeout(200)
	assert [question["q"] for question in server.asked] == ["al", "alfa"]
	expect(hit(page, "Firma al")).to_have_count(0)
	server.let_go()
	expect(hit(page, "Firma alfa")).to_have_count(1)


def test_nothing_is_asked_while_somebody_types(desk):
	page, server = desk(answer(*EVERY_KIND))
	server.asked.clear()
	# by the page's own clock: on a busy machine the browser is told of the next key when the pause is over
	search_input(page).evaluate(
		"""async (input) => {
			for (const letter of "atelier") {
				input.value += letter;
				input.dispatchEvent(new Event("input", { bubbles: true }));
				await new Promise((go_on) => setTimeout(go_on, 40));
			}
		}"""
	)
	page.wait_for_timeout(500)
	assert [question["q"] for question in server.asked] == ["atelier"]
	assert server.asked[0]["company"] == "Demo Distribuție SRL"


def test_enter_does_not_take_what_answers_an_earlier_question(desk):
	page, server = desk(answer(row(1, name="Firma Veche SRL")))
	look_for(page, "veche")
	expect(active(page)).to_have_count(1)
	server.holds = True
	search_input(page).fill("noua")
	search_input(page).press("Enter")
	page.wait_for_timeout(200)
	assert server.asked[-1]["q"] == "noua"
	server.let_go()
	page.wait_for_timeout(200)
	expect(picker(page)).to_be_visible()


def test_scrolling_brings_more_and_the_end_is_told(desk):
	def pages(question):
		start = int(question["start"])
		rows = [row(number) for number in range(start, start + 20)]
		counts = {"erp": "100+", "b2b": 0, "smartbill": 0, "all": "100+"}
		return answer(*rows, counts=counts, next=start + 20 if start < 180 else None)

	page, server = desk(pages)
	look_for(page, "atelier")
	expect(source_chip(page, "All")).to_have_text("All 100+")
	for _time in range(30):
		picker(page).locator(".sb-picker-scroll").evaluate("(area) => area.scrollTo(0, area.scrollHeight)")
		page.wait_for_timeout(80)
	expect(hits(page)).to_have_count(200)
	expect(picker(page)).to_contain_text("These are the first 200")
	starts = [int(question["start"]) for question in server.asked if question["q"]]
	assert starts == list(range(0, 200, 20))


def test_the_keyboard_goes_on_over_the_end_of_a_page(desk):
	def pages(question):
		start = int(question["start"])
		return answer(*(row(number) for number in range(start, start + 20)), next=start + 20)

	page, _server = desk(pages)
	look_for(page, "atelier")
	expect(hits(page)).to_have_count(20)
	for number in range(1, 26):
		search_input(page).press("ArrowDown")
		expect(active(page)).to_contain_text(f"Atelier Demo {number} SRL")
	expect(active(page)).to_be_in_viewport()


def test_the_source_is_chosen_by_a_chip_or_by_ctrl_and_the_arrows(desk):
	page, server = desk(lambda question: answer(*EVERY_KIND))
	look_for(page, "atelier")
	expect(source_chip(page, "ERP")).to_have_text("ERP 6")
	search_input(page).press("Control+ArrowRight")
	expect(source_chip(page, "ERP")).to_have_attribute("aria-pressed", "true")
	search_input(page).press("Control+ArrowLeft")
	search_input(page).press("Control+ArrowLeft")
	expect(source_chip(page, "SmartBill")).to_have_attribute("aria-pressed", "true")
	source_chip(page, "B2B").click()
	expect(search_input(page)).to_be_focused()
	page.wait_for_timeout(300)
	assert server.asked[-1]["sources"] == "b2b"


# states


def test_no_result_says_what_was_looked_for_and_where_else_there_is_something(desk):
	counts = {"erp": 3, "b2b": 0, "smartbill": 0, "all": 3}

	def say(question):
		if question.get("sources") == "b2b":
			return answer(counts=counts)
		return answer(*EVERY_KIND[:3]) if question["q"] == "atelier" else answer(searched="phone")

	page, _server = desk(say)
	look_for(page, "0722123456")
	expect(picker(page)).to_contain_text('Nothing found for "0722123456".')
	expect(picker(page)).to_contain_text("Looked for as a phone number")
	look_for(page, "atelier")
	source_chip(page, "B2B").click()
	expect(picker(page)).to_contain_text('Nothing found for "atelier" in B2B.')
	picker(page).get_by_role("button", name="Show all sources (3)").click()
	expect(hits(page)).to_have_count(3)


def test_a_new_cui_offers_to_make_the_company_a_customer(desk):
	page, _server = desk(answer(searched="cui", create={"cui": CUI}))
	look_for(page, CUI)
	expect(picker(page)).to_contain_text(f'Nothing found for "{CUI}".')
	expect(active(page)).to_have_text(f'Create "{CUI}" from ANAF')


@pytest.mark.parametrize(
	("said", "shown", "button"),
	[
		({}, "RO12345674 · J12/345/2019", "Create customer"),
		({"vat_payer": False}, "Not a VAT payer", "Create customer"),
		({"active": False}, "This company is inactive at ANAF.", "Create customer"),
		({"active": False, "struck_off": True}, "it can no longer be quoted", None),
		(
			{"customer": "CUST-1", "customer_name": "Demo Achiziții"},
			"Already a customer",
			"Pick this customer",
		),
		({"state": "unknown"}, f"ANAF knows no company with the CUI {CUI}.", None),
		({"state": "unavailable"}, "ANAF does not answer at the moment.", "Ask again"),
	],
)
def test_what_anaf_says_decides_what_can_be_done(desk, said, shown, button):
	page, _server = desk(answer(searched="cui", create={"cui": CUI}))
	say_of_company(page, **said)
	look_for(page, CUI)
	search_input(page).press("Enter")
	expect(picker(page)).to_contain_text(shown)
	expect(picker(page).locator(".btn-primary:visible")).to_have_text([button] if button else [])
	# whoever types on is back at the list
	search_input(page).press_sequentially("9")
	expect(hits(page)).to_be_visible()
	expect(search_input(page)).to_be_focused()


def test_an_index_that_is_being_built_says_how_far_it_is(desk):
	building = {"state": "Building", "done": 12_000, "total": 48_000}
	page, _server = desk(answer(*EVERY_KIND[:2], index=building))
	expect(picker(page)).to_contain_text("The search is being built: 12.000 of 48.000.")
	expect(hits(page)).to_have_count(2)


@pytest.mark.parametrize(
	("said", "shown", "can_retry"),
	[
		(refusal(503, "index_empty", "The search has no index yet."), "The search has no index yet.", True),
		(
			refusal(403, "not_allowed", "This needs the role B2B Sales."),
			"This needs the role B2B Sales.",
			False,
		),
		(refusal(503, "busy", "Too much at once."), "Too much at once.", True),
		((502, {}), "The site answered with status 502.", True),
	],
)
def test_what_goes_wrong_is_told_in_the_place_of_the_hits(desk, said, shown, can_retry):
	page, server = desk(said)
	expect(picker(page).get_by_role("alert")).to_contain_text(shown)
	again = picker(page).get_by_role("button", name="Try again")
	expect(again).to_have_count(1 if can_retry else 0)
	if can_retry:
		server.say = answer(*EVERY_KIND)
		again.click()
		expect(hits(page)).to_have_count(len(EVERY_KIND))


def test_without_hits_so_far_the_shape_of_hits_is_seen(site, seller):
	server = FakeServer(seller, answer(*EVERY_KIND))
	server.holds = True
	new_form(seller)
	open_picker(seller)
	expect(picker(seller).locator(".sb-skeleton").first).to_be_visible()
	server.let_go()
	expect(hits(seller)).to_have_count(len(EVERY_KIND))
	# nothing was asked for, so Enter takes nothing
	expect(active(seller)).to_have_count(0)
	expect(picker(seller)).to_contain_text("Recent, and yours")


def test_what_may_not_be_quoted_says_so_when_it_is_taken(desk):
	page, _server = desk(answer(*EVERY_KIND))
	look_for(page, "atelier")
	# a browser's own click does not ask what is enabled
	hit(page, "Atelier Vechi SRL").click(force=True)
	expect(picker(page).get_by_role("alert")).to_have_text("Atelier Vechi SRL: Disabled")
	expect(hit(page, "Atelier Vechi SRL")).to_have_attribute("aria-disabled", "true")
	with page.context.expect_page() as opened:
		hit(page, "Atelier Bihor SRL").get_by_role("link", name="Review").click(force=True)
	assert "b2b-registration/B2B-REG-0001" in opened.value.url
	with page.context.expect_page() as opened:
		search_input(page).press("Enter")
	assert "b2b-registration/B2B-REG-0001" in opened.value.url


# to those who hear, and on every screen


def test_the_focus_is_in_the_input_and_returns_to_where_it_was(desk):
	page, _server = desk(answer(*EVERY_KIND))
	box = search_input(page)
	expect(box).to_be_focused()
	expect(box).to_have_attribute("aria-expanded", "true")
	box.fill("atelier")
	expect(active(page)).to_have_count(1)
	assert box.get_attribute("aria-activedescendant") == active(page).get_attribute("id")
	expect(picker(page).get_by_role("status").first).to_have_text("8 customers")
	box.press("Tab")
	expect(source_chip(page, "All")).to_be_focused()
	page.keyboard.press("Escape")
	expect(picker(page)).to_have_count(0)
	expect(page.get_by_role("button", name="Find customer")).to_be_focused()


def test_it_fills_the_screen_of_a_telephone(site, open_page):
	page = open_page(SALES_USER, viewport=PHONE, is_mobile=True, has_touch=True)
	FakeServer(page, answer(*EVERY_KIND, create={"cui": CUI}))
	new_form(page)
	open_picker(page)
	look_for(page, "atelier")
	expect(active(page)).to_have_count(1)
	shown = picker(page).locator(".modal-content").bounding_box()
	assert (shown["width"], round(shown["height"])) == (PHONE["width"], PHONE["height"])
	assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
	area = picker(page).locator(".sb-picker-scroll")
	assert area.evaluate("(area) => area.scrollWidth <= area.clientWidth")
	shot(page, "picker-phone")


def test_it_is_read_in_the_dark(site, open_page):
	site.db.set_value("User", SALES_USER, "desk_theme", "Dark")
	site.db.commit()
	try:
		page = open_page(SALES_USER)
		FakeServer(page, answer(*EVERY_KIND, row(9, credit=credit(1_000, 900)), create={"cui": CUI}))
		new_form(page)
		open_picker(page)
		look_for(page, "atelier")
		expect(active(page)).to_have_count(1)
		shot(page, "picker-dark")
	finally:
		site.db.set_value("User", SALES_USER, "desk_theme", "Light")
		site.db.commit()
