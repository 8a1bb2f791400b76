"""Customer 360, and what may be changed there."""

from __future__ import annotations

from erp_b2b_smartbill.api import customer_invoices
from erp_b2b_smartbill.api import customer_overview as handlers
from erp_b2b_smartbill.api.schemas import commercial, credit, invoices, preferences, quoted
from erp_b2b_smartbill.api.schemas.commercial import DISCOUNT
from erp_b2b_smartbill.api.schemas.favourites import OF_SALES
from erp_b2b_smartbill.api.schemas.invoices import FILTER
from erp_b2b_smartbill.api.schemas.scoped import COMPANY, PERIOD, SCOPE, cursor
from erp_b2b_smartbill.api.schemas.shapes import (
	DAY,
	FLAG,
	LINK,
	LIST,
	MOMENT,
	MONEY,
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
from erp_b2b_smartbill.customers.overview import essentials, sources, tabs
from erp_b2b_smartbill.customers.pricing.change import MAX_REASON

_NOT_SHOWN = component(
	"TabNotShown",
	record({"error": record({"code": one_of((tabs.NOT_ALLOWED, tabs.FAILED)), "message": TEXT})}),
)
_TABS = {
	"commercial": commercial.TAB,
	"credit": credit.TAB,
	"invoices": invoices.TAB,
	"preferences": preferences.TAB,
	"history": quoted.TAB,
}
_OVERVIEW = component(
	"CustomerOverview",
	record(
		{
			"customer": record({"name": TEXT, "customer_name": TEXT, "disabled": FLAG}),
			"customers": rows(TEXT),
			"has_children": FLAG,
			"company": maybe(TEXT),
			"companies": rows(TEXT),
			"currency": maybe(TEXT),
			"as_of": MOMENT,
			"counts": told(
				record({}, {name: maybe(WHOLE) for name in tabs.TABS}),
				"Of the tabs that were asked for; of all where `tabs` is empty. Null for one that may not be seen.",
			),
			"tabs": told(
				record({}, {name: {"anyOf": [_TABS[name], _NOT_SHOWN]} for name in tabs.TABS}),
				"Those that were asked for; one that may not be seen, or could not be read, says so.",
			),
		}
	),
)
_ESSENTIALS = component(
	"CustomerEssentials",
	record(
		{"customer": TEXT, "company": maybe(TEXT), "currency": maybe(TEXT)},
		{
			"discount": DISCOUNT,
			"credit": record(
				{
					"limit": maybe(NUMBER),
					"used": NUMBER,
					"available": maybe(NUMBER),
					"currency": TEXT,
					"list": LIST,
				}
			),
			"overdue": record({"value": NUMBER, "currency": TEXT, "count": WHOLE, "list": LIST}),
			"last_order": maybe(record({"name": TEXT, "date": DAY, "total": MONEY, "link": LINK})),
			"items": rows(
				record({"item_code": TEXT, "item_name": TEXT, "qty": NUMBER, "uom": TEXT}),
				maxItems=essentials.USUAL_ITEMS,
			),
		},
	),
)
_CHANGED = record({"customer": TEXT, "tier": maybe(TEXT), "before": maybe(TEXT), "changed": FLAG})

RESOURCE = Resource(
	OF_SALES.tag,
	OF_SALES.description,
	OF_SALES.paths,
	{
		handlers.show: Described(
			{200: _OVERVIEW},
			query=(
				Parameter(
					"tabs",
					{"type": "string", "examples": ["commercial,credit"]},
					f"Some of {', '.join(tabs.TABS)}, with commas; all when left out, none where it is empty.",
				),
				*SCOPE,
			),
		),
		handlers.show_essentials: Described(
			{200: _ESSENTIALS}, query=(COMPANY,), notes="What may not be seen is left out."
		),
		handlers.history: Described(
			{200: quoted.TIMELINE},
			query=(
				Parameter(
					"kinds",
					{"type": "string", "examples": ["quotation,order"]},
					f"Some of {', '.join(sources.KINDS)}, with commas; all when left out.",
				),
				cursor("before"),
				*PERIOD,
				*SCOPE,
			),
			notes="20 a page, newest first. Over all companies when none is given.",
		),
		customer_invoices.index: Described(
			{200: invoices.PAGE}, query=(*FILTER, cursor("after"), *SCOPE), notes="20 a page, newest first."
		),
		customer_invoices.export: Described(
			{200: {}},
			query=(*FILTER, *SCOPE),
			file=customer_invoices.SHEET,
			notes="The same rows, at most 10,000.",
		),
		handlers.change_tier: Described(
			{200: _CHANGED},
			body=Body(
				record({"tier": told(maybe(TEXT), "Null for none."), "reason": text(MAX_REASON, 1)}),
				{"tier": "Gold", "reason": "Bought for 100,000 lei this year."},
				is_required=True,
			),
		),
	},
)
