"""Who may do what: the roles of each route, and the hooks that say which of our documents a user reads.

A document of ours is open to exactly those who may read what it is about: a proforma shows what its Quotation shows, a
client of SmartBill what its Customer does. Lists get the same rule as conditions of their SQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_user_permissions
from frappe.desk.reportview import build_match_conditions
from frappe.permissions import SYSTEM_USER_ROLE, get_role_permissions
from frappe.share import get_shared
from pypika.terms import Criterion

if TYPE_CHECKING:
	from frappe.model.document import Document

ACCOUNT = "SmartBill Account"
# the condition that no row meets
NONE = "1=0"

TIER_GIVERS = ("B2B Manager", "System Manager")
# of the limits on the Customer itself: what is due is theirs to judge
CREDIT_GIVERS = ("B2B Manager", "System Manager", "Accounts Manager")
# works with offers and their proformas, and offers items to customers
SELLERS = ("Sales User", "Sales Manager", "B2B Sales", "B2B Manager", "System Manager")
CREDIT_ASKERS = SELLERS
CREDIT_DECIDERS = ("B2B Manager", "System Manager")
# reads what was asked for and decided, of all customers
CREDIT_AUDITORS = ("B2B Auditor",)
AUDIT_READERS = ("B2B Auditor", "B2B Manager", "System Manager")
# whatever the events are about
AUDITORS = ("B2B Auditor", "System Manager")
# whose events are shown to who may read the document; those of the app itself to every reader
EVENTS_FOLLOW = (
	"Address",
	"B2B Registration",
	"Company",
	"Contact",
	"Credit Limit Request",
	"Customer",
	"Customer Group",
	"Customer Sync Conflict",
	"Quotation",
	"SmartBill Account",
	"SmartBill Client",
	"SmartBill Invoice",
	"SmartBill Proforma",
	"SmartBill Sync Run",
)
SYNCERS = ("B2B Manager", "System Manager")
REGISTRATION_DECIDERS = ("B2B Manager",)
REGISTRATION_READERS = ("B2B Manager", "System Manager", "B2B Sales")
# not ERPNext's Sales User: what a customer owes is not everybody's who writes an offer
CREDIT_READERS = (
	"B2B Manager",
	"B2B Sales",
	"Sales Manager",
	"Sales Master Manager",
	"Accounts User",
	"Accounts Manager",
	"System Manager",
)
# the last for the token of a monitor, which then opens nothing that changes anything
HEALTH_READERS = ("B2B Manager", "System Manager", "B2B Auditor")
# of Customer 360; what each may see there, the tabs say
OVERVIEW_READERS = (*CREDIT_READERS, "Sales User")
# of the description of the API: whoever works in the desk
API_READERS = (SYSTEM_USER_ROLE,)


def proforma_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`: the conditions that Quotations are listed with."""
	return _conditions("SmartBill Proforma", user)


def invoice_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`, as for the proforma."""
	return _conditions("SmartBill Invoice", user)


def response_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`, as for the proforma."""
	return _conditions("Quotation Response", user)


def _conditions(doctype: str, user: str | None) -> str:
	return _of("Quotation", f"`tab{doctype}`.`quotation`", user)


def has_document_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	"""Hook `has_permission` of SmartBill Proforma and SmartBill Invoice."""
	user = user or frappe.session.user
	if user == "Administrator" or not doc.get("quotation"):
		return True
	return bool(frappe.has_permission("Quotation", "read", doc=doc.quotation, user=user))


def run_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions` of SmartBill Issue Run."""
	user = user or frappe.session.user
	if _sees_all_runs(user):
		return ""
	return f"`tabSmartBill Issue Run`.`requested_by` = {frappe.db.escape(user)}"


def has_run_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	"""Hook `has_permission` of SmartBill Issue Run."""
	return may_see_run(doc.get("requested_by"), user or frappe.session.user)


def may_see_run(requested_by: str | None, user: str) -> bool:
	"""A run tells what became of the Quotations of whoever started it: it is his, and his managers'."""
	return requested_by == user or _sees_all_runs(user)


def _sees_all_runs(user: str) -> bool:
	return user == "Administrator" or bool({"B2B Manager", "System Manager"} & set(frappe.get_roles(user)))


def preference_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`: a preference shows what its Customer shows."""
	return _of_customers("`tabCustomer Item Preference`.`customer`", user)


def recommendation_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`, as for a preference; of what all companies sold, whoever may read some of them
	only sees none."""
	if not _reads_all_companies(user or frappe.session.user):
		return NONE
	return _of_customers("`tabItem Recommendation`.`customer`", user)


def has_recommendation_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	"""Hook `has_permission`, as the list has it."""
	return _reads_all_companies(user or frappe.session.user) and has_customer_permission(doc, ptype, user)


def _reads_all_companies(user: str) -> bool:
	allowed = get_user_permissions(user).get("Company")
	return not allowed or len({one.get("doc") for one in allowed}) >= frappe.db.count("Company")


def conflict_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`: a conflict shows what its Customer shows."""
	return _of_customers_or_none("`tabCustomer Sync Conflict`.`customer`", user)


def client_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`, as for the conflict."""
	return _of_customers_or_none("`tabSmartBill Client`.`customer`", user)


def external_link_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`, as for a preference."""
	return _of_customers("`tabCustomer External Link`.`customer`", user)


def credit_request_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`: a request is seen by whoever sees its Customer and is shown credit, and by who
	made it."""
	user = user or frappe.session.user
	if _audits_credit(user):
		return ""
	of_customers = _of_customers("`tabCredit Limit Request`.`customer`", user)
	if _sees_credit_requests(user):
		return of_customers
	own = f"`tabCredit Limit Request`.`requested_by` = {frappe.db.escape(user)}"
	return f"({own} and {of_customers})" if of_customers else own


def has_credit_request_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	"""Hook `has_permission` of Credit Limit Request."""
	user = user or frappe.session.user
	if _audits_credit(user):
		return True
	is_own = doc.get("requested_by") == user
	return (is_own or _sees_credit_requests(user)) and has_customer_permission(doc, ptype, user, debug)


def _audits_credit(user: str) -> bool:
	return bool(set(CREDIT_AUDITORS) & set(frappe.get_roles(user)))


def _sees_credit_requests(user: str) -> bool:
	roles = set(frappe.get_roles(user))
	if user == "Administrator" or roles & set(CREDIT_DECIDERS):
		return True
	return bool(roles & set(CREDIT_READERS) and frappe.has_permission("Company", "read", user=user))


def event_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions` of Business Event: an event shows what its document does. As many queries
	whatever there is."""
	user = user or frappe.session.user
	if user == "Administrator" or set(AUDITORS) & set(frappe.get_roles(user)):
		return ""
	about, name = "`tabBusiness Event`.`reference_doctype`", "`tabBusiness Event`.`reference_name`"
	limited = {doctype: conditions for doctype in EVENTS_FOLLOW if (conditions := _of(doctype, name, user))}
	if not limited:
		return ""
	others = ", ".join(frappe.db.escape(doctype) for doctype in limited)
	shown = [f"ifnull({about}, '') not in ({others})"]
	shown += [
		f"({about} = {frappe.db.escape(doctype)} and {conditions})"
		for doctype, conditions in limited.items()
		if conditions != NONE
	]
	return f"({' or '.join(shown)})"


def has_event_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	"""Hook `has_permission` of Business Event, as the list has it."""
	conditions = event_query_conditions(user)
	if not conditions:
		return True
	name = frappe.db.escape(doc.get("name") or "")
	rows = frappe.db.sql(f"select 1 from `tabBusiness Event` where `name` = {name} and {conditions}")
	return bool(rows)


def _of_customers_or_none(field: str, user: str | None) -> str:
	"""As `_of_customers`, for a field that may name none."""
	conditions = _of_customers(field, user)
	return f"(ifnull({field}, '') = '' or {conditions})" if conditions else ""


def _of_customers(field: str, user: str | None) -> str:
	return _of("Customer", field, user)


def _of(doctype: str, field: str, user: str | None) -> str:
	"""The condition that the field names a document that the user may read; empty for all of them."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	try:
		conditions = _match_conditions(doctype, user)
	except frappe.PermissionError:
		frappe.clear_messages()
		return NONE
	if not conditions:
		return ""
	# it comes escaped for a query with parameters; this one is used without any
	conditions = conditions.replace("%%", "%")
	table = f"`tab{doctype}`"
	return f"{field} in (select {table}.`name` from {table} where {conditions})"


def call_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`: what an account does is shown to who may read the account."""
	return _of(ACCOUNT, "`tabSmartBill Call`.`account`", user)


def sync_run_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook `permission_query_conditions`, as for a call."""
	return _of(ACCOUNT, "`tabSmartBill Sync Run`.`account`", user)


def has_account_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	"""Hook `has_permission` of SmartBill Call and SmartBill Sync Run. The account of an old call may be gone."""
	user, account = user or frappe.session.user, doc.get("account")
	if not account or not frappe.db.exists(ACCOUNT, account):
		return not _of(ACCOUNT, "account", user)
	return bool(frappe.has_permission(ACCOUNT, "read", doc=account, user=user))


def has_customer_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	"""Hook `has_permission` of Customer Sync Conflict, and of whatever else shows what its Customer shows."""
	user = user or frappe.session.user
	if user == "Administrator" or not doc.get("customer"):
		return True
	return bool(frappe.has_permission("Customer", "read", doc=doc.customer, user=user))


class _Written(Criterion):
	"""A condition that is SQL already."""

	def __init__(self, sql: str):
		super().__init__()
		self._sql = sql

	def get_sql(self, **_options: Any) -> str:
		return self._sql


def readable(doctype: str) -> Criterion | None:
	"""The condition that lists of the doctype have for the session's user; None where there is none."""
	try:
		conditions = _match_conditions(doctype, frappe.session.user)
	except frappe.PermissionError:
		frappe.clear_messages()
		return _Written(NONE)
	return _Written(f"({conditions})") if conditions else None


def _match_conditions(doctype: str, user: str) -> str:
	"""The conditions that lists of the doctype have for the user, escaped for a query with parameters. Raises
	PermissionError when he may read none. Frappe 15 has no condition at all for whom some documents are only shared with.
	"""
	role = get_role_permissions(frappe.get_meta(doctype), user=user)
	if role.get("read") or role.get("select"):
		return build_match_conditions(doctype, user=user)
	shared = get_shared(doctype, user)
	if not shared:
		raise frappe.PermissionError
	names = ", ".join(frappe.db.escape(name) for name in shared)
	return f"`tab{doctype}`.`name` in ({names})"


def may_see_app() -> bool:
	"""Whether the app has a tile on the apps screen for this user."""
	return bool({"B2B Manager", "B2B Sales", "B2B Auditor", "System Manager"} & set(frappe.get_roles()))


def require_role(*roles: str) -> None:
	"""Raises PermissionError unless the session's user has one of the roles. Frappe's own only_for lets every test
	through on some versions."""
	if not set(roles) & set(frappe.get_roles()):
		frappe.throw(_("This needs the role {0}.").format(_(roles[0])), frappe.PermissionError)
