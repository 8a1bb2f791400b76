"""Processes that are held up and go on later than everybody thought, and documents that SmartBill makes late."""

import time
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill.exceptions import SeriesUnsettled, SmartBillRateLimited, SmartBillUnreachable
from erp_b2b_smartbill.smartbill import accounts, claim, settling, states
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill.client import Client
from erp_b2b_smartbill.smartbill.gate import Decision, Lane, State
from erp_b2b_smartbill.smartbill.life import linking
from erp_b2b_smartbill.smartbill.view import proforma_view
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.test_issue import WorkerKilled
from erp_b2b_smartbill.tests.test_settling import SettlingTestCase


class TestHeldUp(SettlingTestCase):
	def claimed(self) -> tuple[Any, claim.Claim]:
		"""A Quotation whose worker has claimed it and not sent it yet."""
		quotation = self.quotation()
		with patch.object(Client, "series", side_effect=WorkerKilled), self.assertRaises(WorkerKilled):
			self.issue(quotation)
		return quotation, claim.claim_of(self.stored(quotation))

	def test_who_writes_off_a_claim_sees_that_it_was_sent_at_the_last_moment(self):
		quotation, held = self.claimed()
		self.move(seconds=181)
		seen = self.stored(quotation)
		self.assertTrue(claim.mark_sent(held, 227))
		claim.write_off(seen)
		doc = self.stored(quotation)
		self.assertEqual((doc.status, bool(doc.sent_at)), (states.SENDING, True))

	def test_who_writes_off_a_claim_that_was_settled_at_the_last_moment_says_nothing(self):
		quotation, held = self.claimed()
		claim.mark_sent(held, 227)
		self.move(seconds=181)
		seen = self.stored(quotation)
		claim.settle(held, states.ISSUED, "Proforma issued", series="PRF2", number="0227")
		doc = claim.write_off(seen)
		self.assertEqual(doc.status, states.ISSUED)
		late = {"reference_name": doc.name, "event": "Proforma answered too late"}
		self.assertEqual(frappe.db.count("Business Event", late), 0)

	def test_a_step_of_a_run_that_was_held_up_does_not_send_any_more(self):
		"""Others have taken it for lost, and perhaps issued it again."""
		quotation = self.quotation()
		mark_sent = claim.mark_sent
		real = time.monotonic

		def then_wait(*arguments: Any) -> bool:
			marked = mark_sent(*arguments)
			waiting = patch.object(time, "monotonic", lambda: real() + 170)
			waiting.start()
			self.addCleanup(waiting.stop)
			return marked

		self.rest()
		with patch.object(claim, "mark_sent", then_wait), self.assertRaises(SmartBillUnreachable):
			issuing.issue(frappe.get_doc("Quotation", quotation.name), lane=Lane.BULK)
		self.assertEqual(self.sandbox.creates(), [])
		self.assertEqual(self.stored(quotation).status, states.QUEUED)

	def test_a_click_that_was_held_up_at_the_gate_does_not_send_any_more(self):
		quotation = self.quotation()
		admit = accounts.AccountGate.admit
		real = time.monotonic

		def then_wait(gate: Any, writes: bool, **more: Any) -> Any:
			refused = admit(gate, writes, **more)
			if writes:
				waiting = patch.object(time, "monotonic", lambda: real() + 60)
				waiting.start()
				self.addCleanup(waiting.stop)
			return refused

		self.rest()
		with (
			patch.object(accounts.AccountGate, "admit", then_wait),
			self.assertRaises(SmartBillUnreachable),
		):
			issuing.issue(frappe.get_doc("Quotation", quotation.name))
		self.assertEqual(self.sandbox.creates(), [])
		self.assertEqual(self.stored(quotation).status, states.QUEUED)


class TestLateNumber(SettlingTestCase):
	"""The first attempt was taken for not created; its number is told while the second is at different stages."""

	def setUp(self) -> None:
		super().setUp()
		self.quotation_of_it = self.unknown(when="before")
		self.first = claim.claim_of(self.stored(self.quotation_of_it))
		self.pass_after(181)
		self.pass_after(61)
		self.rest()

	def tell_late(self) -> Any:
		return claim.settle(self.first, states.ISSUED, "Proforma issued", series="PRF2", number="0227")

	def test_before_the_second_attempt_is_sent_it_is_taken_and_nothing_is_sent(self):
		series = Client.series

		def told_meanwhile(client: Client, kind: str = "p") -> Any:
			answer = series(client, kind)
			self.tell_late()
			return answer

		with patch.object(Client, "series", told_meanwhile):
			result = self.issue(self.quotation_of_it)
		self.assertFalse(result.issued_now)
		self.assertEqual((result.document.status, result.document.number), (states.ISSUED, "0227"))
		self.assertEqual(len(self.sandbox.creates()), 1)

	def test_it_is_what_there_is_when_the_second_attempt_creates_nothing(self):
		for outcome in ("refused", "absent"):
			with self.subTest(outcome):
				self.second_attempt_in_the_air()
				doc = self.tell_late()
				self.assertIn(doc.status, states.HOLDS_SERIES)
				second = claim.claim_of(doc)
				doc = claim.settle(second, states.REJECTED, "Proforma rejected", reason="Client invalid!")
				self.assertEqual((doc.status, doc.number), (states.ISSUED, "0227"))
				self.assertIn("0227", proforma_view(doc)["message"])
				self.reject()

	def test_nobody_is_told_that_nothing_was_created_when_the_first_was(self):
		create = Client.create_proforma

		def told_meanwhile(client: Client, payload: str) -> Any:
			answer = create(client, payload)
			self.tell_late()
			return answer

		self.sandbox.fault("status", status=400, body={"errorText": "Client invalid!"})
		with patch.object(Client, "create_proforma", told_meanwhile):
			result = self.issue(self.quotation_of_it)
		self.assertEqual((result.document.status, result.document.number), (states.ISSUED, "0227"))

	def test_it_is_an_alarm_with_both_numbers_when_the_second_attempt_gets_one(self):
		self.second_attempt_in_the_air()
		doc = self.tell_late()
		doc = claim.settle(
			claim.claim_of(doc), states.ISSUED, "Proforma issued", series="PRF2", number="0228"
		)
		self.assertEqual((doc.status, doc.number), (states.ISSUED, "0228"))
		self.assertIn("0227", doc.notices)
		self.assertIn("0228", doc.notices)
		told = {"reference_name": doc.name, "event": "Proforma found twice in SmartBill"}
		self.assertEqual(frappe.db.count("Business Event", told), 1)

	def test_a_survey_that_finds_it_turns_not_created_into_issued(self):
		doc = claim.raise_alarm(self.first, "0227")
		self.assertEqual((doc.status, doc.number, doc.error), (states.ISSUED, "0227", None))
		self.assertNotIn("second document", doc.notices)

	def second_attempt_in_the_air(self) -> None:
		self.rest()
		with (
			patch.object(issuing, "judge_create", side_effect=WorkerKilled),
			self.assertRaises(WorkerKilled),
		):
			self.issue(self.quotation_of_it)
		frappe.db.rollback()

	def reject(self) -> None:
		values = {"status": states.REJECTED, "number": None, "document_key": None, "live_key": None}
		frappe.db.set_value("SmartBill Proforma", self.first.name, values)
		frappe.db.commit()


class TestLateDocument(SettlingTestCase):
	def test_a_document_made_after_both_looks_is_found_before_anything_is_sent_again(self):
		quotation = self.unknown("late_commit", delay_s=400)
		self.pass_after(181)
		self.pass_after(61)
		self.assertEqual(self.stored(quotation).status, states.REJECTED)
		self.sandbox.advance(400)
		self.move(seconds=400)
		self.assertEqual(self.pressed_again(quotation).status, states.UNKNOWN)
		self.pass_after(181)
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.number), (states.ISSUED, "0227"))
		self.assertEqual(len(self.sandbox.documents()), 1)

	def test_what_a_person_has_seen_is_not_looked_at_again(self):
		quotation = self.unknown(when="before")
		self.sandbox.foreign_document(factories.SERIES)
		self.pass_after(181)
		self.rest()
		settling.confirm_absent(self.stored(quotation), "nu există în SmartBill")
		self.assertEqual(self.pressed_again(quotation).number, "0228")

	def test_what_a_block_left_in_doubt_is_decided_once(self):
		self.sandbox.fault("rate_block")
		quotation = self.quotation()
		with self.assertRaises(Exception):  # noqa: B017 - which one is told elsewhere
			self.issue(quotation)
		self.move(seconds=700)
		self.sandbox.advance(700)
		self.sandbox.foreign_document(factories.SERIES)
		self.assertEqual(self.pressed_again(quotation).status, states.UNKNOWN)
		self.pass_after(181)
		self.rest()
		settling.confirm_absent(self.stored(quotation), "nu există în SmartBill")
		self.assertEqual(self.pressed_again(quotation).number, "0228")


class TestBlockedInAnotherSeries(SettlingTestCase):
	"""An attempt that was answered by a block may have been created in the series of then."""

	def blocked(self) -> Any:
		self.sandbox.fault("rate_block", when="after")
		quotation = self.quotation()
		with self.assertRaises(SmartBillRateLimited):
			self.issue(quotation)
		self.move(seconds=700)
		self.sandbox.advance(700)
		self.use("PRFB2B")
		return quotation

	def use(self, series: str) -> None:
		self.account.reload()
		self.account.proforma_series = series
		self.account.save()
		frappe.db.commit()

	def test_it_is_looked_for_there_before_it_is_sent_in_the_new_one(self):
		quotation = self.blocked()
		doc = self.pressed_again(quotation)
		self.assertEqual((doc.status, doc.series), (states.UNKNOWN, factories.SERIES))
		self.pass_after(181)
		doc = self.stored(quotation)
		self.assertEqual((doc.status, doc.full_number), (states.ISSUED, "PRF2 0227"))
		self.assertEqual(len(self.sandbox.documents()), 1)

	def test_while_that_series_is_held_it_waits(self):
		quotation = self.blocked()
		self.use(factories.SERIES)
		other = self.unknown(when="before")
		self.use("PRFB2B")
		with self.assertRaises(SeriesUnsettled):
			self.issue(quotation)
		self.assertEqual(self.stored(quotation).status, states.QUEUED)
		self.rest()
		self.move(seconds=400)
		settling.confirm_absent(self.stored(other), "nu există în SmartBill")
		self.assertEqual(self.pressed_again(quotation).status, states.UNKNOWN)

	def test_numbers_of_the_new_series_are_not_taken_for_it(self):
		self.sandbox.fault("rate_block", when="before")
		quotation = self.quotation()
		with self.assertRaises(SmartBillRateLimited):
			self.issue(quotation)
		self.move(seconds=700)
		self.sandbox.advance(700)
		self.use("PRFB2B")
		for _ in range(300):
			self.sandbox.foreign_document("PRFB2B")
		self.assertEqual(self.pressed_again(quotation).status, states.ISSUED)


class TestBesideALinkedOne(SettlingTestCase):
	"""It was taken for not created, and a manager linked one made by hand; then it turns up."""

	def setUp(self) -> None:
		super().setUp()
		self.offer = self.unknown(when="before")
		self.first = claim.claim_of(self.stored(self.offer))
		self.pass_after(181)
		self.pass_after(61)
		self.rest()
		self.by_hand = self.sandbox.foreign_document(factories.SERIES)
		doc = frappe.get_doc("Quotation", self.offer.name)
		self.linked = linking.link(doc, factories.SERIES, self.by_hand)

	def assert_alarm(self, number: str) -> None:
		frappe.db.rollback()
		linked = self.stored(self.offer)
		self.assertEqual((linked.name, linked.number), (self.linked.name, self.by_hand))
		self.assertIn(number, linked.notices)
		told = {"reference_name": linked.name, "event": "Proforma found twice in SmartBill"}
		self.assertEqual(frappe.db.count("Business Event", told), 1)
		self.assertEqual(
			frappe.db.get_value("Quotation", self.offer.name, "smartbill_proforma"), self.linked.name
		)

	def test_a_survey_that_finds_it_raises_the_alarm_on_the_linked_one(self):
		claim.raise_alarm(self.first, "0231")
		self.assert_alarm("0231")

	def test_its_late_answer_is_an_alarm_on_the_linked_one(self):
		claim.settle(self.first, states.ISSUED, "Proforma issued", series="PRF2", number="0231")
		self.assert_alarm("0231")


class TestAnswerIsKept(SettlingTestCase):
	def test_an_answer_is_not_lost_because_the_gate_could_not_learn_from_it(self):
		quotation = self.quotation()
		self.sandbox.knobs(v1_limit=3)
		with patch.object(accounts, "_locked_state", side_effect=self.busy_after(1)):
			doc = self.issue(quotation).document
		self.assertEqual((doc.status, doc.number), (states.ISSUED, "0227"))

	def test_nobody_waits_for_the_gate_with_a_snapshot(self):
		gate = accounts.AccountGate(self.account.name, Lane.BULK)
		refusals = [Decision(State(), timedelta(seconds=1)), Decision(State())]
		steps = []
		with (
			patch.object(accounts.gate, "admit", lambda *arguments: refusals.pop(0)),
			patch.object(accounts.clock, "pause", lambda seconds: steps.append("pause")),
			patch.object(frappe.db, "rollback", lambda: steps.append("rollback")),
		):
			self.assertIsNone(gate.peek(1))
		self.assertEqual(steps, ["rollback", "rollback", "pause", "rollback"])

	def busy_after(self, questions: int) -> Any:
		locked = accounts._locked_state
		asked = []

		def ask(account: str) -> Any:
			asked.append(account)
			if len(asked) > questions:
				raise frappe.QueryDeadlockError("Deadlock found when trying to get lock")
			return locked(account)

		return ask

	def test_nothing_is_read_in_an_open_transaction_while_smartbill_answers(self):
		quotation = self.quotation()
		exchange = Client._exchange
		seen = []

		def watched(client: Client, *arguments: Any) -> Any:
			seen.append(frappe.db.last_statement)
			return exchange(client, *arguments)

		with noted_statements(), patch.object(Client, "_exchange", watched):
			self.issue(quotation)
		self.assertEqual(set(seen), {"commit"})


def noted_statements() -> Any:
	"""Notes whether the last thing that the connection did was a commit or anything else."""
	database = type(frappe.local.db)
	commit, sql = database.commit, database.sql

	def noted_commit(self: Any, *arguments: Any, **named: Any) -> Any:
		result = commit(self, *arguments, **named)
		self.last_statement = "commit"
		return result

	def noted_sql(self: Any, *arguments: Any, **named: Any) -> Any:
		self.last_statement = "sql"
		return sql(self, *arguments, **named)

	return patch.multiple(database, commit=noted_commit, sql=noted_sql)
