"""`POST /document/send` (docs/smartbill-api.md section 2.8): the only one that answers in shape (e)."""

import base64
import binascii
import re

from werkzeug.wrappers import Response

from sandbox import texts
from sandbox.answers import mail_status
from sandbox.call import Call
from sandbox.creation import sent_email
from sandbox.state import SERIES_TYPES

KINDS = {"factura": "invoice", "proforma": "estimate"}
DATA_ERROR, SERVER_ERROR = 1, 2


class _NotSent(Exception):
	def __init__(self, text: str, code: int = DATA_ERROR) -> None:
		super().__init__(text)
		self.text, self.code = text, code


def send(call: Call) -> Response:
	"""Sends nothing: the mail is kept with the document, its texts decoded."""
	try:
		_send(call)
	except _NotSent as error:
		return mail_status(error.code, error.text, 400)
	return mail_status(0, texts.EMAIL_SENT, 200)


def _send(call: Call) -> None:
	fields = call.fields
	given = fields.get("type", "").strip()
	if not given:
		raise _NotSent(texts.EMAIL_TYPE_MISSING)
	kind = KINDS.get(given.lower())
	if kind is None:
		raise _NotSent(texts.EMAIL_TYPE_UNKNOWN.format(type=given))
	series, number = fields.get("seriesName", ""), fields.get("number", "")
	if not any(call.state.find_series(call.company.cif, type_, series) for type_ in SERIES_TYPES.values()):
		raise _NotSent(texts.SERIES_UNKNOWN)
	if not number:
		raise _NotSent(texts.EMAIL_NUMBER_MISSING)
	document = call.state.find_document(call.company.cif, kind, series, number)
	if document is None:
		raise _NotSent(texts.EMAIL_DOCUMENT_NOT_FOUND)
	subject = _decoded(fields.get("subject"), texts.EMAIL_SUBJECT_NOT_BASE64)
	body = _decoded(fields.get("bodyText"), texts.EMAIL_BODY_NOT_BASE64)
	to = fields.get("to") or document.client.get("email", "")
	if not to:
		raise _NotSent(texts.EMAIL_ADDRESS_MISSING)
	cc, bcc = fields.get("cc", ""), fields.get("bcc", "")
	for addresses in (to, cc, bcc):
		for address in filter(None, addresses.split(",")):
			_check_address(address.strip())
	if call.knobs["email_server"] == "off":
		raise _NotSent(texts.EMAIL_SERVER_MISSING, SERVER_ERROR)
	document.sent_emails.append(sent_email(call.state, to, cc, bcc, subject, body))


def _decoded(encoded: str | None, refusal: str) -> str | None:
	"""The text behind Base64 of UTF-8, checked strictly; None when the account's template is wanted."""
	if encoded is None:
		return None
	try:
		return base64.b64decode(encoded, validate=True).decode("utf-8")
	except (binascii.Error, ValueError) as error:
		raise _NotSent(refusal) from error


def _check_address(address: str) -> None:
	# Which of the four sentences meets which mistake is a guess from their wording.
	local, at, domain = address.rpartition("@")
	if not at or "@" in local or " " in local:
		raise _NotSent(texts.ADDRESS_INVALID)
	if not local:
		raise _NotSent(texts.ADDRESS_WITHOUT_NAME)
	if not domain:
		raise _NotSent(texts.ADDRESS_WITHOUT_DOMAIN)
	if not re.fullmatch(r"[A-Za-z0-9.-]+", domain):
		raise _NotSent(texts.ADDRESS_DOMAIN_ILLEGAL)
