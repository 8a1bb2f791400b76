"""A browser before the served site: Playwright with the system's Chromium."""

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from desk_helpers import MANAGER, PHONE, SALES_USER, cleaned, make_quotation

from embedded.browser import LAUNCH_ARGUMENTS
from embedded.romania import PASSWORD

# socket.io is not part of the embedded site; the desk looks for it and goes on without.
EXPECTED_FAILURES = ("socket.io",)
# a page begins in the process of the one before it, which has the desk's scripts compiled
ONE_PROCESS = "--process-per-site"
# no page lives long enough for its scripts to be worth more than what starts them at once
NOT_OPTIMISED = "--js-flags=--no-opt --no-maglev"
# what only moves takes its time and is drawn over and over
AT_REST = """(() => {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
	document.adoptedStyleSheets = [sheet];
})();"""
# the desk puts the drawings of all icons into every page, half a megabyte; only screenshots show them
WITHOUT_ICONS = """(() => {
	const insert = Element.prototype.insertAdjacentHTML;
	Element.prototype.insertAdjacentHTML = function (where, text) {
		if (this.id !== "all-symbols") insert.call(this, where, text);
	};
})();"""
# How long a page may take to show what is expected of it, in ms. Nothing here is a timed test: Playwright's own five
# seconds are too few for the first page of a busy or slow machine.
PATIENCE = 30_000
IN_EVERY_PAGE = AT_REST if os.environ.get("SCREENSHOTS") else AT_REST + WITHOUT_ICONS
USUAL = {"viewport": {"width": 1400, "height": 950}, "locale": "en"}
TELEPHONE = {"viewport": PHONE, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="session")
def engine() -> Iterator["object"]:
	playwright = pytest.importorskip("playwright.sync_api")
	playwright.expect.set_options(timeout=PATIENCE)
	with playwright.sync_playwright() as engine:
		yield engine


@pytest.fixture(scope="session")
def browser(engine, chromium: str) -> Iterator["object"]:
	"""For contexts that are new."""
	launched = engine.chromium.launch(executable_path=chromium, args=[*LAUNCH_ARGUMENTS, NOT_OPTIMISED])
	yield launched
	launched.close()


class Kept:
	"""One context for many tests: in it Chromium keeps what it has loaded and compiled of the desk, as a person's browser
	does, for that is most of the work of a page. Whoever takes it finds nothing else in it."""

	def __init__(self, context: Any, url: str) -> None:
		self._context = context
		self._url = url
		# it stays open: a browser ends with its last page
		self._blank = context.new_page()
		self._blank.goto(f"{url}/assets/frappe/images/frappe-favicon.svg")
		self._storage = context.new_cdp_session(self._blank)
		self._is_taken = False

	@contextlib.contextmanager
	def taken(self) -> Iterator[Any]:
		"""The context, if nobody has it."""
		if self._is_taken:
			yield None
			return
		self._is_taken = True
		try:
			yield self._context
		finally:
			for page in self._context.pages:
				if page != self._blank:
					page.close()
			self._context.set_offline(False)
			self._context.clear_cookies()
			kinds = "local_storage,indexeddb,cache_storage,service_workers,file_systems"
			self._storage.send("Storage.clearDataForOrigin", {"origin": self._url, "storageTypes": kinds})
			self._is_taken = False


class Browsers:
	"""The kept contexts, each a browser of its own, begun when it is needed: a person's, that of somebody who looks at
	the same time, and a telephone."""

	MOST = ({}, {}, TELEPHONE)

	def __init__(self, begin: Callable[[dict[str, Any]], Kept]) -> None:
		self._begin = begin
		self._kept: list[tuple[dict[str, Any], Kept]] = []

	@contextlib.contextmanager
	def taken(self, options: dict[str, Any]) -> Iterator[Any]:
		"""A context with these options, or none."""
		for of, kept in self._kept:
			if of == options:
				with kept.taken() as context:
					if context:
						yield context
						return
		if [of for of, _kept in self._kept].count(options) == self.MOST.count(options):
			yield None
			return
		self._kept.append((options, self._begin(options)))
		with self._kept[-1][1].taken() as context:
			yield context


@pytest.fixture(scope="session")
def kept(engine, chromium: str, running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
	with contextlib.ExitStack() as opened:

		def begin(options: dict[str, Any]) -> Kept:
			context = engine.chromium.launch_persistent_context(
				str(tmp_path_factory.mktemp("chromium")),
				executable_path=chromium,
				args=[*LAUNCH_ARGUMENTS, ONE_PROCESS, NOT_OPTIMISED],
				base_url=running.url,
				**{**USUAL, **options},
			)
			opened.callback(context.close)
			context.add_init_script(IN_EVERY_PAGE)
			return Kept(context, running.url)

		yield Browsers(begin)


@pytest.fixture(scope="session")
def signed_in(running) -> Callable[[str], list[Any]]:
	"""The cookies of a user who has logged in: once, or again where something has ended what he had."""
	sessions: dict[str, requests.Session] = {}

	def is_signed_in(user: str) -> bool:
		who = f"{running.url}/api/method/frappe.auth.get_logged_user"
		return user in sessions and sessions[user].get(who, timeout=60).ok

	def cookies_of(user: str) -> list[Any]:
		if not is_signed_in(user):
			session = sessions[user] = requests.Session()
			given = {"usr": user, "pwd": "admin" if user == "Administrator" else PASSWORD}
			answer = session.post(f"{running.url}/api/method/login", data=given, timeout=60)
			assert answer.status_code == 200, answer.text
		return [
			{"name": cookie.name, "value": cookie.value, "url": running.url}
			for cookie in sessions[user].cookies
		]

	return cookies_of


def watch(page: Any, problems: list[str]) -> None:
	"""Note errors in its scripts, and what it did not find."""
	page.on("pageerror", lambda error: problems.append(f"script: {error}"))
	page.on(
		"response",
		lambda response: problems.append(f"{response.status}: {response.url}")
		if response.status in (404, 500) and not any(name in response.url for name in EXPECTED_FAILURES)
		else None,
	)


@pytest.fixture(scope="module")
def standing_page(browser, running, signed_in) -> Iterator[Callable[[str], Any]]:
	"""Makes pages, each of a user, that stand for a whole module: where the tests are of something that opens over a
	page, and the page itself stays as it is. Errors fail as with `open_page`, the module's last test."""
	problems: list[str] = []
	with contextlib.ExitStack() as opened:

		def make(user: str) -> Any:
			context = browser.new_context(base_url=running.url, **USUAL)
			opened.callback(context.close)
			context.add_init_script(IN_EVERY_PAGE)
			context.add_cookies(signed_in(user))
			page = context.new_page()
			watch(page, problems)
			return page

		yield make
	assert problems == []


@pytest.fixture
def open_page(request, kept, running, signed_in) -> Iterator[Callable[..., Any]]:
	"""Makes pages, each of a user. An error in a script of a page, or a missing file, fails the test."""
	problems: list[str] = []
	with contextlib.ExitStack() as opened:

		def make(user: str | None = None, **options: Any) -> Any:
			# what a page can be given needs no browser of its own
			color_scheme = options.pop("color_scheme", None)
			viewport = None if options.get("is_mobile") else options.pop("viewport", None)
			others = {name: value for name, value in options.items() if USUAL.get(name) != value}
			context = opened.enter_context(kept.taken(others))
			if not context:
				browser = request.getfixturevalue("browser")
				context = browser.new_context(base_url=running.url, **{**USUAL, **options})
				opened.callback(context.close)
				context.add_init_script(IN_EVERY_PAGE)
			if user:
				context.add_cookies(signed_in(user))
			page = context.new_page()
			if viewport:
				page.set_viewport_size(viewport)
			if color_scheme:
				page.emulate_media(color_scheme=color_scheme)
			watch(page, problems)
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
	return open_page(SALES_USER, **TELEPHONE)


@pytest.fixture
def clean(connected, running) -> Iterator[None]:
	"""Nothing of another test, nothing for another test."""
	with cleaned(connected, running.sandbox):
		yield


@pytest.fixture
def quotation(clean) -> str:
	"""A submitted offer."""
	return make_quotation()
