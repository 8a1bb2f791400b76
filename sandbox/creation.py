"""Creating a proforma or an invoice: the rules of docs/smartbill-api.md section 7.4, in their order.

`issue` checks everything first and only then allots and stores, so that a refusal leaves no trace. The
caller holds the lock of the state.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox import rows, schema, texts, totals
from sandbox.answers import Refusal, Stop
from sandbox.identifiers import digits
from sandbox.records import Company, Document, Json, V3Client
from sandbox.state import SERIES_TYPES, State

LANGUAGES = ("RO", "EN", "DE", "FR", "IT", "ES")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TABLES = {"estimate": schema.ESTIMATE, "invoice": schema.INVOICE}
URL_NAMES = {"estimate": "estimate", "invoice": "factura"}
# "f" is invented: the address that opens an invoice is not published.
VIEW_NAMES = {"estimate": "pf", "invoice": "f"}

# Which field of a request fills which field of a V3 client when `saveToDb` asks for it.
SAVED_TEXTS = (
	*("name", "vatCode", "regCom", "code", "address", "city", "county", "country"),
	*("bank", "iban", "email", "contact", "phone"),
)


@dataclass(frozen=True)
class Content:
	"""What a document says: sent in the request, or taken from the proforma it is made of."""

	client: Json
	rows: list[Json]
	totals: dict[str, str]
	currency: str
	precision: int
	language: str
	language_fallback: bool
	estimate: Document | None = None


def issue(
	state: State, company: Company, kind: str, fields: Mapping[str, Any], request: Json, base: str
) -> Document:
	"""The stored document, or Refusal. `fields` are the mapped fields of the body, `request` the body as it
	was sent, `base` the sandbox's own address.
	"""
	for name in ("issueDate", "dueDate", "deliveryDate"):
		_check_date(fields.get(name))
	if kind == "invoice" and fields.get("useEstimateDetails"):
		content = _content_of_estimate(state, company, fields)
	else:
		content = _content_of_request(state, company, kind, fields)
	series = fields.get("seriesName", "")
	if state.find_series(company.cif, SERIES_TYPES[kind], series) is None:
		raise Refusal(texts.SERIES_UNKNOWN)
	if state.knobs["quota_left"] == 0:
		raise Refusal(texts.QUOTA_REACHED)
	emails = [_email(state, fields, content.client)] if fields.get("sendEmail") else []

	today = state.today().isoformat()
	draft = fields.get("isDraft", False)
	view_hash = secrets.token_hex(8)
	document = Document(
		id=state.next_document_id(),
		kind=kind,
		cif=company.cif,
		series=series,
		number="",
		draft=True,
		request=request,
		client=content.client,
		rows=content.rows,
		totals=content.totals,
		issue_date=fields.get("issueDate", today),
		due_date=fields.get("dueDate", today),
		currency=content.currency,
		precision=content.precision,
		language=content.language,
		language_fallback=content.language_fallback,
		mentions=fields.get("mentions", ""),
		created_at=state.timestamp(),
		view_hash=view_hash,
		url=f"{base}/pay/{view_hash}" if fields.get("paymentUrl") == "Generate URL" else "",
		sent_emails=emails,
	)
	if not draft:
		state.allot(document)
		if isinstance(state.knobs["quota_left"], int):
			state.knobs["quota_left"] -= 1
	if content.estimate is not None:
		document.estimate = content.estimate.id
		content.estimate.invoices.append(document.id)
	if kind == "invoice" and "value" in fields.get("payment", {}):
		document.paid = str(totals.rounded(fields["payment"]["value"]))
	if "client" in fields and content.estimate is None and fields["client"].get("saveToDb"):
		_save_client(state, company, fields["client"])
	state.documents[document.id] = document
	return document


def commit_due(state: State) -> None:
	"""Goes on with the creates whose clients are gone (the fault `late_commit`) and whose time has come."""
	now = state.now()
	due = [one for one in state.pending if one.due <= now]
	state.pending = [one for one in state.pending if one.due > now]
	for pending in due:
		company = state.company(pending.cif)
		if company is None:
			continue
		try:
			fields = schema.read(TABLES[pending.kind], schema.parse(pending.request.encode()), state.knobs)
			request = json.loads(pending.request)
			document = issue(state, company, pending.kind, fields, request, pending.base)
		except (Stop, schema.Unmappable):
			# Refused like any other, only that nobody is there to hear it.
			continue
		for entry in state.journal:
			if entry.seq == pending.journal_seq:
				entry.created_document_id = document.id


def addresses(document: Document, base: str) -> Json:
	"""The fields that the answers under /v2 have more than the classic ones."""
	name, short = URL_NAMES[document.kind], VIEW_NAMES[document.kind]
	return {
		"documentUrl": f"{base}/documente/editare/{name}/{document.id}/",
		"documentId": document.id,
		"documentViewUrl": f"{base}/documente/extern/{short}/{name}/{document.view_hash}?srvid=2",
	}


def _check_date(text: str | None) -> None:
	if text is None:
		return
	try:
		if DATE.fullmatch(text):
			date.fromisoformat(text)
			return
	except ValueError:
		pass
	raise Refusal(texts.BAD_DATE)


def _content_of_estimate(state: State, company: Company, fields: Mapping[str, Any]) -> Content:
	wanted = fields.get("estimate", {})
	series, number = wanted.get("seriesName", ""), wanted.get("number", "")
	estimate = state.find_document(company.cif, "estimate", series, number)
	if estimate is None or estimate.status != "active":
		raise Refusal(texts.ESTIMATE_TO_INVOICE_NOT_FOUND.format(series=series, number=number))
	return Content(
		client=dict(estimate.client),
		rows=[dict(row) for row in estimate.rows],
		totals=dict(estimate.totals),
		currency=estimate.currency,
		precision=estimate.precision,
		language=estimate.language,
		language_fallback=estimate.language_fallback,
		estimate=estimate,
	)


def _content_of_request(state: State, company: Company, kind: str, fields: Mapping[str, Any]) -> Content:
	client = fields.get("client")
	if client is None or not client.get("country", "").strip():
		raise Refusal(texts.COUNTRY_MISSING)
	name = client.get("name", "").strip()
	if not name:
		raise Refusal(texts.CLIENT_INVALID)
	if name == state.knobs["duplicate_client"] or (
		client.get("saveToDb") and _namesake_with_other_code(state, company, client)
	):
		raise Refusal(texts.CLIENT_EXISTS)

	sent_rows = fields.get("products", [])
	if not sent_rows:
		raise Refusal(texts.NO_ROWS[kind])
	if len(sent_rows) > rows.MAX_ROWS:
		raise Refusal(texts.TOO_MANY_ROWS, 410)
	precision = min(max(fields.get("precision", 2), 2), 4)
	judged = rows.judge(sent_rows, company, state.knobs, precision)

	currency = fields.get("currency") or "RON"
	if currency not in rows.CURRENCIES:
		raise Refusal(texts.CURRENCY_UNKNOWN)
	if any(row.currency != currency for row in judged):
		raise Refusal(texts.CURRENCY_MIXED[kind])
	computed = totals.total([row.line for row in judged], str(state.knobs["vat_rounding"]))
	language = fields.get("language") or "RO"
	known = language in LANGUAGES
	return Content(
		client=dict(client),
		rows=[row.record() for row in judged],
		totals={"net": str(computed.net), "vat": str(computed.vat), "gross": str(computed.gross)},
		currency=currency,
		precision=precision,
		language=language if known else "RO",
		language_fallback=not known,
	)


def _email(state: State, fields: Mapping[str, Any], client: Json) -> Json:
	wanted = fields.get("email", {})
	to = wanted.get("to") or client.get("email")
	if not to:
		raise Refusal(texts.EMAIL_ADDRESS_MISSING)
	if state.knobs["email_server"] == "off":
		raise Refusal(texts.EMAIL_SERVER_MISSING)
	return sent_email(state, to, wanted.get("cc", ""), wanted.get("bcc", ""))


def sent_email(
	state: State, to: str, cc: str, bcc: str, subject: str | None = None, body: str | None = None
) -> Json:
	"""The record of an email. `subject` and `body` None: those of the account's template."""
	return {"at": state.timestamp(), "to": to, "cc": cc, "bcc": bcc, "subject": subject, "body": body}


def _namesake_with_other_code(state: State, company: Company, client: Json) -> bool:
	same_name = [one for one in state.clients_v3.get(company.cif, []) if one.name == client["name"].strip()]
	code = digits(client.get("vatCode", ""))
	return bool(same_name) and all(digits(one.vatCode) != code for one in same_name)


def _save_client(state: State, company: Company, client: Json) -> None:
	"""Overwrites the known client, what was not sent becoming empty, or adds a new one (section 2.1.2,
	`saveToDb`).
	"""
	clients = state.clients_v3.setdefault(company.cif, [])
	name, code = client["name"].strip(), digits(client.get("vatCode", ""))
	saved = next((one for one in clients if (one.name, digits(one.vatCode)) == (name, code)), None)
	if saved is None:
		saved = V3Client(id=state.new_client_id(company.cif))
		clients.append(saved)
	for field in SAVED_TEXTS:
		setattr(saved, field, client.get(field, "").strip())
	saved.isVatPayer = client.get("isTaxPayer", False)
