"""Asking for another credit limit, and taking the request back."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, fmt_money

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit.managers import managers, notify_users, readers
from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.credit_limits import states
from erp_b2b_smartbill.customers.credit_limits.locking import closed, locked
from erp_b2b_smartbill.customers.overview.scope import Scope
from erp_b2b_smartbill.exceptions import Conflict, NotAllowed, invalid

REQUEST = "Credit Limit Request"
MAX_REASON = 500
# more is a slip of the finger
MAX_LIMIT = 1e12
SOURCES = {"customer": "Customer", "customer_group": "Customer Group", "company": "Company"}


def ask(scope: Scope, limit: float | None, reason: str | None) -> Any:
	"""The stored request for the scope's customer and company, committed; managers are notified. Raises NotReady
	(also without a company where the user has several), Conflict (`request_open`) when one is open already."""
	company = scope.company
	# a default is good for looking; a limit is asked for where somebody meant it
	if not company or (not scope.is_company_given and len(scope.companies) > 1):
		raise invalid("company", _("Say in which company."))
	# a fresh snapshot: what others stored before counts
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	current = credit.in_detail([scope.customer], [company])[scope.customer, company]
	currency = current.credit.currency
	limit = required_limit(limit, currency)
	if limit == current.credit.limit and current.source == "customer":
		raise invalid("limit", _("This is the limit already."))
	reason = required_reason(reason)
	if there := _open_name(scope.customer, company):
		raise _open_already(there)
	doc = frappe.get_doc(
		{
			"doctype": REQUEST,
			"customer": scope.customer,
			"customer_name": frappe.db.get_value("Customer", scope.customer, "customer_name"),
			"company": company,
			"currency": currency,
			"current_limit": current.credit.limit or 0,
			"current_source": SOURCES.get(current.source or ""),
			"requested_limit": limit,
			"reason": reason,
			"status": states.OPEN,
			"requested_by": frappe.session.user,
			"requested_at": clock.now(),
		}
	)
	doc.flags.written_by_decision = True
	try:
		doc.insert(ignore_permissions=True)
	except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
		# somebody else asked in the same moment
		frappe.db.rollback()
		frappe.clear_messages()
		raise _open_already(_open_name(scope.customer, company)) from None
	after = {"customer": doc.customer, "company": company, "requested_limit": limit, "currency": currency}
	audit.record(
		audit.CREDIT_LIMIT_REQUESTED, doc, {"current_limit": doc.current_limit}, after, reason=reason
	)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	notify_users(
		readers(managers(), doc),
		doc,
		_("{0} asks for a credit limit of {1} for {2}.").format(
			frappe.utils.get_fullname(), fmt_money(limit, currency=currency), doc.customer_name
		),
	)
	return doc


def withdraw(name: str) -> Any:
	"""By whoever asked. Raises NotAllowed, Conflict when it is decided."""
	doc = locked(name)
	if doc.requested_by != frappe.session.user:
		raise NotAllowed(_("Only who asked takes a request back."))
	closed(doc, audit.CREDIT_LIMIT_WITHDRAWN, status=states.WITHDRAWN)
	return doc


def required_limit(limit: float | None, currency: str) -> float:
	"""Rounded to the currency. Raises NotReady for anything but an amount above 0."""
	digits = cint(frappe.get_precision("Sales Order", "base_grand_total", currency=currency))
	# NaN is not above 0 either
	if limit is None or not 0 < (amount := flt(limit, digits)) < MAX_LIMIT:
		raise invalid("limit", _("The limit is an amount above 0."))
	return amount


def required_reason(reason: str | None) -> str:
	if not reason:
		raise invalid("reason", _("Say why."))
	if len(reason) > MAX_REASON:
		raise invalid("reason", _("At most {0} characters.").format(MAX_REASON))
	return reason


def _open_name(customer: str, company: str) -> str | None:
	return frappe.db.get_value(REQUEST, {"customer": customer, "company": company, "status": states.OPEN})


def _open_already(name: str | None) -> Conflict:
	text = _("A request of this customer waits for a decision already: {0}.").format(name)
	problem = {"field": "", "message": text, "doctype": REQUEST, "name": name or ""}
	return Conflict(text, code="request_open", problems=[problem])


def customer_merged(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Hook `before_rename` of Customer. The limits of one that is merged go with it, and so does what was asked for it:
	two open requests of one customer would also stand in each other's way."""
	if not merge:
		return
	for name in frappe.get_all(REQUEST, {"customer": old, "status": states.OPEN}, pluck="name"):
		request = frappe.get_doc(REQUEST, name, for_update=True)
		reason = _("{0} was merged into {1}.").format(old, new)
		closed(request, audit.CREDIT_LIMIT_WITHDRAWN, status=states.WITHDRAWN, decision_reason=reason)


def customer_deleted(doc: Any, method: str | None = None) -> None:
	"""Hook `on_trash` of Customer."""
	for name in frappe.get_all(REQUEST, {"customer": doc.name}, pluck="name"):
		request = frappe.get_doc(REQUEST, name)
		request.flags.with_customer = True
		request.delete(ignore_permissions=True, force=True)
