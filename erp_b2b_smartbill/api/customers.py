"""REST: one search for customers, whatever they are known in."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.api.given import given_text
from erp_b2b_smartbill.customers.search import search as customer_search
from erp_b2b_smartbill.customers.search import shapes
from erp_b2b_smartbill.customers.search.rights import SOURCES
from erp_b2b_smartbill.exceptions import NotReady, Problem

OK = 200
DEFAULT_LIMIT, MAX_LIMIT = 20, 50


def search() -> tuple[dict[str, Any], int]:
	"""{customers, counts, next, index, searched, create}: docs/openapi.json. All that is wrong with the question is said
	at once."""
	problems: list[Problem] = []

	def refuse(field: str, text: str) -> None:
		problems.append({"field": field, "message": text})

	q = given_text("q") or ""
	if len(q) > shapes.MAX_LENGTH:
		refuse("q", _("At most {0} characters.").format(shapes.MAX_LENGTH))
	sources = [part.strip().lower() for part in (given_text("sources") or "").split(",") if part.strip()]
	if not set(sources) <= set(SOURCES):
		refuse("sources", _("The sources are {0}.").format(", ".join(SOURCES)))
	limit = _number("limit", DEFAULT_LIMIT)
	if limit is None or not 1 <= limit <= MAX_LIMIT:
		refuse("limit", _("A number from 1 to {0}.").format(MAX_LIMIT))
	start = _number("start", 0)
	if start is None or start < 0:
		refuse("start", _("A number from 0 on."))
	company = given_text("company")
	if company and not _may_read_company(company):
		refuse("company", _("There is no such company, or you may not read it."))
	if problems:
		raise NotReady(problems[0]["message"], code="invalid", problems=problems)
	return customer_search.search(q, sources or SOURCES, start or 0, limit or DEFAULT_LIMIT, company), OK


def _number(field: str, default: int) -> int | None:
	"""None for what is no number."""
	given = frappe.form_dict.get(field)
	if given is None or given == "":
		return default
	text = str(given).strip()
	return int(text) if text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10 else None


def _may_read_company(company: str) -> bool:
	return bool(
		frappe.db.exists("Company", company) and frappe.has_permission("Company", "read", doc=company)
	)
