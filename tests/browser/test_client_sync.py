"""SmartBill's clients in a real browser: read now and followed, imported from a file whose columns are mended, and where
they are seen afterwards."""

import csv
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_helpers import COMPANY, MANAGER, PHONE, dialog, make_customer, open_form
from openpyxl import load_workbook

from embedded import paths
from erp_b2b_smartbill import features

expect = pytest.importorskip("playwright.sync_api").expect

RUN = "SmartBill Sync Run"
CLIENT = "SmartBill Client"
# somebody else's name for what SmartBill calls Denumire
ROWS = [
	["Beneficiar", "CIF", "Oras", "Telefon", "E-mail"],
	["Alfa Depozit SRL", "RO14399840", "Turda", "0722 100 001", "alfa@example.ro"],
	["Beta Comerț SRL", "", "Cluj-Napoca", "0722 100 002", "beta@example.ro; conta@example.ro"],
	["", "", "Dej", "0722 100 003", "fara@example.ro"],
	["Beta Comerț SRL", "", "Cluj-Napoca", "0722 100 002", "beta@example.ro"],
]


@pytest.fixture
def account(clean, connected, running) -> Iterator[str]:
	"""The first company's account, with a V3 token; SmartBill has the sandbox's 250 clients. Named before the pages: they
	are closed first."""
	doc = connected.get_doc("SmartBill Account", COMPANY.name)
	doc.v3_token = "demo-v3-token"
	doc.save()
	connected.db.set_single_value("B2B Settings", features.SYNC, 1)
	state = dict.fromkeys(("gate_v3_at", "v3_blocked_until", "last_synced_at", "last_sync_run"))
	connected.db.set_value("SmartBill Account", doc.name, state, update_modified=False)
	connected.db.commit()
	yield doc.name
	connected.db.rollback()
	connected.db.set_value("SmartBill Account", doc.name, state, update_modified=False)
	doc.reload()
	doc.v3_token = ""
	doc.save()
	connected.db.set_single_value("B2B Settings", features.SYNC, 0)
	connected.db.commit()


@pytest.fixture
def file(tmp_path) -> Path:
	text = io.StringIO()
	csv.writer(text, delimiter=";").writerows(ROWS)
	path = tmp_path / "clienti.csv"
	path.write_text(text.getvalue(), "utf-8")
	return path


def keep_screenshot(page, name: str) -> None:
	"""For the documentation, when it is asked for."""
	if os.environ.get("SCREENSHOTS"):
		# dialogs and bars move
		page.wait_for_timeout(700)
		page.screenshot(path=str(Path(paths.ROOT) / "docs" / "screenshots" / f"{name}.png"))


def section(page) -> Any:
	return page.locator('[data-fieldname="clients_html"]:visible')


def figure(where, name: str) -> Any:
	return where.locator(f'[data-figure="{name}"] dd')


def open_account(page, account: str) -> Any:
	open_form(page, "SmartBill Account", account)
	section(page).locator("[data-part=state] p").wait_for()
	section(page).scroll_into_view_if_needed()
	return section(page)


def last_run(connected) -> Any:
	connected.db.rollback()
	return connected.get_last_doc(RUN)


def test_a_sync_is_pressed_followed_and_found_again(account, manager, connected):
	make_customer("Atelier Demo Import SRL", tax_id="RO98765438")
	connected.db.commit()
	where = open_account(manager, account)
	expect(where).to_contain_text("The clients were never read.")
	where.get_by_role("button", name="Sync clients now").click()
	where.get_by_role("progressbar").wait_for()
	expect(where.get_by_text("All done")).to_be_visible(timeout=60_000)
	expect(figure(where, "seen")).to_have_text("250")
	expect(where).to_contain_text("Last read on")
	expect(figure(where, "clients")).to_have_text("250")
	keep_screenshot(manager, "clients")
	assert last_run(connected).trigger == "Person"

	where.get_by_role("link", name="Open the run").click()
	manager.wait_for_url("**/smartbill-sync-run/**")
	where.wait_for(state="hidden")
	form = manager.locator(".form-layout:visible")
	form.get_by_text("All done").wait_for()
	figure(form, "new_clients").get_by_role("link").click()
	manager.wait_for_url("**/smartbill-client/**")
	manager.locator(".list-row .indicator-pill", has_text="Not linked").first.wait_for()
	filters = manager.evaluate("() => cur_list.filter_area.get().map((one) => one.slice(1, 3))")
	assert filters.count(["first_seen_at", ">="]) == filters.count(["first_seen_at", "<="]) == 1
	assert manager.evaluate("() => cur_list.data.length") > 0


def test_without_a_token_it_says_so_and_offers_the_file(account, manager, connected):
	doc = connected.get_doc("SmartBill Account", account)
	doc.v3_token = ""
	doc.save()
	connected.db.commit()
	where = open_account(manager, account)
	expect(where.get_by_role("note")).to_contain_text("Without a V3 token")
	where.get_by_role("button", name="Sync clients now").click()
	expect(where.get_by_role("alert")).to_contain_text("has no V3 token")
	where.get_by_role("button", name="Import a file").click()
	expect(dialog(manager)).to_contain_text("Choose the file, or drop it here")


def test_off_is_said_and_nothing_is_asked(account, manager, connected):
	connected.db.set_single_value("B2B Settings", features.SYNC, 0)
	connected.db.commit()
	open_form(manager, "SmartBill Account", account)
	expect(section(manager)).to_contain_text("Reading SmartBill's clients is switched off in B2B Settings.")
	expect(section(manager).get_by_role("button")).to_have_count(0)


def choose_file(page, account: str, file: Path) -> Any:
	open_account(page, account).get_by_role("button", name="Import a file").click()
	box = dialog(page)
	box.locator("input[type=file]").set_input_files(str(file))
	return box


def test_a_file_is_imported_with_its_column_mended_and_its_rejected_rows_come_back(
	account, manager, file, connected, tmp_path
):
	make_customer("Alfa Depozit SRL", tax_id="RO14399840")
	connected.db.commit()
	box = choose_file(manager, account, file)
	first = box.get_by_label("What column Beneficiar holds")
	expect(first).to_have_value("")
	expect(box.get_by_label("What column CIF holds")).to_have_value("vat_code")
	expect(box.get_by_role("alert")).to_contain_text("Choose the column that holds the client's name.")
	button = box.get_by_role("button", name=re.compile("^Import"))
	expect(button).to_be_disabled()

	first.select_option("name")
	expect(figure(box, "new")).to_have_text("2")
	expect(figure(box, "matched")).to_have_text("1")
	expect(figure(box, "rejected")).to_have_text("2")
	expect(box).to_contain_text("Row 4: The client has no name.")
	expect(box.get_by_role("alert")).to_have_count(0)
	# a field that is chosen for another column leaves the first
	box.get_by_label("What column Oras holds").select_option("county")
	box.get_by_label("What column Telefon holds").select_option("county")
	expect(box.get_by_label("What column Oras holds")).to_have_value("")
	box.get_by_label("What column Telefon holds").select_option("phone")
	box.get_by_label("What column Oras holds").select_option("city")
	expect(button).to_be_enabled()
	expect(button).to_have_text("Import 4 rows")
	keep_screenshot(manager, "clients-import")
	button.click()

	manager.wait_for_url(re.compile("smartbill-sync-run/SBS-"))
	form = manager.locator(".form-layout:visible")
	form.get_by_text("Done, not all was taken over").wait_for(timeout=60_000)
	expect(figure(form, "new_clients")).to_have_text("2")
	expect(figure(form, "rejected")).to_have_text("2")
	expect(form.get_by_role("region", name="What went wrong")).to_contain_text("The client has no name.")
	keep_screenshot(manager, "clients-run")
	with manager.expect_download() as downloading:
		form.get_by_role("link", name="Download the rejected rows").click()
	target = tmp_path / "rejected.xlsx"
	downloading.value.save_as(target)
	given = [list(row) for row in load_workbook(target).active.iter_rows(values_only=True)]
	assert given[0] == [*ROWS[0], "Reason"]
	assert [row[-1] for row in given[1:]] == [
		"The client has no name.",
		"Another row of the file is the same client.",
	]

	# the client, and the Customer that it is
	client = connected.get_doc(CLIENT, {"client_name": "Alfa Depozit SRL"})
	open_form(manager, CLIENT, client.name)
	state = manager.locator(".sb-client-state:visible")
	expect(state).to_contain_text("Linked with Alfa Depozit SRL since")
	expect(state).to_contain_text("because the fiscal code is the same")
	other = connected.get_doc(CLIENT, {"client_name": "Beta Comerț SRL"})
	open_form(manager, CLIENT, other.name)
	expect(manager.locator(".sb-client-state:visible")).to_contain_text("Not linked")


def test_what_cannot_be_read_is_said_in_the_dialog_and_another_file_may_be_chosen(
	account, manager, tmp_path, file
):
	picture = tmp_path / "clienti.xlsx"
	picture.write_bytes(b"\x89PNG\r\n\x1a\n")
	box = choose_file(manager, account, picture)
	expect(box.get_by_role("alert")).to_contain_text("This is an image.")
	box.locator("input[type=file]").set_input_files(str(file))
	box.get_by_label("What column Beneficiar holds").wait_for()
	expect(box.get_by_role("button", name="Choose another file")).to_be_visible()


def test_a_file_that_was_only_looked_at_is_not_kept(account, manager, file, connected):
	box = choose_file(manager, account, file)
	box.get_by_label("What column Beneficiar holds").wait_for()
	connected.db.rollback()
	assert connected.db.exists("File", {"file_name": ["like", "clienti%"], "owner": MANAGER})
	with manager.expect_response(lambda answer: answer.request.method == "DELETE") as answer:
		box.locator(".btn-modal-close").click()
	assert answer.value.ok
	connected.db.rollback()
	assert not connected.db.exists("File", {"file_name": ["like", "clienti%"], "owner": MANAGER})


def test_a_file_that_is_too_large_for_the_site_goes_in_by_the_server(account, manager, file):
	open_account(manager, account)
	manager.evaluate("() => { frappe.boot.max_file_size = 100; }")
	section(manager).get_by_role("button", name="Import a file").click()
	dialog(manager).locator("input[type=file]").set_input_files(str(file))
	expect(dialog(manager).get_by_role("alert")).to_contain_text("smartbill-import clienti.csv")


def test_a_run_is_stopped_from_its_form(account, manager, connected):
	from erp_b2b_smartbill.smartbill.clients import sync_runs

	run = sync_runs.create(account, "API", sync_runs.PERSON)
	connected.db.set_value(
		RUN, run.name, {"message": "SmartBill wants no more questions for a while.", "seen": 1200}
	)
	connected.db.commit()
	open_form(manager, RUN, run.name)
	form = manager.locator(".form-layout:visible")
	form.get_by_text("Waits for its turn").wait_for()
	form.get_by_role("button", name="Stop", exact=True).click()
	form.get_by_text("It was stopped before the end.").wait_for()
	assert last_run(connected).open_key is None


def test_the_customer_says_whether_it_is_in_step_with_smartbill(account, manager, seller, connected):
	from erp_b2b_smartbill.smartbill.clients import importing, job

	name, _address = make_customer("Alfa Depozit SRL", tax_id="RO14399840")
	content = (
		"Denumire;CIF;Adresa;Localitate;Judet\nAlfa Depozit SRL;RO14399840;Str. Exemplu 7;Cluj-Napoca;Cluj\n"
	)

	def imported(content: str) -> None:
		doc = connected.get_doc(
			{"doctype": "File", "file_name": "a.csv", "is_private": 1, "content": content.encode()}
		).insert()
		connected.db.commit()
		job.work(importing.start(account, doc.name).name)
		connected.db.commit()

	imported(content)
	open_form(manager, "Customer", name)
	line = manager.locator(".b2b-smartbill:visible")
	expect(line).to_contain_text("SmartBill: in step since")
	line.get_by_role("link", name="Open the client").click()
	manager.wait_for_url("**/smartbill-client/**")

	imported(content.replace("Str. Exemplu 7", "Bd. Nou 100"))
	open_form(manager, "Customer", name)
	expect(line).to_contain_text("one disagreement waits for a decision")
	manager.get_by_role("link", name="Decide").click()
	manager.wait_for_url("**/customer-sync-conflict/**")
	# who may not decide sees that there is something
	open_form(seller, "Customer", name)


@pytest.mark.parametrize("theme", ("dark", "phone"))
def test_it_is_seen_in_the_dark_and_on_a_telephone(theme, account, open_page, file):
	page = open_page(MANAGER, viewport=PHONE) if theme == "phone" else open_page(MANAGER, color_scheme="dark")
	where = open_account(page, account)
	if theme == "dark":
		page.evaluate("() => document.documentElement.setAttribute('data-theme', 'dark')")
	where.get_by_role("button", name="Sync clients now").click()
	expect(where.get_by_text("All done")).to_be_visible(timeout=60_000)
	where.get_by_role("button", name="Import a file").click()
	box = dialog(page)
	box.locator("input[type=file]").set_input_files(str(file))
	box.get_by_label("What column Beneficiar holds").select_option("name")
	figure(box, "new").wait_for()
	if theme == "phone":
		keep_screenshot(page, "clients-phone")
	width = page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
	assert width[0] <= width[1]
	box.get_by_role("button", name=re.compile("^Import")).click()
	page.wait_for_url(re.compile("smartbill-sync-run/SBS-"))
	page.locator(".form-layout:visible").get_by_text("Done, not all was taken over").wait_for(timeout=60_000)
