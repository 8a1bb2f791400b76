"""What we add to the life of a Quotation: our fields show the proforma, and nobody but it writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.custom_fields import PROJECTED_ON_QUOTATION
from erp_b2b_smartbill.exceptions import Conflict
from erp_b2b_smartbill.smartbill import actions, claim, issue, states
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
	if not features.is_on(features.PROFORMA):
		return
	if not frappe.has_permission("SmartBill Proforma", "read"):
		return
	proforma = claim.shown(doc.name)
	view = proforma_view(proforma) if proforma else None
	can = view["can"] if view else actions.possible(None)
	if can["issue"] is True:
		can["issue"] = _why_closed(doc) or True
	doc.set_onload("smartbill", {"proforma": view, "can": can})


def _why_closed(doc: Document) -> str | None:
	"""Why no proforma can be issued of a Quotation in this state."""
	try:
		issue.require_open(doc)
	except Conflict as closed:
		return closed.message
	return None


def forget_rejected_proforma(doc: Document, method: str | None = None) -> None:
	"""Hook `on_trash`: a proforma that SmartBill refused stands for nothing and must not keep its Quotation."""
	for name in frappe.get_all(
		"SmartBill Proforma", {"quotation": doc.name, "status": states.REJECTED}, pluck="name"
	):
		# forced: the Quotation that is being deleted still links to it
		frappe.delete_doc("SmartBill Proforma", name, force=True, ignore_permissions=True)
