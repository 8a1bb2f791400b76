"""Nobody changes, adds or deletes a Business Event: not through any door of the framework that writes documents."""

import contextlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import frappe
import requests
from frappe.core.doctype.data_import.importer import Importer
from frappe.core.doctype.log_settings.log_settings import _supports_log_clearing

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import sealing, verify
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.audit_case import AuditCase, note
from erp_b2b_smartbill.tests.test_rest import token

EVENT = audit.EVENT


class TestAppendOnly(AuditCase):
	def setUp(self) -> None:
		super().setUp()
		self.name = note(reason="because").name
		frappe.db.commit()
		sealing.seal()
		self.before = self.everything()
		self.administrator = factories.user("System Manager", "B2B Manager", "B2B Auditor")
		frappe.db.commit()

	def everything(self) -> list[Any]:
		frappe.db.rollback()
		return frappe.db.sql("select * from `tabBusiness Event` order by name", as_dict=True)

	def assert_untouched(self, attempt: Callable[[], Any], *errors: type[Exception]) -> None:
		for user in ("Administrator", self.administrator):
			with self.as_user(user):
				refused = self.assertRaises(errors) if errors else contextlib.nullcontext()
				with refused:
					attempt()
				# as a request ends that was answered
				frappe.db.commit()
			frappe.clear_messages()
			self.assertEqual(self.everything(), self.before)
		self.assertEqual(verify.verify().problems, [])

	def as_json(self, **values: Any) -> str:
		doc = frappe.get_doc(EVENT, self.name).as_dict()
		return frappe.as_json({**doc, **values})

	def test_by_the_desks_form(self):
		save = frappe.get_attr("frappe.desk.form.save.savedocs")
		cancel = frappe.get_attr("frappe.desk.form.save.cancel")
		for action in ("Save", "Submit", "Update", "Cancel"):
			with self.subTest(action=action):
				self.assert_untouched(lambda a=action: save(self.as_json(reason="other"), a), Exception)
		self.assert_untouched(lambda: cancel(EVENT, self.name), Exception)
		forged = {"doctype": EVENT, "name": "new-business-event-1", "event": "Forged", "__islocal": 1}
		new = json.dumps({**forged, "flags": {"recorded": True}})
		self.assert_untouched(lambda: save(new, "Save"), frappe.PermissionError)

	def test_by_frappe_client(self):
		client = frappe.get_attr("frappe.client.set_value").__globals__
		new = {"doctype": EVENT, "event": "Forged", "flags": {"recorded": True}}
		attempts: dict[str, Callable[[], Any]] = {
			"set_value": lambda: client["set_value"](EVENT, self.name, "reason", "other"),
			"set_value of several": lambda: client["set_value"](
				EVENT, self.name, json.dumps({"reason": "other", "seal_number": 7})
			),
			"save": lambda: client["save"](self.as_json(reason="other")),
			"insert": lambda: client["insert"](dict(new)),
			"insert_many": lambda: client["insert_many"]([dict(new)]),
			"delete": lambda: client["delete"](EVENT, self.name),
			"rename_doc": lambda: client["rename_doc"](EVENT, self.name, "other"),
			"submit": lambda: client["submit"](self.as_json()),
			"cancel": lambda: client["cancel"](EVENT, self.name),
		}
		for name, attempt in attempts.items():
			with self.subTest(name=name):
				self.assert_untouched(attempt, Exception)
		# this one tells of what it could not do, instead of failing
		changed = json.dumps([{"doctype": EVENT, "docname": self.name, "reason": "other"}])
		if "bulk_update" in client:
			self.assert_untouched(lambda: client["bulk_update"](changed))

	def test_by_the_lists_and_bulk_actions(self):
		delete = frappe.get_attr("frappe.desk.reportview.delete_items")
		bulk = frappe.get_attr("frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs")

		def delete_items() -> None:
			frappe.local.form_dict = frappe._dict(doctype=EVENT, items=json.dumps([self.name]))
			delete()

		self.assert_untouched(delete_items)
		for action, data in (
			("update", {"reason": "other"}),
			("submit", None),
			("cancel", None),
			("delete", None),
		):
			with self.subTest(action=action):
				self.assert_untouched(lambda a=action, d=data: bulk(EVENT, [self.name], action=a, data=d))

	def test_by_renaming_and_merging(self):
		title = frappe.get_attr("frappe.model.rename_doc.update_document_title")
		self.assert_untouched(lambda: title(doctype=EVENT, docname=self.name, name="other"), Exception)
		self.assert_untouched(lambda: title(doctype=EVENT, docname=self.name, title="other"), Exception)
		self.assert_untouched(lambda: frappe.rename_doc(EVENT, self.name, "other", force=True), Exception)

	def test_by_the_documents_own_methods(self):
		def changed() -> Any:
			return frappe.get_doc(EVENT, self.name).update({"reason": "other"})

		attempts = (
			lambda: changed().save(ignore_permissions=True),
			lambda: changed().db_update(),
			lambda: changed().db_set("reason", "other"),
			lambda: changed().db_set({"seal": None, "seal_number": 0}, update_modified=False),
			lambda: changed().submit(),
			lambda: changed().delete(ignore_permissions=True, force=True),
			lambda: frappe.copy_doc(changed()).insert(ignore_permissions=True),
			lambda: frappe.delete_doc(EVENT, self.name, force=True, ignore_permissions=True),
			lambda: frappe.get_doc({"doctype": EVENT, "event": "Forged"}).insert(ignore_permissions=True),
		)
		for attempt in attempts:
			self.assert_untouched(attempt, Exception)

	def test_by_a_script_that_knows_our_flags(self):
		"""A Server Script reaches a document and its flags, and the events that pass its hooks."""

		def forged() -> Any:
			doc = frappe.get_doc({"doctype": EVENT, "event": "Forged"})
			doc.flags.recorded = True
			return doc

		self.assert_untouched(lambda: forged().insert(ignore_permissions=True), frappe.PermissionError)
		self.assert_untouched(lambda: forged().db_insert(), frappe.PermissionError)

		def written_twice() -> None:
			event = note()
			frappe.db.rollback()
			forged().update({"flags": event.flags}).insert(ignore_permissions=True)

		self.assert_untouched(written_twice, frappe.PermissionError)
		event = note()
		frappe.db.rollback()
		event.name, event.event = "forged", "Forged"
		self.assert_untouched(event.db_insert, frappe.PermissionError)

	def test_by_data_import(self):
		files = {
			"Insert New Records": "event,reason\nForged,other\n",
			"Update Existing Records": f"name,reason\n{self.name},other\n",
		}
		for kind, content in files.items():
			with self.subTest(kind=kind):
				self.assert_untouched(lambda k=kind, c=content: self.imported(k, c))

	def imported(self, kind: str, content: str) -> None:
		with tempfile.TemporaryDirectory() as folder:
			path = Path(folder) / "events.csv"
			path.write_text(content, encoding="utf-8")
			job = frappe.new_doc("Data Import")
			job.update({"reference_doctype": EVENT, "import_type": kind})
			try:
				with contextlib.redirect_stdout(None):
					Importer(EVENT, data_import=job, file_path=str(path), console=True).import_data()
			except Exception:
				frappe.db.rollback()
			finally:
				# what Frappe leaves of an import that broke off
				frappe.flags.in_import = frappe.flags.mute_emails = False

	def test_what_hangs_on_a_document_is_not_what_is_sealed(self):
		"""Likes, assignments, tags and comments are the framework's, in columns of their own."""
		with self.as_user(self.administrator):
			frappe.get_attr("frappe.desk.like.toggle_like")(EVENT, self.name, "Yes")
		frappe.db.commit()
		self.assertNotEqual(self.everything(), self.before)
		self.assertEqual(verify.verify().problems, [])

	def test_by_rest(self):
		site = os.environ.get("SITE_URL")
		if not site:
			self.skipTest("SITE_URL is not set: the site is not served")
		headers = token("System Manager", "B2B Manager", "B2B Auditor")
		for place in ("/api/resource", "/api/v1/resource", "/api/v2/document"):
			one = f"{site}{place}/{EVENT}/{self.name}"
			calls = (
				("PUT", one, {"reason": "other"}),
				("PATCH", one, {"reason": "other"}),
				("DELETE", one, {}),
				("POST", f"{site}{place}/{EVENT}", {"event": "Forged"}),
			)
			for method, url, body in calls:
				with self.subTest(method=method, url=url):
					answer = requests.request(method, url, json=body, headers=headers, timeout=20)
					self.assertIn(answer.status_code, (403, 404, 405, 417))
					self.assertEqual(self.everything(), self.before)
		# reading is theirs
		self.assertEqual(requests.get(one, headers=headers, timeout=20).status_code, 200)

	def test_log_settings_cannot_clear_them(self):
		self.assertFalse(_supports_log_clearing(EVENT))

	def test_no_role_may_write_one(self):
		for permission in frappe.get_meta(EVENT).permissions:
			for right in ("write", "create", "delete", "submit", "cancel", "amend", "import", "share"):
				self.assertFalse(permission.get(right), f"{permission.role}: {right}")

	def test_rights_given_by_hand_change_nothing(self):
		doc = frappe.get_doc(
			{
				"doctype": "Custom DocPerm",
				"parent": EVENT,
				"parenttype": "DocType",
				"parentfield": "permissions",
				"role": "System Manager",
				"permlevel": 0,
				**dict.fromkeys(("read", "write", "create", "delete"), 1),
			}
		).insert()
		frappe.db.commit()
		frappe.clear_cache(doctype=EVENT)
		try:
			client = frappe.get_attr("frappe.client.set_value")
			delete = frappe.get_attr("frappe.client.delete")
			self.assert_untouched(lambda: client(EVENT, self.name, "reason", "other"), frappe.PermissionError)
			self.assert_untouched(lambda: delete(EVENT, self.name), frappe.PermissionError)
		finally:
			frappe.delete_doc("Custom DocPerm", doc.name, force=True)
			frappe.db.commit()
			frappe.clear_cache(doctype=EVENT)
