"""The walk over all records: it builds the index, repairs it, and goes on where it was broken off."""

from typing import Any
from unittest.mock import patch

import frappe
import redis

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.customers import walks
from erp_b2b_smartbill.customers.search import command, keep, rebuild, records, state, tables, vocabulary
from erp_b2b_smartbill.customers.search.tables import PARTY, TOKEN, WORD, party_id
from erp_b2b_smartbill.doctype.customer_search_index import customer_search_index
from erp_b2b_smartbill.patches import pairs_in_the_search_index
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.deciding import KILLED
from erp_b2b_smartbill.tests.search_case import (
	CUI,
	CommittedSearchCase,
	client,
	contact,
	customers_by_sql,
	registration,
)

CUSTOMER, CLIENT = "Customer", "SmartBill Client"


class TestRebuild(CommittedSearchCase):
	def test_what_was_imported_by_sql_is_found_after_a_rebuild(self):
		[name] = customers_by_sql(1, tax_id=f"RO{CUI}", email_id="x@import.example", mobile_no="0722 333 444")
		other = client(vat_code=CUI)
		self.assertIsNone(self.party(CUSTOMER, name))
		frappe.db.commit()
		self.assertTrue(rebuild.rebuild())
		self.assertLessEqual(
			{"timport", f"c{CUI}", "ex@import.example", "p40722333444"}, self.found_by(CUSTOMER, name)
		)
		self.assertEqual(self.party(CLIENT, other).customer, name)
		self.assert_index_is_whole()
		self.assertTrue(state.is_ready())
		self.assertEqual(state.outcome()["parties"], frappe.db.sql(f"select count(*) from {PARTY}")[0][0])

	def test_a_fiscal_code_or_a_name_that_was_changed_past_the_app_is_known_after_a_walk(self):
		# that it had a name key already is why filling in missing ones does not find it
		came, changed, gone = (
			factories.customer(customer_name=f"Alfa {number}", tax_id=tax_id).name
			for number, tax_id in enumerate(("", "98765438", "14399840"))
		)
		same = factories.customer(tax_id="").name
		other = client(vat_code=CUI)
		modified = frappe.db.get_value(CUSTOMER, came, "modified")
		for fresh in (False, True):
			for name, tax_id in ((came, f"RO{CUI}"), (changed, None), (gone, "12345678")):
				frappe.db.set_value(CUSTOMER, name, "tax_id", tax_id, update_modified=False)
			frappe.db.set_value(CUSTOMER, same, "customer_name", "Cu Totul Altfel SRL", update_modified=False)
			rebuild.rebuild(fresh)
			cuis = [frappe.db.get_value(CUSTOMER, name, "b2b_cui") for name in (came, changed, gone)]
			self.assertEqual(cuis, [CUI, None, None])
			self.assertEqual(frappe.db.get_value(CUSTOMER, same, "b2b_name_key"), "cu totul altfel")
			self.assertEqual(self.party(CLIENT, other).customer, came)
			self.assertEqual(frappe.db.get_value(CUSTOMER, came, "modified"), modified)
			self.assert_index_is_whole()
			# as before, for the other kind of walk
			for name, cui in ((came, None), (changed, "98765438"), (gone, "14399840")):
				frappe.db.set_value(CUSTOMER, name, "b2b_cui", cui, update_modified=False)
			frappe.db.set_value(CUSTOMER, same, "b2b_name_key", "x", update_modified=False)
			frappe.db.commit()

	def test_what_drifted_is_counted_and_repaired(self):
		names = [factories.customer(customer_name=f"Alfa {number}").name for number in range(6)]
		contact(names[0])
		gone, asked = client(), registration()
		rebuild.rebuild()
		self.assertEqual(state.outcome()["drift"], 0)
		# what no event says: rows lost, rows too many, a changed row, records that came, changed and went
		frappe.db.sql(f"delete from {TOKEN} where party = %s", (party_id(CUSTOMER, names[0]),))
		tables.insert(TOKEN, ("token", "party", "origin"), [("Ctfals", party_id(CUSTOMER, names[1]), 0)])
		frappe.db.sql(f"update {PARTY} set name_key = 'x' where party = %s", (party_id(CUSTOMER, names[2]),))
		frappe.db.sql(f"delete from {PARTY} where party = %s", (party_id(CUSTOMER, names[3]),))
		frappe.db.set_value(CUSTOMER, names[4], "customer_name", "Beta")
		frappe.db.delete(CUSTOMER, {"name": names[5]})
		frappe.db.set_value(CLIENT, gone, "status", "Gone")
		frappe.db.set_value("B2B Registration", asked.name, "city", "Dej")
		customers_by_sql(2)
		tables.insert(TOKEN, ("token", "party", "origin"), [("Ctnimeni", 12345, 0)])
		frappe.db.commit()
		self.assertTrue(rebuild.rebuild())
		self.assertEqual(state.outcome()["drift"], 11)
		self.assertTrue(state.is_ready())
		self.assert_index_is_whole()
		rebuild.rebuild()
		self.assertEqual(state.outcome()["drift"], 0)
		self.assertEqual(frappe.db.get_single_value(state.STATE, "drift_total"), 11)

	def test_an_index_that_is_checked_stays_ready_and_one_that_is_built_anew_is_not(self):
		factories.customer()
		rebuild.rebuild()
		seen: list[str] = []

		def look(done: int, total: int) -> None:
			seen.append(state.view()["state"])
			self.assertLessEqual(done, total)

		for fresh, expected in ((False, state.READY), (True, state.BUILDING)):
			seen.clear()
			rebuild.rebuild(fresh, look)
			self.assertEqual(set(seen), {expected})
			self.assert_index_is_whole()

	def test_a_fresh_build_holds_nothing_of_before(self):
		factories.customer()
		tables.insert(TOKEN, ("token", "party", "origin"), [("Ctnimeni", 12345, 0)])
		tables.insert(WORD, ("word",), [("nimeni",)])
		keep.used(factories.customer().name)
		frappe.db.commit()
		rebuild.rebuild(fresh=True)
		self.assert_index_is_whole()
		self.assertFalse(frappe.db.sql(f"select word from {WORD} where word = 'nimeni'"))
		# what only people can say again
		self.assertTrue(frappe.db.sql(f"select customer from {tables.USE}"))

	def test_indexes_that_are_missing_are_made(self):
		name = f"{TOKEN}_party"
		frappe.db.sql_ddl(f"drop index {name}" + (f" on {TOKEN}" if frappe.db.db_type == "mariadb" else ""))
		tables.create()
		self.assertTrue(frappe.db.has_index(TOKEN, name))
		tables.create()

	def test_when_one_was_last_active_is_repaired_and_not_counted(self):
		name = factories.customer().name
		rebuild.rebuild()
		# as of a draft that was deleted
		frappe.db.sql(f"update {PARTY} set active_on = '2026-01-01' where record = %s", (name,))
		frappe.db.commit()
		rebuild.rebuild()
		self.assertEqual(state.outcome()["drift"], 0)
		self.assert_index_is_whole()

	def test_tables_that_somebody_dropped_are_made_and_filled(self):
		tables.drop()
		doc = factories.customer()
		frappe.db.commit()
		self.assertTrue(frappe.db.exists(CUSTOMER, doc.name))
		rebuild.rebuild()
		self.assert_index_is_whole()

	def test_killed_walks_go_on_where_they_stood_until_all_is_there(self):
		customers_by_sql(60)
		# a chunk that has nothing to repair writes little
		for fresh, first, kill_at in ((True, 30, 14), (False, 15, 9)):
			if fresh:
				state.forget()
			frappe.db.commit()
			[outcome] = self.at_once({"action": "walk", "chunk": 10, "kill_at": first})
			self.assertEqual(outcome, KILLED)
			deaths, done = 1, state.position()["done"]
			self.assertTrue(state.position()["walk"])
			while outcome == KILLED:
				[outcome] = self.at_once({"action": "walk", "chunk": 10, "resume": True, "kill_at": kill_at})
				if outcome == KILLED:
					deaths += 1
					self.assertGreater(state.position()["done"], done)
					done = state.position()["done"]
			self.assertNotIn("error", outcome)
			self.assertGreater(deaths, 2)
			self.assertTrue(state.is_ready())
			self.assertEqual(frappe.db.get_single_value(state.STATE, "done"), state.view()["total"])
			self.assert_index_is_whole()

	def test_of_two_walks_the_later_one_goes_to_the_end(self):
		customers_by_sql(30)
		frappe.db.commit()
		outcomes: list[bool] = []

		def begin_another(done: int, total: int) -> None:
			if not outcomes:
				outcomes.append(True)
				outcomes.append(rebuild.rebuild())

		with patch.object(rebuild, "CHUNK", 10):
			self.assertFalse(rebuild.rebuild(tell=begin_another))
		self.assertEqual(outcomes, [True, True])
		self.assertTrue(state.is_ready())
		self.assert_index_is_whole()

	def test_a_record_that_is_saved_while_it_is_read_is_read_again(self):
		doc = factories.customer(customer_name="Alfa Trans SRL")
		frappe.db.commit()
		load = records.load
		for fresh in (True, False):
			once = iter([True])

			def load_old(doctype: str, names: Any, once: Any = once) -> Any:
				found = load(doctype, names)
				if doctype == CUSTOMER and next(once, False):
					# another process, whose words this one does not see in what it has read
					frappe.db.set_value(CUSTOMER, doc.name, "customer_name", frappe.generate_hash(length=6))
				return found

			with patch.object(records, "load", load_old):
				rebuild.rebuild(fresh)
			self.assert_index_is_whole()

	def test_documents_saved_by_others_while_it_is_built_are_in_it(self):
		names = customers_by_sql(40)
		frappe.db.commit()
		titles = [f"Titlu {number}" for number in range(6)]
		saves = [
			{"action": "save", "doctype": CUSTOMER, "name": name, "field": "customer_name", "values": titles}
			for name in (names[0], names[20], names[39])
		]
		outcomes = self.at_once({"action": "walk", "chunk": 5}, *saves)
		self.assertFalse([one for one in outcomes if "error" in one])
		# whatever was missed by both is found by the next
		rebuild.rebuild()
		self.assertLessEqual(state.outcome()["drift"], 3)
		self.assert_index_is_whole()

	def test_a_customer_and_its_contact_saved_at_once_are_both_found(self):
		name = factories.customer(customer_name="Alfa Trans SRL").name
		of_it = contact(name)
		frappe.db.commit()
		outcomes = self.at_once(
			{
				"action": "save",
				"doctype": CUSTOMER,
				"name": name,
				"field": "customer_name",
				"values": [f"Beta {number}" for number in range(5)],
			},
			{
				"action": "save",
				"doctype": "Contact",
				"name": of_it.name,
				"field": "first_name",
				"values": [f"Vlad{number}" for number in range(5)],
			},
		)
		self.assertFalse([one for one in outcomes if "error" in one])
		self.assertLessEqual({"tbeta", "t4", "tvlad4"}, self.found_by(CUSTOMER, name))
		self.assertFalse({"t3", "tvlad3"} & self.found_by(CUSTOMER, name))
		self.assert_in_step(CUSTOMER, name)


class TestWhoWalks(CommittedSearchCase):
	def setUp(self) -> None:
		super().setUp()
		self.queued: list[dict[str, Any]] = []
		frappe.cache.delete_value(rebuild._ASKED)
		# the test is the queue, and nothing of earlier tests waits in it
		for there, name, instead in (
			(frappe, "enqueue", lambda method, **options: self.queued.append(options)),
			(vocabulary, "is_job_enqueued", lambda job: False),
			(rebuild, "is_job_enqueued", lambda job: False),
			(walks, "is_job_enqueued", lambda job: False),
		):
			patched = patch.object(there, name, instead)
			patched.start()
			self.addCleanup(patched.stop)

	def test_an_index_that_nobody_has_built_is_built(self):
		rebuild.resume_abandoned()
		self.assertEqual(len(self.queued), 1)
		rebuild.work()
		self.assertTrue(state.is_ready())
		rebuild.resume_abandoned()
		self.assertEqual(len(self.queued), 1)

	def test_a_walk_that_does_not_move_is_taken_over_and_one_that_does_is_left_alone(self):
		customers_by_sql(3)
		state.begin("theirs", fresh=True, total=3)
		frappe.db.commit()
		rebuild.resume_abandoned()
		rebuild.work()
		self.assertEqual((self.queued, state.view()["state"]), ([], state.BUILDING))
		frappe.db.set_single_value(state.STATE, "moved_at", clock.now() - 2 * rebuild.STALE)
		rebuild.resume_abandoned()
		self.assertEqual(len(self.queued), 1)
		rebuild.work()
		self.assertTrue(state.is_ready())
		self.assert_index_is_whole()

	def test_whoever_asks_for_a_walk_while_one_is_on_its_way_gets_one_behind_it(self):
		doc = factories.customer(customer_name="Alfa SRL")
		frappe.db.commit()
		there = rebuild._Walk._chunk
		once = iter([True])

		def chunk(walk: Any, names: list[str]) -> bool:
			is_going_on = there(walk, names)
			if doc.name in names and next(once, False):
				# what was read already is changed without an event
				frappe.db.set_value(CUSTOMER, doc.name, "customer_name", "Beta SRL")
				rebuild.ask()
				self.assertFalse(rebuild.is_waiting())
				frappe.db.commit()
				self.assertTrue(rebuild.is_waiting())
			return is_going_on

		with patch.object(rebuild._Walk, "_chunk", chunk):
			rebuild.work()
		self.assertFalse(rebuild.is_waiting())
		self.assertTrue(state.is_ready())
		self.assert_index_is_whole()

	def test_switched_off_and_on_while_it_is_walked_it_is_built_at_once(self):
		customers_by_sql(3)
		frappe.db.commit()
		once = iter([True])
		there = rebuild._Walk._chunk

		def chunk(walk: Any, names: list[str]) -> bool:
			if next(once, False):
				for on in (False, True):
					rebuild.switched(on)
				frappe.db.commit()
			return there(walk, names)

		with patch.object(rebuild._Walk, "_chunk", chunk):
			rebuild.work()
		self.assertTrue(state.is_ready())
		self.assert_index_is_whole()

	def test_one_that_was_asked_for_while_somebody_else_walks_is_not_forgotten(self):
		rebuild.rebuild()
		state.begin("a command in a terminal", fresh=False, total=3)
		rebuild.ask()
		frappe.db.commit()
		rebuild.work()
		state.finish(3, 0)
		frappe.db.commit()
		self.queued.clear()
		rebuild.resume_abandoned()
		self.assertEqual(len(self.queued), 1)
		rebuild.work()
		rebuild.resume_abandoned()
		self.assertEqual(len(self.queued), 1)

	def test_building_again_empties_nothing_that_is_asked(self):
		doc = factories.customer(customer_name="Alfa SRL")
		rebuild.rebuild()
		frappe.db.set_value(CUSTOMER, doc.name, "customer_name", "Beta SRL")
		customer_search_index.build_again()
		frappe.db.commit()
		[job] = [one for one in self.queued if one["job_id"] == rebuild._JOB]
		queueing = {"queue", "timeout", "job_id", "deduplicate", "enqueue_after_commit"}
		with patch.object(tables, "empty", side_effect=AssertionError):
			rebuild.work(**{name: value for name, value in job.items() if name not in queueing})
		self.assert_index_is_whole()

	def test_a_fresh_build_that_died_before_the_tables_were_empty_empties_them(self):
		factories.customer()
		rebuild.rebuild()
		tables.insert(TOKEN, ("token", "party", "origin"), [("Ctnimeni", 12345, 0)])
		frappe.db.commit()
		with (
			patch.object(tables, "empty", side_effect=KeyboardInterrupt),
			self.assertRaises(KeyboardInterrupt),
		):
			rebuild.rebuild(fresh=True)
		self.assertTrue(rebuild.resume())
		self.assert_index_is_whole()

	def test_by_night_it_is_checked_while_the_search_is_on(self):
		rebuild.start_nightly()
		self.assertEqual(len(self.queued), 1)
		frappe.db.set_single_value("B2B Settings", features.SEARCH, 0)
		rebuild.start_nightly()
		rebuild.resume_abandoned()
		rebuild.work()
		self.assertEqual(len(self.queued), 1)
		self.assertEqual(state.view()["state"], state.EMPTY)

	def test_an_update_of_a_site_that_searches_looks_through_its_index_again(self):
		[name] = customers_by_sql(1, customer_name="Alfa Construct SRL")
		self.assertTrue(rebuild.rebuild())
		# as it was before there were pairs
		frappe.db.sql(f"delete from {TOKEN} where token like %s", [f"C{tables.PAIR}%"])
		# nor is it stopped by a queue that is down
		with patch.object(walks, "is_job_enqueued", side_effect=redis.exceptions.ConnectionError):
			pairs_in_the_search_index.execute()
			frappe.db.commit()
		self.assertEqual(self.queued, [])
		rebuild.resume_abandoned()
		self.assertEqual(len(self.queued), 1)
		rebuild.work()
		party = party_id(CUSTOMER, name)
		self.assertEqual(
			frappe.db.sql(
				f"select token from {TOKEN} where party = %s and token like %s order by token",
				[party, f"C{tables.PAIR}%"],
				pluck=True,
			),
			["Cwalf con", "Cwalf srl", "Cwcon srl"],
		)
		frappe.db.set_single_value("B2B Settings", features.SEARCH, 0)
		pairs_in_the_search_index.execute()
		frappe.db.commit()
		frappe.db.set_single_value("B2B Settings", features.SEARCH, 1)
		self.assertFalse(rebuild.is_waiting())

	def test_the_command_tells_what_came_of_it(self):
		customers_by_sql(3)
		frappe.db.commit()
		said: list[str] = []
		self.assertEqual(command.run(said.append), 0)
		self.assertIn("parties in", said[-1])
		frappe.db.set_single_value("B2B Settings", features.SEARCH, 0)
		self.assertEqual(command.run(said.append), 1)
		self.assertIn("switched off", said[-1])

	def test_new_words_are_noted_when_they_are_committed_and_added_by_a_job(self):
		doc = factories.customer(customer_name="Zurgalau Prundis 77 SRL")
		self.assertEqual(self.queued, [])
		frappe.db.commit()
		self.assertEqual({one["job_id"] for one in self.queued}, {"b2b_search_new_words"})
		self.queued.clear()
		self.assertEqual(vocabulary.words_with("rgala", 5), [])
		vocabulary.add_noted()
		self.assertEqual(vocabulary.words_with("rgala", 5), ["zurgalau"])
		self.assertFalse(frappe.cache.smembers("b2b_search_new_words"))
		# known ones are nobody's work
		doc.customer_name = "Prundis Zurgalau SRL"
		doc.save()
		frappe.db.commit()
		self.assertEqual(self.queued, [])

	def test_words_of_what_was_rolled_back_are_not_noted(self):
		factories.customer(customer_name="Zurgalau SRL")
		frappe.db.rollback()
		frappe.db.commit()
		self.assertEqual(self.queued, [])


class TestVocabulary(CommittedSearchCase):
	def setUp(self) -> None:
		super().setUp()
		words = "constructii construct deconstruct carpati carpatina reconstructia muresan muresanu popa pop"
		vocabulary.add(words.split())

	def test_parts_of_words_the_shortest_first_without_those_that_begin_so(self):
		self.assertEqual(vocabulary.words_with("construct", 10), ["deconstruct", "reconstructia"])
		self.assertEqual(vocabulary.words_with("pati", 10), ["carpati", "carpatina"])
		self.assertEqual(vocabulary.words_with("pati", 1), ["carpati"])
		for nothing in ("xyz", "pa", "", "pa%", "p_ti", "'; --"):
			self.assertEqual(vocabulary.words_with(nothing, 10), [], nothing)

	def test_one_mistake_in_short_words_two_in_long_ones(self):
		for typed, expected in {
			"carpatti": ["carpati", "carpatina"][:1],
			"karpati": ["carpati"],
			"carpai": ["carpati"],
			"capratii": ["carpati"],
			"construkt": ["construct"],
			"konstrukt": ["construct"],
			"konztrukt": [],
			"muresna": ["muresan"],
			"muresan": ["muresanu"],
			"pobe": [],
			"pop": [],
			"popo": ["pop", "popa"],
			"": [],
		}.items():
			self.assertEqual(vocabulary.words_like(typed, 10)[: len(expected) or None], expected, typed)

	def test_every_single_mistake_in_a_short_word_is_forgiven(self):
		vocabulary.add(["alfa", "lemna"])
		for word in ("alfa", "lemna", "muresan", "carpati"):
			wrong = {f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}" for at in range(len(word) - 1)}
			for at in range(len(word) + 1):
				wrong |= {
					word[:at] + word[at + 1 :],
					f"{word[:at]}z{word[at:]}",
					f"{word[:at]}z{word[at + 1 :]}",
				}
			for typed in sorted(wrong - {word}):
				if 4 <= len(typed) <= 7:
					self.assertIn(word, vocabulary.words_like(typed, 10), typed)

	def test_a_word_is_added_once(self):
		before = frappe.db.sql(f"select count(*) from {tables.GRAM}")
		vocabulary.add(["construct", "pop"])
		self.assertEqual(frappe.db.sql(f"select count(*) from {tables.GRAM}"), before)
