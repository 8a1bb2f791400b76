"""An xlsx under watch: openpyxl gets no part of it that was not looked at on the way.

openpyxl 3.1 reads the sheet and the shared texts with the standard library's parser, which does expand entities, and
the rest with lxml, which does not. So a second parser reads every byte before openpyxl does, and refuses a DOCTYPE, an
encoding that it does not know itself, and more than any export has.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.parsers import expat

from frappe import _
from openpyxl.xml.constants import SHEET_MAIN_NS

from erp_b2b_smartbill.smartbill.clients.files.refusal import MB, FileRefused, damaged, with_password

MAX_ENTRIES = 2000
MAX_INFLATED = 1024 * MB
# of one entry; small ones compress as they like
MAX_RATIO = 200
RATIO_FROM = 50 * MB
# names and offsets of all entries: 2000 of 100 bytes, and room for comments
MAX_DIRECTORY = MB
# rows of a sheet, and texts that its cells share
MAX_RECORDS = {f"{SHEET_MAIN_NS} row": 1_048_576, f"{SHEET_MAIN_NS} si": 4_000_000}
# What openpyxl holds at once: the row that it is at, and all that is neither a row nor a shared text. An element counts
# 200, a character one.
MAX_WEIGHT = 40_000_000
_ELEMENT = 200
# one tag, comment or processing instruction
MAX_TOKEN = MB
MAX_DEPTH = 64
_CHUNK = 64 * 1024


class WatchedArchive(zipfile.ZipFile):
	"""Raises FileRefused for whatever is wrong with the archive."""

	_bounded: _Bounded | None = None

	def __init__(self, path: str):
		self._bounded = _Bounded(path)
		self.inflated = 0
		try:
			super().__init__(self._bounded)
		except Exception as error:
			# whatever a parser says of a hostile file
			self._bounded.close()
			raise error if isinstance(error, FileRefused) else damaged() from error

	def close(self) -> None:
		super().close()
		if self._bounded:
			self._bounded.close()

	def check(self) -> None:
		"""What the archive declares. It may lie, so what comes out is counted too: see _Watched."""
		entries = self.infolist()
		if len(entries) > MAX_ENTRIES:
			raise too_many_entries()
		if any(entry.flag_bits & 1 for entry in entries):
			raise with_password()
		if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
			# spreadsheets know no other, and the other unpackers do not stop where they are told to
			raise damaged()
		if sum(entry.file_size for entry in entries) > MAX_INFLATED:
			raise unpacks_too_large()
		for entry in entries:
			if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
				raise unpacks_too_large()

	def open(self, name: Any, mode: str = "r", pwd: bytes | None = None, *, force_zip64: bool = False) -> Any:
		return _Watched(self, super().open(name, mode, pwd), in_records=True)

	def read(self, name: Any, pwd: bytes | None = None) -> bytes:
		with _Watched(self, super().open(name), in_records=False) as stream:
			return stream.read()


class _Bounded(io.FileIO):
	"""The list of entries is read in one piece, as large as the file says: so it is not larger than it may be."""

	def read(self, size: int | None = -1) -> bytes:
		if size is not None and size > MAX_DIRECTORY:
			raise too_many_entries()
		return super().read(size)


class _Watched:
	"""A part of the archive, looked at as it is read. `in_records`: whoever reads forgets each row and shared text."""

	def __init__(self, archive: WatchedArchive, stream: Any, *, in_records: bool):
		self._archive, self._stream, self._in_records = archive, stream, in_records
		self._depth = self._fed = self._loose = self._inside = self._open_records = 0
		self._counts = dict.fromkeys(MAX_RECORDS, 0)
		self._parser = expat.ParserCreate(namespace_separator=" ")
		self._parser.ordered_attributes = True
		self._parser.buffer_text = True
		self._parser.StartDoctypeDeclHandler = self._doctype
		self._parser.StartElementHandler = self._start
		self._parser.EndElementHandler = self._end
		self._parser.CharacterDataHandler = self._text

	def __enter__(self) -> _Watched:
		return self

	def __exit__(self, *_error: object) -> None:
		self.close()

	def close(self) -> None:
		self._stream.close()

	def read(self, size: int | None = -1) -> bytes:
		if size is None or size < 0:
			return b"".join(iter(lambda: self.read(_CHUNK), b""))
		data = self._stream.read(min(size, _CHUNK))
		if size:
			self._look_at(data)
		return data

	def _look_at(self, data: bytes) -> None:
		self._archive.inflated += len(data)
		if self._archive.inflated > MAX_INFLATED:
			raise unpacks_too_large()
		try:
			self._parser.Parse(data, not data)
		except expat.ExpatError as error:
			raise damaged() from error
		self._fed += len(data)
		if self._fed - self._parser.CurrentByteIndex > MAX_TOKEN:
			raise damaged()

	def _doctype(self, *_declared: object) -> None:
		raise FileRefused(
			"doctype",
			_(
				"The file holds declarations that no spreadsheet program writes. Export it from SmartBill again."
			),
		)

	def _start(self, name: str, attributes: list[str]) -> None:
		self._depth += 1
		if self._depth > MAX_DEPTH:
			raise damaged()
		if self._in_records and name in MAX_RECORDS:
			self._open_records += 1
			self._counts[name] += 1
			if self._counts[name] > MAX_RECORDS[name]:
				raise too_many_rows()
		self._weigh(_ELEMENT + sum(map(len, attributes)))

	def _end(self, name: str) -> None:
		self._depth -= 1
		if self._open_records and name in MAX_RECORDS:
			self._open_records -= 1
			if not self._open_records:
				self._inside = 0

	def _text(self, text: str) -> None:
		self._weigh(len(text))

	def _weigh(self, weight: int) -> None:
		if self._open_records:
			self._inside += weight
			if self._inside > MAX_WEIGHT:
				raise unpacks_too_large()
		else:
			self._loose += weight
			if self._loose > MAX_WEIGHT:
				raise unpacks_too_large()


def too_many_entries() -> FileRefused:
	text = _(
		"The file consists of more than {0} parts, which no export does. Export it from SmartBill again."
	)
	return FileRefused("zip_entries", text.format(MAX_ENTRIES))


def unpacks_too_large() -> FileRefused:
	text = _("Unpacked, the file would be far larger than an export can be. Export it again, or as csv.")
	return FileRefused("zip_bomb", text)


def too_many_rows() -> FileRefused:
	return FileRefused("rows", _("The file has more rows than a spreadsheet can have."))
