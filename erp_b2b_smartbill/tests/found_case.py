"""What tests of the customer search share: an index that holds nothing but what the test makes."""

from __future__ import annotations

from typing import Any

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.search import search, state, vocabulary
from erp_b2b_smartbill.customers.search.tables import TOKEN
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.search_case import SearchCase


class FoundCase(SearchCase):
	def setUp(self) -> None:
		super().setUp()
		for switch in (features.SYNC, features.REGISTRATION):
			frappe.db.set_single_value("B2B Settings", switch, 1)
		frappe.db.set_single_value("Customer Search Index", "state", state.READY)
		frappe.db.value_cache.clear()

	def customer(self, title: str, **values: Any) -> str:
		return factories.customer(**{"customer_name": title, "tax_id": "", "address": None, **values}).name

	def search(self, q: str, **options: Any) -> dict[str, Any]:
		return search.search(q, **options)

	def rows(self, q: str, **options: Any) -> list[dict[str, Any]]:
		return self.search(q, **options)["customers"]

	def row(self, q: str, **options: Any) -> dict[str, Any]:
		[row] = self.rows(q, **options)
		return row

	def names(self, q: str, **options: Any) -> list[str]:
		return [row["display_name"] for row in self.rows(q, **options)]

	def match(self, q: str) -> tuple[Any, ...]:
		match = self.row(q)["match"]
		return match["field"], match["text"], match["where"]

	def learn(self) -> None:
		"""The words of what the test made, which a job adds otherwise."""
		tokens = [token for (token,) in frappe.db.sql(f"select distinct token from {TOKEN}")]
		vocabulary.add(vocabulary.words_of(tokens))
