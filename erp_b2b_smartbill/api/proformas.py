"""REST: the SmartBill proforma of a Quotation."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import not_found
from erp_b2b_smartbill.smartbill import claim
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill.view import proforma_view

CREATED, OK, ACCEPTED = 201, 200, 202


def show(quotation: str) -> tuple[dict[str, Any], int]:
	"""200 with the proforma, whatever its status; 404 when the Quotation has none. Writes nothing."""
	doc = frappe.get_doc("Quotation", quotation)
	doc.check_permission("read")
	proforma = claim.current(doc.name)
	if proforma is None:
		raise not_found(_("A proforma of the Quotation {0}").format(doc.name))
	return proforma_view(proforma), OK


def issue(quotation: str) -> tuple[dict[str, Any], int]:
	"""201 issued by this call, 200 issued before, 202 not settled: SmartBill may or may not have created it."""
	doc = frappe.get_doc("Quotation", quotation)
	doc.check_permission("write")
	result = issuing.issue(doc)
	view = proforma_view(result.proforma)
	if result.issued_now:
		return view, CREATED
	return view, OK if view["settled"] else ACCEPTED
