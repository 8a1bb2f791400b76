"""What issuing a proforma costs beside SmartBill itself, and how near a bulk run comes to its configured pace.

./dev benchmark proforma [--documents 40] [--bulk 200] [--only overhead|bulk] [--profile]

Overhead: the whole of a click, in this process and over HTTP, against a bare `requests.post` of the same payload to the
same sandbox. The two reads that belong to a proforma (series, PDF) are SmartBill's time and are listed apart.
Bulk: a run in real time with the sandbox's limit on (30 calls in 10 seconds, then blocked). Calls are counted, not
documents: a document is a create and a PDF, and a run reads its series once.
"""

import argparse
import cProfile
import os
import pstats
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

import frappe
import requests

from erp_b2b_smartbill.features import PROFORMA
from erp_b2b_smartbill.smartbill import bulk, issue, runs
from erp_b2b_smartbill.smartbill.client import Client
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.sandbox import Sandbox

GOAL_MS = 40
GOAL_SHARE = 0.9
PACE = 25
NAMES = {"/series": "series", "/estimate/v2": "create", "/estimate/pdf": "pdf"}


def main() -> int:
	parser = argparse.ArgumentParser(prog="./dev benchmark proforma", description=__doc__.splitlines()[0])
	parser.add_argument("--documents", type=int, default=40)
	parser.add_argument("--bulk", type=int, default=200)
	parser.add_argument("--only", choices=("overhead", "bulk"))
	parser.add_argument("--profile", action="store_true", help="what takes the time of a click")
	options = parser.parse_args()
	bench = Bench()
	if options.profile:
		bench.profile(options.documents)
		return 0
	results = []
	if options.only != "bulk":
		results.append(bench.overhead(options.documents))
	if options.only != "overhead":
		results.append(bench.bulk(options.bulk))
	return 0 if all(results) else 1


class Bench:
	def __init__(self) -> None:
		self.sandbox = Sandbox(os.environ["SMARTBILL_SANDBOX_URL"])
		self.sandbox.reset()
		frappe.db.set_single_value("B2B Settings", PROFORMA, 1)
		factories.company()
		self.account = factories.smartbill_account(self.sandbox.api_url)
		self.party = factories.customer().name
		self.articles = [factories.item().name for _ in range(3)]
		self.headers = self.token()
		frappe.db.commit()

	def token(self) -> dict[str, str]:
		user = frappe.get_doc("User", factories.user("Sales User"))
		user.update({"api_key": frappe.generate_hash(length=15), "api_secret": "secret"})
		user.save()
		return {"Authorization": f"token {user.api_key}:secret"}

	def quotations(self, count: int) -> list[str]:
		"""Three rows each, one with a discount."""
		items = [{"item_code": article} for article in self.articles]
		items[1]["discount_percentage"] = 10
		made = [factories.quotation(party_name=self.party, items=items).name for _ in range(count)]
		frappe.db.commit()
		return made

	def rest(self) -> None:
		"""A click every now and then, not forty in a row."""
		idle = {"gate_shared_at": None, "gate_clicks_at": None, "gate_bulk_at": None}
		frappe.db.set_value("SmartBill Account", self.account.name, idle, update_modified=False)
		frappe.db.commit()

	# overhead

	def overhead(self, count: int) -> bool:
		self.click(self.quotations(1)[0])
		payload = frappe.get_last_doc("SmartBill Proforma").payload.encode()
		names, over_http = self.quotations(count), self.quotations(count)
		bare, inside, outside, floor = [], [], [], []
		network: dict[str, list[float]] = defaultdict(list)
		ours: dict[str, list[float]] = defaultdict(list)
		# in turns, so that what else the machine does meets all alike
		for name, other in zip(names, over_http, strict=True):
			bare.append(took(lambda: self.bare(payload)))
			floor.append(took(lambda: requests.get(f"{os.environ['SITE_URL']}/api/method/ping", timeout=30)))
			for target, key, work in (
				(inside, "inside", lambda name=name: self.click(name)),
				(outside, "outside", lambda other=other: self.post(other)),
			):
				self.rest()
				with network_times() as spent:
					target.append(took(work))
				for call, seconds in spent.items():
					network[call].append(seconds)
				reads = spent["series"] + spent["pdf"]
				ours[key].append(target[-1] - reads - bare[-1])
		base = median(bare)
		load, cores = os.getloadavg()[0], os.cpu_count()
		print(
			f"\nOverhead of a click, median of {count}, ms (ratio to the bare POST); load {load:.1f} on {cores} cores\n"
		)
		line("bare requests.post of the same payload", bare, base)
		line("issue in this process, all of it", inside, base)
		line("POST over HTTP, all of it", outside, base)
		line("  of both: the create on the network", network["create"], base)
		line("  of both: the read of the series", network["series"], base)
		line("  of both: the read of the PDF", network["pdf"], base)
		line("  over HTTP: a GET that does nothing", floor, base)
		line("ours in this process (without the two reads)", ours["inside"], base)
		line("ours over HTTP (without the two reads)", ours["outside"], base)
		reached = median(ours["inside"]) * 1000 < GOAL_MS
		print(f"\n  goal: ours under {GOAL_MS} ms: {'reached' if reached else 'NOT reached'}")
		return reached

	def bare(self, payload: bytes) -> None:
		response = requests.post(
			f"{self.sandbox.api_url}/estimate/v2",
			data=payload,
			headers={"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"},
			auth=("demo@example.ro", "demo-token"),
			timeout=30,
		)
		response.raise_for_status()

	def click(self, name: str) -> None:
		result = issue.issue(frappe.get_doc("Quotation", name))
		assert result.issued_now and result.proforma.pdf, result.proforma.as_dict()

	def post(self, name: str) -> None:
		response = requests.post(
			f"{os.environ['SITE_URL']}/api/v1/quotations/{name}/smartbill/proforma",
			headers=self.headers,
			timeout=60,
		)
		assert response.status_code == 201, response.text

	def profile(self, count: int) -> None:
		self.click(self.quotations(1)[0])
		names = self.quotations(count)
		profiler = cProfile.Profile()
		statements = 0
		original = frappe.db.sql

		def counted(*args: Any, **kwargs: Any) -> Any:
			nonlocal statements
			statements += 1
			return original(*args, **kwargs)

		for name in names:
			self.rest()
			profiler.enable()
			self.click(name)
			profiler.disable()
		self.rest()
		with patch.object(frappe.db, "sql", counted):
			self.click(self.quotations(1)[0])
		print(f"statements of the database with the making of the Quotation: {statements}")
		for order in ("cumulative", "tottime"):
			pstats.Stats(profiler, stream=sys.stdout).sort_stats(order).print_stats(70)

	# bulk

	def bulk(self, count: int) -> bool:
		names = self.quotations(count)
		self.rest()
		self.sandbox.reset()
		self.sandbox.knobs(v1_limit=30)
		self.account.reload()
		pace = self.account.pace_bulk
		assert pace == PACE
		# the job is run here, not by the served site's worker
		with patch.object(frappe, "enqueue"):
			run = bulk.start(names).name
			started = time.monotonic()
			ended = bulk.work(run)
			seconds = time.monotonic() - started
		doc = frappe.get_doc(runs.RUN, run)
		journal = self.sandbox._control("GET", "journal?since=0")["journal"]
		times = [datetime.fromisoformat(entry["time"]).timestamp() for entry in journal]
		rate = (len(times) - 1) / (times[-1] - times[0]) * 10
		busiest = max(sum(1 for other in times if at <= other < at + 10) for at in times)
		blocks = sum(entry["status"] in (403, 429) for entry in journal)
		paths = defaultdict(int)
		for entry in journal:
			paths[entry["path"].rsplit("/api", 1)[1]] += 1
		pdfs = frappe.db.count("SmartBill Proforma", {"run": run, "pdf": ["is", "set"]})
		print(f"\nBulk run of {count} at a pace of {pace} calls in 10 s, SmartBill's limit on\n")
		print(f"  {ended} after {seconds:.0f} s: {doc.issued} of {doc.total} issued, {pdfs} with their PDF")
		print("  calls: " + ", ".join(f"{path} {number}" for path, number in sorted(paths.items())))
		print(
			f"  {rate:.1f} calls in 10 s: {rate / pace:.0%} of the pace; at most {busiest} in any 10 s; {blocks} blocks"
		)
		reached = rate / pace >= GOAL_SHARE and not blocks and doc.issued == count
		print(f"\n  goal: {GOAL_SHARE:.0%} without a block: {'reached' if reached else 'NOT reached'}")
		return reached


@contextmanager
def network_times() -> Iterator[dict[str, float]]:
	"""The seconds that each kind of call spends on the network, in whatever thread."""
	spent: dict[str, float] = defaultdict(float)
	exchange = Client._exchange

	def timed(client: Client, method: str, path: str, *rest: Any) -> Any:
		began = time.perf_counter()
		try:
			return exchange(client, method, path, *rest)
		finally:
			spent[NAMES[path]] += time.perf_counter() - began

	with patch.object(Client, "_exchange", timed):
		yield spent


def took(work: Callable[[], Any]) -> float:
	began = time.perf_counter()
	work()
	return time.perf_counter() - began


def median(seconds: list[float]) -> float:
	return statistics.median(seconds)


def line(what: str, seconds: list[float], base: float) -> None:
	ms = sorted(one * 1000 for one in seconds)
	p90 = ms[int(len(ms) * 0.9)]
	ratio = median(seconds) / base
	print(f"  {what:46} {median(ms):7.1f}   x {ratio:5.1f}   fastest {ms[0]:6.1f}   90 % {p90:6.1f}")


if __name__ == "__main__":
	sys.exit(main())
