"""How fast SmartBill's clients come to the site, and what that takes of the machine's memory.

./dev benchmark sync [--clients 9000] [--rows 100000] [--customers 600] [--native 300] [--million]
                     [--only api|import|customers] [--profile]

API: a sync in real time with the sandbox's limit on (60 reads in 10 seconds), as a share of that limit.
Import: a csv of so many rows into SmartBill Clients, against the row-by-row insert of Customers with their contact in the
same run; then the same file again, which changes nothing. Memory is what the process grows by meanwhile, also at a tenth
of the rows, and at a million with --million.
Customers: an import that makes a Customer of every client, against the same insert; with what takes its time.
"""

import argparse
import cProfile
import csv
import os
import pstats
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import frappe
from _measured import grown
from stdnum.ro import cui

from erp_b2b_smartbill.features import SYNC
from erp_b2b_smartbill.smartbill.clients import importing, job, sync_runs
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT
from erp_b2b_smartbill.smartbill.clients.links import LINK
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.clients_case import CIF, CLIENTS_PATH, client_id
from erp_b2b_smartbill.tests.sandbox import Sandbox

LIMIT = 60
GOAL_SHARE = 0.95
GOAL_IMPORT = 50
GOAL_UNCHANGED = 10
GOAL_CUSTOMERS = 3
HEADER = [
	"Denumire",
	"CIF/CNP",
	"Reg. Com.",
	"Cod",
	"Platitor TVA",
	"Adresa",
	"Localitate",
	"Judet",
	"Tara",
	"Email",
	"Telefon",
]


def main() -> int:
	parser = argparse.ArgumentParser(prog="./dev benchmark sync", description=__doc__.splitlines()[0])
	parser.add_argument("--clients", type=int, default=9000)
	parser.add_argument("--rows", type=int, default=100_000)
	parser.add_argument("--customers", type=int, default=600)
	parser.add_argument("--native", type=int, default=300)
	parser.add_argument("--million", action="store_true", help="memory of an import of a million rows, too")
	parser.add_argument("--profile", action="store_true", help="what takes the time of the imports")
	parser.add_argument("--only", choices=("api", "import", "customers"))
	options = parser.parse_args()
	bench = Bench()
	print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {frappe.db.db_type}")
	if options.only in (None, "api"):
		bench.api(options.clients)
	if options.only in (None, "import"):
		if options.profile:
			bench.profile(options.rows)
		else:
			bench.imports(options.rows, options.native, options.million)
	if options.only in (None, "customers"):
		bench.customers(options.customers, options.native)
	return 0


class Bench:
	def __init__(self) -> None:
		self.sandbox = Sandbox(os.environ["SMARTBILL_SANDBOX_URL"])
		self.sandbox.reset()
		factories.company()
		self.account = factories.smartbill_account(self.sandbox.api_url, v3_token="demo-v3-token").name
		frappe.db.set_single_value("B2B Settings", SYNC, 1)
		frappe.db.commit()

	# api

	def api(self, count: int) -> None:
		clients = [company(number) for number in range(count)]
		self.sandbox.seed(clients_v3={CIF: clients})
		self.sandbox.knobs(v3_limit=LIMIT)
		seen = self.sandbox._control("GET", "journal?since=0")["last"]
		run, seconds = self.work(lambda: job.start(self.account))
		journal = self.sandbox._control("GET", f"journal?since={seen}")["journal"]
		calls = [entry for entry in journal if entry["path"] == CLIENTS_PATH]
		times = [datetime.fromisoformat(entry["time"]).timestamp() for entry in calls]
		rate = (len(times) - 1) / (times[-1] - times[0]) * 10
		refused = sum(entry["status"] == 429 for entry in calls)
		print(f"\nSync of {count:,} clients by the API, SmartBill's limit of {LIMIT} reads in 10 s on\n")
		print(
			f"  {run.status} after {seconds:.1f} s: {run.seen:,} clients in {run.pages} pages, {refused} refused"
		)
		share = rate / LIMIT
		told(
			f"{rate:.1f} reads in 10 s",
			share >= GOAL_SHARE and not refused,
			f"{share:.0%}",
			f"{GOAL_SHARE:.0%}",
		)

	# import

	def imports(self, rows: int, native: int, million: bool) -> None:
		base = self.native(native)
		print(f"\nImport of {rows:,} rows of csv; Customers with contact one by one: {base:.1f} a second\n")
		self.clear()
		memory = {rows // 10: self.memory(rows // 10)}
		self.clear()
		file = self.file("clients.csv", rows)
		(first, seconds), memory[rows] = grown(lambda: self.work(lambda: self.start(file)))
		assert first.new_clients == rows, first.as_dict()
		told(f"first: {rows / seconds:,.0f} a second", *ratio(rows / seconds / base, GOAL_IMPORT))
		again, seconds_again = self.work(lambda: self.start(file))
		assert again.unchanged == rows, again.as_dict()
		told(
			f"unchanged: {rows / seconds_again:,.0f} a second",
			*ratio(seconds / seconds_again, GOAL_UNCHANGED),
		)
		if million:
			self.clear()
			memory[1_000_000] = self.memory(1_000_000)
		print(
			"\n  the process grows by "
			+ ", ".join(f"{mb:.0f} MB at {count:,}" for count, mb in memory.items())
		)

	def profile(self, rows: int) -> None:
		self.clear()
		file = self.file("clients.csv", rows)
		for what in ("first", "unchanged"):
			profiler = cProfile.Profile()
			profiler.enable()
			self.work(lambda: self.start(file))
			profiler.disable()
			print(f"\n{what}\n")
			for order in ("cumulative", "tottime"):
				pstats.Stats(profiler, stream=sys.stdout).sort_stats(order).print_stats(45)

	def memory(self, rows: int) -> float:
		file = self.file(f"clients-{rows}.csv", rows)
		(run, seconds), megabytes = grown(lambda: self.work(lambda: self.start(file)))
		assert run.new_clients == rows, run.as_dict()
		print(f"  {rows:,} rows in {seconds:.1f} s: {rows / seconds:,.0f} a second")
		return megabytes

	# customers

	def customers(self, count: int, native: int) -> None:
		base = self.native(native)
		print(
			f"\nA Customer of each of {count} clients; Customers with contact one by one: {base:.1f} a second\n"
		)
		self.clear()
		frappe.db.set_value("SmartBill Account", self.account, "new_clients", "Create Customer")
		run, seconds = self.work(lambda: self.start(self.file("customers.csv", count, first=2_000_000)))
		assert run.customers_created == count, run.as_dict()
		reached, shown, goal = ratio(count / seconds / base, GOAL_CUSTOMERS)
		told(f"{count / seconds:.1f} a second, with address, contact and link", reached, shown, goal)
		if not reached:
			print("\n  what takes the time of as many more, by its callers (slower, for it is profiled)\n")
			file = self.file("customers-more.csv", count, first=2_000_000 + count)
			profiler = cProfile.Profile()
			profiler.enable()
			self.work(lambda: self.start(file))
			profiler.disable()
			pstats.Stats(profiler, stream=sys.stdout).sort_stats("cumulative").print_stats(45)

	# what all share

	def native(self, count: int) -> float:
		"""Customers with their contact in a second, as Data Import makes them: documents, one by one, committed."""
		frappe.db.set_single_value("B2B Settings", SYNC, 0)
		group, territory = factories._leaf("Customer Group"), factories._leaf("Territory")
		began = time.perf_counter()
		for number in range(count):
			one = company(1_000_000 + number)
			customer = frappe.get_doc(
				{
					"doctype": "Customer",
					"customer_name": f"{one['name']} {frappe.generate_hash(length=6)}",
					"customer_type": "Company",
					"customer_group": group,
					"territory": territory,
					"tax_id": one["vatCode"],
				}
			).insert()
			frappe.get_doc(
				{
					"doctype": "Contact",
					"first_name": one["name"],
					"email_ids": [{"email_id": one["email"], "is_primary": 1}],
					"phone_nos": [{"phone": one["phone"], "is_primary_phone": 1}],
					"links": [{"link_doctype": "Customer", "link_name": customer.name}],
				}
			).insert()
			frappe.db.commit()
		seconds = time.perf_counter() - began
		frappe.db.set_single_value("B2B Settings", SYNC, 1)
		frappe.db.commit()
		return count / seconds

	def start(self, file: str) -> Any:
		return importing.start(self.account, file, trigger=sync_runs.COMMAND)

	def work(self, start: Callable[[], Any]) -> tuple[Any, float]:
		"""A run to its end, and the seconds that it took. The jobs are run here, not by the served site's worker."""
		with patch.object(frappe, "enqueue"):
			began = time.perf_counter()
			run = start().name
			while frappe.db.get_value(sync_runs.RUN, run, "open_key"):
				job.work(run)
			seconds = time.perf_counter() - began
		doc = frappe.get_doc(sync_runs.RUN, run)
		assert doc.status == "Completed", doc.as_dict()
		return doc, seconds

	def file(self, name: str, rows: int, first: int = 0) -> str:
		"""A csv as SmartBill exports one; put where files are, as `bench smartbill-import` does."""
		path = Path(frappe.get_site_path("private", "files", name))
		with path.open("w", newline="", encoding="utf-8") as target:
			writer = csv.writer(target, delimiter=";")
			writer.writerow(HEADER)
			for number in range(first, first + rows):
				one = company(number)
				payer = "Da" if one["isVatPayer"] else "Nu"
				told = [one[key] for key in ("name", "vatCode", "regCom", "code")]
				place = [one[key] for key in ("address", "city", "county", "country", "email", "phone")]
				writer.writerow([*told, payer, *place])
		doc = frappe.get_doc(
			{"doctype": "File", "file_name": name, "file_url": f"/private/files/{name}", "is_private": 1}
		)
		doc.set_new_name()
		doc.db_insert()
		frappe.db.commit()
		return doc.name

	def clear(self) -> None:
		for doctype in (CLIENT, CONFLICT, LINK):
			frappe.db.delete(doctype)
		frappe.db.commit()


def company(number: int) -> dict[str, Any]:
	"""Different in everything that clients are told apart by; a valid fiscal code."""
	digits = str(10_000_000 + number)
	code = digits + cui.calc_check_digit(digits)
	return {
		"id": client_id(number),
		"name": f"Depozit {WORDS[number % 10]} {WORDS[number // 10 % 10]} {number} SRL",
		"vatCode": f"RO{code}" if number % 2 else code,
		"regCom": f"J12/{number}/2019",
		"code": f"C{number:07}",
		"address": f"Str. Fabricii nr. {number % 200 + 1}, bl. {number % 30}",
		"city": "Cluj-Napoca",
		"county": "Cluj",
		"country": "Romania",
		"email": f"comenzi{number}@depozit{number % 5000}.ro",
		"phone": f"07{22_000_000 + number:08}",
		"isVatPayer": number % 2 == 1,
	}


WORDS = (
	"Brutaria",
	"Atelier",
	"Transport",
	"Lemn",
	"Agro",
	"Construct",
	"Media",
	"Optic",
	"Mobila",
	"Electro",
)


def ratio(value: float, goal: float) -> tuple[bool, str, str]:
	return value >= goal, f"x {value:.1f}", f"x {goal}"


def told(what: str, reached: bool, shown: str, goal: str) -> None:
	print(f"  {what:52} {shown:>8}   goal {goal}: {'reached' if reached else 'NOT reached'}")


if __name__ == "__main__":
	sys.exit(main())
