"""The same as test_cents.py, the whole way: Quotation documents that are never saved, priced by the site's ERPNext, read
as the app reads them and sent to the sandbox over HTTP."""

from dataclasses import replace
from typing import Any

import frappe
import quotations
import requests
from erpnext.controllers.taxes_and_totals import calculate_taxes_and_totals
from frappe.utils import add_days, nowdate
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill.collect import read_account, read_offer
from erp_b2b_smartbill.smartbill.mapping import map_offer
from erp_b2b_smartbill.smartbill.payload import freeze
from erp_b2b_smartbill.smartbill.totals import Totals
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import SandboxTestCase

SMALL = st.builds(
	replace,
	quotations.GIVEN,
	rows=st.lists(quotations.ROWS, min_size=1, max_size=40).map(tuple),
	method=st.just(quotations.METHODS[0]),
	row_wise=st.just(False),
)


class TestCentsOfDocuments(SandboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		factories.company()
		self.item = factories.item().name
		self.party = factories.customer()
		self.charge = factories.charge_account()
		self.account = read_account(factories.smartbill_account(self.sandbox.api_url))

	def document(self, made: quotations.Given) -> Any:
		doc = frappe.new_doc("Quotation")
		doc.update(
			{
				"name": "QTN-TEST",
				"party_name": self.party.name,
				"company": factories.company(),
				"transaction_date": nowdate(),
				"valid_till": add_days(nowdate(), 9),
				"currency": made.currency,
				"conversion_rate": 4.9731 if made.currency == "EUR" else 1,
				"ignore_pricing_rule": 1,
				"disable_rounded_total": 1,
			}
		)
		for price, quantity, percentage, typed, own in made.rows:
			doc.append(
				"items",
				{
					"item_code": self.item,
					"item_name": "Articol",
					"uom": "Nos",
					"qty": quantity,
					"price_list_rate": price,
					"rate": typed,
					"discount_percentage": 0 if typed is not None else percentage,
					"item_tax_template": None if own is None else factories.item_tax_template(own),
				},
			)
		above = 0
		if made.freight:
			doc.append("taxes", factories.freight(made.freight))
			above = 1
		kind = "On Previous Row Total" if above else "On Net Total"
		doc.append(
			"taxes", factories.tax_row(kind, row_id=above or None, included_in_print_rate=int(made.included))
		)
		if made.discount_on:
			doc.apply_discount_on = made.discount_on
			doc.additional_discount_percentage = made.discount_percentage
		calculate_taxes_and_totals(doc)
		return doc

	def sent(self, payload: Any, way: str) -> Totals:
		self.sandbox.knobs(vat_rounding=way)
		answer = requests.post(
			f"{self.sandbox.api_url}/estimate/v2",
			data=freeze(payload).encode(),
			headers={"Content-Type": "application/json"},
			auth=("demo@example.ro", "demo-token"),
			timeout=10,
		)
		self.assertEqual(answer.status_code, 200, answer.text)
		stored = self.sandbox.documents()[-1]["totals"]
		return Totals(*(quotations.D(stored[key]) for key in ("net", "vat", "gross")))

	@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
	@given(SMALL)
	def test_the_sandbox_stores_what_was_predicted(self, made):
		offer = read_offer(self.document(made))
		assume(quotations.adds_up(offer))
		mapped = map_offer(offer, self.account, today=clock.today_in_romania(), reference="Ref. QTN-TEST/1")
		self.assertEqual(mapped.problems, ())
		self.sandbox.reset()
		self.assertEqual(self.sent(mapped.payload, "row"), mapped.prediction.by_row)
		self.assertEqual(self.sent(mapped.payload, "rate"), mapped.prediction.by_rate)
		self.assertTrue(mapped.comparison.agrees)
