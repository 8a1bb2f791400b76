"""Normal forms of what companies are recognised by, and who is the same company. Pure."""

import unittest

from erp_b2b_smartbill.customers.identity import (
	ALIKE,
	CUI,
	EMAIL,
	NAME,
	NAME_AND_PHONE,
	REG_COM,
	WRONG_CUI,
	Identity,
	Match,
	emails_in,
	likeness,
	match,
	name_key,
	normal_email,
	normal_iban,
	normal_phone,
	phones_in,
	reason_text,
	reg_com_key,
	valid_cui,
)


class TestNormalForms(unittest.TestCase):
	def one_form(self, form, expected, *texts: str | None) -> None:
		for text in texts:
			with self.subTest(text=text):
				self.assertEqual(form(text), expected)

	def test_a_cui_is_its_digits_with_or_without_ro(self):
		self.one_form(
			valid_cui,
			"12345674",
			"12345674",
			"RO12345674",
			"ro 12345674",
			" RO 123.456-74 ",
			"RO\u00a012345674",
			"\u200bRO12345674\ufeff",
			"ＲＯ１２３４５６７４",
		)
		self.one_form(valid_cui, "1090", "1090", "RO1090")

	def test_a_wrong_check_digit_a_cnp_and_a_foreign_number_are_no_cui(self):
		self.one_form(
			valid_cui,
			None,
			*(
				"",
				None,
				" ",
				"98765437",
				"RO22222222",
				"0012345674",
				"1",
				"RO",
				"DE123456789",
				"12345674 12345674",
			),
			*("1800101400016", "RO1800101400016", "x" * 10_000, "١٢٣٤٥٦٧٤", "12345674\nRO"),
		)

	def test_an_email_is_one_address_in_lower_case(self):
		self.one_form(normal_email, "ana.pop@example.ro", "ana.pop@example.ro", " Ana.POP@Example.RO\n")
		self.one_form(normal_email, "o'neil+b2b@mail.example.co.uk", "O'Neil+b2b@mail.example.co.uk")
		self.one_form(normal_email, "a@xn--bcher-kva.xn--p1ai", "a@xn--bcher-kva.XN--P1AI")
		self.one_form(
			normal_email,
			None,
			*("", None, "ana", "ana@", "@example.ro", "ana@example", "ana@@example.ro", "a b@example.ro"),
			*(
				"a@x.ro, b@x.ro",
				"a@x.ro;b@x.ro",
				"Ana <ana@x.ro>",
				"a..b@x.ro",
				".a@x.ro",
				"a@-x.ro",
				"a@x..ro",
			),
			*(
				"a@x.ro\nBcc: b@x.ro",
				f"{'a' * 65}@x.ro",
				f"a@{'x.' * 80}ro",
				"a@1.2.3.4",
				"<script>@x.ro",
				"a\x00@x.ro",
			),
		)

	def test_no_other_letter_turns_into_somebody_elses_email(self):
		# the Kelvin sign, long s and ß fold to k, s and ss
		self.one_form(normal_email, None, "\u212aate@x.ro", "o\u017fcar@x.ro", "stra\u00dfe@x.ro", "аna@x.ro")

	def test_a_field_may_hold_several_emails(self):
		self.assertEqual(
			emails_in("A@x.ro; b@x.ro,, a@x.ro | Ana Pop <c@x.ro>\nnobody"), ["a@x.ro", "b@x.ro", "c@x.ro"]
		)
		self.assertEqual(emails_in(None), [])

	def test_a_phone_is_e164_in_every_way_that_romanians_type_it(self):
		self.one_form(
			normal_phone,
			"+40722123456",
			*("0722123456", "0722 123 456", "0722.123.456", "0722-123-456", "0722/123456", "(0722) 123 456"),
			*("+40722123456", "+40 722 123 456", "0040722123456", "0040 (722) 123456", "+40 (0)722 123 456"),
			*(
				"40722123456",
				"722123456",
				"722 123 456",
				"+4 0722 123 456",
				"+40 0722 123 456",
				"0722–123–456",
			),
			*("\u202a+40 722 123 456\u202c", "０７２２ １２３ ４５６", "0722\u00a0123\u00a0456"),
		)
		self.one_form(normal_phone, "+40264123456", "0264 123 456", "0264/123456", "264123456")
		self.one_form(normal_phone, "+40213123456", "021 312 3456", "(021) 312.34.56")
		self.one_form(normal_phone, "+40800123456", "0800 123 456")

	def test_a_foreign_phone_keeps_its_country(self):
		self.one_form(normal_phone, "+4930123456", "+49 30 123456", "0049 30 123456", "+49 (0)30 123456")
		self.one_form(normal_phone, "+37322123456", "+373 22 123456")
		self.assertEqual(normal_phone("030 123456", "DE"), "+4930123456")

	def test_what_is_no_phone_is_none(self):
		self.one_form(
			normal_phone,
			None,
			*("", None, "-", "112", "123456", "0722 123 45", "0722 123 4567", "0122123456", "0800-CALL-ME"),
			*(
				"0722123456 int. 12",
				"0722123456, 0733123456",
				"tel. 0722123456",
				"+",
				"++40722123456",
				"0" * 40,
			),
			*("+999123456789", "٠٧٢٢١٢٣٤٥٦", "0722123456" * 100, "tel:0722123456;ext=1", "0722123456\x00"),
		)

	def test_a_field_may_hold_several_phones_and_extensions(self):
		self.assertEqual(phones_in("0722 123 456/0733 123 456"), ["+40722123456", "+40733123456"])
		self.assertEqual(
			phones_in("Tel: 0264/123456 int. 12, mob. 0722 123 456; 0722123456"), ["+40722123456"]
		)
		self.assertEqual(
			phones_in("Tel: 0264 123456 int. 12, mob. 0722 123 456"), ["+40264123456", "+40722123456"]
		)
		self.assertEqual(phones_in("0264/123456"), ["+40264123456"])
		self.assertEqual(phones_in(None), [])

	def test_an_iban_is_compact_and_its_check_digits_are_right(self):
		self.one_form(
			normal_iban,
			"RO49AAAA1B31007593840000",
			"RO49AAAA1B31007593840000",
			"ro49 aaaa 1b31 0075 9384 0000",
			"RO49-AAAA-1B31-0075-9384-0000\u200b",
		)
		self.one_form(normal_iban, "RO08TEST0000000000000001", "RO08TEST0000000000000001")
		self.one_form(normal_iban, "DE89370400440532013000", "DE89 3704 0044 0532 0130 00")
		self.one_form(
			normal_iban,
			None,
			*(
				"",
				None,
				"RO49AAAA1B31007593840001",
				"RO49AAAA1B3100759384000",
				"49AAAA1B31007593840000",
				"ß" * 20,
			),
		)


class TestNames(unittest.TestCase):
	def same(self, *names: str) -> None:
		for name in names[1:]:
			with self.subTest(name=name):
				self.assertEqual(name_key(name), name_key(names[0]))

	def test_case_punctuation_blanks_and_both_kinds_of_diacritics_do_not_count(self):
		self.same(
			"Brutăria Șerban și Țuțu",
			"BRUTĂRIA ŞERBAN ŞI ŢUŢU",
			"brutaria serban si tutu",
			"Brutaria  „Serban” & Tutu",
			"Brutăria-Șerban & Țuțu",
			"Brut\u0061\u0306ria S\u0326erban si T\u0326ut\u0326u",
			"Bru\u00adtăria\u00a0Șer\u200bban și Țuțu\ufeff",
			"ＢＲＵＴＡＲＩＡ Serban and Tutu",
		)
		self.assertEqual(name_key("Brutăria Șerban și Țuțu"), "brutaria serban si tutu")

	def test_legal_forms_do_not_count_in_any_spelling_and_place(self):
		self.same(
			"Alfa Construct",
			*(
				"Alfa Construct SRL",
				"Alfa Construct S.R.L.",
				"ALFA CONSTRUCT S. R. L.",
				"Alfa Construct S R L",
			),
			*(
				"SC Alfa Construct SRL",
				"S.C. ALFA CONSTRUCT S.R.L.",
				"S.C.ALFA CONSTRUCT S.R.L",
				"S C Alfa Construct SRL",
			),
			*(
				"Alfa Construct SRL-D",
				"Alfa Construct S.R.L.-D.",
				"Alfa Construct SRL D",
				"Alfa Construct S.R.L.D.",
			),
			*("Alfa Construct SA", "Alfa Construct S.A.", "SC Alfa Construct S A", "Alfa Construct, S.R.L."),
			*("PFA Alfa Construct", "Alfa Construct P.F.A.", "I.I. Alfa Construct", "Alfa Construct Î.I."),
			*("Alfa Construct Î.F.", "Alfa Construct SNC", "Alfa Construct S.C.S.", "R.A. Alfa Construct"),
			*(
				"Societatea Comercială Alfa Construct S.R.L.",
				"Alfa Construct Societate cu răspundere limitată",
			),
			*("SOCIETATEA PE ACŢIUNI ALFA CONSTRUCT", "Alfa Construct Persoană Fizică Autorizată"),
			*(
				"Întreprindere Individuală Alfa Construct",
				"Alfa Construct GmbH",
				"Alfa Construct GmbH & Co. KG",
			),
			*(
				"Alfa Construct Ltd.",
				"Alfa Construct Limited",
				"Alfa Construct Sp. z o.o.",
				"Alfa Construct B.V.",
			),
		)

	def test_letters_set_apart_are_the_word_that_they_make(self):
		self.same("ABC Trans SRL", "A.B.C. Trans", "A B C Trans", "S.C. A.B.C. Trans S.R.L.")
		self.same("ABC SRL", "S.C. A.B.C. S.R.L.", "S C A B C S R L", "S. C. A. B. C. S. R. L.", "abc")
		self.same("McDonalds", "McDonald's", "McDonald’s SRL")

	def test_what_is_a_name_stays_one(self):
		for name, key in (
			("Casa Sara", "casa sara"),
			("Scoala Ia SRL", "scoala ia"),
			("Grup Ascom", "grup ascom"),
			("Scala SRL", "scala"),
			("Beauty Spa SRL", "beauty spa"),
			("Auto 2000 SRL", "auto 2000"),
			("Ștefan cel Mare 12", "stefan cel mare 12"),
			("北京 SRL", "北京"),
			("Straße", "strasse"),
		):
			with self.subTest(name=name):
				self.assertEqual(name_key(name), key)

	def test_other_companies_have_other_keys(self):
		self.assertNotEqual(name_key("Alfa Construct SRL"), name_key("Alfa Consult SRL"))
		self.assertNotEqual(name_key("Alfa 1 SRL"), name_key("Alfa 2 SRL"))

	def test_a_name_of_nothing_but_legal_forms_keeps_them(self):
		self.assertEqual(name_key("S.R.L."), "srl")
		self.assertEqual(name_key("SC SRL"), "sc srl")
		self.assertEqual(
			(name_key(""), name_key(None), name_key("„.-”"), name_key("\ud800")), ("", "", "", "")
		)

	def test_a_giant_name_fits_its_field(self):
		self.assertLessEqual(len(name_key("Alfa Construct " * 10_000)), 140)
		self.assertLessEqual(len(name_key("\ufdfa" * 10_000)), 140)

	def test_likeness_forgives_spelling_and_order_and_no_number(self):
		self.assertGreaterEqual(likeness("brutaria lui ana", "brutaria lui anna"), 90)
		self.assertEqual(likeness("construct alfa", "alfa construct"), 100)
		self.assertLess(likeness("alfa construct", "beta consult"), 70)
		self.assertEqual(likeness("construct instal 1", "construct instal 2"), 0)
		self.assertEqual((likeness("", ""), likeness("alfa", "")), (0, 0))


class TestTradeRegister(unittest.TestCase):
	def same(self, key: str, *texts: str | None) -> None:
		for text in texts:
			with self.subTest(text=text):
				self.assertEqual(reg_com_key(text), key)

	def test_the_old_format_has_one_key_in_every_spelling(self):
		self.same(
			"J12/345/2019",
			*(
				"J12/345/2019",
				"j12/345/2019",
				"J12/00345/2019",
				" J 12 / 345 / 2019 ",
				"J12 345 2019",
				"J12-345-2019",
			),
			*("J/12/345/2019", "J12/345/01.02.2019", "J12/345/01/02/2019", "Ｊ12/345/2019", "J12\\345\\2019"),
		)
		self.same("J1/345/2019", "J01/345/2019", "J1/345/2019")
		self.same("F12/345/2019", "F12/345/2019")

	def test_the_new_format_says_the_old_one_of_a_company_that_had_it(self):
		self.same("J52/750/2012", "J52/750/2012", "J2012000750528", "J 2012 000750 52 8")

	def test_the_new_format_of_a_new_company_stays(self):
		self.same("J2025012345002", "J2025012345002", "j 2025 012345 00 2")
		self.same("J20250123450", "J20250123450", "J-2025-0123450")

	def test_what_is_no_number_has_no_key(self):
		self.same(
			"", "", None, "J12", "X12/345/2019", "12/345/2019", "J12/345/19", "J123/345/2019", "J١٢/345/2019"
		)


VALID, OTHER_VALID, WRONG = "12345674", "98765438", "22222222"


class TestMatch(unittest.TestCase):
	def check(self, one: Identity, other: Identity, expected: Match | None, **more: int) -> None:
		self.assertEqual(match(one, other, **more), expected)
		self.assertEqual(match(other, one, **more), expected)

	def party(self, **values) -> Identity:
		return Identity.of(**values)

	def test_the_same_valid_cui_is_the_same_company(self):
		self.check(
			self.party(cui=f"RO{VALID}", name="Alfa"),
			self.party(cui=VALID, name="Beta"),
			Match(CUI, sure=True),
		)

	def test_two_different_valid_cuis_are_two_companies_whatever_else_agrees(self):
		shared = {
			"name": "Alfa",
			"emails": ["a@x.ro"],
			"phones": ["0722123456"],
			"reg_com": "J12/345/2019",
		}
		self.check(self.party(cui=VALID, **shared), self.party(cui=OTHER_VALID, **shared), None)

	def test_an_email_is_sure_while_one_company_carries_it(self):
		one, other = self.party(cui=VALID, emails=["x@x.ro", "a@x.ro"]), self.party(emails=["A@X.ro "])
		self.check(one, other, Match(EMAIL, sure=True))
		self.check(one, other, Match(EMAIL, sure=False), email_carriers=2)

	def test_name_and_phone_together_are_sure(self):
		self.check(
			self.party(name="SC Alfa SRL", phones=["0722 123 456"]),
			self.party(name="ALFA", phones=["+40722123456"], cui=VALID),
			Match(NAME_AND_PHONE, sure=True),
		)

	def test_two_legal_forms_of_one_name_and_phone_only_propose(self):
		firm = self.party(name="Popescu Ion SRL", phones=["0722 123 456"], emails=["a@x.ro"])
		person = self.party(name="Popescu Ion PFA", phones=["0722 123 456"])
		self.check(firm, person, Match(NAME_AND_PHONE, sure=False))
		debutant = self.party(name="Popescu Ion S.R.L.-D.", phones=["0722 123 456"])
		self.check(firm, debutant, Match(NAME_AND_PHONE, sure=True))

	def test_a_shared_email_that_two_carry_gives_way_to_name_and_phone(self):
		one = self.party(name="Alfa", phones=["0722 123 456"], emails=["a@x.ro"])
		self.check(one, one, Match(NAME_AND_PHONE, sure=True), email_carriers=2)

	def test_weaker_things_only_propose(self):
		for one, other, reason in (
			({"cui": WRONG}, {"cui": f"RO{WRONG}"}, WRONG_CUI),
			({"reg_com": "J12/345/2019"}, {"reg_com": "J12/0345/2019"}, REG_COM),
			(
				{"name": "Alfa SRL", "phones": ["0722123456"]},
				{"name": "ALFA", "phones": ["0733123456"]},
				NAME,
			),
			({"name": "Brutăria lui Ana"}, {"name": "Brutaria lui Anna SRL"}, ALIKE),
		):
			with self.subTest(reason=reason):
				self.check(self.party(**one), self.party(**other), Match(reason, sure=False))

	def test_a_shared_phone_alone_is_nothing(self):
		self.check(
			self.party(name="Alfa", phones=["0722123456"]),
			self.party(name="Beta", phones=["0722123456"]),
			None,
		)

	def test_who_says_nothing_is_nobody(self):
		self.check(Identity(), Identity(), None)
		self.check(self.party(name="„”", emails=["-"], phones=["x"], cui="-", reg_com="-"), Identity(), None)

	def test_every_reason_has_a_sentence(self):
		for reason in (CUI, EMAIL, NAME_AND_PHONE, WRONG_CUI, REG_COM, NAME, ALIKE):
			self.assertTrue(reason_text(reason))
