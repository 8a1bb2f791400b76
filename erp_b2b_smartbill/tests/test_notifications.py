"""The Notifications that the app ships: what needs a person and nobody told of yet, once, and to whom it concerns."""

from datetime import timedelta
from typing import Any
from unittest import mock

import frappe
from frappe.core.doctype.log_settings.log_settings import LogSettings
from frappe.email.doctype.notification.notification import evaluate_alert

from erp_b2b_smartbill import clock, features, hooks
from erp_b2b_smartbill.custom_fields import MODULE
from erp_b2b_smartbill.doctype.smartbill_sync_run.smartbill_sync_run import SmartBillSyncRun
from erp_b2b_smartbill.smartbill import accounts
from erp_b2b_smartbill.smartbill.hosts import DEFAULT_API_URL
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import CommittingTestCase, ServerTestCase

SHIPPED = {
	"B2B Registration Waiting",
	"Credit Limit Request Waiting",
	"SmartBill Account Paused",
	"SmartBill Invoice Unsettled",
	"SmartBill Proforma Unsettled",
	"SmartBill Sync Late",
}


def told(user: str, name: str) -> list[str]:
	return frappe.get_all("Notification Log", {"for_user": user, "document_name": name}, pluck="subject")


class TellingTestCase(CommittingTestCase):
	"""What is told is told at once: a worker does it elsewhere."""

	def setUp(self) -> None:
		super().setUp()
		patched = mock.patch.object(frappe, "enqueue", make_at_once)
		patched.start()
		self.addCleanup(patched.stop)


def make_at_once(method: str, **values: Any) -> None:
	if method.endswith("make_notification_logs"):
		frappe.get_attr(method)(doc=values["doc"], users=values["users"])


class TestWhatIsShipped(ServerTestCase):
	def test_they_are_standard_notifications_and_nothing_else_is_changed(self):
		shipped = frappe.get_all(
			"Notification", {"module": MODULE}, ["name", "is_standard", "enabled", "set_property_after_alert"]
		)
		self.assertEqual({one.name for one in shipped}, SHIPPED)
		for one in shipped:
			self.assertEqual((one.is_standard, one.enabled), (1, 1), one)
			self.assertFalse(one.set_property_after_alert)

	def test_an_administrator_may_switch_one_off(self):
		notification = frappe.get_doc("Notification", "SmartBill Account Paused")
		notification.enabled = 0
		notification.save()


class TestAPausedAccount(TellingTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.manager = factories.user("B2B Manager")
		self.seller = factories.user("B2B Sales")
		self.account = factories.smartbill_account(DEFAULT_API_URL).name
		self.switch(True)

	def pause(self) -> list[str]:
		accounts.pause(self.account, "Autentificare esuata")
		return told(self.manager, self.account)

	def test_managers_are_told_once_and_sellers_are_not(self):
		self.assertEqual(len(self.pause()), 1)
		self.assertIn("Autentificare", self.pause()[0])
		self.assertEqual(len(self.pause()), 1)
		self.assertEqual(told(self.seller, self.account), [])

	def test_nobody_is_told_while_proformas_are_off(self):
		self.switch(False)
		self.assertEqual(self.pause(), [])

	def test_a_notification_that_fails_does_not_keep_the_account_from_being_paused(self):
		path = "frappe.email.doctype.notification.notification.evaluate_alert"
		with mock.patch(path, side_effect=ValueError("broken by hand")):
			self.assertEqual(self.pause(), [])
		self.assertEqual(frappe.db.get_value("SmartBill Account", self.account, "paused"), 1)


class TestWhatStillWaits(TellingTestCase):
	"""Frappe looks once a day."""

	def setUp(self) -> None:
		super().setUp()
		self.manager = factories.user("B2B Manager")
		self.switches = (features.REGISTRATION, features.OVERVIEW, features.SYNC)
		before = {switch: frappe.db.get_single_value("B2B Settings", switch) for switch in self.switches}
		self.addCleanup(self.turn, before)
		self.turn(dict.fromkeys(self.switches, 1))
		self.switch(True)

	def turn(self, values: dict[str, Any]) -> None:
		for switch, on in values.items():
			frappe.db.set_single_value("B2B Settings", switch, int(on or 0))
		frappe.db.commit()

	def row(self, doctype: str, **values: Any) -> str:
		doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(length=10), **values})
		doc.db_insert()
		return doc.name

	def daily(self, notification: str, name: str) -> list[str]:
		"""What the manager is told of the document when Frappe looks for what this Notification is about."""
		alert = frappe.get_doc("Notification", notification)
		for doc in alert.get_documents_for_today():
			if doc.name == name:
				evaluate_alert(doc, alert, alert.event)
		subjects = told(self.manager, name)
		frappe.db.delete("Notification Log", {"document_name": name})
		return subjects

	def assert_tells(
		self, notification: str, doctype: str, field: str, days: int, settled: dict[str, Any], **values: Any
	) -> None:
		name = self.row(doctype, **{field: clock.now() - timedelta(days=days)}, **values)
		subjects = self.daily(notification, name)
		self.assertEqual(len(subjects), 1, subjects)
		for early_or_late in (days - 1, days + 1):
			moment = clock.now() - timedelta(days=early_or_late)
			frappe.db.set_value(doctype, name, field, moment)
			self.assertEqual(self.daily(notification, name), [])
		frappe.db.set_value(doctype, name, {field: clock.now() - timedelta(days=days)})
		self.assertEqual(len(self.daily(notification, name)), 1)
		with mock.patch.object(features, "is_on", return_value=False):
			self.assertEqual(self.daily(notification, name), [])
		frappe.db.set_value(doctype, name, settled)
		self.assertEqual(self.daily(notification, name), [])

	def test_a_document_of_unknown_outcome(self):
		for kind in ("Proforma", "Invoice"):
			with self.subTest(kind=kind):
				self.assert_tells(
					f"SmartBill {kind} Unsettled",
					f"SmartBill {kind}",
					"claimed_at",
					1,
					{"status": "Issued"},
					status="Unknown",
					needs_person=1,
				)

	def test_one_that_settles_by_itself_is_left_to_it(self):
		yesterday = clock.now() - timedelta(days=1)
		name = self.row("SmartBill Proforma", claimed_at=yesterday, status="Unknown", needs_person=0)
		self.assertEqual(self.daily("SmartBill Proforma Unsettled", name), [])

	def test_a_registration(self):
		self.assert_tells(
			"B2B Registration Waiting",
			"B2B Registration",
			"submitted_at",
			2,
			{"status": "Approved"},
			status="Pending",
			company_name="Atelier SRL",
		)

	def test_a_request_for_a_credit_limit_and_not_of_whom(self):
		self.assert_tells(
			"Credit Limit Request Waiting",
			"Credit Limit Request",
			"requested_at",
			2,
			{"status": "Rejected"},
			status="Open",
			customer_name="Confidential SRL",
		)

	def test_clients_that_were_not_read_for_two_nights(self):
		name = factories.smartbill_account(DEFAULT_API_URL, sync_nightly=1).name
		notification = "SmartBill Sync Late"
		for days, expected in ((1, 0), (2, 1), (3, 0)):
			moment = clock.now() - timedelta(days=days)
			frappe.db.set_value("SmartBill Account", name, "last_synced_at", moment, update_modified=False)
			self.assertEqual(len(self.daily(notification, name)), expected, days)
		two = clock.now() - timedelta(days=2)
		frappe.db.set_value("SmartBill Account", name, {"last_synced_at": two, "mode": "Off"})
		self.assertEqual(self.daily(notification, name), [])


class TestRetention(CommittingTestCase):
	def run_of(self, days: int, **values: Any) -> str:
		moment = clock.now() - timedelta(days=days)
		doc = frappe.get_doc(
			{
				"doctype": "SmartBill Sync Run",
				"name": frappe.generate_hash(length=10),
				"source": "API",
				"status": "Completed",
				"ended_at": moment,
				**values,
			}
		)
		doc.db_insert()
		return doc.name

	def test_what_the_nights_leave_goes_and_what_failed_stays(self):
		old, new = self.run_of(200), self.run_of(10)
		failed = self.run_of(200, status="Failed")
		partly = self.run_of(200, status="Completed With Errors")
		imported = self.run_of(200, source="File")
		named = self.run_of(200)
		client = frappe.get_doc(
			{"doctype": "SmartBill Client", "name": frappe.generate_hash(length=10), "last_run": named}
		)
		client.db_insert()
		SmartBillSyncRun.clear_old_logs(180)
		kept = {name for name in (old, new, failed, partly, imported, named) if exists(name)}
		self.assertEqual(kept, {new, failed, partly, imported, named})

	def test_log_settings_offers_both_logs(self):
		settings: LogSettings = frappe.get_doc("Log Settings")
		settings.logs_to_clear = []
		settings.add_default_logtypes()
		days = {row.ref_doctype: row.days for row in settings.logs_to_clear}
		self.assertLessEqual(hooks.default_log_clearing_doctypes.items(), days.items())
		settings.remove_unsupported_doctypes()
		self.assertIn("SmartBill Sync Run", {row.ref_doctype for row in settings.logs_to_clear})


def exists(name: str) -> bool:
	return bool(frappe.db.exists("SmartBill Sync Run", name))
