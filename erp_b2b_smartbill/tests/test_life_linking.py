"""Linking a proforma that was issued in SmartBill by hand, and unlinking it."""

from typing import Any

import frappe

from erp_b2b_smartbill.exceptions import Conflict, NotAllowed, NotReady, SmartBillUnreachable
from erp_b2b_smartbill.smartbill import claim, states
from erp_b2b_smartbill.tests.life_case import REASON, LifeTestCase


class TestLinking(LifeTestCase):
	def by_hand(self) -> dict[str, str]:
		"""A proforma that somebody typed into SmartBill."""
		self.sandbox.foreign_document("PRF2")
		return {"series": "PRF2", "number": max(one["number"] for one in self.sandbox.documents())}

	def test_links_stores_the_pdf_and_tells_what_was_not_found_in_it(self):
		quotation, named = self.quotation(), self.by_hand()
		view, status = self.answer("link", quotation, **named)
		self.assertEqual((status, view["status"], view["number"]), (201, states.ISSUED, "0227"))
		self.assertEqual(view["origin"], "Linked by hand")
		self.assertTrue(view["pdf_url"])
		self.assertEqual(len(view["notices"]), 2)
		self.assertIn(quotation.customer_name, view["notices"][0])
		self.assertEqual((view["grand_total"], view["currency"]), (quotation.grand_total, "RON"))
		self.assertEqual(self.projected(quotation)[:2], ("Issued", "PRF2 0227"))
		self.assertEqual(self.events(self.stored(quotation))[0], "Proforma linked by hand")
		self.assertEqual(self.sandbox.creates(), [])
		# and it is the Quotation's one proforma
		self.rest()
		self.assertFalse(self.issue(quotation).issued_now)
		self.assertEqual(self.sandbox.creates(), [])

	def test_nothing_is_noticed_when_client_and_total_stand_in_it(self):
		other = self.issued()
		document = self.sandbox.document("0227")
		quotation = self.quotation()
		frappe.db.set_value("Quotation", quotation.name, "customer_name", document["client"]["name"])
		frappe.db.commit()
		self.do("cancel", other, reason=REASON)
		frappe.db.sql(
			"update `tabSmartBill Proforma` set document_key = null where quotation = %s", other.name
		)
		frappe.db.commit()
		# it names the other Quotation, though
		error = self.refused(NotReady, "link", quotation, series="PRF2", number="0227")
		self.assertIn(other.name, error.message)

	def test_the_number_may_be_written_without_its_zeros(self):
		quotation = self.quotation()
		self.by_hand()
		self.assertEqual(self.do("link", quotation, series="PRF2", number="227")["number"], "0227")

	def test_it_must_exist_in_smartbill(self):
		quotation = self.quotation()
		for given, field in (
			({"series": "PRF2", "number": "0999"}, "number"),
			({"series": "PRF2", "number": "abc"}, "number"),
			({"series": "", "number": "0227"}, "series"),
		):
			error = self.refused(NotReady, "link", quotation, **given)
			self.assertEqual(error.problems[0]["field"], field)
		self.assertIsNone(self.stored(quotation))

	def test_a_number_belongs_to_one_quotation(self):
		first, second, named = self.quotation(), self.quotation(), self.by_hand()
		self.do("link", first, **named)
		error = self.refused(Conflict, "link", second, **named)
		self.assertEqual(error.code, "number_taken")
		self.assertIn(first.name, error.message)

	def test_not_beside_a_live_proforma(self):
		quotation = self.issued()
		self.assertEqual(self.refused(Conflict, "link", quotation, **self.by_hand()).code, "not_possible")

	def test_after_a_cancelled_or_refused_one_it_is_possible(self):
		quotation = self.issued()
		self.do("cancel", quotation, reason=REASON)
		self.assertEqual(self.do("link", quotation, **self.by_hand())["number"], "0228")

	def test_one_that_was_never_sent_gives_way(self):
		quotation = self.quotation()
		self.sandbox.fault("html", path="/SBORO/api/series", status=502)
		with self.assertRaises(SmartBillUnreachable):
			self.issue(quotation)
		self.assertEqual(self.stored(quotation).status, states.QUEUED)
		view = self.do("link", quotation, **self.by_hand())
		self.assertEqual(view["origin"], "Linked by hand")
		statuses = frappe.get_all("SmartBill Proforma", {"quotation": quotation.name}, pluck="status")
		self.assertEqual(sorted(statuses), ["Issued", "Rejected"])

	def test_only_for_a_submitted_quotation_and_by_managers(self):
		named = self.by_hand()
		self.assertEqual(
			self.refused(Conflict, "link", self.quotation(submit=False), **named).code, "not_submitted"
		)
		quotation = self.quotation()
		with self.person("Sales User"):
			self.assertEqual(self.refused(NotAllowed, "link", quotation, **named).code, "needs_role")
		with self.person("Sales User", "B2B Manager"):
			self.assertEqual(self.answer("link", quotation, **named)[1], 201)

	def test_a_linked_one_is_followed_and_invoiced_like_any_other(self):
		quotation = self.quotation()
		self.do("link", quotation, **self.by_hand())
		self.assertEqual(self.answer("invoice", quotation)[1], 201)
		self.assertEqual(self.do("follow", quotation)["payment_status"], "Unpaid")

	def test_the_lost_invoice_of_a_linked_one_can_be_adopted_by_a_person(self):
		quotation = self.quotation()
		self.do("link", quotation, **self.by_hand())
		self.sandbox.fault("drop", path="/SBORO/api/invoice/v2", when="after")
		self.assertEqual(self.answer("invoice", quotation)[1], 202)
		view = self.do("settle_invoice", quotation, action="adopt", number="0101", note="seen there")
		self.assertEqual(view["status"], states.INVOICED)


class TestUnlinking(LifeTestCase):
	def linked(self) -> Any:
		quotation = self.quotation()
		self.sandbox.foreign_document("PRF2")
		self.do("link", quotation, series="PRF2", number="0227")
		return quotation

	def test_leaves_no_trace_but_the_event(self):
		quotation = self.linked()
		doc = self.stored(quotation)
		answer, status = self.answer("unlink", quotation, reason=REASON)
		self.assertEqual((answer, status), (None, 200))
		self.assertIsNone(claim.shown(quotation.name))
		self.assertEqual(self.projected(quotation), (None, None, None))
		self.assertEqual(frappe.get_all("File", {"file_url": doc.pdf}), [])
		event = frappe.get_last_doc("Business Event", {"reference_name": doc.name})
		self.assertEqual((event.event, event.reason), ("Proforma unlinked", REASON))
		self.assertEqual(self.sandbox.document("0227")["status"], "active")
		self.assertEqual(self.do("link", quotation, series="PRF2", number="0227")["number"], "0227")

	def test_needs_a_reason(self):
		self.assertEqual(self.refused(NotReady, "unlink", self.linked()).problems[0]["field"], "reason")

	def test_what_was_issued_here_cannot_be_unlinked(self):
		error = self.refused(Conflict, "unlink", self.issued(), reason=REASON)
		self.assertEqual(error.code, "not_possible")

	def test_an_invoiced_one_cannot_be_unlinked(self):
		quotation = self.linked()
		self.do("invoice", quotation)
		self.refused(Conflict, "unlink", quotation, reason=REASON)
		self.sandbox.delete_by_hand("invoice", "FACT", "0101")
		self.do("follow", quotation)
		self.assertEqual(self.refused(Conflict, "unlink", quotation, reason=REASON).code, "invoiced")

	def test_only_by_managers(self):
		quotation = self.linked()
		with self.person("Sales Manager"):
			self.assertEqual(self.refused(NotAllowed, "unlink", quotation, reason=REASON).code, "needs_role")
