"""A Customer made of a client of SmartBill, with its address, its contact and its link."""

from __future__ import annotations

from functools import cache

import frappe
from babel import Locale

from erp_b2b_smartbill import audit, romania
from erp_b2b_smartbill.customers import identity, onboard
from erp_b2b_smartbill.customers.onboard import ExternalId, Made, NewAddress, NewContact, NewCustomer, Terms
from erp_b2b_smartbill.doctype.customer_external_link.customer_external_link import SMARTBILL
from erp_b2b_smartbill.smartbill.clients import links
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.text import fold


def customer_of(
	row: frappe._dict, account: str, customer_group: str | None = None, territory: str | None = None
) -> Made:
	"""Make the Customer and link the client with it, in the caller's transaction. Its personal code (CNP) stays where it
	is. Raises CustomerExists when its CUI is a Customer's, and what ERPNext raises."""
	# the link is made here: nobody has to look for a client whose CUI the new Customer has (follow.py)
	before, frappe.flags.b2b_made_of_client = frappe.flags.b2b_made_of_client, True
	try:
		made = _make(row, account, Terms(customer_group=customer_group, territory=territory))
	finally:
		frappe.flags.b2b_made_of_client = before
	links.mark_made(row.name, made.customer)
	audit.record_many(
		audit.CLIENT_LINKED, [(CLIENT, row.name, {"customer": made.customer, "because_of": "created"})]
	)
	return made


def _make(row: frappe._dict, account: str, terms: Terms) -> Made:
	return onboard.make_customer(
		NewCustomer(
			name=row.client_name,
			customer_type="Individual" if row.personal_code else "Company",
			tax_id=row.vat_code or "",
			vat_payer=row.vat_payer or "",
			reg_com=row.reg_com or "",
			terms=terms,
			address=_address(row),
			contact=_contact(row),
			external=ExternalId(SMARTBILL, row.external_id, account),
		)
	)


def _address(row: frappe._dict) -> NewAddress | None:
	country = country_of(row.country)
	if country is None or not (row.address or row.city):
		return None
	county = row.county or ""
	if country == "Romania":
		county = romania.county(county) or county
	# ERPNext wants both
	return NewAddress(row.address or row.city, row.city or county or country, county=county, country=country)


def _contact(row: frappe._dict) -> NewContact | None:
	phone = identity.normal_phone(row.phone) or ""
	if not (row.email or phone):
		return None
	first, _space, last = (row.contact or row.client_name).strip().partition(" ")
	return NewContact(first[:140], last[:140], email=row.email or "", phone=phone)


def country_of(text: str | None) -> str | None:
	"""ERPNext's name of the country; None for one that it does not know. Without a word it is Romania. People write it in
	Romanian, in English, or as a code."""
	wanted = fold(text or "").strip()
	if wanted in ("", "ro", "romania"):
		return "Romania"
	code = _codes_of_countries().get(wanted, wanted)
	return frappe.db.get_value("Country", {"code": code}) or frappe.db.get_value("Country", {"name": text})


@cache
def _codes_of_countries() -> dict[str, str]:
	return {
		fold(name): code.lower()
		for language in ("en", "ro")
		for code, name in Locale(language).territories.items()
		if len(code) == 2
	}
