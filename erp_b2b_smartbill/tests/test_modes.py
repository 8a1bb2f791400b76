"""Off, Draft and Live: what leaves this site for SmartBill, and what does not.

A copied site has another address or another id; a backup restored in place has an older database. Nothing that writes
may leave either of them.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import frappe

from erp_b2b_smartbill.exceptions import Conflict
from erp_b2b_smartbill.smartbill import accounts, high_water, issue, modes
from erp_b2b_smartbill.smartbill.client import Client
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import SandboxTestCase

NUMBERED = json.dumps({"seriesName": factories.SERIES, "isDraft": False})
DRAFT = json.dumps({"seriesName": factories.SERIES, "isDraft": True})

# every method of the client that changes something, with and without a number
WRITES: dict[str, Callable[[Client], Any]] = {
	"create_proforma": lambda client: client.create_proforma(NUMBERED),
	"create_invoice": lambda client: client.create_invoice(NUMBERED),
	"send_document": lambda client: client.send_document(json.dumps({"type": "proforma"})),
	"cancel_proforma": lambda client: client.cancel_proforma(factories.SERIES, "0227"),
	"restore_proforma": lambda client: client.restore_proforma(factories.SERIES, "0227"),
}


class ModesTestCase(SandboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		factories.company()
		self.account = factories.smartbill_account(self.sandbox.api_url)
		self.switch(True)
		frappe.db.commit()
		# tests that issued before leave one too: the file belongs to the site
		self.file().unlink(missing_ok=True)
		self.addCleanup(self.file().unlink, missing_ok=True)

	def fresh(self) -> Any:
		frappe.db.rollback()
		return frappe.get_doc("SmartBill Account", self.account.name)

	def file(self) -> Path:
		return Path(frappe.get_site_path(high_water.FILE))

	@contextlib.contextmanager
	def copied_site(self, **changes: str) -> Iterator[None]:
		before = {key: frappe.conf.get(key) for key in changes}
		frappe.conf.update(changes)
		try:
			yield
		finally:
			frappe.conf.update(before)

	def issue_one(self) -> Any:
		quotation = factories.quotation()
		frappe.db.commit()
		return issue.issue(quotation).document

	def restore_backup_of(self, work: Callable[[], None]) -> None:
		"""The database as it was before the work, the site's folder as it is after it."""
		before = frappe.db.get_value("SmartBill Account", self.account.name, "sent_numbers")
		work()
		frappe.db.set_value("SmartBill Account", self.account.name, "sent_numbers", before)
		frappe.db.delete("SmartBill Proforma", {"account": self.account.name})
		frappe.db.commit()
		self.rest()

	def assert_nothing_leaves(self) -> None:
		self.assertTrue(modes.refusal(self.fresh()))
		self.assertFalse(modes.may_work_alone(self.fresh()))
		writes = self.sandbox.writes()
		quotation = factories.quotation()
		frappe.db.commit()
		with self.assertRaises(Conflict) as refused:
			issue.issue(quotation)
		self.assertEqual(refused.exception.code, "not_live")
		for name, write in WRITES.items():
			with self.subTest(write=name):
				self.rest()
				outcome = write(accounts.connect(self.fresh()))
				self.assertEqual((outcome.sent, outcome.reason), (False, accounts.NOT_WRITABLE))
		self.assertEqual(self.sandbox.writes(), writes)


class TestLive(ModesTestCase):
	def test_the_table_of_writes_is_complete(self):
		client = Client(accounts.access_to(self.account), lambda call: None)
		called = []
		client._call = lambda operation, method, *rest, **more: called.append(method) or (200, b"{}")
		for name in dir(Client):
			if name.startswith("_") or not callable(getattr(Client, name)):
				continue
			called.clear()
			with contextlib.suppress(TypeError):
				getattr(client, name)(*["{}"] * 1)
			with contextlib.suppress(TypeError):
				getattr(client, name)("A", "1")
			if set(called) - {"GET"}:
				self.assertIn(name, WRITES)

	def test_on_its_own_site_everything_goes(self):
		self.assertIsNone(modes.refusal(self.fresh()))
		self.assertEqual(self.issue_one().status, "Issued")

	def test_a_copied_site_sends_nothing_whether_its_address_or_its_id_differs(self):
		for changes in (
			{"host_name": "https://staging.example.com"},
			{modes.SITE_ID: "another"},
			{modes.SITE_ID: ""},
		):
			with self.copied_site(**changes):
				self.assert_nothing_leaves()

	def test_a_backup_restored_in_place_sends_nothing(self):
		self.restore_backup_of(self.issue_one)
		self.assertIn("older", modes.refusal(self.fresh()))
		self.assert_nothing_leaves()

	def test_a_copy_may_still_be_asked_to_read(self):
		with self.copied_site(host_name="https://staging.example.com"):
			self.assertEqual(accounts.connect(self.fresh()).series().status, 200)

	def test_choosing_live_in_the_form_is_refused(self):
		account = self.fresh()
		account.mode = "Off"
		account.save()
		account.mode = "Live"
		with self.assertRaises(frappe.ValidationError):
			account.save()


class TestOtherModes(ModesTestCase):
	def test_draft_lets_drafts_through_and_nothing_with_a_number(self):
		account = self.fresh()
		account.mode = "Draft"
		account.save()
		frappe.db.commit()
		for name, write in WRITES.items():
			with self.subTest(write=name):
				self.rest()
				self.assertEqual(write(accounts.connect(self.fresh())).reason, accounts.NOT_WRITABLE)
		self.assertEqual(self.sandbox.writes(), [])
		self.rest()
		accounts.connect(self.fresh()).create_proforma(DRAFT)
		self.assertEqual(len(self.sandbox.writes()), 1)

	def test_off_and_a_pause_let_nothing_through(self):
		for changes in ({"mode": "Off"}, {"mode": "Live", "paused": 1}):
			frappe.db.set_value("SmartBill Account", self.account.name, changes)
			frappe.db.commit()
			self.assertFalse(modes.may_work_alone(self.fresh()))
			self.assertEqual(WRITES["create_proforma"](accounts.connect(self.fresh())).sent, False)
		self.assertEqual(self.sandbox.writes(), [])

	def test_a_copy_that_was_switched_to_draft_does_not_read_by_itself(self):
		account = self.fresh()
		account.mode = "Draft"
		account.save()
		frappe.db.commit()
		self.assertTrue(modes.may_work_alone(self.fresh()))
		with self.copied_site(host_name="https://staging.example.com"):
			self.assertFalse(modes.may_work_alone(self.fresh()))


class TestHighWater(ModesTestCase):
	def test_the_number_is_kept_outside_the_database_before_it_is_sent(self):
		self.file().unlink(missing_ok=True)
		self.sandbox.fault("drop", when="before")
		self.issue_one()
		[numbers] = [
			numbers
			for ledger, numbers in json.loads(self.file().read_text()).items()
			if ledger.startswith(self.account.name)
		]
		self.assertEqual(numbers, {f"p/{factories.SERIES}": 227})
		self.assertIsNone(modes.foreign(self.fresh()))

	def test_a_missing_file_says_nothing(self):
		self.issue_one()
		self.file().unlink()
		self.assertIsNone(modes.refusal(self.fresh()))

	def test_a_file_that_cannot_be_read_stops_everything(self):
		self.issue_one()
		self.file().write_text("{")
		self.assert_nothing_leaves()

	def test_an_older_database_does_not_heal_by_sending(self):
		self.restore_backup_of(lambda: modes.note_sent(self.account.name, "p", "PRF2", 40))
		modes.note_sent(self.account.name, "p", "PRF2", 41)
		self.assertEqual(modes.numbers_behind(self.fresh()), {"p/PRF2": (40, 0)})

	def test_what_others_send_while_the_account_is_looked_at_is_no_restored_backup(self):
		self.issue_one()
		read_before = self.fresh()
		modes.note_sent(self.account.name, "p", factories.SERIES, 500)
		self.assertIsNone(modes.foreign(read_before))
		# as the check just before a write reads it
		read_before = frappe._dict(read_before.as_dict())
		modes.note_sent(self.account.name, "p", factories.SERIES, 501)
		self.assertIsNone(modes.refusal(read_before, numbered=True))

	def test_series_of_two_kinds_are_kept_apart(self):
		modes.note_sent(self.account.name, "p", "DUBLU", 9)
		modes.note_sent(self.account.name, "f", "DUBLU", 5)
		modes.note_sent(self.account.name, "p", "DUBLU", 3)
		modes.note_sent(self.account.name, "p", "DUBLU", 0)
		self.assertEqual(json.loads(self.fresh().sent_numbers), {"p/DUBLU": 9, "f/DUBLU": 5})

	def test_an_account_made_again_begins_anew(self):
		modes.note_sent(self.account.name, "p", "PRF2", 40)
		frappe.delete_doc("SmartBill Account", self.account.name, force=True)
		self.account = factories.smartbill_account(self.sandbox.api_url)
		frappe.db.commit()
		self.assertIsNone(modes.refusal(self.fresh()))

	def test_a_full_disk_does_not_stop_what_is_claimed_already(self):
		self.file().mkdir()
		self.addCleanup(self.file().rmdir)
		modes.note_sent(self.account.name, "p", "PRF2", 40)
		self.assertTrue(frappe.db.exists("Error Log", {"method": ["like", "%highest number%"]}))
