"""Whether the site holds up with many people at their desks: search, Customer 360 and proformas, over HTTP, all at once.

./dev benchmark load [--users 30] [--seconds 120] [--think 3] [--seed 7]
./dev benchmark load --bench PATH --site S --url URL [--pid PID ...]

Data: a copy of the demo's site, served by a process of its own; a bench is asked as it is served at URL, with the
Customers that it has and so many more that there are 300. Everybody has a session of his own, opens the desk, and
does something every `think` seconds, as people do at random: search (half of it), open a tab of Customer 360, look at
the card beside a Quotation, and one time in twenty preview a proforma and issue it. SmartBill is the sandbox, with
its limit on; the account may make 25 calls in 10 seconds. Who is told to wait (429, 503 with Retry-After) waits and
asks again, as the desk does by itself; the waits are counted, and their time is not part of the figures.

Printed: each kind with its times, everything that was not an answer, requests a second, and the memory of the processes
that serve (--pid names those of a bench): after ten seconds of warming up, at half of the time and at the end.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import frappe
import requests
from _measured import MEGABYTE, memory, percentile

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.search import rebuild, state
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import delete_rows
from erp_b2b_smartbill.tests.sandbox import Sandbox

SWITCHES = (features.PROFORMA, features.SEARCH, features.OVERVIEW)
ROLES = ("Sales User", "B2B Sales")
TABS = ("commercial", "credit", "preferences", "history")
# how often a person does each
SEARCH, TAB, CARD, PROFORMA = "search", "a tab of Customer 360", "the card beside a Quotation", "proforma"
SHARES = {SEARCH: 50, TAB: 30, CARD: 15, PROFORMA: 5}
DESK, PREVIEW = "the desk opened", "preview of a proforma"
KINDS = (DESK, *list(SHARES)[:-1], PREVIEW, PROFORMA)
CUSTOMERS = 300
WARM_UP_S = 10
# who is told to wait gives up after so long
PATIENCE_S = 60
# in the second half of the time
MAX_GROWTH = 0.05
CSRF = re.compile(r"csrf_token\s*[=:]\s*[\"']([0-9a-f]+)[\"']")


def main() -> int:
	options = arguments()
	count = (
		int(options.users * options.seconds / options.think * SHARES[PROFORMA] / 100 * 1.5) + options.users
	)
	with place(options, count) as (url, pids, found):
		run = Run(url, found, options)
		print(
			f"\n{options.users} desk users for {options.seconds} s, each does something about every {options.think:g} s; "
			f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {found['database']}, "
			f"{found['customers_in_all']:,} customers\n"
		)
		reached = run.go(pids)
	return 0 if reached else 1


def arguments() -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="./dev benchmark load", description=__doc__.splitlines()[0])
	parser.add_argument("--users", type=int, default=30)
	parser.add_argument("--seconds", type=int, default=120)
	parser.add_argument("--think", type=float, default=3)
	parser.add_argument("--seed", type=int, default=7)
	parser.add_argument("--url", help="where the bench serves the site")
	parser.add_argument("--pid", type=int, action="append", default=[], help="a process that serves it")
	return parser.parse_args()


# the place


@contextmanager
def place(options: argparse.Namespace, quotations: int) -> Iterator[tuple[str, list[int], dict[str, Any]]]:
	"""(address, processes that serve it, what there is to ask for)."""
	wanted = {
		"users": options.users,
		"quotations": quotations,
		"sandbox_url": os.environ.get("SMARTBILL_SANDBOX_URL", ""),
	}
	if frappe.db.db_type == "sqlite":
		with demo() as node:
			yield node.url, [node.pid], node.call("load.prepare", **wanted)
		return
	if not options.url:
		sys.exit("--url is missing: where the bench serves the site")
	if "127.0.0.1" not in (frappe.conf.get("smartbill_allowed_hosts") or ()):
		sys.exit("The site must be allowed to speak to the sandbox, see docs/configure.md, Hosts.")
	switches = {switch: frappe.db.get_single_value("B2B Settings", switch) for switch in SWITCHES}
	found = prepare(**wanted)
	frappe.db.commit()
	try:
		yield options.url, options.pid, found
	finally:
		remove(found, switches)


@contextmanager
def demo() -> Iterator[Any]:
	from embedded import paths, prepare
	from embedded.node import Node
	from embedded.running import fresh_copy
	from embedded.site import Site

	# in a process of its own: this one has another site open
	make = (
		"from embedded.demo_site import demo_site; from embedded.progress import say; demo_site(progress=say)"
	)
	subprocess.run([sys.executable, "-c", make], cwd=paths.ROOT, check=True)
	with fresh_copy(Site(paths.DEMO_SITE, prepare.APPS)) as site, Node(site) as node:
		site.configure(host_name=node.url)
		yield node


def prepare(users: int, quotations: int, sandbox_url: str) -> dict[str, Any]:
	"""Called where the site is open: what people will ask for. The caller commits."""
	for switch in SWITCHES:
		frappe.db.set_single_value("B2B Settings", switch, 1)
	frappe.clear_document_cache("B2B Settings", "B2B Settings")
	factories.company()
	account = factories.smartbill_account(Sandbox(sandbox_url).api_url)
	if not state.is_ready():
		rebuild.rebuild()
	fields = ["name", "customer_name", "tax_id"]
	customers = frappe.get_all("Customer", {"disabled": 0}, fields, order_by="creation desc", limit=CUSTOMERS)
	# one at least, for the Quotations
	made = [factories.customer() for _ in range(max(CUSTOMERS - len(customers), 1))]
	customers += made[: CUSTOMERS - len(customers)]
	party, item = made[0].name, factories.item().name
	return {
		"database": f"{frappe.db.db_type}, Frappe {frappe.__version__}",
		"customers_in_all": frappe.db.count("Customer"),
		"account": account.name,
		# whose books have something in them
		"company": frappe.db.get_single_value("Global Defaults", "default_company") or account.company,
		"made": [one.name for one in made],
		"item": item,
		"users": [factories.user(*ROLES) for _ in range(users)],
		"customers": [one.name for one in customers],
		"typed": [text for one in customers for text in what_people_type(one)],
		"quotations": [
			factories.quotation(party_name=party, items=[{"item_code": item}]).name for _ in range(quotations)
		],
	}


def what_people_type(customer: Any) -> list[str]:
	"""Beginnings of its words, and its code."""
	words = customer.customer_name.split()
	typed = [" ".join(word[:4] for word in words[:2]), words[0]]
	return [*typed, customer.tax_id] if customer.tax_id else typed


def remove(found: dict[str, Any], switches: dict[str, Any]) -> None:
	"""What a bench did not have before. The test company stays, as after the tests, and so do the business events."""
	frappe.db.rollback()
	proformas = frappe.get_all("SmartBill Proforma", {"account": found["account"]}, pluck="name", limit=0)
	attached = {"attached_to_doctype": "SmartBill Proforma", "attached_to_name": ["in", proformas or [""]]}
	of_made = {"link_name": ["in", found["made"]], "parenttype": "Address"}
	for doctype, names in (
		("File", frappe.get_all("File", attached, pluck="name", limit=0)),
		("SmartBill Proforma", proformas),
		(
			"SmartBill Call",
			frappe.get_all("SmartBill Call", {"account": found["account"]}, pluck="name", limit=0),
		),
		("SmartBill Account", [found["account"]]),
		("Quotation", found["quotations"]),
		("Address", frappe.get_all("Dynamic Link", of_made, pluck="parent", limit=0)),
		("Item", [found["item"]]),
		("User", found["users"]),
	):
		delete_rows(doctype, *names)
	# the search is to forget it
	for name in found["made"]:
		frappe.delete_doc("Customer", name, force=True, ignore_permissions=True)
	for switch, value in switches.items():
		frappe.db.set_single_value("B2B Settings", switch, value)
	frappe.db.commit()


# the people


@dataclass
class Told:
	"""What all of them saw. Only appended to, as threads may."""

	seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
	errors: list[str] = field(default_factory=list)
	waits: list[tuple[str, float]] = field(default_factory=list)
	numbers: list[str] = field(default_factory=list)


class Run:
	def __init__(self, url: str, found: dict[str, Any], options: argparse.Namespace) -> None:
		self.url = url
		self.found = found
		self.options = options
		self.told = Told()
		self.offers = list(found["quotations"])

	def go(self, pids: list[int]) -> bool:
		sandbox = Sandbox(os.environ["SMARTBILL_SANDBOX_URL"])
		sandbox.reset()
		sandbox.knobs(v1_limit=30)
		began = time.monotonic() + WARM_UP_S
		ends = began + self.options.seconds
		people = [
			threading.Thread(target=self.work, args=(number, user, began, ends), daemon=True)
			for number, user in enumerate(self.found["users"])
		]
		for person in people:
			person.start()
		sizes = [used_at(moment, pids) for moment in (began, (began + ends) / 2, ends)]
		for person in people:
			person.join(2 * PATIENCE_S)
		return self.show(sizes, sandbox.documents())

	def work(self, number: int, user: str, began: float, ends: float) -> None:
		"""A person at his desk until the end; what he sees before the beginning is not counted."""
		chance = random.Random(self.options.seed * 1000 + number)
		# people do not come at the same moment
		time.sleep(chance.uniform(0, WARM_UP_S / 2))
		person = Person(self.url, user, self.told, began)
		try:
			person.sign_in()
			while time.monotonic() < ends:
				[kind] = chance.choices(list(SHARES), SHARES.values())
				self.act(person, kind, chance)
				time.sleep(chance.expovariate(1 / self.options.think))
		except Exception as error:
			self.told.errors.append(f"{user}: {error!r}")

	def act(self, person: "Person", kind: str, chance: random.Random) -> None:
		customer = quote(chance.choice(self.found["customers"]), safe="")
		if kind == SEARCH:
			person.ask(kind, "GET", "/customers/search", params={"q": chance.choice(self.found["typed"])})
		elif kind == TAB:
			asked = {"tabs": chance.choice(TABS), "company": self.found["company"]}
			person.ask(kind, "GET", f"/customers/{customer}/360", params=asked)
		elif kind == CARD:
			asked = {"company": self.found["company"]}
			person.ask(kind, "GET", f"/customers/{customer}/360/essentials", params=asked)
		elif self.offers:
			path = f"/quotations/{quote(self.offers.pop(), safe='')}/smartbill/proforma"
			person.ask(PREVIEW, "POST", path, params={"dry_run": 1})
			if issued := person.ask(PROFORMA, "POST", path):
				self.told.numbers.append(issued["number"])

	# what became of it

	def show(self, sizes: list[int], documents: list[dict[str, Any]]) -> bool:
		told, seconds = self.told, self.options.seconds
		print(f"  {'':28} {'requests':>9} {'p50 ms':>8} {'p95 ms':>8} {'slowest':>8}")
		for kind in KINDS:
			if ms := [one * 1000 for one in told.seconds[kind]]:
				p50, p95 = percentile(ms, 0.5), percentile(ms, 0.95)
				print(f"  {kind:28} {len(ms):9} {p50:8.0f} {p95:8.0f} {max(ms):8.0f}")
		total = sum(map(len, told.seconds.values()))
		print(f"\n  {total / seconds:.1f} requests a second")
		for code, count in sorted(Counter(code for code, _seconds in told.waits).items()):
			longest = max(one for name, one in told.waits if name == code)
			print(f"  told to wait, {code}: {count} times, {longest:.0f} s at the longest")
		for error, count in Counter(told.errors).most_common(10):
			print(f"  ERROR {count} x {error}")
		sent = sorted(one["number"] for one in documents)
		is_once = sent == sorted(told.numbers) and len(set(sent)) == len(sent)
		print(f"  proformas: {len(told.numbers)} issued, {len(sent)} at SmartBill")
		goals = {"no error": not told.errors, "each proforma once": is_once}
		if sizes[0]:
			start, half, end = (size / MEGABYTE for size in sizes)
			growth = (end - half) / half
			print(
				f"  memory of what serves: {start:.0f} MB after warming up, {half:.0f} at half, {end:.0f} at the end: "
				f"{growth:+.1%} in the second half"
			)
			goals[f"not {MAX_GROWTH:.0%} more memory in the second half"] = growth < MAX_GROWTH
		print()
		for goal, reached in goals.items():
			print(f"  goal: {goal}: {'reached' if reached else 'NOT reached'}")
		return all(goals.values())


class Person:
	"""A desk user with a session."""

	def __init__(self, url: str, user: str, told: Told, began: float) -> None:
		self._url = url
		self._user = user
		self._told = told
		self._began = began
		self._session = requests.Session()

	def sign_in(self) -> None:
		given = {"usr": self._user, "pwd": "test"}
		self._session.post(f"{self._url}/api/method/login", data=given, timeout=60).raise_for_status()
		began = time.monotonic()
		page = self._session.get(f"{self._url}/app", timeout=60)
		page.raise_for_status()
		self._told.seconds[DESK].append(time.monotonic() - began)
		if token := CSRF.search(page.text):
			self._session.headers["X-Frappe-CSRF-Token"] = token[1]

	def ask(self, kind: str, method: str, path: str, **options: Any) -> Any:
		"""The answer's data; None where there was none."""
		until = time.monotonic() + PATIENCE_S
		while True:
			began = time.monotonic()
			answer = self._session.request(method, f"{self._url}/api/v1{path}", timeout=60, **options)
			took = time.monotonic() - began
			if answer.status_code in (200, 201):
				if began >= self._began:
					self._told.seconds[kind].append(took)
				return answer.json()["data"]
			wait = answer.headers.get("Retry-After")
			if answer.status_code not in (429, 503) or not wait or time.monotonic() > until:
				self._told.errors.append(f"{kind}: {answer.status_code} {answer.text[:200]}")
				return None
			self._told.waits.append((answer.json()["error"]["code"], float(wait)))
			time.sleep(float(wait))


def used_at(moment: float, pids: list[int]) -> int:
	"""In kB, of these processes together, when the moment has come."""
	time.sleep(max(0, moment - time.monotonic()))
	return sum(memory("VmRSS", pid) for pid in pids)


if __name__ == "__main__":
	raise SystemExit(main())
