"""The REST routes as another program uses them: over HTTP, with a token, against a served site."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import frappe
import requests

from erp_b2b_smartbill.api.routes import BASE, ROUTES
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import SandboxTestCase


def token(*roles: str) -> dict[str, str]:
	"""The Authorization header of a new user with these roles."""
	return token_of(factories.user(*roles))


def token_of(email: str) -> dict[str, str]:
	user = frappe.get_doc("User", email)
	secret = frappe.generate_hash(length=15)
	user.update({"api_key": frappe.generate_hash(length=15), "api_secret": secret})
	user.save()
	frappe.db.commit()
	return {"Authorization": f"token {user.api_key}:{secret}"}


class TestProformaRoute(SandboxTestCase):
	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		factories.company()
		self.account = factories.smartbill_account(self.sandbox.api_url)
		self.seller = self.token("Sales User")
		self.switch(True)
		frappe.db.commit()

	def token(self, *roles: str) -> dict[str, str]:
		return token(*roles)

	def quotation(self, **values: Any) -> str:
		name = factories.quotation(**values).name
		frappe.db.commit()
		return name

	def call(
		self,
		method: str,
		quotation: str,
		headers: dict[str, str] | None = None,
		action: str = "",
		body: dict[str, Any] | None = None,
	) -> requests.Response:
		url = f"{os.environ['SITE_URL']}/api/v1/quotations/{quote(quotation, safe='')}/smartbill/proforma"
		response = requests.request(
			method,
			f"{url}{action}",
			json=body,
			headers=self.seller if headers is None else headers,
			timeout=30,
		)
		frappe.db.rollback()
		return response

	def error(self, response: requests.Response, status: int, code: str) -> dict[str, Any]:
		self.assertEqual(response.status_code, status, response.text)
		self.assertEqual(response.headers["Content-Type"], "application/json")
		self.assertEqual(list(response.json()), ["error"])
		error = response.json()["error"]
		self.assertEqual(sorted(error), ["code", "message", "problems"])
		self.assertEqual(error["code"], code)
		self.assertTrue(error["message"])
		self.assertNotIn("Traceback", response.text)
		return error

	def test_post_issues_once_and_then_shows_the_same(self):
		name = self.quotation()
		first = self.call("POST", name)
		self.assertEqual(first.status_code, 201, first.text)
		data = first.json()["data"]
		self.assertEqual((data["status"], data["series"], data["number"]), ("Issued", "PRF2", "0227"))
		self.assertIs(type(data["smartbill_document_id"]), int)
		self.assertTrue(data["pdf_url"].startswith("/private/files/"))
		self.assertIn("/documente/editare/", data["document_url"])
		self.assertNotIn("/documente/extern/", first.text)

		again = self.call("POST", name)
		self.assertEqual((again.status_code, again.json()["data"]), (200, data))
		shown = self.call("GET", name)
		self.assertEqual((shown.status_code, shown.json()["data"]), (200, data))
		pdf = requests.get(os.environ["SITE_URL"] + data["pdf_url"], headers=self.seller, timeout=10)
		self.assertTrue(pdf.content.startswith(b"%PDF-"))

	def test_many_at_the_same_moment_make_one_proforma(self):
		name = self.quotation()
		with ThreadPoolExecutor(6) as pool:
			responses = list(pool.map(lambda _: self.send(name), range(6)))
		self.assertEqual({response.status_code for response in responses} - {200, 201, 202}, set())
		self.assertEqual([response.status_code for response in responses].count(201), 1)
		self.assertEqual(len({response.json()["data"]["name"] for response in responses}), 1)
		self.assertEqual(len(self.sandbox.documents()), 1)

	def send(self, name: str) -> requests.Response:
		"""For threads, which have no connection of their own to the site."""
		url = f"{os.environ['SITE_URL']}/api/v1/quotations/{quote(name, safe='')}/smartbill/proforma"
		return requests.post(url, headers=self.seller, timeout=60)

	def test_an_unsettled_outcome_is_202_and_never_says_that_nothing_happened(self):
		name = self.quotation()
		self.sandbox.fault("drop", when="after")
		for method, status in (("POST", 202), ("POST", 202), ("GET", 200)):
			response = self.call(method, name)
			self.assertEqual(response.status_code, status)
			data = response.json()["data"]
			self.assertEqual((data["status"], data["settled"]), ("Unknown", False))
			self.assertIsNone(data["smartbill_document_id"])
			self.assertIn("may have created", data["message"])
		self.assertEqual(len(self.sandbox.documents()), 1)

	def test_check_looks_at_smartbill_and_tells_what_is_known(self):
		name = self.quotation()
		self.sandbox.fault("drop", when="after")
		self.call("POST", name)
		self.rest()
		# too early to conclude anything
		response = self.call("POST", name, action="/check")
		self.assertEqual((response.status_code, response.json()["data"]["status"]), (202, "Unknown"))
		self.assertTrue(response.json()["data"]["next_look_at"])
		sent = {"sent_at": frappe.utils.add_to_date(None, minutes=-10)}
		frappe.db.set_value("SmartBill Proforma", {"quotation": name}, sent, update_modified=False)
		frappe.db.commit()
		response = self.call("POST", name, action="/check")
		self.assertEqual((response.status_code, response.json()["data"]["number"]), (200, "0227"))
		self.error(self.call("POST", name, action="/check"), 409, "not_possible")

	def test_only_a_manager_decides_about_an_unknown_outcome(self):
		name = self.quotation()
		self.sandbox.fault("drop", when="after")
		self.call("POST", name)
		self.rest()
		decision = {"action": "adopt", "number": "0227", "note": "văzut în SmartBill"}
		response = self.call("POST", name, action="/settle", body=decision)
		self.error(response, 403, "not_allowed")
		self.assertIs(type(self.call("GET", name).json()["data"]["can"]["settle"]), str)

		manager = self.token("Sales User", "B2B Manager")
		for wrong, field in (
			({**decision, "number": "0999"}, "number"),
			({**decision, "number": "x"}, "number"),
			({**decision, "note": ""}, "note"),
			({**decision, "action": "guess"}, "action"),
		):
			self.rest()
			error = self.error(self.call("POST", name, manager, "/settle", wrong), 422, "invalid")
			self.assertEqual(error["problems"][0]["field"], field)
		self.rest()
		response = self.call("POST", name, manager, "/settle", decision)
		self.assertEqual((response.status_code, response.json()["data"]["status"]), (200, "Issued"))

	def test_the_pdf_is_fetched_again_without_issuing(self):
		name = self.quotation()
		self.error(self.call("POST", name, action="/pdf"), 409, "not_possible")
		issued = self.call("POST", name).json()["data"]
		self.rest()
		again = self.call("POST", name, action="/pdf").json()["data"]
		self.assertEqual((again["number"], bool(again["pdf_url"])), (issued["number"], True))
		self.assertEqual(len(self.sandbox.creates()), 1)
		frappe.db.set_value(
			"SmartBill Account", self.account.name, "api_url", "https://elsewhere.example/api"
		)
		frappe.db.commit()
		error = self.error(self.call("POST", name, action="/pdf"), 422, "not_ready")
		self.assertEqual(error["problems"][0]["field"], "api_url")

	def test_names_with_slashes_and_blanks_work(self):
		doc = factories.quotation(submit=False)
		name = f"OFERTĂ 2026/11 {frappe.generate_hash(length=6)}"
		frappe.rename_doc("Quotation", doc.name, name, force=True)
		frappe.get_doc("Quotation", name).submit()
		frappe.db.commit()
		self.assertEqual(self.call("POST", name).status_code, 201)
		self.assertEqual(self.call("GET", name).json()["data"]["quotation"], name)

	def test_get_of_a_quotation_without_a_proforma_is_404_and_writes_nothing(self):
		name = self.quotation()
		self.error(self.call("GET", name), 404, "not_found")
		self.error(self.call("GET", "no such quotation"), 404, "not_found")
		self.assertEqual(frappe.db.count("SmartBill Proforma", {"quotation": name}), 0)

	def test_guests_and_wrong_roles_are_refused(self):
		name = self.quotation()
		for method in ("GET", "POST", "DELETE"):
			self.error(self.call(method, name, headers={}), 401, "not_signed_in")
		for method in ("GET", "POST"):
			self.error(self.call(method, name, headers=self.token("Stock User")), 403, "not_allowed")
		# our role alone opens our routes, not the Quotation
		self.error(self.call("POST", name, headers=self.token("B2B Sales")), 403, "not_allowed")
		self.assertEqual(self.sandbox.creates(), [])

	def test_user_permissions_on_the_company_are_respected(self):
		name = self.quotation()
		user = frappe.get_doc("User", factories.user("Sales User"))
		user.update({"api_key": frappe.generate_hash(length=15), "api_secret": "secret"})
		user.save()
		other = frappe.get_all("Company", {"name": ["!=", factories.COMPANY]}, pluck="name", limit=1)
		if not other:
			self.skipTest("the site has one company only")
		frappe.get_doc(
			{"doctype": "User Permission", "user": user.name, "allow": "Company", "for_value": other[0]}
		).insert()
		frappe.db.commit()
		headers = {"Authorization": f"token {user.api_key}:secret"}
		self.error(self.call("POST", name, headers), 403, "not_allowed")

	def test_another_method_is_405_with_the_known_ones(self):
		response = self.call("DELETE", self.quotation())
		self.error(response, 405, "method_not_allowed")
		self.assertEqual(response.headers["Allow"], "GET, POST")

	def test_a_switched_off_feature_is_404(self):
		name = self.quotation()
		self.switch(False)
		self.error(self.call("POST", name), 404, "not_found")
		self.error(self.call("GET", name), 404, "not_found")

	def test_what_is_not_ready_is_422_with_all_problems(self):
		self.account.units = []
		self.account.vat_rates = []
		self.account.save()
		error = self.error(self.call("POST", self.quotation()), 422, "not_ready")
		self.assertEqual(
			[problem["field"] for problem in error["problems"]],
			["items[1].uom", "items[1].item_tax_template"],
		)
		self.assertTrue(all(problem["message"] for problem in error["problems"]))

	def test_a_draft_is_409(self):
		self.error(self.call("POST", self.quotation(submit=False)), 409, "not_submitted")

	def test_a_refusal_is_422_and_stays_written_down(self):
		self.sandbox.fault("error_text", status=400, body="Client invalid!")
		name = self.quotation()
		error = self.error(self.call("POST", name), 422, "smartbill_refused")
		self.assertEqual(error["message"], "Client invalid!")
		self.assertEqual(error["problems"][0]["field"], "party_name")
		self.assertEqual(self.call("GET", name).json()["data"]["status"], "Rejected")

	def test_refused_credentials_are_502(self):
		self.account.token = "wrong"
		self.account.save()
		self.error(self.call("POST", self.quotation()), 502, "smartbill_credentials_refused")

	def test_an_unreachable_smartbill_is_503(self):
		self.account.api_url = "http://127.0.0.1:9/SBORO/api"
		self.account.save()
		response = self.call("POST", self.quotation())
		self.error(response, 503, "smartbill_unreachable")
		self.assertEqual(response.headers["Retry-After"], "60")

	def test_a_block_is_429_with_the_time_to_wait(self):
		self.sandbox.fault("rate_block")
		response = self.call("POST", self.quotation())
		self.error(response, 429, "smartbill_rate_limited")
		self.assertGreater(int(response.headers["Retry-After"]), 600)

	def test_the_table_of_routes_names_roles_and_a_switch_for_everything(self):
		# what the API says of itself, and how it does, is always there
		always = {f"{BASE}/health", f"{BASE}/openapi.json"}
		self.assertEqual({route.path for route in ROUTES if not route.switch}, always)
		for route in ROUTES:
			for operation in route.operations.values():
				self.assertTrue(operation.summary)
				self.assertNotEqual(bool(operation.roles), operation.is_public, route.path)
				self.assertNotIn("Guest", operation.roles)

	def test_frappes_own_rest_cannot_write_a_proforma(self):
		name = self.quotation()
		proforma = self.call("POST", name).json()["data"]["name"]
		url = f"{os.environ['SITE_URL']}/api/resource/SmartBill Proforma/{proforma}"
		for method in ("PUT", "DELETE"):
			response = requests.request(
				method,
				url,
				json={"status": "Rejected"},
				headers=self.token("B2B Manager", "Sales User"),
				timeout=10,
			)
			self.assertEqual(response.status_code, 403)
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value("SmartBill Proforma", proforma, "status"), states.ISSUED)
