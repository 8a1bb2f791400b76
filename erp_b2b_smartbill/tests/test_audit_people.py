"""What Business Events say about people: stands apart, follows renames, and is erased without breaking the chain."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit import erase_command, erasing, personal, sealing, signing, verify
from erp_b2b_smartbill.patches import seal_business_events
from erp_b2b_smartbill.registration import decide, retention
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.audit_case import AuditCase, forget_chain, note
from erp_b2b_smartbill.tests.compat import delete_rows
from erp_b2b_smartbill.tests.permitted_case import plant
from erp_b2b_smartbill.tests.registration_case import RegistrationCase

APART = personal.APART


def stored(name: str) -> Any:
	return frappe.get_doc(audit.EVENT, name)


class TestApart(AuditCase):
	def test_personal_values_stand_beside_the_sealed_part(self):
		doc = frappe.get_doc("B2B Settings")
		before = {"email_id": "ana@example.ro", "phone": "0722 123 456", "status": "Open", "count": 3}
		after = {
			"email_id": None,
			"iban": "RO49AAAA1B31007593840000",
			"list": ["a", "b@example.ro"],
			"count": 4,
		}
		event = stored(audit.record("Test", doc, before, after, reason="said ana@example.ro").name)
		self.assertEqual(
			json.loads(event.before), {"email_id": APART, "phone": APART, "status": "Open", "count": 3}
		)
		self.assertEqual(
			json.loads(event.after), {"email_id": None, "iban": APART, "list": APART, "count": 4}
		)
		self.assertEqual(event.reason, APART)
		self.assertEqual(personal.whole(event), (before, after))
		self.assertEqual(personal.reason(event), "said ana@example.ro")

	def test_a_phone_number_in_a_reason_is_personal_and_a_documents_number_is_not(self):
		doc = frappe.get_doc("B2B Settings")
		for text in (
			"call 0722 123 456",
			"call +40 722 123 456",
			"0722.123.456",
			"IBAN RO49 AAAA 1B31 0075 9384 0000",
		):
			self.assertEqual(audit.record("Test", doc, reason=text).reason, APART, text)
		for text in ("PRF2 0227", "2.640,00 lei on 2026-11-30 10:20:30", "SAL-QTN-2026-00017/1", "12345674"):
			self.assertEqual(audit.record("Test", doc, reason=text).reason, text)

	def test_the_caller_may_name_more(self):
		doc = frappe.get_doc("B2B Settings")
		event = audit.record(
			"Test", doc, None, {"nickname": "Nelu"}, "a text", personal=("nickname", "reason")
		)
		self.assertEqual((json.loads(event.after), event.reason), ({"nickname": APART}, APART))

	def test_the_name_of_a_customer_is_in_nothing_that_is_sealed_or_logged(self):
		factories.company()
		name = f"Ion {frappe.generate_hash(length=8)}"
		customer = factories.customer(customer_name=name)
		told = [
			audit.record("Test", customer, {"customer_name": name}, {"customer_name": f"{name} PFA"}),
			audit.record(
				"Test",
				frappe.get_doc("B2B Settings"),
				None,
				{"client": name, "client_name": name, "company_name": name, "customer": customer.name},
			),
			audit.record("Test", frappe._dict(doctype="Contact", name=name)),
			audit.record("Test", frappe._dict(doctype="Address", name=f"{name}-Billing")),
		]
		logged = frappe.as_json(frappe.flags.b2b_audit_lines)
		for event in told:
			sealed = {field: stored(event.name).get(field) for field in signing.SIGNED}
			self.assertNotIn(name, frappe.as_json(sealed))
			self.assertIn(name, stored(event.name).personal)
		self.assertNotIn(name, logged)

	def test_who_and_from_where_is_apart_too(self):
		event = stored(note().name)
		self.assertEqual(personal.values(event.who), {"user": "Administrator"})
		self.assertTrue(personal.is_proven(event.who, event.who_digest))

	def test_equal_values_have_different_digests(self):
		digests = {note().who_digest for _time in range(3)}
		self.assertEqual(len(digests), 3)

	def test_secrets_are_nowhere(self):
		event = audit.record("Test", frappe.get_doc("B2B Settings"), None, {"token": "x", "email": "a@b.ro"})
		self.assertNotIn('"x"', frappe.as_json(event.as_dict()))

	def test_only_those_with_the_right_see_personal_values(self):
		meta = frappe.get_meta(audit.EVENT)
		levels = {field.fieldname: field.permlevel for field in meta.fields}
		self.assertEqual((levels["personal"], levels["who"]), (1, 1))
		with self.as_user(factories.user("B2B Auditor")):
			self.assertIn(1, meta.get_permlevel_access("read"))


class WithoutJobsCase(AuditCase):
	"""Renaming sets jobs going that read what the test writes; nothing here is about them."""

	def setUp(self) -> None:
		super().setUp()
		stopped = patch("frappe.enqueue")
		stopped.start()
		self.addCleanup(stopped.stop)


class TestRenaming(WithoutJobsCase):
	def test_a_renamed_and_merged_document_keeps_its_events_and_the_chain_holds(self):
		factories.company()
		first, second = factories.customer(), factories.customer()
		for doc in (first, second):
			audit.record("Test", doc)
		frappe.db.commit()
		sealing.seal()
		unique = frappe.generate_hash(length=8)
		frappe.rename_doc("Customer", first.name, f"Once {unique}", force=True)
		frappe.rename_doc("Customer", f"Once {unique}", f"Twice {unique}", force=True)
		frappe.rename_doc("Customer", f"Twice {unique}", second.name, merge=True, force=True)
		frappe.db.commit()
		sealing.seal()
		names = frappe.get_all(
			audit.EVENT, {"event": "Test"}, ["reference_name", "personal"], order_by="seal_number"
		)
		self.assertEqual([(row.reference_name) for row in names], [second.name] * 2)
		originals = [personal.values(row.personal)["name"] for row in names]
		self.assertEqual(originals, [first.name, second.name])
		self.assertEqual(verify.verify().problems, [])
		merged = frappe.get_last_doc(audit.EVENT, {"event": audit.DOCUMENT_RENAMED})
		self.assertEqual(json.loads(merged.after), {"name": APART, "merged": True})
		self.assertEqual(personal.whole(merged)[1], {"name": second.name, "merged": True})
		# and without the event that tells of it, it is an edit
		frappe.db.sql(
			"update `tabBusiness Event` set reference_name = %s where seal_number = 1", f"Thrice {unique}"
		)
		frappe.db.commit()
		self.assertEqual([one.kind for one in verify.verify().problems], ["Edited"])

	def test_an_event_set_back_to_the_name_of_before_is_found(self):
		factories.company()
		doc, new = factories.customer(), frappe.generate_hash(length=12)
		with clock.frozen(datetime.now(timezone.utc) - timedelta(hours=1)):
			audit.record("Test", doc)
		frappe.db.commit()
		sealing.seal()
		frappe.rename_doc("Customer", doc.name, new, force=True)
		# somebody else who gets the free name is told of by it
		frappe.db.commit()
		sealing.seal()
		with clock.frozen(datetime.now(timezone.utc) + timedelta(hours=1)):
			audit.record("Test", frappe._dict(doctype="Customer", name=doc.name))
			frappe.db.commit()
			sealing.seal()
			self.assertEqual(verify.verify().problems, [])
		frappe.db.sql("update `tabBusiness Event` set reference_name = %s where seal_number = 1", doc.name)
		frappe.db.commit()
		self.assertEqual([(one.kind, one.seal_number) for one in verify.verify().problems], [("Edited", 1)])

	def test_a_user_with_another_address_stays_who_he_was(self):
		user, other = factories.user("System Manager"), f"{frappe.generate_hash(length=8)}@example.com"
		with self.as_user(user):
			note()
		frappe.db.commit()
		sealing.seal()
		frappe.rename_doc("User", user, other, force=True)
		frappe.db.commit()
		sealing.seal()
		self.assertEqual(frappe.db.get_value(audit.EVENT, {"seal_number": 1}, "user"), other)
		self.assertEqual(verify.verify().problems, [])
		told = frappe.get_last_doc(audit.EVENT, {"event": audit.DOCUMENT_RENAMED})
		self.assertEqual((json.loads(told.before), told.original_name), ({"name": APART}, None))
		self.assertEqual(personal.whole(told), ({"name": user}, {"name": other}))

	def test_renaming_what_no_event_tells_of_is_no_event(self):
		factories.company()
		doc = factories.customer()
		frappe.db.delete(audit.EVENT)
		frappe.rename_doc("Customer", doc.name, frappe.generate_hash(length=12), force=True)
		self.assertEqual(frappe.db.count(audit.EVENT), 0)


class TestErasing(AuditCase):
	def test_erasing_takes_the_values_and_leaves_the_chain(self):
		settings = frappe.get_doc("B2B Settings")
		name = note(reason="ask ana@example.com").name
		frappe.db.commit()
		sealing.seal()
		self.assertEqual(erasing.of_document(settings, "asked for"), 1)
		frappe.db.commit()
		sealing.seal()
		event = stored(name)
		self.assertEqual((event.personal, personal.reason(event), event.reason), (None, None, APART))
		self.assertNotIn("ana@example.com", frappe.as_json(event.as_dict()))
		# who did it stays
		self.assertTrue(event.who)
		self.assertEqual(verify.verify().problems, [])
		told = stored(event.personal_erased_by)
		self.assertEqual(json.loads(told.after), {"part": "personal", "events": [name]})
		self.assertEqual(told.reason, "asked for")
		# nothing is left to erase
		self.assertEqual(erasing.of_document(settings, "asked for"), 0)

	def test_more_than_a_chunk_is_erased_and_proven(self):
		settings = "B2B Settings"
		number = erasing.CHUNK + 7
		acts = [(settings, settings, {"email": f"{count}@example.com"}) for count in range(number)]
		audit.record_many("Test", acts)
		frappe.db.commit()
		sealing.seal()
		self.assertEqual(erasing.of_document(frappe.get_doc(settings), "asked for"), number)
		frappe.db.commit()
		sealing.seal()
		result = verify.verify()
		self.assertEqual((result.problems, result.events), ([], number + 2))


class TestErasingACustomer(WithoutJobsCase):
	def setUp(self) -> None:
		super().setUp()
		factories.company()
		self.name = f'Ion "{frappe.generate_hash(length=8)}" O\'Hara %_'
		self.customer = factories.customer(customer_name=self.name)
		self.other = factories.customer()
		self.client = plant("SmartBill Client", client_name="-", status="Active", customer=self.name)
		self.addCleanup(frappe.db.delete, "SmartBill Client", {"name": self.client})
		frappe.db.delete(audit.EVENT)

	def told(self) -> None:
		for customer in (self.customer, self.other):
			audit.record("Test", customer, None, {"email": "ana@example.ro"})
		client = frappe._dict(doctype="SmartBill Client", name=self.client)
		audit.record("Test", client, None, {"email": "ana@example.ro"})
		# a document that is gone by now
		gone = frappe._dict(doctype="Credit Limit Request", name="GONE")
		audit.record("Test", gone, None, {"customer": self.name})
		frappe.db.commit()
		sealing.seal()

	def left(self) -> list[str]:
		frappe.db.rollback()
		return frappe.get_all(
			audit.EVENT,
			{"event": "Test", "personal": ["is", "set"]},
			pluck="reference_name",
			order_by="seal_number",
		)

	def naming(self) -> list[str]:
		"""The events that have his name anywhere."""
		rows = frappe.db.sql("select * from `tabBusiness Event`", as_dict=True)
		# quotation marks are escaped in JSON
		return [row.name for row in rows if self.name in str(list(row.values())).replace("\\", "")]

	def erase(self, **options: Any) -> tuple[int, list[str]]:
		said: list[str] = []
		given = {"doctype": "Customer", "name": self.name, "reason": "asked for", "yes": True, **options}
		return erase_command.run(said.append, lambda _text: False, **given), said

	def test_what_all_events_say_of_a_customer_is_erased_and_nothing_of_another(self):
		self.told()
		self.assertEqual(self.erase(), (0, ["3 values of events were erased."]))
		sealing.seal()
		self.assertEqual(self.left(), [self.other.name])
		self.assertEqual(verify.verify().problems, [])
		told = frappe.get_last_doc(audit.EVENT, {"event": audit.PERSONAL_ERASED})
		self.assertEqual(told.reference_name, self.name)
		# of the name it keeps nothing
		self.assertEqual(personal.values(told.personal), {"reason": "asked for"})
		self.assertEqual(self.erase(), (0, ["0 values of events were erased."]))

	def test_of_a_customer_that_is_gone_the_name_is_nowhere(self):
		self.told()
		self.assertEqual(len(self.naming()), 2)
		frappe.db.delete("SmartBill Client", {"name": self.client})
		frappe.delete_doc("Customer", self.name, force=True)
		frappe.db.commit()
		self.erase()
		sealing.seal()
		self.assertEqual(self.naming(), [])
		self.assertEqual(verify.verify().problems, [])
		# they still belong together
		theirs = frappe.get_all(
			audit.EVENT, {"reference_doctype": "Customer"}, pluck="reference_name", distinct=True
		)
		self.assertEqual(len(theirs), 2)

	def test_a_customer_that_is_called_otherwise_afterwards_leaves_no_name(self):
		self.told()
		frappe.rename_doc("Customer", self.name, frappe.generate_hash(length=10), force=True)
		new = frappe.get_last_doc(audit.EVENT, {"event": audit.DOCUMENT_RENAMED}).reference_name
		self.erase(name=new)
		sealing.seal()
		self.assertEqual(self.naming(), [])
		self.assertEqual(verify.verify().problems, [])

	def test_somebody_who_has_a_former_name_of_his_by_now_keeps_his_events(self):
		self.told()
		new = frappe.generate_hash(length=10)
		frappe.rename_doc("Customer", self.name, new, force=True)
		somebody = audit.record(
			"Test", factories.customer(customer_name=self.name), None, {"email": "a@b.ro"}
		)
		frappe.db.commit()
		self.erase(name=new)
		self.assertTrue(stored(somebody.name).personal)

	def test_more_than_a_chunk_is_committed_chunk_by_chunk(self):
		number = 2 * erasing.CHUNK + 5
		acts = [("Customer", self.name, {"count": count}) for count in range(number)]
		audit.record_many("Test", acts)
		frappe.db.commit()
		chunks: list[int] = []
		doc = frappe._dict(doctype="Customer", name=self.name)
		erased = erasing.of_document(doc, "asked for", lambda: chunks.append(1))
		self.assertEqual((erased, len(chunks)), (number, 3))

	def test_nothing_is_erased_without_a_reason_a_yes_or_a_known_doctype(self):
		self.told()
		for options in ({"reason": " "}, {"yes": False}, {"doctype": "customer"}, {"doctype": "Nothing"}):
			self.assertEqual(self.erase(**options)[0], 1, options)
		self.assertEqual(len(self.left()), 4)

	def is_gone_and_nowhere(self, user: str) -> list[Any]:
		"""The User is deleted, and then erased. Returns all events."""
		delete_rows("User", user)
		frappe.db.commit()
		sealing.seal()
		self.erase(doctype="User", name=user)
		sealing.seal()
		rows = frappe.db.sql("select * from `tabBusiness Event`", as_dict=True)
		self.assertNotIn(user, frappe.as_json(rows))
		self.assertEqual(verify.verify().problems, [])
		return rows

	def test_of_a_user_who_is_gone_the_address_is_nowhere(self):
		user = factories.user("System Manager")
		with self.as_user(user):
			note(on_behalf_of=user)
			note()
		self.is_gone_and_nowhere(user)

	def test_of_a_user_who_erased_others_and_is_gone_the_address_is_nowhere_either(self):
		user = factories.user("System Manager")
		self.told()
		with self.as_user(user):
			erasing.of_document(self.customer, "asked for")
		told = self.is_gone_and_nowhere(user)
		# why he erased is kept
		reasons = [personal.reason(row) for row in told if row.event == audit.PERSONAL_ERASED]
		self.assertEqual(reasons.count("asked for"), len(reasons))

	def test_who_erases_himself_comes_to_an_end_however_many_chunks_there_are(self):
		user = factories.user("System Manager")
		with self.as_user(user), patch.object(erasing, "CHUNK", 1):
			number = 300
			audit.record_many("Test", [("B2B Settings", "B2B Settings", None)] * number)
			self.assertEqual(erasing.of_user(frappe.get_doc("User", user), "asked for"), number)
		frappe.db.commit()
		sealing.seal()
		self.assertEqual(verify.verify().problems, [])

	def test_what_names_somebody_who_is_only_written_alike_is_left(self):
		settings = frappe.get_doc("B2B Settings")
		names = (self.name, self.name.upper(), f"{self.name} SRL")
		events = [audit.record("Test", settings, None, {"customer": name}).name for name in names]
		frappe.db.commit()
		self.erase()
		self.assertEqual([bool(stored(name).personal) for name in events], [False, True, True])

	def test_who_acted_is_erased_of_a_user(self):
		user = factories.user("System Manager")
		with self.as_user(user):
			name = note().name
		frappe.db.commit()
		self.erase(doctype="User", name=user)
		self.assertIsNone(stored(name).who)


class TestDeletedUser(WithoutJobsCase):
	def deleted(self, email: str) -> Any:
		"""As Frappe deletes the personal data of a User who asked for it."""
		request = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": email})
		# the mail that asks him to confirm it
		with patch.object(type(request), "send_verification_mail"):
			request.insert()
		request.db_set("status", "Pending Approval")
		request.reload()
		self.addCleanup(self.forget_request, request.name)
		request._anonymize_data(email, request.name)
		frappe.db.commit()
		return request

	def forget_request(self, name: str) -> None:
		frappe.db.rollback()
		frappe.db.delete("Personal Data Deletion Step", {"parent": name})
		frappe.db.delete("Personal Data Deletion Request", {"name": name})
		frappe.db.commit()

	def test_frappes_deletion_of_personal_data_erases_who_acted(self):
		user = factories.user("System Manager")
		other = f"{frappe.generate_hash(length=8)}@example.com"
		with self.as_user(user):
			names = [note().name, note(on_behalf_of=user).name]
			note(reason="ask ana@example.com")
			self.assertEqual(erasing.of_document(frappe.get_doc("B2B Settings"), "asked for"), 1)
			names.append(frappe.get_last_doc(audit.EVENT, {"event": audit.PERSONAL_ERASED}).name)
		frappe.rename_doc("User", user, other, force=True)
		frappe.db.commit()
		sealing.seal()
		request = self.deleted(other)
		sealing.seal()
		everything = frappe.as_json(frappe.db.sql("select * from `tabBusiness Event`", as_dict=True))
		for address in (user, other):
			self.assertNotIn(address, everything)
		for name in names:
			event = stored(name)
			self.assertEqual((event.user, event.who), (request.name, None))
		self.assertEqual(verify.verify().problems, [])


class TestRegistration(RegistrationCase):
	def setUp(self) -> None:
		super().setUp()
		forget_chain()
		self.addCleanup(forget_chain)

	def everything(self) -> str:
		frappe.db.rollback()
		return frappe.as_json(frappe.db.sql("select * from `tabBusiness Event`", as_dict=True))

	def test_erasing_a_registration_erases_its_events_and_the_visitors_address(self):
		with self.request(ip="203.0.113.7"):
			pass
		doc = self.confirmed()
		decide.reject(doc.name, f"Doamna Ana Pop ({doc.email}) nu a răspuns")
		frappe.db.commit()
		sealing.seal()
		for value in (doc.email, "Ana Pop", "127.0.0.1"):
			self.assertIn(value, self.everything())
		retention.erase(doc.name, "La cerere")
		frappe.db.commit()
		sealing.seal()
		for value in (doc.email, "Ana Pop", "127.0.0.1"):
			self.assertNotIn(value, self.everything())
		self.assertEqual(verify.verify().problems, [])
		rejected = frappe.get_last_doc(audit.EVENT, {"event": audit.REGISTRATION_REJECTED})
		self.assertEqual(personal.values(rejected.who)["user"], "Administrator")

	def test_all_registrations_of_an_address_are_erased_however_many(self):
		email = f"{frappe.generate_hash(length=8)}@example.com"
		first = self.stored(self.confirmed())
		for _time in range(104):
			copy = frappe.copy_doc(first)
			copy.update({"name": frappe.generate_hash(length=10), "email": email, "status": "Withdrawn"})
			copy.update({"docstatus": 0, "access_id": frappe.generate_hash(length=20)})
			copy.db_insert()
			self.addCleanup(frappe.db.delete, "B2B Registration", {"name": copy.name})
		retention.erase_all_of(email, "asked for")
		self.assertEqual(frappe.db.count("B2B Registration", {"email": email}), 0)

	def test_the_terms_that_a_manager_changes_in_the_form_are_told(self):
		doc = self.stored(self.confirmed())
		doc.credit_limit = 1234
		doc.internal_note = "not told"
		doc.save()
		event = frappe.get_last_doc(audit.EVENT, {"event": audit.REGISTRATION_TERMS_CHANGED})
		self.assertEqual(json.loads(event.after), {"credit_limit": 1234})


class TestPatch(AuditCase):
	def old(self, **values: Any) -> str:
		"""An event as it was stored before there were seals."""
		name = frappe.generate_hash(length=10)
		row = {
			"name": name,
			"creation": frappe.utils.now(),
			"modified": frappe.utils.now(),
			"owner": "Administrator",
			"modified_by": "Administrator",
			"event": "Old",
			"reference_doctype": "B2B Settings",
			"reference_name": "B2B Settings",
			"user": "Administrator",
			"occurred_at": frappe.utils.now(),
			**values,
		}
		columns = ", ".join(f"`{column}`" for column in row)
		places = ", ".join(["%s"] * len(row))
		frappe.db.sql(f"insert into `tabBusiness Event` ({columns}) values ({places})", list(row.values()))
		return name

	def test_what_exists_is_parted_signed_and_sealed_once(self):
		before = json.dumps({"email_id": "ana@example.ro", "status": "Open"}, indent=1)
		name = self.old(before=before, reason="ask ana@example.ro")
		others = [self.old(after='{"text": "1"}') for _time in range(seal_business_events.CHUNK + 3)]
		frappe.db.commit()
		self.assertIn(("Inserted", 0), [(one.kind, one.seal_number) for one in verify.verify().problems])
		seal_business_events.execute()
		result = verify.verify()
		self.assertEqual((result.problems, result.events), ([], len(others) + 1))
		event = stored(name)
		self.assertEqual(json.loads(event.before), {"email_id": APART, "status": "Open"})
		self.assertEqual(personal.whole(event)[0], json.loads(before))
		self.assertEqual(personal.reason(event), "ask ana@example.ro")
		self.assertEqual(event.seal_number, 1)
		rows = frappe.as_json(frappe.db.sql("select * from `tabBusiness Event` order by name", as_dict=True))
		seal_business_events.execute()
		again = frappe.as_json(frappe.db.sql("select * from `tabBusiness Event` order by name", as_dict=True))
		self.assertEqual(again, rows)

	def test_what_somebody_adds_to_a_chain_is_not_signed_by_the_patch(self):
		self.sealed(1)
		forged = self.old()
		frappe.db.commit()
		seal_business_events.execute()
		self.assertIsNone(stored(forged).signature)
		self.assertEqual([one.kind for one in verify.verify().problems], ["Inserted"])

	def test_a_patch_that_is_broken_off_leaves_nothing_half_done(self):
		number = seal_business_events.CHUNK + 3
		for _time in range(number):
			self.old()
		frappe.db.commit()
		signed = seal_business_events._signed
		calls = iter(range(number))

		def breaks(*arguments: Any) -> dict[str, Any]:
			if next(calls) == number - 1:
				raise KeyboardInterrupt
			return signed(*arguments)

		with patch.object(seal_business_events, "_signed", breaks), self.assertRaises(KeyboardInterrupt):
			seal_business_events.execute()
		frappe.db.rollback()
		# the job of the next minute
		self.assertEqual(sealing.seal(), 0)
		seal_business_events.execute()
		self.assertEqual((verify.verify().problems, len(self.numbers())), ([], number))
