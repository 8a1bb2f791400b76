"""Sending a proforma by e-mail: through ERPNext with the PDF, or by SmartBill itself."""

import json
from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill.audit import personal
from erp_b2b_smartbill.email_templates import LANGUAGES
from erp_b2b_smartbill.exceptions import Conflict, NotReady, SmartBillRefused, SmartBillUnreachable
from erp_b2b_smartbill.smartbill import claim, states
from erp_b2b_smartbill.smartbill.life import mail_template, mailing
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.life_case import REASON, LifeTestCase

SEND = "/SBORO/api/document/send"
TO = "comenzi@example.com"


class MailTestCase(LifeTestCase):
	def outgoing(self) -> None:
		factories.outgoing_email_account()

	def queued(self, quotation: Any) -> list[Any]:
		frappe.db.rollback()
		filters = {"reference_doctype": "Quotation", "reference_name": quotation.name}
		return [
			frappe.get_doc("Email Queue", name)
			for name in frappe.get_all("Email Queue", filters, pluck="name")
		]


class TestByErpnext(MailTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.outgoing()

	def test_is_queued_with_the_pdf_and_stands_in_the_timeline(self):
		quotation = self.issued(contact_email=TO)
		view = self.do("email", quotation, cc="sef@example.com; contabil@example.com")
		self.assertTrue(view["emailed_at"])
		mail = self.queued(quotation)[0]
		self.assertEqual(
			sorted(row.recipient for row in mail.recipients), [TO, "contabil@example.com", "sef@example.com"]
		)
		attachment = json.loads(mail.attachments)[0]
		file = frappe.get_doc("File", attachment["fid"])
		self.assertEqual((file.file_name[:14], file.is_private), ("proforma-PRF2-", 1))
		with open(file.get_full_path(), "rb") as stored:
			self.assertTrue(stored.read().startswith(b"%PDF-"))
		communication = frappe.get_last_doc("Communication", {"reference_name": quotation.name})
		self.assertEqual((communication.recipients, communication.sent_or_received), (TO, "Sent"))
		self.assertIn("PRF2 0227", communication.subject)
		event = frappe.get_last_doc("Business Event", {"event": "Proforma sent by e-mail"})
		self.assertIn(TO, personal.reason(event))

	def test_the_text_is_in_the_printed_documents_language_and_by_the_users_template(self):
		romanian = self.issued(contact_email=TO, language="ro")
		# whatever became of the Quotation since
		frappe.db.set_value("Quotation", romanian.name, "language", "en")
		frappe.db.commit()
		self.assertIn("Factura proforma", self.do("show_email", romanian)["subject"])
		quotation = self.quotation(contact_email=TO)
		quotation.db_set("language", "en")
		self.assertEqual(self.issue(quotation).document.status, "Issued")
		# what was printed decides, whatever the Quotation says
		frappe.db.set_value(
			"SmartBill Proforma", {"quotation": quotation.name}, "payload", '{"language": "EN"}'
		)
		frappe.db.commit()
		view = self.do("show_email", quotation)
		self.assertEqual((view["to"], view["via"]), (TO, "erpnext"))
		self.assertIn("Proforma invoice PRF2 0228", view["subject"])
		template = frappe.get_doc("Email Template", mail_template.PROFORMA.name("en"))
		before = template.subject
		self.addCleanup(frappe.db.set_value, "Email Template", template.name, "subject", before)
		template.subject = "Our offer {{ quotation }}"
		template.save()
		mail_template.PROFORMA.add_missing()
		frappe.db.commit()
		self.assertEqual(self.do("show_email", quotation)["subject"], f"Our offer {quotation.name}")
		template.subject = before
		template.save()
		frappe.db.commit()

	def test_a_text_of_the_sender_is_used_and_made_harmless(self):
		quotation = self.issued()
		self.do(
			"email",
			quotation,
			to=TO,
			subject="Oferta\nBcc: x@example.com",
			message="<p>Salut<script>x()</script></p>",
		)
		communication = frappe.get_last_doc("Communication", {"reference_name": quotation.name})
		self.assertEqual(communication.subject, "Oferta Bcc: x@example.com")
		self.assertNotIn("<script", communication.content)
		self.do("email", quotation, to=TO, message="a < b\nc")
		communication = frappe.get_last_doc(
			"Communication",
			{"reference_name": quotation.name, "subject": ["!=", "Oferta Bcc: x@example.com"]},
		)
		self.assertIn("a &lt; b<br>c", communication.content)

	def test_recipients_are_checked(self):
		quotation = self.issued()
		for given, field in (
			({}, "to"),
			({"to": "nobody"}, "to"),
			({"to": TO, "cc": "x@"}, "cc"),
			({"to": [f"a{number}@example.com" for number in range(30)]}, "to"),
			({"to": TO, "via": "pigeon"}, "via"),
		):
			error = self.refused(NotReady, "email", quotation, **given)
			self.assertEqual(error.problems[0]["field"], field, given)
		self.assertEqual(self.queued(quotation), [])

	def test_a_name_before_the_address_is_left_out(self):
		quotation = self.issued()
		self.do("email", quotation, to=f"Ana Pop <{TO}>")
		self.assertEqual([row.recipient for row in self.queued(quotation)[0].recipients], [TO])

	def test_who_has_unsubscribed_gets_nothing_and_it_is_said(self):
		quotation = self.issued()
		frappe.get_doc({"doctype": "Email Unsubscribe", "email": TO, "global_unsubscribe": 1}).insert()
		self.addCleanup(frappe.db.delete, "Email Unsubscribe", {"email": TO})
		frappe.db.commit()
		self.assertEqual(self.refused(NotReady, "email", quotation, to=TO).problems[0]["field"], "to")
		self.assertIsNone(self.stored(quotation).emailed_at)
		frappe.db.delete("Email Unsubscribe", {"email": TO})
		frappe.db.commit()

	def test_a_missing_pdf_is_fetched_first(self):
		self.sandbox.fault("html", path="/SBORO/api/estimate/pdf", status=502)
		quotation = self.issued()
		self.assertFalse(self.stored(quotation).pdf)
		self.do("email", quotation, to=TO)
		self.assertTrue(self.stored(quotation).pdf)

	def test_a_file_that_somebody_deleted_is_fetched_again(self):
		quotation = self.issued()
		doc = self.stored(quotation)
		for name in frappe.get_all("File", {"file_url": doc.pdf}, pluck="name"):
			frappe.delete_doc("File", name, force=True, ignore_permissions=True)
		frappe.db.commit()
		self.do("email", quotation, to=TO)
		self.assertEqual(len(self.queued(quotation)), 1)

	def test_without_a_pdf_nothing_is_sent(self):
		for _ in range(2):
			self.sandbox.fault("html", path="/SBORO/api/estimate/pdf", status=502)
		quotation = self.issued()
		self.refused(SmartBillUnreachable, "email", quotation, to=TO)
		self.assertEqual(self.queued(quotation), [])
		self.assertIsNone(self.stored(quotation).emailed_at)

	def test_an_error_while_queueing_leaves_nothing_behind(self):
		quotation = self.issued()
		with patch.object(mailing.frappe, "sendmail", side_effect=ValueError), self.assertRaises(ValueError):
			self.do("email", quotation, to=TO)
		frappe.db.rollback()
		self.assertEqual(frappe.get_all("Communication", {"reference_name": quotation.name}), [])
		self.assertIsNone(self.stored(quotation).emailed_at)

	def test_a_cancelled_one_is_not_sent(self):
		quotation = self.issued()
		self.do("cancel", quotation, reason=REASON)
		self.assertEqual(self.refused(Conflict, "email", quotation, to=TO).code, "not_possible")


class TestWithoutAnAccount(MailTestCase):
	def test_it_is_said(self):
		quotation = self.issued()
		with patch.object(mailing, "_has_outgoing_account", return_value=False):
			self.assertEqual(self.do("show_email", quotation)["via"], "smartbill")
			self.assertEqual(self.refused(NotReady, "email", quotation, to=TO).code, "no_outgoing_email")


class TestBySmartBill(MailTestCase):
	def test_is_sent_with_its_texts(self):
		quotation = self.issued()
		view = self.do(
			"email", quotation, via="smartbill", to=TO, subject="Ofertă", message="Bună ziua,\nțară"
		)
		self.assertTrue(view["emailed_at"])
		sent = self.sandbox.document("0227")["sent_emails"]
		self.assertEqual([(mail["to"], mail["subject"]) for mail in sent], [(TO, "Ofertă")])
		self.assertIn("țară", json.dumps(sent[0], ensure_ascii=False))
		self.assertNotIn("<br>", json.dumps(sent[0]))

	def test_a_lost_answer_is_told_and_never_repeated(self):
		for fault in ({"action": "drop"}, {"action": "html", "status": 502}, {"action": "empty"}):
			with self.subTest(**fault):
				quotation = self.issued()
				before = len(self.sandbox.requests("/document/send"))
				self.sandbox.fault(when="after", path=SEND, **fault)
				error = self.refused(mailing.EmailOutcomeUnknown, "email", quotation, via="smartbill", to=TO)
				self.assertIn("may have sent", error.message)
				self.assertIsNone(error.retry_after)
				self.assertEqual(len(self.sandbox.requests("/document/send")), before + 1)
				doc = self.stored(quotation)
				self.assertIsNone(doc.emailed_at)
				self.assertIn("Proforma perhaps sent by e-mail", self.events(doc))

	def test_a_busy_database_does_not_make_anybody_send_it_again(self):
		"""503 "busy; try again" would be a second e-mail."""
		for failures in (1, 100):
			with self.subTest(failures=failures):
				quotation = self.issued()
				before = len(self.sandbox.requests("/document/send"))
				with patch.object(claim, "_lock_source", side_effect=self.busy(failures)):
					view = self.do("email", quotation, via="smartbill", to=TO)
				self.assertEqual(view["number"], self.stored(quotation).number)
				self.assertEqual(bool(self.stored(quotation).emailed_at), failures == 1)
				self.assertEqual(len(self.sandbox.requests("/document/send")), before + 1)

	def busy(self, failures: int) -> Any:
		lock, left = claim._lock_source, [failures]

		def ask(*arguments: Any) -> None:
			left[0] -= 1
			if left[0] >= 0:
				raise frappe.QueryDeadlockError("Deadlock found when trying to get lock")
			lock(*arguments)

		return ask

	def test_a_refusal_is_shown(self):
		quotation = self.issued()
		self.sandbox.knobs(email_server="off")
		error = self.refused(SmartBillRefused, "email", quotation, via="smartbill", to=TO)
		self.assertIn("Server-ul de email", error.message)
		self.assertIsNone(self.stored(quotation).emailed_at)

	def test_an_unreachable_smartbill_sends_nothing(self):
		quotation = self.issued()
		frappe.db.set_value("SmartBill Account", self.account.name, "api_url", "http://127.0.0.1:9/SBORO/api")
		frappe.clear_document_cache("SmartBill Account", self.account.name)
		frappe.db.commit()
		self.refused(SmartBillUnreachable, "email", quotation, via="smartbill", to=TO)
		self.assertNotIn("Proforma perhaps sent by e-mail", self.events(self.stored(quotation)))

	def test_an_invoiced_one_can_be_sent_too(self):
		quotation = self.issued()
		self.do("invoice", quotation)
		self.assertEqual(self.stored(quotation).status, states.INVOICED)
		self.assertTrue(self.do("email", quotation, via="smartbill", to=TO)["emailed_at"])


class TestTemplates(MailTestCase):
	def test_are_installed_and_removed(self):
		for name in map(mail_template.PROFORMA.name, LANGUAGES):
			self.assertTrue(frappe.db.exists("Email Template", name))
		mail_template.PROFORMA.remove()
		for name in map(mail_template.PROFORMA.name, LANGUAGES):
			self.assertFalse(frappe.db.exists("Email Template", name))
		# the app has texts of its own when they were deleted
		subject, message = mail_template.PROFORMA.render(
			"en", {"full_number": "PRF2 0227", "customer_name": "A<b>"}
		)
		self.assertIn("PRF2 0227", subject)
		self.assertIn("A&lt;b&gt;", message)
		frappe.db.rollback()
