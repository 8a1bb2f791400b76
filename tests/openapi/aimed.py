"""The description as the made-up requests need it: aimed at what is there, and strict about what is answered. Pure."""

import copy
from typing import Any

Json = dict[str, Any]


def aimed(document: Json, paths: dict[str, dict[str, list[str]]], fields: dict[str, list[str]]) -> Json:
	"""A copy in which names in addresses are those of `paths`, by the beginning of the address (the longest counts), and
	fields of that name have the values of `fields`, or of the address."""
	found = copy.deepcopy(document)
	for path, item in found["paths"].items():
		beginning = max((one for one in paths if path.startswith(one)), key=len, default="")
		names = paths.get(beginning, {})
		for parameter in item.get("parameters", ()):
			there = names[parameter["name"]]
			parameter["schema"], parameter["example"] = {"enum": there}, there[0]
		known = {**fields, **names, "names": names.get("name", [])}
		for operation in (one for method, one in item.items() if method != "parameters"):
			for parameter in operation.get("parameters", ()):
				parameter["schema"] = _near(parameter["name"], parameter["schema"], known)
			for content in operation.get("requestBody", {}).get("content", {}).values():
				_aim_at_fields(content["schema"], known)
				for name in set(content.get("example", {})) & {name for name in known if known[name]}:
					content["example"][name] = (
						known[name] if isinstance(content["example"][name], list) else known[name][0]
					)
	return found


def _aim_at_fields(schema: Json, known: dict[str, list[str]]) -> None:
	# what nobody reads says nothing
	schema["additionalProperties"] = False
	for name, one in schema["properties"].items():
		schema["properties"][name] = _near(name, one, known)


def _near(name: str, schema: Json, known: dict[str, list[str]]) -> Json:
	"""What is wrong by the rule is every other value, too."""
	if not known.get(name):
		return schema
	if schema.get("type") == "array":
		return {**schema, "items": {"enum": known[name]}}
	return {"enum": known[name]}


def strict(document: Json) -> Json:
	"""A copy in which an answer has no field that is not described. Programs are not told so: fields may be added."""
	found = copy.deepcopy(document)
	_close(found["components"]["schemas"])
	_close(found["components"]["responses"])
	for item in found["paths"].values():
		for method, operation in item.items():
			if method != "parameters":
				_close(operation["responses"])
	return found


def _close(schema: Any) -> None:
	if isinstance(schema, list):
		for one in schema:
			_close(one)
	elif isinstance(schema, dict):
		if schema.get("type") == "object" and "properties" in schema:
			schema.setdefault("additionalProperties", False)
		for one in schema.values():
			_close(one)
