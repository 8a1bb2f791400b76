"""Every cell of the matrix in rights.py, tried by a user of that role: our doctypes by Frappe's own entries, our routes
by the answer of the whole site."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import frappe
import frappe.client
from frappe.core.doctype.communication.email import make as send_email
from frappe.desk import query_report, reportview
from frappe.www import printview
from werkzeug.test import TestResponse

import erp_b2b_smartbill
from erp_b2b_smartbill import install
from erp_b2b_smartbill.api.routes import BASE, ROUTES
from erp_b2b_smartbill.custom_fields import MODULE
from erp_b2b_smartbill.customers.search import native, rebuild
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.permitted_case import BESIDE, PermittedCase, Web, account_values, desk_user
from erp_b2b_smartbill.tests.rights import (
	BUYER,
	DOCTYPES,
	ENDPOINTS,
	EVERYBODY,
	GUEST,
	LEVELS,
	METHODS,
	NOBODY,
	OURS,
	READERS,
	REPORTS,
	RIGHTS,
	ROWS,
	SYSTEM,
)

REFUSALS = (frappe.PermissionError, frappe.exceptions.DocstatusTransitionError)
# of a document that there is one of
SINGLE = ("read", "write", "delete", "share", "print", "email")
CHANGES = {
	"B2B Registration": {"internal_note": "seen"},
	"B2B Tier": {"description": "seen"},
	"B2B Settings": {"contact_phone": "0264 000 000"},
	"SmartBill Account": {"api_url": "https://ws.smartbill.ro/SBORO/api"},
}

NEW_ROWS = {
	"B2B Allowed Country": {"country": "Romania"},
	"B2B Registration Document": {"file_name": "x.pdf"},
	"B2B Registration Message": {"written_by": "Company", "text": "x"},
	"SmartBill Issue Run Row": {"quotation": "-", "status": "Waiting"},
	"SmartBill Unit": {"uom": "Nos", "measuring_unit_name": "buc"},
	"SmartBill VAT Rate": {"tax_name": "Normala", "erpnext_rate": 21, "tax_percentage": 21},
}


class TestEveryCell(PermittedCase):
	def setUp(self) -> None:
		super().setUp()
		self.customer = factories.customer(address=None, tax_id=None).name
		self.quotation = factories.quotation(party_name=self.customer)
		self.documents = self.make_documents(self.customer, self.quotation)
		self.reports = {name: self.make_report(name) for name in DOCTYPES if not DOCTYPES[name].is_single}
		self.alone = {role: self.make_user(role) for role in EVERYBODY}
		self.beside = {
			role: self.alone[role] if role in (BUYER, NOBODY, GUEST) else self.make_user(role, *BESIDE)
			for role in EVERYBODY
		}
		self.colleague = desk_user(*BESIDE)
		self.import_is_asked = self.asks_who_imports()
		self.web = Web()
		self.tokens = {
			role: {} if role == GUEST else self.web.headers(user) for role, user in self.alone.items()
		}
		frappe.db.commit()

	def make_user(self, *roles: str) -> str:
		if roles[0] == GUEST:
			return "Guest"
		if roles[0] == BUYER:
			return factories.buyer(self.customer)
		return desk_user(*(role for role in roles if role != NOBODY))

	def make_report(self, doctype: str) -> str:
		report = frappe.get_doc(
			{
				"doctype": "Report",
				"report_name": f"Rights {frappe.generate_hash(length=8)}",
				"ref_doctype": doctype,
				"report_type": "Query Report",
				"is_standard": "No",
				"query": f"select name from `tab{doctype}`",
			}
		).insert()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Report", report.name, force=True, ignore_permissions=True)
		return report.name

	def test_every_cell(self) -> None:
		self.assertEqual({*DOCTYPES, *ROWS}, set(frappe.get_all("DocType", {"module": MODULE}, pluck="name")))
		self.assertEqual(set(OURS), set(install.ROLES))
		self.assertEqual(
			set(REPORTS),
			set(frappe.get_all("Report", {"module": MODULE, "is_standard": "Yes"}, pluck="name")),
		)
		self.assertEqual(set(METHODS), self.whitelisted())
		for role in EVERYBODY:
			for try_all in (
				self.documents_of,
				self.levels_of,
				self.rows_of,
				self.followed_of,
				self.reports_of,
				self.methods_of,
			):
				for name, outcome, expected in try_all(role):
					with self.subTest(role=role, cell=name):
						self.assertEqual(outcome(), expected)
					self.tries(frappe.session.user)
		self.tries("Administrator")
		self.try_routes()

	# documents

	def documents_of(self, role: str) -> Iterator[tuple[str, Callable[[], bool], bool]]:
		"""(cell, what becomes of it, what should) of all rights, beside roles that read what ours are about."""
		user = self.beside[role]
		self.tries(user)
		for doctype, entry in DOCTYPES.items():
			allowed = entry.rights.get(role, frozenset())
			for right in SINGLE if entry.is_single else RIGHTS:
				expected = right in allowed
				if right == "import" and role == SYSTEM and not self.import_is_asked:
					expected = "create" in allowed

				def outcome(
					doctype: str = doctype, right: str = right, mine: bool = role in entry.own
				) -> bool:
					if mine:
						values = {"requested_by": user}
						frappe.db.set_value(doctype, self.documents[doctype], values, update_modified=False)
					return self.is_done(right, doctype)

				yield f"{doctype}: {right}", outcome, expected

	def asks_who_imports(self) -> bool:
		"""Frappe 15 asks whoever may make a Data Import for the right to create, and for no other."""
		try:
			self.make_import("B2B Tier")
		except frappe.ValidationError:
			return True
		return False

	def make_import(self, doctype: str) -> None:
		run = {"reference_doctype": doctype, "import_type": "Insert New Records"}
		frappe.get_doc({"doctype": "Data Import", **run}).insert()

	def is_done(self, right: str, doctype: str) -> bool:
		try:
			getattr(self, f"try_{right}")(doctype, self.documents[doctype])
		except REFUSALS:
			return False
		return True

	def try_read(self, doctype: str, name: str) -> None:
		if not DOCTYPES[doctype].is_single:
			listed = self.lists(doctype, name)
		opened = frappe.client.get(doctype, name)
		self.assertEqual(opened["name"], name)
		if not DOCTYPES[doctype].is_single:
			self.assertTrue(listed, "opened, and not in the list")

	def lists(self, doctype: str, name: str) -> bool:
		try:
			return name in frappe.get_list(doctype, pluck="name", limit_page_length=0)
		except frappe.PermissionError:
			return False

	def try_create(self, doctype: str, name: str) -> None:
		if doctype == "SmartBill Account":
			# a company has one
			frappe.db.delete(doctype, {"name": name})
			values = account_values(self.company)
		elif doctype == "B2B Tier":
			values = {"tier_name": frappe.generate_hash(length=8)}
		else:
			values = frappe.copy_doc(frappe.get_doc(doctype, name)).as_dict()
		frappe.get_doc({**values, "doctype": doctype, "name": None}).insert()

	def try_write(self, doctype: str, name: str) -> None:
		frappe.get_doc(doctype, name).update(CHANGES.get(doctype, {})).save()

	def try_submit(self, doctype: str, name: str) -> None:
		frappe.get_doc(doctype, name).submit()

	def try_cancel(self, doctype: str, name: str) -> None:
		frappe.get_doc(doctype, name).cancel()

	def try_delete(self, doctype: str, name: str) -> None:
		if doctype == "SmartBill Account":
			for its_own in (
				"SmartBill Proforma",
				"SmartBill Invoice",
				"SmartBill Client",
				"SmartBill Sync Run",
			):
				frappe.db.delete(its_own, {"account": name})
		frappe.delete_doc(doctype, name)

	def try_export(self, doctype: str, name: str) -> None:
		frappe.local.form_dict = frappe._dict(
			doctype=doctype,
			fields='["name"]',
			filters="[]",
			file_format_type="CSV",
			title=doctype,
			view="Report",
		)
		reportview.export_query()
		content = frappe.response["filecontent"]
		self.assertIn(name, content.decode() if isinstance(content, bytes) else content)

	def try_import(self, doctype: str, name: str) -> None:
		try:
			self.make_import(doctype)
		except frappe.ValidationError as refused:
			# what Frappe 16 says of a doctype that is not for importing
			raise frappe.PermissionError from refused
		self.try_create(doctype, name)

	def try_report(self, doctype: str, name: str) -> None:
		rows = query_report.run(self.reports[doctype])["result"]
		self.assertIn(name, str(rows))

	def try_share(self, doctype: str, name: str) -> None:
		frappe.share.add(doctype, name, user=self.colleague)

	def try_print(self, doctype: str, name: str) -> None:
		self.assertTrue(printview.get_html_and_style(doctype, name)["html"])

	def try_email(self, doctype: str, name: str) -> None:
		send_email(doctype=doctype, name=name, subject="S", content="C", recipients="x@example.com")

	# fields of a level, rows of tables, documents about what one may not read

	def levels_of(self, role: str) -> Iterator[tuple[str, Callable[[], bool], bool]]:
		self.tries(self.beside[role])
		for doctype, level in LEVELS.items():
			for field in level.fields:
				yield (
					f"{doctype}.{field}",
					lambda doctype=doctype, field=field: self.is_shown(doctype, field),
					role in level.readers,
				)

	def is_shown(self, doctype: str, field: str) -> bool:
		name = self.documents[doctype]
		try:
			opened = frappe.client.get(doctype, name).get(field)
			rows = frappe.get_list(doctype, {"name": name}, [field], limit_page_length=0)
		except frappe.PermissionError:
			return False
		listed = any(row.get(field) for row in rows)
		self.assertEqual(bool(opened), listed)
		return listed

	def rows_of(self, role: str) -> Iterator[tuple[str, Callable[[], bool], bool]]:
		self.tries(self.beside[role])
		for rows, doctype in ROWS.items():
			entry = DOCTYPES[doctype]
			allowed = entry.rights.get(role, frozenset())
			yield (
				f"{rows}: list",
				lambda rows=rows, doctype=doctype: self.lists_rows(rows, doctype),
				"read" in allowed,
			)
			yield (
				f"{rows}: write",
				lambda rows=rows, doctype=doctype: self.adds_row(rows, doctype),
				# what an applicant gave is not added to
				"write" in allowed and doctype != "B2B Registration",
			)

	def lists_rows(self, rows: str, doctype: str) -> bool:
		with self.assertRaises(frappe.PermissionError):
			frappe.get_list(rows, pluck="name")
		try:
			frappe.get_list(rows, parent_doctype=doctype, pluck="name")
		except frappe.PermissionError:
			return False
		return True

	def adds_row(self, rows: str, doctype: str) -> bool:
		if doctype == "SmartBill Account":
			# the framework writes into what it is given
			frappe.db.set_value(doctype, self.documents[doctype], dict(CHANGES[doctype]))
		field = next(one for one in frappe.get_meta(doctype).get_table_fields() if one.options == rows)
		row = {
			"doctype": rows,
			"parenttype": doctype,
			"parent": self.documents[doctype],
			"parentfield": field.fieldname,
			**NEW_ROWS[rows],
		}
		try:
			frappe.client.insert(row)
		except frappe.PermissionError:
			return False
		return True

	def followed_of(self, role: str) -> Iterator[tuple[str, Callable[[], bool], bool]]:
		"""Of a user who has this role and no other."""
		user = self.alone[role]
		self.tries(user)
		for doctype, entry in DOCTYPES.items():
			is_reader = role in entry.whatever or all(role in READERS[other] for other in entry.follows)
			may = "read" in entry.rights.get(role, ()) and is_reader and role not in entry.own
			yield (
				f"{doctype}: read, alone",
				lambda doctype=doctype: self.is_done("read", doctype),
				may,
			)

	# reports and methods

	def reports_of(self, role: str) -> Iterator[tuple[str, Callable[[], bool], bool]]:
		self.tries(self.beside[role])
		for name, roles in REPORTS.items():
			yield name, lambda name=name: self.is_answered(query_report.run, name), role in roles

	def methods_of(self, role: str) -> Iterator[tuple[str, Callable[[], bool], bool]]:
		self.tries(self.alone[role])
		for name, roles in METHODS.items():
			yield name, lambda name=name: self.is_answered(self.call_method, role, name), role in roles

	@staticmethod
	def whitelisted() -> set[str]:
		"""What of this app the framework lets a browser call, once all of it is loaded."""
		app = Path(erp_b2b_smartbill.__file__).parent
		for path in app.rglob("*.py"):
			if "@frappe.whitelist" in path.read_text(encoding="utf-8") and app / "tests" not in path.parents:
				importlib.import_module(".".join((app.name, *path.relative_to(app).with_suffix("").parts)))
		names = {f"{one.__module__}.{one.__qualname__}" for one in frappe.whitelisted}
		ours = {
			name.removeprefix("erp_b2b_smartbill.") for name in names if name.startswith("erp_b2b_smartbill.")
		}
		return {name for name in ours if not name.startswith("tests.")}

	def call_method(self, role: str, name: str) -> None:
		"""As the desk does, about documents that there are."""
		place, _dot, method = name.rpartition(".")
		account = self.documents["SmartBill Account"]
		if place.endswith(".SmartBillAccount"):
			args = {"reason": "blocked"} if method == "switch_to_spare_series" else {}
			sent = {
				"dt": "SmartBill Account",
				"dn": account,
				"method": method,
				"args": frappe.as_json(args),
			}
			answer = self.web.call(self.tokens[role], "POST", "/api/method/run_doc_method", sent)
			self.assertNotEqual(answer.status_code, 500, answer.text)
			if answer.status_code in (401, 403):
				raise frappe.PermissionError
			return
		given = {
			"health_of": {"account": account},
			"maps_for": {"account": account},
			"of_document": {"doctype": "SmartBill Proforma", "name": self.documents["SmartBill Proforma"]},
			"customers": {"doctype": "Customer", "txt": "Client"},
		}.get(method, {})
		with patch.object(rebuild, "ask"):
			frappe.get_attr(f"erp_b2b_smartbill.{name}")(**given)

	def is_answered(self, call: Callable[..., object], *given: object) -> bool:
		"""Any other refusal comes behind the door."""
		try:
			call(*given)
		except (frappe.PermissionError, native.Refused):
			return False
		except frappe.ValidationError:
			return True
		return True

	# routes

	def try_routes(self) -> None:
		expected = {
			(method, path): roles for routes in ENDPOINTS.values() for (method, path), roles in routes.items()
		}
		paths = {route.path: route.path.removeprefix(BASE).replace("<path:", "<") for route in ROUTES}
		self.assertEqual(
			{(method, paths[route.path]) for route in ROUTES for method in route.operations}, set(expected)
		)
		for (method, path), allowed in expected.items():
			for role in EVERYBODY:
				with self.subTest(role=role, cell=f"{method} {path}"):
					self.try_route(role, method, path, role in allowed)
		for route in ROUTES:
			with self.subTest(role=SYSTEM, cell=f"PATCH {route.path}"):
				answer = self.ask(SYSTEM, "PATCH", paths[route.path])
				self.assertEqual(answer.status_code, 405, answer.text)
				self.assertEqual(set(answer.headers["Allow"].split(", ")), set(route.operations))

	def ask(self, role: str, method: str, path: str) -> TestResponse:
		"""Without any data, and about what is not there: rights are asked for before that."""
		return self.web.call(self.tokens[role], method, re.sub("<[a-z]+>", "1", f"{BASE}{path}"))

	def try_route(self, role: str, method: str, path: str, may: bool) -> None:
		answer = self.ask(role, method, path)
		if may:
			self.assertNotIn(answer.status_code, (401, 403, 405, 500), answer.text)
		else:
			self.assertEqual(answer.status_code, 401 if role == GUEST else 403, answer.text)
			code = "not_signed_in" if role == GUEST else "not_allowed"
			self.assertEqual(answer.json["error"]["code"], code)
