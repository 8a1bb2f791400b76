"""The rows of a file, one after another, with the numbers that a person sees beside them.

Memory: text and HTML take the same however long they are. Of an xlsx the texts that cells share are kept, as far as they
were read, and about 100 bytes a row; of an xls xlrd keeps the sheet, which has at most 65,536 rows.
"""

from __future__ import annotations

import csv
import datetime
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, TextIO

import xlrd
from frappe import _
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from erp_b2b_smartbill.smartbill.clients.files.archive import WatchedArchive, too_many_rows
from erp_b2b_smartbill.smartbill.clients.files.encodings import text_encoding
from erp_b2b_smartbill.smartbill.clients.files.refusal import (
	HEADER_ROWS,
	MAX_CELL,
	MAX_COLUMNS,
	MAX_ROWS,
	FileRefused,
	binary,
	damaged,
	no_rows,
	too_long_cell,
	too_many_columns,
	with_password,
)
from erp_b2b_smartbill.smartbill.clients.files.sniff import CSV, HTML, XLS, XLSX
from erp_b2b_smartbill.smartbill.clients.files.tables import TableRows
from erp_b2b_smartbill.smartbill.clients.files.titles import recognised

Row = tuple[int, list[str]]

# what several cells say stands once, in a part of its own
_TEXT_TAG = f"{{{SHEET_MAIN_NS}}}si"
_TEXTS_AT_ONCE = 1000
# the last row of any spreadsheet
_LAST_ROW = 1_048_576
# a line of text, with all columns full
_MAX_LINE = MAX_COLUMNS * MAX_CELL
_CHUNK = 64 * 1024


def rows(path: str, kind: str) -> Iterator[Row]:
	"""(number, cells as text) of every row that is not empty, empty cells at its end left out; `kind` is what sniff says.
	Raises FileRefused, while reading too."""
	readers: dict[str, Callable[[str], Iterator[Row]]] = {XLSX: _xlsx, XLS: _xls, HTML: _html, CSV: _csv}
	try:
		yield from _within_limits(readers[kind](path))
	except (FileRefused, FileNotFoundError, PermissionError, MemoryError):
		raise
	except Exception as error:
		# whatever a parser says of a hostile file: it cannot be read
		raise damaged() from error


def _within_limits(found: Iterable[Row]) -> Iterator[Row]:
	count = 0
	for number, cells in found:
		while cells and not cells[-1].strip():
			cells.pop()
		if not cells:
			continue
		count += 1
		if count > MAX_ROWS + HEADER_ROWS:
			text = _("The file has more than {0} rows. Split it and import the parts one after another.")
			raise FileRefused("rows", text.format(MAX_ROWS))
		if len(cells) > MAX_COLUMNS:
			raise too_many_columns()
		if max(map(len, cells)) > MAX_CELL:
			raise too_long_cell(number)
		yield number, cells
	if not count:
		raise no_rows()


# xlsx


class _Reader(ExcelReader):
	"""Reads what the cells need; the rest says nothing about them, and often stands there wrong."""

	def __init__(self, archive: WatchedArchive):
		super().__init__(archive.fp, read_only=True, data_only=True, keep_links=False)
		self.archive = archive

	def sheets(self) -> list[ReadOnlyWorksheet]:
		self.read_manifest()
		if texts := self.package.find(SHARED_STRINGS):
			self.shared_strings = _SharedTexts(self.archive, texts.PartName[1:])
		self.read_workbook()
		apply_stylesheet(self.archive, self.wb)
		found = [
			(sheet.state != "visible", relation.target, sheet.name)
			for sheet, relation in self.parser.find_sheets()
			if relation.target in self.valid_files and "chartsheet" not in relation.Type
		]
		found.sort(key=lambda sheet: sheet[0])
		return [_Sheet(self.wb, name, part, self.shared_strings) for _hidden, part, name in found]


class _SharedTexts(list[str]):
	"""The texts that cells share, read as far as cells asked for them. Programs write them in the order of the cells, so
	whoever looks at the first rows does not wait for the last text."""

	def __init__(self, archive: WatchedArchive, part: str):
		super().__init__()
		self._more = self._read(archive, part)
		# a file that is no spreadsheet shows it at once
		self.extend(islice(self._more, _TEXTS_AT_ONCE))

	def __getitem__(self, index: Any) -> Any:
		try:
			return super().__getitem__(index)
		except IndexError:
			self.extend(islice(self._more, index + 1 - len(self) + _TEXTS_AT_ONCE))
			return super().__getitem__(index)

	def _read(self, archive: WatchedArchive, part: str) -> Iterator[str]:
		with archive.open(part) as source:
			for _event, node in iterparse(source):
				if node.tag == _TEXT_TAG:
					# as openpyxl does
					text = Text.from_tree(node).content.replace("x005F_", "")
					node.clear()
					yield text


class _Sheet(ReadOnlyWorksheet):
	def _get_size(self) -> None:
		"""Not what the file says: too small it hides cells, too large it makes up empty ones. Where it says nothing,
		openpyxl would read the whole sheet to find out."""


def _xlsx(path: str) -> Iterator[Row]:
	with WatchedArchive(path) as archive:
		archive.check()
		yield from _first_with_rows(map(_xlsx_rows, _Reader(archive).sheets()))


def _xlsx_rows(sheet: ReadOnlyWorksheet) -> Iterator[Row]:
	sheet.reset_dimensions()
	for number, values in enumerate(sheet.iter_rows(min_row=1, min_col=1, values_only=True), 1):
		if number > _LAST_ROW:
			raise too_many_rows()
		yield number, [_as_text(value) for value in values]


def _first_with_rows(sheets: Iterable[Iterator[Row]]) -> Iterator[Row]:
	for sheet in sheets:
		has_rows = False
		for row in sheet:
			has_rows = has_rows or any(cell.strip() for cell in row[1])
			yield row
		if has_rows:
			return


_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}


def _as_text(value: Any) -> str:
	"""A value as a person reads it in the cell: no formats, and nothing that only a computer writes."""
	if value is None:
		return ""
	if isinstance(value, str):
		# how a spreadsheet writes the first half of a line break
		return "" if value in _ERRORS else value.replace("_x000D_", "")
	if isinstance(value, bool):
		return "da" if value else "nu"
	if isinstance(value, float):
		return _number(value)
	if isinstance(value, datetime.datetime):
		return (
			value.isoformat(" ", "seconds") if value.time() != datetime.time() else value.date().isoformat()
		)
	return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


def _number(value: float) -> str:
	# a spreadsheet counts 15 digits; what follows is made by the binary form
	number = Decimal(f"{value:.15g}")
	return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < 30 else ""


# xls


def _xls(path: str) -> Iterator[Row]:
	with open(os.devnull, "w", encoding="utf-8") as log, _xls_book(path, log) as book:
		yield from _first_with_rows(_xls_rows(book, index) for index in range(book.nsheets))


def _xls_book(path: str, log: TextIO) -> xlrd.Book:
	try:
		return xlrd.open_workbook(path, logfile=log, on_demand=True, ragged_rows=True)
	except xlrd.XLRDError as error:
		# xlrd has no other way of telling it
		raise with_password() if "encrypted" in str(error) else damaged() from error


def _xls_rows(book: xlrd.Book, index: int) -> Iterator[Row]:
	sheet = book.sheet_by_index(index)
	for number in range(sheet.nrows):
		kinds, values = sheet.row_types(number), sheet.row_values(number)
		yield (
			number + 1,
			[_xls_text(kind, value, book.datemode) for kind, value in zip(kinds, values, strict=True)],
		)
	book.unload_sheet(index)


def _xls_text(kind: int, value: Any, datemode: int) -> str:
	if kind == xlrd.XL_CELL_BOOLEAN:
		return _as_text(bool(value))
	if kind == xlrd.XL_CELL_DATE:
		try:
			return _as_text(xlrd.xldate_as_datetime(value, datemode))
		except (xlrd.XLDateError, OverflowError, ValueError):
			return _number(value)
	return "" if kind == xlrd.XL_CELL_ERROR else _as_text(value)


# text

_SEPARATORS = (";", ",", "\t")
# a first line that tells Excel the separator, and that Excel does not show
_TOLD = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


def _csv(path: str) -> Iterator[Row]:
	encoding = text_encoding(path)
	with open(path, encoding=encoding, newline="") as file:
		head = file.read(_CHUNK)
	separator = _separator(head)
	with open(path, encoding=encoding, newline="") as file:
		if told := _TOLD.fullmatch(file.readline(10)):
			separator = told[1]
		else:
			file.seek(0)
		lines = _Lines(file)
		records = csv.reader(lines, delimiter=separator)
		while True:
			lines.length = 0
			try:
				cells = next(records, None)
			except csv.Error as error:
				# one field is longer than the reader takes, which is longer than a cell may be
				raise too_long_cell(lines.records + 1) from error
			if cells is None:
				return
			lines.records += 1
			yield lines.records, cells


class _Lines:
	"""The lines of a file, bounded: one without an end, or a quotation mark that is never closed, is not read whole."""

	def __init__(self, file: TextIO):
		self._file = file
		self.length = self.records = 0

	def __iter__(self) -> _Lines:
		return self

	def __next__(self) -> str:
		line = self._file.readline(_MAX_LINE)
		if not line:
			raise StopIteration
		self.length += len(line)
		if self.length >= _MAX_LINE:
			raise too_long_cell(self.records + 1)
		if "\0" in line:
			raise binary()
		return line


def _separator(head: str) -> str:
	"""The separator that splits the header best: by the titles that it gives, then by how many."""

	def worth(separator: str) -> tuple[int, int]:
		try:
			read = list(islice(csv.reader(io.StringIO(head, newline=""), delimiter=separator), HEADER_ROWS))
		except csv.Error:
			return 0, 0
		return max((recognised(row) for row in read), default=0), len(next(filter(None, read), []))

	return max(_SEPARATORS, key=worth)


# HTML


def _html(path: str) -> Iterator[Row]:
	encoding = text_encoding(path, declared=True)
	parser = TableRows()
	number = 0
	with open(path, encoding=encoding) as file:
		while text := file.read(_CHUNK):
			if "\0" in text:
				raise binary()
			parser.feed(text)
			for cells in parser.take():
				number += 1
				yield number, cells
	for cells in parser.finish():
		number += 1
		yield number, cells
