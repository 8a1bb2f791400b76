"""The control API under `/__control`: looking into the sandbox and moving it (docs/smartbill-api.md section
7.8).

It is never limited, faulted or journalled, and asks for a key only if the sandbox was started with one. What
goes in and comes out is JSON; wrong input is a 400 that says what is wrong and changes nothing.
"""

import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox import creation, faults, knobs, v1_payments, v3
from sandbox.answers import Refusal, json_answer
from sandbox.records import Company, Document, Invalid, Json, Tax, User, V3Client, V3Token, build
from sandbox.state import SERIES_TYPES, State

PREFIX = "/__control"


class Unknown(Invalid):
	"""Something was named that does not exist."""


def answer(state: State, request: Request, key: str | None) -> Response:
	"""`key` None: nobody has to prove anything."""
	given = request.headers.get("X-Control-Key", "")
	if key is not None and not hmac.compare_digest(given.encode(), key.encode()):
		return _error(401, "wrong_key", "The header X-Control-Key is missing or wrong.")
	try:
		action, values = ROUTES.bind_to_environ(request.environ).match()
		with state.lock:
			creation.commit_due(state)
			payload = action(state, request, **values)
			if request.method != "GET":
				state.save()
			return json_answer(payload)
	except NotFound:
		return _error(404, "not_found", f"{request.path}: no such control call")
	except MethodNotAllowed as error:
		allowed = ", ".join(sorted(error.valid_methods or ()))
		return _error(
			405, "method_not_allowed", f"{request.method} is not allowed here; {allowed} is", allowed
		)
	except Unknown as error:
		return _error(404, "unknown", str(error))
	except Invalid as error:
		return _error(400, "invalid", str(error))


def _error(status: int, code: str, message: str, allowed: str | None = None) -> Response:
	headers = [("Allow", allowed)] if allowed else []
	return json_answer({"error": {"code": code, "message": message}}, status, headers)


def _body(request: Request) -> Json:
	raw = request.get_data()
	try:
		body = json.loads(raw) if raw.strip() else {}
	except (ValueError, RecursionError) as error:
		raise Invalid(f"body: not JSON: {error}") from error
	if not isinstance(body, dict):
		raise Invalid("body: must be a JSON object")
	return body


def health(state: State, request: Request) -> Json:
	"""`calls` ever taken, and how many of them are `serving` still: whoever killed a client waits for that."""
	return {
		"ok": True,
		"time": state.timestamp(),
		"calls": state.journal_seq,
		"serving": state.serving,
	}


@dataclass
class Reset:
	seed: Json = field(default_factory=dict)


def reset(state: State, request: Request) -> Json:
	state.reset(build(Reset, _body(request)).seed)
	return {"ok": True}


def show_state(state: State, request: Request) -> Json:
	if request.args.get("documents") == "1":
		return {"documents": state.documents_to_json()}
	return state.public()


def show_journal(state: State, request: Request) -> Json:
	since = request.args.get("since", "0")
	if not since.isdecimal():
		raise Invalid(f"since: {since!r} is not a number")
	entries = [asdict(entry) for entry in state.journal if entry.seq > int(since)]
	return {"journal": entries, "last": state.journal_seq}


def show_knobs(state: State, request: Request) -> Json:
	return knobs.listing(state.knobs)


def set_knobs(state: State, request: Request) -> Json:
	state.knobs.update(knobs.checked(_body(request)))
	return dict(state.knobs)


@dataclass
class ClockChange:
	advance_s: float = 0
	reset: bool = False


def move_clock(state: State, request: Request) -> Json:
	"""What became due is committed at once, so that whoever moved the clock sees it."""
	change = build(ClockChange, _body(request))
	if change.advance_s < 0:
		raise Invalid("advance_s: must not be negative; the clock goes back by reset only")
	state.clock_offset = 0.0 if change.reset else state.clock_offset + change.advance_s
	creation.commit_due(state)
	return {"time": state.timestamp(), "offset_s": state.clock_offset}


def show_faults(state: State, request: Request) -> Json:
	return {"faults": [asdict(fault) for fault in state.faults]}


def add_fault(state: State, request: Request) -> Json:
	fault = faults.from_order(_body(request), state.fault_seq + 1)
	state.fault_seq = fault.id
	state.faults.append(fault)
	return {"id": fault.id}


def clear_faults(state: State, request: Request) -> Json:
	state.faults.clear()
	return {"ok": True}


def remove_fault(state: State, request: Request, id_: int) -> Json:
	for fault in state.faults:
		if fault.id == id_:
			state.faults.remove(fault)
			return {"ok": True}
	raise Unknown(f"fault {id_}: there is none")


@dataclass
class ForeignDocument:
	"""`type` None: the proforma series of that name, else the invoice series."""

	series: str
	client: str
	cif: str | None = None
	type: str | None = None
	mentions: str = ""


def foreign_document(state: State, request: Request) -> Json:
	"""A document that somebody typed into SmartBill by hand: the counter of the series moves."""
	order = build(ForeignDocument, _body(request))
	company = _company(state, order.cif)
	kinds = [
		kind
		for kind, type_ in SERIES_TYPES.items()
		if order.type in (None, type_) and state.find_series(company.cif, type_, order.series) is not None
	]
	if not kinds:
		raise Unknown(f"series {order.series!r}: {company.cif} has none for proformas or invoices")
	tax = next(iter(company.taxes), Tax("", 0))
	row = {
		"name": "Pozitie introdusa manual",
		"measuringUnitName": next(iter(company.units), ""),
		"quantity": Decimal(1),
		"price": Decimal(100),
		"taxName": tax.name,
		"taxPercentage": Decimal(str(tax.percentage)),
	}
	return _issue_by_hand(
		state,
		request,
		company,
		kinds[0],
		{
			"seriesName": order.series,
			"client": {"name": order.client, "country": "Romania"},
			"products": [row],
			"mentions": order.mentions,
		},
	)


def _issue_by_hand(state: State, request: Request, company: Company, kind: str, fields: Json) -> Json:
	base = request.host_url.rstrip("/")
	try:
		document = creation.issue(state, company, kind, fields, {}, base)
	except Refusal as refusal:
		raise Invalid(refusal.text) from refusal
	document.foreign = True
	return _name(document)


@dataclass
class DraftToFinalize:
	documentId: int


def finalize_draft(state: State, request: Request) -> Json:
	wanted = build(DraftToFinalize, _body(request)).documentId
	document = state.documents.get(wanted)
	if document is None:
		raise Unknown(f"document {wanted}: there is none")
	if not document.draft:
		raise Invalid(f"document {wanted}: is not a draft")
	state.allot(document)
	return _name(document)


@dataclass
class EstimateToInvoice:
	"""`invoice_series` None: the first invoice series of the company."""

	series: str
	number: str
	draft: bool = False
	cif: str | None = None
	invoice_series: str | None = None


def invoice_estimate(state: State, request: Request) -> Json:
	"""Makes an invoice of a proforma, as a person would in SmartBill."""
	order = build(EstimateToInvoice, _body(request))
	company = _company(state, order.cif)
	series = order.invoice_series or next(
		(one.name for one in state.series if (one.cif, one.type) == (company.cif, "f")), ""
	)
	return _issue_by_hand(
		state,
		request,
		company,
		"invoice",
		{
			"seriesName": series,
			"isDraft": order.draft,
			"useEstimateDetails": True,
			"estimate": {"seriesName": order.series, "number": order.number},
		},
	)


@dataclass
class Payment:
	series: str
	number: str
	amount: float | str
	cif: str | None = None


def pay(state: State, request: Request) -> Json:
	order = build(Payment, _body(request))
	try:
		amount = Decimal(str(order.amount))
	except InvalidOperation as error:
		raise Invalid(f"amount: {order.amount!r} is not a number") from error
	if not amount.is_finite():
		raise Invalid(f"amount: {order.amount!r} is not a number")
	invoice = state.find_document(_company(state, order.cif).cif, "invoice", order.series, order.number)
	if invoice is None:
		raise Unknown(f"invoice {order.series}{order.number}: there is none")
	v1_payments.spread(amount, [invoice])
	return {"paid": invoice.paid}


@dataclass
class ClientChanges:
	upsert: list[Json] = field(default_factory=list)
	delete: list[str] = field(default_factory=list)
	cif: str | None = None


def change_clients(state: State, request: Request) -> Json:
	"""A client with a known id gets the given fields; one with a new id, or none, is added."""
	order = build(ClientChanges, _body(request))
	cif = _company(state, order.cif).cif
	clients = {one.id: one for one in state.clients_v3.get(cif, [])}
	written = []
	for raw in order.upsert:
		changed = build(V3Client, raw)
		if changed.id in clients:
			changed = build(V3Client, {**asdict(clients[changed.id]), **raw})
		if not changed.id:
			changed.id = state.new_client_id(cif)
		elif not v3.CLIENT_ID.fullmatch(changed.id):
			raise Invalid(f"id: {changed.id!r} is not cus_ and 32 hex digits")
		clients[changed.id] = changed
		written.append(changed.id)
	for id_ in order.delete:
		if clients.pop(id_, None) is None:
			raise Unknown(f"client {id_!r}: there is none")
	state.clients_v3[cif] = list(clients.values())
	return {"upserted": written, "deleted": order.delete}


@dataclass
class UserChange:
	"""A V1 user by `email`, or a V3 token by `v3_token`. What is given changes; a new one needs all of it."""

	email: str | None = None
	token: str | None = None
	companies: list[str] | None = None
	may_issue: bool | None = None
	v3_token: str | None = None
	user: str | None = None
	cif: str | None = None
	problem: str | None = None


def change_user(state: State, request: Request) -> Json:
	"""Adds a user or a V3 token, or changes a token or a right: `{"email": ..., "companies": []}` takes
	every right away, `{"v3_token": ..., "problem": "invalid_api_key"}` revokes. The answer shows no token.
	"""
	body = _body(request)
	order = build(UserChange, body)
	if (order.email is None) == (order.v3_token is None):
		raise Invalid("body: either email or v3_token names who is changed")
	if order.email is not None:
		users = {one.email: one for one in state.users}
		_allow(body, "email", "token", "companies", "may_issue")
		user = build(User, {**_as_json(users.get(order.email)), **body})
		state.users = list({**users, user.email: user}.values())
		return {"email": user.email, "companies": user.companies, "may_issue": user.may_issue}
	_allow(body, "v3_token", "user", "cif", "problem")
	if order.problem is not None and order.problem not in v3.TOKEN_PROBLEMS:
		raise Invalid(f"problem: {order.problem!r} is none of {', '.join(v3.TOKEN_PROBLEMS)}")
	tokens = {one.token: one for one in state.v3_tokens}
	given = {("token" if name == "v3_token" else name): value for name, value in body.items()}
	token = build(V3Token, {**_as_json(tokens.get(given["token"])), **given})
	state.v3_tokens = list({**tokens, token.token: token}.values())
	return {"user": token.user, "cif": token.cif, "problem": token.problem}


def _allow(body: Json, *names: str) -> None:
	for name in body:
		if name not in names:
			raise Invalid(f"{name}: does not go with {names[0]}; {', '.join(names[1:])} do")


def _as_json(record: User | V3Token | None) -> Json:
	return asdict(record) if record is not None else {}


def _company(state: State, cif: str | None) -> Company:
	"""The company a call is about: the first unless it says another."""
	if cif is None:
		cif = next(iter(state.companies), "")
	company = state.companies.get(cif)
	if company is None:
		raise Unknown(f"company {cif!r}: there is none")
	return company


def _name(document: Document) -> Json:
	return {"documentId": document.id, "series": document.series, "number": document.number}


Handler = Callable[..., Any]
CALLS: tuple[tuple[str, str, Handler], ...] = (
	("GET", "/health", health),
	("POST", "/reset", reset),
	("GET", "/state", show_state),
	("GET", "/journal", show_journal),
	("GET", "/knobs", show_knobs),
	("POST", "/knobs", set_knobs),
	("POST", "/clock", move_clock),
	("GET", "/faults", show_faults),
	("POST", "/faults", add_fault),
	("DELETE", "/faults", clear_faults),
	("DELETE", "/faults/<int:id_>", remove_fault),
	("POST", "/foreign-document", foreign_document),
	("POST", "/finalize-draft", finalize_draft),
	("POST", "/invoice-estimate", invoice_estimate),
	("POST", "/pay", pay),
	("POST", "/clients", change_clients),
	("POST", "/users", change_user),
)
ROUTES = Map(
	[Rule(PREFIX + path, methods=[method], endpoint=handler) for method, path, handler in CALLS],
	merge_slashes=False,
)
