"""What the customer search finds, how it says why, and in which order."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock, patch

import frappe
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill.customers.search import (
	asked,
	candidates,
	keep,
	search,
	shapes,
	state,
	tables,
	tokens,
)
from erp_b2b_smartbill.customers.search.shapes import Term
from erp_b2b_smartbill.customers.search.tables import (
	CLIENT,
	CLIENT_OF_CUSTOMER,
	CUSTOMER,
	PARTY,
	REGISTRATION,
	TOKEN,
	USE,
	party_id,
)
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.found_case import FoundCase
from erp_b2b_smartbill.tests.search_case import CUI, OTHER_CUI, client, contact, registration


class TestWords(FoundCase):
	def test_all_words_are_found_in_any_order_by_their_beginnings(self):
		self.customer("Brutăria Ana Construct SRL")
		self.customer("Ana Textile SRL")
		for q in ("ana con", "CON ana", "brut", "brutaria ană", "srl constr brut", "S.R.L. Ana Construct"):
			with self.subTest(q=q):
				self.assertIn("Brutăria Ana Construct SRL", self.names(q))
		self.assertEqual(self.names("ana con"), ["Brutăria Ana Construct SRL"])
		self.assertEqual(self.names("ana xyz"), [])

	def test_a_legal_form_that_the_record_lacks_does_not_hide_it(self):
		self.customer("Alfa Construct")
		self.assertEqual(self.names("SC Alfa Construct SRL"), ["Alfa Construct"])
		self.assertEqual(self.names("S.C. ALFA CONSTRUCT S.A."), ["Alfa Construct"])

	def test_letters_that_are_written_apart_are_found_together_and_the_other_way(self):
		self.customer("A B C Trans SRL")
		self.customer("XYZ Impex SRL")
		self.assertEqual(self.names("abc trans"), ["A B C Trans SRL"])
		self.assertEqual(self.names("x y z impex"), ["XYZ Impex SRL"])

	def test_a_part_of_a_word_is_found_behind_beginnings(self):
		self.customer("Agroconstruct SRL")
		self.customer("Construct Zeta SRL")
		self.learn()
		self.assertEqual(self.names("construct"), ["Construct Zeta SRL", "Agroconstruct SRL"])
		[_first, row] = self.rows("construct")
		self.assertEqual(row["match"]["field"], "name")
		self.assertEqual(self.marked(row), ["construct"])

	def test_a_typing_mistake_is_forgiven_where_little_else_is_found(self):
		self.customer("Construct Zeta SRL")
		self.customer("Carpati Lemn SRL")
		self.learn()
		self.assertEqual(self.names("constrict zeta"), ["Construct Zeta SRL"])
		self.assertEqual(self.names("carpatti"), ["Carpati Lemn SRL"])
		self.assertEqual(self.names("carpatti construct"), [])
		row = self.row("carpatti")
		self.assertEqual((row["match"]["field"], row["match"]["text"]), ("typo", "carpati"))
		self.assertEqual(self.marked(row), ["Carpati"])

	def test_an_identifier_is_never_taken_for_a_mistake(self):
		self.customer("Alfa SRL", tax_id="RO12345674")
		self.learn()
		self.assertEqual(self.names("12345675"), [])
		self.assertEqual(self.names("ana@firma.ro"), [])

	def test_what_other_fields_say_is_found_together_with_the_name(self):
		name = self.customer("Depozit Nord SRL", address={"city": "Câmpulung"})
		contact(name)
		self.customer("Depozit Sud SRL")
		self.assertEqual(self.names("depozit campulung"), ["Depozit Nord SRL"])
		self.assertEqual(self.names("muresan depozit"), ["Depozit Nord SRL"])
		self.assertEqual(self.names("depozit 0722123456"), ["Depozit Nord SRL"])
		self.assertEqual(self.names("nord ioana@depozit.example"), ["Depozit Nord SRL"])

	def marked(self, row: dict[str, Any]) -> list[str]:
		return [row["display_name"][start:end] for start, end in row["match"]["ranges"]]


class TestIdentifiers(FoundCase):
	def setUp(self) -> None:
		super().setUp()
		self.name = self.customer("Depozit Nord SRL", tax_id=f"RO{CUI}", smartbill_reg_com="J12/345/2019")
		contact(self.name)

	def test_each_is_found_whole_and_by_its_beginning(self):
		for q, searched in {
			"RO12345674": "cui",
			"12345674": "cui",
			"123456": "cui",
			"ro 123 45": "cui",
			"ioana@depozit.example": "email",
			"IOANA@DEPOZIT": "email",
			"@depozit.example": "email",
			"0722123456": "phone",
			"+40 722 12": "phone",
			"722123456": "phone",
			"0722": "phone",
			"J12/345/2019": "reg_com",
			"j12/345": "reg_com",
			"J2019000345128": "reg_com",
			"depozit.example": "text",
		}.items():
			with self.subTest(q=q):
				answer = self.search(q)
				self.assertEqual([row["customer"] for row in answer["customers"]], [self.name])
				self.assertEqual(answer["searched"], searched)

	def test_a_part_from_the_middle_of_one_is_not(self):
		self.learn()
		for q in ("45674", "2123456", "na@depozit.example", "/345/2019"):
			with self.subTest(q=q):
				self.assertEqual(self.names(q), [])

	def test_the_answer_says_which_one_matched_and_whose_it_is(self):
		self.assertEqual(self.match("RO12345674"), ("cui", CUI, None))
		self.assertEqual(
			self.match("ioana@depozit.example"),
			("email", "ioana@depozit.example", "contact Ioana Mureșan"),
		)
		self.assertEqual(self.match("0722 123"), ("phone", "+40722123456", "contact Ioana Mureșan"))
		self.assertEqual(self.match("J12/345/2019"), ("reg_com", "J12/345/2019", None))
		self.assertEqual(self.match("muresan"), ("contact", "Ioana Mureșan", "contact Ioana Mureșan"))

	def test_a_code_that_a_client_says_is_the_company_s_and_not_its_contact_s(self):
		client(client_name="Vest SRL", reg_com="J5/224/2019", contact="Ion Pop", city="Timișoara")
		self.assertEqual(self.match("J5/224"), ("reg_com", "J5/224/2019", None))

	def test_whole_ones_come_before_longer_ones(self):
		self.customer("Alfa SRL", tax_id="RO1234")
		self.customer("Beta 1234 SRL")
		self.assertEqual(self.names("1234")[0], "Alfa SRL")
		self.assertEqual(self.names("1234")[-1], "Depozit Nord SRL")

	def test_a_city_is_told_when_it_is_why(self):
		factories.customer_address(self.name, city="Târgu Jiu")
		self.assertEqual(self.match("targu jiu")[:2], ("city", "Târgu Jiu"))


class TestOrder(FoundCase):
	def test_the_name_itself_first_then_how_it_begins_then_whole_words_then_beginnings(self):
		expected = [
			self.customer("Alfa SRL"),
			self.customer("Alfa Beta SRL"),
			self.customer("Construct Alfa SRL"),
			self.customer("Construct Alfabet SRL"),
			self.customer("Zeta SRL"),
		]
		contact(expected[-1], last_name="Alfa")
		self.assertEqual([row["customer"] for row in self.rows("alfa")], expected)

	def test_of_equals_the_user_s_own_come_first_then_those_that_anybody_quoted_last(self):
		last, quoted, quoted_before, used, used_before = (
			self.customer(f"Alfa {word} SRL") for word in ("Aa", "Bb", "Cc", "Dd", "Ee")
		)
		today = frappe.utils.getdate()
		for name, days in ((quoted, 1), (quoted_before, 9)):
			self.quoted(name, add_days(today, -days))
		for name, days in ((used, 1), (used_before, 3)):
			self.used(name, days)
		self.assertEqual(
			[row["customer"] for row in self.rows("alfa")],
			[used, used_before, quoted, quoted_before, last],
		)

	def test_what_others_used_does_not_count(self):
		first, second = self.customer("Alfa Aa SRL"), self.customer("Alfa Bb SRL")
		self.used(second, 1, user="somebody@example.com")
		self.assertEqual([row["customer"] for row in self.rows("alfa")], [first, second])

	def test_the_answer_tells_when_the_user_chose_it_last(self):
		name = self.customer("Alfa SRL")
		self.assertIsNone(self.row("alfa")["last_used"])
		keep.used(name)
		self.assertEqual(str(self.row("alfa")["last_used"]), nowdate())

	def used(self, name: str, days: int, user: str | None = None) -> None:
		moment = datetime.now() - timedelta(days=days)
		tables.insert(
			USE, ("user_name", "customer", "used_at"), [(user or frappe.session.user, name, moment)]
		)

	def quoted(self, name: str, day: Any) -> None:
		frappe.db.sql(
			f"update {PARTY} set active_on = %s where party = %s", (day, party_id("Customer", name))
		)


class TestEverywhere(FoundCase):
	"""A word that more parties have than anybody looks through."""

	def setUp(self) -> None:
		super().setUp()
		self.add(700, "com")

	def add(self, many: int, word: str) -> None:
		"""So many Customers, which nothing but the index knows."""
		numbers = {f"{word.title()} {number:04d} SRL": f"{number:04d}" for number in range(many)}
		self.many = list(numbers)
		rows = [
			(party_id("Customer", name), CUSTOMER, name, f"{word} {number}", f"{word} {number} srl")
			for name, number in numbers.items()
		]
		tables.insert(PARTY, ("party", "lane", "record", "name_key", "words"), rows)
		tables.insert(
			TOKEN,
			("token", "party", "origin"),
			[
				(f"Ct{one}", party_id("Customer", name), 0)
				for name, number in numbers.items()
				for one in (word, number, "srl")
			],
		)

	def found(self, q: str) -> list[str]:
		return [group.customer for group in search.find(q, search.rights.of_session()).groups]

	def test_the_exact_name_and_the_recent_ones_are_not_missed(self):
		self.assertGreater(len(self.found("com srl")), 200)
		hidden = [name for name in self.many if name not in self.found("com srl")]
		exact, used, quoted = self.customer("Com Srl"), hidden[0], hidden[1]
		tables.insert(
			USE,
			("user_name", "customer", "used_at"),
			[(frappe.session.user, used, datetime.now())],
		)
		frappe.db.sql(
			f"update {PARTY} set active_on = %s where party = %s", (nowdate(), party_id("Customer", quoted))
		)
		found = self.found("com srl")
		self.assertEqual(found[0], exact)
		self.assertEqual(found[1:3], [used, quoted])

	def test_nor_where_a_word_is_neither_rare_nor_everywhere(self):
		for many in (candidates.PER_LANE + 60, candidates.RARE - 20):
			with self.subTest(many=many):
				frappe.db.sql(f"delete from {USE}")
				for table in (PARTY, TOKEN):
					frappe.db.sql(f"delete from {table}")
				self.add(many, "delta")
				found = self.found("delta")
				self.assertGreaterEqual(len(found), candidates.PER_LANE)
				used = next(name for name in self.many if name not in found)
				exact = self.customer("Delta SRL")
				keep.used(used)
				self.assertEqual(self.found("delta")[:2], [exact, used])

	def test_nor_when_all_the_others_are_recent(self):
		frappe.db.sql(f"update {PARTY} set active_on = %s", (nowdate(),))
		exact = self.customer("Com Srl")
		self.assertEqual(self.found("com srl")[0], exact)

	def test_two_words_that_are_everywhere_and_rarely_together_are_found(self):
		name = self.customer("Zz Rar Com")
		for number in range(400):
			party = party_id("Customer", f"Zz {number}")
			tables.insert(TOKEN, ("token", "party", "origin"), [("Ctzz", party, 0)])
			tables.insert(
				PARTY,
				("party", "lane", "record", "name_key", "words"),
				[(party, CUSTOMER, f"Zz {number}", "zz", "zz")],
			)
		# compared, one of them and both walked through
		for compared in (5000, 500, 100):
			limits = {"TRIED": 5, "RARE": 5, "AT_FIRST": 20, "COMPARED": compared, "MANY": 100, "MOST": 5000}
			with self.subTest(compared=compared), patch.multiple(candidates, **limits):
				self.assertEqual(self.found("com zz"), [name])
				self.assertEqual(self.found("zz rar com"), [name])

	def pair(self, names: list[str], words: str = "com srl") -> None:
		"""As if their names were of both words."""
		token = f"{CUSTOMER}{tables.PAIR}{words.replace('nord', 'nor')}"
		tables.insert(
			TOKEN,
			("token", "party", "origin"),
			[(token, party_id("Customer", name), 0) for name in names],
		)
		self.name(words, names)

	def name(self, words: str, names: list[str]) -> None:
		"""As if these were words of their names."""
		frappe.db.sql(
			f"update {PARTY} set words = %s where party in %s",
			(f"zz {words}", [party_id("Customer", name) for name in names]),
		)

	def test_two_words_that_are_everywhere_are_not_walked_through_where_names_have_both(self):
		self.pair(self.many)
		walked = AssertionError("walked through")
		with (
			patch.multiple(candidates, RARE=5, AT_FIRST=20),
			patch.object(candidates._Lane, "_all", Mock(side_effect=walked)),
		):
			self.assertGreater(len(self.found("srl com")), 200)

	def test_and_where_only_some_names_have_both_these_are_all_found(self):
		both = self.many[-30:]
		self.pair(both)
		with patch.multiple(candidates, RARE=5, AT_FIRST=20):
			found = self.found("com srl")
		self.assertLessEqual(set(both), set(found))
		self.assertGreater(len(found), len(both))

	def test_nor_are_those_missed_that_have_one_of_them_in_the_name_and_one_elsewhere(self):
		both, elsewhere = self.many[-30:], self.many[:60]
		self.pair(both, "com nord")
		self.say("nord", both + elsewhere)
		with patch.object(candidates, "RARE", 50):
			self.assertEqual(set(self.found("com nord")), {*both, *elsewhere})
			self.assertFalse(self.find("com nord").is_cut)
			with patch.object(candidates, "BEHIND", 70):
				# of less than a page counts, none is left out
				self.assertEqual(set(self.found("com nord")), {*both, *elsewhere})
				self.assertFalse(self.find("com nord").is_cut)
			with patch.multiple(candidates, BEHIND=70, COMPARED=80):
				# what is more than can be compared comes in part, and that is said
				self.assertLessEqual(set(both), set(self.found("com nord")))
				self.assertTrue(self.find("com nord").is_cut)

	def test_names_are_not_missed_behind_others_that_begin_like_them(self):
		"""A pair is of first letters only: more begin so than are looked at first, and less than are counted."""
		lane, doctype = CLIENT, tables.DOCTYPES[CLIENT]
		similar = sorted((f"N{number}" for number in range(300)), key=lambda name: party_id(doctype, name))
		named = similar[-40:]
		self.assertLess(2 * candidates.BESIDE, len(similar))
		self.assertLess(len(similar), candidates.RARE)
		words = {name: "nord" if name in named else "noroc" for name in similar}
		others = {f"O{number}": (None, f"com delta {number}") for number in range(600)}
		self.add_to_index(lane, {name: (None, f"zz com {word}") for name, word in words.items()} | others)
		rows = [(f"{lane}{tables.PAIR}com nor", party_id(doctype, name), 0) for name in similar]
		# as many as a page needs have it elsewhere
		rows += [(f"{lane}tnord", party_id(doctype, name), 0) for name in others]
		tables.insert(TOKEN, ("token", "party", "origin"), rows)
		found = [group.main.record for group in self.find("com nord").groups]
		self.assertEqual(set(found[: len(named)]), set(named))

	def test_beside_a_word_of_two_letters_names_come_first(self):
		by_index = sorted(self.many, key=lambda name: party_id("Customer", name))
		named = by_index[-250:]
		self.say("la", by_index[:300] + named)
		self.name("com la", named)
		found = self.found("la com")
		self.assertGreaterEqual(len(found), candidates.PER_LANE)
		self.assertLessEqual(set(found[: search.DEEPEST]), set(named))

	def test_nor_are_those_missed_that_have_it_elsewhere(self):
		named, elsewhere = self.many[-30:], self.many[:150]
		self.say("la", named + elsewhere)
		self.name("com la", named)
		for limits in ({"RARE": 50}, {"RARE": 50, "COMPARED": 100}):
			with self.subTest(limits=limits), patch.multiple(candidates, **limits):
				self.assertEqual(set(self.found("la com")), {*named, *elsewhere})

	def test_whoever_the_database_comes_upon_first_there_are_enough(self):
		by_index = sorted(self.many, key=lambda name: party_id("Customer", name))
		frappe.db.sql(f"delete from {TOKEN} where token = 'Ctsrl'")
		# nearly all of the first ones have the other word, few of the next, and all of the last
		self.say("srl", [*by_index[:100], *by_index[100:400:10], *by_index[400:]])
		with patch.object(candidates, "RARE", 50):
			self.assertGreaterEqual(len(self.found("com srl")), candidates.PER_LANE)

	def test_what_is_known_of_the_customers_found_is_found_with_each(self):
		self.add_to_index(
			CLIENT_OF_CUSTOMER,
			{f"Client {name}": (name, f"com {at} srl") for at, name in enumerate(self.many)},
		)
		groups = [group for group in self.find("com srl").groups if CUSTOMER in self.lanes(group)]
		self.assertGreater(len(groups), 200)
		self.assertEqual([group for group in groups if CLIENT_OF_CUSTOMER not in self.lanes(group)], [])

	def test_names_that_begin_with_what_was_typed_are_found_of_each_source(self):
		begin = {f"B{number}": (None, f"zeta nord {number}") for number in range(80)}
		others = {f"O{number}": (None, f"other zeta nord {number}") for number in range(700)}
		for lane in (CLIENT, REGISTRATION):
			self.add_to_index(lane, begin | others)
			found = {hit.party.record for group in self.find("zeta nord").groups for hit in group.hits}
			self.assertLessEqual(set(begin), found)

	def test_a_company_of_two_sources_is_one_row_however_many_are_found(self):
		for lane in (CLIENT, REGISTRATION):
			names = {f"{lane}{number}": (None, f"zeta {number:03d}") for number in range(100)}
			self.add_to_index(lane, names)
			tables.insert(
				TOKEN,
				("token", "party", "origin"),
				[
					(f"{lane}e{name[1:]}@zeta.example", party_id(tables.DOCTYPES[lane], name), 0)
					for name in names
				],
			)
		groups = self.find("zeta").groups
		self.assertEqual({tuple(self.lanes(group)) for group in groups}, {(REGISTRATION, CLIENT)})
		self.assertEqual(len(groups), 100)

	def add_to_index(self, lane: str, named: dict[str, tuple[str | None, str]]) -> None:
		"""Records with their Customer and the words of their name, which nothing but the index knows."""
		doctype = tables.DOCTYPES[lane]
		tables.insert(
			PARTY,
			("party", "lane", "record", "customer", "name_key", "words"),
			[
				(party_id(doctype, name), lane, name, customer, words.removesuffix(" srl"), words)
				for name, (customer, words) in named.items()
			],
		)
		tables.insert(
			TOKEN,
			("token", "party", "origin"),
			[
				(f"{lane}t{word}", party_id(doctype, name), 0)
				for name, (_customer, words) in named.items()
				for word in words.split()
			],
		)

	def say(self, word: str, names: list[str]) -> None:
		rows = [(f"Ct{word}", party_id("Customer", name), 0) for name in names]
		tables.insert(TOKEN, ("token", "party", "origin"), rows)

	def find(self, q: str) -> search.Found:
		return search.find(q, search.rights.of_session())

	def lanes(self, group: Any) -> list[str]:
		return sorted({hit.party.lane for hit in group.hits})

	def test_more_questions_than_a_statement_takes_are_answered(self):
		few = [asked.Count(CUSTOMER, Term(exact=(f"t{number % 700:04d}",)), 5) for number in range(1200)]
		self.assertEqual(asked.counted(few, {}), [1] * 1200)

	def test_counts_end_at_100(self):
		self.assertEqual(
			search.search("com")["counts"], {"b2b": 0, "erp": "100+", "smartbill": 0, "all": "100+"}
		)

	def test_pages_neither_repeat_nor_lose_a_row_and_end_at_200(self):
		with patch.object(search.rows, "of", lambda groups, *_rest: [group.customer for group in groups]):
			seen, start, pages = [], 0, 0
			while start is not None:
				answer = search.search("com srl", start=start, limit=30)
				seen += answer["customers"]
				start, pages = answer["next"], pages + 1
			self.assertEqual((len(seen), len(set(seen)), pages), (200, 200, 7))
			self.assertEqual(seen, search.search("com srl", limit=200)["customers"])


class TestEveryWay(FoundCase):
	"""However common the words are, those are found that have all of them, whoever says them."""

	WORDS = "alfa alba com comet construct cluj constanta pop popescu sc srl nord"

	def test_whatever_way_is_taken_the_same_are_found_as_by_looking_at_each(self):
		chance = random.Random(7)
		words = self.WORDS.split()
		said = {f"P{number:03d}": chance.sample(words, chance.randint(1, 5)) for number in range(150)}
		for name, those in said.items():
			party, in_name = party_id("Customer", name), those[: chance.randint(1, 5)]
			tables.insert(
				PARTY,
				("party", "lane", "record", "name_key", "words"),
				[(party, CUSTOMER, name, " ".join(in_name), " ".join(in_name))],
			)
			found_by = {*(f"t{word}" for word in those), *tokens.of_pairs(in_name)}
			rows = [(CUSTOMER + token, party, 0) for token in sorted(found_by)]
			tables.insert(TOKEN, ("token", "party", "origin"), rows)
		asked = {
			" ".join(word[: chance.randint(2, 9)] for word in chance.sample(words, chance.randint(1, 3)))
			for _ in range(40)
		}
		everything = {"PER_LANE": 1000, "BESIDE": 1000, "FEW_ENOUGH": 1000, "MOST": 10_000}
		for way in (
			{},
			{"RARE": 3},
			{"RARE": 3, "COMPARED": 30},
			{"RARE": 3, "COMPARED": 5, "MANY": 5, "TRIED": 2},
			{"RARE": 30, "COMPARED": 50, "AT_FIRST": 10},
		):
			with patch.multiple(candidates, **everything, **way):
				for q in sorted(asked):
					with self.subTest(q=q, way=way):
						self.assertEqual(self.found(q), self.by_looking(said, q))

	def found(self, q: str) -> set[str]:
		query = shapes.read(q)
		hits = candidates.search(query, query.readings, search.rights.of_session())
		return {hit.party.record for hit in hits.hits}

	def by_looking(self, said: dict[str, list[str]], q: str) -> set[str]:
		return {
			name
			for name, words in said.items()
			if all(any(word.startswith(typed) for word in words) for typed in q.split())
		}


class TestPages(FoundCase):
	def test_the_last_page_names_no_next(self):
		for number in range(5):
			self.customer(f"Alfa {number} SRL")
		first = self.search("alfa", limit=3)
		self.assertEqual((len(first["customers"]), first["next"]), (3, 3))
		second = self.search("alfa", limit=3, start=3)
		self.assertEqual((len(second["customers"]), second["next"]), (2, None))
		self.assertEqual(self.search("alfa", limit=3, start=9)["customers"], [])
		ids = [row["id"] for answer in (first, second) for row in answer["customers"]]
		self.assertEqual(len(set(ids)), 5)

	def test_counts_are_the_same_on_every_page_and_for_every_choice_of_sources(self):
		for number in range(7):
			self.customer(f"Alfa {number} SRL")
		client(client_name="Alfa Client SRL")
		expected = {"b2b": 0, "erp": 7, "smartbill": 1, "all": 8}
		for options in ({}, {"start": 5, "limit": 2}, {"sources": ["smartbill"]}, {"sources": ["b2b"]}):
			with self.subTest(options=options):
				self.assertEqual(self.search("alfa", **options)["counts"], expected)

	def test_a_page_takes_the_same_number_of_questions_however_many_rows_it_has(self):
		for number in range(30):
			name = self.customer(f"Alfa {number} SRL", address={"city": "Cluj-Napoca"})
			contact(name, first_name=f"Alfa{number}")
		self.search("alfa")
		for q in ("alfa", "cluj", "alfa 0722123456"):
			with self.subTest(q=q):
				self.assertEqual(self.questions(q, limit=1), self.questions(q, limit=25))

	def questions(self, q: str, **options: Any) -> int:
		count = 0
		sql = frappe.db.sql

		def counted(*args: Any, **kwargs: Any) -> Any:
			nonlocal count
			count += 1
			return sql(*args, **kwargs)

		with patch.object(frappe.db, "sql", counted):
			self.assertEqual(len(self.rows(q, **options)), options["limit"])
		return count


class TestNothingTyped(FoundCase):
	def test_the_user_s_recent_ones_then_those_he_looks_after_then_those_that_anybody_quoted(self):
		quoted = self.customer("Quoted SRL")
		kept = self.customer("Kept SRL", account_manager=frappe.session.user)
		used, used_before = self.customer("Used SRL"), self.customer("Used Before SRL")
		self.customer("Nobody's SRL")
		for name, days in ((used_before, 2), (used, 1)):
			tables.insert(
				USE,
				("user_name", "customer", "used_at"),
				[(frappe.session.user, name, datetime.now() - timedelta(days=days))],
			)
		frappe.db.sql(
			f"update {PARTY} set active_on = %s where party = %s", (nowdate(), party_id("Customer", quoted))
		)
		for q in ("", "   "):
			answer = self.search(q)
			self.assertEqual(
				[row["customer"] for row in answer["customers"]], [used, used_before, kept, quoted]
			)
			self.assertEqual(answer["counts"], {"b2b": 0, "erp": 4, "smartbill": 0, "all": 4})
			self.assertIsNone(answer["customers"][0]["match"])

	def test_of_many_that_he_looks_after_those_that_were_quoted_last_are_not_missed(self):
		names = [f"Kept {number:04d} SRL" for number in range(3 * candidates.PER_LANE)]
		tables.insert(
			PARTY,
			("party", "lane", "record", "words"),
			[(party_id("Customer", name), CUSTOMER, name, name.lower()) for name in names],
		)
		token = "C" + next(iter(tokens.of_keepers([frappe.session.user])))
		tables.insert(
			TOKEN, ("token", "party", "origin"), [(token, party_id("Customer", name), 0) for name in names]
		)
		quoted = [names[at] for at in range(0, len(names), len(names) // 15)]
		for days, name in enumerate(quoted):
			frappe.db.sql(
				f"update {PARTY} set active_on = %s where party = %s",
				(add_days(nowdate(), -days), party_id("Customer", name)),
			)
		# many others were quoted later
		with patch.object(search.recent, "_of_anybody", lambda may, is_short: []):
			found = search.find("", search.rights.of_session()).groups
		self.assertEqual([group.customer for group in found[: len(quoted)]], quoted)

	def test_a_member_of_the_sales_team_looks_after_the_customer(self):
		if not frappe.get_meta("Sales Person").has_field("employee"):
			self.skipTest("Sales Persons are no employees here")
		person = frappe.get_doc({"doctype": "Sales Person", "sales_person_name": "Ana Test"}).insert().name
		name = self.customer("Kept SRL", sales_team=[{"sales_person": person, "allocated_percentage": 100}])
		with patch.object(search.recent, "_persons", lambda: [person]):
			self.assertEqual([row["customer"] for row in self.rows("")], [name])


class TestState(FoundCase):
	def test_without_an_index_nothing_is_pretended(self):
		state.forget()
		with self.assertRaises(search.IndexEmpty) as raised:
			self.search("alfa")
		self.assertEqual((raised.exception.http_status_code, raised.exception.code), (503, "index_empty"))

	def test_while_it_is_built_the_answer_says_how_far(self):
		self.customer("Alfa SRL")
		frappe.db.set_single_value(state.STATE, {"state": state.BUILDING, "done": 5, "total": 20})
		answer = self.search("alfa")
		self.assertEqual(answer["index"], {"state": "Building", "done": 5, "total": 20})
		self.assertEqual(len(answer["customers"]), 1)

	def test_a_record_that_is_gone_though_the_index_knows_it_is_left_out(self):
		name = self.customer("Alfa SRL")
		frappe.db.delete("Customer", {"name": name})
		self.assertEqual(self.rows("alfa"), [])


class TestCreate(FoundCase):
	def test_a_valid_cui_that_nobody_has_may_be_created(self):
		self.customer("Alfa SRL", tax_id=f"RO{OTHER_CUI}")
		self.assertEqual(self.search("ro 12 345 674")["create"], {"cui": f"RO{CUI}"})
		self.assertEqual(self.search(CUI)["create"], {"cui": f"RO{CUI}"})
		for q in (OTHER_CUI, f"RO{OTHER_CUI}", "12345675", "alfa", f"alfa {CUI}", ""):
			with self.subTest(q=q):
				self.assertIsNone(self.search(q)["create"])

	def test_a_client_or_a_registration_of_that_cui_is_enough(self):
		client(vat_code=f"RO{CUI}")
		registration(cui=OTHER_CUI)
		self.assertIsNone(self.search(CUI)["create"])
		self.assertIsNone(self.search(OTHER_CUI)["create"])
