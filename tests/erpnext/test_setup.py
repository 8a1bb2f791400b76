"""What installation and set-up leave: companies, accounts, trees, units, roles, settings, the desk."""

import erpnext
import frappe
from erpnext.accounts.utils import FiscalYearError, get_fiscal_year
from erpnext.setup.doctype.item_group.item_group import get_child_item_groups
from erpnext.setup.install import ROLE_PROFILES, ROLES, WEBSITE_ROLES
from erpnext.setup.setup_wizard.operations.install_fixtures import get_fy_details
from erpnext.setup.utils import get_exchange_rate
from erpnext.stock.get_item_details import get_conversion_factor
from erpnext.stock.units import get_uom_conv_factor
from frappe.utils import add_days, nowdate
from standin import StandinTestCase


class TestSite(StandinTestCase):
	def test_the_version_says_whose_rules_are_followed(self):
		self.assertTrue(erpnext.__version__.startswith("15.71."))
		self.assertEqual(frappe.get_hooks("app_title", app_name="erpnext"), ["ERPNext"])

	def test_modules_belong_to_erpnext(self):
		modules = frappe.get_all("Module Def", {"app_name": "erpnext"}, pluck="name")
		self.assertLessEqual({"Selling", "Accounts", "Setup", "Stock", "CRM"}, set(modules))

	def test_roles_and_role_profiles_are_there(self):
		self.assertEqual(
			[role for role in (*ROLES, *WEBSITE_ROLES) if not frappe.db.exists("Role", role)], []
		)
		self.assertEqual([name for name in ROLE_PROFILES if not frappe.db.exists("Role Profile", name)], [])

	def test_roots_of_the_trees_hold_what_erpnext_puts_there(self):
		for doctype, root, names in (
			(
				"Customer Group",
				"All Customer Groups",
				{"Individual", "Commercial", "Non Profit", "Government"},
			),
			("Territory", "All Territories", {"Romania", "Rest Of The World"}),
			(
				"Item Group",
				"All Item Groups",
				{"Products", "Services", "Raw Material", "Consumable", "Sub Assemblies"},
			),
		):
			with self.subTest(doctype):
				below = frappe.get_all(doctype, {f"parent_{frappe.scrub(doctype)}": root}, pluck="name")
				self.assertLessEqual(names, set(below))
				lft, rgt = frappe.db.get_value(doctype, root, ["lft", "rgt"])
				self.assertEqual(
					frappe.db.count(doctype, {"lft": ["between", [lft, rgt]]}), frappe.db.count(doctype)
				)

	def test_units_have_erpnexts_names_and_take_fractions_or_not(self):
		whole = {"Nos": 1, "Set": 1, "Box": 1, "Pair": 1, "Kg": 0, "Meter": 0, "Litre": 0, "Hour": 0}
		for uom, expected in whole.items():
			with self.subTest(uom):
				self.assertEqual(frappe.db.get_value("UOM", uom, "must_be_whole_number"), expected)

	def test_price_lists_and_the_one_to_sell_by(self):
		self.assertEqual(
			frappe.db.get_value("Price List", "Standard Selling", ["selling", "currency"]), (1, "RON")
		)
		self.assertEqual(
			frappe.db.get_single_value("Selling Settings", "selling_price_list"), "Standard Selling"
		)

	def test_the_default_company_and_its_currency(self):
		self.assertEqual(erpnext.get_default_company(), self.company)
		self.assertEqual(erpnext.get_company_currency(self.company), "RON")
		self.assertEqual(erpnext.get_default_currency(), "RON")
		self.assertEqual(erpnext.get_default_cost_center(self.company), f"Main - {self.abbr}")
		self.assertEqual(
			erpnext.encode_company_abbr("Vanzari", company=self.company), f"Vanzari - {self.abbr}"
		)
		self.assertEqual(
			erpnext.encode_company_abbr(f"Vanzari - {self.abbr}", abbr=self.abbr), f"Vanzari - {self.abbr}"
		)

	def test_the_selling_workspace_is_public_and_named_like_no_doctype(self):
		self.assertEqual(frappe.db.get_value("Workspace", "Selling", ["public", "module"]), (1, "Selling"))
		self.assertFalse(frappe.db.exists("DocType", "Selling"))

	def test_forms_have_scripts_and_dashboards(self):
		for doctype in ("Quotation", "Sales Order", "Customer", "Lead"):
			meta = frappe.desk.form.meta.get_meta(doctype)
			with self.subTest(doctype):
				self.assertIn("frappe.ui.form.on", meta.get("__js"))
				self.assertNotIn("{% include", meta.get("__js"))
				self.assertTrue(meta.get("__dashboard").transactions)


class TestCompany(StandinTestCase):
	def new_company(self, **values):
		return self.insert(
			"Company",
			**{
				"company_name": "Noua SRL",
				"abbr": "NS",
				"default_currency": "RON",
				"country": "Romania",
				**values,
			},
		)

	def test_it_comes_with_accounts_cost_center_and_warehouses(self):
		company = self.new_company()
		self.assertEqual(company.default_receivable_account, "Debtors - NS")
		self.assertEqual(
			(company.default_income_account, company.default_cash_account), ("Sales - NS", "Cash - NS")
		)
		self.assertEqual(company.cost_center, "Main - NS")
		self.assertTrue(frappe.db.exists("Warehouse", "Stores - NS"))
		group = frappe.db.get_value(
			"Account", "Duties and Taxes - NS", ["is_group", "root_type", "account_type"]
		)
		self.assertEqual(group, (1, "Liability", "Tax"))

	def test_the_tree_of_accounts_is_numbered(self):
		self.new_company()
		for account in frappe.get_all(
			"Account", {"company": "Noua SRL"}, ["name", "lft", "rgt", "parent_account"]
		):
			if account.parent_account:
				lft, rgt = frappe.db.get_value("Account", account.parent_account, ["lft", "rgt"])
				with self.subTest(account.name):
					self.assertTrue(lft < account.lft < account.rgt < rgt)

	def test_romanias_tax_template_still_says_24_percent(self):
		"""The trap that was measured: a site must make its own."""
		self.new_company()
		template = frappe.get_doc("Sales Taxes and Charges Template", "Romania Tax - NS")
		(row,) = template.taxes
		self.assertEqual((row.account_head, row.rate, row.description), ("VAT - NS", 24, "VAT @ 24.0"))
		self.assertEqual(template.is_default, 0)
		self.assertTrue(frappe.db.exists("Item Tax Template", "Romania Tax - NS"))

	def test_a_country_without_known_taxes_gets_none(self):
		self.new_company(country="Albania")
		self.assertFalse(frappe.db.exists("Sales Taxes and Charges Template", {"company": "Noua SRL"}))

	def test_the_abbreviation_is_made_of_the_initials_and_belongs_to_one(self):
		self.assertEqual(self.new_company(company_name="Alta Firma Noua", abbr="").abbr, "AFN")
		with self.assertRaises(frappe.ValidationError):
			self.new_company(company_name="A doua", abbr="AFN")

	def test_another_companys_account_is_not_its_default(self):
		company = self.new_company()
		company.default_income_account = f"Sales - {self.abbr}"
		with self.assertRaises(frappe.ValidationError):
			company.save()

	def test_it_takes_along_what_it_brought(self):
		self.new_company().delete()
		for doctype in ("Account", "Cost Center", "Warehouse", "Sales Taxes and Charges Template"):
			self.assertEqual(frappe.db.count(doctype, {"company": "Noua SRL"}), 0)


class TestAccounts(StandinTestCase):
	def account(self, **values):
		return self.insert(
			"Account",
			**{
				"account_name": self.unique("Cont"),
				"company": self.company,
				"parent_account": f"Duties and Taxes - {self.abbr}",
				**values,
			},
		)

	def test_an_account_is_named_by_number_name_and_company(self):
		account = self.account(account_name="TVA", account_number="4427")
		self.assertEqual((account.name, account.root_type), (f"4427 - TVA - {self.abbr}", "Liability"))
		self.assertEqual((account.report_type, account.account_currency), ("Balance Sheet", "RON"))

	def test_a_ledger_has_no_accounts_below(self):
		with self.assertRaises(frappe.ValidationError):
			self.account(parent_account=self.account().name)

	def test_a_number_is_used_once(self):
		self.account(account_number="4427")
		with self.assertRaises(frappe.ValidationError):
			self.account(account_number="4427")

	def test_a_template_does_not_tax_by_a_group(self):
		row = {**self.vat(), "account_head": f"Duties and Taxes - {self.abbr}"}
		with self.assertRaises(frappe.ValidationError):
			self.insert("Sales Taxes and Charges Template", title="Grup", company=self.company, taxes=[row])

	def test_the_fiscal_year_of_a_day(self):
		name, first, last = get_fiscal_year(nowdate())
		self.assertEqual((str(first)[:4], str(last)[:4]), (name, name))
		with self.assertRaises(FiscalYearError):
			get_fiscal_year("1999-01-01")

	def test_a_year_is_named_by_its_ends(self):
		self.assertEqual(get_fy_details("2026-01-01", "2026-12-31"), "2026")
		self.assertEqual(get_fy_details("2026-07-01", "2027-06-30"), "2026-2027")

	def test_years_do_not_overlap(self):
		year = frappe.get_doc("Fiscal Year", get_fiscal_year(nowdate())[0])
		with self.assertRaises(frappe.NameError):
			self.insert(
				"Fiscal Year",
				year="Alt an",
				year_start_date=year.year_start_date,
				year_end_date=year.year_end_date,
			)


class TestItems(StandinTestCase):
	def test_a_group_knows_those_below(self):
		parent = self.insert(
			"Item Group", item_group_name="Feronerie", is_group=1, parent_item_group="All Item Groups"
		)
		child = self.insert("Item Group", item_group_name="Suruburi", parent_item_group=parent.name)
		self.assertEqual(set(get_child_item_groups(parent.name)), {parent.name, child.name})

	def test_the_stock_unit_is_among_an_items_units(self):
		item = self.item(uoms=[{"uom": "Box", "conversion_factor": 12}])
		self.assertEqual({row.uom: row.conversion_factor for row in item.uoms}, {"Box": 12, "Nos": 1})

	def test_a_unit_converts_as_the_item_says_or_as_the_units_do_or_not_at_all(self):
		item = self.item(stock_uom="Gram", uoms=[{"uom": "Box", "conversion_factor": 500}])
		factors = [
			get_conversion_factor(item.name, uom)["conversion_factor"] for uom in ("Box", "Kg", "Hour")
		]
		self.assertEqual(factors, [500, 1000, 1])

	def test_units_convert_directly_backwards_and_over_a_third(self):
		self.assertEqual(get_uom_conv_factor("Kg", "Gram"), 1000)
		self.assertEqual(get_uom_conv_factor("Gram", "Kg"), 0.001)
		self.assertEqual(get_uom_conv_factor("Centimeter", "Millimeter"), 10)
		self.assertIsNone(get_uom_conv_factor("Hour", "Kg"))

	def test_an_items_description_is_its_name_where_there_is_none(self):
		item = self.item(item_name="Surub M8")
		self.assertEqual(item.description, "Surub M8")

	def test_the_groups_defaults_become_the_items(self):
		row = {"company": self.company, "default_warehouse": f"Finished Goods - {self.abbr}"}
		group = self.insert(
			"Item Group",
			item_group_name="Cu depozit",
			parent_item_group="All Item Groups",
			item_group_defaults=[row],
		)
		item = self.item(item_group=group.name)
		self.assertEqual(item.item_defaults[0].default_warehouse, row["default_warehouse"])
		offered = self.quotation(rows=[{"item_code": item.name, "qty": 1}]).items[0]
		self.assertEqual(offered.warehouse, row["default_warehouse"])


class TestExchangeRates(StandinTestCase):
	def rate(self, **values):
		return self.insert("Currency Exchange", from_currency="EUR", to_currency="RON", **values)

	def test_the_latest_up_to_the_day_counts(self):
		self.rate(date="2026-03-01", exchange_rate=4.9)
		self.rate(date="2026-03-10", exchange_rate=5.1)
		self.assertEqual(
			[get_exchange_rate("EUR", "RON", day) for day in ("2026-03-05", "2026-03-10")], [4.9, 5.1]
		)

	def test_one_for_buying_is_not_for_selling(self):
		self.rate(date="2026-03-01", exchange_rate=4.8, for_selling=0)
		self.assertEqual(get_exchange_rate("EUR", "RON", "2026-03-02", "for_buying"), 4.8)
		self.assertEqual(get_exchange_rate("EUR", "RON", "2026-03-02", "for_selling"), 0)

	def test_an_old_one_can_be_too_old(self):
		self.rate(date=add_days(nowdate(), -10), exchange_rate=4.9)
		settings = frappe.get_doc("Accounts Settings")
		settings.update({"allow_stale": 0, "stale_days": 5})
		settings.save()
		self.assertEqual(get_exchange_rate("EUR", "RON", nowdate()), 0)

	def test_without_one_a_message_asks_for_it_and_nothing_leaves_the_machine(self):
		self.assertEqual(get_exchange_rate("HUF", "RON", nowdate()), 0)
		self.assertIn("Unable to find exchange rate", str(frappe.message_log))

	def test_a_currency_is_itself(self):
		self.assertEqual(get_exchange_rate("RON", "RON"), 1)
		self.assertIsNone(get_exchange_rate(None, "RON"))
