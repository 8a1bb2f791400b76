"""REST: the buyer's side."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import cint
from werkzeug.wrappers import Response

from erp_b2b_smartbill.api import envelope
from erp_b2b_smartbill.portal import access, files, responses, view
from erp_b2b_smartbill.registration import limits

CREATED, OK = 201, 200


def company() -> tuple[list[dict[str, Any]], int]:
	return view.companies(), OK


def quotations() -> tuple[dict[str, Any], int]:
	"""20 a page, newest first: `page` from 1."""
	return view.quotations(cint(frappe.form_dict.get("page")) or 1), OK


def quotation(quotation: str) -> tuple[dict[str, Any], int]:
	return view.quotation(access.quotation(quotation)), OK


def respond(quotation: str) -> tuple[dict[str, Any], int]:
	"""{response: Accepted | Declined, comment}, once."""
	limits.charge("quotation_responses", 60, limits.HOUR)
	given = frappe.form_dict
	responses.respond(quotation, given.get("response"), given.get("comment"))
	return view.quotation(access.quotation(quotation)), CREATED


def proforma_pdf(quotation: str) -> tuple[Response, int]:
	name, content = files.proforma_pdf(access.quotation(quotation))
	return envelope.file(name, content, "application/pdf", is_shown=True), OK
