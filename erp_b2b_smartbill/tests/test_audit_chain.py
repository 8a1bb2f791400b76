"""The chain of Business Events: whatever somebody does to it in the database is found."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import frappe

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit import command, head, sealing, signing, verify
from erp_b2b_smartbill.audit.head import Head
from erp_b2b_smartbill.tests.audit_case import AuditCase, forget_chain, head_file, note
from erp_b2b_smartbill.tests.deciding import KILLED, at_once

ONE = "update `tabBusiness Event` set {} where name = %s"


class TestSealing(AuditCase):
	def test_events_are_sealed_in_their_order_and_verified(self):
		names = self.sealed(5)
		rows = frappe.get_all(audit.EVENT, fields=["name", "seal_number"], order_by="seal_number")
		self.assertEqual(
			[(row.name, row.seal_number) for row in rows], list(zip(names, range(1, 6), strict=True))
		)
		result = verify.verify()
		self.assertEqual((result.ok, result.events, result.unsealed), (True, 5, 0))
		self.assertEqual(head.remembered(), result.head)

	def test_more_events_than_a_chunk_are_one_chain(self):
		frappe.db.rollback()
		number = 2 * sealing.CHUNK + 3
		settings = "B2B Settings"
		audit.record_many("Noted", [(settings, settings, {"text": str(count)}) for count in range(number)])
		frappe.db.commit()
		self.assertEqual(sealing.seal(), number)
		self.assertEqual(self.numbers(), list(range(1, number + 1)))
		self.assertEqual(self.problems(), [])

	def test_the_chain_is_computed_as_documented(self):
		"""Independently of the code that seals: the documentation's formula."""
		self.sealed(2)
		purpose = b"erp_b2b_smartbill: seals of business events, 1"
		secret = hmac.new(frappe.conf.encryption_key.encode(), purpose, hashlib.sha256).digest()
		key_id = hmac.new(secret, b"id", hashlib.sha256).hexdigest()[:8]
		previous = "beginning"
		for row in frappe.get_all(audit.EVENT, fields=["*"], order_by="seal_number"):
			text = json.dumps(["seal", str(row.seal_number), previous, row.signature])
			expected = f"{key_id}.{hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()}"
			self.assertEqual(row.seal, expected)
			previous = row.seal

	def test_what_is_not_committed_is_not_sealed_and_what_is_rolled_back_leaves_no_gap(self):
		note()
		frappe.db.rollback()
		self.assertEqual(sealing.seal(), 0)
		self.sealed(1)
		self.assertEqual(self.numbers(), [1])

	def test_nobody_is_told_of_unsealed_events_before_the_job_is_late(self):
		note()
		frappe.db.commit()
		self.assertEqual(verify.verify().unsealed, 0)
		with clock.frozen(datetime.now(timezone.utc) - timedelta(minutes=16)):
			note()
			frappe.db.commit()
		result = verify.verify()
		self.assertEqual((result.ok, result.unsealed), (True, 1))

	def test_eight_who_write_while_two_seal_make_one_unbroken_chain(self):
		writers = [{"action": "tell", "number": 12, "user": "Administrator"}] * 8
		outcomes = at_once(*writers, {"action": "seal", "times": 6}, {"action": "seal", "times": 6})
		self.assertEqual([one for one in outcomes if "error" in one], [])
		sealing.seal()
		self.assertEqual(self.numbers(), list(range(1, 8 * 12 + 1)))
		result = verify.verify()
		self.assertEqual((result.problems, result.events), ([], 96))

	def test_a_killed_sealer_leaves_a_chain_that_the_next_goes_on_with(self):
		self.sealed(3)
		# at its write, at the commit of it, and after that
		for kill_at in (1, 2, 3, 4):
			with self.subTest(kill_at=kill_at):
				note()
				frappe.db.commit()
				self.assertEqual(at_once({"action": "seal", "kill_at": kill_at}), [KILLED])
				self.assertEqual(self.problems(), [])
		sealing.seal()
		self.assertEqual(self.numbers(), list(range(1, 8)))
		self.assertEqual(self.problems(), [])
		self.assertEqual(head.remembered().number, 7)

	def test_a_sealer_that_died_before_the_head_was_remembered_is_made_up_for(self):
		self.sealed(2)
		remembered = head.remembered()
		self.sealed(2)
		head.accept(remembered)
		sealing.seal()
		self.assertEqual(head.remembered().number, 4)


class TestTampering(AuditCase):
	def test_an_edited_event_is_found_whatever_was_edited(self):
		edits = {
			"reason": "other",
			"event": "Another event",
			"after": '{"text": "9"}',
			"before": None,
			"occurred_at": "2020-01-01 00:00:00",
			"user": "Guest",
			"on_behalf_of": "Guest",
			"origin": "REST",
			"reference_name": "Another",
			"reference_doctype": "User",
			"original_name": "Another",
			"who": None,
			"personal_digest": "0" * 64,
		}
		for field, value in edits.items():
			with self.subTest(field=field):
				forget_chain()
				name = self.sealed(3)[1]
				self.tamper(ONE.format(f"`{field}` = %s"), value, name)
				self.assertEqual(self.problems(), [("Edited", 2)])

	def test_edited_personal_values_are_found(self):
		name = note(reason="ask ana@example.com").name
		frappe.db.commit()
		sealing.seal()
		stored = frappe.db.get_value(audit.EVENT, name, "personal")
		self.tamper(ONE.format("personal = %s"), stored.replace("ana@", "ion@"), name)
		self.assertEqual(self.problems(), [("Edited", 1)])

	def test_personal_values_that_vanish_without_an_erasure_are_found(self):
		name = note(reason="ask ana@example.com").name
		frappe.db.commit()
		sealing.seal()
		self.tamper(ONE.format("personal = null"), name)
		self.assertEqual(self.problems(), [("Edited", 1)])
		# nor does it help to name an event that tells of nothing of the kind
		self.tamper(ONE.format("personal_erased_by = %s"), name, name)
		self.assertEqual(self.problems(), [("Edited", 1)])

	def test_an_edit_before_the_seal_is_found_and_never_sealed(self):
		name = note().name
		frappe.db.commit()
		self.tamper(ONE.format("reason = %s"), "other", name)
		self.assertEqual(sealing.seal(), 0)
		self.assertEqual(self.problems(), [("Edited", 0)])

	def test_deleted_events_are_found(self):
		for place, number in ((0, 1), (2, 3)):
			with self.subTest(place=place):
				forget_chain()
				names = self.sealed(5)
				self.tamper("delete from `tabBusiness Event` where name = %s", names[place])
				self.assertEqual(self.problems(), [("Deleted", number)])

	def test_a_deletion_that_is_hidden_by_new_numbers_is_found(self):
		names = self.sealed(4)
		self.tamper("delete from `tabBusiness Event` where name = %s", names[1])
		for number, name in ((2, names[2]), (3, names[3])):
			self.tamper(ONE.format("seal_number = %s"), number, name)
		kinds = {kind for kind, _number in self.problems()}
		self.assertIn("Reordered", kinds)
		self.assertIn("Cut off", kinds)

	def test_an_inserted_event_is_found_and_never_sealed(self):
		self.copied(self.sealed(3)[0], "forged", seal_number=0)
		self.assertEqual(sealing.seal(), 0)
		# its signature is that of another name
		self.assertEqual(self.problems(), [("Edited", 0)])
		self.tamper(ONE.format("signature = null"), "forged")
		self.assertEqual(sealing.seal(), 0)
		self.assertEqual(self.problems(), [("Inserted", 0)])

	def test_an_event_inserted_into_the_chain_is_found(self):
		names = self.sealed(3)
		for number, name in ((4, names[2]), (3, names[1])):
			self.tamper(ONE.format("seal_number = %s"), number, name)
		self.copied(names[0], "forged", seal_number=2)
		found = self.problems()
		self.assertIn(("Inserted", 2), found)
		self.assertIn(("Reordered", 3), found)

	def test_an_event_appended_to_the_chain_with_a_seal_of_its_own_is_found(self):
		names = self.sealed(2)
		key = signing.key_of("somebody's own")
		self.copied(names[0], "forged", seal_number=3)
		row = frappe.get_all(audit.EVENT, {"name": "forged"}, ["*"])[0]
		signature = signing.sign(key, row)
		seal = signing.seal(key, 3, head.remembered().seal, signature)
		self.tamper(ONE.format("signature = %s, seal = %s"), signature, seal, "forged")
		self.assertEqual(self.problems(), [("Inserted", 3)])
		# and goes on to be, when others are sealed after it
		self.sealed(1)
		self.assertEqual(self.problems(), [("Inserted", 3)])

	def test_an_event_signed_with_a_made_up_key_is_never_sealed(self):
		self.made_up(self.sealed(2)[0], signing.key_of("somebody's own"))
		self.assertEqual(sealing.seal(), 0)
		self.assertEqual(self.problems(), [("Inserted", 0)])

	def test_a_number_below_zero_hides_nothing(self):
		names = self.sealed(2)
		self.copied(names[0], "forged", seal_number=-1)
		waiting = note().name
		frappe.db.commit()
		self.tamper(ONE.format("seal_number = -2"), waiting)
		self.assertEqual(sealing.seal(), 0)
		self.assertCountEqual(self.problems(), [("Inserted", -1), ("Edited", -2)])

	def test_a_made_up_event_excuses_nothing(self):
		"""Neither a renaming nor an erasure that the app did not write."""
		names = self.sealed(2)
		personal = note(reason="ask ana@example.com").name
		frappe.db.commit()
		sealing.seal()
		key = signing.key_of("somebody's own")
		renaming = {"event": audit.DOCUMENT_RENAMED, "before": json.dumps({"name": "B2B Settings"})}
		self.made_up(
			names[0], key, name="renamed", reference_name="Other", after='{"name": "Other"}', **renaming
		)
		self.tamper(ONE.format("reference_name = %s"), "Other", names[1])
		after = json.dumps({"part": "personal", "events": [personal]})
		self.made_up(names[0], key, name="erased", event=audit.PERSONAL_ERASED, after=after)
		self.tamper(ONE.format("personal = null, personal_erased_by = %s"), "erased", personal)
		found = self.problems()
		self.assertCountEqual(found, [("Edited", 2), ("Edited", 3), ("Inserted", 0), ("Inserted", 0)])

	def made_up(self, like: str, key: signing.Key, name: str = "forged", **values: Any) -> None:
		"""A row like another, as its writer would write and sign it with a key of his own."""
		self.copied(like, name, seal_number=0, seal=None, **values)
		row = frappe.get_all(audit.EVENT, {"name": name}, ["*"])[0]
		self.tamper(ONE.format("signature = %s"), signing.sign(key, row), name)

	def copied(self, name: str, forged: str, seal_number: int, **values: Any) -> None:
		row = dict(frappe.db.sql("select * from `tabBusiness Event` where name = %s", name, as_dict=True)[0])
		row.update({"name": forged, "seal_number": seal_number, "previous_seal": None, **values})
		columns = ", ".join(f"`{column}`" for column in row)
		places = ", ".join(["%s"] * len(row))
		self.tamper(f"insert into `tabBusiness Event` ({columns}) values ({places})", *row.values())

	def test_reordered_events_are_found(self):
		names = self.sealed(4)
		self.tamper(ONE.format("seal_number = %s"), 3, names[1])
		self.tamper(ONE.format("seal_number = %s"), 2, names[2])
		found = self.problems()
		self.assertIn(("Reordered", 2), found)
		self.assertIn(("Reordered", 3), found)
		self.assertEqual({kind for kind, _number in found}, {"Reordered"})

	def test_a_cut_tail_is_found_and_stays_found_when_others_are_sealed_after_it(self):
		names = self.sealed(5)
		self.tamper("delete from `tabBusiness Event` where name in (%s, %s)", *names[3:])
		self.assertEqual(self.problems(), [("Cut off", 5)])
		self.sealed(4)
		self.assertEqual(self.problems(), [("Cut off", 5)])

	def test_a_cut_tail_is_found_by_a_head_that_was_kept_elsewhere(self):
		names = self.sealed(3)
		kept = head.remembered()
		self.tamper("delete from `tabBusiness Event` where name = %s", names[2])
		head_file().unlink()
		self.assertEqual(self.problems(), [])
		self.assertEqual(self.problems(heads=[kept]), [("Cut off", 3)])

	def test_everything_deleted_is_found(self):
		self.sealed(2)
		self.tamper("delete from `tabBusiness Event`")
		self.assertEqual(self.problems(), [("Cut off", 2)])

	def test_an_unreadable_file_of_the_head_is_told(self):
		self.sealed(1)
		head_file().write_text("{", encoding="utf-8")
		self.assertEqual(self.problems(), [("Remembered head unreadable", 0)])


class TestOtherKey(AuditCase):
	def test_a_changed_encryption_key_is_told_from_forgery_and_proven_with_the_former_one(self):
		self.sealed(2)
		note()
		frappe.db.commit()
		with self.encryption_key("another key") as former:
			sealing.seal()
			self.sealed(2)
			result = verify.verify()
			# one was written before the change and sealed after it
			self.assertEqual((result.ok, result.events, result.other_key), (True, 5, 3))
			result = verify.verify(old_keys=[former])
			self.assertEqual((result.ok, result.other_key), (True, 0))
			name = frappe.db.get_value(audit.EVENT, {"seal_number": 1})
			self.tamper(ONE.format("reason = %s"), "other", name)
			self.assertEqual(self.problems(old_keys=[former]), [("Edited", 1)])

	def test_a_former_key_signs_for_a_day_and_seals_no_more(self):
		names = self.sealed(2)
		former = audit.current_key()
		with self.encryption_key("another key"):
			self.sealed(1)
			with clock.frozen(datetime.now(timezone.utc) + timedelta(hours=25)):
				# what anybody may write: nobody here can tell it from what the former key signed
				for name in ("waits", "sealed"):
					frappe.db.sql(
						"insert into `tabBusiness Event` (name, creation, event, occurred_at, signature, seal_number)"
						" values (%s, %s, 'Forged', %s, %s, 0)",
						(name, frappe.utils.now(), clock.now(), f"{former.id}.{'0' * 64}"),
					)
				frappe.db.commit()
				self.assertEqual(sealing.seal(), 0)
				self.tamper(
					ONE.format("seal_number = 4, seal = %s, previous_seal = %s"),
					f"{former.id}.{'1' * 64}",
					sealing.last().seal,
					"sealed",
				)
				self.assertEqual(self.problems(), [("Inserted", 4), ("Inserted", 0)])
				self.assertEqual(verify.verify().other_key, len(names))

	def test_the_key_that_comes_back_seals_again(self):
		self.sealed(1)
		with self.encryption_key("another key") as former:
			self.sealed(1)
		self.sealed(1)
		result = verify.verify()
		self.assertEqual((result.problems, result.other_key), ([], 1))
		with self.encryption_key("another key"):
			self.assertEqual(self.problems(old_keys=[former]), [])

	def test_a_site_that_knows_no_keys_yet_learns_them_from_its_seals(self):
		"""An update of the app, or a new disk."""
		self.sealed(1)
		with self.encryption_key("another key"):
			self.sealed(1)
			head_file().unlink()
			self.assertEqual(self.problems(), [])
			self.sealed(1)
			result = verify.verify()
			self.assertEqual((result.problems, result.other_key), ([], 1))

	def test_a_former_key_shown_once_is_known_from_then_on(self):
		"""A backup of another site, restored over this one."""
		with self.encryption_key("the other site's"):
			self.sealed(2)
		head_file().unlink()
		head.know(audit.current_key().id, 0, dict)
		self.assertEqual(self.problems(), [("Inserted", 1), ("Inserted", 2)])
		path = head_file().with_name("former_key.txt")
		self.addCleanup(path.unlink, missing_ok=True)
		path.write_text("the other site's", encoding="utf-8")
		self.assertEqual(command.run(lambda _text: None, old_key_files=[str(path)]), 0)
		self.assertEqual(command.run(lambda _text: None), 2)

	def test_the_key_is_not_stored_and_not_told(self):
		key = audit.current_key()
		self.sealed(1)
		row = frappe.as_json(frappe.get_all(audit.EVENT, fields=["*"]))
		self.assertNotIn(key.secret.hex(), row)
		self.assertNotIn(repr(key.secret), repr(key))


class TestCommand(AuditCase):
	def run_it(self, **options: Any) -> tuple[int, str]:
		said: list[str] = []
		status = command.run(said.append, **options)
		return status, "\n".join(said)

	def test_the_exit_code_says_what_was_found(self):
		names = self.sealed(3)
		status, said = self.run_it()
		self.assertEqual(status, 0)
		self.assertIn("3 events verified. Head: 3:", said)
		with self.encryption_key("another key"):
			status, said = self.run_it()
			self.assertEqual(status, 2)
			self.assertIn("another encryption key", said)
		self.tamper(ONE.format("reason = %s"), "other", names[1])
		status, said = self.run_it()
		self.assertEqual(status, 1)
		self.assertIn(f"Edited: number 2, {names[1]}", said)

	def test_the_former_key_comes_from_a_file(self):
		self.sealed(1)
		path = head_file().with_name("former_key.txt")
		self.addCleanup(path.unlink, missing_ok=True)
		with self.encryption_key("another key") as former:
			path.write_text(f"{former}\n", encoding="utf-8")
			self.assertEqual(self.run_it(old_key_files=[str(path)])[0], 0)

	def test_a_head_of_the_log_is_compared(self):
		self.sealed(1)
		at = head.remembered()
		self.assertEqual(self.run_it(heads=[f"{at.number}:{at.seal}"])[0], 0)
		self.assertEqual(self.run_it(heads=[f"7:{at.seal}"])[0], 1)
		with self.assertRaises(frappe.ValidationError):
			command.run(lambda _text: None, heads=["7"])

	def test_after_a_restored_backup_the_shorter_chain_is_accepted_with_a_reason(self):
		names = self.sealed(3)
		self.tamper("delete from `tabBusiness Event` where name = %s", names[2])
		self.assertEqual(self.run_it()[0], 1)
		with self.assertRaises(frappe.ValidationError):
			command.run(lambda _text: None, accept=" ")
		self.assertEqual(self.run_it(accept="Backup of Monday restored")[0], 0)
		told = frappe.get_last_doc(audit.EVENT, {"event": audit.HEAD_ACCEPTED})
		self.assertEqual((told.reason, told.seal_number), ("Backup of Monday restored", 3))
		self.assertIn('"number": 3', told.before)


class TestNightly(AuditCase):
	def test_the_result_is_kept_and_people_are_told_once(self):
		names = self.sealed(2)
		self.assertTrue(verify.run().ok)
		self.tamper(ONE.format("reason = %s"), "other", names[0])
		before = frappe.db.count("Notification Log")
		for _night in range(2):
			verify.run()
		told = frappe.db.count("Notification Log") - before
		self.assertEqual(told, len(verify.managers(*verify.TOLD)))
		kept = verify.last_result()
		self.assertEqual((kept["ok"], kept["unsealed"]), (False, 0))
		self.assertEqual(kept["problems"], [{"kind": "Edited", "seal_number": 1, "event": names[0]}])
		self.assertTrue(kept["verified_at"])

	def told(self, run: Callable[[], Any]) -> bool:
		before = frappe.db.count("Notification Log")
		run()
		return frappe.db.count("Notification Log") > before

	def test_what_an_administrator_saw_by_the_command_is_told_at_night_too(self):
		names = self.sealed(2)
		self.tamper(ONE.format("reason = %s"), "other", names[0])
		self.assertFalse(self.told(lambda: command.run(lambda _text: None)))
		self.assertTrue(self.told(verify.run))
		self.assertFalse(self.told(verify.run))

	def test_a_problem_behind_the_first_hundred_is_told_too(self):
		settings = "B2B Settings"
		audit.record_many("Noted", [(settings, settings, {"text": "1"})] * (verify.MAX_PROBLEMS + 2))
		frappe.db.commit()
		sealing.seal()
		edit = "update `tabBusiness Event` set reason = 'other' where seal_number <= %s"
		self.tamper(edit, verify.MAX_PROBLEMS + 1)
		self.assertTrue(self.told(verify.run))
		self.assertFalse(self.told(verify.run))
		# as many problems as before, and another one
		last = verify.MAX_PROBLEMS + 1
		self.tamper("update `tabBusiness Event` set reason = null where seal_number = %s", last)
		self.tamper("update `tabBusiness Event` set reason = 'other' where seal_number = %s", last + 1)
		self.assertTrue(self.told(verify.run))

	def test_problems_that_stand_are_told_again_each_week(self):
		names = self.sealed(1)
		self.tamper(ONE.format("reason = %s"), "other", names[0])
		self.assertTrue(self.told(verify.run))
		for days, is_told in ((1, False), (7, True), (8, False), (14, True)):
			with clock.frozen(datetime.now(timezone.utc) + timedelta(days=days)):
				self.assertEqual(self.told(verify.run), is_told, days)

	def test_problems_that_come_back_are_told_again(self):
		names = self.sealed(1)
		for reason, is_told in (("other", True), (None, False), ("other", True)):
			self.tamper(ONE.format("reason = %s"), reason, names[0])
			self.assertEqual(self.told(verify.run), is_told)

	def test_before_the_first_pass_there_is_no_result(self):
		self.assertIsNone(verify.last_result())

	def test_a_thousand_problems_do_not_fill_the_memory(self):
		result = verify.Result()
		for number in range(1000):
			result.add("Edited", number, None)
		self.assertEqual((result.found, len(result.problems)), (1000, verify.MAX_PROBLEMS))

	def test_a_head_that_is_behind_changes_nothing(self):
		self.sealed(2)
		at = head.remembered()
		self.assertTrue(head.remember(Head(1, "x"), sealing.seal_of))
		self.assertEqual(head.remembered(), at)
