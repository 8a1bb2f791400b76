"""REST: a customer's invoices, page by page and as a workbook."""

from __future__ import annotations

from typing import Any

from frappe import _
from frappe.utils import now_datetime
from werkzeug.wrappers import Response

from erp_b2b_smartbill.api import envelope
from erp_b2b_smartbill.api.customer_overview import given_scope
from erp_b2b_smartbill.api.given import given_cursor, given_day, given_text
from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.overview import dues, invoice_sheet, invoices, listing
from erp_b2b_smartbill.customers.overview.scope import Scope
from erp_b2b_smartbill.exceptions import NotAllowed, invalid

OK = 200
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def index(customer: str) -> tuple[dict[str, Any], int]:
	"""A page of the documents of one company, filtered: docs/openapi.json."""
	return invoices.page(_scope(customer), _wanted()), OK


def export(customer: str) -> tuple[Response, int]:
	"""The same documents, without pages. Not by ERPNext's right to export Sales Invoices, which it gives to nobody."""
	scope, wanted = _scope(customer), _wanted()
	rows = invoices.newest(scope, wanted, invoice_sheet.MAX_ROWS + 1)
	content = invoice_sheet.workbook(rows, now_datetime())
	return envelope.file(f"{scope.customer} - {_('Invoices')}.xlsx", content, SHEET), OK


def _scope(customer: str) -> Scope:
	scope = given_scope(customer)
	if not credit.may_see(scope.company):
		raise NotAllowed(_("You may not see this."))
	return scope


def _wanted() -> listing.Wanted:
	return listing.Wanted(
		status=_one_of("status", dues.STATUSES),
		source=_one_of("source", listing.SOURCES),
		since=given_day("from"),
		until=given_day("to"),
		text=given_text("text"),
		after=given_cursor("after"),
	)


def _one_of(field: str, known: tuple[str, ...]) -> str | None:
	value = given_text(field)
	if value and value not in known:
		raise invalid(field, _("One of {0}.").format(", ".join(known)))
	return value
