"""What a list of a customer's invoices is asked for, and the places in it: for both sources alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from frappe.query_builder.functions import Lower
from frappe.utils import flt
from pypika import Case, Order, Table
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term

from erp_b2b_smartbill.customers.overview.cursor import Cursor

ERPNEXT, SMARTBILL = "erpnext", "smartbill"
SOURCES = (ERPNEXT, SMARTBILL)


@dataclass(frozen=True)
class Wanted:
	"""`since` and `until` are days, both inclusive; `text` is a part of the number."""

	status: str | None = None
	source: str | None = None
	since: date | None = None
	until: date | None = None
	text: str | None = None
	after: Cursor | None = None


EVERYTHING = Wanted()


def money(amount: Any, currency: str | None) -> dict[str, Any]:
	return {"value": flt(amount, 2), "currency": currency}


def within(wanted: Wanted, day: Term, number: Term) -> Iterator[Criterion]:
	"""The conditions of the period and of the text."""
	if wanted.since:
		yield day >= wanted.since
	if wanted.until:
		yield day <= wanted.until
	if wanted.text:
		yield Lower(number).like(f"%{wanted.text.lower()}%")


def from_cursor(
	query: QueryBuilder, source: str, wanted: Wanted, day: Term, moment: Term, name: Term
) -> QueryBuilder:
	"""From the cursor on, in the order of `newest_first`. Of what is equal, one source goes after the other; names are
	compared by the database only, within one source."""
	cursor = wanted.after
	if cursor:
		ties = None
		if source == cursor.source:
			ties = (moment == cursor.moment) & (name < cursor.name)
		elif source > cursor.source:
			ties = moment == cursor.moment
		earlier = moment < cursor.moment
		query = query.where(
			(day < cursor.day) | ((day == cursor.day) & (earlier if ties is None else earlier | ties))
		)
	return query


def newest_first(query: QueryBuilder, *columns: Term) -> QueryBuilder:
	"""By (day, moment, name)."""
	for column in columns:
		query = query.orderby(column, order=Order.desc)
	return query


def of_customers(customers: tuple[str, ...]) -> Any:
	"""For a list in the desk."""
	return customers[0] if len(customers) == 1 else ["in", list(customers)]


def to_pay(document: Table, prefix: str = "") -> Term:
	"""The total of a document of ERPNext's that somebody pays: rounded where it is. `prefix` "base_" has it in the
	company's currency."""
	rounded, grand = document[f"{prefix}rounded_total"], document[f"{prefix}grand_total"]
	is_rounded = (document.disable_rounded_total == 0) & (rounded != 0)
	return Case().when(is_rounded, rounded).else_(grand)
