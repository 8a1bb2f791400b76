"""Who acted, for whom and from where; what is shown of it, and to whom; and the lines of the log."""

import json
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import frappe
from frappe.desk.form.load import get_additional_timeline_content
from frappe.desk.query_report import run as run_report
from frappe.utils import get_url_to_form
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import lines, origin, personal
from erp_b2b_smartbill.registration import bulk
from erp_b2b_smartbill.report.business_events import business_events
from erp_b2b_smartbill.smartbill.clients import conflict_actions, settle_many
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.audit_case import NOTED, AuditCase, note
from erp_b2b_smartbill.tests.compat import ServerTestCase

REPORT = "Business Events"


class TestOrigin(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		before = getattr(frappe.local, "request", None), frappe.local.request_ip, frappe.flags.in_import
		self.addCleanup(self.put_back, *before)
		frappe.local.request = None

	def put_back(self, request: Any, ip: str | None, in_import: Any) -> None:
		frappe.local.request, frappe.local.request_ip, frappe.flags.in_import = request, ip, in_import
		frappe.local.job = None
		frappe.session.data.pop("impersonated_by", None)

	def came(self, user: str = "Administrator", headers: dict[str, str] | None = None) -> Any:
		"""An event of a request."""
		frappe.local.request = Request(EnvironBuilder(path="/", headers=headers).get_environ())
		frappe.local.request_ip = "203.0.113.9"
		with self.as_user(user):
			return note()

	def test_of_a_request(self):
		self.assertEqual(self.came().origin, "Desk")
		self.assertEqual(self.came(headers={"Authorization": "token a:b"}).origin, "REST")
		factories.company()
		self.assertEqual(self.came(factories.buyer()).origin, "Portal")
		event = self.came("Guest")
		self.assertEqual(event.origin, "Website")
		self.assertEqual(personal.values(event.who), {"user": "Guest", "ip": "203.0.113.9"})

	def test_of_a_command_a_job_an_import_and_a_migration(self):
		self.assertEqual(note().origin, "Command")
		frappe.local.job = frappe._dict(method="x")
		self.assertEqual(note().origin, "Job")
		frappe.flags.in_import = True
		self.assertEqual(note().origin, "Data Import")
		frappe.flags.in_import = False
		with origin.within(origin.IMPORT):
			self.assertEqual(note().origin, "Import")
		frappe.flags.in_migrate = True
		try:
			self.assertEqual(note().origin, "System")
		finally:
			frappe.flags.in_migrate = False

	def test_every_origin_is_one_of_the_fields_options(self):
		options = frappe.get_meta(audit.EVENT).get_field("origin").options.split("\n")
		constants = {value for key, value in vars(origin).items() if key.isupper() and isinstance(value, str)}
		self.assertEqual(set(options) - {""}, constants)

	def test_a_job_acts_for_whoever_asked_and_a_person_for_himself(self):
		asked = factories.user("Sales User")
		doc = frappe._dict(doctype="B2B Settings", name="B2B Settings", requested_by=asked)
		frappe.local.job = frappe._dict(method="x")
		event = audit.record("Test", doc)
		self.assertEqual((event.user, event.on_behalf_of), ("Administrator", asked))
		frappe.local.job = None
		frappe.local.request = Request(EnvironBuilder(path="/").get_environ())
		self.assertIsNone(audit.record("Test", doc).on_behalf_of)
		self.assertEqual(audit.record("Test", doc, on_behalf_of=asked).on_behalf_of, asked)

	def test_who_impersonates_another_is_named_himself(self):
		user = factories.user("Sales User")
		with self.as_user(user):
			frappe.session.data.impersonated_by = "Administrator"
			event = note()
		self.assertEqual((event.user, event.on_behalf_of), ("Administrator", user))

	def test_who_impersonated_the_one_who_asked_is_named_in_the_job_too(self):
		user, jobs = factories.user("Sales User"), []
		names = [str(number) for number in range(20)]
		asked = {
			bulk: lambda: bulk.start("reject", names, "x"),
			settle_many: lambda: settle_many.settle_many(names, conflict_actions.BULK[0]),
		}
		for module, ask in asked.items():
			with (
				self.subTest(module=module.__name__),
				patch.object(frappe, "enqueue", lambda _method, **options: jobs.append(options)),
				patch.object(module, "_one", lambda *_given: {"event": note().name}),
			):
				with self.as_user(user):
					frappe.session.data.impersonated_by = "Administrator"
					ask()
				options = {
					key: value
					for key, value in jobs.pop().items()
					if key not in ("queue", "timeout", "job_id", "enqueue_after_commit")
				}
				# the job begins anew as the user
				with self.as_user(user):
					module.run(**options)
					told = frappe.get_last_doc(audit.EVENT, {"event": NOTED})
					self.assertEqual((told.user, told.on_behalf_of), ("Administrator", user))
					# and what is done after it is his own
					self.assertEqual(note().user, user)


class TestActs(ServerTestCase):
	def last(self, event: str) -> Any:
		return frappe.get_last_doc(audit.EVENT, {"event": event})

	def test_a_tier_is_told_from_its_making_to_its_deletion(self):
		name = frappe.generate_hash(length=8)
		tier = frappe.get_doc({"doctype": "B2B Tier", "tier_name": name, "discount_percentage": 5}).insert()
		tier.discount_percentage = 7
		tier.save()
		changed = self.last(audit.TIER_CHANGED)
		self.assertEqual(
			(json.loads(changed.before), json.loads(changed.after)),
			({"discount_percentage": 5}, {"discount_percentage": 7}),
		)
		tier.delete()
		deleted = self.last(audit.TIER_DELETED)
		self.assertEqual(deleted.reference_name, name)
		self.assertEqual(json.loads(deleted.before)["discount_percentage"], 7)

	def test_a_deleted_account_is_told_without_its_secrets(self):
		factories.company()
		account = factories.smartbill_account("https://ws.smartbill.ro/SBORO/api")
		account.delete()
		deleted = self.last(audit.ACCOUNT_DELETED)
		self.assertEqual(json.loads(deleted.before)["proforma_series"], factories.SERIES)
		self.assertNotIn("demo-token", frappe.as_json(deleted.as_dict()))


class TestLines(AuditCase):
	def setUp(self) -> None:
		super().setUp()
		self.written: list[dict[str, Any]] = []
		self.logger = lines._logger
		lines._logger = lambda: SimpleNamespace(
			log=lambda _level, text: self.written.append(json.loads(text))
		)
		self.addCleanup(setattr, lines, "_logger", self.logger)

	def test_an_event_is_a_line_once_it_is_committed(self):
		name = note(reason="ask ana@example.com").name
		self.assertEqual(self.written, [])
		frappe.db.commit()
		(line,) = self.written
		self.assertEqual((line["name"], line["event"], line["origin"]), (name, "Noted in a test", "Command"))
		self.assertEqual(line["signature"], frappe.db.get_value(audit.EVENT, name, "signature"))
		self.assertNotIn("ana@", json.dumps(line))
		self.assertEqual(line["site"], frappe.local.site)
		frappe.db.commit()
		self.assertEqual(len(self.written), 1)

	def test_what_was_rolled_back_is_no_line(self):
		note()
		frappe.db.rollback()
		kept = note().name
		frappe.db.savepoint("here")
		marked = lines.mark()
		note()
		frappe.db.rollback(save_point="here")
		lines.back_to(marked)
		audit.record_many("Test", [("B2B Settings", "B2B Settings", {"text": "1"})] * 2)
		frappe.db.commit()
		self.assertEqual([line["event"] for line in self.written], ["Noted in a test", "Test", "Test"])
		self.assertEqual(self.written[0]["name"], kept)

	def test_the_log_keeps_lines_that_the_framework_would_leave_out(self):
		import logging

		self.assertTrue(self.logger().isEnabledFor(logging.INFO))


class TestTimeline(AuditCase):
	def contents(self, doctype: str, name: str) -> list[str]:
		return [one["content"] for one in get_additional_timeline_content(doctype, name)]

	def test_a_document_shows_its_events_to_those_who_may_read_them(self):
		factories.company()
		customer = factories.customer()
		audit.record(audit.CUSTOMER_TIER_CHANGED, customer, reason="Volum <b>mare</b>, ana@example.com")
		with self.as_user(factories.user("B2B Auditor")):
			(content,) = self.contents("Customer", customer.name)
		self.assertIn("Tier of the Customer changed", content)
		self.assertIn("ana@example.com", content)
		self.assertNotIn("<b>mare", content)
		# where this version has its desk: the other address loads it anew
		path = urlsplit(get_url_to_form(audit.EVENT, "")).path
		self.assertIn(f'href="{path}', content)
		with self.as_user(factories.user("Sales User")):
			self.assertEqual(self.contents("Customer", customer.name), [])

	def test_a_quotation_shows_the_events_of_its_proforma_too(self):
		factories.company()
		quotation = factories.quotation()
		doc = self.proforma(quotation)
		audit.record(audit.PROFORMA_ISSUED, doc)
		contents = self.contents("Quotation", quotation.name)
		self.assertEqual(len([one for one in contents if "Proforma issued" in one and doc.name in one]), 1)

	def test_a_quotation_asks_by_names_that_the_index_finds_and_no_more_often_for_more_proformas(self):
		factories.company()
		quotation, other = factories.quotation(), factories.quotation()

		def asked() -> list[str]:
			with patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
				self.contents("Quotation", quotation.name)
			return [str(call.args) for call in sql.call_args_list]

		asked()
		few = asked()
		names = [self.proforma(quotation, status).name for status in ("Cancelled", "Issued")]
		audit.record(audit.PROFORMA_ISSUED, self.proforma(other))
		more = asked()
		self.assertEqual(len(more), len(few))
		(events,) = [one for one in more if "FROM `tabBusiness Event`" in one.replace('"', "`")]
		self.assertEqual(events.upper().count("SELECT"), 1)
		for name in names:
			self.assertIn(name, events)

	def proforma(self, quotation: Any, status: str = "Issued") -> Any:
		account = frappe.db.get_value("SmartBill Account", {"company": quotation.company})
		account = account or factories.smartbill_account("https://ws.smartbill.ro/SBORO/api").name
		doc = frappe.get_doc(
			{
				"doctype": "SmartBill Proforma",
				"quotation": quotation.name,
				"company": quotation.company,
				"account": account,
				"status": status,
				"series": "PRF2",
			}
		)
		doc.flags.written_by_claim = True
		return doc.insert(ignore_permissions=True)

	def test_many_events_are_cut_and_lead_to_the_report(self):
		factories.company()
		name = factories.customer().name
		audit.record_many("Test", [("Customer", name, {"text": "1"})] * 60)
		contents = self.contents("Customer", name)
		self.assertEqual(len(contents), 51)
		self.assertIn("/query-report/Business%20Events?", contents[-1])
		self.assertIn("reference_doctype=Customer", contents[-1])

	def test_every_document_with_events_has_the_hook(self):
		for doctype in frappe.get_hooks("additional_timeline_content", app_name="erp_b2b_smartbill"):
			self.assertTrue(frappe.db.exists("DocType", doctype), doctype)


class TestReport(AuditCase):
	def rows(self, **filters: Any) -> list[dict[str, Any]]:
		_columns, rows, *_rest = business_events.execute(filters)
		return rows

	def test_filters_find_what_they_say(self):
		asked = factories.user("Sales User")
		first = note(reason="ask ana@example.com", on_behalf_of=asked).name
		audit.record_many("Test", [("B2B Settings", "B2B Settings", {"text": "2"})])
		self.assertEqual(len(self.rows()), 2)
		for filters in (
			{"event": "Noted in a test"},
			{"on_behalf_of": asked},
			{"origin": "Command", "event": "Noted in a test"},
			{"reference_doctype": "B2B Settings", "event": "Noted in a test"},
		):
			with self.subTest(**filters):
				self.assertEqual([row["name"] for row in self.rows(**filters)], [first])
		(row,) = self.rows(event="Noted in a test")
		self.assertEqual((row["reason"], row["before"]), ("ask ana@example.com", '{"text": "0"}'))
		self.assertEqual(self.rows(to_date="2020-01-01"), [])
		self.assertEqual(self.rows(seal="sealed"), [])
		self.assertEqual(len(self.rows(seal="unsealed", user="Administrator")), 2)

	def test_it_is_open_to_auditors_and_managers_and_to_nobody_else(self):
		note()
		for role in ("B2B Auditor", "B2B Manager", "System Manager"):
			with self.as_user(factories.user(role)):
				# as the desk sends them, which judges filters by the rights on what they link to
				given = {"reference_doctype": "B2B Settings", "user": "Administrator"}
				self.assertEqual(len(run_report(REPORT, filters=given)["result"]), 1)
				self.assertTrue(frappe.has_permission(audit.EVENT, "export"))
		for role in ("B2B Sales", "Sales Manager", "Accounts Manager"):
			with self.as_user(factories.user(role)):
				with self.assertRaises(frappe.PermissionError):
					run_report(REPORT, filters={})
				with self.assertRaises(frappe.PermissionError):
					business_events.execute({})
				with self.assertRaises(frappe.PermissionError):
					business_events.choices()

	def test_an_auditor_reads_events_and_no_document_of_ours(self):
		with self.as_user(factories.user("B2B Auditor")):
			self.assertTrue(frappe.has_permission(audit.EVENT, "read"))
			for doctype in ("B2B Settings", "B2B Registration", "SmartBill Account", "SmartBill Call"):
				self.assertFalse(frappe.has_permission(doctype, "read"), doctype)

	def test_no_more_rows_than_a_screen_bears_and_it_says_so(self):
		before = business_events.MAX_ROWS
		business_events.MAX_ROWS = 2
		self.addCleanup(setattr, business_events, "MAX_ROWS", before)
		for _time in range(3):
			note()
		_columns, rows, message = business_events.execute({})
		self.assertEqual(len(rows), 2)
		self.assertIn("2 of 3", message)

	def test_the_filters_offer_every_event_document_user_and_origin(self):
		with self.as_user(factories.user("B2B Auditor")):
			offered = {
				name: {one["value"] for one in values} for name, values in business_events.choices().items()
			}
		told = {audit.PROFORMA_ISSUED, audit.DOCUMENT_RENAMED, audit.PERSONAL_ERASED}
		self.assertLessEqual(told, offered["event"])
		self.assertNotIn(audit.EVENT, offered["event"])
		self.assertLessEqual({"Customer", "B2B Settings", "SmartBill Proforma"}, offered["reference_doctype"])
		self.assertIn("Administrator", offered["user"])
		self.assertIn("Data Import", offered["origin"])
