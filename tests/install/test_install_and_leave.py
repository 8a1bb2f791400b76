"""A shop takes the app in, works with it and lets it go: what its database is after each step (see install_story.py)."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from shop_before import CARD_OF_ITS_OWN, DOCTYPE_OF_ITS_OWN, ROLE_OF_ITS_OWN, TIERS
from site_snapshot import LOGS, Snapshot, row_changes, schema_changes

from embedded import paths

Step = Callable[[str], Snapshot]

# installing, migrating and leaving are whole commands, one after the other
pytestmark = pytest.mark.timeout(600)

MODULE = "ERP B2B SmartBill"
# by whichever app is installed, migrated or uninstalled
OF_FRAPPE = (
	# written anew by every migration
	r"tabNavbar Item \S+ modified was",
	r"\('Navbar Settings', 'modified'\)",
	# the list of apps, which is what it was in the end, is another row each time
	r"'installed_apps'",
)
OF_SWITCHES = (
	r"tabBusiness Event \S+ is new",
	r"\('B2B Settings', 'modified'\)",
	# derived from documents; not followed while it is off, so built anew when it is switched on again
	r"^b2b_search_",
	r"\('Customer Search Index', ",
	# ticked and unticked
	r"^tabOnboarding Step B2B .* modified was",
)
BECAME_THE_SHOPS = (
	# a registration made a Customer, and let its buyer in
	r"^tab(Customer|Address|Contact|Contact Email|Contact Phone|Dynamic Link|Portal User) .* is new$",
	r"^tab(User|User Social Login|Has Role|DocShare|Notification Settings|DefaultValue) .* is new$",
	# what was quoted while the app was there, and what happened to it
	r"^tab(Quotation|Quotation Item|Sales Taxes and Charges|Payment Schedule|Comment) .* is new$",
	# the rule of a tier that a Quotation names
	r"^tabPricing Rule( Detail| Item Group)? .* is new$",
	# what was sent
	r"^tab(Email Queue|Email Queue Recipient|Communication) .* is new$",
	# no name is given twice
	r"^tabSeries ",
	# who was given our roles was saved then
	r"^tab(User|User Social Login|Has Role|DocShare|Contact|Contact Email) .+ modified was",
	# somebody saved it, and typed its number
	r"^tabCustomer Atelier Vechi SRL (modified|smartbill_reg_com) was",
	r"^tabNotification Log .* is new$",
	# the PDF of a proforma is its Quotation's, too
	r"^tabFile \w+ is new$",
	# what the shop made meanwhile, see shop_at_work.py
	r"^tabCustom Field Quotation-shop_proforma is new$",
	r"^tabWorkspace Al magazinului is new$",
	r"^tabWorkspace (Shortcut|Sidebar|Sidebar Item) .* is new$",
	r"^tabDesktop Icon Al magazinului is new$",
	r"^tabTag urgent is new$",
	# rights on Territory for its role and for ours: Frappe copies the others, and writes these anew
	r"^tabCustom DocPerm .* is new$",
	r"^tabDocPerm \w+ creation was '([^']+)\.000000', is '\1'$",
)
# what the kept columns said of documents that are gone, when the app came back
EMPTIED = (r"^tab\S[^/]* (b2b|smartbill)_\w+ was ",)
# of the shop's own workspace, which Frappe looks through when an app is installed
OF_WORKSPACES = (r"^tabWorkspace Sidebar( Item)? .* is new$", r"^tabDesktop Icon Al magazinului is new$")
# a rule that stays says in its description whose it was, and a mail what it said
MAY_NAME_US = ("tabPricing Rule", "tabEmail Queue")


def left(changes: list[str], allowed: tuple[str, ...]) -> list[str]:
	return [one for one in changes if not any(re.search(text, one) for text in allowed)]


# The tests are no classes: those are given to several processes, and each would play the whole story again.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
	found = tmp_path_factory.mktemp("steps")
	story = Path(__file__).with_name("install_story.py")
	ran = subprocess.run(
		[sys.executable, str(story), str(found)], cwd=paths.ROOT, capture_output=True, text=True, check=False
	)
	assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-6000:]}"
	return found


@pytest.fixture(scope="module")
def step(folder: Path) -> Step:
	taken: dict[str, Snapshot] = {}
	return lambda name: taken.setdefault(name, Snapshot(folder / f"{name}.db"))


# installing


def test_beside_fields_roles_and_doctypes_of_our_names_it_is_refused_with_all_of_them(folder):
	told = (folder / "refused.txt").read_text()
	assert "Customer: b2b_tier" in told
	assert "Quotation: smartbill_number" in told
	assert f"Role: {ROLE_OF_ITS_OWN}" in told
	assert f"DocType: {DOCTYPE_OF_ITS_OWN}" in told
	assert f"Number Card: {CARD_OF_ITS_OWN}" in told


def test_refused_it_leaves_the_site_as_it_was(step):
	assert schema_changes(step("shop"), step("refused")) == []
	assert row_changes(step("shop"), step("refused")) == []


def test_installing_changes_nothing_that_was_there(step):
	"""Not even `modified`: whoever has a document open may save it."""
	before, after = step("renamed"), step("installed")
	changed = [one for one in row_changes(before, after) if not one.endswith(" is new")]
	assert left(changed, OF_FRAPPE) == []


def test_what_stood_in_a_column_of_a_deleted_field_is_taken_for_nobodys(step):
	"""Only where it would name a document of ours; what was typed of a Customer stays."""
	customer = step("installed").rows("tabCustomer")["Atelier Vechi SRL"]
	assert customer["b2b_tier"] is None
	assert customer["smartbill_reg_com"] == "J12/1/2001"
	assert customer["b2b_cui"] == "98765438"


def test_every_switch_is_off_at_first(step):
	settings = step("installed").singles("B2B Settings")
	assert {value for name, value in settings.items() if name.startswith("enable_")} <= {"0", None}


# migrating


def test_migrating_a_second_time_changes_nothing(step):
	before, after = step("migrated"), step("migrated again")
	assert schema_changes(before, after) == []
	assert left(row_changes(before, after), OF_FRAPPE) == []


def test_migrating_a_first_time_changes_nothing_that_installing_made(step):
	before, after = step("installed"), step("migrated")
	assert schema_changes(before, after) == []
	assert left(row_changes(before, after), OF_FRAPPE) == []


# switches


def test_a_switch_turned_on_and_off_leaves_only_the_event_and_the_index_that_is_built_anew(step):
	before, after = step("migrated again"), step("switched")
	assert schema_changes(before, after) == []
	assert left(row_changes(before, after), (*OF_FRAPPE, *OF_SWITCHES)) == []


# leaving


def test_left_the_schema_is_what_it_was_but_for_the_columns_that_frappe_keeps(step):
	kept = {f"{table}.{name} is new" for table, name in step("used").stored_fields(MODULE)}
	changes = schema_changes(step("renamed"), step("uninstalled"))
	columns = {one for one in changes if " index " not in one}
	# the shop had deleted a field of this name
	kept.discard("tabCustomer.smartbill_reg_com is new")
	assert columns == kept | {"tabQuotation.shop_proforma is new"}
	# those that come with these columns
	indexes = [one for one in changes if " index " in one]
	assert all(re.search(r"_(b2b|smartbill)_\w+_index is new$", one) for one in indexes), indexes


def test_left_every_row_is_what_it_was_but_for_what_became_the_shops(step):
	changes = row_changes(step("renamed"), step("uninstalled"))
	assert left(changes, (*OF_FRAPPE, *BECAME_THE_SHOPS)) == []


def test_fields_of_the_shop_keep_their_values_and_definitions(step):
	before, after = step("renamed"), step("uninstalled")
	for table in ("tabCustom Field", "tabProperty Setter", "tabPricing Rule"):
		for name, row in before.rows(table).items():
			now = after.rows(table)[name]
			assert {field: now[field] for field in row} == row
	for name, tier in zip(("Atelier Vechi SRL", "Țesătoria Nouă SRL"), TIERS, strict=True):
		customer = after.rows("tabCustomer")[name]
		assert (customer["shop_tier"], customer["shop_since"]) == (tier, 2019)
	numbers = {row["shop_number"] for row in after.rows("tabQuotation").values()}
	assert numbers >= {"VECHI0", "VECHI1"}


def test_a_field_of_the_shop_that_linked_to_ours_keeps_its_values_as_a_text(step):
	field = step("uninstalled").rows("tabCustom Field")["Quotation-shop_proforma"]
	assert (field["fieldtype"], field["options"]) == ("Data", None)
	values = {row["shop_proforma"] for row in step("uninstalled").rows("tabQuotation").values()}
	assert any(value and value.startswith("SBP-") for value in values)


def test_nothing_names_us_any_more(step):
	used = step("used")
	names = {name for name, row in used.rows("tabDocType").items() if row["module"] == MODULE}
	roles = used.rows("tabRole").keys() - step("renamed").rows("tabRole").keys()
	assert {"B2B Sales", "B2B Manager"} <= roles
	texts, without = {*names, *roles, MODULE, "erp_b2b_smartbill"}, {*LOGS, *MAY_NAME_US}
	found = set(step("uninstalled").mentions(texts, without=without))
	# what the shop had under our names before it renamed it
	assert found - set(step("renamed").mentions(texts, without=without)) == set()


def test_nothing_of_ours_is_left_in_the_sites_folder(folder):
	before, after = (
		set((folder / f"{name}.files").read_text().splitlines()) for name in ("renamed", "uninstalled")
	)
	# still attached to its Quotation; the other is Frappe's, of its migrations
	assert after - before - {"touched_tables.json"} == {"private/files/proforma-PRFB2B-0001.pdf"}
	assert before - after == set()
	assert "smartbill_site_id" in (folder / "used.config").read_text()
	assert "smartbill_site_id" not in (folder / "uninstalled.config").read_text()


def test_the_next_migration_finds_nothing_to_clear_away(step):
	before, after = step("uninstalled"), step("migrated without it")
	assert schema_changes(before, after) == []
	assert left(row_changes(before, after), OF_FRAPPE) == []


# coming back


def test_come_back_no_document_names_a_tier_or_a_proforma_that_is_gone(step):
	after = step("installed again")
	assert {row["b2b_tier"] for row in after.rows("tabCustomer").values()} == {None}
	for field in ("smartbill_proforma", "smartbill_status", "smartbill_number", "b2b_response"):
		assert {row[field] for row in after.rows("tabQuotation").values()} == {None}


def test_what_was_typed_of_a_customer_is_there_again(step):
	customer = step("installed again").rows("tabCustomer")["Atelier Vechi SRL"]
	assert customer["smartbill_reg_com"] == "J12/2/2002"
	assert customer["b2b_parent_customer"] == "Magazin Nou SRL"


def test_it_leaves_again_as_it_left_before(step):
	before, after = step("migrated without it"), step("uninstalled again")
	assert schema_changes(before, after) == []
	assert left(row_changes(before, after), (*OF_FRAPPE, *EMPTIED, *OF_WORKSPACES)) == []
