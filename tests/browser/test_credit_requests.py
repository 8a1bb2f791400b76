"""Asking for another credit limit in the desk, and deciding about it: the list, the form, its dialogs."""

from typing import Any

import pytest
from desk_helpers import (
	COMPANY,
	MANAGER,
	SALES_USER,
	choose_in_dialog,
	dialog,
	make_customer,
	open_form,
	shot,
)

from erp_b2b_smartbill.features import OVERVIEW

REQUEST = "Credit Limit Request"


@pytest.fixture
def customer(clean, connected) -> str:
	frappe = connected
	frappe.db.set_single_value("B2B Settings", OVERVIEW, 1)
	name = make_customer("Mobila Demo SRL")[0]
	frappe.db.commit()
	yield name
	frappe.db.rollback()
	frappe.db.delete(REQUEST)
	frappe.db.set_single_value("B2B Settings", OVERVIEW, 0)
	frappe.db.commit()


def ask(page: Any, customer: str, limit: str) -> None:
	page.goto("/desk/credit-limit-request")
	page.get_by_role("button", name="Ask for a limit").click()
	choose_in_dialog(page, "customer", customer, customer)
	choose_in_dialog(page, "company", COMPANY.name, COMPANY.name)
	dialog(page).locator("[data-fieldname=limit] input").fill(limit)
	fill_reason(page, "Comenzi mai mari de Crăciun")
	dialog(page).get_by_role("button", name="Send the request").click()


def fill_reason(page: Any, text: str) -> None:
	dialog(page).locator("[data-fieldname=reason] textarea").fill(text)


def test_sales_asks_from_the_list_and_a_manager_approves_in_the_form(open_page, customer, connected):
	seller = open_page(SALES_USER)
	ask(seller, customer, "5000")
	seller.get_by_role("button", name="Withdraw").wait_for()
	assert not seller.get_by_role("button", name="Approve").count()
	shot(seller, "credit-request-seller")
	name = seller.evaluate("() => cur_frm.doc.name")
	# the one who waits already is named
	ask(seller, customer, "6000")
	dialog(seller).locator("[role=alert]", has_text=name).wait_for()

	manager = open_page(MANAGER, locale="en")
	open_form(manager, REQUEST, name)
	shot(manager, "credit-request-manager")
	manager.get_by_role("button", name="Approve").click()
	fill_reason(manager, "Plătește la timp")
	shot(manager, "credit-request-approve")
	dialog(manager).get_by_role("button", name="Approve").click()
	manager.locator(".indicator-pill", has_text="Approved").first.wait_for()
	assert not manager.get_by_role("button", name="Reject").count()
	shot(manager, "credit-request-approved")
	connected.db.rollback()
	(row,) = connected.get_doc("Customer", customer).credit_limits
	assert (row.company, row.credit_limit) == (COMPANY.name, 5000)


def test_a_rejection_says_why_and_who_asked_does_not_decide(open_page, customer, connected):
	manager = open_page(MANAGER)
	ask(manager, customer, "5000")
	manager.get_by_role("button", name="Reject").click()
	fill_reason(manager, "Nu")
	dialog(manager).get_by_role("button", name="Reject").click()
	dialog(manager).locator("[role=alert]", has_text="Nobody decides").wait_for()
	manager.keyboard.press("Escape")
	dialog(manager).wait_for(state="hidden")
	manager.get_by_role("button", name="Withdraw").click()
	manager.locator(".indicator-pill", has_text="Withdrawn").first.wait_for()
