"""The base of every server test: it runs under a bench's test runner (v15, v16) and under pytest alike.

It connects nothing: whoever runs the tests has opened a site. What a test writes is rolled back after it, so
tests neither see each other nor leave anything behind.
"""

import contextlib
import os
import unittest
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import frappe
from frappe.cache_manager import clear_defaults_cache

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.features import PROFORMA
from erp_b2b_smartbill.tests import books
from erp_b2b_smartbill.tests.sandbox import Sandbox

# what tests of committing code leave, children before parents
LEFT_BEHIND = (
	"SmartBill Call",
	"Email Queue",
	"Communication",
	"Email Account",
	"SmartBill Issue Run",
	"SmartBill Invoice",
	"SmartBill Proforma",
	"Notification Log",
	"ToDo",
	"Business Event",
	"File",
	"Comment",
	"Version",
	"Error Log",
	"B2B Registration",
	"Credit Limit Request",
	"Quotation Response",
	"Customer Item Preference",
	"Item Recommendation",
	"Item Association",
	"Customer Sync Conflict",
	"SmartBill Client",
	"SmartBill Sync Run",
	"Customer External Link",
	"Quotation",
	"SmartBill Account",
	"Pricing Rule",
	"Item Price",
	"Item",
	"Customer",
	"B2B Tier",
	"Contact",
	"Address",
	"User Permission",
	"User",
)

MADE_ONCE = "made_once"


class ServerTestCase(unittest.TestCase):
	"""One transaction a test, as Administrator, with an empty message log."""

	# tells pytest's fixtures to connect a site; a bench has done that already
	needs_site = True

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		frappe.db.rollback()
		frappe.set_user("Administrator")
		books.make_what_stays()

	def setUp(self) -> None:
		self.start_clean()
		self.addCleanup(self.start_clean)

	def start_clean(self) -> None:
		self.roll_back()
		frappe.set_user("Administrator")
		frappe.clear_messages()
		frappe.flags.error_message = None
		# the answer of a page that a test before this one rendered
		frappe.local.response = frappe._dict(docs=[])
		# documents of the rolled back transaction must not come back from the cache
		forget_documents()
		frappe.db.value_cache.clear()
		forget_the_request()

	def roll_back(self) -> None:
		frappe.db.rollback()

	@contextlib.contextmanager
	def as_user(self, user: str) -> Iterator[None]:
		before = frappe.session.user
		frappe.set_user(user)
		forget_the_request()
		try:
			yield
		finally:
			frappe.set_user(before)
			forget_the_request()


class MadeOnceTestCase(ServerTestCase):
	"""Every test begins with what `make_once` wrote, which is made once for the class and rolled back to after each. For
	tests that commit nothing, neither themselves nor by code that they call."""

	@classmethod
	def make_once(cls) -> None:
		raise NotImplementedError

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.addClassCleanup(frappe.db.rollback)
		cls.make_once()
		frappe.db.savepoint(MADE_ONCE)

	def roll_back(self) -> None:
		frappe.db.rollback(save_point=MADE_ONCE)


class CommittingTestCase(ServerTestCase):
	"""For code that commits. What a test made is deleted after it: every row of LEFT_BEHIND that is newer than the
	test, with its children, and the switches of B2B Settings."""

	def setUp(self) -> None:
		super().setUp()
		self._before = set(standing())
		self._switch_before = frappe.db.get_single_value("B2B Settings", PROFORMA)
		self.addCleanup(self._delete_what_was_made)
		self.addCleanup(clock.use, None)

	def switch(self, on: bool) -> None:
		frappe.db.set_single_value("B2B Settings", PROFORMA, int(on))
		frappe.db.commit()

	def _delete_what_was_made(self) -> None:
		self.start_clean()
		made: dict[str, list[str]] = {}
		for doctype, name in standing():
			if (doctype, name) not in self._before:
				made.setdefault(doctype, []).append(name)
		for doctype, names in made.items():
			delete_rows(doctype, *names)
		frappe.db.set_single_value("B2B Settings", PROFORMA, self._switch_before)
		frappe.db.commit()


class SandboxTestCase(CommittingTestCase):
	"""For what speaks to SmartBill: the sandbox of SMARTBILL_SANDBOX_URL, fresh for every test."""

	def setUp(self) -> None:
		if not os.environ.get("SMARTBILL_SANDBOX_URL"):
			self.skipTest("SMARTBILL_SANDBOX_URL is not set: no sandbox to speak to")
		super().setUp()
		self.sandbox = Sandbox(os.environ["SMARTBILL_SANDBOX_URL"])
		self.sandbox.reset()
		self.addCleanup(self.sandbox.reset)
		self._allow_sandbox()

	def rest(self) -> None:
		"""As if nothing had been asked of SmartBill lately: a test makes the calls of minutes in no time."""
		frappe.db.rollback()
		for name in frappe.get_all("SmartBill Account", pluck="name"):
			idle = {"gate_shared_at": None, "gate_clicks_at": None, "gate_bulk_at": None}
			frappe.db.set_value("SmartBill Account", name, idle, update_modified=False)
		frappe.db.commit()

	def _allow_sandbox(self) -> None:
		before = frappe.conf.get("smartbill_allowed_hosts")
		frappe.conf.smartbill_allowed_hosts = ["127.0.0.1", "localhost"]
		self.addCleanup(frappe.conf.__setitem__, "smartbill_allowed_hosts", before)


def number_of_queries(work: Callable[[], Any]) -> int:
	"""How many the work asks."""
	with mock.patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
		work()
	return sql.call_count


def forget_documents() -> None:
	"""What the cache holds of documents, and not what it holds of DocTypes: they take longer to read than a test."""
	frappe.local.document_cache = {}
	frappe.cache.delete_keys("document_cache::")
	# what was found in rows that were rolled back: a test that takes roles away would take them from all after it
	frappe.cache.delete_value("roles")
	getattr(frappe, "client_cache", frappe.cache).delete_keys("notifications")


def forget_default(key: str) -> None:
	"""A default of the whole site is not set any more. Frappe's own way to say so forgets all DocTypes with it."""
	frappe.db.delete("DefaultValue", {"defkey": key})
	clear_defaults_cache()


def forget_the_request() -> None:
	"""What is kept for a request, such as rights: all tests here would share it."""
	if hasattr(frappe.local, "request_cache"):
		frappe.local.request_cache.clear()


def standing() -> list[tuple[str, str]]:
	"""Every document of LEFT_BEHIND, in that order, by one question for all: each test asks twice."""
	parts = [
		f"select {place} as place, name from `tab{doctype}`" for place, doctype in enumerate(LEFT_BEHIND)
	]
	rows = frappe.db.sql(f"{' union all '.join(parts)} order by place")
	return [(LEFT_BEHIND[place], name) for place, name in rows]


def delete_rows(doctype: str, *names: str) -> None:
	"""Documents without their hooks: some of ours refuse to be deleted."""
	if doctype == "File":
		for name in names:
			# the file itself goes too; for all else that Frappe does with it, hundreds of tests would wait
			frappe.get_doc("File", name)._delete_file_on_disk()
			frappe.db.delete("File", {"name": name})
		return
	for at in range(0, len(names), 1000):
		some = ["in", names[at : at + 1000]]
		for field in frappe.get_meta(doctype).get_table_fields():
			frappe.db.delete(field.options, {"parent": some, "parenttype": doctype})
		frappe.db.delete(doctype, {"name": some})
