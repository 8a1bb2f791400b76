"""REST: the SmartBill proforma of a Quotation."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from erp_b2b_smartbill.exceptions import invalid, not_found
from erp_b2b_smartbill.smartbill import actions, claim, pdf, settling, states
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.view import proforma_view

CREATED, OK, ACCEPTED = 201, 200, 202
# about a document of unknown outcome: a number is ours, or SmartBill has none
ADOPT, ABSENT = DECISIONS = ("adopt", "absent")


def show(quotation: str) -> tuple[dict[str, Any], int]:
	"""200 with the proforma, whatever its status; 404 when the Quotation has none. Writes nothing."""
	doc = quotation_for(quotation, "read")
	proforma = claim.shown(doc.name)
	if proforma is None:
		raise no_proforma(doc.name)
	return proforma_view(proforma), OK


def issue(quotation: str) -> tuple[dict[str, Any], int]:
	"""201 issued by this call, 200 issued before, 202 not settled: SmartBill may or may not have created it.
	With `?dry_run=1` nothing is sent or written: 200 with the preview."""
	if cint(frappe.request.args.get("dry_run") or frappe.form_dict.get("dry_run")):
		from erp_b2b_smartbill.smartbill.preview import preview_of

		return preview_of(quotation_for(quotation, "read")), OK
	doc = quotation_for(quotation, "write")
	result = issuing.issue(doc)
	view = proforma_view(result.proforma)
	if result.issued_now:
		return view, CREATED
	return view, OK if view["settled"] else ACCEPTED


def check(quotation: str) -> tuple[dict[str, Any], int]:
	"""Look at SmartBill now: after a proforma of unknown outcome, or for a PDF that is missing. 202 while unsettled."""
	proforma = proforma_for("check", quotation)
	if proforma.status in states.HOLDS_SERIES:
		proforma = settling.look(proforma, lane=Lane.CLICK)
	else:
		proforma = pdf.with_pdf(proforma)
	view = proforma_view(proforma)
	return view, OK if view["settled"] else ACCEPTED


def settle(quotation: str) -> tuple[dict[str, Any], int]:
	"""A person's decision about an unknown outcome: {action: adopt | absent, number, note}."""
	proforma = proforma_for("settle", quotation)
	return proforma_view(decide(proforma)), OK


def decide(doc: Any) -> Any:
	"""Apply the decision in the request to a document of unknown outcome."""
	given = frappe.form_dict
	action, note = str(given.get("action") or ""), str(given.get("note") or "")
	if action == ADOPT:
		return settling.adopt(doc, str(given.get("number") or ""), note)
	if action == ABSENT:
		return settling.confirm_absent(doc, note)
	raise invalid("action", _("Say what to do: action is adopt or absent."))


def store_pdf(quotation: str) -> tuple[dict[str, Any], int]:
	"""Fetch the PDF again and attach it, without issuing anything."""
	proforma = proforma_for("pdf", quotation)
	account = frappe.get_doc("SmartBill Account", proforma.account)
	return proforma_view(pdf.fetch_again(proforma, account)), OK


def proforma_for(action: str, quotation: str) -> Any:
	"""The Quotation's proforma, when the user may do this with it."""
	doc = quotation_for(quotation, "write")
	proforma = claim.shown(doc.name)
	actions.require(action, proforma)
	if proforma is None:
		raise no_proforma(doc.name)
	return proforma


def quotation_for(name: str, right: str) -> Any:
	doc = frappe.get_doc("Quotation", name)
	doc.check_permission(right)
	return doc


def no_proforma(quotation: str) -> Exception:
	return not_found(_("A proforma of the Quotation {0}").format(quotation))
