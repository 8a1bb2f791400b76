"""The letters of a text file: nothing in it says which they are, so they are those that fit all of it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from frappe import _

from erp_b2b_smartbill.smartbill.clients.files.refusal import MB, FileRefused, binary

_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,20})")
# those that are not guessed, but believed where a page says so
_BELIEVED = {"cp1252", "iso8859-1", "iso8859-2", "iso8859-16"}


def text_encoding(path: str, *, declared: bool = False) -> str:
	"""UTF-8, UTF-16 when its mark begins the file, else Windows' Central European. Reads the file once, in pieces.

	`declared`: a page may say what it is. UTF-8 that is valid is never anything else.
	"""
	with open(path, "rb") as file:
		head = file.read(4096)
	if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
		candidates = ["utf-16"]
	else:
		candidates = ["utf-8-sig", *(_said_by(head) if declared else ()), "cp1250"]
	for encoding in candidates:
		decoder = codecs.getincrementaldecoder(encoding)()
		try:
			for piece in _pieces(path):
				if encoding != "utf-16" and b"\0" in piece:
					raise binary()
				decoder.decode(piece, not piece)
		except UnicodeError:
			continue
		return encoding
	raise FileRefused(
		"encoding", _("The letters of the file are in an unknown encoding. Save it as xlsx or as CSV UTF-8.")
	)


def _pieces(path: str) -> Iterator[bytes]:
	"""With an empty one at the end, which tells a decoder that nothing follows."""
	with open(path, "rb") as file:
		while piece := file.read(MB):
			yield piece
	yield b""


def _said_by(head: bytes) -> list[str]:
	found = _DECLARED.search(head)
	try:
		name = codecs.lookup(found[1].decode("ascii")).name if found else ""
	except LookupError:
		return []
	return [name] if name in _BELIEVED else []
