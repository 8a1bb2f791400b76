"""The OpenAPI description of the REST API, made of the table of routes and of what its resources say of themselves.

docs/openapi.json is this document, written by `./dev openapi` and compared by a test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from erp_b2b_smartbill import __version__
from erp_b2b_smartbill.api.routes import ROUTES, Operation, Route
from erp_b2b_smartbill.api.schemas.problems import FRAMEWORK_ERROR, MEANINGS, WAITING, error_of
from erp_b2b_smartbill.api.schemas.shapes import COMPONENTS, Body, Described, Resource, Schema
from erp_b2b_smartbill.api.schemas.table import RESOURCES, described

Json = dict[str, Any]

OPENAPI = "3.1.0"
JSON, MULTIPART = "application/json", "multipart/form-data"
TITLE = "ERP B2B SmartBill"
ABOUT = """Answers are `{"data": ...}`. Errors are `{"error": {"code", "message", "problems"}}`: `code` is stable, \
`message` is in the user's language, `problems` lists every `{field, message}` when there are several. Errors carry no \
traceback. A path with a name in it takes slashes, encoded or not. A feature that is switched off answers 404. GET \
writes nothing; HEAD is answered as GET. Moments are the site's time. More: docs/rest.md."""
SECURITY: dict[str, Json] = {
	"token": {
		"type": "apiKey",
		"in": "header",
		"name": "Authorization",
		"description": "`token <api key>:<api secret>` of a user.",
	},
	"session": {
		"type": "apiKey",
		"in": "cookie",
		"name": "sid",
		"description": "As a browser signs in. What is no GET needs the header X-Frappe-CSRF-Token, too.",
	},
}
# the codes of every operation of its sort
_ALWAYS = {404: ("not_found",), 405: ("method_not_allowed",), 422: ("invalid",), 503: ("busy",)}
_OF_USERS = {401: ("not_signed_in",), 403: ("not_allowed",)}
_OF_WRITES = {409: ("conflict",)}
# what Frappe itself may answer, before the app is asked
_FRAMEWORK = {400: (), 417: ()}
# errors that most operations have, word for word
_SHARED = {**_ALWAYS, **_OF_USERS, **_OF_WRITES, **_FRAMEWORK, 429: ("too_many_requests",)}
_IN_PATH = re.compile(r"<(path:)?(\w+)>")


def document() -> Json:
	known = described()
	paths: dict[str, Json] = {}
	for route in ROUTES:
		paths[_IN_PATH.sub(r"{\2}", route.path)] = _path(route, known)
	used = {resource.tag: resource for resource in RESOURCES}
	return {
		"openapi": OPENAPI,
		"info": {
			"title": TITLE,
			"version": __version__,
			"description": ABOUT,
			"license": {"name": "GPL-3.0", "identifier": "GPL-3.0-only"},
		},
		"servers": [{"url": "/", "description": "The site"}],
		"tags": [{"name": tag, "description": resource.description} for tag, resource in used.items()],
		"paths": dict(sorted(paths.items())),
		"components": {
			"schemas": dict(sorted(COMPONENTS.items())),
			"responses": {
				_shared_name(status): _error(status, codes) for status, codes in sorted(_SHARED.items())
			},
			"securitySchemes": SECURITY,
		},
	}


def as_text() -> str:
	"""As it is stored."""
	return json.dumps(document(), ensure_ascii=False, indent="\t") + "\n"


def _path(route: Route, known: Mapping[Callable[..., Any], tuple[Resource, Described]]) -> Json:
	names = _IN_PATH.findall(route.path)
	item: Json = {}
	for method, operation in route.operations.items():
		resource, described = known[operation.handler]
		item[method.lower()] = _operation(method, operation, resource, described)
		if names:
			item["parameters"] = [
				_in_path(name, bool(has_slashes), *resource.paths[name]) for has_slashes, name in names
			]
	return item


def _in_path(name: str, has_slashes: bool, description: str, example: str) -> Json:
	return {
		"name": name,
		"in": "path",
		"required": True,
		"description": f"{description}.",
		"schema": {"type": "string", "minLength": 1, **({} if has_slashes else {"pattern": "^[^/]+$"})},
		"example": example,
	}


def _operation(method: str, operation: Operation, resource: Resource, described: Described) -> Json:
	item: Json = {
		"operationId": _operation_id(operation),
		"tags": [resource.tag],
		"summary": operation.summary,
		"description": _about(operation, described),
	}
	if described.query:
		item["parameters"] = [
			{
				"name": one.name,
				"in": "query",
				**({"description": one.description} if one.description else {}),
				"schema": one.schema,
			}
			for one in described.query
		]
	if described.body:
		item["requestBody"] = _body(described.body)
	answers = {status: _answer(status, data, described) for status, data in sorted(described.answers.items())}
	errors = {
		status: {"$ref": f"#/components/responses/{_shared_name(status)}"}
		if codes == _SHARED.get(status) and status not in answers
		else _either(answers.get(status), _error(status, codes))
		for status, codes in sorted(_codes(method, operation, described).items())
	}
	item["responses"] = {str(status): one for status, one in {**answers, **errors}.items()}
	# each of the two alone; whoever comes may call what is public
	item["security"] = [{}] if operation.is_public else [{name: []} for name in SECURITY]
	return item


def _operation_id(operation: Operation) -> str:
	module = operation.handler.__module__.rpartition(".")[2]
	return f"{module}.{operation.handler.__name__}"


def _about(operation: Operation, described: Described) -> str:
	whom = "Open to everybody." if operation.is_public else f"Roles: {', '.join(operation.roles)}."
	return f"{described.notes} {whom}" if described.notes else whom


def _body(body: Body) -> Json:
	content: Json = {JSON: {"schema": body.schema, "example": body.example}}
	if body.uploads:
		content[MULTIPART] = {
			"schema": {**body.schema, "properties": {**body.schema["properties"], **body.uploads}}
		}
	return {"required": body.is_required, "content": content}


def _answer(status: int, data: Schema, described: Described) -> Json:
	meaning = {
		200: "Done",
		201: "Made by this call",
		202: "Not settled, or going on in the background",
		503: "Done: what was asked about does not work",
	}[status]
	if described.file:
		content: Json = {described.file: {"schema": data} if data else {}}
	else:
		content = {JSON: {"schema": {"type": "object", "properties": {"data": data}, "required": ["data"]}}}
	return {"description": meaning, "content": content}


def _either(answer: Json | None, error: Json) -> Json:
	"""What a status means, where it may be both."""
	if answer is None:
		return error
	schemas = [one["content"][JSON]["schema"] for one in (answer, error)]
	return {
		**error,
		"description": f"{answer['description']}. Or: {error['description']}",
		"content": {JSON: {"schema": {"anyOf": schemas}}},
	}


def _codes(method: str, operation: Operation, described: Described) -> dict[int, tuple[str, ...]]:
	"""Of all errors; none where Frappe itself answers."""
	found: dict[int, tuple[str, ...]] = {}
	writes = method != "GET"
	groups: Iterable[Mapping[int, tuple[str, ...]]] = (
		_ALWAYS,
		{} if operation.is_public else _OF_USERS,
		_OF_WRITES if writes else {},
		_FRAMEWORK if writes else {},
		described.errors,
	)
	for group in groups:
		for status, codes in group.items():
			found[status] = (*found.get(status, ()), *codes)
	return found


def _shared_name(status: int) -> str:
	return f"Error{status}"


def _error(status: int, codes: tuple[str, ...]) -> Json:
	"""Without codes, Frappe's own."""
	schema = error_of(codes) if codes else FRAMEWORK_ERROR
	if status == 401:
		# wrong credentials are refused before the app is asked
		schema = {"anyOf": [schema, FRAMEWORK_ERROR]}
	answer: Json = {"description": MEANINGS[status], "content": {JSON: {"schema": schema}}}
	headers = {}
	if status in WAITING:
		headers["Retry-After"] = {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}
	if status == 405:
		headers["Allow"] = {"description": "Those methods.", "schema": {"type": "string"}}
	return {**answer, "headers": headers} if headers else answer
