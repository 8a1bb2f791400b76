"""Exports of clients, as good and as bad as they come: what a file is, its rows, its mapping, its refused rows. Pure."""

from __future__ import annotations

import datetime
import io
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile
from collections.abc import Sequence
from unittest.mock import patch

from openpyxl import Workbook, load_workbook

from erp_b2b_smartbill.smartbill.clients.files import (
	FileRefused,
	Mapping,
	Rejection,
	archive,
	mapping_of,
	notices,
	readers,
	record_of,
	rows,
	sniff,
	with_choice,
	write_rejects,
)
from erp_b2b_smartbill.smartbill.clients.files.cells import shielded, unshielded
from erp_b2b_smartbill.smartbill.clients.record import ClientRecord
from erp_b2b_smartbill.tests.client_files import (
	ALFA,
	HEADER,
	NAMESPACE,
	SHEET,
	sheet,
	with_parts,
	with_shared_texts,
	xls,
	xlsx,
)

CNP = "1800101400016"
MB = 1024 * 1024


class FileCase(unittest.TestCase):
	def setUp(self) -> None:
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		# never the ending that the content would have
		self.path = os.path.join(folder.name, "clienti.dat")

	def file(self, content: bytes) -> str:
		with open(self.path, "wb") as file:
			file.write(content)
		return self.path

	def read(self, content: bytes | str) -> list[tuple[int, list[str]]]:
		path = self.file(content if isinstance(content, bytes) else content.encode())
		return list(rows(path, sniff(path)))

	def cells(self, content: bytes | str) -> list[list[str]]:
		return [cells for _number, cells in self.read(content)]

	def refused(self, code: str, content: bytes | str, *said: str) -> None:
		with self.assertRaises(FileRefused) as caught:
			self.read(content)
		self.assertEqual(caught.exception.code, code)
		self.assertTrue(caught.exception.message.endswith("."), caught.exception.message)
		for text in said:
			self.assertIn(text, caught.exception.message)


class TestSniff(FileCase):
	def kind(self, content: bytes) -> str:
		return sniff(self.file(content))

	def test_a_file_is_what_it_holds_whatever_its_name(self):
		self.assertEqual(self.kind(xlsx([HEADER])), "xlsx")
		self.assertEqual(self.kind(xls([HEADER])), "xls")
		self.assertEqual(self.kind(xls([HEADER], stream="Book")), "xls")
		for page in ("<table><tr><td>Denumire", "\ufeff\r\n <HTML><body>", "<!DOCTYPE html><table>"):
			self.assertEqual(self.kind(page.encode()), "html")
		self.assertEqual(self.kind("<table>".encode("utf-16")), "html")
		for text in ("Denumire;CUI\n", "\ufeffDenumire\tCUI\n", "Denumire"):
			self.assertEqual(self.kind(text.encode()), "csv")
		self.assertEqual(self.kind("Denumire;Județ".encode("utf-16")), "csv")

	def test_what_is_no_spreadsheet_is_told_what_it_is(self):
		packed = io.BytesIO()
		with zipfile.ZipFile(packed, "w") as file:
			file.writestr("clienti.csv", "Denumire")
		for code, content, said in (
			("pdf", b"%PDF-1.7\n%\xe2\xe3", "PDF"),
			("image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image"),
			("image", b"\xff\xd8\xff\xe0\0\x10JFIF", "image"),
			("document", with_parts(xlsx([HEADER]), {"word/document.xml": b"<x/>"}), "document"),
			("document", xls([HEADER], stream="WordDocument"), "document"),
			("ods", with_parts(xlsx([HEADER]), {"content.xml": b"<x/>"}), "xlsx"),
			("xlsb", with_parts(xlsx([HEADER]), {"xl/workbook.bin": b"\0"}), "xlsx"),
			("packed", packed.getvalue(), "Unpack"),
			("packed", b"\x1f\x8b\x08\0", "Unpack"),
			("xml", b'<?xml version="1.0"?><Workbook/>', "XML"),
			("password", xls([HEADER], stream="EncryptedPackage"), "password"),
			("damaged", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "damaged"),
			("binary", bytes(range(1, 256)) * 9, "no spreadsheet"),
			("binary", b"Denumire\0;CUI\n", "no spreadsheet"),
			("binary", "Denumire;CUI\n".encode("utf-16-le"), "no spreadsheet"),
			("empty", b"", "empty"),
		):
			with self.subTest(code=code, said=said):
				self.refused(code, without_workbook(content), said)

	def test_a_giant_is_refused_before_it_is_read(self):
		with open(self.path, "wb") as file:
			file.truncate(200 * MB + 1)
		with self.assertRaises(FileRefused) as caught:
			sniff(self.path)
		self.assertIn("200 MB", caught.exception.message)


def with_a_hole(content: bytes) -> bytes:
	at = content.index(SHEET.encode()) + 60
	return content[:at] + b"\xff" * 20 + content[at + 20 :]


def without_workbook(content: bytes) -> bytes:
	"""An archive of another kind, where `content` is a workbook with a part of another kind added."""
	if not content.startswith(b"PK") or b"xl/workbook.xml" not in content:
		return content
	file = io.BytesIO()
	with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
		for name in old.namelist():
			if name != "xl/workbook.xml":
				new.writestr(name, old.read(name))
	return file.getvalue()


class TestXlsx(FileCase):
	def test_values_are_text_as_a_person_reads_them(self):
		row = [
			*(12345674, 12345674.0, 722123456, 0.1 + 0.2, 1.5e21, -3.25, True, False, None),
			*(datetime.datetime(2024, 2, 1), datetime.datetime(2024, 2, 1, 13, 5), datetime.time(8, 30)),
			"Șerban & Țuțu ",
		]
		texts = [
			"12345674",
			"12345674",
			"722123456",
			"0.3",
			"1500000000000000000000",
			"-3.25",
			"da",
			"nu",
			"",
		]
		texts += ["2024-02-01", "2024-02-01 13:05:00", "08:30:00", "Șerban & Țuțu "]
		self.assertEqual(self.read(xlsx([row])), [(1, texts)])

	def test_a_formula_is_its_last_value_and_never_computed(self):
		content = sheet(
			'<row r="1"><c r="A1" t="str"><f>1+1</f><v>Alfa</v></c><c r="B1"><f>2+2</f></c></row>'
		)
		self.assertEqual(self.cells(with_parts(xlsx([["x"]]), {SHEET: content})), [["Alfa"]])

	def test_an_error_of_a_formula_is_no_text(self):
		content = sheet('<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1"><v>7</v></c></row>')
		self.assertEqual(self.cells(with_parts(xlsx([["x"]]), {SHEET: content})), [["", "7"]])

	def test_texts_that_cells_share_are_read(self):
		texts = (
			"<si><t>Denumire</t></si><si><r><t>Alfa </t></r><r><t>SRL</t></r></si><si><t>a_x000D_\nb</t></si>"
		)
		cells = "".join(f'<c t="s"><v>{number}</v></c>' for number in (2, 0, 1))
		content = with_shared_texts(xlsx([["x"]]), texts, f"<row>{cells}</row>")
		self.assertEqual(self.read(content), [(1, ["a\nb", "Denumire", "Alfa SRL"])])

	def test_rows_keep_their_numbers_and_cells_their_columns(self):
		content = xlsx([[], [None, None, "Denumire"], [], [None, "x", None, None], [" "]])
		self.assertEqual(self.read(content), [(2, ["", "", "Denumire"]), (4, ["", "x"])])

	def test_the_first_sheet_with_rows_is_read_and_hidden_ones_last(self):
		self.assertEqual(self.cells(xlsx([], Altele=[["x"]], Trei=[["y"]])), [["x"]])
		book = Workbook()
		book.active.append(["ascuns"])
		book.active.sheet_state = "hidden"
		book.create_sheet("Vazut").append(["vazut"])
		file = io.BytesIO()
		book.save(file)
		self.assertEqual(self.cells(file.getvalue()), [["vazut"]])

	def test_merged_titles_stand_in_their_first_column(self):
		book = Workbook()
		book.active.append(["Clienti"])
		book.active.append(HEADER)
		book.active.merge_cells("A1:I1")
		file = io.BytesIO()
		book.save(file)
		self.assertEqual(self.cells(file.getvalue()), [["Clienti"], HEADER])

	def test_what_the_sheet_says_of_its_size_is_not_believed(self):
		inside = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
		for size in ("A1:A1", "A1:XFD1048576", "C7:D9"):
			content = sheet(inside).replace(b"<sheetData>", f'<dimension ref="{size}"/><sheetData>'.encode())
			with self.subTest(size=size):
				self.assertEqual(self.read(with_parts(xlsx([["x"]]), {SHEET: content})), [(1, ["1", "2"])])

	def test_an_archive_written_as_a_stream_is_read(self):
		# as Java does: sizes behind the parts, in 64 bits
		class Stream(io.BytesIO):
			def seekable(self) -> bool:
				return False

			def tell(self) -> int:
				raise OSError

		file = Stream()
		with zipfile.ZipFile(io.BytesIO(xlsx([HEADER]))) as old, zipfile.ZipFile(file, "w") as new:
			for name in old.namelist():
				with new.open(name, "w", force_zip64=True) as part:
					part.write(old.read(name))
		self.assertEqual(self.cells(file.getvalue()), [HEADER])

	def test_no_rows_is_told(self):
		self.refused("empty", xlsx([]), "no rows")

	def test_what_is_broken_is_told(self):
		whole = xlsx([HEADER, ALFA] * 50)
		for content in (
			*(whole[: len(whole) // 2], whole[:40], with_a_hole(whole), b"PK\x03\x04"),
			with_parts(whole, {SHEET: sheet('<row r="1"><c r="A1"></row>')}),
			with_parts(whole, {SHEET: sheet('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>')}),
			with_parts(whole, {SHEET: sheet('<row r="x"/>')}),
			with_parts(whole, {"xl/styles.xml": b"no xml"}),
			with_parts(whole, {SHEET: sheet("<a>" * 100 + "</a>" * 100)}),
			with_parts(whole, {SHEET: sheet(f'<row r="1" x="{"x" * 3 * MB}"/>')}),
		):
			with self.subTest(content=content[-60:]):
				self.refused("damaged", content, "damaged")

	def test_a_password_is_told(self):
		content = bytearray(xlsx([HEADER]))
		at = content.index(b"PK\x01\x02")
		while at >= 0:
			content[at + 8] |= 1
			at = content.find(b"PK\x01\x02", at + 1)
		self.refused("password", bytes(content), "password")


class TestHostileXlsx(FileCase):
	def test_declarations_are_refused_before_they_are_expanded(self):
		laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
		outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
		for before in (laughs, outside, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'):
			inside = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>'
			with self.subTest(before=before):
				self.refused("doctype", with_parts(xlsx([["x"]]), {SHEET: sheet(inside, before)}))
				whole = xlsx([["x"]])
				self.refused("doctype", with_shared_texts(whole, "<si><t>&a;</t></si>", "", before))
				texts = f'<?xml version="1.0"?>{before}<sst xmlns="{NAMESPACE}"><si><t>&a;</t></si></sst>'
				self.refused("doctype", with_parts(whole, {"xl/workbook.xml": texts.encode()}))
				self.refused("doctype", with_parts(whole, {"xl/styles.xml": texts.encode("utf-16")}))

	def test_letters_that_hide_a_declaration_are_refused(self):
		part = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<x/>'
		self.refused("damaged", with_parts(xlsx([["x"]]), {"xl/workbook.xml": part}))

	def test_a_bomb_is_told_by_what_it_declares(self):
		whole = xlsx([["x"]])
		self.refused("zip_bomb", with_parts(whole, {"xl/media/a": bytes(51 * MB)}), "Unpacked")
		self.assertEqual(self.cells(with_parts(whole, {"xl/media/a": bytes(MB)})), [["x"]])
		with patch.object(archive, "MAX_INFLATED", 20 * MB):
			large = os.urandom(1024) * 1024 * 7
			parts = {f"xl/media/{name}": large for name in "abc"}
			self.refused("zip_bomb", with_parts(whole, parts), "Unpacked")

	def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_says(self):
		bomb = sheet('<row r="1"><c r="A1"><v>1</v></c></row>' + " " * 30 * MB)
		content = bytearray(with_parts(xlsx([["x"]]), {SHEET: bomb}))
		size = len(bomb).to_bytes(4, "little")
		self.assertGreaterEqual(content.count(size), 2)
		content = content.replace(size, (5000).to_bytes(4, "little"))
		self.refused("damaged", bytes(content))

	def test_what_comes_out_is_counted(self):
		inside = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 40_000))
		with patch.object(archive.WatchedArchive, "check"), patch.object(archive, "MAX_INFLATED", MB):
			self.refused("zip_bomb", with_parts(xlsx([["x"]]), {SHEET: sheet(inside)}))

	def test_a_row_or_a_text_that_never_ends_is_refused(self):
		whole = xlsx([["x"]])
		with patch.object(archive, "MAX_WEIGHT", MB):
			cells = "<c><v>1</v></c>" * 5000
			self.refused("zip_bomb", with_parts(whole, {SHEET: sheet(f'<row r="1">{cells}</row>')}))
			self.refused("zip_bomb", with_parts(whole, {SHEET: sheet("<x/>" * 6000)}))
			self.refused("zip_bomb", with_shared_texts(whole, f"<si><t>{'x' * 2 * MB}</t></si>", ""))
			# what is not read row by row has none that are forgotten
			styles = f'<row xmlns="{NAMESPACE}"><x/></row>' * 6000
			self.refused("zip_bomb", with_parts(whole, {"xl/styles.xml": f"<a>{styles}</a>".encode()}))
			# a row of another name space is one for nobody
			foreign = '<row xmlns="urn:x">' + "<x/>" * 100 + "</row>"
			self.refused("zip_bomb", with_parts(whole, {SHEET: sheet(foreign * 60)}))

	def test_rows_far_apart_are_no_rows_in_between(self):
		content = sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000000000"><c><v>1</v></c></row>')
		self.refused("rows", with_parts(xlsx([["x"]]), {SHEET: content}))

	def test_thousands_of_parts_are_refused(self):
		whole = xlsx([["x"]])
		parts = {f"x/{number}": b"" for number in range(2001)}
		self.refused("zip_entries", with_parts(whole, parts), "2000")
		# the list of them alone is too long to be looked at
		parts = {f"x/{'y' * 200}{number}": b"" for number in range(5000)}
		self.refused("zip_entries", with_parts(whole, parts), "2000")

	def test_another_way_of_packing_is_refused(self):
		file = io.BytesIO()
		with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as new:
			new.writestr("xl/workbook.xml", b" " * MB)
		self.refused("damaged", file.getvalue())

	def test_macros_are_not_looked_at(self):
		self.assertEqual(self.cells(with_parts(xlsx([["x"]]), {"xl/vbaProject.bin": b"\0evil"})), [["x"]])


class TestXls(FileCase):
	def test_texts_and_numbers_are_read_as_in_an_xlsx(self):
		content = xls([["Denumire", "CUI"], ["Șerban SRL", 12345674.0], ["", 0.5], ["x", ""]])
		self.assertEqual(
			self.read(content),
			[(1, ["Denumire", "CUI"]), (2, ["Șerban SRL", "12345674"]), (3, ["", "0.5"]), (4, ["x"])],
		)

	def test_what_is_broken_or_empty_is_told(self):
		whole = xls([HEADER, ALFA])
		self.refused("damaged", whole[: len(whole) // 2])
		self.refused("damaged", whole[:1536] + b"\xff" * 4096)
		self.refused("empty", xls([]))

	def test_a_password_is_told(self):
		self.refused("password", xls([HEADER], password=True), "password")


class TestCsv(FileCase):
	def test_the_separator_is_the_one_of_the_header(self):
		expected = [HEADER, ALFA]
		for separator in ";,\t":
			text = "".join(separator.join(row) + "\r\n" for row in expected)
			with self.subTest(separator=separator):
				self.assertEqual(self.cells(text), expected)

	def test_commas_in_a_line_before_the_header_do_not_mislead(self):
		text = "Clienti, furnizori, produse, anul 2026, toate, firmele\nDenumire;CUI\nAlfa, Beta, Gama;1\n"
		self.assertEqual(self.cells(text)[1:], [["Denumire", "CUI"], ["Alfa, Beta, Gama", "1"]])

	def test_a_line_that_tells_the_separator_is_believed_and_is_no_row(self):
		self.assertEqual(
			self.read("sep=|\nDenumire|CUI\nA;B|1\n"), [(1, ["Denumire", "CUI"]), (2, ["A;B", "1"])]
		)

	def test_every_usual_encoding_is_read(self):
		text = "Denumire;Județ\r\nȘerban şi Ţuţu;Iași\r\n"
		expected = [["Denumire", "Județ"], ["Șerban şi Ţuţu", "Iași"]]
		for encoding in ("utf-8", "utf-8-sig", "utf-16"):
			with self.subTest(encoding=encoding):
				self.assertEqual(self.cells(text.encode(encoding)), expected)
		self.assertEqual(self.cells("\ufeff".encode("utf-16-be") + text.encode("utf-16-be")), expected)
		self.assertEqual(self.cells("Denumire;Judeţ\nŞerban;Iaşi\n".encode("cp1250"))[1], ["Şerban", "Iaşi"])

	def test_an_unknown_encoding_is_told(self):
		self.refused("encoding", b"Denumire;CUI\n\x81\x83\x90;1\n", "UTF-8")
		self.refused("encoding", b"\xff\xfeD\0e", "UTF-8")

	def test_quoted_cells_hold_separators_lines_and_quotes(self):
		text = 'Denumire;Adresa\r\n"Alfa; ""A""";"Str. 1\r\nTurda"\r\n\r\nBeta;x\r\n'
		self.assertEqual(
			self.read(text),
			[(1, ["Denumire", "Adresa"]), (2, ['Alfa; "A"', "Str. 1\r\nTurda"]), (4, ["Beta", "x"])],
		)

	def test_what_starts_like_a_formula_is_text(self):
		self.assertEqual(self.cells('Denumire;CUI\n=1+1;+40\n@x;"-"\n')[1:], [["=1+1", "+40"], ["@x", "-"]])

	def test_a_quotation_mark_that_is_never_closed_is_told(self):
		text = 'Denumire;CUI\nAlfa;1\n"Beta;2\n' + "Gama;3\n" * 30_000
		self.refused("cell", text, "row 3", "32767")

	def test_a_giant_cell_or_line_is_told(self):
		self.refused("cell", "Denumire;CUI\n" + "x" * 32_768, "row 2")
		self.assertEqual(len(self.cells("Denumire;CUI\n" + "x" * 32_767)[1][0]), 32_767)
		self.refused("cell", "Denumire;CUI\n" + "x;" * 4 * MB, "row 2")

	def test_nul_bytes_anywhere_are_no_text(self):
		self.refused("binary", b"Denumire;CUI\n" + b"Alfa;1\n" * 20_000 + b"Be\0ta;2\n")
		self.refused("binary", ("Denumire;CUI\n" + "Alfa;1\n" * 20_000 + "Be\0ta;2\n").encode("utf-16"))

	def test_too_many_columns_or_rows_are_told(self):
		self.refused("columns", "Denumire;" + "x;" * 200 + "y", "200")
		self.assertEqual(self.cells("Denumire" + ";" * 500), [["Denumire"]])
		with patch.object(readers, "MAX_ROWS", 20):
			self.assertEqual(len(self.read("Denumire\n" * 30)), 30)
			self.refused("rows", "Denumire\n" * 31, "20")

	def test_nothing_but_blanks_is_no_rows(self):
		self.refused("empty", "\ufeff\r\n ; ;\r\n")


class TestHtml(FileCase):
	def test_the_rows_of_a_table(self):
		page = (
			"<html><head><meta charset=utf-8><title>x</title><style>td{}</style></head><body><p>Clienti</p>"
			"<table border=1><thead><tr><th>Denumire</th><th> Cod<br>fiscal </th></tr></thead><tbody>"
			"<tr><td>Alfa &amp; Fiii\n  SRL</td><td>RO12345674&nbsp;</td></tr>"
			"<tr></tr><tr><td>Beta<td>&#50;</tr></tbody></table></body></html>"
		)
		self.assertEqual(
			self.read(page),
			[
				(1, ["Denumire", "Cod fiscal"]),
				(2, ["Alfa & Fiii SRL", "RO12345674"]),
				(4, ["Beta", "2"]),
			],
		)

	def test_scripts_are_neither_run_nor_read(self):
		page = "<table><tr><td>Alfa<script>alert('</td>x')</script></td><td><img src=x onerror=y>b</td></tr></table>"
		self.assertEqual(self.cells(page), [["Alfa", "b"]])

	def test_a_wide_cell_leaves_the_next_columns_empty(self):
		page = "<table><tr><td colspan=3>Clienti<td>x<tr><td colspan=-1>a<td colspan=x>b<td colspan=99999></table>"
		self.assertEqual(self.cells(page), [["Clienti", "", "", "x"], ["a", "b"]])

	def test_letters_are_those_of_the_page(self):
		page = '<meta charset="iso-8859-2"><table><tr><td>Iaşi'
		self.assertEqual(self.cells(page.encode("iso-8859-2")), [["Iaşi"]])
		self.assertEqual(self.cells("<table><tr><td>Iaşi".encode("cp1250")), [["Iaşi"]])
		self.assertEqual(self.cells("<table><tr><td>Iași".encode("utf-16")), [["Iași"]])

	def test_a_table_around_the_table_does_not_hide_it(self):
		page = "<table><tr><td><table><tr><td>Denumire<td>CUI</table></td></tr></table>"
		self.assertEqual(self.cells(page), [["Denumire", "CUI"]])

	def test_what_never_ends_is_refused(self):
		self.refused("damaged", "<table><tr><td>a<!--" + "x" * 3 * MB)
		# neither in an hour
		for mark in ("<a", "<!--", "</", "<?", "&"):
			self.refused("damaged", "<table><tr><td>" + mark * 60_000)
		self.refused("cell", "<table><tr><td>" + "x " * 20_000, "row 1")
		self.refused("columns", "<table><tr>" + "<td>x" * 300)
		self.refused("empty", "<html><body>nimic</body></html>")


MEASURED = """
import sys, resource
from erp_b2b_smartbill.smartbill.clients.files import rows, sniff
path = sys.argv[1]
kind = sniff(path)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in rows(path, kind))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


class TestMemory(FileCase):
	def measured(self) -> tuple[int, int]:
		"""(rows, kB that reading them took at its highest), in a process of its own."""
		result = subprocess.run(
			[sys.executable, "-c", MEASURED, self.path], check=True, capture_output=True, text=True
		)
		count, kilobytes = result.stdout.split()
		return int(count), int(kilobytes)

	def test_a_csv_of_a_hundred_megabytes_is_read_in_a_few(self):
		row = ";".join(["Alfa SRL", "RO12345674", "x" * 1000]) + "\n"
		with open(self.path, "w", encoding="utf-8") as file:
			file.write("Denumire;CUI;Adresa\n")
			for _ in range(100):
				file.write(row * (MB // len(row)))
		self.assertGreater(os.path.getsize(self.path), 99 * MB)
		count, kilobytes = self.measured()
		self.assertEqual(count, 100 * (MB // len(row)) + 1)
		self.assertLess(kilobytes, 30 * 1024)

	def test_a_page_of_many_megabytes_is_read_in_a_few(self):
		row = "<tr><td>Alfa SRL</td><td>RO12345674</td><td>" + "x" * 1000 + "</td></tr>\n"
		with open(self.path, "w", encoding="utf-8") as file:
			file.write("<table>")
			for _ in range(30):
				file.write(row * (MB // len(row)))
		count, kilobytes = self.measured()
		self.assertEqual(count, 30 * (MB // len(row)))
		self.assertLess(kilobytes, 30 * 1024)


def numbered(*found: Sequence[str]) -> list[tuple[int, list[str]]]:
	return [(number, list(cells)) for number, cells in enumerate(found, 1)]


def fields(mapping: Mapping) -> list[str | None]:
	return [column.field for column in mapping.columns]


class TestMapping(unittest.TestCase):
	def test_the_titles_of_an_export_are_recognised(self):
		mapping = mapping_of(numbered(HEADER))
		expected = ["name", "vat_code", "reg_com", "address", "city", "county", "country", "email", "phone"]
		self.assertEqual(fields(mapping), expected)
		self.assertEqual((mapping.header_row, mapping.missing, mapping.ambiguous), (1, (), ()))
		self.assertEqual(mapping.columns[2].title, "Reg. Com.")

	def test_a_title_is_recognised_in_every_spelling(self):
		for title, field in (
			("*DENUMIRE CLIENT:", "name"),
			(" Cod  unic de înregistrare ", "vat_code"),
			("C.I.F.", None),
			("CUI_CNP", "vat_code"),
			("Nr. Reg. Com.", "reg_com"),
			("Plătitor de TVA", "vat_payer"),
			("Țara", "country"),
			("Ţară", "country"),
			("E-mail", "email"),
			("Persoană de contact", "contact"),
			("Cont IBAN", "iban"),
			("Cod client", "code"),
			("Observații", None),
			("", None),
			("x" * 10_000, None),
		):
			with self.subTest(title=title):
				self.assertEqual(fields(mapping_of(numbered([title]))), [field])

	def test_the_header_is_the_row_that_names_most_in_the_first_ten(self):
		mapping = mapping_of(numbered(["Client"], ["Date", "Contact", ""], ["", "", *HEADER], ALFA))
		self.assertEqual(mapping.header_row, 3)
		self.assertEqual(fields(mapping)[:3], [None, None, "name"])
		late = [(11, HEADER)]
		self.assertEqual(mapping_of([(1, ["Clienti"]), *late]).header_row, 1)

	def test_of_two_headers_the_first_counts_and_the_other_is_no_client(self):
		mapping = mapping_of(numbered(HEADER, HEADER, ALFA))
		self.assertEqual(mapping.header_row, 1)
		self.assertIsNone(record_of(mapping, 2, HEADER))
		self.assertIsInstance(record_of(mapping, 3, ALFA), ClientRecord)

	def test_without_a_title_that_is_known_a_person_chooses(self):
		mapping = mapping_of(numbered(["A", "B"], ["Alfa", "1"]))
		self.assertEqual((mapping.header_row, fields(mapping), mapping.missing), (1, [None, None], ("name",)))
		chosen = with_choice(mapping, {0: "name", 3: "city"})
		self.assertEqual((fields(chosen), chosen.missing), (["name", None, None, "city"], ()))
		client = record_of(chosen, 2, ["Alfa", "1", "", "Turda"])
		self.assertEqual((client.name, client.city, client.row), ("Alfa", "Turda", 2))

	def test_of_two_columns_for_one_field_the_first_is_imported_and_it_is_told(self):
		mapping = mapping_of(numbered(["Denumire", "Tel", "Mobil"]))
		self.assertEqual((fields(mapping), mapping.ambiguous), (["name", "phone", None], (2,)))
		(notice,) = notices(mapping)
		self.assertIn("Tel", notice)
		self.assertIn("Mobil", notice)
		chosen = with_choice(mapping, {1: None, 2: "phone"})
		self.assertEqual((fields(chosen), notices(chosen)), (["name", None, "phone"], []))

	def test_a_choice_that_cannot_be_is_refused(self):
		mapping = mapping_of(numbered(["Denumire", "Tel"]))
		for code, choice in (
			("name_required", {0: None}),
			("duplicate_field", {1: "name"}),
			("unknown_field", {1: "password"}),
			("unknown_column", {-1: "city"}),
			("unknown_column", {10**9: "city"}),
		):
			with self.subTest(code=code), self.assertRaises(FileRefused) as caught:
				with_choice(mapping, choice)
			self.assertEqual(caught.exception.code, code)

	def test_no_rows_have_no_mapping(self):
		with self.assertRaises(FileRefused):
			mapping_of([])


class TestRecordOf(unittest.TestCase):
	def of(self, **cells: str) -> ClientRecord | Rejection | None:
		titles = {
			"name": "Denumire",
			"vat_code": "CUI",
			"email": "E-mail",
			"phone": "Telefon",
			"address": "Adresa",
		}
		mapping = mapping_of(numbered(list(titles.values())))
		return record_of(mapping, 7, [cells.get(field, "") for field in titles])

	def test_a_row_is_a_record_with_its_number(self):
		client = self.of(name="Alfa SRL", vat_code="RO12345674", email="A@x.ro", phone="722123456")
		self.assertEqual((client.name, client.vat_code, client.row), ("Alfa SRL", "RO12345674", 7))
		self.assertEqual((client.email, client.phone, client.external_id), ("a@x.ro", "722123456", ""))

	def test_a_row_shorter_than_the_header_is_one_too(self):
		self.assertEqual(
			record_of(mapping_of(numbered(HEADER)), 2, ["Alfa"]), ClientRecord(name="Alfa", row=2)
		)

	def test_what_is_doubtful_is_imported(self):
		client = self.of(name="Alfa", vat_code="98765437", email="nu are")
		self.assertEqual((client.vat_code, client.email), ("98765437", ""))

	def test_a_personal_code_is_kept_apart(self):
		client = self.of(name="Pop Ion", vat_code=CNP)
		self.assertEqual((client.vat_code, client.personal_code), ("", CNP))

	def test_the_apostrophe_of_our_own_exports_goes_and_others_stay(self):
		self.assertEqual(self.of(name="'=Alfa", phone="'+40722123456").phone, "+40722123456")
		self.assertEqual(self.of(name="'=Alfa").name, "=Alfa")
		self.assertEqual(self.of(name="=1+1").name, "=1+1")
		self.assertEqual(self.of(name="'t Veld BV").name, "'t Veld BV")
		self.assertEqual(self.of(name="x", vat_code="'-").vat_code, "")

	def test_a_row_without_a_name_is_refused(self):
		for name in ("", "  ", "-"):
			found = self.of(name=name, vat_code="12345674")
			self.assertEqual((found.row, found.cells[1], len(found.reasons)), (7, "12345674", 1))

	def test_what_does_not_fit_is_refused_with_every_reason(self):
		self.assertIsInstance(self.of(name="n" * 140, address="a" * 255), ClientRecord)
		found = self.of(name="n" * 141, address="a" * 256, phone="1" * 141)
		self.assertEqual(len(found.reasons), 3)
		self.assertIn("141", found.reasons[0])
		self.assertIn("140", found.reasons[0])

	def test_what_is_no_client_is_skipped(self):
		for name in (
			*("", "Total", "TOTAL:", "Total general", "Total: 12 clienți", "Total 12", "Subtotal"),
			*("Pagina 1", "Pagina 1 din 3", "Pag. 2/3"),
		):
			with self.subTest(name=name):
				self.assertIsNone(self.of(name=name))

	def test_a_client_whose_name_begins_like_a_footer_is_one(self):
		for cells in (
			{"name": "Total SRL"},
			{"name": "Total", "vat_code": "12345674"},
			{"name": "Pagina Verde"},
		):
			self.assertIsInstance(self.of(**cells), ClientRecord)


class TestRejects(unittest.TestCase):
	def test_the_refused_rows_come_back_with_their_reasons(self):
		rejections = [
			Rejection(2, ("Alfa", "RO1"), ("One.", "Two.")),
			Rejection(3, ("", "x", "beyond"), ("No name.",)),
			Rejection(9, (), ("Nothing.",)),
		]
		file = io.BytesIO()
		self.assertEqual(write_rejects(file, ["Denumire", "CUI"], rejections), 3)
		found = list(load_workbook(file).active.values)
		self.assertEqual(found[0][:3], ("Denumire", "CUI", "Reason"))
		self.assertEqual(found[1][:3], ("Alfa", "RO1", "One. Two."))
		self.assertEqual([value or "" for value in found[2]], ["", "x", "No name.", "beyond"])
		self.assertEqual(found[3][2], "Nothing.")

	def test_nothing_in_it_is_a_formula(self):
		texts = ("=1+1", "+40722", "-5", "@x", "\t=x", "\r=x", "'=x", "a\x00b")
		file = io.BytesIO()
		write_rejects(file, ["=Denumire"], [Rejection(2, texts, ("=Reason.",))])
		for row in load_workbook(file).active.iter_rows():
			for cell in row:
				self.assertNotEqual(cell.data_type, "f")
				self.assertFalse(
					str(cell.value or "").startswith(("=", "+", "-", "@", "\t", "\r")), cell.value
				)

	def test_a_file_that_comes_back_says_the_same(self):
		for text in ("=x", "'=x", "''=x", "+40", "-", "'t Veld", "Alfa", "", "'"):
			with self.subTest(text=text):
				self.assertEqual(unshielded(shielded(text)), text)
