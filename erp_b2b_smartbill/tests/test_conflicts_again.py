"""A disagreement that came to an end by itself, and comes again."""

import frappe

from erp_b2b_smartbill.smartbill.clients import conflicts
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase

CUI = "14399840"


class TestAgain(ClientsTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.linked = self.customer(customer_name="Depozit Unu SRL", tax_id=CUI, address=None)
		self.seed({"name": "Depozit Unu SRL", "vatCode": CUI})
		self.sync()
		self.assertEqual(self.open_conflicts(), [])

	def test_what_agreed_again_is_shown_when_it_disagrees_as_before(self):
		for _time in range(2):
			self.change({"number": 0, "name": "Magazin Doi SRL"})
			self.sync()
			self.assertEqual(self.open_conflicts(), [("Name", "Magazin Doi SRL")])
			self.change({"number": 0, "name": "Depozit Unu SRL"})
			self.sync()
			self.assertEqual(self.open_conflicts(), [])

	def test_a_client_that_came_back_and_goes_again_is_missing_again_whatever_was_decided(self):
		shown = self.client(0, name="Depozit Unu SRL", vatCode=CUI)
		for status in ("Open", "Ignored", "Open"):
			self.change(delete=(0,))
			self.sync()
			self.assertEqual(self.open_conflicts(), [("Missing in SmartBill", "Depozit Unu SRL")])
			frappe.db.set_value(CONFLICT, {"account": self.account}, "status", status)
			frappe.db.commit()
			self.sandbox.change_clients([shown], [])
			self.sync()
			self.assertEqual(self.open_conflicts(), [])

	def test_how_a_conflict_was_settled_stays_told_when_the_customer_is_deleted(self):
		self.change({"number": 0, "name": "Magazin Doi SRL", "vatCode": "2816464"})
		self.sync()
		kinds = ["CUI changed", "Name"]
		self.assertEqual([kind for kind, _title in self.open_conflicts()], kinds)
		settled = {"status": conflicts.IGNORED, "resolution": "Ignored"}
		frappe.db.set_value(CONFLICT, {"account": self.account, "kind": "Name"}, settled)
		frappe.delete_doc("Customer", self.linked.name)
		frappe.db.commit()
		fields = ["kind", "status", "resolution", "customer"]
		rows = frappe.get_all(CONFLICT, {"account": self.account}, fields, order_by="kind", as_list=True)
		self.assertEqual(
			[tuple(row) for row in rows],
			[("CUI changed", "Resolved", "Unlinked", None), ("Name", "Ignored", "Ignored", None)],
		)
