"""What of the index the session's user may find: which lanes, and which of their parties.

Nothing that he may not read is looked at any further, ranked or counted. A record of SmartBill or a registration that is
a Customer is found only by who may read that Customer, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import frappe
from frappe.core.doctype.server_script.server_script_utils import get_server_script_map
from frappe.model.db_query import requires_owner_constraint
from frappe.permissions import get_role_permissions, get_user_permissions
from frappe.share import get_shared

from erp_b2b_smartbill import features, permissions
from erp_b2b_smartbill.customers.search import tokens
from erp_b2b_smartbill.customers.search.tables import (
	CLIENT,
	CLIENT_OF_CUSTOMER,
	CUSTOMER,
	DOCTYPES,
	GROUP,
	PARTY,
	REGISTRATION,
	REGISTRATION_OF_CUSTOMER,
	TERRITORY,
	TOKEN,
)

ERP, B2B, SMARTBILL = "erp", "b2b", "smartbill"
SOURCES = (B2B, ERP, SMARTBILL)
SOURCE_OF_LANE = {
	CUSTOMER: ERP,
	CLIENT: SMARTBILL,
	CLIENT_OF_CUSTOMER: SMARTBILL,
	REGISTRATION: B2B,
	REGISTRATION_OF_CUSTOMER: B2B,
}
# what users are often limited to, and the kind of its tokens
_PLACES = {"Territory": TERRITORY, "Customer Group": GROUP}
OF_CUSTOMERS = (CUSTOMER, CLIENT_OF_CUSTOMER, REGISTRATION_OF_CUSTOMER)

# who may read no more Customers than these is better served by looking at each of them
FEW_CUSTOMERS = 2000


@dataclass
class Rights:
	"""`conditions`: what a record of the doctype must fulfil, as SQL over its table, escaped for a query with parameters;
	None where every record may be read. A doctype that is not there may not be read at all, or is not in use."""

	conditions: dict[str, str | None]
	_few_customers: list[str] | None = field(default=None, init=False)
	_counted: bool = field(default=False, init=False)

	@property
	def lanes(self) -> tuple[str, ...]:
		return tuple(lane for lane in DOCTYPES if self._may_use(lane))

	def _may_use(self, lane: str) -> bool:
		if lane in OF_CUSTOMERS and "Customer" not in self.conditions:
			return False
		return DOCTYPES[lane] in self.conditions

	def is_restricted(self, lane: str) -> bool:
		"""Whether his rights leave out some Customers, and so parties of this lane."""
		return lane in OF_CUSTOMERS and self.conditions["Customer"] is not None

	def of_record(self, lane: str) -> list[str]:
		"""Conditions over `p`, a row of PARTY of this lane; those of the Customer apart."""
		return [] if lane == CUSTOMER else self._condition(DOCTYPES[lane], "p.record")

	def of_customer(self, lane: str) -> list[str]:
		if lane not in OF_CUSTOMERS:
			return []
		return self._condition("Customer", "p.record" if lane == CUSTOMER else "p.customer")

	def _condition(self, doctype: str, column: str) -> list[str]:
		condition = self.conditions[doctype]
		if condition is None:
			return []
		# one value, not `exists`: an optimizer may turn that one round and walk through all that the user may read
		table = f"`tab{doctype}`"
		return [
			f"(select {table}.name from {table} where {table}.name = {column} and {condition} limit 1) is not null"
		]

	def few_customers(self, walk: bool = True) -> list[str] | None:
		"""The names of all Customers that he may read when they are few. Where the index does not tell, only a `walk`
		through all Customers does."""
		condition = self.conditions["Customer"]
		if self._counted or condition is None:
			return self._few_customers
		names = _within_user_permissions()
		if names is None and not walk:
			return None
		if names is None:
			found = frappe.db.sql(
				f"select `tabCustomer`.name from `tabCustomer` where {condition} limit %s",
				[FEW_CUSTOMERS + 1],
			)
			names = {name for (name,) in found}
		elif len(names) <= FEW_CUSTOMERS:
			names = self.readable("Customer", names)
		self._few_customers = sorted(names) if len(names) <= FEW_CUSTOMERS else None
		self._counted = True
		return self._few_customers

	def readable(self, doctype: str, names: Iterable[str]) -> set[str]:
		"""Those of the names that he may read."""
		wanted = sorted(set(names))
		if not wanted or doctype not in self.conditions:
			return set()
		table, condition = f"`tab{doctype}`", self.conditions[doctype]
		found = frappe.db.sql(
			f"select {table}.name from {table} where {table}.name in %s and {condition or '1=1'}", [wanted]
		)
		return {name for (name,) in found}


def of_session() -> Rights:
	conditions: dict[str, str | None] = {}
	for doctype, switch in (
		("Customer", None),
		("SmartBill Client", features.SYNC),
		("B2B Registration", features.REGISTRATION),
	):
		if (switch is None or features.is_on(switch)) and frappe.has_permission(doctype):
			conditions[doctype] = condition_of(doctype)
	return Rights(conditions)


def _within_user_permissions() -> set[str] | None:
	"""The Customers outside which the user's permissions for Customers, territories and groups let him read none, by the
	index; as many as one more than few. None when he has no such permission, or when his own are outside, too."""
	user = frappe.session.user
	if requires_owner_constraint(get_role_permissions(frappe.get_meta("Customer"))):
		# who may read what he made reads it wherever it is
		return None
	permissions_of = get_user_permissions(user)
	allowed = {
		doctype: [
			one.doc for one in permissions_of.get(doctype, ()) if one.applicable_for in (None, "", "Customer")
		]
		for doctype in ("Customer", *_PLACES)
	}
	found = [set(allowed["Customer"])] if allowed["Customer"] else []
	for doctype, kind in _PLACES.items():
		field = frappe.get_meta("Customer").get_field(frappe.scrub(doctype))
		if not allowed[doctype] or not field or field.ignore_user_permissions:
			continue
		# one that has none may be read unless the site is strict
		places = sorted({CUSTOMER + tokens.of_place(kind, name) for name in ("", *allowed[doctype])})
		rows = frappe.db.sql(
			f"select p.record from (select party from {TOKEN} where token in %s limit %s) d"
			f" left join {PARTY} p on p.party = d.party",
			[places, FEW_CUSTOMERS + 1],
		)
		found.append({record for (record,) in rows if record})
	return min(found, key=len) | set(get_shared("Customer", user)) if found else None


def condition_of(doctype: str) -> str | None:
	"""The condition that lists of the doctype have for the session's user, escaped for a query with parameters."""
	found = permissions.readable(doctype)
	return None if found is None else found.get_sql()


# Frappe's own hook for Contact and Address looks at links to these, where somebody added such fields
_LINKED = frozenset(("Customer", "Supplier", "Company", "Sales Partner"))


def condition_of_contacts(doctype: str) -> str | None:
	"""As `condition_of`, for Contact and Address: their hook asks for all rights of the user anew, which takes longer
	than the search, and most users have no condition there."""
	meta = frappe.get_meta(doctype)
	may = get_role_permissions(meta)
	linked = {field.options for field in meta.get_link_fields()}
	hooks = frappe.get_hooks("permission_query_conditions")
	if (
		len([*hooks.get(doctype, ()), *hooks.get("*", ())]) > 1
		or get_server_script_map().get("permission_query", {}).get(doctype)
		or linked & _LINKED
		or get_user_permissions(frappe.session.user).keys() & {doctype, *linked}
		# or only of his own
		or not may.get("read")
		or requires_owner_constraint(may)
	):
		return condition_of(doctype)
	return None
