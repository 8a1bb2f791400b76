"""What a file really is, by its content: names lie, and an old `.xls` is often HTML or text."""

from __future__ import annotations

import mmap
import os
import re

from frappe import _

from erp_b2b_smartbill.smartbill.clients.files.archive import WatchedArchive
from erp_b2b_smartbill.smartbill.clients.files.refusal import (
	MAX_FILE_BYTES,
	MB,
	FileRefused,
	binary,
	damaged,
	with_password,
)
from erp_b2b_smartbill.text import N_

XLSX, XLS, HTML, CSV = "xlsx", "xls", "html", "csv"

_HEAD = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_BOM = b"\xef\xbb\xbf"
_BOM_UTF16 = (b"\xff\xfe", b"\xfe\xff")

_IMAGE = ("image", N_("This is an image. Export the clients from SmartBill as xlsx, xls or csv."))
_PACKED = ("packed", N_("This is a packed file. Unpack it and choose the spreadsheet in it."))
_DOCUMENT = ("document", N_("This is a document, not a spreadsheet. Export the clients as xlsx, xls or csv."))
_ODS = ("ods", N_("This is an OpenDocument spreadsheet (ods). Open it and save it as xlsx."))
_XLSB = ("xlsb", N_("This is a binary Excel workbook (xlsb). Open it and save it as xlsx."))
_XML = ("xml", N_("This is an XML file. Open it in a spreadsheet program and save it as xlsx."))
_PDF = ("pdf", N_("This is a PDF. Export the clients from SmartBill as xlsx, xls or csv."))
_MAGIC = (
	(b"%PDF-", _PDF),
	(b"\x89PNG", _IMAGE),
	(b"\xff\xd8\xff", _IMAGE),
	(b"GIF8", _IMAGE),
	(b"RIFF", _IMAGE),
	(b"II*\x00", _IMAGE),
	(b"MM\x00*", _IMAGE),
	(b"{\\rtf", _DOCUMENT),
	(b"\x1f\x8b", _PACKED),
	(b"7z\xbc\xaf\x27\x1c", _PACKED),
	(b"Rar!\x1a", _PACKED),
)


def sniff(path: str) -> str:
	"""The kind of the file: XLSX, XLS, HTML or CSV (text with any of the separators). Raises FileRefused."""
	size = os.path.getsize(path)
	if not size:
		raise FileRefused("empty", _("The file is empty."))
	if size > MAX_FILE_BYTES:
		text = _("The file is larger than {0} MB. Split it and import the parts one after another.")
		raise FileRefused("size", text.format(MAX_FILE_BYTES // MB))
	with open(path, "rb") as file:
		head = file.read(_HEAD)
	if head.startswith(_OLE):
		return _ole(path)
	if head.startswith(_ZIP):
		return _zip(path)
	for start, (code, text) in _MAGIC:
		if head.startswith(start):
			raise FileRefused(code, _(text))
	return _text(head)


def _zip(path: str) -> str:
	with WatchedArchive(path) as archive:
		names = {name.lower() for name in archive.namelist()}
		if "xl/workbook.xml" in names:
			archive.check()
			return XLSX
		if "encryptedpackage" in names:
			raise with_password()
	if "xl/workbook.bin" in names:
		code, text = _XLSB
	elif "content.xml" in names:
		code, text = _ODS
	elif names & {"word/document.xml", "ppt/presentation.xml"}:
		code, text = _DOCUMENT
	else:
		code, text = _PACKED
	raise FileRefused(code, _(text))


def _ole(path: str) -> str:
	"""Excel's old workbooks share their container with Word's, and with the new ones that have a password."""
	with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
		if _has_stream(content, "EncryptedPackage"):
			raise with_password()
		if _has_stream(content, "Workbook") or _has_stream(content, "Book"):
			return XLS
		if _has_stream(content, "WordDocument") or _has_stream(content, "PowerPoint Document"):
			code, text = _DOCUMENT
			raise FileRefused(code, _(text))
	raise damaged()


def _has_stream(content: mmap.mmap, name: str) -> bool:
	"""Whether the container's directory has an entry of this name: 64 bytes of name and its length, each entry at a
	multiple of 128."""
	wanted = name.encode("utf-16-le").ljust(64, b"\0") + (2 * len(name) + 2).to_bytes(2, "little")
	at = content.find(wanted)
	while at >= 0 and at % 128:
		at = content.find(wanted, at + 1)
	return at >= 0


def _text(head: bytes) -> str:
	if head.startswith(_BOM_UTF16):
		text = head.decode("utf-16", "ignore")
	else:
		if b"\0" in head:
			raise binary()
		# what the markup and the separators are written with is the same in all of them
		text = head.removeprefix(_BOM).decode("latin-1")
	controls = len(re.findall(r"[\x00-\x08\x0e-\x1f]", text))
	if controls * 100 > len(text):
		raise binary()
	text = text.lstrip()
	if not text.startswith("<"):
		return CSV
	if re.search(r"<(?:html|table|body|!doctype html)\b", text, re.IGNORECASE):
		return HTML
	code, message = _XML
	raise FileRefused(code, _(message))
