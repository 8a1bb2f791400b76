"""The workspace as its people see it, the tours, and the desk's forms with everything off and everything on."""

import os
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from desk_helpers import MANAGER, PHONE, SALES_USER, cleaned, dialog, make_quotation, open_form, shot
from picker_helpers import find_button

from erp_b2b_smartbill import clock, setup_steps
from erp_b2b_smartbill.tests.permitted_case import plant
from erp_b2b_smartbill.tests.test_switches import SWITCHES

expect = pytest.importorskip("playwright.sync_api").expect

PAGE = "/desk/b2b-&-smartbill"
GENERATE = "Generate SmartBill Proforma"
STATES = ("Approved", "Approved", "Approved", "Pending", "Rejected", "Information Requested", "Withdrawn")


def fill() -> None:
	"""A quarter of a wholesaler's work, as the figures see it."""
	chance, today = random.Random(4), clock.now().date()
	for days in range(80):
		day = today - timedelta(days=days)
		for _ in range(chance.randrange(3)):
			came_of = chance.choice(
				(("Ordered", "Invoiced"), ("Open", "Issued"), ("Open", None), ("Expired", None))
			)
			plant(
				"Quotation",
				docstatus=1,
				transaction_date=day,
				status=came_of[0],
				smartbill_status=came_of[1],
			)
			if came_of[1]:
				plant(
					"SmartBill Proforma",
					quotation="-",
					status=came_of[1],
					issue_date=day,
					due_date=day + timedelta(days=30),
					payment_status="Paid" if days > 45 else "Unpaid",
					currency="RON",
					net_total=chance.randrange(800, 9000),
				)
	for number, status in enumerate(STATES * 2):
		plant(
			"B2B Registration",
			status=status,
			submitted_at=today - timedelta(days=4 * number),
			access_id=f"picture-{number}",
		)
	plant("Credit Limit Request", status="Open", requested_by="Administrator")
	plant("SmartBill Proforma", quotation="-", status="Unknown", needs_person=1)


@pytest.fixture
def past(connected, running) -> Iterator[Any]:
	frappe = connected
	with cleaned(frappe, running.sandbox):
		steps = frappe.get_all(setup_steps.STEP, {"name": ["in", setup_steps.STEPS]}, ["name", "is_complete"])
		enabled = frappe.db.get_single_value("System Settings", "enable_onboarding")
		set_up(frappe, 1, {step.name: 0 for step in steps})
		setup_steps.look()
		fill()
		frappe.db.commit()
		yield frappe
		set_up(frappe, enabled, {step.name: step.is_complete for step in steps})


def set_up(frappe: Any, enabled: int, steps: dict[str, int]) -> None:
	frappe.db.rollback()
	frappe.db.set_single_value("System Settings", "enable_onboarding", enabled)
	frappe.db.set_value("Module Onboarding", setup_steps.ONBOARDING, "is_complete", 0)
	for name, is_complete in steps.items():
		values = {"is_complete": is_complete, "is_skipped": 0}
		frappe.db.set_value(setup_steps.STEP, name, values)
	frappe.db.commit()
	frappe.clear_cache()


def open_workspace(page: Any, charts: int = 3) -> None:
	page.goto(PAGE)
	expect(page.locator(".dashboard-widget-box svg.frappe-chart")).to_have_count(charts)
	expect(page.locator(".number-card-loading")).to_have_count(0)
	if os.environ.get("SCREENSHOTS"):
		# a chart that is drawn anew while it grows breaks off
		page.wait_for_timeout(1500)


def card(page: Any, label: str) -> Any:
	return page.locator(".number-widget-box", has_text=label).locator(".number")


def take(page: Any, titles: list[str]) -> None:
	"""Go through a tour to its end."""
	popover = page.locator("#driver-popover-item")
	for title in titles:
		expect(popover.locator(".driver-popover-title")).to_have_text(title)
		if title == "Find every customer":
			shot(page, "tour")
		popover.locator(".driver-next-btn").click()
	expect(popover).to_be_hidden()


def titles_of(frappe: Any, tour: str) -> list[str]:
	return [step.title for step in frappe.get_doc("Form Tour", tour).steps]


def test_each_finds_his_figures_and_an_administrator_the_way_in(past, open_page):
	seller = open_page(SALES_USER)
	open_workspace(seller)
	overdue = past.call("erp_b2b_smartbill.charts.overdue_proformas")["value"]
	assert overdue > 0
	expect(card(seller, "Proformas overdue")).to_have_text(str(overdue))
	expect(seller.locator(".onboarding-widget-box, .number-widget-box:has-text('Conflicts')")).to_have_count(
		0
	)
	card(seller, "Proformas overdue").click()
	expect(seller.locator(".list-count")).to_contain_text(f"{overdue} of {overdue}")

	page = open_page("Administrator")
	open_workspace(page)
	steps = page.locator(".onboarding-step")
	expect(steps).to_have_count(len(setup_steps.STEPS))
	# the site has accounts, sellers and proformas switched on
	done = steps.and_(page.locator(".complete"))
	expect(done).to_contain_text(["Connect SmartBill", "Switch proformas on", "Give people their roles"])
	shot(page, "workspace", height=1900)
	steps.filter(has_text="See what else there is").click()
	page.get_by_role("button", name="Take the tour").click()
	take(page, titles_of(past, "B2B Settings"))
	dialog(page).get_by_role("button", name="Continue").click()
	expect(done.filter(has_text="See what else there is")).to_have_count(1)

	page.goto("/desk/smartbill-account/new")
	page.locator(".menu-btn-group:visible button").click()
	page.locator(".dropdown-menu.show").get_by_text("Show the tour").click()
	take(page, titles_of(past, "SmartBill Account"))


def test_with_everything_off_the_forms_are_erpnexts_and_with_everything_on_ours_are_there(past, open_page):
	before = {switch: past.db.get_single_value("B2B Settings", switch) for switch in SWITCHES}
	offer = make_quotation()
	buys = past.db.get_value("Quotation", offer, "party_name")
	page = open_page(MANAGER)
	try:
		for on in (0, 1):
			past.db.set_single_value("B2B Settings", dict.fromkeys(SWITCHES, on))
			past.db.commit()
			past.clear_cache()
			open_form(page, "Quotation", offer)
			expect(page.get_by_role("button", name=GENERATE)).to_have_count(on)
			expect(tab(page, "Customer 360")).to_have_count(on)
			open_form(page, "Customer", buys)
			expect(tab(page, "Commercial")).to_have_count(on)
			open_form(page, "Quotation", "new")
			expect(find_button(page)).to_have_count(on)
	finally:
		past.db.rollback()
		past.db.set_single_value("B2B Settings", before)
		past.db.commit()
		past.clear_cache()


def tab(page: Any, name: str) -> Any:
	return page.locator(".form-tabs:visible").get_by_role("tab", name=name, exact=True)


@pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="SCREENSHOTS is not set")
@pytest.mark.parametrize("where", ("-manager", "-dark", "-phone"))
def test_pictures(where, past, open_page):
	options = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if where == "-phone" else {}
	page = open_page(MANAGER, **options)
	open_workspace(page)
	if where == "-dark":
		page.evaluate("() => document.documentElement.setAttribute('data-theme', 'dark')")
	shot(page, f"workspace{where}", height=2700 if where == "-phone" else 1600)
	if where == "-manager":
		page.goto("/desk/b2b-settings")
		page.locator("[data-fieldname=enable_smartbill_sync]:visible").first.wait_for()
		shot(page, "settings")
