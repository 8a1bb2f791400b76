"""Who may do what with registrations: the routes (whom they let in, test_rights.py tries) and Frappe's own ways, by
everybody, over HTTP."""

import json
import os
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import frappe
import requests

from erp_b2b_smartbill.api.routes import REGISTRATIONS, ROUTES
from erp_b2b_smartbill.registration import tokens
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.registration_case import ANAF, PDF, RegistrationCase, submission
from erp_b2b_smartbill.tests.test_rest import token, token_of

GUEST, BUYER, SALES, MANAGER, SYSTEM = "guest", "buyer", "sales", "manager", "system"
EVERYBODY = (GUEST, BUYER, SALES, MANAGER, SYSTEM)
READERS = {SALES, MANAGER, SYSTEM}


class RightsCase(RegistrationCase):
	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()
		self.doc = self.confirmed()
		self.headers: dict[str, dict[str, str]] = {
			GUEST: {},
			SALES: token("B2B Sales", "Sales User"),
			MANAGER: token("B2B Manager"),
			SYSTEM: token("System Manager"),
			BUYER: token_of(factories.buyer(factories.customer(tax_id="98765438").name)),
		}
		frappe.db.commit()

	def call(self, who: str, method: str, path: str, body: Any = None) -> requests.Response:
		sent = {} if body is None and method != "GET" else body
		return requests.request(
			method, f"{os.environ['SITE_URL']}{path}", json=sent, headers=self.headers[who], timeout=30
		)

	def address(self, path: str) -> str:
		return (
			path.replace("<name>", self.doc.name)
			.replace("<token>", "a..b")
			.replace("<cui>", "1")
			.replace("<job>", "x")
		)


class TestRoutes(RightsCase):
	def test_what_is_off_is_not_there(self):
		self.settings(enable_b2b_registration=0)
		routes = [route for route in ROUTES if route.path.startswith(REGISTRATIONS)]
		for method, path in ((method, route.path) for route in routes for method in route.operations):
			for who in EVERYBODY:
				with self.subTest(method=method, path=path, who=who):
					response = self.call(who, method, self.address(path))
					self.assertEqual(response.status_code, 404, response.text)
		for page in ("register", "status?token=x", "confirm?token=x", "welcome?token=x"):
			response = requests.get(f"{os.environ['SITE_URL']}/b2b/{page}", timeout=30)
			self.assertEqual(response.status_code, 404)

	def test_the_wrong_method_is_told(self):
		response = self.call(GUEST, "PUT", REGISTRATIONS)
		self.assertEqual((response.status_code, response.headers["Allow"]), (405, "POST"))

	def test_a_credit_limit_that_is_no_amount_is_refused_however_large(self):
		path = self.address(f"{REGISTRATIONS}/<name>/approve")
		for limit in ("much", -1, 10**400, "9" * 400, [1], {"a": 1}):
			with self.subTest(limit=str(limit)[:10]):
				response = self.call(MANAGER, "POST", path, {"credit_limit": limit})
				# so long a number is no JSON to Frappe 16, which answers itself
				refusals = (422, 417) if limit == 10**400 else (422,)
				self.assertIn(response.status_code, refusals, response.text)
		frappe.db.rollback()
		self.assertEqual(self.stored(self.doc).status, "Pending")

	def test_an_answer_never_tells_whether_a_company_or_an_address_is_known(self):
		given = {field: self.doc.get(field) for field in ("cui", "email", "company_name")}
		known, new = (
			self.sent(**values) for values in (given, {"cui": "14399840", "email": "nou@example.ro"})
		)
		self.assertEqual((known.status_code, new.status_code), (201, 201))
		self.assertEqual(sorted(known.json()["data"]), sorted(new.json()["data"]))
		self.assertEqual(known.json()["data"]["status"], new.json()["data"]["status"])

	def sent(self, **values: Any) -> requests.Response:
		opened = self.call(GUEST, "GET", f"{REGISTRATIONS}/form").json()["data"]["opened"]
		return self.call(GUEST, "POST", REGISTRATIONS, {**submission(**values), "opened": opened})

	def test_a_program_sends_json_or_files_and_the_link_works(self):
		sent = self.sent()
		self.assertEqual(sent.status_code, 201, sent.text)
		data = sent.json()["data"]
		shown = self.call(GUEST, "GET", f"{REGISTRATIONS}/status/{data['token']}")
		self.assertEqual(shown.json()["data"]["status"], "Awaiting Confirmation")
		opened = self.call(GUEST, "GET", f"{REGISTRATIONS}/form").json()["data"]["opened"]
		with_file = requests.post(
			f"{os.environ['SITE_URL']}{REGISTRATIONS}",
			data={**submission(), "opened": opened},
			files={"documents": ("act.pdf", PDF, "application/pdf")},
			timeout=30,
		)
		self.assertEqual(with_file.status_code, 201, with_file.text)
		view = self.call(GUEST, "GET", f"{REGISTRATIONS}/status/{with_file.json()['data']['token']}").json()[
			"data"
		]
		self.assertEqual(view["documents"], ["act.pdf"])

	def test_a_get_confirms_nothing(self):
		doc = self.submit()
		page = f"{os.environ['SITE_URL']}/b2b/confirm?token={tokens.make(doc, 'confirm')}"
		self.assertEqual(requests.get(page, timeout=30).status_code, 200)
		frappe.db.rollback()
		self.assertEqual(self.stored(doc).status, "Awaiting Confirmation")


class TestFrappesOwnWays(RightsCase):
	def test_frappes_rest_shows_requests_to_readers_and_lets_nobody_write_them(self):
		resource = f"/api/resource/B2B Registration/{self.doc.name}"
		for who in EVERYBODY:
			with self.subTest(who=who):
				response = self.call(who, "GET", resource)
				self.assertEqual(response.status_code == 200, who in READERS, response.text)
				change = self.call(who, "PUT", resource, {"status": "Approved", "company_name": "Alta"})
				self.assertNotEqual(change.status_code, 200)
				self.assertNotEqual(self.call(who, "DELETE", resource).status_code, 202)
				made = self.call(who, "POST", "/api/resource/B2B Registration", {"company_name": "X"})
				self.assertNotEqual(made.status_code, 200)
		frappe.db.rollback()
		self.assertEqual(self.stored(self.doc).status, "Pending")

	def test_lists_reports_searches_and_prints_show_requests_to_readers_only(self):
		name, doctype = self.doc.name, "B2B Registration"
		# what was given to the buyer's own company is no secret, other companies' requests are
		secret = self.doc.email
		filters = json.dumps([[doctype, "name", "=", name]])
		asked = {"doctype": doctype, "filters": filters}
		fields = json.dumps(["name", "email"])
		ways = {
			"list over REST": (f"/api/resource/{doctype}", {"filters": filters, "fields": fields}),
			"desk list": (
				"/api/method/frappe.desk.reportview.get",
				{**asked, "fields": fields, "page_length": 5},
			),
			"desk list, plain": ("/api/method/frappe.desk.reportview.get_list", {**asked, "fields": fields}),
			"export": (
				"/api/method/frappe.desk.reportview.export_query",
				{**asked, "fields": fields, "file_format_type": "CSV", "title": doctype},
			),
			"client list": ("/api/method/frappe.client.get_list", {**asked, "fields": fields}),
			"client value": (
				"/api/method/frappe.client.get_value",
				{"doctype": doctype, "filters": json.dumps({"name": name}), "fieldname": "email"},
			),
			"client document": ("/api/method/frappe.client.get", {"doctype": doctype, "name": name}),
			"form": ("/api/method/frappe.desk.form.load.getdoc", {"doctype": doctype, "name": name}),
			"print": ("/printview", {"doctype": doctype, "name": name, "trigger_print": 0}),
			"search of links": (
				"/api/method/frappe.desk.search.search_link",
				{"doctype": doctype, "txt": self.doc.company_name},
			),
		}
		for way, (path, parameters) in ways.items():
			for who in EVERYBODY:
				with self.subTest(way=way, who=who):
					response = requests.get(
						f"{os.environ['SITE_URL']}{path}",
						params=parameters,
						headers=self.headers[who],
						timeout=30,
					)
					shown = secret in response.text or (self.doc.company_name in response.text)
					if who not in READERS:
						self.assertFalse(shown, response.text[:500])
						self.assertNotIn(name, response.text if response.status_code == 200 else "")
					elif way not in ("export", "print", "search of links"):
						self.assertTrue(shown, response.text[:500])
		for who in EVERYBODY:
			counted = requests.get(
				f"{os.environ['SITE_URL']}/api/method/frappe.desk.reportview.get_count",
				params={**asked, "fields": "[]", "distinct": "false"},
				headers=self.headers[who],
				timeout=30,
			)
			self.assertEqual(counted.status_code == 200, who in READERS, (who, counted.text))

	def test_no_way_of_frappes_changes_decides_or_deletes_a_request(self):
		name, doctype = self.doc.name, "B2B Registration"
		other = self.submit(cui="98765438", vat_payer="No")
		client = "/api/method/frappe.client"
		changed = {"status": "Approved", "email": "altul@example.ro", "customer": "X"}
		whole = {**self.stored(self.doc).as_dict(convert_dates_to_str=True), **changed}
		ways = {
			"set_value": (
				f"{client}.set_value",
				{"doctype": doctype, "name": name, "fieldname": "status", "value": "Approved"},
			),
			"save": (f"{client}.save", {"doc": whole}),
			"insert": (f"{client}.insert", {"doc": {"doctype": doctype, **changed, "company_name": "X"}}),
			"delete": (f"{client}.delete", {"doctype": doctype, "name": name}),
			"desk save": (
				"/api/method/frappe.desk.form.save.savedocs",
				{"doc": json.dumps(whole, default=str), "action": "Save"},
			),
			"bulk": (
				"/api/method/frappe.client.bulk_update",
				{"docs": json.dumps([{"doctype": doctype, "docname": name, **changed}])},
			),
			"items": (
				"/api/method/frappe.desk.reportview.delete_items",
				{"doctype": doctype, "items": json.dumps([name])},
			),
			"rename": (f"{client}.rename_doc", {"doctype": doctype, "old_name": name, "new_name": "X"}),
			"row": (
				f"{client}.insert",
				{
					"doc": {
						"doctype": "B2B Registration Message",
						"parenttype": doctype,
						"parent": name,
						"parentfield": "messages",
						"text": "X",
					}
				},
			),
			"method": ("/api/method/run_doc_method", {"dt": doctype, "dn": name, "method": "db_set"}),
		}
		before = self.stored(self.doc).as_dict()
		for way, (path, body) in ways.items():
			for who in EVERYBODY:
				with self.subTest(way=way, who=who):
					self.call(who, "POST", path, body)
					frappe.db.rollback()
					frappe.local.document_cache = {}
					after = self.stored(self.doc).as_dict()
					for field in ("status", "email", "customer", "decided_by", "messages", "company_name"):
						self.assertEqual(after[field], before[field], field)
					self.assertEqual(self.stored(other).status, "Awaiting Confirmation")

	def test_a_stranger_attaches_and_comments_nothing(self):
		for who in (GUEST, BUYER):
			with self.subTest(who=who):
				requests.post(
					f"{os.environ['SITE_URL']}/api/method/upload_file",
					data={"doctype": "B2B Registration", "docname": self.doc.name, "is_private": 1},
					files={"file": ("x.pdf", PDF, "application/pdf")},
					headers=self.headers[who],
					timeout=30,
				)
				self.call(
					who,
					"POST",
					"/api/method/frappe.desk.form.utils.add_comment",
					{
						"reference_doctype": "B2B Registration",
						"reference_name": self.doc.name,
						"content": "X",
						"comment_email": "x@example.ro",
						"comment_by": "X",
					},
				)
				frappe.db.rollback()
				self.assertFalse(frappe.db.exists("File", {"attached_to_name": self.doc.name}))
				found = frappe.get_all(
					"Comment", {"reference_name": self.doc.name, "comment_type": "Comment"}, pluck="content"
				)
				self.assertEqual(found, [])

	def test_settings_and_links_are_read_by_those_who_work_with_them(self):
		for doctype, name in (
			("B2B Settings", "B2B Settings"),
			("B2B Tier", ""),
			("Customer External Link", ""),
		):
			for who in (GUEST, BUYER):
				with self.subTest(doctype=doctype, who=who):
					response = self.call(who, "GET", f"/api/resource/{doctype}/{name}".rstrip("/"))
					self.assertIn(response.status_code, (401, 403), response.text)

	def test_tiers_are_made_by_managers_and_links_by_nobody(self):
		for who in EVERYBODY:
			with self.subTest(who=who):
				name = f"T{frappe.generate_hash(length=6)}"
				tier = self.call(who, "POST", "/api/resource/B2B Tier", {"tier_name": name})
				self.assertEqual(tier.status_code == 200, who in {MANAGER, SYSTEM}, tier.text)
				link = {"customer": "X", "provider": "B2B", "external_id": "1"}
				made = self.call(who, "POST", "/api/resource/Customer External Link", link)
				self.assertNotEqual(made.status_code, 200)
				settings = self.call(
					who, "PUT", "/api/resource/B2B Settings/B2B Settings", {"decision_days": 3}
				)
				self.assertEqual(settings.status_code == 200, who == SYSTEM, settings.text)

	def test_only_readers_open_the_documents_of_a_request(self):
		doc = self.submit(files=[SimpleNamespace(filename="act.pdf", stream=BytesIO(PDF))])
		for who in EVERYBODY:
			with self.subTest(who=who):
				response = self.call(who, "GET", doc.documents[0].file)
				self.assertEqual(response.content == PDF, who in READERS, response.status_code)

	def test_a_tier_is_given_by_managers_only(self):
		frappe.get_doc({"doctype": "B2B Tier", "tier_name": "Aur"}).insert()
		customer = factories.customer(tax_id="14399840")
		frappe.db.commit()
		seller = token("Sales User", "Sales Master Manager")
		self.headers["seller"] = seller
		url = f"/api/resource/Customer/{customer.name}"
		refused = self.call("seller", "PUT", url, {"b2b_tier": "Aur"})
		self.assertEqual(refused.status_code, 403, refused.text)
		self.assertEqual(self.call("seller", "PUT", url, {"website": "https://x.ro"}).status_code, 200)
		made = self.call(
			"seller",
			"POST",
			"/api/resource/Customer",
			{
				"customer_name": "Nou SRL",
				"customer_type": "Company",
				"customer_group": customer.customer_group,
				"territory": customer.territory,
				"b2b_tier": "Aur",
			},
		)
		self.assertEqual(made.status_code, 403, made.text)


class TestTaxOffice(RightsCase):
	def setUp(self) -> None:
		super().setUp()
		# the served site is another process on a bench, and must not ask the real one
		if not str(frappe.get_site_config().get("anaf_api_url") or "").startswith(self.sandbox.url):
			self.skipTest("the served site does not ask the sandbox's tax office")

	def test_the_form_is_filled_and_never_fails(self):
		found = self.call(GUEST, "GET", f"{REGISTRATIONS}/company/RO12345674").json()["data"]
		self.assertEqual((found["state"], found["company"]["county"]), ("found", "Cluj"))
		for cui, state in (
			("20000005", "unknown"),
			("12345678", "invalid"),
			("abc", "invalid"),
			("1800101400016", "invalid"),
		):
			answer = self.call(GUEST, "GET", f"{REGISTRATIONS}/company/{cui}")
			self.assertEqual((answer.status_code, answer.json()["data"]["state"]), (200, state))

	def test_a_tax_office_that_fails_in_any_way_is_unavailable_and_registering_goes_on(self):
		for fault in (
			{"action": "html", "status": 503},
			{"action": "drop"},
			{"action": "status", "status": 429},
			{"action": "malformed"},
			{"action": "delay", "delay_s": 60},
		):
			with self.subTest(fault=fault["action"]):
				self.forget()
				self.sandbox.no_faults()
				self.sandbox.order({"match": {"path": ANAF}, "when": "before", "times": 0, **fault})
				answer = self.call(GUEST, "GET", f"{REGISTRATIONS}/company/12345674")
				self.assertEqual((answer.status_code, answer.json()["data"]["state"]), (200, "unavailable"))
				self.assertLess(answer.elapsed.total_seconds(), 30)
				self.assertEqual(self.submit().anaf_state, "unavailable")
