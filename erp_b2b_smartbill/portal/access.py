"""Whose documents a user of the website sees: those of the Customers that list him as a portal user, as in ERPNext."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import not_found

ROLE = "Customer"


def customers() -> list[str]:
	"""Of the session's user."""
	return frappe.get_all(
		"Portal User",
		{"user": frappe.session.user, "parenttype": "Customer"},
		pluck="parent",
		order_by="parent",
	)


def quotation(name: str) -> Any:
	"""A submitted Quotation of the user's. Raises NotFound, alike for one that is not there and another's."""
	found = frappe.get_all(
		"Quotation",
		{
			"name": name,
			"docstatus": ["!=", 0],
			"quotation_to": "Customer",
			"party_name": ["in", customers() or [""]],
		},
		pluck="name",
	)
	if not found:
		raise not_found(_("This quotation"))
	return frappe.get_doc("Quotation", found[0])
