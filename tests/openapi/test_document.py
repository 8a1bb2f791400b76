"""The description is a valid OpenAPI document, and its examples are what it says that they are."""

import re
from typing import Any

import jsonschema_rs
import schemathesis

from erp_b2b_smartbill.api.openapi import document


def test_it_is_a_valid_document_with_all_that_it_refers_to():
	found = document()
	schemathesis.openapi.from_dict(found).validate()
	for reference in set(re.findall(r"'\$ref': '#/([^']+)'", repr(found))):
		place: Any = found
		for part in reference.split("/"):
			place = place[part]
	used = set(re.findall(r"'#/components/(\w+/\w+)'", repr(found)))
	there = {f"{kind}/{name}" for kind in ("schemas", "responses") for name in found["components"][kind]}
	assert there == used


def test_every_schema_is_one_and_every_body_has_an_example_that_fits():
	found = document()
	for item in found["paths"].values():
		for method, operation in item.items():
			if method == "parameters":
				continue
			content = operation.get("requestBody", {}).get("content", {}).get("application/json")
			if content:
				schema = {**content["schema"], "components": found["components"]}
				jsonschema_rs.meta.validate(schema)
				problems = list(jsonschema_rs.Draft202012Validator(schema).iter_errors(content["example"]))
				assert not problems, (operation["operationId"], problems)
