"""The reconciliation report as a B2B Manager sees it: counts on top, a colour for each state, links to both sides."""

from collections.abc import Iterator
from typing import Any

import pytest
from desk_helpers import COMPANY, make_customer

expect = pytest.importorskip("playwright.sync_api").expect

REPORT = "/desk/query-report/SmartBill%20Reconciliation"


@pytest.fixture
def sides(connected, clean) -> Iterator[dict[str, str]]:
	"""One company of each state; their names."""
	from erp_b2b_smartbill import features
	from erp_b2b_smartbill.smartbill.clients import chunk
	from erp_b2b_smartbill.smartbill.clients.chunk import Policy
	from erp_b2b_smartbill.smartbill.clients.record import from_row

	switch = connected.db.get_single_value("B2B Settings", features.SYNC)
	connected.db.set_single_value("B2B Settings", features.SYNC, 1)
	account = connected.get_all("SmartBill Account", {"company": COMPANY.name}, pluck="name")[0]
	made = {
		"equal": make_customer("Reconciliere Unu SRL", tax_id="12345674")[0],
		"different": make_customer("Reconciliere Doi SRL", tax_id="1090")[0],
		"alone": make_customer("Reconciliere Trei SRL", tax_id="")[0],
	}
	rows = [
		{"name": "Reconciliere Unu SRL", "vat_code": "12345674"},
		{"name": "Reconciliere Altfel SRL", "vat_code": "RO1090", "vat_payer": "Da"},
		{"name": "Reconciliere Patru SRL", "city": "Turda"},
	]
	chunk.apply(account, Policy("Propose", False, None), "File", "", [from_row(row) for row in rows])
	connected.db.commit()
	yield made
	connected.db.rollback()
	connected.db.set_single_value("B2B Settings", features.SYNC, switch)
	for doctype in ("Customer Sync Conflict", "SmartBill Client", "Customer External Link"):
		connected.db.delete(doctype)
	connected.db.commit()


def open_report(page: Any, **filters: str) -> None:
	query = "&".join(f"{name}={value}" for name, value in filters.items())
	page.goto(f"{REPORT}?{query}")
	page.locator(".dt-row .dt-cell__content").first.wait_for()


def shown(page: Any) -> list[str]:
	return page.locator(".dt-scrollable .dt-row").all_inner_texts()


def test_a_manager_sees_both_sides_and_follows_the_links(manager, sides):
	open_report(manager, search="Reconciliere")
	summary = manager.locator(".report-summary")
	summary.wait_for()
	for label in ("In ERPNext only", "In SmartBill only", "Linked and different", "Linked and equal"):
		assert label in summary.inner_text()
	rows = shown(manager)
	assert len(rows) == 4
	different = next(row for row in rows if "Linked and different" in row)
	assert "Reconciliere Doi SRL" in different and "Reconciliere Altfel SRL" in different
	assert "Name, VAT status" in different
	assert manager.locator(".dt-scrollable .indicator-pill.red").inner_text() == "Linked and different"
	link = manager.locator('.dt-scrollable a[href*="customer-sync-conflict"]').first
	link.click()
	manager.wait_for_url("**/customer-sync-conflict/*")


def test_the_state_is_a_filter(manager, sides):
	open_report(manager, search="Reconciliere", state="In SmartBill only")
	[row] = shown(manager)
	assert "Reconciliere Patru SRL" in row


def test_what_a_client_calls_itself_is_text_in_report_list_and_dialog(manager, sides, connected):
	from erp_b2b_smartbill.smartbill.clients import chunk
	from erp_b2b_smartbill.smartbill.clients.chunk import Policy
	from erp_b2b_smartbill.smartbill.clients.record import from_row

	attack = '<img src=x onerror="window.hacked=1">'
	account = connected.get_all("SmartBill Account", {"company": COMPANY.name}, pluck="name")[0]
	record = from_row({"name": f"Reconciliere Cinci {attack}", "city": attack})
	chunk.apply(account, Policy("Propose", False, None), "File", "", [record])
	connected.db.commit()
	manager.goto("/desk/smartbill-client/view/list")
	expect(
		manager.locator(".list-row-container").filter(has_text="Reconciliere Cinci ‹img").first
	).to_be_visible()
	# as it was stored once, and as whoever writes into the database may store it
	name = connected.get_all("SmartBill Client", {"client_name": ["like", "%Cinci%"]}, pluck="name")[0]
	connected.db.set_value(
		"SmartBill Client", name, {"client_name": f"Reconciliere Cinci {attack}", "city": attack}
	)
	connected.db.commit()
	open_report(manager, search="Reconciliere")
	assert any(attack in row for row in shown(manager))
	manager.goto(f"/desk/smartbill-client/{name}")
	manager.get_by_role("button", name="Link with a Customer").click()
	expect(manager.locator(".modal.show .modal-title")).to_contain_text(attack)
	assert manager.evaluate("window.hacked") is None
