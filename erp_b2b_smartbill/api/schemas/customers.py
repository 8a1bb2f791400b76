"""Finding a customer, whatever it is known in, and making it the one to quote."""

from __future__ import annotations

from erp_b2b_smartbill.anaf import answers
from erp_b2b_smartbill.api import customer_selection
from erp_b2b_smartbill.api import customers as handlers
from erp_b2b_smartbill.api.schemas.shapes import (
	DAY,
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
from erp_b2b_smartbill.customers.search import search, shapes, state
from erp_b2b_smartbill.customers.search.rights import SOURCES
from erp_b2b_smartbill.customers.search.rows import STATUSES
from erp_b2b_smartbill.registration import states
from erp_b2b_smartbill.selecting import company

_SOURCE = one_of(SOURCES)
_ID = told(
	text(200, pattern=r"^(erp|b2b|smartbill):.+", examples=["erp:CUST-2026-00001"]),
	"erp:, b2b: or smartbill: and the record's name.",
)
_COUNT = {"anyOf": [WHOLE, {"const": search.MANY}]}
CREDIT = component(
	"Credit",
	record({"limit": maybe(NUMBER), "used": NUMBER, "available": maybe(NUMBER), "currency": TEXT}),
)
_ROW = component(
	"FoundCustomer",
	record(
		{
			"id": _ID,
			"display_name": TEXT,
			"cui": maybe(TEXT),
			"email": maybe(TEXT),
			"phone": maybe(TEXT),
			"city": maybe(TEXT),
			"source": _SOURCE,
			"sources": rows(_SOURCE),
			"customer": told(maybe(TEXT), "Null while there is none in ERPNext."),
			"credit": maybe(CREDIT),
			"discount": maybe(NUMBER),
			"tier": maybe(TEXT),
			"match": told(
				maybe(
					record(
						{
							"field": one_of(
								("name", "cui", "email", "phone", "reg_com", "contact", "city", "id", "typo")
							),
							"text": maybe(TEXT),
							"where": maybe(TEXT),
							"ranges": rows(rows(WHOLE, minItems=2, maxItems=2)),
						}
					)
				),
				"Why it was found; `ranges` are the pieces [from, to) of display_name to be marked.",
			),
			"status": maybe(one_of(STATUSES)),
			"status_text": maybe(TEXT),
			"registration": maybe(record({"name": TEXT, "status": one_of(states.ALL)})),
			"selectable": FLAG,
			"last_used": maybe(DAY),
		}
	),
)
_COMPANY = {
	"name": TEXT,
	"reg_com": TEXT,
	"address": TEXT,
	"city": TEXT,
	"county": TEXT,
	"postal_code": TEXT,
	"vat_payer": FLAG,
	"active": FLAG,
	"struck_off": FLAG,
}
_CUI = {"type": "string", "examples": ["RO12345674"]}
LOOK_UP_STATE = one_of((answers.FOUND, answers.UNKNOWN, answers.UNAVAILABLE, company.INVALID))

RESOURCE = Resource(
	"Customers",
	"One search over ERPNext, B2B registrations and SmartBill's clients, and the pick of what it found.",
	{},
	{
		handlers.search: Described(
			{
				200: record(
					{
						"customers": rows(_ROW, maxItems=handlers.MAX_LIMIT),
						"counts": record({**dict.fromkeys(SOURCES, _COUNT), "all": _COUNT}),
						"next": told(
							maybe(WHOLE), "The next `start`, null when there is no more to ask for."
						),
						"index": record(
							{
								"state": one_of((state.BUILDING, state.READY)),
								"done": WHOLE,
								"total": WHOLE,
							}
						),
						"searched": one_of(dict.fromkeys(shapes.SEARCHED.values())),
						"create": told(
							maybe(record({"cui": TEXT})),
							"A valid CUI that no row has, where the caller may make Customers.",
						),
					}
				)
			},
			query=(
				Parameter("q", text(shapes.MAX_LENGTH, examples=["alfa constr"]), "Empty: recent ones."),
				Parameter("sources", TEXT, f"Some of {', '.join(SOURCES)}, with commas; all when left out."),
				Parameter(
					"limit",
					{
						"type": "integer",
						"minimum": 1,
						"maximum": handlers.MAX_LIMIT,
						"default": handlers.DEFAULT_LIMIT,
					},
				),
				Parameter(
					"start",
					{"type": "integer", "minimum": 0, "maximum": 999_999_999},
					f"Rows behind the {search.DEEPEST}th are not answered.",
				),
				Parameter("company", TEXT, "Whose credit is shown; the user's default when left out."),
			),
			errors={503: ("index_empty",)},
		),
		customer_selection.select: Described(
			dict.fromkeys(
				(200, 201),
				record(
					{
						"customer": TEXT,
						"display_name": TEXT,
						"created": FLAG,
						"linked": told(FLAG, "The record is known to be this Customer since now."),
					}
				),
			),
			body=Body(
				{
					**record({}, {"id": _ID, "cui": _CUI}),
					"oneOf": [{"required": ["id"]}, {"required": ["cui"]}],
				},
				{"id": "erp:CUST-2026-00001"},
				is_required=True,
			),
			errors={
				403: ("hidden_customer",),
				404: ("unknown_company",),
				409: (
					"disabled",
					"pending_registration",
					"closed_registration",
					"ambiguous",
					"gone",
					"struck_off",
					"customer_exists",
				),
				422: ("not_ready",),
				503: ("anaf_unavailable",),
			},
			notes="201 when this call made the Customer. One transaction: after a refusal nothing is there.",
		),
		customer_selection.company: Described(
			{
				200: record(
					{
						"state": LOOK_UP_STATE,
						"cui": maybe(TEXT),
						"customer": maybe(TEXT),
						"customer_name": maybe(TEXT),
					},
					_COMPANY,
				)
			},
			query=(Parameter("cui", _CUI),),
			notes="Never an error of the tax office's; writes nothing.",
		),
	},
)
