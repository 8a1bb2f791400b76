"""Reads what SmartBill's V1 API answers: five JSON shapes, and everything that is not JSON.

Source: docs/smartbill-api.md 1.4. Nothing here decides what an answer means for a proforma; verdict.py does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from erp_b2b_smartbill.text import plain_text, without_markup

MAX_TEXT = 500

# old documentation shows the envelope inside one of these; live answers are flat
WRAPPERS = {
	"sbcResponse",
	"sbcSeries",
	"sbcTaxes",
	"sbcInvoicePaymentStatusResponse",
	"Response",
	"Fault",
}


class Shape(str, Enum):
	ENVELOPE = "envelope"  # (a) and (b): errorText decides
	REJECTED = "rejected"  # (c): a list `errors`, refused before the business logic
	AUTHENTICATION = "authentication"  # (d): `successfully`
	EMAIL = "email"  # (e): `status` is an object
	HTML = "html"
	EMPTY = "empty"
	NOT_AN_OBJECT = "not an object"  # null, a list, a number
	NOT_JSON = "not json"  # cut in the middle, plain text


@dataclass(frozen=True)
class Rejection:
	"""One entry of shape (c); `param` names the place in the request."""

	code: str = ""
	message: str = ""
	param: str = ""


@dataclass(frozen=True)
class Answer:
	"""One complete HTTP answer. `document_view_url` and `body` stay out of every printed form: the link opens the
	document for anyone who has it."""

	status: int
	shape: Shape
	error_text: str = ""
	message: str = ""
	number: str = ""
	series: str = ""
	document_id: int | None = None
	document_url: str = ""
	document_view_url: str = field(default="", repr=False)
	rejections: tuple[Rejection, ...] = ()
	successfully: bool | None = None
	body: Mapping[str, Any] = field(default_factory=dict, repr=False)

	@property
	def is_json_object(self) -> bool:
		return self.shape in (Shape.ENVELOPE, Shape.REJECTED, Shape.AUTHENTICATION, Shape.EMAIL)

	@property
	def text(self) -> str:
		"""What SmartBill says, cleaned, in its own words; only the HTTP status when it says nothing."""
		if self.error_text:
			return self.error_text
		spoken = [
			f"{rejection.message} ({rejection.param})" if rejection.param else rejection.message
			for rejection in self.rejections
			if rejection.message
		]
		return " ".join(spoken)[:MAX_TEXT] or self.message or f"HTTP {self.status}"


def read_answer(status: int, content: bytes) -> Answer:
	"""Any complete HTTP answer with the given status and body."""
	text = content.decode("utf-8", "replace").strip().removeprefix("\ufeff")
	if not text:
		return Answer(status, Shape.EMPTY)
	if text.lower().startswith(("<!doctype", "<html")):
		return Answer(status, Shape.HTML)
	try:
		body = json.loads(text)
	except (ValueError, RecursionError):
		return Answer(status, Shape.NOT_JSON)
	if not isinstance(body, dict):
		return Answer(status, Shape.NOT_AN_OBJECT)
	return _read_object(status, _unwrapped(body))


def clean_error_text(raw: str) -> str:
	"""SmartBill's sentence without the help block, without tags, in one line of at most 500 characters."""
	if raw.lstrip().lower().startswith(("<!doctype", "<html")):
		return ""
	without_help = re.sub(
		r"<div[^>]*\bid\s*=\s*[\"']?moreErrorDetails.*?(</div>|$)", " ", raw, flags=re.DOTALL | re.IGNORECASE
	)
	first_line = re.split(r"<br\s*/?>", without_help, maxsplit=1, flags=re.IGNORECASE)[0]
	return (_said(first_line) or _said(raw))[:MAX_TEXT]


def _unwrapped(body: dict[str, Any]) -> dict[str, Any]:
	if len(body) == 1:
		name, inner = next(iter(body.items()))
		if name in WRAPPERS and isinstance(inner, dict):
			return inner
	return body


def _read_object(status: int, body: dict[str, Any]) -> Answer:
	rejections = _rejections(body.get("errors"))
	shape = Shape.ENVELOPE
	message = _string(body.get("message"))
	if rejections:
		shape = Shape.REJECTED
	elif isinstance(body.get("status"), dict):
		shape = Shape.EMAIL
		message = _string(body["status"].get("message"))
	elif "successfully" in body:
		shape = Shape.AUTHENTICATION

	successfully = body.get("successfully")
	return Answer(
		status=status,
		shape=shape,
		error_text=clean_error_text(_string(body.get("errorText"))),
		message=_said(message)[:MAX_TEXT],
		number=_string(body.get("number")),
		series=_string(body.get("series")),
		document_id=_document_id(body.get("documentId")),
		document_url=_string(body.get("documentUrl")),
		document_view_url=_string(body.get("documentViewUrl")),
		rejections=rejections,
		successfully=successfully if isinstance(successfully, bool) else None,
		body=body,
	)


def _rejections(errors: Any) -> tuple[Rejection, ...]:
	if not isinstance(errors, list):
		return ()
	return tuple(
		Rejection(_string(error.get("code")), _said(error.get("message")), _string(error.get("param")))
		for error in errors
		if isinstance(error, dict)
	)


def _said(message: Any) -> str:
	"""A sentence of SmartBill as a text, for it is stored and shown; it may repeat what a client is called."""
	return without_markup(plain_text(_string(message)))


def _document_id(value: Any) -> int | None:
	"""SmartBill's own id; -1 and null stand for none."""
	if isinstance(value, bool) or not isinstance(value, int | str):
		return None
	try:
		number = int(value)
	except ValueError:
		return None
	return number if number > 0 else None


def _string(value: Any) -> str:
	if value is None:
		return ""
	return value.strip() if isinstance(value, str) else str(value)
