"""The tab Invoices of Customer 360, and its pages."""

from __future__ import annotations

from erp_b2b_smartbill.api.schemas.scoped import PERIOD
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
	Parameter,
	component,
	maybe,
	one_of,
	record,
	rows,
	told,
)
from erp_b2b_smartbill.customers.overview import dues, invoices, listing

_SOURCE = one_of(listing.SOURCES)
_STATUS = one_of(dues.STATUSES)
FILTER = (
	Parameter("status", _STATUS),
	Parameter("source", _SOURCE),
	Parameter("text", TEXT, "A part of the number."),
	*PERIOD,
)
_ROW = record(
	{
		"source": _SOURCE,
		"doctype": TEXT,
		"name": TEXT,
		"number": TEXT,
		"customer": maybe(TEXT),
		"customer_name": maybe(TEXT),
		"company": TEXT,
		"date": DAY,
		"due_date": maybe(DAY),
		"days_overdue": WHOLE,
		"status": _STATUS,
		"status_in_source": maybe(TEXT),
		"total": MONEY,
		"base_total": maybe(MONEY),
		"outstanding": MONEY,
		"base_outstanding": maybe(MONEY),
		"overdue": MONEY,
		"return_against": maybe(TEXT),
		"quotation": maybe(TEXT),
		"as_of": maybe(MOMENT),
		"is_payment_known": FLAG,
		"link": LINK,
	}
)
PAGE = component(
	"InvoicePage",
	record(
		{
			"rows": rows(_ROW, maxItems=invoices.PAGE),
			"next": told(maybe(TEXT), "To be given as `after`; null after the last page."),
			"total": record(dict.fromkeys(listing.SOURCES, WHOLE)),
		}
	),
)
_FIGURE = {"value": NUMBER, "currency": maybe(TEXT), "list": LIST}
TAB = component(
	"InvoicesTab",
	record(
		{
			"company": maybe(TEXT),
			"currency": maybe(TEXT),
			"count": WHOLE,
			"figures": record(
				{
					"outstanding": record({**_FIGURE, "number": WHOLE}),
					"overdue": record({**_FIGURE, "number": WHOLE}),
					"received": record({**_FIGURE, "since": DAY}),
					"number": record({"value": WHOLE, "list": LIST}),
				}
			),
			"by_currency": rows(
				record(
					{
						"currency": TEXT,
						"number": WHOLE,
						"open_number": WHOLE,
						"overdue_number": WHOLE,
						"outstanding": MONEY,
						"overdue": MONEY,
						"base_outstanding": MONEY,
						"base_overdue": MONEY,
						"is_exact": FLAG,
						"list": LIST,
					}
				)
			),
			"credit_notes": record({"number": WHOLE, "outstanding": MONEY, "list": LIST}),
			"smartbill": maybe(
				record(
					{
						"number": WHOLE,
						"as_of": maybe(MOMENT),
						"by_currency": rows(
							record(
								{
									"currency": TEXT,
									"number": WHOLE,
									"unknown_number": WHOLE,
									"total": MONEY,
									"paid": MONEY,
									"outstanding": MONEY,
									"overdue": MONEY,
								}
							)
						),
						"counts_in_credit": FLAG,
						"list": LIST,
					}
				)
			),
			"other_companies": rows(
				record(
					{
						"company": TEXT,
						"number": WHOLE,
						"open_number": WHOLE,
						"outstanding": MONEY,
						"overdue": MONEY,
					}
				)
			),
			"list": PAGE,
		}
	),
)
