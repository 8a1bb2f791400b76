"""The buyer's companies and quotations. Dates and amounts are texts, as the buyer reads them."""

from __future__ import annotations

from erp_b2b_smartbill.api import portal as handlers
from erp_b2b_smartbill.api.schemas.favourites import OF_BUYERS
from erp_b2b_smartbill.api.schemas.shapes import (
	FLAG,
	NUMBER,
	TEXT,
	WHOLE,
	Body,
	Described,
	Parameter,
	Resource,
	component,
	maybe,
	one_of,
	record,
	rows,
	text,
	told,
)
from erp_b2b_smartbill.portal import responses, view

_RESPONSE = one_of((responses.ACCEPTED, responses.DECLINED))
_FIELDS = {
	"name": TEXT,
	"date": TEXT,
	"valid_till": maybe(TEXT),
	"status": TEXT,
	"status_label": TEXT,
	"customer_name": TEXT,
	"total": TEXT,
	"proforma": maybe(
		record(
			{
				"number": maybe(TEXT),
				"status": one_of(view.SHOWN_PROFORMAS),
				"amount": TEXT,
				"payment": maybe(TEXT),
				"payment_label": maybe(TEXT),
				"has_pdf": FLAG,
			}
		)
	),
	"response": maybe(record({"response": _RESPONSE, "label": TEXT, "comment": maybe(TEXT), "at": TEXT})),
	"can_answer": FLAG,
	"closed": maybe(TEXT),
}
_QUOTATION = component(
	"BuyersQuotation",
	record(
		{
			**_FIELDS,
			"company": told(TEXT, "Its id: whose favourites are marked."),
			"items": rows(
				record(
					{
						"item_code": maybe(TEXT),
						"is_favourite": FLAG,
						"item_name": TEXT,
						"qty": NUMBER,
						"uom": maybe(TEXT),
						"rate": TEXT,
						"amount": TEXT,
					}
				)
			),
		}
	),
)
_COMPANY = record(
	{
		"name": TEXT,
		"tax_id": maybe(TEXT),
		"reg_com": maybe(TEXT),
		"address": TEXT,
		"contact": maybe(record({"name": maybe(TEXT), "email": maybe(TEXT), "phone": maybe(TEXT)})),
		"payment_terms": maybe(TEXT),
		"tier": maybe(
			record({"name": TEXT, "discount": NUMBER, "discount_text": TEXT, "description": maybe(TEXT)})
		),
	}
)

RESOURCE = Resource(
	OF_BUYERS.tag,
	OF_BUYERS.description,
	{"quotation": ("The Quotation's name, which may contain slashes", "SAL-QTN-2026-00001")},
	{
		handlers.company: Described({200: rows(_COMPANY)}),
		handlers.quotations: Described(
			{200: record({"rows": rows(record(_FIELDS), maxItems=view.PAGE), "page": WHOLE, "more": FLAG})},
			query=(Parameter("page", {"type": "integer", "minimum": 1, "maximum": view.MAX_PAGES}),),
			notes="Newest first.",
		),
		handlers.quotation: Described({200: _QUOTATION}),
		handlers.respond: Described(
			{201: _QUOTATION},
			body=Body(
				record({"response": _RESPONSE}, {"comment": text(responses.MAX_COMMENT)}),
				{"response": responses.ACCEPTED, "comment": "By Friday, please."},
				is_required=True,
			),
			errors={409: ("answered", "closed"), 429: ("too_many_requests",)},
		),
		handlers.proforma_pdf: Described({200: {}}, file="application/pdf"),
	},
)
