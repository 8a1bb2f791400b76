"""Documents of an applicant: judged by their content, stored as private files of the request."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import frappe
from frappe import _
from PIL import Image
from pypdf import PdfReader

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.exceptions import NotReady, Problem

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.b2b_registration.b2b_registration import B2BRegistration

EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
MAX_NAME = 80
# file systems count bytes: 255 with the ending, and with what Frappe adds to a name that is taken
MAX_NAME_BYTES = 200
MAX_PIXELS = 60_000_000
# of all requests of one applicant together: answers may bring documents too
MAX_DOCUMENTS = 20


class Uploaded(Protocol):
	"""What werkzeug gives for a file of a multipart request."""

	filename: str | None
	stream: Any


@dataclass(frozen=True)
class Document:
	file_name: str
	content_type: str
	content: bytes


def read(files: Sequence[Uploaded], *, stored: int = 0) -> list[Document]:
	"""The documents, checked. Raises NotReady with a problem a file that is not taken. `stored`: how many there are."""
	settings = frappe.get_cached_doc("B2B Settings")
	files = [file for file in files if file.filename]
	limit, max_bytes = settings.max_files, settings.max_file_mb * 1024 * 1024
	if len(files) > limit or stored + len(files) > max(limit, MAX_DOCUMENTS):
		raise _refused([_("At most {0} documents can be sent.").format(limit)])
	documents, problems = [], []
	for file in files:
		# one byte more than allowed tells that it is too large
		content = file.stream.read(max_bytes + 1)
		name = safe_name(file.filename or "")
		if len(content) > max_bytes:
			text = _("{0} is larger than {1} MB.")
			problems.append(text.format(name, settings.max_file_mb))
		elif kind := kind_of(content):
			documents.append(Document(f"{name.rpartition('.')[0] or name}.{EXTENSIONS[kind]}", kind, content))
		else:
			problems.append(_("{0} is not a PDF, JPG or PNG that can be read.").format(name))
	if problems:
		raise _refused(problems)
	return documents


def store(doc: B2BRegistration, documents: Sequence[Document]) -> None:
	"""Attach them to the request and list them there, in the caller's transaction; the same content only once."""
	known = {row.content_hash for row in doc.documents}
	for document in documents:
		digest = hashlib.sha256(document.content).hexdigest()
		if digest in known:
			continue
		known.add(digest)
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": document.file_name,
				"content": document.content,
				"is_private": 1,
				"attached_to_doctype": doc.doctype,
				"attached_to_name": doc.name,
				"folder": "Home/Attachments",
			}
		).insert(ignore_permissions=True)
		doc.append(
			"documents",
			{
				"file_name": document.file_name,
				"file": file.file_url,
				"content_type": document.content_type,
				"size": len(document.content),
				"content_hash": digest,
				"received_at": clock.now(),
			},
		)


def kind_of(content: bytes) -> str | None:
	"""The kind of a document by what it is, whatever its name says; None for what is not taken or cannot be read."""
	try:
		if content.startswith(b"%PDF-"):
			reader = PdfReader(io.BytesIO(content))
			return "application/pdf" if len(reader.pages) else None
		for start, kind in ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png")):
			if content.startswith(start):
				with Image.open(io.BytesIO(content)) as image:
					if image.width * image.height > MAX_PIXELS:
						return None
					image.verify()
				return kind
	except Exception:
		# whatever a parser says of a hostile file: it cannot be read
		return None
	return None


def safe_name(name: str) -> str:
	"""A file name without a folder, control characters or what browsers and shells take for more than a name."""
	name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
	name = re.sub(r"[^\w .()-]", "_", name, flags=re.UNICODE).strip(" .")
	base, dot, extension = name.rpartition(".")
	if not dot:
		return _cut(name) or "document"
	return f"{_cut(base or extension)}{dot}{extension[:5]}"


def _cut(name: str) -> str:
	return name[:MAX_NAME].encode()[:MAX_NAME_BYTES].decode(errors="ignore")


def _refused(texts: list[str]) -> NotReady:
	problems: list[Problem] = [{"field": "documents", "message": text} for text in texts]
	return NotReady(texts[0], code="invalid", problems=problems)
