"""What the workspace draws: two figures by week, one by outcome, and a number. Each is over the last weeks and over what
the session's user may read, in one query that an index bounds.

They are sources of charts rather than charts of Frappe's own, for what Frappe computes of a chart it keeps and shows to
everybody, whatever each may read.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import flt, format_date, getdate
from pypika.queries import QueryBuilder

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.permissions import readable
from erp_b2b_smartbill.registration import states as registration_states
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.text import N_

# a quarter
WEEKS = 13

PROFORMA = "SmartBill Proforma"
QUOTATION = "Quotation"
REGISTRATION = "B2B Registration"

# with a number
ISSUED = (states.ISSUED, states.INVOICED)
ORDERED = ("Ordered", "Partially Ordered")

# the workspace's, without their tags, as newer versions of Frappe translate them
HEADINGS = (N_("What waits and what is owed"), N_("Go to"), N_("Everything"))

Chart = dict[str, Any]


@frappe.whitelist()
def proformas_by_week() -> Chart | None:
	"""Values without VAT. Each currency has bars of its own: a sum of several would be a figure of nothing."""
	weeks = _weeks()
	doc = frappe.qb.DocType(PROFORMA)
	rows = _of_readable(
		PROFORMA,
		frappe.qb.from_(doc)
		.select(doc.issue_date, doc.currency, Sum(doc.net_total))
		.where(doc.status.isin(ISSUED) & _within(doc.issue_date, weeks))
		.groupby(doc.issue_date, doc.currency),
	)
	found = [(getdate(day), currency, flt(value)) for day, currency, value in rows]
	totals = _totals((currency, value) for _day, currency, value in found)
	return _by_week(weeks, [(name, name) for name in sorted(totals, key=lambda one: -totals[one])], found)


@frappe.whitelist()
def quotations_converted() -> Chart | None:
	"""How many submitted quotations of each week were ordered or have a proforma, and how many neither."""
	weeks = _weeks()
	doc = frappe.qb.DocType(QUOTATION)
	rows = _of_readable(
		QUOTATION,
		frappe.qb.from_(doc)
		.select(doc.transaction_date, doc.status, doc.smartbill_status, Count("*"))
		.where((doc.docstatus == 1) & _within(doc.transaction_date, weeks))
		.groupby(doc.transaction_date, doc.status, doc.smartbill_status),
	)
	found = [
		(getdate(day), "yes" if status in ORDERED or proforma in ISSUED else "no", count)
		for day, status, proforma, count in rows
	]
	return _by_week(weeks, [("yes", _("Converted")), ("no", _("Not converted"))], found)


@frappe.whitelist()
def registrations_by_outcome() -> Chart | None:
	"""How the requests of the last weeks stand; one that nobody has confirmed is none yet."""
	doc = frappe.qb.DocType(REGISTRATION)
	rows = _of_readable(
		REGISTRATION,
		frappe.qb.from_(doc)
		.select(doc.status, Count("*"))
		.where((doc.submitted_at >= _weeks()[0]) & (doc.status != registration_states.AWAITING_CONFIRMATION))
		.groupby(doc.status),
	)
	if not rows:
		return None
	counts = dict(rows)
	# as short as a bar is wide
	outcomes = {
		registration_states.PENDING: _("Waiting"),
		registration_states.INFORMATION_REQUESTED: _("Asked"),
		registration_states.APPROVED: _("Approved"),
		registration_states.REJECTED: _("Rejected"),
		registration_states.WITHDRAWN: _("Withdrawn"),
	}
	return {
		"labels": list(outcomes.values()),
		"datasets": [{"name": _("Registrations"), "values": [counts.get(one, 0) for one in outcomes]}],
	}


@frappe.whitelist()
def overdue_proformas() -> dict[str, Any]:
	"""For a number card: how many are due and unpaid, and the list that proves it."""
	today = clock.now().date()
	doc = frappe.qb.DocType(PROFORMA)
	((count,),) = _of_readable(
		PROFORMA,
		frappe.qb.from_(doc)
		.select(Count("*"))
		.where(doc.status.isin(ISSUED) & (doc.due_date < today))
		.where(doc.payment_status.isnull() | (doc.payment_status != "Paid")),
	)
	return {
		"value": count,
		"fieldtype": "Int",
		"route": ["List", PROFORMA, "List"],
		"route_options": {
			"status": ["in", list(ISSUED)],
			"payment_status": ["!=", "Paid"],
			"due_date": ["<", str(today)],
		},
	}


def _of_readable(doctype: str, query: QueryBuilder) -> tuple[tuple[Any, ...], ...]:
	"""The query's rows of those documents that the session's user may read. Raises PermissionError."""
	if not frappe.has_permission(doctype, "read"):
		# Frappe shows them every chart, whatever they may read
		if "System Manager" in frappe.get_roles():
			return ()
		raise frappe.PermissionError
	allowed = readable(doctype)
	return (query if allowed is None else query.where(allowed)).run()


def _weeks() -> list[date]:
	"""The Mondays of the last weeks, this one the last."""
	today = clock.now().date()
	monday = today - timedelta(days=today.weekday())
	return [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]


def _within(field: Any, weeks: list[date]) -> Any:
	return (field >= weeks[0]) & (field < weeks[-1] + timedelta(weeks=1))


def _totals(found: Iterable[tuple[str, float]]) -> dict[str, float]:
	totals: dict[str, float] = {}
	for name, value in found:
		totals[name] = totals.get(name, 0) + value
	return totals


def _by_week(
	weeks: list[date], names: list[tuple[str, str]], found: list[tuple[date, str, float]]
) -> Chart | None:
	"""A chart with a dataset for each of `names`, (key, label). None when there is nothing to draw."""
	if not found:
		return None
	values = {key: [0.0] * len(weeks) for key, _label in names}
	for day, key, value in found:
		values[key][(day - weeks[0]).days // 7] += value
	return {
		"labels": [format_date(monday, "d MMM") for monday in weeks],
		"datasets": [
			{"name": label, "values": [flt(value, 2) for value in values[key]]} for key, label in names
		],
	}
