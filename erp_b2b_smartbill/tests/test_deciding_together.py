"""Several at once, and processes that die: a registration makes one customer, whole, or nothing."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import frappe
import requests

from erp_b2b_smartbill.api.routes import REGISTRATIONS
from erp_b2b_smartbill.registration import decide, limits, retention, states, tokens
from erp_b2b_smartbill.tests.deciding import KILLED, at_once
from erp_b2b_smartbill.tests.registration_case import CUI, PDF, RegistrationCase, submission
from erp_b2b_smartbill.tests.test_rest import token

ONCE = "Registration approved"
DOCUMENT = [("certificat.pdf", PDF.hex())]


class TogetherCase(RegistrationCase):
	def at_once(self, *steps: dict[str, Any] | tuple[str, str]) -> list[dict[str, Any]]:
		"""Each step in a process of its own, all begun in the same moment."""
		return at_once(*[{"action": s[0], "name": s[1]} if isinstance(s, tuple) else s for s in steps])

	def made_of(self, doc: Any) -> dict[str, int]:
		"""How many of everything exist for a request."""
		frappe.db.rollback()
		contacts = frappe.get_all("Contact Email", {"email_id": doc.email}, pluck="parent")
		return {
			"Customer": frappe.db.count("Customer", {"customer_name": ["like", f"{doc.company_name}%"]}),
			"Address": frappe.db.count("Address", {"address_title": ["like", f"{doc.company_name}%"]}),
			"Contact": len(set(contacts)),
			"User": frappe.db.count("User", {"email": doc.email}),
			"Customer External Link": frappe.db.count("Customer External Link", {"external_id": doc.name}),
			"Business Event": frappe.db.count("Business Event", {"reference_name": doc.name, "event": ONCE}),
			"welcome": len([mail for mail in self.mails(doc.email) if "/b2b/welcome" in mail.message]),
		}

	def assert_made_once(self, doc: Any) -> None:
		self.assertEqual(set(self.made_of(doc).values()), {1}, self.made_of(doc))

	def assert_nothing_made(self, doc: Any) -> None:
		self.assertEqual(set(self.made_of(doc).values()), {0}, self.made_of(doc))

	def customers_of(self, cui: str) -> list[str]:
		return frappe.get_all("Customer", {"b2b_cui": cui}, pluck="name")


class TestTogether(TogetherCase):
	def test_eight_managers_who_approve_at_once_make_one_customer_one_user_and_one_mail(self):
		doc = self.confirmed()
		outcomes = self.at_once(*[("approve", doc.name)] * 8)
		refused = [one for one in outcomes if "error" in one]
		self.assertEqual(len(refused), 7, outcomes)
		who = frappe.db.get_value("User", "Administrator", "full_name")
		self.assertEqual(
			{(one["error"], one["message"].startswith(who)) for one in refused}, {("decided", True)}
		)
		self.assert_made_once(doc)

	def test_approving_rejecting_and_withdrawing_at_once_is_one_of_them_and_whole(self):
		doc = self.confirmed()
		actions = ("approve", "reject", "approve", "withdraw", "reject")
		outcomes = self.at_once(*[(action, doc.name) for action in actions])
		status = self.stored(doc).status
		self.assertIn(status, (states.APPROVED, states.REJECTED, states.WITHDRAWN))
		self.assertEqual([one["status"] for one in outcomes if "error" not in one], [status], outcomes)
		if status == states.APPROVED:
			self.assert_made_once(doc)
		else:
			self.assert_nothing_made(doc)

	def test_a_link_opened_in_four_tabs_approves_automatically_once(self):
		self.settings(approval_mode="Automatic")
		doc = self.submit()
		outcomes = self.at_once(*[("confirm", doc.name)] * 4)
		self.assertEqual([one for one in outcomes if "error" in one], [])
		self.assertEqual(self.stored(doc).status, states.APPROVED)
		self.assert_made_once(doc)

	def test_a_link_opened_in_four_tabs_tells_applicant_and_managers_once(self):
		doc = self.submit()
		self.at_once(*[("confirm", doc.name)] * 4)
		self.assertEqual(self.stored(doc).status, states.PENDING)
		self.assertEqual(len(self.mails(doc.email)), 2)
		self.assertEqual(self.events(doc).count("Registration waits for a manager"), 1)

	def test_requests_of_one_company_approved_at_once_make_one_customer(self):
		docs = [self.confirmed() for _ in range(4)]
		outcomes = self.at_once(*[("approve", doc.name) for doc in docs])
		self.assertEqual(
			[one["status"] for one in outcomes if "error" not in one], [states.APPROVED], outcomes
		)
		# whoever comes later is told of the one that was made meanwhile
		self.assertEqual({one["error"] for one in outcomes if "error" in one}, {"choose_customer"}, outcomes)
		self.assertEqual(len(self.customers_of(CUI)), 1)

	def test_requests_of_different_companies_approved_at_once_keep_none_from_the_other(self):
		cuis = (CUI, "98765438", "14399840", "1090")
		docs = [self.confirmed(cui=cui, vat_payer="No") for cui in cuis]
		outcomes = self.at_once(*[("approve", doc.name) for doc in docs])
		self.assertEqual([one.get("status") for one in outcomes], [states.APPROVED] * 4, outcomes)
		for doc in docs:
			self.assert_made_once(doc)

	def test_a_company_sent_several_times_at_once_is_kept_each_time_and_makes_one_customer_at_most(self):
		self.settings(approval_mode="Automatic", require_confirmed_email=0)
		outcomes = self.at_once(*[{"action": "submit", "values": submission()} for _ in range(4)])
		self.assertEqual([one for one in outcomes if "error" in one], [])
		approved = [one for one in outcomes if one["status"] == states.APPROVED]
		self.assertLessEqual(len(approved), 1, outcomes)
		self.assertEqual(len(self.customers_of(CUI)), len(approved))
		self.assertEqual({one["status"] for one in outcomes} - {states.APPROVED, states.PENDING}, set())

	def test_two_jobs_that_approve_the_same_requests_make_each_once(self):
		docs = [self.confirmed(), self.confirmed(cui="98765438", vat_payer="No")]
		names = [doc.name for doc in docs]
		self.at_once({"action": "bulk", "names": names}, {"action": "bulk", "names": names[::-1]})
		for doc in docs:
			self.assertEqual(self.stored(doc).status, states.APPROVED)
			self.assert_made_once(doc)


class TestTogetherOverHttp(TogetherCase):
	def setUp(self) -> None:
		if not os.environ.get("SITE_URL"):
			self.skipTest("SITE_URL is not set: the site is not served")
		super().setUp()

	def posted(self, *calls: tuple[str, dict[str, Any], dict[str, str]]) -> list[requests.Response]:
		"""All at once: (path, body, headers)."""

		def post(call: tuple[str, dict[str, Any], dict[str, str]]) -> requests.Response:
			path, body, headers = call
			url = f"{os.environ['SITE_URL']}{REGISTRATIONS}{path}"
			return requests.post(url, json=body, headers=headers, timeout=60)

		frappe.db.commit()
		with ThreadPoolExecutor(len(calls)) as threads:
			answers = list(threads.map(post, calls))
		frappe.db.rollback()
		return answers

	def test_of_two_managers_one_decides_and_the_other_reads_who_did(self):
		doc = self.confirmed()
		managers = [token("B2B Manager") for _ in range(2)]
		answers = self.posted(*[(f"/{doc.name}/approve", {}, headers) for headers in managers * 2])
		self.assertEqual(sorted(answer.status_code for answer in answers), [200, 409, 409, 409])
		decided_by = self.stored(doc).decided_by
		name = frappe.db.get_value("User", decided_by, "full_name")
		for answer in answers:
			if answer.status_code == 409:
				self.assertEqual(answer.json()["error"]["code"], "decided")
				self.assertIn(name, answer.json()["error"]["message"])
		self.assert_made_once(doc)

	def test_approving_against_rejecting_has_one_winner(self):
		doc = self.confirmed()
		headers = token("B2B Manager")
		reject = (f"/{doc.name}/reject", {"reason": "Nu"}, headers)
		answers = self.posted((f"/{doc.name}/approve", {}, headers), reject)
		self.assertEqual(sorted(answer.status_code for answer in answers), [200, 409])
		if self.stored(doc).status == states.APPROVED:
			self.assert_made_once(doc)
		else:
			self.assert_nothing_made(doc)

	def test_a_button_pressed_twice_confirms_and_approves_once(self):
		self.settings(approval_mode="Automatic")
		doc = self.submit()
		body = {"token": tokens.make(doc, "confirm")}
		answers = self.posted(*[("/confirm", body, {})] * 3)
		self.assertEqual([answer.status_code for answer in answers], [200] * 3)
		self.assertEqual(self.stored(doc).status, states.APPROVED)
		self.assert_made_once(doc)

	def test_a_form_sent_twice_is_answered_twice_alike(self):
		given = {**submission(), "opened": limits.opened_token()}
		answers = self.posted(*[("", given, {})] * 3)
		self.assertEqual([answer.status_code for answer in answers], [201] * 3)
		self.assertEqual({answer.json()["data"]["status"] for answer in answers}, {"Awaiting Confirmation"})


class TestDying(TogetherCase):
	def killed_on_the_way(self, step: dict[str, Any], check: Callable[[], Any]) -> dict[str, Any]:
		"""Repeat the step with a process that dies at its commit, at its first write, and at each further one (of all
		with CRASHES=all); `check` looks after each. Returns the outcome of the first that lived to the end."""
		stride = 1 if os.environ.get("CRASHES") == "all" else 6
		dying = [{"at_commit": True, "kill_at": 1}, *({"kill_at": write} for write in range(1, 300, stride))]
		for number, way in enumerate(dying):
			outcome = self.at_once({**step, **way})[0]
			if outcome != KILLED:
				self.assertNotIn("error", outcome, outcome)
				self.assertGreater(number, 2)
				return outcome
			with self.subTest(**way):
				if check() == "done":
					return outcome
		raise AssertionError("it never came to an end")

	def test_an_approval_that_dies_at_any_write_leaves_nothing_and_the_next_makes_all(self):
		doc = self.confirmed()

		def check() -> None:
			self.assert_nothing_made(doc)
			self.assertEqual(self.stored(doc).status, states.PENDING)

		outcome = self.killed_on_the_way({"action": "approve", "name": doc.name}, check)
		self.assertEqual(outcome["status"], states.APPROVED)
		self.assert_made_once(doc)

	def test_a_confirmation_that_dies_at_any_write_is_taken_up_by_the_next_click(self):
		self.settings(approval_mode="Automatic")
		doc = self.submit()
		step = {"action": "confirm", "name": doc.name}

		def check() -> None:
			self.assert_nothing_made(doc)
			self.assertEqual(self.stored(doc).status, status)

		status = states.AWAITING_CONFIRMATION
		for kill_at in (1, 2):
			self.assertEqual(self.at_once({**step, "kill_at": kill_at})[0], KILLED)
			check()
		# what the e-mail proved is kept; at the second commit, the decision's, there is nobody any more
		self.assertEqual(self.at_once({**step, "at_commit": True, "kill_at": 2})[0], KILLED)
		status = states.PENDING
		check()
		outcome = self.killed_on_the_way(step, check)
		self.assertEqual(outcome["status"], states.APPROVED)
		self.assert_made_once(doc)

	def test_what_nobody_took_up_is_decided_by_the_next_pass(self):
		for mode, status in (("Automatic", states.APPROVED), ("Manual", states.PENDING)):
			with self.subTest(mode=mode):
				self.settings(approval_mode=mode)
				doc = self.submit(**({} if mode == "Automatic" else {"cui": "98765438", "vat_payer": "No"}))
				# the first commit is of the confirmation; at the second there is nobody any more
				self.at_once({"action": "confirm", "name": doc.name, "at_commit": True, "kill_at": 2})
				self.assertEqual((self.stored(doc).status, self.reasons(doc)), (states.PENDING, []))
				self.at_once({"action": "take up"})
				self.assertEqual(self.stored(doc).status, states.PENDING, "somebody may be at it")
				frappe.db.set_value(doc.doctype, doc.name, "modified", "2026-01-01", update_modified=False)
				self.at_once({"action": "take up"}, {"action": "take up"})
				self.assertEqual(self.stored(doc).status, status)
				if mode == "Automatic":
					self.assert_made_once(doc)
				else:
					self.assertEqual(self.reasons(doc), ["manual"])
					self.assertEqual(len(self.mails(doc.email)), 2)

	def test_a_submission_that_dies_at_any_write_is_not_there(self):
		values = submission()

		def check() -> str | None:
			if found := frappe.db.exists("B2B Registration", {"email": values["email"]}):
				# it died after its commit: all of it is there
				doc = frappe.get_doc("B2B Registration", found)
				self.assertEqual((len(doc.documents), len(self.mails(doc.email))), (1, 1))
				return "done"
			self.assertFalse(frappe.db.exists("File", {"file_name": ["like", "certificat%"]}))
			self.assertEqual(self.mails(values["email"]), [])
			return None

		self.killed_on_the_way({"action": "submit", "values": values, "files": DOCUMENT}, check)
		self.assertEqual(frappe.db.count("B2B Registration", {"email": values["email"]}), 1)

	def test_an_answer_that_dies_at_any_write_may_be_given_again(self):
		doc = self.confirmed()
		decide.ask(doc.name, "De ce?")

		def check() -> str | None:
			stored = self.stored(doc)
			if stored.status == states.PENDING:
				return "done"
			self.assertEqual((len(stored.messages), stored.documents), (1, []))
			return None

		self.killed_on_the_way({"action": "answer", "name": doc.name, "files": DOCUMENT}, check)
		stored = self.stored(doc)
		self.assertEqual((stored.status, len(stored.messages), len(stored.documents)), (states.PENDING, 2, 1))

	def test_a_job_that_dies_between_two_requests_is_started_again_for_the_rest(self):
		docs = [self.confirmed(cui=cui, vat_payer="No") for cui in (CUI, "98765438", "14399840")]
		step = {"action": "bulk", "names": [doc.name for doc in docs]}
		self.assertEqual(self.at_once({**step, "at_commit": True, "kill_at": 4})[0], KILLED)
		decided = [self.stored(doc).status for doc in docs]
		self.assertEqual(set(decided), {states.APPROVED, states.PENDING}, decided)
		for doc in docs:
			if self.stored(doc).status == states.APPROVED:
				self.assert_made_once(doc)
			else:
				self.assert_nothing_made(doc)
		self.at_once(step)
		for doc in docs:
			self.assert_made_once(doc)

	def test_erasing_that_dies_at_any_write_can_be_done_again(self):
		doc = self.submit(files=self.files())
		decide.reject(doc.name, "Nu")

		def check() -> None:
			self.assertEqual(self.stored(doc).email, doc.email)

		self.killed_on_the_way({"action": "erase", "name": doc.name}, check)
		self.assertEqual((self.stored(doc).email, self.stored(doc).documents), (None, []))


class TestRolledBack(TogetherCase):
	def on_disk(self) -> set[str]:
		return {path.name for path in Path(frappe.get_site_path("private", "files")).iterdir()}

	def test_the_documents_of_a_submission_that_fails_are_gone(self):
		before = self.on_disk()
		step = {"action": "submit", "values": submission(), "files": DOCUMENT}
		there, failed = False, 0
		for fail_at in range(1, 100):
			outcome = self.at_once({**step, "fail_at": fail_at})[0]
			if frappe.db.exists("B2B Registration", {"email": step["values"]["email"]}):
				break
			self.assertIn("error", outcome)
			failed += 1
			there = there or outcome["files"] > len(before)
			self.assertEqual(self.on_disk(), before, (fail_at, outcome))
		self.assertGreater(failed, 5)
		self.assertTrue(there, "it never failed after the file was written")
		self.assertEqual(len(self.on_disk() - before), 1)

	def test_a_document_that_two_requests_share_survives_the_failure_of_one(self):
		doc = self.submit(files=self.files())
		outcome = self.at_once({"action": "submit", "values": submission(), "files": DOCUMENT, "fail_at": 6})[
			0
		]
		self.assertIn("error", outcome)
		path = Path(frappe.get_site_path("private", "files", doc.documents[0].file.rpartition("/")[2]))
		self.assertEqual(path.read_bytes(), PDF)
		retention.delete_old_documents()
		self.assertTrue(path.exists())
