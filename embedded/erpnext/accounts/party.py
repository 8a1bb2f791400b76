"""What a customer brings to a document: addresses, contact, price list, terms. As ERPNext v15's
`erpnext.accounts.party`, for selling.

Left out: tax rules, the account a party was posted to last, loyalty points."""

from collections.abc import Mapping
from typing import Any

import erpnext
import frappe
from erpnext.accounts.utils import get_fiscal_year
from erpnext.exceptions import PartyDisabled, PartyFrozen
from frappe import _
from frappe.contacts.doctype.address.address import (
	get_company_address,
	get_default_address,
)
from frappe.contacts.doctype.address.address import (
	render_address as _render_address,
)
from frappe.core.doctype.user_permission.user_permission import get_permitted_documents
from frappe.model.document import Document
from frappe.model.utils import get_fetch_values
from frappe.query_builder.functions import Sum
from frappe.utils import cint, cstr, flt, nowdate

CONTACT_FIELDS = {
	"contact_person": "name",
	"contact_display": "full_name",
	"contact_email": "email_id",
	"contact_mobile": "mobile_no",
	"contact_phone": "phone",
	"contact_designation": "designation",
	"contact_department": "department",
}


class DuplicatePartyAccountError(frappe.ValidationError):
	pass


@frappe.whitelist()
def get_party_details(
	party: str | None = None,
	account: str | None = None,
	party_type: str = "Customer",
	company: str | None = None,
	posting_date: str | None = None,
	bill_date: str | None = None,
	price_list: str | None = None,
	currency: str | None = None,
	doctype: str | None = None,
	ignore_permissions: bool = False,
	fetch_payment_terms_template: bool = True,
	party_address: str | None = None,
	company_address: str | None = None,
	shipping_address: str | None = None,
) -> dict:
	"""Everything a document takes over from its party, by the document's field names."""
	if not party:
		return frappe._dict()
	if not frappe.db.exists(party_type, party):
		frappe.throw(_("{0}: {1} does not exists").format(party_type, party))
	return _get_party_details(
		party,
		party_type,
		company=company,
		price_list=price_list,
		currency=currency,
		doctype=doctype,
		ignore_permissions=ignore_permissions,
		fetch_payment_terms_template=fetch_payment_terms_template,
		party_address=party_address,
		company_address=company_address,
		shipping_address=shipping_address,
	)


def _get_party_details(
	party: str,
	party_type: str = "Customer",
	*,
	company: str | None = None,
	price_list: str | None = None,
	currency: str | None = None,
	doctype: str | None = None,
	ignore_permissions: bool = False,
	fetch_payment_terms_template: bool = True,
	party_address: str | None = None,
	company_address: str | None = None,
	shipping_address: str | None = None,
) -> dict:
	doc = frappe.get_cached_doc(party_type, party)
	if not ignore_permissions:
		needed = "select" if frappe.only_has_select_perm(party_type) else "read"
		frappe.has_permission(party_type, needed, doc, throw=True)

	details = frappe._dict({frappe.scrub(party_type): party})
	set_address_details(
		details,
		doc,
		party_type,
		doctype,
		company,
		party_address,
		company_address,
		shipping_address,
		ignore_permissions=ignore_permissions,
	)
	set_contact_details(details, doc, party_type)
	for fieldname in ("customer_name", "customer_group", "territory", "language"):
		details[fieldname] = doc.get(fieldname)
	set_price_list(details, doc, price_list)
	if cint(fetch_payment_terms_template):
		details.payment_terms_template = get_payment_terms_template(party, party_type, company)
	details.currency = doc.get("default_currency") or currency or erpnext.get_company_currency(company)
	return details


def set_address_details(
	details: dict,
	party: Document,
	party_type: str,
	doctype: str | None = None,
	company: str | None = None,
	party_address: str | None = None,
	company_address: str | None = None,
	shipping_address: str | None = None,
	*,
	ignore_permissions: bool = False,
) -> None:
	"""Billing, shipping and company address with their text, and the tax category that follows from them."""
	check = not ignore_permissions
	billing = party_address or get_default_address(party_type, party.name)
	shipping = shipping_address or get_party_shipping_address(party_type, party.name)
	details.update(
		customer_address=billing,
		address_display=render_address(billing, check_permissions=check),
		shipping_address_name=shipping,
		shipping_address=render_address(shipping, check_permissions=check),
	)
	if company_address:
		details.company_address = company_address
	else:
		details.update(get_company_address(company))
	if doctype:
		for fieldname in ("customer_address", "shipping_address_name", "company_address"):
			if fieldname != "company_address" or details.company_address:
				details.update(get_fetch_values(doctype, fieldname, details[fieldname]))
	details.tax_category = get_address_tax_category(party.get("tax_category"), billing, shipping)


def set_contact_details(details: dict, party: Document, party_type: str) -> None:
	contact = get_default_contact(party_type, party.name)
	values = (
		frappe.db.get_value("Contact", contact, list(CONTACT_FIELDS.values()), as_dict=True)
		if contact
		else {}
	)
	details.update({field: values.get(of) for field, of in CONTACT_FIELDS.items()})


def get_default_price_list(party: Mapping[str, Any]) -> str | None:
	"""The party's price list, or its group's."""
	if party.get("default_price_list"):
		return party.get("default_price_list")
	if party.get("doctype") == "Customer" and party.get("customer_group"):
		return frappe.get_cached_value("Customer Group", party.get("customer_group"), "default_price_list")
	return None


def set_price_list(details: dict, party: Document, given: str | None = None) -> None:
	"""A user permitted to see one price list only always gets that one."""
	permitted = get_permitted_documents("Price List")
	if permitted and len(permitted) == 1:
		price_list = permitted[0]
	else:
		price_list = get_default_price_list(party) or given
	if price_list:
		details.price_list_currency = frappe.get_cached_value("Price List", price_list, "currency")
	details.selling_price_list = price_list


@frappe.whitelist()
def get_address_tax_category(
	tax_category: str | None = None, billing_address: str | None = None, shipping_address: str | None = None
) -> str:
	"""The address that Accounts Settings name decides, where it has a category; else the party's own."""
	decides = frappe.db.get_single_value("Accounts Settings", "determine_address_tax_category_from")
	address = shipping_address if decides == "Shipping Address" else billing_address
	if address:
		tax_category = frappe.db.get_value("Address", address, "tax_category") or tax_category
	return cstr(tax_category)


@frappe.whitelist()
def get_payment_terms_template(party_name: str, party_type: str, company: str | None = None) -> str | None:
	"""The customer's template, else its group's, else the company's."""
	if party_type != "Customer":
		return None
	template, group = frappe.get_cached_value("Customer", party_name, ["payment_terms", "customer_group"])
	if not template and group:
		template = frappe.get_cached_value("Customer Group", group, "payment_terms")
	if not template and company:
		template = frappe.get_cached_value("Company", company, "payment_terms")
	return template


@frappe.whitelist()
def get_party_account(party_type: str, party: str | None = None, company: str | None = None) -> str | None:
	"""The receivable account: the party's for this company, else its group's, else the company's."""
	if not company:
		frappe.throw(_("Please select a Company"))
	account = None
	if party:
		group = frappe.get_cached_value(party_type, party, "customer_group")
		for parenttype, parent in ((party_type, party), ("Customer Group", group)):
			account = account or frappe.db.get_value(
				"Party Account", {"parenttype": parenttype, "parent": parent, "company": company}, "account"
			)
	return account or frappe.get_cached_value("Company", company, "default_receivable_account")


def get_party_account_currency(party_type: str, party: str, company: str) -> str | None:
	account = get_party_account(party_type, party, company)
	return frappe.get_cached_value("Account", account, "account_currency") if account else None


def validate_party_accounts(doc: Document) -> None:
	"""One account a company, that company's own and a ledger, in a currency the party can be billed in."""
	from erpnext.controllers.tax_rows import validate_account_head

	companies = set()
	for row in doc.get("accounts"):
		if row.company in companies:
			frappe.throw(
				_("There can only be 1 Account per Company in {0} {1}").format(doc.doctype, doc.name),
				DuplicatePartyAccountError,
			)
		companies.add(row.company)
		for account in (row.account, row.advance_account):
			if account:
				validate_account_head(row.idx, account, row.company)
		currency = (
			frappe.get_cached_value("Account", row.account, "account_currency") if row.account else None
		)
		if currency and doc.get("default_currency") not in (
			None,
			"",
			currency,
			erpnext.get_company_currency(row.company),
		):
			frappe.throw(
				_(
					"Billing currency must be equal to either default company's currency or party account currency"
				)
			)


def validate_party_frozen_disabled(party_type: str | None, party_name: str | None) -> None:
	if frappe.flags.ignore_party_validation or not (party_type and party_name):
		return
	is_frozen, disabled = frappe.get_cached_value(party_type, party_name, ["is_frozen", "disabled"])
	if disabled:
		frappe.throw(_("{0} {1} is disabled").format(party_type, party_name), PartyDisabled)
	if is_frozen:
		may_use = frappe.db.get_single_value("Accounts Settings", "frozen_accounts_modifier")
		if may_use not in frappe.get_roles():
			frappe.throw(_("{0} {1} is frozen").format(party_type, party_name), PartyFrozen)


def get_dashboard_info(party_type: str, party: str, loyalty_program: str | None = None) -> list[dict]:
	"""The figures above a Customer's form, by company that billed it: billed in this fiscal year, and what the ledger
	says is unpaid, both in the currency of the party's account."""
	year = get_fiscal_year(nowdate(), as_dict=True)
	invoice, entry = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("GL Entry")
	submitted = (invoice.customer == party) & (invoice.docstatus == 1)
	companies = frappe.qb.from_(invoice).select(invoice.company).distinct().where(submitted).run(pluck=True)
	billed = {
		row.company: row
		for row in frappe.qb.from_(invoice)
		.select(
			invoice.company,
			Sum(invoice.grand_total).as_("grand_total"),
			Sum(invoice.base_grand_total).as_("base_grand_total"),
		)
		.where(submitted & invoice.posting_date[year.year_start_date : year.year_end_date])
		.groupby(invoice.company)
		.run(as_dict=True)
	}
	unpaid = dict(
		frappe.qb.from_(entry)
		.select(entry.company, Sum(entry.debit_in_account_currency) - Sum(entry.credit_in_account_currency))
		.where((entry.party_type == party_type) & (entry.party == party) & (entry.is_cancelled == 0))
		.groupby(entry.company)
		.run()
	)
	info = []
	for company in companies:
		currency = get_party_account_currency(party_type, party, company)
		of_company = currency == erpnext.get_company_currency(company)
		this_year = billed.get(company, frappe._dict())
		info.append(
			{
				"billing_this_year": flt(this_year.base_grand_total if of_company else this_year.grand_total),
				"currency": currency,
				"total_unpaid": flt(unpaid.get(company)),
				"company": company,
			}
		)
	return info


def get_party_shipping_address(doctype: str, name: str) -> str | None:
	"""The address marked for shipping, or the only one of type Shipping."""
	addresses = frappe.get_all(
		"Address",
		filters=[
			["Dynamic Link", "link_doctype", "=", doctype],
			["Dynamic Link", "link_name", "=", name],
			["disabled", "=", 0],
		],
		or_filters=[["is_shipping_address", "=", 1], ["address_type", "=", "Shipping"]],
		fields=["name", "is_shipping_address"],
		order_by="is_shipping_address desc",
	)
	if addresses and (addresses[0].is_shipping_address or len(addresses) == 1):
		return addresses[0].name
	return None


def get_default_contact(doctype: str, name: str) -> str | None:
	"""The party's primary contact, else the one for billing."""
	contacts = frappe.get_all(
		"Contact",
		filters=[["Dynamic Link", "link_doctype", "=", doctype], ["Dynamic Link", "link_name", "=", name]],
		or_filters=[["is_primary_contact", "=", 1], ["is_billing_contact", "=", 1]],
		pluck="name",
		limit=1,
		order_by="is_primary_contact desc, is_billing_contact desc",
	)
	return contacts[0] if contacts else None


def render_address(address: str | dict | None, check_permissions: bool = True) -> str | None:
	return _render_address(address, check_permissions=check_permissions) if address else None
