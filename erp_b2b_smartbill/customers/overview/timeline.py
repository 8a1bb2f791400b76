"""One timeline of everything between us and a customer, newest first, page by page.

Each source of entries is asked once for a page, whatever there is, and the answers are merged. Names are compared by the
database only, within one source: its collation is not Python's.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.utils import get_datetime, getdate
from pypika.terms import Criterion, Field

from erp_b2b_smartbill.customers.overview import parties
from erp_b2b_smartbill.customers.overview.cursor import Cursor
from erp_b2b_smartbill.customers.overview.links import may_open
from erp_b2b_smartbill.customers.overview.newest import since_day_of
from erp_b2b_smartbill.customers.overview.scope import Scope
from erp_b2b_smartbill.customers.overview.sources import KINDS, Found, Source, everything

PAGE = 20


@dataclass(frozen=True)
class Wanted:
	"""No kinds: all. `since` and `until` are days, both inclusive."""

	kinds: tuple[str, ...] = ()
	before: Cursor | None = None
	since: date | None = None
	until: date | None = None


EVERYTHING = Wanted()


def of(scope: Scope, wanted: Wanted = EVERYTHING) -> dict[str, Any]:
	"""{entries, next, kinds, withheld}, of the company that was asked for or else of all. `next` is the cursor of the
	next page, None after the last one. `kinds` are those that the user may see, [{kind, label}]; `withheld` the others
	that there are."""
	if scope.is_company_given:
		scope = scope.of_company
	there = everything()
	readable = [source for source in there if source.may_read()]
	seen = [kind for kind in KINDS if any(source.kind == kind for source in readable)]
	asked = [source for source in readable if not wanted.kinds or source.kind in wanted.kinds]
	# of every source, whatever is on this page: the number of queries is to be the same
	opens = {doctype: may_open(doctype) for doctype in {source.doctype for source in asked}}
	whom = parties.of(scope)
	found = heapq.merge(*(_newest(source, scope, whom, wanted) for source in asked), key=_order)
	page = [entry for entry, _place in zip(found, range(PAGE + 1), strict=False)]
	shown = page[:PAGE]
	return {
		"entries": _entries(shown, scope, opens),
		"next": str(_cursor(shown[-1])) if len(page) > PAGE else None,
		"kinds": [{"kind": kind, "label": _(KINDS[kind])} for kind in seen],
		"withheld": [
			kind for kind in KINDS if kind not in seen and any(source.kind == kind for source in there)
		],
	}


def _newest(source: Source, scope: Scope, whom: parties.Parties, wanted: Wanted) -> list[Found]:
	"""One more than a page, so that it is known whether there is another."""
	query = source.query(scope, whom)
	day, moment, name = source.day, source.moment, source.name
	for condition in _period(source, wanted):
		query = query.where(condition)
	if wanted.before:
		query = query.where(_after(source, wanted.before))
	if isinstance(day, Field):
		query = since_day_of(query, day, PAGE + 1)
	if day is not None:
		query = query.orderby(day, order=Order.desc)
	rows = (
		query.select(*source.fields, moment.as_("_moment"), (moment if day is None else day).as_("_day"))
		.orderby(moment, order=Order.desc)
		.orderby(name, order=Order.desc)
		.limit(PAGE + 1)
		.run(as_dict=True)
	)
	return [Found(source, getdate(row._day), get_datetime(row._moment), row) for row in rows]


def _period(source: Source, wanted: Wanted) -> Iterable[Criterion]:
	term = source.moment if source.day is None else source.day
	if wanted.since:
		yield term >= (str(_midnight(wanted.since)) if source.day is None else wanted.since)
	if wanted.until:
		if source.day is None:
			yield term < str(_midnight(wanted.until + timedelta(days=1)))
		else:
			yield term <= wanted.until


def _after(source: Source, cursor: Cursor) -> Criterion:
	"""What comes after the cursor in `_order`."""
	day, moment = source.day, source.moment
	# as a document stores it: SQLite compares texts
	its_moment = str(cursor.moment)
	same_moment = moment == its_moment
	# of equals, one source after the other, and the names of one downwards
	if source.key == cursor.source:
		ties = same_moment & (source.name < cursor.name)
	else:
		ties = same_moment if source.key > cursor.source else None
	if day is None:
		earlier = moment < str(cursor.limit)
		return earlier | ties if ties is not None and cursor.moment.date() == cursor.day else earlier
	earlier = moment < its_moment
	within = (day == cursor.day) & (earlier | ties if ties is not None else earlier)
	# said twice for the index's sake
	return (day <= cursor.day) & ((day < cursor.day) | within)


def _order(found: Found) -> tuple[float, float, str]:
	return -found.day.toordinal(), -found.moment.timestamp(), found.source.key


def _cursor(found: Found) -> Cursor:
	return Cursor(found.day, found.moment, found.source.key, str(found.row.name))


def _midnight(day: date) -> datetime:
	return datetime.combine(day, time.min)


def _entries(page: Sequence[Found], scope: Scope, opens: dict[str, bool]) -> list[dict[str, Any]]:
	people = _names({found.row.get("_by") for found in page})
	entries = []
	for found in page:
		source, row = found.source, found.row
		doctype, name = source.doctype, row[source.about]
		by = row.get("_by")
		entries.append(
			{
				"id": f"{source.key}:{row.name}",
				"kind": source.kind,
				"date": found.day,
				"at": found.moment,
				"doctype": doctype,
				"name": name,
				"number": None,
				"title": None,
				"detail": None,
				"status": row.get("status") or None,
				"amount": None,
				"company": row.get("company") or None,
				"party": _party(row, scope),
				"link": {"doctype": doctype, "name": name} if opens[doctype] else None,
				"by": {"user": by, "name": people.get(by) or row.get("_by_name") or by} if by else None,
				**source.entry(row),
			}
		)
	return entries


def _party(row: Any, scope: Scope) -> dict[str, str] | None:
	"""Whom the document names, where that is not the customer itself."""
	doctype, name = row.get("_party_type") or "Customer", row.get("_party")
	if not name or (doctype, name) == ("Customer", scope.customer):
		return None
	return {"doctype": doctype, "name": name}


def _names(users: set[str | None]) -> dict[str, str]:
	user = frappe.qb.DocType("User")
	names = sorted(name for name in users if name) or [""]
	return dict(frappe.qb.from_(user).select(user.name, user.full_name).where(user.name.isin(names)).run())
