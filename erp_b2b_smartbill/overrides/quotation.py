"""What we add to the life of a Quotation: our fields show the proforma, and nobody but it writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, features
from erp_b2b_smartbill.custom_fields import PROJECTED_ON_QUOTATION
from erp_b2b_smartbill.exceptions import Conflict
from erp_b2b_smartbill.smartbill import actions, claim, issue, states
from erp_b2b_smartbill.smartbill.life.predecessor import living_predecessor
from erp_b2b_smartbill.smartbill.view import proforma_view

if TYPE_CHECKING:
	from frappe.model.document import Document


def keep_projection(doc: Document, method: str | None = None) -> None:
	"""Hooks of every save: a form that was opened before the proforma was issued, an import or a REST client would
	otherwise write our fields back. Frappe reads the stored document under lock before these hooks run."""
	stored = doc.get_doc_before_save()
	for field in PROJECTED_ON_QUOTATION:
		doc.set(field, stored.get(field) if stored else None)


def show_proforma(doc: Document, method: str | None = None) -> None:
	"""Hook `onload`: what the form's headline and buttons need, without another request."""
	if not features.is_on(features.PROFORMA) or not frappe.has_permission("SmartBill Proforma", "read"):
		return
	proforma = claim.shown(doc.name)
	view = proforma_view(proforma) if proforma else None
	can = view["can"] if view else actions.possible(None)
	if can["issue"] is True:
		can["issue"] = _why_closed(doc) or True
	doc.set_onload(
		"smartbill",
		{
			"proforma": view,
			"can": can,
			# the living proforma of a Quotation that this one was amended from: it can be cancelled from here
			"predecessor": _predecessor_view(doc),
		},
	)


def show_response(doc: Document, method: str | None = None) -> None:
	"""Hook `onload`: what the buyer answered on the website, for the form's headline."""
	if not doc.get("b2b_response") or not features.is_on(features.PORTAL):
		return
	response = frappe.db.get_value(
		"Quotation Response",
		{"quotation": doc.name},
		["name", "response", "comment", "user", "responded_at"],
		as_dict=True,
	)
	if response and frappe.has_permission("Quotation Response", "read"):
		response.full_name = frappe.utils.get_fullname(response.user)
		doc.set_onload("b2b_response", response)


def _why_closed(doc: Document) -> str | None:
	"""Why no proforma can be issued of a Quotation in this state."""
	try:
		issue.require_open(doc)
	except Conflict as closed:
		return closed.message
	return None


def _predecessor_view(doc: Document) -> dict[str, Any] | None:
	proforma = living_predecessor(doc)
	if proforma is None or not frappe.has_permission("Quotation", "read", doc=proforma.quotation):
		return None
	return proforma_view(proforma)


def tell_of_living_proforma(doc: Document, method: str | None = None) -> None:
	"""Hook `before_cancel`: cancelling a Quotation is allowed and changes nothing in SmartBill; who does it is told."""
	if not features.is_on(features.PROFORMA):
		return
	proforma = claim.current(doc.name)
	if proforma is None or proforma.status in states.NOT_LIVE:
		return
	text = _what_lives_on(proforma)
	if text:
		frappe.msgprint(text, title=_("SmartBill"), indicator="orange")


def _what_lives_on(proforma: Any) -> str | None:
	number = proforma.full_number or proforma.name
	if proforma.status == states.ISSUED:
		return _(
			"The proforma {0} stays valid in SmartBill. To cancel it there as well, use the SmartBill menu of this "
			"Quotation."
		).format(number)
	if proforma.status == states.INVOICED:
		return _("The proforma {0} is invoiced in SmartBill; the invoice stays valid.").format(number)
	if proforma.status == states.DRAFT:
		return _("SmartBill still has a draft of this Quotation: delete it there.")
	if proforma.status in states.HOLDS_SERIES:
		return _("SmartBill may have created the proforma of this Quotation: look at it once it is settled.")
	return None


def forget_proforma_of_nothing(doc: Document, method: str | None = None) -> None:
	"""Hook `on_trash`: a proforma that SmartBill refused, or that was never sent, must not keep its Quotation."""
	for name in frappe.get_all(
		"SmartBill Proforma",
		{"quotation": doc.name, "status": ["in", [states.REJECTED, states.QUEUED]]},
		pluck="name",
	):
		proforma = frappe.get_doc("SmartBill Proforma", name)
		if proforma.stands_for_nothing():
			before = {"quotation": doc.name, "status": proforma.status, "attempt": proforma.attempt}
			audit.record(audit.PROFORMA_DELETED, proforma, before)
			# forced: the Quotation that is being deleted still links to it
			frappe.delete_doc("SmartBill Proforma", name, force=True, ignore_permissions=True)
