"""What the site answers is what the description of the API says, whatever it is asked: schemathesis asks.

OPENAPI_EXAMPLES=300 ./dev test tests/openapi asks more of every operation; the usual run asks a few, always the same.
With OPENAPI_TELL=1 it says what each of them answered.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from aimed import aimed, strict
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
	content_type_conformance,
	ignored_auth,
	response_headers_conformance,
	response_schema_conformance,
	status_code_conformance,
)

from embedded import paths
from erp_b2b_smartbill.api.openapi import document

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES") or 4)
# seconds; the machine may have other things to do
pytestmark = pytest.mark.timeout(240 + 30 * EXAMPLES)

CHECKS = [
	not_a_server_error,
	status_code_conformance,
	content_type_conformance,
	response_headers_conformance,
	response_schema_conformance,
]
METHODS = ("get", "post", "put", "patch", "delete")
PORTAL = "/api/v1/portal"
HEALTH = "/api/v1/health"
# no name of anything, and hard in an address or in SQL
NO_NAME = "100% ț'\"_\\"
TIMEOUT_S = 60
# of all operations; what was done before can stand in the way of the rest
MOST = 0.8


@dataclass
class Served:
	"""A site that is served, the description of its API aimed at it, and what it answered."""

	url: str
	manager: str
	buyer: str
	stranger: str
	schema: Any
	operations: list[Any]
	answered: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
	# for whoever wants to know why
	refused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
	session: requests.Session = field(default_factory=requests.Session)

	def token(self, path: str) -> str:
		return self.buyer if path.startswith(PORTAL) else self.manager

	def ask(self, case: Any, token: str | None) -> Any:
		headers = {"Authorization": token} if token else {}
		return case.call(session=self.session, headers=headers, timeout=TIMEOUT_S)

	def validate(self, case: Any, response: Any, *more: Any) -> None:
		headers = {"Authorization": response.request.headers.get("Authorization", "")}
		# this one tells of what does not work elsewhere
		checks = [one for one in CHECKS if one is not not_a_server_error or case.path != HEALTH]
		case.validate_response(
			response, checks=[*checks, *more], headers=headers, transport_kwargs={"session": self.session}
		)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
	command = [sys.executable, "-m", "embedded.cli", "run", str(Path(__file__).with_name("served.py"))]
	with subprocess.Popen(
		command, cwd=paths.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
	) as process:
		assert process.stdin and process.stdout
		line = process.stdout.readline()
		assert line, f"the site is not served: {process.wait()}"
		reach = json.loads(line)
		schema = schemathesis.openapi.from_dict(
			strict(aimed(document(), reach.pop("paths"), reach.pop("fields")))
		)
		schema.config.update(base_url=reach["url"])
		# signed in is who a test says
		schema.config.generation.update(with_security_parameters=False)
		operations = [found.ok() for found in schema.get_all_operations()]
		yield Served(**reach, schema=schema, operations=operations)
		process.stdin.close()


def test_whatever_is_asked_is_answered_as_described(served: Served):
	problems: list[str] = []
	began = time.monotonic()
	for operation in served.operations:
		_ask_all(served, operation, problems)
	told = Counter(status for found in served.answered.values() for status in found.elements())
	statuses = ", ".join(f"{status}: {count}" for status, count in sorted(told.items()))
	seconds = time.monotonic() - began
	print(f"\n· {told.total()} made-up requests in {seconds:.0f} s: {statuses}", file=sys.stderr, flush=True)
	if os.environ.get("OPENAPI_TELL"):
		for label, found in served.answered.items():
			print(
				f"  {label}: {dict(sorted(found.items()))}", *served.refused[label], sep="\n", file=sys.stderr
			)
	assert not problems, f"{len(problems)} answers are not as described:\n\n" + "\n\n".join(problems)
	done = [label for label, found in served.answered.items() if min(found) < 300]
	assert len(done) >= MOST * len(served.operations), sorted(set(served.answered) - set(done))


def _ask_all(served: Served, operation: Any, problems: list[str]) -> None:
	"""The examples of the description, then what is right by it, then what is wrong."""
	strategies = [(one, 1) for one in operation.get_strategies_from_examples()]
	strategies.append((operation.as_strategy(generation_mode=GenerationMode.POSITIVE), EXAMPLES))
	if operation.query or operation.body:
		# an address that is none is Frappe's to answer
		wrong = operation.as_strategy(
			generation_mode=GenerationMode.NEGATIVE, path_parameters=_names(operation)
		)
		# what is wrong is refused alike by all
		strategies.append((wrong, (EXAMPLES + 1) // 2))
	answered = served.answered[operation.label]

	def ask(case: Any) -> None:
		response = served.ask(case, served.token(operation.path))
		is_first = response.status_code < 300 and not any(status < 300 for status in answered)
		answered[response.status_code] += 1
		if response.status_code >= 300:
			served.refused[operation.label].append(
				f"    {case.as_curl_command()[:300]}\n    {response.text[:300]}"
			)
		try:
			served.validate(case, response, *([ignored_auth] if is_first else ()))
		except FailureGroup as failures:
			problems.append(_told(operation, case, failures))

	if operation.path_parameters:
		# made as the others are, which have what the checks want to know
		odd = operation.as_strategy(path_parameters={one.name: NO_NAME for one in operation.path_parameters})
		strategies.append((odd, 1))
	for strategy, count in strategies:
		_settings(count)(given(strategy)(ask))()


def _settings(count: int) -> settings:
	return settings(
		max_examples=count,
		derandomize=True,
		deadline=None,
		database=None,
		# what was sent is told; shrinking would send thousands
		phases=[Phase.generate],
		suppress_health_check=list(HealthCheck),
	)


def _told(operation: Any, case: Any, failures: FailureGroup) -> str:
	what = "\n".join(f"- {one.title}: {one.message[:700]}" for one in failures.exceptions)
	return f"{operation.label}\n{what}\n{case.as_curl_command()[:900]}"


def test_who_may_not_is_told_so_as_described(served: Served):
	for operation in served.operations:
		if operation.definition.raw["security"] == [{}]:
			continue
		for token, status in ((None, 401), (served.stranger, 403)):
			case = operation.Case(path_parameters=_names(operation))
			response = served.ask(case, token)
			assert response.status_code == status, (operation.label, response.text)
			served.validate(case, response)


def test_another_method_is_405_with_those_that_there_are(served: Served):
	for path, item in document()["paths"].items():
		there = [method for method in METHODS if method in item]
		operation = served.schema[path][there[0]]
		case = operation.Case(path_parameters=_names(operation))
		for method in METHODS:
			if method in there:
				continue
			case.method = method.upper()
			response = served.ask(case, served.token(path))
			assert response.status_code == 405, (method, path, response.text)
			assert response.headers["allow"] == [", ".join(one.upper() for one in there)]
			served.validate(case, response)


def _names(operation: Any) -> dict[str, str]:
	return {one.name: one.definition["example"] for one in operation.path_parameters}
