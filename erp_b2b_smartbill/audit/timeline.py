"""The events of a document in the timeline of its form, for those who may read Business Events."""

from __future__ import annotations

from itertools import chain
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import frappe
from frappe import _
from frappe.query_builder import DocType, Order
from frappe.utils import escape_html, get_url_to_form, get_url_to_report_with_filters, quoted
from pypika.terms import Criterion

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal

SHOWN = 50
_OF_QUOTATION = ("SmartBill Proforma", "SmartBill Invoice")


def of_document(doctype: str, docname: str) -> list[dict[str, Any]]:
	"""Hook `additional_timeline_content`: the newest events, as the timeline takes them. A Quotation shows those of its
	proformas and invoices, too."""
	if not frappe.has_permission(audit.EVENT, "read"):
		return []
	table, user = DocType(audit.EVENT), DocType("User")
	rows = (
		frappe.qb.from_(table)
		.left_join(user)
		.on(user.name == table.user)
		.select(
			table.name,
			table.event,
			table.occurred_at,
			table.origin,
			table.reason,
			table.personal,
			table.user,
			table.on_behalf_of,
			table.reference_doctype,
			table.reference_name,
			user.full_name,
		)
		.where(_concerns(table, doctype, docname))
		.orderby(table.occurred_at, order=Order.desc)
		.orderby(table.name, order=Order.desc)
		.limit(SHOWN + 1)
		.run(as_dict=True)
	)
	sees_people = 1 in frappe.get_meta(audit.EVENT).get_permlevel_access("read")
	contents = [_content(row, docname, sees_people) for row in rows[:SHOWN]]
	if len(rows) > SHOWN:
		contents.append(_more(rows[SHOWN - 1], doctype, docname))
	return contents


def _concerns(table: Any, doctype: str, name: str) -> Criterion:
	own = (table.reference_doctype == doctype) & (table.reference_name == name)
	if doctype != "Quotation":
		return own
	# the names are read before, so that the index finds their events among all: no database does that for a subquery
	# beside an `or`
	made = {of: frappe.get_all(of, {"quotation": name}, pluck="name", limit=0) for of in _OF_QUOTATION}
	found = own
	for of, names in made.items():
		if names:
			found |= (table.reference_doctype == of) & table.reference_name.isin(names)
	return table.reference_name.isin([name, *chain.from_iterable(made.values())]) & found


def _content(row: Any, docname: str, sees_people: bool) -> dict[str, Any]:
	url = _here(get_url_to_form(audit.EVENT, row.name))
	link = f'<a href="{escape_html(url)}">{escape_html(_(row.event))}</a>'
	who = escape_html(row.full_name or row.user or "")
	if row.on_behalf_of:
		who = _("{0} for {1}").format(who, escape_html(row.on_behalf_of))
	parts = [f"<b>{who}</b> {link}"]
	if row.reference_name != docname:
		parts.append(escape_html(row.reference_name or ""))
	if row.origin:
		parts.append(escape_html(_(row.origin, context="Business Event")))
	reason = personal.reason(row) if sees_people or row.reason != personal.APART else None
	if reason:
		parts.append(escape_html(reason))
	return {
		"is_card": False,
		"creation": str(row.occurred_at),
		"content": " · ".join(parts),
	}


def _here(url: str) -> str:
	"""Without the site's name, which the browser may know by another one. v16 has its desk elsewhere than v15, and
	follows a link without loading the desk again only where it begins with that."""
	parts = urlsplit(url)
	return urlunsplit(("", "", parts.path, parts.query, ""))


def _more(row: Any, doctype: str, docname: str) -> dict[str, Any]:
	filters = f"reference_doctype={quoted(doctype)}&reference_name={quoted(docname)}"
	link = _here(get_url_to_report_with_filters("Business Events", filters))
	text = _("Older business events")
	return {
		"is_card": False,
		"creation": str(row.occurred_at),
		"content": f'<a href="{escape_html(link)}">{escape_html(text)}</a>',
	}
