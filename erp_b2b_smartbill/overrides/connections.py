"""What we add to the "Connections" of ERPNext's forms of a Quotation and of a Customer: the SmartBill documents, what
buyers answered, and the Customer as SmartBill's client."""

from __future__ import annotations

from typing import Any

from frappe import _

from erp_b2b_smartbill import features

SMARTBILL = ["SmartBill Proforma", "SmartBill Invoice"]
BUYER = ["Quotation Response"]
CLIENTS = ["SmartBill Client", "Customer Sync Conflict"]


def of_quotation(data: dict[str, Any]) -> dict[str, Any]:
	"""Hook `override_doctype_dashboards`. What ERPNext counts by is another field than ours."""
	return _with_ours(data, "quotation")


def of_customer(data: dict[str, Any]) -> dict[str, Any]:
	"""Hook `override_doctype_dashboards`."""
	data = _with_ours(data, "customer")
	if features.is_on(features.SYNC):
		data = _with_group(data, "customer", _("SmartBill's clients"), CLIENTS)
	return data


def _with_ours(data: dict[str, Any], field: str) -> dict[str, Any]:
	if features.is_on(features.PROFORMA):
		data = _with_group(data, field, _("SmartBill"), SMARTBILL)
	if features.is_on(features.PORTAL):
		data = _with_group(data, field, _("Buyer's answers"), BUYER)
	return data


def _with_group(data: dict[str, Any], field: str, label: str, doctypes: list[str]) -> dict[str, Any]:
	return {
		**data,
		"non_standard_fieldnames": {
			**(data.get("non_standard_fieldnames") or {}),
			**dict.fromkeys(doctypes, field),
		},
		"transactions": [*(data.get("transactions") or []), {"label": label, "items": list(doctypes)}],
	}
