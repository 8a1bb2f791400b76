"""One site a test session: a copy of the prepared one, served on loopback, with a sandbox beside it."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def running() -> Iterator["object"]:
	"""The session's site, its server and its sandbox."""
	from embedded.prepare import prepared_site
	from embedded.running import fresh_copy, workplace

	with fresh_copy(prepared_site()) as site, workplace(site) as place:
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
		request.getfixturevalue("connected")


# what takes minutes in one piece comes first: begun last, it would leave the other process without work
LONG = ("tests/faults/", "tests/openapi/", "tests/clients/", "tests/browser/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
	"""The order is random; only the long ones are taken out of it."""
	items.sort(
		key=lambda item: next((at for at, place in enumerate(LONG) if item.nodeid.startswith(place)), 99)
	)
