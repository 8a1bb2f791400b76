"""What a customer may buy on credit, and requests for another limit."""

from __future__ import annotations

from erp_b2b_smartbill.api import customer_credit as handlers
from erp_b2b_smartbill.api.given import MAX_START
from erp_b2b_smartbill.api.schemas.scoped import COMPANY, SCOPE
from erp_b2b_smartbill.api.schemas.shapes import (
	DAY,
	FLAG,
	LINK,
	LIST,
	MOMENT,
	NUMBER,
	TEXT,
	WHOLE,
	Body,
	Described,
	Parameter,
	Resource,
	Schema,
	component,
	maybe,
	one_of,
	record,
	rows,
	text,
	told,
)
from erp_b2b_smartbill.customers.credit_limits import asking, shown, states
from erp_b2b_smartbill.customers.overview import ageing, credit_tab, ledger

REQUEST = component(
	"CreditLimitRequest",
	record(
		{
			"name": TEXT,
			"customer": TEXT,
			"company": TEXT,
			"currency": TEXT,
			"current_limit": maybe(NUMBER),
			"current_source": maybe(TEXT),
			"requested_limit": NUMBER,
			"reason": TEXT,
			"status": one_of((states.OPEN, states.APPROVED, states.REJECTED, states.WITHDRAWN)),
			"requested_by": TEXT,
			"requested_by_name": maybe(TEXT),
			"requested_at": MOMENT,
			"approved_limit": maybe(NUMBER),
			"decided_by": maybe(TEXT),
			"decided_by_name": maybe(TEXT),
			"decided_at": maybe(MOMENT),
			"decision_reason": maybe(TEXT),
			"may_decide": FLAG,
			"may_withdraw": FLAG,
			"link": LINK,
		}
	),
)
_REQUESTS: dict[str, Schema] = {"rows": rows(REQUEST, maxItems=shown.MAX_ROWS), "total": WHOLE}
_ENTRY = record(
	{
		"posting_date": DAY,
		"voucher_type": TEXT,
		"voucher": TEXT,
		"link": LINK,
		"against": maybe(TEXT),
		"customer": TEXT,
		"debit": NUMBER,
		"credit": NUMBER,
		"balance": NUMBER,
		"in_account_currency": maybe(record({"debit": NUMBER, "credit": NUMBER, "currency": TEXT})),
	}
)
LEDGER = component(
	"LedgerPage",
	record(
		{
			"company": TEXT,
			"currency": TEXT,
			"start": WHOLE,
			"next": told(maybe(WHOLE), "The next `start`, null on the last page."),
			"total": WHOLE,
			"balance": NUMBER,
			"rows": rows(_ENTRY, maxItems=ledger.PAGE),
			"list": LIST,
		}
	),
)
_OF_COMPANY = record(
	{
		"company": TEXT,
		"currency": TEXT,
		"limit": maybe(NUMBER),
		"source": maybe(one_of(credit_tab.DOCTYPES)),
		"source_text": TEXT,
		"source_link": LINK,
		"used": NUMBER,
		"ledger": NUMBER,
		"orders": NUMBER,
		"deliveries": NUMBER,
		"smartbill": told(maybe(NUMBER), "Null where SmartBill's invoices do not count."),
		"ignores_orders": FLAG,
		"available": maybe(NUMBER),
		"share": told(maybe(NUMBER), "How much of the limit is used, in percent."),
		"is_over_limit": FLAG,
		"links": record({"orders": LIST, "deliveries": LIST, "ledger": LIST, "smartbill": LIST}),
	}
)
_MEMBER = record(
	{
		"customer": TEXT,
		"link": LINK,
		"limit": maybe(NUMBER),
		"used": NUMBER,
		"available": maybe(NUMBER),
		"currency": TEXT,
		"is_over_limit": FLAG,
	}
)
_AGEING = record(
	{
		"currency": TEXT,
		"as_of": DAY,
		"buckets": rows(
			record(
				{
					"key": one_of(bucket.key for bucket in ageing.BUCKETS),
					"label": TEXT,
					"from": maybe(WHOLE),
					"to": maybe(WHOLE),
					"amount": NUMBER,
				}
			)
		),
		"overdue": NUMBER,
		"credit_notes": NUMBER,
		"total": NUMBER,
		"elsewhere": NUMBER,
		"balance": NUMBER,
		"list": LIST,
	}
)
_CHANGE = record(
	{
		"on": MOMENT,
		"by": TEXT,
		"company": TEXT,
		"currency": maybe(TEXT),
		"before": maybe(NUMBER),
		"after": maybe(NUMBER),
		"reason": maybe(TEXT),
	}
)
TAB = component(
	"CreditTab",
	record(
		{"company": maybe(TEXT), "companies": rows(_OF_COMPANY)},
		{
			"currency": TEXT,
			"members": record({"rows": rows(_MEMBER), "total": WHOLE}),
			"ageing": _AGEING,
			"oldest_overdue": maybe(
				record(
					{
						"doctype": TEXT,
						"name": TEXT,
						"link": LINK,
						"due_date": DAY,
						"days": WHOLE,
						"amount": NUMBER,
						"currency": TEXT,
					}
				)
			),
			"days_to_pay": record(
				{"average": maybe(NUMBER), "invoices": WHOLE, "since": maybe(DAY), "text": TEXT}
			),
			"ledger": LEDGER,
			"history": record({"rows": rows(_CHANGE), "total": WHOLE, "list": LIST}),
			"requests": record({**_REQUESTS, "open": maybe(REQUEST), "may_request": FLAG, "list": LIST}),
		},
	),
)

_LIMIT = told(
	{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": asking.MAX_LIMIT},
	"In the currency of the company.",
)
_REASON = text(asking.MAX_REASON, 1)
_DECIDED = ("decided", "other_limit_below_used")

RESOURCE = Resource(
	"Credit",
	"A customer's ledger, and requests for another credit limit.",
	{
		"customer": ("The Customer's name, which may contain slashes", "CUST-2026-00001"),
		"name": ("The request's name", "CLR-2026-00001"),
	},
	{
		handlers.ledger: Described(
			{200: LEDGER},
			query=(*SCOPE, Parameter("start", {"type": "integer", "minimum": 0, "maximum": MAX_START})),
			notes=f"{ledger.PAGE} entries, the newest first.",
		),
		handlers.requests: Described({200: record(_REQUESTS)}, query=(COMPANY,)),
		handlers.ask: Described(
			{201: REQUEST},
			body=Body(
				record({"limit": _LIMIT, "reason": _REASON}, {"company": COMPANY.schema}),
				{"company": "Demo SRL", "limit": 20000, "reason": "Orders grew."},
				is_required=True,
			),
			errors={409: ("request_open",)},
		),
		handlers.approve: Described(
			{200: REQUEST},
			body=Body(
				record({}, {"limit": told(_LIMIT, "What was asked for when left out."), "reason": _REASON}),
				{"limit": 15000, "reason": "For a start."},
			),
			errors={403: ("own_request",), 409: _DECIDED, 422: ("below_used",)},
		),
		handlers.reject: Described(
			{200: REQUEST},
			body=Body(record({"reason": _REASON}), {"reason": "Pay first."}, is_required=True),
			errors={403: ("own_request",), 409: ("decided",)},
		),
		handlers.withdraw: Described({200: REQUEST}, errors={409: ("decided",)}),
	},
)
