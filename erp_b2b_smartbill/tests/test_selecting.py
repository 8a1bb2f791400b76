"""A hit of the search becomes the Customer to quote: as it is, linked, or made, and never a second time."""

from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers import onboard
from erp_b2b_smartbill.exceptions import Conflict, NotAllowed, NotFound, NotReady
from erp_b2b_smartbill.selecting import select as selecting
from erp_b2b_smartbill.smartbill.clients import by_hand, chunk, job, making, matching
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.selecting_case import CUI, LINK, SelectingCase

OTHER_CUI = "98765438"
NOBODYS = "14399840"


class TestCustomers(SelectingCase):
	def test_a_customer_is_taken_as_it_is_and_nothing_is_written(self):
		customer = self.customer()
		before = self.counts()
		selected = self.select(f"erp:{customer.name}")
		self.assertEqual(selected, selecting.Selected(customer.name))
		self.assertEqual(selected.view()["display_name"], customer.customer_name)
		self.assertEqual(self.more_than(before), {})

	def test_one_that_may_not_be_read_is_not_there(self):
		hidden, seen = self.customer(), self.customer()
		self.only("Customer", seen.name)
		for name in (hidden.name, "Nobody of this name"):
			refusal = self.refused(selecting.select, f"erp:{name}")
			self.assertIsInstance(refusal, NotFound)
			self.assertEqual(refusal.message, f"{name} was not found.")
		self.assertEqual(self.select(f"erp:{seen.name}").customer, seen.name)

	def test_a_disabled_one_is_not_quoted(self):
		customer = self.customer(disabled=1)
		refusal = self.refused(selecting.select, f"erp:{customer.name}")
		self.assertEqual((refusal.http_status_code, refusal.code), (409, "disabled"))
		self.assertEqual(refusal.problems[0]["name"], customer.name)

	def test_a_blocked_one_is(self):
		customer = self.customer(is_frozen=1)
		self.assertEqual(self.select(f"erp:{customer.name}").customer, customer.name)

	def test_what_is_no_id_is_said(self):
		for hit in ("", "erp", "erp:", ":x", "lead:x", "ERP:x", "smartbill:"):
			self.assertIsInstance(self.refused(selecting.select, hit), NotReady, hit)

	def test_what_it_was_used_for_last_is_noted(self):
		customer = self.customer()
		with patch.object(selecting.keep, "used") as used:
			self.select(f"erp:{customer.name}")
		used.assert_called_once_with(customer.name)


class TestClients(SelectingCase):
	def test_a_client_that_nobody_knows_becomes_a_customer_with_address_contact_and_link(self):
		self.read(
			{"vatCode": f"RO{CUI}", "regCom": "J12/345/2019", "phone": "0722123456", "isVatPayer": True}
		)
		client, before = self.one(0), self.counts()
		selected = self.select(self.hit())
		self.assertEqual((selected.created, selected.linked), (True, True))
		customer = frappe.get_doc("Customer", selected.customer)
		self.assertEqual((customer.customer_name, customer.b2b_cui), (client.client_name, CUI))
		self.assertEqual((customer.smartbill_vat_payer, customer.owner), ("Yes", self.seller))
		self.assertEqual(
			frappe.db.get_value("Address", customer.customer_primary_address, "city"), "Cluj-Napoca"
		)
		self.assertEqual(
			frappe.db.get_value("Contact", customer.customer_primary_contact, "email_id"),
			"sync00000@example.ro",
		)
		self.assertEqual((self.one(0).customer, self.one(0).match_reason), (customer.name, "created"))
		self.assertEqual(
			frappe.db.get_value(LINK, {"external_id": client.external_id}, "customer"), customer.name
		)
		# that it was linked, and that somebody picked it
		self.assertEqual(
			self.more_than(before),
			{"Customer": 1, "Address": 1, "Contact": 1, LINK: 1, "Business Event": 2},
		)
		self.assertEqual(
			self.selections(),
			[
				{
					"reference_name": customer.name,
					"user": self.seller,
					"after": {"source": "smartbill", "record": client.name, "created": True, "linked": True},
				}
			],
		)

	def test_picked_again_it_is_the_same_and_nothing_is_made(self):
		self.read({"vatCode": CUI})
		first = self.select(self.hit()).customer
		before = self.counts()
		self.assertEqual(self.select(self.hit()), selecting.Selected(first))
		self.assertEqual(self.more_than(before), {})

	def test_a_linked_client_is_its_customer_even_when_smartbill_has_it_no_more(self):
		customer = self.customer(tax_id=CUI)
		self.read({"vatCode": CUI})
		frappe.db.set_value(CLIENT, self.one(0).name, "status", "Gone")
		self.assertEqual(self.select(self.hit()), selecting.Selected(customer.name))

	def test_a_client_with_the_cui_of_a_customer_is_linked_with_it(self):
		self.read({"vatCode": CUI})
		customer = self.unfollowed(tax_id=f"RO{CUI}")
		before = self.counts()
		selected = self.select(self.hit())
		self.assertEqual(selected, selecting.Selected(customer, linked=True))
		self.assertEqual((self.one(0).customer, self.one(0).match_reason), (customer, "cui"))
		self.assertEqual(self.more_than(before), {LINK: 1, "Business Event": 2})

	def test_of_several_customers_with_its_cui_the_oldest_that_is_enabled_is_quoted_and_a_person_links(self):
		self.read({"vatCode": CUI})
		self.unfollowed(tax_id=CUI, disabled=1)
		second = self.unfollowed(tax_id=CUI)
		self.unfollowed(tax_id=CUI)
		before = self.counts()
		self.assertEqual(self.select(self.hit()), selecting.Selected(second))
		self.assertEqual((self.one(0).customer, self.more_than(before)), (None, {}))
		self.assertEqual([kind for kind, _title in self.open_conflicts()], ["Duplicate CUI in ERPNext"])

	def test_a_second_client_of_a_customer_is_that_customer_and_not_linked(self):
		self.read({"vatCode": CUI}, {"vatCode": f"RO{CUI}", "name": "Altfel Scris SRL"})
		first = self.select(self.hit(0)).customer
		self.assertEqual(self.select(self.hit(1)), selecting.Selected(first))
		self.assertEqual(self.one(1).customer, None)

	def test_what_a_manager_unlinked_is_not_linked_again_by_picking(self):
		customer = self.customer(tax_id=CUI)
		self.read({"vatCode": CUI})
		by_hand.unlink(self.one(0).name)
		self.assertEqual(self.select(self.hit()), selecting.Selected(customer.name))
		self.assertEqual((self.one(0).customer, self.one(0).keep_unlinked), (None, 1))

	def test_a_client_whose_customer_was_deleted_is_made_anew_when_somebody_quotes_it(self):
		gone = self.customer(tax_id=CUI, address=None)
		self.read({"vatCode": CUI})
		frappe.delete_doc("Customer", gone.name)
		selected = self.select(self.hit())
		self.assertTrue(selected.created)
		self.assertEqual((self.one(0).customer, self.one(0).keep_unlinked), (selected.customer, 0))

	def test_whoever_is_sure_without_a_cui_is_quoted_and_linked_as_the_account_says(self):
		customer = self.customer(tax_id="", customer_name="Depozit Poștal SRL")
		self.contact(customer.name, "depozit@example.ro")
		self.read({"email": "depozit@example.ro"})
		self.assertEqual(self.select(self.hit()), selecting.Selected(customer.name))
		self.assertEqual(self.one(0).customer, None)
		frappe.db.set_value("SmartBill Account", self.account, "weak_matches", "Link")
		self.assertEqual(self.select(self.hit()), selecting.Selected(customer.name, linked=True))

	def test_a_client_that_could_be_two_companies_is_neither_until_somebody_says_which(self):
		names = self.twins({"tax_id": CUI}, {"tax_id": OTHER_CUI})
		self.assert_ambiguous(self.hit(), names)
		# neither that one of them is disabled nor that one may not be seen says that the other one is meant
		frappe.db.set_value("Customer", names[0], "disabled", 1)
		self.assert_ambiguous(self.hit(), names)
		self.only("Customer", names[1])
		self.assert_ambiguous(self.hit(), names[1:])
		self.assertEqual(self.one(0).customer, None)

	def test_two_of_one_name_and_phone_without_a_cui_are_not_told_apart_either(self):
		names = self.twins({"tax_id": ""}, {"tax_id": ""})
		self.assert_ambiguous(self.hit(), names)

	def test_two_customers_of_one_company_that_has_a_cui_are_not_ambiguous(self):
		names = self.twins({"tax_id": CUI}, {"tax_id": f"RO{CUI}"})
		self.assertEqual(self.select(self.hit()), selecting.Selected(names[0]))

	def test_a_request_that_could_be_two_companies_is_neither_either(self):
		doc = self.confirmed(company_name="Gemenii SRL", phone="0722000111")
		names = self.twins({"tax_id": CUI}, {"tax_id": OTHER_CUI})
		frappe.db.set_value("B2B Registration", doc.name, {"status": "Approved", "cui_digits": "", "cui": ""})
		self.assert_ambiguous(f"b2b:{doc.name}", names)

	def twins(self, *values: dict[str, Any]) -> list[str]:
		"""Customers of one name and phone, which a client without a CUI has too."""
		self.read({"name": "Gemenii SRL", "phone": "0722000111", "email": ""})
		names = [self.unfollowed(customer_name="Gemenii SRL", **one) for one in values]
		for number, name in enumerate(names):
			# the same second may be the creation of both
			frappe.db.set_value("Customer", name, "creation", f"2025-01-0{number + 1}", update_modified=False)
			self.contact(name, f"gemeni{number}@example.ro", phone_nos=[{"phone": "0722000111"}])
		return names

	def assert_ambiguous(self, hit: str, names: list[str]) -> None:
		refusal = self.refused(selecting.select, hit)
		self.assertEqual((refusal.http_status_code, refusal.code), (409, "ambiguous"))
		self.assertEqual([one["name"] for one in refusal.problems], names)
		self.assertIn(", ".join(names) + ".", refusal.message)

	def test_what_it_might_have_been_is_settled_when_it_is_made(self):
		self.customer(tax_id="", customer_name="Depozit Test 00000 SRL")
		self.read({})
		self.assertEqual([kind for kind, _title in self.open_conflicts()], ["Possible match"])
		self.assertTrue(self.select(self.hit()).created)
		self.assertEqual(self.open_conflicts(), [])

	def test_a_client_that_is_gone_is_not_made(self):
		self.read({})
		frappe.db.set_value(CLIENT, self.one(0).name, "status", "Gone")
		self.assertEqual(self.refused(selecting.select, self.hit()).code, "gone")

	def test_a_disabled_customer_is_neither_quoted_nor_doubled(self):
		self.read({"vatCode": CUI}, {"vatCode": NOBODYS})
		self.unfollowed(tax_id=CUI, disabled=1)
		self.customer(tax_id=NOBODYS, disabled=1)
		for number in (0, 1):
			self.assertEqual(self.refused(selecting.select, self.hit(number)).code, "disabled")
		self.assertEqual(self.one(0).customer, None)

	def test_the_group_that_the_account_gives_is_the_new_customers(self):
		group = self.group()
		frappe.db.set_value("SmartBill Account", self.account, "new_customer_group", group)
		self.read({})
		made = self.select(self.hit()).customer
		self.assertEqual(frappe.db.get_value("Customer", made, "customer_group"), group)

	def unfollowed(self, **values: Any) -> str:
		"""A Customer that was imported past the hook that links."""
		with patch.object(features, "is_on", lambda switch: False):
			return self.customer(address=None, **values).name

	def contact(self, customer: str, email: str, **values: Any) -> None:
		frappe.get_doc(
			{
				**values,
				"doctype": "Contact",
				"first_name": "Ana",
				"email_ids": [{"email_id": email, "is_primary": 1}],
				"links": [{"link_doctype": "Customer", "link_name": customer}],
			}
		).insert()


class TestRights(SelectingCase):
	def test_whoever_may_make_no_customer_is_told_whom_to_ask(self):
		self.read({"vatCode": CUI})
		user = factories.user("B2B Sales", "Accounts User")
		refusal = self.refused(selecting.select, self.hit(), user)
		self.assertIsInstance(refusal, NotAllowed)
		self.assertIn("Sales User", refusal.message)
		self.assertEqual(self.one(0).customer, None)

	def test_whoever_may_read_no_clients_finds_none(self):
		self.read({"vatCode": CUI})
		user = factories.user("Sales User")
		self.assertIsInstance(self.refused(selecting.select, self.hit(), user), NotFound)

	def test_what_is_switched_off_is_not_there(self):
		self.read({"vatCode": CUI})
		request = self.confirmed()
		self.settings(enable_smartbill_sync=0, enable_b2b_registration=0)
		self.assertIsInstance(self.refused(selecting.select, self.hit()), NotFound)
		self.assertIsInstance(self.refused(selecting.select, f"b2b:{request.name}"), NotFound)

	def test_a_new_customer_stands_in_the_sellers_own_territory_and_group(self):
		territory, group = self.territory(), self.group()
		self.only("Territory", territory)
		self.only("Customer Group", group)
		self.read({"vatCode": CUI})
		made = frappe.get_doc("Customer", self.select(self.hit()).customer)
		self.assertEqual((made.territory, made.customer_group), (territory, group))

	def test_a_territory_above_the_sellers_own_is_not_one_to_stand_in(self):
		territory = self.territory()
		self.only("Territory", "All Territories")
		frappe.defaults.set_user_default("territory", territory, self.seller)
		self.read({})
		made = self.select(self.hit()).customer
		self.assertEqual(frappe.db.get_value("Customer", made, "territory"), territory)

	def test_the_sellers_own_setting_counts_without_a_permission(self):
		territory = self.territory()
		frappe.defaults.set_user_default("territory", territory, self.seller)
		self.read({})
		made = self.select(self.hit()).customer
		self.assertEqual(frappe.db.get_value("Customer", made, "territory"), territory)

	def test_what_the_seller_could_not_see_afterwards_is_not_made(self):
		self.only("Customer", self.customer().name)
		self.read({"vatCode": CUI})
		refusal = self.refused(selecting.select, self.hit())
		self.assertIsInstance(refusal, NotAllowed)
		self.assertEqual(self.one(0).customer, None)

	def test_a_customer_that_the_seller_may_not_see_is_neither_named_nor_doubled(self):
		hidden = self.customer(tax_id=CUI, customer_name="Tainic SRL")
		self.only("Customer", self.customer().name)
		self.read({"vatCode": CUI}, {"vatCode": f"RO{CUI}"})
		self.assertEqual(self.one(0).customer, hidden.name)
		# a client that is linked with it is as hidden as it is
		self.assertIsInstance(self.refused(selecting.select, self.hit(0)), NotFound)
		for way, given in ((selecting.select, self.hit(1)), (selecting.select_company, CUI)):
			refusal = self.refused(way, given)
			self.assertEqual((refusal.http_status_code, refusal.code), (403, "hidden_customer"))
			self.assertNotIn("Tainic", refusal.message)


class TestAgain(SelectingCase):
	"""What a selection does when another one was faster; the processes themselves are in test_selecting_together.py."""

	def test_one_that_the_database_broke_off_is_done_again(self):
		self.read({"vatCode": CUI})
		with self.failing(making, "customer_of", frappe.QueryDeadlockError):
			self.assertTrue(self.select(self.hit()).created)
		self.assertEqual(frappe.db.count("Customer", {"b2b_cui": CUI}), 1)

	def test_one_that_waited_in_vain_is_done_again_and_given_up_the_second_time(self):
		self.read({"vatCode": CUI}, {"vatCode": NOBODYS})
		with self.failing(making, "customer_of", frappe.QueryTimeoutError):
			self.assertTrue(self.select(self.hit(0)).created)
		waiting = patch.object(making, "customer_of", side_effect=frappe.QueryTimeoutError)
		with waiting as tried, self.assertRaises(frappe.QueryTimeoutError):
			self.select(self.hit(1))
		self.assertEqual(tried.call_count, 2)

	def test_one_that_is_broken_off_for_ever_is_given_up(self):
		self.read({"vatCode": CUI})
		broken = patch.object(making, "customer_of", side_effect=frappe.QueryDeadlockError)
		with broken as tried, self.assertRaises(frappe.QueryDeadlockError):
			self.select(self.hit())
		self.assertEqual(tried.call_count, selecting.TRIES)

	def test_a_customer_that_came_after_the_look_is_found_by_the_next(self):
		self.read({"vatCode": CUI})
		with patch.object(features, "is_on", lambda switch: False):
			customer = self.customer(tax_id=CUI, address=None)
		with self.failing(chunk, "match_at_once"), self.failing(matching, "surely"):
			selected = self.select(self.hit())
		self.assertEqual(selected, selecting.Selected(customer.name, linked=True))
		self.assertEqual(frappe.db.count("Customer", {"b2b_cui": CUI}), 1)

	def test_whoever_is_only_found_at_the_making_is_quoted_and_one_that_may_not_be_seen_is_not_named(self):
		self.read({"vatCode": CUI})
		with patch.object(features, "is_on", lambda switch: False):
			customer = self.customer(tax_id=CUI, customer_name="Tainic SRL", address=None)
		blind = (
			patch.object(chunk, "match_at_once", lambda row: None),
			patch.object(matching, "surely", lambda row: ()),
		)
		with blind[0], blind[1]:
			self.assertEqual(self.select(self.hit()), selecting.Selected(customer.name))
			self.only("Customer", self.customer().name)
			refusal = self.refused(selecting.select, self.hit())
		self.assertEqual((refusal.http_status_code, refusal.code), (403, "hidden_customer"))
		self.assertNotIn("Tainic", refusal.message + str(refusal.problems))

	def failing(self, module: Any, name: str, error: Any = None) -> Any:
		"""The function sees nothing, or fails, when it is called first."""
		rest, times = getattr(module, name), []

		def first_failing(*given: Any) -> Any:
			times.append(1)
			if len(times) > 1:
				return rest(*given)
			if error:
				raise error
			return None

		return patch.object(module, name, first_failing)


class TestOneOfACui(SelectingCase):
	"""The one place that makes Customers makes no second one of a company."""

	def test_a_second_customer_of_a_valid_cui_is_refused_with_the_first_ones(self):
		first = self.customer(tax_id=CUI, address=None)
		second = self.customer(tax_id=f"RO {CUI}", address=None)
		with self.assertRaises(onboard.CustomerExists) as caught:
			onboard.make_customer(onboard.NewCustomer("Alt Nume SRL", tax_id=f"RO{CUI}"))
		self.assertEqual(caught.exception.customers, [first.name, second.name])
		self.assertIsInstance(caught.exception, Conflict)

	def test_unless_a_person_wants_it(self):
		self.customer(tax_id=CUI)
		made = onboard.make_customer(onboard.NewCustomer("Filiala SRL", tax_id=CUI), even_if_known=True)
		self.assertEqual(frappe.db.get_value("Customer", made.customer, "b2b_cui"), CUI)

	def test_postgresql_says_that_another_one_was_made_since_the_transaction_began(self):
		class Serialization(Exception):
			pgcode = "40001"

		new = onboard.NewCustomer("Firma SRL", tax_id=CUI)
		sql = frappe.db.sql

		def refusing(query: Any, *given: Any, **named: Any) -> Any:
			if str(query).lower().startswith("update"):
				raise Serialization
			return sql(query, *given, **named)

		with patch.object(frappe.db, "db_type", "postgres"):
			with patch.object(frappe.db, "sql", refusing):
				self.assertRaises(frappe.QueryDeadlockError, onboard.make_customer, new)

	def test_what_is_no_valid_cui_tells_nobody_apart(self):
		for tax_id in ("", "12345678", "DE136695976"):
			self.customer(tax_id=tax_id, address=None)
			self.assertTrue(onboard.make_customer(onboard.NewCustomer("Firma SRL", tax_id=tax_id)).customer)


class TestSyncMeetsACustomer(SelectingCase):
	account_values = {"new_clients": "Create Customer"}

	def test_a_customer_that_came_while_a_page_was_read_is_linked_and_compared_later(self):
		self.seed({"vatCode": CUI})
		customer = self.customer(tax_id=CUI, customer_name="Cu Alt Nume SRL")
		decide, looks = matching.decide, []

		def blind_at_first(rows: Any, policy: str) -> Any:
			looks.append(1)
			found = decide(rows, policy)
			return dict.fromkeys(found, matching.Decision()) if len(looks) == 1 else found

		with patch.object(matching, "decide", blind_at_first):
			run = self.sync()
		self.assertEqual((run.customers_created, run.linked, run.errors), (0, 1, None))
		self.assertEqual((self.one(0).customer, self.one(0).match_reason), (customer.name, "cui"))
		self.assertEqual(frappe.db.count("Customer", {"b2b_cui": CUI}), 1)
		self.assertIn("Name", [kind for kind, _title in self.open_conflicts()])

	def test_a_page_that_the_database_broke_off_is_not_taken_for_a_client_that_cannot_be_made(self):
		for number, error in enumerate((frappe.QueryDeadlockError, frappe.QueryTimeoutError)):
			# one more than the time before
			self.seed(*({"vatCode": cui} for cui in (CUI, NOBODYS)[: number + 1]))
			with patch.object(making, "_make", side_effect=[error, None]):
				run = job.start(self.account).name
				self.assertEqual(job.work(run), "it broke off")
			frappe.db.rollback()
			done = self.finish(run)
			self.assertEqual((done.customers_created, done.errors), (1, None))

	def test_customers_are_made_in_small_chunks_so_that_others_can_make_theirs_in_between(self):
		self.seed(*({"vatCode": ""} for _client in range(7)))
		frappe.db.set_value("SmartBill Account", self.account, "new_clients", "Keep as SmartBill Client")
		self.sync()
		frappe.db.set_value("SmartBill Account", self.account, "new_clients", "Create Customer")
		made: list[int] = []

		def match(*given: Any) -> None:
			rest(*given)
			made.append(len(given[2]))

		rest = chunk.match
		with patch.object(chunk, "MAKING_AT_ONCE", 3), patch.object(chunk, "match", match):
			self.assertEqual(self.sync().customers_created, 7)
		self.assertLessEqual(max(made), 3)
		self.assertEqual(sum(made), 7)
