"""Conflicts with SmartBill in a real browser: one of each kind is settled, equal ones together, on a telephone too."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from conflict_helpers import (
	CONFLICT,
	KINDS,
	change,
	client,
	client_id,
	linked_pairs,
	one_of_each_kind,
	sync,
	synced_site,
)
from desk_helpers import (
	MANAGER,
	PHONE,
	choose_in_dialog,
	dialog,
	headline,
	make_customer,
	open_form,
	shot,
	toast,
)

expect = pytest.importorskip("playwright.sync_api").expect

LIST = "/desk/customer-sync-conflict/view/list"


@pytest.fixture
def site(connected, running) -> Iterator[Any]:
	with synced_site(connected, running.sandbox):
		yield connected


def sides(page: Any) -> Any:
	return page.locator(".sb-conflict:visible")


def open_conflict(page: Any, name: str) -> Any:
	open_form(page, CONFLICT, name)
	sides(page).wait_for()
	return sides(page)


def press(page: Any, name: str) -> None:
	"""A button of the form, wherever there is room for it."""
	page.locator(".page-head:visible").get_by_role("button", name=name, exact=True).click()


def confirm(page: Any, name: str = "Yes") -> None:
	dialog(page).get_by_role("button", name=name, exact=True).click()


def at(page: Any, kind: str, number: int | None = None, total: int | None = None) -> None:
	"""The conflict of this kind has opened."""
	expect(sides(page).locator(".sb-conflict-kind")).to_have_text(kind)
	if number:
		expect(page.locator(".sb-conflict-counter:visible")).to_contain_text(f"{number} of {total}")


def how(site: Any, name: str) -> tuple[str, str]:
	site.db.rollback()
	return site.db.get_value(CONFLICT, name, ["status", "resolution"])


def client_of(site: Any, number: int) -> Any:
	site.db.rollback()
	return site.get_doc("SmartBill Client", {"external_id": client_id(number)})


def choose(page: Any, label: str, side: str) -> None:
	sides(page).get_by_label(f"{label}: {side}", exact=True).check()


def test_one_conflict_of_each_kind_is_settled_and_the_next_opens_by_itself(site, running, manager):
	by_kind = one_of_each_kind(site, running.sandbox)
	page = manager
	open_conflict(page, by_kind["Address"])
	at(page, "Address", 1, 12)
	expect(sides(page)).to_contain_text("Bd. Muncii 12, Turda, Cluj")
	choose(page, "Address", "SmartBill")
	press(page, "Apply")
	assert how_soon(site, by_kind["Address"]) == ("Resolved", "Took SmartBill")

	at(page, "Address at ANAF", 1, 11)
	expect(sides(page).get_by_label("Address: ANAF")).to_be_checked()
	press(page, "Apply")

	at(page, "CUI changed", 1, 10)
	expect(headline(page)).to_contain_text("The fiscal code is another one now.")
	press(page, "New Customer")
	confirm(page)

	at(page, "Duplicate CUI in ERPNext", 1, 9)
	expect(headline(page)).to_contain_text("2 Customers have the fiscal code")
	sides(page).get_by_label("Metal Dej SRL", exact=True).check()
	shot(page, "conflict-merge")
	press(page, "Propose merge")

	at(page, "Duplicate CUI in SmartBill", 1, 8)
	expect(sides(page)).to_contain_text("In SmartBill, linked already")
	press(page, "Leave unlinked")
	confirm(page)

	at(page, "E-mail", 1, 7)
	expect(sides(page).get_by_label("E-mail: SmartBill")).to_be_checked()
	press(page, "Apply")

	at(page, "Inactive at ANAF", 1, 6)
	press(page, "Disable")
	confirm(page)

	at(page, "Missing in SmartBill", 1, 5)
	expect(sides(page)).to_contain_text("deleted in SmartBill")
	press(page, "Keep ERPNext")

	at(page, "Name", 1, 4)
	expect(sides(page).get_by_label("Name: ERPNext")).to_be_checked()
	sides(page).locator(".sb-conflict-note").fill("Așa scrie pe contract.")
	press(page, "Apply")

	at(page, "Possible match", 1, 3)
	expect(headline(page)).to_contain_text("Hidro Zalău SRL could be the Customer Hidro Zalău SRL")
	expect(headline(page)).to_contain_text("The same name")
	shot(page, "conflict-match")
	press(page, "Link")

	at(page, "VAT status", 1, 2)
	press(page, "Ignore until it changes")

	at(page, "VAT status at ANAF", 1, 1)
	press(page, "Apply")
	toast(page, "No conflict is left.").wait_for()
	page.wait_for_url("**/customer-sync-conflict?status=Open")

	site.db.rollback()
	rows = site.get_all(
		CONFLICT, {"name": ["in", list(by_kind.values())]}, ["kind", "resolution", "resolved_by"]
	)
	assert {row.kind: row.resolution for row in rows} == {
		"Address": "Took SmartBill",
		"Address at ANAF": "Took ANAF",
		"CUI changed": "Customer made",
		"Duplicate CUI in ERPNext": "Merge proposed",
		"Duplicate CUI in SmartBill": "Left unlinked",
		"E-mail": "Took SmartBill",
		"Inactive at ANAF": "Customer disabled",
		"Missing in SmartBill": "Kept ERPNext",
		"Name": "Kept ERPNext",
		"Possible match": "Linked",
		"VAT status": "Ignored",
		"VAT status at ANAF": "Took ANAF",
	}
	assert {row.resolved_by for row in rows} == {MANAGER}
	assert site.db.get_value(CONFLICT, by_kind["Name"], "note") == "Așa scrie pe contract."
	assert site.db.exists("ToDo", {"allocated_to": MANAGER, "status": "Open", "reference_type": "Customer"})


def how_soon(site: Any, name: str) -> tuple[str, str]:
	"""As `how`, once it is settled."""
	for _time in range(50):
		if how(site, name)[0] != "Open":
			break
		time.sleep(0.1)
	return how(site, name)


def test_some_of_both_sides_is_taken_line_by_line(site, running, manager):
	customers = linked_pairs(site, running.sandbox, {1: "Instal Carpați SRL"})
	change(
		running.sandbox,
		client(1, "Instal Nou SRL", email="nou@example.ro", address="Bd. Nou 1", phone="0722123456"),
	)
	sync(site)
	name = site.db.get_value(CONFLICT, {"kind": "Name", "status": "Open"})
	open_conflict(manager, name)
	expect(sides(manager).locator(".sb-conflict-open")).to_have_count(3)
	folded = sides(manager).locator(".sb-conflict-folded")
	expect(folded.get_by_text("0722123456")).to_be_hidden()
	folded.locator("summary").click()
	expect(folded.get_by_text("0722123456")).to_be_visible()
	choose(manager, "Name", "SmartBill")
	choose(manager, "Address", "ERPNext")
	shot(manager, "conflict")
	press(manager, "Apply")
	toast(manager, "Took some of both").wait_for()
	toast(manager, "No conflict is left.").wait_for()
	site.db.rollback()
	assert site.db.get_value("Customer", customers[1], "customer_name") == "Instal Nou SRL"
	# settled, it tells how
	open_conflict(manager, name)
	expect(headline(manager)).to_contain_text("Took some of both: Mihai Manager")
	expect(manager.locator(".page-head:visible").get_by_role("button", name="Apply")).to_have_count(0)


def test_another_customer_is_chosen_and_its_link_is_moved_only_when_told_twice(site, running, manager):
	customers = linked_pairs(site, running.sandbox, {1: "Instal Carpați SRL", 2: "Ferodom SRL"})
	change(running.sandbox, client(1, "Ferodom SRL", email="birou1@example.ro"))
	sync(site)
	name = site.db.get_value(CONFLICT, {"kind": "Name", "status": "Open"})
	open_conflict(manager, name)
	press(manager, "Link to another")
	choose_in_dialog(manager, "customer", "Ferodom", "Ferodom SRL")
	confirm(manager, "Link")
	expect(dialog(manager)).to_contain_text("is linked with the SmartBill client Ferodom SRL already.")
	assert client_of(site, 2).customer == customers[2]
	confirm(manager)
	toast(manager, "Linked").wait_for()
	assert (client_of(site, 1).customer, client_of(site, 2).customer) == (customers[2], None)


def test_the_slower_of_two_people_reads_who_was_faster(site, running, manager):
	from erp_b2b_smartbill.smartbill.clients import settle

	linked_pairs(site, running.sandbox, {1: "Instal Carpați SRL"})
	change(running.sandbox, client(1, "Instal Nou SRL", email="birou1@example.ro"))
	sync(site)
	name = site.db.get_value(CONFLICT, {"kind": "Name", "status": "Open"})
	open_conflict(manager, name)
	settle.settle(name, settle.Decision("ignore"))
	site.db.commit()
	press(manager, "Apply")
	expect(dialog(manager)).to_contain_text("Administrator settled this before: Ignored.")
	expect(headline(manager)).to_contain_text("Ignored: Administrator")


def test_skipping_goes_round(site, running, manager):
	linked_pairs(site, running.sandbox, {1: "Instal Carpați SRL", 2: "Ferodom SRL"})
	change(running.sandbox, client(1, "Unu SRL"), client(2, "Doi SRL"))
	sync(site)
	first, second = site.get_all(CONFLICT, {"status": "Open"}, pluck="name", order_by="kind, opened_at, name")
	open_conflict(manager, first)
	for name, number in ((first, 1), (second, 2), (first, 1)):
		manager.wait_for_url(f"**/{name}")
		expect(manager.locator(".sb-conflict-counter:visible")).to_contain_text(f"{number} of 2")
		manager.locator(".sb-conflict-counter:visible").get_by_role("button", name="Skip").click()


def test_nothing_that_smartbill_says_becomes_markup(site, running, manager):
	attack = '<img src=x onerror="window.hacked=1">'
	customer, _address = make_customer("Firma SRL", tax_id="")
	site.db.set_value(
		"Customer", customer, {"customer_name": attack, "b2b_name_key": "img src x onerror window hacked 1"}
	)
	site.db.commit()
	change(running.sandbox, client(1, attack, city=attack, address=attack))
	sync(site)
	names = site.get_all(CONFLICT, {"status": "Open"}, pluck="name")
	assert len(names) == 1
	open_conflict(manager, names[0])
	expect(sides(manager)).to_contain_text("onerror")
	expect(sides(manager).locator("img")).to_have_count(0)
	press(manager, "New Customer")
	expect(dialog(manager)).to_contain_text("onerror")
	manager.goto(LIST)
	manager.locator(".list-row:visible").first.wait_for()
	assert manager.evaluate("window.hacked") is None


# the list


def open_list(page: Any, query: str = "") -> None:
	page.goto(LIST + query)
	page.locator(".sb-chip").first.wait_for()
	page.locator(".list-row:visible, .no-result:visible").first.wait_for()


def chip(page: Any, kind: str) -> Any:
	return page.locator(".sb-chip", has_text=kind)


def act_on_checked(page: Any, action: str) -> None:
	page.get_by_role("button", name="Actions").click()
	page.locator(".dropdown-menu.show a", has_text=action).click()


def test_the_list_shows_what_is_open_by_kind_in_the_order_of_the_form(site, running, manager):
	by_kind = one_of_each_kind(site, running.sandbox)
	site.db.set_value(CONFLICT, by_kind["Name"], {"status": "Ignored", "resolution": "Ignored"})
	site.db.commit()
	open_list(manager)
	expect(chip(manager, "All")).to_contain_text("11")
	expect(chip(manager, "E-mail")).to_contain_text("1")
	rows = manager.locator(".list-row-checkbox[data-name]")
	expect(rows).to_have_count(11)
	shown = [rows.nth(number).get_attribute("data-name") for number in range(11)]
	assert shown == [by_kind[kind] for kind in KINDS if kind != "Name"]
	shot(manager, "conflict-list")
	chip(manager, "E-mail").click()
	expect(rows).to_have_count(1)
	expect(chip(manager, "E-mail")).to_have_attribute("aria-pressed", "true")


def test_equal_ones_are_settled_together_each_with_its_result(site, running, manager):
	names = {number: f"Firma {number} SRL" for number in range(1, 5)}
	customers = linked_pairs(site, running.sandbox, names)
	change(
		running.sandbox,
		*(client(number, f"Compania {number} SRL", email=f"birou{number}@example.ro") for number in names),
	)
	sync(site)
	site.db.set_value("Customer", customers[2], "customer_type", "Nonsense")
	site.db.commit()
	open_list(manager)
	manager.locator(".list-check-all:visible").check()
	act_on_checked(manager, "Take SmartBill")
	expect(dialog(manager)).to_contain_text("Compania 3 SRL")
	confirm(manager)
	expect(dialog(manager)).to_contain_text("Settled: 3. Not done: 1.")
	expect(dialog(manager).locator("li", has_text="Compania 1 SRL")).to_contain_text("Took SmartBill")
	shot(manager, "conflict-bulk")
	confirm(manager, "Close")
	expect(chip(manager, "All")).to_contain_text("1")
	site.db.rollback()
	assert site.db.get_value("Customer", customers[3], "customer_name") == "Compania 3 SRL"


def test_different_kinds_are_not_settled_together(site, running, manager):
	linked_pairs(site, running.sandbox, {1: "Instal Carpați SRL"})
	change(running.sandbox, client(1, "Altfel SRL", isVatPayer=True))
	sync(site)
	open_list(manager)
	manager.locator(".list-check-all:visible").check()
	act_on_checked(manager, "Ignore until it changes")
	toast(manager, "Only conflicts of one kind are settled together").wait_for()


# a telephone, a dark room


def test_a_conflict_is_settled_on_a_telephone(site, running, open_page):
	by_kind = one_of_each_kind(site, running.sandbox)
	page = open_page(MANAGER, viewport=PHONE, is_mobile=True, has_touch=True)
	for kind in ("Duplicate CUI in ERPNext", "Name"):
		open_conflict(page, by_kind[kind])
		at(page, kind)
		assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
		shot(page, f"conflict-phone-{kind.split()[0].lower()}", 1100)
	choose(page, "Name", "SmartBill")
	press(page, "Apply")
	at(page, "Possible match")
	assert how(site, by_kind["Name"]) == ("Resolved", "Took SmartBill")


def test_it_is_read_in_the_dark(site, running, manager):
	by_kind = one_of_each_kind(site, running.sandbox)
	site.db.set_value("User", MANAGER, "desk_theme", "Dark")
	site.db.commit()
	try:
		for kind in ("Address", "Duplicate CUI in ERPNext"):
			open_conflict(manager, by_kind[kind])
			assert manager.evaluate("document.documentElement.dataset.theme") == "dark"
			shot(manager, f"conflict-dark-{kind.split()[0].lower()}")
	finally:
		site.db.set_value("User", MANAGER, "desk_theme", "Light")
		site.db.commit()
