"""REST: the ledger behind a credit, requests for another limit, and their decision."""

from __future__ import annotations

from typing import Any

from frappe import _

from erp_b2b_smartbill.api.customer_overview import given_scope
from erp_b2b_smartbill.api.given import MAX_START, given_number, given_text
from erp_b2b_smartbill.customers.credit_limits import asking, deciding, shown
from erp_b2b_smartbill.customers.overview import credit_tab
from erp_b2b_smartbill.customers.overview import ledger as ledgers
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.exceptions import NotAllowed, invalid

OK, CREATED = 200, 201


def ledger(customer: str) -> tuple[dict[str, Any], int]:
	"""A page of 20 entries from `start` on, the newest first, each with the balance after it; `next` is the next one."""
	scope = given_scope(customer)
	if not scope.company or not credit_tab.may_see(scope):
		raise NotAllowed(_("You may not see this."))
	start = given_number("start") or 0
	if not (0 <= start <= MAX_START and start == int(start)):
		raise invalid("start", _("This must be a number."))
	return ledgers.page(scope, int(start)), OK


def requests(customer: str) -> tuple[dict[str, Any], int]:
	"""{rows, total}, at most 20, the open ones first, then the newest."""
	return shown.of(scopes.of(customer, given_text("company"))), OK


def ask(customer: str) -> tuple[dict[str, Any], int]:
	"""{company, limit, reason}; 201 the request. 409 `request_open` names the one that waits already."""
	doc = asking.ask(scopes.of(customer, given_text("company")), given_number("limit"), given_text("reason"))
	return shown.one(doc), CREATED


def approve(customer: str, name: str) -> tuple[dict[str, Any], int]:
	"""{limit, reason}, both optional: without a limit what was asked for is given."""
	name = shown.readable(customer, name)
	return shown.one(deciding.approve(name, given_number("limit"), given_text("reason"))), OK


def reject(customer: str, name: str) -> tuple[dict[str, Any], int]:
	"""{reason}."""
	return shown.one(deciding.reject(shown.readable(customer, name), given_text("reason"))), OK


def withdraw(customer: str, name: str) -> tuple[dict[str, Any], int]:
	return shown.one(asking.withdraw(shown.readable(customer, name))), OK
