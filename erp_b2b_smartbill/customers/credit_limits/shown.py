"""Requests as they are shown, for whoever may read them."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from pypika import Table
from pypika.terms import Criterion

from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.credit_limits import states
from erp_b2b_smartbill.customers.credit_limits.asking import REQUEST
from erp_b2b_smartbill.customers.overview.links import link_to
from erp_b2b_smartbill.customers.overview.scope import Scope
from erp_b2b_smartbill.exceptions import not_found
from erp_b2b_smartbill.permissions import CREDIT_DECIDERS

MAX_ROWS = 20
FIELDS = (
	"name",
	"customer",
	"company",
	"currency",
	"current_limit",
	"current_source",
	"requested_limit",
	"reason",
	"status",
	"requested_by",
	"requested_at",
	"approved_limit",
	"decided_by",
	"decided_at",
	"decision_reason",
)


def one(doc: Any) -> dict[str, Any]:
	return _views([{field: doc.get(field) for field in FIELDS}])[0]


def of(scope: Scope, limit: int = MAX_ROWS) -> dict[str, Any]:
	"""{rows, total}: those of the customer that the user may see, the open ones first, then the newest."""
	table = frappe.qb.DocType(REQUEST)
	theirs = _theirs(scope, table)
	# an open one has a key, the others have nothing: which comes first is not the same on every database
	is_open = frappe.qb.terms.Case().when(table.status == states.OPEN, 0).else_(1)
	rows = (
		frappe.qb.from_(table)
		.select(*(table[field] for field in FIELDS))
		.where(theirs)
		.orderby(is_open)
		.orderby(table.requested_at, order=frappe.qb.desc)
		.limit(limit)
		.run(as_dict=True)
	)
	total = frappe.qb.from_(table).select(Count("*")).where(theirs).run()[0][0]
	return {"rows": _views(rows), "total": total}


def waiting(scope: Scope) -> int:
	"""How many of them wait for a decision."""
	table = frappe.qb.DocType(REQUEST)
	are_open = _theirs(scope, table) & (table.status == states.OPEN)
	return frappe.qb.from_(table).select(Count("*")).where(are_open).run()[0][0]


def _theirs(scope: Scope, table: Table) -> Criterion:
	"""Where the user is not shown credit, only what he asked for himself."""
	all_of = [name for name in scope.companies if credit.may_see(name)]
	own = table.company.isin(list(scope.companies) or [""]) & (table.requested_by == frappe.session.user)
	return (table.customer == scope.customer) & (table.company.isin(all_of or [""]) | own)


def readable(customer: str, name: str) -> str:
	"""The name of the customer's request. Raises NotFound when there is none, or the user may not read it."""
	if frappe.db.get_value(REQUEST, name, "customer") != customer or not frappe.has_permission(
		REQUEST, "read", doc=name
	):
		raise not_found(_(REQUEST))
	return name


def _views(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
	users = {row[field] for row in rows for field in ("requested_by", "decided_by") if row[field]}
	# never an empty list: the number of queries is to be the same
	names = dict(
		frappe.get_all("User", {"name": ["in", sorted(users) or [""]]}, ["name", "full_name"], as_list=True)
	)
	may_decide = bool(set(CREDIT_DECIDERS) & set(frappe.get_roles()))
	link = link_to(REQUEST, "any") is not None
	return [_view(row, names, may_decide=may_decide, link=link) for row in rows]


def _view(row: dict[str, Any], names: dict[str, str], *, may_decide: bool, link: bool) -> dict[str, Any]:
	is_open = row["status"] == states.OPEN
	is_own = row["requested_by"] == frappe.session.user
	sees_limit = credit.may_see(row["company"])
	return {
		**row,
		"current_limit": (row["current_limit"] or None) if sees_limit else None,
		"current_source": (row["current_source"] or None) if sees_limit else None,
		"approved_limit": row["approved_limit"] if row["status"] == states.APPROVED else None,
		"requested_by_name": names.get(row["requested_by"]),
		"decided_by_name": names.get(row["decided_by"]),
		"may_decide": is_open and may_decide and not is_own,
		"may_withdraw": is_open and is_own,
		"link": {"doctype": REQUEST, "name": row["name"]} if link else None,
	}
