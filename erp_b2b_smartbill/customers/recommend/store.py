"""Recommendations and what they are made of, as they are kept. Written here and nowhere else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import create_batch, flt

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.bulk_insert import insert_rows
from erp_b2b_smartbill.customers.recommend.choice import Choice
from erp_b2b_smartbill.customers.recommend.together import Neighbour

RECOMMENDATION, ASSOCIATION = "Item Recommendation", "Item Association"
REORDER, TOGETHER = "Reorder", "Bought Together"

# items whose neighbours are kept in memory
MAX_KNOWN = 20_000
# by one statement
MAX_DELETED = 1_000


def write(customers: Sequence[str], choices: Mapping[str, Choice]) -> int:
	"""Instead of what these customers had. Returns how many there are now."""
	frappe.db.delete(RECOMMENDATION, {"customer": ["in", list(customers)]})
	now = clock.now()
	rows = [
		{"name": _name(), "computed_at": now, **row}
		for customer in customers
		for row in _rows(customer, choices)
	]
	insert_rows(RECOMMENDATION, rows)
	return len(rows)


def _rows(customer: str, choices: Mapping[str, Choice]) -> Iterable[dict[str, Any]]:
	choice = choices.get(customer)
	if not choice:
		return
	for place, (item, habit) in enumerate(choice.habits, 1):
		yield {
			"customer": customer,
			"item_code": item,
			"kind": REORDER,
			"place": place,
			"score": habit.strength,
			"purchases": habit.purchases,
			"interval_days": habit.interval_days,
			"usual_qty": habit.usual_qty,
			"last_on": habit.last_on,
			"due_on": habit.due_on,
			"with_item": None,
			"customers": 0,
		}
	for place, suggestion in enumerate(choice.suggestions, 1):
		yield {
			"customer": customer,
			"item_code": suggestion.item_code,
			"kind": TOGETHER,
			"place": place,
			"score": suggestion.score,
			"purchases": 0,
			"interval_days": 0,
			"usual_qty": 0,
			"last_on": None,
			"due_on": None,
			"with_item": suggestion.with_item,
			"customers": suggestion.customers,
		}


def _name() -> str:
	"""Longer than usual: of half a million, two of ten digits are likely to be the same."""
	return frappe.generate_hash(length=20)


def forget_associations() -> None:
	frappe.db.delete(ASSOCIATION)


def add_associations(found: Iterable[tuple[str, Sequence[Neighbour]]]) -> None:
	insert_rows(
		ASSOCIATION,
		[
			{
				"name": _name(),
				"item_code": item,
				"with_item": one.item_code,
				"customers": one.customers,
				"score": one.score,
			}
			for item, neighbours in found
			for one in neighbours
		],
	)


class Neighbours:
	"""What is bought with items, read when it is first asked for."""

	def __init__(self) -> None:
		self._known: dict[str, list[Neighbour]] = {}

	def of(self, items: Iterable[str]) -> Mapping[str, Sequence[Neighbour]]:
		if len(self._known) > MAX_KNOWN:
			self._known.clear()
		missing = sorted(set(items) - self._known.keys())
		if missing:
			found = _neighbours(missing)
			self._known |= {item: found.get(item, []) for item in missing}
		return self._known


def _neighbours(items: Sequence[str]) -> dict[str, list[Neighbour]]:
	table = DocType(ASSOCIATION)
	found: dict[str, list[Neighbour]] = defaultdict(list)
	for item, other, customers, score in (
		frappe.qb.from_(table)
		.select(table.item_code, table.with_item, table.customers, table.score)
		.where(table.item_code.isin(list(items)))
		.run()
	):
		found[item].append(Neighbour(other, customers, flt(score)))
	return found


def remove_orphans() -> None:
	"""What was written for a Customer while somebody deleted it."""
	table, customer = DocType(RECOMMENDATION), DocType("Customer")
	# found without a lock: a deletion by condition would hold every row that it looks at
	orphans = (
		frappe.qb.from_(table)
		.left_join(customer)
		.on(customer.name == table.customer)
		.select(table.name)
		.where(customer.name.isnull())
		.run(pluck=True)
	)
	for some in create_batch(orphans, MAX_DELETED):
		frappe.db.delete(RECOMMENDATION, {"name": ["in", some]})
