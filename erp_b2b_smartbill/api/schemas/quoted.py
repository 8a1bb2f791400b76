"""The tab History of Customer 360: the timeline, and what became of quotations."""

from __future__ import annotations

from erp_b2b_smartbill.api.schemas.shapes import (
	DAY,
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
	told,
)
from erp_b2b_smartbill.customers.overview import conversion, history, sources, timeline

_KIND = one_of(sources.KINDS)
TIMELINE = component(
	"Timeline",
	record(
		{
			"entries": rows(
				record(
					{
						"id": TEXT,
						"kind": _KIND,
						"date": DAY,
						"at": told(MOMENT, "When it was entered."),
						"doctype": TEXT,
						"name": TEXT,
						"number": maybe(TEXT),
						"title": maybe(TEXT),
						"detail": maybe(TEXT),
						"status": maybe(TEXT),
						"amount": maybe(MONEY),
						"company": maybe(TEXT),
						"party": LINK,
						"link": LINK,
						"by": maybe(record({"user": TEXT, "name": TEXT})),
					}
				),
				maxItems=timeline.PAGE,
			),
			"next": told(maybe(TEXT), "To be given as `before`; null after the last page."),
			"kinds": rows(record({"kind": _KIND, "label": TEXT})),
			"withheld": rows(_KIND),
		}
	),
)
_RATE = record({"by_number": maybe(NUMBER), "by_value": maybe(NUMBER)})
_SUMMARY: dict[str, Schema] = {
	"number": record(dict.fromkeys(("quoted", *conversion.OUTCOMES, "partly"), WHOLE)),
	"value": record(dict.fromkeys(("quoted", *conversion.OUTCOMES, "ordered"), MONEY)),
	"rate": _RATE,
	"rate_decided": _RATE,
	"median_days_to_order": maybe(NUMBER),
}
_PERIOD: dict[str, Schema] = {"from": DAY, "to": DAY}
_CONVERSION = component(
	"Conversion",
	record(
		{
			"as_of": DAY,
			"period": record(_PERIOD),
			"total": record(
				{**_SUMMARY, "lists": record(dict.fromkeys(("quoted", *conversion.OUTCOMES), LIST))}
			),
			"months": rows(record({"month": TEXT, **_SUMMARY, "list": LIST})),
			"before": record({**_PERIOD, **_SUMMARY}),
			"trend": _RATE,
			"lost": record(
				{
					"number": WHOLE,
					"reasons": rows(record({"reason": TEXT, "number": WHOLE, "value": MONEY, "list": LIST})),
					"without_reason": WHOLE,
					"latest": rows(
						record(
							{
								"name": TEXT,
								"date": DAY,
								"reasons": rows(TEXT),
								"detail": maybe(TEXT),
								"link": LINK,
							}
						)
					),
				}
			),
			"orders_without_quotation": record({"number": WHOLE, "value": MONEY, "list": LIST}),
		}
	),
)
TAB = component(
	"HistoryTab",
	record(
		{
			"company": maybe(TEXT),
			"currency": maybe(TEXT),
			"timeline": TIMELINE,
			"conversion": maybe(_CONVERSION),
			"withheld": rows(one_of(history.NEEDED)),
		}
	),
)
