"""Items that a customer prefers, as sales or its own buyers mark them."""

from __future__ import annotations

from erp_b2b_smartbill.api import favourites as handlers
from erp_b2b_smartbill.api.schemas.shapes import (
	FLAG,
	MOMENT,
	TEXT,
	Body,
	Described,
	Parameter,
	Resource,
	component,
	maybe,
	record,
	rows,
	text,
	told,
)
from erp_b2b_smartbill.customers import favourites
from erp_b2b_smartbill.portal import favourites as of_buyer

_MARK = maybe(record({"user": maybe(TEXT), "name": maybe(TEXT), "at": maybe(MOMENT)}))
MARKS = component("FavouriteMarks", record({"sales": _MARK, "buyer": _MARK, "note": maybe(TEXT)}))
_MARKED = record({"item_code": TEXT, "is_favourite": FLAG, "marks": maybe(MARKS)})
_OWN = record({"item_code": TEXT, "is_favourite": FLAG})
_COMPANY = told(TEXT, "An `id` of the buyer's companies; needed by whoever has several.")
_ITEM = ("The Item's code", "CAB-001")

OF_SALES = Resource(
	"Customer 360",
	"The whole customer, by tabs, and what may be changed there.",
	{"customer": ("The Customer's name, which may contain slashes", "CUST-2026-00001"), "item": _ITEM},
	{
		handlers.mark: Described(
			{200: _MARKED},
			body=Body(record({}, {"note": text(favourites.MAX_NOTE)}), {"note": "Always by the pallet."}),
			notes="Sales' mark; it may be sent again.",
		),
		handlers.unmark: Described(
			{200: _MARKED}, notes="200 also when it was none; the buyer's mark stays."
		),
	},
)
OF_BUYERS = Resource(
	"Portal",
	"The buyer's side, for users of the website, about the Customers that list them.",
	{"item": _ITEM},
	{
		handlers.buyers: Described(
			{
				200: record(
					{
						"companies": rows(record({"id": TEXT, "name": TEXT})),
						"rows": rows(
							record(
								{
									"company": TEXT,
									"item_code": TEXT,
									"item_name": TEXT,
									"uom": TEXT,
									"marked_at": maybe(MOMENT),
								}
							),
							maxItems=of_buyer.MAX_ROWS,
						),
					}
				)
			},
			query=(Parameter("company", _COMPANY, "All of them when left out."),),
		),
		handlers.buyer_marks: Described(
			{200: _OWN},
			body=Body(record({}, {"company": _COMPANY}), {}),
			errors={429: ("too_many_requests",)},
		),
		handlers.buyer_unmarks: Described(
			{200: _OWN},
			query=(Parameter("company", _COMPANY),),
			errors={429: ("too_many_requests",)},
		),
	},
)
