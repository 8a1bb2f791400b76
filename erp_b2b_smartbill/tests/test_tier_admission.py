"""A tier's discount is for documents of that tier: whoever asks ERPNext for a price without one gets no tier's."""

import json
from typing import Any
from unittest import mock

import frappe
from erpnext.accounts.doctype.pricing_rule import utils
from erpnext.accounts.doctype.pricing_rule.pricing_rule import apply_pricing_rule
from erpnext.stock.get_item_details import get_item_details
from frappe.utils import nowdate

from erp_b2b_smartbill.customers.overview import commercial
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.customers.pricing import admission
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.tier_case import TierCase

NAME = "filter_pricing_rule_based_on_condition"


class TestAPriceWithoutADocument(TierCase):
	def setUp(self) -> None:
		super().setUp()
		self.tiers = [self.tier(discount) for discount in (5, 12, 30)]
		self.sold = self.item()
		self.gold = self.customer(self.tiers[1])
		admission.install()

	def asked(self, **values: Any) -> dict[str, Any]:
		return {
			"doctype": "Quotation",
			"company": self.company,
			"customer": self.gold.name,
			"currency": "RON",
			"conversion_rate": 1,
			"price_list": factories.PRICE_LIST,
			"price_list_currency": "RON",
			"plc_conversion_rate": 1,
			"transaction_date": nowdate(),
			**values,
		}

	def discount_of_item(self, doc: Any = None) -> float:
		"""As a form or a program asks when an item is chosen."""
		asked = self.asked(item_code=self.sold.name, qty=2, child_doctype="Quotation Item")
		return get_item_details(json.dumps(asked), doc).get("discount_percentage") or 0

	def discount_of_rows(self, doc: Any = None) -> float:
		"""As the desk asks for all rows of a document."""
		row = {
			"doctype": "Quotation Item",
			"item_code": self.sold.name,
			"qty": 2,
			"stock_qty": 2,
			"price_list_rate": 100,
		}
		(answer,) = apply_pricing_rule(json.dumps(self.asked(items=[row])), doc)
		return answer.get("discount_percentage") or 0

	def test_nobody_gets_a_tiers_and_no_tiers_add_up(self):
		self.assertEqual((self.discount_of_item(), self.discount_of_rows()), (0, 0))

	def test_the_shops_own_rules_are_as_without_tiers(self):
		self.shop_rule(25)
		self.assertEqual((self.discount_of_item(), self.discount_of_rows()), (25, 25))

	def test_with_a_document_it_is_the_documents_tiers(self):
		doc = self.unsaved(self.gold, self.sold, b2b_tier=self.tiers[1].name).as_dict()
		shown = json.dumps(doc, default=str)
		self.assertEqual((self.discount_of_item(shown), self.discount_of_rows(shown)), (12, 12))
		doc.b2b_tier = None
		shown = json.dumps(doc, default=str)
		self.assertEqual((self.discount_of_item(shown), self.discount_of_rows(shown)), (0, 0))

	def test_where_the_wrap_is_missing_nobody_gets_a_tiers(self):
		"""In a console that ran no code of ours, beside an app with a search of its own, in another ERPNext."""
		shown = json.dumps(
			self.unsaved(self.gold, self.sold, b2b_tier=self.tiers[1].name).as_dict(), default=str
		)
		erpnexts = getattr(utils, NAME).without_tiers
		with mock.patch.object(utils, NAME, erpnexts):
			for doc in (None, shown):
				self.assertEqual((self.discount_of_item(doc), self.discount_of_rows(doc)), (0, 0))

	def test_a_document_that_is_saved_puts_the_wrap_in_place(self):
		erpnexts = getattr(utils, NAME).without_tiers
		with mock.patch.object(utils, NAME, erpnexts):
			self.assertEqual(self.price(self.quotation(self.gold, self.sold))[0], 88)

	def test_wrapping_again_wraps_nothing_twice(self):
		wrapped = getattr(utils, NAME)
		self.assertTrue(admission.install())
		self.assertIs(getattr(utils, NAME), wrapped)

	def test_an_erpnext_without_that_function_is_left_alone(self):
		with mock.patch.object(utils, NAME):
			delattr(utils, NAME)
			self.assertFalse(admission.install())
			self.assertFalse(hasattr(utils, NAME))
			# mock puts back what it finds
			setattr(utils, NAME, None)

	def test_where_it_cannot_be_put_in_place_that_is_said(self):
		frappe.db.set_single_value("B2B Settings", OVERVIEW, 0)
		with mock.patch.object(admission, "install", return_value=False):
			settings = frappe.get_doc("B2B Settings")
			settings.set(OVERVIEW, 1)
			settings.save()
			self.assertIn("no discount of a tier is given", frappe.as_json(frappe.message_log))
			shown = commercial.show(scopes.of(self.gold.name, self.company))
			self.assertIn("no discount of a tier is given", " ".join(shown["notices"]))

	def test_every_request_and_every_job_puts_it_in_place(self):
		path = f"{admission.__name__}.{admission.install.__name__}"
		for hook in ("before_request", "before_job"):
			self.assertIn(path, frappe.get_hooks(hook))
