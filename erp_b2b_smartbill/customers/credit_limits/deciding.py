"""A manager's decision about a request: once, never by who asked, and with the limit itself written by the Customer's own
rules in the same transaction.

Lock order: Credit Limit Request, Customer.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, fmt_money

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit.managers import notify_users, readers
from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.credit_limits import states
from erp_b2b_smartbill.customers.credit_limits.asking import MAX_REASON, required_limit, required_reason
from erp_b2b_smartbill.customers.credit_limits.locking import closed, locked
from erp_b2b_smartbill.exceptions import Conflict, NotAllowed, NotReady, invalid
from erp_b2b_smartbill.permissions import CREDIT_DECIDERS, require_role


def approve(name: str, limit: float | None = None, reason: str | None = None) -> Any:
	"""The approved request, committed; without a limit what was asked for is given. Raises NotAllowed, Conflict
	(`decided`, `other_limit_below_used`), NotReady (`below_used`) when the customer uses more than that."""
	doc = _to_decide(name)
	if not frappe.has_permission("Customer", "write", doc=doc.customer):
		raise NotAllowed(_("You may read this Customer, but not change it."))
	if reason and len(reason) > MAX_REASON:
		raise invalid("reason", _("At most {0} characters.").format(MAX_REASON))
	amount = doc.requested_limit if limit is None else required_limit(limit, doc.currency)
	_give(doc, amount, reason)
	closed(
		doc,
		audit.CREDIT_LIMIT_DECIDED,
		status=states.APPROVED,
		approved_limit=amount,
		decision_reason=reason,
	)
	_tell(doc, _("Approved: {0}.").format(fmt_money(amount, currency=doc.currency)))
	return doc


def reject(name: str, reason: str | None) -> Any:
	"""The rejected request, committed. Raises as `approve`."""
	reason = required_reason(reason)
	doc = _to_decide(name)
	closed(doc, audit.CREDIT_LIMIT_DECIDED, status=states.REJECTED, decision_reason=reason)
	_tell(doc, _("Rejected: {0}").format(reason))
	return doc


def _to_decide(name: str) -> Any:
	require_role(*CREDIT_DECIDERS)
	doc = locked(name)
	if doc.requested_by == frappe.session.user:
		raise NotAllowed(_("Nobody decides about what he asked for himself."), code="own_request")
	return doc


def _give(doc: Any, amount: float, reason: str | None) -> None:
	customer = frappe.get_doc("Customer", doc.customer, for_update=True)
	row = next((row for row in customer.credit_limits if row.company == doc.company), None)
	row = row or customer.append("credit_limits", {"company": doc.company})
	row.credit_limit = amount
	_require_enough(customer, doc.company)
	customer.flags.credit_reason = f"{doc.name}: {reason or doc.reason}"
	customer.save()


def _require_enough(customer: Any, company: str) -> None:
	"""As ERPNext, which refuses to save a limit below what is used, looks at all of the customer's limits when one
	changes, and does not say which is in the way."""
	details = credit.in_detail([customer.name], [row.company for row in customer.credit_limits])
	for row in customer.credit_limits:
		one = details[customer.name, row.company].credit
		if flt(row.credit_limit) >= one.used:
			continue
		used = fmt_money(one.used, currency=one.currency)
		if row.company == company:
			text = _("{0} uses {1} already: the limit cannot be below that.").format(
				customer.customer_name, used
			)
			raise NotReady(text, code="below_used", problems=[{"field": "limit", "message": text}])
		text = _(
			"The limit in {0} is below the {1} that are used there. ERPNext changes no limit until it is raised."
		).format(row.company, used)
		problem = {"field": "", "message": text, "doctype": "Customer", "name": customer.name}
		raise Conflict(text, code="other_limit_below_used", problems=[problem])


def _tell(doc: Any, text: str) -> None:
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	notify_users(readers([doc.requested_by], doc), doc, text)
