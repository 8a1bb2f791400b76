"""Where a proforma's life is shown, who may see it, and what a Quotation does that has one."""

from typing import Any

import frappe
from frappe.desk.notifications import get_open_count

from erp_b2b_smartbill.exceptions import Conflict
from erp_b2b_smartbill.overrides import connections
from erp_b2b_smartbill.smartbill import claim, states
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.life_case import REASON, LifeTestCase


def amended(quotation: Any) -> Any:
	doc = frappe.get_doc("Quotation", quotation.name)
	doc.cancel()
	new = frappe.copy_doc(doc)
	# v15 copies it too
	new.docstatus = 0
	new.amended_from = doc.name
	new.insert()
	frappe.db.commit()
	return new


def onload_of(quotation: Any) -> Any:
	doc = frappe.get_doc("Quotation", quotation.name)
	doc.run_method("onload")
	return (doc.get_onload() or {}).get("smartbill")


class TestQuotation(LifeTestCase):
	def test_cancelling_it_is_allowed_and_the_user_is_told(self):
		quotation = self.issued()
		frappe.clear_messages()
		frappe.get_doc("Quotation", quotation.name).cancel()
		frappe.db.commit()
		messages = frappe.as_json(frappe.local.message_log)
		self.assertIn("PRF2 0227", messages)
		self.assertIn("stays valid in SmartBill", messages)
		view = self.do("show", quotation)
		self.assertEqual((view["quotation_state"], view["status"]), ("cancelled", states.ISSUED))
		# and can cancel it there from here
		self.assertEqual(self.do("cancel", quotation, reason=REASON)["status"], states.CANCELLED)

	def test_without_a_living_proforma_nothing_is_said(self):
		quotation = self.issued()
		self.do("cancel", quotation, reason=REASON)
		frappe.clear_messages()
		frappe.get_doc("Quotation", quotation.name).cancel()
		self.assertNotIn("SmartBill", frappe.as_json(frappe.local.message_log))

	def test_an_amended_one_is_told_of_the_living_proforma_of_its_predecessor(self):
		quotation = self.issued()
		new = amended(quotation)
		self.assertFalse(new.smartbill_number)
		before = onload_of(new)["predecessor"]
		self.assertEqual((before["quotation"], before["number"]), (quotation.name, "0227"))
		self.assertEqual((before["quotation_state"], before["can"]["cancel"]), ("amended", True))
		# also once it was amended again and submitted, and until it is cancelled
		new.submit()
		frappe.db.commit()
		last = amended(new)
		last.submit()
		frappe.db.commit()
		self.assertEqual(onload_of(last)["predecessor"]["number"], "0227")
		self.do("cancel", quotation, reason=REASON)
		self.assertIsNone(onload_of(last)["predecessor"])
		self.rest()
		self.assertEqual(self.issue(last).document.status, states.ISSUED)

	def test_one_that_is_not_submitted_says_why_nothing_can_be_issued(self):
		sent = onload_of(self.quotation(submit=False))
		self.assertEqual((sent["proforma"], sent["predecessor"]), (None, None))
		self.assertIn("Submit", sent["can"]["issue"])

	def test_one_whose_proforma_was_never_sent_can_be_deleted(self):
		quotation = self.quotation()
		self.sandbox.fault("html", path="/SBORO/api/series", status=502)
		with self.assertRaises(frappe.ValidationError):
			self.issue(quotation)
		self.assertEqual(self.stored(quotation).status, states.QUEUED)
		frappe.get_doc("Quotation", quotation.name).cancel()
		frappe.delete_doc("Quotation", quotation.name)
		self.assertFalse(frappe.db.exists("SmartBill Proforma", {"quotation": quotation.name}))

	def test_one_whose_attempt_was_blocked_cannot(self):
		quotation = self.quotation()
		self.sandbox.fault("rate_block")
		with self.assertRaises(frappe.ValidationError):
			self.issue(quotation)
		self.assertTrue(self.stored(quotation).verify_from)
		frappe.get_doc("Quotation", quotation.name).cancel()
		with self.assertRaises(frappe.LinkExistsError):
			frappe.delete_doc("Quotation", quotation.name)
		with self.assertRaises(frappe.PermissionError):
			frappe.delete_doc(
				"SmartBill Proforma", self.stored(quotation).name, ignore_permissions=True, force=True
			)


class TestConnections(LifeTestCase):
	def counts(self, doctype: str, name: str) -> dict[str, int]:
		found = get_open_count(doctype, name)["count"]
		rows = found["external_links_found"] if isinstance(found, dict) else found
		return {row["doctype"]: row["count"] for row in rows}

	def test_the_quotation_and_the_customer_count_their_documents(self):
		quotation = self.issued()
		self.do("invoice", quotation)
		for doctype, name in (("Quotation", quotation.name), ("Customer", quotation.party_name)):
			found = self.counts(doctype, name)
			self.assertEqual((found["SmartBill Proforma"], found["SmartBill Invoice"]), (1, 1), doctype)

	def test_erpnexts_own_stay(self):
		data = {
			"fieldname": "prevdoc_docname",
			"transactions": [{"label": "Sales Order", "items": ["Sales Order"]}],
		}
		merged = connections.of_quotation(data)
		self.assertEqual(merged["fieldname"], "prevdoc_docname")
		self.assertEqual(merged["transactions"][0], data["transactions"][0])
		self.assertEqual(len(data["transactions"]), 1)
		self.switch(False)
		self.assertEqual(connections.of_quotation(data), data)


class TestPermissions(LifeTestCase):
	ACTIONS = {
		"cancel": {"reason": REASON},
		"restore": {"reason": REASON},
		"email": {"to": "a@example.com", "via": "smartbill"},
		"follow": {},
		"invoice": {},
		"settle_invoice": {"action": "absent", "note": "looked"},
		"link": {"series": "PRF2", "number": "0999"},
		"unlink": {"reason": REASON},
		"discard": {"reason": REASON},
	}

	def test_our_role_alone_opens_no_quotation(self):
		quotation = self.issued()
		for role in ("B2B Sales", "B2B Manager", "System Manager", "Stock User"):
			for action, given in self.ACTIONS.items():
				with self.subTest(role=role, action=action), self.person(role):
					with self.assertRaises(frappe.PermissionError):
						self.do(action, quotation, **given)
		self.assertEqual(self.stored(quotation).status, states.ISSUED)
		self.assertEqual(len(self.sandbox.requests("/estimate/invoices")), 0)

	def test_another_companys_quotation_stays_closed(self):
		quotation = self.issued()
		user = factories.user("Sales User", "B2B Manager")
		other = frappe.get_all("Company", {"name": ["!=", factories.COMPANY]}, pluck="name", limit=1)
		if not other:
			self.skipTest("the site has one company only")
		frappe.get_doc(
			{"doctype": "User Permission", "user": user, "allow": "Company", "for_value": other[0]}
		).insert()
		frappe.db.commit()
		for action, given in self.ACTIONS.items():
			with self.subTest(action=action), self.as_user(user):
				with self.assertRaises(frappe.PermissionError):
					self.do(action, quotation, **given)

	def test_who_may_not_do_it_is_told_by_the_view(self):
		quotation = self.issued()
		with self.person("Sales User"):
			can = self.do("show", quotation)["can"]
		self.assertEqual((can["cancel"], can["email"], can["follow"]), (True, True, True))
		self.assertIn("B2B Manager", can["invoice"])

	def test_an_invoice_is_seen_by_those_who_see_its_quotation(self):
		quotation = self.issued()
		self.do("invoice", quotation)
		invoice = self.invoices(quotation)[0]
		with self.person("Sales User"):
			self.assertEqual(
				frappe.get_list("SmartBill Invoice", {"name": invoice.name}, pluck="name"), [invoice.name]
			)
			self.assertTrue(frappe.has_permission("SmartBill Invoice", "read", doc=invoice.name))
		with self.person("B2B Sales"):
			self.assertEqual(frappe.get_list("SmartBill Invoice", {"name": invoice.name}), [])
			self.assertFalse(frappe.has_permission("SmartBill Invoice", "read", doc=invoice.name))

	def test_nobody_writes_an_invoice_by_frappes_own_means(self):
		quotation = self.issued()
		self.do("invoice", quotation)
		invoice = self.invoices(quotation)[0]
		invoice.status = states.REJECTED
		with self.assertRaises(frappe.PermissionError):
			invoice.save(ignore_permissions=True)
		with self.assertRaises(frappe.PermissionError):
			frappe.delete_doc("SmartBill Invoice", invoice.name, ignore_permissions=True, force=True)

	def test_the_projection_cannot_be_written_by_a_save(self):
		quotation = self.issued()
		self.do("invoice", quotation)
		self.do("follow", quotation)
		doc = frappe.get_doc("Quotation", quotation.name)
		doc.smartbill_payment_status = "Paid"
		doc.save()
		frappe.db.commit()
		self.assertEqual(self.projected(quotation)[2], "Unpaid")

	def test_changing_needs_the_status_that_was_seen(self):
		quotation = self.issued()
		doc = self.stored(quotation)
		with self.assertRaises(Conflict):
			claim.change(doc.doctype, doc.name, "Test", {"status": "Cancelled"}, allowed=("Draft",))
		self.assertEqual(self.stored(quotation).status, states.ISSUED)
