"""Files as SmartBill, spreadsheet programs and enemies write them, made on the spot."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

HEADER = ["Denumire", "CIF/CNP", "Reg. Com.", "Adresă", "Localitate", "Județ", "Țară", "E-mail", "Telefon"]
ALFA = [
	"Alfa SRL",
	"RO12345674",
	"J12/345/2019",
	"Str. Lungă 1",
	"Turda",
	"Cluj",
	"Romania",
	"a@x.ro",
	"0722123456",
]


def xlsx(rows: Sequence[Sequence[Any]], **sheets: Sequence[Sequence[Any]]) -> bytes:
	"""A workbook with `rows` in its first sheet, and further sheets by their names."""
	book = Workbook()
	for title, content in {"Clienti": rows, **sheets}.items():
		sheet = book.active if title == "Clienti" else book.create_sheet(title)
		sheet.title = title
		for row in content:
			sheet.append(list(row))
	file = io.BytesIO()
	book.save(file)
	return file.getvalue()


def with_parts(content: bytes, parts: Mapping[str, bytes]) -> bytes:
	"""The archive with some of its parts replaced or added."""
	file = io.BytesIO()
	with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
		for name in old.namelist():
			if name not in parts:
				new.writestr(name, old.read(name))
		for name, part in parts.items():
			new.writestr(name, part)
	return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet(inside: str, before: str = "") -> bytes:
	"""The XML of a sheet whose rows are `inside`."""
	return (
		f'<?xml version="1.0" encoding="UTF-8"?>{before}<worksheet xmlns="{NAMESPACE}">'
		f"<sheetData>{inside}</sheetData></worksheet>"
	).encode()


def with_shared_texts(content: bytes, inside: str, rows: str, before: str = "") -> bytes:
	"""The workbook as Excel and Java write it: texts stand in a part of their own, and cells name them by number."""
	with zipfile.ZipFile(io.BytesIO(content)) as old:
		types = old.read("[Content_Types].xml").decode()
	kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
	override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
	texts = f'<?xml version="1.0" encoding="UTF-8"?>{before}<sst xmlns="{NAMESPACE}">{inside}</sst>'
	return with_parts(
		content,
		{
			"[Content_Types].xml": types.replace("</Types>", override).encode(),
			"xl/sharedStrings.xml": texts.encode(),
			SHEET: sheet(rows),
		},
	)


def xls(rows: Sequence[Sequence[str | float]], stream: str = "Workbook", password: bool = False) -> bytes:
	"""The smallest workbook of Excel 97: one stream in an OLE container, texts and numbers in its one sheet."""

	def record(kind: int, content: bytes = b"") -> bytes:
		return struct.pack("<HH", kind, len(content)) + content

	def cell(row: int, column: int, value: str | float) -> bytes:
		at = struct.pack("<HHH", row, column, 0)
		if isinstance(value, str):
			text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
			return record(0x0204, at + text)
		return record(0x0203, at + struct.pack("<d", value))

	begin, end = struct.pack("<HHHHII", 0x0600, 5, 0, 1997, 0, 6), record(0x000A)
	name = struct.pack("<HBB", 0, 7, 0) + b"Clienti"
	head = record(0x0809, begin) + (record(0x002F, b"\0" * 54) if password else b"")
	offset = len(head) + 4 + 4 + len(name) + len(end)
	cells = (cell(y, x, value) for y, row in enumerate(rows) for x, value in enumerate(row))
	body = head + record(0x0085, struct.pack("<I", offset) + name) + end
	body += record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 1997, 0, 6)) + b"".join(cells) + end
	# shorter ones would stand in another kind of stream
	body = body.ljust(max(4096, -(-len(body) // 512) * 512), b"\0")

	def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
		encoded = title.encode("utf-16-le")
		return (
			encoded.ljust(64, b"\0")
			+ struct.pack("<HBBiii", len(encoded) + 2, kind, 1, -1, -1, child)
			+ b"\0" * 36
			+ struct.pack("<iII", start, size, 0)
		)

	# sector 0 is the table of sectors, 1 the directory, the rest the stream
	count = len(body) // 512
	table = [-3, -2, *range(3, count + 2), -2]
	directory = entry("Root Entry", 5, 1, -2, 0) + entry(stream, 2, -1, 2, len(body)) + b"\0" * 256
	header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
	header += b"\0" * 10 + struct.pack("<IIIIiIiI", 1, 1, 0, 4096, -2, 0, -2, 0)
	header += struct.pack("<109i", 0, *[-1] * 108)
	return header + struct.pack("<128i", *(table + [-1] * (128 - len(table)))) + directory + body
