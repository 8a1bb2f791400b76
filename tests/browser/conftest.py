"""A browser before the served site: Playwright with the system's Chromium."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from desk_helpers import MANAGER, PHONE, SALES_USER, cleaned, log_in, make_quotation

from embedded.browser import LAUNCH_ARGUMENTS

# socket.io is not part of the embedded site; the desk looks for it and goes on without.
EXPECTED_FAILURES = ("socket.io",)
SCREEN = {"width": 1400, "height": 950}


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator["object"]:
	playwright = pytest.importorskip("playwright.sync_api")
	with playwright.sync_playwright() as engine:
		launched = engine.chromium.launch(executable_path=chromium, args=LAUNCH_ARGUMENTS)
		yield launched
		launched.close()


@pytest.fixture(scope="session")
def signed_in(browser, running) -> Callable[[str], Any]:
	"""The cookies of a user who has logged in, once a session."""
	states: dict[str, Any] = {}

	def state_of(user: str) -> Any:
		if user not in states:
			context = browser.new_context(base_url=running.url, viewport=SCREEN, locale="en")
			log_in(context.new_page(), user)
			states[user] = context.storage_state()
			context.close()
		return states[user]

	return state_of


@pytest.fixture
def open_page(browser, running, signed_in) -> Iterator[Callable[..., Any]]:
	"""Makes pages, each of a user. An error in a script of a page, or a missing file, fails the test."""
	problems: list[str] = []
	with contextlib.ExitStack() as opened:

		def make(user: str | None = None, **options: Any) -> Any:
			context = browser.new_context(
				base_url=running.url,
				storage_state=signed_in(user) if user else None,
				**{"viewport": SCREEN, "locale": "en", **options},
			)
			opened.callback(context.close)
			page = context.new_page()
			page.on("pageerror", lambda error: problems.append(f"script: {error}"))
			page.on(
				"response",
				lambda response: problems.append(f"{response.status}: {response.url}")
				if response.status in (404, 500)
				and not any(name in response.url for name in EXPECTED_FAILURES)
				else None,
			)
			return page

		yield make
	assert problems == []


@pytest.fixture
def page(open_page) -> Any:
	"""A fresh page of an unknown visitor."""
	return open_page()


@pytest.fixture
def seller(open_page) -> Any:
	"""A fresh page of a sales user."""
	return open_page(SALES_USER)


@pytest.fixture
def manager(open_page) -> Any:
	"""A fresh page of a B2B Manager."""
	return open_page(MANAGER)


@pytest.fixture
def phone(open_page) -> Any:
	"""A sales user's telephone."""
	return open_page(SALES_USER, viewport=PHONE, is_mobile=True, has_touch=True)


@pytest.fixture
def clean(connected, running) -> Iterator[None]:
	"""Nothing of another test, nothing for another test."""
	with cleaned(connected, running.sandbox):
		yield


@pytest.fixture
def quotation(clean) -> str:
	"""A submitted offer."""
	return make_quotation()
