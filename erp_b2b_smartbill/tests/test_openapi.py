"""What the API says of itself: every call is described, and the file in docs/ and the address say the same."""

import json
import os
from pathlib import Path

import requests

import erp_b2b_smartbill
from erp_b2b_smartbill.api.openapi import as_text, document
from erp_b2b_smartbill.api.routes import BASE, ROUTES
from erp_b2b_smartbill.api.schemas.table import RESOURCES, described
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import CommittingTestCase, ServerTestCase
from erp_b2b_smartbill.tests.test_rest import token, token_of

STORED = Path(erp_b2b_smartbill.__file__).parents[1] / "docs" / "openapi.json"


class TestDescription(ServerTestCase):
	def test_every_operation_is_described_and_nothing_else(self):
		handlers = {operation.handler for route in ROUTES for operation in route.operations.values()}
		self.assertEqual(set(described()), handlers)
		self.assertEqual(sum(len(one.operations) for one in RESOURCES), len(handlers))

	def test_the_stored_file_is_what_the_table_of_routes_makes(self):
		if not STORED.exists():
			self.skipTest("the app was installed without its docs")
		self.assertEqual(STORED.read_text(encoding="utf-8"), as_text(), "stale: run ./dev openapi")

	def test_operations_are_told_apart_by_their_ids_and_say_who_may(self):
		operations = [
			operation
			for item in document()["paths"].values()
			for method, operation in item.items()
			if method != "parameters"
		]
		ids = [one["operationId"] for one in operations]
		self.assertEqual(len(ids), len(set(ids)))
		for one in operations:
			self.assertIn("Open to everybody." if one["security"] == [{}] else "Roles: ", one["description"])
			self.assertTrue({"404", "405", "422", "503"} <= set(one["responses"]), one["operationId"])
			self.assertEqual({"401", "403"} <= set(one["responses"]), one["security"] != [{}])


class TestAddress(CommittingTestCase):
	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()

	def ask(self, headers: dict[str, str] | None = None) -> requests.Response:
		return requests.get(f"{os.environ['SITE_URL']}{BASE}/openapi.json", headers=headers, timeout=30)

	def test_whoever_works_in_the_desk_reads_it_without_an_envelope(self):
		answer = self.ask(token("Sales User"))
		self.assertEqual(answer.status_code, 200, answer.text)
		self.assertEqual(answer.json(), json.loads(as_text()))

	def test_guests_and_users_of_the_website_do_not(self):
		self.assertEqual(self.ask().json()["error"]["code"], "not_signed_in")
		answer = self.ask(token_of(factories.buyer()))
		self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (403, "not_allowed"))
