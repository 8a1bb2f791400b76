"""One site a test session: a copy of the prepared one, served on loopback, with a sandbox beside it."""

import gc
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from _pytest.unittest import TestCaseFunction
from jinja2 import Environment


class Settings:
	"""What the session's site is set to, as it is stored."""

	def __init__(self, database: Path) -> None:
		self._database = database
		self._expected = self._stored()

	def changed(self) -> list[str]:
		"""What is otherwise than when this was asked last."""
		before, self._expected = self._expected, self._stored()
		fields = sorted(before.keys() | self._expected.keys())
		pairs = ((field, before.get(field), self._expected.get(field)) for field in fields)
		return [f"{field}: {was} -> {now}" for field, was, now in pairs if was != now]

	def _stored(self) -> dict[str, str]:
		wanted = "(doctype like '%Settings' or doctype = 'Global Defaults') and field not like 'modified%'"
		with closing(sqlite3.connect(self._database)) as connection:
			rows = connection.execute(f"select doctype, field, value from tabSingles where {wanted}")
			# nothing, and nothing ticked, are stored in several ways
			return {
				f"{doctype}.{field}": value for doctype, field, value in rows if value not in (None, "", "0")
			}


# of the session's site, once there is one
settings: list[Settings] = []


@pytest.fixture(scope="session")
def compiled_once() -> Iterator[None]:
	"""An address or a mail is rendered thousands of times here, and Frappe compiles its template each time."""
	compile_template, compiled = Environment.compile, {}

	def once(self: Environment, source: str, name: str | None = None, filename: str | None = None, **options):
		if options or not isinstance(source, str):
			return compile_template(self, source, name, filename, **options)
		key = type(self), str(self.autoescape), source, name, filename
		if key not in compiled:
			compiled[key] = compile_template(self, source, name, filename)
		return compiled[key]

	with patch.object(Environment, "compile", once):
		yield


@pytest.fixture(scope="session")
def quickly_hashed() -> None:
	"""Hundreds of users are made here with a password, whose hash takes its time on purpose."""
	from frappe.utils.password import passlibctx

	passlibctx.update(pbkdf2_sha256__default_rounds=1)


@pytest.fixture(scope="session")
def running(compiled_once: None, quickly_hashed: None) -> Iterator["object"]:
	"""The session's site, its server and its sandbox."""
	from embedded.prepare import prepared_site
	from embedded.running import fresh_copy, workplace

	with fresh_copy(prepared_site()) as site, workplace(site) as place:
		# what is imported by now stays, and need not be gone through again and again for what nobody holds
		gc.collect()
		gc.freeze()
		gc.set_threshold(100_000, 20, 20)
		settings.append(Settings(site.database))
		yield place


@pytest.fixture(scope="session")
def connected(running: "object") -> Iterator["object"]:
	"""The framework, connected to the session's site in test mode."""
	with running.site.open() as frappe:  # type: ignore[attr-defined]
		from frappe.tests.utils import toggle_test_mode

		# For this thread only: the site served from the same process must behave as for its users.
		toggle_test_mode(True)
		yield frappe


@pytest.fixture(scope="session")
def chromium() -> str:
	"""The system's Chromium. Without it the browser tests are skipped, or fail where they are required."""
	from embedded.browser import find_chromium

	found = find_chromium()
	if not found and os.environ.get("REQUIRE_BROWSER"):
		pytest.fail("The browser tests need Chromium, which could not be installed here.")
	if not found:
		pytest.skip("No Chromium on this machine: install it to run the browser tests.")
	return found


@pytest.fixture(scope="class", autouse=True)
def site_for_server_tests(request: pytest.FixtureRequest) -> None:
	"""Give server tests (the classes that a bench's runner finds, too) the site that a bench gives them."""
	if request.cls is not None and getattr(request.cls, "needs_site", False):
		frappe = request.getfixturevalue("connected")
		# what a save that failed left in it; it lasts for a request, and here for thousands of documents
		frappe.flags.currently_saving = []


@pytest.fixture(scope="module", autouse=True)
def settings_are_put_back() -> Iterator[None]:
	"""A module leaves the site's settings as it found them: those after it work on the same site."""
	yield
	changed = settings[0].changed() if settings else []
	assert not changed, "the tests of this module left settings behind: " + "; ".join(changed)


def pytest_configure(config: pytest.Config) -> None:
	"""Of a test's many parts only those that failed are told to the process that counts: to tell it of one takes a
	millisecond, and there are thousands."""
	if hasattr(config, "workerinput"):
		tell = TestCaseFunction.addSubTest

		def tell_of_failed(self: TestCaseFunction, case: Any, test: Any, failed: Any) -> None:
			if failed:
				tell(self, case, test, failed)

		TestCaseFunction.addSubTest = tell_of_failed


# What takes long in one piece comes first: begun last, it would leave the other processes without work. And before the
# rest comes what needs no site: where there is none yet, the process with the faults makes it meanwhile.
LONG = (
	"tests/faults/",
	"tests/mapping/test_cents.py",
	"tests/customers/test_identity_properties.py",
	"tests/customers/test_search_entries_properties.py",
	"tests/sandbox/",
	"tests/openapi/",
	"tests/clients/",
	"tests/nodes/",
	"tests/browser/",
	"tests/registration/",
	"erp_b2b_smartbill/tests/test_deciding_together.py",
	"erp_b2b_smartbill/tests/test_bulk.py",
	"erp_b2b_smartbill/tests/test_selecting_together.py",
	"erp_b2b_smartbill/tests/test_client_conflicts.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
	"""The order is random; only the long ones are taken out of it."""
	items.sort(
		key=lambda item: next((at for at, place in enumerate(LONG) if item.nodeid.startswith(place)), 99)
	)
