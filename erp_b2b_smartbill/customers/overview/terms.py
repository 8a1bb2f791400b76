"""Price list, currency and payment terms of a customer, each with where it comes from: {value, source, text, link}."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_permitted_documents

from erp_b2b_smartbill.customers.overview.links import link_to

MAX_ROWS = 20


def price_list(doc: Any, group: Any) -> dict[str, Any]:
	"""As ERPNext finds it for a new Quotation of this user."""
	permitted = get_permitted_documents("Price List")
	if len(permitted) == 1:
		value, source, link = permitted[0], "user", link_to("Price List", permitted[0])
		text = _("the only one that you may use")
	elif doc.default_price_list:
		value, source, link = doc.default_price_list, "customer", link_to("Customer", doc.name)
		text = _("set on the customer")
	elif group.default_price_list:
		value, source = group.default_price_list, "customer_group"
		link = link_to("Customer Group", doc.customer_group)
		text = _("from the customer group {0}").format(doc.customer_group)
	else:
		value = frappe.db.get_single_value("Selling Settings", "selling_price_list") or None
		source, link = "settings", link_to("Selling Settings", "Selling Settings")
		text = _("the default of the Selling Settings")
	its_currency = frappe.get_cached_value("Price List", value, "currency") if value else None
	return {"value": value, "currency": its_currency, "source": source, "text": text, "link": link}


def currency(doc: Any, of_list: dict[str, Any], company: str | None) -> dict[str, Any]:
	if doc.default_currency:
		return {"value": doc.default_currency, "source": "customer", "text": _("set on the customer")}
	if of_list["currency"]:
		return {"value": of_list["currency"], "source": "price_list", "text": _("of the price list")}
	value = frappe.get_cached_value("Company", company, "default_currency") if company else None
	return {"value": value, "source": "company", "text": _("of the company")}


def payment_terms(doc: Any, group: Any, company: str | None) -> dict[str, Any]:
	"""As ERPNext finds them: the customer's, else the group's, else the company's."""
	of_company = frappe.get_cached_value("Company", company, "payment_terms") if company else None
	if doc.payment_terms:
		value, source, link = doc.payment_terms, "customer", link_to("Customer", doc.name)
		text = _("set on the customer")
	elif group.payment_terms:
		value, source = group.payment_terms, "customer_group"
		link = link_to("Customer Group", doc.customer_group)
		text = _("from the customer group {0}").format(doc.customer_group)
	elif of_company:
		value, source, link = of_company, "company", link_to("Company", company)
		text = _("from the company {0}").format(company)
	else:
		return {"value": None, "source": "none", "text": _("due at once"), "link": None, "rows": []}
	rows = frappe.get_all(
		"Payment Terms Template Detail",
		{"parent": value, "parenttype": "Payment Terms Template"},
		[
			"payment_term",
			"description",
			"invoice_portion",
			"due_date_based_on",
			"credit_days",
			"credit_months",
		],
		order_by="idx",
		limit=MAX_ROWS,
	)
	return {"value": value, "source": source, "text": text, "link": link, "rows": rows}
