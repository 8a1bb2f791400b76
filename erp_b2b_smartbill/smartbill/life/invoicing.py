"""A SmartBill invoice from a proforma: a fiscal document, issued once by a person's explicit act and never in bulk.

The same claim, verdict and settling as a proforma's; SmartBill itself copies client and rows from the proforma.
Source: docs/smartbill-api.md 2.6.
"""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.utils import getdate

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.exceptions import Conflict, NotReady, invalid
from erp_b2b_smartbill.smartbill import accounts, claim, pdf, states
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill.accounts import LONG_PATIENCE_S, AccountGate
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.issue import Request, Result
from erp_b2b_smartbill.smartbill.kinds import INVOICE
from erp_b2b_smartbill.smartbill.life import following, reaching
from erp_b2b_smartbill.smartbill.payload import fingerprint, freeze

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

_COPIED = (*following.COPIED, "net_total", "vat_total", "grand_total", "reference")


def invoice(proforma: Any, issue_date: Any = None, due_date: Any = None) -> Result:
	"""The proforma's invoice, issued now if there is none; one that SmartBill has already is recorded instead.

	The result may be unsettled. Raises as issue.issue does: with each error no invoice exists.
	"""
	deadline = time.monotonic() + CLICK_SECONDS
	if (existing := shown(proforma.name)) and existing.status == states.ISSUED:
		return Result(pdf.with_pdf(existing, Lane.CLICK, deadline))
	existing = claim.current_of(INVOICE, proforma.name)
	if existing:
		existing = claim.write_off(existing)
		if states.next_step(existing.status, existing.claimed_at, existing.sent_at, clock.now()) != "send":
			return Result(pdf.with_pdf(existing, Lane.CLICK, deadline))

	if frappe.db.get_value("Quotation", proforma.quotation, "docstatus") != 1:
		raise Conflict(
			_("The Quotation is cancelled: its proforma is not invoiced from here."), code="cancelled"
		)
	account = reaching.account_to_change(proforma.account)
	values = _values(proforma, account, _dates(proforma, issue_date, due_date))
	# the list of invoices, the series' counter, and the invoice
	gate = AccountGate(account.name, Lane.CLICK, LONG_PATIENCE_S[Lane.CLICK])
	client = reaching.client_of(account, proforma.name, calls=3, deadline=deadline, gate=gate)
	listed = reaching.invoices_listed(account, client.invoices_of_proforma(proforma.series, proforma.number))
	if listed is None:
		raise Conflict(
			_("SmartBill has no proforma {0} any more.").format(proforma.full_number), code="missing"
		)
	if listed:
		following.record(proforma, listed)
		return Result(shown(proforma.name))
	request = Request(
		kind=INVOICE,
		account=account,
		quotation=proforma.quotation,
		source=proforma.name,
		source_modified=str(proforma.modified),
		values=values,
	)
	return issuing.make(request, lane=Lane.CLICK, deadline=deadline, gate=gate)


def shown(proforma: str) -> Any:
	"""The invoice that stands for the proforma: an issued one before any other; None when there is none."""
	for status in (["=", states.ISSUED], ["!=", states.CANCELLED]):
		name = frappe.db.get_value(
			INVOICE.doctype, {"proforma": proforma, "status": status}, "name", order_by="creation desc"
		)
		if name:
			return frappe.get_doc(INVOICE.doctype, name)
	return None


def unsettled(proforma: str) -> Any:
	"""The invoice of the proforma that is being issued or whose outcome is unknown, or None."""
	found = claim.current_of(INVOICE, proforma)
	return found if found and found.status in states.HOLDS_SERIES else None


def _values(proforma: Any, account: SmartBillAccount, dates: tuple[date, date]) -> dict[str, Any]:
	if not account.invoice_series:
		text = _("Choose the series of invoices in the SmartBill Account {0}.").format(account.name)
		raise NotReady(text, problems=[accounts.account_problem(account.name, "invoice_series", text)])
	issue_date, due_date = dates
	frozen = freeze(
		{
			"companyVatCode": account.cif,
			"seriesName": account.invoice_series,
			"issueDate": issue_date.isoformat(),
			"dueDate": due_date.isoformat(),
			"isDraft": False,
			"useStock": False,
			"useEstimateDetails": True,
			"estimate": {"seriesName": proforma.series, "number": proforma.number},
		}
	)
	return {
		**{field: proforma.get(field) for field in _COPIED},
		"proforma": proforma.name,
		"is_draft": 0,
		"series": account.invoice_series,
		"payload": frozen,
		"payload_hash": fingerprint(frozen),
		"issue_date": issue_date,
		"due_date": due_date,
	}


def _dates(proforma: Any, issue_date: Any, due_date: Any) -> tuple[date, date]:
	"""Issued today in Romania, with as many days to pay as the proforma gives, unless given."""
	today = clock.today_in_romania()
	issued = _date("issue_date", issue_date) or today
	if issued > today:
		raise invalid("issue_date", _("An invoice cannot be issued in the future."))
	due = _date("due_date", due_date)
	if due is None:
		given, until = proforma.issue_date, proforma.due_date
		days = max((getdate(until) - getdate(given)).days, 0) if given and until else 0
		due = date.fromordinal(issued.toordinal() + days)
	if due < issued:
		raise invalid("due_date", _("The due date lies before the issue date."))
	return issued, due


def _date(field: str, value: Any) -> date | None:
	if value in (None, ""):
		return None
	try:
		return date.fromisoformat(str(value))
	except ValueError:
		raise invalid(field, _("Give the date as YYYY-MM-DD.")) from None
