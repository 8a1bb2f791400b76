"""Files that a buyer may have: nothing but the PDF of a proforma of his own, through our own check."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import not_found
from erp_b2b_smartbill.portal.view import SHOWN_PROFORMAS
from erp_b2b_smartbill.smartbill import pdf


def proforma_pdf(quotation: Any) -> tuple[str, bytes]:
	"""(file name, content). Raises NotFound when there is none yet."""
	proforma = frappe.db.get_value(
		"SmartBill Proforma",
		{"quotation": quotation.name, "status": ["in", SHOWN_PROFORMAS], "pdf": ["is", "set"]},
		["name", "pdf"],
		as_dict=True,
	)
	doc = proforma and frappe._dict(proforma, doctype="SmartBill Proforma")
	if not doc or not pdf.file_of(doc):
		raise not_found(_("The PDF of the proforma"))
	return pdf.stored(doc)
