"""V3, the newer API, which only reads (docs/smartbill-api.md sections 1.7, 2.14 and 7.7)."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from sandbox import gate, ratelimit
from sandbox.answers import Rejection, json_answer, rejected
from sandbox.call import Call
from sandbox.identifiers import digits
from sandbox.records import Json, V3Client, V3Token

PREFIX = "/SBORO/api/v3"
DEFAULT_LIMIT, MAX_LIMIT = 20, 100
ID_PREFIX = "cus_"
CLIENT_ID = re.compile(r"cus_[0-9a-f]{32}")

# The codes a token may be refused with, and what goes with them (section 1.7). The messages here and below
# are invented, those about ids apart: a client has to go by type and code.
TOKEN_PROBLEMS = {
	"invalid_api_key": (401, "authentication_error", "The API key is invalid."),
	"wrong_environment": (401, "authentication_error", "The API key belongs to another environment."),
	"insufficient_permissions": (403, "authorization_error", "The API key lacks the required permissions."),
	"subscription_expired": (403, "authorization_error", "The subscription has expired."),
	"subscription_limit_exceeded": (403, "authorization_error", "The subscription limit was exceeded."),
	"subscription_not_found": (403, "authorization_error", "No subscription was found."),
	"subscription_not_valid": (403, "authorization_error", "The subscription is not valid."),
}


def clients(call: Call, cif: str) -> Response:
	"""A page of the clients, by ascending id, with the addresses of the pages around it."""
	limit, after, before = _limit(call), _cursor(call, "after"), _cursor(call, "before")
	if after and before:
		raise _invalid("invalid_field_value", "Only one of after and before may be given.", "before")
	_check_still_there(call, after, "after")
	_check_still_there(call, before, "before")
	filters = {name: value for name in ("name", "code", "vatCode") if (value := call.argument(name))}
	found = sorted(
		(one for one in call.state.clients_v3.get(call.company.cif, []) if _matches(one, filters)),
		key=lambda one: one.id,
	)
	# A cursor is a position: the client it names may be gone, unless the knob says otherwise.
	if before:
		page = [one for one in found if one.id < before][-limit:]
	else:
		page = [one for one in found if one.id > after][:limit]
	url = f"{call.base}{call.request.path}"

	def link(cursor: str, edge: V3Client, beyond: bool) -> str | None:
		return f"{url}?{urlencode({'limit': limit, **filters, cursor: edge.id})}" if beyond else None

	pagination: Json = {"next": None, "previous": None}
	if page:
		pagination["next"] = link("after", page[-1], found[-1].id > page[-1].id)
		pagination["previous"] = link("before", page[0], found[0].id < page[0].id)
	return json_answer({"items": [asdict(one) for one in page], "pagination": pagination})


def client(call: Call, cif: str, id_: str) -> Response:
	_check_id(id_, "id")
	for one in call.state.clients_v3.get(call.company.cif, []):
		if one.id == id_:
			return json_answer(asdict(one))
	raise _no_client(id_, "id")


def vat_rates(call: Call, cif: str) -> Response:
	return _all(
		[{**asdict(tax), "isReverseCharge": tax.name == "Taxare inversa"} for tax in call.company.taxes]
	)


def nothing(call: Call, cif: str) -> Response:
	"""Suppliers, products, warehouses: the sandbox has none."""
	return _all([])


ROUTES = Map(
	[
		Rule(f"{PREFIX}/companies/<cif>/{path}", methods=["GET"], endpoint=endpoint)
		for path, endpoint in (
			("clients", clients),
			("clients/<id_>", client),
			("suppliers", nothing),
			("products", nothing),
			("warehouses", nothing),
			("vat-rates", vat_rates),
		)
	],
	merge_slashes=False,
)


def serve(call: Call) -> Response:
	"""The steps of section 7.3 as far as a read takes them. The limit belongs to user and company, so the
	token is looked up first; what is wrong with it is said in its turn.
	"""
	token = _find_token(call)
	try:
		ratelimit.admit_v3(call, f"{token.user} {token.cif}" if token else call.rate_key)
		endpoint, values = gate.find_route(ROUTES, call)
		gate.check_accept(call, "application/json", "*/*")
		_authorize(call, token, values["cif"])
		return endpoint(call, **values)
	except NotFound:
		missing = Rejection(404, "resource_not_found", "The requested resource was not found.")
		return rejected(call.request.path, missing)
	except Rejection as rejection:
		return rejected(call.request.path, rejection)


def _find_token(call: Call) -> V3Token | None:
	given = call.request.authorization
	if given is None or given.type != "bearer":
		return None
	return next((one for one in call.state.v3_tokens if one.token == given.token), None)


def _authorize(call: Call, token: V3Token | None, cif: str) -> None:
	header = call.request.headers.get("Authorization", "")
	problem = token.problem if token else "invalid_api_key"
	if not header:
		raise Rejection(
			401, "missing_authorization", "Authorization header is missing.", type="authentication_error"
		)
	if not re.fullmatch(r"(?i)bearer \S+", header):
		raise Rejection(
			401,
			"invalid_authorization_format",
			"Authorization header must be 'Bearer <token>'.",
			type="authentication_error",
		)
	if header.split()[1].startswith("sb_test_"):
		problem = "wrong_environment"
	if problem:
		raise refusal_of_token(problem)
	assert token is not None
	same = digits(cif) == digits(token.cif) if call.knobs["v3_cif"] == "digits" else cif == token.cif
	company = call.state.company(token.cif)
	if not same or company is None:
		raise Rejection(404, "company_not_found", f"The company '{cif}' was not found.")
	call.found_company = company


def refusal_of_token(problem: str) -> Rejection:
	status, type_, message = TOKEN_PROBLEMS[problem]
	return Rejection(status, problem, message, type=type_)


def _limit(call: Call) -> int:
	text = call.argument("limit")
	if not text:
		return DEFAULT_LIMIT
	if not re.fullmatch(r"-?[0-9]{1,9}", text):
		raise _invalid("invalid_field_type", "limit must be an integer.", "limit")
	if not 1 <= int(text) <= MAX_LIMIT:
		raise _invalid("invalid_field_value", f"limit must be between 1 and {MAX_LIMIT}.", "limit")
	return int(text)


def _cursor(call: Call, name: str) -> str:
	value = call.argument(name)
	if value:
		_check_id(value, name)
	return value


def _check_still_there(call: Call, cursor: str, param: str) -> None:
	"""What becomes of a cursor whose client was deleted is in no document."""
	how = call.knobs["v3_lost_cursor"]
	if how == "position" or not cursor:
		return
	if any(one.id == cursor for one in call.state.clients_v3.get(call.company.cif, [])):
		return
	if how == "400":
		raise Rejection(400, "malformed_id", "Invalid ID format", param)
	raise _no_client(cursor, param)


def _no_client(id_: str, param: str) -> Rejection:
	return Rejection(404, "client_not_found", f"The client with id '{id_}' was not found.", param)


def _check_id(id_: str, param: str) -> None:
	if not id_.startswith(ID_PREFIX):
		raise Rejection(400, "malformed_id", f"ID must start with {ID_PREFIX}", param)
	if not CLIENT_ID.fullmatch(id_):
		raise Rejection(400, "malformed_id", "Invalid ID format", param)


def _matches(one: V3Client, filters: dict[str, str]) -> bool:
	"""Part of the name in any case; the code exactly; the VAT code in any case, but with or without RO as it
	is stored.
	"""
	return (
		filters.get("name", "").lower() in one.name.lower()
		and filters.get("code", one.code) == one.code
		and filters.get("vatCode", one.vatCode).lower() == one.vatCode.lower()
	)


def _invalid(code: str, message: str, param: str) -> Rejection:
	return Rejection(400, code, message, param, type="validation_error")


def _all(items: Sequence[Json]) -> Response:
	return json_answer({"items": items, "pagination": {"next": None, "previous": None}})
