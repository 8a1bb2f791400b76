"""The Business Events as a manager reads them: in the report, and in the timeline of the document."""

from collections.abc import Iterator

import pytest
from desk_helpers import make_customer

ATTACK = '<img src=x onerror="window.hacked=1">'
REPORT = "/desk/query-report/Business%20Events"


@pytest.fixture
def told(connected, clean) -> Iterator[str]:
	"""A customer with an event; its name."""
	from erp_b2b_smartbill import audit

	name, _address = make_customer("Jurnal Unu SRL", tax_id="")
	doc = connected.get_doc("Customer", name)
	audit.record(
		audit.CUSTOMER_TIER_CHANGED,
		doc,
		{"b2b_tier": "Silver"},
		{"b2b_tier": f"Gold{ATTACK}"},
		reason=f"Volum <i>mare</i>{ATTACK}, spune ana@example.ro",
	)
	connected.db.commit()
	yield name
	connected.db.rollback()
	connected.db.delete(audit.EVENT, {"reference_name": name})
	connected.db.commit()


def test_the_report_finds_the_event_and_leads_to_its_document(manager, told):
	manager.goto(f"{REPORT}?reference_doctype=Customer&reference_name={told.replace(' ', '%20')}")
	row = manager.locator(".dt-scrollable .dt-row").first
	row.wait_for()
	text = row.inner_text()
	for shown in ("Tier of the Customer changed", "Silver", "Gold<img", "spune ana@example.ro"):
		assert shown in text
	# what somebody wrote is text
	assert 'Volum ‹i›mare‹/i›‹img src=x onerror="window.hacked=1"›' in text
	assert manager.evaluate("window.hacked") is None
	row.locator('a[href*="/customer/"]').first.click()
	manager.wait_for_url("**/customer/*")


def test_the_timeline_of_the_document_tells_of_it(manager, told):
	manager.goto(f"/desk/customer/{told.replace(' ', '%20')}")
	entry = manager.locator(".new-timeline .timeline-item", has_text="Tier of the Customer changed")
	entry.wait_for()
	# what somebody wrote is text
	assert "Volum ‹i›mare‹/i›" in entry.inner_text()
	assert manager.evaluate("window.hacked") is None
	manager.evaluate("window.desk_is_the_same = true")
	entry.get_by_role("link", name="Tier of the Customer changed").click()
	manager.wait_for_url("**/business-event/*")
	assert manager.evaluate("window.desk_is_the_same")
	manager.get_by_text("Who and From Where").wait_for()
