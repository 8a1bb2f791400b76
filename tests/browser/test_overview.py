"""The whole customer on one screen: what the tabs say, what they lead to, what they are when there is nothing to say."""

import json
from urllib.parse import urlsplit

import pytest
from desk_helpers import (
	COMPANY,
	PHONE,
	SALES_USER,
	choose_in_dialog,
	cleaned,
	dialog,
	make_customer,
	make_quotation,
	shot,
	toast,
)
from overview_helpers import (
	TABS,
	card,
	figure,
	make_past,
	make_plain_seller,
	open_customer,
	open_tab,
	overview_is_on,
	shown,
	warning,
)

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

SETTLE = "async () => { await cur_frm?.erpnext_questions; await frappe.after_ajax(); }"


@pytest.fixture
def site(connected, running):
	with cleaned(connected, running.sandbox), overview_is_on(connected):
		yield connected


@pytest.fixture
def past(site):
	return make_past()


def new_quotation(page, customer):
	page.goto(f"/desk/quotation/new?company={COMPANY.name}")
	page.wait_for_selector("[data-fieldname=party_name] input:visible")
	page.wait_for_function("() => cur_frm?.doc.company")
	page.evaluate(SETTLE)
	page.evaluate("(customer) => cur_frm.set_value('party_name', customer)", customer)
	page.evaluate(SETTLE)


def put_item(page, item, qty):
	page.evaluate(
		"""async ([item, qty]) => {
			const row = cur_frm.doc.items?.[0] || cur_frm.add_child("items");
			await frappe.model.set_value(row.doctype, row.name, "item_code", item);
			await cur_frm.erpnext_questions;
			await frappe.model.set_value(row.doctype, row.name, "qty", qty);
			await cur_frm.erpnext_questions;
		}""",
		[item, qty],
	)


def expect_row(page, number, **values):
	"""The row of the Quotation comes to these values; says what it has if not."""
	try:
		page.wait_for_function(
			"""([number, values]) => {
				const row = cur_frm?.doctype === "Quotation" && cur_frm.doc.items?.[number];
				return row && Object.entries(values).every(([field, value]) => row[field] === value);
			}""",
			arg=[number, values],
		)
	except playwright.TimeoutError:
		raise AssertionError(page.evaluate("JSON.stringify(cur_frm?.doc)")) from None


# what they say


def test_the_tabs_say_what_is_in_the_books(past, manager):
	open_customer(manager, past["customer"])
	commercial = open_tab(manager, "Commercial")
	expect(figure(commercial, "B2B Tier")).to_contain_text(past["silver"])
	expect(figure(commercial, "Discount")).to_contain_text("5 %")

	credit = open_tab(manager, "Credit")
	# of 5,000: one invoice of 1,210.00, and one order of 1,210.00 that is not billed
	expect(figure(credit, "Available credit")).to_contain_text("2.580,00 RON")
	expect(figure(credit, "Overdue")).to_contain_text("1.210,00 RON")
	expect(figure(credit, "Oldest overdue")).to_contain_text("30 days")
	expect(credit.get_by_role("meter")).to_have_attribute("aria-valuenow", "48")
	expect(credit.get_by_role("group", name="Ledger")).to_contain_text(past["invoice"])

	invoices = open_tab(manager, "Invoices")
	expect(figure(invoices, "Outstanding")).to_contain_text("1.210,00 RON")
	row = invoices.get_by_role("group", name="Documents").get_by_role("row", name=past["invoice"])
	for text in ("ERPNext", "Overdue", "30 days late", "1.210,00 RON"):
		expect(row).to_contain_text(text)
	invoices.get_by_role("button", name="Paid").click()
	expect(invoices).to_contain_text("Nothing of this kind.")

	preferences = open_tab(manager, "Preferences")
	usual = preferences.get_by_role("region", name="Usual items")
	expect(usual).to_contain_text("Cablu demo")
	expect(usual).to_contain_text("2 times")

	history = open_tab(manager, "History")
	expect(figure(history, "Quotations ordered")).to_contain_text("66,7 %")
	expect(figure(history, "Lost")).to_contain_text("1")
	expect(history.get_by_role("region", name="Why quotations were lost")).to_contain_text("Preț prea mare")
	timeline = history.get_by_role("region", name="Timeline")
	for name in (past["lost"], past["order"], past["invoice"]):
		expect(timeline).to_contain_text(name)
	timeline.get_by_role("button", name="Orders").click()
	expect(timeline.get_by_role("link", name=past["lost"])).to_have_count(0)
	expect(timeline.get_by_role("link", name=past["order"])).to_be_visible()


def test_a_figure_opens_the_list_that_proves_it(past, manager):
	open_customer(manager, past["customer"])
	link = figure(open_tab(manager, "History"), "Lost").get_by_role("link")
	address = link.get_attribute("href")
	link.click()
	manager.wait_for_url("**/quotation**")
	shows_the_lost_one(manager, past)
	# as when it is opened beside the desk
	manager.goto("about:blank")
	manager.goto(address)
	shows_the_lost_one(manager, past)


def shows_the_lost_one(page, past):
	expect(page.locator(".list-row:visible")).to_have_count(1)
	expect(page.locator(".list-row:visible")).to_contain_text(past["customer"])


# what is changed there


def test_another_tier_is_given_with_a_reason_and_the_next_quotation_has_its_price(past, manager):
	open_customer(manager, past["customer"])
	open_tab(manager, "Commercial").get_by_role("button", name="Change tier").click()
	choose_in_dialog(manager, "tier", past["gold"], past["gold"])
	dialog(manager).locator("textarea[data-fieldname=reason]").fill("Comenzi lunare")
	dialog(manager).get_by_role("button", name="Change tier").click()
	expect(toast(manager, past["gold"])).to_be_visible()
	commercial = shown(manager, "Commercial")
	expect(figure(commercial, "Discount")).to_contain_text("12 %")
	expect(commercial).to_contain_text("Comenzi lunare")

	new_quotation(manager, past["customer"])
	put_item(manager, past["item"], 1)
	expect_row(manager, 0, rate=88)


def test_a_star_marks_a_favourite_and_what_is_chosen_becomes_a_new_quotation(past, manager):
	open_customer(manager, past["customer"])
	preferences = open_tab(manager, "Preferences")
	usual = preferences.get_by_role("region", name="Usual items")
	usual.get_by_role("button", name="Mark Cablu demo as a favourite").click()
	expect(preferences.get_by_role("region", name="Favourites")).to_contain_text("Cablu demo")
	preferences.get_by_role("region", name="Favourites").get_by_role("button", name="Cablu demo").click()
	expect(preferences.get_by_role("region", name="Favourites")).to_contain_text("No favourites yet")

	usual.get_by_role("checkbox", name="Choose Cablu demo").check()
	preferences.get_by_role("button", name="Quote selected").click()
	manager.wait_for_url("**/quotation/new**")
	expect_row(manager, 0, rate=95, qty=10)
	quoted = manager.evaluate(
		"() => [cur_frm.doc.party_name, cur_frm.doc.items[0].item_code, cur_frm.doc.items[0].qty]"
	)
	assert quoted == [past["customer"], past["item"], 10]


# in the Quotation


def test_beside_an_offer_stands_what_one_has_to_know_and_it_warns_before_the_limit_is_exceeded(past, seller):
	new_quotation(seller, past["customer"])
	for text in ("2.580,00 RON", "1.210,00 RON", "5 %", past["order"], "Cablu demo"):
		expect(card(seller)).to_contain_text(text)
	add = card(seller).get_by_role("button", name="Add Cablu demo")
	pressed = add.element_handle()
	seller.evaluate("() => cur_frm.refresh()")
	seller.evaluate(SETTLE)
	# what is pressed while the form is shown anew is not another button when it is let go
	assert pressed.evaluate("(button) => button.isConnected")
	add.click()
	expect_row(seller, 0, rate=95, qty=10)
	seller.evaluate(SETTLE)
	expect(warning(seller)).to_have_count(0)

	# 30 x 95 + 21 % = 3,448.50, of which 2,580.00 are available
	put_item(seller, past["item"], 30)
	expect(warning(seller)).to_contain_text(
		"This offer of 3.448,50 RON is 868,50 RON over the available credit."
	)
	put_item(seller, past["item"], 5)
	expect(warning(seller)).to_have_count(0)

	seller.locator(".form-tabs:visible").get_by_role("tab", name="Customer 360").click()
	expect(figure(shown(seller, "Commercial"), "Discount")).to_contain_text("5 %")
	seller.get_by_role("group", name="Customer 360").get_by_role("button", name="Credit").click()
	expect(figure(shown(seller, "Credit"), "Available credit")).to_contain_text("2.580,00 RON")


ROWS = (
	"() => cur_frm.doc.items.map((row) => [row.item_code || null, row.item_name, row.qty, row.uom, row.rate])"
)


def sell_in_boxes(site, item):
	doc = site.get_doc("Item", item)
	doc.append("uoms", {"uom": "Box", "conversion_factor": 12})
	doc.sales_uom = "Box"
	doc.save()
	site.db.commit()


def test_what_is_chosen_is_quoted_in_the_unit_that_was_shown_also_when_it_is_sold_in_another(
	past, site, manager
):
	sell_in_boxes(site, past["item"])
	open_customer(manager, past["customer"])
	usual = open_tab(manager, "Preferences").get_by_role("region", name="Usual items")
	expect(usual).to_contain_text("10 Nos")
	expect(usual).to_contain_text("100,00 RON / Nos")
	usual.get_by_role("checkbox", name="Choose Cablu demo").check()
	shown(manager, "Preferences").get_by_role("button", name="Quote selected").click()
	manager.wait_for_url("**/quotation/new**")
	expect_row(manager, 0, qty=10)
	manager.evaluate(SETTLE)
	assert manager.evaluate(ROWS) == [[past["item"], "Cablu demo", 10, "Nos", 95]]


def test_adding_an_item_keeps_a_row_of_free_text_and_the_unit_of_the_card(past, site, seller):
	sell_in_boxes(site, past["item"])
	new_quotation(seller, past["customer"])
	seller.evaluate(
		"""() => {
			const row = cur_frm.doc.items?.[0] || cur_frm.add_child("items");
			Object.assign(row, { item_name: "Montaj", description: "Montaj", qty: 1, uom: "Nos", rate: 50 });
		}"""
	)
	card(seller).get_by_role("button", name="Add Cablu demo").click()
	expect_row(seller, 1, rate=95, qty=10)
	seller.evaluate(SETTLE)
	text, added = seller.evaluate(ROWS)
	assert text[:4] == [None, "Montaj", 1, "Nos"]
	assert added == [past["item"], "Cablu demo", 10, "Nos", 95]


def test_an_offer_that_is_opened_meanwhile_gets_no_rows_of_another(past, site, seller):
	other = make_quotation(submit=False)
	site.db.commit()
	new_quotation(seller, past["customer"])
	held, is_held = [], True
	seller.route("**/run_doc_method", lambda route: held.append(route) if is_held else route.continue_())
	card(seller).get_by_role("button", name="Add Cablu demo").click()
	for _look in range(300):
		if held:
			break
		seller.wait_for_timeout(100)
	assert held
	seller.evaluate("(name) => { frappe.set_route('Form', 'Quotation', name); }", other)
	seller.wait_for_function("(name) => cur_frm.doc.name === name", arg=other)
	before = seller.evaluate(ROWS)
	is_held = False
	for route in held:
		route.continue_()
	expect(toast(seller, "Another document was opened meanwhile")).to_be_visible()
	seller.evaluate(SETTLE)
	assert seller.evaluate(ROWS) == before


# labels


def badge(page, tab):
	return page.locator(".form-tabs:visible").get_by_role("tab", name=tab).locator(".sb-360-badge")


class HeldCounts:
	"""The requests for the labels' counts alone, from now on: each waits until `let_go`, or fails."""

	def __init__(self, page):
		self._page, self._waiting, self.is_failing = page, [], False
		page.route(lambda url: "/360?" in url and url.endswith("&tabs="), self._answer)

	def _answer(self, route):
		if self.is_failing:
			route.fulfill(
				status=503, content_type="application/json", body='{"error": {"message": "Later."}}'
			)
			self.is_failing = False
		else:
			self._waiting.append(route)

	def wait(self):
		for _ in range(500):
			if self._waiting:
				return
			self._page.wait_for_timeout(20)
		pytest.fail("Nobody asks for the counts.")

	def let_go(self):
		self.wait()
		while self._waiting:
			self._waiting.pop().continue_()


def left_in(locator):
	box = locator.bounding_box()
	return box["x"] + 10, box["y"] + box["height"] / 2


def test_a_part_that_is_pressed_when_the_counts_arrive_stays_the_same_button_with_the_focus(past, seller):
	new_quotation(seller, past["customer"])
	counts = HeldCounts(seller)
	seller.locator(".form-tabs:visible").get_by_role("tab", name="Customer 360").click()
	shown(seller, "Commercial")
	part = seller.get_by_role("group", name="Customer 360").get_by_role("button", name="Invoices")
	part.focus()
	button = part.element_handle()
	seller.mouse.move(*left_in(part))
	seller.mouse.down()
	counts.let_go()
	expect(part.locator("b")).to_have_text("1")
	assert button.evaluate("(button) => button.isConnected && document.activeElement === button")
	seller.mouse.up()
	expect(figure(shown(seller, "Invoices"), "Outstanding")).to_contain_text("1.210,00 RON")
	expect(part).to_have_attribute("aria-pressed", "true")


def test_the_counts_stay_on_the_labels_while_the_same_is_asked_again_and_go_with_another_customer(
	past, site, manager
):
	other = make_customer("Client Nou Etichete SRL")[0]
	site.db.commit()
	open_customer(manager, past["customer"])
	commercial = open_tab(manager, "Commercial")
	expect(badge(manager, "Invoices")).to_have_text("1")
	counts = HeldCounts(manager)
	commercial.get_by_role("button", name="Refresh").click()
	counts.wait()
	expect(badge(manager, "Invoices")).to_have_text("1")
	counts.let_go()
	manager.evaluate(
		"async () => { await cur_frm.set_value('website', 'https://saved.example'); void cur_frm.save(); }"
	)
	counts.wait()
	expect(badge(manager, "Invoices")).to_have_text("1")
	counts.let_go()
	manager.evaluate("(name) => { frappe.set_route('Form', 'Customer', name); }", other)
	manager.wait_for_function("(name) => cur_frm.doc.name === name", arg=other)
	counts.wait()
	expect(badge(manager, "Invoices")).to_have_count(0)
	counts.let_go()


def test_the_counts_of_one_company_do_not_stay_for_another(past, manager):
	open_customer(manager, past["customer"])
	commercial = open_tab(manager, "Commercial")
	expect(badge(manager, "Invoices")).to_have_text("1")
	counts = HeldCounts(manager)
	company = commercial.get_by_role("combobox", name="Company")
	company.locator("option").nth(1).wait_for(state="attached")
	others = company.locator("option").all_text_contents()
	company.select_option(next(name.strip() for name in others if name.strip() != COMPANY.name))
	counts.wait()
	expect(badge(manager, "Invoices")).to_have_count(0)
	counts.let_go()


def test_counts_that_could_not_be_read_are_asked_for_with_the_next_tab(past, open_page):
	page = open_page(SALES_USER)
	counts = HeldCounts(page)
	counts.is_failing = True
	open_customer(page, past["customer"])
	open_tab(page, "Commercial")
	expect(badge(page, "Invoices")).to_have_count(0)
	open_tab(page, "Credit")
	counts.let_go()
	expect(badge(page, "Invoices")).to_have_text("1")


# who sees what, and what there is when there is nothing


def test_who_may_not_see_credit_is_told_so_and_gets_no_figure_of_it_beside_an_offer(past, site, open_page):
	user = make_plain_seller()
	site.db.commit()
	page = open_page(user)
	open_customer(page, past["customer"])
	for tab in ("Credit", "Invoices"):
		expect(open_tab(page, tab)).to_contain_text("You may not see this.")
	expect(figure(open_tab(page, "Commercial"), "Discount")).to_contain_text("5 %")
	expect(page.get_by_role("button", name="Change tier")).to_have_count(0)
	shot(page, "overview-not-allowed")
	new_quotation(page, past["customer"])
	expect(card(page)).to_contain_text("5 %")
	expect(card(page)).not_to_contain_text("RON available")
	put_item(page, past["item"], 500)
	page.wait_for_timeout(500)
	expect(warning(page)).to_have_count(0)


def test_what_could_not_be_read_can_be_asked_for_again(past, open_page):
	page = open_page(SALES_USER)
	failing = {"left": 1}

	def answer(route):
		if "tabs=history" in route.request.url and failing["left"]:
			failing["left"] -= 1
			error = {"code": "failed", "message": "This could not be read.", "problems": []}
			return route.fulfill(
				status=503, content_type="application/json", body=json.dumps({"error": error})
			)
		return route.continue_()

	page.route(lambda url: urlsplit(url).path.endswith("/360"), answer)
	open_customer(page, past["customer"])
	history = open_tab(page, "History")
	expect(history.get_by_role("alert")).to_contain_text("This could not be read.")
	history.get_by_role("button", name="Try again").click()
	expect(figure(history, "Quotations ordered")).to_contain_text("66,7 %")


def test_a_new_customer_has_nothing_and_every_tab_says_what_will_be_there(site, seller):
	customer = make_customer("Client Nou 360 SRL")[0]
	site.db.commit()
	open_customer(seller, customer)
	for tab, text in (
		("Commercial", "This customer has no tier."),
		("Credit", "Nothing was booked yet."),
		("Invoices", "This customer was not billed yet."),
		("Preferences", "No favourites yet"),
		("History", "Nothing was quoted in the last twelve months."),
	):
		expect(open_tab(seller, tab)).to_contain_text(text)
	shot(seller, "overview-empty")


def test_while_the_switch_is_off_there_are_no_tabs(connected, clean, seller):
	customer = make_customer("Client Fara 360 SRL")[0]
	connected.db.commit()
	open_customer(seller, customer)
	seller.wait_for_timeout(300)
	for tab in TABS:
		expect(seller.locator(".form-tabs:visible").get_by_role("tab", name=tab, exact=True)).to_have_count(0)


def test_on_a_telephone_nothing_is_wider_than_the_screen(past, open_page):
	page = open_page(SALES_USER, viewport=PHONE, is_mobile=True, has_touch=True)
	open_customer(page, past["customer"])
	for tab in TABS:
		open_tab(page, tab)
		width = page.evaluate(
			"""(tab) => {
				const view = [...document.querySelectorAll(".sb-360")].find((one) => one.offsetParent);
				return Math.max(view.scrollWidth - view.clientWidth, document.documentElement.scrollWidth - 390);
			}""",
			tab,
		)
		assert width <= 0, tab
