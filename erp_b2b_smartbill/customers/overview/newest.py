"""The newest of a customer's documents, found by their day."""

from __future__ import annotations

from datetime import date

from frappe.query_builder import Order
from frappe.utils import getdate
from pypika.queries import QueryBuilder
from pypika.terms import Field


def since_day_of(query: QueryBuilder, day: Field, number: int) -> QueryBuilder:
	"""`query` of the days on which its newest `number` entries are: one query more. A database finds the last of these
	days by the index of days, or among few documents; asked for the entries at once, it sorts all that the customer ever
	had."""
	rows = query.select(day).orderby(day, order=Order.desc).limit(1).offset(number - 1).run()
	return query.where(day >= (getdate(rows[0][0]) if rows else date.min))
