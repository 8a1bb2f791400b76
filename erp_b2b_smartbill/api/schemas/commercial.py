"""The tab Commercial of Customer 360."""

from __future__ import annotations

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
	Schema,
	component,
	maybe,
	one_of,
	record,
	rows,
)
from erp_b2b_smartbill.customers.overview import commercial
from erp_b2b_smartbill.customers.pricing import standing

_WHY = record(
	{
		"kind": one_of(("b2b_tier", "customer", "customer_group", "territory", "sales_partner", "everybody")),
		"name": maybe(TEXT),
		"text": TEXT,
	}
)
_GIVES = record(
	{
		"kind": one_of(("product", "percent", "amount", "rate", "margin", "nothing")),
		"value": NUMBER,
		"currency": maybe(TEXT),
		"text": TEXT,
	}
)
_TIER = record(
	{
		"name": TEXT,
		"description": maybe(TEXT),
		"discount": NUMBER,
		"priority": WHOLE,
		"is_disabled": FLAG,
		"is_in_force": FLAG,
		"rule_currency": maybe(TEXT),
		"price_list": maybe(TEXT),
		"payment_terms": maybe(TEXT),
		"credit_limit": maybe(record({"value": NUMBER, "currency": maybe(TEXT), "company": TEXT})),
		"given": maybe(record({"on": MOMENT, "by": TEXT, "reason": maybe(TEXT)})),
		"may_change": FLAG,
		"link": LINK,
	}
)
DISCOUNT = component(
	"Discount",
	record(
		{
			"percent": maybe(NUMBER),
			"source": one_of(("refused", "none", "several", "tier", "rule")),
			"text": TEXT,
			"rules": rows(
				record(
					{
						"name": TEXT,
						"title": maybe(TEXT),
						"tier": maybe(TEXT),
						"why": _WHY,
						"gives": _GIVES,
						"link": LINK,
					}
				)
			),
			"link": LINK,
		}
	),
)
_RULE = record(
	{
		"name": TEXT,
		"title": maybe(TEXT),
		"why": _WHY,
		"on": record({"kind": TEXT, "names": rows(TEXT), "more": WHOLE}),
		"gives": _GIVES,
		"needs": rows(TEXT),
		"priority": maybe(WHOLE),
		"valid_from": maybe(DAY),
		"valid_upto": maybe(DAY),
		"is_tiers": FLAG,
		"stands": maybe(one_of(one.value for one in standing.Standing)),
		"stands_text": maybe(TEXT),
		"link": LINK,
	}
)
_TERM = record(
	{
		"payment_term": maybe(TEXT),
		"description": maybe(TEXT),
		"invoice_portion": NUMBER,
		"due_date_based_on": maybe(TEXT),
		"credit_days": maybe(WHOLE),
		"credit_months": maybe(WHOLE),
	}
)
_FROM: dict[str, Schema] = {"value": maybe(TEXT), "source": TEXT, "text": TEXT}
_PRICE = record(
	{
		"item_code": TEXT,
		"item_name": maybe(TEXT),
		"is_disabled": FLAG,
		"price_list": TEXT,
		"is_in_use": FLAG,
		"uom": maybe(TEXT),
		"rate": MONEY,
		"valid_from": maybe(DAY),
		"valid_upto": maybe(DAY),
		"link": LINK,
	}
)
TAB = component(
	"CommercialTab",
	record(
		{
			"company": maybe(TEXT),
			"tier": maybe(_TIER),
			"discount": DISCOUNT,
			"price_list": record({**_FROM, "currency": maybe(TEXT), "link": LINK}),
			"currency": record(_FROM),
			"payment_terms": record({**_FROM, "link": LINK, "rows": rows(_TERM)}),
			"rules": record(
				{"rows": rows(_RULE, maxItems=commercial.MAX_ROWS), "total": WHOLE, "list": LIST}
			),
			"sales_team": record(
				{
					"account_manager": maybe(record({"user": TEXT, "name": maybe(TEXT)})),
					"sales_partner": maybe(TEXT),
					"rows": rows(
						record({"sales_person": TEXT, "allocated_percentage": NUMBER, "link": LINK})
					),
				}
			),
			"special_prices": record(
				{"rows": rows(_PRICE, maxItems=commercial.MAX_ROWS), "total": WHOLE, "list": LIST}
			),
			"notices": rows(TEXT),
		}
	),
)
