"""What the timeline is made of: a source an origin of entries, with whom it is for and what an entry says.

Whoever may read a document may read what happened to it, as on the document's own page; what was there before and after
stays with the Business Event, which only managers open. Comments and e-mails of a Customer are open to its readers, as
in its form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce, Date
from frappe.utils import flt
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term

from erp_b2b_smartbill import audit, features
from erp_b2b_smartbill.audit import personal
from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.credit_limits.events import concern
from erp_b2b_smartbill.customers.overview.links import may_open
from erp_b2b_smartbill.customers.overview.listing import to_pay
from erp_b2b_smartbill.customers.overview.parties import Parties
from erp_b2b_smartbill.customers.overview.scope import Scope, visible
from erp_b2b_smartbill.permissions import readable
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.text import N_, plain_text

MAX_TEXT = 300

KINDS = {
	"quotation": N_("Quotations"),
	"order": N_("Orders"),
	"invoice": N_("Invoices"),
	"proforma": N_("Proformas"),
	"smartbill_invoice": N_("SmartBill invoices"),
	"registration": N_("Registrations"),
	"response": N_("Buyer's answers"),
	"event": N_("What was done"),
	"comment": N_("Comments"),
	"email": N_("E-mails"),
}


Condition = Callable[[Scope, Parties], Criterion]


@dataclass(frozen=True)
class Source:
	"""`day` is the document's own date; None where an entry has only its moment. `query` gives the rows of a scope that
	the session's user may read, without columns; `fields` are those that `entry` needs, which tells what this kind of
	entry has beside the common ones. The timeline itself understands the columns `_by`, `_by_name`, `_party_type`,
	`_party`, `status` and `company`. An entry is about one document, of the `doctype` and named in the column `about`."""

	key: str
	kind: str
	query: Callable[[Scope, Parties], QueryBuilder]
	day: Term | None
	moment: Term
	name: Term
	fields: Sequence[Term]
	entry: Callable[[Any], dict[str, Any]]
	may_read: Callable[[], bool]
	doctype: str
	about: str = "name"


@dataclass(frozen=True)
class Found:
	"""A row of a source, with its place in the timeline."""

	source: Source
	day: date
	moment: datetime
	row: Any


def _rights(doctype: str) -> Callable[[], bool]:
	return lambda: may_open(doctype)


def _seeing_credit(scope: Scope) -> Scope:
	"""Of those companies only whose credit the user is shown."""
	return replace(scope, companies=tuple(name for name in scope.companies if credit.may_see(name)))


def _may_read_invoices() -> bool:
	"""The tab Invoices shows them to whoever may see credit, too."""
	return credit.may_see() or _rights("Sales Invoice")()


def _rights_on_credit() -> bool:
	return credit.may_see() and _rights(OF_CREDIT)()


def _amount(row: Any) -> dict[str, Any]:
	return {"value": flt(row.grand_total), "currency": row.currency}


def _amount_of_invoice(row: Any) -> dict[str, Any] | None:
	return _amount(row) if credit.may_see(row.company) else None


def _cut(text: str | None) -> str | None:
	return (text or "").strip()[:MAX_TEXT] or None


# Whose documents are


def _of_customer(doctype: str) -> Condition:
	def condition(scope: Scope, whom: Parties) -> Criterion:
		table = DocType(doctype)
		return table.customer.isin(list(scope.customers)) & visible(doctype, table, scope)

	return condition


def _of_party(doctype: str, type_field: str, field: str) -> Condition:
	def condition(scope: Scope, whom: Parties) -> Criterion:
		table = DocType(doctype)
		return whom.are(table[type_field], table[field]) & visible(doctype, table, scope)

	return condition


def _of_customer_without_company(doctype: str) -> Condition:
	"""What belongs to the customer whatever company sells to it."""

	def condition(scope: Scope, whom: Parties) -> Criterion:
		own = DocType(doctype).customer.isin(list(scope.customers))
		rights = readable(doctype)
		return own if rights is None else own & rights

	return condition


def _registered(scope: Scope, whom: Parties) -> Criterion:
	company = DocType("B2B Registration").company
	of_no_other = (Coalesce(company, "") == "") | company.isin(list(scope.companies) or [""])
	return _of_customer_without_company("B2B Registration")(scope, whom) & of_no_other


def _of_erpnexts_invoices(scope: Scope, whom: Parties) -> Criterion:
	own = scope if _rights("Sales Invoice")() else _seeing_credit(scope)
	return _of_customer("Sales Invoice")(own, whom)


def _asked_for(scope: Scope, whom: Parties) -> Criterion:
	return _of_customer(OF_CREDIT)(_seeing_credit(scope), whom)


BELONGS: dict[str, Condition] = {
	"Quotation": _of_party("Quotation", "quotation_to", "party_name"),
	"Sales Order": _of_customer("Sales Order"),
	"Sales Invoice": _of_erpnexts_invoices,
	"SmartBill Proforma": _of_party("SmartBill Proforma", "party_type", "party"),
	"SmartBill Invoice": _of_party("SmartBill Invoice", "party_type", "party"),
	"B2B Registration": _registered,
	"Quotation Response": _of_customer_without_company("Quotation Response"),
	"Customer Sync Conflict": _of_customer_without_company("Customer Sync Conflict"),
	"Credit Limit Request": _asked_for,
}
# those that can have Business Events, beside the Customer itself
WITH_EVENTS = (
	"Quotation",
	"SmartBill Proforma",
	"SmartBill Invoice",
	"B2B Registration",
	"Customer Sync Conflict",
	"Credit Limit Request",
)
# told to those only who are shown credit
OF_CREDIT = "Credit Limit Request"


# Documents


def _documents(
	kind: str,
	doctype: str,
	*fields: str,
	entry: Callable[[Any], dict[str, Any]],
	stands: Criterion | None = None,
	moment: Term | None = None,
	day: Term | None = None,
	by: str = "owner",
	also: Sequence[Term] = (),
	may_read: Callable[[], bool] | None = None,
) -> Source:
	table = DocType(doctype)

	def query(scope: Scope, whom: Parties) -> QueryBuilder:
		of_scope = frappe.qb.from_(table).where(BELONGS[doctype](scope, whom))
		return of_scope if stands is None else of_scope.where(stands)

	return Source(
		key=kind,
		kind=kind,
		query=query,
		day=day,
		moment=table.creation if moment is None else moment,
		name=table.name,
		fields=(table.name, table[by].as_("_by"), *(table[field] for field in fields), *also),
		entry=entry,
		may_read=may_read or _rights(doctype),
		doctype=doctype,
	)


def _of_erpnext(kind: str, doctype: str, day: str, *fields: str, **options: Any) -> Source:
	table = DocType(doctype)
	options = {"entry": lambda row: {"number": row.name, "amount": _amount(row)}, **options}
	options["also"] = (to_pay(table).as_("grand_total"), *options.get("also", ()))
	common = ("company", "status", "currency")
	return _documents(kind, doctype, *common, *fields, day=table[day], stands=table.docstatus == 1, **options)


def _invoice(row: Any) -> dict[str, Any]:
	return {
		"number": row.name,
		"title": _("Credit note") if row.is_return else None,
		"amount": _amount_of_invoice(row),
	}


def _of_smartbill(kind: str, doctype: str, amount: Callable[[Any], dict[str, Any] | None]) -> Source:
	"""Those that stand: neither refused nor cancelled. One that was linked by hand need not have a date of issue."""
	table = DocType(doctype)
	fields = ("company", "status", "payment_status", "full_number", "currency", "grand_total")
	return _documents(
		kind,
		doctype,
		*fields,
		entry=lambda row: {
			"number": row.full_number or row.name,
			"detail": _(row.payment_status) if row.payment_status else None,
			"amount": amount(row),
		},
		stands=table.status.notin(states.NOT_LIVE),
		day=Coalesce(table.issue_date, Date(table.creation)),
		by="requested_by",
		also=(table.party_type.as_("_party_type"), table.party.as_("_party")),
	)


def _responses() -> Source:
	table, quotation = DocType("Quotation Response"), DocType("Quotation")

	def query(scope: Scope, whom: Parties) -> QueryBuilder:
		return (
			frappe.qb.from_(table)
			.join(quotation)
			.on(quotation.name == table.quotation)
			.where(BELONGS["Quotation Response"](scope, whom))
			.where(quotation.company.isin(list(scope.companies) or [""]))
		)

	return Source(
		key="response",
		kind="response",
		query=query,
		day=None,
		moment=table.responded_at,
		name=table.name,
		fields=(
			table.name,
			table.quotation,
			table.response.as_("status"),
			table.comment,
			table.user.as_("_by"),
			quotation.company,
		),
		entry=lambda row: {"number": row.quotation, "detail": _cut(row.comment)},
		may_read=_rights("Quotation Response"),
		doctype="Quotation Response",
	)


def _registrations() -> Source:
	table = DocType("B2B Registration")
	return _documents(
		"registration",
		"B2B Registration",
		"company",
		"status",
		"company_name",
		"rejection_reason",
		entry=lambda row: {
			"number": row.name,
			"title": row.company_name,
			"detail": _cut(row.rejection_reason),
		},
		moment=Coalesce(table.submitted_at, table.creation),
	)


# What was done and said


def _events(doctype: str) -> Source:
	"""What happened to the documents of a doctype."""
	event, table = DocType("Business Event"), DocType(doctype)

	def query(scope: Scope, whom: Parties) -> QueryBuilder:
		of_doctype = frappe.qb.from_(event).where(event.reference_doctype == doctype)
		if doctype == "Customer":
			of_customers = of_doctype.where(event.reference_name.isin(list(scope.customers)))
			shown = _seeing_credit(scope).companies
			return of_customers.where((event.event != audit.CREDIT_LIMIT_CHANGED) | concern(event, shown))
		return (
			of_doctype.join(table).on(table.name == event.reference_name).where(BELONGS[doctype](scope, whom))
		)

	return Source(
		key=f"event:{doctype}",
		kind="event",
		query=query,
		day=None,
		moment=event.occurred_at,
		name=event.name,
		fields=(
			event.name,
			event.event,
			event.reference_name,
			event.reason,
			event.personal,
			event.user.as_("_by"),
		),
		entry=lambda row: {
			"number": row.reference_name,
			"title": _(row.event),
			"detail": _cut(personal.reason(row)),
		},
		may_read=_rights_on_credit if doctype == OF_CREDIT else _rights(doctype),
		doctype=doctype,
		about="reference_name",
	)


def _comments() -> Source:
	table = DocType("Comment")

	def query(scope: Scope, whom: Parties) -> QueryBuilder:
		return (
			frappe.qb.from_(table)
			.where((table.reference_doctype == "Customer") & table.reference_name.isin(list(scope.customers)))
			.where(table.comment_type == "Comment")
		)

	return Source(
		key="comment",
		kind="comment",
		query=query,
		day=None,
		moment=table.creation,
		name=table.name,
		fields=(table.name, table.content, table.reference_name, table.owner.as_("_by")),
		entry=lambda row: {"title": _cut(plain_text(row.content or ""))},
		may_read=_rights("Customer"),
		doctype="Customer",
		about="reference_name",
	)


def _emails(*, linked: bool) -> Source:
	"""What was sent about the Customer, or else what is linked with it. Two sources: as one condition, neither index is
	used. What the system sends by itself is left out."""
	table, link = DocType("Communication"), DocType("Communication Link")

	def query(scope: Scope, whom: Parties) -> QueryBuilder:
		customers = list(scope.customers)
		about = (table.reference_doctype == "Customer") & table.reference_name.isin(customers)
		sent = frappe.qb.from_(table).where(table.communication_type == "Communication")
		if not linked:
			return sent.where(about)
		links = (
			frappe.qb.from_(link)
			.select(link.parent)
			.where((link.link_doctype == "Customer") & link.link_name.isin(customers))
		)
		elsewhere = (Coalesce(table.reference_doctype, "") != "Customer") | Coalesce(
			table.reference_name, ""
		).notin(customers)
		return sent.where(table.name.isin(links) & elsewhere)

	return Source(
		key="email:linked" if linked else "email",
		kind="email",
		query=query,
		day=None,
		moment=Coalesce(table.communication_date, table.creation),
		name=table.name,
		fields=(
			table.name,
			table.subject,
			table.communication_medium,
			table.sent_or_received.as_("status"),
			table.sender.as_("_by"),
			table.sender_full_name.as_("_by_name"),
		),
		entry=lambda row: {"title": _cut(row.subject), "detail": row.communication_medium or None},
		may_read=_rights("Customer"),
		doctype="Communication",
	)


def _party_of_quotation() -> tuple[Term, ...]:
	table = DocType("Quotation")
	return table.quotation_to.as_("_party_type"), table.party_name.as_("_party")


def _customer_of(doctype: str) -> tuple[Term, ...]:
	return (DocType(doctype).customer.as_("_party"),)


# by source; the others are ERPNext's own
FEATURES = {
	"proforma": features.PROFORMA,
	"smartbill_invoice": features.PROFORMA,
	"registration": features.REGISTRATION,
	"response": features.PORTAL,
	"event:SmartBill Proforma": features.PROFORMA,
	"event:SmartBill Invoice": features.PROFORMA,
	"event:B2B Registration": features.REGISTRATION,
	"event:Customer Sync Conflict": features.SYNC,
}


def everything() -> tuple[Source, ...]:
	"""The sources that there are: none of a feature that is switched off."""
	switches = {switch: features.is_on(switch) for switch in set(FEATURES.values())}
	return tuple(one for one in _known() if one.key not in FEATURES or switches[FEATURES[one.key]])


def _known() -> tuple[Source, ...]:
	"""All sources, in the words of the site's database."""
	return (
		_of_erpnext("quotation", "Quotation", "transaction_date", also=_party_of_quotation()),
		_of_erpnext("order", "Sales Order", "transaction_date", also=_customer_of("Sales Order")),
		_of_erpnext(
			"invoice",
			"Sales Invoice",
			"posting_date",
			"is_return",
			entry=_invoice,
			also=_customer_of("Sales Invoice"),
			may_read=_may_read_invoices,
		),
		_of_smartbill("proforma", "SmartBill Proforma", _amount),
		_of_smartbill("smartbill_invoice", "SmartBill Invoice", _amount_of_invoice),
		_registrations(),
		_responses(),
		*(_events(doctype) for doctype in ("Customer", *WITH_EVENTS)),
		_comments(),
		_emails(linked=False),
		_emails(linked=True),
	)
