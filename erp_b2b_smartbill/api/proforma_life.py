"""REST: what is done with a proforma after it was issued."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.api.proformas import (
	ACCEPTED,
	CREATED,
	OK,
	decide,
	no_proforma,
	proforma_for,
	quotation_for,
)
from erp_b2b_smartbill.exceptions import not_found
from erp_b2b_smartbill.smartbill import actions, claim, states
from erp_b2b_smartbill.smartbill.life import cancelling, following, invoicing, linking, mailing
from erp_b2b_smartbill.smartbill.view import proforma_view


def cancel(quotation: str) -> tuple[dict[str, Any], int]:
	"""Cancel it in SmartBill: {reason}."""
	proforma = proforma_for("cancel", quotation)
	return proforma_view(cancelling.cancel(proforma, frappe.form_dict.get("reason"))), OK


def restore(quotation: str) -> tuple[dict[str, Any], int]:
	"""Restore a cancelled one in SmartBill: {reason}."""
	proforma = proforma_for("restore", quotation)
	return proforma_view(cancelling.restore(proforma, frappe.form_dict.get("reason"))), OK


def discard(quotation: str) -> tuple[dict[str, Any], int]:
	"""Give up a draft here: {reason}."""
	proforma = proforma_for("discard", quotation)
	return proforma_view(cancelling.discard(proforma, frappe.form_dict.get("reason"))), OK


def show_email(quotation: str) -> tuple[dict[str, Any], int]:
	"""What an e-mail would say by default: {via, to, cc, subject, message}. Writes nothing."""
	doc = quotation_for(quotation, "read")
	proforma = claim.shown(doc.name)
	actions.require("email", proforma)
	return mailing.defaults(proforma), OK


def email(quotation: str) -> tuple[dict[str, Any], int]:
	"""Send it: {via: erpnext | smartbill, to, cc, subject, message}."""
	proforma = proforma_for("email", quotation)
	return proforma_view(mailing.send(proforma, frappe.form_dict)), OK


def invoice(quotation: str) -> tuple[dict[str, Any], int]:
	"""Issue the SmartBill invoice from it, once: {issue_date, due_date}. 201 issued by this call, 200 there before
	(issued here or in SmartBill), 202 not settled."""
	doc = quotation_for(quotation, "write")
	proforma = claim.shown(doc.name)
	if proforma and proforma.status == states.INVOICED:
		# the same request again shows what it made
		actions.require_role("invoice")
	else:
		actions.require("invoice", proforma)
	given = frappe.form_dict
	result = invoicing.invoice(proforma, given.get("issue_date"), given.get("due_date"))
	view = proforma_view(frappe.get_doc(proforma.doctype, proforma.name))
	if result.issued_now:
		return view, CREATED
	return view, OK if result.document.status in states.SETTLED else ACCEPTED


def settle_invoice(quotation: str) -> tuple[dict[str, Any], int]:
	"""A person's decision about an invoice of unknown outcome: {action: adopt | absent, number, note}."""
	doc = quotation_for(quotation, "write")
	proforma = claim.shown(doc.name)
	if proforma is None:
		raise no_proforma(doc.name)
	document = invoicing.unsettled(proforma.name)
	if document is None:
		raise not_found(_("An invoice of unknown outcome"))
	actions.require("settle", document)
	decide(document)
	return proforma_view(frappe.get_doc(proforma.doctype, proforma.name)), OK


def follow(quotation: str) -> tuple[dict[str, Any], int]:
	"""Read its invoices and their payment in SmartBill now."""
	return proforma_view(following.follow(proforma_for("follow", quotation))), OK


def link(quotation: str) -> tuple[dict[str, Any], int]:
	"""Link a proforma that was issued in SmartBill by hand: {series, number}. 201."""
	doc = quotation_for(quotation, "write")
	actions.require("link", claim.shown(doc.name))
	given = frappe.form_dict
	return proforma_view(linking.link(doc, given.get("series"), given.get("number"))), CREATED


def unlink(quotation: str) -> tuple[dict[str, Any] | None, int]:
	"""Forget a proforma that was linked by hand: {reason}. The Quotation's former proforma, or null."""
	proforma = proforma_for("unlink", quotation)
	linking.unlink(proforma, frappe.form_dict.get("reason"))
	former = claim.shown(proforma.quotation)
	return proforma_view(former) if former else None, OK
