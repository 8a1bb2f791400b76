"""The tax office's look-up: read tolerantly, asked over real HTTP, remembered, and never waited for too long."""

import contextlib
import json
import socket
import threading
import time
import unittest
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from unittest.mock import patch

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.anaf import client, lookup
from erp_b2b_smartbill.anaf.answers import FOUND, UNAVAILABLE, UNKNOWN, Answer, read_many
from erp_b2b_smartbill.anaf.client import MANY, PERSON, URL, Patience
from erp_b2b_smartbill.anaf.lookup import Lookup, look_up, look_up_many
from erp_b2b_smartbill.tests.compat import SandboxTestCase, ServerTestCase
from erp_b2b_smartbill.tests.registration_case import ANAF, CUI
from erp_b2b_smartbill.tests.test_client import http, server

NOON = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
# valid, and known to nobody
NOBODY = "14399840"


def card(cui=int(CUI), **parts):
	"""A company as the office describes it, with changed parts."""
	described = {
		"date_generale": {
			"cui": cui,
			"denumire": "DEMO ACHIZITII SRL",
			"adresa": "JUD. CLUJ, MUN. CLUJ-NAPOCA, STR. EXEMPLU, NR.7",
			"nrRegCom": "J12/345/2019",
			"telefon": "0264123456",
			"codPostal": "400009",
			"stare_inregistrare": "INREGISTRAT din data 01.02.2019",
			"data_inregistrare": "2019-02-01",
		},
		"inregistrare_scop_Tva": {"scpTVA": True},
		"stare_inactiv": {"statusInactivi": False, "dataRadiere": ""},
		"adresa_sediu_social": {
			"sdenumire_Strada": "Str. Exemplu",
			"snumar_Strada": "7",
			"sdenumire_Localitate": "Mun. Cluj-Napoca",
			"sdenumire_Judet": "CLUJ",
			"scod_JudetAuto": "CJ",
			"sdetalii_Adresa": "ap. 3",
			"scod_Postal": "400001",
		},
	}
	return {**described, **{name: {**described.get(name, {}), **part} for name, part in parts.items()}}


def read(status: int, body: bytes, cui: str) -> Answer:
	return read_many(status, body, [cui])[cui]


def answer(*found, not_found=(), **more) -> bytes:
	return json.dumps({"found": list(found), "notFound": list(not_found), **more}).encode()


class TestAnswers(unittest.TestCase):
	def company(self, **parts):
		return read(200, answer(card(**parts)), CUI).company

	def seat(self, **values):
		return self.company(adresa_sediu_social={f"s{name}": value for name, value in values.items()})

	def test_a_company_is_read_with_everything_that_the_form_asks_for(self):
		company = self.company()
		self.assertEqual(
			(company.cui, company.name, company.reg_com), (CUI, "DEMO ACHIZITII SRL", "J12/345/2019")
		)
		self.assertEqual((company.vat_payer, company.inactive, company.struck_off), (True, False, False))
		self.assertEqual(
			(company.address_line, company.city, company.county, company.postal_code),
			("Str. Exemplu, nr. 7, ap. 3", "Cluj-Napoca", "Cluj", "400001"),
		)
		self.assertEqual((company.phone, company.registered_on), ("+40264123456", "2019-02-01"))

	def test_a_code_is_recognised_as_number_and_as_text(self):
		for cui in (int(CUI), CUI, f"RO{CUI}", f" ro{CUI} ", float(CUI), f"00{CUI}"):
			with self.subTest(cui=cui):
				self.assertEqual(read(200, answer(card(cui)), CUI).state, FOUND)

	def test_cod_and_message_may_be_missing_or_wrong(self):
		self.assertEqual(read(200, answer(card(), cod=500, message="?"), CUI).state, FOUND)

	def test_what_is_not_found_comes_as_number_text_or_object_under_200_or_404(self):
		for one in (
			int(NOBODY),
			NOBODY,
			f"RO{NOBODY}",
			{"cui": int(NOBODY), "data": "2026-11-23"},
			{"cui": NOBODY},
		):
			for status in (200, 404):
				with self.subTest(one=one, status=status):
					self.assertEqual(read(status, answer(not_found=[one]), NOBODY), Answer(UNKNOWN))

	def test_of_many_each_has_its_own_answer(self):
		body = answer(
			card(),
			card(98765438),
			card(int(CUI), date_generale={"denumire": "ALTUL"}),
			not_found=[int(NOBODY)],
		)
		answers = read_many(200, body, [CUI, "98765438", NOBODY, "1090"])
		self.assertEqual([one.state for one in answers.values()], [FOUND, FOUND, UNKNOWN, UNAVAILABLE])
		self.assertEqual(answers[CUI].company.name, "DEMO ACHIZITII SRL")

	def test_what_says_nothing_of_the_company_is_unavailable(self):
		for status, body in (
			(404, b""),
			(404, b"<html>Not Found</html>"),
			(200, b"<html><title>Request Rejected</title></html>"),
			(200, b""),
			(200, b"null"),
			(200, b"[]"),
			(200, b"17"),
			(200, b"\xff\xfe"),
			(200, b"[" * 100_000),
			(200, b'{"found": [{"date_generale": {"cui": ' + b"9" * 5000),
			(200, answer()),
			(200, answer(card(98765438))),
			(200, answer(not_found=[98765438, None, True, [], {}, {"cui": None}])),
			(
				200,
				answer(None, 5, "x", [], {}, {"date_generale": None}, {"date_generale": {"cui": int(CUI)}}),
			),
			(200, b'{"found": null, "notFound": "12345674"}'),
			(302, answer(card())),
			(429, answer(card())),
			(500, answer(not_found=[int(CUI)])),
		):
			with self.subTest(status=status, body=body[:60]):
				self.assertEqual(read(status, body, CUI), Answer(UNAVAILABLE))

	def test_parts_of_other_kinds_are_empty(self):
		bare = {
			"date_generale": {
				"cui": CUI,
				"denumire": "ALFA SRL",
				"adresa": 5,
				"telefon": {},
				"nrRegCom": None,
			}
		}
		for more in (
			{},
			{"stare_inactiv": [], "inregistrare_scop_Tva": "", "adresa_sediu_social": 0},
		):
			company = read(200, answer({**bare, **more}), CUI).company
			self.assertEqual(
				(company.name, company.reg_com, company.city, company.phone), ("ALFA SRL", "", "", "")
			)
			self.assertFalse(company.vat_payer or company.inactive or company.struck_off)

	def test_a_company_is_struck_off_by_its_date_or_by_its_state(self):
		self.assertTrue(self.company(stare_inactiv={"dataRadiere": "2021-05-10"}).struck_off)
		for state in ("RADIERE din data 10.05.2021", "radiată"):
			self.assertTrue(self.company(date_generale={"stare_inregistrare": state}).struck_off)
		self.assertFalse(self.company(stare_inactiv={"dataRadiere": " "}).struck_off)

	def test_the_kind_of_place_is_no_part_of_its_name(self):
		for place, city in (
			("Mun. Cluj-Napoca", "Cluj-Napoca"),
			("MUNICIPIUL TURDA", "TURDA"),
			("Oraş Voluntari", "Voluntari"),
			("Orș. Otopeni", "Otopeni"),
			("Sat Floreşti Com. Floreşti", "Floreşti"),
			("Sat Vâlcele, Com. Feleacu", "Vâlcele"),
			("Com. Comana", "Comana"),
			("Loc. Sebeș Mun. Sebeș", "Sebeș"),
			("Satu Mare", "Satu Mare"),
			("Comarnic", "Comarnic"),
			("Oradea", "Oradea"),
			("Municipal", "Municipal"),
		):
			with self.subTest(place=place):
				self.assertEqual(self.seat(denumire_Localitate=place).city, city)

	def test_the_city_of_bucharest_is_its_sector(self):
		bucharest = {"cod_JudetAuto": "B", "denumire_Judet": "MUNICIPIUL BUCUREŞTI"}
		company = self.seat(denumire_Localitate="Sector 1 Mun. Bucureşti", **bucharest)
		self.assertEqual((company.county, company.city), ("Bucuresti", "Sector 1"))
		details = self.seat(denumire_Localitate="Bucureşti", detalii_Adresa="Sectorul 3", **bucharest)
		self.assertEqual(details.city, "Sector 3")
		self.assertEqual(self.seat(denumire_Localitate="Bucureşti", **bucharest).city, "")

	def test_the_fiscal_seat_stands_in_and_the_whole_address_too(self):
		fiscal = {
			"ddenumire_Localitate": "Mun. Iaşi",
			"dcod_JudetAuto": "IS",
			"ddenumire_Strada": "Str. Lungă",
		}
		company = self.company(
			adresa_sediu_social={"sdenumire_Localitate": ""}, adresa_domiciliu_fiscal=fiscal
		)
		self.assertEqual((company.city, company.county, company.address_line), ("Iaşi", "Iasi", "Str. Lungă"))
		company = self.seat(denumire_Strada="", numar_Strada="", detalii_Adresa="")
		self.assertEqual(company.address_line, "STR. EXEMPLU, NR.7")

	def test_texts_are_one_plain_line_that_can_be_stored(self):
		company = self.company(date_generale={"denumire": "<b>ALFA</b>\n &amp; FIII\ud800 " + "X" * 1000})
		self.assertTrue(company.name.startswith("ALFA & FIII X"))
		self.assertLessEqual(len(company.name.encode()), 200)


class AnafCase(SandboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.at(self.sandbox.url + ANAF)
		self.sandbox.knobs(anaf_limit=0)
		self.forget()
		self.addCleanup(self.forget)

	def at(self, url: str) -> None:
		before = frappe.conf.get("anaf_api_url")
		frappe.conf.anaf_api_url = url
		self.addCleanup(frappe.conf.__setitem__, "anaf_api_url", before)

	def forget(self) -> None:
		frappe.cache.delete_keys("anaf")

	def asked(self) -> int:
		return len([call for call in self.sandbox.calls() if call["path"] == ANAF])

	@contextlib.contextmanager
	def within(self, seconds: float):
		"""Well below what waiting for the other side would take, and far above what a slow machine needs."""
		started = time.monotonic()
		yield
		self.assertLess(time.monotonic() - started, seconds)


class TestLookup(AnafCase):
	def test_the_office_knows_companies_of_every_kind(self):
		with clock.frozen(NOON):
			found = {cui: look_up(cui) for cui in (CUI, "98765438", "1090", "42839")}
			self.assertEqual({one.state for one in found.values()}, {FOUND})
			self.assertEqual(found[CUI].at, clock.now() - timedelta(seconds=3.3))
		facts = {
			cui: (one.company.vat_payer, one.company.inactive, one.company.struck_off)
			for cui, one in found.items()
		}
		self.assertEqual(
			facts,
			{
				CUI: (True, False, False),
				"98765438": (False, False, False),
				"1090": (False, True, False),
				"42839": (False, False, True),
			},
		)
		self.assertEqual((found[CUI].company.county, found[CUI].company.city), ("Cluj", "Cluj-Napoca"))
		self.assertEqual(
			(found["1090"].company.county, found["1090"].company.city), ("Bucuresti", "Sector 1")
		)

	def test_a_code_is_asked_for_once_in_whatever_spelling(self):
		first = look_up(CUI)
		self.assertEqual(look_up(f"RO {CUI}"), first)
		self.assertEqual(self.asked(), 1)

	def test_unknown_is_remembered_too(self):
		self.assertEqual((look_up(NOBODY).state, look_up(NOBODY).state), (UNKNOWN, UNKNOWN))
		self.assertEqual(self.asked(), 1)
		left = {cui: frappe.cache.ttl(frappe.cache.make_key(f"anaf:{cui}")) for cui in (NOBODY,)}
		self.assertTrue(3500 < left[NOBODY] <= 3600, left)
		look_up(CUI)
		self.assertTrue(86000 < frappe.cache.ttl(frappe.cache.make_key(f"anaf:{CUI}")) <= 86400)

	def test_who_asks_anew_is_told_what_is_so_now(self):
		look_up(CUI)
		self.sandbox.fault("html", path=ANAF, status=200)
		self.assertEqual(look_up(CUI, fresh=True).state, UNAVAILABLE)
		# what was known before is still known
		self.assertEqual(look_up(CUI).state, FOUND)
		self.assertEqual(look_up(CUI, fresh=True).state, FOUND)
		self.assertEqual(self.asked(), 3)

	def test_a_wrong_code_is_unknown_without_asking(self):
		for cui in ("98765437", "", "1800101400016", "DE123", "x" * 1000):
			self.assertEqual(look_up(cui).state, UNKNOWN)
		self.assertEqual(self.asked(), 0)

	def test_what_a_failing_office_says_is_unavailable_and_is_not_remembered(self):
		for action, more in (
			("html", {"status": 200}),
			("html", {"status": 502}),
			("rate_429", {}),
			("status", {"status": 500}),
			("malformed", {}),
			("empty", {}),
			("null", {}),
			("partial", {}),
			("drop", {}),
			("reset", {}),
		):
			with self.subTest(action=action, **more):
				self.forget()
				self.sandbox.fault(action, path=ANAF, **more)
				with self.within(20):
					self.assertEqual(look_up(CUI).state, UNAVAILABLE)
				self.forget_gate()
				self.assertEqual(look_up(CUI).state, FOUND)

	def forget_gate(self) -> None:
		frappe.cache.delete_keys("anaf:gate")

	def test_the_offices_own_limit_is_unavailable(self):
		self.sandbox.knobs(anaf_limit=1)
		self.assertEqual(look_up(CUI).state, FOUND)
		self.forget_gate()
		self.assertEqual(look_up(NOBODY).state, UNAVAILABLE)

	def test_with_the_gate_the_offices_own_limit_is_never_reached(self):
		self.sandbox.knobs(anaf_limit=1)
		# on a busy machine a question may arrive late, and the next one within the office's second
		for _try in range(3):
			self.forget()
			with self.within(20):
				states = [look_up(cui).state for cui in (CUI, NOBODY, "98765438")]
			if states == [FOUND, UNKNOWN, FOUND]:
				return
		self.fail(states)

	def test_a_slow_office_is_waited_for_no_longer_than_a_person_waits(self):
		self.sandbox.fault("delay", path=ANAF, delay_s=60)
		with self.within(20):
			self.assertEqual(look_up(CUI).state, UNAVAILABLE)

	def test_a_dead_port_is_unavailable_at_once(self):
		with socket.create_server(("127.0.0.1", 0)) as listener:
			port = listener.getsockname()[1]
		self.at(f"http://127.0.0.1:{port}/anaf")
		with self.within(10):
			self.assertEqual(look_up(CUI).state, UNAVAILABLE)

	def test_a_cache_that_is_gone_is_unavailable_and_raises_nothing(self):
		class Gone:
			def __getattr__(self, name):
				raise ConnectionError(name)

		# for the look-up alone: what logs the error has its own
		with patch.object(lookup, "frappe", SimpleNamespace(cache=Gone())):
			self.assertEqual(look_up(CUI).state, UNAVAILABLE)
		self.assertEqual(frappe.get_last_doc("Error Log").method, "ANAF look-up failed")
		self.assertEqual(self.asked(), 0)

	def test_what_another_version_remembered_is_asked_again(self):
		for stored in (
			"nonsense",
			"[]",
			'{"state": "found", "company": {"code": 1}, "at": "2026-11-25"}',
			"{}",
		):
			frappe.cache.set(frappe.cache.make_key(f"anaf:{CUI}"), stored)
			self.forget_gate()
			self.assertEqual(look_up(CUI).state, FOUND)
		self.assertEqual(self.asked(), 4)

	def test_it_neither_ends_nor_joins_the_callers_transaction(self):
		note = frappe.get_doc({"doctype": "ToDo", "description": "mine"}).insert()
		look_up(CUI)
		frappe.db.rollback()
		self.assertFalse(frappe.db.exists("ToDo", note.name))
		self.assertEqual((look_up(CUI).state, self.asked()), (FOUND, 1))


class TestMany(AnafCase):
	def test_many_are_one_question_and_are_remembered_one_by_one(self):
		found = look_up_many([CUI, NOBODY, "98765438"])
		self.assertEqual([one.state for one in found.values()], [FOUND, UNKNOWN, FOUND])
		self.assertEqual((look_up("98765438"), look_up(NOBODY)), (found["98765438"], found[NOBODY]))
		self.assertEqual(self.asked(), 1)

	def test_a_failing_office_is_unavailable_for_all_and_nothing_raises(self):
		for action in ("html", "drop", "partial", "empty"):
			self.sandbox.fault(action, path=ANAF)
			with self.within(20):
				states = {one.state for one in look_up_many([CUI, NOBODY]).values()}
			self.assertEqual(states, {UNAVAILABLE})
		with patch.object(lookup, "_turn", side_effect=ConnectionError):
			self.assertEqual(look_up_many([CUI])[CUI].state, UNAVAILABLE)

	def test_who_has_no_turn_in_time_asks_nothing(self):
		with patch.object(lookup, "_turn", return_value=None):
			self.assertEqual(look_up_many([CUI])[CUI].state, UNAVAILABLE)
		self.assertEqual((look_up_many([]), self.asked()), ({}, 0))


class TestSlowTalkers(AnafCase):
	"""Servers that keep to every single time limit of the HTTP library and to none in all."""

	HURRIED = Patience(0.5, 0.5, 1.0)

	def test_who_drips_is_not_waited_for(self):
		head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"

		def drip(whole: bytes):
			def behave(connection: socket.socket) -> None:
				with contextlib.suppress(OSError):
					for byte in whole:
						connection.sendall(bytes([byte]))
						time.sleep(0.2)

			return behave

		for whole in (head, head[:15] * 4):
			with server(drip(whole)) as (url, requests):
				self.at(url)
				self.forget()
				with self.within(8):
					self.assertEqual(look_up(CUI, patience=self.HURRIED).state, UNAVAILABLE)
				self.assertEqual(len(requests), 1)

	def test_an_endless_answer_is_not_taken(self):
		def flood(connection: socket.socket) -> None:
			with contextlib.suppress(OSError):
				connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
				for _ in range(10_000):
					connection.sendall(b" " * 65536)

		with server(flood) as (url, _requests):
			self.at(url)
			with self.within(20):
				self.assertEqual(look_up(CUI).state, UNAVAILABLE)

	def test_a_redirect_is_not_followed(self):
		target = answer(card())
		with server(lambda connection: connection.sendall(http(target))) as (elsewhere, followed):
			moved = b"HTTP/1.1 307 Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % elsewhere.encode()
			with server(lambda connection: connection.sendall(moved)) as (url, requests):
				self.at(url)
				self.assertEqual(look_up(CUI).state, UNAVAILABLE)
				self.assertEqual((len(requests), followed), (1, []))

	def test_the_question_is_the_documented_one(self):
		with server(lambda connection: connection.sendall(http(answer(card())))) as (url, requests):
			self.at(url)
			with clock.frozen(datetime(2026, 11, 25, 23, tzinfo=timezone.utc)):
				self.assertEqual(look_up(CUI).state, FOUND)
		head, _, body = requests[0].partition(b"\r\n\r\n")
		self.assertTrue(head.startswith(b"POST /api HTTP/1.1\r\n"))
		self.assertIn(b"Content-Type: application/json", head)
		# it is the next day in Romania
		self.assertEqual(json.loads(body), [{"cui": int(CUI), "data": "2026-11-26"}])


class TestGate(AnafCase):
	def test_turns_are_spaced_and_who_would_wait_too_long_is_told_at_once(self):
		with clock.frozen(NOON) as move:
			waits = [lookup._turn(frappe.cache, lookup._key("gate"), 4.7) for _ in range(6)]
			self.assertEqual([round(wait, 3) for wait in waits[:5]], [0, 1.1, 2.2, 3.3, 4.4])
			self.assertIsNone(waits[5])
			move(seconds=5.5)
			self.assertEqual(lookup._turn(frappe.cache, lookup._key("gate"), 4.7), 0)

	def test_a_clock_that_was_put_back_closes_nothing(self):
		with clock.frozen(NOON):
			lookup._turn(frappe.cache, lookup._key("gate"), 4.7)
		with clock.frozen(NOON - timedelta(days=1)):
			self.assertEqual(lookup._turn(frappe.cache, lookup._key("gate"), 4.7), 0)

	def test_many_at_once_each_get_a_turn_of_their_own(self):
		cache, key = frappe.cache, lookup._key("gate")
		waits: list[float | None] = []
		barrier = threading.Barrier(8)

		def ask() -> None:
			barrier.wait()
			waits.append(lookup._turn(cache, key, 60))

		with clock.frozen(NOON):
			threads = [threading.Thread(target=ask) for _ in range(8)]
			for thread in threads:
				thread.start()
			for thread in threads:
				thread.join()
		self.assertEqual(sorted(round(wait, 3) for wait in waits), [round(1.1 * n, 3) for n in range(8)])

	def test_whoever_gets_no_turn_is_told_at_once_and_asks_nothing(self):
		for _ in range(5):
			lookup._turn(frappe.cache, lookup._key("gate"), 60)
		with self.within(2):
			self.assertEqual(look_up(CUI).state, UNAVAILABLE)
		self.assertEqual(self.asked(), 0)
		# a job has the patience
		with clock.frozen(datetime.now(timezone.utc)):
			self.assertEqual(look_up(CUI, patience=MANY).state, FOUND)

	def test_who_waited_is_told_what_was_learned_meanwhile(self):
		lookup._turn(frappe.cache, lookup._key("gate"), 5)
		known = Lookup(UNKNOWN, None, clock.now())

		def meanwhile(seconds: float) -> None:
			frappe.cache.set(lookup._key(CUI), lookup._to_json(known))

		clock.use(lambda: datetime.now(timezone.utc), meanwhile)
		self.assertEqual((look_up(CUI), self.asked()), (known, 0))


class TestAddress(ServerTestCase):
	def test_another_address_is_https_or_on_this_machine(self):
		before = frappe.conf.get("anaf_api_url")
		self.addCleanup(frappe.conf.__setitem__, "anaf_api_url", before)
		for url, used in (
			(None, URL),
			("", URL),
			("https://anaf.example.ro/tva", "https://anaf.example.ro/tva"),
			("http://127.0.0.1:8899/anaf", "http://127.0.0.1:8899/anaf"),
			("http://localhost/anaf", "http://localhost/anaf"),
			("http://[::1]:8899/anaf", "http://[::1]:8899/anaf"),
			("http://anaf.example.ro/tva", URL),
			("http://127.0.0.1.example.ro/tva", URL),
			("http://127.0.0.1@example.ro/tva", URL),
			("http://localhost:80@example.ro/tva", URL),
			("http://[broken", URL),
			("https://", URL),
			("ftp://127.0.0.1/tva", URL),
			("file:///etc/passwd", URL),
			(17, URL),
		):
			with self.subTest(url=url):
				frappe.conf.anaf_api_url = url
				self.assertEqual(client.address(), used)

	def test_the_office_is_asked_by_https(self):
		self.assertTrue(URL.startswith("https://webservicesp.anaf.ro/"))
		self.assertEqual((PERSON.whole, PERSON.connect, PERSON.read), (5, 2, 3))
		self.assertEqual((MANY.connect, MANY.read), (4, 20))
