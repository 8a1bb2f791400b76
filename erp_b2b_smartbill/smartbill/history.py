"""What happened to a SmartBill document, for the people who may read it: the Business Events, which only managers may
open themselves, and the moments that the document keeps. No payload, no evidence, no secret is among it."""

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal
from erp_b2b_smartbill.smartbill.kinds import KINDS

_GOOD = frozenset(
	{
		audit.PROFORMA_ISSUED,
		audit.PROFORMA_NUMBER_ADOPTED,
		audit.INVOICE_ISSUED,
		audit.INVOICE_NUMBER_ADOPTED,
		audit.PDF_STORED,
	}
)
_BAD = frozenset(
	{
		audit.PROFORMA_REJECTED,
		audit.PROFORMA_UNKNOWN,
		audit.PROFORMA_DUPLICATE,
		audit.INVOICE_REJECTED,
		audit.INVOICE_UNKNOWN,
		audit.INVOICE_DUPLICATE,
	}
)
_OPEN = frozenset(
	{
		audit.PROFORMA_NOT_SENT,
		audit.PROFORMA_LATE_ANSWER,
		audit.PROFORMA_LOOKED_FOR,
		audit.INVOICE_NOT_SENT,
		audit.INVOICE_LATE_ANSWER,
		audit.INVOICE_LOOKED_FOR,
	}
)


@frappe.whitelist(methods=["GET", "POST"])
def of_document(doctype: str, name: str) -> list[dict[str, Any]]:
	"""Oldest first: [{label, detail, at, user, level}], `level` being ok, notice, problem or neutral."""
	if doctype not in KINDS:
		raise frappe.PermissionError
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	entries = [*_events(doc), *_moments(doc)]
	return [
		{**entry, "at": str(entry["at"])}
		for entry in sorted(entries, key=lambda entry: get_datetime(entry["at"]))
	]


def _events(doc: Any) -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"Business Event",
		{"reference_doctype": doc.doctype, "reference_name": doc.name},
		["event", "user", "occurred_at", "reason", "after", "personal"],
		order_by="occurred_at, creation",
	)
	names = _full_names({row.user for row in rows})
	return [
		{
			"label": _(row.event),
			"detail": _detail(row),
			"at": row.occurred_at,
			"user": names.get(row.user),
			"level": _level(row.event),
		}
		for row in rows
	]


def _detail(row: Any) -> str | None:
	after = json.loads(row.after or "{}")
	parts = []
	if number := after.get("number"):
		parts.append(" ".join(filter(None, (after.get("series"), str(number)))))
	if (attempt := after.get("attempt")) and attempt > 1:
		parts.append(_("Attempt {0}").format(attempt))
	if reason := personal.reason(row):
		parts.append(reason)
	return " · ".join(parts) or None


def _level(event: str) -> str:
	if event in _GOOD:
		return "ok"
	if event in _BAD:
		return "problem"
	return "notice" if event in _OPEN else "neutral"


def _moments(doc: Any) -> list[dict[str, Any]]:
	"""What has no event of its own: the present attempt on its way, and the looks."""
	entries = []
	if doc.sent_at:
		expected = doc.expected_number
		detail = _("Expected number: {0}").format(expected) if expected else None
		entries.append({"label": _("Sent to SmartBill"), "detail": detail, "at": doc.sent_at})
	evidence = json.loads(doc.evidence or "{}")
	looks = {look["at"]: look for look in (evidence.get("first"), evidence.get("last")) if look}
	for look in looks.values():
		detail = _("Next number of the series: {0}").format(look["counter"])
		if doc.doctype == "SmartBill Invoice":
			detail = _("Invoices of the proforma: {0}").format(look["counter"])
		entries.append({"label": _("Looked at SmartBill"), "detail": detail, "at": look["at"]})
	return [{"user": None, "level": "neutral", **entry} for entry in entries]


def _full_names(users: set[str]) -> dict[str, str]:
	rows = frappe.get_all("User", {"name": ["in", list(users)]}, ["name", "full_name"])
	return {row.name: row.full_name for row in rows}
