"""What installing adds to a site, and that uninstalling takes exactly that away."""

import frappe

from erp_b2b_smartbill import features, hooks, install, uninstall
from erp_b2b_smartbill.custom_fields import CUSTOM_FIELDS, MODULE
from erp_b2b_smartbill.customers.search import state, tables
from erp_b2b_smartbill.tests.compat import ServerTestCase


def our_fields() -> set[tuple[str, str]]:
	fields = frappe.get_all("Custom Field", {"module": MODULE}, ["dt", "fieldname"])
	return {(field.dt, field.fieldname) for field in fields}


EXPECTED = {(doctype, field["fieldname"]) for doctype, fields in CUSTOM_FIELDS.items() for field in fields}


class TestInstall(ServerTestCase):
	def test_every_doctype_of_the_app_is_there(self):
		found = set(frappe.get_all("DocType", {"module": MODULE}, pluck="name"))
		self.assertEqual(
			found,
			{
				"B2B Allowed Country",
				"B2B Registration",
				"B2B Registration Document",
				"B2B Registration Message",
				"B2B Settings",
				"B2B Tier",
				"Business Event",
				"Credit Limit Request",
				"Customer External Link",
				"Customer Item Preference",
				"Customer Search Index",
				"Customer Sync Conflict",
				"Item Association",
				"Item Recommendation",
				"Item Recommendation State",
				"Quotation Response",
				"SmartBill Account",
				"SmartBill Call",
				"SmartBill Client",
				"SmartBill Invoice",
				"SmartBill Issue Run",
				"SmartBill Issue Run Row",
				"SmartBill Proforma",
				"SmartBill Sync Run",
				"SmartBill Unit",
				"SmartBill VAT Rate",
			},
		)

	def test_what_is_sorted_by_creation_has_an_index_of_it(self):
		if frappe.db.db_type != "mariadb":
			self.skipTest("Frappe makes it")
		names = frappe.get_all("DocType", install.SORTED_BY_CREATION, pluck="name")
		self.assertIn("Business Event", names)
		for name in names:
			self.assertTrue(frappe.db.get_column_index(f"tab{name}", "creation", unique=False), name)

	def test_a_switch_that_comes_with_the_next_migration_is_off(self):
		self.assertFalse(features.is_on("enable_what_is_not_there_yet"))
		self.assertEqual(frappe.local.message_log, [])

	def test_custom_fields_are_ours_by_module_and_prefix(self):
		self.assertEqual(our_fields(), EXPECTED)
		for _, name in EXPECTED:
			self.assertTrue(name.startswith(("smartbill_", "b2b_")), name)

	def test_our_roles_have_rights_on_our_doctypes_only(self):
		for table in ("DocPerm", "Custom DocPerm"):
			parents = set(frappe.get_all(table, {"role": ["in", install.ROLES]}, pluck="parent"))
			modules = set(frappe.get_all("DocType", {"name": ["in", list(parents)]}, pluck="module"))
			self.assertLessEqual(modules, {MODULE})

	def test_nothing_of_other_apps_is_customised(self):
		self.assertFalse(frappe.db.exists("Property Setter", {"module": MODULE}))
		self.assertFalse(frappe.db.exists("Custom DocPerm", {"role": ["in", install.ROLES]}))

	def test_settings_that_come_with_an_update_have_their_defaults_and_what_was_saved_stays(self):
		new = {
			"max_files": 5,
			"require_confirmed_email": 1,
			"approval_mode": "Manual",
			"max_lookups_per_ip": 60,
		}
		frappe.db.delete("Singles", {"doctype": "B2B Settings", "field": ["in", list(new)]})
		frappe.db.set_single_value("B2B Settings", {"min_seconds": 0, "retention_days": 30})
		install.after_migrate()
		frappe.clear_document_cache("B2B Settings", "B2B Settings")
		settings = frappe.get_doc("B2B Settings")
		self.assertEqual({field: settings.get(field) for field in new}, new)
		self.assertEqual((settings.min_seconds, settings.retention_days), (0, 30))

	def test_running_it_again_changes_nothing(self):
		install.after_migrate()
		install.after_install()
		self.assertEqual(our_fields(), EXPECTED)

	def test_a_foreign_field_of_our_name_stops_the_installation(self):
		install.before_install()
		field = frappe.db.get_value("Custom Field", {"fieldname": "smartbill_vat_payer"}, "name")
		for module in (None, "Core"):
			frappe.db.set_value("Custom Field", field, "module", module)
			with self.assertRaises(frappe.ValidationError) as caught:
				install.before_install()
			self.assertIn("smartbill_vat_payer", str(caught.exception))

	def test_uninstalling_removes_what_installing_added_and_nothing_else(self):
		theirs = frappe.get_all("Custom Field", {"module": ["!=", MODULE]}, pluck="name")
		roles = set(frappe.get_all("Role", pluck="name"))
		self.addCleanup(self.search_again)
		tables.drop()
		uninstall.remove_documents()
		self.assertFalse([table for table in frappe.db.get_tables(cached=False) if table.startswith("b2b_")])
		self.assertEqual(our_fields(), set())
		self.assertEqual(frappe.get_all("Custom Field", pluck="name", order_by="name"), sorted(theirs))
		self.assertEqual(roles - set(frappe.get_all("Role", pluck="name")), set(install.ROLES))

	def search_again(self) -> None:
		"""What was dropped is committed at once, and built again when the search is switched on."""
		frappe.db.rollback()
		tables.create()
		state.forget()
		frappe.db.commit()

	def test_the_tables_of_the_search_are_there_and_made_again_when_somebody_dropped_them(self):
		self.addCleanup(self.search_again)
		mine = {tables.PARTY, tables.TOKEN, tables.WORD, tables.GRAM, tables.USE}
		self.assertLessEqual(mine, self.tables())
		tables.drop()
		self.assertFalse(mine & self.tables())
		install.after_migrate()
		self.assertLessEqual(mine, self.tables())

	def tables(self) -> set[str]:
		return set(frappe.db.get_tables(cached=False))

	def test_every_hook_that_names_a_function_finds_it(self):
		def names(value: object) -> list[str]:
			if isinstance(value, dict):
				return [name for item in value.values() for name in names(item)]
			if isinstance(value, list):
				return [name for item in value for name in names(item)]
			is_function = isinstance(value, str) and value.startswith("erp_b2b_smartbill.")
			# a bundle of the desk begins with the app's name, too
			return [value] if is_function and not value.endswith(".bundle.js") else []

		found = [
			name for key, value in vars(hooks).items() if not key.startswith("__") for name in names(value)
		]
		self.assertGreater(len(found), 8)
		for name in found:
			self.assertTrue(callable(frappe.get_attr(name)), name)
