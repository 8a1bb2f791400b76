"""How well recommendations foresee what is ordered, and what the nightly run takes.

./dev benchmark recommendations [--customers 10000] [--items 5000] [--asked 3000] [--only found|run]

Found: a shop with known habits (erp_b2b_smartbill/tests/planted.py): regular orders, things taken along, things that all
buy, and chance. The last order of each customer is left out and looked for among ten items: those recommended, those sold
most, those that the customer bought most.
Run: the same shop as Sales Orders in the database; the weekly run over all customers, then a nightly one after the orders
of one customer in a hundred changed, each with what the process grows by; and one customer's tab.
"""

import argparse
import resource
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import frappe
from _measured import grown, milliseconds, percentile
from frappe.utils import add_days, getdate, now_datetime, nowdate

from erp_b2b_smartbill.bulk_insert import insert_rows
from erp_b2b_smartbill.customers.overview import preferences
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.customers.recommend import run, state, store
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import factories, left_out
from erp_b2b_smartbill.tests.planted import Shop

# customers whose orders are written at once
CHUNK = 200


def main() -> int:
	parser = argparse.ArgumentParser(
		prog="./dev benchmark recommendations", description=__doc__.splitlines()[0]
	)
	parser.add_argument("--customers", type=int, default=10_000)
	parser.add_argument("--items", type=int, default=5_000)
	parser.add_argument("--asked", type=int, default=3_000, help="customers whose last order is looked for")
	parser.add_argument("--only", choices=("found", "run"))
	options = parser.parse_args()
	shop = Shop(options.items, getdate(nowdate()))
	if options.only != "run":
		found(shop, min(options.asked, options.customers))
	if options.only != "found":
		nightly(shop, options.customers)
	return 0


def found(shop: Shop, customers: int) -> None:
	orders = {f"C{number:06}": list(shop.orders(number)) for number in range(customers)}
	began = time.perf_counter()
	results = left_out.compare(orders)
	print(f"last orders of {customers:,} customers left out ({time.perf_counter() - began:.0f} s)")
	print(f"  {'':28} order hit at 10   rows found at 10   new to him, of 20")
	for way, one in results.items():
		print(f"  {way:28} {one.hit:15.1%} {one.lines:18.1%} {one.new:19.1%}")


def nightly(shop: Shop, customers: int) -> None:
	company = factories.company()
	frappe.db.set_single_value("B2B Settings", OVERVIEW, 1)
	print(f"run over {customers:,} customers, {len(shop.items):,} items")
	began = time.perf_counter()
	names = [f"Client {number:06}" for number in range(customers)]
	lines = fill(shop, names, company)
	print(f"  {lines:,} lines of orders written in {time.perf_counter() - began:.0f} s")
	measured("weekly, all customers", lambda: run.recommend(full=True))
	for doctype in (store.RECOMMENDATION, store.ASSOCIATION):
		print(f"    {frappe.db.count(doctype):,} rows of {doctype}")
	changed = names[::100]
	frappe.db.set_value(
		"Sales Order",
		{"customer": ["in", changed], "transaction_date": [">", add_days(nowdate(), -40)]},
		"modified",
		now_datetime() + timedelta(minutes=1),
		update_modified=False,
	)
	frappe.db.commit()
	measured(f"nightly, {len(changed):,} changed", lambda: run.recommend(full=False))
	print(f"    {state.at().done:,} customers looked at")
	shown = [
		milliseconds(lambda name=name: preferences.show(scopes.of(name, company))) for name in names[:200]
	]
	print(
		f"  the tab of a customer: p50 {percentile(shown, 0.5):.1f} ms, p95 {percentile(shown, 0.95):.1f} ms"
	)
	peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
	print(f"  the process at most, with the benchmark itself: {peak:.0f} MB")


def measured(what: str, work: Any) -> None:
	began = time.perf_counter()
	cpu = time.process_time()
	done, memory = grown(work)
	assert done, what
	print(
		f"  {what}: {time.perf_counter() - began:.1f} s, {time.process_time() - cpu:.1f} s of them on a processor, "
		f"grows by {memory:.0f} MB"
	)


def fill(shop: Shop, names: list[str], company: str) -> int:
	"""Customers, items and submitted orders, as a data migration writes them. Returns the number of lines."""
	group = frappe.db.get_value("Customer Group", {"is_group": 0})
	insert_rows(
		"Item",
		[
			{
				"name": item,
				"item_code": item,
				"item_name": f"Articol {item}",
				"item_group": frappe.db.get_value("Item Group", {"is_group": 0}),
				"stock_uom": "Nos",
				"is_sales_item": 1,
				"end_of_life": "2099-12-31",
			}
			for item in shop.items
		],
	)
	written = 0
	for at in range(0, len(names), CHUNK):
		some = range(at, min(at + CHUNK, len(names)))
		insert_rows(
			"Customer",
			[{"name": names[one], "customer_name": names[one], "customer_group": group} for one in some],
		)
		orders, rows = [], []
		for number, on, items in of_some(shop, some):
			name = f"BREC-{number:06}-{on:%y%m%d}"
			orders.append(
				{
					"name": name,
					"customer": names[number],
					"company": company,
					"transaction_date": on,
					"currency": "RON",
					"status": "Completed",
				}
			)
			rows += [
				{
					"name": f"{name}-{item}",
					"parent": name,
					"parenttype": "Sales Order",
					"parentfield": "items",
					"item_code": item,
					"qty": qty,
					"stock_qty": qty,
					"uom": "Nos",
					"rate": 10,
				}
				for item, qty in items.items()
			]
		insert_rows("Sales Order", orders)
		insert_rows("Sales Order Item", rows)
		written += len(rows)
		frappe.db.commit()
	frappe.db.sql(
		"update `tabSales Order` set docstatus = 1, modified = %s where name like %s",
		(add_days(nowdate(), -2), "BREC-%"),
	)
	frappe.db.commit()
	return written


def of_some(shop: Shop, numbers: range) -> Iterator[tuple[int, Any, dict[str, float]]]:
	for number in numbers:
		for order in shop.orders(number):
			yield number, order.on, order.items


if __name__ == "__main__":
	raise SystemExit(main())
