"""What a sync, an import or an approval brings is in the index when its transaction is: nothing else has to run."""

from unittest.mock import patch

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.search import records, tables, write
from erp_b2b_smartbill.customers.search.tables import PARTY, TOKEN, USE, party_id
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase
from erp_b2b_smartbill.tests.registration_case import CUI, RegistrationCase
from erp_b2b_smartbill.tests.search_case import IndexMixin


class Switched(IndexMixin):
	"""The search is on for the test, and its tables are empty before and after."""

	def setUp(self) -> None:
		super().setUp()
		self.turn(True)
		self.addCleanup(self.turn, False)

	def turn(self, on: bool) -> None:
		frappe.db.rollback()
		tables.empty(PARTY, TOKEN, USE)
		frappe.db.set_single_value("B2B Settings", features.SEARCH, int(on))
		frappe.db.commit()


class TestSyncedClients(Switched, ClientsTestCase):
	def names(self) -> list[str]:
		return frappe.get_all(CLIENT, {"account": self.account}, pluck="name", order_by="external_id")

	def test_clients_of_a_sync_are_found_changed_and_gone_with_it(self):
		known = self.customer(tax_id="RO98765438").name
		self.seed({"name": "Zidar Expert SRL"}, {"vatCode": "98765438"}, {"name": "Pleacă SRL"})
		self.sync()
		stays, linked, gone = self.names()
		self.assertIn("tzidar", self.found_by(CLIENT, stays))
		self.assertEqual(self.party(CLIENT, linked).customer, known)
		self.assertEqual(self.party(CLIENT, linked).lane, tables.CLIENT_OF_CUSTOMER)
		self.change({"number": 0, "name": "Tâmplar Expert SRL"}, delete=(2,))
		self.sync()
		self.assertIn("ttamplar", self.found_by(CLIENT, stays))
		self.assertNotIn("tzidar", self.found_by(CLIENT, stays))
		self.assertIsNone(self.party(CLIENT, gone))
		self.assert_in_step(CLIENT, stays, linked, gone)

	def test_clients_of_whom_customers_are_made_are_these_customers(self):
		frappe.db.set_value("SmartBill Account", self.account, "new_clients", "Create Customer")
		self.seed({"vatCode": "98765438"}, {})
		self.sync()
		for name in self.names():
			customer = frappe.db.get_value(CLIENT, name, "customer")
			self.assertEqual(self.party(CLIENT, name).customer, customer)
			self.assert_in_step(CLIENT, name)
			self.assert_in_step("Customer", customer)

	def test_a_chunk_asks_as_often_for_many_clients_as_for_few(self):
		self.seed(40)
		self.sync()
		names = self.names()
		counts = []
		for some in (names[:2], names):
			queries: list[str] = []
			sql = frappe.db.sql
			with patch.object(
				frappe.db,
				"sql",
				lambda query, *a, q=queries, s=sql, **o: (q.append(query), s(query, *a, **o))[1],
			):
				write.whole(
					list(records.load(CLIENT, some).values()), [party_id(CLIENT, name) for name in some]
				)
			counts.append(len(queries))
		self.assertEqual(counts[0], counts[1])


class TestApprovedRegistrations(Switched, RegistrationCase):
	def test_a_request_is_found_and_becomes_its_customer_when_it_is_approved(self):
		doc = self.confirmed(cui=CUI, company_name="Zidar Expert SRL")
		party = self.party(doc.doctype, doc.name)
		self.assertEqual((party.lane, party.customer), (tables.REGISTRATION, None))
		self.assertIn("tzidar", self.found_by(doc.doctype, doc.name))
		self.approve(doc)
		doc = self.stored(doc)
		party = self.party(doc.doctype, doc.name)
		self.assertEqual((party.lane, party.customer), (tables.REGISTRATION_OF_CUSTOMER, doc.customer))
		self.assert_in_step(doc.doctype, doc.name)
		self.assert_in_step("Customer", doc.customer)
