"""What the session's user may do with the Customer that he picks, and where a new one stands so that he may read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.defaults import get_defaults_for
from frappe.permissions import filter_allowed_docs_for_doctype, get_user_permissions

from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.exceptions import Conflict, NotAllowed, not_found


def usable(customers: Iterable[str]) -> str:
	"""The oldest of the Customers that the user may read and that is not disabled; they are one company. Raises NotFound
	when there are none, NotAllowed when he may read none of them, Conflict when all are disabled."""
	return _usable(_readable(_rows(customers)))


def the_one(customers: Iterable[str]) -> str:
	"""As `usable`, of Customers that each are surely the same as one record. By an e-mail or a phone those may be several
	companies, and whose the record is only a person can say: raises Conflict, which names those that he may read."""
	rows = _rows(customers)
	readable = _readable(rows)
	# whatever the user may see, and whichever is disabled: those he may not take are as likely meant
	if len(rows) > 1 and not _share_a_cui(rows):
		raise _ambiguous([row.name for row in readable])
	return _usable(readable)


def _rows(customers: Iterable[str]) -> list[Any]:
	"""The oldest first. Raises NotFound when there are none."""
	rows = frappe.get_all(
		"Customer",
		{"name": ["in", list(customers)]},
		["name", "disabled", "tax_id"],
		order_by="creation asc, name asc",
	)
	if not rows:
		raise not_found()
	return rows


def _readable(rows: Iterable[Any]) -> list[Any]:
	"""Raises NotAllowed when there are none of them."""
	readable = [row for row in rows if may_read(row.name)]
	if not readable:
		# not even its name: only that it need not be made
		raise NotAllowed(
			_(
				"This company is a Customer already, one that you may not see. Ask somebody with one of these roles: {0}."
			).format(_makers()),
			code="hidden_customer",
		)
	return readable


def _usable(readable: list[Any]) -> str:
	enabled = [row.name for row in readable if not row.disabled]
	if not enabled:
		raise disabled(readable[0].name)
	return enabled[0]


def _share_a_cui(rows: Iterable[Any]) -> bool:
	cuis = {identity.valid_cui(row.tax_id) for row in rows}
	return len(cuis) == 1 and None not in cuis


def _ambiguous(customers: list[str]) -> Conflict:
	"""To be raised."""
	text = _(
		"Several Customers could be this company, among them {0}. Pick the right Customer itself."
	).format(", ".join(customers))
	return Conflict(
		text,
		code="ambiguous",
		problems=[
			{"field": "id", "message": name, "doctype": "Customer", "name": name} for name in customers
		],
	)


def may_read(customer: str) -> bool:
	return bool(frappe.has_permission("Customer", "read", doc=customer))


def disabled(customer: str) -> Conflict:
	"""To be raised."""
	text = _("The Customer {0} is disabled. Whoever may change it can enable it again.").format(customer)
	return Conflict(
		text,
		code="disabled",
		problems=[{"field": "id", "message": text, "doctype": "Customer", "name": customer}],
	)


def require_create() -> None:
	"""Raises NotAllowed with whom to ask."""
	if not frappe.has_permission("Customer", "create"):
		raise NotAllowed(
			_(
				"This company is no Customer yet, and you may not make one. Ask somebody with one of these roles: {0}."
			).format(_makers())
		)


def require_readable(customer: str) -> None:
	"""Of a new Customer. Raises NotAllowed: whoever catches it has to undo the making."""
	if not may_read(customer):
		raise NotAllowed(
			_(
				"You could not see the new Customer, so it was not made. Ask somebody with one of these roles: {0}."
			).format(_makers())
		)


def place(doctype: str, wish: str | None = None) -> str | None:
	"""The Customer Group or Territory of a Customer that the user makes: the wish, or what his own settings say, or
	ERPNext's, whichever his User Permissions let him read first. None leaves it to customers/onboard."""
	permitted, default = filter_allowed_docs_for_doctype(
		get_user_permissions(frappe.session.user).get(doctype, []), "Customer", with_default_doc=True
	)
	field = frappe.scrub(doctype)
	wishes = [wish, default, _own_default(field)]
	if permitted:
		wishes.append(frappe.db.get_single_value("Selling Settings", field))
	for one in wishes:
		if one and (not permitted or one in permitted) and _takes_customers(doctype, one):
			return one
	if not permitted:
		return None
	inside = {"name": ["in", permitted], "is_group": 0}
	return next(iter(frappe.get_all(doctype, inside, pluck="name", order_by="lft asc", limit=1)), None)


def _own_default(field: str) -> str | None:
	"""What the user has set for himself, not what the site has set for everybody."""
	value = get_defaults_for(frappe.session.user).get(field)
	return value[0] if isinstance(value, list) else value


def _takes_customers(doctype: str, name: str) -> bool:
	return frappe.db.get_value(doctype, name, "is_group") == 0


def _makers() -> str:
	"""Whom to ask: the roles that may make Customers."""
	roles = dict.fromkeys(
		rule.role for rule in frappe.get_meta("Customer").permissions if rule.create and not rule.permlevel
	)
	return ", ".join(_(role) for role in roles) or _("System Manager")
