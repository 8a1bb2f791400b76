"""The stand-in computes what a bench with ERPNext 15.71.1 was measured to compute."""

import json
from pathlib import Path

import frappe
import oracle
from standin import StandinTestCase

MEASURED = Path(__file__).with_name("measured_totals.json")


class TestMeasuredTotals(StandinTestCase):
	maxDiff = None

	def test_every_measured_quotation_and_order_comes_out_the_same(self):
		oracle.prepare(frappe)
		for entry in json.loads(MEASURED.read_text()):
			with self.subTest(entry["name"]):
				self.assertEqual(oracle.measure(frappe, entry), entry["measured"])

	def test_the_measured_inputs_are_those_that_are_made(self):
		"""Who changes the inputs measures again."""
		stored = [
			{key: value for key, value in entry.items() if key != "measured"}
			for entry in json.loads(MEASURED.read_text())
		]
		self.assertEqual(stored, json.loads(json.dumps(oracle.cases())))

	def test_refusals_were_measured_too(self):
		errors = {entry["measured"].get("error") for entry in json.loads(MEASURED.read_text())}
		self.assertLessEqual(
			{"MultiplePricingRuleConflict", "UOMMustBeIntegerError", "InvalidQtyError"}, errors
		)
