"""Asking for another credit limit: one request at a time, decided once, by somebody else, and then it is the limit."""

import os
from typing import Any
from urllib.parse import quote

import frappe
import requests
from erpnext.selling.doctype.customer.customer import get_credit_limit

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal
from erp_b2b_smartbill.customers.credit_limits import asking, deciding, shown, states
from erp_b2b_smartbill.customers.overview import credit_tab
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.exceptions import Conflict, NotAllowed, NotFound, NotReady
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import CommittingTestCase
from erp_b2b_smartbill.tests.deciding import at_once
from erp_b2b_smartbill.tests.test_rest import token

REQUEST = "Credit Limit Request"
WRITES_CUSTOMERS = "Sales Master Manager"


class RequestCase(CommittingTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.company = factories.company()
		self.on(True)
		self.addCleanup(self.on, False)
		# a name with a slash is a name
		name = f"Client A/B {frappe.generate_hash(length=6)}"
		self.customer = factories.customer(customer_name=name, address=None, tax_id=None).name
		self.seller = factories.user("B2B Sales", "Sales User")
		self.manager = factories.user("B2B Manager", "Sales User", WRITES_CUSTOMERS)
		frappe.db.commit()

	def on(self, on: bool) -> None:
		frappe.db.set_single_value("B2B Settings", OVERVIEW, int(on))
		frappe.db.commit()

	def ask(
		self, limit: float | None = 5000, reason: str = "Comenzi mai mari", user: str | None = None
	) -> Any:
		with self.as_user(user or self.seller):
			return asking.ask(scopes.of(self.customer, self.company), limit, reason)

	def limit(self) -> float:
		frappe.local.document_cache = {}
		return get_credit_limit(self.customer, self.company)

	def give(self, limit: float) -> None:
		doc = frappe.get_doc("Customer", self.customer)
		doc.set("credit_limits", [{"company": self.company, "credit_limit": limit}])
		doc.save()
		frappe.db.commit()

	def stored(self, doc: Any) -> Any:
		frappe.db.rollback()
		return frappe.get_doc(REQUEST, doc.name)

	def told(self, user: str, doc: Any) -> list[str]:
		return frappe.get_all(
			"Notification Log", {"for_user": user, "document_name": doc.name}, pluck="subject"
		)

	def events(self, event: str, name: str) -> list[Any]:
		return frappe.get_all(
			"Business Event",
			{"event": event, "reference_name": name},
			["user", "before", "after", "reason", "personal"],
			order_by="creation",
		)

	def owes(self, amount: float) -> None:
		doc = frappe.get_doc(
			{
				"doctype": "GL Entry",
				"docstatus": 1,
				"company": self.company,
				"party_type": "Customer",
				"party": self.customer,
				"debit": amount,
				"credit": 0,
			}
		)
		doc.name = frappe.generate_hash(length=12)
		doc.db_insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.delete, "GL Entry", {"name": doc.name})
		frappe.db.commit()


class TestAsking(RequestCase):
	def test_it_says_what_the_limit_was_and_whose_and_managers_are_told(self):
		self.give(1000)
		doc = self.stored(self.ask(5000))
		self.assertEqual(
			(doc.status, doc.current_limit, doc.current_source, doc.requested_limit, doc.currency),
			(states.OPEN, 1000, "Customer", 5000, "RON"),
		)
		self.assertEqual((doc.requested_by, doc.reason), (self.seller, "Comenzi mai mari"))
		self.assertEqual(len(self.told(self.manager, doc)), 1)
		(event,) = self.events(audit.CREDIT_LIMIT_REQUESTED, doc.name)
		self.assertEqual((event.user, personal.reason(event)), (self.seller, "Comenzi mai mari"))
		self.assertEqual(self.limit(), 1000)

	def test_a_manager_who_may_not_read_the_customer_is_not_told(self):
		other = factories.customer(address=None, tax_id=None).name
		restricted = factories.user("B2B Manager", "Sales User")
		frappe.get_doc(
			{"doctype": "User Permission", "user": restricted, "allow": "Customer", "for_value": other}
		).insert()
		doc = self.ask()
		self.assertEqual((len(self.told(self.manager, doc)), self.told(restricted, doc)), (1, []))

	def test_one_is_open_for_a_customer_and_company_the_next_names_it(self):
		first = self.ask()
		with self.assertRaises(Conflict) as refused:
			self.ask(7000)
		self.assertEqual(refused.exception.code, "request_open")
		self.assertEqual(refused.exception.problems[0]["name"], first.name)
		with self.as_user(self.seller):
			asking.withdraw(first.name)
		self.assertNotEqual(self.ask(7000).name, first.name)

	def test_what_is_missing_or_wrong_is_said(self):
		self.give(1000)
		for limit, reason, field in (
			(None, "x", "limit"),
			(0, "x", "limit"),
			(-5, "x", "limit"),
			(0.001, "x", "limit"),
			(float("nan"), "x", "limit"),
			(float("inf"), "x", "limit"),
			(1000, "x", "limit"),
			(5000, "", "reason"),
			(5000, "x" * 501, "reason"),
		):
			with self.subTest(limit=limit, reason=reason[:5]), self.assertRaises(NotReady) as refused:
				self.ask(limit, reason)
			self.assertEqual(refused.exception.problems[0]["field"], field)
		self.assertEqual(frappe.db.count(REQUEST, {"customer": self.customer}), 0)

	def test_who_has_more_than_one_company_says_in_which(self):
		of_two = scopes.Scope(self.customer, (self.customer,), (self.company, "Alta SRL"), self.company)
		with self.as_user(self.seller):
			with self.assertRaises(NotReady) as refused:
				asking.ask(of_two, 5000, "x")
			self.assertEqual(refused.exception.problems[0]["field"], "company")
			of_one = scopes.Scope(self.customer, (self.customer,), (self.company,), self.company)
			self.assertEqual(asking.ask(of_one, 5000, "x").company, self.company)

	def test_who_may_not_read_the_customer_or_the_company_asks_for_nothing(self):
		with self.assertRaises(NotFound):
			self.ask(user=factories.user("B2B Sales"))
		other = frappe.db.get_value("Company", {"name": ["!=", self.company]})
		if other:
			frappe.get_doc(
				{"doctype": "User Permission", "user": self.seller, "allow": "Company", "for_value": other}
			).insert()
			with self.assertRaises(NotReady):
				self.ask()

	def test_nobody_makes_edits_or_deletes_one_past_the_buttons(self):
		doc = self.ask()
		with self.as_user(factories.user("System Manager", "B2B Manager", "Sales User")):
			for kind in ("create", "write", "delete"):
				self.assertFalse(frappe.has_permission(REQUEST, kind), kind)
		for change in ({"status": states.APPROVED}, {"requested_limit": 9}, {"reason": "alta"}):
			stored = self.stored(doc)
			stored.update(change)
			with self.assertRaises(frappe.PermissionError):
				stored.save(ignore_permissions=True)
		with self.assertRaises(frappe.PermissionError):
			frappe.copy_doc(self.stored(doc)).insert(ignore_permissions=True)
		with self.assertRaises(frappe.PermissionError):
			frappe.delete_doc(REQUEST, doc.name, ignore_permissions=True)
		with self.assertRaises(frappe.PermissionError):
			frappe.rename_doc(REQUEST, doc.name, "Alt nume")

	def test_it_is_seen_by_whoever_sees_the_customer_and_may_read_the_company(self):
		doc = self.ask()
		restricted = factories.user("Sales User")
		other = factories.customer(address=None).name
		frappe.get_doc(
			{"doctype": "User Permission", "user": restricted, "allow": "Customer", "for_value": other}
		).insert()
		for user, sees in (
			(self.seller, True),
			(self.manager, True),
			(restricted, False),
			(factories.user("B2B Sales"), False),
		):
			with self.subTest(user), self.as_user(user):
				self.assertIs(bool(frappe.has_permission(REQUEST, "read", doc=doc.name)), sees)
				self.assertEqual(doc.name in frappe.get_list(REQUEST, pluck="name"), sees)

	def test_who_is_not_shown_credit_sees_what_he_asked_for_himself_without_the_limit(self):
		self.give(1000)
		seller = factories.user("Sales User")
		of_other = self.ask()
		scope = scopes.of(self.customer, self.company)
		with self.as_user(seller):
			self.assertEqual(shown.of(scope), {"rows": [], "total": 0})
			self.assertFalse(frappe.has_permission(REQUEST, "read", doc=of_other.name))
			self.assertNotIn(of_other.name, frappe.get_list(REQUEST, pluck="name"))
			with self.assertRaises(NotFound):
				shown.readable(self.customer, of_other.name)
		with self.as_user(self.seller):
			self.assertEqual(shown.of(scope)["rows"][0]["current_limit"], 1000)
			asking.withdraw(of_other.name)
		own = self.ask(user=seller)
		with self.as_user(seller):
			(row,) = shown.of(scope)["rows"]
			self.assertEqual(
				(row["name"], row["current_limit"], row["current_source"]), (own.name, None, None)
			)
			self.assertEqual(frappe.get_list(REQUEST, pluck="name"), [own.name])
			doc = frappe.get_doc(REQUEST, own.name)
			doc.apply_fieldlevel_read_permissions()
			self.assertIsNone(doc.get("current_limit"))
		with self.as_user(self.manager):
			self.assertEqual(shown.of(scope)["total"], 2)

	def test_who_may_read_no_company_has_no_request_to_count(self):
		self.ask()
		without = scopes.Scope(self.customer, (self.customer,), (), None)
		self.assertEqual(credit_tab.count(without), 0)


class TestDeciding(RequestCase):
	def test_an_approval_is_the_customers_limit_and_is_recorded_with_its_reason(self):
		self.give(1000)
		doc = self.ask(5000)
		with self.as_user(self.manager):
			deciding.approve(doc.name, None, "Plătește la timp")
		stored = self.stored(doc)
		self.assertEqual(
			(stored.status, stored.approved_limit, stored.decided_by, stored.decision_reason),
			(states.APPROVED, 5000, self.manager, "Plătește la timp"),
		)
		self.assertEqual(self.limit(), 5000)
		(event,) = self.events(audit.CREDIT_LIMIT_DECIDED, doc.name)
		self.assertEqual((event.user, personal.reason(event)), (self.manager, "Plătește la timp"))
		changed = self.events(audit.CREDIT_LIMIT_CHANGED, self.customer)[-1]
		self.assertIn("1000", changed.before)
		self.assertIn("5000", changed.after)
		self.assertEqual(personal.reason(changed), f"{doc.name}: Plătește la timp")
		self.assertEqual(len(self.told(self.seller, doc)), 1)

	def test_a_manager_may_give_another_limit_than_was_asked_for(self):
		doc = self.ask(5000)
		with self.as_user(self.manager):
			deciding.approve(doc.name, 3000)
		self.assertEqual((self.limit(), self.stored(doc).approved_limit), (3000, 3000))

	def test_the_row_of_another_company_and_the_bypass_stay_as_they_are(self):
		doc = frappe.get_doc("Customer", self.customer)
		doc.append(
			"credit_limits",
			{"company": self.company, "credit_limit": 1000, "bypass_credit_limit_check": 1},
		)
		doc.save()
		frappe.db.commit()
		request = self.ask(5000)
		with self.as_user(self.manager):
			deciding.approve(request.name)
		(row,) = frappe.get_doc("Customer", self.customer).credit_limits
		self.assertEqual((row.credit_limit, row.bypass_credit_limit_check), (5000, 1))

	def test_a_rejection_needs_a_reason_and_changes_no_limit(self):
		self.give(1000)
		doc = self.ask(5000)
		with self.as_user(self.manager):
			with self.assertRaises(NotReady):
				deciding.reject(doc.name, None)
			deciding.reject(doc.name, "Plătește târziu")
		self.assertEqual((self.stored(doc).status, self.limit()), (states.REJECTED, 1000))
		(subject,) = self.told(self.seller, doc)
		self.assertIn("Plătește târziu", subject)

	def test_nobody_decides_about_what_he_asked_for_himself(self):
		for user in (self.manager, factories.user("System Manager", WRITES_CUSTOMERS), "Administrator"):
			doc = self.ask(user=user)
			with self.as_user(user):
				for decide in (deciding.approve, lambda name: deciding.reject(name, "Nu")):
					with self.subTest(user), self.assertRaises(NotAllowed) as refused:
						decide(doc.name)
					self.assertEqual(refused.exception.code, "own_request")
				asking.withdraw(doc.name)
			frappe.db.commit()
			self.assertEqual(self.stored(doc).status, states.WITHDRAWN)

	def test_who_asked_does_not_change_the_limit_past_his_open_request(self):
		user = factories.user("B2B Manager", "Sales User", WRITES_CUSTOMERS)
		doc = self.ask(user=user)
		row = {"company": self.company, "credit_limit": 5000}

		def change() -> None:
			customer = frappe.get_doc("Customer", self.customer)
			customer.set("credit_limits", [row])
			customer.save()
			frappe.db.commit()

		with self.as_user(user):
			with self.assertRaises(frappe.PermissionError) as refused:
				change()
			self.assertIn(doc.name, str(refused.exception))
			parent = {"parent": self.customer, "parenttype": "Customer", "parentfield": "credit_limits"}
			with self.assertRaises(frappe.PermissionError):
				frappe.get_doc({"doctype": "Customer Credit Limit", **row, **parent}).insert()
			asking.withdraw(doc.name)
			change()
		self.assertEqual(self.limit(), 5000)
		again = self.ask(9000, user=user)
		# somebody else may
		self.give(6000)
		self.assertEqual((self.limit(), self.stored(again).status), (6000, states.OPEN))

	def test_only_who_asked_takes_it_back(self):
		doc = self.ask()
		with self.as_user(self.manager), self.assertRaises(NotAllowed):
			asking.withdraw(doc.name)
		self.assertEqual(self.stored(doc).status, states.OPEN)

	def test_sales_decides_nothing_and_a_manager_only_about_customers_that_he_may_change(self):
		doc = self.ask()
		for roles in (
			("B2B Sales", "Sales Manager", WRITES_CUSTOMERS),
			("Accounts Manager", WRITES_CUSTOMERS),
		):
			with self.as_user(factories.user(*roles)), self.assertRaises(frappe.PermissionError):
				deciding.approve(doc.name)
		with self.as_user(factories.user("B2B Manager", "Stock User")), self.assertRaises(NotAllowed):
			deciding.approve(doc.name)
		self.assertEqual((self.stored(doc).status, self.limit()), (states.OPEN, 0))

	def test_a_limit_below_what_is_used_is_refused_with_the_numbers(self):
		self.give(9000)
		self.owes(7000)
		doc = self.ask(5000)
		with self.as_user(self.manager), self.assertRaises(NotReady) as refused:
			deciding.approve(doc.name)
		self.assertEqual(
			(refused.exception.code, refused.exception.problems[0]["field"]), ("below_used", "limit")
		)
		self.assertIn("7", refused.exception.message)
		self.assertEqual((self.stored(doc).status, self.limit()), (states.OPEN, 9000))
		with self.as_user(self.manager):
			deciding.approve(doc.name, 7000)
		self.assertEqual(self.limit(), 7000)

	def test_a_limit_of_another_company_that_is_in_the_way_is_named(self):
		other = frappe.db.get_value("Company", {"name": ["!=", self.company]})
		if not other:
			self.skipTest("the site has one company")
		row = {"parent": self.customer, "parenttype": "Customer", "parentfield": "credit_limits"}
		limit = frappe.get_doc(
			{"doctype": "Customer Credit Limit", "company": other, "credit_limit": 10, **row}
		)
		limit.name = frappe.generate_hash(length=10)
		limit.db_insert()
		entry = {"party_type": "Customer", "party": self.customer, "company": other, "debit": 50, "credit": 0}
		owed = frappe.get_doc({"doctype": "GL Entry", "docstatus": 1, **entry})
		owed.name = frappe.generate_hash(length=12)
		owed.db_insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.delete, "GL Entry", {"name": owed.name})
		doc = self.ask(5000)
		with self.as_user(self.manager), self.assertRaises(Conflict) as refused:
			deciding.approve(doc.name)
		self.assertEqual(refused.exception.code, "other_limit_below_used")
		self.assertIn(other, refused.exception.message)

	def test_requests_are_shown_the_open_one_first(self):
		first = self.ask(5000)
		with self.as_user(self.seller):
			asking.withdraw(first.name)
		second = self.ask(6000)
		with self.as_user(self.manager):
			deciding.reject(second.name, "Nu")
		third = self.ask(7000)
		with self.as_user(self.manager):
			found = shown.of(scopes.of(self.customer))
		self.assertEqual([row["name"] for row in found["rows"]], [third.name, second.name, first.name])
		self.assertEqual(found["total"], 3)
		row = found["rows"][0]
		self.assertEqual((row["may_decide"], row["may_withdraw"]), (True, False))
		self.assertEqual(found["rows"][1]["decision_reason"], "Nu")
		with self.as_user(self.seller):
			row = shown.of(scopes.of(self.customer))["rows"][0]
		self.assertEqual((row["may_decide"], row["may_withdraw"]), (False, True))


class TestWithTheCustomer(RequestCase):
	def test_a_deleted_customer_takes_its_requests_along(self):
		doc = self.ask()
		frappe.delete_doc("Customer", self.customer)
		frappe.db.commit()
		self.assertFalse(frappe.db.exists(REQUEST, doc.name))
		self.assertTrue(self.events(audit.CREDIT_LIMIT_REQUESTED, doc.name))

	def test_a_renamed_customer_keeps_its_open_request(self):
		doc = self.ask()
		self.customer = frappe.rename_doc("Customer", self.customer, f"{self.customer} nou")
		frappe.db.commit()
		self.assertEqual(self.stored(doc).customer, self.customer)
		with self.assertRaises(Conflict):
			self.ask()

	def test_of_two_that_are_merged_what_was_asked_for_the_one_that_goes_is_closed(self):
		doc, gone = self.ask(), self.customer
		self.customer = factories.customer(address=None, tax_id=None).name
		kept = self.ask()
		frappe.rename_doc("Customer", gone, self.customer, merge=True)
		frappe.db.commit()
		self.assertEqual((self.stored(doc).status, self.stored(kept).status), (states.WITHDRAWN, states.OPEN))
		self.assertIn(gone, self.stored(doc).decision_reason)


class TestTogether(RequestCase):
	def test_whoever_asks_at_the_same_moment_there_is_one_request(self):
		step = {"action": "ask for credit", "name": self.customer, "company": self.company, "limit": 5000}
		outcomes = at_once(*[{**step, "user": self.seller}] * 3, *[{**step, "user": self.manager}] * 3)
		self.assertEqual(frappe.db.count(REQUEST, {"customer": self.customer}), 1)
		refused = [one for one in outcomes if "error" in one]
		self.assertEqual(({one["error"] for one in refused}, len(refused)), ({"request_open"}, 5), outcomes)
		(name,) = frappe.get_all(REQUEST, {"customer": self.customer}, pluck="name")
		for one in refused:
			self.assertIn(name, one["message"])

	def test_of_decisions_at_the_same_moment_one_counts(self):
		doc = self.ask(5000)
		other = factories.user("B2B Manager", WRITES_CUSTOMERS)
		outcomes = at_once(
			{"action": "approve credit", "name": doc.name, "user": self.manager},
			{"action": "reject credit", "name": doc.name, "user": self.manager},
			{"action": "approve credit", "name": doc.name, "user": other, "limit": 6000},
			{"action": "reject credit", "name": doc.name, "user": other},
			{"action": "withdraw credit", "name": doc.name, "user": self.seller},
		)
		stored = self.stored(doc)
		done = [one for one in outcomes if "error" not in one]
		self.assertEqual([one["status"] for one in done], [stored.status], outcomes)
		self.assertEqual({one["error"] for one in outcomes if "error" in one}, {"decided"}, outcomes)
		self.assertEqual(self.limit(), stored.approved_limit if stored.status == states.APPROVED else 0)
		changed = self.events(audit.CREDIT_LIMIT_CHANGED, self.customer)
		self.assertEqual(len(changed), int(stored.status == states.APPROVED))

	def test_an_approval_that_dies_at_any_write_gives_nothing_and_the_next_gives_all(self):
		doc = self.ask(5000)
		step = {"action": "approve credit", "name": doc.name, "user": self.manager}
		for number in range(1, 60):
			(outcome,) = at_once({**step, "kill_at": number})
			stored = self.stored(doc)
			changed = len(self.events(audit.CREDIT_LIMIT_CHANGED, self.customer))
			if stored.status == states.APPROVED:
				break
			self.assertEqual((outcome.get("killed"), self.limit(), changed), (True, 0, 0))
		self.assertGreater(number, 4)
		self.assertEqual((self.limit(), changed), (5000, 1))


class TestRoute(RequestCase):
	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		self.sales = token("B2B Sales", "Sales User")
		self.decides = token("B2B Manager", "Sales User", WRITES_CUSTOMERS)

	def call(
		self, method: str, path: str, headers: dict[str, str], body: dict[str, Any] | None = None
	) -> requests.Response:
		url = (
			f"{os.environ['SITE_URL']}/api/v1/customers/{quote(self.customer, safe='')}/credit-requests{path}"
		)
		response = requests.request(method, url, json=body, headers=headers, timeout=60)
		frappe.db.rollback()
		return response

	def post(self, path: str, headers: dict[str, str], **body: Any) -> requests.Response:
		return self.call("POST", path, headers, body)

	def test_sales_asks_and_a_manager_decides_over_http(self):
		body = {"company": self.company, "limit": 5000, "reason": "Comenzi mai mari"}
		made = self.post("", self.sales, **body)
		self.assertEqual(made.status_code, 201, made.text)
		name = made.json()["data"]["name"]
		again = self.post("", self.sales, **body)
		self.assertEqual((again.status_code, again.json()["error"]["problems"][0]["name"]), (409, name))
		self.assertEqual(self.call("GET", "", self.sales).json()["data"]["rows"][0]["name"], name)
		self.assertEqual(self.post(f"/{name}/approve", self.sales).status_code, 403)
		self.assertEqual(self.post(f"/{name}/withdraw", self.decides).status_code, 403)
		self.assertEqual(self.post(f"/{name}/reject", self.decides).status_code, 422)
		self.assertEqual(self.post("/CLR-0000/approve", self.decides).status_code, 404)
		self.assertEqual(self.post(f"/{name}/approve", self.decides, limit="mult").status_code, 422)
		given = self.post(f"/{name}/approve", self.decides, limit="4000")
		self.assertEqual(
			(given.status_code, given.json()["data"]["status"], given.json()["data"]["approved_limit"]),
			(200, states.APPROVED, 4000),
		)
		self.assertEqual(self.limit(), 4000)
		late = self.post(f"/{name}/reject", self.decides, reason="Nu")
		self.assertEqual((late.status_code, late.json()["error"]["code"]), (409, "decided"))

	def test_a_request_is_reached_by_its_own_customer_only(self):
		name = self.ask().name
		self.customer = factories.customer(address=None, tax_id=None).name
		frappe.db.commit()
		self.assertEqual(self.post(f"/{name}/approve", self.decides).status_code, 404)

	def test_nobody_writes_one_or_a_limit_past_these_routes(self):
		name = self.ask().name
		for method, path, body in (
			("PUT", f"/api/resource/{REQUEST}/{name}", {"status": "Approved"}),
			("DELETE", f"/api/resource/{REQUEST}/{name}", None),
			("POST", f"/api/resource/{REQUEST}", {"customer": self.customer, "company": self.company}),
		):
			for headers in (self.sales, self.decides):
				response = requests.request(
					method, f"{os.environ['SITE_URL']}{path}", json=body, headers=headers, timeout=60
				)
				self.assertEqual(response.status_code, 403, response.text)
		self.give(1000)
		row = frappe.db.get_value("Customer Credit Limit", {"parent": self.customer})
		url = os.environ["SITE_URL"]
		for path, body in (
			(f"Customer/{quote(self.customer, safe='')}", {"credit_limits": []}),
			(f"Customer Credit Limit/{row}", {"credit_limit": 9}),
		):
			response = requests.put(f"{url}/api/resource/{path}", json=body, headers=self.sales, timeout=60)
			self.assertEqual(response.status_code, 403, response.text)
		frappe.db.rollback()
		self.assertEqual(self.limit(), 1000)

	def test_while_the_switch_is_off_the_addresses_do_not_exist(self):
		self.on(False)
		self.assertEqual(self.call("GET", "", self.sales).status_code, 404)
