"""A site of the app's first version is migrated to this one; after each step its database is copied, as in
install_story.py.

first_version.json holds what the first version's own installation left in a database, its tables, the rows that it added
to the framework's, and documents that it wrote; a clone without history has it, too.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from install_story import Story, migrate
from shop_before import COMPANY, insert, quote

from embedded import prepare
from embedded.running import fresh_copy

FIRST_VERSION = Path(__file__).with_name("first_version.json")
TOKEN = "demo-token"


def make_shop(quotations: list[str]) -> None:
	insert(
		"Customer",
		customer_name="Atelier Vechi SRL",
		customer_type="Company",
		customer_group="Commercial",
		territory="Romania",
		tax_id="RO98765438",
	)
	insert(
		"Item", item_code="CABLU", item_name="Cablu", item_group="Products", stock_uom="Nos", is_stock_item=0
	)
	insert("Item Price", item_code="CABLU", price_list="Standard Selling", price_list_rate=100)
	for name in quotations:
		quote("Atelier Vechi SRL", name)


def write_first_version(database: Path) -> None:
	first = json.loads(FIRST_VERSION.read_text())
	with closing(sqlite3.connect(database)) as connection, connection:
		for statement in first["schema"]:
			connection.execute(statement)
		for table, rows in first["rows"].items():
			for row in rows:
				names = ", ".join(f"`{name}`" for name in row)
				places = ", ".join("?" for _ in row)
				connection.execute(f"insert into `{table}` ({names}) values ({places})", list(row.values()))
		for table, changed in first["changed"].items():
			for name, values in changed.items():
				fields = ", ".join(f"`{field}` = ?" for field in values)
				connection.execute(f"update `{table}` set {fields} where name = ?", [*values.values(), name])
		connection.execute(
			"update tabDefaultValue set defvalue = ? where defkey = 'installed_apps'",
			[json.dumps(["frappe", "erpnext", "erp_b2b_smartbill"])],
		)


def main(folder: Path) -> None:
	from frappe.utils.password import set_encrypted_password

	first = json.loads(FIRST_VERSION.read_text())
	with fresh_copy(prepare.site_without_app()) as site:
		story = Story(site, folder)
		with story.step("shop"):
			make_shop(sorted(first["changed"]["tabQuotation"]))
		write_first_version(site.database)
		with story.step("first"):
			set_encrypted_password("SmartBill Account", COMPANY.name, TOKEN, "token")
		with story.step("migrated"):
			migrate()
		with story.step("migrated again"):
			migrate()
		with story.step("looked at") as frappe:
			from erp_b2b_smartbill.smartbill import claim, modes
			from erp_b2b_smartbill.smartbill.view import proforma_view

			account = frappe.get_doc("SmartBill Account", COMPANY.name)
			told = {
				"token": account.get_password("token"),
				"refusal": modes.refusal(account, numbered=True),
				"shown": {
					name: proforma_view(claim.shown(name)) for name in first["changed"]["tabQuotation"]
				},
			}
			(folder / "told.json").write_text(json.dumps(told, default=str))


if __name__ == "__main__":
	main(Path(sys.argv[1]))
