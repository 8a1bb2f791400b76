"""Who changes the credit limits of a Customer, and the record of it.

The guard and its record hold while Customer 360 is switched on: off, limits are changed by whoever may change the
Customer, as on a site without this app. (The tier, which is ours, is guarded always.)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, features
from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.credit_limits import changes, states
from erp_b2b_smartbill.permissions import CREDIT_GIVERS

if TYPE_CHECKING:
	from frappe.model.document import Document

# of a row: whose it is
PLACE = ("parenttype", "parent", "parentfield")
OWNERS = {"Customer", "Customer Group"}


def require_giver(
	customer: str | None, before: Iterable[Any], after: Iterable[Any], *, is_granted: bool = False
) -> None:
	"""Raises PermissionError when the rows differ and the session's user may not change them, or has asked for such a
	change himself. `is_granted` is for what somebody who may has decided, as the approval of a registration."""
	gone, come = changes.between(before, after)
	if not (gone or come) or not _is_on():
		return
	if not (is_granted or set(CREDIT_GIVERS) & set(frappe.get_roles())):
		frappe.throw(
			_(
				"Only {0} change the credit limit of a Customer. Ask for another one with a Credit Limit Request."
			).format(", ".join(_(role) for role in CREDIT_GIVERS)),
			frappe.PermissionError,
		)
	companies = {row["company"] or "" for row in (*gone, *come)}
	_require_not_asked([request for request in _asked(customer or "") if request.company in companies])


def require_not_own_group(customer: Document, old: str | None, new: str | None) -> None:
	"""Raises PermissionError when the customer has another limit in its new customer group, and the session's user has
	asked for another one himself."""
	groups = old or "", new or ""
	if groups[0] == groups[1] or not _is_on() or not (asked := _asked(customer.name)):
		return
	limits = credit.limits_in_groups(customer.name, groups)
	_require_not_asked(
		[
			request
			for request in asked
			if limits[groups[0], request.company] != limits[groups[1], request.company]
		]
	)


def require_not_own_of_group(group: str | None, before: Iterable[Any], after: Iterable[Any]) -> None:
	"""As `require_giver`, for the limits of a customer group: whose they are is ERPNext's business, but nobody gives to a
	customer of it what he asked for himself."""
	gone, come = changes.between(before, after)
	if not (gone or come) or not _is_on():
		return
	companies = {row["company"] or "" for row in (*gone, *come)}
	asked = [request for request in _asked() if request.company in companies]
	groups = _groups_of(asked)
	_require_not_asked([request for request in asked if groups.get(request.customer) == group])


def require_not_own_of_company(company: str) -> None:
	"""As `require_not_own_of_group`, for a company whose limit is another one now."""
	if _is_on():
		_require_not_asked([request for request in _asked() if request.company == company])


def _asked(customer: str | None = None) -> list[Any]:
	"""The open requests of the session's user: all, or those for one customer."""
	own = {"status": states.OPEN, "requested_by": frappe.session.user}
	if customer is not None:
		own["customer"] = customer
	return frappe.get_all("Credit Limit Request", own, ["name", "customer", "company"])


def _groups_of(requests: list[Any]) -> dict[str, str]:
	"""The customer group of each of their customers."""
	if not requests:
		return {}
	names = ["in", sorted({request.customer for request in requests})]
	return dict(frappe.get_all("Customer", {"name": names}, ["name", "customer_group"], as_list=True))


def _require_not_asked(requests: list[Any]) -> None:
	if requests:
		frappe.throw(
			_(
				"You asked for another limit yourself: somebody else decides about {0}. Take it back to change the limit."
			).format(requests[0].name),
			frappe.PermissionError,
		)


def place(row: Document) -> tuple[str | None, str | None]:
	"""(doctype, name) of the document that the database counts the row to, as they are stored; None for what is not
	there. MariaDB takes "customer " for "Customer"."""
	doctype = frappe.db.get_value("DocType", row.parenttype, "name") if row.parenttype else None
	name = frappe.db.get_value(doctype, row.parent, "name") if doctype and row.parent else None
	return doctype, name


def require_exact_place(row: Document) -> None:
	"""Raises PermissionError for a row that names its document otherwise than it is called: the document would have the
	row on some databases, and nothing that asks whose it is would know."""
	if row.parenttype and _is_on() and place(row) != (row.parenttype, row.parent):
		frappe.throw(
			_("A credit limit names its document exactly: {0} {1} is not there.").format(
				row.parenttype, row.parent
			),
			frappe.PermissionError,
		)


def require_same_place(before: Document, after: Document) -> None:
	"""Raises PermissionError when a stored row was moved to a Customer or a customer group, or away from one. No form
	does that, and it would change two limits as if nothing had changed."""
	places = [tuple(row.get(field) for field in PLACE) for row in (before, after)]
	if places[0] != places[1] and OWNERS & {before.parenttype, after.parenttype} and _is_on():
		frappe.throw(
			_("A credit limit stays where it is: it is not moved to another document."),
			frappe.PermissionError,
		)


def record(
	customer: Document, before: Iterable[Any], after: Iterable[Any], reason: str | None = None
) -> None:
	"""One Business Event for all the rows that differ."""
	gone, come = changes.between(before, after)
	if (gone or come) and _is_on():
		audit.record(
			audit.CREDIT_LIMIT_CHANGED,
			customer,
			{"credit_limits": gone},
			{"credit_limits": come},
			reason=reason,
		)


def record_of_group(group: Document, before: Iterable[Any], after: Iterable[Any]) -> None:
	"""As `record`, for the limits that a customer group gives to its customers."""
	gone, come = changes.between(before, after)
	if (gone or come) and _is_on():
		audit.record(
			audit.CREDIT_LIMIT_OF_GROUP_CHANGED, group, {"credit_limits": gone}, {"credit_limits": come}
		)


def record_of_company(company: Document, before: float, after: float) -> None:
	"""As `record`, for the limit that a company gives to whoever has no other."""
	if before != after and _is_on():
		audit.record(
			audit.CREDIT_LIMIT_OF_COMPANY_CHANGED,
			company,
			{"credit_limit": before},
			{"credit_limit": after},
		)


def require_not_own_of_merged(old: Document, new: Document) -> None:
	"""As `require_not_own_of_group`, for a customer group whose customers come into another one by merging the two."""
	if not _is_on():
		return
	asked = _asked()
	groups = _groups_of(asked)
	for customer in sorted({request.customer for request in asked}):
		if groups.get(customer) == old.name:
			require_not_own_group(frappe._dict(name=customer), old.name, new.name)


def record_merged(old: Document, new: Document) -> None:
	"""One Business Event when the customers of a group have other limits in the one that it is merged into."""
	gone, come = changes.between(old.credit_limits, new.credit_limits)
	if (gone or come) and _is_on():
		audit.record(
			audit.CREDIT_LIMIT_OF_GROUP_CHANGED,
			old,
			{"customer_group": old.name, "credit_limits": gone},
			{"customer_group": new.name, "credit_limits": come},
			reason=_("{0} was merged into {1}.").format(old.name, new.name),
		)


def record_group(customer: Document, old: str | None, new: str | None) -> None:
	"""One Business Event when the customer is in another customer group, and has other limits for that."""
	groups = old or "", new or ""
	if groups[0] == groups[1] or not _is_on():
		return
	limits = credit.limits_in_groups(customer.name, groups)
	companies = sorted({company for _group, company in limits})
	changed = [name for name in companies if limits[groups[0], name] != limits[groups[1], name]]
	if not changed:
		return
	before, after = (
		{
			"customer_group": group,
			"credit_limits": [
				{"company": company, "credit_limit": limits[group, company]}
				for company in changed
				if limits[group, company]
			],
		}
		for group in groups
	)
	reason = _("By its customer group: {0}, before {1}.").format(new, old)
	audit.record(audit.CREDIT_LIMIT_CHANGED, customer, before, after, reason=reason)


def _is_on() -> bool:
	return not (frappe.flags.in_install or frappe.flags.in_migrate) and features.is_on(features.OVERVIEW)
