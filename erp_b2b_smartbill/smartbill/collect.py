"""Reads a Quotation and its SmartBill Account into the plain values that mapping.py works on."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import frappe
from frappe.utils import getdate

from erp_b2b_smartbill.smartbill.mapping import (
	Account,
	Address,
	Customer,
	Line,
	Offer,
	Tax,
	VatRate,
)
from erp_b2b_smartbill.smartbill.totals import Totals

if TYPE_CHECKING:
	from frappe.model.document import Document

	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount

# what a float of the database is good for
_PLACES = Decimal("0.000000001")


def read_offer(quotation: Document) -> Offer:
	"""At most two queries beside the document: its customer and the address."""
	customer = _customer(quotation)
	return Offer(
		name=quotation.name,
		party_type=quotation.quotation_to,
		customer=customer
		and Customer(
			name=customer.name,
			title=customer.customer_name,
			is_company=customer.customer_type != "Individual",
			tax_id=(customer.tax_id or "").strip(),
			vat_payer=customer.smartbill_vat_payer or "",
		),
		address=_address(quotation.customer_address or (customer and customer.customer_primary_address)),
		currency=quotation.currency,
		lines=tuple(map(_line, quotation.items)),
		taxes=tuple(map(_tax, quotation.taxes)),
		totals=Totals(
			net=decimal(quotation.net_total),
			vat=decimal(quotation.total_taxes_and_charges),
			total=decimal(quotation.grand_total),
		),
		header_discount=decimal(quotation.discount_amount),
		due_date=max(
			(getdate(row.due_date) for row in quotation.payment_schedule if row.due_date), default=None
		),
		contact=quotation.get("contact_display") or "",
		email=quotation.contact_email or "",
		phone=quotation.contact_mobile or "",
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
			)
			for row in account.vat_rates
		),
		units={row.uom: row.measuring_unit_name for row in account.units},
	)


def decimal(value: Any) -> Decimal:
	"""A number of the database without the noise of binary floats."""
	return Decimal(str(value or 0)).quantize(_PLACES).normalize()


def _customer(quotation: Document) -> Any:
	if quotation.quotation_to != "Customer":
		return None
	fields = [
		"name",
		"customer_name",
		"customer_type",
		"tax_id",
		"smartbill_vat_payer",
		"customer_primary_address",
	]
	return frappe.db.get_value("Customer", quotation.party_name, fields, as_dict=True)


def _address(name: str | None) -> Address | None:
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
		is_romanian=(code or "").lower() == "ro",
	)


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
		discount_percentage=decimal(row.discount_percentage),
		is_alternative=bool(row.is_alternative),
		item_tax_template=row.item_tax_template or "",
		item_taxes={
			account: decimal(rate) for account, rate in json.loads(row.item_tax_rate or "{}").items()
		},
	)


def _tax(row: Any) -> Tax:
	return Tax(
		row=row.idx,
		charge_type=row.charge_type,
		account=row.account_head,
		rate=decimal(row.rate),
		included_in_price=bool(row.included_in_print_rate),
	)
