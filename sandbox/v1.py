"""V1, the classic API: its routes, and the steps every call passes (docs/smartbill-api.md sections 1 and
7.3).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from sandbox import (
	answers,
	creation,
	faults,
	gate,
	ratelimit,
	schema,
	texts,
	v1_documents,
	v1_email,
	v1_lists,
	v1_payments,
)
from sandbox.answers import Denial, Page, Refusal, Rejection
from sandbox.call import Call
from sandbox.records import Pending

PREFIX = "/SBORO/api"


@dataclass(frozen=True, eq=False)
class Endpoint:
	"""`table`: the fields of its body; `v2`: it answers in shape (b); `knob`: the endpoint exists while this
	knob is on.
	"""

	handle: Callable[[Call], Response]
	table: schema.Table | None = None
	v2: bool = False
	knob: str | None = None


def create(call: Call, kind: str, v2: bool) -> Response:
	"""Creates a document; the faults `late_commit` and `duplicate` act here."""
	assert call.user is not None
	if not call.user.may_issue:
		raise Refusal(texts.NO_RIGHT_TO_ISSUE, 403)
	if call.met("late_commit"):
		_put_off(call, kind)
		raise faults.HangUp
	request = json.loads(call.raw)
	document = creation.issue(call.state, call.company, kind, call.fields, request, call.base)
	if call.met("duplicate"):
		# The answer names the second: its number is not the one the client expects.
		document = creation.issue(call.state, call.company, kind, call.fields, request, call.base)
	call.entry.created_document_id = document.id
	named = {"number": document.number, "series": document.series, "url": document.url}
	return answers.classic(call.knobs, {**named, **(creation.addresses(document, call.base) if v2 else {})})


def _put_off(call: Call, kind: str) -> None:
	assert call.fault is not None
	call.state.pending.append(
		Pending(
			due=call.state.now() + call.fault.delay_s,
			kind=kind,
			cif=call.company.cif,
			request=call.raw.decode(),
			base=call.base,
			journal_seq=call.entry.seq,
		)
	)


def _routes() -> Map:
	def rule(method: str, path: str, endpoint: Endpoint) -> Rule:
		return Rule(PREFIX + path, methods=[method], endpoint=endpoint)

	rules = [
		rule("GET", "/series", Endpoint(v1_lists.series)),
		rule("GET", "/tax", Endpoint(v1_lists.taxes)),
		rule("GET", "/company/mu", Endpoint(v1_lists.units, knob="mu")),
		rule("GET", "/stocks", Endpoint(v1_lists.stocks)),
		rule("GET", "/estimate/invoices", Endpoint(v1_documents.invoices_of_estimate)),
		rule("GET", "/invoice/paymentstatus", Endpoint(v1_payments.status)),
		rule("POST", "/payment", Endpoint(v1_payments.pay, schema.PAYMENT)),
		rule("POST", "/document/send", Endpoint(v1_email.send, schema.SEND)),
	]
	for kind, table in creation.TABLES.items():
		old, new = partial(create, kind=kind, v2=False), partial(create, kind=kind, v2=True)
		rules += [
			rule("POST", f"/{kind}", Endpoint(old, table, knob="legacy_create")),
			rule("POST", f"/{kind}/v2", Endpoint(new, table, v2=True)),
			rule("DELETE", f"/{kind}", Endpoint(partial(v1_documents.delete, kind=kind))),
			rule("PUT", f"/{kind}/cancel", Endpoint(partial(v1_documents.cancel, kind=kind))),
			rule("PUT", f"/{kind}/restore", Endpoint(partial(v1_documents.restore, kind=kind))),
			rule("GET", f"/{kind}/pdf", Endpoint(partial(v1_documents.pdf_file, kind=kind))),
		]
	return Map(rules, merge_slashes=False)


ROUTES = _routes()


def serve(call: Call) -> Response:
	"""Steps 3 to 11 of section 7.3, in the order SmartBill is imitated to take them."""
	endpoint = None
	try:
		ratelimit.admit_v1(call)
		endpoint = _find_endpoint(call)
		gate.check_accept(call, "*/*", "application/*", "application/json", "application/octet-stream")
		gate.check_content_type(call)
		_authenticate(call)
		if endpoint.table is not None:
			_read_body(call, endpoint.table)
		_find_company(call, endpoint)
		return endpoint.handle(call)
	except NotFound:
		return Response("", 404)
	except Refusal as refusal:
		return answers.refused(call.knobs, refusal, v2=endpoint is not None and endpoint.v2)
	except Rejection as rejection:
		return answers.rejected(call.request.path, rejection)
	except Denial as denial:
		return answers.denied(denial)
	except Page as page:
		return answers.page(page.status)


def _find_endpoint(call: Call) -> Endpoint:
	endpoint, _ = gate.find_route(ROUTES, call)
	if endpoint.knob and call.knobs[endpoint.knob] == "off":
		raise NotFound
	return endpoint


def _authenticate(call: Call) -> None:
	given = call.request.authorization
	if given is not None and given.type == "basic":
		for user in call.state.users:
			if (user.email, user.token) == (given.username, given.password):
				call.user = user
				return
	raise Denial(texts.AUTH_FAILED)


def _read_body(call: Call, table: schema.Table) -> None:
	try:
		call.sent = schema.parse(call.raw)
		call.fields = schema.read(table, call.sent, call.knobs)
	except schema.NotJson as error:
		raise Rejection(400, "json_parse_error", "Error parsing JSON request input.") from error
	except schema.Unmappable as error:
		if error.unknown and call.knobs["typo_mode"] == "html500":
			raise Page(500) from error
		raise Rejection(400, "json_mapping_error", str(error), error.path) from error


def _find_company(call: Call, endpoint: Endpoint) -> None:
	assert call.user is not None
	if endpoint.table is not None:
		if call.sent.get("companyVatCode", "") is None:
			raise Refusal(texts.SERVER_ERROR, 500, **({"documentId": None} if endpoint.v2 else {}))
		cif = call.fields.get("companyVatCode", "").strip()
	else:
		cif = call.argument("cif")
		if not cif and call.knobs["missing_cif"] == "400text":
			raise Refusal(texts.CIF_MISSING, 400)
	company = call.state.company(cif, by_digits=call.knobs["cif_match"] == "digits")
	if company is None:
		raise Denial(texts.COMPANY_UNKNOWN)
	if company.cif not in call.user.companies:
		raise Denial(texts.COMPANY_FORBIDDEN)
	call.found_company = company
