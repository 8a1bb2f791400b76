"""Links a proforma that somebody issued in SmartBill by hand, and takes such a link away again.

SmartBill must have the number, and nobody else here may. What its PDF says is compared with the Quotation: a document
that names another offer of ours is refused, what merely cannot be found in it is told.
"""

from __future__ import annotations

import re
import time
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.exceptions import Conflict, invalid
from erp_b2b_smartbill.smartbill import accounts, claim, pdf, settling, states
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS, Client
from erp_b2b_smartbill.smartbill.kinds import INVOICE, PROFORMA
from erp_b2b_smartbill.smartbill.life import reaching
from erp_b2b_smartbill.smartbill.reconcile import is_readable, references_in
from erp_b2b_smartbill.smartbill.verdict import as_number
from erp_b2b_smartbill.text import fold


def link(quotation: Any, series: Any, number: Any) -> Any:
	"""The Quotation's proforma, issued by hand under this number. A draft that was made from here and finished in
	SmartBill gets its number.

	Raises Conflict (a live proforma, the number taken), NotReady (no such document, or another offer's) and what
	reaching.py raises.
	"""
	series, number = str(series or "").strip(), str(number or "").strip()
	if not series:
		raise invalid("series", _("Give the series as it stands on the document."))
	if as_number(number) is None:
		raise invalid("number", _("Give the number as it stands on the document, e.g. 0042."))
	issuing.require_open(quotation)
	existing = claim.current(quotation.name)
	if existing and existing.status not in (states.DRAFT, states.QUEUED, *states.NOT_LIVE):
		raise Conflict(_("The Quotation has a proforma already."), code="already_issued")
	account = reaching.account_to_read(_account_name(quotation, existing))
	deadline = time.monotonic() + CLICK_SECONDS
	about = existing.name if existing else None
	client = reaching.client_of(account, about, calls=2, deadline=deadline)
	text = settling.number_in_smartbill(client, series, number)
	_refuse_taken(account.name, series, text)
	content, printed = _read_pdf(client, quotation, series, text)
	notices = _compare(printed, quotation)
	if existing and existing.status == states.DRAFT:
		doc = _finish_draft(existing, series, text, notices)
	else:
		if existing and existing.status == states.QUEUED:
			_give_up_queued(existing)
		doc = claim.adopt_by_hand(
			quotation, _values(quotation, account, series, text, notices), audit.PROFORMA_LINKED
		)
	return pdf.store(doc, content) if content else pdf.with_pdf(doc, deadline=deadline)


def unlink(doc: Any, reason: str) -> None:
	"""Forget a proforma that was linked by hand, and its PDF. The document in SmartBill stays as it is."""
	reason = reaching.required_reason(reason)
	if frappe.db.exists(INVOICE.doctype, {"proforma": doc.name}):
		raise Conflict(_("The proforma has been invoiced: it cannot be unlinked."), code="invoiced")
	files = frappe.get_all(
		"File",
		{"attached_to_doctype": "Quotation", "attached_to_name": doc.quotation, "file_url": doc.pdf},
		pluck="name",
	)
	claim.remove_linked(doc.name, audit.PROFORMA_UNLINKED, reason)
	if doc.pdf:
		for name in files:
			frappe.delete_doc("File", name, ignore_permissions=True, force=True)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit


def _account_name(quotation: Any, existing: Any) -> str:
	if existing and existing.status == states.DRAFT:
		return existing.account
	account = accounts.account_of(quotation.company)
	if account is None:
		text = _("The company {0} has no SmartBill Account that is switched on.").format(quotation.company)
		raise invalid("company", text)
	return account.name


def _refuse_taken(account: str, series: str, number: str) -> None:
	key = states.document_key(account, series, number)
	if holder := frappe.db.get_value(PROFORMA.doctype, {"document_key": key}, ["name", "quotation"]):
		raise Conflict(
			_("{0} {1} belongs to the Quotation {2} already.").format(series, number, holder[1]),
			code="number_taken",
			problems=[
				{"field": "number", "message": holder[1], "doctype": PROFORMA.doctype, "name": holder[0]}
			],
		)


def _read_pdf(client: Client, quotation: Any, series: str, number: str) -> tuple[bytes | None, str]:
	"""The PDF and its text. Raises NotReady when it names another offer of ours."""
	content = PROFORMA.fetch_pdf(client, series, number)
	if not isinstance(content, bytes):
		return None, ""
	text = pdf.text_of(content)
	own = "".join(quotation.name.split()) + "/"
	named = references_in(text)
	if named and not any(reference.startswith(own) for reference in named):
		raise invalid(
			"number", _("The document {0} refers to {1}, not to this offer.").format(number, named[0])
		)
	return content, text


def _compare(printed: str, quotation: Any) -> list[str]:
	"""What of the Quotation cannot be found in the document, as sentences."""
	if not is_readable(printed):
		return [_("The PDF of the linked document cannot be read: compare it with the Quotation yourself.")]
	notices = []
	if _compact(quotation.customer_name or "") not in _compact(printed):
		notices.append(
			_("The customer's name {0} was not found in the linked document.").format(quotation.customer_name)
		)
	digits = f"{quotation.grand_total:.2f}".replace(".", "")
	if digits not in re.sub(r"[.,\s]", "", printed):
		amount = frappe.utils.fmt_money(quotation.grand_total, currency=quotation.currency)
		notices.append(_("The total {0} was not found in the linked document.").format(amount))
	return notices


def _compact(text: str) -> str:
	return re.sub(r"\W", "", fold(text))


def _finish_draft(doc: Any, series: str, number: str, notices: list[str]) -> Any:
	values = {
		"status": states.ISSUED,
		"series": series,
		"number": number,
		"is_draft": 0,
		"error": None,
		"answered_at": clock.now(),
		"verdict": "draft finished by hand",
		"notices": "\n".join(filter(None, (doc.notices, *notices))),
	}
	return claim.change(doc.doctype, doc.name, audit.PROFORMA_FINISHED, values, allowed=(states.DRAFT,))


def _give_up_queued(doc: Any) -> None:
	text = _("Not sent: a proforma that was issued in SmartBill by hand was linked instead.")
	values = {"status": states.REJECTED, "error": text}
	claim.change(
		doc.doctype, doc.name, audit.PROFORMA_REJECTED, values, allowed=(states.QUEUED,), reason=text
	)


def _values(quotation: Any, account: Any, series: str, number: str, notices: list[str]) -> dict[str, Any]:
	return {
		**issuing.values_of(quotation, account),
		"series": series,
		"number": number,
		"answered_at": clock.now(),
		"verdict": "linked by hand",
		"notices": "\n".join(notices),
	}
