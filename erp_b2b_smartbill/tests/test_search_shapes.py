"""What somebody typed is taken for what it is: e-mail, tax ID, phone, trade register number, or the words of a name."""

from __future__ import annotations

import unittest

from erp_b2b_smartbill.customers.search import shapes
from erp_b2b_smartbill.customers.search.highlight import ranges
from erp_b2b_smartbill.customers.search.shapes import upper_bound


def looked_for(text: str) -> list[list[tuple[str, ...]]]:
	"""The tokens that may begin each term, a list a reading."""
	return [[term.prefixes for term in reading] for reading in shapes.read(text).readings]


class TestShapes(unittest.TestCase):
	def check(self, searched: str, cases: dict[str, list[list[tuple[str, ...]]]]) -> None:
		for text, expected in cases.items():
			with self.subTest(text=text):
				self.assertEqual(looked_for(text), expected)
				self.assertEqual(shapes.read(text).searched, searched)

	def test_an_email_address_is_looked_for_as_one_whole_or_begun(self):
		self.check(
			"email",
			{
				"ana@firma.ro": [[("eana@firma.ro",)]],
				" ANA@Firma.RO ": [[("eana@firma.ro",)]],
				"ana@fi": [[("eana@fi",)]],
				"ana@": [[("eana@",)]],
				"@firma.ro": [[("dfirma.ro",)]],
				"Ana Pop <ana@firma.ro>": [[("eana@firma.ro",)]],
			},
		)

	def test_a_domain_is_also_the_words_of_a_name(self):
		self.assertEqual(looked_for("firma.ro"), [[("dfirma.ro",)], [("tfirma",), ("tro",)]])
		self.assertEqual(looked_for("https://www.firma.ro/pagina")[0], [("dfirma.ro",)])
		self.assertEqual(shapes.read("firma.ro").searched, "text")

	def test_a_tax_id_is_looked_for_by_its_digits_however_it_is_written(self):
		for text in ("RO12345674", "ro 12 345 674", "RO 12.345.674", "Ro-12345674"):
			with self.subTest(text=text):
				self.assertEqual(looked_for(text)[0][0][0], "c12345674")
				self.assertEqual(shapes.read(text).searched, "cui")
				self.assertEqual(shapes.read(text).cui, "12345674")
		self.check(
			"cui", {"12345674": [[("c12345674", "t12345674")]], "1234567": [[("c1234567", "t1234567")]]}
		)
		self.assertIsNone(shapes.read("12345678").cui)
		self.assertIsNone(shapes.read("1234567").cui)

	def test_a_code_of_another_country_is_a_tax_id_too(self):
		self.assertEqual(looked_for("DE 123456789")[0], [("cDE123456789",)])
		self.assertEqual(looked_for("hu12345678"), [[("cHU12345678", "thu12345678")]])

	def test_numbers_between_words_may_be_a_phone_or_stand_in_the_name(self):
		of_phone, of_words = shapes.read("stefan 2 2000 2000").readings
		self.assertIn(("p40220002000",), [term.prefixes for term in of_phone])
		self.assertEqual([term.word for term in of_words], ["stefan", "2", "2000"])

	def test_a_phone_is_looked_for_however_it_is_written(self):
		for text in (
			"0722 123 456",
			"+40722123456",
			"0040 722.123.456",
			"0722-123-456",
			"+40 (0)722 123 456",
		):
			with self.subTest(text=text):
				self.assertEqual(looked_for(text), [[("p40722123456",)]])
				self.assertEqual(shapes.read(text).searched, "phone")
		self.assertEqual(looked_for("0722"), [[("p40722", "t0722")]])
		self.assertEqual(looked_for("+49 171")[0], [("p49171",)])

	def test_digits_alone_are_all_that_they_may_be(self):
		self.assertEqual(looked_for("722123456"), [[("c722123456", "p40722123456", "t722123456")]])
		self.assertEqual(looked_for("22"), [[("c22", "p4022", "t22")]])

	def test_a_trade_register_number_is_looked_for_in_either_format(self):
		self.check(
			"reg_com",
			{
				"J12/345/2019": [[("rJ12/345/2019",)]],
				"j 12 / 345 / 2019": [[("rJ12/345/2019",)]],
				"J01/0345/2019": [[("rJ1/345/2019",)]],
				"J2024001234400": [[("rJ40/1234/2024",)]],
				"J12/34": [[("rJ12/34",)]],
				"f12/": [[("rF12/",)]],
			},
		)

	def test_text_is_its_words_and_each_of_them_has_to_be_found(self):
		self.check(
			"text",
			{
				"alfa con": [[("talfa",), ("tcon",)]],
				"Brutăria ȘTEFAN": [[("tbrutaria",), ("tstefan",)]],
				"alfa ALFA alfa": [[("talfa",)]],
				"a": [[("ta",)]],
				"D'Or & Fiii": [[("tdor",), ("tsi",), ("tfiii",)]],
			},
		)

	def test_a_text_may_name_an_identifier_too(self):
		self.assertEqual(looked_for("alfa 0722 123 456"), [[("p40722123456",), ("talfa",)]])
		self.assertEqual(looked_for("alfa ana@x.ro"), [[("eana@x.ro",), ("talfa",)]])
		self.assertEqual(looked_for("alfa J12/345/2019"), [[("rJ12/345/2019",), ("talfa",)]])
		self.assertEqual(looked_for("alfa RO12345674"), [[("talfa",), ("tro12345674", "c12345674")]])

	def test_a_name_is_looked_for_without_its_legal_form_when_little_is_found_with_it(self):
		self.assertEqual([term.word for term in shapes.read("SC Alfa SRL").plain], ["alfa"])
		self.assertEqual([term.word for term in shapes.read("A B C Trans").plain], ["abc", "trans"])
		self.assertEqual(shapes.read("alfa").plain, ())

	def test_of_a_very_long_text_the_longest_words_are_looked_for(self):
		text = " ".join(f"cuvant{number:02d}" for number in range(60))
		self.assertEqual(len(looked_for(text)[0]), shapes.MAX_WORDS)
		self.assertEqual(len(looked_for("x" * 500)[0][0][0]), 61)

	def test_what_has_no_letter_and_no_digit_looks_for_nothing(self):
		for text in ("", "   ", "%", "@", "+", "---", "(", "'; --", "\0", "\u200b"):
			with self.subTest(text=text):
				self.assertEqual(looked_for(text), [])

	def test_the_end_of_a_range_lies_behind_all_that_begin_so(self):
		for prefix in ("Ctalfa", "Ct9", "Ct\ud7ff", "Ct\U0010ffff", "Ctș"):
			with self.subTest(prefix=prefix):
				end = upper_bound(prefix)
				self.assertLess(prefix, end)
				self.assertLess(prefix + "\U0010ffff" * 3, end)
				end.encode()


class TestHighlight(unittest.TestCase):
	def marked(self, text: str, *begun: str, inside: tuple[str, ...] = ()) -> list[str]:
		return [text[start:end] for start, end in ranges(text, begun, inside)]

	def test_the_beginnings_of_words_are_marked_as_they_are_written(self):
		self.assertEqual(self.marked("Brutăria ANĂ Construct SRL", "brut", "ana"), ["Brut", "ANĂ"])
		self.assertEqual(self.marked("S.C. Alfa S.R.L.", "srl"), ["S.R.L"])
		self.assertEqual(self.marked("D'Or Impex", "dor"), ["D'Or"])
		self.assertEqual(self.marked("Straße Groß", "strass"), ["Straß"])
		self.assertEqual(self.marked("Ştefan", "ste"), ["Şte"])
		self.assertEqual(self.marked("S\u0326tefan", "ste"), ["S\u0326te"])

	def test_parts_are_marked_inside_words(self):
		self.assertEqual(self.marked("Agroconstruct SRL", "const", inside=("const",)), ["const"])
		self.assertEqual(self.marked("Alfa", "beta"), [])
