"""A Quotation as SmartBill wants it, or everything that stands against sending it.

Pure: takes what collect.py gathered, returns the request of docs/smartbill-api.md 2.1. ERPNext's amounts are mapped,
never recomputed; what cannot be said truthfully is a problem with a name, never a document that is nearly right.
Amounts are Decimal, in the Quotation's currency.

    model      what goes in and what comes out
    client     who it is for
    vat        what ERPNext taxes, and the account's name for it
    lines      the rows of the Quotation
    discounts  a row's discounts, as rows of their own or inside the price
    charges    freight and the like, from the tax table
    texts      what is printed in words
    document   all of it together
"""

from erp_b2b_smartbill.smartbill.mapping.document import map_offer
from erp_b2b_smartbill.smartbill.mapping.model import (
	Account,
	Address,
	Contact,
	Finding,
	Line,
	Mapped,
	Offer,
	Party,
	Row,
	RowKind,
	Tax,
	VatRate,
)

__all__ = [
	"Account",
	"Address",
	"Contact",
	"Finding",
	"Line",
	"Mapped",
	"Offer",
	"Party",
	"Row",
	"RowKind",
	"Tax",
	"VatRate",
	"map_offer",
]
