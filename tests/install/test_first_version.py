"""A site of the app's first version is brought to this one by migrating: nothing that was stored is lost."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from first_version_story import FIRST_VERSION, TOKEN
from site_snapshot import Snapshot, row_changes, schema_changes

from embedded import paths

Step = Callable[[str], Snapshot]

ACCOUNT = "Demo Distribuție SRL"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
	found = tmp_path_factory.mktemp("first")
	story = Path(__file__).with_name("first_version_story.py")
	ran = subprocess.run(
		[sys.executable, str(story), str(found)], cwd=paths.ROOT, capture_output=True, text=True, check=False
	)
	assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-6000:]}"
	return found


@pytest.fixture(scope="module")
def step(folder: Path) -> Step:
	taken: dict[str, Snapshot] = {}
	return lambda name: taken.setdefault(name, Snapshot(folder / f"{name}.db"))


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
	return json.loads((folder / "told.json").read_text())


@pytest.fixture(scope="module")
def first() -> dict[str, Any]:
	return json.loads(FIRST_VERSION.read_text())


def test_every_value_of_every_document_is_what_it_was(step, first):
	before, after = step("first"), step("migrated")
	tables = [name for name in first["rows"] if name.startswith("tabSmartBill ")]
	assert len(tables) == 5
	for table in [*tables, "tabCustomer", "tabQuotation", "tabFile"]:
		assert before.rows(table)
		for name, row in before.rows(table).items():
			now = after.rows(table)[name]
			assert {field: now[field] for field in row} == row, f"{table} {name}"


def test_every_event_says_what_it_said(step):
	"""What it says of a person may stand apart from the rest by now."""
	after = step("migrated").rows("tabBusiness Event")
	events = step("first").rows("tabBusiness Event")
	assert len(events) == 9
	for name, row in events.items():
		now = after[name]
		for field in ("event", "reference_doctype", "reference_name", "user", "occurred_at", "reason"):
			assert now[field] == row[field]
		apart = json.loads(now["personal"] or "{}").get("values", {})
		for part in ("before", "after"):
			said = json.loads(now[part] or "{}") | apart.get(part, {})
			assert said == json.loads(row[part] or "{}")


def test_the_settings_and_the_token_are_kept(step, told):
	settings = step("migrated").singles("B2B Settings")
	assert settings["enable_smartbill_proforma"] == "1"
	# what came later is off, and has its defaults
	assert (settings["enable_b2b_registration"], settings["require_confirmed_email"]) == ("0", "1")
	assert told["token"] == TOKEN


def test_an_account_that_was_enabled_is_live_but_sends_nothing_before_a_person_says_so(step, told):
	assert step("migrated").rows("tabSmartBill Account")[ACCOUNT]["mode"] == "Live"
	assert "switch Live on here" in told["refusal"]


def test_proformas_have_what_this_version_asks_of_them(step, told):
	rows = step("migrated").rows("tabSmartBill Proforma")
	assert {(row["party_type"], row["party"]) for row in rows.values()} == {("Customer", "Atelier Vechi SRL")}
	assert {row["customer_name"] for row in rows.values()} == {"Atelier Vechi SRL"}
	assert [rows[f"SBP-2026-0000{number}"]["number_value"] for number in (1, 2, 3)] == [1, 2, 0]
	shown = {name: (view["status"], view["number"]) for name, view in told["shown"].items()}
	assert shown == {
		"SAL-QTN-2026-00001": ("Issued", "0001"),
		"SAL-QTN-2026-00002": ("Issued", "0002"),
		"SAL-QTN-2026-00003": ("Unknown", None),
		"SAL-QTN-2026-00004": ("Unknown", None),
		"SAL-QTN-2026-00005": ("Rejected", None),
	}


def test_of_two_unknown_ones_in_a_series_one_holds_it_and_both_are_looked_after(step):
	rows = step("migrated").rows("tabSmartBill Proforma").values()
	assert [row["series_key"] for row in rows if row["series_key"]] == [f"{ACCOUNT}/PRFB2B"]
	assert [row["name"] for row in rows if row["next_look_at"]] == ["SBP-2026-00003", "SBP-2026-00004"]


def test_customers_are_recognised(step):
	customer = step("migrated").rows("tabCustomer")["Atelier Vechi SRL"]
	assert (customer["b2b_cui"], customer["smartbill_vat_payer"]) == ("98765438", "No")


def test_migrating_again_changes_nothing(step):
	before, after = step("migrated"), step("migrated again")
	assert schema_changes(before, after) == []
	assert [one for one in row_changes(before, after) if not re.search("Navbar (Item|Settings)", one)] == []
