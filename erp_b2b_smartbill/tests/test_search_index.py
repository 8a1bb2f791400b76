"""The index of the customer search follows every document that a party is found by."""

from datetime import datetime, timedelta, timezone
from unittest.mock import patch

import frappe
from frappe.utils import add_days, getdate, nowdate

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.customers.search import entries, keep, rebuild, state, tables, write
from erp_b2b_smartbill.customers.search.tables import USE
from erp_b2b_smartbill.smartbill.clients import links
from erp_b2b_smartbill.smartbill.clients.links import NewLink
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.search_case import (
	CUI,
	OTHER_CUI,
	SearchCase,
	client,
	contact,
	registration,
)

CUSTOMER, CLIENT, REGISTRATION = "Customer", "SmartBill Client", "B2B Registration"
OF_CONTACT = {"tioana", "tmuresan", "eioana@depozit.example", "ddepozit.example", "p40722123456"}


class TestCustomers(SearchCase):
	def test_a_customer_is_found_by_what_it_and_its_address_say(self):
		doc = factories.customer(
			customer_name="S.C. Brutăria Ană S.R.L.",
			tax_id=f"RO{CUI}",
			smartbill_reg_com="J12/345/2019",
			address={"city": "Târgu Mureș", "phone": "0265 123 456", "email_id": "birou@brutaria.example"},
		)
		self.assertLessEqual(
			{"tbrutaria", "tana", "tsrl", f"c{CUI}", "rJ12/345/2019", "ttargu", "tmures", "p40265123456"}
			| {"ebirou@brutaria.example", "dbrutaria.example"},
			self.found_by(CUSTOMER, doc.name),
		)
		party = self.party(CUSTOMER, doc.name)
		self.assertEqual(
			(party.lane, party.record, party.customer, party.cui, party.name_key, party.words),
			("C", doc.name, doc.name, CUI, "brutaria ana", "sc brutaria ana srl"),
		)
		self.assert_in_step(CUSTOMER, doc.name)

	def test_a_changed_customer_is_found_by_what_it_says_now(self):
		doc = factories.customer(customer_name="Alfa Trans SRL", tax_id=f"RO{CUI}")
		doc.update({"customer_name": "Beta Lemn SRL", "tax_id": f"RO{OTHER_CUI}"})
		doc.save()
		found = self.found_by(CUSTOMER, doc.name)
		self.assertLessEqual({"tbeta", "tlemn", f"c{OTHER_CUI}"}, found)
		self.assertNotIn(f"c{CUI}", found)
		# its name as a document is still the old one
		self.assertIn("talfa", found)
		self.assert_in_step(CUSTOMER, doc.name)

	def test_copies_of_the_contact_are_the_contacts_alone(self):
		copies = {"name": "A", "customer_name": "A", "email_id": "a@b.example", "mobile_no": "0722 123 456"}
		for primary, expected in (
			(None, {"ea@b.example", "db.example", "p40722123456", "ta"}),
			("X", {"ta"}),
		):
			entry = entries.customer({**copies, "customer_primary_contact": primary})
			# and that it has no territory and no group
			self.assertEqual({row.token[1:] for row in entry.tokens}, expected | {"y", "g"})

	def test_a_disabled_customer_stays_so_that_somebody_can_be_told(self):
		doc = factories.customer(customer_name="Alfa Trans SRL")
		doc.disabled = 1
		doc.save()
		self.assertIn("talfa", self.found_by(CUSTOMER, doc.name))

	def test_rename(self):
		doc = factories.customer(customer_name="Alfa Trans SRL")
		contact(doc.name)
		keep.used(doc.name)
		new = frappe.rename_doc(CUSTOMER, doc.name, "Gama Nord SRL", force=True)
		self.assertIsNone(self.party(CUSTOMER, doc.name))
		self.assertIn("tgama", self.found_by(CUSTOMER, new))
		self.assert_in_step(CUSTOMER, doc.name, new)
		self.assertEqual(self.used_by("Administrator"), {new})

	def test_merge(self):
		gone, stays = factories.customer(customer_name="Alfa Trans SRL"), factories.customer()
		contact(gone.name)
		linked = client(client_name="Alfa Trans", customer=gone.name)
		for doc in (gone, stays):
			keep.used(doc.name)
		frappe.rename_doc(CUSTOMER, gone.name, stays.name, merge=True, force=True)
		self.assert_in_step(CUSTOMER, gone.name, stays.name)
		self.assert_in_step(CLIENT, linked)
		self.assertEqual(self.party(CLIENT, linked).customer, stays.name)
		self.assertEqual(self.used_by("Administrator"), {stays.name})

	def test_delete(self):
		doc = factories.customer(tax_id=f"RO{CUI}", address=None)
		contact(doc.name)
		keep.used(doc.name)
		linked = client(vat_code=CUI)
		frappe.delete_doc(CUSTOMER, doc.name, force=True)
		self.assertIsNone(self.party(CUSTOMER, doc.name))
		self.assertEqual(self.rows_of(CUSTOMER, doc.name), set())
		self.assertEqual(self.used_by("Administrator"), set())
		self.assertEqual(self.party(CLIENT, linked).lane, tables.CLIENT)
		self.assert_in_step(CLIENT, linked)

	def test_what_says_the_same_again_writes_nothing(self):
		doc = factories.customer()
		one = contact(doc.name)
		written: list[str] = []
		sql = frappe.db.sql

		def watching(query: object, *arguments: object, **options: object) -> object:
			if "b2b_search" in str(query) and not str(query).lstrip().startswith(
				("select", "savepoint", "release")
			):
				written.append(str(query))
			return sql(query, *arguments, **options)

		with patch.object(frappe.db, "sql", watching):
			doc.reload()
			doc.save()
			one.save()
		self.assertEqual(written, [])

	def used_by(self, user: str) -> set[str]:
		rows = frappe.db.sql(f"select customer from {USE} where user_name = %s", (user,))
		return {customer for (customer,) in rows}


class TestContactsAndAddresses(SearchCase):
	def test_what_a_contact_says_comes_and_goes_with_its_links(self):
		one, other = factories.customer().name, factories.customer().name
		doc = contact(one, other)
		for name in (one, other):
			self.assertLessEqual(OF_CONTACT, self.found_by(CUSTOMER, name))
			self.assert_in_step(CUSTOMER, name)
		doc.links = doc.links[1:]
		doc.save()
		self.assertFalse(OF_CONTACT & self.found_by(CUSTOMER, one))
		self.assertLessEqual(OF_CONTACT, self.found_by(CUSTOMER, other))
		doc.delete()
		self.assertFalse(OF_CONTACT & self.found_by(CUSTOMER, other))
		self.assert_in_step(CUSTOMER, one, other)

	def test_what_two_contacts_say_stays_until_neither_says_it(self):
		name = factories.customer().name
		one, other = contact(name), contact(name, first_name="Dan", last_name="Mureșan")
		one.delete()
		self.assertLessEqual(OF_CONTACT - {"tioana"}, self.found_by(CUSTOMER, name))
		other.update({"first_name": "Vlad", "last_name": None, "email_ids": [], "phone_nos": []})
		other.save()
		found = self.found_by(CUSTOMER, name)
		self.assertFalse(OF_CONTACT & found)
		self.assertIn("tvlad", found)
		self.assert_in_step(CUSTOMER, name)

	def test_a_renamed_and_a_merged_contact(self):
		name = factories.customer().name
		one, other = contact(name), contact(name, first_name="Dan", last_name="Pop", email_ids=[])
		new = frappe.rename_doc("Contact", one.name, "Alt nume", force=True)
		self.assert_in_step(CUSTOMER, name)
		frappe.rename_doc("Contact", new, other.name, merge=True, force=True)
		self.assertNotIn("tioana", self.found_by(CUSTOMER, name))
		self.assert_in_step(CUSTOMER, name)

	def test_an_address_that_moves_to_another_customer(self):
		one, other = factories.customer(address={"city": "Bistrița"}).name, factories.customer().name
		doc = frappe.get_doc("Address", frappe.db.get_value(CUSTOMER, one, "customer_primary_address"))
		self.assertIn("tbistrita", self.found_by(CUSTOMER, one))
		doc.set("links", [{"link_doctype": CUSTOMER, "link_name": other}])
		doc.save()
		self.assertNotIn("tbistrita", self.found_by(CUSTOMER, one))
		self.assertIn("tbistrita", self.found_by(CUSTOMER, other))
		self.assert_in_step(CUSTOMER, one, other)

	def test_of_others_than_customers_nothing_is_held(self):
		factories.party_address("Lead", factories.lead(address=None).name, city="Bistrița")
		self.assertFalse(frappe.db.sql(f"select party from {tables.TOKEN} where token = 'Ctbistrita'"))


class TestClientsAndRegistrations(SearchCase):
	def test_a_client_is_found_by_all_but_its_personal_code(self):
		name = client(
			client_name="Popescu Ion PFA",
			personal_code="1800101123457",
			vat_code=f"RO{CUI}",
			reg_com="F12/1/2020",
			contact="Ana Pop",
			email="a@pop.example",
			emails="a@pop.example\nb@pop.example",
			phone="0722 000 111",
			city="Dej",
		)
		found = self.found_by(CLIENT, name)
		self.assertLessEqual(
			{"tpopescu", "tion", "tpfa", "tana", "tdej", f"c{CUI}", "rF12/1/2020", "p40722000111"}
			| {"ea@pop.example", "eb@pop.example", "dpop.example"},
			found,
		)
		self.assertFalse([token for token in found if "1800101" in token])
		self.assertEqual(self.party(CLIENT, name).lane, tables.CLIENT)

	def test_who_has_the_cui_of_a_customer_is_that_customer(self):
		name = client(vat_code=CUI)
		asked = registration(cui=f"RO{CUI}").name
		self.assertEqual(self.party(CLIENT, name).lane, tables.CLIENT)
		self.assertEqual(self.party(REGISTRATION, asked).lane, tables.REGISTRATION)
		older = factories.customer(tax_id=CUI)
		newer = factories.customer(tax_id=f"RO {CUI}")
		frappe.db.set_value(CUSTOMER, newer.name, "creation", add_days(older.creation, 1))
		keep.refresh(CLIENT, [name])
		for doctype, record, lane in (
			(CLIENT, name, tables.CLIENT_OF_CUSTOMER),
			(REGISTRATION, asked, tables.REGISTRATION_OF_CUSTOMER),
		):
			party = self.party(doctype, record)
			self.assertEqual((party.lane, party.customer), (lane, older.name))
			self.assertEqual({row.token[0] for row in self.rows_of(doctype, record)}, {lane})
		older.tax_id = f"RO{OTHER_CUI}"
		older.save()
		self.assertEqual(self.party(CLIENT, name).customer, newer.name)
		newer.reload()
		newer.tax_id = None
		newer.save()
		self.assertEqual(self.party(CLIENT, name).lane, tables.CLIENT)
		self.assert_in_step(CLIENT, name)
		self.assert_in_step(REGISTRATION, asked)

	def test_a_wrong_cui_makes_nobody_the_same(self):
		name = client(vat_code="12345675")
		factories.customer(tax_id="12345675")
		self.assertEqual((self.party(CLIENT, name).lane, self.party(CLIENT, name).cui), (tables.CLIENT, None))
		self.assertIn("c12345675", self.found_by(CLIENT, name))

	def test_a_link_by_hand_and_its_end(self):
		customer, name = factories.customer().name, client()
		row = frappe.get_doc(CLIENT, name)
		links.add(row.account, [NewLink(name, row.external_id, customer, links.PERSON)])
		self.assertEqual(self.party(CLIENT, name).customer, customer)
		self.assert_in_step(CLIENT, name)
		links.remove(frappe.get_doc(CLIENT, name))
		self.assertEqual(self.party(CLIENT, name).lane, tables.CLIENT)
		self.assert_in_step(CLIENT, name)

	def test_a_client_that_is_gone_is_not_found(self):
		name = client()
		frappe.db.set_value(CLIENT, name, "status", "Gone")
		keep.refresh(CLIENT, [name])
		self.assertEqual((self.party(CLIENT, name), self.rows_of(CLIENT, name)), (None, set()))
		other = client()
		frappe.delete_doc(CLIENT, other, force=True)
		self.assertIsNone(self.party(CLIENT, other))

	def test_a_registration_is_found_until_it_comes_to_nothing(self):
		doc = registration(company_name="Atelier Lemn SRL", city="Dej", phone="0722 000 111")
		found = self.found_by(REGISTRATION, doc.name)
		self.assertLessEqual({"tatelier", "tradu", "tstan", "tdej", "eradu@atelier.example"}, found)
		for status, is_found in (
			("Awaiting Confirmation", True),
			("Information Requested", True),
			("Rejected", False),
			("Approved", True),
			("Withdrawn", False),
		):
			doc.status = status
			doc.save()
			self.assertEqual(self.party(REGISTRATION, doc.name) is not None, is_found, status)
			self.assert_in_step(REGISTRATION, doc.name)


class TestActivity(SearchCase):
	def test_quoting_makes_a_customer_recent_for_everybody_and_for_whoever_quoted(self):
		doc = factories.customer()
		self.assertIsNone(self.party(CUSTOMER, doc.name).active_on)
		factories.quotation(party_name=doc.name, submit=False)
		self.assertEqual(self.party(CUSTOMER, doc.name).active_on, getdate(nowdate()))
		self.assertEqual(len(self.uses(doc.name)), 1)
		# one of long ago makes it no older
		factories.quotation(party_name=doc.name, submit=False, transaction_date=add_days(nowdate(), -40))
		self.assertEqual(self.party(CUSTOMER, doc.name).active_on, getdate(nowdate()))
		self.assert_in_step(CUSTOMER, doc.name)

	def test_saving_a_customer_keeps_when_it_was_active(self):
		doc = factories.customer()
		factories.quotation(party_name=doc.name, submit=False)
		doc.reload()
		doc.customer_name = "Alt Nume SRL"
		doc.save()
		self.assertEqual(self.party(CUSTOMER, doc.name).active_on, getdate(nowdate()))

	def test_a_use_is_written_once_an_hour(self):
		name = factories.customer().name
		with clock.frozen(datetime(2026, 3, 2, 8, tzinfo=timezone.utc)) as move:
			keep.used(name)
			first = self.uses(name)
			move(minutes=59)
			keep.used(name)
			self.assertEqual(self.uses(name), first)
			move(minutes=2)
			keep.used(name)
			self.assertEqual(self.uses(name)[0] - first[0], timedelta(minutes=61))

	def test_a_quotation_to_a_lead_is_nobodys(self):
		lead = factories.lead()
		with patch.object(write, "set_active") as set_active:
			factories.quotation(quotation_to="Lead", party_name=lead.name, submit=False)
		set_active.assert_not_called()

	def uses(self, customer: str) -> list[datetime]:
		rows = frappe.db.sql(f"select used_at from {USE} where customer = %s", (customer,))
		return [frappe.utils.get_datetime(used_at) for (used_at,) in rows]


class TestInTheWayOfNobody(SearchCase):
	def test_while_the_search_is_off_nothing_is_written(self):
		frappe.db.set_single_value("B2B Settings", features.SEARCH, 0)
		doc = factories.customer(tax_id=CUI)
		contact(doc.name)
		keep.used(doc.name)
		for name, doctype in ((doc.name, CUSTOMER), (client(), CLIENT), (registration().name, REGISTRATION)):
			self.assertEqual((self.party(doctype, name), self.rows_of(doctype, name)), (None, set()))

	def test_an_index_that_fails_keeps_no_document_from_being_saved(self):
		with (
			patch.object(tables, "insert", side_effect=frappe.db.InternalError("no such table")),
			patch.object(keep, "note_masked_error") as noted,
		):
			doc = factories.customer(customer_name="Alfa Trans SRL", tax_id=CUI)
			contact(doc.name)
			registration()
			client()
		self.assertTrue(frappe.db.exists(CUSTOMER, doc.name))
		self.assertGreaterEqual(noted.call_count, 4)
		self.assertIsNone(self.party(CUSTOMER, doc.name))
		# the next save heals it
		doc.reload()
		doc.save()
		self.assertIn("talfa", self.found_by(CUSTOMER, doc.name))

	def test_a_deadlock_is_told_for_the_whole_transaction_is_gone(self):
		with (
			patch.object(write, "own", side_effect=frappe.QueryDeadlockError),
			self.assertRaises(frappe.QueryDeadlockError),
		):
			factories.customer()

	def test_the_switch_builds_the_index_and_forgets_it(self):
		settings = frappe.get_doc("B2B Settings")
		for on in (0, 1):
			frappe.db.set_single_value(state.STATE, "state", state.READY)
			with patch.object(rebuild, "ask") as ask:
				settings.set(features.SEARCH, on)
				settings.save()
				settings.save()
			self.assertEqual(state.view()["state"], state.EMPTY)
			self.assertEqual(ask.call_count, on)
