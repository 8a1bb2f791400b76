"""What the form of a SmartBill Account asks the server: pick lists, suggestions, the spare series, health."""

import unittest
from decimal import Decimal
from typing import Any

import frappe

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.smartbill import picklists
from erp_b2b_smartbill.smartbill.picklists import Lists, pair_for, unit_for
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import delete_rows
from erp_b2b_smartbill.tests.test_modes import ModesTestCase

SPARE = "PRFB2B"
REASON = "the first one is blocked"


class TestMatching(unittest.TestCase):
	def test_a_unit_is_found_by_its_name_or_a_synonym(self):
		units = ["buc", "KG", "ora", "m", "set", "l", "cutie"]
		for uom, unit in (
			("Nos", "buc"),
			("Unit", "buc"),
			("Kg", "KG"),
			("Hour", "ora"),
			("Meter", "m"),
			("Litre", "l"),
			("Box", "cutie"),
			("Set", "set"),
		):
			self.assertEqual(unit_for(uom, units), unit)

	def test_a_unit_that_nothing_stands_for_is_not_guessed(self):
		self.assertIsNone(unit_for("Pallet", ["buc", "kg"]))
		self.assertIsNone(unit_for("Nos", []))

	def test_a_rate_is_suggested_when_only_one_pair_has_it(self):
		taxes = [
			("Normala", Decimal(21)),
			("Redusa", Decimal(11)),
			("Alta", Decimal(11)),
			("SDD", Decimal(0)),
		]
		self.assertEqual(pair_for(Decimal(21), taxes), ("Normala", Decimal(21)))
		self.assertIsNone(pair_for(Decimal(11), taxes))
		self.assertIsNone(pair_for(Decimal(9), taxes))

	def test_zero_is_never_guessed(self):
		self.assertIsNone(pair_for(Decimal(0), [("SDD", Decimal(0))]))

	def test_double_pairs_are_found(self):
		pair = ("Normala", Decimal(21))
		self.assertEqual(Lists(taxes=(pair, pair, ("R", Decimal(11)))).double_pairs(), [pair])


class TestLists(ModesTestCase):
	def test_they_are_read_and_kept(self):
		answer = self.account.read_lists()
		self.assertIsNone(answer["problem"])
		self.assertEqual(
			answer["lists"]["series"], {"p": ["PRFB2B", "PRF2", "DUBLU"], "f": ["FACT", "DUBLU"]}
		)
		self.assertEqual(self.fresh().health()["lists"], answer["lists"])
		self.assertTrue(self.fresh().lists_read_at)
		self.assertEqual(self.sandbox.writes(), [])

	def test_a_list_that_is_missing_this_time_stays_as_it_was(self):
		self.account.read_lists()
		self.sandbox.knobs(mu="off")
		self.rest()
		self.assertIsNone(self.account.read_lists()["problem"])
		self.assertIn("buc", self.fresh().health()["lists"]["units"])

	def test_a_failure_is_a_sentence(self):
		self.sandbox.fault("status", path="/SBORO/api/tax", status=500)
		self.assertIn("did not tell", self.account.read_lists()["problem"])

	def test_a_form_cannot_write_them(self):
		account = self.fresh()
		account.lists = '{"units": ["FALS"]}'
		account.save()
		self.assertIsNone(self.fresh().lists)

	def test_a_series_of_the_other_kind_is_refused(self):
		self.account.read_lists()
		for changes in ({"spare_series": "FACT"}, {"invoice_series": "PRFB2B"}):
			account = self.fresh()
			account.update(changes)
			with self.assertRaises(frappe.ValidationError):
				account.save()
		account = self.fresh()
		# the same name for both kinds, and one that the lists do not know yet
		account.update({"spare_series": "DUBLU", "invoice_series": "NOUA"})
		account.save()

	def test_the_spare_series_is_another_one(self):
		account = self.fresh()
		account.spare_series = f" {account.proforma_series}"
		with self.assertRaises(frappe.ValidationError):
			account.save()


class TestSuggestions(ModesTestCase):
	def test_they_say_what_could_be_mapped_and_what_not(self):
		for uom in ("Kg", "Pallet Test"):
			if not frappe.db.exists("UOM", uom):
				frappe.get_doc({"doctype": "UOM", "uom_name": uom}).insert()
				self.addCleanup(frappe.db.commit)
				self.addCleanup(delete_rows, "UOM", uom)
			factories.item(stock_uom=uom)
		factories.item()
		frappe.db.commit()
		account = self.fresh_with(units=[], vat_rates=[])
		account.read_lists()
		found = self.fresh().suggest_maps()
		self.assertIn({"uom": "Nos", "measuring_unit_name": "buc"}, found["units"])
		self.assertIn({"uom": "Kg", "measuring_unit_name": "kg"}, found["units"])
		self.assertIn("Pallet Test", found["unmapped_units"])
		self.assertIn(
			{"erpnext_rate": 21.0, "tax_name": "Normala", "tax_percentage": 21.0}, found["vat_rates"]
		)
		self.assertIn(0.0, found["unmapped_rates"])
		self.assertNotIn(0.0, [row["erpnext_rate"] for row in found["vat_rates"]])
		self.assertEqual(self.fresh().units, [])

	def test_what_is_mapped_is_left_alone(self):
		self.account.read_lists()
		self.assertEqual(self.fresh().suggest_maps()["vat_rates"], [])

	def test_without_lists_nothing_is_suggested(self):
		self.assertFalse(self.account.suggest_maps()["read"])

	def fresh_with(self, **changes: Any) -> Any:
		account = self.fresh()
		account.update(changes)
		account.save()
		frappe.db.commit()
		return account


class TestSpareSeries(ModesTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_value("SmartBill Account", self.account.name, "spare_series", SPARE)
		self.manager = factories.user("B2B Manager")
		frappe.db.commit()

	def block(self) -> None:
		self.sandbox.fault("drop", when="after")
		self.issue_one()
		self.rest()

	def switch_as(self, user: str, reason: str = REASON) -> Any:
		account = self.fresh()
		with self.as_user(user):
			return account.switch_to_spare_series(reason)

	def test_a_manager_goes_on_with_the_other_series_and_it_is_audited(self):
		self.block()
		self.assertTrue(self.fresh().health()["can_switch_series"])
		self.switch_as(self.manager)
		frappe.db.commit()
		account = self.fresh()
		self.assertEqual((account.proforma_series, account.spare_series), (SPARE, factories.SERIES))
		event = frappe.get_last_doc("Business Event", {"event": audit.ACCOUNT_SERIES_SWITCHED})
		self.assertEqual((event.reason, event.user), (REASON, self.manager))
		self.assertEqual(self.issue_one().series, SPARE)

	def test_it_is_not_offered_while_nothing_is_blocked(self):
		self.assertFalse(self.fresh().health()["can_switch_series"])
		with self.assertRaises(frappe.ValidationError):
			self.switch_as(self.manager)

	def test_it_needs_a_role_a_reason_and_a_spare_series(self):
		self.block()
		with self.assertRaises(frappe.PermissionError):
			self.switch_as(factories.user("Sales Manager", "B2B Sales"))
		with self.assertRaises(frappe.ValidationError):
			self.switch_as(self.manager, " ")
		frappe.db.set_value("SmartBill Account", self.account.name, "spare_series", None)
		frappe.db.commit()
		with self.assertRaises(frappe.ValidationError):
			self.switch_as(self.manager)


class TestHealth(ModesTestCase):
	def test_a_manager_sees_it_and_sales_do_not(self):
		with self.as_user(factories.user("B2B Manager")):
			self.assertEqual(self.account.health()["mode"], "Live")
		with self.as_user(factories.user("Sales User", "B2B Sales")):
			with self.assertRaises(frappe.PermissionError):
				self.account.health()

	def test_it_counts_the_calls_and_shows_what_failed_last(self):
		self.sandbox.fault("status", path="/SBORO/api/tax", status=500)
		self.account.read_lists()
		health = self.fresh().health()
		self.assertGreaterEqual(health["calls_10_s"], 3)
		self.assertGreaterEqual(health["calls_10_min"], health["calls_10_s"])
		self.assertEqual((health["last_error"].operation, health["last_error"].http_status), ("taxes", 500))

	def test_it_names_what_holds_a_series(self):
		self.sandbox.fault("drop", when="after")
		unknown = self.issue_one()
		[row] = self.fresh().health()["unknown"]
		self.assertEqual((row["name"], row["expected_number"]), (unknown.name, 227))

	def test_it_counts_down_a_block(self):
		until = frappe.utils.add_to_date(clock.now(), seconds=90)
		frappe.db.set_value("SmartBill Account", self.account.name, "blocked_until", until)
		self.assertGreater(self.account.health()["blocked_seconds"], 60)

	def test_it_says_why_nothing_leaves_a_copy(self):
		with self.copied_site(host_name="https://staging.example.com"):
			health = self.fresh().health()
			self.assertIs(health["live_here"], False)
			self.assertIn("another site", health["refusal"])
		self.assertIs(self.fresh().health()["live_here"], True)

	def test_it_holds_no_credentials(self):
		self.assertNotIn("token", frappe.as_json(self.account.health()))


class TestSynonyms(unittest.TestCase):
	def test_no_name_stands_in_two_groups(self):
		names = [name for group in picklists.UNIT_SYNONYMS for name in group]
		self.assertEqual(sorted(set(names)), sorted(names))
