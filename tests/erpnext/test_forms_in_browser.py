"""The forms of Quotation and Sales Order in a real browser: choosing and editing shows what the server computes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from embedded import paths

CUSTOMER, ITEM = "Client Formular SRL", "ART-FORMULAR"
WALK = Path(__file__).with_name("walk_of_an_offer.py")


@pytest.fixture(scope="module")
def walked(running, connected, chromium):
	make_masters(connected)
	result = subprocess.run(
		[sys.executable, WALK, running.url, CUSTOMER, ITEM],
		capture_output=True,
		text=True,
		timeout=180,
		env={**os.environ, "PYTHONPATH": str(paths.ROOT)},
	)
	assert result.returncode == 0, result.stderr[-3000:]
	return json.loads(result.stdout)


def make_masters(frappe) -> None:
	frappe.db.rollback()
	for doc in (
		{
			"doctype": "Customer",
			"customer_name": CUSTOMER,
			"customer_group": "Commercial",
			"territory": "Romania",
			"address_line1": "Str. Formularului 1",
			"city": "Cluj",
			"country": "Romania",
		},
		{
			"doctype": "Item",
			"item_code": ITEM,
			"item_group": "Products",
			"stock_uom": "Nos",
			"standard_rate": 100,
			"is_stock_item": 0,
		},
	):
		frappe.get_doc(doc).insert()
	frappe.db.commit()


class TestWalk:
	def test_no_script_fails(self, walked):
		assert walked["errors"] == []

	def test_the_party_brings_group_address_and_the_companys_taxes(self, walked):
		said = walked["said"]["party chosen"]
		assert (said["customer_group"], said["taxes"], said["currency"]) == ("Commercial", [21], "RON")
		assert said["address"].startswith(CUSTOMER)

	def test_the_item_brings_price_unit_and_totals(self, walked):
		said = walked["said"]["item chosen"]
		assert said["row"] == [ITEM, 1, 100, 100, "Nos"]
		assert said["grand_total"] == 121

	def test_edits_are_added_up(self, walked):
		said = walked["said"]
		assert said["row edited"]["row"] == [ITEM, 3, 90, 270, "Nos"]
		assert said["discount given"]["grand_total"] == 310.36
		assert said["discount given"]["due"] == [310]

	def test_what_was_shown_is_saved(self, walked):
		shown, saved = walked["said"]["discount given"], walked["said"]["saved"]
		assert (shown["net_total"], shown["grand_total"]) == (saved["net_total"], saved["grand_total"])
		assert saved["name"].startswith("SAL-QTN-")

	def test_amounts_in_the_companys_own_currency_are_shown_once(self, walked):
		assert not walked["said"]["saved"]["base_total_shown"]

	def test_a_submitted_offer_can_be_ordered(self, walked):
		said = walked["said"]
		assert said["submitted"]["status"] == "Open"
		assert "Create" in said["submitted"]["buttons"]
		assert (said["order made"]["doctype"], said["order made"]["grand_total"]) == ("Sales Order", 310.36)
