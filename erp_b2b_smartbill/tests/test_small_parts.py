"""The small pure parts: masking, allowed addresses, hints, states, Romanian places."""

import unittest
from datetime import datetime, timedelta

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.masking import mask, mask_text
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.smartbill.hints import hint_for
from erp_b2b_smartbill.smartbill.hosts import allowed_url
from erp_b2b_smartbill.text import fold, plain_lines

NOW = datetime(2026, 11, 23, 12)
PAST = NOW - timedelta(seconds=181)


class TestMasking(unittest.TestCase):
	def test_removes_secrets_at_any_depth(self):
		masked = mask(
			{
				"headers": [{"Authorization": "Basic abc="}],
				"documentViewUrl": "https://x/documente/extern/pf/a1",
				"client": {"issuerCnp": "1800101400016", "email": "a@x.ro"},
				"token": "",
			}
		)
		self.assertEqual(masked["headers"], [{"Authorization": "***"}])
		self.assertEqual(masked["documentViewUrl"], "***")
		self.assertEqual(masked["client"], {"issuerCnp": "***", "email": "a@x.ro"})
		self.assertEqual(masked["token"], "")

	def test_removes_secrets_inside_texts(self):
		text = mask_text(
			'{"a": "Basic dXNlcjp0b2tlbg==", "u": "https://c.ro/documente/extern/pf/estimate/a1?srvid=2", '
			'"cnp": "1800101400016", "t": "s3cret", "cui": "98765438"}',
			("s3cret",),
		)
		for secret in ("dXNlcjp0b2tlbg", "extern", "1800101400016", "s3cret"):
			self.assertNotIn(secret, text)
		self.assertIn("1********0016", text)
		self.assertIn("98765438", text)

	def test_keeps_iban_and_plain_values(self):
		self.assertEqual(mask(["RO49AAAA1B31007593840000", 5, None]), ["RO49AAAA1B31007593840000", 5, None])


class TestAllowedAddresses(unittest.TestCase):
	def test_smartbill_over_https_is_allowed(self):
		url = "https://ws.smartbill.ro/SBORO/api"
		self.assertEqual(allowed_url(f"{url}/"), url)
		self.assertEqual(
			allowed_url("https://WS.smartbill.ro:443/SBORO/api"), "https://WS.smartbill.ro:443/SBORO/api"
		)

	def test_nothing_else_is_allowed_by_itself(self):
		for url in (
			"http://ws.smartbill.ro/SBORO/api",
			"https://ws.smartbill.ro.evil.ro/SBORO/api",
			"https://user@ws.smartbill.ro/",
			"https://ws.smartbill.ro:8443/",
			"https://ws.smartbill.ro/?x=1",
			"https://evil.ro/",
			"http://127.0.0.1:8899/",
			"ftp://ws.smartbill.ro/",
			"https://[broken",
			"",
		):
			self.assertIsNone(allowed_url(url), url)

	def test_the_servers_administrator_may_name_more(self):
		self.assertTrue(allowed_url("http://127.0.0.1:8899/x", ["127.0.0.1"]))
		self.assertTrue(allowed_url("http://127.0.0.1:8899/x", ["127.0.0.1:8899"]))
		self.assertIsNone(allowed_url("http://127.0.0.1:8899/x", ["127.0.0.1:1"]))
		self.assertTrue(allowed_url("https://proxy.firma.ro/x", ["proxy.firma.ro"]))
		# plain HTTP leaves this machine under no name
		self.assertIsNone(allowed_url("http://proxy.firma.ro/x", ["proxy.firma.ro"]))


class TestHints(unittest.TestCase):
	def test_known_refusals_have_advice(self):
		for text, field in (
			("Autentificare esuata. Va rugam verificati datele si incercati din nou.", "account"),
			("Firma la care incercati sa va conectati nu mai este disponibila in Cloud.", "account"),
			("Seria nu a fost gasita! Folositi o serie creata in contul de cloud.", "account"),
			("Pentru acest pachet s-a emis numarul maxim de documente permis", "account"),
			("Cota tva a produsului Cablu nu a fost gasita pe server!", "items"),
			("Numarul maxim acceptat de 400 intrari pe document a fost depasit.", "items"),
			("Client invalid!", "party_name"),
			("țara trebuie specificată", "customer_address"),
			("Nu puteti adauga documentul intr-o perioada inchisa", "issue_date"),
		):
			self.assertEqual(hint_for(text).field, field, text)

	def test_an_unknown_refusal_has_none(self):
		self.assertIsNone(hint_for("Altceva"))


class TestStates(unittest.TestCase):
	def test_what_never_left_may_be_sent(self):
		for status in (states.QUEUED, states.REJECTED):
			self.assertEqual(states.next_step(status, NOW, None, NOW), "send")
		self.assertEqual(states.next_step(states.SENDING, PAST, None, NOW), "send")
		self.assertEqual(states.shown_status(states.SENDING, PAST, None, NOW), states.QUEUED)

	def test_a_claim_in_work_is_left_alone(self):
		self.assertEqual(states.next_step(states.SENDING, NOW, None, NOW), "show")
		self.assertEqual(states.next_step(states.SENDING, PAST, NOW, NOW), "show")

	def test_a_sent_claim_without_its_worker_is_unknown(self):
		self.assertEqual(states.next_step(states.SENDING, PAST, PAST, NOW), "lost")
		self.assertEqual(states.shown_status(states.SENDING, PAST, PAST, NOW), states.UNKNOWN)

	def test_unknown_and_settled_are_never_sent(self):
		for status in (states.UNKNOWN, *states.SETTLED):
			self.assertEqual(states.next_step(status, PAST, PAST, NOW), "show")

	def test_an_hour_that_comes_twice_does_not_hold_a_claim(self):
		future = NOW + timedelta(minutes=59)
		self.assertEqual(states.next_step(states.SENDING, future, future, NOW), "lost")


class TestRomania(unittest.TestCase):
	def test_company_codes(self):
		for text in ("RO 98765438", "98.765.438", "ro98765438"):
			self.assertEqual(romania.cui_digits(text), "98765438")
		for text in ("1800101400016", "DE123456789", "", "RO0123"):
			self.assertIsNone(romania.cui_digits(text))

	def test_all_counties_are_known_by_name_and_code(self):
		self.assertEqual(len(romania.COUNTIES), 42)
		for code, name in romania.COUNTIES.items():
			self.assertEqual(romania.county(code), name)
			self.assertEqual(romania.county(name.upper()), name)

	def test_folding_knows_both_kinds_of_romanian_letters(self):
		self.assertEqual(fold("  Ştefan  cel MARE și ț"), "stefan cel mare si t")


class TestPlainLines(unittest.TestCase):
	def test_an_email_without_markup_keeps_its_paragraphs_and_nothing_else(self):
		text = "<p>Dear Ana,</p><p>the proforma <b>PRF 1</b> of 3.540,49&nbsp;lei<br>is due &amp; ready.</p>"
		self.assertEqual(
			plain_lines(text), "Dear Ana,\n\nthe proforma PRF 1 of 3.540,49\xa0lei\nis due & ready."
		)
