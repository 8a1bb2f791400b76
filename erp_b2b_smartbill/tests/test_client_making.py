"""A Customer that the sync makes of a client."""

from typing import Any, ClassVar
from unittest.mock import patch

import frappe

from erp_b2b_smartbill.smartbill.clients import conflicts, job, making
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase

CUI = "14399840"


class TestMaking(ClientsTestCase):
	account_values: ClassVar[dict[str, Any]] = {"new_clients": "Create Customer"}

	def test_is_linked_once_and_told_once(self):
		self.seed({"vatCode": CUI})
		run = self.sync()
		client = self.one(0)
		self.assertEqual((run.customers_created, client.match_reason), (1, "created"))
		told = {"event": "SmartBill Client linked with a Customer", "reference_name": client.name}
		self.assertEqual(frappe.db.count("Business Event", told), 1)

	def test_one_that_nobody_foresaw_cannot_be_made_and_the_chunk_still_stands_or_falls_whole(self):
		self.seed({"vatCode": CUI})
		run = job.start(self.account).name
		broken = patch.object(making, "_make", side_effect=RuntimeError)
		with broken, patch.object(conflicts, "compare", side_effect=RuntimeError):
			self.assertEqual(job.work(run), "it broke off")
		frappe.db.rollback()
		self.assertEqual(self.clients(), [])
		with broken:
			done = self.finish(run)
		self.assertEqual((done.seen, done.new_clients, done.customers_created), (1, 1, 0))
		self.assertIn("see the Error Log", done.errors)
		title = "A Customer could not be made of a SmartBill Client"
		self.assertTrue(frappe.db.exists("Error Log", {"method": title}))

	def test_of_two_clients_with_one_cui_on_one_page_the_second_is_for_a_person(self):
		self.seed({"name": "Unu SRL", "vatCode": CUI}, {"name": "Unu SRL", "vatCode": f"RO{CUI}"})
		run = self.sync()
		self.assertEqual(run.customers_created, 1)
		self.assertEqual(frappe.db.count("Customer", {"b2b_cui": CUI}), 1)
		self.assertEqual((self.one(0).match_reason, self.one(1).customer), ("created", None))
		self.assertEqual(self.open_conflicts(), [("Duplicate CUI in SmartBill", "Unu SRL")])
