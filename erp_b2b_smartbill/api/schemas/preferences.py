"""The tab Preferences of Customer 360."""

from __future__ import annotations

from erp_b2b_smartbill.api.schemas.favourites import MARKS
from erp_b2b_smartbill.api.schemas.shapes import (
	DAY,
	FLAG,
	LINK,
	LIST,
	MOMENT,
	NUMBER,
	TEXT,
	WHOLE,
	component,
	maybe,
	one_of,
	record,
	rows,
)
from erp_b2b_smartbill.customers.overview import preferences

_ITEM = {
	"item_code": TEXT,
	"item_name": TEXT,
	"is_on_sale": FLAG,
	"is_favourite": FLAG,
	"qty": NUMBER,
	"uom": TEXT,
	"last_price": maybe(
		record({"value": NUMBER, "currency": TEXT, "uom": maybe(TEXT), "on": DAY, "document": LINK})
	),
	"link": LINK,
}
_REASON = {
	"anyOf": [
		record(
			{
				"code": {"const": "every"},
				"arguments": record(
					{"interval_days": WHOLE, "purchases": WHOLE, "last_on": DAY, "due_on": DAY}
				),
				"text": TEXT,
			}
		),
		record(
			{
				"code": {"const": "together"},
				"arguments": record(
					{"with_item": maybe(TEXT), "with_item_name": maybe(TEXT), "customers": WHOLE}
				),
				"text": TEXT,
			}
		),
	]
}
TAB = component(
	"PreferencesTab",
	record(
		{
			"favourites": record(
				{"rows": rows(record({**_ITEM, "marks": MARKS})), "total": WHOLE, "list": LIST}
			),
			"recommended": record(
				{
					"rows": rows(
						record(
							{
								**_ITEM,
								"kind": one_of(("reorder", "together")),
								"due_on": maybe(DAY),
								"is_due": FLAG,
								"reason": _REASON,
								"score": NUMBER,
							}
						),
						maxItems=preferences.MAX_ROWS,
					),
					"total": WHOLE,
					"due": WHOLE,
					"computed_at": maybe(MOMENT),
					"list": LIST,
				}
			),
			"usual": record(
				{
					"rows": rows(
						record(
							{
								**_ITEM,
								"usual_qty": NUMBER,
								"purchases": WHOLE,
								"interval_days": maybe(NUMBER),
								"last_on": DAY,
							}
						),
						maxItems=preferences.MAX_ROWS,
					),
					"total": WHOLE,
					"since": DAY,
					"list": LIST,
				}
			),
			"may_mark": FLAG,
			"may_quote": FLAG,
		}
	),
)
