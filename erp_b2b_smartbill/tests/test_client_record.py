"""A client of SmartBill in one form, from the API or from a row of a file. Pure."""

import unittest
from dataclasses import replace

from erp_b2b_smartbill.smartbill.clients.record import (
	FILE_FIELDS,
	ClientRecord,
	data_hash,
	from_row,
	from_v3,
	max_length,
	too_long,
)

# valid by its check digit, and nobody's
CNP = "1800101400016"
V3 = {
	"id": "cus_019f17cde092765a8d30802230e90d01",
	"name": "Atelier Demo SRL",
	"vatCode": "RO98765438",
	"regCom": "J12/345/2019",
	"code": "CLI001",
	"address": "Str. Exemplu 7",
	"city": "Cluj-Napoca",
	"county": "Cluj",
	"country": "Romania",
	"bank": "",
	"iban": "",
	"email": "Comenzi@Example.ro",
	"contact": "",
	"phone": "0722000004",
	"isVatPayer": True,
	"brand": "",
	"deliveryAddresses": [{"description": "Depozit", "city": "Turda", "defaultAddress": True, "other": 1}],
}


class TestFromV3(unittest.TestCase):
	def test_every_field_of_the_api_has_its_place(self):
		client = from_v3(V3)
		self.assertEqual(client.external_id, V3["id"])
		self.assertEqual((client.name, client.vat_code), ("Atelier Demo SRL", "RO98765438"))
		self.assertEqual(
			(client.reg_com, client.code, client.phone), ("J12/345/2019", "CLI001", "0722000004")
		)
		self.assertEqual((client.email, client.vat_payer, client.row), ("comenzi@example.ro", "Yes", 0))
		(delivery,) = client.delivery_addresses
		self.assertEqual(
			(delivery["city"], delivery["zipCode"], delivery["defaultAddress"]), ("Turda", "", True)
		)
		self.assertNotIn("other", delivery)

	def test_what_is_missing_null_or_of_another_type_is_empty(self):
		self.assertEqual(from_v3({}), ClientRecord())
		strange = {
			"id": None,
			"name": ["x"],
			"city": {},
			"isVatPayer": None,
			"deliveryAddresses": ["x", None],
		}
		self.assertEqual(from_v3(strange), ClientRecord())
		self.assertEqual(from_v3({"code": 12, "isVatPayer": False}), ClientRecord(code="12", vat_payer="No"))
		self.assertEqual(from_v3({"deliveryAddresses": "x"}), ClientRecord())


class TestFiscalCode(unittest.TestCase):
	def code(self, text: str) -> str:
		return from_row({"vat_code": text}).vat_code

	def test_a_fiscal_code_is_its_digits_and_keeps_its_ro(self):
		self.assertEqual(self.code(" ro 123 456-74 "), "RO12345674")
		self.assertEqual(self.code("12345674"), "12345674")
		self.assertEqual(self.code("ＲＯ１２３４５６７４"), "RO12345674")

	def test_a_code_that_went_through_a_number_is_text_again(self):
		for text in ("12345674.0", "12345674,00", "1.2345674E7", "1.2345674E+07", "1,2345674E+7"):
			with self.subTest(text=text):
				self.assertEqual(self.code(text), "12345674")
		# Java leaves out the zeros at the end
		self.assertEqual(self.code("1.234567E7"), "12345670")

	def test_a_code_that_lost_digits_is_not_made_up(self):
		for text in ("1.2E+07", "1.23457E+07", "1.23456789E7", "1.5E99"):
			with self.subTest(text=text):
				self.assertEqual(self.code(text), text)

	def test_what_stands_for_no_identifier_is_none(self):
		for text in ("", "-", " – ", "0", "000", "0" * 13, "0.0"):
			with self.subTest(text=text):
				client = from_row({"vat_code": text, "reg_com": text, "code": text})
				self.assertEqual(client, ClientRecord())
		self.assertEqual(self.code("0" * 14), "0" * 14)

	def test_a_wrong_check_digit_is_kept(self):
		self.assertEqual(self.code("RO22222222"), "RO22222222")

	def test_a_foreign_code_is_none_of_our_business(self):
		client = from_row({"vat_code": "DE 123456789", "country": "Germania"})
		self.assertEqual(client.vat_code, "DE 123456789")

	def test_a_personal_code_is_never_a_fiscal_code(self):
		for text in (
			CNP,
			f" {CNP[:1]} {CNP[1:7]} {CNP[7:]} ",
			f"RO{CNP}",
			f"{CNP}.0",
			"1.800101400016E12",
			f"CNP {CNP}",
			f"C.N.P.: {CNP}",
			f"cod numeric personal {CNP}",
		):
			with self.subTest(text=text):
				client = from_row({"vat_code": text})
				self.assertEqual((client.vat_code, client.personal_code), ("", CNP))
		self.assertEqual(from_v3({"vatCode": CNP}).personal_code, CNP)

	def test_a_mistyped_personal_code_is_still_somebodys(self):
		client = from_row({"vat_code": "1800101400017"})
		self.assertEqual((client.vat_code, client.personal_code), ("", "1800101400017"))

	def test_thirteen_digits_without_a_birth_date_are_another_countrys_company(self):
		client = from_row({"vat_code": "1002600003778", "country": "Moldova"})
		self.assertEqual((client.vat_code, client.personal_code), ("1002600003778", ""))


class TestFromRow(unittest.TestCase):
	def test_the_first_valid_email_is_the_primary_one(self):
		client = from_row({"email": "nimeni; B@x.ro, a@x.ro;b@x.ro"})
		self.assertEqual((client.email, client.emails), ("b@x.ro", ("b@x.ro", "a@x.ro")))

	def test_what_is_no_email_is_left_out(self):
		client = from_row({"email": "fara email"})
		self.assertEqual((client.email, client.emails), ("", ()))

	def test_a_phone_stays_as_typed(self):
		for text in ("722123456", "0722 123 456", "0264/123456 int. 12", "+40 722 123 456"):
			self.assertEqual(from_row({"phone": text}).phone, text)
		self.assertEqual(from_row({"phone": "722123456.0"}).phone, "722123456")
		self.assertEqual(from_row({"phone": "7.22123456E8"}).phone, "722123456")
		self.assertEqual(from_row({"phone": "7.22E+08"}).phone, "7.22E+08")

	def test_a_vat_payer_is_said_in_many_ways(self):
		for expected, texts in (
			("Yes", ("da", "DA", "x", "X", "1", "1.0", "true", "Adevărat", "yes")),
			("No", ("nu", "NU", "0", "0.0", "false", "FALS", "no")),
			("", ("", " ", "-", "poate")),
		):
			for text in texts:
				with self.subTest(text=text):
					self.assertEqual(from_row({"vat_payer": text}).vat_payer, expected)

	def test_an_iban_is_compact_or_kept_as_it_is(self):
		self.assertEqual(from_row({"iban": "ro49 aaaa 1b31 0075 9384 0000"}).iban, "RO49AAAA1B31007593840000")
		self.assertEqual(from_row({"iban": "RO49 AAAA1B31007593840001"}).iban, "RO49 AAAA1B31007593840001")

	def test_texts_are_one_line_in_one_spelling_without_what_is_unseen(self):
		client = from_row(
			{"name": " Brut\u0061\u0306ria\r\n\tAna\u200b\x00\ud800 ", "address": "Str. A\nnr. 1"}
		)
		self.assertEqual((client.name, client.address), ("Brutăria Ana", "Str. A nr. 1"))

	def test_nothing_is_markup_for_it_is_stored_past_frappes_filter(self):
		attack = "<img src=x onerror=alert(1)>"
		# which some spellings of a letter make of others
		wide = attack.translate({ord("<"): "\uff1c", ord(">"): "\uff1e"})
		small = attack.translate({ord("<"): "\ufe64", ord(">"): "\ufe65"})
		clients = (
			from_row({field: attack for field in FILE_FIELDS}),
			from_row({field: wide for field in FILE_FIELDS} | {"name": attack}),
			from_row({field: small for field in FILE_FIELDS} | {"name": attack}),
			from_v3({key: attack for key in V3} | {"deliveryAddresses": [{"city": attack}]}),
		)
		for client in clients:
			self.assertEqual(client.name, "‹img src=x onerror=alert(1)›")
			self.assertNotRegex(str(client), "[<>]")

	def test_what_does_not_fit_is_told_and_not_cut(self):
		client = from_row({"name": "n" * 141, "address": "a" * 255, "city": "c" * 140})
		self.assertEqual(too_long(client), ["name"])
		self.assertEqual(len(client.name), 141)
		self.assertEqual((max_length("address"), max_length("city")), (255, 140))


class TestDataHash(unittest.TestCase):
	def test_it_stays_the_same_from_version_to_version(self):
		client = from_v3(V3)
		self.assertEqual(
			data_hash(client), ("bd028c09a9f191716ff504a8409db32beddf5c1a798a322bb1fdca0ac9e80159")
		)
		self.assertEqual(
			data_hash(ClientRecord()), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
		)

	def test_where_a_record_comes_from_does_not_count(self):
		client = from_v3(V3)
		self.assertEqual(data_hash(client), data_hash(replace(client, external_id="", row=7)))

	def test_every_field_counts(self):
		seen = {data_hash(ClientRecord(**{field: "a"})) for field in FILE_FIELDS if field != "email"}
		seen |= {
			data_hash(ClientRecord(emails=("a",))),
			data_hash(ClientRecord(delivery_addresses=({"a": "a"},))),
		}
		self.assertEqual(len(seen), len(FILE_FIELDS) + 1)

	def test_a_personal_code_counts_only_by_being_there(self):
		none, one, other = (
			data_hash(ClientRecord(personal_code=code)) for code in ("", CNP, "1900101400081")
		)
		self.assertEqual(one, other)
		self.assertNotEqual(one, none)

	def test_one_field_is_never_taken_for_another(self):
		self.assertNotEqual(data_hash(ClientRecord(city="ab")), data_hash(ClientRecord(city="a", county="b")))
