"""What a buyer sees. Lists are paged, and a page takes the same number of queries however long it is."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import fmt_money, formatdate, getdate

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.portal import access, favourites
from erp_b2b_smartbill.smartbill import states

PAGE = 20
MAX_PAGES = 10_000
# a buyer sees what is good, not what is being settled
SHOWN_PROFORMAS = states.IN_FORCE
ANSWERABLE = ("Open", "Replied")
TIER = ["discount_percentage", "description", "disabled"]
ADDRESS = ["address_line1", "address_line2", "city", "county", "state", "pincode", "country"]


def companies() -> list[dict[str, Any]]:
	"""The user's own companies: data, address, tier."""
	names = access.customers()
	if not names:
		return []
	rows = frappe.get_all(
		"Customer",
		{"name": ["in", names]},
		[
			"name",
			"customer_name",
			"tax_id",
			"smartbill_reg_com",
			"b2b_tier",
			"customer_primary_address",
			"customer_primary_contact",
			"email_id",
			"mobile_no",
			"payment_terms",
		],
		order_by="customer_name",
	)
	addresses = _by_name("Address", {row.customer_primary_address for row in rows}, ADDRESS)
	contacts = _by_name(
		"Contact", {row.customer_primary_contact for row in rows}, ["first_name", "last_name"]
	)
	tiers = _by_name("B2B Tier", {row.b2b_tier for row in rows}, TIER)
	return [
		{
			"name": row.customer_name,
			"tax_id": row.tax_id,
			"reg_com": row.smartbill_reg_com,
			"address": _lines(addresses.get(row.customer_primary_address)),
			"contact": _contact(row, contacts.get(row.customer_primary_contact)),
			"payment_terms": row.payment_terms,
			"tier": _tier(row.b2b_tier, tiers.get(row.b2b_tier)),
		}
		for row in rows
	]


def _lines(address: Any) -> str:
	"""An address as one writes it on an envelope."""
	if not address:
		return ""
	city = " ".join(part for part in (address.pincode, address.city) if part)
	region = address.county or address.state
	place = ", ".join(part for part in (city, region if region != address.city else None) if part)
	lines = (
		address.address_line1,
		address.address_line2,
		place,
		_(address.country) if address.country else "",
	)
	return "\n".join(line for line in lines if line)


def _contact(customer: Any, contact: Any) -> dict[str, Any] | None:
	"""Whom we write to and call."""
	name = f"{contact.first_name or ''} {contact.last_name or ''}".strip() if contact else ""
	shown = {"name": name or None, "email": customer.email_id, "phone": customer.mobile_no}
	return shown if any(shown.values()) else None


def _tier(name: str | None, tier: Any) -> dict[str, Any] | None:
	if not tier:
		return None
	discount = 0 if tier.disabled else tier.discount_percentage or 0
	return {
		"name": name,
		"discount": discount,
		"discount_text": fmt_money(discount, precision=2).rstrip("0").rstrip(".,"),
		"description": tier.description,
	}


def quotations(page: int = 1) -> dict[str, Any]:
	"""{rows, page, more}: newest first."""
	page = max(1, min(page, MAX_PAGES))
	rows = frappe.get_all(
		"Quotation",
		{"docstatus": 1, "quotation_to": "Customer", "party_name": ["in", access.customers() or [""]]},
		["name", "transaction_date", "valid_till", "status", "currency", "grand_total", "customer_name"],
		order_by="transaction_date desc, name desc",
		limit_start=(page - 1) * PAGE,
		limit=PAGE + 1,
	)
	shown, names = rows[:PAGE], [row.name for row in rows[:PAGE]]
	proformas, responses = _proformas(names), _responses(names)
	return {
		"rows": [_row(row, proformas.get(row.name), responses.get(row.name)) for row in shown],
		"page": page,
		"more": len(rows) > PAGE,
	}


def quotation(doc: Any) -> dict[str, Any]:
	"""One Quotation, with its lines."""
	row = _row(doc, _proformas([doc.name]).get(doc.name), _responses([doc.name]).get(doc.name))
	items = [item.item_code for item in doc.items if item.item_code]
	marked = favourites.of(doc.party_name, items) if features.is_on(features.OVERVIEW) else set()
	row["company"] = doc.party_name
	row["items"] = [
		{
			"item_code": item.item_code,
			"is_favourite": item.item_code in marked,
			"item_name": item.item_name,
			"qty": item.qty,
			"uom": item.uom,
			"rate": fmt_money(item.rate, currency=doc.currency),
			"amount": fmt_money(item.amount, currency=doc.currency),
		}
		for item in doc.items
		if not item.get("is_alternative")
	]
	return row


def why_not_answerable(doc: Any) -> str | None:
	"""The sentence why a Quotation cannot be answered any more. None when it can."""
	if doc.docstatus == 2:
		return _("This quotation was cancelled.")
	if doc.status == "Lost":
		return _("This quotation was closed.")
	if doc.status in ("Ordered", "Partially Ordered"):
		return _("This quotation was ordered.")
	if doc.status == "Expired" or (doc.valid_till and getdate(doc.valid_till) < clock.today_in_romania()):
		return _("This quotation has expired: ask for a new one.")
	if doc.docstatus != 1 or doc.status not in ANSWERABLE:
		return _("This quotation cannot be answered.")
	return None


def _row(doc: Any, proforma: Any, response: Any) -> dict[str, Any]:
	closed = why_not_answerable(
		frappe._dict(doc if isinstance(doc, dict) else doc.as_dict(), docstatus=_docstatus(doc))
	)
	return {
		"name": doc.name,
		"date": formatdate(doc.transaction_date),
		"valid_till": formatdate(doc.valid_till) if doc.valid_till else None,
		"status": doc.status,
		"status_label": _status_label(doc.status, closed),
		"customer_name": doc.customer_name,
		"total": fmt_money(doc.grand_total, currency=doc.currency),
		"proforma": {
			"number": proforma.full_number,
			"status": proforma.status,
			"amount": fmt_money(proforma.grand_total, currency=proforma.currency),
			"payment": proforma.payment_status,
			"payment_label": _(proforma.payment_status) if proforma.payment_status else None,
			"has_pdf": bool(proforma.pdf),
		}
		if proforma
		else None,
		"response": {
			"response": response.response,
			"label": _("You accepted it") if response.response == "Accepted" else _("You declined it"),
			"comment": response.comment,
			"at": formatdate(response.responded_at),
		}
		if response
		else None,
		"can_answer": not response and closed is None,
		"closed": closed,
	}


def _status_label(status: str, closed: str | None) -> str:
	"""ERPNext's status as a buyer understands it."""
	if closed is None:
		return _("Open")
	labels = {
		"Ordered": _("Ordered"),
		"Partially Ordered": _("Partially ordered"),
		"Lost": _("Closed"),
		"Cancelled": _("Cancelled"),
	}
	# whose last day was yesterday has its status by the night's job only
	return labels.get(status) or (_("Expired") if status in (*ANSWERABLE, "Expired") else _(status))


def _docstatus(doc: Any) -> int:
	# rows of the list are submitted ones
	return 1 if isinstance(doc, dict) else int(doc.docstatus)


def _proformas(quotations: list[str]) -> dict[str, Any]:
	if not quotations:
		return {}
	rows = frappe.get_all(
		"SmartBill Proforma",
		{"quotation": ["in", quotations], "status": ["in", SHOWN_PROFORMAS]},
		["name", "quotation", "full_number", "status", "payment_status", "pdf", "currency", "grand_total"],
	)
	return {row.quotation: row for row in rows}


def _responses(quotations: list[str]) -> dict[str, Any]:
	if not quotations:
		return {}
	rows = frappe.get_all(
		"Quotation Response",
		{"quotation": ["in", quotations]},
		["quotation", "response", "comment", "responded_at"],
	)
	return {row.quotation: row for row in rows}


def _by_name(doctype: str, names: set[str | None], fields: list[str]) -> dict[str, Any]:
	wanted = [name for name in names if name]
	if not wanted:
		return {}
	return {row.name: row for row in frappe.get_all(doctype, {"name": ["in", wanted]}, ["name", *fields])}
