"""Favourites over REST: by sales for customers that they may read, by buyers for their own companies."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import frappe
import requests

from erp_b2b_smartbill.customers import favourites
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.portal_case import PortalCase
from erp_b2b_smartbill.tests.test_rest import token


class FavouritesCase(PortalCase):
	def setUp(self) -> None:
		super().setUp()
		self.overview(1)
		self.addCleanup(self.overview, 0)
		self.item = frappe.db.get_value("Quotation Item", {"parent": self.offer}, "item_code")

	def overview(self, on: int) -> None:
		frappe.db.set_single_value("B2B Settings", OVERVIEW, on)
		frappe.db.commit()

	def marks(self, **filters: Any) -> list[Any]:
		frappe.db.rollback()
		return frappe.get_all(favourites.PREFERENCE, filters, ["*"])

	def code(self, response: requests.Response) -> tuple[int, str]:
		return response.status_code, response.json()["error"]["code"]


class TestSales(FavouritesCase):
	def setUp(self) -> None:
		super().setUp()
		self.seller = token("Sales User")

	def ask(self, method: str, item: str | None = None, customer: str | None = None, **values: Any) -> Any:
		path = f"{quote(customer or self.customer, safe='')}/favourites/{quote(item or self.item, safe='')}"
		return requests.request(
			method,
			f"{os.environ['SITE_URL']}/api/v1/customers/{path}",
			json=values.pop("body", None),
			headers=values.pop("headers", self.seller),
			timeout=30,
		)

	def test_a_mark_is_stored_shown_and_taken_away(self):
		answer = self.ask("PUT", body={"note": "cutia mare"})
		self.assertEqual(answer.status_code, 200, answer.text)
		self.assertEqual(answer.json()["data"]["marks"]["note"], "cutia mare")
		self.assertEqual(self.ask("PUT", body={"note": "cutia mare"}).status_code, 200)
		[row] = self.marks(customer=self.customer)
		self.assertEqual((row.item_code, row.marked_by_sales, row.note), (self.item, 1, "cutia mare"))
		answer = self.ask("DELETE")
		self.assertEqual(
			answer.json()["data"], {"item_code": self.item, "is_favourite": False, "marks": None}
		)
		self.assertEqual(self.ask("DELETE").status_code, 200)
		self.assertEqual(self.marks(customer=self.customer), [])

	def test_names_with_slashes_are_names(self):
		item = factories.item(item_code=f"A/B {frappe.generate_hash(length=6)}").name
		customer = factories.customer(
			customer_name=f"C/D {frappe.generate_hash(length=6)}", address=None
		).name
		frappe.db.commit()
		self.assertEqual(self.ask("PUT", item, customer).status_code, 200)
		self.assertEqual(len(self.marks(customer=customer, item_code=item)), 1)

	def test_many_at_once_are_one_mark(self):
		with ThreadPoolExecutor(4) as pool:
			answers = list(pool.map(lambda _: self.ask("PUT"), range(4)))
		self.assertEqual([one.status_code for one in answers], [200] * 4)
		self.assertEqual(len(self.marks(customer=self.customer)), 1)

	def test_what_is_not_there_not_readable_or_not_sold_is_refused(self):
		self.assertEqual(self.code(self.ask("PUT", item="nothing")), (404, "not_found"))
		self.assertEqual(self.code(self.ask("PUT", customer="nobody")), (404, "not_found"))
		self.assertEqual(self.code(self.ask("PUT", headers=token("B2B Sales"))), (404, "not_found"))
		self.assertEqual(self.code(self.ask("PUT", headers=token("Accounts User"))), (403, "not_allowed"))
		self.assertEqual(self.code(self.ask("GET")), (405, "method_not_allowed"))
		self.assertEqual(self.code(self.ask("PUT", body={"note": "x" * 501})), (422, "invalid"))
		frappe.db.set_value("Item", self.item, "disabled", 1)
		frappe.db.commit()
		self.assertEqual(self.code(self.ask("PUT")), (422, "invalid"))
		self.overview(0)
		self.assertEqual(self.code(self.ask("PUT")), (404, "not_found"))
		self.assertEqual(self.marks(customer=self.customer), [])

	def test_a_customer_that_the_seller_may_not_read_does_not_exist_for_him(self):
		email = factories.user("Sales User")
		frappe.get_doc(
			{
				"doctype": "User Permission",
				"user": email,
				"allow": "Customer",
				"for_value": factories.customer(address=None).name,
			}
		).insert()
		frappe.db.commit()
		session = self.signed_in(email)
		path = f"/api/v1/customers/{quote(self.customer)}/favourites/{quote(self.item)}"
		answer = session.put(f"{os.environ['SITE_URL']}{path}", json={}, timeout=30)
		self.assertEqual(self.code(answer), (404, "not_found"))


class TestBuyer(FavouritesCase):
	def ask(self, method: str, item: str = "", body: Any = None, session: Any = None) -> requests.Response:
		path = f"/favourites/{quote(item, safe='')}" if item else "/favourites"
		return self.call(session or self.browser, method, path, body)

	def listed(self, session: Any = None) -> list[tuple[str, str]]:
		rows = self.ask("GET", session=session).json()["data"]["rows"]
		return [(row["company"], row["item_code"]) for row in rows]

	def test_he_marks_what_his_company_was_offered(self):
		self.assertEqual(self.ask("PUT", self.item).status_code, 200)
		self.assertEqual(self.ask("PUT", self.item).status_code, 200)
		self.assertEqual(self.listed(), [(self.customer, self.item)])
		[line] = self.call(self.browser, "GET", self.path(self.offer)).json()["data"]["items"]
		self.assertEqual((line["item_code"], line["is_favourite"]), (self.item, True))
		[row] = self.marks(customer=self.customer)
		self.assertEqual((row.marked_by_buyer, row.buyer_user, row.marked_by_sales), (1, self.buyer, 0))
		self.assertEqual(self.ask("DELETE", self.item).status_code, 200)
		self.assertEqual((self.listed(), self.marks(customer=self.customer)), ([], []))

	def test_without_customer_360_there_are_none(self):
		self.assertEqual(self.ask("PUT", self.item).status_code, 200)
		self.overview(0)
		for method, item in (("GET", ""), ("PUT", self.item), ("DELETE", self.item)):
			self.assertEqual(self.code(self.ask(method, item)), (404, "not_found"), method)
		[line] = self.call(self.browser, "GET", self.path(self.offer)).json()["data"]["items"]
		self.assertFalse(line["is_favourite"])
		self.assertEqual(len(self.marks(customer=self.customer)), 1)

	def test_nothing_else_is_there_for_him(self):
		theirs = frappe.db.get_value(
			"Quotation Item", {"parent": self.offer_to(factories.customer().name)}, "item_code"
		)
		draft = factories.quotation(party_name=self.customer, submit=False).items[0].item_code
		frappe.db.commit()
		for item in (theirs, draft, "nothing"):
			self.assertEqual(self.code(self.ask("PUT", item)), (404, "not_found"), item)
		frappe.db.set_value("Item", self.item, "disabled", 1)
		frappe.db.commit()
		self.assertEqual(self.code(self.ask("PUT", self.item)), (404, "not_found"))
		self.assertEqual(self.marks(customer=self.customer), [])

	def test_what_sales_marked_and_wrote_and_what_is_not_sold_he_does_not_see(self):
		favourites.mark(self.customer, self.item, favourites.SALES, "secret")
		frappe.db.commit()
		self.assertNotIn("secret", self.ask("GET").text)
		self.assertEqual(self.listed(), [])
		self.ask("PUT", self.item)
		answer = self.ask("GET")
		self.assertNotIn("secret", answer.text)
		self.assertEqual(
			set(answer.json()["data"]["rows"][0]), {"company", "item_code", "item_name", "uom", "marked_at"}
		)
		self.ask("DELETE", self.item)
		[row] = self.marks(customer=self.customer)
		self.assertEqual((row.marked_by_sales, row.note, row.marked_by_buyer), (1, "secret", 0))
		self.ask("PUT", self.item)
		frappe.db.set_value("Item", self.item, "end_of_life", "2020-01-01")
		frappe.db.commit()
		self.assertEqual(self.listed(), [])

	def test_a_buyer_of_two_companies_says_which_and_no_third_one_is_his(self):
		second, third = factories.customer().name, factories.customer().name
		item = frappe.db.get_value("Quotation Item", {"parent": self.offer_to(second)}, "item_code")
		both = factories.buyer(self.customer, second)
		frappe.db.commit()
		session = self.signed_in(both)
		self.assertEqual(self.code(self.ask("PUT", item, session=session)), (422, "invalid"))
		for company, status in ((second, 200), (self.customer, 404), (third, 404)):
			answer = self.ask("PUT", item, {"company": company}, session)
			self.assertEqual(answer.status_code, status, answer.text)
		self.assertEqual(self.ask("PUT", self.item, {"company": self.customer}, session).status_code, 200)
		self.assertEqual(set(self.listed(session)), {(self.customer, self.item), (second, item)})
		of_one = self.ask("GET", session=session).json()["data"]
		self.assertEqual({one["id"] for one in of_one["companies"]}, {self.customer, second})
		only = self.call(session, "GET", f"/favourites?company={quote(second)}").json()["data"]["rows"]
		self.assertEqual([row["item_code"] for row in only], [item])
		self.assertEqual(
			self.code(self.call(session, "GET", f"/favourites?company={quote(third)}")), (404, "not_found")
		)
		# the other buyer of the first company sees its marks, not the second's
		self.assertEqual(self.listed(), [(self.customer, self.item)])
		self.assertEqual(self.code(self.ask("DELETE", item, {"company": second})), (404, "not_found"))

	def test_a_buyer_of_nobody_has_none_and_a_stranger_is_asked_to_sign_in(self):
		nobody = factories.buyer()
		frappe.db.commit()
		session = self.signed_in(nobody)
		self.assertEqual(self.ask("GET", session=session).json()["data"], {"companies": [], "rows": []})
		self.assertEqual(self.code(self.ask("PUT", self.item, session=session)), (422, "invalid"))
		self.assertEqual(self.ask("GET", session=requests.Session()).status_code, 401)
