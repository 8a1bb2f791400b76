"""The pieces that descriptions are made of: JSON Schema (2020-12, as OpenAPI 3.1 has it) in few words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]

# what is used more than once stands here under its name, and is referred to
COMPONENTS: dict[str, Schema] = {}

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
DAY: Schema = {"type": "string", "format": "date", "examples": ["2026-03-02"]}
# the site's time, without a zone
MOMENT: Schema = {
	"type": "string",
	"pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$",
	"examples": ["2026-03-02 10:15:00"],
}
# what takes true, false, 0 and 1, as a form sends them
SWITCH: Schema = {"type": ["boolean", "integer"], "enum": [True, False, 0, 1]}
ZERO_OR_ONE: Schema = {"type": "string", "enum": ["0", "1"]}
# of a list in the desk
FILTERS: Schema = {"type": "object", "additionalProperties": True}


def component(name: str, schema: Schema) -> Schema:
	"""Keep a schema under a name, and refer to it."""
	if name in COMPONENTS:
		raise ValueError(f"there are two schemas called {name}")
	COMPONENTS[name] = schema
	return {"$ref": f"#/components/schemas/{name}"}


def record(fields: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
	"""An object with all of the fields, and perhaps the optional ones."""
	schema: Schema = {"type": "object", "properties": {**fields, **(optional or {})}}
	return {**schema, "required": sorted(fields)} if fields else schema


def rows(of: Schema, **limits: Any) -> Schema:
	return {"type": "array", "items": of, **limits}


def by_key(of: Schema, keys: Iterable[str] = ()) -> Schema:
	"""An object with exactly these keys, or with any."""
	return record(dict.fromkeys(keys, of)) if keys else {"type": "object", "additionalProperties": of}


def one_of(values: Iterable[Any]) -> Schema:
	return {"type": "string", "enum": list(values)}


def maybe(schema: Schema) -> Schema:
	"""The same, or null."""
	if isinstance(schema.get("type"), str) and "enum" not in schema:
		return {**schema, "type": [schema["type"], "null"]}
	return {"anyOf": [schema, {"type": "null"}]}


def told(schema: Schema, description: str) -> Schema:
	return {**schema, "description": description}


def text(most: int, least: int = 0, **more: Any) -> Schema:
	"""What a caller writes, by its length."""
	return {"type": "string", "maxLength": most, **({"minLength": least} if least else {}), **more}


LINK = maybe(component("Link", record({"doctype": TEXT, "name": TEXT})))
LIST = maybe(component("DeskList", record({"doctype": TEXT, "filters": FILTERS})))
MONEY = component("Money", record({"value": NUMBER, "currency": maybe(TEXT)}))
# whether the caller may do something now, or why not
POSSIBLE: Schema = {"anyOf": [{"const": True}, {"type": "string"}]}
BULK = component(
	"BulkResult",
	record(
		{
			"rows": rows(record({"name": TEXT, "title": maybe(TEXT), "ok": FLAG, "message": TEXT})),
			"done": WHOLE,
			"total": WHOLE,
		},
		{"job": told(TEXT, "The work goes on in the background: ask for the rest by it.")},
	),
)


@dataclass(frozen=True)
class Parameter:
	"""In the query; its schema has the rule, so that the handler and the description share it."""

	name: str
	schema: Schema
	description: str = ""


@dataclass(frozen=True)
class Body:
	"""What a POST or a PUT takes, as JSON. `uploads` are fields of files, with which it may come as multipart, too."""

	schema: Schema
	example: Any
	is_required: bool = False
	uploads: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True)
class Described:
	"""Of one operation: the data of its answers by status, and what it takes. `errors` are the codes by status that it
	has beside those that every call has; a code that ends with * stands for all that begin so. `file` is the media type
	of an answer that has no envelope."""

	answers: Mapping[int, Schema]
	query: tuple[Parameter, ...] = ()
	body: Body | None = None
	errors: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
	file: str | None = None
	notes: str = ""


@dataclass(frozen=True)
class Resource:
	"""`paths` say of the names in its addresses what they are: (description, example)."""

	tag: str
	description: str
	paths: Mapping[str, tuple[str, str]]
	operations: Mapping[Callable[..., Any], Described]
