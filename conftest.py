"""One site a test session: a copy of the prepared one, served on loopback, with a sandbox beside it."""

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


@pytest.fixture(scope="class", autouse=True)
def site_for_server_tests(request: pytest.FixtureRequest) -> None:
	"""Give server tests (the classes that a bench's runner finds, too) the site that a bench gives them."""
	if request.cls is not None and any(base.__name__ == "ServerTestCase" for base in request.cls.__mro__):
		request.getfixturevalue("connected")
