"""The page "B2B Health": what it says while all works, what it says of what does not, and to whom."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from desk_helpers import COMPANY, MANAGER, PHONE, SALES_USER, shot

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.audit import sealing, verify
from erp_b2b_smartbill.customers.recommend import state as recommendations
from erp_b2b_smartbill.customers.search import state as index
from erp_b2b_smartbill.tests import factories

expect = pytest.importorskip("playwright.sync_api").expect

PAGE = "/desk/b2b-health"
SWITCHES = (features.PROFORMA, features.REGISTRATION, features.SYNC, features.SEARCH, features.OVERVIEW)
FIELDS = (
	*("paused", "pause_reason", "blocked_until", "sync_nightly", "last_synced_at", "counter_notice"),
	*("last_tested_at", "last_test_passed", "last_test_problem", "v3_blocked_until"),
)


@contextmanager
def kept(frappe: Any, accounts: list[str]) -> Iterator[None]:
	"""What this test changes of the site is as before after it."""
	singles = ("B2B Settings", index.STATE, recommendations.STATE)
	of_singles = frappe.db.sql(
		"select doctype, field, value from tabSingles where doctype in %s", (singles,), as_dict=True
	)
	of_jobs = frappe.get_all("Scheduled Job Type", fields=["name", "last_execution"])
	of_accounts = {
		name: frappe.db.get_value("SmartBill Account", name, FIELDS, as_dict=True) for name in accounts
	}
	mail_accounts = frappe.get_all("Email Account", pluck="name")
	documents = frappe.get_all("SmartBill Proforma", pluck="name")
	try:
		yield
	finally:
		frappe.db.rollback()
		frappe.db.delete("Singles", {"doctype": ["in", singles]})
		for row in of_singles:
			frappe.db.sql(
				"insert into tabSingles (doctype, field, value) values (%s, %s, %s)", tuple(row.values())
			)
		for job in of_jobs:
			set_value(frappe, "Scheduled Job Type", job.name, last_execution=job.last_execution)
		for name, values in of_accounts.items():
			set_value(frappe, "SmartBill Account", name, **values)
		frappe.db.delete("Email Account", {"name": ["not in", [*mail_accounts, ""]]})
		frappe.db.delete("SmartBill Proforma", {"name": ["not in", [*documents, ""]]})
		frappe.db.commit()
		frappe.clear_cache()


def set_value(frappe: Any, doctype: str, name: str, **values: Any) -> None:
	frappe.db.set_value(doctype, name, values, update_modified=False)


@pytest.fixture
def site(connected, running) -> Iterator[Any]:
	"""All switched on, and all works."""
	frappe = connected
	frappe.db.rollback()
	frappe.set_user("Administrator")
	accounts = frappe.get_all("SmartBill Account", pluck="name")
	with kept(frappe, accounts):
		for switch in SWITCHES:
			frappe.db.set_single_value("B2B Settings", switch, 1)
		now = clock.now()
		for job in frappe.get_all("Scheduled Job Type", pluck="name"):
			set_value(frappe, "Scheduled Job Type", job, last_execution=now)
		for name in accounts:
			fine = {"last_tested_at": now, "last_test_passed": 1, "last_synced_at": now - timedelta(hours=4)}
			set_value(
				frappe,
				"SmartBill Account",
				name,
				**{**dict.fromkeys(FIELDS), **fine, "paused": 0, "sync_nightly": 0},
			)
		index.begin("walk", fresh=True, total=3)
		index.finish(3, 0)
		recommendations.begin("walk", full=True)
		recommendations.finish()
		factories.outgoing_email_account()
		frappe.db.delete("Error Log")
		frappe.db.commit()
		sealing.seal()
		verify.run()
		yield frappe


def line(page: Any, check: str, about: str = "") -> Any:
	found = page.locator(f"[data-check={check}]")
	return found.filter(has_text=about) if about else found


def break_much(frappe: Any) -> None:
	"""As on a bad morning."""
	now = clock.now()
	set_value(
		frappe,
		"SmartBill Account",
		COMPANY.name,
		paused=1,
		pause_reason="Autentificare esuata. Verificati token.",
	)
	frappe.get_doc(
		{
			"doctype": "SmartBill Proforma",
			"name": "SBP-HEALTH-1",
			"account": COMPANY.name,
			"status": "Unknown",
			"needs_person": 1,
			"claimed_at": now - timedelta(hours=5),
		}
	).db_insert()
	index.finish(100_300, 17)
	frappe.db.commit()


def test_a_manager_sees_that_all_works_and_what_does_not(site, open_page):
	page = open_page(MANAGER)
	page.goto(PAGE)
	expect(line(page, "gate", COMPANY.name)).to_have_attribute("data-state", "ok")
	expect(line(page, "search")).to_have_attribute("data-state", "ok")

	break_much(site)
	page.get_by_role("button", name="Refresh").click()
	gate = line(page, "gate", COMPANY.name)
	expect(gate).to_have_attribute("data-state", "failed")
	expect(gate).to_contain_text("Autentificare esuata")
	expect(gate).to_contain_text("Press Test in the account")
	expect(line(page, "unknown_proformas")).to_contain_text("Waiting for a person: 1")
	expect(page.locator(".sb-health-head")).to_contain_text("failed")
	shot(page, "health", height=1500)

	page.get_by_role("button", name="Needs attention").click()
	expect(line(page, "search")).to_be_visible()
	expect(line(page, "installed")).to_have_count(0)
	expect(page.get_by_role("button", name="Needs attention")).to_be_focused()

	line(page, "unknown_proformas").get_by_role("link").click()
	page.wait_for_url("**/smartbill-proforma/**")
	page.wait_for_function("() => cur_list?.filter_area?.get().some(([, , , value]) => value === 'Unknown')")
	page.go_back()
	gate.get_by_role("link").click()
	page.wait_for_function("(name) => cur_frm?.doc.name === name", arg=COMPANY.name)


def test_in_the_dark_and_on_a_phone(site, open_page):
	break_much(site)
	for where in ("dark", "phone"):
		options = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if where == "phone" else {}
		page = open_page(MANAGER, **options)
		page.goto(PAGE)
		expect(line(page, "search")).to_be_visible()
		if where == "dark":
			page.evaluate("() => document.documentElement.setAttribute('data-theme', 'dark')")
		shot(page, f"health-{where}", height=1500)
		# nothing is wider than the screen
		assert page.evaluate("() => document.scrollingElement.scrollWidth <= window.innerWidth + 1")


def test_a_site_that_cannot_be_reached_is_said_and_asked_again(site, open_page):
	page = open_page(MANAGER)
	page.route("**/api/v1/health", lambda route: route.abort())
	page.goto(PAGE)
	expect(page.get_by_role("alert").filter(has_text="connection")).to_be_visible()
	page.unroute("**/api/v1/health")
	page.get_by_role("button", name="Try again").click()
	expect(line(page, "search")).to_be_visible()


def test_who_sells_does_not_see_it(site, open_page):
	page = open_page(SALES_USER)
	page.goto(PAGE)
	expect(page.locator("body")).to_contain_text("permitted")
	expect(page.locator(".sb-health")).to_have_count(0)
