"""A person's word about one client: its Customer, none, or what the sync says."""

from typing import Any

import frappe

from erp_b2b_smartbill.exceptions import Conflict, NotReady
from erp_b2b_smartbill.smartbill.clients import by_hand
from erp_b2b_smartbill.smartbill.clients.links import LINK
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase, client_id

CUI, OTHER_CUI = "12345674", "98765438"


class TestByHand(ClientsTestCase):
	def do(self, step: Any, number: int = 0, *given: Any) -> None:
		frappe.db.commit()
		step(self.one(number).name, *given)
		frappe.db.commit()

	def linked(self, number: int = 0) -> tuple[str | None, str | None, int]:
		one = self.one(number)
		return one.customer, one.match_reason, one.keep_unlinked

	def last_event(self) -> str:
		return frappe.get_last_doc(
			"Business Event", {"reference_doctype": CLIENT, "reference_name": self.one(0).name}
		).event

	def test_a_client_is_linked_with_any_customer_and_compared_at_once(self):
		customer = self.customer(tax_id="", customer_name="Cu Alt Nume SRL")
		self.seed({"name": "Depozit Legat SRL"})
		self.sync()
		self.do(by_hand.link, 0, customer.name, "told by phone")
		self.assertEqual(self.linked(), (customer.name, "person", 0))
		self.assertEqual(frappe.db.get_value(LINK, {"external_id": client_id(0)}, "customer"), customer.name)
		self.assertIn(("Name", "Depozit Legat SRL"), self.open_conflicts())

	def test_two_valid_codes_are_never_made_one(self):
		customer = self.customer(tax_id=OTHER_CUI)
		self.seed({"vatCode": CUI})
		self.sync()
		with self.assertRaises(Conflict) as caught:
			self.do(by_hand.link, 0, customer.name)
		self.assertEqual(caught.exception.code, "other_company")

	def test_a_customer_of_another_client_is_not_taken_from_it(self):
		customer = self.customer(tax_id=CUI)
		self.seed({"vatCode": CUI}, {"name": "Al Doilea SRL"})
		self.sync()
		with self.assertRaises(Conflict) as caught:
			self.do(by_hand.link, 1, customer.name)
		self.assertEqual(caught.exception.code, "linked_elsewhere")

	def test_what_was_unlinked_stays_so_until_the_sync_may_decide_again(self):
		customer = self.customer(tax_id=CUI, customer_name="Cu Alt Nume SRL")
		self.seed({"vatCode": CUI})
		self.sync()
		self.assertTrue(self.open_conflicts())
		self.do(by_hand.unlink)
		self.assertEqual((self.linked(), self.open_conflicts()), ((None, None, 1), []))
		self.assertEqual(self.last_event(), "SmartBill Client unlinked from its Customer")
		self.sync()
		self.assertEqual(self.linked(), (None, None, 1))
		self.do(by_hand.release)
		self.assertEqual(self.linked(), (customer.name, "cui", 0))

	def test_a_customer_made_anew_after_a_deletion_is_linked_when_somebody_says_so(self):
		gone = self.customer(tax_id=CUI, address=None)
		self.seed({"vatCode": CUI})
		self.sync()
		frappe.delete_doc("Customer", gone.name)
		again = self.customer(tax_id=CUI)
		self.assertEqual(self.linked(), (None, None, 1))
		self.do(by_hand.release)
		self.assertEqual(self.linked(), (again.name, "cui", 0))

	def test_nothing_is_done_twice_and_nothing_without_a_word(self):
		self.seed(1)
		self.sync()
		self.assertRaises(Conflict, self.do, by_hand.unlink)
		self.assertRaises(Conflict, self.do, by_hand.release)
		self.assertRaises(NotReady, self.do, by_hand.link, 0, "Nobody of this name")

	def test_sales_decide_nothing(self):
		customer = self.customer(tax_id="")
		self.seed(1)
		self.sync()
		name = self.one(0).name
		user = factories.user("B2B Sales", "Sales User")
		frappe.db.commit()
		with self.as_user(user):
			self.assertRaises(frappe.PermissionError, by_hand.link, name, customer.name)
			self.assertRaises(frappe.PermissionError, by_hand.unlink, name)
			self.assertRaises(frappe.PermissionError, by_hand.release, name)


class TestEmptyList(ClientsTestCase):
	def test_a_list_that_is_suddenly_empty_marks_nobody_as_gone(self):
		self.seed(10)
		self.sync()
		self.seed()
		run = self.sync()
		self.assertEqual((run.status, run.gone), ("Failed", 0))
		self.assertIn("Nobody was marked as gone", run.message)
		self.assertEqual({one["status"] for one in self.clients()}, {"Active"})

	def test_an_account_that_never_had_clients_has_none(self):
		self.seed()
		self.assertEqual(self.sync().status, "Completed")
