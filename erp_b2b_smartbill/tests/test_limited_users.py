"""Users with User Permissions: of our documents they see those about what they may read, in lists, in counts and one by
one."""

from __future__ import annotations

import json
from typing import Any

import frappe
import frappe.client
from frappe.desk import reportview

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import EVENT
from erp_b2b_smartbill.report.business_events import business_events
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import number_of_queries
from erp_b2b_smartbill.tests.permitted_case import PermittedCase, Web, desk_user, plant
from erp_b2b_smartbill.tests.rights import (
	AUDITOR,
	DOCTYPES,
	MANAGER,
	SALES,
	SALES_MANAGER,
	SALES_USER,
	SYSTEM,
)

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


class TestEventsOfLimitedUsers(LimitedCase):
	def setUp(self) -> None:
		super().setUp()
		self.territory, self.elsewhere = (
			frappe.get_doc(
				{
					"doctype": "Territory",
					"territory_name": f"Loc {frappe.generate_hash(length=8)}",
					"parent_territory": "All Territories",
				}
			)
			.insert()
			.name
			for _place in range(2)
		)
		for name in (self.territory, self.elsewhere):
			self.goes_afterwards("Territory", name)
		self.own, self.other = (self.told(territory) for territory in (self.territory, self.elsewhere))
		self.of_settings = audit.record(audit.SETTINGS_CHANGED, frappe.get_doc("B2B Settings")).name
		gone = frappe._dict(doctype="Customer", name=frappe.generate_hash(length=8))
		self.of_gone = audit.record(audit.CUSTOMER_TIER_CHANGED, gone).name
		frappe.db.commit()

	def told(self, territory: str) -> dict[str, str]:
		"""An event about each of the documents of a customer there."""
		customer = factories.customer(address=None, tax_id=None, territory=territory).name
		quotation = factories.quotation(party_name=customer)
		made = self.make_documents(customer, quotation) | {"Customer": customer, "Quotation": quotation.name}
		return {
			doctype: audit.record("Test", frappe._dict(doctype=doctype, name=made[doctype])).name
			for doctype in (
				"Customer",
				"Quotation",
				"Credit Limit Request",
				"Customer Sync Conflict",
				"SmartBill Client",
				"SmartBill Invoice",
				"SmartBill Proforma",
			)
		}

	def reported(self) -> set[str]:
		return {row["name"] for row in business_events.execute()[1]}

	def test_a_manager_sees_those_of_what_he_may_read(self):
		self.tries(self.limited(MANAGING, "Territory", self.territory))
		seen = self.seen(EVENT)
		self.assertEqual(seen, self.reported())
		for doctype, name in self.own.items():
			with self.subTest(doctype):
				self.assertEqual((name in seen, self.other[doctype] in seen), (True, False))
				self.assertEqual(
					(self.opens(EVENT, name), self.opens(EVENT, self.other[doctype])), (True, False)
				)
		self.assertIn(self.of_settings, seen)
		# whose it was nobody knows any more
		self.assertNotIn(self.of_gone, seen)
		self.assertFalse(self.opens(EVENT, self.of_gone))

	def test_over_rest_too(self):
		user, web = self.limited(MANAGING, "Territory", self.territory), Web()
		headers = web.headers(user)
		frappe.db.commit()
		for name, status in ((self.own["Customer"], 200), (self.other["Customer"], 403)):
			for path in ("/api/resource", "/api/v2/document"):
				answer = web.call(headers, "GET", f"{path}/Business Event/{name}")
				self.assertEqual(answer.status_code, status, answer.text)
		answer = web.call(headers, "GET", "/api/resource/Business Event?limit_page_length=0")
		names = {row["name"] for row in answer.json["data"]}
		self.assertEqual((self.own["Customer"] in names, self.other["Customer"] in names), (True, False))

	def test_an_auditor_and_a_system_manager_see_all_of_them(self):
		all_of_them = {*self.own.values(), *self.other.values(), self.of_settings, self.of_gone}
		for roles in ((AUDITOR,), (AUDITOR, *MANAGING), (SYSTEM, SALES_USER)):
			with self.subTest(roles):
				self.tries(self.limited(roles, "Territory", self.territory))
				self.assertLessEqual(all_of_them, self.seen(EVENT))
				self.assertLessEqual(all_of_them, self.reported())
				self.assertTrue(self.opens(EVENT, self.other["Customer"]))
			self.tries("Administrator")

	def test_a_manager_without_limits_sees_all_of_them_and_one_who_reads_no_customers_none_of_theirs(self):
		unlimited, without_customers = desk_user(*MANAGING), desk_user(MANAGER)
		frappe.db.commit()
		self.tries(unlimited)
		self.assertLessEqual({*self.own.values(), *self.other.values(), self.of_gone}, self.seen(EVENT))
		self.tries(without_customers)
		seen = self.seen(EVENT)
		self.assertEqual((self.own["Customer"] in seen, self.of_settings in seen), (False, True))
		self.tries("Administrator")

	def test_as_many_queries_however_many_events_there_are(self):
		self.tries(self.limited(MANAGING, "Territory", self.territory))

		def queries() -> int:
			return number_of_queries(lambda: frappe.get_list(EVENT, pluck="name", limit_page_length=0))

		queries()
		before = queries()
		customer = frappe.db.get_value(EVENT, self.own["Customer"], "reference_name")
		audit.record_many("Test", [("Customer", customer, None)] * 50)
		self.assertEqual(queries(), before)


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
