"""Going Live, here or again here: what this site does not know is shown first, and confirmed with a note."""

import json
from datetime import datetime, timezone
from typing import Any

import frappe

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.smartbill import golive, issue, modes
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.test_modes import ModesTestCase

NOTE = "compared with SmartBill's report"


class GoLiveTestCase(ModesTestCase):
	def setUp(self) -> None:
		super().setUp()
		# twenty questions are asked at SmartBill's pace; nobody need wait for it
		frozen = clock.frozen(datetime.now(timezone.utc))
		frozen.__enter__()
		self.addCleanup(frozen.__exit__, None, None, None)

	def go_live(self, **answer: Any) -> dict[str, Any]:
		frappe.db.commit()
		self.rest()
		return frappe.get_doc("SmartBill Account", self.account.name).go_live(**answer)

	def leave_live(self) -> None:
		account = self.fresh()
		account.mode = "Draft"
		account.save()
		frappe.db.commit()


class TestFirstTime(GoLiveTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.account.delete()
		self.account = factories.smartbill_account(
			self.sandbox.api_url, mode="Draft", proforma_series="PRFB2B"
		)
		frappe.db.commit()

	def test_a_fresh_series_needs_no_question(self):
		self.assertEqual(self.go_live(), {"live": True})
		account = self.fresh()
		self.assertEqual((account.mode, account.live_url), ("Live", modes.site_url()))
		self.assertIsNone(modes.refusal(account))
		event = frappe.get_last_doc("Business Event", {"reference_name": account.name})
		self.assertEqual(event.event, audit.ACCOUNT_WENT_LIVE)
		self.assertEqual(json.loads(event.after)["mode"], "Live")

	def test_a_used_series_is_asked_about_once(self):
		self.sandbox.foreign_document("PRFB2B")
		asked = self.go_live()
		self.assertFalse(asked["live"])
		self.assertEqual((asked["count"], asked["ranges"]), (1, {"PRFB2B": "1"}))
		self.assertEqual(self.fresh().mode, "Draft")
		self.assertIn("few words", self.go_live(reconciled=True)["problem"])
		self.assertTrue(self.go_live(reconciled=True, note=NOTE)["live"])
		event = frappe.get_last_doc("Business Event", {"event": audit.ACCOUNT_WENT_LIVE})
		self.assertIn(NOTE, event.reason)
		self.leave_live()
		self.assertTrue(self.go_live()["live"])

	def test_the_way_into_live_is_closed_while_something_is_wrong(self):
		for changes, word in (
			({"proforma_series": "NIMIC"}, "PRFB2B"),
			({"token": "wrong"}, "Autentificare"),
		):
			account = self.fresh()
			account.update(changes)
			account.save()
			self.assertIn(word, self.go_live()["problem"])
		frappe.db.set_value("SmartBill Account", self.account.name, {"paused": 1, "pause_reason": "401"})
		self.assertIn("Test the connection", self.go_live()["problem"])
		self.assertEqual(self.fresh().mode, "Draft")
		self.assertEqual(self.sandbox.writes(), [])

	def test_only_a_system_manager_switches_live_on(self):
		with self.as_user(factories.user("B2B Manager")), self.assertRaises(frappe.PermissionError):
			self.go_live()
		with self.as_user(factories.user("B2B Manager")), self.assertRaises(frappe.PermissionError):
			golive.switch_live_on(self.account.name)


class TestAgain(GoLiveTestCase):
	def test_where_it_is_live_already_nothing_is_asked(self):
		calls = len(self.sandbox.calls())
		self.assertEqual(self.go_live(), {"live": True})
		self.assertEqual(len(self.sandbox.calls()), calls)

	def test_a_copied_site_asks_even_when_every_number_is_known(self):
		self.sandbox.seed()
		frappe.db.set_value("SmartBill Account", self.account.name, "proforma_series", "PRFB2B")
		with self.copied_site(host_name="https://staging.example.com"):
			asked = self.go_live()
			self.assertFalse(asked["live"])
			self.assertIn("another site", asked["why"][0])
			self.assertEqual(asked["count"], 0)
			self.assertTrue(self.go_live(reconciled=True, note=NOTE)["live"])
			self.assertIsNone(modes.refusal(self.fresh()))
		# the first site is not the real one any more
		self.assertTrue(modes.refusal(self.fresh()))

	def test_a_restored_backup_is_shown_what_it_issued_and_of_which_quotation(self):
		# what was there before is accepted, so that only the rest is asked about
		self.leave_live()
		self.assertTrue(self.go_live(reconciled=True, note=NOTE)["live"])
		self.rest()
		issued: list[Any] = []
		self.restore_backup_of(lambda: issued.append(self.issue_one()))
		gone = issued[0]
		self.sandbox.foreign_document(factories.SERIES)
		self.sandbox.foreign_document(factories.SERIES, "Ref. SAL-QTN-NOT-HERE/1")

		asked = self.go_live()
		self.assertIn("older", asked["why"][0])
		self.assertEqual(asked["ranges"], {factories.SERIES: "227-229"})
		seen = {row["number"]: row for row in asked["unknown"]}
		self.assertEqual(seen["0227"]["quotation"], gone.quotation)
		self.assertIn("link it", seen["0227"]["text"])
		self.assertEqual(seen["0228"]["reference"], "")
		self.assertIn("does not have", seen["0229"]["text"])
		self.assertTrue(modes.refusal(self.fresh()))

		self.assertTrue(self.go_live(reconciled=True, note=NOTE)["live"])
		self.assertIsNone(modes.refusal(self.fresh()))
		self.assertEqual(json.loads(self.fresh().sent_numbers)["p/PRF2"], 229)
		self.rest()
		self.assertEqual(self.issue_one().number, "0230")

	def test_one_looks_at_the_last_twenty_in_two_steps(self):
		self.leave_live()
		asked = self.go_live()
		self.assertEqual((asked["count"], len(asked["unknown"]), asked["not_looked_at"]), (226, 10, 10))

	def test_what_was_shown_is_not_looked_at_again(self):
		self.leave_live()
		self.assertTrue(self.go_live(reconciled=True, note=NOTE)["live"])
		self.leave_live()
		for _number in range(12):
			self.sandbox.foreign_document(factories.SERIES)
		asked = self.go_live()
		self.assertEqual((len(asked["unknown"]), asked["not_looked_at"]), (10, 2))
		rest = self.go_live(looked_at=asked["looked_at"])
		self.assertEqual([row["number"] for row in rest["unknown"]], ["0228", "0227"])

	def test_an_unreadable_file_of_numbers_is_written_anew(self):
		self.issue_one()
		self.file().write_text("[]")
		self.assertIn("cannot be read", self.go_live()["why"][0])
		self.assertTrue(self.go_live(reconciled=True, note=NOTE)["live"])
		self.assertIsNone(modes.refusal(self.fresh()))

	def test_issuing_goes_on_after_it(self):
		with self.copied_site(host_name="https://new.example.com"):
			self.go_live(reconciled=True, note=NOTE)
			quotation = factories.quotation()
			frappe.db.commit()
			self.rest()
			self.assertEqual(issue.issue(quotation).document.status, "Issued")
