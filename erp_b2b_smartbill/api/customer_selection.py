"""REST: a hit of the customer search as the Customer to quote."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.api.given import given_text
from erp_b2b_smartbill.exceptions import invalid
from erp_b2b_smartbill.selecting import company as companies
from erp_b2b_smartbill.selecting import select as selecting

CREATED, OK = 201, 200


def select() -> tuple[dict[str, Any], int]:
	"""{id} of a row of the search, or {cui} of a company that no row has: {customer, display_name, created, linked}; 201
	when the Customer was made by it."""
	hit, cui = given_text("id"), given_text("cui")
	if bool(hit) == bool(cui):
		raise invalid("id", _("Give one of the two: the id of a row, or the cui of a company."))
	selected = selecting.select(hit) if hit else selecting.select_company(cui)
	return selected.view(), CREATED if selected.created else OK


def company() -> tuple[dict[str, Any], int]:
	"""What ANAF says of `cui`, and the Customer that it is already; never an error."""
	return companies.card(str(frappe.form_dict.get("cui") or "")), OK
