"""Conflicts with SmartBill: each kind arises from what the sync reads, and is settled in each way that is open for it."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar
from unittest.mock import patch

import frappe
import requests

from erp_b2b_smartbill import many
from erp_b2b_smartbill.api.routes import CONFLICTS
from erp_b2b_smartbill.audit import personal
from erp_b2b_smartbill.exceptions import Conflict, NotAllowed, NotReady
from erp_b2b_smartbill.smartbill.clients import (
	conflict_actions,
	conflict_view,
	conflicts,
	settle,
	settle_many,
	taking,
)
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT, Found
from erp_b2b_smartbill.smartbill.clients.settle import Decision
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase, client_id
from erp_b2b_smartbill.tests.test_rest import token

CUI, OTHER_CUI, THIRD_CUI = "14399840", "2816464", "361757"
NAME = "Depozit Unu SRL"
PERSON = ("B2B Manager", "Sales Manager", "Sales Master Manager", "Sales User")


class ConflictCase(ClientsTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.person = factories.user(*PERSON)
		frappe.db.commit()

	def conflict(self, kind: str, number: int = 0) -> Any:
		"""The conflict of the client with this number, as it is stored."""
		frappe.db.rollback()
		return frappe.get_doc(CONFLICT, {"client": self.one(number).name, "kind": kind})

	def settle(self, kind: str, action: str, number: int = 0, user: str | None = None, **more: Any) -> Any:
		name = self.conflict(kind, number).name
		with self.as_user(user or self.person):
			outcome = settle.settle(name, Decision(action, **more))
			frappe.db.commit()
		return outcome

	def show(self, kind: str, number: int = 0) -> dict[str, Any]:
		name = self.conflict(kind, number).name
		with self.as_user(self.person):
			return conflict_view.show(name)

	def events(self, event: str) -> list[dict[str, Any]]:
		rows = frappe.get_all(
			"Business Event",
			{"event": event, "user": self.person},
			["before", "after", "personal"],
			order_by="creation",
		)
		return [dict(zip(("before", "after"), personal.whole(row), strict=True)) for row in rows]

	def linked(self, **client: Any) -> Any:
		"""A Customer and its client, linked by their CUI; `client` is what SmartBill says otherwise."""
		customer = self.customer(customer_name=NAME, tax_id=CUI, smartbill_vat_payer="No")
		contact = {
			"doctype": "Contact",
			"first_name": "Ana",
			"email_ids": [{"email_id": "ana@example.ro", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
		contact = frappe.get_doc(contact).insert()
		frappe.db.set_value("Customer", customer.name, "customer_primary_contact", contact.name)
		frappe.db.commit()
		self.seed({"name": NAME, "vatCode": CUI, "address": "Str. Exemplu 7", "email": "ana@example.ro"})
		self.sync()
		self.assertEqual((self.one(0).customer, self.open_conflicts()), (customer.name, []))
		if client:
			self.change({"number": 0, **client})
			self.sync()
		return frappe.get_doc("Customer", customer.name)

	def kinds(self) -> list[str]:
		return [kind for kind, _title in self.open_conflicts()]

	def state(self, kind: str, number: int = 0) -> tuple[str, str | None]:
		doc = self.conflict(kind, number)
		return doc.status, doc.resolution

	def again(self) -> None:
		"""Everything is read and compared once more, though nothing changed."""
		frappe.db.set_value(CLIENT, {"account": self.account}, "compared_at", None)
		frappe.db.set_value(CLIENT, {"account": self.account}, "data_hash", "")
		frappe.db.commit()
		self.sync()


# what SmartBill says otherwise, what the Customer says after it was taken
FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
	"Name": ({"name": "Magazin Doi SRL"}, {"customer_name": "Magazin Doi SRL"}),
	"E-mail": ({"email": "nou@example.ro"}, {}),
	"Address": ({"address": "Bd. Nou 12", "city": "Turda"}, {}),
	"VAT status": ({"isVatPayer": True}, {"smartbill_vat_payer": "Yes"}),
	"CUI changed": ({"vatCode": OTHER_CUI}, {"tax_id": OTHER_CUI}),
}


class TestFields(ConflictCase):
	def test_each_field_is_kept_as_erpnext_has_it_until_the_data_change(self):
		for kind, (change, _after) in FIELDS.items():
			with self.subTest(kind):
				customer = self.linked(**change)
				self.assertEqual(self.kinds(), [kind])
				self.settle(kind, "keep", note="Noi știm mai bine.")
				self.assertEqual(self.state(kind), ("Resolved", "Kept ERPNext"))
				stored = frappe.get_doc("Customer", customer.name)
				self.assertEqual(stored.modified, customer.modified)
				self.again()
				self.assertEqual(self.kinds(), [])
				self.assertEqual(self.conflict(kind).note, "Noi știm mai bine.")
				self.start_over()

	def test_each_field_is_taken_from_smartbill(self):
		for kind, (change, after) in FIELDS.items():
			with self.subTest(kind):
				customer = self.linked(**change)
				self.settle(kind, "take")
				self.assertEqual(self.state(kind), ("Resolved", "Took SmartBill"))
				stored = frappe.get_doc("Customer", customer.name)
				self.assertEqual({field: stored.get(field) for field in after}, after)
				self.again()
				self.assertEqual(self.kinds(), [])
				self.start_over()

	def test_each_field_is_ignored_and_comes_back_only_when_the_data_changed(self):
		later = {
			"Name": {"name": "Magazin Trei SRL"},
			"E-mail": {"email": "altul@example.ro"},
			"Address": {"address": "Bd. Nou 14"},
			"VAT status": None,
			"CUI changed": {"vatCode": THIRD_CUI},
		}
		for kind, (change, _after) in FIELDS.items():
			with self.subTest(kind):
				self.linked(**change)
				self.settle(kind, "ignore")
				self.assertEqual(self.state(kind), ("Ignored", "Ignored"))
				self.again()
				self.assertEqual(self.kinds(), [])
				if later[kind]:
					self.change({"number": 0, **later[kind]})
					self.sync()
					self.assertEqual(self.kinds(), [kind])
				self.start_over()

	def start_over(self) -> None:
		self._delete_what_was_made()
		self.account = factories.smartbill_account(
			self.sandbox.api_url, v3_token="demo-v3-token", mode="Draft"
		).name
		self.person = factories.user(*PERSON)
		frappe.db.commit()

	def test_what_was_taken_is_asked_again_when_somebody_changes_it_back(self):
		customer = self.linked(name="Magazin Doi SRL")
		self.settle("Name", "take")
		doc = frappe.get_doc("Customer", customer.name)
		doc.customer_name = NAME
		doc.save()
		frappe.db.commit()
		self.sync()
		self.assertEqual(self.kinds(), ["Name"])

	def test_some_of_both_is_one_decision_and_one_event(self):
		customer = self.linked(name="Magazin Doi SRL", email="nou@example.ro", isVatPayer=True)
		self.assertEqual(self.kinds(), ["E-mail", "Name", "VAT status"])
		choices = {"Name": "smartbill", "E-mail": "smartbill", "VAT status": "erp"}
		self.settle("Name", "take", choices=choices)
		for kind in choices:
			self.assertEqual(self.state(kind), ("Resolved", "Took some of both"))
		doc = frappe.get_doc("Customer", customer.name)
		self.assertEqual((doc.customer_name, doc.smartbill_vat_payer), ("Magazin Doi SRL", "No"))
		(settled,) = self.events("Conflict with SmartBill settled")
		self.assertEqual(settled["after"]["choices"], choices)
		(took,) = self.events("Customer took over what SmartBill says")
		self.assertEqual(took["before"], {"email": "ana@example.ro", "customer_name": NAME})
		self.assertEqual(took["after"], {"email": "nou@example.ro", "customer_name": "Magazin Doi SRL"})
		self.again()
		self.assertEqual(self.kinds(), [])

	def test_fields_that_are_not_named_stay_open(self):
		self.linked(name="Magazin Doi SRL", isVatPayer=True)
		self.settle("Name", "take")
		self.assertEqual(self.kinds(), ["VAT status"])

	def test_only_what_is_open_can_be_chosen(self):
		self.linked(name="Magazin Doi SRL")
		for choices in (
			{"Name": "both"},
			{"Name": ["erp"]},
			{"E-mail": "erp"},
			{"Name": "erp", "Address": "erp"},
			[],
			{},
		):
			with self.subTest(choices), self.assertRaises(NotReady):
				self.settle("Name", "take", choices=choices)
		self.assertEqual(self.kinds(), ["Name"])

	def test_a_new_e_mail_becomes_the_main_one_of_the_primary_contact_and_the_others_stay(self):
		customer = self.linked(email="nou@example.ro")
		self.settle("E-mail", "take")
		contact = frappe.get_doc("Contact", customer.customer_primary_contact)
		self.assertEqual(
			[(row.email_id, row.is_primary) for row in contact.email_ids],
			[("ana@example.ro", 0), ("nou@example.ro", 1)],
		)

	def test_a_contact_that_another_customer_shares_stays_as_it_is(self):
		customer = self.linked(email="nou@example.ro")
		shared = frappe.get_doc("Contact", customer.customer_primary_contact)
		other = self.customer(customer_name="Altcineva SRL", tax_id=OTHER_CUI, address=None)
		shared.append("links", {"link_doctype": "Customer", "link_name": other.name})
		shared.save()
		frappe.db.commit()
		self.settle("E-mail", "take")
		shared.reload()
		self.assertEqual([row.email_id for row in shared.email_ids], ["ana@example.ro"])
		now = frappe.db.get_value("Customer", customer.name, "customer_primary_contact")
		self.assertNotEqual(now, shared.name)
		self.assertEqual(frappe.db.get_value("Contact", now, "email_id"), "nou@example.ro")
		self.assertEqual(self.kinds(), [])

	def test_an_address_is_written_into_the_primary_one_with_what_erpnext_adds_of_the_street_removed(self):
		customer = self.linked(address="Bd. Nou 12", city="", county="Cluj")
		address = customer.customer_primary_address
		frappe.db.set_value("Address", address, {"pincode": "400001", "address_line2": "Bl. 5"})
		frappe.db.commit()
		self.settle("Address", "take")
		doc = frappe.get_doc("Address", address)
		self.assertEqual(
			(doc.address_line1, doc.address_line2, doc.pincode, doc.city),
			("Bd. Nou 12", None, None, "Cluj-Napoca"),
		)
		# SmartBill has no city and ERPNext needs one: that is settled too
		self.again()
		self.assertEqual((self.kinds(), frappe.db.count("Address", {"name": address})), ([], 1))

	def test_an_address_that_another_customer_shares_stays_as_it_is(self):
		customer = self.linked(address="Bd. Nou 12")
		shared = frappe.get_doc("Address", customer.customer_primary_address)
		other = self.customer(customer_name="Altcineva SRL", tax_id=OTHER_CUI, address=None)
		shared.append("links", {"link_doctype": "Customer", "link_name": other.name})
		shared.save()
		frappe.db.commit()
		self.settle("Address", "take")
		now = frappe.db.get_value("Customer", customer.name, "customer_primary_address")
		self.assertNotEqual(now, shared.name)
		self.assertEqual(frappe.db.get_value("Address", shared.name, "address_line1"), "Str. Exemplu 7")
		self.assertEqual(frappe.db.get_value("Address", now, "address_line1"), "Bd. Nou 12")
		self.assertEqual(self.kinds(), [])

	def test_who_settled_something_and_read_clients_can_be_deleted(self):
		self.linked(name="Magazin Doi SRL")
		self.settle("Name", "keep")
		with self.as_user(self.person):
			run = self.sync()
		self.assertEqual(run.requested_by, self.person)
		frappe.delete_doc("User", self.person)
		self.assertFalse(frappe.db.exists("User", self.person))
		self.assertEqual(self.conflict("Name").resolved_by, self.person)

	def test_a_field_that_agrees_by_now_is_closed_whatever_was_pressed(self):
		customer = self.linked(name="Magazin Doi SRL")
		frappe.db.set_value("Customer", customer.name, "customer_name", "Magazin Doi SRL")
		frappe.db.commit()
		self.settle("Name", "keep")
		self.assertEqual(self.state("Name"), ("Resolved", "Agrees again"))

	def test_a_client_that_is_another_company_is_linked_elsewhere_or_gets_its_own_customer(self):
		customer = self.linked(vatCode=OTHER_CUI, name="Cu totul alta SRL")
		self.assertEqual(self.kinds(), ["CUI changed", "Name"])
		self.settle("CUI changed", "create")
		made = self.one(0).customer
		self.assertNotEqual(made, customer.name)
		doc = frappe.get_doc("Customer", made)
		self.assertEqual((doc.customer_name, doc.tax_id), ("Cu totul alta SRL", OTHER_CUI))
		self.assertEqual((self.kinds(), self.one(0).match_reason), ([], "created"))
		self.assertEqual(self.state("Name"), ("Resolved", "Customer made"))
		links = frappe.get_all("Customer External Link", {"external_id": client_id(0)}, pluck="customer")
		self.assertEqual(links, [made])

	def test_the_customer_that_has_the_new_cui_is_proposed(self):
		self.linked()
		right = self.customer(customer_name="Cea corectă SRL", tax_id=OTHER_CUI)
		self.change({"number": 0, "vatCode": OTHER_CUI, "name": "Cea corecta SRL"})
		self.sync()
		view = self.show("CUI changed")
		self.assertEqual(view["headline"]["action"], "link")
		self.assertEqual([one["name"] for one in view["candidates"]], [right.name])
		self.settle("CUI changed", "link", customer=right.name)
		self.assertEqual((self.one(0).customer, self.kinds()), (right.name, ["Address", "E-mail"][:0]))
		self.assertEqual(self.state("CUI changed"), ("Resolved", "Linked"))

	def test_an_unlinked_client_has_nothing_to_disagree_about_and_stays_so(self):
		customer = self.linked(name="Magazin Doi SRL", isVatPayer=True)
		self.settle("Name", "unlink")
		for kind in ("Name", "VAT status"):
			self.assertEqual(self.state(kind), ("Resolved", "Unlinked"))
		self.again()
		client = self.one(0)
		self.assertEqual((client.customer, client.keep_unlinked, self.kinds()), (None, 1, []))
		self.assertFalse(frappe.db.exists("Customer External Link", {"customer": customer.name}))


class TestWhoItIs(ConflictCase):
	def possible(self) -> Any:
		customer = self.customer(customer_name=NAME, tax_id="", address=None)
		self.seed({"name": NAME, "vatCode": CUI})
		self.sync()
		self.assertEqual(self.kinds(), ["Possible match"])
		return customer

	def twice_in_erp(self) -> list[str]:
		names = [
			self.customer(customer_name=f"{NAME} {at}", tax_id=CUI, address=None).name
			for at in ("Cluj", "Dej")
		]
		self.seed({"name": f"{NAME} Cluj", "vatCode": CUI})
		self.sync()
		self.assertEqual(self.kinds(), ["Duplicate CUI in ERPNext"])
		return names

	def twice_in_smartbill(self) -> Any:
		customer = self.customer(customer_name=NAME, tax_id=CUI, address=None)
		self.seed({"name": NAME, "vatCode": CUI}, {"name": NAME, "vatCode": CUI})
		self.sync()
		self.assertEqual((self.one(0).customer, self.one(1).customer), (customer.name, None))
		self.assertEqual(self.kinds(), ["Duplicate CUI in SmartBill"])
		return customer

	def test_a_possible_match_is_linked(self):
		customer = self.possible()
		view = self.show("Possible match")
		self.assertEqual(view["headline"]["why"], "The same name")
		self.settle("Possible match", "link", customer=customer.name)
		client = self.one(0)
		self.assertEqual((client.customer, client.match_reason, self.kinds()), (customer.name, "person", []))
		self.assertEqual(self.state("Possible match"), ("Resolved", "Linked"))
		self.again()
		self.assertEqual((self.one(0).customer, self.kinds()), (customer.name, []))

	def test_or_with_any_other_customer(self):
		self.possible()
		other = self.customer(customer_name="Alta firmă SRL", tax_id="", address=None)
		self.settle("Possible match", "link", customer=other.name)
		self.assertEqual(self.one(0).customer, other.name)
		# the pair is compared at once
		self.assertEqual(self.kinds(), ["Name"])

	def test_or_a_new_customer_is_made(self):
		customer = self.possible()
		self.settle("Possible match", "create")
		made = self.one(0).customer
		self.assertTrue(made)
		self.assertNotEqual(made, customer.name)
		self.assertEqual(self.state("Possible match"), ("Resolved", "Customer made"))
		linked = frappe.get_all(
			"Business Event",
			{"event": "SmartBill Client linked with a Customer", "reference_name": self.one(0).name},
		)
		self.assertEqual((len(linked), self.one(0).match_reason), (1, "created"))

	def test_or_the_client_stays_alone(self):
		self.possible()
		self.settle("Possible match", "unlink")
		self.assertEqual(self.state("Possible match"), ("Resolved", "Left unlinked"))
		self.again()
		self.assertEqual((self.one(0).customer, self.kinds()), (None, []))

	def test_or_it_is_ignored_until_somebody_else_could_be_it(self):
		self.possible()
		self.settle("Possible match", "ignore")
		self.again()
		self.assertEqual(self.kinds(), [])
		self.customer(customer_name=NAME, tax_id="", address=None)
		self.again()
		self.assertEqual(self.kinds(), ["Possible match"])

	def test_of_two_customers_with_one_cui_the_merge_is_proposed(self):
		stays, other = self.twice_in_erp()
		view = self.show("Duplicate CUI in ERPNext")
		self.assertEqual([one["name"] for one in view["candidates"]], [stays, other])
		self.settle("Duplicate CUI in ERPNext", "merge", customer=stays)
		self.assertEqual((self.one(0).customer, self.kinds()), (stays, []))
		self.assertEqual(self.state("Duplicate CUI in ERPNext"), ("Resolved", "Merge proposed"))
		todo = frappe.get_last_doc("ToDo")
		self.assertEqual(
			(todo.reference_type, todo.reference_name, todo.allocated_to), ("Customer", other, self.person)
		)
		self.assertIn(stays, todo.description)
		self.assertIn("/customer/", todo.description)
		(proposed,) = self.events("Merge of two Customers proposed")
		self.assertEqual(proposed["after"]["into"], stays)
		# and when it is done, nothing is left to ask
		frappe.rename_doc("Customer", other, stays, merge=True)
		frappe.db.commit()
		self.again()
		self.assertEqual((self.one(0).customer, self.kinds()), (stays, []))

	def test_or_one_of_them_is_linked_or_none(self):
		for action, more in (("link", {}), ("unlink", None), ("ignore", None)):
			with self.subTest(action):
				names = self.twice_in_erp()
				more = {"customer": names[1]} if more is not None else {}
				self.settle("Duplicate CUI in ERPNext", action, **more)
				self.assertEqual(self.one(0).customer, more.get("customer"))
				self.again()
				# linked with the other one its name differs
				self.assertEqual(self.kinds(), ["Name"] if more else [])
				TestFields.start_over(self)

	def test_a_merge_names_one_of_the_customers_that_share_the_cui(self):
		self.twice_in_erp()
		stranger = self.customer(customer_name="Altcineva SRL", tax_id="", address=None)
		for customer in (None, stranger.name):
			with self.assertRaises(NotReady):
				self.settle("Duplicate CUI in ERPNext", "merge", customer=customer)

	def test_of_two_clients_with_one_cui_the_second_stays_alone(self):
		customer = self.twice_in_smartbill()
		view = self.show("Duplicate CUI in SmartBill", 1)
		self.assertEqual(view["twin"]["name"], self.one(0).name)
		self.settle("Duplicate CUI in SmartBill", "unlink", 1)
		self.again()
		self.assertEqual(
			(self.one(0).customer, self.one(1).customer, self.kinds()), (customer.name, None, [])
		)

	def test_or_the_link_moves_to_it_when_a_person_says_so_twice(self):
		customer = self.twice_in_smartbill()
		kind = "Duplicate CUI in SmartBill"
		with self.assertRaises(Conflict) as told:
			self.settle(kind, "link", 1, customer=customer.name)
		self.assertEqual(told.exception.code, "linked_elsewhere")
		self.settle(kind, "link", 1, customer=customer.name, move=True)
		self.again()
		self.assertEqual(
			(self.one(0).customer, self.one(1).customer, self.kinds()), (None, customer.name, [])
		)
		links = frappe.get_all("Customer External Link", {"customer": customer.name}, pluck="external_id")
		self.assertEqual(links, [client_id(1)])

	def test_or_it_is_ignored(self):
		self.twice_in_smartbill()
		self.settle("Duplicate CUI in SmartBill", "ignore", 1)
		self.again()
		self.assertEqual(self.kinds(), [])

	def test_a_missing_client_is_kept_unlinked_or_ignored(self):
		results = {"keep": "Kept ERPNext", "unlink": "Unlinked", "ignore": "Ignored"}
		for action, resolution in results.items():
			with self.subTest(action):
				customer = self.linked()
				self.change(delete=(0,))
				self.sync()
				self.assertEqual(self.kinds(), ["Missing in SmartBill"])
				self.settle("Missing in SmartBill", action)
				self.assertEqual(self.state("Missing in SmartBill")[1], resolution)
				self.sync()
				self.assertEqual(self.kinds(), [])
				self.assertEqual(self.one(0).customer, None if action == "unlink" else customer.name)
				TestFields.start_over(self)


class TestAnaf(ConflictCase):
	def says(self, **values: str) -> Any:
		"""What the nightly step finds."""
		customer = self.linked()
		client = self.one(0)
		kinds = {
			"inactive": conflicts.INACTIVE_AT_ANAF,
			"vat": conflicts.VAT_AT_ANAF,
			"address": conflicts.ADDRESS_AT_ANAF,
		}
		found = [
			Found(client.name, NAME, kinds[key], customer.name, "No" if key == "vat" else "Ceva", said)
			for key, said in values.items()
		]
		conflicts.write(self.account, [client.name], conflicts.ANAF_KINDS, found)
		frappe.db.commit()
		return customer

	def test_the_customer_of_an_inactive_company_is_disabled_kept_or_ignored(self):
		for action, resolution in (
			("disable", "Customer disabled"),
			("keep", "Kept ERPNext"),
			("ignore", "Ignored"),
		):
			with self.subTest(action):
				customer = self.says(inactive="Inactive")
				self.settle("Inactive at ANAF", action)
				self.assertEqual(self.state("Inactive at ANAF")[1], resolution)
				disabled = frappe.db.get_value("Customer", customer.name, "disabled")
				self.assertEqual(bool(disabled), action == "disable")
				TestFields.start_over(self)

	def test_what_it_says_is_told_in_the_readers_language(self):
		for said in ("Inactive", "Struck off"):
			self.says(inactive=said)
			with patch.object(conflict_view, "_", lambda text: f"«{text}»"):
				view = self.show("Inactive at ANAF")
			self.assertEqual(
				(view["headline"]["why"], view["rows"][0]["smartbill"]), (f"«{said}»", f"«{said}»")
			)
			TestFields.start_over(self)

	def test_what_anaf_says_is_taken(self):
		customer = self.says(vat="Yes", address="Str. Fabricii 3, bl. A, Turda, Cluj")
		self.settle(
			"VAT status at ANAF",
			"take",
			choices={"VAT status at ANAF": "smartbill", "Address at ANAF": "smartbill"},
		)
		for kind in ("VAT status at ANAF", "Address at ANAF"):
			self.assertEqual(self.state(kind), ("Resolved", "Took ANAF"))
		doc = frappe.get_doc("Customer", customer.name)
		address = frappe.get_doc("Address", doc.customer_primary_address)
		self.assertEqual(doc.smartbill_vat_payer, "Yes")
		self.assertEqual(
			(address.address_line1, address.city, address.county), ("Str. Fabricii 3, bl. A", "Turda", "Cluj")
		)
		# SmartBill has what ERPNext had: that was decided about, too
		self.assertEqual(self.state("VAT status"), ("Resolved", "Kept ERPNext"))
		self.again()
		self.assertEqual(self.kinds(), [])

	def test_what_smartbill_said_otherwise_before_stays_open(self):
		self.says(vat="Yes", address="Str. Fabricii 3, Turda, Cluj")
		self.change({"number": 0, "address": "Bd. Nou 12"})
		self.sync()
		self.settle("Address at ANAF", "take")
		self.assertEqual(self.kinds(), ["Address", "VAT status at ANAF"])

	def test_or_kept_or_ignored(self):
		for kind in ("VAT status at ANAF", "Address at ANAF"):
			for action in ("keep", "ignore"):
				with self.subTest(kind=kind, action=action):
					self.says(vat="Yes", address="Str. Fabricii 3, Turda, Cluj")
					self.settle(kind, action)
					self.assertEqual(len(self.kinds()), 1)
					TestFields.start_over(self)

	def test_what_is_taken_from_smartbill_settles_what_anaf_says_too(self):
		self.says(vat="Yes")
		self.change({"number": 0, "isVatPayer": True})
		self.sync()
		self.settle("VAT status", "take")
		self.assertEqual(self.kinds(), [])
		self.assertEqual(self.state("VAT status at ANAF"), ("Resolved", "Agrees again"))

	def test_an_address_is_read_back_into_its_parts(self):
		for text, parts in {
			"Str. Fabricii 3, Turda, Cluj": ("Str. Fabricii 3", "Turda", "Cluj"),
			"Str. A 1, bl. 2, Sector 1, Bucuresti": ("Str. A 1, bl. 2", "Sector 1", "Bucuresti"),
			"Turda, Cluj": ("Turda", "", "Cluj"),
			"Str. Fabricii 3": ("Str. Fabricii 3", "", ""),
			"": ("", "", ""),
		}.items():
			self.assertEqual(taking.address_of_text(text), parts)


class TestRefusals(ConflictCase):
	def test_what_is_settled_says_by_whom_and_how(self):
		self.linked(name="Magazin Doi SRL")
		self.settle("Name", "keep")
		with self.assertRaises(Conflict) as told:
			self.settle("Name", "take", user="Administrator")
		self.assertEqual(told.exception.code, "settled")
		self.assertIn("Test settled this before: Kept ERPNext.", told.exception.message)

	def test_who_may_not_change_customers_takes_nothing_over_and_may_do_the_rest(self):
		customer = self.linked(name="Magazin Doi SRL")
		reader = factories.user("B2B Manager")
		frappe.db.commit()
		with self.assertRaises(NotAllowed):
			self.settle("Name", "keep", user=reader)
		frappe.share.add("Customer", customer.name, reader)
		frappe.db.commit()
		with self.assertRaises(NotAllowed) as told:
			self.settle("Name", "take", user=reader)
		self.assertIn("You may not change", told.exception.message)
		self.assertEqual(frappe.db.get_value("Customer", customer.name, "customer_name"), NAME)

	def test_sales_settles_nothing(self):
		self.linked(name="Magazin Doi SRL")
		for roles in (("B2B Sales", "Sales User"), ("Sales Manager",)):
			with self.assertRaises(NotAllowed):
				self.settle("Name", "ignore", user=factories.user(*roles))

	def test_each_kind_knows_its_ways_and_no_others(self):
		self.linked(name="Magazin Doi SRL")
		for action in ("merge", "create", "disable", "burn", ""):
			with self.subTest(action), self.assertRaises(NotReady):
				self.settle("Name", action)

	def test_what_changed_since_it_was_looked_at_is_not_decided(self):
		customer = self.linked(name="Magazin Doi SRL")
		seen = self.show("Name")["version"]
		self.assertEqual(self.show("Name")["version"], seen)
		self.change({"number": 0, "name": "Magazin Trei SRL"})
		self.sync()
		with self.assertRaises(Conflict) as told:
			self.settle("Name", "take", seen=seen)
		self.assertEqual(told.exception.code, "changed")
		seen = self.show("Name")["version"]
		frappe.db.set_value("Customer", customer.name, "tax_id", f"RO{CUI}")
		frappe.db.commit()
		with self.assertRaises(Conflict):
			self.settle("Name", "take", seen=seen)
		self.settle("Name", "take", seen=self.show("Name")["version"])

	def test_a_decision_that_erpnext_refuses_changes_nothing(self):
		customer = self.linked(name="Magazin Doi SRL", email="nou@example.ro")
		frappe.db.set_value("Customer", customer.name, "customer_type", "Nonsense")
		frappe.db.commit()
		choices = {"Name": "smartbill", "E-mail": "smartbill"}
		with self.assertRaises(frappe.ValidationError):
			self.settle("Name", "take", choices=choices)
		frappe.db.rollback()
		self.assertEqual(self.kinds(), ["E-mail", "Name"])
		self.assertFalse(frappe.db.exists("Contact Email", {"email_id": "nou@example.ro"}))


class TestView(ConflictCase):
	def test_both_sides_field_by_field_with_what_agrees_told_apart(self):
		self.linked(name="Magazin Doi SRL", email="nou@example.ro", phone="0722123456")
		view = self.show("Name")
		states = {row["label"]: (row["state"], row["choice"]) for row in view["rows"]}
		self.assertEqual(
			states,
			{
				"Name": ("differs", "erp"),
				"E-mail": ("differs", "smartbill"),
				"Fiscal code": ("same", None),
				"VAT Payer": ("same", None),
				"Address": ("same", None),
				"Trade Register No.": ("one_side", None),
				"Phone": ("one_side", None),
			},
		)
		name = view["rows"][0]
		self.assertEqual((name["erp"], name["smartbill"]), (NAME, "Magazin Doi SRL"))
		self.assertEqual([one["action"] for one in view["actions"]], list(conflict_actions.ACTIONS["Name"]))
		self.assertEqual({one["can"] for one in view["actions"]}, {True})

	def test_the_next_one_is_in_the_lists_order_and_after_the_last_the_first_again(self):
		self.customer(customer_name="Alfa SRL", tax_id="", address=None)
		self.customer(customer_name="Beta SRL", tax_id="", address=None)
		self.linked(name="Magazin Doi SRL", isVatPayer=True)
		self.sandbox.change_clients(
			[self.client(5, name="Alfa SRL", vatCode=""), self.client(6, name="Beta SRL", vatCode="")], []
		)
		self.sync()
		with self.as_user(self.person):
			listed = conflict_view.list_open(None, "Open", 0, 20)
			self.assertEqual(listed["counts"], {"Possible match": 2, "Name": 1, "VAT status": 1})
			order = [row.name for row in listed["rows"]]
			self.assertEqual(
				[row.kind for row in listed["rows"]][1:], ["Possible match"] * 2 + ["VAT status"]
			)
			places = [conflict_view.show(name)["place"] for name in order]
		self.assertEqual([(one["number"], one["total"]) for one in places], [(at, 4) for at in (1, 2, 3, 4)])
		self.assertEqual([one["next"] for one in places], [*order[1:], order[0]])
		self.settle("Name", "ignore")
		place = self.show("Name")["place"]
		self.assertEqual(place, {"number": None, "total": 3, "next": order[1]})

	def test_of_customers_only_what_the_caller_may_read(self):
		names = [
			self.customer(customer_name=f"{NAME} {at}", tax_id=CUI, address=None).name
			for at in ("Cluj", "Dej")
		]
		self.seed({"name": NAME, "vatCode": CUI}, {"name": "Singur SRL", "vatCode": OTHER_CUI})
		mine = self.customer(customer_name="Al meu SRL", tax_id=OTHER_CUI, address=None)
		self.sync()
		self.assertEqual(self.kinds(), ["Duplicate CUI in ERPNext", "Name"])
		first = self.conflict("Duplicate CUI in ERPNext").name
		with self.as_user(self.person):
			self.assertEqual(len(conflict_view.show(first)["candidates"]), 2)
		for allowed in (names[0], mine.name):
			permission = {"doctype": "User Permission", "user": self.person, "allow": "Customer"}
			frappe.get_doc({**permission, "for_value": allowed}).insert()
		frappe.db.commit()
		frappe.clear_cache(user=self.person)
		with self.as_user(self.person):
			self.assertEqual([one["name"] for one in conflict_view.show(first)["candidates"]], [names[0]])
			self.assertEqual(conflict_view.list_open(None, "Open", 0, 20)["total"], 2)
		frappe.db.delete("User Permission", {"user": self.person, "for_value": names[0]})
		frappe.db.commit()
		frappe.clear_cache(user=self.person)
		with self.as_user(self.person):
			listed = conflict_view.list_open(None, "Open", 0, 20)
			self.assertEqual(([row.title for row in listed["rows"]], listed["total"]), (["Singur SRL"], 1))
			with self.assertRaises(NotAllowed):
				conflict_view.show(first)
			with self.assertRaises(NotAllowed):
				settle.settle(first, Decision("ignore"))


class TestMany(ConflictCase):
	def many(self, count: int) -> list[str]:
		"""Linked clients whose names changed; returns their conflicts."""
		cuis = ("14399840", "2816464", "361757", "98765438", "18547290", "1090")
		for at in range(count):
			self.customer(customer_name=f"Firma {at} SRL", tax_id=cuis[at], address=None)
		self.seed(*({"name": f"Compania {at} SRL", "vatCode": cuis[at]} for at in range(count)))
		self.sync()
		self.assertEqual(self.kinds(), ["Name"] * count)
		return frappe.get_all(
			CONFLICT, {"account": self.account, "status": "Open"}, pluck="name", order_by="title"
		)

	def settle_many(self, names: list[str], action: str, **more: Any) -> dict[str, Any]:
		frappe.db.commit()
		with self.as_user(self.person):
			result = settle_many.settle_many(names, action, **more)
			# as at the end of a request: then a job begins
			frappe.db.commit()
			return result

	def test_equal_ones_are_settled_together_each_with_its_result(self):
		names = self.many(3)
		self.settle("Name", "keep", number=1)
		result = self.settle_many(names, "take")
		self.assertEqual([row["ok"] for row in result["rows"]], [True, False, True])
		self.assertEqual(result["rows"][0]["message"], "Took SmartBill")
		self.assertIn("settled this before", result["rows"][1]["message"])
		frappe.db.rollback()
		self.assertEqual(self.kinds(), [])
		renamed = frappe.get_all("Customer", {"customer_name": ["like", "Compania%"]}, pluck="customer_name")
		self.assertEqual(sorted(renamed), ["Compania 0 SRL", "Compania 2 SRL"])
		self.assertEqual(len(self.events("Conflict with SmartBill settled")), 3)

	def test_a_note_is_text_in_the_conflict_and_in_its_events(self):
		(name,) = self.many(1)
		settle_many.settle_many([name], "ignore", "<img src=x onerror=alert(1)>")
		told = "‹img src=x onerror=alert(1)›"
		self.assertEqual(frappe.db.get_value(CONFLICT, name, "note"), told)
		reasons = frappe.get_all("Business Event", {"reference_name": name}, pluck="reason")
		self.assertIn(told, reasons)
		self.assertNotIn("<", "".join(filter(None, reasons)))

	def test_one_that_fails_keeps_none_of_the_others(self):
		names = self.many(3)
		second = frappe.db.get_value(CONFLICT, names[1], "customer")
		frappe.db.set_value("Customer", second, "customer_type", "Nonsense")
		result = self.settle_many(names, "take")
		self.assertEqual([row["ok"] for row in result["rows"]], [True, False, True])
		frappe.db.rollback()
		self.assertEqual(self.open_conflicts(), [("Name", "Compania 1 SRL")])

	def test_more_than_a_few_go_on_in_the_background(self):
		names = self.many(6)
		before, settle_many.INLINE = settle_many.INLINE, 2
		self.addCleanup(setattr, settle_many, "INLINE", before)
		result = self.settle_many(names, "ignore")
		self.assertEqual((result["rows"], result["total"]), ([], 6))
		job = self.queued[-1]
		with self.as_user(self.person):
			with patch.object(many, "is_job_enqueued", return_value=True):
				self.assertEqual(settle_many.progress(result["job"])["done"], 0)
			given = {name: job[name] for name in ("job", "names", "action", "note")}
			frappe.get_attr(job["method"])(**given)
			progress = settle_many.progress(result["job"])
		self.assertEqual((progress["done"], progress["total"]), (6, 6))
		self.assertEqual({row["message"] for row in progress["rows"]}, {"Ignored"})
		frappe.db.rollback()
		self.assertEqual(self.kinds(), [])

	def test_what_cannot_be_done_to_all_is_refused_before_anything_is_done(self):
		names = self.many(2)
		self.change({"number": 0, "isVatPayer": True})
		self.sync()
		for given, action in (
			([], "keep"),
			("x", "keep"),
			(names, "link"),
			([str(at) for at in range(501)], "keep"),
			([*names, self.conflict("VAT status").name], "keep"),
		):
			with self.subTest(action), self.assertRaises(NotReady):
				self.settle_many(given, action)
		self.assertEqual(len(self.kinds()), 3)


class TestOverHttp(ConflictCase):
	headers: ClassVar[dict[str, str]] = {}

	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		self.headers = token(*PERSON)

	def call(self, method: str, path: str = "", body: Any = None, headers: Any = None) -> requests.Response:
		frappe.db.commit()
		url = f"{os.environ['SITE_URL']}{CONFLICTS}{path}"
		headers = self.headers if headers is None else headers
		return requests.request(method, url, json=body, headers=headers, timeout=30)

	def test_listed_shown_and_settled(self):
		self.linked(name="Magazin Doi SRL", isVatPayer=True)
		listed = self.call("GET", "?limit=1&start=1").json()["data"]
		self.assertEqual((listed["total"], listed["counts"]), (2, {"Name": 1, "VAT status": 1}))
		self.assertEqual([row["kind"] for row in listed["rows"]], ["VAT status"])
		name = self.conflict("Name").name
		shown = self.call("GET", f"/{name}").json()["data"]
		self.assertEqual((shown["place"]["number"], shown["place"]["total"]), (1, 2))
		answer = self.call("POST", f"/{name}/settle", {"action": "take", "seen": shown["version"]})
		self.assertEqual(answer.status_code, 200, answer.text)
		data = answer.json()["data"]
		self.assertEqual((data["status"], data["outcome"]["resolution"]), ("Resolved", "Took SmartBill"))
		self.assertEqual(data["place"]["next"], self.conflict("VAT status").name)
		again = self.call("POST", f"/{name}/settle", {"action": "keep"})
		self.assertEqual((again.status_code, again.json()["error"]["code"]), (409, "settled"))
		answer = self.call("POST", "/bulk", {"names": [data["place"]["next"]], "action": "ignore"})
		self.assertEqual((answer.status_code, answer.json()["data"]["rows"][0]["ok"]), (200, True))
		self.assertEqual(self.call("GET", "?status=Ignored").json()["data"]["total"], 1)

	def test_of_two_people_at_once_one_settles_and_the_other_reads_who_did(self):
		self.linked(name="Magazin Doi SRL")
		name = self.conflict("Name").name
		url = f"{os.environ['SITE_URL']}{CONFLICTS}/{name}/settle"
		people = [token(*PERSON) for _ in range(4)]

		def press(pressed: tuple[dict[str, str], str]) -> requests.Response:
			headers, action = pressed
			return requests.post(url, json={"action": action}, headers=headers, timeout=30)

		with ThreadPoolExecutor(4) as threads:
			actions = ("take", "keep", "ignore", "take")
			answers = list(threads.map(press, zip(people, actions, strict=True)))
		self.assertEqual(sorted(answer.status_code for answer in answers), [200, 409, 409, 409])
		for answer in answers:
			if answer.status_code == 409:
				self.assertIn("Test settled this before", answer.json()["error"]["message"])
		frappe.db.rollback()
		events = {"event": "Conflict with SmartBill settled", "reference_name": name}
		self.assertEqual(frappe.db.count("Business Event", events), 1)

	def test_two_conflicts_of_one_client_settled_together_by_several_at_once_wait_for_each_other(self):
		customer = self.linked(name="Magazin Doi SRL", isVatPayer=True)
		choices = {"Name": "smartbill", "VAT status": "smartbill"}
		names = [self.conflict(kind).name for kind in choices]
		people = [token(*PERSON) for _ in range(6)]

		def press(pressed: tuple[dict[str, str], str]) -> requests.Response:
			headers, name = pressed
			url = f"{os.environ['SITE_URL']}{CONFLICTS}/{name}/settle"
			body = {"action": "take", "choices": choices}
			return requests.post(url, json=body, headers=headers, timeout=30)

		with ThreadPoolExecutor(6) as threads:
			answers = list(threads.map(press, zip(people, names * 3, strict=True)))
		codes = sorted(answer.status_code for answer in answers)
		self.assertEqual(codes, [200, *[409] * 5], [answer.text for answer in answers])
		frappe.db.rollback()
		self.assertEqual(self.kinds(), [])
		took = {"event": "Customer took over what SmartBill says", "reference_name": customer.name}
		self.assertEqual(frappe.db.count("Business Event", took), 1)

	def test_two_clients_that_are_to_be_one_customer_do_not_both_become_it(self):
		target = self.customer(customer_name="Ținta SRL", tax_id="", address=None)
		for at in range(2):
			self.customer(customer_name=f"Firma {at} SRL", tax_id="", address=None)
		self.seed(*({"name": f"Firma {at} SRL"} for at in range(2)))
		self.sync()
		names = [self.conflict("Possible match", at).name for at in range(2)]

		def press(name: str) -> requests.Response:
			url = f"{os.environ['SITE_URL']}{CONFLICTS}/{name}/settle"
			body = {"action": "link", "customer": target.name}
			return requests.post(url, json=body, headers=self.headers, timeout=30)

		with ThreadPoolExecutor(2) as threads:
			answers = list(threads.map(press, names))
		codes = sorted(answer.status_code for answer in answers)
		self.assertEqual(codes, [200, 409], [answer.text for answer in answers])
		frappe.db.rollback()
		self.assertEqual(frappe.db.count(CLIENT, {"customer": target.name}), 1)

	def test_who_may_not_write_customers_reads_so(self):
		customer = self.linked(name="Magazin Doi SRL")
		headers = token("B2B Manager")
		key = headers["Authorization"].split()[1].partition(":")[0]
		user = frappe.get_doc("User", {"api_key": key})
		name = self.conflict("Name").name
		self.assertEqual(self.call("GET", f"/{name}", headers=headers).status_code, 403)
		frappe.share.add("Customer", customer.name, user.name)
		shown = self.call("GET", f"/{name}", headers=headers).json()["data"]
		can = {one["action"]: one["can"] for one in shown["actions"]}
		self.assertIn("You may not change Customers", can["take"])
		answer = self.call("POST", f"/{name}/settle", {"action": "take"}, headers)
		self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (403, "not_allowed"))
		self.assertIn("You may not change", answer.json()["error"]["message"])
		self.assertEqual(self.call("POST", f"/{name}/settle", {"action": "keep"}, headers).status_code, 200)

	def test_others_stay_outside_and_what_is_off_is_not_there(self):
		self.linked(name="Magazin Doi SRL")
		name = self.conflict("Name").name
		calls = (
			("GET", "", None),
			("GET", f"/{name}", None),
			("POST", f"/{name}/settle", {"action": "keep"}),
			("POST", "/bulk", {"names": [name], "action": "keep"}),
			("GET", "/bulk/x", None),
		)
		sales = token("B2B Sales", "Sales User")
		for method, path, body in calls:
			self.assertEqual(self.call(method, path, body, {}).status_code, 401)
			self.assertEqual(self.call(method, path, body, sales).status_code, 403)
		self.assertEqual(self.call("GET", "/nobody").status_code, 404)
		for body in ({"action": ["keep"]}, {"action": "keep", "note": 1}, {"action": "take", "choices": "x"}):
			self.assertEqual(self.call("POST", f"/{name}/settle", body).status_code, 422)
		frappe.db.set_single_value("B2B Settings", "enable_smartbill_sync", 0)
		for method, path, body in calls:
			self.assertEqual(self.call(method, path, body).status_code, 404)
		self.assertEqual(self.state("Name")[0], "Open")

	def test_frappes_own_rest_shows_no_candidates_and_settles_nothing(self):
		self.linked(name="Magazin Doi SRL")
		name = self.conflict("Name").name
		url = f"{os.environ['SITE_URL']}/api/resource/{CONFLICT}/{name}"
		shown = requests.get(url, headers=self.headers, timeout=30)
		self.assertEqual(shown.status_code, 200)
		self.assertNotIn("candidates", shown.json()["data"])
		self.assertEqual(
			requests.put(url, json={"status": "Resolved"}, headers=self.headers, timeout=30).status_code, 403
		)
