"""What we add to the "Connections" of ERPNext's forms: the SmartBill documents of a Quotation and of a Customer."""

from __future__ import annotations

from typing import Any

from frappe import _

from erp_b2b_smartbill import features

DOCTYPES = ["SmartBill Proforma", "SmartBill Invoice"]


def of_quotation(data: dict[str, Any]) -> dict[str, Any]:
	"""Hook `override_doctype_dashboards`. What ERPNext counts by is another field than ours."""
	return _with_ours(data, "quotation")


def of_customer(data: dict[str, Any]) -> dict[str, Any]:
	"""Hook `override_doctype_dashboards`."""
	return _with_ours(data, "customer")


def _with_ours(data: dict[str, Any], field: str) -> dict[str, Any]:
	if not features.is_on(features.PROFORMA):
		return data
	return {
		**data,
		"non_standard_fieldnames": {
			**(data.get("non_standard_fieldnames") or {}),
			**dict.fromkeys(DOCTYPES, field),
		},
		"transactions": [
			*(data.get("transactions") or []),
			{"label": _("SmartBill"), "items": list(DOCTYPES)},
		],
	}
