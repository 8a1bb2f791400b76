"""What the server tells the desk: what is on, what may be pressed, and what happened to a document."""

import json
from datetime import timedelta
from typing import Any

import frappe

from erp_b2b_smartbill import boot, features
from erp_b2b_smartbill.overrides.quotation import show_proforma
from erp_b2b_smartbill.smartbill import claim, history, states
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.test_issue import IssueTestCase


class TestBoot(IssueTestCase):
	def test_the_desk_shows_nothing_of_a_part_that_is_off(self):
		self.assertTrue(self.booted()["proforma"])
		self.switch(False)
		self.assertFalse(self.booted()["proforma"])

	def test_nor_to_users_without_the_roles(self):
		with self.as_user(factories.user("Accounts User")):
			self.assertFalse(self.booted()["proforma"])

	def test_customer_360_is_for_whom_may_see_a_tab_of_it(self):
		frappe.db.set_single_value("B2B Settings", features.OVERVIEW, 1)
		for roles, expected in (
			(("Sales User",), (True, False)),
			(("B2B Manager",), (True, True)),
			(("Stock User",), (False, False)),
		):
			with self.as_user(factories.user(*roles)):
				booted = self.booted()
			self.assertEqual((booted["customer_360"], booted["may_give_tiers"]), expected, roles)
		frappe.db.set_single_value("B2B Settings", features.OVERVIEW, 0)
		self.assertFalse(self.booted()["customer_360"])

	def booted(self) -> Any:
		info = frappe._dict()
		boot.extend(info)
		return info.erp_b2b_smartbill


class TestOnload(IssueTestCase):
	def can(self, quotation: Any) -> dict[str, Any]:
		doc = frappe.get_doc("Quotation", quotation.name)
		show_proforma(doc)
		return doc.get_onload("smartbill")["can"]

	def test_a_quotation_that_is_not_open_says_why_nothing_can_be_issued(self):
		draft = self.quotation(submit=False)
		self.assertEqual(self.can(draft)["issue"], "Submit the Quotation first.")
		lost = self.quotation()
		self.assertIs(self.can(lost)["issue"], True)
		frappe.db.set_value("Quotation", lost.name, "status", "Lost")
		self.assertEqual(self.can(lost)["issue"], "The Quotation is lost.")
		cancelled = self.quotation()
		cancelled.cancel()
		self.assertEqual(self.can(cancelled)["issue"], "The Quotation is cancelled.")


class TestHistory(IssueTestCase):
	def issued(self) -> Any:
		quotation = self.quotation()
		self.issue(quotation)
		return self.stored(quotation)

	def labels(self, doc: Any) -> list[str]:
		return [entry["label"] for entry in history.of_document(doc.doctype, doc.name)]

	def test_tells_what_happened_in_its_order(self):
		doc = self.issued()
		told = history.of_document(doc.doctype, doc.name)
		self.assertEqual(
			[entry["label"] for entry in told],
			["Proforma claimed", "Sent to SmartBill", "Proforma issued", "Proforma PDF stored"],
		)
		self.assertEqual([entry["level"] for entry in told], ["neutral", "neutral", "ok", "ok"])
		self.assertIn("PRF2 0227", told[2]["detail"])
		self.assertEqual(sorted(entry["at"] for entry in told), [entry["at"] for entry in told])

	def test_a_look_is_part_of_it(self):
		self.sandbox.fault("drop", when="after")
		quotation = self.quotation()
		doc = self.issue(quotation).proforma
		self.assertEqual(doc.status, states.UNKNOWN)
		at = doc.sent_at + timedelta(minutes=10)
		look = {"at": at.isoformat(sep=" "), "counter": 228, "complete": True, "seen": []}
		claim.note_look(claim.claim_of(doc), json.dumps({"first": look, "last": look}), None, False, None)
		told = history.of_document(doc.doctype, doc.name)[-1]
		self.assertEqual(told["label"], "Looked at SmartBill")
		self.assertIn("228", told["detail"])

	def test_those_who_may_read_the_document_read_its_history_and_nobody_else(self):
		doc = self.issued()
		with self.as_user(factories.user("Sales User")):
			self.assertFalse(frappe.has_permission("Business Event", "read"))
			self.assertIn("Proforma issued", self.labels(doc))
		with self.as_user(factories.user("Accounts User")), self.assertRaises(frappe.PermissionError):
			self.labels(doc)

	def test_only_of_smartbills_documents(self):
		quotation = self.quotation()
		with self.assertRaises(frappe.PermissionError):
			history.of_document("Quotation", quotation.name)
		with self.assertRaises(frappe.PermissionError):
			history.of_document("SmartBill Account", self.account.name)

	def test_no_payload_and_no_secret_is_in_it(self):
		doc = self.issued()
		text = frappe.as_json(history.of_document(doc.doctype, doc.name))
		self.assertNotIn("/documente/extern/", text)
		self.assertNotIn("products", text)
		self.assertNotIn("demo-token", text)
