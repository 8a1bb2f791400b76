"""What a sales person meets between the Quotation and the proforma's number, in a real browser. The way when all is well,
from the preview to the PDF, is in test_story.py."""

import re

import previews
from desk_helpers import (
	GENERATE,
	dialog,
	fault,
	headline,
	make_quotation,
	open_form,
	proforma_of,
	toast,
)

ISSUE = "Issue proforma"


def press_generate(page) -> None:
	page.get_by_role("button", name=GENERATE).click()


def documents_of(running, quotation: str) -> list:
	return [
		document
		for document in running.sandbox.state.documents.values()
		if quotation in str(document.request.get("mentions"))
	]


def test_after_a_reload_the_quotation_still_shows_its_proforma(seller, quotation, running):
	open_form(seller, "Quotation", quotation)
	press_generate(seller)
	dialog(seller).get_by_role("button", name=ISSUE).dblclick()
	headline(seller).filter(has_text="issued").wait_for()
	seller.reload()
	headline(seller).filter(has_text="issued").wait_for()
	assert len(documents_of(running, quotation)) == 1


def test_the_sites_own_preview_says_what_is_missing(seller, clean):
	from desk_helpers import make_item

	row = {"item_code": make_item(stock_uom="Box"), "qty": 1, "rate": 20}
	open_form(seller, "Quotation", make_quotation(items=[row]))
	press_generate(seller)
	dialog(seller).locator(".sb-check-problem").first.wait_for()
	assert dialog(seller).get_by_role("button", name=ISSUE).is_disabled()


def test_problems_are_shown_with_the_way_to_what_is_to_be_changed(seller, quotation, running):
	answer = previews.preview(
		ready=False,
		smartbill=None,
		difference=None,
		tolerance=None,
		checks=[
			previews.check("ok", "All rows have a unit."),
			previews.check("notice", "The due date is today.", "valid_till"),
			previews.check("problem", "Row 1: the unit Box is not mapped.", "items[1].uom"),
			previews.check("problem", "The city is missing.", "city", "Quotation", quotation),
		],
	)
	previews.serve(seller, answer)
	open_form(seller, "Quotation", quotation)
	press_generate(seller)
	dialog(seller).get_by_text("2 problems to solve first").wait_for()
	assert dialog(seller).get_by_role("button", name=ISSUE).is_disabled()
	# problems first
	levels = [item.get_attribute("class") for item in dialog(seller).locator(".sb-check").all()]
	assert [level.split("sb-check-")[1] for level in levels] == ["problem", "problem", "notice", "ok"]
	link = dialog(seller).get_by_role("link", name="Open Quotation")
	assert quotation in link.get_attribute("href")
	dialog(seller).locator(".sb-check-problem").get_by_role("button", name="Show the field").click()
	dialog(seller).wait_for(state="detached")
	seller.locator(".grid-row-open").wait_for()
	assert documents_of(running, quotation) == []


def test_amounts_that_differ_are_shown_both_ways(seller, quotation):
	by_rate = {"net": 180.0, "vat": 37.81, "total": 217.81}
	answer = previews.preview(
		smartbill={"by_row": previews.TOTALS, "by_rate": by_rate}, difference=0.01, mode="Draft"
	)
	previews.serve(seller, answer)
	open_form(seller, "Quotation", quotation)
	press_generate(seller)
	comparison = dialog(seller).locator(".sb-comparison")
	comparison.wait_for()
	assert comparison.locator(".sb-difference-orange").count() == 1
	assert "or 217" in comparison.inner_text()
	# the discount stands indented below its row, without a number of its own
	assert dialog(seller).locator(".sb-row-discount").count() == 1
	dialog(seller).get_by_text("Draft mode.").wait_for()


def test_a_draft_says_why_nothing_can_be_issued(seller, clean):
	open_form(seller, "Quotation", make_quotation(submit=False))
	press_generate(seller)
	toast(seller, "Submit the Quotation first.").wait_for()


def test_a_busy_series_is_waited_for_in_sight(seller, quotation, running):
	answers = [("series_busy", "503"), ("too_many_calls", "429")]

	def first_busy(route):
		if route.request.method != "POST" or not answers:
			route.continue_()
			return
		code, status = answers.pop(0)
		error = {"code": code, "message": "Another document is being issued.", "problems": []}
		route.fulfill(status=int(status), headers={"Retry-After": "1"}, json={"error": error})

	seller.route(re.compile(r"/smartbill/proforma$"), first_busy)
	open_form(seller, "Quotation", quotation)
	press_generate(seller)
	dialog(seller).get_by_role("button", name=ISSUE).click()
	dialog(seller).get_by_text("Trying again by itself").wait_for()
	headline(seller).filter(has_text="issued").wait_for()
	assert answers == []
	assert len(documents_of(running, quotation)) == 1


def test_waiting_can_be_given_up_and_then_nothing_is_sent(seller, quotation, running):
	error = {"code": "series_busy", "message": "Another document is being issued.", "problems": []}
	seller.route(
		re.compile(r"/smartbill/proforma$"),
		lambda route: route.fulfill(status=503, headers={"Retry-After": "2"}, json={"error": error}),
	)
	open_form(seller, "Quotation", quotation)
	press_generate(seller)
	dialog(seller).get_by_role("button", name=ISSUE).click()
	dialog(seller).get_by_role("button", name="Do not wait").click()
	toast(seller, "Nothing was sent.").wait_for()
	assert documents_of(running, quotation) == []


def test_a_block_says_until_when(seller, quotation, running):
	fault(running.sandbox, "rate_block")
	open_form(seller, "Quotation", quotation)
	press_generate(seller)
	dialog(seller).get_by_role("button", name=ISSUE).click()
	answer = dialog(seller).locator(".sb-answer")
	answer.wait_for()
	assert re.search(r"Possible again at \d\d:\d\d", answer.inner_text())


def test_what_smartbill_refuses_is_shown_in_its_own_words(seller, quotation, running):
	fault(running.sandbox, "error_text", body="Client invalid!", status=200)
	open_form(seller, "Quotation", quotation)
	press_generate(seller)
	dialog(seller).get_by_role("button", name=ISSUE).click()
	dialog(seller).get_by_text("Client invalid!").wait_for()


def test_a_missing_pdf_is_fetched_by_a_click(seller, quotation, running, connected):
	from desk_helpers import control, issue

	pdf = {"match": {"path": "/SBORO/api/estimate/pdf"}, "action": "html", "status": 502, "times": 1}
	control(running.sandbox, "faults", pdf)
	issue(quotation)
	open_form(seller, "Quotation", quotation)
	headline(seller).get_by_text("the PDF is not stored yet").wait_for()
	with seller.context.expect_page() as opened:
		headline(seller).get_by_role("button", name="fetch it").click()
	opened.value.close()
	headline(seller).get_by_role("link", name="PDF").wait_for()
	assert proforma_of(connected, quotation).pdf


def test_the_issue_button_has_the_focus_when_all_is_well(seller, quotation):
	open_form(seller, "Quotation", quotation)
	press_generate(seller)
	dialog(seller).get_by_text("Ready to be issued").wait_for()
	focused = dialog(seller).locator("button:focus")
	assert focused.inner_text().strip() == ISSUE
	seller.keyboard.press("Escape")
	dialog(seller).wait_for(state="detached")


def test_it_is_issued_on_a_phone_and_nothing_is_wider_than_the_screen(phone, quotation, running):
	open_form(phone, "Quotation", quotation)
	phone.locator(".menu-btn-group:visible button").first.click()
	phone.locator(".dropdown-menu.show a", has_text=GENERATE).click()
	dialog(phone).get_by_text("Ready to be issued").wait_for()
	wide = "() => document.querySelector('.modal.show .modal-body').scrollWidth - innerWidth"
	assert phone.evaluate(wide) <= 0
	dialog(phone).get_by_role("button", name=ISSUE).click()
	headline(phone).filter(has_text="issued").wait_for()
	assert phone.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
	assert len(documents_of(running, quotation)) == 1
