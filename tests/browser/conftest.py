"""A browser before the served site: Playwright with the system's Chromium."""

from collections.abc import Iterator

import pytest

from embedded.browser import LAUNCH_ARGUMENTS

# socket.io is not part of the embedded site; the desk looks for it and goes on without.
EXPECTED_FAILURES = ("socket.io",)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator["object"]:
	playwright = pytest.importorskip("playwright.sync_api")
	with playwright.sync_playwright() as engine:
		launched = engine.chromium.launch(executable_path=chromium, args=LAUNCH_ARGUMENTS)
		yield launched
		launched.close()


@pytest.fixture
def page(browser, running) -> Iterator["object"]:
	"""A fresh page of an unknown visitor. An error in a script of the page, or a missing file, fails the test."""
	context = browser.new_context(base_url=running.url, viewport={"width": 1400, "height": 950}, locale="en")
	opened = context.new_page()
	problems: list[str] = []
	opened.on("pageerror", lambda error: problems.append(f"script: {error}"))
	opened.on(
		"response",
		lambda response: problems.append(f"{response.status}: {response.url}")
		if response.status in (404, 500) and not any(name in response.url for name in EXPECTED_FAILURES)
		else None,
	)
	yield opened
	context.close()
	assert problems == []
