"""Which Customer a client of SmartBill is: by itself where it is sure, by the account's policy where it is not."""

from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill.smartbill.clients import job, making, sides, store
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT
from erp_b2b_smartbill.smartbill.clients.links import LINK
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase, client_id

CUI, OTHER_CUI = "12345674", "98765438"


class MatchingTestCase(ClientsTestCase):
	def contact(self, customer: Any, email: str = "", phone: str = "") -> Any:
		doc = frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": "Ana",
				"email_ids": [{"email_id": email, "is_primary": 1}] if email else [],
				"phone_nos": [{"phone": phone, "is_primary_mobile_no": 1}] if phone else [],
				"links": [{"link_doctype": "Customer", "link_name": customer.name}],
			}
		).insert()
		frappe.db.commit()
		return doc

	def policy(self, **values: Any) -> None:
		frappe.db.set_value("SmartBill Account", self.account, values)
		frappe.db.commit()

	def linked(self, number: int = 0) -> tuple[str | None, str | None]:
		one = self.one(number)
		return one.customer, one.match_reason


class TestByItself(MatchingTestCase):
	def test_the_one_customer_with_the_same_cui_is_linked_however_it_is_written(self):
		customer = self.customer(tax_id=f"RO {CUI}", customer_name="Cu Totul Altul SRL")
		self.seed({"vatCode": CUI})
		run = self.sync()
		self.assertEqual((run.linked, self.linked()), (1, (customer.name, "cui")))
		link = frappe.get_doc(LINK, {"customer": customer.name})
		self.assertEqual(
			(link.provider, link.account, link.external_id), ("SmartBill", self.account, client_id(0))
		)
		self.assertTrue(link.last_sync_at)
		event = frappe.get_last_doc(
			"Business Event", {"reference_doctype": CLIENT, "reference_name": self.one(0).name}
		)
		self.assertEqual(event.event, "SmartBill Client linked with a Customer")

	def test_what_somebody_decided_meanwhile_is_not_overwritten(self):
		self.customer(tax_id=CUI)
		self.seed({"vatCode": CUI})

		def write(*arguments: Any) -> store.Stored:
			# a person's decision, committed after the chunk was read
			stored = as_it_is(*arguments)
			frappe.db.set_value(CLIENT, {"account": self.account}, "keep_unlinked", 1)
			return stored

		as_it_is = store.write
		with patch.object(store, "write", write):
			run = self.sync()
		self.assertEqual((self.linked(), run.linked), ((None, None), 0))

	def test_two_customers_with_the_cui_are_for_a_person(self):
		one, other = self.customer(tax_id=CUI), self.customer(tax_id=f"RO{CUI}")
		self.seed({"vatCode": CUI, "name": "Depozit Dublu SRL"})
		self.sync()
		self.assertEqual(self.linked(), (None, None))
		self.assertEqual(self.open_conflicts(), [("Duplicate CUI in ERPNext", "Depozit Dublu SRL")])
		conflict = frappe.get_last_doc("Customer Sync Conflict", {"account": self.account})
		self.assertEqual(set(frappe.parse_json(conflict.candidates)), {one.name, other.name})

	def test_the_second_client_with_the_cui_is_for_a_person(self):
		customer = self.customer(tax_id=CUI)
		self.seed({"vatCode": CUI}, {"vatCode": f"RO{CUI}", "name": "Depozit Al Doilea SRL"})
		self.sync()
		self.assertEqual(self.linked(0)[0], customer.name)
		self.assertEqual(self.linked(1), (None, None))
		self.assertIn(("Duplicate CUI in SmartBill", "Depozit Al Doilea SRL"), self.open_conflicts())

	def test_another_valid_cui_never_matches_whatever_else_agrees(self):
		customer = self.customer(tax_id=OTHER_CUI, customer_name="Atelier Geamăn SRL")
		self.contact(customer, "ana@geaman.ro", "0722123456")
		self.policy(weak_matches="Link")
		self.seed(
			{
				"vatCode": CUI,
				"name": "ATELIER GEAMAN S.R.L.",
				"email": "ana@geaman.ro",
				"phone": "0722 123 456",
			}
		)
		self.sync()
		self.assertEqual((self.linked(), self.open_conflicts()), ((None, None), []))

	def test_a_personal_code_stays_in_its_field(self):
		customer = self.customer(tax_id="1800101400016", customer_name="Popescu Ion")
		self.seed({"vatCode": "1800101400016", "name": "Ionescu Vasile"})
		self.policy(new_clients="Create Customer")
		self.sync()
		one = self.one(0)
		self.assertEqual((one.personal_code, one.vat_code, one.cui_digits), ("1800101400016", "", ""))
		self.assertNotEqual(one.customer, customer.name)
		made = frappe.get_doc("Customer", one.customer)
		self.assertEqual((made.customer_type, made.tax_id or ""), ("Individual", ""))
		for doctype in ("SmartBill Call", "Business Event", "SmartBill Sync Run", LINK):
			self.assertNotIn("1800101400016", frappe.as_json(frappe.get_all(doctype, fields=["*"])))


class TestPolicy(MatchingTestCase):
	def weak(self, policy: str, **client: Any) -> Any:
		"""A Customer without a CUI whose e-mail a client has."""
		customer = self.customer(tax_id="", customer_name="Magazin Slab SRL")
		self.contact(customer, "contact@slab.ro")
		self.policy(weak_matches=policy)
		self.seed({"email": "contact@slab.ro", "name": "Alt Nume SRL", **client})
		self.sync()
		return customer

	def test_link_takes_the_one_company_with_the_email(self):
		customer = self.weak("Link")
		self.assertEqual(self.linked(), (customer.name, "email"))

	def test_propose_asks(self):
		self.weak("Propose")
		self.assertEqual(self.linked(), (None, None))
		self.assertEqual(self.open_conflicts(), [("Possible match", "Alt Nume SRL")])

	def test_never_leaves_the_client_alone(self):
		self.weak("Never")
		self.assertEqual((self.linked(), self.open_conflicts()), ((None, None), []))

	def test_an_email_of_two_companies_only_proposes(self):
		one, other = (self.customer(tax_id="", customer_name=name) for name in ("Unu SRL", "Doi SRL"))
		for customer in (one, other):
			self.contact(customer, "contabil@cabinet.ro")
		self.policy(weak_matches="Link")
		self.seed({"email": "contabil@cabinet.ro", "name": "Trei SRL"})
		self.sync()
		self.assertEqual(self.linked(), (None, None))
		self.assertEqual(self.open_conflicts(), [("Possible match", "Trei SRL")])

	def test_an_accountants_email_on_many_clients_only_proposes(self):
		customer = self.customer(tax_id="", customer_name="Cabinet SRL")
		self.contact(customer, "contabil@cabinet.ro")
		self.policy(weak_matches="Link")
		self.seed(
			{"email": "contabil@cabinet.ro", "vatCode": CUI, "name": "Unu SRL"},
			{"email": "contabil@cabinet.ro", "vatCode": OTHER_CUI, "name": "Doi SRL"},
		)
		self.sync()
		self.assertEqual((self.linked(0), self.linked(1)), ((None, None), (None, None)))
		self.assertEqual({kind for kind, _title in self.open_conflicts()}, {"Possible match"})

	def test_so_does_one_of_clients_that_only_their_names_tell_apart(self):
		customer = self.customer(tax_id="", customer_name="Cabinet SRL")
		self.contact(customer, "contabil@cabinet.ro")
		self.policy(weak_matches="Link")
		self.seed(
			{"email": "contabil@cabinet.ro", "name": "Unu SRL"},
			{"email": "doi@example.ro, contabil@cabinet.ro", "name": "Doi SRL"},
		)
		self.sync()
		self.assertEqual((self.linked(0), self.linked(1)), ((None, None), (None, None)))
		self.assertEqual({kind for kind, _title in self.open_conflicts()}, {"Possible match"})


class TestWithoutCustomer(MatchingTestCase):
	def test_stays_a_client(self):
		self.seed(1)
		self.sync()
		self.assertEqual((self.linked(), self.open_conflicts()), ((None, None), []))

	def test_becomes_a_customer_where_the_account_says_so_once(self):
		self.policy(new_clients="Create Customer")
		self.seed(
			{
				"name": "Depozit Nou SRL",
				"vatCode": f"RO{CUI}",
				"regCom": "J12/345/2019",
				"isVatPayer": True,
				"contact": "Ana Pop",
				"phone": "0722123456",
			}
		)
		run = self.sync()
		self.assertEqual((run.customers_created, self.linked()[1]), (1, "created"))
		customer = frappe.get_doc("Customer", self.linked()[0])
		self.assertEqual(
			(
				customer.customer_name,
				customer.tax_id,
				customer.smartbill_vat_payer,
				customer.smartbill_reg_com,
			),
			("Depozit Nou SRL", f"RO{CUI}", "Yes", "J12/345/2019"),
		)
		address = frappe.get_doc("Address", customer.customer_primary_address)
		self.assertEqual((address.city, address.county, address.country), ("Cluj-Napoca", "Cluj", "Romania"))
		self.assertEqual(
			frappe.db.get_value("Contact", customer.customer_primary_contact, "first_name"), "Ana"
		)
		self.assertEqual((self.sync().customers_created, self.open_conflicts()), (0, []))

	def test_becomes_one_also_when_the_account_says_so_later_or_it_failed_before(self):
		self.seed({"vatCode": CUI}, {"name": "Al Doilea SRL"})
		self.sync()
		self.policy(new_clients="Create Customer")
		with patch.object(making, "_make", side_effect=frappe.ValidationError("Nu merge")):
			run = self.sync()
		self.assertEqual((run.customers_created, len(frappe.parse_json(run.errors))), (0, 2))
		self.assertEqual(self.sync().customers_created, 2)
		self.assertEqual([self.linked(number)[1] for number in (0, 1)], ["created", "created"])
		self.assertEqual(self.sync().customers_created, 0)

	def test_one_company_that_smartbill_has_twice_is_made_once(self):
		self.policy(new_clients="Create Customer")
		self.seed({"vatCode": f"RO{CUI}"}, {"vatCode": CUI}, {"vatCode": f"RO {CUI}"})
		self.assertEqual(self.sync().customers_created, 1)
		self.assertEqual(frappe.db.count("Customer", {"b2b_cui": CUI}), 1)
		self.assertEqual([kind for kind, _title in self.open_conflicts()], 2 * ["Duplicate CUI in SmartBill"])

	def test_a_country_that_erpnext_does_not_know_costs_the_address_only(self):
		self.policy(new_clients="Create Customer")
		self.seed({"country": "Germania", "city": "Köln"}, {"country": "Utopia"})
		self.assertEqual(self.sync().customers_created, 2)
		made = [frappe.get_doc("Customer", self.linked(number)[0]) for number in (0, 1)]
		self.assertEqual(
			frappe.db.get_value("Address", made[0].customer_primary_address, "country"), "Germany"
		)
		self.assertFalse(made[1].customer_primary_address)

	def test_one_that_cannot_be_made_is_an_error_and_the_others_are_made(self):
		self.policy(new_clients="Create Customer")
		group = frappe.get_doc(
			{"doctype": "Customer Group", "customer_group_name": f"Grup {frappe.generate_hash(length=8)}"}
		).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.delete, "Customer Group", {"name": group.name})
		self.policy(new_customer_group=group.name)
		# the e-mail has no valid form in ERPNext's eyes
		self.seed({"email": f"{'a' * 64}@{'b' * 60}.ro"}, {"name": "Al Doilea SRL"})
		run = self.sync()
		self.assertEqual(run.customers_created + len(frappe.parse_json(run.errors or "[]")), 2)
		self.assertEqual(frappe.db.get_value("Customer", self.linked(1)[0], "customer_group"), group.name)


class TestFollowing(MatchingTestCase):
	def test_a_customer_that_comes_later_is_linked_at_once(self):
		self.seed({"vatCode": CUI})
		self.sync()
		customer = self.customer(tax_id=f"RO{CUI}")
		self.assertEqual(self.linked(), (customer.name, "cui"))

	def test_customers_that_came_by_sql_are_linked_by_the_next_run(self):
		self.seed({"vatCode": CUI})
		self.sync()
		customer = self.customer(tax_id="")
		frappe.db.set_value("Customer", customer.name, {"tax_id": CUI, "b2b_cui": CUI})
		frappe.db.commit()
		self.sync()
		self.assertEqual(self.linked(), (customer.name, "cui"))

	def test_a_rename_keeps_the_link(self):
		customer = self.customer(tax_id=CUI)
		self.seed({"vatCode": CUI})
		self.sync()
		frappe.rename_doc("Customer", customer.name, "Redenumit SRL", force=True)
		frappe.db.commit()
		self.assertEqual(self.linked()[0], "Redenumit SRL")
		self.assertEqual(
			frappe.db.get_value(LINK, {"external_id": client_id(0)}, "customer"), "Redenumit SRL"
		)
		self.assertEqual(self.sync().linked, 0)

	def test_a_rename_keeps_who_is_proposed_and_what_was_ignored(self):
		names = [self.customer(tax_id=CUI, customer_name=f"Depozit {at} SRL").name for at in ("Unu", "Doi")]
		self.seed({"vatCode": CUI})
		self.sync()
		conflict = frappe.get_value(CONFLICT, {"account": self.account, "status": "Open"}, "name")
		frappe.db.set_value(CONFLICT, conflict, "status", "Ignored")
		frappe.db.commit()
		renamed = [
			frappe.rename_doc("Customer", name, f"Redenumit {at}", force=True)
			for at, name in enumerate(names)
		]
		frappe.db.commit()
		self.assertEqual(set(sides.of(conflict).candidates), set(renamed))
		self.sync()
		self.assertEqual(self.open_conflicts(), [])

	def test_a_rename_brings_nothing_back_that_was_kept(self):
		customer = self.customer(tax_id=CUI, customer_name="Depozit Unu SRL")
		self.seed({"vatCode": CUI, "name": "Depozit Unu SRL", "address": "Bd. Nou 12"})
		self.sync()
		self.assertEqual([kind for kind, _title in self.open_conflicts()], ["Address"])
		frappe.db.set_value(CONFLICT, {"account": self.account}, "status", "Resolved")
		frappe.rename_doc("Customer", customer.name, "Redenumit Trei", force=True)
		frappe.db.set_value(CLIENT, {"account": self.account}, "compared_at", None)
		frappe.db.commit()
		self.sync()
		self.assertNotIn("Address", [kind for kind, _title in self.open_conflicts()])

	def test_a_merge_moves_the_link_to_the_one_that_stays(self):
		gone, stays = self.customer(tax_id=CUI), self.customer(tax_id="")
		self.seed({"vatCode": CUI})
		self.sync()
		frappe.rename_doc("Customer", gone.name, stays.name, merge=True, force=True)
		frappe.db.commit()
		self.assertEqual(self.linked()[0], stays.name)
		self.assertEqual(frappe.db.count(LINK, {"external_id": client_id(0)}), 1)

	def test_a_deleted_customer_is_not_made_again(self):
		customer = self.customer(tax_id=CUI, address=None)
		self.seed({"vatCode": CUI})
		self.sync()
		self.policy(new_clients="Create Customer")
		frappe.delete_doc("Customer", customer.name)
		frappe.db.commit()
		self.assertEqual(self.sync().customers_created, 0)
		self.assertEqual((self.linked()[0], self.one(0).keep_unlinked), (None, 1))
		self.assertFalse(frappe.db.exists(LINK, {"customer": customer.name}))

	def test_with_the_switch_off_saving_a_customer_links_nothing(self):
		self.seed({"vatCode": CUI})
		self.sync()
		frappe.db.set_single_value("B2B Settings", "enable_smartbill_sync", 0)
		self.customer(tax_id=CUI)
		self.assertEqual(self.linked(), (None, None))

	def test_a_client_that_is_no_customer_yet_is_shown_beside_a_registration(self):
		from erp_b2b_smartbill.customers import duplicates
		from erp_b2b_smartbill.customers.identity import Identity

		self.seed({"vatCode": CUI, "name": "Depozit Cunoscut SRL"})
		self.sync()
		found = duplicates.find(Identity.of(cui=CUI))
		self.assertEqual(
			[(one.candidate.source, one.candidate.title) for one in found],
			[("SmartBill Client", "Depozit Cunoscut SRL")],
		)

	def test_an_address_that_many_share_does_not_crowd_out_the_one_with_the_code(self):
		from erp_b2b_smartbill.customers import duplicates
		from erp_b2b_smartbill.customers.identity import Identity

		shared = "contabil@example.ro"
		others = [f"Firma {number:02}" for number in range(duplicates.MAX_CANDIDATES + 1)]
		self.seed(
			*({"name": name, "vatCode": "", "email": shared} for name in others),
			{"vatCode": CUI, "name": "Zeta SRL"},
		)
		self.sync()
		with patch.object(duplicates, "SOURCES", [duplicates.smartbill_clients]):
			found = duplicates.find(Identity.of(cui=CUI, emails=[shared]))
		self.assertEqual(found[0].candidate.title, "Zeta SRL")
		for name in others:
			self.contact(self.customer(customer_name=name, tax_id=""), shared)
		# whose name sorts behind those of the address
		self.customer(customer_name="Zeta SRL", tax_id=CUI)
		self.customer(customer_name="Zorile SRL", tax_id="")
		looked_at = duplicates.customers(Identity.of(name="ZORILE", emails=[shared]))
		self.assertIn("Zorile SRL", [one.title for one in looked_at])
		with patch.object(duplicates, "SOURCES", [duplicates.customers]):
			found = duplicates.find(Identity.of(cui=CUI, emails=[shared]))
		self.assertEqual(found[0].candidate.title, "Zeta SRL")


class TestStarting(ClientsTestCase):
	def test_without_a_v3_token_it_says_so_and_offers_the_import(self):
		frappe.db.set_value("SmartBill Account", self.account, "v3_token", None)
		frappe.utils.password.remove_encrypted_password("SmartBill Account", self.account, "v3_token")
		with self.assertRaises(frappe.ValidationError) as caught:
			job.start(self.account)
		self.assertEqual(caught.exception.code, "no_v3_token")
		self.assertIn("import a file", str(caught.exception))
