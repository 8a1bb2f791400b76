"""The base of the tests of a proforma's life after issue."""

from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill.api import proforma_life, proformas
from erp_b2b_smartbill.exceptions import AppError
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.test_issue import IssueTestCase

REASON = "the customer changed the order"


class LifeTestCase(IssueTestCase):
	account_values: dict[str, Any] = {"invoice_series": "FACT"}

	def setUp(self) -> None:
		super().setUp()
		self.account.update(self.account_values)
		self.account.save()
		frappe.db.commit()

	def issued(self, **values: Any) -> Any:
		"""A Quotation whose proforma was issued."""
		quotation = self.quotation(**values)
		self.assertEqual(self.issue(quotation).document.status, states.ISSUED)
		self.rest()
		return quotation

	def draft(self) -> Any:
		"""A Quotation of which SmartBill has a draft."""
		quotation = self.quotation()
		mapping = issuing.map_quotation

		def as_draft(*arguments: Any) -> Any:
			mapped, reference = mapping(*arguments)
			mapped.payload["isDraft"] = True
			return mapped, reference

		with patch.object(issuing, "map_quotation", as_draft):
			self.assertEqual(self.issue(quotation).document.status, states.DRAFT)
		return quotation

	def do(self, action: str, quotation: Any, /, **given: Any) -> dict[str, Any]:
		"""What the REST handler of an action answers."""
		return self.answer(action, quotation, **given)[0]

	def answer(self, action: str, quotation: Any, /, **given: Any) -> tuple[dict[str, Any], int]:
		handler = getattr(proforma_life, action, None) or getattr(proformas, action)
		self.rest()
		frappe.local.form_dict = frappe._dict(given)
		try:
			return handler(quotation.name)
		finally:
			frappe.local.form_dict = frappe._dict()
			frappe.db.rollback()

	def person(self, *roles: str) -> Any:
		"""As a new user with these roles."""
		user = factories.user(*roles)
		frappe.db.commit()
		return self.as_user(user)

	def refused(self, kind: type[AppError], action: str, quotation: Any, /, **given: Any) -> AppError:
		with self.assertRaises(kind) as caught:
			self.do(action, quotation, **given)
		frappe.db.rollback()
		return caught.exception

	def after(self, **delta: float) -> None:
		"""Let time pass here and in SmartBill."""
		self.move(**delta)
		self.sandbox.advance(
			int(sum({"seconds": 1, "hours": 3600, "days": 86400}[k] * v for k, v in delta.items()))
		)
		self.rest()

	def events(self, doc: Any) -> list[str]:
		return frappe.get_all(
			"Business Event", {"reference_name": doc.name}, pluck="event", order_by="creation"
		)

	def projected(self, quotation: Any) -> tuple[Any, ...]:
		frappe.db.rollback()
		return frappe.db.get_value(
			"Quotation",
			quotation.name,
			["smartbill_status", "smartbill_number", "smartbill_payment_status"],
		)

	def invoices(self, quotation: Any) -> list[Any]:
		frappe.db.rollback()
		names = frappe.get_all(
			"SmartBill Invoice", {"quotation": quotation.name}, pluck="name", order_by="creation"
		)
		return [frappe.get_doc("SmartBill Invoice", name) for name in names]
