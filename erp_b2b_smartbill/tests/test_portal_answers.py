"""A buyer accepts or declines, once, and sales learns of it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import frappe
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill.overrides import connections
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.deciding import Deciders
from erp_b2b_smartbill.tests.portal_case import PortalCase

EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"


class TestAnswer(PortalCase):
	def test_an_answer_is_stored_shown_and_audited_once(self):
		response = self.answer(self.offer, "Declined", "Prea <b>scump</b>")
		self.assertEqual(response.status_code, 201, response.text)
		self.assertEqual(response.json()["data"]["response"]["response"], "Declined")
		frappe.db.rollback()
		stored = frappe.get_doc("Quotation Response", {"quotation": self.offer})
		self.assertEqual(
			(stored.user, stored.customer, stored.response), (self.buyer, self.customer, "Declined")
		)
		self.assertNotIn("<b>", stored.comment)
		doc = frappe.get_doc("Quotation", self.offer)
		self.assertEqual((doc.b2b_response, doc.status), ("Declined", "Open"))
		self.assertEqual(
			frappe.get_all("Business Event", {"reference_name": self.offer}, pluck="event"),
			["Quotation declined by the buyer"],
		)
		self.assertTrue(
			frappe.db.exists("Notification Log", {"document_name": self.offer, "for_user": doc.owner})
		)
		again = self.answer(self.offer, "Accepted")
		self.assertEqual((again.status_code, again.json()["error"]["code"]), (409, "answered"))
		frappe.db.rollback()
		self.assertEqual(frappe.db.count("Quotation Response", {"quotation": self.offer}), 1)

	def test_two_tabs_at_once_are_one_answer(self):
		with ThreadPoolExecutor(4) as pool:
			answers = list(pool.map(lambda word: self.answer(self.offer, word), ["Accepted", "Declined"] * 2))
		self.assertEqual(sorted(one.status_code for one in answers), [201, 409, 409, 409])
		frappe.db.rollback()
		self.assertEqual(frappe.db.count("Quotation Response", {"quotation": self.offer}), 1)

	def test_what_is_over_is_not_answered(self):
		expired = self.offer_to(
			self.customer, transaction_date=add_days(nowdate(), -30), valid_till=add_days(nowdate(), -2)
		)
		ordered = self.offer_to(self.customer)
		frappe.db.set_value("Quotation", ordered, "status", "Ordered")
		cancelled = self.offer_to(self.customer)
		frappe.get_doc("Quotation", cancelled).cancel()
		lost = self.offer_to(self.customer)
		frappe.db.set_value("Quotation", lost, "status", "Lost")
		frappe.db.commit()
		for name in (expired, cancelled, lost, ordered):
			response = self.answer(name)
			self.assertEqual((response.status_code, response.json()["error"]["code"]), (409, "closed"), name)

	def test_nonsense_is_refused(self):
		for body in (
			{},
			{"response": "Maybe"},
			{"response": ["Accepted"]},
			{"response": "Accepted", "comment": "x" * 3000},
		):
			response = self.call(self.browser, "POST", self.path(self.offer, "/response"), body)
			self.assertEqual(response.status_code, 422, response.text)
		self.assertFalse(frappe.db.exists("Quotation Response", {"quotation": self.offer}))

	def test_nobody_changes_or_deletes_an_answer(self):
		self.answer(self.offer)
		frappe.db.rollback()
		stored = frappe.get_doc("Quotation Response", {"quotation": self.offer})
		stored.response = "Declined"
		self.assertRaises(frappe.PermissionError, stored.save)
		self.assertRaises(frappe.PermissionError, stored.delete)
		doc = frappe.get_doc("Quotation", self.offer)
		doc.b2b_response = "Declined"
		doc.save()
		self.assertEqual(frappe.db.get_value("Quotation", self.offer, "b2b_response"), "Accepted")

	def test_a_quotation_that_replaces_another_is_answered_anew(self):
		self.answer(self.offer, "Declined")
		frappe.db.rollback()
		old = frappe.get_doc("Quotation", self.offer)
		old.cancel()
		new = frappe.copy_doc(old)
		# Frappe 15 keeps it in a test
		new.docstatus = 0
		new.amended_from = old.name
		new.insert().submit()
		frappe.db.commit()
		self.assertFalse(new.b2b_response)
		self.assertEqual(self.answer(self.offer).status_code, 409)
		self.assertEqual(self.answer(new.name).status_code, 201)

	def test_sales_is_told_by_notification_and_e_mail_and_markup_stays_text(self):
		factories.outgoing_email_account()
		manager = factories.user("B2B Manager")
		frappe.db.set_value("User", "Administrator", "email", "oferte@example.com")
		frappe.db.commit()
		self.addCleanup(frappe.db.set_value, "User", "Administrator", "email", "admin@example.com")
		self.assertEqual(self.answer(self.offer, "Accepted", EVIL).status_code, 201)
		frappe.db.rollback()
		told = frappe.get_all("Notification Log", {"document_name": self.offer}, ["for_user", "subject"])
		self.assertLessEqual({manager, "Administrator"}, {row.for_user for row in told})
		self.assertNotIn(self.buyer, {row.for_user for row in told})
		mail = frappe.get_last_doc("Email Queue")
		self.assertIn(self.offer, mail.message)
		everywhere = [
			mail.message,
			*(row.subject for row in told),
			self.page("/b2b/account").text,
			self.page(f"/quotations/{quote(self.offer)}").text,
			frappe.get_doc("Quotation Response", {"quotation": self.offer}).comment,
			*frappe.get_all("Business Event", {"reference_name": self.offer}, pluck="reason"),
		]
		for text in everywhere:
			self.assertNotIn("<img src=x", text)
			self.assertNotIn("<script>alert", text)

	def test_a_quotation_that_a_web_shop_made_in_the_buyers_name_tells_him_nothing(self):
		frappe.db.set_value("Quotation", self.offer, "owner", self.buyer)
		frappe.db.commit()
		self.answer(self.offer)
		frappe.db.rollback()
		self.assertFalse(frappe.db.exists("Notification Log", {"for_user": self.buyer}))


class TestDesk(PortalCase):
	def onload(self) -> Any:
		frappe.db.rollback()
		doc = frappe.get_doc("Quotation", self.offer)
		doc.run_method("onload")
		return (doc.get("__onload") or {}).get("b2b_response")

	def test_the_form_tells_what_was_answered_while_the_portal_is_on(self):
		self.assertIsNone(self.onload())
		self.answer(self.offer, "Declined", "Prea scump")
		shown = self.onload()
		self.assertEqual((shown.response, shown.comment, shown.user), ("Declined", "Prea scump", self.buyer))
		self.portal(0)
		self.assertIsNone(self.onload())

	def test_a_form_that_was_open_meanwhile_is_saved_and_does_not_undo_the_answer(self):
		frappe.db.rollback()
		opened = frappe.get_doc("Quotation", self.offer)
		self.answer(self.offer, "Declined")
		frappe.db.rollback()
		opened.save()
		self.assertEqual(frappe.db.get_value("Quotation", self.offer, "b2b_response"), "Declined")

	def test_the_connections_lead_to_the_answer_while_the_portal_is_on(self):
		groups = connections.of_quotation({"transactions": []})["transactions"]
		self.assertIn(["Quotation Response"], [group["items"] for group in groups])
		self.portal(0)
		groups = connections.of_quotation({"transactions": []})["transactions"]
		self.assertNotIn(["Quotation Response"], [group["items"] for group in groups])

	def test_an_answer_is_read_by_those_who_may_read_the_quotation(self):
		self.answer(self.offer)
		frappe.db.rollback()
		seller, stranger = factories.user("Sales User"), factories.user("Sales User")
		allowed = factories.customer(tax_id="12345674").name
		frappe.get_doc(
			{"doctype": "User Permission", "user": stranger, "allow": "Customer", "for_value": allowed}
		).insert()
		frappe.db.commit()
		name = frappe.db.get_value("Quotation Response", {"quotation": self.offer})
		for user, sees in ((seller, True), (stranger, False), (self.buyer, False)):
			with self.as_user(user):
				self.assertIs(bool(frappe.has_permission("Quotation Response", "read", doc=name)), sees, user)
				listed = frappe.get_list("Quotation Response", pluck="name") if user != self.buyer else []
				self.assertEqual(name in listed, sees)
				for kind in ("write", "create", "delete"):
					self.assertFalse(frappe.has_permission("Quotation Response", kind), kind)


class TestProcesses(PortalCase):
	def test_processes_that_answer_at_once_store_one_answer(self):
		frappe.db.commit()
		step = {"action": "respond", "name": self.offer, "user": self.buyer}
		words = ("Accepted", "Declined", "Accepted", "Declined")
		outcomes = Deciders.shared().together(*({**step, "response": word} for word in words))
		refused = [(one["http"], one["error"]) for one in outcomes if "error" in one]
		self.assertEqual(refused, [(409, "answered")] * 3, outcomes)
		frappe.db.rollback()
		(stored,) = frappe.get_all("Quotation Response", {"quotation": self.offer}, pluck="response")
		self.assertEqual(frappe.db.get_value("Quotation", self.offer, "b2b_response"), stored)
		events = frappe.get_all("Business Event", {"reference_name": self.offer}, pluck="event")
		self.assertEqual(len(events), 1)
