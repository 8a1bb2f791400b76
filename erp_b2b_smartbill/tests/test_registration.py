"""A request's way from the form to the first log-in."""

import io
import json
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.customers import keys, onboard
from erp_b2b_smartbill.exceptions import Conflict, NotReady, TooManyRequests
from erp_b2b_smartbill.registration import (
	decide,
	mail_texts,
	onboarding,
	retention,
	states,
	tokens,
	view,
	welcome,
)
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.registration_case import CUI, PDF, RegistrationCase, submission


def file(name: str, content: bytes) -> SimpleNamespace:
	return SimpleNamespace(filename=name, stream=io.BytesIO(content))


class TestManual(RegistrationCase):
	def test_a_request_waits_for_its_email_and_then_for_a_manager(self):
		doc = self.submit()
		self.assertEqual(doc.status, states.AWAITING_CONFIRMATION)
		self.assertEqual((doc.cui, doc.cui_digits, doc.phone), (f"RO{CUI}", CUI, "+40722123456"))
		self.assertEqual(len(self.mails(doc.email)), 1)
		with self.request():
			decide.confirm(doc.name)
		doc = self.stored(doc)
		self.assertEqual((doc.status, self.reasons(doc)), (states.PENDING, ["manual"]))
		self.assertTrue(doc.email_confirmed_at)
		self.assertEqual(doc.anaf_state, "found")
		# the confirmation and that it was received
		self.assertEqual(len(self.mails(doc.email)), 2)
		self.assertEqual(
			self.events(doc),
			[
				"Registration submitted",
				"E-mail of the registration confirmed",
				"Registration waits for a manager",
			],
		)

	def test_nothing_of_an_account_exists_before_the_approval(self):
		doc = self.confirmed()
		self.assertFalse(frappe.db.exists("User", doc.email))
		self.assertFalse(frappe.db.exists("Customer", {"customer_name": doc.company_name}))
		self.assertFalse(frappe.db.exists("Contact Email", {"email_id": doc.email}))

	def test_an_approval_makes_everything_once(self):
		tier = frappe.get_doc(
			{"doctype": "B2B Tier", "tier_name": frappe.generate_hash(length=8), "discount_percentage": 12}
		).insert()
		self.settings(default_tier=tier.name, default_company=factories.company(), default_credit_limit=5000)
		doc = self.approve(self.confirmed())
		customer = frappe.get_doc("Customer", doc.customer)
		self.assertEqual(customer.tax_id, f"RO{CUI}")
		self.assertEqual((customer.b2b_cui, customer.b2b_tier), (CUI, tier.name))
		self.assertEqual((customer.smartbill_vat_payer, customer.smartbill_reg_com), ("Yes", "J12/345/2019"))
		self.assertEqual(
			[(row.company, row.credit_limit) for row in customer.credit_limits], [(factories.company(), 5000)]
		)
		self.assertEqual([row.user for row in customer.portal_users], [doc.email])
		self.assertEqual(customer.customer_primary_address, doc.address)
		self.assertEqual(customer.customer_primary_contact, doc.contact)
		user = frappe.get_doc("User", doc.user)
		self.assertEqual((user.user_type, user.enabled), ("Website User", 1))
		self.assertIn("Customer", frappe.get_roles(user.name))
		address = frappe.get_doc("Address", doc.address)
		self.assertEqual((address.county, address.city, address.pincode), ("Cluj", "Cluj-Napoca", "400001"))
		self.assertEqual(
			frappe.get_all("Contact Phone", {"parent": doc.contact}, pluck="phone"), ["+40722123456"]
		)
		self.assertEqual(
			frappe.db.get_value(
				"Customer External Link", {"customer": doc.customer}, ["provider", "external_id"]
			),
			("B2B", doc.name),
		)
		self.assertEqual(self.events(doc)[-1], "Registration approved")
		self.assertEqual(len(self.mails(doc.email)), 3)
		with self.assertRaises(Conflict) as again:
			self.approve(doc)
		self.assertIn("decided before", again.exception.message)
		frappe.db.rollback()
		self.assertEqual(len(self.mails(doc.email)), 3)

	def test_a_manager_waits_for_the_email_to_be_confirmed(self):
		doc = self.submit()
		with self.assertRaises(Conflict) as error:
			self.approve(doc)
		self.assertEqual(error.exception.code, "not_confirmed")

	def test_a_user_of_the_system_itself_never_becomes_a_customers(self):
		for user in frappe.STANDARD_USERS:
			with self.subTest(user=user):
				doc = self.confirmed(email=frappe.db.get_value("User", user, "email"))
				with self.assertRaises(NotReady) as error:
					self.approve(doc)
				self.assertEqual(error.exception.problems[0]["field"], "email")
				self.assertNotIn("Customer", frappe.get_roles(user) if user == "Guest" else [])

	def test_a_rejection_tells_the_reason_and_makes_nothing(self):
		doc = self.confirmed()
		decide.reject(doc.name, "Nu lucrăm <b>cu</b> persoane\nfizice")
		frappe.db.commit()
		doc = self.stored(doc)
		self.assertEqual(doc.status, states.REJECTED)
		self.assertNotIn("<b>", doc.rejection_reason)
		self.assertEqual(len(self.mails(doc.email)), 3)
		self.assertFalse(frappe.db.exists("User", doc.email))
		self.assertIn("Nu lucrăm", view.applicant(doc)["rejection_reason"])

	def test_a_rejection_needs_a_reason(self):
		doc = self.confirmed()
		with self.assertRaises(NotReady):
			decide.reject(doc.name, "  ")

	def test_a_question_is_answered_with_a_document_and_decided(self):
		doc = self.confirmed()
		decide.ask(doc.name, "Trimiteți certificatul?")
		frappe.db.commit()
		self.assertEqual(view.applicant(self.stored(doc))["question"], "Trimiteți certificatul?")
		with self.request():
			decide.answer(doc.name, "Da, atașat", [file("../certificat.exe.pdf", PDF)])
		frappe.db.commit()
		doc = self.stored(doc)
		self.assertEqual((doc.status, self.reasons(doc)), (states.PENDING, ["answered"]))
		self.assertEqual([row.file_name for row in doc.documents], ["certificat.exe.pdf"])
		stored = frappe.get_doc("File", {"file_url": doc.documents[0].file})
		self.assertTrue(stored.is_private)
		self.assertEqual([row["by"] for row in view.applicant(doc)["messages"]], ["us", "you"])
		self.approve(doc)

	def test_a_withdrawn_request_cannot_be_approved(self):
		doc = self.confirmed()
		with self.request():
			decide.withdraw(doc.name)
			decide.withdraw(doc.name)
		with self.assertRaises(Conflict):
			self.approve(doc)

	def test_the_internal_note_reaches_no_view_of_the_applicant(self):
		doc = self.confirmed()
		doc = self.stored(doc)
		doc.internal_note = "secret-note"
		doc.save()
		self.assertNotIn("secret-note", str(view.applicant(doc)))

	def test_what_the_applicant_said_is_not_edited_in_the_form(self):
		doc = self.stored(self.confirmed())
		doc.company_name = "Alta SRL"
		self.assertRaises(frappe.PermissionError, doc.save)
		doc = self.stored(doc)
		doc.status = states.APPROVED
		self.assertRaises(frappe.PermissionError, doc.save)
		self.assertRaises(frappe.PermissionError, self._with_a_message(doc).save)
		doc = self.stored(doc)
		doc.credit_limit = 100
		doc.company = factories.company()
		doc.save()

	def _with_a_message(self, doc):
		doc = self.stored(doc)
		return doc.append("messages", {"written_by": "Applicant", "text": "Da"}).parent_doc

	def test_messages_and_documents_are_not_edited_in_the_form_and_do_not_keep_it_from_being_saved(self):
		doc = self.submit(files=[file("a.pdf", PDF)])
		with self.request():
			decide.confirm(doc.name)
		decide.ask(doc.name, "De ce?")
		frappe.db.commit()
		for change in (
			lambda doc: doc.messages[0].set("text", "Altceva"),
			lambda doc: doc.set("messages", []),
			lambda doc: doc.documents[0].set("file", "/private/files/alt.pdf"),
			lambda doc: doc.append("documents", {"file_name": "x", "file": "/files/x"}),
		):
			doc = self.stored(doc)
			change(doc)
			self.assertRaises(frappe.PermissionError, doc.save)
		# as the form sends it
		sent = json.loads(frappe.as_json(self.stored(doc).as_dict()))
		frappe.get_doc({**sent, "internal_note": "sunat", "rejection_reason": ""}).save()
		self.assertEqual(self.stored(doc).internal_note, "sunat")


class TestAutomatic(RegistrationCase):
	def setUp(self) -> None:
		super().setUp()
		self.settings(approval_mode="Automatic")

	def test_confirming_the_email_is_the_approval(self):
		doc = self.confirmed()
		self.assertEqual(doc.status, states.APPROVED, self.reasons(doc))
		self.assertTrue(doc.decided_automatically)
		self.assertTrue(frappe.db.exists("User", doc.email))
		self.assertTrue(frappe.db.exists("Customer", doc.customer))

	def test_without_the_rule_of_the_email_it_is_decided_at_once(self):
		self.settings(require_confirmed_email=0)
		self.assertEqual(self.submit().status, states.APPROVED)

	def test_the_switch_holds_for_the_very_next_submission_and_no_earlier_one(self):
		self.settings(approval_mode="Manual")
		before = self.submit()
		self.settings(approval_mode="Automatic")
		after = self.submit(cui="98765438", vat_payer="No")
		with self.request():
			self.assertEqual(decide.confirm(before.name).status, states.PENDING)
			self.assertEqual(decide.confirm(after.name).status, states.APPROVED)

	def test_what_fails_a_rule_waits_with_the_reason(self):
		for values, reason in (
			({"cui": "1090", "vat_payer": "No"}, "anaf_inactive"),
			({"cui": "42839"}, "anaf_struck_off"),
			({"cui": "14399840"}, "anaf_unknown"),
			({"country": "Germany", "cui": "", "county": "", "postal_code": "10115"}, "country"),
		):
			with self.subTest(reason=reason):
				doc = self.confirmed(**values)
				self.assertEqual(doc.status, states.PENDING)
				self.assertIn(reason, self.reasons(doc))

	def test_a_duplicate_waits(self):
		factories.customer(tax_id=CUI)
		frappe.db.commit()
		doc = self.confirmed()
		self.assertEqual((doc.status, self.reasons(doc)), (states.PENDING, ["duplicate"]))
		shown = view.review(doc)["duplicates"]
		self.assertEqual([(row["source"], row["sure"]) for row in shown], [("Customer", True)])

	def test_the_block_list_knows_codes_addresses_and_domains(self):
		for line in (f"RO{CUI}", "@example.ro", "x@y.ro\n@ro"):
			with self.subTest(line=line):
				self.settings(block_list=line)
				self.assertIn("blocked", self.reasons(self.confirmed()))

	def test_a_silent_tax_office_leaves_the_decision_to_a_manager(self):
		frappe.conf.anaf_api_url = "http://127.0.0.1:9/anaf"
		doc = self.confirmed()
		self.assertEqual((doc.status, self.reasons(doc)), (states.PENDING, ["anaf_unavailable"]))
		self.settings(require_active_at_anaf=0)
		self.assertEqual(self.confirmed(cui="98765438", vat_payer="No").status, states.APPROVED)

	def test_without_an_outgoing_account_nothing_is_made_and_it_is_said(self):
		frappe.db.set_value("Email Account", {"enable_outgoing": 1}, "enable_outgoing", 0)
		frappe.db.commit()
		doc = self.submit()
		self.assertEqual((doc.status, self.reasons(doc)), (states.PENDING, ["email_not_confirmed"]))
		with self.assertRaises(NotReady) as error:
			self.approve(doc)
		self.assertEqual(error.exception.code, "no_outgoing_email")
		self.assertFalse(frappe.db.exists("User", doc.email))

	def test_an_approval_that_the_database_broke_off_is_made_again_and_makes_everything_once(self):
		for automatically in (True, False):
			self.settings(approval_mode="Automatic" if automatically else "Manual")
			cui = CUI if automatically else "98765438"
			with self.broken_off(1 if automatically else 2):
				doc = self.confirmed(cui=cui, vat_payer="Yes" if automatically else "No")
				doc = doc if automatically else self.approve(doc)
			self.assertEqual(
				(doc.status, self.reasons(doc)), (states.APPROVED, [] if automatically else ["manual"])
			)
			self.assertEqual(frappe.get_all("Customer", {"b2b_cui": cui}, pluck="name"), [doc.customer])
			approved = {"event": audit.REGISTRATION_APPROVED, "reference_name": doc.name}
			self.assertEqual(frappe.db.count("Business Event", approved), 1)

	def test_one_that_is_broken_off_again_and_again_is_a_managers(self):
		with self.broken_off(decide.TRIES):
			doc = self.confirmed()
		self.assertEqual((doc.status, self.reasons(doc)), (states.PENDING, ["failed"]))
		with self.broken_off(decide.TRIES), self.assertRaises(frappe.QueryDeadlockError):
			self.approve(doc)
		frappe.db.rollback()
		self.assertEqual(self.approve(doc).status, states.APPROVED)

	def broken_off(self, times: int) -> Any:
		"""As often the database undoes the transaction when the Customer is there and its client is to be linked."""
		complete, left = onboard._complete, [None] * times

		def breaking(*given: Any) -> Any:
			made = complete(*given)
			if left:
				left.pop()
				raise frappe.QueryDeadlockError
			return made

		return patch.object(onboard, "_complete", breaking)

	def test_frappes_limit_of_new_users_an_hour_stops_no_approval(self):
		factories.user()
		frappe.conf.throttle_user_limit = 0
		self.addCleanup(frappe.conf.pop, "throttle_user_limit", None)
		self.assertEqual(self.confirmed().status, states.APPROVED)
		self.assertEqual(frappe.conf.throttle_user_limit, 0)


class TestLinking(RegistrationCase):
	def test_the_same_company_is_linked_when_a_person_says_so_and_keeps_its_terms(self):
		gold, bronze = (
			frappe.get_doc(
				{"doctype": "B2B Tier", "tier_name": f"{name} {frappe.generate_hash(length=6)}"}
			).insert()
			for name in ("Gold", "Bronze")
		)
		there = factories.customer(tax_id=f"RO {CUI}", customer_name="Numele Vechi SRL", b2b_tier=gold.name)
		there.append("credit_limits", {"company": factories.company(), "credit_limit": 100_000})
		there.save()
		self.settings(
			default_tier=bronze.name, default_company=factories.company(), default_credit_limit=5000
		)
		doc = self.confirmed()
		with self.assertRaises(Conflict) as error:
			# a fiscal code is public: whoever types it is not yet of the company
			self.approve(doc)
		self.assertEqual(error.exception.code, "choose_customer")
		frappe.db.rollback()
		self.assertEqual(view.review(doc)["links_to"], there.name)
		doc = self.approve(doc, customer=there.name)
		self.assertEqual((doc.customer, doc.linked_existing), (there.name, 1))
		customer = frappe.get_doc("Customer", there.name)
		self.assertEqual((customer.customer_name, customer.b2b_tier), ("Numele Vechi SRL", gold.name))
		self.assertEqual([row.credit_limit for row in customer.credit_limits], [100_000])
		self.assertEqual([row.user for row in customer.portal_users], [doc.email])

	def test_the_companys_own_contact_is_linked_by_itself(self):
		there = factories.customer(tax_id=CUI)
		doc = self.confirmed()
		frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": "Ana",
				"email_ids": [{"email_id": doc.email, "is_primary": 1}],
				"links": [{"link_doctype": "Customer", "link_name": there.name}],
			}
		).insert()
		self.assertEqual(self.approve(doc).customer, there.name)

	def test_customers_from_before_the_app_are_recognised(self):
		there = factories.customer(tax_id=CUI)
		frappe.db.set_value("Customer", there.name, {"b2b_cui": None, "b2b_name_key": None})
		frappe.db.commit()
		doc = self.confirmed()
		self.assertEqual(view.review(doc)["duplicates"], [])
		keys.fill_missing()
		self.assertEqual([row["name"] for row in view.review(doc)["duplicates"]], [there.name])

	def test_two_companies_with_the_code_are_a_persons_choice(self):
		first, second = factories.customer(tax_id=CUI), factories.customer(tax_id=CUI)
		doc = self.confirmed()
		with self.assertRaises(Conflict) as error:
			self.approve(doc)
		self.assertEqual(error.exception.code, "choose_customer")
		frappe.db.rollback()
		self.assertEqual(self.approve(doc, customer=second.name).customer, second.name)
		self.assertFalse(frappe.get_doc("Customer", first.name).portal_users)

	def test_a_company_with_another_code_is_never_linked(self):
		other = factories.customer(tax_id="98765438")
		doc = self.confirmed()
		with self.assertRaises(Conflict) as error:
			self.approve(doc, customer=other.name)
		self.assertEqual(error.exception.code, "other_company")

	def test_a_known_user_keeps_his_password_and_rights(self):
		doc = self.confirmed()
		user = frappe.get_doc(
			{"doctype": "User", "email": doc.email, "first_name": "Ana", "send_welcome_email": 0}
		)
		user.new_password = frappe.generate_hash(length=20)
		user.insert()
		frappe.db.commit()
		doc = self.approve(doc)
		self.assertTrue(onboarding.has_password(doc.user))
		self.assertNotIn("/b2b/welcome", self.mails(doc.email)[-1].message)


class TestLinks(RegistrationCase):
	def test_a_link_is_of_one_purpose_and_of_one_request(self):
		doc, other = self.submit(), self.submit()
		for token in (
			"",
			"x",
			"a.b.c",
			tokens.make(doc, "status"),
			tokens.make(doc, "confirm").replace(doc.access_id, other.access_id),
			tokens.make(doc, "confirm") + "\ud800",
		):
			with self.subTest(token=token), self.assertRaises(Exception) as error:
				tokens.find(token, "confirm")
			self.assertEqual(error.exception.http_status_code, 404)

	def test_a_newer_mail_replaces_the_link_of_the_one_before(self):
		doc = self.submit()
		token = tokens.make(doc, "confirm")
		frappe.db.set_value(doc.doctype, doc.name, "confirmation_sent_at", "2026-01-01 10:00:00")
		self.assertFalse(tokens.find(token, "confirm").fresh)
		# and the one of January is too old
		self.assertFalse(tokens.find(tokens.make(self.stored(doc), "confirm"), "confirm").fresh)

	def test_the_welcome_link_leads_to_a_password_once(self):
		doc = self.approve(self.confirmed())
		url = welcome.password_page(tokens.make(doc, "welcome"))
		self.assertIn("/update-password?key=", url)
		from frappe.utils.password import update_password

		update_password(doc.user, frappe.generate_hash(length=20))
		with self.assertRaises(welcome.AlreadyUsed):
			welcome.password_page(tokens.make(doc, "welcome"))

	def test_an_expired_welcome_link_gets_another(self):
		doc = self.approve(self.confirmed())
		frappe.db.set_value(doc.doctype, doc.name, "welcome_sent_at", "2026-01-01 10:00:00")
		token = tokens.make(self.stored(doc), "welcome")
		with self.assertRaises(tokens.LinkExpired):
			welcome.password_page(token)
		decide.send_welcome_again(tokens.find(token, "welcome").name)
		frappe.db.commit()
		self.assertEqual(len(self.mails(doc.email)), 4)
		self.assertTrue(welcome.password_page(tokens.make(self.stored(doc), "welcome")))


class TestGuards(RegistrationCase):
	def test_a_robot_is_told_the_same_and_nothing_is_kept(self):
		before = frappe.db.count("B2B Registration")
		self.assertIsNone(self.submit(reference_note="http://spam.example"))
		self.assertEqual(frappe.db.count("B2B Registration"), before)

	def test_faster_than_a_person_is_asked_to_wait(self):
		self.settings(min_seconds=30)
		with self.assertRaises(Exception) as error:
			self.submit()
		self.assertEqual((error.exception.http_status_code, error.exception.code), (429, "too_fast"))
		self.assertTrue(0 < error.exception.retry_after <= 31)

	def test_submissions_are_counted_by_address_and_by_company(self):
		self.settings(max_submissions_per_ip=2)
		self.submit()
		self.submit()
		with self.assertRaises(TooManyRequests):
			self.submit()
		self.settings(max_submissions_per_ip=0, max_submissions_per_company=1)
		self.forget()
		self.submit(cui="98765438", vat_payer="No")
		with self.assertRaises(TooManyRequests):
			self.submit(cui="RO 98765438", vat_payer="No")

	def test_every_problem_is_told_at_once(self):
		with self.assertRaises(NotReady) as error:
			self.submit(
				cui="12345675",
				email="ana",
				phone="12",
				terms_accepted="",
				company_name="  ",
				county="Nicăieri",
			)
		fields = {problem["field"] for problem in error.exception.problems}
		self.assertEqual(fields, {"cui", "email", "phone", "terms_accepted", "company_name", "county"})

	def test_documents_are_judged_by_their_content(self):
		for name, content in (
			("a.pdf", b"MZ" + bytes(100)),
			("a.png", PDF[:20]),
			("a.jpg", b"<script>alert(1)</script>"),
			("a.pdf", b""),
			("a.pdf", b"%PDF-1.4 broken"),
		):
			with self.subTest(name=name), self.assertRaises(NotReady) as error:
				self.submit(files=[file(name, content)])
			self.assertEqual(error.exception.problems[0]["field"], "documents")
		self.settings(max_file_mb=1)
		with self.assertRaises(NotReady):
			self.submit(files=[file("a.pdf", PDF + bytes(1024 * 1024))])
		doc = self.submit(files=[file("a.txt", PDF), file("b.pdf", PDF)])
		self.assertEqual([row.file_name for row in doc.documents], ["a.pdf"])

	def test_a_documents_name_may_be_anything(self):
		for name in ("𝟙" * 200 + ".pdf", "公" * 300, "../../x", "..", "\ud800\x00.pdf", "a" * 90 + ".𝟙𝟙𝟙𝟙𝟙𝟙"):
			with self.subTest(name=name):
				stored = self.submit(files=[file(name, PDF)]).documents[0].file_name
				self.assertLessEqual(len(stored.encode()), 220)
				self.assertRegex(stored, r"^[^/\\\x00]+\.pdf$")


class TestKeeping(RegistrationCase):
	def test_documents_of_rejected_requests_are_deleted_after_the_days(self):
		doc = self.submit(files=[file("a.pdf", PDF)])
		decide.reject(doc.name, "Nu")
		frappe.db.commit()
		retention.delete_old_documents()
		self.assertEqual(len(self.stored(doc).documents), 1)
		frappe.db.set_value(doc.doctype, doc.name, "decided_at", "2026-01-01 10:00:00")
		frappe.db.commit()
		retention.delete_old_documents()
		self.assertEqual(self.stored(doc).documents, [])
		self.assertFalse(frappe.db.exists("File", {"attached_to_name": doc.name}))
		self.assertTrue(self.stored(doc).files_deleted_at)

	def test_personal_data_are_erased_and_the_decision_stays(self):
		doc = self.submit(files=[file("a.pdf", PDF)], message="sunați-mă")
		with self.assertRaises(Conflict):
			retention.erase(doc.name, "cerere")
		frappe.db.rollback()
		decide.reject(doc.name, "Nu")
		frappe.db.commit()
		retention.erase(doc.name, "cerere din 25.11")
		frappe.db.commit()
		doc = self.stored(doc)
		text = frappe.as_json(doc.as_dict())
		for personal in ("Ana", "Pop", "@example.ro", "722123456", "sunați", CUI):
			self.assertNotIn(personal, text)
		self.assertEqual((doc.status, doc.documents), (states.REJECTED, []))
		self.assertFalse(frappe.db.exists("File", {"attached_to_name": doc.name}))


class TestForm(RegistrationCase):
	def test_a_submission_needs_nothing_but_what_is_asked(self):
		doc = self.submit(reg_com="", iban="", message="", postal_code="", last_name="Pop")
		self.assertEqual(doc.status, states.AWAITING_CONFIRMATION)

	def test_bucharest_has_sectors(self):
		with self.assertRaises(NotReady):
			self.submit(county="București", city="Centru")
		self.assertEqual(self.submit(county="B", city="sectorul 3").city, "Sector 3")

	def test_a_cnp_is_no_company(self):
		with self.assertRaises(NotReady):
			self.submit(cui="1800101400016")

	def test_the_applicants_defaults(self):
		self.assertEqual(submission()["country"], "Romania")

	def test_a_romanian_code_is_not_taken_for_a_foreign_company(self):
		with self.assertRaises(NotReady) as error:
			self.submit(country="Germany", cui=f"RO{CUI}", county="", postal_code="10115")
		self.assertEqual(error.exception.problems[0]["field"], "cui")


class TestTexts(RegistrationCase):
	def test_a_template_with_a_place_that_does_not_exist_keeps_no_mail_from_leaving(self):
		name = mail_texts.VERIFY.name("ro")
		before = frappe.db.get_value("Email Template", name, "response")
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.clear_document_cache, "Email Template", name)
		self.addCleanup(frappe.db.set_value, "Email Template", name, "response", before)
		frappe.db.set_value("Email Template", name, "response", "<p>{{ doc.company_name }}</p>")
		frappe.clear_document_cache("Email Template", name)
		frappe.db.commit()
		doc = self.submit()
		self.assertIn("/b2b/confirm", self.mails(doc.email)[0].message)

	def test_an_applicant_is_not_told_who_decided(self):
		doc = self.confirmed()
		decide.reject(doc.name, "Nu")
		frappe.db.commit()
		with self.request(), self.assertRaises(Conflict) as error:
			decide.withdraw(doc.name)
		self.assertNotIn("Administrator", error.exception.message)
