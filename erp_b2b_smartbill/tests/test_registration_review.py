"""What a manager is shown of a registration before the decision."""

from datetime import timedelta

import frappe

from erp_b2b_smartbill.registration import view
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.registration_case import CUI, RegistrationCase


class TestReview(RegistrationCase):
	def differing(self, **values: str) -> list[str]:
		doc = self.confirmed(company_name="Demo Achiziții S.R.L.", **values)
		return [one["field"] for one in view.review(self.stored(doc))["differences"]]

	def test_what_only_looks_different_does_not_differ(self):
		self.assertEqual(self.differing(), [])
		for line in ("Str. Exemplu 7", "strada Exemplu nr. 7", "STR EXEMPLU, NR 7"):
			self.assertEqual(self.differing(address_line=line), [], line)

	def test_what_is_different_differs(self):
		self.assertEqual(self.differing(address_line="Str. Exemplu 17"), ["address_line"])
		self.assertEqual(self.differing(city="Turda", vat_payer="No"), ["vat_payer", "city"])

	def test_it_says_which_customer_an_approval_links(self):
		doc = self.stored(self.confirmed())
		self.assertIsNone(view.review(doc)["links_to"])
		first = factories.customer(tax_id=CUI).name
		self.assertEqual(view.review(doc)["links_to"], first)
		factories.customer(tax_id=f"RO{CUI}")
		self.assertIsNone(view.review(doc)["links_to"], "of two it is a person's to say")

	def test_only_what_waits_for_a_manager_is_late(self):
		doc = self.stored(self.confirmed())
		self.assertFalse(view.review(doc)["late"])
		doc.submitted_at -= timedelta(days=3, minutes=1)
		self.assertTrue(view.review(doc)["late"])
		doc.status = "Information Requested"
		self.assertFalse(view.review(doc)["late"])
		doc.status = "Pending"
		self.settings(decision_days=0)
		self.assertFalse(view.review(doc)["late"])

	def test_questions_are_signed_by_name(self):
		from erp_b2b_smartbill.registration import decide

		doc = self.confirmed()
		decide.ask(doc.name, "De când lucrați?")
		frappe.db.commit()
		said = view.review(self.stored(doc))["messages"]
		name = frappe.db.get_value("User", frappe.session.user, "full_name")
		self.assertEqual([(one["by"], one["user"]) for one in said], [("Company", name)])
