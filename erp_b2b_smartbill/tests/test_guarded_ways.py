"""Tier and credit limit of a Customer change only by who may, whatever way is tried; and nobody gives himself the limit
that he asked for. Each way is also gone by somebody who may, so that it is known to lead somewhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

import frappe
from frappe.core.doctype.data_import.data_import import form_start_import
from werkzeug.test import TestResponse

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.customers import onboard
from erp_b2b_smartbill.overrides import limits_of_others
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.permitted_case import PermittedCase, Web, desk_user

# of ERPNext, and more than our profiles have: whoever writes Customers, their groups and companies
WRITERS = ("Sales User", "Sales Manager", "Sales Master Manager")
CUSTOMER = "/api/resource/Customer"

Change = Mapping[str, Any]
Way = Callable[[str, dict[str, str], Change], TestResponse | None]


class WaysCase(PermittedCase):
	def setUp(self) -> None:
		super().setUp()
		self.web = Web()
		self.tier = frappe.get_doc(
			{"doctype": "B2B Tier", "tier_name": frappe.generate_hash(length=8)}
		).insert()
		self.seller = desk_user(*WRITERS, "B2B Sales")
		self.manager = desk_user(*WRITERS, "B2B Manager")
		self.tokens = {user: self.web.headers(user) for user in (self.seller, self.manager)}
		frappe.db.commit()

	def customer(self, *limits: Change) -> str:
		name = factories.customer(address=None, tax_id=None, credit_limits=list(limits)).name
		frappe.db.commit()
		return name

	def limit(self, amount: float, **values: Any) -> Change:
		return {"company": self.company, "credit_limit": amount, **values}

	def stored(self, customer: str) -> tuple[str | None, list[float]]:
		"""The tier and the limits, as they are now."""
		frappe.db.rollback()
		tier = frappe.db.get_value("Customer", customer, "b2b_tier")
		rows = frappe.get_all("Customer Credit Limit", {"parent": customer}, pluck="credit_limit")
		return tier or None, rows

	def events(self, customer: str) -> int:
		kinds = (audit.CUSTOMER_TIER_CHANGED, audit.CREDIT_LIMIT_CHANGED)
		return frappe.db.count("Business Event", {"reference_name": customer, "event": ["in", kinds]})

	def call(self, user: str, method: str, path: str, body: Any = None) -> TestResponse:
		return self.web.call(self.tokens[user], method, path, body)

	def method(self, user: str, method: str, /, **body: Any) -> TestResponse:
		return self.call(user, "POST", f"/api/method/{method}", body)

	# the ways of changing a stored Customer

	def ways(self) -> dict[str, Callable[[str, str, Change], Any]]:
		return {
			"desk": self.by_desk,
			"REST": self.by_rest,
			"REST v2": self.by_rest_v2,
			"client.set_value": self.by_set_value,
			"client.save": self.by_client_save,
			"client.bulk_update": self.by_bulk_update,
			"edit in the list": self.by_list,
			"Data Import": self.by_import,
		}

	def whole(self, customer: str, change: Change) -> dict[str, Any]:
		doc = frappe.get_doc("Customer", customer)
		return json.loads(doc.update(dict(change)).as_json())

	def by_desk(self, user: str, customer: str, change: Change) -> TestResponse:
		doc = json.dumps(self.whole(customer, change))
		return self.method(user, "frappe.desk.form.save.savedocs", doc=doc, action="Save")

	def by_rest(self, user: str, customer: str, change: Change) -> TestResponse:
		return self.call(user, "PUT", f"{CUSTOMER}/{customer}", change)

	def by_rest_v2(self, user: str, customer: str, change: Change) -> TestResponse:
		return self.call(user, "PUT", f"/api/v2/document/Customer/{customer}", change)

	def by_set_value(self, user: str, customer: str, change: Change) -> TestResponse:
		return self.method(
			user, "frappe.client.set_value", doctype="Customer", name=customer, fieldname=dict(change)
		)

	def by_client_save(self, user: str, customer: str, change: Change) -> TestResponse:
		return self.method(user, "frappe.client.save", doc=self.whole(customer, change))

	def by_bulk_update(self, user: str, customer: str, change: Change) -> TestResponse:
		docs = json.dumps([{"doctype": "Customer", "docname": customer, **change}])
		return self.method(user, "frappe.client.bulk_update", docs=docs)

	def by_list(self, user: str, customer: str, change: Change) -> TestResponse:
		return self.method(
			user,
			"frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs",
			doctype="Customer",
			docnames=json.dumps([customer]),
			action="update",
			data=json.dumps(change),
		)

	def by_import(self, user: str, customer: str, change: Change) -> None:
		"""As a System Manager prepared it, and shared it with somebody who starts it."""
		values = {"name": customer, **flat(change)}
		self.imported(user, "Update Existing Records", values)

	def imported(self, user: str, kind: str, values: Change) -> None:
		text = io.StringIO()
		csv.writer(text).writerows([values.keys(), values.values()])
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{frappe.generate_hash(length=8)}.csv",
				"content": text.getvalue(),
				"is_private": 1,
			}
		).insert()
		run = frappe.get_doc(
			{
				"doctype": "Data Import",
				"reference_doctype": "Customer",
				"import_type": kind,
				"import_file": file.file_url,
			}
		).insert()
		self.goes_afterwards("Data Import", run.name)
		self.addCleanup(frappe.db.delete, "Data Import Log", {"data_import": run.name})
		frappe.share.add("Data Import", run.name, user, write=1)
		frappe.db.commit()
		# as a developer's site does it: at once, not by a worker
		with self.as_user(user), patch.dict(frappe.conf, developer_mode=1):
			form_start_import(data_import=run.name)
		# which Frappe leaves so when an import breaks off
		frappe.flags.mute_emails = False
		frappe.db.commit()
		warnings = frappe.db.get_value("Data Import", run.name, "template_warnings")
		self.assertIn(warnings, (None, "", "[]"))

	# the ways of making one

	def new_ways(self) -> dict[str, Callable[[str, Change], Any]]:
		def of(method: str, body: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[str, Change], Any]:
			return lambda user, values: self.method(user, method, **body({"doctype": "Customer", **values}))

		return {
			"desk": of(
				"frappe.desk.form.save.savedocs",
				lambda doc: {
					"doc": json.dumps({**doc, "__islocal": 1, "name": "new-customer-1"}),
					"action": "Save",
				},
			),
			"REST": lambda user, values: self.call(user, "POST", CUSTOMER, values),
			"REST v2": lambda user, values: self.call(user, "POST", "/api/v2/document/Customer", values),
			"client.insert": of("frappe.client.insert", lambda doc: {"doc": doc}),
			"client.insert_many": of("frappe.client.insert_many", lambda doc: {"docs": [doc]}),
			"Data Import": lambda user, values: self.imported(user, "Insert New Records", flat(values)),
		}


def flat(values: Change) -> dict[str, Any]:
	"""One row of a file: the columns of a table's only row are columns of the file."""
	row = {key: value for key, value in values.items() if key != "credit_limits"}
	for limit in values.get("credit_limits", ()):
		row |= {f"credit_limits.{key}": value for key, value in limit.items()}
	return row


class TestWhoChangesThem(WaysCase):
	def test_a_stored_customer_gets_another_tier_or_limit_only_by_who_may(self):
		other = self.limit(2000)
		for field, change, wanted in (
			("tier", {"b2b_tier": self.tier.name}, (self.tier.name, [1000])),
			("limit", {"credit_limits": [other]}, (None, [2000])),
			("no limit", {"credit_limits": [{**other, "bypass_credit_limit_check": 1}]}, (None, [2000])),
		):
			for way, go in self.ways().items():
				with self.subTest(way, field=field):
					customer = self.customer(self.limit(1000))
					before, events = self.stored(customer), self.events(customer)
					self.refused(go(self.seller, customer, change))
					self.assertEqual(self.stored(customer), before)
					self.assertEqual(self.events(customer), events)
					self.done(go(self.manager, customer, change))
					self.assertEqual(self.stored(customer), wanted)
					self.assertEqual(self.events(customer), events + 1)

	def test_a_new_customer_gets_a_tier_or_a_limit_only_by_who_may(self):
		for field, change, wanted in (
			("tier", {"b2b_tier": self.tier.name}, (self.tier.name, [])),
			("limit", {"credit_limits": [self.limit(2000)]}, (None, [2000])),
		):
			for way, go in self.new_ways().items():
				with self.subTest(way, field=field):
					name = f"Client {frappe.generate_hash(length=8)} SRL"
					values = {
						"customer_name": name,
						"customer_type": "Company",
						"customer_group": factories._leaf("Customer Group"),
						"territory": factories._leaf("Territory"),
						**change,
					}
					self.refused(go(self.seller, values))
					frappe.db.rollback()
					self.assertFalse(frappe.db.exists("Customer", {"customer_name": name}))
					self.done(go(self.manager, values))
					frappe.db.rollback()
					made = frappe.db.get_value("Customer", {"customer_name": name})
					self.assertEqual(self.stored(made), wanted)
					self.assertEqual(self.events(made), 1)

	def test_a_row_of_limits_by_itself(self):
		def client(method: str, /, **body: Any) -> Callable[[str, str, str], TestResponse]:
			return lambda user, row, customer: self.method(
				user,
				f"frappe.client.{method}",
				**{key: value(row, customer) if callable(value) else value for key, value in body.items()},
			)

		doctype = "Customer Credit Limit"
		for way, go, wanted in (
			(
				"insert",
				client(
					"insert",
					doc=lambda row, customer: {
						"doctype": doctype,
						"parenttype": "Customer",
						"parentfield": "credit_limits",
						"parent": customer,
						"company": self.other_company(),
						"credit_limit": 7,
					},
				),
				[7, 1000],
			),
			(
				"set_value",
				client(
					"set_value",
					doctype=doctype,
					name=lambda row, customer: row,
					fieldname="credit_limit",
					value=2000,
				),
				[2000],
			),
			("delete", client("delete", doctype=doctype, name=lambda row, customer: row), []),
		):
			with self.subTest(way):
				customer = self.customer(self.limit(1000))
				row = frappe.db.get_value(doctype, {"parent": customer})
				self.refused(go(self.seller, row, customer))
				self.assertEqual(self.stored(customer), (None, [1000]))
				self.done(go(self.manager, row, customer))
				self.assertEqual(sorted(self.stored(customer)[1]), wanted)

	def test_a_row_of_limits_that_names_its_customer_otherwise_is_nobody_s(self):
		customer = self.customer(self.limit(1000))
		for parenttype in ("customer", "Customer ", "CUSTOMER"):
			for user in (self.seller, self.manager):
				with self.subTest(parenttype, user=user):
					row = {
						"parenttype": parenttype,
						"parentfield": "credit_limits",
						"parent": customer,
						**self.limit(7),
					}
					answer = self.call(user, "POST", "/api/resource/Customer Credit Limit", row)
					# 404: the database of this site compares exactly
					self.assertIn(answer.status_code, (403, 404), answer.text)
					self.assertEqual(self.stored(customer), (None, [1000]))

	def refused(self, answer: TestResponse | None) -> None:
		"""What Data Import answers stands in its log. What changes many names those that failed."""
		if answer is None:
			return
		told = (answer.json or {}).get("message") if answer.status_code == 200 else None
		failed = told.get("failed_docs") if isinstance(told, dict) else told
		self.assertTrue(failed or answer.status_code == 403, answer.text)

	def done(self, answer: TestResponse | None) -> None:
		if answer is not None:
			self.assertEqual(answer.status_code, 200, answer.text)


class TestWhoAskedForALimit(WaysCase):
	"""A B2B Manager who also writes whatever of ERPNext has a limit asked for one himself."""

	def setUp(self) -> None:
		super().setUp()
		self.asker = desk_user(*WRITERS, "B2B Manager", "System Manager", "Accounts Manager")
		self.tokens[self.asker] = self.web.headers(self.asker)
		self.group = self.new_group(700)
		frappe.db.commit()

	def new_group(self, limit: float) -> Any:
		group = frappe.get_doc(
			{
				"doctype": "Customer Group",
				"customer_group_name": f"Grup {frappe.generate_hash(length=8)}",
				"parent_customer_group": "All Customer Groups",
				"credit_limits": [self.limit(limit)],
			}
		).insert()
		self.goes_afterwards(group.doctype, group.name)
		return group

	def asked(self, *limits: Change, **values: Any) -> tuple[str, str]:
		"""(customer, request)"""
		customer = factories.customer(address=None, tax_id=None, credit_limits=list(limits), **values).name
		frappe.db.commit()
		answer = self.call(
			self.asker,
			"POST",
			f"/api/v1/customers/{customer}/credit-requests",
			{"company": self.company, "limit": 2000, "reason": "they buy more"},
		)
		self.assertEqual(answer.status_code, 201, answer.text)
		return customer, answer.json["data"]["name"]

	def decision(self, user: str, customer: str, request: str, what: str, **body: Any) -> TestResponse:
		path = f"/api/v1/customers/{customer}/credit-requests/{request}/{what}"
		return self.call(user, "POST", path, body)

	def test_he_neither_approves_nor_rejects_it_and_somebody_else_does(self):
		customer, request = self.asked(self.limit(1000))
		for what, body in (("approve", {}), ("approve", {"limit": 1500}), ("reject", {"reason": "no"})):
			answer = self.decision(self.asker, customer, request, what, **body)
			self.assertEqual((answer.status_code, answer.json["error"]["code"]), (403, "own_request"))
		self.assertEqual(self.stored(customer), (None, [1000]))
		answer = self.decision(self.manager, customer, request, "approve")
		self.assertEqual(answer.status_code, 200, answer.text)
		self.assertEqual(self.stored(customer), (None, [2000]))

	def test_nor_does_the_administrator_of_what_he_asked_for(self):
		customer, request = self.asked(self.limit(1000))
		frappe.db.set_value("Credit Limit Request", request, "requested_by", "Administrator")
		frappe.db.commit()
		self.tokens["Administrator"] = self.web.headers("Administrator")
		frappe.db.commit()
		answer = self.decision("Administrator", customer, request, "approve")
		self.assertEqual((answer.status_code, answer.json["error"]["code"]), (403, "own_request"))

	def test_he_does_not_write_the_limit_on_the_customer_while_it_is_open(self):
		customer, request = self.asked(self.limit(1000))
		for way, go in self.ways().items():
			with self.subTest(way):
				go(self.asker, customer, {"credit_limits": [self.limit(2000)]})
				self.assertEqual(self.stored(customer), (None, [1000]))
		self.decision(self.asker, customer, request, "withdraw")
		self.by_rest(self.asker, customer, {"credit_limits": [self.limit(2000)]})
		self.assertEqual(self.stored(customer), (None, [2000]))

	def test_nor_by_approving_a_registration_of_the_customer(self):
		customer, _request = self.asked()
		terms = onboard.Terms(company=self.company, credit_limit=5000)
		new = onboard.NewCustomer(name="Client SRL", terms=terms)
		with self.as_user(self.asker), self.assertRaises(frappe.PermissionError):
			onboard.add_to_customer(customer, new)
		frappe.db.rollback()
		with self.as_user(self.manager):
			onboard.add_to_customer(customer, new)
		limits = frappe.get_all("Customer Credit Limit", {"parent": customer}, pluck="credit_limit")
		self.assertEqual(limits, [5000])

	def test_nor_by_another_customer_group(self):
		customer, _request = self.asked()
		for way, go in self.ways().items():
			with self.subTest(way):
				before = frappe.db.get_value("Customer", customer, "customer_group")
				go(self.asker, customer, {"customer_group": self.group.name})
				frappe.db.rollback()
				self.assertEqual(frappe.db.get_value("Customer", customer, "customer_group"), before)
		# somebody who did not ask classifies customers as before, and it is recorded
		self.by_rest(self.seller, customer, {"customer_group": self.group.name})
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value("Customer", customer, "customer_group"), self.group.name)

	def test_a_group_with_the_same_limit_is_no_other_limit(self):
		customer, _request = self.asked(self.limit(1000))
		answer = self.by_rest(self.asker, customer, {"customer_group": self.group.name})
		self.assertEqual(answer.status_code, 200, answer.text)

	def test_nor_by_the_limit_of_its_group(self):
		self.asked(customer_group=self.group.name)
		path, row = f"/api/resource/Customer Group/{self.group.name}", self.group.credit_limits[0].name
		self.assertEqual(
			self.call(self.asker, "PUT", path, {"credit_limits": [self.limit(9000)]}).status_code, 403
		)
		self.assertEqual(self.call(self.asker, "PUT", path, {"credit_limits": []}).status_code, 403)
		answer = self.method(
			self.asker,
			"frappe.client.set_value",
			doctype="Customer Credit Limit",
			name=row,
			fieldname="credit_limit",
			value=9000,
		)
		self.assertEqual(answer.status_code, 403, answer.text)
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value("Customer Credit Limit", row, "credit_limit"), 700)
		# the limits of groups are ERPNext's business for everybody else, and his where he asked for nothing
		others = self.new_group(5)
		frappe.db.commit()
		for user, group in ((self.seller, self.group.name), (self.asker, others.name)):
			answer = self.call(
				user, "PUT", f"/api/resource/Customer Group/{group}", {"credit_limits": [self.limit(800)]}
			)
			self.assertEqual(answer.status_code, 200, answer.text)

	def test_nor_by_merging_its_group_into_another_one(self):
		other, same = self.new_group(9000), self.new_group(700)
		self.asked(customer_group=self.group.name)

		def merge(user: str, new: str) -> TestResponse:
			return self.method(
				user,
				"frappe.client.rename_doc",
				doctype="Customer Group",
				old_name=self.group.name,
				new_name=new,
				merge=1,
			)

		answer = merge(self.asker, other.name)
		self.assertEqual(answer.status_code, 403, answer.text)
		frappe.db.rollback()
		self.assertTrue(frappe.db.exists("Customer Group", self.group.name))
		# the same limits are no other ones
		answer = merge(self.asker, same.name)
		self.assertEqual(answer.status_code, 200, answer.text)

	def test_nor_by_merging_the_company_into_another_one(self):
		self.asked()
		with self.as_user(self.asker), self.assertRaises(frappe.PermissionError):
			limits_of_others.company_merged(
				frappe.get_doc("Company", self.company), None, self.company, "Other", merge=True
			)

	def test_nor_by_the_limit_of_the_company(self):
		before = frappe.db.get_value("Company", self.company, "credit_limit")
		self.asked()
		answer = self.call(self.asker, "PUT", f"/api/resource/Company/{self.company}", {"credit_limit": 9000})
		self.assertEqual(answer.status_code, 403, answer.text)
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value("Company", self.company, "credit_limit"), before)

	def test_the_request_itself_is_not_written_by_hand(self):
		customer, request = self.asked(self.limit(1000))
		path = f"/api/resource/Credit Limit Request/{request}"
		before = frappe.get_doc("Credit Limit Request", request).as_dict()
		for values in ({"status": "Approved"}, {"requested_by": self.seller}, {"requested_limit": 1}):
			self.assertEqual(self.call(self.asker, "PUT", path, values).status_code, 403)
		self.assertEqual(self.call(self.asker, "DELETE", path).status_code, 403)
		made = {
			"customer": customer,
			"company": self.company,
			"status": "Open",
			"requested_limit": 1,
			"reason": "x",
			"requested_by": self.seller,
		}
		self.assertEqual(
			self.call(self.asker, "POST", "/api/resource/Credit Limit Request", made).status_code, 403
		)
		frappe.db.rollback()
		after = frappe.get_doc("Credit Limit Request", request).as_dict()
		self.assertEqual(after, before)
