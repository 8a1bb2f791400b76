"""Issuing a proforma, from a submitted Quotation to number and PDF, against the SmartBill sandbox."""

import json
import time
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.exceptions import (
	AppError,
	Conflict,
	NotReady,
	SeriesUnsettled,
	SmartBillCredentialsRefused,
	SmartBillRateLimited,
	SmartBillRefused,
	SmartBillUnreachable,
)
from erp_b2b_smartbill.smartbill import claim, states
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill.client import Client
from erp_b2b_smartbill.smartbill.payload import fingerprint
from erp_b2b_smartbill.smartbill.view import proforma_view
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import SandboxTestCase


class WorkerKilled(BaseException):
	"""Stands for a process that ends: nothing of the app catches it."""


class IssueTestCase(SandboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		factories.company()
		self.account = factories.smartbill_account(self.sandbox.api_url)
		self.switch(True)
		frappe.db.commit()

	def quotation(self, **values: Any) -> Any:
		doc = factories.quotation(**values)
		frappe.db.commit()
		return doc

	def issue(self, quotation: Any) -> issuing.Result:
		self.rest()
		return issuing.issue(frappe.get_doc("Quotation", quotation.name))

	def refuse(self, kind: type[AppError], quotation: Any) -> AppError:
		with self.assertRaises(kind) as caught:
			self.issue(quotation)
		frappe.db.rollback()
		return caught.exception

	def stored(self, quotation: Any) -> Any:
		frappe.db.rollback()
		return claim.current(quotation.name)

	def stop_clock(self) -> None:
		frozen = clock.frozen(datetime.now(timezone.utc))
		self.move = frozen.__enter__()
		self.addCleanup(frozen.__exit__, None, None, None)


class TestIssuing(IssueTestCase):
	def test_gives_number_link_and_pdf_to_proforma_and_quotation(self):
		quotation = self.quotation(items=[{"discount_percentage": 10}])
		result = self.issue(quotation)
		self.assertTrue(result.issued_now)

		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.series, doc.number), (states.ISSUED, "PRF2", "0227"))
		self.assertEqual(doc.expected_number, 227)
		self.assertEqual(doc.live_key, quotation.name)
		self.assertEqual(doc.payload_hash, fingerprint(doc.payload))
		self.assertEqual(doc.verdict, "created (14)")
		self.assertTrue(doc.sent_at and doc.claimed_at and doc.answered_at)
		self.assertTrue(doc.get_password("view_url").startswith("http"))

		document = self.sandbox.documents()[0]
		self.assertEqual(json.loads(doc.payload), document["request"])
		self.assertIn(f"Ref. {quotation.name}/1", document["request"]["mentions"])
		self.assertEqual(str(document["id"]), doc.document_id)
		self.assertEqual(float(document["totals"]["gross"]), doc.predicted_total_by_row)

		quotation.reload()
		self.assertEqual(quotation.smartbill_proforma, doc.name)
		self.assertEqual(quotation.smartbill_status, states.ISSUED)
		self.assertEqual(quotation.smartbill_number, "PRF2 0227")
		self.assertEqual(quotation.smartbill_pdf, doc.pdf)

		files = frappe.get_all("File", {"file_url": doc.pdf}, ["name", "attached_to_doctype", "is_private"])
		self.assertEqual(
			sorted(file.attached_to_doctype for file in files), ["Quotation", "SmartBill Proforma"]
		)
		for file in files:
			self.assertEqual(file.is_private, 1)
			with open(frappe.get_doc("File", file.name).get_full_path(), "rb") as stored:
				self.assertTrue(stored.read().startswith(b"%PDF-"))

	def test_twice_gives_the_same_proforma(self):
		quotation = self.quotation()
		first, second = self.issue(quotation), self.issue(quotation)
		self.assertEqual(first.proforma.name, second.proforma.name)
		self.assertFalse(second.issued_now)
		self.assertEqual(len(self.sandbox.creates()), 1)

	def test_a_second_claim_is_stopped_by_the_key_where_the_lock_does_not_reach(self):
		quotation = self.quotation()
		theirs = self.issue(quotation).proforma
		doc = frappe.copy_doc(theirs, ignore_no_copy=False)
		doc.update({"status": states.SENDING, "number": None})
		doc.flags.written_by_claim = True
		with self.assertRaises(frappe.UniqueValidationError):
			doc.insert()

	def test_the_number_of_a_series_is_taken_once(self):
		first, second = self.quotation(), self.quotation()
		issued = self.issue(first).proforma
		# the counter goes back, as after somebody deleted the last document in SmartBill
		self.sandbox.reset()
		result = self.issue(second)
		self.assertEqual(result.proforma.status, states.UNKNOWN)
		self.assertTrue(result.proforma.needs_person)
		self.assertIn(issued.name, result.proforma.error)
		self.assertFalse(result.issued_now)

	def test_the_public_link_is_shown_nowhere(self):
		quotation = self.quotation()
		doc = self.issue(quotation).proforma
		link = doc.get_password("view_url")
		self.assertIn("/documente/extern/", link)
		shown = [proforma_view(doc), frappe.get_doc("SmartBill Proforma", doc.name).as_dict()]
		for doctype in ("SmartBill Call", "Business Event", "Error Log", "SmartBill Proforma", "Quotation"):
			shown.append(frappe.get_all(doctype, fields=["*"]))
		text = frappe.as_json(shown)
		self.assertNotIn("/documente/extern/", text)
		self.assertNotIn("demo-token", text)
		self.assertNotIn("ZGVtb0", text)

	def test_keeps_one_record_of_every_call_and_one_event_of_every_step(self):
		quotation = self.quotation()
		doc = self.issue(quotation).proforma
		calls = frappe.get_all(
			"SmartBill Call",
			{"proforma": doc.name},
			["operation", "http_status", "failed"],
			order_by="creation",
		)
		self.assertEqual(
			[(call.operation, call.http_status, call.failed) for call in calls],
			[("series", 200, 0), ("create proforma", 200, 0), ("proforma PDF", 200, 0)],
		)
		events = frappe.get_all(
			"Business Event", {"reference_name": doc.name}, pluck="event", order_by="creation"
		)
		self.assertEqual(events, ["Proforma claimed", "Proforma issued", "Proforma PDF stored"])

	def test_uses_the_date_of_romania(self):
		quotation = self.quotation()
		with clock.frozen(datetime(2026, 11, 23, 22, 30, tzinfo=timezone.utc)):
			doc = self.issue(quotation).proforma
		self.assertEqual(str(doc.issue_date), "2026-11-24")

	def test_a_number_that_is_not_the_expected_one_is_kept_with_a_notice(self):
		quotation = self.quotation()
		series = Client.series

		def then_somebody_types_one(client: Client, kind: str = "p") -> Any:
			answer = series(client, kind)
			self.sandbox.foreign_document(factories.SERIES)
			return answer

		with patch.object(Client, "series", then_somebody_types_one):
			doc = self.issue(quotation).proforma
		self.assertEqual((doc.status, doc.number, doc.verdict), (states.ISSUED, "0228", "created (15)"))
		self.assertIn("not the expected one", doc.notices)
		self.assertIsNone(doc.error)

	def test_11_percent_and_exempt_rows_follow_the_accounts_map(self):
		rows = [
			{"item_tax_template": factories.item_tax_template(11)},
			{"item_tax_template": factories.item_tax_template(0)},
			{},
		]
		quotation = self.quotation(items=rows)
		self.issue(quotation)
		sent = self.sandbox.documents()[0]["request"]["products"]
		self.assertEqual(
			[(row["taxName"], row["taxPercentage"]) for row in sent],
			[("Redusa", 11), ("SDD", 0), ("Normala", 21)],
		)


class TestRefusing(IssueTestCase):
	def test_only_a_submitted_quotation_is_sent(self):
		draft = self.quotation(submit=False)
		self.assertEqual(self.refuse(Conflict, draft).code, "not_submitted")
		cancelled = self.quotation()
		cancelled.cancel()
		frappe.db.commit()
		self.assertEqual(self.refuse(Conflict, cancelled).code, "cancelled")
		lost = self.quotation()
		frappe.db.set_value("Quotation", lost.name, "status", "Lost")
		frappe.db.commit()
		self.assertEqual(self.refuse(Conflict, lost).code, "lost")
		self.assertEqual(self.sandbox.creates(), [])

	def test_all_problems_come_at_once_and_nothing_is_stored(self):
		self.account.units = []
		self.account.vat_rates = []
		self.account.save()
		customer = factories.customer(address=None)
		error = self.refuse(NotReady, self.quotation(party_name=customer.name))
		self.assertEqual(
			[problem["field"] for problem in error.problems],
			["customer_address", "items[1].uom", "items[1].item_tax_template"],
		)
		self.assertEqual(error.problems[1]["name"], self.account.name)
		self.assertEqual(frappe.db.count("SmartBill Proforma", {"company": factories.COMPANY}), 0)

	def test_a_company_without_an_account_is_told_so(self):
		quotation = self.quotation()
		self.account.mode = "Off"
		self.account.save()
		frappe.db.commit()
		self.assertEqual(self.refuse(NotReady, quotation).problems[0]["field"], "company")

	def test_an_address_that_is_not_allowed_any_more_is_not_used(self):
		quotation = self.quotation()
		frappe.conf.smartbill_allowed_hosts = []
		self.assertEqual(self.refuse(NotReady, quotation).problems[0]["field"], "api_url")

	def test_smartbills_own_words_and_our_hint_are_shown(self):
		self.sandbox.fault(
			"error_text",
			status=400,
			body="Pentru acest pachet s-a emis <b>numarul maxim</b> de documente permis",
		)
		quotation = self.quotation()
		error = self.refuse(SmartBillRefused, quotation)
		self.assertEqual(error.message, "Pentru acest pachet s-a emis numarul maxim de documente permis")
		self.assertEqual(error.problems[0]["doctype"], "SmartBill Account")
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.live_key), (states.REJECTED, None))

	def test_after_a_refusal_it_can_be_sent_again_as_the_next_attempt(self):
		self.sandbox.fault("error_text", status=200, body="Client invalid!")
		quotation = self.quotation()
		self.refuse(SmartBillRefused, quotation)
		doc = self.issue(quotation).proforma
		self.assertEqual((doc.status, doc.attempt, doc.error), (states.ISSUED, 2, None))
		self.assertEqual(doc.reference, f"Ref. {quotation.name}/1")

	def test_refused_credentials_are_a_matter_of_the_account(self):
		self.account.token = "wrong"
		self.account.save()
		quotation = self.quotation()
		error = self.refuse(SmartBillCredentialsRefused, quotation)
		self.assertIn("Autentificare esuata", error.message)
		# the next call would be refused alike, so there is none
		calls = frappe.db.count("SmartBill Call")
		self.assertEqual(self.refuse(Conflict, self.quotation()).code, "paused")
		self.assertEqual(frappe.db.count("SmartBill Call"), calls)
		self.assertEqual(self.sandbox.creates(), [])
		self.assertEqual(self.stored(quotation).status, states.REJECTED)

	def test_a_series_that_does_not_exist_is_found_before_sending(self):
		self.account.proforma_series = "NIMIC"
		self.account.save()
		error = self.refuse(NotReady, self.quotation())
		self.assertEqual(error.problems[0]["field"], "proforma_series")
		self.assertIn("PRFB2B", error.message)
		self.assertEqual(self.sandbox.creates(), [])

	def test_an_unreachable_smartbill_leaves_it_unsent(self):
		quotation = self.quotation()
		self.account.api_url = "http://127.0.0.1:9/SBORO/api"
		self.account.save()
		frappe.db.commit()
		error = self.refuse(SmartBillUnreachable, quotation)
		self.assertTrue(error.retry_after)
		self.assertEqual(self.stored(quotation).status, states.QUEUED)
		self.account.reload()
		self.account.api_url = self.sandbox.api_url
		self.account.save()
		frappe.db.commit()
		self.assertEqual(self.issue(quotation).proforma.status, states.ISSUED)

	def test_a_block_stops_every_further_call_until_it_is_over(self):
		first, second = self.quotation(), self.quotation()
		self.sandbox.fault("rate_block")
		error = self.refuse(SmartBillRateLimited, first)
		self.assertGreater(error.retry_after, 600)
		self.assertEqual(self.stored(first).status, states.QUEUED)
		calls = frappe.db.count("SmartBill Call")
		self.refuse(SmartBillRateLimited, second)
		self.assertEqual(frappe.db.count("SmartBill Call"), calls)
		with clock.frozen(datetime.now(timezone.utc) + timedelta(seconds=631)):
			self.sandbox.reset()
			self.assertEqual(self.issue(first).proforma.status, states.ISSUED)

	def test_after_a_block_nothing_is_sent_again_while_a_number_is_unexplained(self):
		quotation = self.quotation()
		self.sandbox.fault("rate_block")
		self.refuse(SmartBillRateLimited, quotation)
		with clock.frozen(datetime.now(timezone.utc) + timedelta(seconds=631)):
			self.sandbox.reset()
			self.sandbox.foreign_document(factories.SERIES)
			result = self.issue(quotation)
			self.assertEqual(result.proforma.status, states.UNKNOWN)
			self.assertEqual(self.sandbox.creates(), [])


class TestUnknownOutcome(IssueTestCase):
	def unknown(self, action: str, **fault: Any) -> Any:
		self.sandbox.fault(action, **fault)
		quotation = self.quotation()
		result = self.issue(quotation)
		self.assertEqual(result.proforma.status, states.UNKNOWN)
		self.assertEqual(self.stored(quotation).live_key, quotation.name)
		return quotation

	def settle_somehow(self, quotation: Any) -> None:
		claim.settle(claim.claim_of(self.stored(quotation)), states.REJECTED, "Proforma rejected")

	def test_a_lost_answer_is_unknown_and_never_sent_again(self):
		for action, fault in (
			("drop", {"when": "after"}),
			("drop", {"when": "before"}),
			("reset", {"when": "after"}),
			("partial", {"when": "after"}),
			("malformed", {"when": "after"}),
			("empty", {"when": "after"}),
			("html", {"when": "after", "status": 502}),
			("contradiction", {"when": "after"}),
			("no_number", {"when": "after"}),
		):
			with self.subTest(action=action, **fault):
				quotation = self.unknown(action, **fault)
				sent = len(self.sandbox.creates())
				again = self.issue(quotation)
				self.assertEqual(again.proforma.status, states.UNKNOWN)
				self.assertEqual(len(self.sandbox.creates()), sent)
				view = proforma_view(again.proforma)
				self.assertFalse(view["settled"])
				self.assertIn("may have created", view["message"])
				self.assertEqual(
					frappe.db.get_value("Quotation", quotation.name, "smartbill_status"), "Unknown"
				)
				other = self.quotation()
				self.assertEqual(self.refuse(SeriesUnsettled, other).problems[0]["name"], view["name"])
				self.assertIsNone(self.stored(other))
				self.settle_somehow(quotation)

	def test_a_timeout_is_unknown(self):
		self.account.read_timeout = 0.1
		self.account.save()
		self.unknown("delay", when="after", delay_s=0.3)

	def test_an_unexpected_error_before_sending_frees_the_series_at_once(self):
		first, second = self.quotation(), self.quotation()
		with (
			patch.object(issuing.accounts, "connect", side_effect=RuntimeError("no such key")),
			self.assertRaises(RuntimeError),
		):
			self.issue(first)
		doc = self.stored(first)
		self.assertEqual((doc.status, doc.series_key), (states.QUEUED, None))
		self.assertIn("nothing was sent", doc.error)
		self.assertEqual(self.issue(second).proforma.status, states.ISSUED)
		self.assertEqual(self.issue(first).proforma.status, states.ISSUED)

	def test_a_click_ends_in_time_whatever_smartbill_does(self):
		"""The time of a click is shortened here; the server would take much longer."""
		self.account.read_timeout = 50
		self.account.save()
		self.sandbox.fault("delay", when="after", delay_s=45)
		quotation = self.quotation()
		with patch.object(issuing, "CLICK_SECONDS", 2), patch.object(issuing, "MIN_CREATE_SECONDS", 0.5):
			started = time.monotonic()
			result = self.issue(quotation)
			elapsed = time.monotonic() - started
		self.assertLess(elapsed, 20)
		self.assertEqual(result.proforma.status, states.UNKNOWN)

	def test_nothing_is_sent_with_too_little_time_left_for_the_answer(self):
		self.account.read_timeout = 50
		self.account.save()
		quotation = self.quotation()
		with patch.object(issuing, "CLICK_SECONDS", 10):
			error = self.refuse(SmartBillUnreachable, quotation)
		self.assertIn("Nothing was sent", error.message)
		self.assertEqual(self.sandbox.creates(), [])
		self.assertEqual(self.issue(quotation).proforma.status, states.ISSUED)

	def test_a_worker_that_dies_before_sending_leaves_nothing_in_the_way(self):
		quotation = self.quotation()
		with patch.object(Client, "series", side_effect=WorkerKilled), self.assertRaises(WorkerKilled):
			self.issue(quotation)
		frappe.db.rollback()
		# somebody may still be at it
		self.assertEqual(self.issue(quotation).proforma.status, states.SENDING)
		with clock.frozen(datetime.now(timezone.utc) + timedelta(seconds=181)):
			self.assertEqual(proforma_view(self.stored(quotation))["status"], states.QUEUED)
			doc = self.issue(quotation).proforma
		self.assertEqual((doc.status, doc.attempt), (states.ISSUED, 2))
		self.assertEqual(len(self.sandbox.creates()), 1)

	def test_a_worker_that_dies_after_sending_leaves_an_unknown(self):
		quotation = self.quotation()
		with patch.object(issuing, "judge_create", side_effect=WorkerKilled), self.assertRaises(WorkerKilled):
			self.issue(quotation)
		frappe.db.rollback()
		self.assertEqual(proforma_view(self.stored(quotation))["status"], states.SENDING)
		with clock.frozen(datetime.now(timezone.utc) + timedelta(seconds=181)):
			self.assertEqual(proforma_view(self.stored(quotation))["status"], states.UNKNOWN)
			self.assertEqual(self.issue(quotation).proforma.status, states.UNKNOWN)
		self.assertEqual(self.stored(quotation).status, states.UNKNOWN)
		self.assertEqual(len(self.sandbox.creates()), 1)

	def test_an_answer_that_comes_after_all_is_still_taken(self):
		quotation = self.quotation()
		create = Client.create_proforma

		def slow(client: Client, frozen: str) -> Any:
			outcome = create(client, frozen)
			claim.write_off(claim.current(quotation.name))
			return outcome

		with patch.object(Client, "create_proforma", slow):
			doc = self.issue(quotation).proforma
		self.assertEqual(doc.status, states.ISSUED)

	def test_a_late_writer_cannot_undo_a_later_attempt(self):
		quotation = self.quotation()
		self.sandbox.fault("error_text", status=200, body="Client invalid!")
		self.refuse(SmartBillRefused, quotation)
		first = self.stored(quotation)
		late = claim.claim_of(first)
		self.issue(quotation)
		claim.settle(late, states.REJECTED, "Proforma rejected", reason="late")
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.error), (states.ISSUED, None))
		self.assertTrue(
			frappe.db.exists(
				"Business Event", {"reference_name": doc.name, "event": "Proforma answered too late"}
			)
		)

	def test_a_claim_taken_over_by_another_attempt_sends_nothing(self):
		quotation = self.quotation()
		series = Client.series

		def overtaken(client: Client, kind: str = "p") -> Any:
			frappe.db.set_value("SmartBill Proforma", {"quotation": quotation.name}, "attempt", 7)
			frappe.db.commit()
			return series(client, kind)

		with patch.object(Client, "series", overtaken):
			self.issue(quotation)
		self.assertEqual(self.sandbox.creates(), [])

	def test_a_quotation_that_changed_in_the_meantime_is_not_claimed(self):
		quotation = self.quotation()
		stale = frappe.get_doc("Quotation", quotation.name)
		frappe.get_doc("Quotation", quotation.name).cancel()
		frappe.db.commit()
		with self.assertRaises(Conflict):
			issuing.issue(stale)
		self.assertEqual(self.sandbox.creates(), [])


class TestPdf(IssueTestCase):
	def test_a_failing_pdf_spoils_nothing_and_is_fetched_by_asking_again(self):
		for fault in ({"action": "html", "status": 502}, {"action": "drop"}, {"action": "empty"}):
			with self.subTest(**fault):
				self.sandbox.fault(path="/SBORO/api/estimate/pdf", **fault)
				quotation = self.quotation()
				result = self.issue(quotation)
				self.assertTrue(result.issued_now)
				self.assertEqual(result.proforma.status, states.ISSUED)
				self.assertIsNone(proforma_view(result.proforma)["pdf_url"])
				self.assertTrue(result.proforma.pdf_error)

				again = self.issue(quotation).proforma
				self.assertTrue(again.pdf)
				self.assertFalse(again.pdf_error)
				self.assertEqual(frappe.db.get_value("Quotation", quotation.name, "smartbill_pdf"), again.pdf)

	def test_what_is_not_a_pdf_is_not_stored(self):
		self.sandbox.knobs(pdf_text="html")
		result = self.issue(self.quotation())
		self.assertFalse(result.proforma.pdf)

	def test_a_file_that_cannot_be_stored_leaves_the_proforma_issued(self):
		quotation = self.quotation()
		with patch("erp_b2b_smartbill.smartbill.pdf._store", side_effect=OSError("disk full")):
			doc = self.issue(quotation).proforma
		self.assertEqual(doc.status, states.ISSUED)
		self.assertTrue(doc.pdf_error)
