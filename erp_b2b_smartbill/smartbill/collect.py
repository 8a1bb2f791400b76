"""Reads a Quotation and its SmartBill Account into the plain values that the mapping works on."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import frappe
from frappe.utils import getdate

from erp_b2b_smartbill.smartbill import modes
from erp_b2b_smartbill.smartbill.mapping import (
	Account,
	Address,
	Contact,
	Line,
	Offer,
	Party,
	Tax,
	VatRate,
)
from erp_b2b_smartbill.smartbill.mapping.model import DISCOUNT_ROWS
from erp_b2b_smartbill.smartbill.totals import Totals
from erp_b2b_smartbill.text import plain_text

if TYPE_CHECKING:
	from frappe.model.document import Document

	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

# what a float of the database is good for
_PLACES = Decimal("0.000000001")

_CUSTOMER_FIELDS = (
	*("name", "customer_name", "customer_type", "tax_id", "smartbill_vat_payer", "smartbill_reg_com"),
	*("customer_primary_address", "email_id", "mobile_no"),
)
# no Lead and no Prospect has a tax id of ERPNext's own; a site may have added one
_LEAD_FIELDS = (
	"name",
	"company_name",
	"lead_name",
	"email_id",
	"mobile_no",
	"phone",
	"whatsapp_no",
	"tax_id",
)
_PROSPECT_FIELDS = ("name", "company_name", "tax_id")


def read_offer(quotation: Document) -> Offer:
	"""A handful of queries beside the document: its party, the address, the types of the tax accounts."""
	party, known = _party(quotation)
	return Offer(
		name=quotation.name,
		party=party,
		address=_address(quotation, known),
		currency=quotation.currency,
		lines=tuple(map(_line, quotation.items)),
		taxes=_taxes(quotation),
		totals=Totals(
			net=decimal(quotation.net_total),
			vat=decimal(quotation.total_taxes_and_charges),
			total=decimal(quotation.grand_total),
		),
		rounded_total=decimal(quotation.rounded_total),
		company_currency=frappe.get_cached_value("Company", quotation.company, "default_currency"),
		exchange_rate=decimal(quotation.conversion_rate),
		tax_category=quotation.get("tax_category") or "",
		header_discount=decimal(quotation.discount_amount),
		header_percentage=decimal(quotation.additional_discount_percentage),
		due_dates=tuple(getdate(row.due_date) for row in quotation.payment_schedule if row.due_date),
		valid_till=getdate(quotation.valid_till) if quotation.valid_till else None,
		terms=quotation.terms or "",
		language=_chosen_language(quotation),
		contact=Contact(
			name=plain_text(quotation.get("contact_display") or known.get("lead_name") or ""),
			email=quotation.contact_email or known.get("email_id") or "",
			phone=plain_text(quotation.contact_mobile or "")
			or known.get("mobile_no")
			or known.get("phone")
			or known.get("whatsapp_no")
			or "",
		),
	)


def read_account(account: SmartBillAccount) -> Account:
	return Account(
		name=account.name,
		cif=account.cif,
		series=account.proforma_series,
		language=account.language,
		vat_rates=tuple(
			VatRate(
				rate=decimal(row.erpnext_rate),
				tax_name=row.tax_name,
				tax_percentage=decimal(row.tax_percentage),
				item_tax_template=row.item_tax_template or "",
				tax_account=row.tax_account or "",
				tax_category=row.tax_category or "",
			)
			for row in account.vat_rates
		),
		units={row.uom: row.measuring_unit_name for row in account.units},
		vat_payer=bool(account.vat_payer),
		vat_rounding=account.vat_rounding or "",
		discount_form=account.discount_form or DISCOUNT_ROWS,
		terms_in_mentions=bool(account.terms_in_mentions),
		validity_in_mentions=bool(account.validity_in_mentions),
		issuer=_issuer(account),
		is_draft=account.mode == modes.DRAFT,
		charge_uom=frappe.db.get_single_value("Stock Settings", "stock_uom") or "Nos",
	)


def decimal(value: Any) -> Decimal:
	"""A number of the database without the noise of binary floats."""
	return Decimal(str(value or 0)).quantize(_PLACES).normalize()


def _party(quotation: Document) -> tuple[Party | None, frappe._dict]:
	"""The party, and what else its record says."""
	doctype, name = quotation.quotation_to, quotation.party_name
	fields = {"Customer": _CUSTOMER_FIELDS, "Lead": _LEAD_FIELDS, "Prospect": _PROSPECT_FIELDS}.get(doctype)
	if fields is None:
		# another app's kind of party: ERPNext knows its name
		title = quotation.customer_name or ""
		return (Party(name, title, doctype=doctype) if title else None), frappe._dict()
	meta = frappe.get_meta(doctype)
	known = frappe.db.get_value(
		doctype, name, [field for field in fields if field == "name" or meta.has_field(field)], as_dict=True
	)
	if not known:
		return None, frappe._dict()
	party = Party(
		name=known.name,
		title=known.customer_name or known.company_name or known.lead_name or known.name,
		is_company=known.customer_type != "Individual"
		if doctype == "Customer"
		else doctype == "Prospect" or bool(known.company_name),
		tax_id=(known.tax_id or "").strip(),
		vat_payer=known.smartbill_vat_payer or "",
		reg_com=known.smartbill_reg_com or "",
		doctype=doctype,
	)
	return party, known


def _address(quotation: Document, known: frappe._dict) -> Address | None:
	"""The Quotation's address, the customer's primary one, or the only one that can be meant."""
	name = quotation.customer_address or known.get("customer_primary_address") or _linked_address(quotation)
	fields = ["address_line1", "address_line2", "city", "county", "state", "country"]
	found = frappe.db.get_value("Address", name, fields, as_dict=True) if name else None
	if not found:
		return None
	code = frappe.get_cached_value("Country", found.country, "code") if found.country else ""
	return Address(
		name=name,
		line1=(found.address_line1 or "").strip(),
		line2=(found.address_line2 or "").strip(),
		city=(found.city or "").strip(),
		county=(found.county or found.state or "").strip(),
		country=found.country or "",
		country_code=(code or "").lower(),
	)


def _linked_address(quotation: Document) -> str | None:
	names = frappe.get_all(
		"Dynamic Link",
		filters={
			"parenttype": "Address",
			"link_doctype": quotation.quotation_to,
			"link_name": quotation.party_name,
		},
		pluck="parent",
	)
	if not names:
		return None
	linked = frappe.get_all(
		"Address",
		filters={"name": ["in", names], "disabled": 0},
		fields=["name", "is_primary_address", "address_type"],
	)
	for kind in (
		[row for row in linked if row.is_primary_address],
		[row for row in linked if row.address_type == "Billing"],
		linked,
	):
		if len(kind) == 1:
			return kind[0].name
	return None


def _line(row: Any) -> Line:
	# the margin is part of the price that the discount is taken from
	list_price = decimal(row.rate_with_margin) or decimal(row.price_list_rate)
	return Line(
		row=row.idx,
		item_code=row.item_code or "",
		name=row.item_name or row.item_code or "",
		uom=row.uom or "",
		quantity=decimal(row.qty),
		list_price=list_price,
		price=decimal(row.rate),
		amount=decimal(row.amount),
		net_amount=decimal(row.net_amount),
		discount_percentage=decimal(row.discount_percentage),
		is_alternative=bool(row.is_alternative),
		item_tax_template=row.item_tax_template or "",
		item_taxes={
			account: decimal(rate) for account, rate in json.loads(row.item_tax_rate or "{}").items()
		},
		description=row.description or "",
	)


def _taxes(quotation: Document) -> tuple[Tax, ...]:
	accounts = {row.account_head for row in quotation.taxes}
	types = dict(
		frappe.get_all(
			"Account",
			filters={"name": ["in", sorted(accounts)]},
			fields=["name", "account_type"],
			as_list=True,
		)
		if accounts
		else ()
	)
	return tuple(_tax(row, types.get(row.account_head) or "") for row in quotation.taxes)


def _tax(row: Any, account_type: str) -> Tax:
	return Tax(
		row=row.idx,
		charge_type=row.charge_type,
		account=row.account_head,
		rate=decimal(row.rate),
		included_in_price=bool(row.included_in_print_rate),
		# the other amount is what it was before a discount on the grand total
		amount=decimal(row.tax_amount_after_discount_amount),
		base_row=int(row.row_id or 0),
		account_type=account_type,
		description=plain_text(row.description or ""),
	)


def _chosen_language(quotation: Document) -> str:
	"""Frappe gives every party the site's language: only another one was chosen by somebody."""
	language = quotation.get("language") or ""
	return "" if language == frappe.db.get_single_value("System Settings", "language") else language


def _issuer(account: SmartBillAccount) -> str:
	if account.issuer == "Fixed name":
		return account.issuer_name or ""
	if account.issuer == "Who issues" and frappe.session.user not in ("Administrator", "Guest"):
		return frappe.db.get_value("User", frappe.session.user, "full_name") or ""
	return ""
