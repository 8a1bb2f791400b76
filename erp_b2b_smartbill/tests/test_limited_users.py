"""Users with User Permissions: of our documents they see those about what they may read, in lists, in counts and one by
one."""

from __future__ import annotations

import json
from typing import Any

import frappe
import frappe.client
from frappe.desk import reportview

from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.permitted_case import PermittedCase, desk_user, plant
from erp_b2b_smartbill.tests.rights import AUDITOR, DOCTYPES, MANAGER, SALES, SALES_MANAGER, SALES_USER

SELLER = (SALES, SALES_USER)
MANAGING = (MANAGER, SALES_USER, SALES_MANAGER)
# what is about a customer or a quotation
FOLLOWING = tuple(name for name, doctype in DOCTYPES.items() if doctype.follows)


class LimitedCase(PermittedCase):
	def limited(self, roles: tuple[str, ...], allow: str, value: str) -> str:
		user = desk_user(*roles)
		frappe.get_doc(
			{"doctype": "User Permission", "user": user, "allow": allow, "for_value": value}
		).insert()
		frappe.db.commit()
		return user

	def seen(self, doctype: str) -> set[str]:
		"""By the session's user, by every way that shows more than one."""
		listed = set(frappe.get_list(doctype, pluck="name", limit_page_length=0))
		asked = {"doctype": doctype, "filters": "[]"}
		frappe.local.form_dict = frappe._dict(asked, fields="[]", distinct="false")
		self.assertEqual(reportview.get_count(), len(listed))
		fields = json.dumps([f"`tab{doctype}`.`name`"])
		frappe.local.form_dict = frappe._dict(asked, fields=fields, page_length="500")
		shown = reportview.get()
		self.assertEqual({row[0] for row in shown.get("values", ())} if shown else set(), listed)
		return listed

	def opens(self, doctype: str, name: str) -> bool:
		try:
			return frappe.client.get(doctype, name)["name"] == name
		except frappe.PermissionError:
			return False

	def assert_shown(self, user: str, doctype: str, own: str, other: str) -> None:
		self.tries(user)
		seen = self.seen(doctype)
		self.assertEqual((own in seen, other in seen), (True, False))
		self.assertEqual((self.opens(doctype, own), self.opens(doctype, other)), (True, False))


class TestLimitedToCustomers(LimitedCase):
	def setUp(self) -> None:
		super().setUp()
		self.places = [self.place("Territory"), self.place("Territory")]
		self.groups = [self.place("Customer Group"), self.place("Customer Group")]
		self.customers = [
			factories.customer(address=None, tax_id=None, territory=territory, customer_group=group).name
			for territory, group in zip(self.places, self.groups, strict=True)
		]
		self.documents = [
			self.make_documents(name, factories.quotation(party_name=name)) for name in self.customers
		]
		frappe.db.commit()

	def place(self, doctype: str) -> str:
		field = frappe.scrub(doctype)
		doc = frappe.get_doc(
			{
				"doctype": doctype,
				f"{field}_name": f"Loc {frappe.generate_hash(length=8)}",
				f"parent_{field}": {"Territory": "All Territories", "Customer Group": "All Customer Groups"}[
					doctype
				],
			}
		).insert()
		return self.goes_afterwards(doctype, doc.name)

	def test_documents_about_another_customer_are_not_there(self):
		for allow, values in (
			("Territory", self.places),
			("Customer Group", self.groups),
			("Customer", self.customers),
		):
			for roles in (SELLER, MANAGING):
				user = self.limited(roles, allow, values[0])
				for doctype in FOLLOWING:
					if roles[0] not in DOCTYPES[doctype].rights:
						continue
					with self.subTest(doctype, allow=allow, role=roles[0]):
						self.assert_shown(user, doctype, *(made[doctype] for made in self.documents))
					self.tries("Administrator")

	def test_a_client_without_a_customer_is_everybody_s(self):
		name = plant("SmartBill Client", client_name="Nimeni", status="Active", account="-")
		frappe.db.commit()
		self.tries(self.limited(SELLER, "Territory", self.places[0]))
		self.assertIn(name, self.seen("SmartBill Client"))
		self.assertTrue(self.opens("SmartBill Client", name))

	def test_an_auditor_is_limited_by_what_a_request_names(self):
		self.assert_shown(
			self.limited((AUDITOR,), "Customer", self.customers[0]),
			"Credit Limit Request",
			*(made["Credit Limit Request"] for made in self.documents),
		)


class TestLimitedToACompany(LimitedCase):
	def setUp(self) -> None:
		super().setUp()
		customer = factories.customer(address=None, tax_id=None).name
		self.documents = self.make_documents(customer, factories.quotation(party_name=customer))
		for doctype in ("SmartBill Call", "SmartBill Sync Run"):
			frappe.db.set_value(doctype, self.documents[doctype], "account", self.company)
		self.other = self.other_company()

	def names(self, *doctypes: str) -> dict[str, Any]:
		return {doctype: self.documents[doctype] for doctype in doctypes}

	def test_what_is_of_another_company_is_not_there(self):
		hidden = self.names(
			"Credit Limit Request",
			"SmartBill Account",
			"SmartBill Call",
			"SmartBill Sync Run",
			"SmartBill Proforma",
			"SmartBill Invoice",
			"Quotation Response",
			# computed of what all companies sold
			"Item Recommendation",
		)
		shown = self.names("SmartBill Client", "Customer External Link", "Customer Item Preference")
		for company, expected in ((self.other, False), (self.company, True)):
			user = self.limited(MANAGING, "Company", company)
			for doctype, name in (hidden | shown).items():
				with self.subTest(doctype, company=company):
					self.tries(user)
					may = expected or doctype in shown
					# one company of two is not all of them
					may = may and doctype != "Item Recommendation"
					self.assertEqual(name in self.seen(doctype), may)
					self.assertEqual(self.opens(doctype, name), may)
				self.tries("Administrator")
