"""What a person sees and does when nobody knows whether SmartBill created the proforma."""

import pytest
from desk_helpers import (
	COMPANY,
	GENERATE,
	control,
	dialog,
	free_gates,
	headline,
	issue,
	knobs,
	let_time_pass,
	lose_the_answer,
	open_form,
	proforma_of,
	toast,
)

from erp_b2b_smartbill.smartbill.gate import Lane


def look(frappe, quotation: str):
	from erp_b2b_smartbill.smartbill import settling

	free_gates(frappe)
	doc = settling.look(proforma_of(frappe, quotation), lane=Lane.CLICK)
	frappe.db.commit()
	return doc


@pytest.fixture
def unreadable(quotation, running, connected) -> str:
	"""An offer whose proforma was created while its answer was lost, and whose PDF cannot be read."""
	lose_the_answer(running.sandbox)
	issue(quotation)
	let_time_pass(connected, quotation)
	knobs(running.sandbox, pdf_text="none")
	assert look(connected, quotation).needs_person
	return quotation


@pytest.fixture
def somebody_elses(quotation, running, connected) -> str:
	"""An offer whose request was lost before SmartBill saw it, while somebody typed another document by hand."""
	lose_the_answer(running.sandbox, created=False)
	issue(quotation)
	control(running.sandbox, "foreign-document", {"series": COMPANY.series, "client": "Altcineva SRL"})
	let_time_pass(connected, quotation)
	assert look(connected, quotation).needs_person
	return quotation


def test_an_unknown_outcome_is_looked_for_and_adopted(seller, quotation, running, connected):
	lose_the_answer(running.sandbox)
	open_form(seller, "Quotation", quotation)
	seller.get_by_role("button", name=GENERATE).click()
	dialog(seller).get_by_role("button", name="Issue proforma").click()
	headline(seller).get_by_text("Outcome unknown: SmartBill may have created it.").wait_for()
	assert seller.get_by_role("button", name=GENERATE).count() == 0

	let_time_pass(connected, quotation)
	free_gates(connected)
	headline(seller).get_by_role("button", name="Check now").click()
	headline(seller).filter(has_text=f"Proforma {COMPANY.series} 0").wait_for()
	assert proforma_of(connected, quotation).verdict == "adopted"


def test_a_sales_person_is_told_whom_to_ask(seller, unreadable):
	open_form(seller, "Quotation", unreadable)
	headline(seller).get_by_text("Ask a B2B Manager to decide.").wait_for()
	assert headline(seller).get_by_role("button", name="Decide").count() == 0


def test_a_manager_sees_the_evidence_and_adopts_the_document(manager, unreadable, connected):
	open_form(manager, "Quotation", unreadable)
	headline(manager).get_by_role("button", name="Decide").click()
	panel = dialog(manager)
	panel.get_by_text("exists, but its text cannot be read").wait_for()
	assert panel.locator(".sb-pdf iframe").count() == 1
	# exactly two ways out
	assert panel.locator(".sb-choice button").count() == 2

	adopt = panel.get_by_role("button", name="Take over this number")
	adopt.click()
	panel.get_by_text("Say in a few words how you know.").wait_for()
	panel.get_by_label("How do you know?").fill("Seen in SmartBill: same client and total")
	# the number that stands there is what should be looked at first
	assert panel.get_by_label("Number").input_value()
	free_gates(connected)
	adopt.click()
	headline(manager).filter(has_text="issued").wait_for()
	doc = proforma_of(connected, unreadable)
	assert (doc.status, doc.verdict) == ("Issued", "adopted by a person")


def test_a_manager_says_that_it_does_not_exist_and_it_can_be_issued_again(manager, somebody_elses, connected):
	open_form(manager, "Quotation", somebody_elses)
	headline(manager).get_by_role("button", name="Decide").click()
	panel = dialog(manager)
	panel.get_by_text("exists, with somebody else's text").wait_for()
	panel.get_by_label("How do you know?").fill("Not in SmartBill's list of proformas")
	panel.get_by_role("button", name="Allow a new attempt").click()
	manager.get_by_role("button", name=GENERATE).wait_for()
	assert proforma_of(connected, somebody_elses).status == "Rejected"


def test_a_refused_decision_stays_open_with_the_reason(manager, somebody_elses, connected):
	open_form(manager, "Quotation", somebody_elses)
	headline(manager).get_by_role("button", name="Decide").click()
	panel = dialog(manager)
	panel.get_by_label("How do you know?").fill("A number that is not there")
	panel.get_by_label("Number").fill("9999")
	free_gates(connected)
	panel.get_by_role("button", name="Take over this number").click()
	panel.locator(".sb-answer .sb-note").wait_for()
	assert proforma_of(connected, somebody_elses).status == "Unknown"


def test_the_proformas_own_form_tells_what_happened_and_decides_alike(manager, unreadable, connected):
	doc = proforma_of(connected, unreadable)
	open_form(manager, "SmartBill Proforma", doc.name)
	story = manager.locator(".sb-timeline")
	story.wait_for()
	told = story.inner_text()
	for part in ("Proforma claimed", "Sent to SmartBill", "Proforma unknown", "Looked at SmartBill"):
		assert part in told
	manager.get_by_label("How do you know?").fill("Seen in SmartBill")
	free_gates(connected)
	manager.get_by_role("button", name="Take over this number").click()
	headline(manager).filter(has_text="issued").wait_for()


def test_a_claim_in_the_air_refreshes_itself(seller, quotation, connected):
	doc = issue(quotation)
	status = {
		"status": "Sending",
		"claimed_at": connected.utils.now_datetime(),
		"sent_at": None,
		"number": None,
	}
	connected.db.set_value("SmartBill Proforma", doc.name, status, update_modified=False)
	connected.db.commit()
	open_form(seller, "Quotation", quotation)
	headline(seller).get_by_text("Being issued…").wait_for()
	back = {"status": "Issued", "number": doc.number}
	connected.db.set_value("SmartBill Proforma", doc.name, back, update_modified=False)
	connected.db.commit()
	headline(seller).filter(has_text=f"Proforma {COMPANY.series} {doc.number}").wait_for()
	toast(seller, "is issued").wait_for()
