"""Who did what, when, from where and why: the Business Events of some days, filtered, to read and to export."""

import json
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType, Order
from frappe.query_builder.functions import Count
from frappe.utils import getdate
from pypika.terms import Criterion

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import origin, personal
from erp_b2b_smartbill.permissions import AUDIT_READERS, readable, require_role

MAX_ROWS = 5_000
# that a filter offers; others are typed
MAX_USERS = 500
DAYS = 30
_EQUAL = ("event", "reference_doctype", "reference_name", "user", "on_behalf_of", "origin")


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Called by Frappe: (columns, rows, message)."""
	require_role(*AUDIT_READERS)
	given = frappe._dict(filters or {})
	table = DocType(audit.EVENT)
	which = _which(table, given)
	if (may_read := readable(audit.EVENT)) is not None:
		which = which & may_read
	rows = (
		frappe.qb.from_(table)
		.select(
			table.occurred_at,
			table.event,
			table.reference_doctype,
			table.reference_name,
			table.original_name,
			table.user,
			table.on_behalf_of,
			table.origin,
			table.reason,
			table.before,
			table.after,
			table.personal,
			table.who,
			table.seal_number,
			table.name,
		)
		.where(which)
		.orderby(table.occurred_at, order=Order.desc)
		.orderby(table.name, order=Order.desc)
		.limit(MAX_ROWS + 1)
		.run(as_dict=True)
	)
	message = None
	if len(rows) > MAX_ROWS:
		rows.pop()
		total = frappe.qb.from_(table).select(Count("*")).where(which).run()[0][0]
		message = _("{0} of {1} events are shown: choose fewer days, or filter.").format(MAX_ROWS, total)
	sees_people = 1 in frappe.get_meta(audit.EVENT).get_permlevel_access("read")
	return _columns(sees_people), [_row(row, sees_people) for row in rows], message


@frappe.whitelist(methods=["GET", "POST"])
def choices() -> dict[str, list[dict[str, str]]]:
	"""What the filters offer, by their names: [{value, label}] in the order of the labels."""
	require_role(*AUDIT_READERS)
	# constants of the modules, each a label
	events = _constants(audit) - {audit.EVENT}
	users = frappe.get_all(
		"User", {"enabled": 1}, ["name", "full_name"], order_by="full_name", limit=MAX_USERS
	)
	people = [{"value": user.name, "label": user.full_name or user.name} for user in users]
	return {
		"event": _sorted((name, _(name)) for name in events),
		"reference_doctype": _sorted((name, _(name)) for name in (*shown_in(), "B2B Settings", "User")),
		"user": people,
		"on_behalf_of": people,
		"origin": _sorted((name, _(name, context="Business Event")) for name in _constants(origin)),
	}


def shown_in() -> list[str]:
	"""The doctypes whose forms show events."""
	hooks = frappe.get_hooks("additional_timeline_content")
	own = "erp_b2b_smartbill.audit.timeline.of_document"
	return [doctype for doctype, methods in hooks.items() if own in methods]


def _constants(module: Any) -> set[str]:
	return {value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}


def _sorted(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
	return [{"value": value, "label": label} for value, label in sorted(pairs, key=lambda pair: pair[1])]


def _which(table: Any, given: Any) -> Criterion:
	until = getdate(given.to_date)
	since = getdate(given.from_date) if given.from_date else until - timedelta(days=DAYS)
	# as it is stored: SQLite compares texts
	which = (table.occurred_at >= str(datetime.combine(since, time.min))) & (
		table.occurred_at < str(datetime.combine(until + timedelta(days=1), time.min))
	)
	for field in _EQUAL:
		if given.get(field):
			which = which & (table[field] == given[field])
	if given.seal:
		which = which & (table.seal_number > 0 if given.seal == "sealed" else table.seal_number == 0)
	return which


def _row(row: Any, sees_people: bool) -> dict[str, Any]:
	"""Without what stands apart for whoever may not see that."""
	if not sees_people:
		row.personal = row.who = None
	before, after = personal.whole(row)
	reason = personal.reason(row)
	return {
		**row,
		"event": _(row.event),
		"origin": _(row.origin, context="Business Event") if row.origin else None,
		"reason": reason,
		"before": _said(before),
		"after": _said(after),
		"ip": personal.values(row.who).get("ip"),
		"personal": None,
		"who": None,
		"seal_number": row.seal_number or None,
	}


def _said(values: dict[str, Any]) -> str | None:
	return json.dumps(values, ensure_ascii=False, default=str) if values else None


def _columns(sees_people: bool) -> list[dict[str, Any]]:
	def column(fieldname: str, label: str, width: int, fieldtype: str = "Data", options: str = "") -> dict:
		return {
			"fieldname": fieldname,
			"label": label,
			"width": width,
			"fieldtype": fieldtype,
			"options": options,
			# by itself v15 puts a text to the right where the first row has none
			**({} if fieldtype == "Int" else {"align": "left"}),
		}

	columns = [
		column("occurred_at", _("When"), 190, "Datetime"),
		column("event", _("Event"), 220),
		column("reference_doctype", _("Reference Document Type"), 190),
		column("reference_name", _("Reference Name"), 170, "Dynamic Link", "reference_doctype"),
		column("original_name", _("Original Name"), 150),
		column("user", _("User"), 180, "Link", "User"),
		column("on_behalf_of", _("On Behalf Of"), 150, "Link", "User"),
		column("origin", _("Origin"), 100),
		column("reason", _("Reason"), 240),
		column("before", _("Before"), 240),
		column("after", _("After"), 240),
		column("seal_number", _("Seal Number"), 100, "Int"),
		column("name", _("Business Event"), 120, "Link", "Business Event"),
	]
	if sees_people:
		columns.insert(8, column("ip", _("IP Address"), 120))
	return columns
