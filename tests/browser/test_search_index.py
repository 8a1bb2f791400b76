"""The index of the customer search on its form: how it stands, and building it again."""

from collections.abc import Iterator
from typing import Any

import pytest
from desk_helpers import PHONE, log_in, make_customer, shot

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.search import rebuild, state
from erp_b2b_smartbill.tests.compat import delete_rows

expect = pytest.importorskip("playwright.sync_api").expect

FORM = "/desk/customer-search-index"


@pytest.fixture
def site(connected, running) -> Iterator[Any]:
	def turn(on: bool) -> None:
		connected.db.rollback()
		state.forget()
		connected.db.set_single_value("B2B Settings", features.SEARCH, int(on))
		connected.db.commit()

	name, address = make_customer("Atelier Index SRL")
	connected.db.commit()
	turn(True)
	yield connected
	turn(False)
	delete_rows("Address", address)
	delete_rows("Customer", name)
	connected.db.commit()


def test_the_form_tells_how_the_index_stands_and_builds_it_again(site, open_page):
	page = open_page()
	log_in(page, "Administrator", "admin")
	page.goto(FORM)
	expect(page.locator(".form-message")).to_contain_text("Nothing is found before it is built")
	page.get_by_role("button", name="Build again").click()
	page.get_by_role("button", name="Yes").click()
	expect(page.locator(".indicator-pill").filter(has_text="Ready")).to_be_visible(timeout=30_000)
	expect(page.locator(".form-message")).to_have_count(0)
	shot(page, "search-index")

	rebuild.rebuild()
	state.begin("another", fresh=True, total=120_000)
	state.step("Customer", "x", 43_000, 0)
	site.db.commit()
	page.reload()
	expect(page.locator(".progress-area")).to_contain_text("of 120")
	expect(page.get_by_role("button", name="Build again")).to_have_count(0)
	shot(page, "search-index-building")
	state.finish(119_000, 17)
	site.db.commit()
	# it looks again by itself
	expect(page.locator(".form-message")).to_contain_text("17 parties differed")
	page.set_viewport_size(PHONE)
	shot(page, "search-index-phone")


def test_while_the_search_is_off_the_form_says_so(site, open_page):
	site.db.set_single_value("B2B Settings", features.SEARCH, 0)
	site.db.commit()
	page = open_page()
	log_in(page, "Administrator", "admin")
	page.goto(FORM)
	expect(page.locator(".form-message")).to_contain_text("switched off")
	expect(page.get_by_role("button", name="Build again")).to_have_count(0)
