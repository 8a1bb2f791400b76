"""Whom and what an overview is about: the customer, the companies that sell to it, and what of that the session's user
may read. Every figure of every tab is over the same documents as the lists that prove it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import frappe
from frappe import _
from frappe.permissions import get_allowed_docs_for_doctype, get_user_permissions
from pypika import Table
from pypika.terms import Criterion

from erp_b2b_smartbill.customers.overview.links import may_open
from erp_b2b_smartbill.exceptions import invalid, not_found
from erp_b2b_smartbill.permissions import readable

# a group of companies is a handful; what is beyond would be a list
MAX_CHILDREN = 200


@dataclass(frozen=True)
class Scope:
	"""`companies` are those that the user may read. `company` is the one asked for, or else the user's default, or the
	first: None when there is none at all. `customers` begins with the customer; the others belong to its group of
	companies and are there only when they were asked for."""

	customer: str
	customers: tuple[str, ...]
	companies: tuple[str, ...]
	company: str | None
	is_company_given: bool = False

	@property
	def currency(self) -> str | None:
		"""The company's."""
		return self.company and frappe.get_cached_value("Company", self.company, "default_currency")

	@property
	def of_company(self) -> Scope:
		"""The same, of its one company alone."""
		return replace(self, companies=(self.company,) if self.company else ())


def of(customer: str, company: str | None = None, *, include_children: bool = False) -> Scope:
	"""Raises NotFound for a Customer that the user may not read, NotReady for a company that he may not."""
	if not frappe.db.exists("Customer", customer) or not frappe.has_permission(
		"Customer", "read", doc=customer
	):
		raise not_found(_("Customer"))
	companies = _companies()
	if company and company not in companies:
		raise invalid("company", _("There is no such company, or you may not read it."))
	return Scope(
		customer=customer,
		customers=(customer, *(children_of(customer) if include_children else ())),
		companies=companies,
		company=company or _default(companies),
		is_company_given=bool(company),
	)


def children_of(customer: str) -> list[str]:
	"""Those that belong to its group of companies, as far as the user may read them. Raises NotReady when they are more
	than are summed up: figures of a part would be wrong."""
	names = frappe.get_list(
		"Customer", {"b2b_parent_customer": customer}, pluck="name", order_by="name", limit=MAX_CHILDREN + 1
	)
	if len(names) > MAX_CHILDREN:
		raise invalid(
			"include_children",
			_("More than {0} customers belong to this group of companies: ask for each of them.").format(
				MAX_CHILDREN
			),
		)
	return names


def has_children(customer: str) -> bool:
	"""Whether others belong to its group of companies that the user may read."""
	return bool(frappe.get_list("Customer", {"b2b_parent_customer": customer}, pluck="name", limit=1))


def visible(doctype: str, table: Table, scope: Scope) -> Criterion:
	"""The condition for documents of the scope's companies that the user may read. Whoever has no right on the doctype at
	all sees what his right on the tab lets him see; User Permissions on the company hold for him too."""
	condition, own = table.company.isin(list(scope.companies) or [""]), restricted(doctype)
	return condition if own is None else condition & own


def restricted(doctype: str) -> Criterion | None:
	"""What of `visible` is not the company; None where there is no more to it."""
	return readable(doctype) if may_open(doctype) else None


def _companies() -> tuple[str, ...]:
	table = frappe.qb.DocType("Company")
	query = frappe.qb.from_(table).select(table.name).orderby(table.creation).orderby(table.name)
	if frappe.has_permission("Company", "read"):
		if (own := readable("Company")) is not None:
			query = query.where(own)
	# without the right the lists have no condition, and his User Permissions hold all the same
	elif allowed := get_allowed_docs_for_doctype(
		get_user_permissions(frappe.session.user).get("Company", []), "Company"
	):
		query = query.where(table.name.isin(allowed))
	return tuple(name for (name,) in query.run())


def _default(companies: tuple[str, ...]) -> str | None:
	default = frappe.defaults.get_user_default("Company")
	return default if default in companies else next(iter(companies), None)
