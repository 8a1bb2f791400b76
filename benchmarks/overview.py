"""How long each tab of Customer 360 takes on the server, with its number of queries, beside ERPNext's own figures.

./dev benchmark overview [--invoices 10000] [--quotations 5000] [--times 15] [--bench PATH --site S] [--keep] [--again]

One customer with so many invoices and quotations, their orders and ledger rows (_books.py). Every tab is asked as a
request of its own asks it, by a sales person; ERPNext's on the same data by one who may. First it is asked with a tenth
of the data: the number of queries is to be the same. Goals are for a bench. For a while a database is busy with what was
written at once: `--keep`, and then `--again` by itself, measures it at rest.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlencode

import _books
import frappe
from _measured import milliseconds
from frappe.app import make_form_dict
from frappe.utils import nowdate
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from erp_b2b_smartbill import features
from erp_b2b_smartbill.api import routes
from erp_b2b_smartbill.customers.overview.tabs import TABS
from erp_b2b_smartbill.tests import factories

GOAL_MS = 100
PATH = f"{routes.BASE}/customers/{quote(_books.CUSTOMER)}/360"
ERPNEXT = ("get_dashboard_info", "get_customer_outstanding", "Accounts Receivable")


@dataclass(frozen=True)
class Measured:
	"""Of several times the middle one, in milliseconds."""

	ms: float
	queries: int


def main() -> int:
	options = arguments()
	is_bench = frappe.db.db_type != "sqlite"
	print(f"load {os.getloadavg()[0]:.1f}, {frappe.db.db_type}, Frappe {frappe.__version__}")
	company = factories.company()
	switch = frappe.db.get_single_value("B2B Settings", features.OVERVIEW)
	frappe.db.set_single_value("B2B Settings", features.OVERVIEW, 1)
	sales, accountant = (
		factories.user("Sales User", "B2B Sales"),
		factories.user("Accounts Manager", "Sales User"),
	)
	frappe.db.commit()
	try:
		few = {}
		for share in (1,) if options.again else (10, 1):
			size = options.invoices // share, options.quotations // share
			if not options.again:
				began = time.perf_counter()
				_books.write(company, *size)
				analyze(is_bench)
				print(
					f"\n{size[0]:,} invoices, {size[1]:,} quotations written in {time.perf_counter() - began:.0f} s"
				)
			frappe.set_user(sales)
			ours = of_tabs(company, options.times)
			frappe.set_user(accountant)
			theirs = of_erpnext(company, options.times)
			frappe.set_user("Administrator")
			show(ours, theirs, few, is_bench)
			few = {name: measured.queries for name, measured in ours.items()}
	finally:
		frappe.db.rollback()
		frappe.set_user("Administrator")
		if not options.keep:
			_books.remove()
		for user in (sales, accountant):
			frappe.delete_doc("User", user, force=True, ignore_permissions=True)
		frappe.db.set_single_value("B2B Settings", features.OVERVIEW, int(switch or 0))
		frappe.db.commit()
	return 0


def arguments() -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="./dev benchmark overview", description=__doc__.splitlines()[0])
	parser.add_argument("--invoices", type=int, default=10_000)
	parser.add_argument("--quotations", type=int, default=5_000)
	parser.add_argument("--times", type=int, default=15)
	parser.add_argument("--keep", action="store_true")
	parser.add_argument("--again", action="store_true", help="the data are there: of all of them only")
	return parser.parse_args()


def analyze(is_bench: bool) -> None:
	"""A database gathers its statistics by and by; after so many rows at once they are not there yet."""
	if is_bench:
		for doctype in (*_books.PARENTS, *_books.ROWS, *_books.LEDGERS):
			frappe.db.sql(f"analyze table `tab{doctype}`")


# ours


def of_tabs(company: str, times: int) -> dict[str, Measured]:
	route = next(route for route in routes.ROUTES if route.path == f"{routes.CUSTOMER}/360")
	pages = next(route for route in routes.ROUTES if route.path == f"{routes.CUSTOMER}/360/history")
	card = next(route for route in routes.ROUTES if route.path == f"{routes.CUSTOMER}/360/essentials")
	found = {
		name: measured(lambda name=name: ask(route, PATH, tabs=name, company=company), times) for name in TABS
	}
	found["labels of all tabs"] = measured(lambda: ask(route, PATH, tabs="", company=company), times)
	found["beside a Quotation"] = measured(lambda: ask(card, f"{PATH}/essentials", company=company), times)
	first = ask(pages, f"{PATH}/history")
	following = measured(lambda: ask(pages, f"{PATH}/history", before=first["next"]), times)
	return {**found, "history, next page": following}


def ask(route: routes.Route, path: str, **given: str) -> dict[str, Any]:
	"""As Frappe answers the request, from its dispatch to the encoded answer."""
	builder = EnvironBuilder(method="GET", path=path, query_string=urlencode(given))
	frappe.local.request = Request(builder.get_environ())
	make_form_dict(frappe.local.request)
	response = routes.answer(route, customer=_books.CUSTOMER)
	data = response.get_json()["data"]
	failed = [name for name, tab in data.get("tabs", {}).items() if "error" in tab]
	assert not failed, failed
	return data


def measured(work: Callable[[], Any], times: int) -> Measured:
	def once() -> float:
		new_request()
		return milliseconds(work)

	once()
	with patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
		once()
	return Measured(statistics.median(once() for _ in range(times)), sql.call_count)


def new_request() -> None:
	"""Nothing that an earlier request has read is at hand: only what a process or Redis keeps."""
	local = frappe.local
	local.role_permissions, local.document_cache, local.meta_cache = {}, {}, {}
	local.request_cache.clear()
	frappe.db.value_cache.clear()
	local.form_dict = frappe._dict()


# ERPNext's


def of_erpnext(company: str, times: int) -> dict[str, Measured]:
	from erpnext.accounts.party import get_dashboard_info
	from erpnext.selling.doctype.customer.customer import get_customer_outstanding

	works: dict[str, Callable[[], Any]] = {
		"get_dashboard_info": lambda: get_dashboard_info("Customer", _books.CUSTOMER),
		"get_customer_outstanding": lambda: get_customer_outstanding(_books.CUSTOMER, company),
	}
	try:
		from erpnext.accounts.report.accounts_receivable.accounts_receivable import execute
	except ImportError:
		# the stand-in has no reports
		execute = None
	if execute:
		filters = {
			"company": company,
			"report_date": nowdate(),
			"ageing_based_on": "Due Date",
			"range": "30, 60, 90, 120",
			"party_type": "Customer",
			"party": [_books.CUSTOMER],
		}
		works["Accounts Receivable"] = lambda: execute(frappe._dict(filters))
	return {name: measured(work, times) for name, work in works.items()}


def show(ours: dict[str, Measured], theirs: dict[str, Measured], few: dict[str, int], is_bench: bool) -> None:
	print(f"\n  {'':28} {'ms':>7} {'queries':>8}")
	for name, one in ours.items():
		told = (
			[f"goal < {GOAL_MS} ms: {'reached' if one.ms < GOAL_MS else 'NOT reached'}"] if is_bench else []
		)
		if name in few and few[name] != one.queries:
			told.append(f"NOT as many queries as with a tenth: {few[name]}")
		print(f"  {name:28} {one.ms:7.1f} {one.queries:8}   {'; '.join(told)}")
	for name, one in theirs.items():
		print(f"  ERPNext's {name:18} {one.ms:7.1f} {one.queries:8}")


if __name__ == "__main__":
	raise SystemExit(main())
