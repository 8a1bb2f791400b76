"""The stand-in says what ERPNext says: names, types, options, permissions."""

import copy
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import frappe
from standin import StandinTestCase

from embedded import erpnext_drift
from embedded.erpnext_drift import changes, compare

FACTS = {
	"Offer": {
		"module": "Selling",
		"kind": ["is_submittable"],
		"permissions": {"Sales User/0": "read write"},
		"fields": {"party": ["Link", "Customer", 1], "note": ["Text", "", 0]},
	}
}


class TestComparison(unittest.TestCase):
	def metas(self, **fields):
		metas = copy.deepcopy(FACTS)
		metas["Offer"]["fields"].update(fields)
		return metas

	def test_the_same_is_no_difference(self):
		self.assertEqual(compare(FACTS, self.metas()), [])

	def test_a_field_may_be_left_out(self):
		metas = self.metas()
		del metas["Offer"]["fields"]["note"]
		self.assertEqual(compare(FACTS, metas), [])

	def test_no_field_is_invented(self):
		self.assertEqual(compare(FACTS, self.metas(mine=["Data", "", 0])), ["Offer: mine: does not exist"])

	def test_type_options_and_obligation_are_compared(self):
		for field in (["Data", "Customer", 1], ["Link", "Supplier", 1], ["Link", "Customer", 0]):
			with self.subTest(field=field):
				(difference,) = compare(FACTS, self.metas(party=field))
				self.assertIn("instead of ['Link', 'Customer', 1]", difference)

	def test_permissions_are_compared(self):
		metas = self.metas()
		metas["Offer"]["permissions"]["Guest/0"] = "read"
		self.assertEqual(len(compare(FACTS, metas)), 1)

	def test_no_doctype_is_invented(self):
		self.assertEqual(compare({}, self.metas()), ["Offer: DocType: does not exist"])

	def test_two_lists_are_compared_both_ways(self):
		after = self.metas(mine=["Data", "", 0])
		del after["Offer"]["fields"]["note"]
		self.assertEqual(changes(FACTS, after), ["Offer: mine: does not exist", "Offer: note: gone"])
		self.assertEqual(changes(FACTS, {}), ["Offer: gone"])


class TestStandin(StandinTestCase):
	def metas(self):
		return erpnext_drift.facts_of_site(frappe, erpnext_drift.standin_doctypes())

	def test_the_standin_says_nothing_that_erpnext_does_not(self):
		fields_of_other_apps = frappe.get_all("Custom Field", ["dt", "fieldname"])
		metas = self.metas()
		facts = erpnext_drift.read_facts()
		for row in fields_of_other_apps:
			if row.dt in erpnext_drift.EXTENDED and row.fieldname not in facts[row.dt]["fields"]:
				metas[row.dt]["fields"].pop(row.fieldname, None)
		self.assertEqual(compare(facts, metas), [])

	def test_every_link_leads_to_a_doctype_that_exists(self):
		for doctype in erpnext_drift.standin_doctypes():
			for field in frappe.get_meta(doctype).fields:
				if field.fieldtype in ("Link", "Table", "Table MultiSelect"):
					with self.subTest(doctype=doctype, field=field.fieldname):
						self.assertTrue(frappe.db.exists("DocType", field.options))

	def test_the_fields_our_app_rests_on_are_there(self):
		for doctype, names in RESTED_ON.items():
			with self.subTest(doctype):
				self.assertEqual(
					[name for name in names.split() if not frappe.get_meta(doctype).has_field(name)], []
				)


RESTED_ON = {
	"Quotation": """naming_series quotation_to party_name customer_name company transaction_date valid_till order_type
		customer_address address_display contact_person contact_email contact_mobile shipping_address_name customer_group
		territory currency conversion_rate selling_price_list price_list_currency plc_conversion_rate ignore_pricing_rule
		items pricing_rules total_qty base_total base_net_total total net_total tax_category taxes_and_charges taxes
		base_total_taxes_and_charges total_taxes_and_charges coupon_code apply_discount_on base_discount_amount
		additional_discount_percentage discount_amount base_grand_total base_rounding_adjustment base_rounded_total
		grand_total rounding_adjustment rounded_total disable_rounded_total in_words payment_terms_template
		payment_schedule tc_name terms language letter_head status amended_from group_same_items packed_items
		has_unit_price_items company_address address_and_contact_tab terms_tab more_info_tab connections_tab""",
	"Quotation Item": """item_code customer_item_code item_name description item_group brand qty stock_uom uom
		conversion_factor stock_qty price_list_rate base_price_list_rate margin_type margin_rate_or_amount
		rate_with_margin discount_percentage discount_amount distributed_discount_amount rate net_rate amount net_amount
		base_rate base_net_rate base_amount base_net_amount pricing_rules is_free_item is_alternative
		has_alternative_item item_tax_template item_tax_rate warehouse prevdoc_doctype prevdoc_docname
		additional_notes""",
	"Sales Taxes and Charges": """charge_type row_id account_head cost_center description included_in_print_rate rate
		tax_amount total tax_amount_after_discount_amount base_tax_amount base_total
		base_tax_amount_after_discount_amount item_wise_tax_detail dont_recompute_tax account_currency""",
	"Payment Schedule": """payment_term description due_date invoice_portion payment_amount base_payment_amount
		mode_of_payment paid_amount outstanding discount_type discount discount_date discounted_amount""",
	"Customer": """customer_name customer_type customer_group territory tax_id tax_category disabled is_frozen
		default_currency default_price_list language website customer_primary_contact mobile_no email_id
		customer_primary_address primary_address payment_terms credit_limits account_manager portal_users dashboard_tab
		contact_and_address_tab tax_tab accounting_tab sales_team_tab settings_tab portal_users_tab""",
	"Customer Credit Limit": "company credit_limit bypass_credit_limit_check",
}


class TestAskingABench(unittest.TestCase):
	def test_a_bench_imports_its_own_erpnext_and_not_the_stand_in(self):
		with tempfile.TemporaryDirectory() as folder:
			for name, text in (
				# the first thing that a framework does with a site is to import its apps
				("frappe", "def init(site):\n\timport erpnext\n\traise SystemExit(erpnext.WHOSE)\n"),
				("erpnext", "WHOSE = 'of the bench'\n"),
			):
				package = Path(folder, name)
				package.mkdir()
				(package / "__init__.py").write_text(text)
			ran = subprocess.run(
				[sys.executable, "-S", erpnext_drift.__file__, "--dump", "--site", "any"],
				env={**os.environ, "PYTHONPATH": folder},
				capture_output=True,
				text=True,
				check=False,
			)
		self.assertEqual(ran.stderr.strip().splitlines()[-1], "of the bench")
