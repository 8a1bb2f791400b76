"""What a person does with an issued proforma: cancel, restore, send, link, invoice."""

import re

from desk_helpers import (
	COMPANY,
	GENERATE,
	choose,
	control,
	dialog,
	free_gates,
	headline,
	issue,
	open_form,
	proforma_of,
	toast,
)


def test_what_is_not_possible_says_why(seller, quotation):
	issue(quotation)
	open_form(seller, "Quotation", quotation)
	headline(seller).first.wait_for()
	choose(seller, "Restore")
	toast(seller, "Only a cancelled proforma").wait_for()
	choose(seller, "Create invoice")
	toast(seller, "This needs the role B2B Manager.").wait_for()
	assert dialog(seller).count() == 0


def test_an_invoice_is_typed_not_clicked_away(manager, quotation, connected):
	issue(quotation)
	number = proforma_of(connected, quotation).number
	open_form(manager, "Quotation", quotation)
	headline(manager).first.wait_for()
	choose(manager, "Create invoice")
	dialog(manager).get_by_text("An invoice is a fiscal document.").wait_for()
	create = dialog(manager).get_by_role("button", name="Create invoice")
	assert create.is_disabled()
	typed = dialog(manager).locator("[data-fieldname=typed] input")
	typed.fill("0")
	assert create.is_disabled()
	typed.fill(number)
	assert create.is_enabled()


def test_the_dialogs_speak_to_their_routes(manager, quotation, connected):
	"""The routes themselves are other tests' matter: what is sent, and what becomes of the answer, is seen here."""
	issue(quotation)
	doc = proforma_of(connected, quotation)
	sent = []

	def refuse(route):
		if route.request.method == "GET":
			proposed = {"via": "erpnext", "to": "", "cc": "", "subject": doc.full_number, "message": "Hello"}
			route.fulfill(json={"data": proposed})
			return
		sent.append((route.request.url.rsplit("/", 1)[1], route.request.post_data_json))
		error = {"code": "changed", "message": "It changed in the meantime.", "problems": []}
		route.fulfill(status=409, json={"error": error})

	manager.route(re.compile(r"/proforma/(cancel|email|invoice)$"), refuse)
	open_form(manager, "Quotation", quotation)
	headline(manager).first.wait_for()

	choose(manager, "Cancel")
	dialog(manager).locator("[data-fieldname=reason] textarea").fill("Ordered twice")
	dialog(manager).get_by_role("button", name="Cancel proforma").click()
	# it stays open with the reason, so that nothing typed is lost
	dialog(manager).get_by_text("It changed in the meantime.").wait_for()
	manager.keyboard.press("Escape")
	dialog(manager).wait_for(state="detached")

	choose(manager, "Send by e-mail")
	dialog(manager).locator("[data-fieldname=to] input").fill("client@example.com")
	dialog(manager).get_by_role("button", name="Send", exact=True).click()
	dialog(manager).get_by_text("It changed in the meantime.").wait_for()
	manager.keyboard.press("Escape")
	dialog(manager).wait_for(state="detached")

	cancel, email = sent
	assert cancel == ("cancel", {"reason": "Ordered twice"})
	assert email[0] == "email"
	assert email[1]["to"] == "client@example.com"
	assert email[1]["via"] == "erpnext"
	assert doc.number in email[1]["subject"]


def test_a_proforma_is_cancelled_and_restored(seller, quotation, connected):
	issue(quotation)
	free_gates(connected)
	open_form(seller, "Quotation", quotation)
	headline(seller).first.wait_for()
	choose(seller, "Cancel")
	dialog(seller).locator("[data-fieldname=reason] textarea").fill("Ordered twice")
	dialog(seller).get_by_role("button", name="Cancel proforma").click()
	headline(seller).filter(has_text="cancelled in SmartBill").wait_for()
	assert proforma_of(connected, quotation).status == "Cancelled"
	# a new one may be issued now
	seller.get_by_role("button", name=GENERATE).wait_for()

	free_gates(connected)
	headline(seller).get_by_role("button", name="Restore").click()
	dialog(seller).locator("[data-fieldname=reason] textarea").fill("It was right after all")
	dialog(seller).get_by_role("button", name="Restore proforma").click()
	headline(seller).filter(has_text="unpaid").wait_for()
	assert proforma_of(connected, quotation).status == "Issued"


def test_a_proforma_is_sent_by_smartbill(seller, quotation, connected):
	issue(quotation)
	free_gates(connected)
	open_form(seller, "Quotation", quotation)
	headline(seller).first.wait_for()
	choose(seller, "Send by e-mail")
	dialog(seller).locator("[data-fieldname=via] select").select_option("smartbill")
	dialog(seller).locator("[data-fieldname=to] input").fill("client@example.com")
	dialog(seller).get_by_role("button", name="Send", exact=True).click()
	headline(seller).filter(has_text="sent by e-mail").wait_for()
	assert proforma_of(connected, quotation).emailed_at


def test_a_manager_links_what_was_issued_by_hand(manager, quotation, running, connected):
	order = {"series": COMPANY.series, "client": "Atelier Browser SRL"}
	made = control(running.sandbox, "foreign-document", order)
	open_form(manager, "Quotation", quotation)
	manager.get_by_role("button", name=GENERATE).wait_for()
	choose(manager, "Link…")
	dialog(manager).locator("[data-fieldname=series] input").fill(made["series"])
	dialog(manager).locator("[data-fieldname=number] input").fill(made["number"])
	dialog(manager).get_by_role("button", name="Link proforma").click()
	headline(manager).filter(has_text=f"{made['series']} {made['number']}").wait_for()
	assert proforma_of(connected, quotation).origin == "Linked by hand"


def test_a_manager_makes_the_invoice(manager, quotation, running, connected):
	series = next(
		one.name for one in running.sandbox.state.series if (one.cif, one.type) == (COMPANY.cif, "f")
	)
	connected.db.set_value("SmartBill Account", COMPANY.name, "invoice_series", series)
	connected.db.commit()
	issue(quotation)
	number = proforma_of(connected, quotation).number
	free_gates(connected)
	open_form(manager, "Quotation", quotation)
	headline(manager).first.wait_for()
	choose(manager, "Create invoice")
	dialog(manager).locator("[data-fieldname=typed] input").fill(number)
	dialog(manager).get_by_role("button", name="Create invoice").click()
	headline(manager).filter(has_text=f"invoiced {series}").wait_for()
	assert proforma_of(connected, quotation).status == "Invoiced"

	invoice = connected.get_last_doc("SmartBill Invoice", {"quotation": quotation})
	open_form(manager, "SmartBill Invoice", invoice.name)
	manager.locator(".sb-timeline", has_text="Invoice issued").wait_for()
	connected.db.set_value("SmartBill Account", COMPANY.name, "invoice_series", None)
	connected.db.commit()


def test_a_cancelled_quotation_tells_of_its_living_proforma(seller, quotation, connected):
	issue(quotation)
	doc = connected.get_doc("Quotation", quotation)
	doc.cancel()
	connected.db.commit()
	open_form(seller, "Quotation", quotation)
	headline(seller).filter(has_text="still stands in SmartBill").wait_for()
	assert headline(seller).get_by_role("button", name="Cancel it in SmartBill").count() == 1


def test_an_amended_quotation_tells_of_the_proforma_of_the_one_it_replaces(seller, quotation, connected):
	issue(quotation)
	doc = connected.get_doc("Quotation", quotation)
	doc.cancel()
	amended = connected.copy_doc(doc)
	amended.update({"amended_from": quotation, "docstatus": 0, "status": "Draft"})
	amended.insert()
	connected.db.commit()
	open_form(seller, "Quotation", amended.name)
	told = headline(seller).filter(has_text=f"of the replaced Quotation {quotation}")
	told.wait_for()
	free_gates(connected)
	told.get_by_role("button", name="Cancel it in SmartBill").click()
	dialog(seller).locator("[data-fieldname=reason] textarea").fill("Replaced by another offer")
	dialog(seller).get_by_role("button", name="Cancel proforma").click()
	told.wait_for(state="detached")
	assert proforma_of(connected, quotation).status == "Cancelled"


def test_what_one_quotation_says_is_not_said_on_the_next(seller, quotation, connected):
	issue(quotation)
	open_form(seller, "Quotation", quotation)
	headline(seller).first.wait_for()
	seller.evaluate("() => frappe.new_doc('Quotation')")
	seller.wait_for_function("() => cur_frm.doctype === 'Quotation' && cur_frm.is_new()")
	seller.locator(".sb-banner:visible").wait_for(state="detached")
	assert seller.locator(".inner-group-button:visible", has_text="SmartBill").count() == 0
