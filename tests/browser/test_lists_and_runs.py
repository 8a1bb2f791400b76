"""The list of Quotations with its SmartBill column, and issuing the proformas of many at once."""

import re
from typing import Any

from desk_helpers import COMPANY, dialog, free_gates, issue, make_quotation, open_form, proforma_of, toast

RUN = "SBR-2026-99999"


def run_answer(quotations: list[str], done: int) -> dict[str, Any]:
	"""A run that has come so far; the second Quotation could not be issued."""
	rows = [
		{"quotation": name, "status": "Waiting", "number": "", "message": "", "proforma": ""}
		for name in quotations
	]
	for index, row in enumerate(rows[:done]):
		failed = index == 1
		row["status"] = "Not issued" if failed else "Issued"
		row["message"] = "The Quotation is lost." if failed else ""
		row["number"] = "" if failed else f"{index + 228:04}"
	over = done == len(rows)
	failed = sum(row["status"] == "Not issued" for row in rows)
	return {
		"name": RUN,
		"status": ("Completed With Errors" if failed else "Completed") if over else "Running",
		"total": len(rows),
		"done": done,
		"issued": done - failed,
		"failed": failed,
		"message": "",
		"rows": rows,
	}


def open_list(page) -> None:
	page.goto("/desk/quotation/view/list")
	page.locator(".list-row .list-row-checkbox").first.wait_for()


def select(page, names: list[str]) -> None:
	for name in names:
		page.locator(f'.list-row-checkbox[data-name="{name}"]').check()


def begin_run(page) -> None:
	page.get_by_role("button", name="Actions").click()
	page.locator(".dropdown-menu.show a", has_text="Issue SmartBill Proformas").click()
	dialog(page).get_by_role("button", name="Issue proformas").click()


def test_the_list_shows_how_far_each_offer_is_and_filters_by_it(seller, clean, connected):
	plain, issued, waiting = (make_quotation() for _ in range(3))
	for name in (issued, waiting):
		free_gates(connected)
		issue(name)
	doc = proforma_of(connected, waiting)
	unknown = {"status": "Unknown", "needs_person": 1}
	connected.db.set_value("SmartBill Proforma", doc.name, unknown, update_modified=False)
	connected.db.set_value("Quotation", waiting, "smartbill_status", "Unknown", update_modified=False)
	connected.db.commit()
	open_list(seller)

	def cell(name: str) -> Any:
		return seller.locator(".list-row", has=seller.locator(f'[data-name="{name}"]')).locator(
			".list-row-col.smartbill_status"
		)

	seller.locator(".list-row", has_text="Needs a decision").wait_for()
	number = proforma_of(connected, issued).number
	assert cell(issued).inner_text().strip() == f"Issued {number}"
	assert cell(plain).inner_text().strip() == "–"
	# ERPNext's own status is still there
	assert seller.locator(".list-row", has_text="Open").count() >= 3

	cell(issued).locator(".filterable").click()
	seller.wait_for_function("() => cur_list.filter_area.get().some((f) => f[1] === 'smartbill_status')")
	seller.locator(f'.list-row-checkbox[data-name="{plain}"]').wait_for(state="detached")


def test_a_run_is_followed_left_and_found_again(seller, clean, connected):
	names = [make_quotation() for _ in range(5)]
	looks = []

	def answer(route):
		looks.append(route.request.method)
		run = run_answer(names, min(len(looks), 3) if len(looks) < 6 else 5)
		route.fulfill(status=202 if route.request.method == "POST" else 200, json={"data": run})

	seller.route("**/api/v1/smartbill/runs**", answer)
	seller.route("**/api/v1/smartbill/runs/*", answer)
	open_list(seller)
	select(seller, names)
	begin_run(seller)
	bar = dialog(seller).get_by_role("progressbar")
	bar.wait_for()
	dialog(seller).get_by_text("of 5 done").wait_for()
	dialog(seller).get_by_role("button", name="Leave it running").click()
	toast(seller, "The run goes on.").wait_for()
	dialog(seller).wait_for(state="detached")

	run = connected.get_doc(
		{"doctype": "SmartBill Issue Run", "name": RUN, "requested_by": "vanzari@demo.local"}
	)
	run.flags.written_by_run = True
	run.insert(ignore_permissions=True)
	connected.db.commit()
	seller.locator(".menu-btn-group:visible button").first.click()
	seller.locator(".dropdown-menu.show a", has_text="Last SmartBill run").click()
	dialog(seller).get_by_text("Done, not all were issued").wait_for()
	assert bar.get_attribute("aria-valuenow") == "100"
	# what failed can be seen alone
	dialog(seller).get_by_role("button", name="To look after 1").click()
	assert dialog(seller).locator(".sb-run-rows tbody tr").count() == 1
	dialog(seller).get_by_text("The Quotation is lost.").wait_for()


def test_the_runs_own_form_shows_the_same_and_stops_it(seller, clean, connected):
	run = connected.get_doc(
		{"doctype": "SmartBill Issue Run", "status": "Running", "requested_by": "vanzari@demo.local"}
	)
	run.flags.written_by_run = True
	run.insert(ignore_permissions=True)
	connected.db.commit()
	stopped = []

	def answer(route):
		if route.request.url.endswith("/stop"):
			stopped.append(True)
		answer = {**run_answer(["SAL-QTN-A", "SAL-QTN-B"], 1), "stop_requested": bool(stopped)}
		route.fulfill(json={"data": answer})

	seller.route(re.compile(r"/api/v1/smartbill/runs/"), answer)
	open_form(seller, "SmartBill Issue Run", run.name)
	seller.get_by_text("1 of 2 done").wait_for()
	seller.get_by_role("button", name="Stop", exact=True).click()
	seller.get_by_role("button", name="Stopping…").wait_for()
	assert stopped == [True]


def test_the_list_shows_what_is_paid(seller, quotation, connected):
	issue(quotation)
	connected.db.set_value("Quotation", quotation, "smartbill_payment_status", "Paid", update_modified=False)
	connected.db.commit()
	open_list(seller)
	paid = seller.locator(".list-row .smartbill_status", has_text="Paid 0")
	paid.wait_for()
	paid.locator(".filterable").click()
	seller.wait_for_function(
		"() => cur_list.filter_area.get().some((f) => f[1] === 'smartbill_payment_status')"
	)


def test_five_proformas_are_issued_in_one_run(seller, clean, running, connected):
	names = [make_quotation() for _ in range(5)]
	open_list(seller)
	select(seller, names)
	begin_run(seller)
	dialog(seller).get_by_text("All done").wait_for(timeout=120_000)
	documents = running.sandbox.state.documents.values()
	for name in names:
		assert sum(name in str(document.request.get("mentions")) for document in documents) == 1
	dialog(seller).get_by_role("button", name="Close").first.click()
	seller.locator(".list-row", has_text="Issued").nth(4).wait_for()
	assert COMPANY.series in proforma_of(connected, names[0]).full_number
